"""Errors of the program itself: said once each in the window, with details to copy, logged, and never fatal."""

from __future__ import annotations

import sys
import threading
import traceback
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.logs import log

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


class Faults(QObject):
    """Takes the place of the three hooks of Python: for errors in slots, in other threads and where nobody can catch.

    ``raised(sentence, details)`` once for each kind and place. Every error is also printed, as before.
    """

    raised = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: Counter[tuple[str, str]] = Counter()
        self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._take, self._take_of_thread, self._take_lost

    def _take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._before[0](kind, error, trace)
        self._report(kind, error, trace)

    def _take_of_thread(self, lost: threading.ExceptHookArgs) -> None:
        self._before[1](lost)
        self._report(lost.exc_type, lost.exc_value, lost.exc_traceback)

    def _take_lost(self, lost: UnraisableHookArgs) -> None:
        self._before[2](lost)
        self._report(lost.exc_type, lost.exc_value, lost.exc_traceback)

    def _report(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            return
        frames = traceback.extract_tb(trace)
        signature = kind.__name__, f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        self._seen[signature] += 1
        times = self._seen[signature]
        if times == 1:
            details = "".join(traceback.format_exception(kind, error, trace))
            self.raised.emit(
                f"Something went wrong in Glassbox ({kind.__name__}: {error}). Your work is unharmed.", details
            )
        elif str(times).rstrip("0") == "1":
            # One error in a drawing would fill the log in no time.
            log.error("for the %s. time: %s at %s", times, *signature)

    def release(self) -> None:
        """Gives the hooks back."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
