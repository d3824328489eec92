"""Scoring: the rows of a file are answered, and written to another file with the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from engine.answering import Predictor, appended, as_csv
from engine.data.opened import open_file
from engine.data.raw import RawTable
from engine.data.table_spec import ReadingSpec
from engine.experiment import DataSpec
from engine.files import replacing
from engine.wording import counted

# So many fields are answered and written at once: bounds the memory, and how long one waits for a cancel.
_BLOCK_FIELDS = 100_000
# Of more columns than this it is only said how many have values that were not understood.
_MOST_DOUBTS = 4

Stage = Literal["reading", "answering"]
# The stage, how far it has come from 0 to 1, and how many rows it has done. It may raise ``CancelledError``.
Follow = Callable[[Stage, float, int], None]


def unfollowed(_stage: Stage, _share: float, _rows: int) -> None:
    """The progress that nobody asks for."""


@dataclass(frozen=True)
class Scored:
    """What came of a file: its rows, how many of them have no answer, and why the first of these has none.

    ``doubts``: what was not understood and yet answered, a sentence without its full stop for each column.
    """

    rows: int
    unanswered: int = 0
    problem: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def answered(self) -> int:
        """How many rows have an answer."""
        return self.rows - self.unanswered

    @property
    def shortfall(self) -> str:
        """How many rows have no answer, and why, in a sentence without its full stop; "" where all have one."""
        if not self.unanswered:
            return ""
        have = "has" if self.unanswered == 1 else "have"
        return f"{self.unanswered:,} of {counted(self.rows, 'row')} {have} no answer: {self.problem}"

    @property
    def remarks(self) -> str:
        """What else there is to say of the answers, a line for each; "" where there is nothing."""
        more = len(self.doubts) - _MOST_DOUBTS
        lines = [
            self.shortfall,
            *self.doubts[:_MOST_DOUBTS],
            f"the same in {more:,} more" if more > 0 else "",
        ]
        return "\n".join(f"{line[:1].upper()}{line[1:]}." for line in lines if line)


def score_file(predictor: Predictor, table: Path, out: Path, data: DataSpec, follow: Follow = unfollowed) -> Scored:
    """Answers the rows of a file and writes them with the answers as CSV in UTF-8, whole or not at all.

    Raises what ``score`` raises, and ``OSError`` with the reason in plain words where it cannot be written.
    """
    with replacing(out) as file:
        return score(predictor, table, lambda text: file.write(text.encode()), data, follow)


def score(
    predictor: Predictor,
    table: Path,
    write: Callable[[str], object],
    data: DataSpec,
    follow: Follow = unfollowed,
) -> Scored:
    """Gives the rows of a file with the answers to ``write``, as CSV, a block of rows at a time.

    The file is read like the one that was learned from, ``data``. A row that cannot be answered has none. Raises
    ``DataError`` with a sentence where there is no table or a column is not there, and whatever ``follow`` raises.
    """
    how = data.table.reading if data.table is not None else ReadingSpec()
    raw = open_file(str(table), how, lambda share, rows: follow("reading", share, rows))
    return _answered(predictor, raw, write, follow)


def _answered(predictor: Predictor, raw: RawTable, write: Callable[[str], object], follow: Follow) -> Scored:
    read = predictor.preparation.read(raw)
    unanswered, first = 0, -1
    size = max(1, _BLOCK_FIELDS // len(raw.columns))
    # A table without rows is written with its names.
    for start in range(0, max(raw.rows, 1), size):
        follow("answering", start / max(raw.rows, 1), start)
        rows = np.arange(start, min(start + size, raw.rows))
        answers = predictor.answers_where_possible(read, rows)
        without = np.flatnonzero(np.isnan(answers.numbers[:, 0]))
        if len(without) and first < 0:
            first = int(rows[without[0]])
        unanswered += len(without)
        write(as_csv(appended(raw.take(rows), answers, predictor.gives_probabilities), names=start == 0))
    follow("answering", 1.0, raw.rows)
    problem = predictor.why_no_answer(read, first) if unanswered else ""
    return Scored(raw.rows, unanswered, problem, predictor.preparation.doubts(raw))
