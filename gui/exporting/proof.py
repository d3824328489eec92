"""How far an export has come: where it was written, and whether it computes the same as the network."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from gui.buttons import push_button
from gui.exporting.work import Said
from gui.text import tr
from gui.theme import colours

_MARKS = {"good": ((3.5, 8.5), (6.8, 11.8), (12.5, 4.8)), "bad": ((4, 4), (12, 12), (8, 8), (12, 4), (4, 12))}


class ProofRow(QFrame):
    """Shows what is ``Said``. ``cancelled``: what is under way is to be given up."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._details = ""
        self.mark = _Mark()
        self.words, self.written = QLabel(wordWrap=True), QLabel(wordWrap=True)
        for label in (self.words, self.written):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.written.setContentsMargins(0, 0, 0, 4)
        self.copy = push_button(tr("Copy details"), tr("Copies all that is known about this check"))
        self.cancel = push_button(tr("Cancel"), tr("Gives up the check; what is written stays"))
        self.copy.clicked.connect(self._copy_details)
        self.cancel.clicked.connect(self.cancelled)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 4, 4, 4)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.mark, 0, 0)
        grid.addWidget(self.words, 0, 1)
        grid.addWidget(self.written, 1, 1)
        grid.addWidget(self.copy, 0, 2)
        grid.addWidget(self.cancel, 0, 3)
        # The buttons come and go; the line stays as high.
        grid.setRowMinimumHeight(0, self.cancel.sizeHint().height())

    def show_said(self, said: Said) -> None:
        """Shows how far it has come, or what came of it."""
        self.setProperty("tone", "warning" if said.tone == "bad" else "note")
        for widget in (self, self.words, self.written):
            self.style().polish(widget)
        self.mark.show_tone(said.tone)
        self.words.setText(said.words)
        self.words.setAccessibleName(said.words)
        self.written.setText(said.written)
        self.written.setVisible(bool(said.written))
        self._details = "\n\n".join(filter(None, (said.written, said.words, said.details)))
        self.copy.setVisible(bool(said.details))
        self.cancel.setVisible(said.tone == "busy")

    @Slot()
    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(self._details)


class _Mark(QWidget):
    """A tick, a cross, or a dot where nothing is known yet."""

    def __init__(self) -> None:
        super().__init__()
        self._tone = ""
        self.setFixedSize(16, 16)

    def show_tone(self, tone: str) -> None:
        """Shows what came of it."""
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """One stroke."""
        c = colours()
        ink = {"good": c.accent, "bad": c.warning, "busy": c.accent}.get(self._tone, c.quiet)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(ink), 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            if self._tone in _MARKS:
                marks = [QPointF(*place) for place in _MARKS[self._tone]]
                painter.drawPolyline(marks)
            else:
                painter.drawEllipse(QRectF(4, 4, 8, 8))
