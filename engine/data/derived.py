"""Features made from columns: squares, products, waves. They are inputs of their own, with names of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from engine.data.table import DataError
from engine.registry import Registry
from engine.spec import Setting, Spec

Values = NDArray[np.float64]
# A unit after a name is not said again; the number that tells columns of one name apart is.
_UNIT = re.compile(r" \((?!\d+\)$).*")


@dataclass(frozen=True)
class Transform:
    """One way to make a feature of ``takes`` columns, in the user's units. ``written`` has {0}, {1} for their names.

    ``planar``: makes sense for numbers between about −1 and 1, as on the planes of generated and drawn points.
    """

    key: str
    label: str
    takes: int
    value: Callable[..., Values]
    written: str
    formula: str
    planar: bool = False


TRANSFORMS: Registry[Transform] = Registry(
    "transform",
    [
        Transform("square", "Square", 1, lambda x: x * x, "{0}²", "x²"),
        Transform("cube", "Cube", 1, lambda x: x * x * x, "{0}³", "x³"),
        Transform("product", "Product", 2, lambda x, y: x * y, "{0} · {1}", "x · y"),
        Transform("sine", "Sine", 1, lambda x: np.sin(2.0 * np.pi * x), "sin 2π{0}", "sin 2πx", planar=True),
        Transform("cosine", "Cosine", 1, lambda x: np.cos(2.0 * np.pi * x), "cos 2π{0}", "cos 2πx", planar=True),
    ],
)


class Derived(Spec):
    """A feature made from one or two columns of the table."""

    kind: Annotated[str, Setting("Feature", "How it is made.", choices=TRANSFORMS.choices)] = "square"
    columns: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]

    @model_validator(mode="after")
    def _of_as_many_as_it_takes(self) -> Derived:
        """A product takes two different columns, the others one."""
        transform = TRANSFORMS[self.kind]
        if len(set(self.columns)) != transform.takes or len(self.columns) != transform.takes:
            columns = "one column" if transform.takes == 1 else "two different columns"
            raise PydanticCustomError(
                "refused",
                "Derived.columns must be {columns} for {kind}, not {given}",
                {"columns": columns, "kind": self.kind, "given": ", ".join(self.columns)},
            )
        return self

    @property
    def name(self) -> str:
        """What the input is called."""
        return TRANSFORMS[self.kind].written.format(*map(without_unit, self.columns))

    def value(self, names: tuple[str, ...], values: NDArray[Any]) -> Values:
        """(rows, columns) in the user's units, with the names of the columns -> the feature, (rows,)."""
        missing = [column for column in self.columns if column not in names]
        if missing:
            raise DataError(f"{self.name} needs the column '{missing[0]}'; the columns are {', '.join(names)}")
        return TRANSFORMS[self.kind].value(*(values[:, names.index(column)] for column in self.columns))


def without_unit(name: str) -> str:
    """The name of a column without its unit: "petal length" for "petal length (cm)"."""
    return _UNIT.sub("", name)


def variables_of(
    columns: tuple[str, ...], features: tuple[str, ...] | None, derived: tuple[Derived, ...]
) -> tuple[str, ...]:
    """The columns that inputs are made from: those that are inputs themselves, in their order, when they are all.

    With others that only derived features are made from, all of them are in the order of the table. Raises
    ``DataError`` for a column that there is not.
    """
    names = columns if features is None else features
    made_from = {column for feature in derived for column in feature.columns}
    missing = [name for name in (*names, *made_from) if name not in columns]
    if missing:
        raise DataError(f"there is no column '{missing[0]}'; the columns are {', '.join(columns)}")
    return names if made_from <= set(names) else tuple(name for name in columns if name in {*names, *made_from})
