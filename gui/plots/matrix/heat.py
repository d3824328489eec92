"""The heat map of a layer's weights, the biases apart below them, and the scale of its colours."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui import amounts, theme
from gui.diagram.ribbon import Ribbon, cells, heat, strongest_at
from gui.images import image_of
from gui.plots.matrix.values import Grid
from gui.text import MINUS, number, tr
from gui.theme import colours, font, pixels, rgb

_MARGIN, _APART, _BAR, _BESIDE = 12.0, 8.0, 10.0, 60.0
_WIDEST, _HIGHEST, _THINNEST = 40.0, 28.0, 8.0
# Signs are drawn into cells whose sides are at least so long.
_FOR_SIGNS = 12.0


class HeatMap(QWidget):
    """Draws a grid: inputs down, units across. ``chosen(line, unit)`` when a cell is clicked.

    ``cost_s`` is how long the last picture took to make, in seconds.

    Where there are more weights than pixels, a cell stands for the strongest of several.
    """

    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(140, 110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Heat map of the weights"))
        self._grid: Grid | None = None
        self._at, self.cost_s = (-1, -1), 0.0
        self._images: list[tuple[Ribbon, QImage]] = []
        self._drawn_for: tuple[object, ...] = ()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A little more than the least."""
        return QSize(240, 200)

    def show_grid(self, grid: Grid | None) -> None:
        """Draws the numbers of another instant or layer; None: nothing."""
        self._grid, self._drawn_for = grid, ()
        if grid is not None:
            words, top = tr("{0} × {1}, colours from {2} to {3}"), number(grid.largest)
            lines, units = grid.weights.shape
            shape = amounts.inputs(lines), amounts.units(units)
            self.setAccessibleDescription(words.format(*shape, f"{MINUS}{top}", f"+{top}"))
        self.update()

    def show_cell(self, line: int, unit: int) -> None:
        """Frames a cell; a line of -1 stands for a whole unit, a unit of -1 for a whole line, both for nothing."""
        self._at = (line, unit)
        self.update()

    # -- where things are ------------------------------------------------------------------------

    def fields(self) -> list[tuple[Ribbon, NDArray[Any], int]]:
        """The parts that are drawn: place, numbers (lines, units), and the line in which they begin."""
        grid = self._grid
        if grid is None or not grid.weights.size:
            return []
        inputs, units = grid.weights.shape
        biased = grid.biases is not None
        room = max(self.height() - 2 * _MARGIN - (_APART + _THINNEST if biased else 0.0), 10.0)
        wide = min(max(self.width() - 2 * _MARGIN - pixels(_BESIDE), 10.0) / units, _WIDEST)
        high = min(room / inputs, _HIGHEST)
        if biased and high > _THINNEST:
            high = min((room + _THINNEST) / (inputs + 1), _HIGHEST)
        found = [(Ribbon(_MARGIN, _MARGIN, wide * units, high * inputs, inputs, units), grid.weights, 0)]
        if grid.biases is not None:
            below = Ribbon(_MARGIN, _MARGIN + high * inputs + _APART, wide * units, max(high, _THINNEST), 1, units)
            found.append((below, grid.biases[None], inputs))
        return found

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """(line, unit) of the strongest weight or bias under a point, None beside them."""
        for place, values, first in self.fields():
            found = strongest_at(place, values, at.x(), at.y(), self.devicePixelRatioF())
            if found is not None:
                return first + found[0], found[1]
        return None

    def rectangle(self, line: int, unit: int) -> QRectF:
        """Where a cell is drawn, a whole unit for line -1, a whole line for unit -1; empty for nothing."""
        found = QRectF()
        for place, values, first in self.fields():
            lines = range(len(values)) if line < 0 else [line - first] if 0 <= line - first < len(values) else []
            units = range(values.shape[1]) if unit < 0 else [unit]
            if (line, unit) != (-1, -1) and len(lines) and units[-1] < values.shape[1]:
                for i, j in ((lines[0], units[0]), (lines[-1], units[-1])):
                    found = found.united(QRectF(*place.cell_of(i, j)))
        return found

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Map, signs, frame, scale."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(colours().surface))
            grid, fields = self._grid, self.fields()
            if grid is None or not fields:
                return
            self._make_images(grid)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for place, image in self._images:
                box = QRectF(place.left, place.top, place.width, place.height)
                painter.drawImage(box, image)
                painter.setPen(QPen(QColor(colours().line), 1))
                painter.drawRect(box)
            for place, values, first in fields:
                if min(place.width / place.units, place.height / place.inputs) >= _FOR_SIGNS:
                    self._paint_signs(painter, grid, place, values)
                    self._paint_held(painter, grid, place, first)
            self._paint_scale(painter, grid, fields[0][0])
            if len(fields) > 1:
                below = fields[1][0]
                painter.setPen(QColor(colours().quiet))
                box = QRectF(below.left + below.width + 8, below.top - 6, pixels(_BESIDE), below.height + 12)
                painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, tr("bias"))
            frame = self.rectangle(*self._at)
            painter.setPen(QPen(QColor(colours().text), 2))
            painter.drawRect(frame.adjusted(-1, -1, 1, 1) if not frame.isEmpty() else QRectF())

    def _make_images(self, grid: Grid) -> None:
        """A picture of each part, made once for its numbers, the size and the theme."""
        source = (self.size(), self.devicePixelRatioF(), theme.name())
        if source == self._drawn_for:
            return
        self._drawn_for, c, began = source, colours(), perf_counter()
        self._images = []
        for place, values, _ in self.fields():
            shape = place.shape(self.devicePixelRatioF())
            picture = heat(cells(values, *shape), grid.largest, rgb(c.positive), rgb(c.negative))
            if not grid.finite:
                # What is not finite is not nothing: it is grey, and has a cross where there is room.
                bad = cells((~np.isfinite(values)).astype(np.float32), *shape) > 0.0
                picture[bad] = (*rgb(c.faint), 255)
            self._images.append((place, image_of(picture)))
        self.cost_s = perf_counter() - began

    @staticmethod
    def _paint_signs(painter: QPainter, grid: Grid, place: Ribbon, values: NDArray[Any]) -> None:
        """A minus or a plus in every cell, a cross where there is no number: what the colours say, said again."""
        c, (x, y) = colours(), np.meshgrid(*_middles(place))
        level = np.abs(values) / grid.largest if grid.largest > 0.0 else np.zeros(values.shape)
        strong = np.nan_to_num(level, nan=0.0, posinf=0.0) > 0.5
        bad = ~np.isfinite(values)
        for ink, where in ((c.surface, strong & ~bad), (c.text, ~strong & ~bad & (values != 0))):
            painter.setPen(QPen(QColor(ink), 1.2))
            at = zip(x[where].tolist(), y[where].tolist(), (values[where] > 0).tolist(), strict=True)
            lines: list[QLineF] = []
            for px, py, plus in at:
                lines.append(QLineF(px - 3, py, px + 3, py))
                if plus:
                    lines.append(QLineF(px, py - 3, px, py + 3))
            painter.drawLines(lines)
        painter.setPen(QPen(QColor(c.surface), 1.4))
        for px, py in zip(x[bad].tolist(), y[bad].tolist(), strict=True):
            painter.drawLines([QLineF(px - 3, py - 3, px + 3, py + 3), QLineF(px - 3, py + 3, px + 3, py - 3)])

    @staticmethod
    def _paint_held(painter: QPainter, grid: Grid, place: Ribbon, first: int) -> None:
        """A corner in the cells of weights that are frozen, a ring in those held at zero."""
        if not grid.held.any:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in range(place.inputs):
            for unit in range(place.units):
                kind = grid.held.kind(-1 if first else line, unit)
                left, top, wide, high = place.cell_of(line, unit)
                painter.setPen(QPen(QColor(colours().text), 1.4))
                if kind == "frozen":
                    corner = QPointF(left + 2.5, top + 2.5)
                    painter.drawLines([QLineF(corner, corner + QPointF(5, 0)), QLineF(corner, corner + QPointF(0, 5))])
                elif kind == "pruned":
                    painter.drawEllipse(QPointF(left + wide / 2, top + high / 2), 3.0, 3.0)
        painter.restore()

    def _paint_scale(self, painter: QPainter, grid: Grid, place: Ribbon) -> None:
        """The colours beside the map, from the largest magnitude above to the same below zero, with numbers."""
        c = colours()
        height = min(max(place.height, 60.0), self.height() - 2 * _MARGIN)
        box = QRectF(place.left + place.width + 8, place.top, _BAR, height)
        steps = np.linspace(1.0, -1.0, 65)[:, None]
        painter.drawImage(box, image_of(heat(steps, 1.0, rgb(c.positive), rgb(c.negative))))
        painter.setPen(QPen(QColor(c.line), 1))
        painter.drawRect(box)
        painter.setFont(font(11))
        painter.setPen(QColor(c.quiet))
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        top = number(grid.largest)
        for share, words in ((0.0, f"+{top}"), (0.5, "0"), (1.0, f"{MINUS}{top}")):
            y = box.top() + 6 + share * (box.height() - 12)
            beside = QRectF(box.right() + 5, y - 10, pixels(_BESIDE), 20)
            painter.drawText(beside, side, words if grid.largest > 0.0 else "0")

    # -- the mouse -------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says which weight is under the pointer, with all its digits."""
        found = self.cell_at(event.position())
        if found is None or self._grid is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPosition().toPoint(), self._grid.words(*found), self)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Chooses the weight under the pointer."""
        found = self.cell_at(event.position())
        if found is not None:
            self.chosen.emit(*found)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws again in the colours of another theme."""
        if event.type() == QEvent.Type.StyleChange:
            self.update()
        super().changeEvent(event)


def _middles(place: Ribbon) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Across and down, where the middles of the cells are."""
    across = place.left + (np.arange(place.units) + 0.5) * place.width / place.units
    return across, place.top + (np.arange(place.inputs) + 0.5) * place.height / place.inputs
