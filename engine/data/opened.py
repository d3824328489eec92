"""The tables that are open: a file is read once, and again only when it has changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from engine.data.raw import RawTable
from engine.data.reading import Progress, read_file, read_text
from engine.data.table import DataError
from engine.data.table_spec import ReadingSpec, TableSpec

_MOST_OPEN = 3
# What decides whether a table is the same one: the file as it is on the disk or the pasted text, and how it is read.
_Key = tuple[object, ...]
_open: OrderedDict[_Key, RawTable] = OrderedDict()
# The tables in use, which stay as they are whatever becomes of their files.
_held: OrderedDict[_Key, RawTable] = OrderedDict()
_lock = Lock()


def raw_table(spec: TableSpec, progress: Progress | None = None) -> RawTable:
    """The table of one's own that a description names, from memory where it has not changed since it was read.

    Raises ``DataError`` with a sentence, also when the file is gone, and whatever ``progress`` raises.
    """
    if not spec.text:
        return open_file(spec.path, spec.reading, progress)
    return _kept((spec.text, spec.reading), lambda: read_text(spec.text, spec.reading, progress))


def hold(spec: TableSpec, table: RawTable) -> None:
    """From now on the file of a description, read in its way and in its edition, is this table for ``table_in_use``."""
    with _lock:
        _remember(_held, _place(spec), table)


def is_held(spec: TableSpec, table: RawTable) -> bool:
    """Whether this table, or one with the same content, is held for a description."""
    known = held(spec)
    return known is table or (known is not None and known.digest == table.digest)


def held(spec: TableSpec) -> RawTable | None:
    """The table that is held for a description, if there is one."""
    with _lock:
        return _held.get(_place(spec))


def table_in_use(spec: TableSpec) -> RawTable:
    """The table that is held for a description, else the one that its file holds. Raises like ``raw_table``."""
    found = held(spec)
    return raw_table(spec) if found is None else found


def _place(spec: TableSpec) -> _Key:
    return str(Path(spec.path).absolute()), spec.text, spec.reading, spec.edition


def _remember(tables: OrderedDict[_Key, RawTable], key: _Key, table: RawTable) -> None:
    """Keeps a table in place of the one not used longest."""
    tables[key] = table
    tables.move_to_end(key)
    while len(tables) > _MOST_OPEN:
        tables.popitem(last=False)


def open_file(path: str, how: ReadingSpec, progress: Progress | None = None) -> RawTable:
    """A file's table, read once as long as it stays as it is; one that is gone is as it was last, read or held.

    Raises like ``raw_table``.
    """
    place = Path(path)
    try:
        state = place.stat()
        key = (str(place.absolute()), state.st_mtime_ns, state.st_size, how)
        return _kept(key, lambda: read_file(place, how, progress))
    except OSError as error:
        with _lock:
            known = [table for key, table in _held.items() if (key[0], key[2]) == (str(place.absolute()), how)]
            known += [table for key, table in _open.items() if (key[0], key[-1]) == (str(place.absolute()), how)]
        if known:
            return known[-1]
        raise DataError(f"{place.name} cannot be read: {error.strerror or error}") from None


def _kept(key: _Key, read: Callable[[], RawTable]) -> RawTable:
    """The table of a key: the one in memory, or read, and then kept in place of the one not used longest."""
    with _lock:
        if key in _open:
            _open.move_to_end(key)
            return _open[key]
    found = read()
    with _lock:
        _remember(_open, key, found)
    return found


def forget() -> None:
    """Nothing is kept in memory any more."""
    with _lock:
        _open.clear()
        _held.clear()
