"""What is painted on the plane of a map: its colours and lines, the colours of the points, and the words for both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from engine.probes import Maps
from engine.snapshot import Snapshot
from gui.pages.contours import Segments
from gui.plots.slices import Points
from gui.text import tr
from gui.theme import colours

# Room beside the map: for the numbers of an axis, and where there are none.
NUMBERS, MARGIN = 48.0, 16.0
_RADIUS = 3.4


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

    def paint_point(self, painter: QPainter, at: QPointF, tint: QColor, tested: bool) -> None:
        """A row: filled for training, open for test."""
        surface = QColor(colours().surface)
        painter.setPen(QPen(tint if tested else surface, 1.8 if tested else 1.0))
        painter.setBrush(surface if tested else tint)
        painter.drawEllipse(at, _RADIUS, _RADIUS)

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
        return NUMBERS if len(maps.plane) == 2 else MARGIN, MARGIN

    def paint_over(self, painter: QPainter, snapshot: Snapshot, area: QRectF, places: NDArray[np.float64]) -> None:
        """What lies over the map and beside it; ``places`` (points, 2) are those of the points in pixels."""


def in_pixels(lines: Segments, area: QRectF, last: int) -> Segments:
    """Lines in steps of the grid -> the same in pixels; ``last`` is the last step."""
    across = area.left() + lines[..., 0] / last * area.width()
    up = area.bottom() - lines[..., 1] / last * area.height()
    return np.stack([across, up], axis=-1)
