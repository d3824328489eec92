"""Scoring: the rows of a file are answered, and written to another file with the answers."""

from __future__ import annotations

from pathlib import Path

from engine.answering import Predictor, appended, csv_blocks
from engine.data.opened import open_file
from engine.data.raw import RawTable
from engine.data.table import DataError
from engine.data.table_spec import ReadingSpec
from engine.experiment import DataSpec
from engine.files import replace_file


def scored(predictor: Predictor, table: Path, data: DataSpec) -> RawTable:
    """The table in a file, with the answers as further columns; it is read like the one that was learned from.

    Raises ``DataError`` with one sentence that names row and column where there is one.
    """
    raw = open_file(str(table), data.table.reading if data.table is not None else ReadingSpec())
    if not raw.rows:
        raise DataError(f"{raw.origin} has no rows, so there is nothing to answer; add some below the names")
    return appended(raw, predictor.answers(raw), predictor.gives_probabilities)


def write_csv(path: Path, raw: RawTable) -> None:
    """Writes a table as CSV in UTF-8, whole or not at all. Raises ``OSError`` with the reason in plain words."""
    replace_file(path, "".join(csv_blocks(raw)).encode())
