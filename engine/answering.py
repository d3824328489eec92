"""Answering: raw rows go in, what a trained network says comes out, in the user's own words and units."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.preparation import Answers, Preparation, PreparedColumn, dates_in_parts
from engine.data.raw import Column, RawTable
from engine.data.table import DataError
from engine.network import Network, extended

# Rows that are answered, or written, at once: bounds the memory.
_BLOCK = 16_384
_PROBABILITIES = ("sigmoid", "softmax")
_DAY_S = 86_400.0
# Inputs in single precision tell the time of a date in days no better than this.
_SINGLE_PRECISION_S = 120.0
# Within so many years every date, even the 29th of February, falls on every weekday.
_CYCLE_YEARS = 40
# A row typed by hand: the value of each column by its name, None for missing.
TypedRow = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Predictor:
    """A trained network with the preparation of its data; neither is changed."""

    network: Network
    preparation: Preparation

    def answers(self, raw: RawTable) -> Answers:
        """What the network says to every row of a raw table. Raises ``DataError`` naming row and column."""
        return self.answers_to(self.preparation.inputs(raw))

    def answers_to(self, x: NDArray[Any]) -> Answers:
        """The same for rows that are prepared already, (rows, inputs)."""
        network = self.network
        outputs = np.empty((len(x), network.plan.widths[-1]), network.dtype)
        with np.errstate(all="ignore"):
            for start in range(0, len(x), _BLOCK):
                part = extended(x[start : start + _BLOCK], network.dtype)
                outputs[start : start + _BLOCK] = network.outputs(part)[1].T
            return self.preparation.answers(outputs, network.plan.loss.threshold)

    def answers_to_rows(self, rows: Sequence[Mapping[str, Any]]) -> Answers:
        """The same for rows given as values by column name; what a row lacks is missing."""
        return self.answers(RawTable.from_rows(tuple(column.name for column in self.preparation.columns), rows))

    def answers_where_possible(self, read: list[NDArray[Any]], rows: NDArray[np.int64]) -> Answers:
        """The same for some rows of what ``preparation.read`` gave; one without an answer has the label "" and NaN."""
        usable = ~self.preparation.unusable(read, rows)
        found = self.answers_to(self.preparation.inputs_at(read, rows[usable]))
        finite = np.isfinite(found.numbers).all(axis=1)
        answered = np.flatnonzero(usable)[finite]
        numbers = np.full((len(rows), found.numbers.shape[1]), np.nan)
        numbers[answered] = found.numbers[finite]
        if not self.preparation.target.classes:
            return Answers((), numbers, found.names)
        labels = np.full(len(rows), "", object)
        labels[answered] = np.array([*found.labels, ""], object)[:-1][finite]
        return Answers(tuple(labels), numbers, found.names)

    def why_no_answer(self, read: list[NDArray[Any]], row: int) -> str:
        """Why one of these rows, from 0, has no answer."""
        try:
            self.preparation.inputs_at(read, np.array([row]))
        except DataError as error:
            return str(error)
        return f"row {row + 1}: what the network answers is not a finite number"

    @property
    def gives_probabilities(self) -> bool:
        """Whether the numbers of its answers are probabilities of the classes."""
        last = self.network.plan.layers[-1]
        return bool(self.preparation.target.classes) and last.activation.key in _PROBABILITIES


def appended(raw: RawTable, answers: Answers, probabilities: bool = True) -> RawTable:
    """The table with the answers as further columns.

    "prediction" is the class, or the number in the user's units; for classes follows a "probability" of each, or an
    "output" where the network gives no probabilities. A name that is taken already gets a number. Where there is no
    answer, as ``Predictor.answers_where_possible`` says it, they are missing.
    """
    made = []
    if len(answers.names) > 1:  # without rows there are no labels either
        distinct = answers.names
        places = {label: place for place, label in enumerate(distinct)}
        codes = np.array([places.get(label, -1) for label in answers.labels], np.int32)
        made.append(Column("prediction", "text", codes, distinct))
        kind = "probability" if probabilities else "output"
        names = [f"{kind} {label}" for label in distinct]
    else:
        width = answers.numbers.shape[1]
        names = ["prediction"] if width == 1 else [f"prediction {i + 1}" for i in range(width)]
    made += [Column(name, "number", _short(answers.numbers[:, i])) for i, name in enumerate(names)]
    taken = set(raw.names)
    for place, column in enumerate(made):
        made[place] = Column(_free(column.name, taken), column.stored, column.values, column.labels)
        taken.add(made[place].name)
    return RawTable((*raw.columns, *made), raw.origin, raw.found)


def _short(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The digits that single precision has, so that a file shows no others."""
    return np.array([float(f"{value:.7g}") for value in values], np.float64)


def _free(name: str, taken: set[str]) -> str:
    number = 2
    found = name
    while found in taken:
        found, number = f"{name} {number}", number + 1
    return found


def as_csv(raw: RawTable, names: bool = True) -> str:
    """A table as CSV, with the names first if these are wanted. Missing values are empty."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if names:
        writer.writerow(raw.names)
    writer.writerows(zip(*map(_texts, raw.columns), strict=True))
    return text.getvalue()


def _texts(column: Column) -> list[str]:
    if column.stored == "number":
        # Most numbers come once, and to look for those that do not takes longer than to write them.
        return ["" if isnan(value) else f"{value:.15g}" for value in column.values.tolist()]
    codes, labels = column.as_labels()
    # The place -1, that of a missing value, is the last one.
    words: list[str] = np.array([*labels, ""], object)[codes].tolist()
    return words


@dataclass(frozen=True)
class Answered:
    """What a network says to a row typed by hand. ``x`` is the row as prepared, (inputs,).

    ``problem`` says, in a sentence, why there is no answer; then ``answers`` and ``x`` are None.
    """

    typed: TypedRow
    answers: Answers | None = None
    x: NDArray[np.float32] | None = None
    problem: str = ""
    probabilities: bool = False


def typical_row(preparation: Preparation) -> dict[str, Any]:
    """What is typical of each column in the training rows, as one would type it."""
    return {column.name: in_words(column, column.typical) for column in preparation.columns}


def row_in_words(preparation: Preparation, names: tuple[str, ...], values: NDArray[np.float64]) -> dict[str, Any]:
    """A raw row with these inputs (inputs,) in the user's units, called ``names``, as one would type it.

    What the inputs do not tell, such as a column that is switched off, is what is typical.
    """
    known = dict(zip(names, values.tolist(), strict=True))
    return {column.name: _behind(column, known) for column in preparation.columns}


def _behind(column: PreparedColumn, known: Mapping[str, float]) -> Any:
    """The value of a column from which those of its variables that are known come."""
    variables = list(column.variables)
    absent = variables.pop() if column.indicator else ""
    if known.get(absent, 0.0) > 0.5:
        return None
    if column.date_parts:
        parts = zip(column.date_parts, variables, strict=True)
        return date_in_words(_date_behind({part: known[name] for part, name in parts if name in known}, column.typical))
    if len(variables) == 1:
        return in_words(column, known.get(variables[0], column.typical))
    shares = dict(zip(column.labels, (known.get(name) for name in variables), strict=True))
    told = next((label for label, share in shares.items() if share is not None and share > 0.5), None)
    # Where none of the known ones is it, it is one of the others.
    others = [label for label, share in shares.items() if share is None]
    typical = in_words(column, column.typical)
    return told or (typical if typical in others else next(iter(others), None))


def _date_behind(parts: Mapping[str, float], typical: float) -> float:
    """The first date, in seconds since 1970, with these parts; the typical one where none are known or none fits.

    A year that is not known is that of the typical date, or the next one that fits.
    """
    if "days" in parts:
        seconds = parts["days"] * _DAY_S
        midnight = round(parts["days"]) * _DAY_S
        return midnight if abs(seconds - midnight) < _SINGLE_PRECISION_S else round(seconds / 60.0) * 60.0
    if not parts:
        return typical
    wanted = {part: round(value) for part, value in parts.items()}
    hour = wanted.pop("hour", 0)
    year = wanted.get("year", int(dates_in_parts(np.array([typical]), ("year",))[0, 0]))
    wanted = wanted or {"year": year}
    first, end = (np.datetime64(each - 1970, "Y").astype("datetime64[D]") for each in (year, year + _CYCLE_YEARS))
    days = np.arange(first, end).astype(np.float64) * _DAY_S
    fits = (dates_in_parts(days, tuple(wanted)) == list(wanted.values())).all(axis=1)
    return float(days[fits.argmax()]) + 3600.0 * hour if fits.any() else typical


def in_words(column: PreparedColumn, value: float) -> Any:
    """A value of a column, a place in its labels or seconds since 1970 among them, as one would type it."""
    if column.labels:
        return column.labels[min(max(round(value), 0), len(column.labels) - 1)]
    if column.kind == "date":
        return date_in_words(value)
    # Single precision knows a value no better than this, whatever its own size: a zero comes back as 1e-7.
    known = max(abs(column.low), abs(column.high)) * 1e-6
    return float(f"{value:.6g}") if abs(value) > known else 0.0


def date_in_words(seconds: float) -> str:
    """A date in seconds since 1970, as one would type it."""
    return Column("", "date", np.array([seconds])).text(0)
