"""The data in a project file: the tables of one's own as they were read, and what a network is given of any data.

What is given is kept as it is, so that a run goes on bit for bit whatever other versions of a library would make of
the same description. Tables that are too large for that are named, with a hash of their content, and read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.data.dataset import Dataset
from engine.data.derived import variables_of
from engine.data.opened import held, raw_table
from engine.data.preparation import Preparation
from engine.data.progress import Progress
from engine.data.raw import Column, Found, RawTable
from engine.data.sources import source_choices
from engine.data.table import DataError
from engine.data.table_spec import TableSpec
from engine.project_words import ANY, Count, Wanted, Words
from engine.tensor_file import Arrays, FaultError

# A table and what is made of it are kept in the file while their arrays take no more than this, in bytes.
MOST_BYTES = 64_000_000
# A row of a table has a number below this.
_MOST_ROWS = 100_000_000
_PREFIXES = ("table.", "test_table.")


class _ColumnWords(Words):
    name: str
    stored: Literal["number", "text", "date"]
    labels: Count = 0


class _FoundWords(Words):
    """How a table was read; see ``Found``."""

    encoding: str
    delimiter: str
    decimal: str
    header: bool
    comment: str
    sheet: str
    sheets: tuple[str, ...]
    notes: tuple[str, ...]


class TableWords(Words):
    """What is said of a table; where it is in the file, how many rows it has and what its columns are."""

    origin: str
    digest: str
    rows: Annotated[int, Field(ge=0, le=_MOST_ROWS)]
    columns: tuple[_ColumnWords, ...] = ()
    found: _FoundWords | None = None


class DataWords(Words):
    """What is said of the data. ``kept``: whether tables and arrays are in the file; else ``digest`` is theirs."""

    source: str
    columns: tuple[str, ...]
    bounds: tuple[float, float] | None
    train: Annotated[int, Field(ge=0, le=_MOST_ROWS)]
    test: Annotated[int, Field(ge=0, le=_MOST_ROWS)]
    derived: bool
    kept: bool
    digest: str
    tables: Annotated[tuple[TableWords, ...], Field(max_length=2)] = ()


# -- writing -------------------------------------------------------------------------------------------


def written(data: Dataset, readable: bool) -> tuple[DataWords, dict[str, Any]]:
    """Data as words and arrays; where its tables are ``readable`` again from their files, not what is too large."""
    kept = not (readable and data.tables) or data.size + sum(map(_size, data.tables)) <= MOST_BYTES
    words = DataWords(
        source=data.source,
        columns=data.columns,
        bounds=data.bounds,
        train=len(data.x_train),
        test=len(data.x_test),
        derived=data.values_train is not None,
        kept=kept,
        digest="" if kept else data.digest,
        tables=tuple(_table_words(table, kept) for table in data.tables),
    )
    arrays: dict[str, Any] = {}
    if kept:
        arrays = {f"data.{name}": array for name, array in data.arrays.items()}
        for prefix, table in zip(_PREFIXES, data.tables, strict=False):
            arrays |= {prefix + name: value for name, value in _table_arrays(table).items()}
    return words, arrays


def _size(table: RawTable) -> int:
    """What a table takes in a file, in bytes."""
    return table.size + sum(len(label) for column in table.columns for label in column.labels)


def _table_words(table: RawTable, kept: bool) -> TableWords:
    if not kept:
        return TableWords(origin=table.origin, digest=table.digest, rows=table.rows)
    columns = tuple(_ColumnWords(name=c.name, stored=c.stored, labels=len(c.labels)) for c in table.columns)
    found = _FoundWords(**asdict(table.found))
    return TableWords(origin=table.origin, digest="", rows=table.rows, columns=columns, found=found)


def _table_arrays(table: RawTable) -> Arrays:
    """Numbers and dates (columns, rows), texts as places in labels (columns, rows), then all labels."""
    numbers = [column.values for column in table.columns if column.stored != "text"]
    codes = [column.values for column in table.columns if column.stored == "text"]
    labels = [label.encode() for column in table.columns for label in column.labels]
    return {
        "numbers": numbers or np.zeros((0, table.rows), np.float64),
        "codes": codes or np.zeros((0, table.rows), np.int32),
        "labels": np.frombuffer(b"".join(labels), np.uint8),
        "label_ends": np.cumsum([len(label) for label in labels], dtype=np.int64),
    }


# -- reading -------------------------------------------------------------------------------------------


def wanted(words: DataWords, preparation: Preparation) -> Wanted:
    """The arrays of the data that are in the file."""
    if not words.kept:
        return {}
    single, real, whole = np.dtype("<f4"), np.dtype("<f8"), np.dtype("<i8")
    width, targets = len(preparation.names), len(preparation.target.shift)
    found: Wanted = {}
    for part, rows in (("train", words.train), ("test", words.test)):
        classes = bool(preparation.target.classes)
        found[f"data.x_{part}"] = (single, (rows, width))
        found[f"data.y_{part}"] = (whole, (rows,)) if classes else (single, (rows, targets))
        found[f"data.rows_{part}"] = (whole, (rows,))
        if words.derived:
            found[f"data.values_{part}"] = (real, (rows, _variables(words, preparation)))
    for prefix, table in zip(_PREFIXES, words.tables, strict=False):
        texts = [column for column in table.columns if column.stored == "text"]
        found[f"{prefix}numbers"] = (real, (len(table.columns) - len(texts), table.rows))
        found[f"{prefix}codes"] = (np.dtype("<i4"), (len(texts), table.rows))
        found[f"{prefix}labels"] = (np.dtype("|u1"), (ANY,))
        found[f"{prefix}label_ends"] = (whole, (sum(column.labels for column in texts),))
    return found


def _variables(words: DataWords, preparation: Preparation) -> int:
    """How many variables there are where inputs are derived from them."""
    derived = preparation.derived
    names = preparation.names[: len(preparation.names) - len(derived)]
    return len(variables_of(words.columns, names, derived))


def restored(words: DataWords, preparation: Preparation, arrays: dict[str, NDArray[Any]]) -> Dataset:
    """The data that are in the file. Raises ``FaultError`` when they contradict themselves."""
    if words.source and words.source not in dict(source_choices()):
        raise FaultError(f"cannot be used: there is no source of data called {words.source[:60]!r}")
    found = {name.removeprefix("data."): array for name, array in arrays.items() if name.startswith("data.")}
    data = Dataset.described_by(
        preparation,
        **found,
        columns=words.columns,
        source=words.source,
        bounds=words.bounds,
        tables=tuple(_tables(words, arrays)),
    )
    _refuse_contradictions(data)
    return data


def _refuse_contradictions(data: Dataset) -> None:
    most = sum(table.rows for table in data.tables) if data.tables else _MOST_ROWS
    for part in ("train", "test"):
        x, y = data.part(part)
        rows = getattr(data, f"rows_{part}")
        if len(rows) and not (rows.min() >= 0 and rows.max() < most):
            raise FaultError("cannot be used: its data name rows that its table does not have")
        if data.classes and len(y) and not (y.min() >= 0 and y.max() < len(data.classes)):
            raise FaultError(f"cannot be used: its data have a class that is none of the {len(data.classes)} there are")
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise FaultError("cannot be used: its data are not made of finite numbers")


def _tables(words: DataWords, arrays: dict[str, NDArray[Any]]) -> Iterator[RawTable]:
    for prefix, table in zip(_PREFIXES, words.tables, strict=False):
        names = [column.name for column in table.columns]
        if len(set(names)) < len(names):
            raise FaultError("cannot be used: its table has two columns of the same name")
        labels = _labels(arrays[f"{prefix}labels"], arrays[f"{prefix}label_ends"])
        numbers, codes = iter(arrays[f"{prefix}numbers"]), iter(arrays[f"{prefix}codes"])
        columns = []
        for said in table.columns:
            if said.stored != "text":
                columns.append(Column(said.name, said.stored, next(numbers)))
                continue
            places, own = next(codes), tuple(next(labels) for _ in range(said.labels))
            if len(places) and not (places.min() >= -1 and places.max() < len(own)):
                raise FaultError(f"cannot be used: its column {said.name[:60]!r} has values without a label")
            columns.append(Column(said.name, said.stored, places, own))
        found = Found(**table.found.model_dump()) if table.found else Found()
        yield RawTable(tuple(columns), table.origin, found)


def _labels(letters: NDArray[np.uint8], ends: NDArray[np.int64]) -> Iterator[str]:
    whole, start = letters.tobytes(), 0
    if len(ends) and (ends[0] < 0 or (np.diff(ends) < 0).any() or ends[-1] != len(whole)):
        raise FaultError("cannot be used: the labels of its table contradict themselves")
    for end in ends.tolist():
        try:
            yield whole[start:end].decode()
        except UnicodeDecodeError:
            raise FaultError("cannot be used: a label of its table is no text") from None
        start = end


# -- tables that are not in the file -------------------------------------------------------------------


@dataclass(frozen=True)
class MissingTable:
    """A table that a project needs and that is not in it. ``second``: the one with the test rows."""

    path: str
    reason: Literal["gone", "changed"]
    second: bool = False

    @property
    def sentence(self) -> str:
        """What is the matter, and what can be done, for people."""
        name = f"{Path(self.path).name}, from which {'the test rows come' if self.second else 'this project learns'},"
        if self.reason == "gone":
            return f"{name} is not in its place any more; say where it is, and training goes on"
        return f"{name} has changed since the project was saved; find the file as it was, and training goes on"


def found_again(
    words: DataWords, table: TableSpec, progress: Progress | None = None
) -> tuple[RawTable, ...] | MissingTable:
    """The tables of a description as they were, from memory or from their files; or the first that is not.

    Raises whatever ``progress`` raises.
    """
    found: list[RawTable] = []
    for spec, said in zip((table, table.second), words.tables, strict=False):
        again = _as_it_was(spec, said.digest, progress) if spec else "changed"
        if isinstance(again, str):
            return MissingTable(spec.path if spec else table.test_path, again, bool(found))
        found.append(again)
    return tuple(found)


def _as_it_was(spec: TableSpec, digest: str, progress: Progress | None) -> RawTable | Literal["gone", "changed"]:
    known = held(spec)
    if known is not None and known.digest == digest:
        return known
    if not Path(spec.path).is_file():
        return "gone"
    try:
        again = raw_table(spec, progress)
    except DataError:
        return "changed"
    return again if again.digest == digest else "changed"
