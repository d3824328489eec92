"""Recovery: work that a window left behind when its process was killed is offered at the next start."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui.amounts import counted
from gui.icons import icon
from gui.projects import questions
from gui.projects.files import reason
from gui.projects.swaps import Finding, Left, find_work
from gui.text import tr
from gui.theme import colours

if TYPE_CHECKING:
    from gui.window import Window

# More are offered when these are answered.
_MOST_LINES = 3


class RecoveryOffer(QFrame):
    """A line above the diagram for each piece of work left behind; hidden where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # It looks like the line of messages.
        self.setObjectName("banner")
        self.setProperty("tone", "note")
        self.head = QLabel()
        self.head.setProperty("role", "strong")
        self.later = QToolButton()
        self.later.setToolTip(tr("Later: it is offered again at the next start"))
        self.later.setAccessibleName(tr("Later"))
        top = QHBoxLayout()
        top.addWidget(self.head, 1)
        top.addWidget(self.later)
        self._lines = QGridLayout()
        self._lines.setColumnStretch(0, 1)
        self._lines.setHorizontalSpacing(8)
        self._lines.setVerticalSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 6, 6)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addLayout(self._lines)
        self._paint_icon()
        self.hide()

    def show_found(
        self, found: list[Left], restore: Callable[[Left], object], discard: Callable[[Left], object]
    ) -> None:
        """Offers all of it, the first few in a line each."""
        while (item := self._lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        one = tr("Glassbox ended without saving. This work can be brought back:")
        many = tr("Glassbox ended without saving. {0} pieces of work can be brought back:")
        self.head.setText(counted(len(found), one, many))
        for row, each in enumerate(found[:_MOST_LINES]):
            words = QLabel(in_words(each))
            words.setWordWrap(True)
            words.setTextFormat(Qt.TextFormat.PlainText)
            self._lines.addWidget(words, row, 0)
            bring = self._button(tr("Restore"), tr("Opens it as it was; it is not saved yet"), each, restore)
            bring.setProperty("role", "link")
            self._lines.addWidget(bring, row, 1)
            self._lines.addWidget(self._button(tr("Discard"), tr("Throws it away"), each, discard), row, 2)
        self.setVisible(bool(found))

    def _button(self, label: str, tip: str, found: Left, act: Callable[[Left], object]) -> QPushButton:
        button = QPushButton(label)
        button.setToolTip(tip)
        button.setAccessibleName(f"{label}: {in_words(found)}")
        button.clicked.connect(partial(act, found))
        return button

    def _paint_icon(self) -> None:
        self.later.setIcon(icon("close", colours().text))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the icon again in the colours of another theme."""
        if event.type() == QEvent.Type.StyleChange:
            self._paint_icon()
        super().changeEvent(event)


def in_words(found: Left) -> str:
    """What would be brought back: whose work it is, when it was kept, how far it was trained."""
    when = found.when.astimezone().strftime("%Y-%m-%d %H:%M")
    parts = [found.owner.name or tr("a project without a name"), when]
    if found.steps is not None:
        parts.append(counted(found.steps, tr("1 step trained"), tr("{0} steps trained")))
    if found.owner.path is not None:
        parts.append(str(found.owner.path.parent))
    return " · ".join(parts)


class Recovery(QObject):
    """Looks for work that was left behind, and brings it back."""

    def __init__(self, window: Window, offer: RecoveryOffer) -> None:
        super().__init__(window)
        self._window, self._offer = window, offer
        self._found: list[Left] = []
        offer.later.clicked.connect(self.put_off)

    @property
    def found(self) -> tuple[Left, ...]:
        """The work that is on offer."""
        return tuple(self._found)

    def look(self) -> None:
        """Looks for it beside the window, and offers what there is."""
        self._window.files.work.do(find_work, self._show, self._say_failure)

    def _show(self, finding: Finding) -> None:
        self._found = finding.found
        self._offer_them()
        if finding.damaged:
            words = tr("Unsaved work of an earlier window is damaged and cannot be brought back; it was set aside: {0}")
            self._window.banner.say(words.format(", ".join(map(str, finding.damaged))))
        elif finding.unread:
            self._say_failure(finding.unread[0])

    def _offer_them(self) -> None:
        self._offer.show_found(self._found, self._restore, self._discard)

    @Slot()
    def put_off(self) -> None:
        """Nothing of it is wanted now; it is offered again at the next start."""
        for found in self._found:
            found.swap.lock.let_go()
        self._found = []
        self._offer.hide()

    def _restore(self, found: Left, _: bool = False) -> None:
        self._window.files.recover(found, lambda: found in self._found, lambda: self._go_on(found))

    def _go_on(self, found: Left) -> None:
        self._window.autosave.adopt(found.swap)
        self._take_away(found)

    def _discard(self, found: Left, _: bool = False) -> None:
        if self._window.files.ask(questions.discard_work(found.owner.name)) == "discard":
            try:
                found.swap.remove()
            except OSError as error:
                self._say_failure(error)
            self._take_away(found)

    def _take_away(self, found: Left) -> None:
        self._found.remove(found)
        self._offer_them()

    def _say_failure(self, error: BaseException) -> None:
        words = tr("Unsaved work of an earlier window could not be read: {0}.")
        self._window.banner.say(words.format(reason(error)))
