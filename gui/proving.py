"""Proving: has gradients checked at rest, in small portions, while the window stays awake and quiet."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from engine.probing.proof import TOLD_S
from engine.runner import Prove
from engine.snapshot import Snapshot
from gui.plots.proof import ProofView
from gui.plots.verdicts import proof_of

if TYPE_CHECKING:
    from gui.window import Window

# A network of so many parameters is checked in some ten portions, one right after the other.
_SMALL = 1000
# Between the portions of others the window has time for all else.
_PAUSE_MS = 8
# What is shown of them changes so often.
_SHOWN_S = 0.2


class Proving(QObject):
    """Asks the training thread for portion after portion, until all is compared or enough is known (``Proof.rested``).

    While the network trains, they come in their turn, as ever. ``check_all`` begins a fresh check of all parameters.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._asked = 0
        self._shown_at = 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._go_on)
        view = window.views["proof"]
        assert isinstance(view, ProofView)
        view.check_wished.connect(self.check_all)
        view.cancel_wished.connect(self.cancel)
        window.training.shown.connect(self.follow)
        window.training.proven.connect(self.show_proof)

    @Slot()
    def check_all(self) -> None:
        """Begins."""
        self._asked += 1
        self._window.looking.check_all(self._asked)

    @Slot()
    def cancel(self) -> None:
        """Leaves it; what has been compared stays."""
        self._window.looking.check_all(0)

    def close(self) -> None:
        """Asks for nothing any more."""
        self._timer.stop()

    @Slot(object)
    def follow(self, snapshot: Snapshot) -> None:
        """Asks for the next portion where nothing else does."""
        self._shown_at = perf_counter()
        self._see_next(snapshot)

    @Slot(object)
    def show_proof(self, snapshot: Snapshot) -> None:
        """Shows what is new now and then, and at once where it is the last word or another one."""
        proof, now, light = proof_of(snapshot), perf_counter(), self._window.status.light
        if now - self._shown_at >= _SHOWN_S or proof is None or proof.rested or proof.state != light.state:
            self._shown_at = now
            light.show_snapshot(snapshot)
            self._window.side_views.show_proof(snapshot)
        self._see_next(snapshot)

    def _see_next(self, snapshot: Snapshot) -> None:
        proof, training = proof_of(snapshot), self._window.training
        if proof is None or not training.settled:
            # After what is under way there is another snapshot, and so another turn.
            self._timer.stop()
        elif not proof.rested:
            if proof.parameters <= _SMALL:
                training.look(Prove())
            else:
                self._timer.start(_PAUSE_MS)
        elif proof.differed:
            # Looks once more when that was told for long enough.
            self._timer.start(round(1000 * TOLD_S))

    @Slot()
    def _go_on(self) -> None:
        if self._window.training.settled:
            self._window.training.look(Prove())
