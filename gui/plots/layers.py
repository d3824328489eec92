"""A plot over steps with a curve for every layer: chosen in its legend, linked with the selected layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from engine.history import Numbers
from engine.plan import Plan
from gui.plots.legends import FEW, LayerLegend
from gui.plots.strokes import Stroke
from gui.plots.timeplot import Menus, TimePlot
from gui.plots.view import Table
from gui.selection import Selection, Unit, layer_of, name_in_plan, number_in_plan

_STRONG, _WEAK = 2.8, 0.5


class LayerPlot(TimePlot):
    """A curve for every layer of the plan. A click on a curve selects its layer; that which is selected is stronger."""

    def __init__(
        self, title: str, unit: str, empty: str, parent: QWidget | None = None, **menus: Unpack[Menus]
    ) -> None:
        super().__init__(title, unit, empty, parent, **menus)
        self.legend = LayerLegend()
        self.legend.hide()
        self.legend.toggled.connect(self._choose)
        self.stack.insertWidget(0, self.legend)
        self.plot.picked.connect(self._pick)
        self._layers: tuple[str, ...] = ()
        self._drawn: tuple[Numbers, Plan, Sequence[Numbers], Numbers | None] | None = None
        self._selected: int | None = None

    def draw_layers(self, steps: Numbers, plan: Plan, values: Sequence[Numbers], epochs: Numbers | None = None) -> None:
        """Draws the values (points,) of every layer of the plan over the steps, but for those that are hidden."""
        self._drawn = steps, plan, values, epochs
        names = tuple(name_in_plan(layer) for layer in plan.layers)
        plain = strokes_of(len(names))
        short = tuple(number_in_plan(layer) for layer in plan.layers)
        self._layers = short
        self.legend.show_layers(names, short, plain)
        selected = self._selected if self._selected is not None and self._selected < len(names) else None
        self.legend.show_strong(selected)
        shown = [i for i in range(len(names)) if i not in self.legend.hidden_layers]
        strokes = [_weighed(plain[i], None if selected is None else i == selected) for i in shown]
        self.draw(steps, {short[i]: values[i] for i in shown}, strokes=strokes, epochs=epochs)

    def show_names(self, names: tuple[str, ...]) -> None:
        """The legend stands in the title, or in a line of its own where that has no room for all of it."""
        if self.title.has_room_for(self.legend):
            self.title.hold(self.legend)
        elif self.legend.parent() is self.title:
            self.stack.insertWidget(0, self.legend)
            self.title.hold(None)

    def table(self) -> Table | None:
        """The steps and the values of every layer, hidden ones too."""
        if self._drawn is None:
            return None
        steps, plan, values, epochs = self._drawn
        columns = {} if epochs is None else {"epoch": epochs}
        layers = {name_in_plan(layer): y for layer, y in zip(plan.layers, values, strict=True)}
        return Table({"step": steps, **columns, **layers}) if len(steps) else None

    def show_selection(self, selection: Selection) -> None:
        """Makes the layer stronger in which something is selected."""
        before, self._selected = self._selected, layer_of(selection)
        if before != self._selected:
            self._draw_again()

    def _draw_again(self) -> None:
        if self._drawn is not None:
            self.draw_layers(*self._drawn)

    @Slot(object)
    def _choose(self, hidden: set[int]) -> None:
        self._draw_again()
        self.follow()

    @Slot(str)
    def _pick(self, name: str) -> None:
        """Selects the layer of a curve by its first unit."""
        self.selected.emit(Unit(self._layers.index(name) + 1, 0))


def strokes_of(layers: int) -> tuple[Stroke, ...]:
    """A line for each layer: colour and dash of its own for a few, a colour by depth for many."""
    if layers <= FEW:
        return tuple(Stroke(index) for index in range(layers))
    return tuple(Stroke(depth=float(depth), width=1.3) for depth in np.linspace(0.0, 1.0, layers))


def _weighed(stroke: Stroke, selected: bool | None) -> Stroke:
    """A line as it is, or stronger or weaker than the others."""
    if selected is None:
        return stroke
    return replace(stroke, width=_STRONG) if selected else replace(stroke, share=_WEAK)
