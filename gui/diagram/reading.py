"""What is selected, read out in plain words for the status bar and for screen readers."""

from __future__ import annotations

from engine.snapshot import Snapshot
from gui.diagram.words import compact
from gui.selection import (
    Selection,
    StageAt,
    Unit,
    Weight,
    is_frozen,
    is_held,
    name_in_plan,
    stage_name,
    still_there,
    unit_name,
)
from gui.text import in_a_sentence, number, signed, tr


def describe_selection(snapshot: Snapshot, selection: Selection) -> str:
    """One line: what it is, where, and its numbers; "" when nothing is selected."""
    there = still_there(selection, snapshot)
    if isinstance(there, Weight):
        return _weight(snapshot, there)
    if isinstance(there, StageAt):
        return stage_name(snapshot.experiment.network.layers[there.place])
    if isinstance(there, Unit):
        return _input(snapshot, there) if there.column == 0 else _unit(snapshot, there)
    return ""


def _weight(snapshot: Snapshot, weight: Weight) -> str:
    value = compact(float(snapshot.weights(weight.layer)[weight.source, weight.unit]), digits=3)
    source, unit = unit_name(snapshot, weight.layer, weight.source), unit_name(snapshot, weight.layer + 1, weight.unit)
    held = is_held(snapshot.plan.layers[weight.layer], weight.source, weight.unit)
    words = tr("weight from {0} to {1}: {2}").format(source, unit, value)
    return f"{words}, {held}" if held else words


def _input(snapshot: Snapshot, unit: Unit) -> str:
    count = snapshot.plan.widths[0]
    words = tr("input {0} of {1}: {2}").format(unit.index + 1, count, snapshot.data.names[unit.index])
    if snapshot.trace is not None:
        words += f", x = {signed(float(snapshot.trace.x[unit.index]))}"
    return words


def _unit(snapshot: Snapshot, unit: Unit) -> str:
    layer = snapshot.plan.layers[unit.column - 1]
    name = f" ({unit_name(snapshot, unit.column, unit.index)})" if layer.place < 0 else ""
    parts = [tr("{0}, unit {1} of {2}{3}").format(name_in_plan(layer), unit.index + 1, layer.units, name)]
    parts.append(in_a_sentence(tr(layer.activation.label)))
    if layer.bias:
        parts.append(tr("bias {0}").format(signed(float(snapshot.biases(unit.column - 1)[unit.index]))))
    if is_frozen(layer, unit.index):
        parts.append(tr("frozen"))
    if snapshot.trace is not None:
        z, a = (float(each[unit.column - 1][unit.index]) for each in (snapshot.trace.z, snapshot.trace.a))
        parts.append(f"z = {signed(z)}, a = {number(a)}")
    return ", ".join(parts)
