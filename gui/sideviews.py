"""The views beside the diagram: drawn in turn while training, so that no frame takes long."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDockWidget

from engine.snapshot import Snapshot

# While training, a view is drawn again at most this often.
_INTERVAL_S = 0.2

Show = Callable[[Snapshot], None]


class SideViews(QObject):
    """Knows what shows a snapshot and in which dock; a view in a hidden dock costs nothing.

    ``views``: name -> what shows a snapshot. ``docks``: name -> its dock; a view without one is always shown.
    """

    def __init__(self, views: dict[str, Show], docks: dict[str, QDockWidget], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._views, self._docks = views, docks
        self._drawn = dict.fromkeys(views, 0.0)
        self._snapshot: Snapshot | None = None
        # Docks of which another one hides all, in front of them in the same place.
        self._behind: set[str] = set()
        for name in views.keys() & docks.keys():
            docks[name].visibilityChanged.connect(self._show_opened)

    def show_snapshot(self, snapshot: Snapshot, running: bool) -> None:
        """Shows an instant: in every view, or while running in the one that has waited longest."""
        self._snapshot = snapshot
        shown = self.shown
        now = perf_counter()
        if running:
            oldest = min(shown, key=self._drawn.__getitem__)
            shown = [oldest] if now - self._drawn[oldest] > _INTERVAL_S else []
        for name in shown:
            self._show(name, snapshot)

    @property
    def shown(self) -> list[str]:
        """The views that can be seen."""
        return [name for name in self._views if name not in self._docks or self._is_open(name)]

    def _is_open(self, name: str) -> bool:
        dock = self._docks[name]
        # None hides a panel that floats, whatever stood in front of it before.
        return not dock.isHidden() and (name not in self._behind or dock.isFloating())

    def show_proof(self, snapshot: Snapshot) -> None:
        """Of the instant that is shown more is known of the gradients: it is shown by the view of them alone."""
        self._snapshot = snapshot
        self.show_now("proof", snapshot)

    def show_now(self, name: str, snapshot: Snapshot) -> None:
        """Shows an instant in one view out of its turn."""
        if self._is_open(name):
            self._show(name, snapshot)

    def _show(self, name: str, snapshot: Snapshot) -> None:
        self._drawn[name] = perf_counter()
        try:
            self._views[name](snapshot)
        except Exception:  # noqa: BLE001 - said in the window; one view that fails does not stop the others
            sys.excepthook(*sys.exc_info())

    @Slot(bool)
    def _show_opened(self, visible: bool) -> None:
        """A panel that was hidden shows the present when it is opened."""
        name = next(name for name, dock in self._docks.items() if dock is self.sender())
        self._behind = self._behind - {name} if visible else self._behind | {name}
        if self._snapshot is not None:
            self.show_now(name, self._snapshot)
