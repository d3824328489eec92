"""A function with its slope, a tangent at a place that can be dragged, and how often each sum occurs behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from engine.activations import Activation
from engine.history import Numbers
from gui.plots.axes import axes, dress, prepare
from gui.plots.functions import slopes_of, values_of
from gui.plots.titles import series_pen
from gui.text import tr
from gui.theme import colour, colours

_REACH, _FARTHEST, _POINTS = 6.0, 1000.0, 601
# The tallest bar takes this share of the height.
_TALLEST = 0.3
_STEPS = {Qt.Key.Key_Left: -0.1, Qt.Key.Key_Right: 0.1}


@dataclass(frozen=True)
class Spread:
    """How many sums lie between the ``bounds`` (bins + 1,), over some rows. ``own``: the function shown is theirs."""

    bounds: Numbers
    counts: Any
    rows: int
    step: int
    own: bool


class FunctionCurve(pg.PlotWidget):  # type: ignore[misc]
    """The plot. ``moved(z)`` when the place of the tangent is dragged, or moved by the arrow keys."""

    moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, enableMenu=False, axisItems=axes())
        prepare(self, tr("Activation function"))
        self.setMinimumHeight(170)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(tr("Drag, or press the arrow keys, to move z."))
        item = self.getPlotItem()
        item.setMouseEnabled(x=False, y=False)
        item.showGrid(y=True, alpha=0.25)
        item.disableAutoRange()
        self.bars = pg.PlotDataItem(stepMode="center")
        self.value, self.slope = pg.PlotDataItem(antialias=True), pg.PlotDataItem(antialias=True)
        self.tangent, self.point = pg.PlotDataItem(antialias=True), pg.ScatterPlotItem(size=10)
        self.place = pg.InfiniteLine(angle=90, movable=False)
        for part in (self.bars, self.place, self.slope, self.tangent, self.value, self.point):
            self.addItem(part)
        self._z = 0.0
        self._own = True
        self.drawn: tuple[Numbers, Numbers, Numbers] = (np.empty(0), np.empty(0), np.empty(0))
        self.show_theme()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As small as it may be: it takes the room that is left."""
        return QSize(200, self.minimumHeight())

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        c = colours()
        dress(self, tr("value and slope"), "z")
        self.value.setPen(series_pen(0, 2.0))
        self.slope.setPen(series_pen(1))
        self.tangent.setPen(pg.mkPen(QColor(c.quiet), width=1, style=Qt.PenStyle.DashDotLine))
        self.place.setPen(pg.mkPen(QColor(c.faint)))
        self.point.setBrush(QColor(c.accent))
        self.point.setPen(pg.mkPen(QColor(c.surface), width=2))
        self._show_bars()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "drawn"):
            self.show_theme()
        super().changeEvent(event)

    def show_function(self, function: Activation, z: float, spread: Spread | None) -> None:
        """Shows a function, the tangent at z, and where the sums lie."""
        self._z = z
        there = spread is not None and bool(spread.counts.sum())
        most = float(np.abs(spread.bounds).max()) if spread is not None and there else 0.0
        reach = min(max(_REACH, 1.1 * most, 1.2 * abs(z)), _FARTHEST)
        # Places on both sides of each kink, so that a jump is drawn as one.
        kinks = [np.nextafter(kink, side) for kink in function.kinks for side in (-np.inf, np.inf)]
        across = np.union1d(np.linspace(-reach, reach, _POINTS), kinks)
        self.drawn = across, values_of(function, across), slopes_of(function, across)
        self.value.setData(across, self.drawn[1])
        self.slope.setData(across, self.drawn[2])
        both = np.concatenate(self.drawn[1:])
        low, high = float(both.min()), float(both.max())
        room = max(high - low, 1e-3)
        low -= 0.05 * room
        # The bars stand below the curves, where they hide nothing.
        foot = low - _TALLEST * room if there else low
        self._show_tangent(function, z, reach)
        if spread is not None and there:
            self.bars.setData(spread.bounds, foot + _TALLEST * room * spread.counts / spread.counts.max())
            self.bars.setFillLevel(foot)
        self._own = spread is not None and spread.own
        self.bars.setVisible(there)
        self._show_bars()
        self.getPlotItem().vb.setRange(xRange=(-reach, reach), yRange=(foot, high + 0.05 * room), padding=0.0)

    def _show_tangent(self, function: Activation, z: float, reach: float) -> None:
        at = np.array([z])
        a, slope = float(values_of(function, at)[0]), float(slopes_of(function, at)[0])
        ends = np.array([z - reach / 4.0, z + reach / 4.0])
        self.tangent.setData(ends, a + slope * (ends - z))
        self.point.setData([z], [a])
        self.place.setValue(z)

    def _show_bars(self) -> None:
        c = colours()
        self.bars.setPen(pg.mkPen(QColor(c.accent if self._own else c.quiet)))
        self.bars.setFillBrush(colour(c.accent, 0.25) if self._own else colour(c.quiet, 0.0))

    # -- hands -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Takes the tangent to where the pointer is."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._take(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Drags it along."""
        self._take(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Leaves it there."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Left and right move it by a tenth, with the shift key by a hundredth."""
        step = _STEPS.get(Qt.Key(event.key()), 0.0)
        if not step:
            super().keyPressEvent(event)
            return
        fine = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        self.moved.emit(round(self._z + step * fine, 9))

    def _take(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            box = self.getPlotItem().vb
            z = float(box.mapSceneToView(QPointF(self.mapToScene(event.position().toPoint()))).x())
            left, right = box.viewRange()[0]
            # As exact as the pointer is: to a pixel.
            digits = int(max(0.0, np.ceil(-np.log10((right - left) / max(self.width(), 1)))))
            self.moved.emit(round(min(max(z, left), right), digits))
        event.accept()
