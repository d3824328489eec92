"""Scaling: columns brought to a common range, and back to the user's units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

SCALES = (("standard", "Standardize"), ("minmax", "Min-max"), ("robust", "Robust"), ("none", "None"))


@dataclass(frozen=True)
class Scaling:
    """network value = (user's value − shift) / factor, by column; shift and factor have shape (columns,).

    ``logarithmic``: log(1 + value) takes the place of the user's value, which is to be greater than −1.
    """

    shift: NDArray[np.float64]
    factor: NDArray[np.float64]
    logarithmic: bool = False

    @classmethod
    def fitted(cls, kind: str, x: NDArray[Any], logarithmic: bool = False) -> Self:
        """Fits a scaling of a kind named in SCALES to x (rows, columns). A constant column is only shifted.

        "standard": mean and standard deviation; "minmax": least and range; "robust": median and the range between
        the quartiles, which single wild values do not move.
        """
        columns = x.shape[1]
        x = np.log1p(x) if logarithmic else x
        if kind == "none" or not len(x):
            return cls(np.zeros(columns), np.ones(columns), logarithmic)
        if kind == "minmax":
            shift, factor = x.min(axis=0), np.ptp(x, axis=0)
        elif kind == "robust":
            low, shift, high = np.quantile(x, (0.25, 0.5, 0.75), axis=0)
            factor = high - low
        else:
            shift, factor = x.mean(axis=0), x.std(axis=0)
        # A constant column has a spread of rounding errors, not of zero.
        noise = 1e-12 * np.abs(x).max(axis=0, initial=0.0)
        return cls(shift, np.where(factor > noise, factor, 1.0), logarithmic)

    def apply(self, x: ArrayLike) -> NDArray[np.float32]:
        """(rows, columns) in the user's units -> the same in the network's, float32."""
        values = np.asarray(x, dtype=np.float64)
        values = np.log1p(values) if self.logarithmic else values
        return ((values - self.shift) / self.factor).astype(np.float32)

    def undo(self, x: ArrayLike) -> NDArray[np.float64]:
        """(rows, columns) in the network's units -> the same in the user's, float64."""
        values = np.asarray(x, dtype=np.float64) * self.factor + self.shift
        return np.expm1(values) if self.logarithmic else values
