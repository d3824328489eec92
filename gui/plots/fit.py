"""The fit: what the network answers along its one input, with the data on it."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.snapshot import Snapshot
from gui.pages.page import Page
from gui.pages.points import PARTS, RowPoints
from gui.plots.axes import dress, new_plot
from gui.plots.view import About, Table
from gui.text import number, tr
from gui.theme import colours


class FitPlot(Page):
    """Shows a snapshot with maps of a regression with one input. ``row_picked(row)`` when a point is clicked.

    ``framed()`` when the plane has another size or range.
    """

    framed = Signal()
    about = About(
        "What curve has the network put through the data?",
        "The line is what the network answers along its one input; dots are training rows, circles test rows.",
        ("ŷ = f(x)",),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = new_plot(tr("Prediction along the input"))
        self.curve = pg.PlotDataItem()
        self._rows = RowPoints(self.plot, self._words)
        self._rows.picked.connect(self.row_picked)
        self.points = self._rows.items
        self.plot.addItem(self.curve)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 12, 0)
        layout.addWidget(self.plot)
        self._names = ("", "")
        self._data: object = None
        self.plot.getViewBox().sigResized.connect(self.framed)
        self.plot.getViewBox().sigRangeChanged.connect(self.framed)
        self.show_theme()

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        dress(self.plot, self._names[1], self._names[0])
        self.curve.setPen(pg.mkPen(QColor(colours().text), width=2))
        self._rows.show_theme()

    def note(self, snapshot: Snapshot) -> str:
        """What the points are."""
        return tr("● training  ○ test")

    def problem(self, snapshot: Snapshot) -> str:
        """Points can be painted before there is a curve, but one that is no number is not drawn."""
        if snapshot.maps is None or np.isfinite(snapshot.maps.answers).any():
            return ""
        return tr("The answers are no finite numbers, so there is no curve of them.")

    def draw(self, snapshot: Snapshot) -> None:
        """Draws the curve of an instant, in the user's units."""
        data, maps = snapshot.data, snapshot.maps
        if maps is None:
            return
        if data is not self._data:
            self._data, self._names = data, (data.variables[0], data.target)
            self.show_theme()
            self._show_range(snapshot)
            self._show_points(snapshot)
        self.curve.setData(*self._line(snapshot), connect="finite")
        self._rows.mark(snapshot.trace.row if snapshot.trace is not None else -1)

    @staticmethod
    def _line(snapshot: Snapshot) -> tuple[np.ndarray, np.ndarray]:
        """The input and what is answered there, in the user's units."""
        maps, scaling = snapshot.maps, snapshot.data.y_scaling
        assert maps is not None
        answers = maps.answers[0, 0]
        with np.errstate(all="ignore"):
            return np.linspace(*maps.extent[:2], len(answers)), scaling.undo(answers[:, None])[:, 0]

    def table(self) -> Table | None:
        """The points of the curve."""
        if self.snapshot is None or self.snapshot.maps is None:
            return None
        x, y = self._line(self.snapshot)
        return Table({self.snapshot.data.variables[0]: x, tr("predicted {0}").format(self.snapshot.data.target): y})

    def _show_range(self, snapshot: Snapshot) -> None:
        """All there is to see; of points that are drawn the plane they are drawn on."""
        bounds, maps = snapshot.data.bounds, snapshot.maps
        if bounds is None or maps is None:
            self.plot.enableAutoRange()
            return
        y = np.concatenate([snapshot.data.y_train, snapshot.data.y_test])
        heights = (*bounds, *snapshot.data.y_scaling.undo(y).ravel().tolist())
        self.plot.setRange(xRange=maps.extent[:2], yRange=(min(heights), max(heights)), padding=0.0)

    def frame(self) -> tuple[QRectF, tuple[float, float, float, float]] | None:
        """Where the plane of input and target is, in pixels, and what it shows of it."""
        box = self.plot.getViewBox()
        (left, right), (bottom, top) = box.viewRange()
        area = self.plot.mapFromScene(box.sceneBoundingRect()).boundingRect().translated(self.plot.pos())
        return QRectF(area), (left, right, bottom, top)

    def leave_points(self, left: bool) -> None:
        """Whether the points are left for a canvas to draw."""
        self._rows.show(not left)

    def _show_points(self, snapshot: Snapshot) -> None:
        data = snapshot.data
        for part in PARTS:
            y = data.y_scaling.undo(data.part(part)[1])[:, 0]
            self._rows.show_part(part, data.values(part)[:, 0], y, getattr(data, f"rows_{part}"))

    def _words(self, x: float, y: float) -> list[str]:
        return [f"{name} {number(value, 4)}" for name, value in zip(self._names, (x, y), strict=True)]
