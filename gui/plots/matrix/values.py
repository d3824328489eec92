"""The numbers of one layer as the Matrix view shows them. No Qt but for translation."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.edge_views import EDGE_VIEWS
from engine.plan import LayerPlan
from engine.snapshot import Snapshot
from gui.selection import Parameter, Unit, Weight, unit_name
from gui.text import said, tr


@dataclass(frozen=True)
class Grid:
    """A layer's weights, or what the edges show instead: ``weights`` (inputs, units), ``biases`` (units,) or None.

    ``key`` is that of EDGE_VIEWS. ``missing`` says why there are no numbers; the arrays are then empty.
    """

    snapshot: Snapshot = field(repr=False, compare=False)
    layer: int
    key: str
    weights: NDArray[Any]
    biases: NDArray[Any] | None
    missing: str = ""

    @classmethod
    def of(cls, snapshot: Snapshot, layer: int) -> Grid:
        """What the edges into a layer show at an instant."""
        plan, edges = snapshot.plan.layers[layer], snapshot.edges
        key = "weight" if edges is None else edges.key
        flat = snapshot.parameters if edges is None else edges.values
        if flat is None:
            assert edges is not None
            return cls(snapshot, layer, key, np.zeros((0, 0)), None, said(edges.missing))
        return cls(snapshot, layer, key, plan.weights(flat), plan.biases(flat) if plan.bias else None)

    @property
    def plan(self) -> LayerPlan:
        """The layer."""
        return self.snapshot.plan.layers[self.layer]

    @property
    def shape(self) -> tuple[int, int]:
        """Lines and units: a line for each input, and one for the biases."""
        inputs, units = self.weights.shape
        return inputs + (self.biases is not None), units

    @property
    def quantity(self) -> str:
        """What is shown, with its symbol: "Weight w"."""
        view = EDGE_VIEWS[self.key]
        return f"{tr(view.label)} {view.symbol}"

    @cached_property
    def largest(self) -> float:
        """The largest finite magnitude, biases too; 0 when there is none."""
        return max(largest_of(self.weights), 0.0 if self.biases is None else largest_of(self.biases))

    @cached_property
    def finite(self) -> bool:
        """Whether all numbers are finite."""
        every = (self.weights,) if self.biases is None else (self.weights, self.biases)
        return all(bool(np.isfinite(part.max()) and np.isfinite(part.min())) for part in every if part.size)

    def value(self, line: int, unit: int) -> Any:
        """The number in a cell, in its own precision."""
        if line < len(self.weights):
            return self.weights[line, unit]
        assert self.biases is not None
        return self.biases[unit]

    def text(self, line: int, unit: int) -> str:
        """A number as the shortest one that is the same in its precision."""
        return str(self.value(line, unit)).removesuffix(".0")

    def parameter(self, line: int, unit: int) -> Parameter:
        """Which weight or bias a cell is."""
        return Weight(self.layer, line, unit) if line < len(self.weights) else Unit(self.layer + 1, unit)

    def line_name(self, line: int) -> str:
        """The input of a line, or "bias"."""
        return unit_name(self.snapshot, self.layer, line) if line < len(self.weights) else tr("bias")

    def unit_name(self, unit: int) -> str:
        """A unit of the layer."""
        return unit_name(self.snapshot, self.layer + 1, unit)

    @cached_property
    def held(self) -> Held:
        """What training does not move."""
        return Held.of(self.plan)

    def words(self, line: int, unit: int) -> str:
        """A cell in words: which weight it is, its value, and what holds it."""
        held = self.held.word(line, unit) if line < len(self.weights) else self.held.word(-1, unit)
        name = f"{self.line_name(line)} → {self.unit_name(unit)}"
        symbol = EDGE_VIEWS[self.key].symbol
        return "\n".join(filter(None, (name, f"{symbol} = {self.text(line, unit)}", held)))


@dataclass(frozen=True)
class Held:
    """Which weights of a layer training leaves as they are, by (input, unit); looked up fast."""

    everything: bool
    units: frozenset[int]
    frozen: frozenset[tuple[int, int]]
    pruned: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, plan: LayerPlan) -> Held:
        """What the plan of a layer says."""
        frozen, pruned = frozenset(plan.frozen_weights), frozenset(plan.pruned_weights)
        return cls(not plan.trainable, frozenset(plan.frozen_units), frozen, pruned)

    def kind(self, source: int, unit: int) -> str:
        """ "pruned", "frozen" or "" for a weight; ``source`` -1 is the bias."""
        if (source, unit) in self.pruned:
            return "pruned"
        return "frozen" if self.everything or unit in self.units or (source, unit) in self.frozen else ""

    def word(self, source: int, unit: int) -> str:
        """The same for people."""
        return {"pruned": tr("held at zero"), "frozen": tr("frozen")}.get(self.kind(source, unit), "")

    @property
    def any(self) -> bool:
        """Whether anything at all is held."""
        return bool(self.everything or self.units or self.frozen or self.pruned)


def largest_of(values: NDArray[Any]) -> float:
    """The largest finite magnitude, 0 when there is none."""
    if not values.size:
        return 0.0
    # Without a copy: mostly all are finite.
    top = max(float(values.max()), -float(values.min()))
    if np.isfinite(top):
        return top
    sizes = np.abs(values)
    return float(np.where(np.isfinite(sizes), sizes, 0.0).max())
