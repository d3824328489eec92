"""Proving: has all gradients checked at once, in small portions, while the window stays awake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from engine.snapshot import Snapshot
from gui.plots.proof import ProofView
from gui.plots.verdicts import proof_of

if TYPE_CHECKING:
    from gui.window import Window


class Proving(QObject):
    """Asks the training thread for a fresh check of all parameters, portion after portion until it is done.

    While the network trains, the portions come in their turn, as ever; otherwise one follows the other.
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
        if not self._under_way or proof is None or proof.asked != self._asked:
            return
        if proof.complete or proof.trouble:
            self._under_way = False
        elif not self._window.training.running:
            self._window.training.look()
