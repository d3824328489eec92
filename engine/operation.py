"""An Operation: an edit of a network that touches its numbers; and what such edits have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from engine.activations import Array
from engine.adoption import Graft
from engine.batches import Rows
from engine.experiment import MAX_LAYERS, Experiment
from engine.layers import WEIGHT_LISTS, Dense, Layer, Output, Weighted
from engine.model import Model
from engine.network import Network
from engine.plan import Plan
from engine.wording import counted

# Rows by which units are judged and identities tried.
JUDGED = 1024
AnyWeighted = TypeVar("AnyWeighted", bound=Weighted)


class RefusedError(ValueError):
    """What cannot be done to a network, or not any more; the message is one sentence that says why."""


class Operation:
    """One edit: ``after`` says what becomes of the description, the rest what becomes of the numbers."""

    def fitted(self, planned: Plan) -> Self:
        """The same operation, with what it has to know of the network it is for."""
        return self

    def after(self, experiment: Experiment) -> Experiment:
        """The description after the edit; raises ``ValueError`` with a sentence where it cannot be done."""
        return experiment

    def graft(self, old: Plan, new: Plan) -> Graft | None:
        """What the edited network keeps of the old one; None when the network is the same, with other numbers."""
        return None

    def complete(self, model: Model, network: Network, memory: Array) -> str:
        """Writes what does not come from the old network, ``model.network``, into the new one, after the graft.

        ``memory`` (rows of the optimizer, parameters) is the optimizer's of ``network``. Returns what there is to
        say; raises ``ValueError`` with a sentence. The old network must not be touched.
        """
        return ""


@dataclass(frozen=True)
class OnLayer(Operation):
    """An edit of one layer. ``layer`` counts the dense layers from 0, the output last (as ``plan.layers``)."""

    layer: int


def weighted(experiment: Experiment) -> tuple[Weighted, ...]:
    """The descriptions of the dense layers, the output last."""
    network = experiment.network
    return (*(layer for layer in network.layers if isinstance(layer, Dense)), network.output)


def name_of(experiment: Experiment, layer: int) -> str:
    """What people call a layer, as in its plan; raises ``ValueError`` where there is none."""
    layers = len(experiment.network.dense) + 1
    if not 0 <= layer < layers:
        raise RefusedError(f"There is no layer {layer + 1}: the network has {layers}, the output included")
    return f"hidden {layer + 1}" if layer < layers - 1 else "output"


def hidden(experiment: Experiment, layer: int, what: str) -> Dense:
    """The description of a hidden dense layer; raises ``ValueError`` where it is the output, which cannot ``what``."""
    if name_of(experiment, layer) == "output":
        raise RefusedError(f"The output cannot {what}: its width is that of the data; choose a hidden layer")
    found = weighted(experiment)[layer]
    assert isinstance(found, Dense)
    return found


def checked_unit(experiment: Experiment, layer: int, unit: int) -> Dense:
    """A hidden layer that has a unit; raises ``ValueError`` otherwise."""
    found = hidden(experiment, layer, "gain or lose units")
    if not 0 <= unit < found.units:
        raise RefusedError(
            f"{name_of(experiment, layer).capitalize()} has {counted(found.units, 'unit')}, no unit {unit + 1}"
        )
    return found


def with_weighted(experiment: Experiment, changes: dict[int, Weighted]) -> Experiment:
    """The experiment with other descriptions of some of its dense layers, the output last."""
    network = experiment.network
    layers: list[Layer] = list(network.layers)
    output = network.output
    for index, changed in changes.items():
        if isinstance(changed, Output):
            output = changed
        else:
            assert isinstance(changed, Layer)
            layers[network.dense[index]] = changed
    return experiment.edited(network=network.edited(layers=tuple(layers), output=output))


def with_new_layer(experiment: Experiment, place: int, new: Dense) -> Experiment:
    """The experiment with one hidden layer more; raises ``ValueError`` where that is too many."""
    layers = experiment.network.layers
    if len(layers) >= MAX_LAYERS:
        raise RefusedError(
            f"The network has {len(layers)} hidden layers, which is the most there can be; remove one first"
        )
    network = experiment.network.edited(layers=(*layers[:place], new, *layers[place:]))
    return experiment.edited(network=network)


def remapped(
    layer: AnyWeighted, *, units: Sequence[int] | None = None, inputs: Sequence[int] | None = None
) -> AnyWeighted:
    """A layer whose units or inputs are others: for each one now, the index it had (-1: new, None: nothing changed).

    What is frozen or pruned follows.
    """
    changes: dict[str, Any] = {}
    if units is not None:
        changes["units"] = len(units)
        frozen = set(layer.frozen_units)
        changes["frozen_units"] = tuple(i for i, was in enumerate(units) if was in frozen)
    for name in WEIGHT_LISTS:
        pairs = getattr(layer, name)
        if pairs:
            heirs = [_heirs(side) for side in (inputs, units)]
            changes[name] = tuple(
                (i, u)
                for source, unit in pairs
                for i in ([source] if heirs[0] is None else heirs[0].get(source, []))
                for u in ([unit] if heirs[1] is None else heirs[1].get(unit, []))
            )
    return layer.edited(**changes) if changes else layer


def _heirs(origins: Sequence[int] | None) -> dict[int, list[int]] | None:
    """For each old index those it lives on in."""
    if origins is None:
        return None
    found: dict[int, list[int]] = {}
    for now, was in enumerate(origins):
        found.setdefault(int(was), []).append(now)
    return found


def loss_on(network: Network, rows: Rows) -> float:
    """The loss, without penalties, on some rows; NaN without rows."""
    if not len(rows):
        return float("nan")
    z, a = network.outputs(rows.x.T)
    return network.loss_of(z, a, rows.y.T, rows.weights)


def inputs_of_layer(network: Network, rows: Rows, layer: int) -> Array:
    """What a layer is given on some rows, after the stages in front of it, (inputs, rows), as the network answers."""
    return network.every_layer(rows.x[:, :-1]).x[layer]
