"""What is seen of a column's values at a glance; looked at once for each column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A column of more values is judged by as many, spread over it, where every value need not be seen.
_SAMPLE = 20_000
_FEW = 1_000
# Zeros stand for missing values only where enough other values are there to tell, and not most values are zeros.
_MOST_ZEROS = 0.6
_LEAST_DISTINCT = 8
# How often the usual step between two neighbouring values must fit between zero and the least one.
_GAP = 5.0


@dataclass(frozen=True)
class Facts:
    """Facts of a column.

    ``there`` values are not missing, ``distinct`` of them differ (of more than 20,000 decimals: at least so many).
    ``low`` and ``high`` are the least and the largest number. ``whole``: all numbers are whole. ``counting``: each is
    one more than the one before. ``zeros``: how many zeros stand apart from all other values, so that they may be
    missing ones. ``words``: how many words a text has on average.
    """

    there: int
    distinct: int
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    counting: bool = False
    zeros: int = 0
    words: float = 0.0


def facts_of_numbers(values: NDArray[np.float64]) -> Facts:
    """Facts of numbers or dates, (rows,) with NaN for missing."""
    values = values[~np.isnan(values)]
    if not len(values):
        return Facts(0, 0)
    low, high = float(values.min()), float(values.max())
    whole = bool((values == np.rint(values)).all()) and np.isfinite(low) and np.isfinite(high)
    distinct = _distinct(values, whole, low, high)
    counting = whole and high - low == len(values) - 1 and bool((np.diff(values) == 1).all())
    return Facts(len(values), len(distinct), low, high, whole, counting, _odd_zeros(values, distinct))


def facts_of_text(places: NDArray[Any], labels: tuple[str, ...]) -> Facts:
    """Facts of a text column: places (rows,) in its labels, -1 for missing."""
    counts = np.bincount(places[places >= 0], minlength=len(labels))
    some = labels[:: max(1, len(labels) // _FEW)]
    words = sum(len(label.split()) for label in some) / max(len(some), 1)
    return Facts(int(counts.sum()), int((counts > 0).sum()), words=words)


def _distinct(values: NDArray[np.float64], whole: bool, low: float, high: float) -> NDArray[np.float64]:
    """The different values, rising; of very many decimals only those of a sample."""
    if whole and high - low < 4 * len(values):
        counts = np.bincount((values - low).astype(np.int64))
        return np.flatnonzero(counts).astype(np.float64) + low
    sample = np.unique(values[:: max(1, len(values) // _SAMPLE)])
    return np.unique(values) if whole or len(sample) <= _FEW else sample


def _odd_zeros(values: NDArray[np.float64], distinct: NDArray[np.float64]) -> int:
    """How many zeros lie far below all other values, which are positive."""
    zeros = len(values) - int(np.count_nonzero(values))
    if zeros == 0 or float(values.min()) < 0 or zeros > _MOST_ZEROS * len(values):
        return 0
    positive = distinct[distinct > 0]
    if len(positive) < _LEAST_DISTINCT or not np.isfinite(positive[-1]):
        return 0
    least = float(values[values > 0].min())
    return zeros if least >= _GAP * float(np.median(np.diff(positive))) else 0
