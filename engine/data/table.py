"""A raw table: what a source of data delivers, before split and scaling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Task = Literal["regression", "binary", "multiclass"]


class DataError(ValueError):
    """Data that cannot be used; the message says what is wrong, where, and what to do."""


@dataclass(frozen=True)
class Table:
    """Named columns and a target.

    ``x``: (rows, columns) float64. ``y``: class indices (rows,) int64 when there are ``classes``,
    otherwise numbers (rows, 1) float64.
    """

    columns: tuple[str, ...]
    x: NDArray[np.float64]
    y: NDArray[Any]
    target: str
    classes: tuple[str, ...] = ()

    @property
    def task(self) -> Task:
        """What kind of answer is asked for: a number, yes or no, or one of several classes."""
        return task_of(len(self.classes))

    def with_columns(self, names: tuple[str, ...] | None) -> Table:
        """The table with only the named columns; raises DataError for a name that is not there."""
        if names is None:
            return self
        missing = [name for name in names if name not in self.columns]
        if missing:
            raise DataError(f"there is no column '{missing[0]}'; the columns are {', '.join(self.columns)}")
        picked = [self.columns.index(name) for name in names]
        return Table(tuple(names), self.x[:, picked], self.y, self.target, self.classes)


def task_of(classes: int) -> Task:
    """The task that a number of classes makes; none means regression."""
    if classes == 0:
        return "regression"
    return "binary" if classes == 2 else "multiclass"
