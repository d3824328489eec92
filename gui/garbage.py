"""Garbage is collected in the window's thread alone.

Python collects where it happens to be when enough has piled up, which may be the training thread; what Qt has made and
what nobody holds any more would then be destroyed in a thread that it does not belong to.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 500
# So many objects more than before are worth a look at the young ones; at all of them it looks every so many times.
_ENOUGH, _TIMES = 700, 30


class Collector(QObject):
    """Collects now and then, in the thread in which it lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
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
        elif gc.get_count()[0] > _ENOUGH:
            gc.collect(1)
