"""The words of a title line: the name of a panel, and a note at the right, both cut where there is too little room."""

from __future__ import annotations

import re

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

# Between a note and what is right of it.
GAP = 6
# No more letters than this of a note are none.
_FEW_LETTERS = 4
# The room for a name that is cut.
_SHORT_NAME = 40


class Note(QLabel):
    """A text at the right that asks for no room, and of which parts are left out where there is too little."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "note")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        # It takes the room there is, so that values under the pointer never move a panel.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @property
    def room(self) -> QRect:
        """Where the text stands: with a gap before what is beside it."""
        return self.rect().adjusted(0, 0, -GAP, 0)

    @property
    def fitting(self) -> str:
        """As many parts of the text as there is room for; where there is none for the first, its first letters."""
        text, metrics, room = self.text(), self.fontMetrics(), self.room.width()
        ends = [found.start() for found in re.finditer(r" · |  +", text)]
        for end in (len(text), *reversed(ends)):
            if metrics.horizontalAdvance(text[:end]) <= room:
                return text[:end]
        cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        return cut if len(cut) > _FEW_LETTERS else ""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The beginning of a text that is too long, rather than its end."""
        room, fitting = self.room, self.fitting
        with QPainter(self) as painter:
            side = self.alignment().value
            self.style().drawItemText(
                painter, room, side, self.palette(), self.isEnabled(), fitting, self.foregroundRole()
            )


class Name(QLabel):
    """The name of a panel, which ends in an ellipsis where there is too little room for all of it."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for its beginning."""
        hint = super().minimumSizeHint()
        return QSize(min(_SHORT_NAME, hint.width()), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """As much as there is room for, and the whole in a tooltip."""
        fitting = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip("" if fitting == self.text() else self.text())
        with QPainter(self) as painter:
            side = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value
            self.style().drawItemText(
                painter, self.rect(), side, self.palette(), self.isEnabled(), fitting, self.foregroundRole()
            )
