"""The Lineage of a run: with what it began and what was changed while it trained, so that it can be repeated.

Everything in it is JSON, so that it can be kept with the state of a run. An event is done again when the same number
of steps is done; what it changes of the experiment is said as places and values, relative to the experiment then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, is_dataclass, replace
from typing import Any

from engine.experiment import Experiment
from engine.layer_surgery import DuplicateLayer, InsertIdentity, MoveLayer
from engine.operation import Operation
from engine.unit_surgery import AddUnit, InitialiseLayer, RemoveUnit, SetBias, SetWeight, SplitUnit

# More than this is not kept, in characters of JSON; a change of one setting takes about a hundred.
_MOST_CHARACTERS = 2_000_000
# By the names they have in files, which never change once released.
OPERATIONS: dict[str, type[Operation]] = {
    "set_weight": SetWeight,
    "set_bias": SetBias,
    "initialise_layer": InitialiseLayer,
    "add_unit": AddUnit,
    "split_unit": SplitUnit,
    "remove_unit": RemoveUnit,
    "insert_identity": InsertIdentity,
    "duplicate_layer": DuplicateLayer,
    "move_layer": MoveLayer,
}
_NAMES = {cls: name for name, cls in OPERATIONS.items()}
# What somebody does to a run; otherwise it ends, or runs away, by itself.
_CHANGES = ("reconfigure", "adopt", "operate")
# A place in an experiment written as JSON, and what stands there.
Place = Sequence[str | int]
Edit = tuple[Place, Any]


class LineageError(ValueError):
    """A record of changes that cannot be followed; the message says why."""


@dataclass(frozen=True)
class Event:
    """What happened to a run when ``step`` steps were done.

    ``kind`` is "reconfigure" or "adopt", then ``edits`` are made to the experiment; "operate", then ``operation`` is
    the name of one and ``settings`` are its fields; "end", for the reason ``reason``; or "diverge".
    """

    step: int
    kind: str
    edits: tuple[Edit, ...] = ()
    operation: str = ""
    settings: dict[str, Any] | None = None
    reason: str = ""

    @property
    def is_change(self) -> bool:
        """Whether somebody has changed the run while it trained."""
        return self.kind in _CHANGES and not (self.kind == "reconfigure" and self.step == 0)

    def experiment_after(self, before: Experiment) -> Experiment:
        """The experiment that is taken over. Raises ``LineageError`` where the edits do not fit the one before."""
        tree = before.model_dump(mode="json")
        for place, value in self.edits:
            _put(tree, place, value)
        return Experiment.model_validate(tree)

    def made_operation(self) -> Operation:
        """The edit of the numbers. Raises ``LineageError`` where there is none of that name and with those fields."""
        if self.operation not in OPERATIONS:
            raise LineageError(f"there is no edit of the numbers called '{self.operation}'")
        try:
            return OPERATIONS[self.operation](**(self.settings or {}))
        except TypeError as error:
            raise LineageError(f"'{self.operation}' cannot be done again: {error}") from None

    def as_json(self) -> dict[str, Any]:
        """What there is to say of it."""
        said = {name: value for name, value in asdict(self).items() if value not in ((), "", None)}
        if self.edits:
            said["edits"] = [[list(place), value] for place, value in self.edits]
        return said

    @classmethod
    def of(cls, written: dict[str, Any]) -> Event:
        """An event from ``as_json``. Raises ``LineageError`` with a sentence for anything else."""
        try:
            edits = tuple((tuple(place), value) for place, value in written.get("edits", ()))
            event = cls(**{**written, "edits": edits})
        except (TypeError, ValueError, AttributeError):
            raise LineageError("a change is recorded in a way that cannot be read") from None
        if event.kind not in (*_CHANGES, "end", "diverge") or not isinstance(event.step, int):
            raise LineageError(f"there is no change of the kind '{event.kind}'")
        return event


@dataclass(frozen=True)
class Lineage:
    """``first`` is the experiment the run began with, ``events`` what happened since, in order, all as JSON.

    ``lost`` says why the events are not all there, "" when they are. ``size`` is that of the events, in characters.
    """

    first: dict[str, Any]
    events: tuple[dict[str, Any], ...] = ()
    lost: str = ""
    size: int = 0

    @classmethod
    def begun(cls, experiment: Experiment, lost: str = "") -> Lineage:
        """That of a run that begins."""
        return cls(experiment.model_dump(mode="json"), lost=lost)

    @property
    def experiment(self) -> Experiment:
        """What the run began with. Raises ``ValidationError`` (a ``ValueError``) when it is none."""
        return Experiment.model_validate(self.first)

    def reconfigured(
        self, step: int, before: Experiment, after: Experiment, *, kind: str = "reconfigure", pristine: bool = False
    ) -> Lineage:
        """With an experiment taken over; ``pristine``: before anything was done, when what was tried does not count."""
        old, base = before.model_dump(mode="json"), self
        if pristine and all(event["kind"] == "reconfigure" for event in self.events):
            old, base = self.first, Lineage(self.first, lost=self.lost)
        edits = tuple(_edits((), old, after.model_dump(mode="json")))
        return base._with(Event(step, kind, edits)) if edits or kind != "reconfigure" else base

    def operated(self, step: int, operation: Operation) -> Lineage:
        """With an edit of the numbers."""
        name = _NAMES.get(type(operation))
        if name is None or not is_dataclass(operation):
            return Lineage(self.first, lost=f"{type(operation).__name__} is not recorded")
        return self._with(Event(step, "operate", operation=name, settings=asdict(operation)))

    def ended(self, step: int, reason: str) -> Lineage:
        """With an end that does not follow from the numbers, such as the time that is up."""
        return self._with(Event(step, "end", reason=reason))

    def diverged(self, step: int) -> Lineage:
        """With an attempt at one more step, after which nothing was updated."""
        return self._with(Event(step, "diverge"))

    def _with(self, event: Event) -> Lineage:
        if self.lost:
            return self
        written = event.as_json()
        size = self.size + len(json.dumps(written))
        if size > _MOST_CHARACTERS:
            return Lineage(self.first, lost="it was changed more often than is recorded")
        return replace(self, events=(*self.events, written), size=size)

    def as_json(self) -> dict[str, Any]:
        """All of it, for ``of``."""
        return vars(self).copy()

    @classmethod
    def of(cls, written: dict[str, Any]) -> Lineage:
        """The lineage from ``as_json``; what the events say is looked at when they are repeated.

        Raises ``LineageError`` for what is none.
        """
        try:
            return cls(**{**written, "events": tuple(written["events"])})
        except (TypeError, KeyError):
            raise LineageError("what was changed while it trained is not recorded as it should be") from None


def _edits(place: tuple[str | int, ...], before: Any, after: Any) -> Iterator[Edit]:
    """Where two JSON values differ, and what stands there afterwards; parts with other keys or lengths as a whole."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        for key in before:
            yield from _edits((*place, key), before[key], after[key])
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from _edits((*place, index), *pair)
    elif type(before) is not type(after) or before != after:
        yield place, after


def _put(tree: Any, place: Place, value: Any) -> None:
    """Puts a value at a place of a JSON value. Raises ``LineageError`` where there is no such place."""
    *way, last = place
    try:
        for step in way:
            tree = tree[step]
        tree[last] = value
    except (LookupError, TypeError):
        raise LineageError("a change is recorded at a place that the experiment does not have") from None
