"""Scoring a file beside the training and beside the window: a thread of its own reads, answers and writes."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.answering import Predictor
from engine.data.progress import CancelledError
from engine.data.table import DataError
from engine.experiment import DataSpec
from engine.scoring import Stage, score_file
from gui import amounts
from gui.text import tr

_POLL_MS = 30
# What is done before is not worth a bar that comes and goes.
_SHOWN_AFTER_S = 0.3
# A cancelled thread removes what it has written before the program ends; it looks after every block of rows.
_LAST_BLOCK_S = 5.0


@dataclass(frozen=True)
class _Progress:
    stage: Stage
    share: float
    rows: int


@dataclass(frozen=True)
class _Outcome:
    """What is said, whether something is wrong, and the details of an error of the program."""

    words: str
    fault: bool = True
    details: str = ""


class _Work(Thread):
    """Scores one file. It touches nothing of Qt."""

    def __init__(self, predictor: Predictor, table: Path, out: Path, data: DataSpec) -> None:
        super().__init__(name="scoring", daemon=True)
        self._predictor, self.table, self._out, self._data = predictor, table, out, data
        self.given_up = Event()
        self.reports: SimpleQueue[_Progress | _Outcome] = SimpleQueue()

    def run(self) -> None:
        """The whole work; the last report is what came of it."""
        self.reports.put(self._outcome())

    def _outcome(self) -> _Outcome:
        table, out = self.table, self._out
        not_scored = tr("{0} could not be scored: {1}.")
        try:
            scored = score_file(self._predictor, table, out, self._data, self._follow)
        except CancelledError:
            return _Outcome(tr("Scoring {0} was cancelled; nothing was written.").format(table.name), fault=False)
        except DataError as error:
            return _Outcome(not_scored.format(table.name, error))
        except OSError as error:
            return _Outcome(tr("{0} could not be written: {1}.").format(out, error.strerror or error))
        except MemoryError:
            return _Outcome(not_scored.format(table.name, tr("there is not enough free memory")))
        except Exception as error:  # noqa: BLE001 - whatever it is must reach the window
            return _Outcome(not_scored.format(table.name, error), details=traceback.format_exc())
        words = tr("{0} of {1} answered. Written: {2}").format(amounts.rows(scored.answered), table.name, out)
        return _Outcome(f"{words}\n{scored.remarks}".rstrip("\n"), fault=not scored.answered)

    def _follow(self, stage: Stage, share: float, rows: int) -> None:
        if self.given_up.is_set():
            raise CancelledError
        self.reports.put(_Progress(stage, share, rows))


class Scoring(QObject):
    """Answers one file at a time.

    ``progressed(file, stage, share, rows)``, the share from 0 to 1 of the stage, for what takes longer;
    ``said(text, fault, details)`` at the end.
    """

    progressed = Signal(str, str, float, int)
    said = Signal(str, bool, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work: _Work | None = None
        self._since = 0.0
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def running(self) -> bool:
        """Whether a file is being answered."""
        return self._work is not None

    def start(self, predictor: Predictor, table: Path, out: Path, data: DataSpec) -> None:
        """Begins to answer the rows of ``table``; they are written to ``out`` with the answers."""
        self._work, self._since = _Work(predictor, table, out, data), monotonic()
        self._work.start()
        self._timer.start()

    @Slot()
    def cancel(self) -> None:
        """Gives up; what was there before stays. It is said when it is done."""
        if self._work is not None:
            self._work.given_up.set()

    def close(self) -> None:
        """Gives up at once and says nothing: the window closes."""
        self._timer.stop()
        self.cancel()
        if self._work is not None:
            self._work.join(_LAST_BLOCK_S)
        self._work = None

    @Slot()
    def _poll(self) -> None:
        """Takes what there is; of several reports of progress the last."""
        progress, work = None, self._work
        while work is not None:
            try:
                report = work.reports.get_nowait()
            except Empty:
                break
            if isinstance(report, _Outcome):
                self._timer.stop()
                self._work = None
                self.said.emit(report.words, report.fault, report.details)
                return
            progress = report
        if work is not None and progress is not None and monotonic() - self._since > _SHOWN_AFTER_S:
            self.progressed.emit(work.table.name, progress.stage, progress.share, progress.rows)
