"""The inspector: one unit or one weight, with the sum written out term by term."""

from __future__ import annotations

from html import escape
from itertools import zip_longest

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from engine.activations import Activation, Array, sigmoid
from engine.plan import LayerPlan
from engine.snapshot import Snapshot
from gui.plots.titles import PanelTitle
from gui.plots.values import ValueRow
from gui.selection import (
    Selection,
    StageAt,
    Unit,
    Weight,
    is_frozen,
    parameter_of,
    stage_name,
    stages_before,
    still_there,
    unit_name,
)
from gui.text import MINUS, number, signed, tr
from gui.theme import colours
from gui.thumbnails import class_images, unit_images

_MOST_TERMS = 14
_GREEK = {"gamma": "γ", "beta": "β"}


class CurveView(QWidget):
    """An activation function with the present point on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(84)
        self.setAccessibleName(tr("Activation function"))
        self._activation: Activation | None = None
        self._z: float | None = None
        self._a: float | None = None
        self._others = 0.0

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Half of the panel."""
        return QSize(120, 84)

    def show_point(self, activation: Activation, z: float | None, a: float | None = None, others: float = 0.0) -> None:
        """Shows a function and where on it a unit stands: at the sum z, with the answer a.

        ``others``: for softmax, log Σ e^z over the other units of the layer, which shifts the curve.
        """
        self._activation, self._z, self._a, self._others = activation, z, a, others
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Axes, curve, point."""
        if self._activation is not None:
            with QPainter(self) as painter:
                self._paint_curve(painter, self._activation)

    def _curve(self, activation: Activation, z: Array) -> Array:
        if activation.backward is None:
            values: Array = activation.value(z[None, :].copy(), None)[0]
            return values
        # With the other units held, softmax over one of them is a sigmoid.
        return sigmoid(z - self._others)

    def _paint_curve(self, painter: QPainter, activation: Activation) -> None:
        c = colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        here = self._z is not None and self._a is not None and np.isfinite([self._z, self._a]).all()
        middle = float(np.clip(self._others, -1e6, 1e6)) if activation.backward is not None else 0.0
        reach = max(4.0, min(abs((self._z or 0.0) - middle) * 1.2, 1e6)) if here else 4.0
        z = np.linspace(middle - reach, middle + reach, 121)
        a = self._curve(activation, z)
        low, high = min(float(a.min()), 0.0), max(float(a.max()), 1e-9)
        area = QRectF(2, 6, self.width() - 4, self.height() - 12)

        def at(x: float, y: float) -> QPointF:
            across = area.left() + (x - middle + reach) / (2 * reach) * area.width()
            return QPointF(across, area.bottom() - (y - low) / (high - low) * area.height())

        painter.setPen(QPen(QColor(c.line), 1.0))
        painter.drawLine(at(middle - reach, 0.0), at(middle + reach, 0.0))
        if abs(middle) <= reach:
            painter.drawLine(at(0.0, low), at(0.0, high))
        path = QPainterPath(at(z[0], a[0]))
        for x, y in zip(z[1:], a[1:], strict=True):
            path.lineTo(at(float(x), float(y)))
        painter.setPen(QPen(QColor(c.accent), 1.8))
        painter.drawPath(path)
        if here and self._z is not None and self._a is not None:
            painter.setPen(QPen(QColor(c.surface), 2.0))
            painter.setBrush(QColor(c.accent))
            painter.drawEllipse(at(self._z, min(max(self._a, low), high)), 5.0, 5.0)


class MapView(QWidget):
    """What a unit answers over the plane of the inputs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(84, 84)
        self._image: QImage | None = None

    def show_image(self, image: QImage | None) -> None:
        """Shows a picture, or nothing."""
        self._image = image
        self.setVisible(image is not None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The picture with round corners."""
        if self._image is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            clip = QPainterPath()
            clip.addRoundedRect(QRectF(self.rect()), 6, 6)
            painter.setClipPath(clip)
            painter.drawImage(QRectF(self.rect()), self._image)


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
        self.curve, self._map = CurveView(), MapView()
        self._answer = QLabel()
        self._answer.setTextFormat(Qt.TextFormat.RichText)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.curve, 1)
        top.addWidget(self._answer)
        top.addWidget(self._map)
        self._top = QWidget()
        self._top.setLayout(top)
        top.setContentsMargins(0, 0, 0, 0)
        self.terms = QLabel(wordWrap=True)
        self.terms.setTextFormat(Qt.TextFormat.RichText)
        self.terms.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.terms.linkActivated.connect(self._follow)
        self.values = ValueRow()
        self.terms.setAccessibleName(tr("The numbers of what is selected"))
        self.terms.setAlignment(Qt.AlignmentFlag.AlignTop)
        content = QWidget()
        content.setObjectName("content")
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 4, 16, 12)
        column.addWidget(self._top)
        column.addWidget(self.values)
        column.addWidget(self.terms, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        self._refresh()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows the selection at another instant."""
        self._snapshot = snapshot
        self._refresh()

    def show_selection(self, selection: Selection) -> None:
        """Shows something else."""
        self._selection = selection
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Writes the numbers again in the colours of another theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh()
        super().changeEvent(event)

    def _refresh(self) -> None:
        snapshot = self._snapshot
        # For a moment after an edit, what is selected is not yet in the snapshot.
        selection = still_there(self._selection, snapshot) if snapshot else None
        is_unit = isinstance(selection, Unit) and selection.column > 0
        self._top.setVisible(snapshot is not None and is_unit)
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

    def _short(self, name: str) -> str:
        """A name cut in its middle to what the panel has room for beside the numbers."""
        room = max(self.width() - 190, 80)
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
            if link:
                value = f'<a href="{link}" style="color:{tint};text-decoration:none">{value}</a>'
            lines.append(
                f'<tr><td style="color:{c.text if strong else c.quiet};font-weight:{weight};padding-right:10px;'
                f'white-space:nowrap">{escape(self._short(name))}</td>'
                f'<td align="right" style="color:{tint};font-weight:{weight};padding-right:8px">{value}</td>'
                f'<td style="color:{c.quiet};white-space:nowrap">{escape(remark)}</td></tr>'
            )
        return f'<table cellspacing="0" cellpadding="2">{"".join(lines)}</table>'

    def _show_unit(self, snapshot: Snapshot, unit: Unit) -> None:
        layer = unit.column - 1
        plan, trace = snapshot.plan.layers[layer], snapshot.trace
        self.title.show_note(f"{plan.name} · {unit.index + 1}")
        (rows, links), z, a = self._terms(snapshot, layer, unit.index), None, None
        if plan.bias:
            rows.append((tr("bias"), signed(float(snapshot.biases(layer)[unit.index])), "", False))
        notes = _passed(plan) if trace is not None else []
        if is_frozen(plan, unit.index):
            notes.append(tr("Frozen: training leaves these numbers as they are."))
        if trace is not None:
            z, a = float(trace.z[layer][unit.index]), float(trace.a[layer][unit.index])
            rows.append(("z", signed(z), tr("row {0}, {1}").format(trace.row + 1, trace.truth), True))
            if snapshot.data.task == "regression" and layer == len(snapshot.plan.layers) - 1:
                scaling = snapshot.data.y_scaling
                answer = a * scaling.factor[unit.index] + scaling.shift[unit.index]
                rows.append((snapshot.data.target, number(float(answer), 4), tr("in the table's units"), False))
        self.curve.show_point(plan.activation, z, a, _others(trace.z[layer], unit.index) if trace else 0.0)
        short = len(plan.activation.formula) < 20
        if not short:
            notes.insert(0, plan.activation.formula)
        shown = f'<br><span style="font-size:15px;font-weight:600">{number(a, 4)}</span>' if a is not None else ""
        words = escape(plan.activation.formula if short else "a")
        self._answer.setText(f'<span style="color:{colours().quiet}">{words}</span>{shown}')
        image = None
        if snapshot.maps is not None:
            last = layer == len(snapshot.plan.layers) - 1
            is_class = last and bool(snapshot.data.classes)
            threshold = snapshot.plan.loss.threshold
            if is_class:
                image = class_images(snapshot.maps.answers, threshold, np.array([unit.index]))[0]
            else:
                image = unit_images(snapshot.maps.layers[layer][unit.index][None])[0]
        self._map.show_image(image)
        self.terms.setText(self._table(rows, links) + self._notes(notes))

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
            remarks = [f"{_GREEK.get(name, name)} {signed(float(values[unit]))}" for name, values in learned]
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
            rows.insert(0, ("", "out", tr("row {0}, {1}").format(trace.row + 1, trace.truth), True))
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
        rows = [(tr("from"), escape(source), "", False), (tr("to"), escape(unit), "", False)]
        rows.append(("w", signed(value, 5), "", True))
        trace = snapshot.trace
        if trace is not None:
            x = float(trace.inputs[weight.layer][weight.source])
            rows.append(("x", signed(x), tr("row {0}, {1}").format(trace.row + 1, trace.truth), False))
            rows.append(("w · x", signed(value * x), "", True))
        notes = _passed(snapshot.plan.layers[weight.layer]) if trace is not None else []
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
            where = tr("row {0}, {1}").format(trace.row + 1, trace.truth)
            rows.append((tr("value"), number(float(trace.x_in_units[unit.index]), 5), where, False))
            rows.append(("x", signed(float(trace.x[unit.index])), "", True))
        self.terms.setText(self._table(rows))


def _passed(plan: LayerPlan) -> list[str]:
    """A sentence about the stages that the inputs of a layer have passed, if there are any."""
    if not plan.stages:
        return []
    names = ", ".join(stage_name(part.stage) for part in plan.stages)
    return [tr("× is what the layer was given, after {0}.").format(names)]


def _others(z: Array, unit: int) -> float:
    """log Σ e^z over all units of a layer but one; a very low number where there is no other."""
    rest = np.delete(z.astype(float), unit)
    if len(rest) == 0:
        return -1e6
    top = float(rest.max())
    return top + float(np.log(np.exp(rest - top).sum())) if np.isfinite(top) else 0.0
