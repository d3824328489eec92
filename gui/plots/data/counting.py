"""How many rows each class has in either part, and how numbers spread over their range. Plain numbers, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.balance import Imbalance
from gui.plots.data.rows import Floats, Rows

_MOST_BINS = 30


@dataclass(frozen=True)
class Counts:
    """Rows by part (training, test) and class, (2, classes)."""

    rows: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Rows) -> Counts:
        """The counts of data with classes."""
        count = len(rows.data.classes)
        return cls(
            np.stack([np.bincount(rows.classes[rows.tested == part], minlength=count) for part in (False, True)])
        )

    @property
    def shares(self) -> Floats:
        """The share of each class in its part, (2, classes); zeros in a part without rows."""
        found: Floats = self.rows / np.maximum(self.rows.sum(axis=1, keepdims=True), 1)
        return found

    def missing(self, part: int) -> NDArray[np.intp]:
        """The classes without a row in a part that has rows."""
        return np.flatnonzero(self.rows[part] == 0) if self.rows[part].any() else np.empty(0, np.intp)

    def imbalance(self) -> Imbalance | None:
        """That of the training part, of classes that have rows."""
        there = np.flatnonzero(self.rows[0])
        if not len(there):
            return None
        found = Imbalance.of(self.rows[0][there])
        return Imbalance(int(there[found.most]), int(there[found.least]), found.times)


def spread(values: Floats, tested: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.int64]]:
    """The edges (bins + 1,) of bins over all finite values (rows,), and the rows in them by part, (2, bins)."""
    known = np.isfinite(values)
    if not known.any():
        return np.zeros(1), np.zeros((2, 0), np.int64)
    low, high = float(values[known].min()), float(values[known].max())
    bins = int(np.clip(np.sqrt(known.sum()), 1, _MOST_BINS)) if high > low else 1
    width = abs(low) * 0.1 or 0.5
    with np.errstate(all="ignore"):
        edges = np.linspace(low, high, bins + 1) if high > low else np.array([low - width, low + width])
    if not np.isfinite(edges).all() or not (np.diff(edges) > 0).all():
        edges = np.array([low, max(high, float(np.nextafter(low, np.inf)))])
    counts = [np.histogram(values[known & (tested == part)], edges)[0] for part in (False, True)]
    return edges, np.stack(counts).astype(np.int64)
