"""The document: the one experiment that is open, and its undo stack. Only here is an experiment replaced."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from engine.experiment import Experiment


@dataclass(frozen=True)
class Entry:
    """One edit: the experiments before and after it, what it is called, and what it merges with."""

    before: Experiment
    after: Experiment
    text: str
    merge: str


class UndoStack(QObject):
    """The edits made, and those taken back. ``changed`` when there is another edit to undo or redo.

    An experiment is an immutable value, so an edit is a pair of them and undoing shows the first. (Qt's own
    undo stack deletes merged and refused commands under Python's feet, which ends in a crash.)
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._index = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def index(self) -> int:
        """How many edits are in force; those after it were taken back."""
        return self._index

    @property
    def undo_text(self) -> str:
        """What would be undone, "" for nothing."""
        return self._entries[self._index - 1].text if self._index else ""

    @property
    def redo_text(self) -> str:
        """What would be made again, "" for nothing."""
        return self._entries[self._index].text if self._index < len(self._entries) else ""

    def push(self, entry: Entry) -> None:
        """Adds an edit after those in force; the ones taken back are gone. Edits of one gesture become one."""
        del self._entries[self._index :]
        last = self._entries[-1] if self._entries else None
        if last is not None and entry.merge and last.merge == entry.merge:
            self._entries.pop()
            entry = Entry(last.before, entry.after, entry.text, entry.merge)
        if entry.before != entry.after:
            self._entries.append(entry)
        self._moved(len(self._entries))

    def clear(self) -> None:
        """Forgets all edits; the experiment stays."""
        self._entries.clear()
        self._moved(0)

    def step_back(self) -> Experiment | None:
        """The experiment before the last edit in force, or None when there is none."""
        if not self._index:
            return None
        self._moved(self._index - 1)
        return self._entries[self._index].before

    def step_forward(self) -> Experiment | None:
        """The experiment after the first edit taken back, or None when there is none."""
        if self._index == len(self._entries):
            return None
        self._moved(self._index + 1)
        return self._entries[self._index - 1].after

    def drop(self) -> Experiment | None:
        """Like ``step_back``, but the edit cannot be made again."""
        before = self.step_back()
        if before is not None:
            del self._entries[self._index]
            self.changed.emit()
        return before

    def _moved(self, index: int) -> None:
        self._index = index
        self.changed.emit()


class Document(QObject):
    """Holds the experiment; ``changed`` says that there is another one."""

    changed = Signal(object)

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._experiment = experiment
        self.undo_stack = UndoStack(self)

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
            self.undo_stack.push(Entry(self._experiment, experiment, text, merge))
            self._show(experiment)

    def undo(self) -> None:
        """Takes back the last edit, if there is one."""
        self._show(self.undo_stack.step_back())

    def redo(self) -> None:
        """Makes again what was taken back last, if there is something."""
        self._show(self.undo_stack.step_forward())

    def refuse(self, experiment: Experiment) -> None:
        """Takes back an edit that the engine could not carry out, as if it had never been made."""
        if experiment == self._experiment:
            self._show(self.undo_stack.drop())

    def _show(self, experiment: Experiment | None) -> None:
        if experiment is not None:
            self._experiment = experiment
            self.changed.emit(experiment)
