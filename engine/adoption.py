"""What of a network goes on living in another one: which layer, unit and input each one of the new comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.activations import Array
from engine.network import Network
from engine.plan import Indices, LayerPlan, Plan


@dataclass(frozen=True)
class LayerGraft:
    """Where a dense layer comes from: layer ``was`` of the old network.

    ``units`` (units,) and ``inputs`` (inputs,) name for each one of the new layer that of the old, -1 for a fresh
    one, whose weights stay as they were drawn. ``factors`` (inputs,) multiply the weights of each input,
    drawn ones too.
    """

    was: int
    units: Indices
    inputs: Indices
    factors: Array | None = None


@dataclass(frozen=True)
class StageGraft:
    """Where a stage comes from: stage ``was`` of the old network, and for each unit that of the old, -1: fresh."""

    was: int
    units: Indices


@dataclass(frozen=True)
class Graft:
    """Where every dense layer and every stage of a plan comes from; None for what is fresh altogether."""

    layers: tuple[LayerGraft | None, ...]
    stages: tuple[StageGraft | None, ...]


def kept_layers(old: tuple[LayerPlan, ...], new: tuple[LayerPlan, ...]) -> list[tuple[int, int]]:
    """Pairs (new, old) of indices of layers that are the same one.

    With as many layers as before each stands at its place. Otherwise layers of equal shape are matched from
    the input on, then from the output back.
    """
    if len(old) == len(new):
        return [(i, i) for i in range(len(new))]

    def same(a: LayerPlan, b: LayerPlan) -> bool:
        return (a.inputs, a.units) == (b.inputs, b.units)

    shorter = min(len(old), len(new))
    front = 0
    while front < shorter and same(old[front], new[front]):
        front += 1
    back = 0
    while back < shorter - front and same(old[-1 - back], new[-1 - back]):
        back += 1
    return [(i, i) for i in range(front)] + [(len(new) - i, len(old) - i) for i in range(back, 0, -1)]


def overlap(old: Plan, new: Plan) -> Graft:
    """The plain graft: what both plans have, unit by unit; a unit more or less leaves the others as they are.

    Stages are the same where they are of the same kind and stand in front of layers that are the same.
    """
    pairs = kept_layers(old.layers, new.layers)
    return grafted(old, new, dict(pairs), _kept_stages(old, new, pairs))


def grafted(old: Plan, new: Plan, layers: dict[int, int], stages: dict[int, int]) -> Graft:
    """The graft in which layers and stages, by their indices, are those of the old plan, as far as they fit."""
    return Graft(
        tuple(
            LayerGraft(
                layers[i],
                first(layer.units, old.layers[layers[i]].units),
                first(layer.inputs, old.layers[layers[i]].inputs),
            )
            if i in layers
            else None
            for i, layer in enumerate(new.layers)
        ),
        tuple(
            StageGraft(stages[i], first(stage.units, old.stages[stages[i]].units)) if i in stages else None
            for i, stage in enumerate(new.stages)
        ),
    )


def first(count: int, old: int) -> Indices:
    """So many indices that each come from the one at their own place, as long as there are old ones."""
    indices: Indices = np.where(np.arange(count) < old, np.arange(count), -1)
    return indices


def with_units(graft: Graft, planned: Plan, layer: int, units: Indices) -> Graft:
    """The graft with other origins (units,) of a layer's units; the layer behind and the stages between follow."""
    layers, stages = list(graft.layers), list(graft.stages)
    own, behind = layers[layer], layers[layer + 1]
    assert own is not None
    assert behind is not None
    layers[layer], layers[layer + 1] = replace(own, units=units), replace(behind, inputs=units)
    for i in stages_before(planned, layer + 1):
        stages[i] = replace(at, units=units) if (at := stages[i]) is not None else None
    return Graft(tuple(layers), tuple(stages))


def by_name(graft: Graft, planned: Plan, old: tuple[str, ...], new: tuple[str, ...]) -> Graft:
    """The graft with the inputs of the network matched by their names; the weights of new ones are zero."""
    begin = graft.layers[0]
    if old == new or begin is None or begin.was != 0:
        return graft
    inputs = np.array([old.index(name) if name in old else -1 for name in new], np.int64)
    stages = list(graft.stages)
    for i in stages_before(planned, 0):
        stages[i] = replace(at, units=inputs) if (at := stages[i]) is not None else None
    changed = replace(begin, inputs=inputs, factors=(inputs >= 0).astype(float))
    return Graft((changed, *graft.layers[1:]), tuple(stages))


def stages_before(planned: Plan, layer: int) -> range:
    """The indices, among all stages of a plan, of those in front of a layer."""
    begin = sum(len(each.stages) for each in planned.layers[:layer])
    return range(begin, begin + len(planned.layers[layer].stages))


def transplant(graft: Graft, old: Network, new: Network, old_memory: Array, new_memory: Array) -> None:
    """Copies what goes on living: weights, biases, rows and statistics of stages, and the optimizer's memory of them.

    ``old_memory`` and ``new_memory`` have the shapes (rows of the optimizer, parameters). Nothing is remembered
    of weights that are held at zero.
    """
    vectors = [(old.parameters, new.parameters), *zip(old_memory, new_memory, strict=True)]
    for layer, part in zip(new.plan.layers, graft.layers, strict=True):
        if part is not None:
            _transplant_layer(part, old.plan.layers[part.was], layer, vectors)
            if part.factors is not None:
                layer.weights(new.parameters)[...] *= part.factors[:, None].astype(new.dtype)
    for stage, at in zip(new.plan.stages, graft.stages, strict=True):
        if at is not None:
            was, to = old.plan.stages[at.was], np.flatnonzero(at.units >= 0)
            for before, after in vectors:
                stage.rows(after)[:, to] = was.rows(before)[:, at.units[to]]
            stage.statistics(new.statistics)[:, to] = was.statistics(old.statistics)[:, at.units[to]]
    for flat in (new.parameters, *new_memory):
        new.prune(flat)


def _transplant_layer(part: LayerGraft, was: LayerPlan, layer: LayerPlan, vectors: list[tuple[Array, Array]]) -> None:
    units, inputs = np.flatnonzero(part.units >= 0), np.flatnonzero(part.inputs >= 0)
    to, origin = np.ix_(inputs, units), np.ix_(part.inputs[inputs], part.units[units])
    for before, after in vectors:
        layer.weights(after)[to] = was.weights(before)[origin]
        if layer.bias and was.bias:
            layer.biases(after)[units] = was.biases(before)[part.units[units]]


def _kept_stages(old: Plan, new: Plan, pairs: list[tuple[int, int]]) -> dict[int, int]:
    """Which stage (new to old) is of the same kind, in front of layers that are the same one."""
    found = {}
    for layer, was in pairs:
        waiting = list(stages_before(old, was))
        for i in stages_before(new, layer):
            for j in waiting:
                if old.stages[j].stage.kind == new.stages[i].stage.kind:
                    found[i] = j
                    waiting.remove(j)
                    break
    return found
