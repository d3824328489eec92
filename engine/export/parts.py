"""The parts of a trained network one after the other, as every export writes them: layers and stages, with weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.activations import DEFAULT_ALPHA, DEFAULT_NEGATIVE_SLOPE, Array
from engine.layers import Norm, Stage, Weighted
from engine.plan import LayerPlan
from engine.project import Project, views


@dataclass(frozen=True)
class Part:
    """A dense layer or a stage. ``index`` is the number that its tensors are counted by, ``layers.0.weight`` …

    ``kind`` is a key of ``LAYERS``; ``spec`` is its description, ``arrays`` are its tensors by the last part of their
    name, such as "weight" (units, inputs). ``activation`` is a key of ``ACTIVATIONS``, "linear" where there is none.
    """

    index: int
    kind: str
    inputs: int
    units: int
    spec: Stage | Weighted
    activation: str
    arrays: dict[str, Array]

    @property
    def name(self) -> str:
        """What the names of its tensors start with."""
        return f"layers.{self.index}"

    @property
    def negative_slope(self) -> float:
        """Of a leaky ReLU."""
        return self.spec.negative_slope if isinstance(self.spec, Weighted) else DEFAULT_NEGATIVE_SLOPE

    @property
    def alpha(self) -> float:
        """Of an ELU."""
        return self.spec.alpha if isinstance(self.spec, Weighted) else DEFAULT_ALPHA

    @property
    def epsilon(self) -> float:
        """What keeps the division of a normalizing stage finite."""
        return self.spec.epsilon if isinstance(self.spec, Norm) else 0.0


def parts_of(project: Project) -> list[Part]:
    """All parts of a project's network, the output last."""
    tensors: dict[str, dict[str, Array]] = {}
    for name, view in views(project.network):
        part, _, last = name.rpartition(".")
        tensors.setdefault(part, {})[last] = view
    found = []
    for index, (kind, spec, activation, inputs, units) in enumerate(_described(project)):
        arrays = tensors.get(f"layers.{index}", {})
        found.append(Part(index, kind, inputs, units, spec, activation, arrays))
    return found


def _described(project: Project) -> Iterator[tuple[str, Stage | Weighted, str, int, int]]:
    """Kind, description, activation, inputs and units of every part."""
    for layer in project.network.plan.layers:
        for planned in layer.stages:
            activation = planned.stage.activation if isinstance(planned.stage, Norm) else "linear"
            yield planned.stage.kind, planned.stage, activation, layer.inputs, layer.inputs
        yield "dense", _spec_of(project, layer), layer.activation.key, layer.inputs, layer.units


def _spec_of(project: Project, layer: LayerPlan) -> Weighted:
    network = project.experiment.network
    spec = network.output if layer.place < 0 else network.layers[layer.place]
    assert isinstance(spec, Weighted)
    return spec
