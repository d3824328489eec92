"""Points drawn by hand on a plane: part of the experiment itself."""

from __future__ import annotations

from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from engine.data.table import DataError, Table
from engine.spec import Setting, Spec

MOST_POINTS = 20_000
# The empty plane that one paints on, along both axes.
PLANE = (-1.0, 1.0)
POINT_TASKS = (("classes", "Classes"), ("number", "A curve"))
# Places are kept to so many decimals, so that files stay small.
_DECIMALS = 4
_CLASSES = "ABCDE"
# Odd numbers that spread the bits of a place over 64 of them (the last two: D. Stafford's "mix 13").
_SPREAD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
_MIX = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB], np.uint64)

Point = tuple[float, float, float]
Places = NDArray[np.float64]


def _rounded(points: tuple[Point, ...]) -> tuple[Point, ...]:
    kept = np.round(np.array(points, np.float64).reshape(-1, 3), _DECIMALS) + 0.0  # and no −0
    return tuple((x, y, which) for x, y, which in kept.tolist())


class PointsSpec(Spec):
    """Points on a plane. For classes each is (x₁, x₂, class index); for a curve (x, y, any class), y being the target.

    ``plane``: from where to where both axes of the plane go that is painted on, at least.
    """

    points: Annotated[tuple[Point, ...], Field(max_length=MOST_POINTS), AfterValidator(_rounded)] = ()
    plane: tuple[float, float] = PLANE
    task: Annotated[
        str, Setting("Asks for", "The class of a point, or a number over one input.", choices=lambda: POINT_TASKS)
    ] = "classes"
    classes: Annotated[
        int, Setting("Classes", "How many classes there are.", low=2, high=5, shown_if=("task", ("classes",)))
    ] = 2

    @model_validator(mode="after")
    def _points_have_classes(self) -> Self:
        if not self.plane[0] < self.plane[1]:
            raise PydanticCustomError("refused", "PointsSpec.plane must go from a lower to a higher number")
        which = self.places[:, 2]
        bad = np.flatnonzero((which < 0) | (which >= self.classes) | (which % 1 != 0))
        if len(bad):
            words = "point {row} must have a class from 0 to {last}, not {given}"
            facts = {"row": int(bad[0]) + 1, "last": self.classes - 1, "given": f"{which[bad[0]]:g}"}
            raise PydanticCustomError("refused", words, facts)
        return self

    def edited(self, **changes: Any) -> Self:
        """As ever, but with fewer classes the points of those that are gone are gone too."""
        fewer = changes.get("classes")
        if isinstance(fewer, int) and 2 <= fewer < self.classes and "points" not in changes:
            changes["points"] = tuple(point for point in self.points if point[2] < fewer)
        return super().edited(**changes)

    @property
    def places(self) -> Places:
        """The points as an array (points, 3)."""
        return np.array(self.points, np.float64).reshape(-1, 3)

    def table(self) -> Table:
        """The points as a table; classes that have no point yet are classes all the same."""
        values = self.places
        if self.task == "number":
            return Table(("x",), values[:, :1], values[:, 1:2], "y")
        return Table(
            ("x₁", "x₂"), values[:, :2], values[:, 2].astype(np.int64), "class", tuple(_CLASSES[: self.classes])
        )

    def split(self, test_fraction: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row numbers of the training and the test part.

        Which part a point is in is drawn from its place alone, so that it stays there whatever else is drawn. Every
        class that has a point has one to learn from.
        """
        values = self.places if self.task == "classes" else self.places * (1.0, 1.0, 0.0)
        tested = is_tested(values, test_fraction, seed)
        rows = np.arange(len(values))
        return rows[~tested], rows[tested]

    @classmethod
    def of(cls, table: Table) -> Self:
        """The points of a table, to be edited by hand; the plane is a little larger than they need.

        Raises ``DataError`` when they are neither classes on a plane nor a number over one input, or too many.
        """
        curve = not table.classes
        if len(table.columns) != (1 if curve else 2) or len(table.classes) > len(_CLASSES):
            raise DataError("Only classes on a plane of two inputs, or a curve over one, can be edited as points")
        refuse_too_many(len(table.x))
        last = np.zeros(len(table.x)) if curve else table.y
        values = np.column_stack([table.x, *([table.y[:, 0]] if curve else []), last])
        seen = values[:, :2]
        low, high = (min(PLANE[0], seen.min(initial=0.0)), max(PLANE[1], seen.max(initial=0.0)))
        plane = (float(np.floor(4.0 * low - 0.2) / 4.0), float(np.ceil(4.0 * high + 0.2) / 4.0))
        kept = tuple((x, y, which) for x, y, which in values.tolist())
        return cls(points=kept, plane=plane, task="number" if curve else "classes", classes=max(len(table.classes), 2))


def refuse_too_many(points: int) -> None:
    """Raises ``DataError`` for more points than can be edited."""
    if points > MOST_POINTS:
        raise DataError(f"At most {MOST_POINTS:,} points can be edited, not {points:,}; choose fewer samples")


def is_tested(values: Places, test_fraction: float, seed: int) -> NDArray[np.bool_]:
    """Which points (points, 3) are held out for testing; see ``PointsSpec.split``."""
    drawn = _draw(values, seed)
    tested: NDArray[np.bool_] = drawn < test_fraction
    for which in np.unique(values[:, 2]):
        group = np.flatnonzero(values[:, 2] == which)
        if tested[group].all():
            tested[group[drawn[group].argmax()]] = False
    return tested


def _draw(values: Places, seed: int) -> NDArray[np.float64]:
    """A number from 0 to 1 for every point (points, 3), evenly spread, that is always the same for a place."""
    whole = np.round(values * 10.0**_DECIMALS).astype(np.int64).astype(np.uint64)
    bits = (whole * _SPREAD).sum(axis=1, dtype=np.uint64) + np.uint64(seed) * np.ones(1, np.uint64)
    for shift, factor in zip((30, 27), _MIX, strict=True):
        bits = (bits ^ (bits >> np.uint64(shift))) * factor
    drawn: NDArray[np.float64] = ((bits ^ (bits >> np.uint64(31))) >> np.uint64(11)) / 2.0**53
    return drawn
