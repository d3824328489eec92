"""Garbage is collected in the window's thread alone.

Python collects where it happens to be when enough has piled up, which may be the training thread; what Qt has made and
what nobody holds any more would then be destroyed in a thread that it does not belong to.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_INTERVAL_MS = 500


class Collector(QObject):
    """Collects now and then, as much as Python would, in the thread in which it lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        timer = QTimer(self, interval=_INTERVAL_MS)
        timer.timeout.connect(self.collect)
        timer.start()

    @Slot()
    def collect(self) -> None:
        """Collects the oldest generation of which there is enough."""
        for generation, (count, limit) in reversed(
            list(enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)))
        ):
            if count > limit:
                gc.collect(generation)
                return
