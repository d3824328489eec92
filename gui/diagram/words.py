"""What the diagram says of a unit, a weight or a stage, in a few lines. Plain text, no Qt but for translation."""

from __future__ import annotations

from engine.snapshot import Snapshot
from gui.selection import Unit, Weight, is_frozen, unit_name
from gui.text import number, signed, tr


def describe_unit(snapshot: Snapshot, unit: Unit) -> str:
    """Name, bias and answer of a unit, or what an input is."""
    name = unit_name(snapshot, unit.column, unit.index)
    trace = snapshot.trace
    if unit.column == 0:
        scaling = snapshot.data.x_scaling
        shift, factor = number(scaling.shift[unit.index], 4), number(scaling.factor[unit.index], 4)
        lines = [name, f"x = (value − {shift}) / {factor}"]
        if trace is not None:
            lines.append(tr("row {0}: value {1}, x = {2}").format(
                trace.row + 1, number(trace.x_in_units[unit.index], 4), signed(float(trace.x[unit.index]))
            ))  # fmt: skip
        return "\n".join(lines)
    layer = snapshot.plan.layers[unit.column - 1]
    bias = f"b = {signed(float(snapshot.biases(unit.column - 1)[unit.index]))}" if layer.bias else tr("no bias")
    lines = [name, layer.activation.formula, bias]
    if is_frozen(layer, unit.index):
        lines.append(tr("frozen: training leaves it as it is"))
    if trace is not None and unit.column <= len(trace.z):
        z, a = trace.z[unit.column - 1][unit.index], trace.a[unit.column - 1][unit.index]
        lines.append(tr("row {0}: z = {1}, a = {2}").format(trace.row + 1, signed(float(z)), signed(float(a))))
    return "\n".join(lines)


def describe_edge(snapshot: Snapshot, edge: Weight) -> str:
    """Where a weight leads from and to, and its value."""
    source = unit_name(snapshot, edge.layer, edge.source)
    unit = unit_name(snapshot, edge.layer + 1, edge.unit)
    value = float(snapshot.weights(edge.layer)[edge.source, edge.unit])
    return f"{source} → {unit}\nw = {signed(value, 4)}"


def describe_stage(snapshot: Snapshot, place: int) -> str:
    """Name, formula and purpose of the stage at a place among the layers."""
    stage = snapshot.experiment.network.layers[place]
    return f"{tr(stage.label)}\n{stage.formula}\n{tr(stage.about)}"
