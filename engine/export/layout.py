"""The parts of a trained network in order, each with its tensors, as exports write them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.activations import ACTIVATIONS, Activation, Array
from engine.layers import Output, Stage, Weighted
from engine.project import Project, views


@dataclass(frozen=True)
class Part:
    """One layer as it is counted in the names of tensors, ``layers.{number}.weight``; the output is the last.

    ``kind`` is that of the layer, "dense" for the output too. ``activation`` is the key of what is applied last,
    "linear" for nothing, and ``setting`` the number it is tuned with, None where it has none. ``tensors``: "weight"
    (units, inputs) and "bias" (units,) of a dense layer; "weight", "bias", "running_mean", "running_var" (units,) of
    those that normalize, as far as they have them.
    """

    number: int
    kind: str
    inputs: int
    units: int
    spec: Weighted | Stage
    activation: str
    setting: float | None
    tensors: dict[str, Array]


def parts_of(project: Project) -> list[Part]:
    """Every part of the network, in order. The tensors are views."""
    tensors: dict[int, dict[str, Array]] = {}
    for name, view in views(project.network):
        _, place, what = name.split(".")
        tensors.setdefault(int(place), {})[what] = view
    found: list[Part] = []
    for spec, activation, inputs, units in _described(project):
        kind = spec.kind if isinstance(spec, Stage) else "dense"
        tuned = spec if isinstance(spec, Weighted) else Output()
        setting = getattr(tuned, activation.setting) if activation.setting else None
        number = len(found)
        found.append(Part(number, kind, inputs, units, spec, activation.key, setting, tensors.get(number, {})))
    return found


def _described(project: Project) -> Iterator[tuple[Weighted | Stage, Activation, int, int]]:
    """Description, activation, inputs and units of every part."""
    network = project.experiment.network
    for layer in project.network.plan.layers:
        for stage in layer.stages:
            yield stage.stage, ACTIVATIONS[getattr(stage.stage, "activation", "linear")], stage.units, stage.units
        spec = network.output if layer.place < 0 else network.layers[layer.place]
        assert isinstance(spec, Weighted)
        yield spec, layer.activation, layer.inputs, layer.units
