"""The status bar: the shape of the network, the pace of training, and what is going on."""

from __future__ import annotations

from collections import deque
from time import perf_counter

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from engine.snapshot import Snapshot
from gui import amounts
from gui.hints import HintLine
from gui.prooflight import ProofLight
from gui.text import said, tr
from gui.theme import pixels

# A path through more layers than this is shortened: it would be wider than the window.
_MOST_WIDTHS = 9
# How long something that was done is said.
_PASSING_MS = 8000
_A_WORD = 60
# A window of less width has no room for all that can be said.
_WIDE, _NARROW, _VERY_NARROW = 1700, 1400, 1000


class _Words(QLabel):
    """A text that takes less room than it needs, and then ends in an ellipsis and has the rest in its tooltip."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for a word."""
        return QSize(_A_WORD, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """As much as there is room for."""
        box = self.contentsRect()
        fitting = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, box.width())
        self.setToolTip("" if fitting == self.text() else self.text())
        with QPainter(self) as painter:
            side = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value
            self.style().drawItemText(
                painter, box, side, self.palette(), self.isEnabled(), fitting, self.foregroundRole()
            )


class StatusBar(QStatusBar):
    """Shows snapshots in a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._labels = {name: QLabel() for name in ("widths", "parameters", "steps", "frames")}
        self._labels["selected"] = _Words()
        for label in self._labels.values():
            self.addWidget(label)
        self.hint = HintLine()
        self.addWidget(self.hint, 1)
        self.state = _Words(tr("Loading the data…"))
        self.addPermanentWidget(self.state)
        self.light = ProofLight()
        self.addPermanentWidget(self.light)
        self._progress: deque[tuple[float, int]] = deque(maxlen=90)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a narrow window the light says the least."""
        super().resizeEvent(event)
        self.light.show_brief(self._is_narrower_than(_NARROW))
        self._make_room()

    def _is_narrower_than(self, width: int) -> bool:
        return self.width() < pixels(width)

    def _make_room(self) -> None:
        """What the network is like steps back for what is wrong, and in a very narrow line for what is going on."""
        warned = self.hint.finding is not None and self._is_narrower_than(_WIDE)
        for name in ("widths", "parameters"):
            self._labels[name].setHidden(warned or self._is_narrower_than(_VERY_NARROW))
        # What is wrong is said in its place; the inspector says it too.
        self._labels["selected"].setVisible(self.hint.finding is None)

    @Slot(str)
    def say(self, text: str) -> None:
        """Says something in passing, in place of the figures at the left."""
        self.showMessage(said(text), _PASSING_MS)

    def show_selection(self, words: str) -> None:
        """What is selected, in plain words."""
        self._labels["selected"].setText(words)

    def forget_pace(self) -> None:
        """Measures the steps per second anew."""
        self._progress.clear()

    def show_snapshot(self, snapshot: Snapshot, running: bool, frames_per_second: float) -> None:
        """Shows an instant."""
        now = perf_counter()
        self._progress.append((now, snapshot.step))
        then, step = self._progress[0]
        rate = round((snapshot.step - step) / (now - then)) if now > then else 0
        frames = round(frames_per_second)
        texts = {
            "widths": _path(snapshot.plan.widths),
            "parameters": amounts.parameters(snapshot.plan.parameters),
            "steps": amounts.counted(rate, tr("{0} step/s"), tr("{0} steps/s")) if running else "",
            "frames": amounts.counted(frames, tr("{0} frame/s"), tr("{0} frames/s")) if running else "",
        }
        for name, text in texts.items():
            self._labels[name].setText(text)
            self._labels[name].setVisible(bool(text))
        self.hint.show_snapshot(snapshot, running)
        self._make_room()
        self.state.setText(_in_words(snapshot, running))
        self.light.show_snapshot(snapshot)


def _path(widths: tuple[int, ...]) -> str:
    """The widths of all layers, or of many layers the first and last ones."""
    words = [f"{width:,}" for width in widths]
    if len(words) > _MOST_WIDTHS:
        words = [*words[:3], "…", *words[-2:]]
    return " → ".join(words)


def _in_words(snapshot: Snapshot, running: bool) -> str:
    if running:
        return tr("Training")
    if snapshot.diverged is not None:
        return tr("Diverged at step {0}").format(f"{snapshot.diverged.step:,}")
    if snapshot.stopped:
        return said(snapshot.stopped)
    if snapshot.finished:
        return tr("The run is over at epoch {0}: press Train for more").format(f"{snapshot.epoch:,}")
    return tr("Paused") if snapshot.step else tr("Ready: press Train (Space)")
