"""Points drawn by hand on a plane: part of the experiment itself."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from engine.data.table import Table
from engine.spec import Setting, Spec

MOST_POINTS = 20_000
# The empty plane that one paints on, along both axes.
PLANE = (-1.0, 1.0)
POINT_TASKS = (("classes", "Classes"), ("number", "A curve"))

Point = tuple[float, float, float]


class PointsSpec(Spec):
    """Points on a plane. For classes each is (x₁, x₂, class index); for a curve (x, y, 0), y being the target."""

    points: Annotated[tuple[Point, ...], Field(max_length=MOST_POINTS)] = ()
    task: Annotated[
        str, Setting("Asks for", "The class of a point, or a number over one input.", choices=lambda: POINT_TASKS)
    ] = "classes"
    classes: Annotated[int, Setting("Classes", "How many classes there are.", low=2, high=5)] = 2

    def table(self) -> Table:
        """The points as a table; classes that have no point yet are classes all the same."""
        values = np.array(self.points, np.float64).reshape(-1, 3)
        if self.task == "number":
            return Table(("x",), values[:, :1], values[:, 1:2], "y")
        return Table(
            ("x₁", "x₂"), values[:, :2], values[:, 2].astype(np.int64), "class", tuple("ABCDE"[: self.classes])
        )
