"""Operations on whole layers: insert one that changes nothing, duplicate one, move one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from engine.activations import ACTIVATIONS, Activation, Array
from engine.adoption import Graft, grafted
from engine.batches import Rows
from engine.experiment import Experiment
from engine.layers import Dense, Weighted
from engine.model import Model
from engine.network import Network
from engine.operation import JUDGED, OnLayer, Operation, RefusedError, hidden, name_of, weighted, with_new_layer
from engine.plan import Plan
from engine.wording import counted

# The outputs may change by this share of the largest one.
_UNCHANGED = 1e-5
# Weights of 2⁻¹ … 2⁻³⁰ are tried, which are exact in every precision.
_SMALLEST = 30
_GRID = np.concatenate([np.linspace(-30.0, 30.0, 601), [-1e4, 1e4]])


def passes(f: Activation, before: Activation | None) -> bool:
    """Whether f leaves every output of the function before it as it is; None: of anything. Tried on a grid."""
    sums = np.stack([_GRID, _GRID[::-1]])
    given = sums if before is None else before.value(sums, None)
    return np.array_equal(f.value(given.copy(), None), given)


def slope_at_zero(f: Activation) -> float:
    """f'(0) of a function that is straight near zero: f(0) = 0, f'(0) ≠ 0 and f''(0) = 0; otherwise 0."""
    h = 1e-4
    sums = np.array([[-h, 0.0, h]])
    below, at, above = f.value(sums.copy(), None)[0]
    straight = abs(at) < 1e-12 and abs(above + below) < 1e-3 * h * h
    slope = np.broadcast_to(f.slope(sums, f.value(sums.copy(), None)), sums.shape)
    return float(slope[0, 1]) if straight else 0.0


@dataclass(frozen=True)
class InsertIdentity(OnLayer):
    """A dense layer in front of layer ``layer``, as wide as its input, that leaves the network's answers as they are.

    Where the activation leaves its input as it is (linear; ReLU behind ReLU) the layer is the identity matrix and
    stands right behind the dense layer before, in front of the stages there. A function that is only straight near
    zero (tanh) gets small weights ε, and the weights behind, right behind which it stands, are divided by ε f'(0).
    Gradients are then 1 / (ε f'(0)) times larger: a small learning rate is in place at first. "auto" takes the
    activation of the layer before where that works, else of the layer behind, else linear. ``width`` is the number of
    inputs of the network, needed for the first layer where the experiment does not name its columns.
    """

    activation: str = "auto"
    width: int = 0

    def fitted(self, planned: Plan) -> Self:
        """With the width of the network's input."""
        return replace(self, width=planned.layers[0].inputs)

    def after(self, experiment: Experiment) -> Experiment:
        """One hidden layer more; raises ``ValueError`` that names what works where the activation does not."""
        name = name_of(experiment, self.layer)
        before, behind = self._neighbours(experiment)
        source = before or behind
        own = source.edited(activation="linear") if source.activation not in ACTIVATIONS else source
        works = {each.key: way for each in ACTIVATIONS if (way := _way(each.tuned(own), _tuned(before)))}
        wanted = [layer.activation for layer in (before, behind) if layer is not None]
        chosen = next((key for key in wanted if key in works), "linear")
        if self.activation != "auto":
            chosen = self.activation
        if chosen not in works:
            label = ACTIVATIONS[chosen].label if chosen in ACTIVATIONS else chosen
            raise RefusedError(
                f"A layer of {label} units in front of {name} would change what the network says; "
                f"{', '.join(ACTIVATIONS[key].label for key in works)} would not"
            )
        new = _layer(self._inputs(experiment), chosen, own)
        return with_new_layer(experiment, self._place(experiment, works[chosen]), new)

    def graft(self, old: Plan, new: Plan) -> Graft:
        """Everything there was."""
        layers = {k + (k >= self.layer): k for k in range(len(old.layers))}
        return grafted(old, new, layers, {i: i for i in range(len(old.stages))})

    def complete(self, model: Model, network: Network, memory: Array) -> str:
        """Writes the identity; raises ``ValueError`` where no small weights are good enough."""
        layer = network.plan.layers[self.layer]
        before = network.plan.layers[self.layer - 1].activation if self.layer else None
        change = write_identity(model, network, memory, self.layer, passes(layer.activation, before))
        if change > _UNCHANGED:
            raise RefusedError(
                f"A layer of {layer.activation.label} units would change the outputs by {change:.1g} of the largest; "
                f"choose {ACTIVATIONS['linear'].label}"
            )
        small = layer.weights(network.parameters)[0, 0]
        if small == 1.0:
            return f"Inserted {layer.name}; the network answers as before."
        return (
            f"Inserted {layer.name} with weights of {small:.2g}; the network answers as before. "
            "Its gradients are large: take a small learning rate at first."
        )

    def _neighbours(self, experiment: Experiment) -> tuple[Weighted | None, Weighted]:
        layers = weighted(experiment)
        return layers[self.layer - 1] if self.layer else None, layers[self.layer]

    def _inputs(self, experiment: Experiment) -> int:
        before, _ = self._neighbours(experiment)
        if isinstance(before, Dense):
            return before.units
        inputs = self.width or len(experiment.data.features or ())
        most = Dense.settings()["units"].high
        assert most is not None
        if not 0 < inputs <= most:
            raise RefusedError(
                "How many inputs the network has must be known for a layer in front of the first; name the columns"
                if not inputs
                else f"The network has {inputs:,} inputs, more than the {most:.0f} units that a layer can have"
            )
        return inputs

    def _place(self, experiment: Experiment, way: str) -> int:
        """Right behind the dense layer before where nothing is scaled, otherwise right in front of the layer."""
        dense = experiment.network.dense
        if way == "exact":
            return dense[self.layer - 1] + 1 if self.layer else 0
        return dense[self.layer] if self.layer < len(dense) else len(experiment.network.layers)


@dataclass(frozen=True)
class DuplicateLayer(OnLayer):
    """A layer with the same settings right behind a hidden one, with nothing frozen or pruned.

    Where the layer has as many inputs as units the weights are copied too. Otherwise it is the identity, so that
    the network answers as before, where the activation allows it; else fresh. Which one is said.
    """

    def after(self, experiment: Experiment) -> Experiment:
        """One hidden layer more; raises ``ValueError`` for the output and where there are too many."""
        layer = hidden(experiment, self.layer, "be duplicated")
        copy = layer.edited(trainable=True, frozen_units=(), frozen_weights=(), pruned_weights=())
        return with_new_layer(experiment, experiment.network.dense[self.layer] + 1, copy)

    def graft(self, old: Plan, new: Plan) -> Graft:
        """Everything there was, and a square layer twice."""
        layers = {k + (k > self.layer): k for k in range(len(old.layers))}
        if _square(new, self.layer):
            layers[self.layer + 1] = self.layer
        return grafted(old, new, layers, {i: i for i in range(len(old.stages))})

    def complete(self, model: Model, network: Network, memory: Array) -> str:
        """Writes the identity where that is the way."""
        original, copy, behind = network.plan.layers[self.layer : self.layer + 3]
        done = f"Duplicated {original.name}"
        if _square(network.plan, self.layer):
            return f"{done} with its weights."
        f = copy.activation
        exact = passes(f, f)
        # Between small weights and those that make up for them there must be nothing that a scale would change.
        if exact or (slope_at_zero(f) and not behind.stages):
            drawn = network.parameters.copy()
            if write_identity(model, network, memory, self.layer + 1, exact) <= _UNCHANGED:
                return f"{done} as an identity, because it is not square: the network answers as before."
            network.parameters[:] = drawn
        return f"{done} with fresh weights, because it is not square and {f.label} cannot pass its inputs on unchanged."


@dataclass(frozen=True)
class MoveLayer(Operation):
    """Moves the hidden layer at a place of ``network.layers``, or the stage there, to another place.

    Layers travel with their weights as far as they fit; a dense one that comes to be the first forgets which of its
    single weights were frozen or pruned, because its inputs are others altogether.
    """

    place: int
    to: int

    def after(self, experiment: Experiment) -> Experiment:
        """The layers in another order; raises ``ValueError`` for a place that there is not."""
        layers = list(experiment.network.layers)
        for place in (self.place, self.to):
            if not 0 <= place < len(layers):
                raise RefusedError(f"There is no place {place + 1} among {counted(len(layers), 'hidden layer')}")
        layers.insert(self.to, layers.pop(self.place))
        begin = next((layer for layer in experiment.network.layers if isinstance(layer, Dense)), None)
        for place, layer in enumerate(layers):
            if isinstance(layer, Dense):
                if layer is not begin:
                    layers[place] = layer.edited(frozen_weights=(), pruned_weights=())
                break
        return experiment.with_layers(tuple(layers))

    def graft(self, old: Plan, new: Plan) -> Graft:
        """Every layer, wherever it is now."""
        kinds = list(_places(old))
        kinds.insert(self.to, kinds.pop(self.place))
        dense, stages = ([index for kind, index in kinds if kind == wanted] for wanted in ("dense", "stage"))
        return grafted(old, new, dict(enumerate([*dense, len(old.layers) - 1])), dict(enumerate(stages)))


def write_identity(model: Model, network: Network, memory: Array, layer: int, exact: bool) -> float:
    """Makes a layer of a new network pass its inputs on, and returns by how much that changes the outputs.

    That is the largest change on the training rows as a share of the largest output. Not exactly, the largest
    weights are chosen that change little enough; the weights behind make up for them, and what was remembered
    of those is forgotten.
    """
    own, behind = network.plan.layers[layer], network.plan.layers[layer + 1]
    network.parameters[own.start : own.stop] = 0.0
    memory[:, own.start : own.stop] = 0.0
    weights = own.weights(network.parameters)
    if exact:
        weights[np.diag_indices(own.units)] = 1.0
        return 0.0
    slope, whole = slope_at_zero(own.activation), behind.weights(network.parameters).copy()
    for row in memory:
        behind.weights(row)[...] = 0.0
    rows, change = model.rows["train"], np.inf
    for power in range(1, _SMALLEST + 1):
        small = 2.0**-power
        weights[np.diag_indices(own.units)] = small
        behind.weights(network.parameters)[...] = whole / (small * slope)
        if _change(model.network, network, rows.first(JUDGED)) <= _UNCHANGED / 2:
            change = _change(model.network, network, rows)
            if change <= _UNCHANGED:
                break
    return float(change)


def _change(old: Network, new: Network, rows: Rows) -> float:
    """The largest difference of the outputs on some rows, as a share of the largest output."""
    if not len(rows):
        return 0.0
    was, now = (network.outputs(rows.x.T)[1] for network in (old, new))
    largest = float(np.abs(was).max())
    return float(np.abs(now - was).max()) / largest if largest else float(np.abs(now).max())


def _tuned(layer: Weighted | None) -> Activation | None:
    return None if layer is None else ACTIVATIONS[layer.activation].tuned(layer)


def _way(f: Activation, before: Activation | None) -> str:
    """How units of f pass on what the function before gives: "exact", "small" (by small weights), or not: ""."""
    return "exact" if passes(f, before) else "small" if slope_at_zero(f) else ""


def _layer(units: int, activation: str, like: Weighted) -> Dense:
    return Dense(units=units, activation=activation, negative_slope=like.negative_slope, alpha=like.alpha)


def _square(planned: Plan, layer: int) -> bool:
    return planned.layers[layer].inputs == planned.layers[layer].units


def _places(planned: Plan) -> Iterator[tuple[str, int]]:
    """What stands at each place among the hidden layers: "dense" or "stage", with its index among its like."""
    stages = 0
    for index, layer in enumerate(planned.layers):
        for _ in layer.stages:
            yield "stage", stages
            stages += 1
        if layer.place >= 0:
            yield "dense", index
