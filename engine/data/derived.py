"""Features made from columns: squares, products, waves. They are inputs of their own, with names of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.data.table import DataError
from engine.registry import Registry
from engine.spec import Setting, Spec

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Transform:
    """One way to make a feature of ``takes`` columns, in the user's units. ``written`` has {0}, {1} for their names."""

    key: str
    label: str
    takes: int
    value: Callable[..., Values]
    written: str
    formula: str


TRANSFORMS: Registry[Transform] = Registry(
    "transform",
    [
        Transform("square", "Square", 1, lambda x: x * x, "{0}²", "x²"),
        Transform("product", "Product", 2, lambda x, y: x * y, "{0} · {1}", "x y"),
        Transform("sine", "Sine", 1, lambda x: np.sin(2.0 * np.pi * x), "sin 2π{0}", "sin 2πx"),
    ],
)


class Derived(Spec):
    """A feature made from one or two columns of the table."""

    kind: Annotated[str, Setting("Feature", "How it is made.", choices=TRANSFORMS.choices)] = "square"
    columns: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]

    @property
    def name(self) -> str:
        """What the input is called."""
        return TRANSFORMS[self.kind].written.format(*(column.split(" (")[0] for column in self.columns))

    def value(self, names: tuple[str, ...], values: NDArray[Any]) -> Values:
        """(rows, columns) in the user's units, with the names of the columns -> the feature, (rows,)."""
        missing = [column for column in self.columns if column not in names]
        if missing:
            raise DataError(f"{self.name} needs the column '{missing[0]}'; the columns are {', '.join(names)}")
        return TRANSFORMS[self.kind].value(*(values[:, names.index(column)] for column in self.columns))
