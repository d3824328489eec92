"""Operations on single weights and units: set a weight, add, split and remove a unit."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

from engine.activations import ACTIVATIONS, Array
from engine.adoption import Graft, overlap, transplant, with_units
from engine.batches import Rows
from engine.experiment import Experiment
from engine.initializers import INITIALIZERS
from engine.layers import Dense, Stage
from engine.model import Model
from engine.network import Network
from engine.operation import (
    JUDGED,
    OnLayer,
    RefusedError,
    checked_unit,
    hidden,
    inputs_of_layer,
    loss_on,
    name_of,
    remapped,
    weighted,
    with_weighted,
)
from engine.plan import LayerPlan, Plan, plan

# How far the outgoing weights of the two halves of a unit lie apart, as a share of their size.
_APART = 0.1
# So many units of a wide layer are tried, those that do least by a quick estimate.
_CANDIDATES = 16


@dataclass(frozen=True)
class SetWeight(OnLayer):
    """Writes one weight, also a frozen one; a pruned one is held at zero."""

    source: int
    unit: int
    value: float

    def after(self, experiment: Experiment) -> Experiment:
        """The same description; raises ``ValueError`` for a pruned weight and a value that is not finite."""
        name = name_of(experiment, self.layer)
        if (self.source, self.unit) in weighted(experiment)[self.layer].pruned_weights:
            raise RefusedError(
                f"The weight from input {self.source + 1} to {name} · {self.unit + 1} is pruned, that is held at zero; "
                "let it grow again first"
            )
        return experiment

    def complete(self, model: Model, network: Network, memory: Array) -> str:
        """See the class."""
        layer = network.plan.layers[self.layer]
        _refuse_beyond(layer, "input", self.source, layer.inputs)
        _refuse_beyond(layer, "unit", self.unit, layer.units)
        layer.weights(network.parameters)[self.source, self.unit] = _fitting(self.value, network)
        return ""


@dataclass(frozen=True)
class SetBias(OnLayer):
    """Writes the bias of one unit, also of a frozen one."""

    unit: int
    value: float

    def after(self, experiment: Experiment) -> Experiment:
        """The same description; raises ``ValueError`` for a layer without biases."""
        name = name_of(experiment, self.layer)
        if not weighted(experiment)[self.layer].bias:
            raise RefusedError(f"{name.capitalize()} has no biases; switch them on first")
        return experiment

    def complete(self, model: Model, network: Network, memory: Array) -> str:
        """See the class."""
        layer = network.plan.layers[self.layer]
        _refuse_beyond(layer, "unit", self.unit, layer.units)
        layer.biases(network.parameters)[self.unit] = _fitting(self.value, network)
        return ""


@dataclass(frozen=True)
class InitialiseLayer(OnLayer):
    """Draws the weights of one layer again, frozen ones too; biases zero, and nothing remembered of them."""

    seed: int = 0

    def after(self, experiment: Experiment) -> Experiment:
        """The same description; raises ``ValueError`` where there is no such layer."""
        name_of(experiment, self.layer)
        return experiment

    def complete(self, model: Model, network: Network, memory: Array) -> str:
        """See the class."""
        layer = network.plan.layers[self.layer]
        draw = INITIALIZERS[layer.initializer].draw
        rng = np.random.default_rng([self.seed, self.layer])
        network.parameters[layer.start : layer.stop] = 0.0
        layer.weights(network.parameters)[...] = draw(rng, layer.inputs, layer.units, layer.spread)
        memory[:, layer.start : layer.stop] = 0.0
        return ""


@dataclass(frozen=True)
class AddUnit(OnLayer):
    """One unit more, at the end; its weights, incoming and outgoing, as the initializers draw them."""

    def after(self, experiment: Experiment) -> Experiment:
        """One unit more; raises ``ValueError`` for the output and where there are too many."""
        return _with_units(experiment, self.layer, [*range(_units(experiment, self.layer)), -1])

    def graft(self, old: Plan, new: Plan) -> Graft:
        """Everything there was."""
        return overlap(old, new)


@dataclass(frozen=True)
class SplitUnit(OnLayer):
    """Makes two units of one, so that the network answers as before (Net2WiderNet, Chen et al., 2016).

    The copy goes to the end, with the same incoming weights, bias and statistics. The outgoing weights w are
    shared as ½ w + e and ½ w − e, where e is small and random: with exact halves both would be given the same
    gradient for ever, and stay twins.
    """

    unit: int
    seed: int = 0

    def after(self, experiment: Experiment) -> Experiment:
        """One unit more; raises ``ValueError`` where units depend on each other, so that a copy changes them all."""
        layer = checked_unit(experiment, self.layer, self.unit)
        who = f"{name_of(experiment, self.layer)} · {self.unit + 1}"
        if ACTIVATIONS[layer.activation].mixes:
            raise RefusedError(
                f"{who.capitalize()} cannot be split: {layer.activation} shares out one sum among all units"
            )
        mixing = [stage for stage in _stages_behind(experiment, self.layer) if stage.mixes]
        if mixing:
            raise RefusedError(
                f"{who.capitalize()} cannot be split: {mixing[0].label.lower()} behind it depends on all units together"
            )
        return _with_units(experiment, self.layer, self._origins(layer.units))

    def graft(self, old: Plan, new: Plan) -> Graft:
        """Everything there was, and one unit twice."""
        origins = np.array(self._origins(old.layers[self.layer].units), np.int64)
        return with_units(overlap(old, new), new, self.layer, origins)

    def complete(self, model: Model, network: Network, memory: Array) -> str:
        """Shares the outgoing weights."""
        w = network.weights[self.layer + 1]
        whole = w[self.unit].copy()
        size = float(np.sqrt(np.square(whole).mean())) or float(np.sqrt(np.square(w).mean()))
        e = np.random.default_rng([self.seed, self.unit]).normal(0.0, 0.5 * _APART * size, whole.shape)
        w[self.unit] = 0.5 * whole + e.astype(w.dtype)
        network.prune(network.parameters)
        w[-1] = whole - w[self.unit]
        return ""

    def _origins(self, units: int) -> list[int]:
        return [*range(units), self.unit]


@dataclass(frozen=True)
class RemoveUnit(OnLayer):
    """Removes a unit; with ``fold`` its mean output over the training rows goes into the biases behind it."""

    unit: int
    fold: bool = True

    def after(self, experiment: Experiment) -> Experiment:
        """One unit less; raises ``ValueError`` for the last one of a layer."""
        layer = checked_unit(experiment, self.layer, self.unit)
        if layer.units == 1:
            raise RefusedError(
                f"{name_of(experiment, self.layer).capitalize()} has only this one unit; remove the whole layer instead"
            )
        return _with_units(experiment, self.layer, self._origins(layer.units))

    def graft(self, old: Plan, new: Plan) -> Graft:
        """Everything but the unit."""
        origins = np.array(self._origins(old.layers[self.layer].units), np.int64)
        return with_units(overlap(old, new), new, self.layer, origins)

    def complete(self, model: Model, network: Network, memory: Array) -> str:
        """Folds, and says what the removal has cost."""
        rows, behind = model.rows["train"], network.plan.layers[self.layer + 1]
        if self.fold:
            x = inputs_of_layer(model.network, rows.first(JUDGED), self.layer + 1)
            self.fold_into(network, model.network, _means(x))
        before, after = loss_on(model.network, rows), loss_on(network, rows)
        said = f"Removed {network.plan.layers[self.layer].name} · {self.unit + 1}: "
        said += f"training loss {before:.4f} → {after:.4f}."
        if self.fold and not behind.bias:
            said += f" {behind.name.capitalize()} has no biases to take over its mean output."
        return said

    def fold_into(self, network: Network, old: Network, means: Array) -> None:
        """Adds what the unit gave on average, ``means`` (inputs of the layer behind,), to the biases behind it."""
        behind = network.plan.layers[self.layer + 1]
        if behind.bias:
            behind.biases(network.parameters)[...] += means[self.unit] * old.weights[self.layer + 1][self.unit]

    def _origins(self, units: int) -> list[int]:
        return [unit for unit in range(units) if unit != self.unit]


def least_important(model: Model, layer: int) -> int:
    """The unit whose removal, with its mean output folded, raises the training loss least.

    Judged on at most 1,024 training rows; of a wide layer the 16 units with the smallest product of outgoing
    weights and deviation are tried. Raises ``ValueError`` like ``RemoveUnit``.
    """
    units = hidden(model.experiment, layer, "lose units").units
    old, rows = model.network, model.rows["train"].first(JUDGED)
    with np.errstate(all="ignore"):
        x = inputs_of_layer(old, rows, layer + 1)
        effect = np.linalg.norm(old.weights[layer + 1], axis=1) * (x.std(axis=1) if len(rows) else 1.0)
        tried = np.argsort(effect, kind="stable")[:_CANDIDATES] if units > _CANDIDATES else np.arange(units)
        losses = [_loss_without(model, RemoveUnit(layer, int(unit)), _means(x), rows) for unit in tried]
    return int(tried[np.argmin(np.nan_to_num(losses, nan=np.inf))])


def _means(x: Array) -> Array:
    """The means of (inputs, rows) over the rows, (inputs,); zeros without rows."""
    means: Array = x.sum(axis=1) / max(x.shape[1], 1)
    return means


def _loss_without(model: Model, removal: RemoveUnit, means: Array, rows: Rows) -> float:
    """The loss on some rows once a unit is removed and its mean output folded."""
    planned = plan(removal.after(model.experiment), model.data)
    network = Network(planned, None, model.dtype)
    nothing = np.empty((0, 0), model.dtype)
    transplant(removal.graft(model.network.plan, planned), model.network, network, nothing, nothing)
    removal.fold_into(network, model.network, means)
    return loss_on(network, rows)


def _units(experiment: Experiment, layer: int) -> int:
    return hidden(experiment, layer, "gain units").units


def _with_units(experiment: Experiment, layer: int, origins: list[int]) -> Experiment:
    """A hidden layer whose units come from those of before; the layer behind follows."""
    layers = weighted(experiment)
    most = Dense.settings()["units"].high
    assert most is not None
    if len(origins) > most:
        raise RefusedError(f"{name_of(experiment, layer).capitalize()} has {most:.0f} units, the most there can be")
    changed = remapped(layers[layer], units=origins)
    return with_weighted(experiment, {layer: changed, layer + 1: remapped(layers[layer + 1], inputs=origins)})


def _stages_behind(experiment: Experiment, layer: int) -> list[Stage]:
    """The stages between a hidden dense layer and the one behind it."""
    network, found = experiment.network, []
    for each in network.layers[network.dense[layer] + 1 :]:
        if not isinstance(each, Stage):
            break
        found.append(each)
    return found


def _refuse_beyond(layer: LayerPlan, kind: str, index: int, count: int) -> None:
    if not 0 <= index < count:
        raise RefusedError(f"{layer.name.capitalize()} has {count} {kind}s, no {kind} {index + 1}")


def _fitting(value: float, network: Network) -> float:
    """A value that the network's precision can hold."""
    if not (isfinite(value) and abs(value) <= np.finfo(network.dtype).max):
        raise RefusedError(f"{value} is not a finite number that the network can hold; choose another")
    return value
