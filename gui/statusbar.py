"""The status bar: the shape of the network, the pace of training, and what is going on."""

from __future__ import annotations

from collections import deque
from time import perf_counter

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from engine.snapshot import Snapshot
from gui.hints import HintLine
from gui.prooflight import ProofLight
from gui.text import said, tr

# A path through more layers than this is shortened: it would be wider than the window.
_MOST_WIDTHS = 9
# How long something that was done is said.
_PASSING_MS = 8000


class StatusBar(QStatusBar):
    """Shows snapshots in a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._labels = {name: QLabel() for name in ("widths", "parameters", "steps", "frames", "selected")}
        for label in self._labels.values():
            self.addWidget(label)
        self.hint = HintLine()
        self.addWidget(self.hint, 1)
        self.state = QLabel(tr("Loading the data…"))
        self.addPermanentWidget(self.state)
        self.light = ProofLight()
        self.addPermanentWidget(self.light)
        self._progress: deque[tuple[float, int]] = deque(maxlen=90)

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
        rate = (snapshot.step - step) / (now - then) if now > then else 0.0
        texts = {
            "widths": _path(snapshot.plan.widths),
            "parameters": tr("{0} parameters").format(f"{snapshot.plan.parameters:,}"),
            "steps": tr("{0} steps/s").format(f"{rate:,.0f}") if running else "",
            "frames": tr("{0} frames/s").format(f"{frames_per_second:.0f}") if running else "",
        }
        for name, text in texts.items():
            self._labels[name].setText(text)
        self.hint.show_snapshot(snapshot, running)
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
        return tr("All {0} epochs are done: raise Epochs to go on, or reset").format(f"{snapshot.epoch:,}")
    return tr("Paused") if snapshot.step else tr("Ready: press Train (Space)")
