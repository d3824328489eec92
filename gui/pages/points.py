"""Points of a plot that are rows: filled for training, open for test, said under the pointer and traced by a click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QColor, QCursor
from PySide6.QtWidgets import QToolTip

from engine.history import Numbers
from gui.plots.ground import size_of_points
from gui.text import tr
from gui.theme import colour, colours

MOST_POINTS = 2000
# Pixels, of points of usual size and of the ring around the traced one.
_SIZE, _RING = 6.0, 14.0
PARTS = ("train", "test")


class RowPoints(QObject):
    """The rows of both parts in a plot. ``picked(row)`` when one is clicked.

    ``words(x, y)`` says a point, line by line; the row is added. Points that are no finite numbers are left out.
    """

    picked = Signal(int)

    def __init__(self, plot: pg.PlotWidget, words: Callable[[float, float], list[str]]) -> None:
        super().__init__(plot)
        self._plot, self._words = plot, words
        self.items = {part: pg.ScatterPlotItem(hoverable=True, tip=None) for part in PARTS}
        self.traced = pg.ScatterPlotItem()
        for item in (*self.items.values(), self.traced):
            plot.addItem(item)
        for item in self.items.values():
            item.sigHovered.connect(self._say)
            item.sigClicked.connect(self._pick)

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force, and the size of its type."""
        c = colours()
        self._show_size()
        self.items["train"].setBrush(colour(c.series[0], 0.55))
        self.items["train"].setPen(pg.mkPen(None))
        self.items["test"].setBrush(QColor(c.surface))
        self.items["test"].setPen(pg.mkPen(QColor(c.series[1]), width=1.5))
        self.traced.setBrush(None)
        self.traced.setPen(pg.mkPen(QColor(c.text), width=1.6))

    def show_part(self, part: str, x: Numbers, y: Numbers, rows: NDArray[np.int64]) -> None:
        """Shows the first rows of a part, each (rows,); ``rows`` are those of the original table."""
        x, y, rows = x[:MOST_POINTS], y[:MOST_POINTS], rows[:MOST_POINTS]
        known = np.isfinite(x) & np.isfinite(y)
        self.items[part].setData(x[known], y[known], data=rows[known])
        self._show_size()

    def _show_size(self) -> None:
        times = size_of_points(sum(len(item.data) for item in self.items.values()))
        for item, size in ((self.traced, _RING), *((item, _SIZE) for item in self.items.values())):
            if item.opts["size"] != size * times:
                item.setSize(size * times)

    def mark(self, row: int) -> None:
        """Marks the point of a row, where it is among them."""
        found: list[tuple[float, float]] = []
        for item in self.items.values():
            here = np.flatnonzero(item.data["data"] == row)
            found += [(item.data["x"][i], item.data["y"][i]) for i in here]
        self.traced.setData([x for x, _ in found], [y for _, y in found])

    def show(self, shown: bool) -> None:
        """Shows the points, or leaves them to something else."""
        for item in self.items.values():
            item.setVisible(shown)

    @Slot(object, object, object)
    def _say(self, item: object, points: list[Any], event: object) -> None:
        if len(points):
            at = points[0].pos()
            row = tr("row {0}, click to trace it").format(int(points[0].data()) + 1)
            QToolTip.showText(QCursor.pos(), "\n".join([*self._words(at.x(), at.y()), row]), self._plot)

    @Slot(object, object, object)
    def _pick(self, item: object, points: list[Any], event: object) -> None:
        if len(points):
            self.picked.emit(int(points[0].data()))
