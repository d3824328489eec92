"""What a view is, in a small panel: the question it answers, what is drawn, and the formulas of it."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.plots.view import About
from gui.popover import Popover
from gui.text import tr
from gui.theme import colours, pixels

_WIDTH = 360
_EDGE = 16


class Explanation(Popover):
    """Shows an ``About``; its words can be selected and copied."""

    def __init__(self, name: str, about: About, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(f"{name}: {tr(about.question)}")
        self.words = QLabel(_as_html(about), wordWrap=True, textFormat=Qt.TextFormat.RichText)
        self.words.setObjectName("explained")
        self.words.setAccessibleName(in_words(about))
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_EDGE, 12, _EDGE, 12)
        layout.addWidget(self.words)
        width = min(pixels(_WIDTH), parent.width() - 2 * _EDGE)
        self.words.setFixedWidth(max(width - 2 * _EDGE, 1))
        self.words.setFixedHeight(self.words.heightForWidth(self.words.width()))


def in_words(about: About) -> str:
    """The same as plain text, a paragraph to a line."""
    return "\n".join((tr(about.question), tr(about.sentence), *map(tr, about.formulas)))


def _as_html(about: About) -> str:
    space = "margin: 0 0 8px 0;"
    formulas = "".join(f'<p style="margin: 8px 0 0 0;">{escape(tr(formula))}</p>' for formula in about.formulas)
    return (
        f'<p style="{space} font-weight: 600;">{escape(tr(about.question))}</p>'
        f'<p style="margin: 0; color: {colours().quiet};">{escape(tr(about.sentence))}</p>'
        f"{formulas}"
    )
