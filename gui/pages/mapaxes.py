"""The axes of a decision map: names and values of the inputs, or the classes where there is one input."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from engine.probes import Maps
from engine.snapshot import Snapshot
from gui.pages.numberscale import in_words
from gui.plots.slices import band_of
from gui.plots.ticks import round_ticks
from gui.theme import colours, font, pixels

# In usual type: the room for the names of the classes, and where the middle of the name of the upward axis stands.
NAMES, _NAME = 84.0, 11.0
# How wide and high a number is at most, and how far the axes' numbers and names are from the map.
_WIDE, _HIGH, _NEAR, _FAR = 60.0, 16.0, 4.0, 20.0


def paint_axes(painter: QPainter, snapshot: Snapshot, maps: Maps, area: QRectF) -> None:
    """The names of the inputs and some of their values; with one input the classes, each beside its band."""
    names = snapshot.data.variables
    left, right = maps.extent[:2]
    painter.setFont(font(11))
    painter.setPen(QColor(colours().quiet))
    for value, words in in_words(round_ticks(left, right, 4)):
        x = area.left() + (value - left) / (right - left) * area.width()
        box = QRectF(x - pixels(_WIDE) / 2, area.bottom() + pixels(_NEAR), pixels(_WIDE), pixels(_HIGH))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
    below = QRectF(area.left(), area.bottom() + pixels(_FAR), area.width(), pixels(_HIGH))
    painter.drawText(below, Qt.AlignmentFlag.AlignCenter, _fitted(painter, names[maps.plane[0]], area.width()))
    if len(maps.plane) == 1:
        _paint_bands(painter, snapshot.data.classes, area)
    else:
        _paint_upward_axis(painter, names[maps.plane[1]], maps, area)


def _fitted(painter: QPainter, text: str, room: float) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(room))


def _paint_bands(painter: QPainter, classes: tuple[str, ...], area: QRectF) -> None:
    """With one input the height says nothing but the class of a row."""
    side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for k, name in enumerate(classes):
        y = area.bottom() - band_of(k, len(classes)) * area.height()
        box = QRectF(8, y - pixels(_HIGH) / 2, area.left() - 16, pixels(_HIGH))
        painter.drawText(box, side, _fitted(painter, name, box.width()))


def _paint_upward_axis(painter: QPainter, name: str, maps: Maps, area: QRectF) -> None:
    bottom, top = maps.extent[2:]
    side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for value, words in in_words(round_ticks(bottom, top, 4)):
        y = area.bottom() - (value - bottom) / (top - bottom) * area.height()
        box = QRectF(pixels(_NAME), max(y - pixels(_HIGH) / 2, 0.0), area.left() - pixels(_NAME) - 6, pixels(_HIGH))
        painter.drawText(box, side, words)
    half = area.height() / 2
    painter.save()
    painter.translate(pixels(_NAME), area.center().y())
    painter.rotate(-90)
    centre = Qt.AlignmentFlag.AlignCenter
    painter.drawText(
        QRectF(-half, -pixels(_HIGH) / 2, 2 * half, pixels(_HIGH)), centre, _fitted(painter, name, 2 * half)
    )
    painter.restore()
