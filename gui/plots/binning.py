"""Which bins histograms are shown in: as many as their values fill, over the range in which most lie. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.probing.histogram import BINS, Bins, Histogram, Stack

# Fewer bins than this are shown in the middle of so many, so that a single value is a bar and not a wall.
FEWEST = 12
# The range over time leaves out what was seldom: where the whole is more than so many times as wide as that in which
# most values lie at most instants, it is that, and as much again. But bins are no finer than those of most instants.
_FAR = 4.0
# Of each instant so much is left out at either end, and so many of the instants; so many have bins as fine as shown.
_TAIL, _SELDOM, _MOST = 0.05, 0.1, 0.75


@dataclass(frozen=True)
class Picture:
    """Histograms in the same bins. ``counts`` (histograms, bins) are exact, but where an earlier one had wider bins.

    ``beside`` is the share of all that was counted that lies beside the bins.
    """

    bins: Bins
    counts: NDArray[np.float64]
    beside: float

    @cached_property
    def edges(self) -> NDArray[np.float64]:
        """The limits of the bins, (bins + 1,)."""
        return self.bins.edges


def pictured(found: Sequence[Histogram]) -> Picture | None:
    """Histograms in bins that can be read: few of them where there are few values. None where there is no value."""
    stack = Stack(found)
    most = min(max(round(2.0 * float(stack.finite.max(initial=0.0)) ** 0.5), FEWEST), BINS)
    bins = stack.common_bins(most)
    if bins is None:
        return None
    if len(found) > 1:
        bins = _nearer(stack, bins, most)
    counts = stack.in_bins(bins)
    return Picture(bins, counts, max(1.0 - float(counts.sum() / stack.finite.sum()), 0.0))


def _nearer(stack: Stack, bins: Bins, most: int) -> Bins:
    """The bins, or where most values lie close together those around them."""
    exponents, lows, highs = stack.most_lie(_TAIL)
    low, high = float(np.quantile(lows, _SELDOM)), float(np.quantile(highs, 1.0 - _SELDOM))
    width, whole = high / 2.0 - low / 2.0, bins.edges[-1] / 2.0 - bins.edges[0] / 2.0
    if not 0.0 < _FAR * width < whole:
        return bins
    least, largest = max(low - width, float(bins.edges[0])), min(high + width, float(bins.edges[-1]))
    finest = int(np.quantile(exponents, _MOST, method="higher"))
    exponent = max(int(np.ceil(np.log2((largest - least) / most))), finest)
    if exponent >= bins.exponent:
        return bins
    first, last = (int(np.floor(np.ldexp(end, -exponent))) for end in (least, largest))
    return Bins(exponent, first, min(last - first + 1, most))
