"""Verifying a run beside the window: it is done again in a process of its own, which takes nothing from the drawing."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from engine.apart import ApartError, do_apart
from engine.checkpoint import Checkpoint
from engine.verifying import Verdict, verify
from gui.errand import Errand, Work
from gui.progressline import ProgressLine
from gui.text import tr

# What is done before is not worth a bar that comes and goes.
_SHOWN_AFTER_S = 0.5


def repeat(point: Checkpoint) -> Work:
    """The work of doing a run again in a process of its own: tells shares from 0 to 1, and at last a ``Verdict``."""

    def work(tell: Callable[[object], None], given_up: Event) -> None:
        tell(do_apart(verify, (point,), tell, given_up))

    return work


class Verifying(QObject):
    """Verifies one run at a time.

    ``progressed(words, share)`` for what takes longer; ``said(text, fault, details)`` at the end.
    """

    progressed = Signal(str, float)
    said = Signal(str, bool, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._errand = Errand(self)
        self._errand.reported.connect(self._report)
        self._errand.failed.connect(self._fail)
        self._begun, self._steps = 0.0, 0

    @property
    def running(self) -> bool:
        """Whether a run is being verified."""
        return self._errand.busy

    def start(self, point: Checkpoint) -> None:
        """Begins to do a run again, up to this instant of it."""
        self._begun, self._steps = monotonic(), int(point.state["step"])
        self._errand.begin(repeat(point))

    @Slot()
    def cancel(self) -> None:
        """Gives up."""
        if self.running:
            self._errand.give_up()
            self.said.emit(tr("Verifying was cancelled; nothing was compared to the end."), False, "")

    @Slot(object)
    def _report(self, report: object) -> None:
        if isinstance(report, Verdict):
            self.said.emit(report.message, report.difference is not None, "")
        elif isinstance(report, float):
            elapsed = monotonic() - self._begun
            if elapsed > _SHOWN_AFTER_S:
                self.progressed.emit(self._in_words(report, elapsed), report)

    def _in_words(self, share: float, elapsed_s: float) -> str:
        words = [tr("Verifying: step {0} of {1}").format(f"{round(share * self._steps):,}", f"{self._steps:,}")]
        if share > 0:
            words.append(time_left(elapsed_s * (1.0 - share) / share))
        return " · ".join(words)

    @Slot(object, str)
    def _fail(self, error: object, details: str) -> None:
        details = str(error) if isinstance(error, ApartError) else details
        self.said.emit(tr("The run could not be done again: something went wrong in Glassbox."), True, details)


def time_left(seconds: float) -> str:
    """How long something still takes, in words."""
    if seconds < 90:
        return tr("{0} s left").format(f"{seconds:.0f}")
    return tr("{0} min left").format(f"{seconds / 60:.0f}")


class VerifyingProgress(ProgressLine):
    """Hidden unless a run is being verified for a while."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("How much of the run has been done again"), tr("Gives up verifying the run"), parent)
