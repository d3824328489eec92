"""The gradients over steps: how large they are at every layer, what clipping leaves of them, how far weights move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.history import Numbers
from engine.snapshot import Snapshot
from gui.plots.flow import HEALTHY, USUAL, Flow, flow_of, seen_in_gradients, seen_in_ratios
from gui.plots.layers import LayerPlot
from gui.plots.readout import Value
from gui.plots.strokes import Stroke
from gui.plots.titlewords import Note
from gui.plots.view import About, Table
from gui.selection import name_in_plan
from gui.text import number, tr
from gui.theme import colour, colours, font

PRESS = "The gradients of every layer appear here with the first steps: press Train (Space)."
# No gradient that single precision can hold is smaller.
_SMALLEST = 1e-46
# The opacity of a gradient as it was before it was clipped.
_BEFORE = 0.45
# The values of more layers than this do not all find room beside the crosshair.
_MANY = 12


class HealthyBand:
    """The stretch of update-to-weight ratios that is usually healthy, shaded across a chart, with its words."""

    def __init__(self, plot: pg.PlotWidget) -> None:
        self.area = pg.LinearRegionItem((0.0, 1.0), orientation="horizontal", movable=False, pen=pg.mkPen(None))
        words = tr("healthy, by a rule of thumb")
        self.line = pg.InfiniteLine(angle=0, label=words, labelOpts={"position": 0.99, "anchors": [(1, 1), (1, 1)]})
        for z, item in ((-20, self.area), (-19, self.line)):
            item.setZValue(z)
            plot.addItem(item, ignoreBounds=True)
        self.show_theme()

    def show(self, on: bool, logarithmic: bool) -> None:
        """Shown or not, where it lies on the axis of values."""
        low, usual, high = np.log10([HEALTHY[0], USUAL, HEALTHY[1]]) if logarithmic else (HEALTHY[0], USUAL, HEALTHY[1])
        self.area.setRegion((low, high))
        self.line.setValue(usual)
        for item in (self.area, self.line):
            item.setVisible(on)

    def show_theme(self) -> None:
        """The colours of the theme in force."""
        c = colours()
        self.area.setBrush(colour(c.accent, 0.10))
        self.line.setPen(pg.mkPen(colour(c.accent, 0.35)))
        self.line.label.setColor(QColor(c.quiet))
        self.line.label.fill = pg.mkBrush(colour(c.surface, 0.7))
        self.line.label.setFont(font(11))


class GradientPlot(LayerPlot):
    """The norm of every layer's gradient on a logarithmic axis, or the update-to-weight ratio.

    With "clipped" the curves are those after clipping, and faint behind them those before.
    """

    about = About(
        "Do gradients vanish or explode?",
        "Each curve is the norm of one layer's gradient, biases left out, on the batch of the recorded step, with "
        "penalties and before clipping; “clipped” shows what clipping leaves of it, “ratio” how far the step moved the "
        "weights for their size.",
        (
            "‖dL/dw‖ = √Σ (dL/dw)²",
            "by norm: dL/dw is multiplied by c / ‖dL/dw‖ of all layers together where that norm is above c",
            "ratio = ‖Δw‖ / ‖w‖; 0.0003 to 0.003 is usually healthy, by a rule of thumb",
            "vanishing or exploding: a factor of 1,000 between the first layer and the last, by the median of 5 points",
        ),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Gradients"),
            tr("norm of dL/dw"),
            tr(PRESS),
            parent,
            switches=(
                ("ratio", tr("ratio"), tr("How far a step moves the weights for their size: ‖Δw‖ / ‖w‖")),
                ("clipped", tr("clipped"), tr("The gradients after clipping, and faint behind them those before")),
            ),
        )
        self._on = {"ratio": False, "clipped": False}
        self._snapshot: Snapshot | None = None
        self._flow: Flow | None = None
        self.sentence = Note()
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.sentence.hide()
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        row.addWidget(self.sentence)
        self.stack.insertLayout(self.stack.indexOf(self.plot), row)
        self.plot.smallest = _SMALLEST
        self.healthy = HealthyBand(self.plot)
        self.healthy.show(False, logarithmic=True)
        self.title.switched.connect(self._switch)
        self.set_logarithmic(True)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.StyleChange:
            self.healthy.show_theme()
        super().changeEvent(event)

    # -- what is drawn -----------------------------------------------------------------------------

    @Slot(str, bool)
    def _switch(self, key: str, on: bool) -> None:
        """One of both, or none."""
        self._on = {name: on and name == key for name in self._on}
        for name, state in self._on.items():
            self.title.show_switch(name, state)
        self.show_unit(tr("‖Δw‖ / ‖w‖") if self._on["ratio"] else tr("norm of dL/dw"))
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)
        self.follow()

    def set_logarithmic(self, on: bool) -> None:
        """A logarithmic axis of values, on which zero has no place, or a linear one."""
        super().set_logarithmic(on)
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)
            self.follow()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws what was recorded up to a snapshot."""
        self._snapshot, self._flow = snapshot, flow_of(snapshot)
        flow, ratio = self._flow, self._on["ratio"]
        shown = ratio and len(flow.steps) > 0
        self.plot.landmarks = HEALTHY if shown else ()
        self.healthy.show(shown, self.logarithmic)
        self.show_empty(_why_empty(snapshot))
        values = flow.ratio if ratio else flow.clipped if self._on["clipped"] else flow.gradient
        self.draw_layers(flow.steps, snapshot.plan, list(self._drawable(values)), flow.epochs)
        said = seen_in_ratios(flow) if ratio else seen_in_gradients(flow, snapshot.plan)
        self.sentence.setText(said)
        self.sentence.setToolTip(said)
        self.sentence.setVisible(bool(said))

    def _drawable(self, values: Numbers) -> Numbers:
        """A gap where a logarithmic axis has no place for zero."""
        return np.where(values > 0.0, values, np.nan) if self.logarithmic else values

    def draw(
        self, steps: Numbers, series: dict[str, Numbers], *rest: Any, strokes: Sequence[Stroke] = (), **more: Any
    ) -> None:
        """Draws the layers, and behind them faintly the gradients before clipping where they are wanted."""
        behind: dict[str, Numbers] = {}
        faint: list[Stroke] = []
        if self._on["clipped"] and self._flow is not None:
            before = self._drawable(self._flow.gradient)
            for name, stroke in zip(series, strokes, strict=True):
                behind[tr("{0}, before clipping").format(name)] = before[self._layers.index(name)]
                faint.append(replace(stroke, faint=True, share=_BEFORE))
        super().draw(steps, {**behind, **series}, *rest, strokes=[*faint, *strokes], **more)

    def table(self) -> Table | None:
        """Of every layer all three, whatever is drawn."""
        flow, snapshot = self._flow, self._snapshot
        if flow is None or snapshot is None or not len(flow.steps):
            return None
        columns = {"step": flow.steps, "epoch": flow.epochs}
        kinds = {
            tr("{0}, gradient"): flow.gradient,
            tr("{0}, clipped gradient"): flow.clipped,
            tr("{0}, update-to-weight ratio"): flow.ratio,
        }
        for i, layer in enumerate(snapshot.plan.layers):
            columns.update({words.format(name_in_plan(layer)): values[i] for words, values in kinds.items()})
        return Table(columns)

    # -- the pointer -------------------------------------------------------------------------------

    def _said_at(self, place: int) -> tuple[str, list[Value]]:
        """The step and the values there: all three of the selected layer first, then what is drawn of the others."""
        head, found = super()._said_at(place)
        flow, strokes = self._flow, {value.name: value.stroke for value in found}
        if flow is None:
            return head, found
        values = []
        shown = [i for i in range(len(self._layers)) if i not in self.legend.hidden_layers]
        # Of very many only some find room: then the first and the last layer say most.
        ends = (0, len(self._layers) - 1) if len(shown) > _MANY else ()
        for i in sorted(shown, key=lambda i: (i != self._selected, i not in ends)):
            gradient, clipped, ratio = (_said(v[i, place]) for v in (flow.gradient, flow.clipped, flow.ratio))
            words = ratio if self._on["ratio"] else gradient
            if i == self._selected:
                words = tr("{0}, clipped {1}, ratio {2}").format(gradient, clipped, ratio)
            elif self._on["clipped"]:
                words = f"{gradient} → {clipped}"
            values.append(Value(self._layers[i], words, strokes.get(self._layers[i])))
        return head, values


def _said(value: float) -> str:
    return number(float(value), 4) if np.isfinite(value) else "–"


def _why_empty(snapshot: Snapshot) -> str:
    if not len(snapshot.data.y_train):
        return tr("There is nothing to learn from yet.")
    if snapshot.step > 1:
        return tr("This run has no recorded gradients yet; they appear as it goes on.")
    return tr(PRESS)
