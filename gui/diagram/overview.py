"""A small map of the whole drawing, with the part that is seen framed. Click or drag in it to see another part."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from gui.diagram.layout import Column
from gui.diagram.scene import Scene
from gui.diagram.viewport import Viewport
from gui.text import tr
from gui.theme import colour, colours

_WIDEST, _HIGHEST, _PAD = 160.0, 100.0, 8.0
# How far from the right of the diagram, and above its last line.
_BESIDE, _ABOVE = 12.0, 8.0


def map_size(ground: tuple[float, float]) -> tuple[int, int]:
    """Width and height of a map of a ground of that size, no larger than allowed, padding included."""
    wide, high = ground
    share = min((_WIDEST - 2 * _PAD) / wide, (_HIGHEST - 2 * _PAD) / high)
    return round(max(wide * share, 24.0) + 2 * _PAD), round(max(high * share, 24.0) + 2 * _PAD)


class Overview(QWidget):
    """Shows where in the drawing the window is. ``moved(across, down)``: the shares of the ground to be centred."""

    moved = Signal(float, float)

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setObjectName("overview")
        self.setAccessibleName(tr("Overview of the network"))
        self.setToolTip(tr("The whole network; click or drag to see another part"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._columns: tuple[Column, ...] = ()
        self._viewport: Viewport | None = None
        self.hide()

    def show_scene(self, scene: Scene) -> None:
        """Takes over what the window shows; hidden while that is everything."""
        self._columns, self._viewport = scene.columns, scene.viewport
        frame = scene.viewport.frame
        self.resize(*map_size(frame.ground))
        self.move(
            round(frame.width - self.width() - _BESIDE), round(frame.height - frame.bottom - self.height() - _ABOVE)
        )
        self.setVisible(not scene.viewport.fits)
        self.update()

    def _inside(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_PAD, _PAD, -_PAD, -_PAD)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Columns as bars, what lies between them as bands, and the frame of what is seen."""
        if self._viewport is None:
            return
        c, inside = colours(), self._inside()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(c.line), 1.0))
            painter.setBrush(colour(c.surface, 0.94))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8.0, 8.0)
            painter.setPen(Qt.PenStyle.NoPen)
            bars = [self._bar(column, inside) for column in self._columns]
            painter.setBrush(QColor(c.chip))
            for one, other in pairwise(bars):
                corners = (one.topRight(), other.topLeft(), other.bottomLeft(), one.bottomRight())
                painter.drawPolygon(QPolygonF(list(corners)))
            painter.setBrush(QColor(c.faint))
            for bar in bars:
                painter.drawRoundedRect(bar, 1.5, 1.5)
            left, top, width, height = self._viewport.seen
            seen = QRectF(
                inside.left() + left * inside.width(),
                inside.top() + top * inside.height(),
                width * inside.width(),
                height * inside.height(),
            )
            painter.setPen(QPen(QColor(c.accent), 1.5))
            painter.setBrush(colour(c.accent, 0.10))
            painter.drawRoundedRect(seen.adjusted(-2.0, -2.0, 2.0, 2.0), 3.0, 3.0)

    def _bar(self, column: Column, inside: QRectF) -> QRectF:
        """Where a column stands in the map, from its first node to its last."""
        view = self._viewport
        if view is None:
            return QRectF()
        wide, high = view.frame.ground
        x, top = view.on_ground(column.x, column.nodes[0].y - column.size / 2)
        _, bottom = view.on_ground(column.x, column.nodes[-1].y + column.size / 2)
        thick = min(max(column.size / view.zoom / wide * inside.width(), 2.5), 8.0)
        middle = inside.left() + x / wide * inside.width()
        start, end = (inside.top() + y / high * inside.height() for y in (top, bottom))
        return QRectF(middle - thick / 2, start, thick, end - start)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Sees the part that was clicked."""
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Follows the pointer while it drags."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def _go(self, position: QPointF) -> None:
        inside = self._inside()
        self.moved.emit(
            (position.x() - inside.left()) / inside.width(), (position.y() - inside.top()) / inside.height()
        )
