"""Answering: raw rows go in, what a trained network says comes out, in the user's own words and units."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.preparation import Answers, Preparation, PreparedColumn
from engine.data.raw import Column, RawTable
from engine.network import Network, extended

# Rows that are answered, or written, at once: bounds the memory.
_BLOCK = 16_384
_PROBABILITIES = ("sigmoid", "softmax")
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

    @property
    def gives_probabilities(self) -> bool:
        """Whether the numbers of its answers are probabilities of the classes."""
        last = self.network.plan.layers[-1]
        return bool(self.preparation.target.classes) and last.activation.key in _PROBABILITIES


def appended(raw: RawTable, answers: Answers, probabilities: bool = True) -> RawTable:
    """The table with the answers as further columns.

    "prediction" is the class, or the number in the user's units; for classes follows a "probability" of each, or an
    "output" where the network gives no probabilities. A name that is taken already gets a number.
    """
    made = []
    if answers.labels:
        distinct = answers.names
        places = {label: place for place, label in enumerate(distinct)}
        codes = np.array([places[label] for label in answers.labels], np.int32)
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


def csv_blocks(raw: RawTable) -> Iterator[str]:
    """A table as CSV, a block of rows at a time; the first one begins with the names. Missing values are empty."""
    for start in range(0, max(raw.rows, 1), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, raw.rows))
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if start == 0:
            writer.writerow(raw.names)
        writer.writerows(zip(*(_texts(column.take(rows)) for column in raw.columns), strict=True))
        yield text.getvalue()


def _texts(column: Column) -> list[str]:
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
    return {column.name: _typed(column, column.typical) for column in preparation.columns}


def row_in_words(preparation: Preparation, names: tuple[str, ...], values: NDArray[np.float64]) -> dict[str, Any]:
    """The raw row behind inputs (inputs,) in the user's units, called ``names``, as one would type it.

    What the inputs do not tell, such as a column that is switched off, is what is typical.
    """
    known = dict(zip(names, values.tolist(), strict=True))
    row = typical_row(preparation)
    for column in preparation.columns:
        found = [known.get(name) for name in column.variables[: max(len(column.labels), 1)]]
        numbers = [value for value in found if value is not None]
        if len(numbers) < len(found) or column.kind == "date":
            continue
        if len(numbers) > 1:
            place = int(np.argmax(numbers))
            row[column.name] = column.labels[place] if numbers[place] > 0 else None
        else:
            row[column.name] = _typed(column, numbers[0])
    return row


def _typed(column: PreparedColumn, value: float) -> Any:
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
