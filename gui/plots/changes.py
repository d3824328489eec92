"""What was changed of a run while it trained, in words. No Qt but for translation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.experiment import Experiment
from engine.lineage import Edit, Event, Lineage, Place
from engine.spec import Spec
from gui.selection import layer_name
from gui.text import in_a_sentence, readable, tr

# By the names of engine.lineage.OPERATIONS; {0} is the layer.
OPERATIONS = {
    "set_weight": "set a weight of {0}",
    "set_bias": "set a bias of {0}",
    "initialise_layer": "initialised {0} again",
    "add_unit": "added a unit to {0}",
    "split_unit": "split a unit of {0}",
    "remove_unit": "removed a unit of {0}",
    "insert_identity": "added a layer",
    "duplicate_layer": "duplicated {0}",
    "move_layer": "moved a layer",
}
# Fields that are no settings with a label of their own.
PARTS = {
    "layers": "hidden layers",
    "features": "inputs",
    "derived": "features made from columns",
    "points": "the points drawn",
    "table": "the table",
    "frozen_units": "frozen units",
    "frozen_weights": "frozen weights",
    "pruned_weights": "weights held at zero",
}


@dataclass(frozen=True)
class Change:
    """One change: what was changed, when so many steps were done, and what it was before and after, in words."""

    step: int
    what: str
    before: str = ""
    after: str = ""

    @property
    def words(self) -> str:
        """All of it but the step: "learning rate 0.01 → 0.003", "added a unit to hidden 1"."""
        return f"{self.what} {self.before} → {self.after}" if self.after else self.what


class Changes:
    """The changes of a lineage; when it grows, only what is new is looked at."""

    def __init__(self) -> None:
        self._lineage: Lineage | None = None
        self._experiment: Experiment | None = None
        self._found: dict[tuple[int, str], Change] = {}

    def of(self, lineage: Lineage | None) -> tuple[Change, ...]:
        """What was changed after the first step, in order; a setting changed twice at a step counts once."""
        if lineage is None:
            return ()
        for written in self._new_events(lineage):
            if self._experiment is not None:
                self._read(written, self._experiment)
        self._lineage = lineage
        return tuple(self._found.values())

    def _read(self, written: dict[str, Any], before: Experiment) -> None:
        """Adds what an event has changed. A file may hold what cannot be followed: then that is said, and no more."""
        try:
            event = Event.of(written)
            self._experiment = _after(event, before)
        except ValueError:
            self._experiment = None
            self._add(Change(max((step for step, _ in self._found), default=0), tr("what was changed cannot be read")))
            return
        if event.is_change and event.step > 0:
            for change in _changes(event, before, self._experiment):
                self._add(change)

    def _new_events(self, lineage: Lineage) -> Sequence[dict[str, Any]]:
        """Those that were not there before; all, from the beginning, when it is not the same run that has gone on."""
        known = () if self._lineage is None else self._lineage.events
        same = self._lineage is not None and self._lineage.first == lineage.first
        same = same and len(known) <= len(lineage.events)
        if not same or any(a is not b for a, b in zip(known, lineage.events, strict=False)):
            known, self._found, self._experiment = (), {}, _first(lineage)
        return lineage.events[len(known) :]

    def _add(self, change: Change) -> None:
        key = change.step, change.what
        first = self._found.pop(key, change)
        merged = Change(change.step, change.what, first.before, change.after)
        if not merged.after or merged.before != merged.after:
            self._found[key] = merged


def _first(lineage: Lineage) -> Experiment | None:
    """With what a run began, None where that cannot be read."""
    try:
        return lineage.experiment
    except ValueError:
        return None


def _after(event: Event, before: Experiment) -> Experiment:
    if event.kind == "operate":
        return event.made_operation().after(before)
    return event.experiment_after(before) if event.edits else before


def _changes(event: Event, before: Experiment, after: Experiment) -> Iterator[Change]:
    if event.kind == "operate":
        layer = (event.settings or {}).get("layer", -1)
        dense = (*before.network.dense, -1)
        name = layer_name(before.network, dense[layer] if layer < len(dense) else -1)
        yield Change(event.step, tr(OPERATIONS[event.operation]).format(name))
        return
    places = [place for place, _ in event.edits]
    for edit in event.edits:
        # The settings of another optimizer come with it.
        if not any(list(place) == [*edit[0][:-1], "kind"] for place in places) or edit[0][-1] == "kind":
            yield _change(event.step, edit, before, after)


def _change(step: int, edit: Edit, before: Experiment, after: Experiment) -> Change:
    """An edit of a description in the words of its setting's label."""
    place = edit[0]
    owner, name = _owner(before, place), str(place[-1])
    setting = type(owner).settings().get(name) if isinstance(owner, Spec) else None
    where = _layer(before, place)
    old, new = _value(before, place), _value(after, place)
    if setting is not None:
        choices = dict(setting.choices()) if setting.choices is not None else {}
        what = in_a_sentence(tr(setting.label))
        return Change(step, f"{where}{what}", _in_words(old, choices), _in_words(new, choices))
    if name == "kind":
        what = str(place[-2]).replace("_", " ").capitalize()
        return Change(step, in_a_sentence(tr(what)), tr(_owner(before, place).label), tr(_owner(after, place).label))
    if isinstance(new, Spec) and hasattr(new, "label"):
        what = name.replace("_", " ").capitalize()
        return Change(step, in_a_sentence(tr(what)), tr(old.label), tr(new.label))
    if name not in PARTS:
        return Change(step, f"{where}{in_a_sentence(tr(name.replace('_', ' ').capitalize()))}")
    counts = ("", "") if not isinstance(new, tuple) or not isinstance(old, tuple) else (f"{len(old)}", f"{len(new)}")
    same = counts[0] == counts[1]
    return Change(step, f"{where}{tr(PARTS[name])}", *(("", "") if same else counts))


def _owner(experiment: Experiment, place: Place) -> Any:
    found: Any = experiment
    for part in place[:-1]:
        found = found[part] if isinstance(part, int) else getattr(found, part)
    return found


def _value(experiment: Experiment, place: Place) -> Any:
    owner, last = _owner(experiment, place), place[-1]
    return owner[last] if isinstance(last, int) else getattr(owner, last, None)


def _layer(experiment: Experiment, place: Place) -> str:
    """In which layer a place is: "hidden 1: ", or nothing."""
    if place[0] != "network" or len(place) < 3:
        return ""
    index = place[2]
    return f"{layer_name(experiment.network, index if isinstance(index, int) else -1)}: "


def _in_words(value: Any, choices: dict[str, str]) -> str:
    if value in choices:
        return tr(choices[value])
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    return readable(value) if isinstance(value, int | float) else f"{value}"
