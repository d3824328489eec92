"""The small plots of the distributions, one for each layer: painted, pointed at, and chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from engine.probing.histogram import Histogram
from gui.plots.heat import Picture, pictured
from gui.plots.histograms import Scale, bin_in_words, heat_image, paint_bars
from gui.plots.tiles import Grid
from gui.text import number, percent, tr
from gui.theme import colours, font

# Room inside a tile: for its name above, its numbers below, and beside a heat map.
_ABOVE, _BELOW, _SIDE, _LEFT = 26.0, 20.0, 16.0, 60.0
# So far from one another numbers stand beside and below a plot.
_APART_UP, _APART_ACROSS = 15.0, 44.0


@dataclass(frozen=True)
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


class LayerTiles(QWidget):
    """Small plots of layers. ``chosen(layer)`` when one is clicked; ``said(words, step)`` what is under the pointer.

    ``step`` is that of the heat map under the pointer, None elsewhere; the words are then "".
    """

    chosen = Signal(int)
    said = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tiles: tuple[Tile, ...] = ()
        self.over_time, self.logarithmic = False, False
        self.layer: int | None = None
        self._pointer: QPointF | None = None
        self._step: float | None = None
        self._pictures: dict[int, Picture | None] = {}
        self._images: dict[tuple[int, int], QImage] = {}
        self._room = 0

    def show_tiles(self, tiles: tuple[Tile, ...], over_time: bool, logarithmic: bool) -> None:
        """Shows layers, as they are now or over time."""
        self.tiles, self.over_time, self.logarithmic = tiles, over_time, logarithmic
        self._pictures.clear()
        self._images.clear()
        self._fit()
        self._say()
        self.setAccessibleDescription("; ".join(map(self.described, range(len(tiles)))))
        self.update()

    def show_layer(self, layer: int | None) -> None:
        """Marks a layer, or none."""
        if layer != self.layer:
            self.layer = layer
            self.update()

    def show_step(self, step: float | None) -> None:
        """Marks a step in the heat maps, or none."""
        if step != self._step:
            self._step = step
            self.update()

    def fit_to(self, height: int) -> None:
        """Fills an area of some height, or more where there are many layers."""
        self._room = height
        self._fit()

    def grid(self) -> Grid:
        """Where the tiles stand."""
        return Grid.filling(len(self.tiles), self.width(), self._room)

    def _fit(self) -> None:
        needed = self.grid().full_height if self.tiles else 0
        if self.minimumHeight() != needed:
            self.setMinimumHeight(needed)

    def described(self, layer: int) -> str:
        """A layer in a line: its mean, its standard deviation and its range."""
        tile = self.tiles[layer]
        if tile.missing:
            return f"{tile.name}: {tile.missing}"
        now = tile.now
        words = tr("{0}: mean {1}, standard deviation {2}, from {3} to {4}").format(
            tile.name, *(number(value, 4) for value in (now.mean, now.deviation, now.low, now.high))
        )
        return f"{words}, {odd_in_words(now)}" if now.odd else words

    # -- geometry --------------------------------------------------------------------------------

    def plot_box(self, layer: int) -> QRectF:
        """Where the bars or the heat map of a layer are painted."""
        box = QRectF(*self.grid().box(layer))
        left = _LEFT if self.over_time else _SIDE
        return QRectF(
            round(box.left() + left), round(box.top() + _ABOVE + 6), round(box.width() - left - _SIDE),
            round(box.height() - _ABOVE - _BELOW - 10),
        )  # fmt: skip

    def _values(self, layer: int) -> Scale | None:
        """The axis of the values: across for bars, up for a heat map."""
        box, picture = self.plot_box(layer), self.picture(layer)
        if picture is None:
            return None
        ends = (box.bottom(), box.top()) if self.over_time else (box.left(), box.right())
        return Scale(picture.edges, *ends)

    def picture(self, layer: int) -> Picture | None:
        """The histograms of a layer in the same bins."""
        if layer not in self._pictures:
            self._pictures[layer] = pictured(self.tiles[layer].histograms)
        return self._pictures[layer]

    def moment_at(self, layer: int, x: float) -> int:
        """The number of the moment whose step is nearest to a place."""
        box, steps = self.plot_box(layer), np.array(self.tiles[layer].steps, float)
        step = steps[0] + (x - box.left()) / max(box.width(), 1.0) * (steps[-1] - steps[0])
        return int(np.abs(steps - step).argmin())

    def place_of(self, layer: int, step: Any) -> Any:
        """Where a step lies in the heat map of a layer; of an array where each does."""
        box, steps = self.plot_box(layer), self.tiles[layer].steps
        return box.left() + (step - steps[0]) / max(steps[-1] - steps[0], 1) * box.width()

    # -- what is under the pointer ---------------------------------------------------------------

    def words_at(self, position: QPointF) -> tuple[str, int | None]:
        """What is at a place, in words, and the step where it is one of a heat map."""
        layer = self.grid().at(position.x(), position.y()) if self.tiles else None
        if layer is None:
            return "", None
        scale, tile, picture = self._values(layer), self.tiles[layer], self.picture(layer)
        inside = self.plot_box(layer).adjusted(0, -4, 0, 1).contains(position)
        place = scale.bin_at(position.y() if self.over_time else position.x()) if scale and inside else None
        if scale is None or place is None or picture is None:
            return self.described(layer), None
        moment = self.moment_at(layer, position.x()) if self.over_time else 0
        words = f"{tile.name} · {bin_in_words(tile.histograms[moment], picture, place)}"
        if not self.over_time:
            return words, None
        step = tile.steps[moment]
        return f"{tr('step')} {step:,} · {words}", step

    def _say(self) -> None:
        if self._pointer is not None:
            self.said.emit(*self.words_at(self._pointer))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says what is under the pointer."""
        self._pointer = event.position()
        self._say()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is under the pointer any more."""
        self._pointer = None
        self.said.emit("", None)
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Chooses a layer."""
        position = event.position()
        layer = self.grid().at(position.x(), position.y()) if self.tiles else None
        if layer is not None:
            self.chosen.emit(layer)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The arrows choose the layer before or behind."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is None or not self.tiles:
            super().keyPressEvent(event)
            return
        now = self.layer if self.layer is not None else (-1 if by > 0 else len(self.tiles))
        self.chosen.emit(min(max(now + by, 0), len(self.tiles) - 1))

    # -- painting --------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._images.clear()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Places the tiles anew."""
        super().resizeEvent(event)
        self._images.clear()
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The tiles that are in sight."""
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), QColor(colours().surface))
            for layer in range(len(self.tiles)):
                box = QRectF(*self.grid().box(layer))
                if box.intersects(QRectF(event.rect())):
                    self._paint_tile(painter, layer, box)

    def _paint_tile(self, painter: QPainter, layer: int, box: QRectF) -> None:
        c, tile, selected = colours(), self.tiles[layer], layer == self.layer
        if selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(c.accent), 1.0))
            painter.setBrush(QColor(c.surface))
            painter.drawRoundedRect(box.adjusted(5.5, 1.5, -5.5, -1.5), 8, 8)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_head(painter, layer, box, selected)
        plot, picture, scale = self.plot_box(layer), self.picture(layer), self._values(layer)
        if picture is None or scale is None or plot.width() < 1 or plot.height() < 1:
            painter.setFont(font(12))
            painter.setPen(QColor(c.quiet))
            painter.drawText(plot, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, tile.missing)
        elif self.over_time:
            self._paint_heat(painter, layer, plot, scale, picture)
        else:
            paint_bars(painter, plot, picture, tile.now.mean, self.logarithmic, self._marked(layer))
            _paint_across(painter, scale.marks(_APART_ACROSS), plot)

    def _marked(self, layer: int) -> int | None:
        """The bin under the pointer."""
        scale = self._values(layer)
        inside = self._pointer is not None and self.plot_box(layer).adjusted(0, -4, 0, 1).contains(self._pointer)
        return scale.bin_at(self._pointer.x()) if scale and inside and self._pointer is not None else None

    def _paint_head(self, painter: QPainter, layer: int, box: QRectF, selected: bool) -> None:
        """The name, and mean and standard deviation where there is room for them; what is wrong comes first."""
        c, tile = colours(), self.tiles[layer]
        line = QRectF(box.left() + _SIDE, box.top() + 6, box.width() - 2 * _SIDE, 16)
        painter.setFont(font(12, QFont.Weight.DemiBold))
        painter.setPen(QColor(c.accent if selected else c.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, tile.name)
        used = painter.fontMetrics().horizontalAdvance(tile.name) + 10
        now = tile.now
        picture = self.picture(layer)
        words = odd_in_words(now) if now.odd else f"{number(now.mean)} ± {number(now.deviation)}"
        if picture is not None and picture.beside > 0.0:
            words = tr("{0} beyond").format(percent(picture.beside))
        if tile.missing and not now.odd:
            return
        painter.setFont(font(11))
        painter.setPen(QColor(c.warning if now.odd else c.quiet))
        if used + painter.fontMetrics().horizontalAdvance(words) <= line.width():
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_heat(self, painter: QPainter, layer: int, plot: QRectF, scale: Scale, picture: Picture) -> None:
        tile, width = self.tiles[layer], int(plot.width())
        if (layer, width) not in self._images:
            steps = np.array(tile.steps, float)
            # Every column shows the moment whose step is nearest.
            limits = (steps[1:] + steps[:-1]) / 2.0
            places = steps[0] + (np.arange(width) + 0.5) / width * (steps[-1] - steps[0])
            self._images[layer, width] = heat_image(picture, np.searchsorted(limits, places), self.logarithmic)
        top, bottom = scale.at_bin(len(picture.edges) - 1), scale.at_bin(0)
        painter.drawImage(QRectF(plot.left(), top, plot.width(), bottom - top), self._images[layer, width])
        c = colours()
        painter.setPen(QPen(QColor(c.line), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(plot.adjusted(-0.5, -0.5, 0.5, 0.5))
        self._paint_means(painter, tile, scale, layer)
        if self._step is not None and tile.steps[0] <= self._step <= tile.steps[-1]:
            at = round(self.place_of(layer, self._step))
            painter.fillRect(QRectF(at, plot.top(), 1, plot.height()), QColor(c.text))
        _paint_up(painter, scale.marks(_APART_UP), plot)
        first, last = f"{tr('step')} {tile.steps[0]:,}", f"{tile.steps[-1]:,}"
        ends = [(plot.left(), first), (plot.right(), last)] if len(tile.steps) > 1 else [(plot.left(), first)]
        _paint_across(painter, ends, plot)

    def _paint_means(self, painter: QPainter, tile: Tile, scale: Scale, layer: int) -> None:
        """How the mean went, as a line that is seen on any colour."""
        means = np.array([each.mean for each in tile.histograms])
        known = np.isfinite(means)
        across = self.place_of(layer, np.array(tile.steps)[known])
        path = QPolygonF(list(map(QPointF, across.tolist(), scale.at(means[known]).tolist())))
        painter.save()
        painter.setClipRect(self.plot_box(layer))
        for tint, wide in ((colours().surface, 3.0), (colours().text, 1.0)):
            painter.setPen(QPen(QColor(tint), wide))
            painter.drawPolyline(path)
        painter.restore()


def odd_in_words(found: Histogram) -> str:
    """How many numbers are not finite."""
    return tr("{0} of {1} not finite").format(f"{found.odd:,}", f"{found.counted:,}")


def _paint_across(painter: QPainter, marks: Sequence[tuple[float, str]], plot: QRectF) -> None:
    """Numbers below a plot; the first two stand at its ends."""
    painter.setFont(font(11))
    painter.setPen(QColor(colours().quiet))
    sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter)
    for (place, words), side in zip(marks, sides, strict=False):
        box = QRectF(place - 30, plot.bottom() + 3, 60, 15)
        if side != Qt.AlignmentFlag.AlignHCenter:
            box = QRectF(plot.left() - 2, plot.bottom() + 3, plot.width() + 4, 15)
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, words)


def _paint_up(painter: QPainter, marks: Sequence[tuple[float, str]], plot: QRectF) -> None:
    """Numbers at the left of a plot."""
    painter.setFont(font(11))
    painter.setPen(QColor(colours().quiet))
    for place, words in marks:
        middle = min(max(place, plot.top() + 6), plot.bottom() - 6)
        box = QRectF(plot.left() - _LEFT, middle - 8, _LEFT - 6, 16)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
