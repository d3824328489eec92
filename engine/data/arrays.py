"""NumPy files: an array, or several in one file; nothing in them is ever executed."""

from __future__ import annotations

import math
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from engine.data.progress import Progress
from engine.data.raw import Column, Found, RawTable
from engine.data.sheets import chosen
from engine.data.table import DataError
from engine.data.table_spec import ReadingSpec
from engine.data.typed import column_of_values, named, refuse_too_large, refuse_too_wide
from engine.wording import counted

# Inputs and what is to be learned from them, as they are often called; joined, the second comes last.
_PAIRS = (("x", "y"), ("X", "y"), ("x_train", "y_train"), ("X_train", "y_train"), ("data", "target"))
_BAD = (ValueError, EOFError, BadZipFile, KeyError, TypeError, SyntaxError, TokenError, NotImplementedError)


def read_array(path: Path, progress: Progress) -> RawTable:
    """A table from a ``.npy`` file. Raises ``DataError`` and whatever ``progress`` raises."""
    with path.open("rb") as file:
        values = _loaded(file, path.stat().st_size, path.name, path.name)
    columns, notes = _columns(values, "", path.name)
    progress(1.0, len(values))
    return RawTable(tuple(columns), path.name, Found(header=values.dtype.names is not None, notes=notes))


def read_arrays(path: Path, how: ReadingSpec, progress: Progress) -> RawTable:
    """A table from a ``.npz`` file: the array that was asked for, a pair such as x and y, or the first.

    Raises ``DataError`` and whatever ``progress`` raises.
    """
    try:
        with ZipFile(path) as archive:
            sizes = {member.filename.removesuffix(".npy"): member.file_size for member in archive.infolist()}
            pairs = {f"{x}, {y}": (x, y) for x, y in _PAIRS if x in sizes and y in sizes}
            sheets = (*pairs, *sizes)
            sheet = chosen(how.sheet, sheets, path.name, "array")
            arrays = {}
            for name in pairs.get(sheet, (sheet,)):
                with archive.open(f"{name}.npy") as file:
                    arrays[name] = _loaded(file, sizes[name], f"the array '{name}'", path.name)
    except (BadZipFile, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{path.name} is damaged ({error}); save it again with numpy.savez") from None
    (first, rows), *others = ((name, len(values)) for name, values in arrays.items())
    for name, count in others:
        if count != rows:
            raise DataError(
                f"{path.name}: '{first}' has {counted(rows, 'row')} but '{name}' has {count:,}; choose one of them"
            )
    made = [_columns(values, name, path.name) for name, values in arrays.items()]
    columns = [column for each, _ in made for column in each]
    refuse_too_wide(len(columns), path.name)
    names = named(column.name for column in columns)
    unique = (Column(name, c.stored, c.values, c.labels) for name, c in zip(names, columns, strict=True))
    progress(1.0, rows)
    notes = tuple(note for _, each in made for note in each)
    header = any(values.dtype.names for values in arrays.values())
    return RawTable(tuple(unique), path.name, Found(header=header, sheet=sheet, sheets=sheets, notes=notes))


def _loaded(file: IO[bytes], size: int, what: str, origin: str) -> NDArray[Any]:
    """An array from so many bytes, which its own description must not exceed."""
    try:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, fortran, dtype = read(file)
    except _BAD:
        raise DataError(f"{what} is damaged; save it again with numpy.save") from None
    if dtype.hasobject:
        raise DataError(f"{what} holds Python objects, which are not read; save numbers or words instead")
    if len(shape) == 0:
        raise DataError(f"{what} is a single value; a table has rows and columns")
    if any(extent < 0 for extent in shape) or math.prod(shape) * dtype.itemsize > size:
        raise DataError(f"{what} is shorter than it says it is; save it again with numpy.save")
    refuse_too_wide(len(dtype.names or ()) or math.prod(shape[1:]), origin)
    refuse_too_large(math.prod(shape) * (dtype.itemsize + 8.0), shape[0], origin)
    content = file.read(math.prod(shape) * dtype.itemsize)
    if len(content) < math.prod(shape) * dtype.itemsize:
        raise DataError(f"{what} is shorter than it says it is; save it again with numpy.save")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")


def _columns(values: NDArray[Any], name: str, origin: str) -> tuple[list[Column], tuple[str, ...]]:
    """The columns of an array, and what one should know."""
    if values.dtype.names:
        parts = [values[field] for field in values.dtype.names]
        if any(part.ndim != 1 for part in parts):
            raise DataError(f"{origin} has fields of several values in a row; a table has one value in each")
        return [_column(label, part) for label, part in zip(named(values.dtype.names), parts, strict=True)], ()
    if values.ndim == 1:
        return [_column(name or "column 1", values)], ()
    if math.prod(values.shape[1:]) == 0:
        raise DataError(f"{origin} has no columns; there is no table in it")
    table = values.reshape(len(values), -1) if len(values) else values.reshape(0, math.prod(values.shape[1:]))
    extents = " × ".join(map(str, values.shape[1:]))
    notes = (f"the {extents} values of a row became {counted(table.shape[1], 'column')}",) if values.ndim > 2 else ()
    if table.shape[1] == 1 and name:
        return [_column(name, table[:, 0])], notes
    return [_column(f"column {place + 1}", table[:, place]) for place in range(table.shape[1])], notes


def _column(name: str, values: NDArray[Any]) -> Column:
    kind = values.dtype.kind
    if kind in "iuf":
        return Column(name, "number", values.astype(np.float64))
    if kind in "Mm":
        seconds = values.astype("datetime64[s]" if kind == "M" else "timedelta64[s]")
        numbers = np.where(np.isnat(seconds), np.nan, seconds.astype(np.int64).astype(np.float64))
        return Column(name, "date" if kind == "M" else "number", numbers)
    if kind in "bUS":
        words = np.char.decode(values, "utf-8", "replace") if kind == "S" else values
        return column_of_values(name, words.tolist())
    raise DataError(f"column '{name}' holds values of the type {values.dtype}; save it as numbers or words")
