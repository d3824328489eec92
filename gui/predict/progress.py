"""A line above the diagram while a file is being scored: how far it has come, and a button to give it up."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from gui.text import tr


class ScoringProgress(QFrame):
    """Hidden unless a file is being scored for a while. ``cancelled`` when it is to be given up."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
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
        self.bar.setAccessibleName(tr("How much of the file has been scored"))
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setToolTip(tr("Gives up scoring; nothing is written"))
        self.cancel.setAccessibleName(tr("Cancel scoring"))
        self.cancel.clicked.connect(self._give_up)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.setSpacing(12)
        row.addWidget(self.words, 3)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        self.hide()

    @Slot(str, str, float, int)
    def show_progress(self, file: str, stage: str, share: float, rows: int) -> None:
        """Shows how far a file has come in its stage."""
        doing = tr("Reading") if stage == "reading" else tr("Answering")
        self._words = " · ".join([doing, *([tr("{0} rows").format(f"{rows:,}")] if rows else []), file])
        self.words.setAccessibleName(self._words)
        self._cut()
        self.bar.setValue(round(1000 * share))
        if self.isHidden():
            self.cancel.setEnabled(True)
            self.show()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Cuts a long name of a file."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        metrics, room = self.words.fontMetrics(), self.words.width()
        self.words.setText(metrics.elidedText(self._words, Qt.TextElideMode.ElideRight, room))
        self.words.setToolTip(self._words)

    @Slot()
    def _give_up(self) -> None:
        # It is over when the block of rows that is being written is done.
        self.cancel.setEnabled(False)
        self.cancelled.emit()
