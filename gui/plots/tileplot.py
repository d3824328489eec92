"""The small plot of one layer: where its parts stand, what is there in words, and how it is painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygonF

from engine.probing.histogram import Histogram
from gui.plots.binning import Picture, pictured
from gui.plots.histograms import Scale, bin_in_words, heat_image, paint_bars
from gui.text import number, percent, tr
from gui.theme import colours, font

# Room inside a tile: for its name above, its numbers below, and beside a heat map.
_ABOVE, _BELOW, _SIDE, _LEFT = 26.0, 20.0, 16.0, 60.0
# So far from one another numbers stand beside and below a plot.
_APART_UP, _APART_ACROSS = 15.0, 44.0


@dataclass(frozen=True, eq=False)
class Tile:
    """A layer: its name, its histogram at each of some steps, and what is said where there is nothing to draw."""

    name: str
    steps: tuple[int, ...]
    histograms: tuple[Histogram, ...]
    missing: str

    @property
    def now(self) -> Histogram:
        """The newest histogram."""
        return self.histograms[-1]

    @cached_property
    def picture(self) -> Picture | None:
        """The histograms in the same bins; None where there is nothing to draw."""
        return pictured(self.histograms)

    @property
    def described(self) -> str:
        """The layer in a line: its mean, its standard deviation and its range."""
        now = self.now
        if self.missing:
            return f"{self.name}: {self.missing}"
        if not now.finite:
            return f"{self.name}: {odd_in_words(now)}"
        words = tr("{0}: mean {1}, standard deviation {2}, from {3} to {4}").format(
            self.name, *(number(value, 4) for value in (now.mean, now.deviation, now.low, now.high))
        )
        return f"{words}, {odd_in_words(now)}" if now.odd else words


@dataclass(frozen=True, eq=False)
class TilePlot:
    """A tile in its place: bars of now, or a heat map with steps across and values up."""

    tile: Tile
    box: QRectF
    over_time: bool

    @cached_property
    def area(self) -> QRectF:
        """Where the bars or the heat map are painted."""
        box, left = self.box, _LEFT if self.over_time else _SIDE
        return QRectF(
            round(box.left() + left), round(box.top() + _ABOVE + 6), round(box.width() - left - _SIDE),
            round(box.height() - _ABOVE - _BELOW - 10),
        )  # fmt: skip

    @cached_property
    def scale(self) -> Scale | None:
        """The axis of the values."""
        area, picture = self.area, self.tile.picture
        if picture is None:
            return None
        ends = (area.bottom(), area.top()) if self.over_time else (area.left(), area.right())
        return Scale(picture.edges, *ends)

    def bin_at(self, position: QPointF) -> int | None:
        """The bin at a place, None beside the plot."""
        if self.scale is None or not self.area.adjusted(0, -4, 0, 1).contains(position):
            return None
        return self.scale.bin_at(position.y() if self.over_time else position.x())

    def moment_at(self, x: float) -> int:
        """The number of the moment whose step is nearest to a place."""
        steps = np.array(self.tile.steps, float)
        step = steps[0] + (x - self.area.left()) / max(self.area.width(), 1.0) * (steps[-1] - steps[0])
        return int(np.abs(steps - step).argmin())

    def place_of(self, step: Any) -> Any:
        """Where a step lies in the heat map; of an array where each does."""
        steps = self.tile.steps
        return self.area.left() + (step - steps[0]) / max(steps[-1] - steps[0], 1) * self.area.width()

    def words_at(self, position: QPointF) -> tuple[str, int | None]:
        """What is at a place, in words, and the step where it is one of a heat map."""
        tile, place = self.tile, self.bin_at(position)
        if place is None or tile.picture is None:
            return tile.described, None
        moment = self.moment_at(position.x()) if self.over_time else 0
        words = f"{tile.name} · {bin_in_words(tile.histograms[moment], tile.picture, place)}"
        if not self.over_time:
            return words, None
        step = tile.steps[moment]
        return f"{tr('step')} {step:,} · {words}", step

    def heat(self, logarithmic: bool) -> QImage:
        """The heat map: every column of pixels shows the moment whose step is nearest."""
        assert self.tile.picture is not None
        steps, width = np.array(self.tile.steps, float), max(int(self.area.width()), 1)
        limits = (steps[1:] + steps[:-1]) / 2.0
        places = steps[0] + (np.arange(width) + 0.5) / width * (steps[-1] - steps[0])
        return heat_image(self.tile.picture, np.searchsorted(limits, places), logarithmic)

    # -- painting --------------------------------------------------------------------------------

    def paint_head(self, painter: QPainter, selected: bool) -> None:
        """The frame of a selected layer, its name, and its numbers where there is room for them."""
        c, box = colours(), self.box
        if selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(c.accent), 1.0))
            painter.setBrush(QColor(c.surface))
            painter.drawRoundedRect(box.adjusted(5.5, 1.5, -5.5, -1.5), 8, 8)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        line = QRectF(box.left() + _SIDE, box.top() + 6, box.width() - 2 * _SIDE, 16)
        painter.setFont(font(12, QFont.Weight.DemiBold))
        painter.setPen(QColor(c.accent if selected else c.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.tile.name)
        used = painter.fontMetrics().horizontalAdvance(self.tile.name) + 10
        words = self._in_short()
        painter.setFont(font(11))
        painter.setPen(QColor(c.warning if self.tile.now.odd else c.quiet))
        if used + painter.fontMetrics().horizontalAdvance(words) <= line.width():
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)

    def _in_short(self) -> str:
        """What is wrong, or what is not in the picture, or mean and standard deviation."""
        now, picture = self.tile.now, self.tile.picture
        if now.odd:
            return odd_in_words(now)
        if picture is None or not now.finite:
            return ""
        if picture.beside > 0.0:
            return tr("{0} beyond").format(percent(picture.beside))
        return f"{number(now.mean)} ± {number(now.deviation)}"

    def paint_missing(self, painter: QPainter) -> None:
        """Why there is nothing to draw."""
        painter.setFont(font(12))
        painter.setPen(QColor(colours().quiet))
        painter.drawText(self.area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.tile.missing)

    def paint_bars(self, painter: QPainter, logarithmic: bool, marked: int | None) -> None:
        """The histogram of now."""
        assert self.scale is not None
        assert self.tile.picture is not None
        paint_bars(painter, self.area, self.tile.picture, self.tile.now.mean, logarithmic, marked)
        self._paint_across(painter, self.scale.marks(_APART_ACROSS))

    def paint_heat(self, painter: QPainter, image: QImage, step: float | None) -> None:
        """The heat map with how the mean went, and the step that is marked."""
        assert self.scale is not None
        c, area, scale, steps = colours(), self.area, self.scale, self.tile.steps
        top, bottom = scale.at_bin(len(scale.edges) - 1), scale.at_bin(0)
        painter.drawImage(QRectF(area.left(), top, area.width(), bottom - top), image)
        painter.setPen(QPen(QColor(c.line), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5))
        self._paint_means(painter, scale)
        if step is not None and steps[0] <= step <= steps[-1]:
            painter.fillRect(QRectF(round(self.place_of(step)), area.top(), 1, area.height()), QColor(c.text))
        self._paint_up(painter, scale.marks(_APART_UP))
        ends = [(area.left(), f"{tr('step')} {steps[0]:,}"), (area.right(), f"{steps[-1]:,}")]
        self._paint_across(painter, ends[: len(steps)])

    def _paint_means(self, painter: QPainter, scale: Scale) -> None:
        """How the mean went, as a line that is seen on any colour."""
        means = np.array([each.mean for each in self.tile.histograms])
        known = np.isfinite(means)
        across = self.place_of(np.array(self.tile.steps)[known])
        path = QPolygonF(list(map(QPointF, across.tolist(), scale.at(means[known]).tolist())))
        painter.save()
        painter.setClipRect(self.area)
        for tint, wide in ((colours().surface, 3.0), (colours().text, 1.0)):
            painter.setPen(QPen(QColor(tint), wide))
            painter.drawPolyline(path)
        painter.restore()

    def _paint_across(self, painter: QPainter, marks: Sequence[tuple[float, str]]) -> None:
        """Numbers below the plot; the first two stand at its ends."""
        painter.setFont(font(11))
        painter.setPen(QColor(colours().quiet))
        sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter)
        for (place, words), side in zip(marks, sides, strict=False):
            box = QRectF(place - 30, self.area.bottom() + 3, 60, 15)
            if side != Qt.AlignmentFlag.AlignHCenter:
                box = QRectF(self.area.left() - 2, self.area.bottom() + 3, self.area.width() + 4, 15)
            painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_up(self, painter: QPainter, marks: Sequence[tuple[float, str]]) -> None:
        """Numbers at the left of the plot."""
        painter.setFont(font(11))
        painter.setPen(QColor(colours().quiet))
        for place, words in marks:
            middle = min(max(place, self.area.top() + 6), self.area.bottom() - 6)
            box = QRectF(self.area.left() - _LEFT, middle - 8, _LEFT - 6, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)


def odd_in_words(found: Histogram) -> str:
    """How many numbers are not finite."""
    return tr("{0} of {1} not finite").format(f"{found.odd:,}", f"{found.counted:,}")
