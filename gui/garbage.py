"""Garbage is collected in the window's thread alone.

Python collects where it happens to be when enough has piled up, which may be the training thread; what Qt has made and
what nobody holds any more would then be destroyed in a thread that it does not belong to.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from functools import cache
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 500
# So many objects more than before are worth a look at the young ones; at all of them it looks every so many times.
_ENOUGH, _TIMES = 700, 30


class Collector(QObject):
    """Collects now and then, in the thread in which it lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        # Modules, their classes and functions stay: looking through them each time would hold the window up.
        gc.freeze()
        self._times = 0
        timer = QTimer(self, interval=_INTERVAL_MS)
        timer.timeout.connect(self.collect)
        timer.start()

    @Slot()
    def collect(self) -> None:
        """Collects what has piled up since, and every 15 seconds what is older, too: little of it may hold much."""
        self._times += 1
        if self._times % _TIMES == 0:
            gc.collect()
            give_back()
        elif gc.get_count()[0] > _ENOUGH:
            gc.collect(1)


def give_back() -> None:
    """Returns to the system what the C library holds free, which otherwise grows with the arrays that come and go.

    Does nothing where the library knows no such call: it is glibc's.
    """
    if (trim := _trim()) is not None:
        trim(0)


@cache
def _trim() -> Any:
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return getattr(library, "malloc_trim", None)
