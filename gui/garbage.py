"""Garbage is collected in the window's thread alone.

Python collects where it happens to be when enough has piled up, which may be the training thread; what Qt has made and
what nobody holds any more would then be destroyed in a thread that it does not belong to.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 500
# So many objects more than before are worth a look at the young ones, and so many such looks one at all of them.
_ENOUGH, _YOUNG = 700, 20


class Collector(QObject):
    """Collects now and then, in the thread in which it lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._looks = 0
        timer = QTimer(self, interval=_INTERVAL_MS)
        timer.timeout.connect(self.collect)
        timer.start()

    @Slot()
    def collect(self) -> None:
        """Collects what has piled up since, and every so often what is older."""
        if gc.get_count()[0] > _ENOUGH:
            self._looks += 1
            gc.collect(2 if self._looks % _YOUNG == 0 else 1)
