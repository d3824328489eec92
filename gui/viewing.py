"""What is looked at: which row, and what the drawing shows of the network; and so what snapshots must hold."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from gui.diagram.shown import Shown


class Viewing(QObject):
    """``row`` is the traced row of the table, from 0; ``shown`` what the drawing shows.

    ``changed(Shown)`` says what is shown from now on, ``wanted(Wants)`` what snapshots must hold for it.
    """

    wanted = Signal(object)
    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.row, self.shown = 0, Shown()

    def trace(self, row: int) -> None:
        """Looks at another row of the table."""
        self.row = row
        self.wanted.emit(self.shown.wants(row))

    @Slot(object)
    def choose(self, shown: Shown) -> None:
        """Shows something else of the network in the drawing."""
        self.shown = shown
        self.changed.emit(shown)
        self.wanted.emit(shown.wants(self.row))
