"""Proving: has all gradients checked at once, in small portions, while the window stays awake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from engine.snapshot import Snapshot
from gui.plots.proof import ProofView
from gui.plots.verdicts import proof_of

if TYPE_CHECKING:
    from gui.window import Window

# A network of so many parameters is checked in some ten portions.
_SMALL = 1000


class Proving(QObject):
    """Asks the training thread for a fresh check of all parameters, portion after portion until it is done.

    While the network trains, the portions come in their turn, as ever; otherwise one follows the other. So do those of
    the first round of a small network at rest, which would stay half checked.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._asked = 0
        self._under_way = False
        view = window.views["proof"]
        assert isinstance(view, ProofView)
        view.check_wished.connect(self.check_all)
        view.cancel_wished.connect(self.cancel)
        window.training.shown.connect(self.follow)

    @Slot()
    def check_all(self) -> None:
        """Begins."""
        self._asked += 1
        self._under_way = True
        self._window.looking.check_all(self._asked)

    @Slot()
    def cancel(self) -> None:
        """Leaves it; what has been compared stays."""
        self._under_way = False
        self._window.looking.check_all(0)

    @Slot(object)
    def follow(self, snapshot: Snapshot) -> None:
        """Asks for the next portion where nothing else does."""
        proof = proof_of(snapshot)
        if proof is None:
            return
        if proof.asked == self._asked and (proof.complete or proof.trouble):
            self._under_way = False
        first = proof.state == "checking" and proof.parameters <= _SMALL
        if (self._under_way or first) and not self._window.training.running:
            self._window.training.look()
