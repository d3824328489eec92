"""Work beside the window: a thread for each piece of it, and a queue that the window looks into."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Event, Thread

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.data.progress import CancelledError

_POLL_MS = 20
# What is given up when the program ends removes what it has left lying about.
_LAST_S = 2.0
# What a piece of work does: it tells how far it has come, and looks whether it is given up.
Work = Callable[[Callable[[object], None], Event], None]


class _Doing(Thread):
    """Does one piece of work. It touches nothing of Qt."""

    def __init__(self, work: Work) -> None:
        super().__init__(name="errand", daemon=True)
        self._work = work
        self.given_up = Event()
        self.reports: SimpleQueue[object] = SimpleQueue()

    def run(self) -> None:
        """The whole work; the last report is None, or the error that ended it and its traceback."""
        try:
            self._work(self.reports.put, self.given_up)
        except CancelledError:
            self.reports.put(None)
        except Exception as error:  # noqa: BLE001 - whatever it is must reach the window, not end the thread unseen
            self.reports.put((error, traceback.format_exc()))
        else:
            self.reports.put(None)


class Errand(QObject):
    """One piece of work at a time; what is begun later takes the place of what was begun before.

    ``reported(object)``: what the work tells, in the window's thread. ``failed(error, details)``: what ended it.
    ``ended`` after the last of these.
    """

    reported = Signal(object)
    failed = Signal(object, str)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._doing: _Doing | None = None
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._doing is not None

    def begin(self, work: Work) -> None:
        """Does a piece of work, instead of what is being done."""
        self.give_up()
        self._doing = _Doing(work)
        self._doing.start()
        self._timer.start()

    def give_up(self, wait: bool = False) -> None:
        """What is being done is not wanted any more; with ``wait`` its thread has a moment to end."""
        self._timer.stop()
        doing, self._doing = self._doing, None
        if doing is not None:
            doing.given_up.set()
            if wait:
                doing.join(_LAST_S)

    @Slot()
    def _look(self) -> None:
        doing = self._doing
        while doing is not None and doing is self._doing:
            try:
                report = doing.reports.get_nowait()
            except Empty:
                return
            if report is not None and not isinstance(report, tuple):
                self.reported.emit(report)
                continue
            self._doing = None
            self._timer.stop()
            if report is not None:
                self.failed.emit(*report)
            self.ended.emit()
