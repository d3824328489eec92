"""What all plots drawn by pyqtgraph have in common: a quiet ground and quiet axes in the theme's colours."""

from __future__ import annotations

from html import escape

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF
from PySide6.QtWidgets import QGraphicsItem

from gui.plots.logticks import log_ticks
from gui.text import MINUS, number
from gui.theme import colours, font, pixels

# The room of a number at an axis.
_ROW, _COLUMN = 24.0, 64.0
# From these on whole thousands are told apart, up to where powers of ten say more.
_THOUSANDS, _POWERS = 1e3, 1e6
# Between the numbers below a plot and the name of their axis.
_APART = 4


class Axis(pg.AxisItem):  # type: ignore[misc]
    """Few round numbers, written as everywhere in the window, and a name that is shortened where it has no room."""

    _shown = ""

    def labelString(self) -> str:  # noqa: N802 - pyqtgraph's name
        """The name as far as there is room for it along the axis."""
        room = self.size().height() if self.orientation == "left" else self.size().width()
        letters = QFontMetricsF(font(11))
        self._shown = letters.elidedText(self.labelText, Qt.TextElideMode.ElideRight, max(room, 0.0))
        style = ";".join(f"{name}: {value}" for name, value in self.labelStyle.items())
        return f"<span style='{style}'>{escape(self._shown, quote=False)}</span>"

    def resizeEvent(self, event: object = None) -> None:  # noqa: N802 - Qt's name
        """More or less of the name."""
        if self.label is not None and self.labelText:
            before = self._shown
            words = self.labelString()
            if self._shown != before:
                self.label.setHtml(words)
        super().resizeEvent(event)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N802 - pyqtgraph's name
        """Levels of ticks: their spacing, and where they are."""
        if not self.logMode:
            levels: list[tuple[float, list[float]]] = super().tickValues(low, high, size)
            return levels
        room = _ROW if self.orientation == "left" else _COLUMN
        return [(1.0, log_ticks(low, high, max(int(size / room), 2)))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: N802 - pyqtgraph's name
        """The words at the ticks."""
        if self.logMode:
            return [number(10.0**value) for value in values]
        words: list[str] = super().tickStrings(values, scale, spacing)
        return [_written(value * scale, plain) for value, plain in zip(values, words, strict=True)]


def _written(value: float, plain: str) -> str:
    """A number at an axis with a true minus sign, and thousands as 1,500."""
    return (f"{value:,.0f}" if _THOUSANDS <= abs(value) < _POWERS else plain).replace("-", MINUS)


def axes() -> dict[str, Axis]:
    """The axes of a new plot."""
    return {side: Axis(side) for side in ("left", "bottom")}


def new_plot(name: str) -> pg.PlotWidget:
    """A plot that is prepared; without menus, which take most of the time that making one takes."""
    plot = pg.PlotWidget(enableMenu=False, axisItems=axes())
    prepare(plot, name)
    return plot


def prepare(plot: pg.PlotWidget, name: str) -> None:
    """Once for a plot: a name, none of pyqtgraph's own buttons, axes that are drawn only when they change."""
    plot.setAccessibleName(name)
    plot.hideButtons()
    for side in ("left", "bottom"):
        axis = plot.getPlotItem().getAxis(side)
        axis.enableAutoSIPrefix(False)
        # Axes are costly to draw and change seldom.
        axis.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)


def dress(plot: pg.PlotWidget, left: str, bottom: str) -> None:
    """Colours of the theme in force, and the words at the axes."""
    c = colours()
    plot.setBackground(QColor(c.surface))
    for side, words in (("left", left), ("bottom", bottom)):
        axis = plot.getPlotItem().getAxis(side)
        axis.setPen(pg.mkPen(QColor(c.line)))
        axis.setTextPen(pg.mkPen(QColor(c.quiet)))
        axis.setStyle(tickFont=font(11), tickLength=0, hideOverlappingLabels=True)
        plot.setLabel(side, words, **{"color": c.quiet, "font-size": f"{pixels(11)}px"})
        if side == "bottom" and words:
            axis.setHeight(2 * QFontMetrics(font(11)).height() + _APART)
