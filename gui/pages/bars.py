"""The line above a page: a part of the rows, a plane, a row to hold the others at, and words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QWidget

from engine.snapshot import Snapshot
from gui.diagram.viewbar import Picker
from gui.greying import grey
from gui.pages.page import TEST, TRAIN
from gui.text import tr

# Where there is too little room for its words, a picker is cut to this.
_NARROWEST = 72


class Bar(QWidget):
    """Widgets in one line; the last one takes the room that is left. It never makes a panel wider."""

    def __init__(self, *parts: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 4)
        row.setSpacing(8)
        for part in parts:
            row.addWidget(part, int(part is parts[-1]))
            if isinstance(part, Picker):
                part.setMinimumWidth(_NARROWEST)


class Words(QLabel):
    """A figure or two in words, at the right; it never makes a panel wider."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "note")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, words: str) -> None:
        """Shows other words, whole in the tooltip."""
        self.setText(words)
        self.setToolTip(words)


def mini_button(text: str, about: str) -> QToolButton:
    """A small button that stays pressed."""
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    button.setProperty("role", "mini")
    button.setToolTip(about)
    button.setAccessibleName(about)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class PartChoice(QWidget):
    """Test rows or training rows. ``chosen(part)``."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        group = QButtonGroup(self)
        self.buttons = {
            TEST: mini_button(tr("Test"), tr("The test rows")),
            TRAIN: mini_button(tr("Training"), tr("The training rows")),
        }
        for button in self.buttons.values():
            group.addButton(button)
            button.clicked.connect(self._choose)
            row.addWidget(button)

    def show_part(self, part: str, snapshot: Snapshot) -> None:
        """Shows which is chosen; without test rows there is no choice."""
        self.buttons[part].setChecked(True)
        grey(self.buttons[TEST], "" if len(snapshot.data.y_test) else tr("No rows are held out; raise the test share"))

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(next(part for part, button in self.buttons.items() if button is self.sender()))


class RowSlider(QWidget):
    """Runs over the rows of the table. ``held(row)``: a row of the original table, from 0."""

    held = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: NDArray[np.int64] = np.zeros(0, np.int64)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setMinimumSize(48, 24)
        self.slider.setToolTip(tr("The row at which all other inputs are held; it is the traced one"))
        self.slider.setAccessibleName(tr("Row"))
        self.slider.valueChanged.connect(self._hold)
        self.words = QLabel()
        self.words.setProperty("role", "note")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.slider, 1)
        row.addWidget(self.words)

    def show_row(self, rows: NDArray[np.int64], row: int) -> None:
        """Shows a row among all that there are, in their order."""
        self._rows = rows
        blocked = self.slider.blockSignals(True)
        self.slider.setMaximum(max(len(rows) - 1, 0))
        self.slider.setPageStep(max(len(rows) // 10, 1))
        place = int(np.searchsorted(rows, row))
        if place < len(rows) and rows[place] == row:
            self.slider.setValue(place)
        self.slider.blockSignals(blocked)
        grey(self.slider, "" if len(rows) > 1 else tr("There is a single row"))
        self.words.setText(tr("row {0}").format(f"{row + 1:,}"))

    @Slot(int)
    def _hold(self, place: int) -> None:
        if place < len(self._rows):
            self.held.emit(int(self._rows[place]))
