"""The edits of a network that builder and diagram share: from one experiment to the next. No Qt."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.data.derived import Derived
from engine.experiment import MAX_LAYERS, Experiment, NetworkSpec
from engine.layers import LAYERS, Dense, Layer, Output, Weighted
from engine.snapshot import Snapshot
from engine.surgery import with_features


def insert_layer(experiment: Experiment, place: int, kind: str = "dense") -> Experiment:
    """A hidden layer of a kind at a place.

    A dense one is like its neighbour before it, or after it where there is none before, but never frozen.
    """
    layers = experiment.network.layers
    if len(layers) >= MAX_LAYERS:
        return experiment
    new = LAYERS[kind].model_validate({"kind": kind})
    dense = [layer for layer in (*layers[:place][::-1], *layers[place:]) if isinstance(layer, Dense)]
    if isinstance(new, Dense) and dense:
        new = dense[0].edited(trainable=True, frozen_units=(), frozen_weights=(), pruned_weights=())
    return experiment.with_layers((*layers[:place], new, *layers[place:]))


def place_in_gap(experiment: Experiment, gap: int) -> int:
    """The place of a new layer between two columns: in front of the one on the right, behind the stages there."""
    network = experiment.network
    return network.dense[gap] if gap < len(network.dense) else len(network.layers)


def remove_layer(experiment: Experiment, index: int) -> Experiment:
    """Without one hidden layer."""
    layers = experiment.network.layers
    return experiment.with_layers((*layers[:index], *layers[index + 1 :]))


def freeze_unit(experiment: Experiment, place: int, unit: int) -> Experiment:
    """Freezes a unit of the layer at a place (-1: the output), or lets it learn again."""
    return _with_or_without(experiment, place, "frozen_units", unit)


def freeze_weight(experiment: Experiment, layer: int, source: int, unit: int) -> Experiment:
    """Freezes a weight of a layer, counted as in the plan, or lets it learn again."""
    return _with_or_without(experiment, (*experiment.network.dense, -1)[layer], "frozen_weights", (source, unit))


def prune_weight(experiment: Experiment, layer: int, source: int, unit: int) -> Experiment:
    """Holds a weight of a layer, counted as in the plan, at zero, or lets it learn again."""
    return _with_or_without(experiment, (*experiment.network.dense, -1)[layer], "pruned_weights", (source, unit))


def _with_or_without(experiment: Experiment, place: int, name: str, member: Any) -> Experiment:
    """With one member more or less in a set of units or weights of a layer."""
    network = experiment.network
    layer = network.output if place < 0 else network.layers[place]
    if not isinstance(layer, Weighted):
        return experiment
    changed = layer.edited(**{name: tuple(sorted(set(getattr(layer, name)) ^ {member}))})
    if isinstance(changed, Output):
        return experiment.edited(network=network.edited(output=changed))
    assert isinstance(changed, Layer)
    return experiment.with_layers((*network.layers[:place], changed, *network.layers[place + 1 :]))


def busiest_unit(snapshot: Snapshot, layer: int) -> int:
    """The unit of a hidden layer with the most to do: the largest weights in and out. It is worth a second one."""
    into, out = snapshot.weights(layer), snapshot.weights(layer + 1)
    load = np.sqrt(np.square(into).sum(axis=0) * np.square(out).sum(axis=1))
    return int(np.nan_to_num(load).argmax())


def with_inputs(experiment: Experiment, names: tuple[str, ...], snapshot: Snapshot | None) -> Experiment:
    """The network reads these columns of the table, in the table's order, and features made from some; at least one.

    Features that are not named are no longer made.
    """
    if snapshot is None or not names:
        return experiment
    ordered = tuple(name for name in snapshot.data.columns if name in names)
    derived = tuple(feature for feature in experiment.data.derived if feature.name in names)
    return with_features(experiment, ordered, snapshot.data.names, derived)


def with_derived(experiment: Experiment, derived: tuple[Derived, ...], snapshot: Snapshot | None) -> Experiment:
    """The network reads these features made from columns, besides the columns it reads."""
    before = snapshot.data.names if snapshot is not None else None
    return with_features(experiment, experiment.data.features, before, derived)


def units_of(network: NetworkSpec, layer: int) -> int:
    """How many units a hidden layer has, counted as in the plan."""
    found = network.layers[network.dense[layer]]
    assert isinstance(found, Dense)
    return found.units


def layer_now(before: NetworkSpec, after: NetworkSpec, layer: int) -> int | None:
    """A hidden layer, counted as in the plan, after an edit; None when it is no longer there."""
    place = where_now(before.layers, after.layers, before.dense[layer])
    return after.dense.index(place) if place in after.dense else None


def where_now(before: tuple[Layer, ...], after: tuple[Layer, ...], index: int) -> int | None:
    """The place after an edit of the hidden layer that was at ``index``; None when it was removed.

    Layers are told apart by what surrounds them: those that stand unchanged in front keep their place, those
    behind are counted from the end, and when the number is the same a layer is found again by its settings.
    """
    front = 0
    while front < min(len(before), len(after)) and before[front] == after[front]:
        front += 1
    back = 0
    while back < min(len(before), len(after)) - front and before[-1 - back] == after[-1 - back]:
        back += 1
    if index < front:
        return index
    if index >= len(before) - back:
        return index + len(after) - len(before)
    if len(after) < len(before):
        return None
    if sorted(map(hash, before)) == sorted(map(hash, after)) and after.count(before[index]) == 1:
        return after.index(before[index])
    return index
