"""The fit: what the network answers along its one input, with the data on it."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, Signal, Slot
from PySide6.QtGui import QColor, QCursor
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from engine.snapshot import Snapshot
from gui.plots.axes import dress, new_plot
from gui.text import number, tr
from gui.theme import colour, colours

_MOST_POINTS = 2000
_PARTS = ("train", "test")


class FitPlot(QWidget):
    """Shows a snapshot with maps of a regression with one input. ``row_picked(row)`` when a point is clicked.

    ``framed()`` when the plane has another size or range.
    """

    row_picked = Signal(int)
    framed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(180, 180)
        self.plot = new_plot(tr("Prediction along the input"))
        self.curve = pg.PlotDataItem()
        self.points = {part: pg.ScatterPlotItem(size=6, hoverable=True, tip=None) for part in _PARTS}
        self._traced = pg.ScatterPlotItem(size=14)
        for item in (*self.points.values(), self.curve, self._traced):
            self.plot.addItem(item)
        for part in self.points.values():
            part.sigHovered.connect(self._say)
            part.sigClicked.connect(self._pick)
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
        c = colours()
        dress(self.plot, self._names[1], self._names[0])
        self.curve.setPen(pg.mkPen(QColor(c.text), width=2))
        self.points["train"].setBrush(colour(c.series[0], 0.55))
        self.points["train"].setPen(pg.mkPen(None))
        self.points["test"].setBrush(QColor(c.surface))
        self.points["test"].setPen(pg.mkPen(QColor(c.series[1]), width=1.5))
        self._traced.setBrush(None)
        self._traced.setPen(pg.mkPen(QColor(c.text), width=1.6))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.show_theme()
        super().changeEvent(event)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws the curve of an instant, in the user's units."""
        data, maps = snapshot.data, snapshot.maps
        if maps is None:
            return
        if data is not self._data:
            self._data, self._names = data, (data.variables[0], data.target)
            self.show_theme()
            self._show_range(snapshot)
            self._show_points(snapshot)
        low, high = maps.extent[:2]
        answers = maps.answers[0, 0]
        scaling = data.y_scaling
        self.curve.setData(np.linspace(low, high, len(answers)), answers * scaling.factor[0] + scaling.shift[0])
        where = [item.getData() for item in self.points.values()]
        rows = np.concatenate([data.rows_train[:_MOST_POINTS], data.rows_test[:_MOST_POINTS]])
        x, y = np.concatenate(where, axis=1)
        here = rows == (snapshot.trace.row if snapshot.trace is not None else -1)
        self._traced.setData(x[here], y[here])

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
        for part in self.points.values():
            part.setVisible(not left)

    def _show_points(self, snapshot: Snapshot) -> None:
        data, some = snapshot.data, slice(0, _MOST_POINTS)
        for part, rows in zip(_PARTS, (data.rows_train, data.rows_test), strict=True):
            y = data.part(part)[1]
            at = data.values(part)[some, 0], data.y_scaling.undo(y[some])[:, 0]
            self.points[part].setData(*at, data=rows[some])

    @Slot(object, object, object)
    def _say(self, item: object, points: list[pg.SpotItem], event: object) -> None:
        if len(points):
            at = points[0].pos()
            lines = [f"{name} {number(value, 4)}" for name, value in zip(self._names, (at.x(), at.y()), strict=True)]
            lines.append(tr("row {0}, click to trace it").format(int(points[0].data()) + 1))
            QToolTip.showText(QCursor.pos(), "\n".join(lines), self)

    @Slot(object, object, object)
    def _pick(self, item: object, points: list[pg.SpotItem], event: object) -> None:
        if len(points):
            self.row_picked.emit(int(points[0].data()))
