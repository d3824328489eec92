"""Files of named arrays and words: safetensors, written with a hash of everything and read without trust.

A file is the length of its header in 8 bytes, the header as JSON, and the arrays one after the other. The header says
of each array what it is made of, which shape it has and where it lies, and holds words by name. Two of them are hashes:
``arrays`` of everything behind the header, ``hash`` of the header with its own place left zero, and so of the whole.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from math import prod
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

# What an array may be made of; there is nothing else in these files.
DTYPES = {"F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8", "U8": "|u1"}
LONGEST_HEADER = 16_000_000
_NAMES = {np.dtype(written): name for name, written in DTYPES.items()}
_ALIGNED = 8
_CHANGED = "is damaged: its content is not what was written"
_HASH_BYTES = 32
_NO_HASH = "0" * 2 * _HASH_BYTES
# What a part of JSON takes of the memory, with what is said of its faults, by the sign that comes with it; and what all
# may take together.
_BYTES_BY_SIGN = {b"[": 96, b"{": 200, b":": 320, b",": 50}
# The end of a name inside a text that is JSON itself, which takes its memory only when that is read; and what looks
# like it, a name that ends with the sign itself.
_NAME_WITHIN, _NO_NAME_WITHIN = b'\\":', b'\\\\":'
_MOST_BYTES = 64_000_000
# The header begins so, and its hash follows.
_START = b'{"__metadata__":{"hash":"'

Arrays = Mapping[str, NDArray[Any] | Sequence[NDArray[Any]]]


class FaultError(ValueError):
    """What is wrong with a file, as the rest of a sentence that begins with its name."""


class DamagedError(FaultError):
    """A file that is not what was written, or was never one of these."""

    def __init__(self, said: str = "is not a Glassbox project, or it is damaged") -> None:
        super().__init__(said)


# -- JSON ----------------------------------------------------------------------------------------------


def as_json(value: Any) -> str:
    """A value as JSON, as short as can be and always written in the same way."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def parsed(text: bytes | str) -> Any:
    """JSON as a value. Raises ``FaultError`` where it is none, has a name twice, NaN, or far too many parts."""
    letters = text.encode("utf-8", "replace") if isinstance(text, str) else text
    _refuse_countless(letters)
    try:
        return json.loads(letters, object_pairs_hook=_each_once, parse_constant=_no_number)
    except FaultError:
        raise
    except (ValueError, RecursionError):
        raise FaultError("cannot be used: what it says of itself is no JSON") from None


def _refuse_countless(letters: bytes) -> None:
    needed = sum(letters.count(sign) * each for sign, each in _BYTES_BY_SIGN.items())
    needed -= (letters.count(_NAME_WITHIN) - letters.count(_NO_NAME_WITHIN)) * _BYTES_BY_SIGN[b":"]
    if needed > _MOST_BYTES or len(letters) > LONGEST_HEADER:
        raise FaultError("cannot be used: what it says of itself is too long to be true")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise FaultError(f"cannot be used: {twice[:60]!r} is there twice")
    return found


def _no_number(name: str) -> Any:
    raise FaultError(f"cannot be used: {name} stands where a finite number must be")


# -- writing -------------------------------------------------------------------------------------------


def _letters(array: NDArray[Any]) -> NDArray[np.uint8]:
    """An array as bytes, without a copy where it lies in one piece already."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _parts(value: NDArray[Any] | Sequence[NDArray[Any]]) -> Sequence[NDArray[Any]]:
    return (value,) if isinstance(value, np.ndarray) else value


@dataclass(frozen=True)
class Content:
    """What a file is to hold: words by name, and arrays, each a single one or rows of the same kind."""

    words: Mapping[str, str]
    arrays: Arrays

    @cached_property
    def pieces(self) -> list[NDArray[np.uint8]]:
        """The bytes of all arrays, in the order of the file."""
        return [_letters(part) for name in self._order for part in _parts(self.arrays[name])]

    @cached_property
    def _order(self) -> list[str]:
        """The widest numbers first, so that each lies where the processor likes it; then as they were given."""
        return sorted(self.arrays, key=lambda name: -_dtype(self.arrays[name]).itemsize)

    @cached_property
    def header(self) -> bytes:
        """The header, with both hashes, and spaces up to a whole number of words."""
        entries: dict[str, Any] = {}
        place = 0
        for name in self._order:
            value, dtype = self.arrays[name], _dtype(self.arrays[name])
            shape = value.shape if isinstance(value, np.ndarray) else (len(value), *value[0].shape)
            end = place + dtype.itemsize * prod(shape)
            entries[name] = {"dtype": _NAMES[dtype], "shape": shape, "data_offsets": (place, end)}
            place = end
        content = blake2b(digest_size=_HASH_BYTES)
        for piece in self.pieces:
            content.update(piece.data)
        words = {"hash": _NO_HASH, "arrays": content.hexdigest(), **self.words}
        header = as_json({"__metadata__": words, **entries}).encode()
        header += b" " * (-len(header) % _ALIGNED)
        _refuse_countless(header)
        return _with_hash(header, _digest(header))

    @property
    def hash(self) -> str:
        """The hash of everything, 64 letters."""
        return self.header[len(_START) :][: len(_NO_HASH)].decode()

    def write(self, file: BinaryIO) -> None:
        """Writes everything into an open file."""
        file.write(len(self.header).to_bytes(8, "little"))
        file.write(self.header)
        for piece in self.pieces:
            file.write(piece.data)


def _dtype(value: NDArray[Any] | Sequence[NDArray[Any]]) -> np.dtype[Any]:
    return _parts(value)[0].dtype.newbyteorder("<")


def _with_hash(header: bytes, said: str) -> bytes:
    return b"".join([_START, said.encode(), header[len(_START) + len(_NO_HASH) :]])


def _digest(header: bytes) -> str:
    """The hash of a header, whatever hash it has."""
    return blake2b(_with_hash(header, _NO_HASH), digest_size=_HASH_BYTES).hexdigest()


# -- reading -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """What the header says of an array."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int
    end: int


class TensorFile:
    """An open file whose header holds together; its arrays are read later, when their shapes are known to be right.

    ``words`` and ``entries`` are those of the header. Raises ``FaultError``, and ``OSError`` where the file cannot be
    opened.
    """

    def __init__(self, path: Path) -> None:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise DamagedError  # a pipe would be waited for
        self._file = path.open("rb")
        try:
            size = os.fstat(self._file.fileno()).st_size
            self._header = self._read_header(size)
            self._begin = 8 + len(self._header)
            described = parsed(self._header)
            if not isinstance(described, dict):
                raise DamagedError
            self.words: dict[str, str] = _words(described.pop("__metadata__", {}))
            self.entries = dict(_entries(described, size - self._begin))
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def _read_header(self, size: int) -> bytes:
        start = self._file.read(8)
        length = int.from_bytes(start, "little")
        if len(start) < 8 or length > size - 8 or length < 2:
            raise DamagedError
        if length > LONGEST_HEADER:
            raise FaultError("cannot be used: what it says of itself is too long to be true")
        header = self._file.read(length)
        if len(header) < length or not header.startswith(b"{"):
            raise DamagedError
        return header

    @property
    def hash(self) -> str:
        """The hash that the header says everything has."""
        return self.words.get("hash", "")

    def check_header(self) -> None:
        """Raises ``DamagedError`` when the header is not what was written."""
        if not self._header.startswith(_START) or _digest(self._header) != self.hash:
            raise DamagedError(_CHANGED)

    def read(self) -> dict[str, NDArray[Any]]:
        """All arrays, each of its own. Raises ``DamagedError`` when they are not what was written."""
        content = blake2b(digest_size=_HASH_BYTES)
        arrays = {}
        for name, array in self.arrays():
            content.update(_letters(array).data)
            arrays[name] = array
        if content.hexdigest() != self.words.get("arrays"):
            raise DamagedError(_CHANGED)
        return arrays

    def arrays(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """All arrays by name, in the order of the file, unchecked."""
        self._file.seek(self._begin)
        for name, entry in self.entries.items():
            array = np.empty(entry.shape, entry.dtype)
            letters = _letters(array)
            if self._file.readinto(letters.data) < len(letters):
                raise DamagedError
            yield name, array


def _words(found: Any) -> dict[str, str]:
    if not isinstance(found, dict) or not all(isinstance(word, str) for word in found.values()):
        raise DamagedError
    return found


def _entries(described: dict[str, Any], size: int) -> Iterator[tuple[str, Entry]]:
    """The arrays in the order in which they lie, which they must without gaps, up to the end of the file."""
    found = [(name, _entry(said)) for name, said in described.items()]
    place = 0
    for name, entry in sorted(found, key=lambda each: (each[1].start, each[1].end)):
        if entry.start != place or entry.end - entry.start != entry.dtype.itemsize * prod(entry.shape):
            raise DamagedError
        place = entry.end
        yield name, entry
    if place != size:
        raise DamagedError


def _entry(said: Any) -> Entry:
    if not isinstance(said, dict) or said.keys() != {"dtype", "shape", "data_offsets"}:
        raise DamagedError
    dtype, shape, offsets = said["dtype"], said["shape"], said["data_offsets"]
    if not (isinstance(dtype, str) and dtype in DTYPES and isinstance(shape, list) and isinstance(offsets, list)):
        raise DamagedError
    numbers = (*shape, *offsets)
    if len(shape) > 2 or len(offsets) != 2 or not all(type(n) is int and 0 <= n < 2**48 for n in numbers):
        raise DamagedError
    return Entry(np.dtype(DTYPES[dtype]), tuple(shape), *offsets)
