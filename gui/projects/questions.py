"""The few questions that must be answered before anything else: about work that would be lost."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.text import tr

# Of the words, in pixels.
_WIDTH = 360


@dataclass(frozen=True)
class Question:
    """What is asked, and the answers by key, the first being the usual one and the last what Escape means."""

    text: str
    detail: str
    answers: tuple[tuple[str, str], ...]


def unsaved(name: str) -> Question:
    """Work that would be lost."""
    return Question(
        tr("Save the changes to {0}?").format(name),
        tr("What was changed or trained since the last save is lost otherwise."),
        (("save", tr("Save")), ("discard", tr("Don't save")), ("cancel", tr("Cancel"))),
    )


def changed_on_disk(name: str) -> Question:
    """A file that somebody else has written since it was opened."""
    return Question(
        tr("{0} was changed by another program since it was opened here.").format(name),
        tr("Saving replaces those changes with what is in this window."),
        (("save_as", tr("Save as…")), ("overwrite", tr("Replace")), ("cancel", tr("Cancel"))),
    )


def replace(name: str) -> Question:
    """A file in whose place another one is to be written."""
    return Question(
        tr("{0} is there already. Replace it?").format(name),
        tr("What is in it is lost."),
        (("replace", tr("Replace")), ("cancel", tr("Cancel"))),
    )


def missing_table(name: str, detail: str) -> Question:
    """A table that a project cannot go on without."""
    return Question(
        tr("Where is {0}?").format(name),
        detail,
        (("choose", tr("Choose…")), ("without", tr("Open without it")), ("cancel", tr("Cancel"))),
    )


def discard_work(name: str) -> Question:
    """Kept work that is to be thrown away."""
    return Question(
        tr("Discard the unsaved work on {0}?").format(name),
        tr("It cannot be brought back."),
        (("discard", tr("Discard")), ("cancel", tr("Cancel"))),
    )


class QuestionDialog(QDialog):
    """A question with a button for each answer; ``answer`` is the key of the one that was pressed."""

    def __init__(self, question: Question, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Glassbox"))
        self.answer = question.answers[-1][0]
        head, detail = QLabel(question.text), QLabel(question.detail)
        head.setProperty("role", "strong")
        detail.setProperty("role", "quiet")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(8)
        for label in (head, detail):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setMinimumWidth(_WIDTH)
            layout.addWidget(label)
        layout.addSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        layout.addLayout(row)
        self.buttons = [self._button(*answer) for answer in question.answers]
        # The usual answer stands at the right, where dialogs end.
        for button in reversed(self.buttons):
            row.addWidget(button)
        self.buttons[0].setProperty("role", "primary")
        self.buttons[0].setDefault(True)
        self.buttons[0].setFocus()

    def _button(self, key: str, label: str) -> QPushButton:
        button = QPushButton(label)
        button.setAccessibleName(label)
        button.setAutoDefault(True)

        def press() -> None:
            self.answer = key
            self.accept()

        button.clicked.connect(press)
        return button


def ask(parent: QWidget, question: Question) -> str:
    """Asks, and waits for the key of the answer."""
    dialog = QuestionDialog(question, parent)
    dialog.exec()
    dialog.deleteLater()
    return dialog.answer
