"""Workbooks (xlsx, xls, ods) and Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.progress import Progress
from engine.data.raw import Column, Found, RawTable
from engine.data.table import DataError
from engine.data.table_spec import ReadingSpec
from engine.data.typed import (
    column_of_values,
    first_row_is_names,
    named,
    refuse_too_large,
    refuse_too_wide,
    typed_column,
    written,
)

_SAMPLE_ROWS = 200
_ROWS_AT_ONCE = 5_000


def chosen(wanted: str, there: Sequence[str], origin: str, what: str) -> str:
    """The sheet that was asked for, else the first. Raises ``DataError`` when it is not there."""
    if not there:
        raise DataError(f"{origin} has no {what}; there is no table in it")
    if wanted and wanted not in there:
        raise DataError(f"{origin} has no {what} '{wanted}'; it has {', '.join(there)}")
    return wanted or there[0]


def read_workbook(path: Path, how: ReadingSpec, progress: Progress) -> RawTable:
    """A sheet of a workbook. Raises ``DataError`` and whatever ``progress`` raises."""
    from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound  # noqa: PLC0415

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            sheets = tuple(book.sheet_names)
            name = chosen(how.sheet, sheets, path.name, "sheet")
            sheet = book.get_sheet_by_name(name)
            rows = []
            for row in sheet.iter_rows():
                rows.append(row)
                if len(rows) % _ROWS_AT_ONCE == 0:
                    progress(min(len(rows) / max(sheet.total_height, 1), 1.0), len(rows))
    except (CalamineError, WorksheetNotFound, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path.name} cannot be read as a workbook ({error}); save it again as xlsx") from None
    rows = [row for row in rows if any(cell not in ("", None) for cell in row)]
    if not rows:
        raise DataError(f"the sheet '{name}' of {path.name} is empty; choose another one")
    refuse_too_wide(max(map(len, rows)), path.name)
    table = _of_cells(rows, how)
    progress(1.0, len(table[0][0].values))
    return RawTable(table[0], path.name, Found(header=table[1], sheet=name, sheets=sheets))


def _of_cells(rows: list[list[Any]], how: ReadingSpec) -> tuple[tuple[Column, ...], bool]:
    """The columns, and whether the first row held their names."""
    words = [[written(cell) for cell in row] for row in rows[:_SAMPLE_ROWS]]
    header = first_row_is_names(words) if how.header == "auto" else how.header == "yes"
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    given = words[0] + [""] * (width - len(words[0])) if header else [""] * width
    cells = rows[1:] if header else rows
    decimal = "." if how.decimal == "auto" else how.decimal
    columns = [
        column_of_values(name, (row[place] for row in cells), decimal) for place, name in enumerate(named(given))
    ]
    kept = tuple(column for column, name in zip(columns, given, strict=True) if name or not column.missing.all())
    return kept or tuple(columns), header


def read_parquet(path: Path, progress: Progress) -> RawTable:
    """A Parquet file, column by column. Raises ``DataError`` and whatever ``progress`` raises."""
    if find_spec("pyarrow") is None:
        raise DataError(f"{path.name} is a Parquet file, for which the package 'pyarrow' must be installed")
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    columns, left_out = [], []
    try:
        with parquet.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
            refuse_too_wide(len(schema.names), path.name)
            refuse_too_large(16.0 * rows * len(schema.names), rows, path.name)
            for place, name in enumerate(named(schema.names)):
                progress(place / len(schema.names), rows)
                field = schema.field(place)
                column = None
                if schema.names.count(field.name) == 1 and not pa.types.is_nested(field.type):
                    column = _of_arrow(name, file.read(columns=[field.name]).column(0))
                columns += [column] if column else []
                left_out += [] if column else [name]
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"{path.name} cannot be read as Parquet ({str(error).splitlines()[0]}); save it again"
        ) from None
    if not columns:
        raise DataError(f"{path.name} has no column of numbers, words or dates")
    progress(1.0, rows)
    notes = (f"left out, as they hold no single values: {', '.join(left_out)}",) if left_out else ()
    return RawTable(tuple(columns), path.name, Found(notes=notes))


def _of_arrow(name: str, values: Any) -> Column | None:
    """A column from Arrow, None for what is no number, word or date."""
    import pyarrow as pa  # noqa: PLC0415

    kind, types = values.type, pa.types
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        numbers = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return Column(name, "number", np.array(numbers, np.float64))
    if types.is_date(kind) or types.is_timestamp(kind):
        instants = values.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
        return Column(name, "date", np.array(instants.to_numpy(zero_copy_only=False), np.float64))
    if types.is_boolean(kind):
        return column_of_values(name, values.to_pylist())
    if types.is_string(kind) or types.is_large_string(kind) or types.is_dictionary(kind):
        coded = (values if types.is_dictionary(kind) else values.dictionary_encode()).unify_dictionaries()
        words = [str(word) for word in coded.chunk(0).dictionary.to_pylist()] if coded.num_chunks else []
        codes = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in coded.chunks]
        joined = np.concatenate(codes) if codes else np.empty(0, np.int32)
        return typed_column(name, joined.astype(np.int32), words)
    return None
