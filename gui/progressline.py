"""A line above the diagram for work beside the training: how far it has come, and a button to give it up."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from gui.greying import grey
from gui.text import tr


class ProgressLine(QFrame):
    """Hidden unless something takes a while. ``cancelled`` when it is to be given up.

    ``measures`` says what the bar measures, ``gives_up`` what the button does, for those who cannot see them.
    """

    cancelled = Signal()

    def __init__(self, measures: str, gives_up: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # It looks like the line of messages, into which the outcome goes.
        self.setObjectName("banner")
        self.setProperty("tone", "note")
        self._words = ""
        self.words = QLabel()
        self.words.setMinimumWidth(1)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(measures)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setToolTip(gives_up)
        self.cancel.setAccessibleName(gives_up)
        self.cancel.clicked.connect(self._give_up)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.setSpacing(12)
        row.addWidget(self.words, 3)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        self.hide()

    @Slot(str, float)
    def tell(self, words: str, share: float) -> None:
        """Shows what is being done, and how far it has come from 0 to 1."""
        self._words = words
        self.words.setAccessibleName(words)
        self._cut()
        self.bar.setValue(round(1000 * share))
        if self.isHidden():
            grey(self.cancel, "")
            self.show()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Cuts words that are too long."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        metrics, room = self.words.fontMetrics(), self.words.width()
        self.words.setText(metrics.elidedText(self._words, Qt.TextElideMode.ElideRight, room))
        self.words.setToolTip(self._words)

    @Slot()
    def _give_up(self) -> None:
        # It is over when the piece that is being worked at is done.
        grey(self.cancel, tr("It ends as soon as the piece that is being worked at is done"))
        self.cancelled.emit()
