"""What the diagram says of a unit or a weight, in a few lines. Plain text, no Qt but for translation."""

from __future__ import annotations

from engine.snapshot import Snapshot
from gui.selection import Unit, Weight, unit_name
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
    lines = [name, layer.activation.formula, f"b = {signed(float(snapshot.biases(unit.column - 1)[unit.index]))}"]
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
