"""Preparation: from raw rows to what a network is given, and from what it answers to the user's own words and units.

Everything in it was fitted on the training rows alone. It is a value of its own, so that it can be kept with the
weights and used on rows that were not there when it was fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.data.converting import MISSING, UNSEEN, as_dates, as_numbers, as_places
from engine.data.derived import Derived
from engine.data.raw import Column, RawTable
from engine.data.scaling import Scaling
from engine.data.table import DataError, Task
from engine.spec import Spec

# Networks calculate in single precision, which ends at about 3e38.
LARGEST = float(np.finfo(np.float32).max)
# The label of a category of its own for missing values.
NO_VALUE = "(missing)"
# Rows are prepared a block at a time, so that only the inputs themselves need memory.
_BLOCK_VALUES = 1 << 21


class PreparedColumn(Spec):
    """One column that feeds the network, as fitted.

    ``variables`` are the numbers it becomes, by name: itself, a category each, parts of a date, an indicator.
    ``fill`` takes the place of a missing number, and is the place in ``labels`` for a category; None: a row
    without a value cannot be used. ``low``, ``high`` and ``typical`` describe the training rows; for categories they
    are places in ``labels``, for dates seconds since 1970.
    """

    name: str
    kind: str = "number"
    variables: tuple[str, ...]
    labels: tuple[str, ...] = ()
    fill: float | None = None
    indicator: bool = False
    zeros_missing: bool = False
    encoding: str = "one_hot"
    date_parts: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    typical: float = 0.0

    def values(self, column: Column) -> NDArray[np.float64]:
        """The variables (rows, variables) of a raw column, in the user's units. Raises ``DataError``."""
        return self.variables_of(self.read(column), np.arange(len(column.values)))

    def read(self, column: Column) -> NDArray[Any]:
        """A raw column as what this one is, (rows,).

        Numbers and dates are float64 with NaN for missing; categories are places in ``labels``, ``MISSING`` or
        ``UNSEEN``.
        """
        if self.labels:
            places = as_places(column, self.labels)
            return np.where(places == MISSING, self.labels.index(NO_VALUE), places) if self.own_category else places
        numbers = as_dates(column) if self.kind == "date" else as_numbers(column)
        return np.where(numbers == 0, np.nan, numbers) if self.zeros_missing else numbers

    @property
    def own_category(self) -> bool:
        """Whether missing values are a category of their own."""
        return NO_VALUE in self.labels

    def lacks(self, read: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of the values from ``read`` are missing, (rows,)."""
        found: NDArray[np.bool_] = read == MISSING if self.labels else np.isnan(read)
        return found

    def variables_of(self, read: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """The variables (rows, variables) of values from ``read``, missing ones filled in.

        ``rows`` are their numbers in the table, from 0. Raises ``DataError`` where a value cannot be used.
        """
        lacking = self.lacks(read)
        self.refuse(read, lacking if self.fill is None else np.zeros(0, np.bool_), rows)
        filled = np.where(lacking, self.fill or 0.0, read)
        if self.labels:
            made = self._encoded(filled)
        elif self.kind == "date":
            made = dates_in_parts(filled, self.date_parts)
        else:
            made = filled[:, None]
        return np.concatenate([made, lacking[:, None]], axis=1) if self.indicator else made

    def _encoded(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places as they are, or one column for each label; a label not seen before is no label at all."""
        known = places != UNSEEN
        if self.kind == "yes_no" or self.encoding == "ordinal":
            return np.where(known, places, self.typical if self.fill is None else self.fill)[:, None]
        hot = np.zeros((len(places), len(self.labels)))
        hot[np.flatnonzero(known), places[known].astype(np.int64)] = 1.0
        return hot

    def unusable(self, read: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of the values from ``read`` ``variables_of`` would refuse, (rows,)."""
        lacking = self.lacks(read) if self.fill is None else np.zeros(len(read), np.bool_)
        return lacking if self.labels else lacking | (np.abs(read) > LARGEST)

    def doubt(self, column: Column) -> str:
        """What of a raw column says something that is not understood and yet has an answer; "" where all is.

        A sentence without its full stop, with how many values, and the first of them.
        """
        if self.labels:
            strange, what = as_places(column, self.labels) == UNSEEN, "not known from training"
        elif self.fill is None or column.stored != "text":
            return ""
        else:
            read = as_dates(column) if self.kind == "date" else as_numbers(column)
            strange, what = np.isnan(read) & ~column.missing, f"no {self.wanted} and taken as missing"
        if not strange.any():
            return ""
        first, number = int(strange.argmax()), int(strange.sum())
        values = "1 value is" if number == 1 else f"{number:,} values are"
        return f"column '{self.name}': {values} {what}, such as '{column.text(first)}' in row {first + 1:,}"

    def refuse(self, read: NDArray[Any], lacking: NDArray[np.bool_], rows: NDArray[np.int64]) -> None:
        """Raises ``DataError`` when one of the values from ``read`` is ``lacking`` (rows,), or not finite."""
        if lacking.any():
            row = rows[np.flatnonzero(lacking)[0]] + 1
            raise DataError(f"row {row}, column '{self.name}' has no value that can be used; give it a {self.wanted}")
        if not self.labels and (endless := np.abs(read) > LARGEST).any():
            row = rows[np.flatnonzero(endless)[0]] + 1
            raise DataError(f"row {row}, column '{self.name}' is not a finite number below 3e38")

    @property
    def wanted(self) -> str:
        """What a value is to be, in words."""
        return {"date": "date", "number": "number"}.get(self.kind, f"value such as '{(*self.labels, '')[0]}'")


def dates_in_parts(seconds: NDArray[np.float64], parts: Sequence[str]) -> NDArray[np.float64]:
    """Seconds since 1970 (rows,) -> parts of the date (rows, parts). Months count from 1, weekdays from Monday, 0."""
    days = np.floor(seconds / 86400.0)
    date = days.astype("datetime64[D]")
    month, year = date.astype("datetime64[M]"), date.astype("datetime64[Y]")
    every: dict[str, Callable[[], NDArray[Any]]] = {
        "year": lambda: year.astype(np.int64) + 1970,
        "month": lambda: month.astype(np.int64) % 12 + 1,
        "day": lambda: (date - month).astype(np.int64) + 1,
        "weekday": lambda: (days + 3) % 7,  # the first of January 1970 was a Thursday
        "hour": lambda: seconds % 86400.0 // 3600.0,
        "days": lambda: seconds / 86400.0,
    }
    return np.stack([every[part]() for part in parts], axis=1).astype(np.float64)


class PreparedTarget(Spec):
    """What is learned, as fitted: ``classes`` by index, or a number with its scaling."""

    name: str
    classes: tuple[str, ...] = ()
    shift: tuple[float, ...] = (0.0,)
    factor: tuple[float, ...] = (1.0,)
    logarithmic: bool = False

    @property
    def scaling(self) -> Scaling:
        """From the user's units to the network's."""
        return Scaling(np.array(self.shift), np.array(self.factor), self.logarithmic)


@dataclass(frozen=True)
class Answers:
    """What a network says to rows. ``labels`` (rows,) are words, for classes; ``numbers`` (rows, classes or targets).

    For classes the numbers are the network's outputs by class, probabilities where its output is one; for a
    regression they are in the user's units.
    """

    labels: tuple[str, ...]
    numbers: NDArray[np.float64]
    names: tuple[str, ...]


class Preparation(Spec):
    """All columns that feed a network, in order, the features made from them, their scaling, and the target.

    ``features``: which variables are inputs, None for all. ``names``: the inputs, in order: those, and the derived.
    """

    columns: tuple[PreparedColumn, ...]
    features: tuple[str, ...] | None = None
    derived: tuple[Derived, ...] = ()
    names: tuple[str, ...]
    shift: tuple[float, ...]
    factor: tuple[float, ...]
    target: PreparedTarget
    task: Annotated[Task, Field()] = "binary"

    @property
    def scaling(self) -> Scaling:
        """Of the inputs."""
        return Scaling(np.array(self.shift), np.array(self.factor))

    @property
    def variables(self) -> tuple[str, ...]:
        """All numbers that the columns become."""
        return tuple(name for column in self.columns for name in column.variables)

    def values(self, raw: RawTable) -> NDArray[np.float64]:
        """The variables (rows, variables) of a raw table, in the user's units. Raises ``DataError``."""
        return self._values(self.read(raw), np.arange(raw.rows))

    def inputs_of(self, values: NDArray[np.float64]) -> NDArray[np.float32]:
        """Variables (rows, variables) in the user's units -> what the network is given, (rows, inputs)."""
        return self.scaling.apply(expand(values, self.variables, self.features, self.derived)[0])

    def inputs(self, raw: RawTable, rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Raw rows, all or those with the numbers ``rows``, -> what the network is given, (rows, inputs).

        Columns may come in any order, among others; numbers may be written as text and the other way round. Raises
        ``DataError`` naming row and column.
        """
        return self.inputs_at(self.read(raw), np.arange(raw.rows) if rows is None else rows)

    def inputs_at(self, read: list[NDArray[Any]], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Some rows of what ``read`` gave -> what the network is given, (rows, inputs). Raises ``DataError``."""
        found = np.empty((len(rows), len(self.names)), np.float32)
        size = max(1, _BLOCK_VALUES // max(len(self.variables), 1))
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            with np.errstate(over="ignore"):
                found[start : start + size] = self.inputs_of(self._values(read, part))
            self._refuse_endless(found[start : start + size], part)
        return found

    def _refuse_endless(self, inputs: NDArray[np.float32], rows: NDArray[np.int64]) -> None:
        """Finite values can become endless: as a power, or where the range they are scaled to is tiny."""
        endless = ~np.isfinite(inputs)
        if endless.any():
            row, place = np.argwhere(endless)[0]
            raise DataError(
                f"row {rows[row] + 1}, input '{self.names[place]}' is beyond 3e38; scale it otherwise or switch it off"
            )

    def unusable(self, read: list[NDArray[Any]], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of some rows of what ``read`` gave hold a value that ``inputs_at`` would refuse, (rows,).

        Values that only become endless when they are scaled are not among them.
        """
        found = np.zeros(len(rows), np.bool_)
        for column, values in zip(self.columns, read, strict=True):
            found |= column.unusable(values[rows])
        return found

    def answers(self, outputs: NDArray[Any], threshold: float = 0.5) -> Answers:
        """Outputs (rows, outputs) -> labels or numbers in the user's units; a single one says yes from a threshold."""
        target = self.target
        if not target.classes:
            return Answers((), target.scaling.undo(outputs), (target.name,))
        if outputs.shape[1] == 1:
            places = (outputs[:, 0] >= threshold).astype(int)
            outputs = np.concatenate([1.0 - outputs, outputs], axis=1)
        else:
            places = outputs.argmax(axis=1)
        return Answers(tuple(target.classes[k] for k in places), outputs.astype(np.float64), target.classes)

    def read(self, raw: RawTable) -> list[NDArray[Any]]:
        """Each column of a raw table that is needed, as what it is here. Raises ``DataError`` when one is not there."""
        there = {column.name: column for column in raw.columns}
        missing = [column.name for column in self.columns if column.name not in there]
        if missing:
            raise DataError(f"the table has no column '{missing[0]}'; it has {', '.join(raw.names)}")
        return [column.read(there[column.name]) for column in self.columns]

    def doubts(self, raw: RawTable) -> tuple[str, ...]:
        """What of a raw table is not understood and yet answered: a sentence without its full stop for each column."""
        there = {column.name: column for column in raw.columns}
        return tuple(words for column in self.columns if (words := column.doubt(there[column.name])))

    def _values(self, read: list[NDArray[Any]], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        made = [column.variables_of(part[rows], rows) for column, part in zip(self.columns, read, strict=True)]
        return np.concatenate(made, axis=1)


def expand(
    values: NDArray[np.float64],
    variables: tuple[str, ...],
    features: tuple[str, ...] | None,
    derived: tuple[Derived, ...],
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Variables (rows, variables) -> inputs (rows, inputs), all in the user's units, with the names of the inputs."""
    names = variables if features is None else features
    places = {name: place for place, name in enumerate(variables)}
    missing = [name for name in names if name not in places]
    if missing:
        raise DataError(f"there is no column '{missing[0]}'; the columns are {', '.join(variables)}")
    chosen = values if names == variables else values[:, [places[name] for name in names]]
    made = [feature.value(variables, values)[:, None] for feature in derived]
    every = (*names, *(feature.name for feature in derived))
    if len(set(every)) < len(every):
        twice = next(name for name in every if every.count(name) > 1)
        raise DataError(f"two inputs would be called '{twice}'; switch one of them off")
    return np.concatenate([chosen, *made], axis=1), every
