"""Round numbers along a logarithmic axis. Plain numbers, no Qt."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, floor, log10

from gui.plots.ticks import round_ticks

# How much of its share of the axis a number needs for itself: they stand closer towards each power of ten.
_APART = 0.6
# Multiples of a power of ten, the finest first.
_WITHIN = ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 5), (1, 3), (1,))


def log_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """At most about ``most`` round numbers between 10^low and 10^high, as logarithms."""
    if not high > low:
        return [low]
    for factors in _WITHIN:
        decades = range(floor(low), ceil(high) + 1)
        found = [e + log10(f) for e in decades for f in factors if low <= e + log10(f) <= high]
        apart = min((after - before for before, after in pairwise(found)), default=0.0)
        if 2 <= len(found) <= most and apart >= _APART * (high - low) / most:
            return found
    whole = [float(e) for e in range(ceil(low), floor(high) + 1)]
    if len(whole) > most:
        return whole[:: ceil(len(whole) / most)]
    # Less than two decades: round numbers as on a linear axis.
    power = floor(low)
    ticks = round_ticks(10.0 ** (low - power), 10.0 ** (high - power), most)
    return [power + log10(value) for value in ticks if value > 0.0]
