"""What the effect page draws: curves by class in the user's units. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.history import Numbers
from engine.probing.effects import Effects
from engine.snapshot import Snapshot
from gui.pages.scored import gives_probabilities, two_sided


@dataclass(frozen=True)
class Drawn:
    """The curves of one input: ``curves`` and ``means`` by the index of the class (0 for a number), each (points,)."""

    name: str
    values: Numbers
    labels: tuple[str, ...]
    here: float
    curves: dict[int, Numbers]
    means: dict[int, Numbers]

    def nearest(self, share: float) -> int:
        """The point at a share of the way from the left to the right."""
        last = len(self.values) - 1
        if self.labels:
            return min(max(int(share * len(self.values)), 0), last)
        return min(max(round(share * last), 0), last)

    def share(self, value: float) -> float:
        """Where a value is, from 0 at the left to 1 at the right; categories are in the middle of their part."""
        if self.labels:
            return (value + 0.5) / len(self.values)
        span = float(self.values[-1] - self.values[0])
        return float(value - self.values[0]) / span if span > 0 else 0.5


def drawn(snapshot: Snapshot, effects: Effects, chosen: int) -> list[Drawn]:
    """All inputs of an answer of the probe. Of two classes the second, or the chosen one; of more all."""
    return [
        Drawn(
            each.column.name,
            each.column.values,
            each.column.labels,
            each.here,
            _by_class(snapshot, each.outputs, chosen),
            {} if each.mean is None else _by_class(snapshot, each.mean, chosen),
        )
        for each in effects.effects
    ]


def _by_class(snapshot: Snapshot, outputs: NDArray[np.floating], chosen: int) -> dict[int, Numbers]:
    data, values = snapshot.data, np.asarray(outputs, np.float64)
    if not data.classes:
        with np.errstate(all="ignore"):
            return {0: data.y_scaling.undo(values)[:, 0]}
    scores = two_sided(values, snapshot.plan.loss.threshold)
    if len(data.classes) == 2:
        which = chosen if chosen in (0, 1) else 1
        return {which: scores[:, which]}
    return {k: scores[:, k] for k in range(scores.shape[1])}


def heights(snapshot: Snapshot, inputs: list[Drawn]) -> tuple[float, float]:
    """The range that all inputs share: 0 to 1 for probabilities, else that of all that is drawn."""
    if gives_probabilities(snapshot) and snapshot.data.classes:
        return 0.0, 1.0
    every = [curve for each in inputs for curve in (*each.curves.values(), *each.means.values())]
    finite = np.concatenate(every) if every else np.zeros(0)
    finite = finite[np.isfinite(finite)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    margin = 0.05 * (high - low) or 0.5
    return low - margin, high + margin
