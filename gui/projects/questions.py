"""The few questions that must be answered before anything else: about work that would be lost."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from gui.text import tr


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


def discard_work(name: str) -> Question:
    """Kept work that is to be thrown away."""
    return Question(
        tr("Discard the unsaved work on {0}?").format(name),
        tr("It cannot be brought back."),
        (("discard", tr("Discard")), ("cancel", tr("Cancel"))),
    )


def ask(parent: QWidget, question: Question) -> str:
    """Asks, and waits for the key of the answer."""
    box = QMessageBox(parent)
    box.setWindowTitle(tr("Glassbox"))
    box.setText(question.text)
    box.setInformativeText(question.detail)
    buttons = {}
    for key, label in question.answers:
        button = QPushButton(label)
        buttons[button] = key
        box.addButton(button, QMessageBox.ButtonRole.ActionRole)
    first, *_, last = buttons
    first.setProperty("role", "primary")
    box.setDefaultButton(first)
    box.setEscapeButton(last)
    box.exec()
    pressed = box.clickedButton()
    answer = next((key for button, key in buttons.items() if button is pressed), question.answers[-1][0])
    box.deleteLater()
    return answer
