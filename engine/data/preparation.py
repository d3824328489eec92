"""Preparation: from raw rows to what a network is given, and from what it answers to the user's own words and units.

Everything in it was fitted on the training rows alone. It is a value of its own, so that it can be kept with the
weights and used on rows that were not there when it was fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.data.derived import Derived
from engine.data.raw import Column, RawTable
from engine.data.scaling import Scaling
from engine.data.table import DataError, Task
from engine.spec import Spec


class PreparedColumn(Spec):
    """One column that feeds the network, as fitted.

    ``variables`` are the numbers it becomes, by name: itself, a category each, parts of a date, an indicator.
    ``fill`` takes the place of a missing number, and is the place in ``labels`` for a category; None: a row
    without a value cannot be used. ``low``, ``high`` and ``typical`` describe the training rows.
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
        return self._numbers(column)[:, None]

    def _numbers(self, column: Column) -> NDArray[np.float64]:
        if column.stored == "text":
            row = int(np.flatnonzero(~column.missing)[0]) if (~column.missing).any() else 0
            raise DataError(f"row {row + 1}, column '{self.name}' is not a number: '{column.text(row)}'")
        if self.fill is None and column.missing.any():
            row = int(np.flatnonzero(column.missing)[0])
            raise DataError(f"row {row + 1}, column '{self.name}' has no value")
        return np.where(column.missing, 0.0 if self.fill is None else self.fill, column.values)


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
        missing = [column.name for column in self.columns if column.name not in raw.names]
        if missing:
            raise DataError(f"the table has no column '{missing[0]}'; it has {', '.join(raw.names)}")
        return np.concatenate([column.values(raw.column(column.name)) for column in self.columns], axis=1)

    def inputs_of(self, values: NDArray[np.float64]) -> NDArray[np.float32]:
        """Variables (rows, variables) in the user's units -> what the network is given, (rows, inputs)."""
        return self.scaling.apply(expand(values, self.variables, self.features, self.derived)[0])

    def inputs(self, raw: RawTable) -> NDArray[np.float32]:
        """Raw rows -> what the network is given, (rows, inputs). Raises ``DataError`` naming row and column."""
        return self.inputs_of(self.values(raw))

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


def expand(
    values: NDArray[np.float64],
    variables: tuple[str, ...],
    features: tuple[str, ...] | None,
    derived: tuple[Derived, ...],
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Variables (rows, variables) -> inputs (rows, inputs), all in the user's units, with the names of the inputs."""
    names = variables if features is None else features
    missing = [name for name in names if name not in variables]
    if missing:
        raise DataError(f"there is no column '{missing[0]}'; the columns are {', '.join(variables)}")
    chosen = values if names == variables else values[:, [variables.index(name) for name in names]]
    made = [feature.value(variables, values)[:, None] for feature in derived]
    every = (*names, *(feature.name for feature in derived))
    if len(set(every)) < len(every):
        twice = next(name for name in every if every.count(name) > 1)
        raise DataError(f"two inputs would be called '{twice}'; switch one of them off")
    return np.concatenate([chosen, *made], axis=1), every
