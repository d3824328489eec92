"""The chart of a plot over steps: ranges that hold still, zoom and pan by mouse and keys, and what is pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from shiboken6 import isValid

from engine.history import Numbers
from gui.plots.linechart import Band, Line, LineChart
from gui.plots.ticks import held_range, round_up
from gui.text import number

# The axis of places has room for so much at least, before there is more.
_ROOM = 10.0
_ZOOM, _PAN = 1.3, 0.15


class _Box(pg.ViewBox):  # type: ignore[misc]
    """Over the lines the wheel zooms along the steps; beside an axis it zooms that axis."""

    turned = Signal(float, float)

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:  # noqa: N802 - Qt's name
        """Emits ``turned(factor, place)``, or zooms the values where the wheel is beside their axis."""
        if axis == 1:
            super().wheelEvent(event, axis)
            return
        event.accept()
        place = self.mapSceneToView(event.scenePos()).x()
        self.turned.emit(_ZOOM ** (event.delta() / 120.0), place)


class TimeChart(LineChart):
    """Lines over places. ``draw`` is idempotent and keeps the range while the user has zoomed.

    ``pointed(place)``: the pointer is there. ``stepped(by)``: the arrow keys ask for the point before or after.
    ``picked(name)``: a line was clicked.
    """

    pointed = Signal(object)
    stepped = Signal(int)
    picked = Signal(str)

    def __init__(self, name: str) -> None:
        box = _Box(enableMenu=False)
        super().__init__(name, box)
        self._chief: TimeChart | None = None
        # Values that are always in sight.
        self.landmarks: tuple[float, ...] = ()
        self.following = True
        self._held: tuple[float, float] | None = None
        box.sigRangeChangedManually.connect(self._stop_following)
        box.turned.connect(self.zoom)
        self.scene().sigMouseMoved.connect(self._point_at)
        self.scene().sigMouseClicked.connect(self._click)

    # -- what is drawn -----------------------------------------------------------------------------

    def set_scales(self, log_x: bool, log_y: bool) -> None:
        """Logarithmic or linear axes; everything is shown again."""
        self.set_logarithms(log_x, log_y)
        self.follow()

    def draw(self, lines: Sequence[Line], band: Band | None = None) -> None:
        """Draws lines, and a band behind all of them."""
        self.lines = lines
        if self.following:
            self._fit()
        super().draw(lines, band)

    def lie_under(self, chart: TimeChart) -> None:
        """A strip below another chart: shows the same places, and values from 0 up. Who wants others is sent there."""
        self._chief, self.has_places = chart, False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.box.setMouseEnabled(x=False, y=False)
        self.box.turned.disconnect(self.zoom)
        self.box.turned.connect(chart.zoom)
        chart.moved.connect(self._align)
        chart.getAxis("left").geometryChanged.connect(self._align)

    @Slot()
    def _align(self) -> None:
        if self._chief is None or not isValid(self._chief.getAxis("left")):
            # The other chart is at its end, and its axis is gone already.
            return
        self.getAxis("left").setWidth(self._chief.getAxis("left").width())
        self.box.setXRange(*self._chief.getViewBox().viewRange()[0], padding=0)

    # -- the range that is shown -------------------------------------------------------------------

    def follow(self) -> None:
        """Shows everything, now and as more comes."""
        self.following, self._held = True, None
        self._fit()
        self.lay()

    @Slot()
    def _stop_following(self) -> None:
        self.following = False

    def _fit(self) -> None:
        """Ranges that hold all lines and change seldom, because a moving axis is drawn anew each time."""
        values = self._values()
        if self._chief is not None:
            top = float(values.max(initial=0.0)) or 1.0
            self.getAxis("left").setTicks([[(0.0, "0"), (top, number(top, 2))]])
            self._show(None, (0.0, 1.6 * top))
            return
        if len(values) == 0:
            self._show(self._across(_ROOM), (0.0, 1.0))
            return
        last = max(float(line.x[-1]) for line in self.lines if len(line.x))
        self._show(self._across(last), self._range_of(values))

    def _across(self, last: float) -> tuple[float, float]:
        """From the beginning to a round number at or above the last place."""
        if not self.log_x:
            return 0.0, round_up(max(last, _ROOM))
        firsts = [float(x[0]) for x, _ in (self.on_axes(line.x, line.y) for line in self.lines) if len(x)]
        first = min(firsts, default=0.0)
        return first, max(float(np.log10(round_up(last))) if last > 0.0 else 0.0, first + 1.0)

    def _range_of(self, values: Numbers) -> tuple[float, float]:
        low, high = float(values.min()), float(values.max())
        if not self.log_y:
            self._held = held_range(self._held, low, high)
        else:
            kept = self._held if self._held is not None and low >= self._held[0] else (low - 0.05, high + 0.05)
            self._held = kept[0], max(kept[1], high + 0.05)
        return self._held

    def _show(self, across: tuple[float, float] | None, up: tuple[float, float]) -> None:
        self.held_up = True
        self.box.setRange(xRange=across, yRange=up, padding=0.02)
        self.held_up = False

    @Slot(float, float)
    def zoom(self, factor: float, place: float) -> None:
        """Shows so many times less of the places, around one of the axis; the values are those that are left."""
        left, right = self.box.viewRange()[0]
        self._see(place + (left - place) / factor, place + (right - place) / factor)

    def _pan(self, by: float) -> None:
        """Moves the range, as far as there is something."""
        (left, right), (first, last) = self.box.viewRange()[0], self._whole()
        by = min(max(by, first - left), last - right)
        self._see(left + by, right + by)

    def _whole(self) -> tuple[float, float]:
        """The range of all places, with a little room."""
        first, last = self._across(max((float(line.x[-1]) for line in self.lines if len(line.x)), default=_ROOM))
        return first - 0.02 * (last - first), last + 0.02 * (last - first)

    def _see(self, left: float, right: float) -> None:
        """A range within that of the whole, with the values that lie in it; all of it is everything again."""
        first, last = self._whole()
        left, right = max(left, first), min(right, last)
        if left <= first and right >= last:
            self.follow()
            return
        if right - left < 1e-6 * (last - first):
            return
        self.following = False
        values = self._values(left, right)
        self._held = None
        self.held_up = True
        self.box.setXRange(left, right, padding=0)
        if len(values):
            self.box.setYRange(*self._range_of(values), padding=0.02)
        self.held_up = False
        self.lay()

    def _values(self, left: float = -np.inf, right: float = np.inf) -> Numbers:
        """All finite values between two places of the axis, as they stand on the other one."""
        placed = [self.on_axes(line.x, line.y) for line in self.lines]
        found = [y[(x >= left) & (x <= right) & np.isfinite(y)] for x, y in placed]
        if found and self.landmarks:
            marks = np.array(self.landmarks)
            found.append(self.on_axes(np.ones_like(marks), marks)[1])
        return np.concatenate(found) if found else np.empty(0)

    # -- the pointer and the keys ------------------------------------------------------------------

    @Slot(object)
    def _point_at(self, position: QPointF) -> None:
        x = self.box.mapSceneToView(position).x()
        self.pointed.emit(10.0 ** min(x, 300.0) if self.log_x else x)

    @Slot(object)
    def _click(self, event: Any) -> None:
        """A double click shows everything again; a click on a line picks it."""
        if event.double():
            (self._chief or self).follow()
        elif event.button() == Qt.MouseButton.LeftButton and (name := self.line_at(event.scenePos())):
            self.picked.emit(name)

    def event(self, event: QEvent) -> bool:
        """The keys that it knows are its own while it has the keyboard, whatever commands they are elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            event.accept()
            return True
        answered: bool = super().event(event)
        return answered

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows go from point to point, with Shift they move the range; + and − zoom, Home shows everything."""
        if event.key() not in _KEYS:
            event.ignore()
            return
        zoom, step = _KEYS[event.key()]
        left, right = self.box.viewRange()[0]
        if zoom:
            middle = self.cursor.value() if self.cursor.isVisible() else (left + right) / 2
            self.zoom(_ZOOM**zoom, middle)
        elif step and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._pan(step * _PAN * (right - left))
        elif step:
            self.stepped.emit(step)
        else:
            self.follow()


# What a key does: zoom in (1) or out (-1), or go on (1) or back (-1); everything again with neither.
_KEYS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Plus: (1, 0),
    Qt.Key.Key_Equal: (1, 0),
    Qt.Key.Key_Minus: (-1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Home: (0, 0),
}
