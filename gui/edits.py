"""The edits of a network that builder and diagram share: from one experiment to the next. No Qt."""

from __future__ import annotations

from engine.experiment import MAX_LAYERS, Dense, Experiment


def insert_layer(experiment: Experiment, position: int) -> Experiment:
    """A hidden layer at a position, like its neighbour before it, or after it where there is none before."""
    layers = experiment.network.layers
    if len(layers) >= MAX_LAYERS:
        return experiment
    like = layers[max(position - 1, 0)] if layers else Dense()
    return experiment.with_layers((*layers[:position], like, *layers[position:]))


def remove_layer(experiment: Experiment, index: int) -> Experiment:
    """Without one hidden layer."""
    layers = experiment.network.layers
    return experiment.with_layers((*layers[:index], *layers[index + 1 :]))


def move_layer(experiment: Experiment, index: int, to: int) -> Experiment:
    """One hidden layer at another place; the others keep their order."""
    layers = list(experiment.network.layers)
    layer = layers.pop(index)
    layers.insert(to, layer)
    return experiment.with_layers(tuple(layers))


def change_units(experiment: Experiment, index: int, by: int) -> Experiment:
    """More or fewer units in one hidden layer, within the bounds."""
    bounds = Dense.settings()["units"]
    assert bounds.low is not None
    assert bounds.high is not None
    units = min(max(experiment.network.layers[index].units + by, int(bounds.low)), int(bounds.high))
    return experiment.with_layer(index, units=units)


def where_now(before: tuple[Dense, ...], after: tuple[Dense, ...], index: int) -> int | None:
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
