"""Reading off the window's thread: a thread for each table, and a queue that the window looks into."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.data.raw import RawTable
from engine.data.reading import CancelledError
from engine.data.table import DataError
from engine.experiment import DataSpec
from gui.importing.draft import Opened, open_table

_POLL_MS = 20
# Earlier than this nothing can be said about the time that is left.
_FIRST_GUESS_S, _FIRST_GUESS = 0.5, 0.02


@dataclass(frozen=True)
class _Progress:
    share: float
    rows: int


@dataclass(frozen=True)
class _Refused:
    message: str
    details: str = ""


class _Reading(Thread):
    """Reads one table and plans it. It touches nothing of Qt."""

    def __init__(self, data: DataSpec, raw: RawTable | None) -> None:
        super().__init__(name="reading", daemon=True)
        self._data, self._raw = data, raw
        self.given_up = Event()
        self.reports: SimpleQueue[_Progress | _Refused | Opened] = SimpleQueue()

    def run(self) -> None:
        """The whole work; what comes of it is put into the queue, nothing when it was given up."""
        try:
            self.reports.put(open_table(self._data, self._raw, self._follow))
        except CancelledError:
            return
        except DataError as refusal:
            self.reports.put(_Refused(str(refusal)))
        except MemoryError:
            self.reports.put(_Refused("There is not enough free memory for this table"))
        except Exception as error:  # noqa: BLE001 - whatever it is must reach the window, not end the thread unseen
            self.reports.put(_Refused(f"{type(error).__name__}: {error}", traceback.format_exc()))

    def _follow(self, share: float, rows: int) -> None:
        if self.given_up.is_set():
            raise CancelledError
        self.reports.put(_Progress(share, rows))


class Reader(QObject):
    """One table at a time; what is asked for later takes the place of what was asked for before.

    ``progressed(share, rows, seconds left)``, the last below 0 where it is not known; ``opened(Opened)``;
    ``refused(sentence, details)``.
    """

    progressed = Signal(float, int, float)
    opened = Signal(object)
    refused = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reading: _Reading | None = None
        self._since = 0.0
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether something that was asked for is not there yet."""
        return self._reading is not None

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return monotonic() - self._since if self.busy else 0.0

    def ask(self, data: DataSpec, raw: RawTable | None = None) -> None:
        """Opens the table that a description names; only plans it where it was read already."""
        self.give_up()
        self._since = monotonic()
        self._reading = _Reading(data, raw)
        self._reading.start()
        self._timer.start()

    def give_up(self) -> None:
        """What is under way is not wanted any more; its thread ends as soon as it notices."""
        if self._reading is not None:
            self._reading.given_up.set()
        self._reading = None
        self._timer.stop()

    @Slot()
    def _look(self) -> None:
        """Takes what is in the queue; of several reports of progress the last."""
        progress = None
        while self._reading is not None:
            try:
                report = self._reading.reports.get_nowait()
            except Empty:
                break
            if isinstance(report, _Progress):
                progress = report
                continue
            self._reading = None
            self._timer.stop()
            if isinstance(report, Opened):
                self.opened.emit(report)
            else:
                self.refused.emit(report.message, report.details)
            return
        if progress is not None:
            self.progressed.emit(progress.share, progress.rows, self._left(progress.share))

    def _left(self, share: float) -> float:
        known = share > _FIRST_GUESS and self.seconds > _FIRST_GUESS_S
        return self.seconds * (1.0 - share) / share if known else -1.0
