"""The document: the one experiment that is open, and its undo stack. Only here is an experiment replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from engine.checkpoint import Checkpoint
from engine.experiment import Experiment
from engine.surgery import Operation
from gui.amounts import counted
from gui.text import tr

# Numbers of instants, the younger the larger; 0 is none.
_moments = count(1)
# Tells one instant of the document from all others: the edit that it is behind, and how far that has trained.
Mark = tuple[int, int | None]


@dataclass(frozen=True)
class Change:
    """What the training thread is to do: take over an experiment, or go back to a kept instant.

    ``operation`` is what led to the experiment when it was an edit of the numbers; ``fresh`` begins anew.
    ``keep``: the number under which the instant before is kept; ``back_to``: the one to go back to; 0: none.
    Changes with the same ``merge`` key that have not been carried out yet may become the last of them.
    ``edit``: the number of the instant before the entry that this is about; ``undoes``: the entry is taken back.
    ``start``: an instant of another run that is gone on with, such as one from a file.
    """

    experiment: Experiment
    operation: Operation | None = None
    keep: int = 0
    back_to: int = 0
    fresh: bool = False
    merge: str = ""
    edit: int = 0
    undoes: bool = False
    start: Checkpoint | None = None

    @property
    def begins_elsewhere(self) -> bool:
        """Whether it leads to another instant of the run: what was still asked for at the present one is void."""
        return self.fresh or self.start is not None or (self.back_to > 0 and not self.merge)

    def after(self, earlier: Change) -> Change | None:
        """This change in one with an earlier one that has not been carried out; None where both are needed."""
        same_kind = type(self.operation) is type(earlier.operation)
        if self.merge and self.merge == earlier.merge and not self.keep and same_kind:
            # The instant before the gesture is the present one as long as nothing of it was carried out.
            return replace(self, keep=earlier.keep, back_to=0 if self.back_to == earlier.keep else self.back_to)
        return None


@dataclass(frozen=True)
class Entry:
    """One edit, or one stretch of training (``steps`` of it): the experiments before and after, and what it is called.

    ``back`` and ``ahead`` are the numbers of the instants before it and, once it was undone, after it, which is the
    one before the next entry if there is one. Edits that follow one another with the same ``merge`` key are one.
    ``with_numbers``: it has changed more than the experiment, or something was trained within it. ``made`` is a number
    of its own; an edit that goes on with another one gets a new one.
    """

    before: Experiment
    after: Experiment
    text: str
    merge: str = ""
    steps: int | None = None
    with_numbers: bool = False
    back: int = field(default_factory=lambda: next(_moments))
    ahead: int = 0
    made: int = field(default_factory=lambda: next(_moments))

    @property
    def mark(self) -> Mark:
        """Which instant it ends with."""
        return self.made, self.steps

    @property
    def changes_nothing(self) -> bool:
        """Whether it ends where it began; training and edits of the numbers never do."""
        return self.before == self.after and self.steps is None and not self.with_numbers


class UndoStack(QObject):
    """The edits made, and those taken back. ``changed`` when there is another one to undo or redo.

    An experiment is an immutable value, so an edit is a pair of them, and undoing shows the first. What was
    learned is kept by the training thread, under the numbers in the entries. (Qt's own undo stack deletes merged
    and refused commands under Python's feet, which ends in a crash.)
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._index = 0
        self._first: Mark = (0, None)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    @property
    def index(self) -> int:
        """How many edits are in force; those after it were taken back."""
        return self._index

    @property
    def mark(self) -> Mark:
        """Which instant is the present one."""
        return self._entries[self._index - 1].mark if self._index else self._first

    @property
    def undo_text(self) -> str:
        """What would be undone, "" for nothing."""
        return self._entries[self._index - 1].text if self._index else ""

    @property
    def redo_text(self) -> str:
        """What would be made again, "" for nothing."""
        return self._entries[self._index].text if self._index < len(self._entries) else ""

    def push(self, entry: Entry) -> Entry:
        """Adds an edit after those in force; the ones taken back are gone. Edits of one gesture become one.

        Returns the entry as it is now: with another instant before it when it goes on with the last one.
        """
        del self._entries[self._index :]
        first = self._begun_by(entry)
        if first is not None:
            self._entries.pop()
            with_numbers = entry.with_numbers or first.with_numbers
            entry = replace(entry, before=first.before, back=first.back, with_numbers=with_numbers)
        if not entry.changes_nothing:
            self._entries.append(entry)
        self._moved(len(self._entries))
        return entry

    def _begun_by(self, entry: Entry) -> Entry | None:
        """The entry that this one goes on with, if there is one; what was trained in between belongs to the gesture."""
        if not entry.merge:
            return None
        if len(self._entries) > 1 and self._entries[-1].steps is not None and self._entries[-2].merge == entry.merge:
            self._entries.pop()
            self._entries[-1] = replace(self._entries[-1], with_numbers=True)
        return self._entries[-1] if self._entries and self._entries[-1].merge == entry.merge else None

    def clear(self) -> None:
        """Forgets all edits; the experiment stays."""
        self._first = self.mark
        self._entries.clear()
        self._moved(0)

    def begin(self) -> None:
        """Forgets all edits; another document begins."""
        self._first = (next(_moments), None)
        self._entries = []
        self._moved(0)

    def copy_of(self) -> UndoStack:
        """The same edits, for ``take_over``."""
        kept = UndoStack()
        kept.take_over(self)
        return kept

    def take_over(self, other: UndoStack) -> None:
        """Has the same edits as another one from now on."""
        self._entries, self._first = list(other), other._first
        self._moved(other.index)

    def step_back(self) -> Entry | None:
        """The last edit in force, which is so no more; None when there is none. It knows where ``ahead`` is."""
        if not self._index:
            return None
        entry = self._entries[self._index - 1]
        following = self._entries[self._index].back if self._index < len(self._entries) else 0
        self._entries[self._index - 1] = replace(entry, ahead=following or entry.ahead or next(_moments))
        self._moved(self._index - 1)
        return self._entries[self._index]

    def step_forward(self) -> Entry | None:
        """The first edit taken back, which is in force again; None when there is none."""
        if self._index == len(self._entries):
            return None
        self._moved(self._index + 1)
        return self._entries[self._index - 1]

    def find(self, back: int) -> int | None:
        """Where the entry stands whose instant before has a number, if it is there."""
        return next((i for i, entry in enumerate(self._entries) if entry.back == back), None)

    def rename(self, at: int, steps: int, text: str, said: bool) -> None:
        """A stretch of training has come further; ``said``: ``changed`` is emitted."""
        self._entries[at] = replace(self._entries[at], steps=steps, text=text)
        if said:
            self.changed.emit()

    def drop(self, at: int) -> None:
        """Forgets one entry, as if it had never been made."""
        del self._entries[at]
        self._moved(self._index - (at < self._index))

    def stay(self, index: int) -> None:
        """So many edits are in force."""
        self._moved(index)

    def cut(self, at: int) -> None:
        """Forgets an entry and all after it."""
        del self._entries[at:]
        self._moved(min(self._index, at))

    def forget_before(self, oldest: int) -> None:
        """Forgets what cannot be undone or made again exactly, because the instants are kept no longer."""
        lost = (i for i in range(self._index, len(self._entries)) if self._entries[i].ahead < oldest)
        last = next(lost, len(self._entries))
        gone = sum(entry.back < oldest for entry in self._entries[: self._index])
        if gone:
            self._first = self._entries[gone - 1].mark
        if gone or last < len(self._entries):
            self._entries = self._entries[gone:last]
            self._moved(self._index - gone)

    def _moved(self, index: int) -> None:
        self._index = index
        self.changed.emit()


@dataclass(frozen=True)
class Place:
    """Where a document is kept: the file, None before the first save, and the instant that is in it, None for none.

    ``name`` is what it is called as long as it has no file, "" for the name of its data; ``stamp`` tells the file, as
    it was read or written last, from other states of it.
    """

    path: Path | None = None
    saved: Mark | None = (0, None)
    name: str = ""
    stamp: tuple[int, int] | None = None


class Document(QObject):
    """Holds the experiment; ``changed`` says that there is another one, ``applied`` what the training is to do.

    ``place`` is where it is kept; ``placed`` says that it is kept elsewhere, or saved.
    """

    changed = Signal(object)
    applied = Signal(object)
    placed = Signal()

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._experiment = experiment
        self.undo_stack = UndoStack(self)
        self.place = Place()
        self._former: tuple[Experiment, UndoStack, Place] | None = None

    @property
    def experiment(self) -> Experiment:
        """What the user has chosen."""
        return self._experiment

    @property
    def unsaved(self) -> bool:
        """Whether the present instant is another one than that in the file, or that it began with."""
        return self.undo_stack.mark != self.place.saved

    def begin(self, start: Checkpoint, place: Place, saved: bool = True) -> None:
        """Another document, from an instant of a run; there is nothing to undo. ``saved``: nothing would be lost."""
        self._former = self._experiment, self.undo_stack.copy_of(), self.place
        self.undo_stack.begin()
        self.put(replace(place, saved=self.undo_stack.mark if saved else None))
        self._show(Change(start.experiment, start=start))

    def put(self, place: Place) -> None:
        """It is kept somewhere else, or another instant of it is in the file."""
        self.place = place
        self.placed.emit()

    def change(self, experiment: Experiment, text: str, merge: str = "", fresh: bool = False) -> None:
        """Replaces the experiment as one entry of the undo stack; ``text`` names it ("Batch size").

        Changes that follow one another with the same ``merge`` key, such as the notches of one drag,
        become a single entry. An experiment equal to the present one changes nothing. ``fresh``: and begins anew.
        """
        if experiment != self._experiment or fresh:
            self._push(Entry(self._experiment, experiment, text, merge, with_numbers=fresh), fresh=fresh)

    def operate(self, operation: Operation, text: str, merge: str = "") -> None:
        """Makes an edit of the numbers as one entry of the undo stack; the experiment may change with it.

        Raises ``ValueError`` with a sentence where it cannot be done.
        """
        after = operation.after(self._experiment)
        self._push(Entry(self._experiment, after, text, merge, with_numbers=True), operation)

    def _push(self, entry: Entry, operation: Operation | None = None, fresh: bool = False) -> None:
        whole = self.undo_stack.push(entry)
        keep = whole.back if whole.back == entry.back else 0
        # A gesture counts from where it began, so that nothing is lost on the way: 8 units, 7 units, 8 units.
        returns = not whole.with_numbers and (whole.changes_nothing or _decides(entry.before) != _decides(entry.after))
        back_to = whole.back if returns and not keep else 0
        self._show(Change(entry.after, operation, keep, back_to, fresh, entry.merge, edit=whole.back))

    def show_run(self, moment: int, steps: int, over: bool) -> None:
        """A stretch of training, that began at the instant with this number, has come so far.

        It is an entry like an edit, from its beginning on; one without a step leaves none.
        """
        stack, at = self.undo_stack, self.undo_stack.find(moment)
        text = counted(steps, tr("trained 1 step"), tr("trained {0} steps")) if steps else tr("training")
        if at is None and not over:
            stack.push(Entry(self._experiment, self._experiment, text, steps=steps, back=moment))
        elif at is not None and over and not steps:
            stack.drop(at)
        elif at is not None:
            stack.rename(at, steps, text, said=over)

    def undo(self) -> None:
        """Takes back the last edit or stretch of training, if there is one."""
        entry = self.undo_stack.step_back()
        if entry is not None:
            self._show(Change(entry.before, keep=entry.ahead, back_to=entry.back, edit=entry.back, undoes=True))

    def redo(self) -> None:
        """Makes again what was taken back last, if there is something."""
        entry = self.undo_stack.step_forward()
        if entry is not None:
            self._show(Change(entry.after, back_to=entry.ahead, edit=entry.back))

    @Slot(object)
    def refuse(self, change: Change) -> None:
        """What the training could not carry out is as if it had never been asked for, and what came after it too.

        Nothing after it has been carried out, and nothing is waiting.
        """
        stack = self.undo_stack
        if change.start is not None and self._former is not None:
            experiment, before, place = self._former
            stack.take_over(before)
            self.put(place)
            self._show(Change(experiment))
            return
        at = stack.find(change.edit)
        if at is None:
            # Of an entry forgotten since; what was asked for after it is still to be done.
            if change.edit and change.experiment != self._experiment:
                self._show(Change(self._experiment))
            return
        entries = list(stack)
        if change.undoes:
            # It could not be left, and so it is still in force.
            stack.stay(at + 1)
            self._show(Change(entries[at].after))
            return
        stack.cut(at)
        there = entries[stack.index]
        self._show(Change(there.before, back_to=there.back))

    def _show(self, change: Change) -> None:
        self._experiment = change.experiment
        self.changed.emit(change.experiment)
        self.applied.emit(change)


def _decides(experiment: Experiment) -> tuple[object, ...]:
    """What of an experiment decides which numbers a network has; the rest can change without a loss."""
    training = experiment.training
    return experiment.data, experiment.network, training.seed, training.optimizer.kind


def next_moment() -> int:
    """The number of one more instant to come back to."""
    return next(_moments)
