"""The parts of a trained network in order, each with its tensors, as exports write them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.activations import ACTIVATIONS, Array
from engine.layers import Norm, Stage, Weighted
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
        _, number, what = name.split(".")
        tensors.setdefault(int(number), {})[what] = view
    described = enumerate(_described(project))
    return [
        Part(number, kind, inputs, units, spec, activation, _setting(spec, activation), tensors.get(number, {}))
        for number, (kind, inputs, units, spec, activation) in described
    ]


def _described(project: Project) -> Iterator[tuple[str, int, int, Weighted | Stage, str]]:
    """Kind, inputs, units, description, and key of the activation of each part."""
    network = project.experiment.network
    for layer in project.network.plan.layers:
        for at in layer.stages:
            activation = at.stage.activation if isinstance(at.stage, Norm) else "linear"
            yield at.stage.kind, at.units, at.units, at.stage, activation
        spec = network.output if layer.place < 0 else network.layers[layer.place]
        assert isinstance(spec, Weighted)
        yield "dense", layer.inputs, layer.units, spec, layer.activation.key


def _setting(spec: Weighted | Stage, activation: str) -> float | None:
    """The number that tunes an activation: a field of the layer, or what that is by default."""
    name = ACTIVATIONS[activation].setting
    return None if name is None else float(getattr(spec, name, Weighted.model_fields[name].default))
