"""The activation explorer: what does this function do, and where on it do the sums of a layer lie?"""

from __future__ import annotations

from html import escape
from math import isfinite

import numpy as np
from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.activations import ACTIVATIONS, Activation
from engine.layers import Weighted
from engine.plan import LayerPlan
from engine.probing.distributions import Distributions
from engine.snapshot import Snapshot
from engine.spec import Setting
from gui import amounts
from gui.fields import ChoiceField, NumberField
from gui.plots.functioncurve import FunctionCurve, Spread
from gui.plots.functions import character_of, slopes_of, values_of
from gui.plots.titles import PanelTitle
from gui.plots.verdicts import exact
from gui.plots.view import About, Table, View
from gui.scrolling import scrolled_column
from gui.selection import Selection, layer_of, name_in_plan
from gui.text import in_a_sentence, number, tr
from gui.theme import colours

# Stands for the function of the chosen layer.
FOLLOW = "as_in_layer"
# As wide as this there is room for the words beside the curve.
_WIDE = 560
Z = Setting("z", "The sum at which value and slope are shown.", low=-1000.0, high=1000.0, step=0.1)


class Explorer(View):
    """Shows a function of the registry, or that of the layer that is selected."""

    about = About(
        "What does this activation function do?",
        "The value and the slope of the function over the sum z, with the tangent at a z of your choice: drag it in "
        "the plot, press the arrow keys or type it. Behind them is how the sums z of the selected layer, or of the "
        "first one, spread over up to 256 training rows: filled where the function is that of the layer, an outline "
        "where it is another one.",
        (
            "a = f(z), z = Σ w·x + b",
            "tangent: a = f(z₀) + f′(z₀) · (z − z₀)",
            "flat: |f′(z)| < max |f′| / 20",
        ),
    )
    probes = ("distributions",)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = PanelTitle(tr("Activation explorer"))
        self._snapshot: Snapshot | None = None
        self._layer, self._z = 0, 1.0
        self._settings: dict[str, float] = {}
        choices = [(FOLLOW, ""), *ACTIVATIONS.choices()]
        self.choice = ChoiceField(choices, tr("Activation function"), tr("Which function is shown."))
        for entry in ACTIVATIONS:
            self.choice.explain(entry.key, tr(entry.about))
        self.choice.chosen.connect(self._refresh)
        self.z = NumberField(Z, whole=False)
        self.z.setFixedWidth(88)
        self.z.edited.connect(self._type)
        self.fields = {name: NumberField(setting, whole=False) for name, setting in _tunable().items()}
        self.names = {name: QLabel(tr(setting.label)) for name, setting in _tunable().items()}
        for field in self.fields.values():
            field.setFixedWidth(72)
            field.edited.connect(self._tune)
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self.curve = FunctionCurve()
        self.curve.moved.connect(self.show_z)
        self.numbers, self.words = QLabel(wordWrap=True), QLabel(wordWrap=True)
        for label in (self.numbers, self.words):
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setMinimumWidth(1)
        self.numbers.setAccessibleName(tr("Value and slope"))
        self._arrange()
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The words stand below the curve, or beside it where the panel is wide."""
        super().resizeEvent(event)
        wide = event.size().width() >= _WIDE
        self._body.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
        self._body.setSpacing(24 if wide else 8)

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.choice)
        top.addStretch(1)
        settings = QHBoxLayout()
        settings.setSpacing(8)
        for name, field in self.fields.items():
            self.names[name].setProperty("role", "field")
            settings.addWidget(self.names[name])
            settings.addWidget(field)
        settings.addStretch(1)
        label = QLabel("z")
        label.setProperty("role", "field")
        top.addWidget(label)
        top.addWidget(self.z)
        column = scrolled_column(self)
        column.addLayout(top)
        column.addLayout(settings)
        column.addLayout(self._body, 1)
        self._body.setSpacing(8)
        self._body.addWidget(self.curve, 3)
        beside = QVBoxLayout()
        beside.setSpacing(8)
        beside.addWidget(self.numbers)
        beside.addWidget(self.words)
        beside.addStretch(1)
        self._body.addLayout(beside, 2)

    # -- values ----------------------------------------------------------------------------------

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows the network at an instant."""
        self._snapshot = snapshot
        self._refresh()

    def show_selection(self, selection: Selection) -> None:
        """Follows the layer that is selected."""
        layer = layer_of(selection)
        if layer is not None or selection is None:
            self._layer = layer or 0
        self._refresh()

    @Slot(float)
    def show_z(self, z: float) -> None:
        """Shows value and slope at another sum."""
        self._z = min(max(z, Z.low or 0.0), Z.high or 0.0)
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Writes again in the colours of another theme."""
        if event.type() == QEvent.Type.StyleChange:
            self._refresh()
        super().changeEvent(event)

    def table(self) -> Table | None:
        """The curves as they are drawn."""
        z, a, slope = self.curve.drawn
        return Table({"z": z, "f(z)": a, "f′(z)": slope})

    @property
    def layer(self) -> LayerPlan | None:
        """The layer whose sums are shown: the selected one, or the first."""
        if self._snapshot is None:
            return None
        layers = self._snapshot.plan.layers
        return layers[self._layer if self._layer < len(layers) else 0]

    @property
    def function(self) -> Activation:
        """The function that is shown."""
        if self.choice.key == FOLLOW:
            layer = self.layer
            return layer.activation if layer is not None else next(iter(ACTIVATIONS))
        entry = ACTIVATIONS[self.choice.key]
        if entry.tune is None or entry.setting is None:
            return entry
        return entry.tune(self._settings.get(entry.setting, _default(entry.setting)))

    @property
    def spread(self) -> Spread | None:
        """How the sums of the layer spread, None where that is not known."""
        found, layer = self._snapshot.probes.get("distributions") if self._snapshot else None, self.layer
        if not isinstance(found, Distributions) or not found.rows or layer is None or self._snapshot is None:
            return None
        at = found.now.histograms["sums"][self._snapshot.plan.layers.index(layer)]
        return Spread(at.bins.edges, at.counts, found.rows, found.step, layer.activation == self.function)

    # -- what is drawn ---------------------------------------------------------------------------

    @Slot()
    def _refresh(self) -> None:
        function, spread, layer = self.function, self.spread, self.layer
        followed = name_in_plan(layer) if layer is not None else tr("hidden {0}").format(1)
        self.choice.setItemText(self.choice.findData(FOLLOW), tr("As in {0}").format(followed))
        self.choice.updateGeometry()
        own = function.setting if self.choice.key != FOLLOW else None
        for name, field in self.fields.items():
            field.setVisible(name == own)
            self.names[name].setVisible(name == own)
            field.show_value(self._settings.get(name, _default(name)))
        self.z.show_value(self._z)
        self.curve.show_function(function, self._z, spread)
        self.title.show_legend(("f", "f′"))
        self.numbers.setText(self._numbers(function))
        self.words.setText(self._words(function, spread))

    def _numbers(self, function: Activation) -> str:
        z = np.array([self._z])
        rows = (
            ("z", self._z),
            ("f(z)", float(values_of(function, z)[0])),
            ("f′(z)", float(slopes_of(function, z)[0])),
        )
        cells = "".join(
            f'<tr><td style="color:{colours().quiet};padding-right:8px">{name}</td><td>{exact(value)}</td></tr>'
            for name, value in rows
        )
        return f'<table cellspacing="0">{cells}</table>'

    def _words(self, function: Activation, spread: Spread | None) -> str:
        quiet = f'<span style="color:{colours().quiet}">'
        told = " ".join((tr(function.about), *said_of(function)))
        lines = [f"{escape(function.formula)}<br>f′: {escape(function.slope_formula)}", escape(told)]
        lines.append(f"{quiet}{escape(self._said_of_layer(spread))}</span>")
        return "".join(f'<p style="margin:0 0 6px 0">{line}</p>' for line in lines)

    def _said_of_layer(self, spread: Spread | None) -> str:
        layer, snapshot = self.layer, self._snapshot
        if layer is None or snapshot is None:
            return tr("The sums of a layer are shown behind the curve as soon as there is a network.")
        name = name_in_plan(layer)
        if spread is None and len(snapshot.data.y_train):
            return tr("The sums in {0} are being counted.").format(name)
        if spread is None:
            return tr("There are no training rows whose sums in {0} could be shown.").format(name)
        if not spread.counts.sum():
            return tr("No sum in {0} is a finite number.").format(name)
        rows = amounts.training_rows(spread.rows)
        if spread.own:
            return tr("Filled: z in {0} over {1}, at step {2}.").format(name, rows, f"{spread.step:,}")
        told = tr("Outline: z in {0} over {1}, at step {2}; its own function is {3}.")
        return told.format(name, rows, f"{spread.step:,}", in_a_sentence(tr(layer.activation.label)))

    # -- wishes ----------------------------------------------------------------------------------

    @Slot(object, int)
    def _type(self, value: float, _: int) -> None:
        self.show_z(float(value))

    @Slot(object, int)
    def _tune(self, value: float, _: int) -> None:
        name = next(name for name, field in self.fields.items() if field is self.sender())
        self._settings[name] = float(value)
        self._refresh()


def said_of(function: Activation) -> list[str]:
    """Sentences on its range, where it is flat, and its kinks."""
    found = character_of(function)
    low, high = number(found.low, 3), number(found.high, 3)
    bounded = (isfinite(found.low), isfinite(found.high))
    told = {
        (True, True): tr("Its values lie between {0} and {1}."),
        (True, False): tr("Its values go from {0} up without end."),
        (False, True): tr("Its values go from {1} down without end."),
        (False, False): tr("Its values have no bounds."),
    }[bounded]
    lines = [told.format(low, high)]
    below, above = number(found.flat_below, 3), number(found.flat_above, 3)
    if found.slopeless:
        lines.append(tr("Its slope is zero everywhere, so that no gradient passes it."))
    elif isfinite(found.flat_below) and isfinite(found.flat_above):
        lines.append(tr("Below z = {0} and above z = {1} it is flat: hardly any gradient passes.").format(below, above))
    elif isfinite(found.flat_below):
        lines.append(tr("Below z = {0} it is flat: hardly any gradient passes.").format(below))
    elif isfinite(found.flat_above):
        lines.append(tr("Above z = {0} it is flat: hardly any gradient passes.").format(above))
    else:
        lines.append(tr("It is nowhere flat."))
    if function.kinks:
        places = ", ".join(number(kink, 3) for kink in function.kinks)
        lines.append(tr("It has a kink at z = {0}.").format(places))
    if function.mixes:
        lines.append(tr("It mixes the units of a layer: shown is one of two units, with the sum of the other at 0."))
    return lines


def _tunable() -> dict[str, Setting]:
    """The settings of layers that make functions other ones, by name."""
    settings = Weighted.settings()
    return {entry.setting: settings[entry.setting] for entry in ACTIVATIONS if entry.setting is not None}


def _default(name: str) -> float:
    return float(Weighted.model_fields[name].default)
