"""A section that is folded away until it is asked for; its header says what in it is switched on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from gui.text import tr
from gui.theme import colours, font

_HEIGHT, _INDENT = 26, 14


class FoldHeader(QAbstractButton):
    """A title with an arrow, and a note at its right that is cut to the room there is."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._note = ""

    @property
    def note(self) -> str:
        """All of the note."""
        return self._note

    def show_note(self, note: str) -> None:
        """Shows what is switched on; "" for nothing."""
        self._note = note
        state = tr("open") if self.isChecked() else tr("closed")
        self.setAccessibleName(f"{self.text()}, {state}{': ' if note else ''}{note}")
        self.setToolTip(note or tr("Nothing in here is switched on; click to open or close"))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A line."""
        return QSize(120, _HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter opens and closes like the space bar."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Shows that it can be clicked."""
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """And no longer."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Title, arrow, note."""
        c, middle = colours(), self.height() / 2
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.hasFocus():
                painter.setPen(QPen(QColor(c.accent), 1.0))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            ink = QColor(c.text if self.underMouse() or self.hasFocus() else c.quiet)
            painter.setPen(QPen(ink, 1.5, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(self._arrow(middle))
            painter.setFont(font(13))
            room = QRectF(_INDENT, 0, self.width() - _INDENT - 2, self.height())
            side = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room, side | Qt.AlignmentFlag.AlignLeft, self.text())
            taken = painter.fontMetrics().horizontalAdvance(self.text()) + 12
            painter.setFont(font(12))
            painter.setPen(QColor(c.text))
            metrics = painter.fontMetrics()
            short = metrics.elidedText(self._note, Qt.TextElideMode.ElideRight, int(room.width() - taken))
            painter.drawText(room, side | Qt.AlignmentFlag.AlignRight, short)

    def _arrow(self, middle: float) -> QPolygonF:
        if self.isChecked():
            return QPolygonF([QPointF(1.5, middle - 2), QPointF(5, middle + 2), QPointF(8.5, middle - 2)])
        return QPolygonF([QPointF(3, middle - 4), QPointF(7, middle), QPointF(3, middle + 4)])


class Fold(QWidget):
    """Header and content; closed at first. It remembers nothing."""

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header, self.content = FoldHeader(title), content
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.header)
        column.addWidget(content)
        content.setContentsMargins(_INDENT, 0, 0, 6)
        content.hide()
        self.header.toggled.connect(self._open)

    @Slot(bool)
    def _open(self, opened: bool) -> None:
        self.content.setVisible(opened)
        self.header.show_note(self.header.note)

    def show_changes(self, changes: list[str]) -> None:
        """Says in the header what is switched on."""
        self.header.show_note(" · ".join(changes))
