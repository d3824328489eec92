"""What the canvas shows: the points, as a picture that is kept, and in words what to do where there are none."""

from __future__ import annotations

from math import ceil

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap

from engine.data.points import PointsSpec
from gui.painting.tools import Surface, Values
from gui.plots.ground import paint_row, size_of_points
from gui.text import tr
from gui.theme import colour, colours, font, name

# The side of the picture of a point of usual size, in pixels.
_STAMP = 10.0
# Makes one number of what a point is drawn from: x, y, class and part.
_KEY = np.array([1.0, np.e, np.pi * 1e3, np.sqrt(2.0) * 1e5])


class Dots:
    """The picture of all points on a surface; where points come, go or move, that part is drawn again."""

    def __init__(self) -> None:
        self._picture = QPixmap()
        self._look: tuple[object, ...] = ()
        self._drawn: Values = np.empty((0, 4))

    def picture(self, surface: Surface, points: Values, density: float) -> QPixmap:
        """The picture of ``points`` (points, 4): x, y, class, and whether it is a test row."""
        times = size_of_points(len(points))
        look, side = (surface, density, name(), times), ceil(_STAMP * times)
        if look != self._look:
            self._picture = QPixmap(QSize(*surface.size) * density)
            self._picture.setDevicePixelRatio(density)
            self._picture.fill(Qt.GlobalColor.transparent)
            self._look, self._drawn = look, points[:0]
        places = surface.pixels(points)
        changed = _differing(surface.pixels(self._drawn), self._drawn, places, points)
        if len(changed):
            low, high = changed.min(axis=0) - side, changed.max(axis=0) + side
            touched = ((places > low - side) & (places < high + side)).all(axis=1)
            with QPainter(self._picture) as painter:
                painter.setClipRect(QRectF(QPointF(*low.tolist()), QPointF(*high.tolist())).toAlignedRect())
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
                painter.fillRect(self._picture.rect(), Qt.GlobalColor.transparent)
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
                _stamp(painter, places[touched], points[touched, 2:], density, times)
        self._drawn = points
        return self._picture


def _differing(drawn_at: Values, drawn: Values, at: Values, points: Values) -> Values:
    """The places (places, 2), in pixels, of the points that are among the ones or the others only."""
    one, other = drawn @ _KEY, points @ _KEY
    only = np.setxor1d(one, other)
    return np.concatenate([drawn_at[np.isin(one, only)], at[np.isin(other, only)]])


def _stamp(painter: QPainter, places: Values, kinds: Values, density: float, times: float) -> None:
    """Each point as a ready picture, for thousands of circles would take too long."""
    stamps: dict[tuple[float, float], QPixmap] = {}
    side = ceil(_STAMP * times)
    corners = np.round((places - side / 2) * density) / density  # on whole pixels of the screen
    for place, (which, tested) in zip(corners.tolist(), kinds.tolist(), strict=True):
        if (which, tested) not in stamps:
            stamps[which, tested] = _dot(colours().series[int(which)], bool(tested), density, times)
        painter.drawPixmap(QPointF(*place), stamps[which, tested])


def _dot(tint: str, tested: bool, density: float, times: float) -> QPixmap:
    """A point of a class."""
    side = ceil(_STAMP * times)
    picture = QPixmap(round(side * density), round(side * density))
    picture.setDevicePixelRatio(density)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_row(painter, QPointF(side / 2, side / 2), QColor(tint), tested, times)
    return picture


def hint(spec: PointsSpec, present: set[int], points: int) -> str:
    """What to do where there is too little to learn from; "" where there is enough.

    ``present`` are the classes that have points, ``points`` is how many points there are.
    """
    if spec.task == "number":
        return "" if points > 1 else tr("Press and drag to draw a curve.")
    if not present:
        keys = tr("1 and 2") if spec.classes == 2 else tr("1 to {0}").format(spec.classes)
        return tr("Press and drag to paint points.\nThe keys {0} choose their class.").format(keys)
    if len(present) > 1:
        return ""
    other = int(present == {0})
    return tr("Now points of another class:\nchoose {0} (key {1}) and paint.").format("ABCDE"[other], other + 1)


def paint_hint(painter: QPainter, area: QRectF, words: str) -> None:
    """Words at the top of an area, readable on any map."""
    c, flags = colours(), int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
    painter.setFont(font(12))
    lines = area.adjusted(16, 12, -16, -12)
    ground = QPainterPath()
    ground.addRoundedRect(painter.boundingRect(lines, flags, words).adjusted(-10, -6, 10, 6), 8, 8)
    painter.fillPath(ground, colour(c.surface, 0.92))
    painter.setPen(QColor(c.text))
    painter.drawText(lines, flags, words)
