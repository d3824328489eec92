"""What the table of the data shows: which columns there are, and every cell. No Qt but for translation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.plots.data.rows import Answers, Rows
from gui.text import number, parse_number, tr

NOTHING = "–"
# A cell shows so many digits; all of them are in its tooltip, in what is copied and in what is exported.
_SHOWN = 6


@dataclass(frozen=True)
class Column:
    """One column. ``values`` (rows,) are numbers, or places in ``words``, -1 for none; None: an input, read by row.

    ``marks`` stand before the words where these are shown. ``warns``: the first of the words is bad news.
    """

    name: str
    about: str
    values: NDArray[Any] | None = None
    words: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    warns: bool = False


@dataclass(frozen=True)
class Filter:
    """Which rows are shown: of a part ("train", "test" or "all"), of a class (-1: all), those that have a value.

    ``text``: a part of the name of a class, the number of a row, or a number that is among its values.
    """

    part: str = "all"
    which: int = -1
    text: str = ""


class Sheet:
    """The columns of the rows of a dataset, with what the network answers now."""

    def __init__(self, rows: Rows, answers: Answers) -> None:
        self.rows, self.answers = rows, answers
        parts = (tr("training"), tr("test"))
        self._still = (
            Column(tr("row"), tr("The row of the original table, from 1."), rows.numbers + 1),
            Column(tr("part"), tr("Learned from, or held out."), rows.tested.astype(np.int64), parts, ("●", "○")),
        )
        self.columns: tuple[Column, ...] = ()
        self.show_answers(answers)

    def show_answers(self, answers: Answers) -> None:
        """Takes over what the network says at another step."""
        self.answers = answers
        live = self._of_classes(answers) if self.rows.data.classes else self._of_numbers(answers)
        first, data = (*self._still, *live), self.rows.data
        about = tr("An input, in your units.")
        self.columns = (*first, *(Column(name, about) for name in data.names))
        self.inputs_from = len(first)

    def _of_classes(self, answers: Answers) -> tuple[Column, ...]:
        data, truth = self.rows.data, tr("The true answer.")
        verdicts = (tr("wrong"), tr("right"))
        return (
            Column(data.target, truth, self.rows.classes, data.classes),
            Column(tr("answer"), tr("What the network answers now."), answers.classes, data.classes),
            Column(tr("right?"), tr("Whether the answer is the true one."), answers.right, verdicts, ("✗", "✓"), True),
            Column(tr("output"), tr("The output that decides: the largest, or the only one."), answers.outputs),
        )

    def _of_numbers(self, answers: Answers) -> tuple[Column, ...]:
        found: list[Column] = []
        names = self.rows.target_names
        for k, name in enumerate(names):
            more = f" {k + 1}" if len(names) > 1 else ""
            found += (
                Column(name, tr("The true answer."), self.rows.targets[:, k]),
                Column(tr("answer") + more, tr("What the network answers now."), answers.numbers[:, k]),
                Column(tr("error") + more, tr("Answer minus truth."), answers.errors[:, k]),
            )
        return tuple(found)

    def is_live(self, column: int) -> bool:
        """Whether a column changes while the network learns."""
        return len(self._still) < column < self.inputs_from

    def cell(self, position: int, column: int) -> float | int:
        """What is in a cell: a number, or a place in the words of the column."""
        values = self.columns[column].values
        if values is None:
            return self.rows.line(position)[column - self.inputs_from]
        found: float | int = values[position].item()
        return found

    def text(self, position: int, column: int) -> str:
        """A cell as it is shown."""
        kind, value = self.columns[column], self.cell(position, column)
        if not kind.words:
            return f"{value}" if isinstance(value, int) else number(value + 0.0, _SHOWN)
        place = int(value)
        marks = f"{kind.marks[place]} " if kind.marks else ""
        return f"{marks}{kind.words[place]}" if place >= 0 else NOTHING

    def exact(self, position: int, column: int) -> str:
        """A cell with all digits, as a file has it."""
        kind, value = self.columns[column], self.cell(position, column)
        if not kind.words:
            return f"{value}".removesuffix(".0")
        return kind.words[int(value)] if value >= 0 else ""

    def keys(self, column: int) -> NDArray[np.float64]:
        """What the rows are sorted by, (rows,); NaN where there is nothing."""
        kind = self.columns[column]
        if kind.values is None:
            return self.rows.scaled(column - self.inputs_from).astype(np.float64)
        keys = kind.values.astype(np.float64)
        return np.where(keys < 0, np.nan, keys) if kind.words else keys

    def column(self, column: int) -> NDArray[Any]:
        """A column of all rows, (rows,): numbers with all digits, or words."""
        kind = self.columns[column]
        if kind.values is None:
            return self.rows.inputs(column - self.inputs_from)
        return np.array([*kind.words, ""], object)[kind.values.astype(np.int64)] if kind.words else kind.values

    def names(self) -> list[str]:
        """The names of the columns, each once: one that occurs again gets a number."""
        given: dict[str, int] = {}
        for column in self.columns:
            name, again = column.name, 1
            while name in given:
                again += 1
                name = f"{column.name} ({again})"
            given[name] = 1
        return list(given)

    def kept(self, wanted: Filter) -> NDArray[np.intp]:
        """The positions of the rows that a filter lets through, in the order of the original table."""
        rows, keep = self.rows, np.ones(len(self.rows), bool)
        if wanted.part != "all":
            keep &= rows.tested == (wanted.part == "test")
        if wanted.which >= 0 and len(rows.classes):
            keep &= rows.classes == wanted.which
        text = wanted.text.strip()
        if text:
            keep &= self._having(text)
        return rows.natural[keep[rows.natural]]

    def _having(self, text: str) -> NDArray[np.bool_]:
        """The rows that have a number, or whose class or answer has words in its name."""
        value, classes = _number_in(text), self.rows.data.classes
        found = np.zeros(len(self.rows), bool) if value is None else self.rows.having(value)
        named = np.flatnonzero([text.casefold() in name.casefold() for name in classes])
        return found | np.isin(self.rows.classes, named) if classes else found


def _number_in(text: str) -> float | None:
    """The number that a text is, None for words."""
    try:
        return parse_number(text)
    except ValueError:
        return None
