"""Histograms of any values, in bins that nest: those of one are joined exactly to those of another.

A bin is 2^k wide and begins at a multiple of its width, so that zero is always a limit between two bins, and two
neighbours are one bin of twice the width. Nothing is ever counted anew when a range grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import frexp

import numpy as np
from numpy.typing import NDArray

from engine.activations import Array

# A histogram has at most so many bins, and more than half as many where its values differ.
BINS = 48
# Bins are no finer than this power of two of the largest value, which float32 can just tell apart.
_FINEST = 20
# The least power of two that float64 has.
_LEAST = -1074


@dataclass(frozen=True, slots=True)
class Histogram:
    """How values spread. Bin i holds the values from (first + i) 2^exponent on, up to but without the next limit.

    ``counts`` (bins,) add up to the finite values that were counted; ``odd`` are those counted that are not finite;
    ``total`` is how many there are, which is more where only a part, evenly spread, was counted. ``low``, ``high``,
    ``mean`` and ``deviation`` (of the population) are those of the finite values counted, NaN where there is none.
    """

    exponent: int
    first: int
    counts: NDArray[np.int32]
    odd: int
    total: int
    low: float
    high: float
    mean: float
    deviation: float

    @property
    def finite(self) -> int:
        """How many finite values were counted."""
        return int(self.counts.sum())

    @property
    def edges(self) -> NDArray[np.float64]:
        """The limits of the bins, (bins + 1,)."""
        return edges(self.exponent, self.first, len(self.counts))


def edges(exponent: int, first: int, bins: int) -> NDArray[np.float64]:
    """The limits (bins + 1,) of bins 2^exponent wide, of which the first begins at first · 2^exponent."""
    with np.errstate(over="ignore"):
        limits = np.ldexp(np.arange(first, first + bins + 1, dtype=np.float64), exponent)
    # Beyond the largest number there is only infinity, which nothing can be drawn at.
    return np.nan_to_num(limits)


def histogram(values: Array, most: int) -> Histogram:
    """Counts the values of an array of any shape; of more than ``most`` so many, evenly spread."""
    total = values.size
    chosen = values.ravel() if total <= most else values.flat[np.linspace(0, total - 1, most).astype(np.int64)]
    chosen = chosen.astype(np.float64)
    finite = np.isfinite(chosen)
    sound = chosen if finite.all() else chosen[finite]
    odd = len(chosen) - len(sound)
    if not len(sound):
        return Histogram(0, 0, np.zeros(0, np.int32), odd, total, *[float("nan")] * 4)
    low, high = float(sound.min()), float(sound.max())
    exponent = _exponent(low, high)
    # To scale by a power of two is exact, so that a value on a limit is always counted above it.
    places = np.floor(np.ldexp(sound, -exponent)).astype(np.int64)
    first = int(places.min())
    counts = np.bincount(places - first).astype(np.int32)
    return Histogram(exponent, first, counts, odd, total, low, high, *_moments(sound, max(-low, high)))


def _exponent(low: float, high: float) -> int:
    """The least power of two for the width of the bins so that no more than BINS hold low to high."""
    finest = frexp(max(-low, high))[1] - _FINEST
    width = high / BINS - low / BINS
    exponent = max(finest, frexp(width)[1] - 1 if width > 0.0 else finest, _LEAST)
    while np.floor(np.ldexp(high, -exponent)) - np.floor(np.ldexp(low, -exponent)) >= BINS:
        exponent += 1
    return exponent


def _moments(values: Array, top: float) -> tuple[float, float]:
    """Mean and standard deviation; taken of values of the order of 1, since squares may be too large for float64."""
    scale = frexp(top)[1]
    small = np.ldexp(values, -scale)
    return float(np.ldexp(small.mean(), scale)), float(np.ldexp(small.std(), scale))


@dataclass(frozen=True)
class Common:
    """Several histograms in the same bins: their limits (bins + 1,) and their counts (histograms, bins)."""

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]


def in_common_bins(histograms: Sequence[Histogram]) -> Common | None:
    """Histograms in the finest bins that all of them can be joined to and that are at most BINS; None without values.

    Every count is exact: bins are only joined, never divided.
    """
    held = [each for each in histograms if len(each.counts)]
    if not held:
        return None
    exponents = np.array([each.exponent for each in held])
    firsts = np.array([each.first for each in held], np.int64)
    sizes = np.array([len(each.counts) for each in held])
    exponent = int(exponents.max())
    while True:
        # One step to the right for each time that two bins become one; beyond the last digit nothing is left.
        steps = np.minimum(exponent - exponents, 62)
        first = int((firsts >> steps).min())
        bins = int(((firsts + sizes - 1) >> steps).max()) - first + 1
        if bins <= BINS:
            break
        exponent += 1
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    places = ((np.repeat(firsts, sizes) + within) >> np.repeat(steps, sizes)) - first
    rows = np.repeat([row for row, each in enumerate(histograms) if len(each.counts)], sizes)
    values = np.concatenate([each.counts for each in held])
    counts = np.bincount(rows * bins + places, values, len(histograms) * bins)
    return Common(edges(exponent, first, bins), counts.astype(np.int64).reshape(-1, bins))
