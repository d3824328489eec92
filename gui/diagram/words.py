"""What the diagram says of a unit, a weight or a stage, in words and numbers. Plain text, no Qt but for translation."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, isnan

from engine.edge_views import EDGE_VIEWS
from engine.probes import TYPED, Trace
from engine.snapshot import Snapshot
from gui import amounts
from gui.diagram.nodes import DECADES, largest_level, statistics
from gui.selection import Unit, Weight, is_frozen, is_held, unit_name
from gui.text import MINUS, number, said, signed, tr

# Longer formulas have a line of their own before the number.
_SHORT = 20
_MOST_ROWS = 4
_MOMENTS = ("first_moment", "second_moment")


def describe_unit(snapshot: Snapshot, unit: Unit) -> str:
    """Name, sum, answer and bias of a unit and what is known of it over the rows, or what an input is."""
    if unit.column == 0:
        return describe_input(snapshot, unit.index)
    layer = snapshot.plan.layers[unit.column - 1]
    bias = f"b = {signed(float(snapshot.biases(unit.column - 1)[unit.index]))}" if layer.bias else tr("no bias")
    lines = [unit_name(snapshot, unit.column, unit.index), *_sum_and_answer(snapshot, unit), bias]
    if is_frozen(layer, unit.index):
        lines.append(tr("frozen: training leaves it as it is"))
    return "\n".join([*lines, *_over_the_rows(snapshot, unit)])


def row_name(trace: Trace) -> str:
    """What the row that is traced is called: its number, counted from 1, or that it was typed."""
    return tr("typed row") if trace.row == TYPED else tr("row {0}").format(trace.row + 1)


def row_and_truth(trace: Trace) -> str:
    """The same with the answer the table has for it, where it has one."""
    return ", ".join(filter(None, (row_name(trace), trace.truth)))


def describe_input(snapshot: Snapshot, index: int) -> str:
    """The column an input stands for, its scaling, and the traced row's value."""
    scaling, trace = snapshot.data.x_scaling, snapshot.trace
    shift, factor = number(scaling.shift[index], 4), number(scaling.factor[index], 4)
    lines = [snapshot.data.names[index], f"x = (value − {shift}) / {factor}"]
    if trace is not None:
        lines.append(tr("{0}: value {1}, x = {2}").format(
            row_name(trace), number(trace.x_in_units[index], 4), signed(float(trace.x[index]))
        ))  # fmt: skip
    return "\n".join(lines)


def _sum_and_answer(snapshot: Snapshot, unit: Unit) -> list[str]:
    """z and a of the traced row with their formulas, or the formula alone."""
    layer, trace = snapshot.plan.layers[unit.column - 1], snapshot.trace
    formula = layer.activation.formula
    if trace is None or unit.column > len(trace.z):
        return [formula]
    z, a = (float(values[unit.column - 1][unit.index]) for values in (trace.z, trace.a))
    z_formula = "z = Σ w·x + b" if layer.bias else "z = Σ w·x"
    lines = [row_and_truth(trace), f"{z_formula} = {signed(z)}"]
    if len(formula) > _SHORT:
        return [*lines, formula, f"a = {signed(a)}"]
    return [*lines, f"{formula} = {signed(a)}"]


def _over_the_rows(snapshot: Snapshot, unit: Unit) -> list[str]:
    """What the statistics say of a unit: how often it is flat, how strong its gradient is, whether it is dead."""
    units = statistics(snapshot)
    if units is None:
        return []
    layer, rows, lines = units.layers[unit.column - 1], amounts.rows(units.rows), []
    if units.quantity == "gradient":
        level, top = float(layer.level[unit.index]), largest_level(units)
        lines.append(tr("delta = dL/dz: {0} (root of the mean square, {1})").format(number(level), rows))
        lines.append(tr("ground: logarithmic, the same in all layers, from {0} to {1}").format(
            number(top / 10**DECADES, 2), number(top, 2)
        ))  # fmt: skip
    saturated = float(layer.saturated[unit.index])
    if isfinite(saturated):
        lines.append(tr("saturated at {0} % of {1}").format(f"{100 * saturated:.0f}", rows))
    if layer.dead[unit.index]:
        lines.append(tr("dead: its slope is zero for every row; it cannot learn"))
    return lines


def describe_edge(snapshot: Snapshot, edge: Weight) -> str:
    """Where a weight leads from and to, its value, what the edges show besides, and what it adds for the traced row."""
    source = unit_name(snapshot, edge.layer, edge.source)
    unit = unit_name(snapshot, edge.layer + 1, edge.unit)
    w, trace = float(snapshot.weights(edge.layer)[edge.source, edge.unit]), snapshot.trace
    held = is_held(snapshot.plan.layers[edge.layer], edge.source, edge.unit)
    value = f"w = {signed(w, 4)}, {held}" if held else f"w = {signed(w, 4)}"
    lines = [f"{source} → {unit}", value, *_shown_of_edge(snapshot, edge)]
    if trace is not None and edge.layer < len(trace.inputs):
        x = float(trace.inputs[edge.layer][edge.source])
        lines.append(tr("{0}: w·x = {1} × {2} = {3}").format(
            row_name(trace), signed(w), signed(x), signed(w * x)
        ))  # fmt: skip
    return "\n".join(lines)


def _shown_of_edge(snapshot: Snapshot, edge: Weight) -> list[str]:
    """What the edges show other than weights, with its symbol; or why there is nothing."""
    if snapshot.edges is None or snapshot.edges.key in ("weight", "contribution"):
        return []
    view, values = EDGE_VIEWS[snapshot.edges.key], snapshot.edge_values(edge.layer)
    if values is None:
        return [said(snapshot.edges.missing)]
    value = float(values[edge.source, edge.unit])
    return [f"{view.symbol} = {compact(value, view.signed, 4)}"]


def compact(value: float, with_sign: bool = True, digits: int = 2) -> str:
    """A number in few characters: 0.58, 12, 3.1e−05; with its sign where it can have one; "none" for NaN."""
    if isnan(value):
        return tr("none")
    plain = 0.1 <= abs(value) < 100 or value == 0
    text = f"{value:+.{digits}f}" if plain else f"{value:+.{digits}g}"
    if 100 <= abs(value) < 1e5:
        text = f"{value:+.0f}"
    text = text.replace("-", MINUS)
    return text if with_sign or value < 0 else text.removeprefix("+")


def in_a_box(value: float, room: float, measure: Callable[[str], float]) -> str:
    """As many digits of a number as fit, "" when not even a whole one does. ``measure``: text -> width."""
    if not isfinite(value):
        return "?" if measure("?") <= room else ""
    for digits in (2, 1, 0):
        text = f"{value:.{digits}f}"
        text = text.removeprefix("-") if not text.strip("-0.") else text.replace("-", MINUS)
        for form in (text, text.replace("0.", ".", 1) if text.lstrip(MINUS).startswith("0.") else text):
            if measure(form) <= room:
                return form
    return ""


def sure_output(snapshot: Snapshot, index: int) -> float | None:
    """How sure an output says yes to the traced row, from 0 to 1 (a step unit knows only these); None for numbers."""
    trace, last = snapshot.trace, snapshot.plan.layers[-1]
    if trace is None or not snapshot.data.classes or last.activation.key not in ("softmax", "sigmoid", "step"):
        return None
    share = float(trace.a[-1][index])
    return share if isfinite(share) else None


def output_in_words(snapshot: Snapshot, index: int) -> str:
    """The answer of an output to the traced row: a probability, or a number in the units of the table."""
    share, trace = sure_output(snapshot, index), snapshot.trace
    if share is not None:
        return f"{share:.2f}"
    if trace is None:
        return ""
    if snapshot.data.task != "regression":
        return compact(float(trace.a[-1][index]))
    return number(float(snapshot.data.y_scaling.undo(trace.a[-1])[index]))


def why_not(edges: str, snapshot: Snapshot) -> str:
    """Why edges cannot show a quantity with the optimizer in force, "" where they can.

    An optimizer names the row of its memory that is a moment in ``first_moment`` and ``second_moment``.
    """
    optimizer = snapshot.experiment.training.optimizer
    if edges == "effective_step" and optimizer.full_batch:
        return tr("{0} moves all weights together").format(tr(optimizer.label))
    if edges not in _MOMENTS or getattr(optimizer, edges):
        return ""
    if not optimizer.rows:
        return tr("{0} remembers nothing").format(tr(optimizer.label))
    few = ", ".join(optimizer.rows[:_MOST_ROWS]) + (" …" if len(optimizer.rows) > _MOST_ROWS else "")
    return tr("{0} remembers {1}, but not this").format(tr(optimizer.label), few)


def describe_stage(snapshot: Snapshot, place: int) -> str:
    """Name, formula and purpose of the stage at a place among the layers."""
    stage = snapshot.experiment.network.layers[place]
    return f"{tr(stage.label)}\n{stage.formula}\n{tr(stage.about)}"
