"""What the activations of every layer do on the training rows: how they spread, which are flat, which are dead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.activations import Array
from engine.probes import Wants
from engine.probing.histogram import Histogram, histogram
from engine.probing.probe import Probe
from engine.trainer import Trainer
from engine.unit_views import answered, dead_units, never_dead, rows_of_dead, sample, saturated

# No more outputs than this are counted of a layer for its histogram.
_NUMBERS = 65_536


@dataclass(frozen=True, eq=False)
class LayerActivity:
    """The outputs a = f(z) of one layer, over units × rows.

    ``units_saturated`` (units,) is the share of the rows at which a unit's slope is below a twentieth of the steepest
    its activation has, or zero; NaN where the activation mixes its units (softmax). ``dead`` (units,) is whether the
    slope is zero at every row looked at; ``can_die`` is False where the activation mixes its units or the loss is
    computed from z at once, so that no gradient passes the slope. ``zeros`` is the share of outputs that are exactly
    zero, ``odd`` the number of outputs that are not finite. Without rows the shares are NaN.
    """

    spread: Histogram
    units_saturated: Array
    dead: NDArray[np.bool_]
    can_die: bool
    zeros: float
    odd: int

    @property
    def saturated(self) -> float:
        """The share of units × rows at which the slope is flat."""
        return float(self.units_saturated.mean())


@dataclass(frozen=True, eq=False)
class Activity:
    """Every layer at one step. ``rows`` of ``all_rows`` training rows were counted, evenly spread.

    Dead units are flat at ``rows_of_dead`` of them, which are mostly all.
    """

    step: int
    rows: int
    rows_of_dead: int
    all_rows: int
    layers: tuple[LayerActivity, ...]


def measure(trainer: Trainer, wants: Wants, before: Any) -> Activity:
    """Sends some training rows through the network and counts; looks at more rows where units seem to be dead."""
    network, rows = trainer.network, trainer.rows["train"]
    some, lively = sample(network, rows), never_dead(network.plan)
    if not len(rows):
        empty = histogram(np.zeros(0), 0)
        layers = [(empty, np.full(layer.units, np.nan), np.zeros(layer.units, bool)) for layer in network.plan.layers]
        nothing = (LayerActivity(*each, not alive, float("nan"), 0) for each, alive in zip(layers, lively, strict=True))
        return Activity(trainer.steps_done, 0, 0, 0, tuple(nothing))
    with np.errstate(all="ignore"):
        work = answered(network, some, back=False)
        dead = dead_units(network, rows, work)
        counted = tuple(
            LayerActivity(
                histogram(at.a, _NUMBERS),
                saturated(at),
                flat,
                not alive,
                float((at.a == 0.0).mean()),
                int(at.a.size - np.isfinite(at.a).sum()),
            )
            for at, flat, alive in zip(work.layers, dead, lively, strict=True)
        )
    looked = rows_of_dead(network, len(rows), len(some))
    return Activity(trainer.steps_done, len(some), looked, len(rows), counted)


ACTIVITY = Probe(
    "activations",
    "Activations",
    "How the outputs of every layer spread over the training rows, and which of its units are saturated or dead.",
    measure,
)
