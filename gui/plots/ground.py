"""What is painted on the plane of a map: its colours and lines, the colours of the points, and the words for both."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from engine.probes import Maps
from engine.snapshot import Snapshot
from gui.pages.contours import Segments
from gui.plots.slices import Points
from gui.text import tr
from gui.theme import colours, pixels, type_size

# Room beside the map, in usual type: for the numbers of an axis, and where there are none. And below it.
NUMBERS, MARGIN, BELOW = 48.0, 16.0, 42.0
POINT_RADIUS = 3.4
# So many points and more are of the usual size; the largest, of few, are so many times as large.
_MANY, _LARGEST = 150, 1.8


def size_of_points(count: int) -> float:
    """How many times as large as usual points are: larger where there are few of them, and in large type."""
    return type_size() * min(max(sqrt(sqrt(_MANY / max(count, 1))), 1.0), _LARGEST)


class Ground:
    """One kind of answer on a plane. ``digits`` are those of the inputs under the pointer.

    ``looks``: while it is the same, so are the colours of the points in a theme.
    """

    digits = 3
    looks: object = None

    def show(self, snapshot: Snapshot, maps: Maps) -> tuple[NDArray[np.uint8], tuple[Segments, ...]]:
        """Its colours (side, side, 4), RGBA, the first row at the bottom, and lines over them in steps of the grid."""
        raise NotImplementedError

    def pens(self) -> list[QPen]:
        """The pen of each of the lines that ``show`` gave last."""
        raise NotImplementedError

    def tints(self, points: Points) -> list[QColor]:
        """The colour of each point."""
        raise NotImplementedError

    def paint_point(self, painter: QPainter, at: QPointF, tint: QColor, tested: bool, times: float) -> None:
        """A row, so many times as large as usual: filled for training, open for test."""
        paint_row(painter, at, tint, tested, times)

    def answers(self, snapshot: Snapshot, maps: Maps) -> dict[str, NDArray[np.floating]]:
        """What the network answers, by name, each (side, side), the first row at the bottom."""
        raise NotImplementedError

    def answer_in_words(self, snapshot: Snapshot, answer: NDArray[np.float32]) -> list[str]:
        """An answer (outputs,), line by line."""
        raise NotImplementedError

    def row_in_words(self, snapshot: Snapshot, row: int) -> list[str]:
        """What is known of a row under the pointer, line by line."""
        return [tr("row {0}, click to trace it").format(row + 1)]

    def note(self, snapshot: Snapshot) -> str:
        """What the points are."""
        return tr("● training  ○ test")

    def margins(self, maps: Maps) -> tuple[float, float]:
        """The room at the left and at the right of the map."""
        return pixels(NUMBERS) if len(maps.plane) == 2 else MARGIN, MARGIN

    def paint_over(self, painter: QPainter, snapshot: Snapshot, area: QRectF, places: NDArray[np.float64]) -> None:
        """What lies over the map and beside it; ``places`` (points, 2) are those of the points in pixels."""


def paint_row(painter: QPainter, at: QPointF, tint: QColor, tested: bool, times: float) -> None:
    """A row of a class, so many times as large as usual: filled for training, open for test."""
    surface, radius = QColor(colours().surface), POINT_RADIUS * times
    painter.setPen(QPen(tint if tested else surface, 1.8 * times if tested else 1.0))
    painter.setBrush(surface if tested else tint)
    painter.drawEllipse(at, radius, radius)


def in_pixels(lines: Segments, area: QRectF, last: int) -> Segments:
    """Lines in steps of the grid -> the same in pixels; ``last`` is the last step."""
    across = area.left() + lines[..., 0] / last * area.width()
    up = area.bottom() - lines[..., 1] / last * area.height()
    return np.stack([across, up], axis=-1)
