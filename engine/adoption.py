"""What of a network fits into a changed one: which layers are still the same, and how they are carried over."""

from __future__ import annotations

from engine.activations import Array
from engine.network import Network
from engine.plan import LayerPlan, Plan, StagePlan


def kept_layers(old: tuple[LayerPlan, ...], new: tuple[LayerPlan, ...]) -> list[tuple[LayerPlan, LayerPlan]]:
    """Pairs (new, old) of layers that are the same one.

    With as many layers as before each stands at its place. Otherwise layers of equal shape are matched from
    the input on, then from the output back.
    """
    if len(old) == len(new):
        return list(zip(new, old, strict=True))

    def same(a: LayerPlan, b: LayerPlan) -> bool:
        return (a.inputs, a.units) == (b.inputs, b.units)

    shorter = min(len(old), len(new))
    front = 0
    while front < shorter and same(old[front], new[front]):
        front += 1
    back = 0
    while back < shorter - front and same(old[-1 - back], new[-1 - back]):
        back += 1
    pairs = list(zip(new[:front], old[:front], strict=True))
    if back:
        pairs += zip(new[-back:], old[-back:], strict=True)
    return pairs


def carry_over(old: Network, new: Network, old_memory: Array, new_memory: Array) -> None:
    """Copies what both networks have: units and inputs that are still there, with the optimizer's memory of them.

    A unit more or less leaves the others as they are. ``old_memory`` and ``new_memory`` have the shapes
    (rows of the optimizer, parameters).
    """
    vectors = [(old.parameters, new.parameters), *zip(old_memory, new_memory, strict=True)]
    for layer, was in kept_layers(old.plan.layers, new.plan.layers):
        units, inputs = min(layer.units, was.units), min(layer.inputs, was.inputs)
        for before, after in vectors:
            layer.weights(after)[:inputs, :units] = was.weights(before)[:inputs, :units]
            if layer.bias and was.bias:
                layer.biases(after)[:units] = was.biases(before)[:units]
    for stage, stage_was in _kept_stages(old.plan, new.plan):
        units = min(stage.units, stage_was.units)
        for before, after in vectors:
            stage.rows(after)[:, :units] = stage_was.rows(before)[:, :units]
        stage.statistics(new.statistics)[:, :units] = stage_was.statistics(old.statistics)[:, :units]


def _kept_stages(old: Plan, new: Plan) -> list[tuple[StagePlan, StagePlan]]:
    """Pairs (new, old) of stages of the same kind, in front of layers that are the same one."""
    pairs = []
    for layer, was in kept_layers(old.layers, new.layers):
        waiting = list(was.stages)
        for stage in layer.stages:
            for other in waiting:
                if other.stage.kind == stage.stage.kind:
                    pairs.append((stage, other))
                    waiting.remove(other)
                    break
    return pairs
