"""What is selected: a unit, a single weight or a stage; and what the parts are called. No Qt but for translation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from engine.experiment import NetworkSpec
from engine.layers import Dense, Layer, Stage
from engine.plan import LayerPlan, Plan
from engine.snapshot import Snapshot
from gui.text import in_a_sentence, readable, tr


@dataclass(frozen=True)
class Unit:
    """A node of the diagram: column 0 holds the inputs, column i + 1 the units of layer i."""

    column: int
    index: int


@dataclass(frozen=True)
class Weight:
    """The weight of layer ``layer`` from its input ``source`` to its unit ``unit``."""

    layer: int
    source: int
    unit: int


@dataclass(frozen=True)
class StageAt:
    """A stage, which has no column of its own: its place among the layers of the experiment."""

    place: int


Selection = Unit | Weight | StageAt | None
# What is a single number: a weight, or the bias of a unit.
Parameter = Unit | Weight
# The letters of what a normalizing stage has learned, as its formula has them.
GREEK = {"gamma": "γ", "beta": "β"}


def parameter_of(selection: Selection, snapshot: Snapshot) -> Parameter | None:
    """The single number that a selection stands for: a weight, or a unit's bias; None where there is none."""
    there = still_there(selection, snapshot)
    if isinstance(there, Unit):
        return there if there.column > 0 and snapshot.plan.layers[there.column - 1].bias else None
    return there if isinstance(there, Weight) else None


def parameter_value(snapshot: Snapshot, parameter: Parameter) -> float:
    """The weight or bias, as the shortest number that is the same in the network's precision."""
    if isinstance(parameter, Weight):
        value = snapshot.weights(parameter.layer)[parameter.source, parameter.unit]
    else:
        value = snapshot.biases(parameter.column - 1)[parameter.index]
    return float(str(value))


def parameter_name(snapshot: Snapshot, parameter: Parameter) -> str:
    """How a weight or bias is called: "petal width → hidden 1 · 4", "bias of setosa"."""
    if isinstance(parameter, Weight):
        source = unit_name(snapshot, parameter.layer, parameter.source)
        return f"{source} → {unit_name(snapshot, parameter.layer + 1, parameter.unit)}"
    return tr("bias of {0}").format(unit_name(snapshot, parameter.column, parameter.index))


def layer_of(selection: Selection) -> int | None:
    """The layer of the plan that a weight or a unit belongs to; None for inputs, stages and nothing."""
    if isinstance(selection, Weight):
        return selection.layer
    return selection.column - 1 if isinstance(selection, Unit) and selection.column > 0 else None


def place_of(selection: Selection, network: NetworkSpec) -> int | None:
    """The place of the layer in which the selection is: -1 for the output, None for inputs, weights and nothing."""
    if isinstance(selection, StageAt):
        return selection.place
    if not isinstance(selection, Unit) or not 0 < selection.column <= len(network.dense) + 1:
        return None
    return (*network.dense, -1)[selection.column - 1]


def selection_at(place: int | None, network: NetworkSpec, unit: int = 0) -> Selection:
    """What is selected with the layer at a place (-1: the output): one of its units, or a stage as a whole."""
    if place is None or place >= len(network.layers):
        return None
    if place >= 0 and isinstance(network.layers[place], Stage):
        return StageAt(place)
    return Unit(len(network.dense) + 1 if place < 0 else network.dense.index(place) + 1, unit)


def still_there(selection: Selection, snapshot: Snapshot) -> Selection:
    """The selection, or None when the network no longer has such a part."""
    return _within(selection, snapshot.plan.widths, snapshot.experiment.network.layers)


def in_network(selection: Selection, network: NetworkSpec) -> Selection:
    """The selection, or None when a network as described has no such part; how many inputs there are it does not say.

    A drawing may show for a moment what an edit has taken away.
    """
    hidden = [layer.units for layer in network.layers if isinstance(layer, Dense)]
    return _within(selection, (inf, *hidden, inf), network.layers)


def _within(selection: Selection, widths: Sequence[float], layers: tuple[Layer, ...]) -> Selection:
    if isinstance(selection, Unit):
        return selection if selection.column < len(widths) and selection.index < widths[selection.column] else None
    if isinstance(selection, Weight):
        inside = selection.layer + 1 < len(widths)
        inside = inside and selection.source < widths[selection.layer] and selection.unit < widths[selection.layer + 1]
        return selection if inside else None
    if isinstance(selection, StageAt):
        known = selection.place < len(layers) and isinstance(layers[selection.place], Stage)
        return selection if known else None
    return None


def layer_name(network: NetworkSpec, place: int) -> str:
    """How a layer is called: "hidden 2", "output" (place -1), or the name of a stage."""
    if place < 0:
        return tr("output")
    if place in network.dense:
        return tr("hidden {0}").format(network.dense.index(place) + 1)
    return in_a_sentence(tr(network.layers[place].label))


def name_in_plan(layer: LayerPlan) -> str:
    """How a layer of the plan is called: "hidden 2" or "output"."""
    return tr("output") if layer.place < 0 else tr("hidden {0}").format(number_in_plan(layer))


def number_in_plan(layer: LayerPlan) -> str:
    """The number of a hidden layer of the plan alone, or "output"."""
    return tr("output") if layer.place < 0 else layer.name.removeprefix("hidden ")


def stage_name(stage: Layer) -> str:
    """A stage in two or three words: "dropout 0.2", "batch norm", "layer norm relu"."""
    return f"{tr(stage.kind.replace('_', ' '))} {stage_detail(stage)}".strip()


def stage_detail(stage: Layer) -> str:
    """What one wants to know first of a stage: its first setting. "" for a choice that is as at first."""
    name, setting = next(iter(type(stage).settings().items()))
    value = getattr(stage, name)
    if setting.choices is None:
        return readable(value)
    unchanged = value == type(stage).model_fields[name].default
    return "" if unchanged else in_a_sentence(tr(dict(setting.choices())[value]))


def is_frozen(plan: LayerPlan, unit: int) -> bool:
    """Whether training leaves a unit's weights and bias as they are."""
    return not plan.trainable or unit in plan.frozen_units


def is_held(plan: LayerPlan, source: int, unit: int) -> str:
    """What keeps training from moving a weight, in a word; "" when nothing does."""
    if (source, unit) in plan.pruned_weights:
        return tr("held at zero")
    return tr("frozen") if (source, unit) in plan.frozen_weights or is_frozen(plan, unit) else ""


def is_pruned(snapshot: Snapshot, parameter: Parameter) -> bool:
    """Whether a weight is held at zero, so that it has no value to be set."""
    if not isinstance(parameter, Weight):
        return False
    return (parameter.source, parameter.unit) in snapshot.plan.layers[parameter.layer].pruned_weights


def stages_before(plan: Plan, layer: int, layers: int) -> range:
    """The places, among so many layers of the experiment, of the stages in front of a layer of the plan."""
    end = plan.layers[layer].place if plan.layers[layer].place >= 0 else layers
    return range(end - len(plan.layers[layer].stages), end)


def unit_name(snapshot: Snapshot, column: int, index: int) -> str:
    """How a node is called: a column of the data, a class, or "hidden 1 · 4"."""
    if column == 0:
        return snapshot.data.names[index]
    layer = snapshot.plan.layers[column - 1]
    if layer.place >= 0:
        return f"{name_in_plan(layer)} · {index + 1}"
    return output_names(snapshot)[index]


def output_names(snapshot: Snapshot) -> tuple[str, ...]:
    """The names of the outputs: the classes, or for one output the class it is the probability of, or the target."""
    outputs, data = snapshot.plan.layers[-1].units, snapshot.data
    if len(data.classes) == outputs:
        return data.classes
    if outputs == 1:
        return (data.classes[1] if data.classes else data.target,)
    return tuple(f"{data.target} {i + 1}" for i in range(outputs))
