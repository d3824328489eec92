"""What all plots drawn by pyqtgraph have in common: a quiet ground and quiet axes in the theme's colours."""

from __future__ import annotations

from html import escape

import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsItem

from gui.theme import colours, font, pixels


def new_plot(name: str) -> pg.PlotWidget:
    """A plot that is prepared; without menus, which take most of the time that making one takes."""
    plot = pg.PlotWidget(enableMenu=False)
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
        plot.setLabel(side, escape(words, quote=False), **{"color": c.quiet, "font-size": f"{pixels(11)}px"})
