"""The small buttons at the end of a title line: what a view is, what can be taken from it, and closing it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gui.icons import icon
from gui.plots.view import View
from gui.text import tr
from gui.theme import colours, pixels

_SIDE, _ICON = 22, 14


class Tools(QWidget):
    """``wished(which)``: "help", "more" or "close" was clicked; a panel that is no view has only the last."""

    wished = Signal(str)

    def __init__(self, name: str, view: View | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._view = name, view
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        sets = view is not None and view.title.has_options
        kinds = {
            "help": tr("What is this?"),
            "more": tr("How it is drawn; copies and saves it") if sets else tr("Copies and saves what is shown"),
            "close": tr("Closes this panel; the menu opens it again"),
        }
        self.buttons: dict[str, QToolButton] = {}
        for which, words in kinds.items():
            if which == "close" or view is not None:
                self.buttons[which] = self._button(which, f"{name}: {words}", words)
                row.addWidget(self.buttons[which])
        self._paint_icons()
        self._ask()

    def _ask(self) -> None:
        """The question of the view, which another kind of data may make another one."""
        if self._view is not None:
            question = f"{tr('What is this?')} {tr(self._view.about.question)}"
            self.buttons["help"].setToolTip(question)
            self.buttons["help"].setAccessibleName(f"{self._name}: {question}")

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Knows what the view is now, before that is asked."""
        self._ask()
        super().enterEvent(event)

    def _button(self, which: str, called: str, words: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "tool")
        button.setProperty("key", which)
        button.setToolTip(words)
        button.setAccessibleName(called)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self._wish)
        return button

    @Slot()
    def _wish(self) -> None:
        self.wished.emit(self.sender().property("key"))

    def _paint_icons(self) -> None:
        side, drawn = pixels(_SIDE), pixels(_ICON)
        for which, button in self.buttons.items():
            button.setFixedSize(side, side)
            button.setIconSize(QSize(drawn, drawn))
            button.setIcon(icon(which, colours().quiet, _ICON))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the icons again in the colours of another theme."""
        if event.type() == QEvent.Type.StyleChange:
            self._paint_icons()
        super().changeEvent(event)
