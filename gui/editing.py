"""Editing: every change of the experiment or of the numbers goes through here, and every refusal is said."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from engine.experiment import Experiment, TrainingSpec
from engine.snapshot import Failure, Snapshot
from engine.surgery import Operation, RemoveUnit
from gui import edits
from gui.banner import Banner
from gui.document import Change, Document
from gui.selection import name_in_plan
from gui.text import as_sentence, tr
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
        # Hidden layers, as in the plan, that are each to lose the unit that matters least, one after the other.
        self._losing: list[int] = []
        self._network = document.experiment.network

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
        # Said until the next edit; taking the refused one back was none.
        self._banner.say(as_sentence(message), details=details, generation=self._training.generation)

    @Slot(object)
    def show_failure(self, failure: Failure) -> None:
        """Says what could not be done; the edit that asked for it is taken back already."""
        self._losing.clear()
        self._say(failure.message, failure.details)

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """What an edit has to tell, and the second half of one that had to be measured first."""
        self._document.undo_stack.forget_before(snapshot.oldest_moment)
        if snapshot.said and snapshot.generation != self._generation:
            self._tell(snapshot.said)
        self._generation = snapshot.generation
        if snapshot.least_important is not None and snapshot.least_important[0] in self._losing[:1]:
            layer, unit = snapshot.least_important
            self._losing.pop(0)
            words = tr("Remove unit {0} of {1}").format(unit + 1, name_in_plan(snapshot.plan.layers[layer]))
            self.operate(RemoveUnit(layer, unit), words)

    # -- when a run is over ----------------------------------------------------------------------

    def train(self, begin: Callable[[], None]) -> None:
        """Begins, or offers as many epochs again where all are done: nothing would happen otherwise."""
        snapshot = self._training.snapshot
        if snapshot is None or not snapshot.finished or snapshot.stopped or not self._training.settled:
            begin()
            return
        # Epochs may have been lowered since.
        epochs = snapshot.epoch
        words = tr("The run is over at epoch {0}. Reset (Ctrl+R) begins anew.").format(f"{epochs:,}")
        allowed = TrainingSpec.settings()["epochs"].accepts(2 * epochs)
        more = tr("Train to epoch {0}").format(f"{2 * epochs:,}") if allowed else ""
        self._banner.say(words, more, generation=snapshot.generation, fault=False, does=self._train_on)

    def _train_on(self) -> None:
        """As many epochs again, as an edit like any other, and at once."""
        snapshot = self._training.snapshot
        if snapshot is not None:
            epochs = 2 * snapshot.epoch
            self.change(self._document.experiment.with_value("training.epochs", epochs), tr("Epochs"))
            self._training.set_running(True)

    # -- units that have to be found first -------------------------------------------------------

    def lose_unit(self, layer: int) -> None:
        """A hidden layer, as in the plan, loses the unit that matters least, once all else is done."""
        self._losing.append(layer)
        if len(self._losing) == 1:
            self._find_unit()

    def forget_last(self) -> bool:
        """What was asked for last is not done, if it is not begun; says whether there was anything."""
        if self._losing:
            self._losing.pop()
            self._find_unit()
            return True
        return self._training.forget_last()

    def forget_waiting(self) -> None:
        """Nothing that was asked for and not begun is done."""
        while self.forget_last():
            pass

    @Slot(object)
    def follow(self, change: Change) -> None:
        """A layer that is to lose a unit may stand at another place after an edit, and what was found is void."""
        before, after = self._network, change.experiment.network
        self._network = after
        if change.begins_elsewhere:
            self._losing.clear()
        moved = (edits.layer_now(before, after, layer) for layer in self._losing)
        self._losing = [layer for layer in moved if layer is not None]
        self._find_unit()

    def _find_unit(self) -> None:
        """Asks for the first unit that is to be found, if there is one."""
        first = self._losing[0] if self._losing else None
        if first is not None and edits.units_of(self._network, first) == 1:
            self._losing.clear()
            first = None
            self._banner.say(tr("A layer needs at least one unit; remove the layer instead."), fault=False)
        self._training.weigh(first)
