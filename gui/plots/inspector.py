"""The inspector: one unit or one weight, with the sum written out term by term."""

from __future__ import annotations

from html import escape
from itertools import zip_longest

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from engine.edge_views import EDGE_VIEWS, EdgeView
from engine.plan import LayerPlan
from engine.snapshot import Snapshot
from engine.unit_views import has_no_slope
from gui import amounts
from gui.diagram.nodes import dead_units, statistics
from gui.diagram.words import compact, row_and_truth
from gui.plots.portrait import SHORT, Portrait
from gui.plots.titles import PanelTitle
from gui.plots.values import ValueRow
from gui.scrolling import scrolled_column
from gui.selection import (
    GREEK,
    Selection,
    StageAt,
    Unit,
    Weight,
    is_frozen,
    is_held,
    name_in_plan,
    parameter_of,
    stage_name,
    stages_before,
    still_there,
    unit_name,
)
from gui.text import MINUS, in_a_sentence, number, said, signed, tr
from gui.theme import colours

_MOST_TERMS = 14
# Longer remarks, which are words, may go on in a second line.
_SHORT_REMARK = 12


class Inspector(QWidget):
    """Shows what is selected: z = Σ w x + b with the numbers of the traced row, then a = f(z).

    ``selected(selection)`` when a weight in the sum is clicked; ``values.edited`` when a number is set by hand.
    """

    selected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = PanelTitle(tr("Inspector"))
        self._snapshot: Snapshot | None = None
        self._selection: Selection = None
        self.portrait = Portrait()
        self.terms = QLabel(wordWrap=True)
        self.terms.setTextFormat(Qt.TextFormat.RichText)
        self.terms.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.terms.linkActivated.connect(self._follow)
        # As wide as the panel, whatever is in it: names are cut before numbers are.
        self.terms.setMinimumWidth(1)
        self.values = ValueRow()
        self.terms.setAccessibleName(tr("The numbers of what is selected"))
        self.terms.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = scrolled_column(self)
        column.addWidget(self.portrait)
        column.addWidget(self.values)
        column.addWidget(self.terms, 1)
        self._refresh()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows the selection at another instant."""
        self._snapshot = snapshot
        self._refresh()

    def show_selection(self, selection: Selection) -> None:
        """Shows something else."""
        self._selection = selection
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Cuts the names to another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Writes the numbers again in the colours of another theme."""
        if event.type() == QEvent.Type.StyleChange:
            self._refresh()
        super().changeEvent(event)

    def _refresh(self) -> None:
        snapshot = self._snapshot
        # For a moment after an edit, what is selected is not yet in the snapshot.
        selection = still_there(self._selection, snapshot) if snapshot else None
        is_unit = isinstance(selection, Unit) and selection.column > 0
        self.portrait.setVisible(snapshot is not None and is_unit)
        self.values.show_value(snapshot, parameter_of(selection, snapshot) if snapshot else None)
        if snapshot is None or selection is None:
            self.title.show_note("")
            self.terms.setText(self._quiet(tr("Click a unit or a weight in the diagram to see its numbers.")))
        elif isinstance(selection, Weight):
            self._show_weight(snapshot, selection)
        elif isinstance(selection, StageAt):
            self._show_stage(snapshot, selection.place)
        elif selection.column == 0:
            self._show_input(snapshot, selection)
        else:
            self._show_unit(snapshot, selection)

    @staticmethod
    def _quiet(text: str) -> str:
        return f'<span style="color:{colours().quiet}">{escape(text)}</span>'

    def _short(self, name: str, beside: int = 190) -> str:
        """A name cut in its middle to what the panel has room for ``beside`` the numbers."""
        room = max(self.width() - beside, 40)
        return self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room)

    @Slot(str)
    def _follow(self, link: str) -> None:
        """A click on a weight in the sum selects it."""
        self.selected.emit(Weight(*(int(part) for part in link.split(","))))

    def _table(self, rows: list[tuple[str, str, str, bool]], links: tuple[str, ...] = ()) -> str:
        """Rows of (name, value, remark, strong); values coloured by their sign, the first ones with links."""
        c, lines = colours(), []
        for (name, value, remark, strong), link in zip_longest(rows, links):
            tint = c.text
            if not strong and value.startswith(("+", MINUS)):
                tint = c.positive if value.startswith("+") else c.negative_text
            weight = 600 if strong else 400
            room = "nowrap" if len(remark) < _SHORT_REMARK else "normal"
            if link:
                value = f'<a href="{link}" style="color:{tint};text-decoration:none">{value}</a>'
            lines.append(
                f'<tr><td style="color:{c.text if strong else c.quiet};font-weight:{weight};padding-right:10px;'
                f'white-space:nowrap">{escape(self._short(name))}</td>'
                f'<td align="right" style="color:{tint};font-weight:{weight};padding-right:8px;'
                f'white-space:nowrap">{value}</td>'
                f'<td style="color:{c.quiet};white-space:{room}">{escape(remark)}</td></tr>'
            )
        return f'<table cellspacing="0" cellpadding="2">{"".join(lines)}</table>'

    def _show_unit(self, snapshot: Snapshot, unit: Unit) -> None:
        layer = unit.column - 1
        plan, trace = snapshot.plan.layers[layer], snapshot.trace
        self.title.show_note(f"{name_in_plan(plan)} · {unit.index + 1}")
        self.portrait.show_unit(snapshot, unit)
        rows, links = self._terms(snapshot, layer, unit.index)
        if plan.bias:
            bias = signed(float(snapshot.biases(layer)[unit.index]))
            rows.append((tr("bias"), bias, _edge_of_bias(snapshot, unit), False))
        if trace is not None:
            rows.append(("z", signed(float(trace.z[layer][unit.index])), row_and_truth(trace), True))
            if snapshot.data.task == "regression" and layer == len(snapshot.plan.layers) - 1:
                answer = snapshot.data.y_scaling.undo(trace.a[layer])[unit.index]
                name = unit_name(snapshot, unit.column, unit.index)
                rows.append((name, number(float(answer), 4), tr("in the table's units"), False))
        notes = [plan.activation.formula] if len(plan.activation.formula) >= SHORT else []
        notes += _passed(plan) or _scaled(snapshot, layer) if trace is not None else []
        if is_frozen(plan, unit.index):
            notes.append(tr("Frozen: training leaves these numbers as they are."))
        self.terms.setText(self._table(rows, links) + self._notes([*notes, *_over_the_rows(snapshot, unit)]))

    def _notes(self, notes: list[str]) -> str:
        """Quiet sentences under a table."""
        return "".join(f'<p style="margin:6px 0 0 2px">{self._quiet(note)}</p>' for note in notes)

    def _show_stage(self, snapshot: Snapshot, place: int) -> None:
        """What a stage does, what it has learned for each unit, and what it made of the traced row."""
        plan, layers = snapshot.plan, snapshot.experiment.network.layers
        layer = next(i for i in range(len(plan.layers)) if place in stages_before(plan, i, len(layers)))
        stages = plan.layers[layer].stages
        stage = stages[place - stages_before(plan, layer, len(layers)).start]
        spec, trace = stage.stage, snapshot.trace
        self.title.show_note(stage_name(spec))
        learned = list(zip(spec.rows, stage.rows(snapshot.parameters), strict=True))
        # What came in and went out is known of the whole gap; with several stages not of each.
        alone = trace is not None and len(stages) == 1
        rows = []
        for unit in range(min(stage.units, _MOST_TERMS)):
            remarks = [f"{GREEK.get(name, name)} {signed(float(values[unit]))}" for name, values in learned]
            value = ""
            if alone and trace is not None:
                before = trace.x if layer == 0 else trace.a[layer - 1]
                value = signed(float(trace.inputs[layer][unit]))
                remarks = remarks or [f"x {signed(float(before[unit]))}"]
            if value or remarks:
                rows.append((unit_name(snapshot, layer, unit), value, " · ".join(remarks), False))
        if len(rows) < stage.units and rows:
            rows.append((tr("and {0} more").format(stage.units - len(rows)), "", "", False))
        if alone and trace is not None:
            rows.insert(0, ("", tr("out"), row_and_truth(trace), True))
        formula = f'<p style="margin:0 0 0 2px">{escape(spec.formula)}</p>'
        about = f'<p style="margin:6px 0 8px 2px">{self._quiet(tr(spec.about))}</p>'
        self.terms.setText(f"{formula}{about}{self._table(rows)}")

    def _terms(
        self, snapshot: Snapshot, layer: int, unit: int
    ) -> tuple[list[tuple[str, str, str, bool]], tuple[str, ...]]:
        """A row for each input of a unit, or the strongest where they are too many, and the links to their weights."""
        w, trace = snapshot.weights(layer)[:, unit], snapshot.trace
        x = None if trace is None else trace.inputs[layer]
        order = np.arange(len(w))
        if len(w) > _MOST_TERMS:
            order = np.sort(np.argsort(-np.abs(w if x is None else w * x))[:_MOST_TERMS])
        rows = []
        for i in order:
            factor = "" if x is None else f"× {number(float(x[i]), 3)}"
            rows.append((unit_name(snapshot, layer, int(i)), signed(float(w[i])), factor, False))
        if len(w) > len(order):
            rest = len(w) - len(order)
            value = "" if x is None else signed(float(np.delete(w * x, order).sum()))
            rows.append((tr("{0} more, together").format(rest), value, "", False))
        return rows, tuple(f"{layer},{i},{unit}" for i in order)

    def _show_weight(self, snapshot: Snapshot, weight: Weight) -> None:
        value = float(snapshot.weights(weight.layer)[weight.source, weight.unit])
        source = unit_name(snapshot, weight.layer, weight.source)
        unit = unit_name(snapshot, weight.layer + 1, weight.unit)
        self.title.show_note(tr("weight"))
        ends = ((tr("from"), source), (tr("to"), unit))
        rows = [(which, escape(self._short(name, 130)), "", False) for which, name in ends]
        plan = snapshot.plan.layers[weight.layer]
        rows.append(("w", signed(value, 5), is_held(plan, weight.source, weight.unit), True))
        trace = snapshot.trace
        if trace is not None:
            x = float(trace.inputs[weight.layer][weight.source])
            rows.append(("x", signed(x), row_and_truth(trace), False))
            rows.append(("w · x", signed(value * x), "", True))
        notes = _passed(plan) if trace is not None else []
        view = _edge_view(snapshot)
        values = snapshot.edge_values(weight.layer)
        if view is not None and values is not None:
            shown = compact(float(values[weight.source, weight.unit]), view.signed, 4)
            rows.append((f"{in_a_sentence(tr(view.label))} {view.symbol}", shown, "", False))
        elif snapshot.edges is not None and snapshot.edges.missing:
            notes.insert(0, said(snapshot.edges.missing))
        self.terms.setText(self._table(rows) + self._notes(notes))

    def _show_input(self, snapshot: Snapshot, unit: Unit) -> None:
        data, trace = snapshot.data, snapshot.trace
        self.title.show_note(tr("input {0}").format(unit.index + 1))
        scaling = data.x_scaling
        rows = [
            (tr("column"), escape(data.names[unit.index]), "", False),
            (tr("shift"), number(float(scaling.shift[unit.index]), 5), tr("subtracted from the value"), False),
            (tr("factor"), number(float(scaling.factor[unit.index]), 5), tr("then divided by"), False),
        ]
        if trace is not None:
            where = row_and_truth(trace)
            rows.append((tr("value"), number(float(trace.x_in_units[unit.index]), 5), where, False))
            rows.append(("x", signed(float(trace.x[unit.index])), "", True))
        self.terms.setText(self._table(rows))


def _edge_view(snapshot: Snapshot) -> EdgeView | None:
    """What the edges show besides what is always written: weights and, for a traced row, their products."""
    edges = snapshot.edges
    return EDGE_VIEWS[edges.key] if edges is not None and edges.key not in ("weight", "contribution") else None


def _edge_of_bias(snapshot: Snapshot, unit: Unit) -> str:
    """What the edges show, for the bias of a unit: "dL/dw +0.0031"; "" for nothing."""
    view = _edge_view(snapshot)
    if view is None or snapshot.edges is None or snapshot.edges.values is None:
        return ""
    value = float(snapshot.plan.layers[unit.column - 1].biases(snapshot.edges.values)[unit.index])
    return f"{view.symbol.replace('w', 'b')} {compact(value, view.signed, 4)}"


def _over_the_rows(snapshot: Snapshot, unit: Unit) -> list[str]:
    """What is known of a unit over the rows: how often it is flat, how strong its gradient is, if it is dead."""
    units, layer = statistics(snapshot), unit.column - 1
    if units is None:
        return []
    found, notes = units.layers[layer], []
    if units.quantity == "gradient":
        level = number(float(found.level[unit.index]))
        notes.append(
            tr("delta = dL/dz is {0}: root of the mean square over {1}.").format(level, amounts.rows(units.rows))
        )
    if has_no_slope(snapshot.plan.layers[layer].activation):
        notes.append(tr("Its slope is zero everywhere."))
    elif np.isfinite(found.saturated[unit.index]):
        share = f"{100 * float(found.saturated[unit.index]):.0f}"
        notes.append(tr("Saturated at {0} % of {1}.").format(share, amounts.training_rows(units.rows)))
    if dead_units(snapshot, layer)[unit.index]:
        notes.append(tr("Dead: its slope is zero at every row, so it cannot learn."))
    return notes


def _scaled(snapshot: Snapshot, layer: int) -> list[str]:
    """Why the numbers of the first layer's inputs are not those of the table, where they are scaled."""
    scaling = snapshot.data.x_scaling
    if layer > 0 or (np.all(scaling.shift == 0.0) and np.all(scaling.factor == 1.0)):
        return []
    return [tr("× is the scaled value: click an input in the diagram to see how.")]


def _passed(plan: LayerPlan) -> list[str]:
    """A sentence about the stages that the inputs of a layer have passed, if there are any."""
    if not plan.stages:
        return []
    names = ", ".join(stage_name(part.stage) for part in plan.stages)
    return [tr("× is what the layer was given, after {0}.").format(names)]
