"""What stands over the lines of a chart: where something was changed, and its best point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from engine.history import Numbers
from gui.plots.linechart import LineChart
from gui.plots.overlay import Overlay
from gui.theme import colour, colours, font

# Marks closer than so many pixels are one, with their number.
_TOGETHER = 12.0
_GLYPH, _RING = 3.5, 4.0
_MOST_LINES = 8
# How much of the words of the best point may stand left of it; the middle is the first choice.
_SHARES = (0.5, 0.0, 0.25, 0.75, 1.0)
# Words farther away than this have a line that leads to their point.
_FAR = 14.0
# Words beside a point are moved so far until no line runs through them.
_STRIDE = 8.0
# The room of the glyphs.
_TOP = 14.0


@dataclass(frozen=True)
class Mark:
    """Something that happened at a place of the run, in words."""

    place: float
    words: str


@dataclass(frozen=True)
class Best:
    """A point that is marked with a ring, and what it is.

    ``index`` is the number of its series, ``at`` that of the point in it.
    """

    place: float
    value: float
    words: str
    index: int
    at: int


class Marks(Overlay):
    """Thin lines with a small glyph at the top, and a ring with words, in pixels over a chart."""

    def __init__(self, chart: LineChart) -> None:
        super().__init__(chart, 50.0)
        self._marks: Sequence[Mark] = ()
        # The point that is marked.
        self.best: Best | None = None

    def show_marks(self, marks: Sequence[Mark], best: Best | None) -> None:
        """Shows these, in the order of their places."""
        self._marks, self.best = marks, best
        self.update()

    def groups(self) -> list[tuple[float, list[Mark]]]:
        """Marks that can be seen, those close to each other together: where the first stands, in pixels."""
        found: list[tuple[float, list[Mark]]] = []
        width = self.boundingRect().width()
        for mark in self._marks:
            x = self.chart.in_box(mark.place, None).x()
            if not 0.0 <= x <= width:
                continue
            if found and x - found[-1][0] < _TOGETHER:
                found[-1][1].append(mark)
            else:
                found.append((x, [mark]))
        return found

    def words_at(self, position: QPointF) -> str:
        """What was changed near a position of the scene, a line for each, "" where nothing was."""
        at = self.mapFromScene(position).x()
        near = [(abs(x - at), marks) for x, marks in self.groups() if abs(x - at) <= _TOGETHER / 2]
        if not near:
            return ""
        lines = [mark.words for mark in min(near, key=lambda one: one[0])[1]]
        more = len(lines) - _MOST_LINES
        return "\n".join(lines if more <= 0 else [*lines[:_MOST_LINES], f"+ {more}"])

    def paint(self, painter: QPainter, *_: Any) -> None:
        """The lines with their glyphs, and the best point."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self.boundingRect())
        for x, marks in self.groups():
            self._paint_mark(painter, round(x) + 0.5, len(marks))
        if self.best is not None:
            self._paint_best(painter, self.best)

    def _paint_mark(self, painter: QPainter, x: float, count: int) -> None:
        c = colours()
        painter.setPen(QPen(colour(c.quiet, 0.45), 1.0))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.boundingRect().height()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.quiet))
        if count == 1:
            g = _GLYPH
            painter.drawPolygon(QPolygonF([QPointF(x - g, 0), QPointF(x + g, 0), QPointF(x, 1.7 * g)]))
            return
        painter.setFont(font(9))
        words = f"{count}" if count < 100 else "99+"
        width = max(QFontMetricsF(painter.font()).horizontalAdvance(words) + 6.0, 12.0)
        box = QRectF(x - width / 2, 0.5, width, 12.0)
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(QColor(c.surface))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_best(self, painter: QPainter, best: Best) -> None:
        c, frame = colours(), self.boundingRect()
        at = self.chart.in_box(best.place, best.value)
        if not frame.contains(at):
            return
        painter.setBrush(QColor(c.surface))
        painter.setPen(QPen(QColor(c.series[best.index % len(c.series)]), 1.6))
        painter.drawEllipse(at, _RING, _RING)
        painter.setFont(font(11))
        box = self.place_of_words(best)
        if at.y() - _RING - box.bottom() > _FAR and box.left() <= at.x() <= box.right():
            painter.setPen(QPen(colour(c.quiet, 0.45), 1.0))
            x = round(at.x()) + 0.5
            painter.drawLine(QPointF(x, box.bottom()), QPointF(x, at.y() - _RING))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(c.surface, 0.8))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(c.quiet))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, best.words)

    def place_of_words(self, best: Best) -> QRectF:
        """Where the words stand: over their point, clear of lines, band and top, or else below it, or beside it."""
        metrics, frame = QFontMetricsF(font(11)), self.boundingRect()
        width, height = metrics.horizontalAdvance(best.words) + 6.0, metrics.height()
        at = self.chart.in_box(best.place, best.value)
        places = []
        for share in _SHARES:
            left = at.x() - 6.0 - share * (width - 12.0)
            left = min(max(left, 2.0), max(frame.width() - width - 2.0, 2.0))
            lines = self.chart.top_of_lines(left, left + width)
            places.append((min(lines, at.y() - _RING) - 4.0 - height, left))
        above, left = max(places, key=lambda place: place[0])
        if above > _TOP:
            return QRectF(left, above, width, height)
        below = QRectF(left, at.y() + _RING + 4.0, width, height)
        if below.bottom() <= frame.height() and self.chart.is_clear(below):
            return below
        return self._beside(at, QRectF(0.0, min(at.y() - height / 2, frame.height() - height), width, height))

    def _beside(self, at: QPointF, box: QRectF) -> QRectF:
        """At the side of a point or higher, as near to it as no line runs through the words; if all do, at its side."""
        first, last = at.x() + _RING + 4.0, self.boundingRect().width() - box.width()
        before = at.x() - _RING - 4.0 - box.width()
        lefts = [*np.arange(first, last, _STRIDE).tolist(), *np.arange(before, 0.0, -_STRIDE).tolist()]
        tops = np.arange(box.top(), _TOP, -box.height()).tolist()
        places = (QRectF(left, top, box.width(), box.height()) for top in tops for left in lefts)
        nearest = QRectF(first if first <= last else before, box.top(), box.width(), box.height())
        return next(filter(self.chart.is_clear, places), nearest)


class Gap(Overlay):
    """The surface between two curves, where the second is above the first."""

    def __init__(self, chart: LineChart) -> None:
        super().__init__(chart, -50.0)
        self._curves: tuple[Numbers, Numbers, Numbers] = (np.empty(0),) * 3

    def show_gap(self, places: Numbers, low: Numbers, high: Numbers) -> None:
        """Shades from ``low`` up to ``high`` (points,) over places of the run."""
        there = np.isfinite(low) & np.isfinite(high)
        self._curves = places[there], low[there], np.maximum(low, high)[there]
        self.update()

    def getData(self) -> tuple[Numbers, Numbers, Numbers]:  # noqa: N802 - as curves have it
        """Places and the lower and upper edge of what is shaded."""
        return self._curves

    def paint(self, painter: QPainter, *_: Any) -> None:
        """A surface in the colour of the second curve."""
        if len(self._curves[0]) < 2:
            return
        outline = self.chart.outline(*self._curves)
        painter.setClipRect(self.boundingRect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(colours().series[1], 0.13))
        painter.drawPath(outline)
