"""The answer to a row: the class with the probability of each, or the number in its unit; or why there is none."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.answering import Answered
from gui.text import as_sentence, number, percent, tr
from gui.theme import colours, font

_LINE = 20
# More classes than this are not all shown, but the most probable of them.
_MOST_BARS = 6


class Bars(QWidget):
    """A bar for each class, in its colour, with its share."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shares: list[tuple[int, str, float]] = []
        self._probabilities = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, names: tuple[str, ...], values: np.ndarray, probabilities: bool) -> None:
        """Shows the outputs by class; with very many only the largest, in the order of the classes."""
        largest = np.sort(np.argsort(-values, kind="stable")[:_MOST_BARS])
        self.shares = [(int(k), names[k], float(values[k])) for k in largest]
        self._probabilities = probabilities
        self.setAccessibleName(", ".join(f"{name} {self._word(value)}" for _, name, value in self.shares))
        self.setToolTip("\n".join(f"{name}: {float(values[k])!r}" for k, name, _ in self.shares))
        self.updateGeometry()
        self.update()

    def _word(self, value: float) -> str:
        return percent(value, below_each_other=True) if self._probabilities else number(value)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A line for each class."""
        return QSize(160, _LINE * len(self.shares))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As high as that."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Name, bar and share in each line."""
        c, width = colours(), self.width()
        names, shares = min(110, width // 3), 56
        track = width - names - shares - 16
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font(12))
            metrics = painter.fontMetrics()
            for line, (place, name, value) in enumerate(self.shares):
                top = line * _LINE
                painter.setPen(QColor(c.text))
                words = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, names)
                painter.drawText(QRectF(0, top, names, _LINE), Qt.AlignmentFlag.AlignVCenter, words)
                right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
                painter.drawText(QRectF(width - shares, top, shares, _LINE), right, self._word(value))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(c.chip))
                box = QRectF(names + 8, top + 6, track, _LINE - 12)
                painter.drawRoundedRect(box, 4, 4)
                painter.setBrush(QColor(c.series[place % len(c.series)]))
                box.setWidth(track * min(max(value, 0.0), 1.0))
                painter.drawRoundedRect(box, 4, 4)


class AnswerView(QWidget):
    """Target and answer, and for classes a bar for each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.target, self.answer, self.bars = QLabel(), QLabel(wordWrap=True), Bars()
        self.target.setProperty("role", "note")
        self.answer.setMinimumWidth(1)
        self.answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for widget in (self.target, self.answer, self.bars):
            column.addWidget(widget)
        self._say("", role="figure")

    def show_answer(self, target: str, answered: Answered | None) -> None:
        """Shows an answer; None while there is none yet."""
        self.target.setText(target)
        answers = None if answered is None else answered.answers
        self.bars.setVisible(answers is not None and bool(answers.labels))
        if answered is None:
            self._say("…", role="figure")
        elif answers is None:
            words = as_sentence(answered.problem)
            self._say(words, role="quiet")
        elif answers.labels:
            self._say(answers.labels[0], role="figure")
            self.bars.show_shares(answers.names, answers.numbers[0], answered.probabilities)
        else:
            self._say(", ".join(number(float(value), 5) for value in answers.numbers[0]), role="figure")
        self.answer.setAccessibleName(tr("{0}: {1}").format(target, self.answer.text()))

    def _say(self, words: str, role: str) -> None:
        if self.answer.property("role") != role:
            self.answer.setProperty("role", role)
            self.answer.style().polish(self.answer)
        self.answer.setText(words)
