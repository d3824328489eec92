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
    """More or fewer units in one hidden layer, at least one."""
    units = max(experiment.network.layers[index].units + by, 1)
    return experiment.with_layer(index, units=units)
