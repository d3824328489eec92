"""How a line over steps is drawn: its colour and dashes in the theme in force, and the item that draws it fast."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyqtgraph as pg
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.history import Numbers
from gui import theme
from gui.plots.dashes import strokes
from gui.theme import colour, colours, is_for_a_file

# Lengths of dash and gap in pixels: with the colour, they tell series apart.
DASHES: tuple[tuple[float, ...], ...] = ((), (6.0, 3.0), (2.0, 2.5), (7.0, 3.0, 2.0, 3.0))
# Depth is a colour between blue and yellow, of even steps to the eye (CET, Kovesi), as far as it stands out from the
# ground of each theme.
_DEPTHS = {"light": ("CET-L8", 0.10, 0.72), "dark": ("CET-L8", 0.38, 1.0)}
# Whatever is far outside of the picture is drawn at its edge, so to speak.
_FAR = 3e4
# Hairlines with more points than this are nothing but a surface.
_MANY = 1000
# Wider lines with fewer points are painted with joints at their corners.
_FEW = 40


@dataclass(frozen=True)
class Stroke:
    """What a line looks like. ``index`` is the number of a series; ``depth`` in [0, 1] gives a colour in its stead.

    ``share`` is the opacity; ``faint`` lines are hairlines behind the others, of however many points.
    """

    index: int = 0
    depth: float | None = None
    width: float = 1.6
    share: float = 1.0
    faint: bool = False

    @property
    def dashes(self) -> tuple[float, ...]:
        """Lengths of dash, gap … in pixels, none for a line without gaps."""
        return () if self.faint or self.depth is not None else DASHES[self.index % len(DASHES)]

    def colour(self) -> QColor:
        """The colour in the theme in force."""
        series = colours().series
        name = series[self.index % len(series)] if self.depth is None else _by_depth(theme.name(), self.depth)
        return colour(name, self.share)

    def pen(self) -> QPen:
        """A pen without dashes."""
        pen = QPen(self.colour(), 1.0 if self.faint else self.width)
        # In a file with more pixels than the window it is thicker.
        pen.setCosmetic(not is_for_a_file())
        return pen

    def paint_sample(self, painter: QPainter, left: float, right: float, height: float) -> None:
        """A short level line, as it is in a plot, for a legend."""
        painter.setPen(self.pen())
        for x1, y1, x2, y2 in strokes(np.array([left, right]), np.full(2, height), self.dashes):
            painter.drawLine(QPointF(x1, y1), QPointF(x2, y2))

    def dashed_pen(self) -> QPen:
        """A pen that makes the dashes itself."""
        pen = self.pen()
        if self.dashes:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([length / pen.widthF() for length in self.dashes])
        return pen


@cache
def _by_depth(theme_name: str, depth: float) -> str:
    name, first, last = _DEPTHS[theme_name]
    found: QColor = pg.colormap.get(name).map(first + (last - first) * depth, mode="qcolor")
    return found.name()


class Curve(pg.GraphicsObject):  # type: ignore[misc]
    """A line in a plot. ``getData()`` is what is drawn, in the plot's coordinates: logarithms on a logarithmic axis."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.name = name
        self.stroke = Stroke()
        self._x, self._y = np.empty(0), np.empty(0)
        self._lines = PrimitiveArray(QLineF, 4)

    def setData(self, x: Numbers, y: Numbers, stroke: Stroke) -> None:  # noqa: N802 - pyqtgraph's name
        """Draws these points; what is not finite is a gap."""
        self._x, self._y, self.stroke = x, y, stroke
        self.update()

    def getData(self) -> tuple[Numbers, Numbers]:  # noqa: N802 - pyqtgraph's name
        """The points that are drawn."""
        return self._x, self._y

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """All that can be seen."""
        rect: QRectF = self.viewRect()
        return rect

    def viewRangeChanged(self) -> None:  # noqa: N802 - pyqtgraph's name
        """Another part can be seen."""
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Straight strokes between the points, in pixels of the device."""
        if len(self._x) == 0:
            return
        to_device = painter.transform()
        with np.errstate(over="ignore"):
            x = np.clip(self._x * to_device.m11() + to_device.dx(), -_FAR, _FAR)
            y = np.clip(self._y * to_device.m22() + to_device.dy(), -_FAR, _FAR)
        y[~np.isfinite(self._y)] = np.nan
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not (self.stroke.faint and len(x) > _MANY))
        # Hairlines are painted fast as a whole, wider lines with many corners stroke by stroke.
        if self.stroke.faint or len(x) <= _FEW:
            painter.setPen(self.stroke.dashed_pen())
            painter.drawPath(pg.arrayToQPath(x, y, connect="finite"))
        else:
            painter.setPen(self.stroke.pen())
            self._draw_strokes(painter, strokes(x, y, self.stroke.dashes))
        if not self.stroke.faint:
            self._draw_dots(painter, x, y)
        painter.restore()

    def _draw_dots(self, painter: QPainter, x: Numbers, y: Numbers) -> None:
        """Points between gaps, to which no line leads."""
        there = np.concatenate([[False], np.isfinite(y), [False]])
        alone = np.flatnonzero(there[1:-1] & ~there[:-2] & ~there[2:])
        if len(alone):
            painter.setPen(QPen(self.stroke.colour(), 4.0, c=Qt.PenCapStyle.RoundCap))
            painter.drawPoints([QPointF(x[i], y[i]) for i in alone])

    def _draw_strokes(self, painter: QPainter, ends: Numbers) -> None:
        self._lines.resize(len(ends))
        self._lines.ndarray()[:] = ends
        painter.drawLines(*self._lines.drawargs())
