"""The chart of a plot over steps: axes, ranges that hold still, zoom and pan, lines thinned out to the pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainterPath

from engine.history import Numbers
from gui.plots.axes import dress, prepare
from gui.plots.decimation import thinned, thinned_band
from gui.plots.logticks import log_ticks
from gui.plots.strokes import Curve, Stroke
from gui.plots.ticks import held_range, round_up
from gui.text import number
from gui.theme import colours

SMALLEST = 1e-12
# The axis of places has room for so much at least, before there is more.
_ROOM = 10.0
# Closer than so many pixels the pointer is on a line.
_NEAR = 8.0
# The room of a number at an axis.
_ROW, _COLUMN = 24.0, 64.0
_ZOOM, _PAN = 1.3, 0.15
THIN = Stroke()


@dataclass(frozen=True)
class Line:
    """A series over places (steps or epochs), which rise: ``x`` and ``y`` (points,)."""

    name: str
    x: Numbers
    y: Numbers
    stroke: Stroke = THIN


@dataclass(frozen=True)
class Band:
    """What lies between ``low`` and ``high`` at places, drawn faint behind all lines: (points,) each."""

    x: Numbers
    low: Numbers
    high: Numbers


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


class _Axis(pg.AxisItem):  # type: ignore[misc]
    """Where it is logarithmic: few round numbers, written as numbers."""

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N802 - pyqtgraph's name
        """Levels of ticks: their spacing, and where they are."""
        if not self.logMode:
            levels: list[tuple[float, list[float]]] = super().tickValues(low, high, size)
            return levels
        room = _ROW if self.orientation == "left" else _COLUMN
        return [(1.0, log_ticks(low, high, max(int(size / room), 2)))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: N802 - pyqtgraph's name
        """The words at the ticks."""
        if not self.logMode:
            words: list[str] = super().tickStrings(values, scale, spacing)
            return words
        return [number(10.0**value) for value in values]


class TimeChart(pg.PlotWidget):  # type: ignore[misc]
    """Lines over places. ``draw`` is idempotent and keeps the range while the user has zoomed.

    ``pointed(place)``: the pointer is there, None: nowhere. ``stepped(by)``: the arrow keys ask for the point before or
    after. ``picked(name)``: a line was clicked. ``moved()``: it shows another range or has another size.
    """

    pointed = Signal(object)
    stepped = Signal(int)
    picked = Signal(str)
    moved = Signal()

    def __init__(self, name: str) -> None:
        self._box = _Box()
        self._chief: TimeChart | None = None
        self._names: tuple[str, str] | None = None
        axes = {side: _Axis(side) for side in ("left", "bottom")}
        super().__init__(viewBox=self._box, axisItems=axes, enableMenu=False)
        prepare(self, name)
        item = self.getPlotItem()
        item.showGrid(y=True, alpha=0.25)
        item.disableAutoRange()
        self.curves: list[Curve] = []
        self._lines: Sequence[Line] = ()
        self._given_band: Band | None = None
        self.band = Curve()
        self.addItem(self.band)
        self.band.setZValue(-2.0)
        self.cursor = pg.InfiniteLine(angle=90, movable=False)
        self.cursor.setVisible(False)
        self.addItem(self.cursor, ignoreBounds=True)
        self.log_x, self.log_y = False, False
        # What a logarithmic axis shows at least, and values that are always in sight.
        self.smallest = SMALLEST
        self.landmarks: tuple[float, ...] = ()
        self.following = True
        self._held: tuple[float, float] | None = None
        self._laying = False
        self._box.sigRangeChangedManually.connect(self._stop_following)
        self._box.turned.connect(self.zoom)
        self._box.sigXRangeChanged.connect(self._lay)
        self._box.sigResized.connect(self._lay)
        self.scene().sigMouseMoved.connect(self._point_at)
        self.scene().sigMouseClicked.connect(self._click)

    def name_axes(self, left: str, bottom: str) -> None:
        """The words at the axes, and all in the colours of the theme in force."""
        self._names = left, bottom
        dress(self, left, bottom)
        # pyqtgraph shows an axis that is given a name.
        self.showAxis("bottom", show=self._chief is None)
        self.cursor.setPen(pg.mkPen(QColor(colours().faint)))
        for curve in (self.band, *self.curves):
            curve.update()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.PaletteChange and self._names is not None:
            self.name_axes(*self._names)
        super().changeEvent(event)

    # -- what is drawn -----------------------------------------------------------------------------

    def set_scales(self, log_x: bool, log_y: bool) -> None:
        """Logarithmic or linear axes; everything is shown again."""
        self.log_x, self.log_y = log_x, log_y
        self.getAxis("bottom").setLogMode(x=log_x)
        self.getAxis("left").setLogMode(y=log_y)
        self.follow()

    def draw(self, lines: Sequence[Line], band: Band | None = None) -> None:
        """Draws lines, and a band behind all of them."""
        self._lines, self._given_band = lines, band
        while len(self.curves) < len(lines):
            self.curves.append(Curve())
            self.addItem(self.curves[-1])
        if self.following:
            self._fit()
        self._lay()

    @Slot()
    def _lay(self) -> None:
        """Gives every curve the points that can be told apart in the range that is shown."""
        if self._laying:
            return
        left, right = self._box.viewRange()[0]
        columns = max(round(self._box.width()), 1)
        for index, curve in enumerate(self.curves):
            curve.setVisible(index < len(self._lines))
            if index < len(self._lines):
                line = self._lines[index]
                x, y = self.on_axes(line.x, line.y)
                curve.name = line.name
                # Stronger lines lie on top.
                curve.setZValue(-1.0 if line.stroke.faint else line.stroke.width)
                curve.setData(*thinned(x, y, left, right, columns), line.stroke)
        if self._given_band is not None:
            self._lay_band(self._given_band, left, right, columns)
        self.moved.emit()

    def _lay_band(self, band: Band, left: float, right: float, columns: int) -> None:
        """A zigzag between minimum and maximum shows the spread, however much there is."""
        x, low = self.on_axes(band.x, band.low)
        _, high = self.on_axes(band.x, band.high)
        x, low, high = thinned_band(x, low, high, left, right, columns)
        self.band.setData(np.repeat(x, 2), np.stack([low, high], axis=1).ravel(), Stroke(share=0.16, faint=True))

    def on_axes(self, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
        """Places and values as they stand on the axes: logarithms on a logarithmic one.

        There the places begin with the first one above zero; values that are not above zero lie at its foot.
        """
        if self.log_y:
            y = np.log10(np.maximum(y, self.smallest))
        if self.log_x:
            first = int(np.searchsorted(x, 0.0, side="right"))
            x, y = np.log10(x[first:]), y[first:]
        return x, y

    def in_box(self, place: float, value: float | None) -> QPointF:
        """Where a place of the run and a value are, in pixels of the inside of the chart; far to the left for none."""
        x, y = self.on_axes(np.array([place]), np.array([np.nan if value is None else value]))
        if len(x) == 0:
            return QPointF(-1e6, 0.0)
        found: QPointF = self._box.mapFromView(QPointF(float(x[0]), float(np.nan_to_num(y[0]))))
        return found

    def top_of_lines(self, left: float, right: float) -> float:
        """How high the lines reach between two places, all in pixels of the inside of the chart; its foot at least."""
        to_box = self._box.childGroup.transform()
        top = float(self._box.height())
        for curve in self.curves:
            x, y = curve.getData()
            if curve.isVisible() and not curve.stroke.faint and len(x):
                x = x * to_box.m11() + to_box.dx()
                # The points around the stretch too, between which the line runs through it.
                part = slice(max(int(np.searchsorted(x, left)) - 1, 0), int(np.searchsorted(x, right)) + 1)
                heights = y[part][np.isfinite(y[part])] * to_box.m22() + to_box.dy()
                top = min(top, float(heights.min(initial=top)))
        return top

    def outline(self, places: Numbers, low: Numbers, high: Numbers) -> QPainterPath:
        """What lies between two curves over places, in pixels of the inside of the chart."""
        left, right = self._box.viewRange()[0]
        columns = max(round(self._box.width()), 1)
        under, over = (thinned(*self.on_axes(places, y), left, right, columns) for y in (low, high))
        x = np.concatenate([under[0], over[0][::-1]])
        y = np.concatenate([under[1], over[1][::-1]])
        path: QPainterPath = self._box.childGroup.transform().map(pg.arrayToQPath(x, y))
        return path

    def lie_under(self, chart: TimeChart) -> None:
        """A strip below another chart: shows the same places, and values from 0 up. Who wants others is sent there."""
        self._chief = chart
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._box.setMouseEnabled(x=False, y=False)
        self._box.turned.disconnect(self.zoom)
        self._box.turned.connect(chart.zoom)
        chart.moved.connect(self._align)
        chart.getAxis("left").geometryChanged.connect(self._align)

    @Slot()
    def _align(self) -> None:
        if self._chief is None:
            return
        self.getAxis("left").setWidth(self._chief.getAxis("left").width())
        self._box.setXRange(*self._chief.getViewBox().viewRange()[0], padding=0)

    # -- the range that is shown -------------------------------------------------------------------

    def follow(self) -> None:
        """Shows everything, now and as more comes."""
        self.following, self._held = True, None
        self._fit()
        self._lay()

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
        last = max(float(line.x[-1]) for line in self._lines if len(line.x))
        self._show(self._across(last), self._range_of(values))

    def _across(self, last: float) -> tuple[float, float]:
        """From the beginning to a round number at or above the last place."""
        if not self.log_x:
            return 0.0, round_up(max(last, _ROOM))
        firsts = [float(x[0]) for x, _ in (self.on_axes(line.x, line.y) for line in self._lines) if len(x)]
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
        self._laying = True
        self._box.setRange(xRange=across, yRange=up, padding=0.02)
        self._laying = False

    @Slot(float, float)
    def zoom(self, factor: float, place: float) -> None:
        """Shows so many times less of the places, around one of the axis; the values are those that are left."""
        left, right = self._box.viewRange()[0]
        self._see(place + (left - place) / factor, place + (right - place) / factor)

    def _pan(self, by: float) -> None:
        """Moves the range, as far as there is something."""
        (left, right), (first, last) = self._box.viewRange()[0], self._whole()
        by = min(max(by, first - left), last - right)
        self._see(left + by, right + by)

    def _whole(self) -> tuple[float, float]:
        """The range of all places, with a little room."""
        first, last = self._across(max((float(line.x[-1]) for line in self._lines if len(line.x)), default=_ROOM))
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
        self._laying = True
        self._box.setXRange(left, right, padding=0)
        if len(values):
            self._box.setYRange(*self._range_of(values), padding=0.02)
        self._laying = False
        self._lay()

    def _values(self, left: float = -np.inf, right: float = np.inf) -> Numbers:
        """All finite values between two places of the axis, as they stand on the other one."""
        placed = [self.on_axes(line.x, line.y) for line in self._lines]
        found = [y[(x >= left) & (x <= right) & np.isfinite(y)] for x, y in placed]
        if found and self.landmarks:
            marks = np.array(self.landmarks)
            found.append(self.on_axes(np.ones_like(marks), marks)[1])
        return np.concatenate(found) if found else np.empty(0)

    # -- the pointer and the keys ------------------------------------------------------------------

    def show_cursor(self, place: float | None) -> None:
        """A line at a place of the run, None for none."""
        there = place is not None and (place > 0.0 or not self.log_x)
        if place is not None and there:
            self.cursor.setValue(float(np.log10(place)) if self.log_x else place)
        self.cursor.setVisible(there)

    @Slot(object)
    def _point_at(self, position: QPointF) -> None:
        x = self._box.mapSceneToView(position).x()
        self.pointed.emit(10.0 ** min(x, 300.0) if self.log_x else x)

    def line_at(self, position: QPointF) -> str:
        """The name of the line at a position of the scene, "" where there is none near."""
        best, found = _NEAR, ""
        for curve in self.curves:
            x, y = curve.getData()
            if not curve.isVisible() or curve.stroke.faint or len(x) == 0:
                continue
            away = _distance(self._in_pixels(x, y), position)
            if away < best:
                best, found = away, curve.name
        return found

    def _in_pixels(self, x: Numbers, y: Numbers) -> Numbers:
        """Where points are in the scene, (points, 2)."""
        (left, right), (low, high) = self._box.viewRange()
        frame: QRectF = self._box.sceneBoundingRect()
        across = frame.left() + (x - left) / (right - left) * frame.width()
        up = frame.bottom() - (y - low) / (high - low) * frame.height()
        return np.stack([across, up], axis=1)

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
        left, right = self._box.viewRange()[0]
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


def _distance(points: Numbers, position: QPointF) -> float:
    """How far a position is from a line through points, in pixels."""
    at = np.array([position.x(), position.y()])
    if len(points) == 1:
        return float(np.hypot(*(points[0] - at)))
    begin, along = points[:-1], np.diff(points, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.clip(np.sum((at - begin) * along, axis=1) / np.sum(along * along, axis=1), 0.0, 1.0)
        away = np.hypot(*(begin + np.nan_to_num(share)[:, None] * along - at).T)
    there = away[np.isfinite(away)]
    return float(there.min()) if len(there) else np.inf
