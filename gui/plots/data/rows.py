"""The rows of a dataset as a person reads them: both parts, in the user's units. Plain numbers, no Qt."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.data.scaling import Scaling
from engine.model import Evaluation

Floats = NDArray[np.float64]
# Numbers are looked for that are round to so many parts of a column's size, then to so many digits of their own.
_STEPS, _DIGITS = range(5, 10), range(6, 10)
_MOST_KEPT = 4096
_ALL = slice(None)


def in_units(scaling: Scaling, scaled: NDArray[np.float32]) -> Floats:
    """(rows, columns) as the network sees them -> the same in the user's units, float64.

    Scaling to single precision and back leaves 5.0999999 of 5.1: of all numbers that the network sees as the very same
    input a round one is taken, and the exact result of undoing the scaling where none is found.
    """
    with np.errstate(all="ignore"):
        exact = scaling.undo(scaled)
        found, still = exact.copy(), np.isfinite(exact)
        for rounded in _rounder(exact, scaling):
            if not still.any():
                break
            fits = still & (scaling.apply(rounded) == scaled)
            found[fits] = rounded[fits]
            still &= ~fits
    found += 0.0  # there is no negative zero
    return found


def _rounder(exact: Floats, scaling: Scaling) -> Iterator[Floats]:
    """The same numbers, rounded ever less."""
    size = np.floor(np.log10(np.maximum(np.abs(scaling.shift), scaling.factor)))
    for step in _STEPS:
        yield _rounded(exact, step - size)
    own = np.floor(np.log10(np.where(exact == 0.0, 1.0, np.abs(exact))))
    for digits in _DIGITS:
        yield _rounded(exact, digits - 1 - own)


def _rounded(values: Floats, decimals: Floats) -> Floats:
    """Rounded to so many decimals, which may be negative: exactly the number that is written with them."""
    power = 10.0 ** np.abs(decimals)
    rounded: Floats = np.where(decimals >= 0, np.rint(values * power) / power, np.rint(values / power) * power)
    return rounded


def column_of(scaling: Scaling, column: int) -> Scaling:
    """The scaling of one column alone."""
    one = slice(column, column + 1)
    return Scaling(scaling.shift[one], scaling.factor[one], scaling.logarithmic)


class Rows:
    """All rows of a dataset by their position: first those of the training part, then those of the test part.

    ``numbers`` (rows,) are those of the original table, from 0; ``tested`` (rows,) says which are test rows.
    """

    def __init__(self, data: Dataset) -> None:
        self.data = data
        self.trained = len(data.rows_train)
        self.numbers = np.concatenate([data.rows_train, data.rows_test]).astype(np.int64)
        self.tested = np.arange(len(self.numbers)) >= self.trained
        self.line = lru_cache(_MOST_KEPT)(self._line)

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """The true class of each row, (rows,); empty for numbers."""
        if not self.data.classes:
            return np.zeros(0, np.int64)
        return np.concatenate([self.data.y_train, self.data.y_test]).astype(np.int64)

    @cached_property
    def targets(self) -> Floats:
        """The true numbers, (rows, targets), in the user's units; no columns for classes."""
        if self.data.classes:
            return np.zeros((len(self), 0))
        y = np.concatenate([self.data.y_train, self.data.y_test])
        return in_units(self.data.y_scaling, y.reshape(len(self), self.data.target_width))

    @property
    def target_names(self) -> tuple[str, ...]:
        """How the targets are called."""
        count, name = self.targets.shape[1], self.data.target
        return (name,) if count <= 1 else tuple(f"{name} {i + 1}" for i in range(count))

    def scaled(self, column: int) -> NDArray[np.float32]:
        """An input of all rows, (rows,), as the network sees it."""
        return np.concatenate([self.data.x_train[:, column], self.data.x_test[:, column]])

    def inputs(self, column: int, at: slice | NDArray[np.intp] = _ALL) -> Floats:
        """An input of all rows, or of those at some positions, (rows,), in the user's units."""
        return in_units(column_of(self.data.x_scaling, column), self.scaled(column)[at, None])[:, 0]

    @cached_property
    def natural(self) -> NDArray[np.intp]:
        """The positions in the order of the original table."""
        return np.argsort(self.numbers, kind="stable")

    def _line(self, position: int) -> list[float]:
        """The inputs of one row, in the user's units; the last ones that were asked for are kept as ``line``."""
        tested = position >= self.trained
        x, at = (self.data.x_test, position - self.trained) if tested else (self.data.x_train, position)
        values: list[float] = in_units(self.data.x_scaling, x[at : at + 1])[0].tolist()
        return values

    def position(self, row: int) -> int | None:
        """Where a row of the original table stands; the first place where it is repeated, None where it is not."""
        found = np.flatnonzero(self.numbers == row)
        return int(found[0]) if len(found) else None

    def having(self, value: float) -> NDArray[np.bool_]:
        """Which rows have a number, (rows,): as their number from 1, as an input, or as a target."""
        with np.errstate(all="ignore"):
            found: NDArray[np.bool_] = self.numbers + 1 == value
            wanted = self.data.x_scaling.apply(np.full((1, len(self.data.names)), value))
            for part, x in ((~self.tested, self.data.x_train), (self.tested, self.data.x_test)):
                found[part] |= (x == wanted).any(axis=1)
            if self.targets.shape[1]:
                wanted = self.data.y_scaling.apply(np.full((1, self.targets.shape[1]), value))
                found |= (self.data.y_scaling.apply(self.targets) == wanted).any(axis=1)
        return found


class Answers:
    """What the network says to all rows at one step.

    For classes ``classes`` (rows,) are those that are answered, -1 where an output is not a number; ``right`` (rows,)
    1 or 0, -1 where nothing is answered; ``outputs`` (rows,) the output that decides: the largest, or the only one.
    For numbers ``numbers`` and ``errors`` (rows, targets) in the user's units: the answer, and answer minus truth.
    """

    def __init__(self, rows: Rows, evaluation: Evaluation, threshold: float) -> None:
        outputs = np.concatenate([evaluation.outputs_train, evaluation.outputs_test])
        with np.errstate(all="ignore"):
            if rows.data.classes:
                known = ~np.isnan(outputs).any(axis=1)
                self.classes = np.where(known, rows.data.labels(outputs, threshold), -1)
                self.right = np.where(known, self.classes == rows.classes, -1)
                self.outputs = outputs.max(axis=1) if outputs.shape[1] > 1 else outputs[:, 0]
            else:
                self.numbers = rows.data.y_scaling.undo(outputs)
                self.errors = self.numbers - rows.targets


def arranged(keys: Floats, falling: bool) -> NDArray[np.intp]:
    """The order of keys (rows,): rising or falling, equal ones as they stand, what is not a number always last."""
    return np.argsort(-keys if falling else keys, kind="stable")
