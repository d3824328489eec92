"""Lines over places, thinned out to the pixels: axes in the theme's colours, and what is where in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Signal, Slot
from PySide6.QtGui import QColor, QPainterPath

from engine.history import Numbers
from gui.plots.axes import axes, dress, prepare
from gui.plots.decimation import thinned, thinned_band
from gui.plots.strokes import Curve, Stroke
from gui.theme import colours

_SMALLEST = 1e-12
# Closer than so many pixels the pointer is on a line.
_NEAR = 8.0
_THIN = Stroke()


@dataclass(frozen=True)
class Line:
    """A series over places (steps or epochs), which rise: ``x`` and ``y`` (points,)."""

    name: str
    x: Numbers
    y: Numbers
    stroke: Stroke = _THIN


@dataclass(frozen=True)
class Band:
    """What lies between ``low`` and ``high`` at places, drawn faint behind all lines: (points,) each."""

    x: Numbers
    low: Numbers
    high: Numbers


class LineChart(pg.PlotWidget):  # type: ignore[misc]
    """Lines over places, in the range that ``box`` shows. ``moved()``: it shows another range or has another size."""

    moved = Signal()

    def __init__(self, name: str, box: pg.ViewBox) -> None:
        self.box = box
        self._names: tuple[str, str] | None = None
        super().__init__(viewBox=box, axisItems=axes(), enableMenu=False)
        prepare(self, name)
        item = self.getPlotItem()
        item.showGrid(y=True, alpha=0.25)
        item.disableAutoRange()
        self.curves: list[Curve] = []
        self.lines: Sequence[Line] = ()
        self._given_band: Band | None = None
        self.band = Curve()
        self.addItem(self.band)
        self.band.setZValue(-2.0)
        self.cursor = pg.InfiniteLine(angle=90, movable=False)
        self.cursor.setVisible(False)
        self.addItem(self.cursor, ignoreBounds=True)
        self.log_x, self.log_y = False, False
        # A logarithmic axis of values shows no smaller ones.
        self.smallest = _SMALLEST
        self.has_places = True
        # While ranges are being set nothing is drawn.
        self.held_up = False
        box.sigXRangeChanged.connect(self.lay)
        box.sigResized.connect(self.lay)

    def draw(self, lines: Sequence[Line], band: Band | None = None) -> None:
        """Draws lines, and a band behind all of them."""
        self.lines, self._given_band = lines, band
        while len(self.curves) < len(lines):
            self.curves.append(Curve())
            self.addItem(self.curves[-1])
        self.lay()

    def set_logarithms(self, log_x: bool, log_y: bool) -> None:
        """Logarithmic or linear axes."""
        self.log_x, self.log_y = log_x, log_y
        self.getAxis("bottom").setLogMode(x=log_x)
        self.getAxis("left").setLogMode(y=log_y)

    def name_axes(self, left: str, bottom: str) -> None:
        """The words at the axes, and all in the colours of the theme in force."""
        self._names = left, bottom
        dress(self, left, bottom)
        # pyqtgraph shows an axis that is given a name.
        self.showAxis("bottom", show=self.has_places)
        self.cursor.setPen(pg.mkPen(QColor(colours().faint)))
        for curve in (self.band, *self.curves):
            curve.update()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.StyleChange and self._names is not None:
            self.name_axes(*self._names)
        super().changeEvent(event)

    @Slot()
    def lay(self) -> None:
        """Gives every curve the points that can be told apart in the range that is shown."""
        if self.held_up:
            return
        left, right = self.box.viewRange()[0]
        columns = max(round(self.box.width()), 1)
        for index, curve in enumerate(self.curves):
            curve.setVisible(index < len(self.lines))
            if index < len(self.lines):
                line = self.lines[index]
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
        found: QPointF = self.box.mapFromView(QPointF(float(x[0]), float(np.nan_to_num(y[0]))))
        return found

    def top_of_lines(self, left: float, right: float) -> float:
        """How high lines and band reach between two places, in pixels of the inside of the chart; its foot at least."""
        to_box = self.box.childGroup.transform()
        top = float(self.box.height())
        for curve in (self.band, *self.curves):
            x, y = curve.getData()
            if curve.isVisible() and len(x):
                x = x * to_box.m11() + to_box.dx()
                # The points around the stretch too, between which the line runs through it.
                part = slice(max(int(np.searchsorted(x, left)) - 1, 0), int(np.searchsorted(x, right)) + 1)
                heights = y[part][np.isfinite(y[part])] * to_box.m22() + to_box.dy()
                top = min(top, float(heights.min(initial=top)))
        return top

    def is_clear(self, box: QRectF) -> bool:
        """Whether no line and not the band runs through a box, in pixels of the inside of the chart."""
        to_box = self.box.childGroup.transform()
        for curve in (self.band, *self.curves):
            x, y = curve.getData()
            known = np.isfinite(y) if curve.isVisible() and len(x) else np.zeros(0, bool)
            if not known.any():
                continue
            x, y = x[known] * to_box.m11() + to_box.dx(), y[known] * to_box.m22() + to_box.dy()
            ends = np.array([box.left(), box.right()])
            if ends[1] < x[0] or ends[0] > x[-1]:
                continue
            ends = ends.clip(x[0], x[-1])
            heights = np.append(y[(x >= ends[0]) & (x <= ends[1])], np.interp(ends, x, y))
            if heights.min() <= box.bottom() and heights.max() >= box.top():
                return False
        return True

    def outline(self, places: Numbers, low: Numbers, high: Numbers) -> QPainterPath:
        """What lies between two curves over places, in pixels of the inside of the chart."""
        left, right = self.box.viewRange()[0]
        columns = max(round(self.box.width()), 1)
        under, over = (thinned(*self.on_axes(places, y), left, right, columns) for y in (low, high))
        x = np.concatenate([under[0], over[0][::-1]])
        y = np.concatenate([under[1], over[1][::-1]])
        path: QPainterPath = self.box.childGroup.transform().map(pg.arrayToQPath(x, y))
        return path

    def show_cursor(self, place: float | None) -> None:
        """A line at a place of the run, None for none."""
        there = place is not None and (place > 0.0 or not self.log_x)
        if place is not None and there:
            self.cursor.setValue(float(np.log10(place)) if self.log_x else place)
        self.cursor.setVisible(there)

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
        (left, right), (low, high) = self.box.viewRange()
        frame: QRectF = self.box.sceneBoundingRect()
        across = frame.left() + (x - left) / (right - left) * frame.width()
        up = frame.bottom() - (y - low) / (high - low) * frame.height()
        return np.stack([across, up], axis=1)


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
