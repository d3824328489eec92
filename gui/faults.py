"""Errors of the program itself: said once each in the window, with details to copy, and never fatal."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal


class Faults(QObject):
    """Takes the place of ``sys.excepthook``. ``raised(sentence, details)`` once for each kind and place.

    Every error is also printed, as before.
    """

    raised = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: set[tuple[str, str]] = set()
        self._before = sys.excepthook
        sys.excepthook = self._take

    def _take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._before(kind, error, trace)
        if not issubclass(kind, Exception):
            return
        frames = traceback.extract_tb(trace)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        if (kind.__name__, place) not in self._seen:
            self._seen.add((kind.__name__, place))
            details = "".join(traceback.format_exception(kind, error, trace))
            self.raised.emit(
                f"Something went wrong in Glassbox ({kind.__name__}: {error}). Your work is unharmed.", details
            )

    def release(self) -> None:
        """Gives ``sys.excepthook`` back."""
        sys.excepthook = self._before
