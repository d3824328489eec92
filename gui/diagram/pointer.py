"""The pointer over the diagram: it points, picks, drags the ground and turns the wheel."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from gui.selection import Selection

# A notch of the wheel is 120 eighths of a degree: it scrolls by so many pixels, and enlarges by so much.
_NOTCH, _SCROLL, _ZOOM = 120.0, 60.0, 1.2


class Pointer(QObject):
    """Watches the mouse over a canvas.

    Signals: ``pointed(selection)`` when something else is under the pointer, ``picked(selection)`` when that was
    pressed, ``dragged(dx, dy)`` by so many pixels, ``zoomed(factor, position)``. ``under`` says what is at a place,
    ``words`` what is to be told of it, ``movable`` whether there is more than is seen.
    """

    pointed = Signal(object)
    picked = Signal(object)
    dragged = Signal(float, float)
    zoomed = Signal(float, QPointF)

    def __init__(
        self,
        canvas: QWidget,
        under: Callable[[QPointF], Selection],
        words: Callable[[Selection], str],
        movable: Callable[[], bool],
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._under, self._words, self._movable = canvas, under, words, movable
        self._pointed: Selection = None
        self._pressed: QPointF | None = None
        self._last: QPointF | None = None
        canvas.setMouseTracking(True)
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Takes what the mouse does; everything else is the canvas's own."""
        kind = event.type()
        if isinstance(event, QMouseEvent):
            if kind == QEvent.Type.MouseMove:
                self._move(event)
            elif kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
                self._press(event.position())
            elif kind == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
                self._release(event.position())
        elif isinstance(event, QWheelEvent) and kind == QEvent.Type.Wheel:
            return self._turn(event)
        elif kind == QEvent.Type.Leave:
            self._point(None)
        return False

    def forget(self) -> None:
        """Nothing is pointed at until the mouse moves again: something else has come under it."""
        self._point(None)

    def _move(self, event: QMouseEvent) -> None:
        position = event.position()
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(position)
            return
        under = self._under(position)
        self._point(under)
        self._show_cursor(under)
        if under is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPosition().toPoint(), self._words(under), self._canvas)

    def _show_cursor(self, under: Selection) -> None:
        shape = Qt.CursorShape.PointingHandCursor
        if under is None:
            shape = Qt.CursorShape.OpenHandCursor if self._movable() else Qt.CursorShape.ArrowCursor
        self._canvas.setCursor(shape)

    def _point(self, under: Selection) -> None:
        if under != self._pointed:
            self._pointed = under
            self.pointed.emit(under)

    def _press(self, position: QPointF) -> None:
        under = self._under(position)
        if under is None and self._movable():
            # It may become a drag; whether it was a click shows when the button is let go.
            self._pressed = self._last = position
            self._canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self.picked.emit(under)

    def _drag(self, position: QPointF) -> None:
        start, last = self._pressed, self._last
        if start is None or last is None:
            return
        if last == start and (position - start).manhattanLength() < QApplication.startDragDistance():
            return
        self._last = position
        self.dragged.emit(position.x() - last.x(), position.y() - last.y())

    def _release(self, position: QPointF) -> None:
        if self._pressed is None:
            return
        clicked = self._last == self._pressed
        self._pressed = self._last = None
        self._show_cursor(self._under(position))
        if clicked:
            self.picked.emit(None)

    def _turn(self, event: QWheelEvent) -> bool:
        """Zooms with Ctrl, scrolls without; sideways with Shift. Where nothing can move, others may have the wheel."""
        notches = event.angleDelta().toPointF() / _NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(_ZOOM ** notches.y(), event.position())
            return True
        if not self._movable():
            event.ignore()
            return False
        step = event.pixelDelta().toPointF() if not event.pixelDelta().isNull() else notches * _SCROLL
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and step.x() == 0.0:
            step = QPointF(step.y(), 0.0)
        self.dragged.emit(step.x(), step.y())
        return True
