"""The document: the one experiment that is open, and its undo stack. Only here is an experiment replaced."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.experiment import Experiment

_MERGING_ID = 1


class _Change(QUndoCommand):
    """From one experiment to another. Changes with the same ``merge`` key become one entry."""

    def __init__(self, document: Document, after: Experiment, text: str, merge: str) -> None:
        super().__init__(text)
        self._document, self._before, self._after, self._merge = document, document.experiment, after, merge

    def redo(self) -> None:
        self._document._show(self._after)

    def undo(self) -> None:
        self._document._show(self._before)

    def id(self) -> int:
        return _MERGING_ID if self._merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802 - Qt's name
        if not isinstance(other, _Change) or other._merge != self._merge:
            return False
        self._after = other._after
        self.setObsolete(self._before == self._after)
        return True


class Document(QObject):
    """Holds the experiment; ``changed`` says that there is another one."""

    changed = Signal(object)

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._experiment = experiment
        self.undo_stack = QUndoStack(self)

    @property
    def experiment(self) -> Experiment:
        """What the user has chosen."""
        return self._experiment

    def change(self, experiment: Experiment, text: str, merge: str = "") -> None:
        """Replaces the experiment as one entry of the undo stack; ``text`` names it ("Batch size").

        Changes that follow one another with the same ``merge`` key, such as the notches of one drag,
        become a single entry. An experiment equal to the present one changes nothing.
        """
        if experiment != self._experiment:
            self.undo_stack.push(_Change(self, experiment, text, merge))

    def refuse(self, experiment: Experiment) -> None:
        """Takes back a change that the engine could not carry out, as if it had never been made."""
        if experiment == self._experiment and self.undo_stack.canUndo():
            command = self.undo_stack.command(self.undo_stack.index() - 1)
            if isinstance(command, QUndoCommand):
                command.setObsolete(True)
            self.undo_stack.undo()

    def _show(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self.changed.emit(experiment)
