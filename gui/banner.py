"""A line above the diagram for what went wrong or ended early, with what can be done about it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from engine.snapshot import Snapshot
from gui.icons import icon
from gui.logs import log
from gui.text import said, tr
from gui.theme import colours


class Banner(QFrame):
    """Hidden until there is something to say. ``remedied`` when its button is pressed."""

    remedied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.label = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.remedy = QPushButton()
        self.remedy.setAccessibleName(tr("Remedy"))
        self.remedy.setProperty("role", "primary")
        self.remedy.setToolTip(tr("Does what the message proposes"))
        self.remedy.clicked.connect(self._do)
        self._does: Callable[[], object] | None = None
        self.details = QPushButton(tr("Details…"))
        self.details.setToolTip(tr("Shows the technical details of this error, to be read and copied"))
        self.details.clicked.connect(self._show_details)
        self._details = ""
        self._generation: int | None = None
        self._reported = ""
        self._close = QToolButton()
        self._close.setToolTip(tr("Close this message"))
        self._close.setAccessibleName(tr("Close this message"))
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.addWidget(self.label, 1)
        row.addWidget(self.remedy)
        row.addWidget(self.details)
        row.addWidget(self._close)
        self.hide()

    def say(
        self,
        text: str,
        remedy: str = "",
        details: str = "",
        generation: int | None = None,
        fault: bool = True,
        does: Callable[[], object] | None = None,
    ) -> None:
        """Shows a sentence, with a button for the remedy where there is one.

        ``generation`` is that of the experiment it is about: the sentence goes when another one is trained.
        ``fault``: in the colours of a warning; otherwise nothing is wrong. ``does`` is what the button does, where
        that is not said by ``remedied``.
        """
        self._generation, self._does = generation, does
        self.setProperty("tone", "warning" if fault else "note")
        for widget in (self, self.label):
            self.style().polish(widget)
        self._paint_icon()
        shown = said(text)
        self.label.setText(shown)
        self._details = details
        self.details.setVisible(bool(details))
        log.log(logging.WARNING if fault else logging.INFO, "%s%s", text, f"\n{details.rstrip()}" if details else "")
        self.label.setAccessibleName(shown)
        self.remedy.setText(remedy)
        self.remedy.setAccessibleName(remedy or tr("Remedy"))
        self.remedy.setVisible(bool(remedy))
        self.show()

    def _paint_icon(self) -> None:
        fault = self.property("tone") == "warning"
        self._close.setIcon(icon("close", colours().warning if fault else colours().text))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the icon again in the colours of another theme."""
        if event.type() == QEvent.Type.StyleChange:
            self._paint_icon()
        super().changeEvent(event)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Says that training diverged, or once why it ended early; a sentence about an older experiment goes."""
        if snapshot.diverged is not None:
            remedy = tr("Learning rate ÷ 10 and reset")
            self.say(snapshot.diverged.message, remedy, generation=snapshot.generation)
            return
        self.pass_by(snapshot.generation)
        # The canvas says what to do where there are no points yet.
        if snapshot.stopped and snapshot.stopped != self._reported and len(snapshot.data.y_train):
            self.say(snapshot.stopped, generation=snapshot.generation, fault=False)
        self._reported = snapshot.stopped

    def begin(self) -> None:
        """Training goes on: what was said is over, and may be said again."""
        self._reported = ""
        self.hide()

    def take_back(self, text: str) -> None:
        """Hides a sentence that holds no longer, if it is the one that is shown."""
        if text and self.label.text() == text:
            self.hide()

    def pass_by(self, generation: int) -> None:
        """Hides a sentence about an older experiment."""
        if self._generation is not None and generation > self._generation:
            self.hide()

    @Slot(str, str)
    def say_fault(self, text: str, details: str) -> None:
        """Shows an error of the program, with its details."""
        self.say(text, details=details)

    @Slot(str, bool, str)
    def say_outcome(self, text: str, fault: bool, details: str) -> None:
        """Shows what came of work done beside the training."""
        self.say(text, details=details, fault=fault)

    @Slot()
    def _do(self) -> None:
        if self._does is None:
            self.remedied.emit()
        else:
            self._does()

    @Slot()
    def _show_details(self) -> None:
        from gui.dialogs.details import show_details  # noqa: PLC0415 - not needed for the first paint

        show_details(self.label.text(), self._details, self.window())
