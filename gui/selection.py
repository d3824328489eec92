"""What is selected: a unit or a single weight. Plain values, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

from engine.snapshot import Snapshot


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


Selection = Unit | Weight | None


def still_there(selection: Selection, snapshot: Snapshot) -> Selection:
    """The selection, or None when the network no longer has such a part."""
    widths = snapshot.plan.widths
    if isinstance(selection, Unit):
        return selection if selection.column < len(widths) and selection.index < widths[selection.column] else None
    if isinstance(selection, Weight):
        inside = selection.layer + 1 < len(widths)
        inside = inside and selection.source < widths[selection.layer] and selection.unit < widths[selection.layer + 1]
        return selection if inside else None
    return None


def unit_name(snapshot: Snapshot, column: int, index: int) -> str:
    """How a node is called: a column of the data, a class, or "hidden 1 · 4"."""
    if column == 0:
        return snapshot.data.names[index]
    layer = snapshot.plan.layers[column - 1]
    if layer.name != "output":
        return f"{layer.name} · {index + 1}"
    return output_names(snapshot)[index]


def output_names(snapshot: Snapshot) -> tuple[str, ...]:
    """The names of the outputs: the classes, or for one output the class it is the probability of, or the target."""
    outputs, data = snapshot.plan.layers[-1].units, snapshot.data
    if len(data.classes) == outputs:
        return data.classes
    if outputs == 1:
        return (data.classes[1] if data.classes else data.target,)
    return tuple(f"{data.target} {i + 1}" for i in range(outputs))
