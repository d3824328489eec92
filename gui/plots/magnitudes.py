"""How the weights of every layer grow while it trains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from engine.snapshot import Snapshot
from gui.plots.curves import epochs_at, up_to
from gui.plots.layers import LayerPlot
from gui.plots.titles import Choice
from gui.plots.view import About
from gui.text import tr

# A weight smaller than this share of its layer's largest counts as near zero.
NEAR_ZERO = 0.01


@dataclass(frozen=True)
class Measure:
    """A size of a layer's weights: the column of the history, what it is called, its axis, and how it is computed."""

    key: str
    label: str
    unit: str
    of: Callable[[NDArray[Any]], float]


def _share_near_zero(w: NDArray[Any]) -> float:
    sizes = np.abs(w)
    # Where all are zero, all are near zero.
    return float((sizes < NEAR_ZERO * sizes.max()).mean()) if sizes.any() else 1.0


MEASURES = (
    Measure("mean", "mean", "mean |w|", lambda w: float(np.abs(w).mean())),
    Measure("norm", "norm", "norm of w", lambda w: float(np.sqrt(np.square(w, dtype=np.float64).sum()))),
    Measure("max", "largest", "largest |w|", lambda w: float(np.abs(w).max())),
    Measure("zero", "near zero", "share near zero", _share_near_zero),
)
_BY_KEY = {measure.key: measure for measure in MEASURES}


class MagnitudePlot(LayerPlot):
    """How large the weights of each layer are, by one of MEASURES; biases are left out."""

    about = About(
        "How do the weights grow?",
        "Each curve is one layer's weights, biases left out, at the recorded steps and now.",
        (
            "mean = Σ |w| / n",
            "norm = √Σ w²",
            "largest = max |w|",
            "near zero = share of weights with |w| < 0.01 · max |w|",
        ),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        entries = tuple((measure.key, tr(measure.label)) for measure in MEASURES)
        super().__init__(
            tr("Weight magnitudes"),
            tr(MEASURES[0].unit),
            tr("The mean size of every layer's weights appears here while it trains."),
            parent,
            choices=(Choice("measure", tr("Measure"), tr("What is measured of every layer's weights"), entries),),
        )
        self._measure = MEASURES[0]
        self._snapshot: Snapshot | None = None

    @Slot(str, str)
    def take_option(self, key: str, value: str) -> None:
        """What was chosen in a menu of the title."""
        super().take_option(key, value)
        if key != "measure":
            return
        self._measure = _BY_KEY[value]
        self.show_unit(tr(self._measure.unit))
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)
        self.follow()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws the magnitudes up to a snapshot."""
        self._snapshot = snapshot
        columns = {"step": float(snapshot.step)}
        for i, layer in enumerate(snapshot.plan.layers):
            columns[f"{layer.name}.{self._measure.key}"] = self._measure.of(snapshot.weights(i))
        steps, *values = up_to(snapshot, snapshot.step, columns)
        self.draw_layers(steps, snapshot.plan, values, epochs_at(snapshot, steps))
