"""Charts for files: axes, curves and points, drawn as lines and text so that they stay sharp at any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from engine.history import Numbers
from gui.images import image_of
from gui.plots.ticks import held_range, round_ticks, round_up
from gui.plots.titles import series_pen
from gui.text import number
from gui.theme import colour, colours, font

Mark = Literal["line", "dots", "circles"]

_LEFT, _RIGHT, _TOP, _BOTTOM = 50.0, 14.0, 26.0, 40.0
_RADIUS = 2.6
# A band is drawn from so many places at most, and as many points.
_MOST_PLACES, _MOST_POINTS = 120, 1500
# In the line above: the share that the name of the axis may take, the space behind it, and room for the shortest name
# and for a sample of a series with its gaps.
_SHARE, _SPACE, _LEAST_NAME = 0.4, 12.0, 26.0
_SAMPLES: dict[Mark, float] = {"line": 36.0, "dots": 24.0, "circles": 24.0}


@dataclass(frozen=True)
class Series:
    """One series: ``x`` and ``y`` (points,). ``index`` is that of its pen, or of the colour of its points.

    A line with an index below zero is drawn in the colour of the text.
    """

    name: str
    x: Numbers
    y: Numbers
    index: int
    kind: Mark = "line"


@dataclass(frozen=True)
class Chart:
    """What a chart shows. ``band`` is (x, low, high) behind everything.

    ``ground``: a picture (height, width, 4), RGBA premultiplied, under everything, that fills ``extent`` (x low,
    x high, y low, y high). ``diagonal``: both axes are the same, with a line where x = y.
    """

    x_label: str
    y_label: str
    series: tuple[Series, ...]
    band: tuple[Numbers, Numbers, Numbers] | None = None
    ground: NDArray[np.uint8] | None = None
    extent: tuple[float, float, float, float] | None = None
    diagonal: bool = False

    def ranges(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """What the axes show of x and y."""
        if self.extent is not None:
            return self.extent[:2], self.extent[2:]
        x, y = (np.concatenate([getattr(each, name) for each in self.series] or [np.zeros(0)]) for name in "xy")
        x, y = x[np.isfinite(x)], y[np.isfinite(y)]
        if not len(x) or not len(y):
            return (0.0, 1.0), (0.0, 1.0)
        if self.diagonal:
            both = held_range(None, float(min(x.min(), y.min())), float(max(x.max(), y.max())))
            return both, both
        across = held_range(None, float(x.min()), float(x.max()))
        if all(each.kind == "line" for each in self.series) and x.min() == 0.0:
            across = (0.0, round_up(max(float(x.max()), 10.0)))
        return across, held_range(None, float(y.min()), float(y.max()))


def paint_chart(painter: QPainter, size: tuple[float, float], chart: Chart) -> None:
    """Draws a chart in the colours of the theme in force, on nothing."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _Painting(painter, size, chart).paint()


class _Painting:
    """One chart being drawn."""

    def __init__(self, painter: QPainter, size: tuple[float, float], chart: Chart) -> None:
        self._painter, self._chart = painter, chart
        self._area = QRectF(_LEFT, _TOP, size[0] - _LEFT - _RIGHT, size[1] - _TOP - _BOTTOM)
        self._across, self._up = chart.ranges()

    def paint(self) -> None:
        """From the ground to the legend."""
        chart = self._chart
        if chart.ground is not None:
            image = image_of(chart.ground)
            # Repeated, because readers of vector files blur what they enlarge, each in its own way.
            self._painter.drawImage(self._area, image.scaled(image.size() * 6))
        self._paint_axes()
        if chart.band is not None:
            self._paint_band(*chart.band)
        if chart.diagonal:
            self._painter.setPen(QPen(QColor(colours().faint), 1.0, Qt.PenStyle.DashLine))
            self._painter.drawLine(self._at(self._up[0], self._up[0]), self._at(self._up[1], self._up[1]))
        for series in chart.series:
            (self._paint_line if series.kind == "line" else self._paint_points)(series)
        self._paint_legend()

    def _at(self, x: float, y: float) -> QPointF:
        area, (left, right), (bottom, top) = self._area, self._across, self._up
        return QPointF(
            area.left() + (x - left) / (right - left) * area.width(),
            area.bottom() - (y - bottom) / (top - bottom) * area.height(),
        )

    def _paint_axes(self) -> None:
        painter, area, c = self._painter, self._area, colours()
        painter.setFont(font(11))
        heights, places = round_ticks(*self._up), round_ticks(*self._across)
        painter.setPen(QPen(QColor(c.line), 1.0))
        if self._chart.ground is None:
            for value in heights:
                painter.drawLine(self._at(self._across[0], value), self._at(self._across[1], value))
            painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(QColor(c.quiet))
        middle = Qt.AlignmentFlag.AlignVCenter
        for value in heights:
            box = QRectF(0, self._at(0, value).y() - 8, _LEFT - 8, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | middle, number(value, 4))
        for value in places:
            box = QRectF(self._at(value, 0).x() - 40, area.bottom() + 4, 80, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | middle, number(value, 4))
        below = QRectF(area.left(), area.bottom() + 21, area.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._cut(self._chart.x_label, area.width()))
        above = QRectF(4, 3, _SHARE * area.width(), 16)
        painter.drawText(above, Qt.AlignmentFlag.AlignLeft | middle, self._cut(self._chart.y_label, above.width()))

    def _cut(self, words: str, width: float) -> str:
        return QFontMetricsF(self._painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, width)

    def _paint_band(self, x: Numbers, low: Numbers, high: Numbers) -> None:
        """From the lowest to the highest, as one area; where there are very many, of neighbours together."""
        # The loss of a single batch has no lowest and highest.
        width = max(-(-len(x) // _MOST_PLACES), 4)
        starts = np.arange(0, len(x), width)
        if len(starts) < 2:
            return
        bottom, top = np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)
        there = np.isfinite(bottom) & np.isfinite(top)
        x, bottom, top = x[starts][there], bottom[there].clip(*self._up), top[there].clip(*self._up)
        outline = [self._at(float(a), float(b)) for a, b in zip(x, top, strict=True)]
        outline += [self._at(float(a), float(b)) for a, b in zip(x[::-1], bottom[::-1], strict=True)]
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(colour(colours().series[0], 0.14))
        self._painter.drawPolygon(QPolygonF(outline))

    def _paint_line(self, series: Series) -> None:
        path, drawing = QPainterPath(), False
        for x, y in zip(series.x, series.y, strict=True):
            there = bool(np.isfinite(x) and np.isfinite(y))
            if there:
                (path.lineTo if drawing else path.moveTo)(self._at(float(x), float(y)))
            drawing = there
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.setPen(_pen(series.index))
        self._painter.drawPath(path)

    def _paint_points(self, series: Series) -> None:
        some = np.unique(np.linspace(0, len(series.x) - 1, min(len(series.x), _MOST_POINTS)).astype(int))
        self._set_marker(series)
        for x, y in zip(series.x[some], series.y[some], strict=True):
            if np.isfinite(x) and np.isfinite(y):
                self._painter.drawEllipse(self._at(float(x), float(y)), _RADIUS, _RADIUS)

    def _set_marker(self, series: Series) -> None:
        c = colours()
        tint = QColor(c.series[series.index % len(c.series)])
        full = series.kind == "dots"
        self._painter.setPen(QPen(QColor(c.surface), 0.8) if full else QPen(tint, 1.3))
        self._painter.setBrush(tint if full else QColor(c.surface))

    def _paint_legend(self) -> None:
        """A sample and a name for each series, at the right; none where there is only one, cut where they are long."""
        painter, area = self._painter, self._area
        painter.setFont(font(11))
        metrics = QFontMetricsF(painter.font())
        beside = min(metrics.horizontalAdvance(self._chart.y_label), _SHARE * area.width())
        room = area.right() - 4 - beside - _SPACE
        named = [each for each in self._chart.series if each.name]
        sample = max((_SAMPLES[each.kind] for each in named), default=0.0)
        named = named[: max(int(room / (sample + _LEAST_NAME)), 1)] if len(named) > 1 else []
        widths = [metrics.horizontalAdvance(each.name) for each in named]
        most = room / max(len(named), 1) - sample if sum(widths) + sample * len(named) > room else room
        right = area.right()
        for series in reversed(named):
            name = self._cut(series.name, most)
            width = metrics.horizontalAdvance(name)
            painter.setPen(QColor(colours().quiet))
            box = QRectF(right - width - 1, 3, width + 2, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
            right -= width + 6
            if series.kind == "line":
                painter.setPen(_pen(series.index))
                painter.drawLine(QPointF(right - 18, 11.5), QPointF(right, 11.5))
            else:
                self._set_marker(series)
                painter.drawEllipse(QPointF(right - 3, 11.5), _RADIUS, _RADIUS)
            right -= _SAMPLES[series.kind] - 6


def _pen(index: int) -> QPen:
    """The pen of a series, which grows with the drawing, unlike that of the screen."""
    pen = series_pen(index) if index >= 0 else QPen(QColor(colours().text), 1.8)
    pen.setCosmetic(False)
    return pen
