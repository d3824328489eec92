"""What the nodes of a drawing can show: how a unit's sums, outputs or gradients spread over the data."""

from __future__ import annotations

from dataclasses import dataclass

from engine.activations import Array


@dataclass(frozen=True)
class LayerStatistics:
    """The units of one layer over some training rows.

    ``bounds`` (bins + 1,) are the limits of the bins, the same for all units of the layer; ``counts`` (units, bins)
    the rows in each; ``level`` (units,) the root of the mean square; ``saturated`` (units,) the share of the rows at
    which the activation is flat (its slope below a twentieth of the steepest); ``dead`` (units,) whether its slope
    is zero at every row, so that nothing can be learned there.
    """

    bounds: Array
    counts: Array
    level: Array
    saturated: Array
    dead: Array


@dataclass(frozen=True)
class UnitStatistics:
    """The statistics of every layer at one step. ``quantity`` is the key of the node view they belong to."""

    step: int
    quantity: str
    rows: int
    layers: list[LayerStatistics]
