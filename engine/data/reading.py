"""From files and pasted text to a raw table."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.raw import Column, Found, RawTable
from engine.data.table import DataError
from engine.data.table_spec import ReadingSpec


class CancelledError(Exception):
    """Reading was given up because it was asked to."""


# How far it has come, from 0 to 1, and how many rows there are so far. It may raise CancelledError.
Progress = Callable[[float, int], None]


def read_file(path: Path, how: ReadingSpec | None = None, progress: Progress | None = None) -> RawTable:
    """Reads a table from a file, whatever kind it is.

    Raises ``DataError`` with one sentence that names row and column where there is one, ``OSError`` when the file
    cannot be opened, and whatever ``progress`` raises.
    """
    import pandas as pd  # noqa: PLC0415

    return _raw(pd.read_csv(path, header=None), path.name)


def read_text(text: str, how: ReadingSpec | None = None, progress: Progress | None = None) -> RawTable:
    """Reads a pasted table. Raises like ``read_file``."""
    import pandas as pd  # noqa: PLC0415

    return _raw(pd.read_csv(StringIO(text)), "pasted table")


def _raw(frame: Any, origin: str) -> RawTable:
    columns = []
    for place, name in enumerate(frame.columns):
        values = frame[name]
        label = f"column {place + 1}" if isinstance(name, int) else str(name)
        if values.dtype.kind in "if":
            columns.append(Column(label, "number", values.to_numpy(np.float64)))
        else:
            categories = values.astype("category").cat
            labels = tuple(str(each) for each in categories.categories)
            columns.append(Column(label, "text", categories.codes.to_numpy(np.int32), labels))
    if not columns:
        raise DataError(f"{origin} holds no table")
    return RawTable(tuple(columns), origin, Found(delimiter=","))
