"""Scoring a file beside the training and beside the window: a thread of its own reads, answers and writes."""

from __future__ import annotations

import threading
import traceback
from pathlib import Path
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.answering import Predictor
from engine.data.table import DataError
from engine.experiment import DataSpec
from engine.scoring import scored, write_csv
from gui.text import tr

_POLL_MS = 30
# What is said, whether it is a fault, and the details of an error of the program.
Outcome = tuple[str, bool, str]


class Scoring(QObject):
    """Answers one file at a time. ``said(text, fault, details)`` at the end."""

    said = Signal(str, bool, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._outcomes: SimpleQueue[Outcome] = SimpleQueue()
        self.running = False
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self._poll)

    def start(self, predictor: Predictor, table: Path, out: Path, data: DataSpec) -> None:
        """Begins to answer the rows of ``table``; they are written to ``out`` with the answers."""
        self.running = True
        work = (predictor, table, out, data)
        threading.Thread(target=self._work, args=work, name="scoring", daemon=True).start()
        self._timer.start()

    def _work(self, predictor: Predictor, table: Path, out: Path, data: DataSpec) -> None:
        self._outcomes.put(_scored(predictor, table, out, data))

    @Slot()
    def _poll(self) -> None:
        try:
            outcome = self._outcomes.get_nowait()
        except Empty:
            return
        self._timer.stop()
        self.running = False
        self.said.emit(*outcome)


def _scored(predictor: Predictor, table: Path, out: Path, data: DataSpec) -> Outcome:
    try:
        answered = scored(predictor, table, data)
        write_csv(out, answered)
    except DataError as error:
        return tr("{0} could not be scored: {1}.").format(table.name, error), True, ""
    except OSError as error:
        return tr("{0} could not be written: {1}.").format(out, error.strerror or error), True, ""
    except MemoryError:
        return tr("{0} could not be scored: there is not enough free memory.").format(table.name), True, ""
    except Exception as error:  # noqa: BLE001 - whatever it is must reach the window
        return tr("{0} could not be scored: {1}.").format(table.name, error), True, traceback.format_exc()
    words = tr(
        "1 row of {1} answered. Written: {2}" if answered.rows == 1 else "{0} rows of {1} answered. Written: {2}"
    )
    return words.format(f"{answered.rows:,}", table.name, out), False, ""
