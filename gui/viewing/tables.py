"""The data of a view as text, for a file or for a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from gui.plots.view import Table


def as_csv(table: Table) -> str:
    """Comma-separated values as RFC 4180 has them, a line for each row below the names of the columns.

    Numbers have all their digits, as few as are read back as the very same number; nothing stands for NaN. Raises
    ``ValueError`` when columns differ in length.
    """
    return _written(table, "excel")


def as_lines(table: Table) -> str:
    """The same with tabs between the columns, as spreadsheets read what is pasted."""
    return _written(table, "excel-tab")


def _written(table: Table, dialect: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, dialect)
    writer.writerow(table.columns)
    writer.writerows(zip(*map(_in_full, table.columns.values()), strict=True))
    return text.getvalue()


def _in_full(column: Iterable[Any]) -> list[str]:
    values = np.asarray(column)
    # As Python's own numbers, which are faster to write; narrower ones would get digits that they do not have.
    cells = values.tolist() if values.dtype.kind != "f" or values.itemsize == 8 else list(values)
    return [_cell(value) for value in cells]


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float | np.floating) and math.isnan(value)):
        return ""
    return str(value).removesuffix(".0") if isinstance(value, float | np.floating) else str(value)
