"""The relative differences of all compared parameters, one mark each, over their place in the network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from engine.gradient_check import AGREES, DIFFERS, KINK, ROUNDING, TOLERANCE, Compared
from engine.snapshot import Snapshot
from gui.plots.axes import dress, prepare
from gui.selection import name_in_plan
from gui.text import tr
from gui.theme import colours

# Two equal numbers have no logarithm of their difference.
_LEAST = 1e-17
# Of more marks only the highest in each column of pixels can be told apart.
_MOST_MARKS = 1000
_NEAR = 12.0
_LABEL = {"position": 0.98, "anchors": [(1, 1), (1, 1)]}
_SYMBOLS = {AGREES: "o", DIFFERS: "d", KINK: "t", ROUNDING: "+"}


class ErrorPlot(pg.PlotWidget):  # type: ignore[misc]
    """Marks over the place in the flat vector. ``pointed(index)``: the parameter under the pointer, -1 for none;
    ``picked(index)`` when it is clicked.
    """

    pointed = Signal(int)
    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, enableMenu=False)
        prepare(self, tr("Relative differences"))
        self.setMinimumHeight(150)
        item = self.getPlotItem()
        item.setMouseEnabled(x=False, y=False)
        item.showGrid(y=True, alpha=0.25)
        item.disableAutoRange()
        item.setLogMode(y=True)
        self.marks = {
            verdict: pg.PlotDataItem(pen=None, symbol=symbol, symbolSize=6) for verdict, symbol in _SYMBOLS.items()
        }
        self.limit = pg.InfiniteLine(np.log10(TOLERANCE), angle=0, label=tr("tolerance"), labelOpts=_LABEL)
        for part in (self.limit, *self.marks.values()):
            self.addItem(part)
        self._shown: Compared | None = None
        self._pointed = -1
        self.scene().sigMouseMoved.connect(self._point_at)
        self.scene().sigMouseClicked.connect(self._pick)
        self.show_theme()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As small as it may be: it takes the room that is left."""
        return QSize(200, self.minimumHeight())

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        c = colours()
        dress(self, tr("relative difference"), tr("parameter, by layer"))
        self.limit.setPen(pg.mkPen(QColor(c.warning), style=Qt.PenStyle.DashLine))
        self.limit.label.setColor(QColor(c.warning))
        for verdict, tint in ((AGREES, c.series[0]), (DIFFERS, c.warning), (KINK, c.series[4]), (ROUNDING, c.quiet)):
            self.marks[verdict].setSymbolBrush(QColor(tint))
            self.marks[verdict].setSymbolPen(pg.mkPen(QColor(tint)) if verdict == ROUNDING else None)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "limit"):
            self.show_theme()
        super().changeEvent(event)

    def show_errors(self, snapshot: Snapshot, compared: Compared) -> None:
        """Draws these comparisons of a network."""
        self._shown = compared = _highest(compared, snapshot.plan.parameters)
        errors = _drawn(compared)
        for verdict, marks in self.marks.items():
            some = compared["verdict"] == verdict
            marks.setData(compared["index"][some].astype(float), errors[some])
        size = snapshot.plan.parameters
        highest = max(float(errors.max(initial=TOLERANCE)) * 10.0, 1e-4)
        self.getPlotItem().vb.setRange(
            xRange=(-0.5, size - 0.5), yRange=(np.log10(_LEAST), np.log10(highest)), padding=0.02
        )
        starts = [(layer.stages[0].start if layer.stages else layer.start) for layer in snapshot.plan.layers]
        middles = [(start + layer.stop) / 2.0 for start, layer in zip(starts, snapshot.plan.layers, strict=True)]
        names = [name_in_plan(layer) for layer in snapshot.plan.layers]
        self.getPlotItem().getAxis("bottom").setTicks([list(zip(middles, names, strict=True))])

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is under the pointer any more."""
        self._tell(-1)
        super().leaveEvent(event)

    @Slot(object)
    def _point_at(self, position: QPointF) -> None:
        self._tell(self._at(position))

    @Slot(object)
    def _pick(self, event: Any) -> None:
        if (index := self._at(event.scenePos())) >= 0:
            self.picked.emit(index)

    def _tell(self, index: int) -> None:
        if index != self._pointed:
            self._pointed = index
            self.pointed.emit(index)

    def _at(self, position: QPointF) -> int:
        """The parameter whose mark is nearest to a place of the scene, -1 where none is near."""
        if self._shown is None or not len(self._shown):
            return -1
        box = self.getPlotItem().vb
        corner, far = box.mapViewToScene(QPointF(0.0, 0.0)), box.mapViewToScene(QPointF(1.0, 1.0))
        across = corner.x() + self._shown["index"] * (far.x() - corner.x()) - position.x()
        up = corner.y() + np.log10(_drawn(self._shown)) * (far.y() - corner.y()) - position.y()
        distance = np.hypot(across, up)
        nearest = int(distance.argmin())
        return int(self._shown["index"][nearest]) if distance[nearest] <= _NEAR else -1


def _drawn(compared: Compared) -> Any:
    """The errors as they are drawn: none below what can be drawn, and NaN as high as anything."""
    return np.clip(np.nan_to_num(compared["error"], nan=1e3, posinf=1e3), _LEAST, 1e3)


def _highest(compared: Compared, size: int) -> Compared:
    """At most so many comparisons: of those that would be drawn in the same place the one with the largest error."""
    if len(compared) <= _MOST_MARKS:
        return compared
    column, errors = compared["index"] * _MOST_MARKS // size, _drawn(compared)
    highest = np.zeros(_MOST_MARKS)
    np.maximum.at(highest, column, errors)
    kept: Compared = compared[errors >= highest[column]]
    return kept
