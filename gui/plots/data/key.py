"""What the colours and shapes of points mean: the classes, or a scale of numbers."""

from __future__ import annotations

from functools import cache

import pyqtgraph as pg
from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme
from gui.text import number, tr
from gui.theme import colour, colours, font, pixels

# Nine shapes and ten colours do not repeat together before ninety classes.
SYMBOLS = ("o", "s", "t1", "d", "p", "star", "t", "h", "x")
_STEPS = 64
_BAR, _FIRST = 96.0, 0.25


def symbol_of(which: int) -> str:
    """The shape of the points of a class."""
    return SYMBOLS[which % len(SYMBOLS)]


def scale_colours() -> list[str]:
    """The colours from the least to the largest number, even to the eye; without what cannot be seen on the ground."""
    return _colours_of("CET-L8" if theme.name() == "dark" else "CET-L17")


@cache
def _colours_of(name: str) -> list[str]:
    found = pg.colormap.get(name)
    assert found is not None
    return [QColor(*map(int, tint[:3])).name() for tint in found.getLookupTable(_FIRST, 1.0, nPts=_STEPS)]


class PointKey(QWidget):
    """One line: a point and a name for each class, as many as fit; or a bar of colours between two numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(1)
        self._classes: tuple[str, ...] = ()
        self._class = -1
        self._scale: tuple[str, float, float] | None = None

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One line of text."""
        return QSize(0, pixels(22))

    def show_classes(self, classes: tuple[str, ...], which: int) -> None:
        """Names these classes; ``which`` stands out, -1 for none."""
        self._classes, self._class, self._scale = classes, which, None
        self.setToolTip(", ".join(classes))
        self.setAccessibleName(", ".join(classes))
        self.update()

    def show_scale(self, name: str, low: float, high: float) -> None:
        """Shows a scale of numbers."""
        self._classes, self._scale = (), (name, low, high)
        words = tr("{0}: from {1} to {2}").format(name, number(low, 6), number(high, 6))
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The line."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font(11))
            if self._scale is not None:
                self._paint_scale(painter, *self._scale)
            else:
                self._paint_classes(painter)

    def _paint_classes(self, painter: QPainter) -> None:
        x, middle, series = 16.0, self.height() / 2, colours().series
        letters = painter.fontMetrics()
        for k, name in enumerate(self._classes):
            width = min(letters.horizontalAdvance(name), 120)
            more = 0 if k == len(self._classes) - 1 else 18
            if x + 12 + width + more > self.width():
                painter.setPen(QColor(colours().quiet))
                painter.drawText(QPointF(x, middle + 4), "…")
                return
            alpha = 1.0 if self._class in (-1, k) else 0.3
            painter.save()
            painter.translate(x + 4, middle)
            painter.scale(8, 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(series[k % len(series)], alpha))
            painter.drawPath(Symbols[symbol_of(k)])
            painter.restore()
            painter.setPen(colour(colours().quiet if self._class != k else colours().text, 1.0))
            text = letters.elidedText(name, Qt.TextElideMode.ElideMiddle, 120)
            painter.drawText(QPointF(x + 13, middle + 4), text)
            x += 13 + width + 14

    def _paint_scale(self, painter: QPainter, name: str, low: float, high: float) -> None:
        letters, middle = painter.fontMetrics(), self.height() / 2
        tints = scale_colours()
        fill = QLinearGradient()
        for place, tint in enumerate(tints):
            fill.setColorAt(place / (len(tints) - 1), QColor(tint))
        left, right = number(low), number(high)
        x = 16.0 + letters.horizontalAdvance(left) + 6
        bar = QRectF(x, middle - 4, _BAR, 8)
        fill.setStart(bar.topLeft())
        fill.setFinalStop(bar.topRight())
        painter.setPen(QColor(colours().quiet))
        painter.drawText(QPointF(16.0, middle + 4), left)
        end = bar.right() + 6
        painter.drawText(QPointF(end, middle + 4), right)
        end += letters.horizontalAdvance(right) + 10
        cut = letters.elidedText(name, Qt.TextElideMode.ElideMiddle, max(int(self.width() - end), 0))
        painter.drawText(QPointF(end, middle + 4), cut)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(bar, 2, 2)
