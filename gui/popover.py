"""A small panel over the window, beside what it belongs to, which leaves everything else as it is."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget
from shiboken6 import isValid

# Room to the rim of the window, and to what it belongs to.
_RIM, _GAP = 8, 4


class Popover(QFrame):
    """Closes with Esc, which gives the keyboard back, and when the keyboard or what it belongs to goes elsewhere.

    Its parent is a window.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("popover")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._before: QWidget | None = None

    def open_at(self, anchor: QWidget) -> None:
        """Shows it below a widget, or above where there is no room, and gives it the keyboard."""
        self._before = QApplication.focusWidget()
        window = anchor.window()
        self.adjustSize()
        self.move(placed(QRect(anchor.mapTo(window, QPoint(0, 0)), anchor.size()), self.size(), window.size()))
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        for watched in _up_to_the_window(anchor):
            watched.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self._follow_keyboard)  # type: ignore[union-attr]

    @Slot(QWidget, QWidget)
    def _follow_keyboard(self, _before: QWidget | None, now: QWidget | None) -> None:
        # None: the whole window has lost the keyboard, or a menu of this panel is open.
        if now is not None and now is not self and not self.isAncestorOf(now) and self.isVisible():
            self._before = None
            self.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """What it belongs to has moved, or is no longer to be seen."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Hide) and self.isVisible():
            self.close()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    @Slot()
    def dismiss(self) -> None:
        """Closes, and gives the keyboard back."""
        before, self._before = self._before, None
        self.hide()
        # What had it may be gone: the keys of a legend are others as soon as the layers are.
        if before is not None and isValid(before):
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.close()


def _up_to_the_window(widget: QWidget) -> Iterator[QWidget]:
    found: QWidget | None = widget
    while found is not None:
        yield found
        found = None if found.isWindow() else found.parentWidget()


def placed(anchor: QRect, size: QSize, room: QSize) -> QPoint:
    """The corner of a panel whose right end is that of the anchor, below or above it, and which is inside the room."""
    x = anchor.right() + 1 - size.width()
    y = anchor.bottom() + 1 + _GAP
    if y + size.height() > room.height() - _RIM:
        y = anchor.top() - _GAP - size.height()
    most = room - size - QSize(_RIM, _RIM)
    return QPoint(max(min(x, most.width()), _RIM), max(min(y, most.height()), _RIM))
