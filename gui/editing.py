"""Editing: every change of the experiment or of the numbers goes through here, and every refusal is said."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from engine.experiment import Experiment
from engine.snapshot import Failure, Snapshot
from engine.surgery import Operation, RemoveUnit
from gui.banner import Banner
from gui.document import Document
from gui.text import tr
from gui.training import Training


class Editing(QObject):
    """Takes wishes to the document, and what came of them to the banner.

    ``keeps_learned``: changes of the network leave its function as it is where they can.
    """

    def __init__(
        self, document: Document, training: Training, banner: Banner, tell: Callable[[str], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document, self._training, self._banner, self._tell = document, training, banner, tell
        self.keeps_learned = True
        self._generation = -1

    @property
    def keeps(self) -> bool:
        """Whether the next change of the network keeps its function: there must be something to keep."""
        snapshot = self._training.snapshot
        return self.keeps_learned and snapshot is not None and not snapshot.pristine

    @Slot(object, str, str)
    def change(self, experiment: Experiment, text: str, merge: str = "") -> None:
        """Another experiment, as one entry of the undo stack."""
        self._document.change(experiment, text, merge)

    def operate(self, operation: Operation, text: str, merge: str = "") -> bool:
        """An edit of the numbers, as one entry of the undo stack; says so, and why, when it cannot be done."""
        try:
            self._document.operate(operation, text, merge)
        except ValueError as refused:
            self._say(str(refused))
            return False
        return True

    def _say(self, message: str, details: str = "") -> None:
        end = "" if message.endswith(".") else "."
        words = f"{message[:1].upper()}{message[1:]}{end}"
        # Said until the next edit; taking the refused one back was none.
        self._banner.say(words, details=details, generation=self._training.generation)

    @Slot(object)
    def show_failure(self, failure: Failure) -> None:
        """Says what could not be done, and takes back the edit that asked for it."""
        if failure.refused is not None:
            self._document.refuse(failure.refused, failure.moment)
        self._say(failure.message, failure.details)

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """What an edit has to tell, and the second half of one that had to be measured first."""
        self._document.undo_stack.forget_before(snapshot.oldest_moment)
        if snapshot.said and snapshot.generation != self._generation:
            self._tell(snapshot.said)
        self._generation = snapshot.generation
        if snapshot.least_important is not None:
            layer, unit = snapshot.least_important
            words = tr("Remove unit {0} of {1}").format(unit + 1, snapshot.plan.layers[layer].name)
            self.operate(RemoveUnit(layer, unit), words)
