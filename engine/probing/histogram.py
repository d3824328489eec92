"""Histograms of any values, in bins that nest: those of one are joined exactly to those of another.

A bin is 2^k wide and begins at a multiple of its width, so that zero is always a limit between two bins, and two
neighbours are one bin of twice the width. Nothing is ever counted anew when a range grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import frexp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.activations import Array

# A histogram has at most so many bins, and more than half as many where its values differ.
BINS = 48
# Bins are no finer than this power of two of the largest value, which float32 can just tell apart.
_FINEST = 20
# The least power of two that float64 has.
_LEAST = -1074
# The digits of the numbers of bins; moved farther to the right, nothing is left of them.
_DIGITS = 62


@dataclass(frozen=True, slots=True)
class Bins:
    """So many bins 2^exponent wide; bin i holds what is from (first + i) 2^exponent on, but below the next limit."""

    exponent: int
    first: int
    count: int

    @property
    def edges(self) -> NDArray[np.float64]:
        """The limits of the bins, (count + 1,)."""
        with np.errstate(over="ignore"):
            limits = np.ldexp(np.arange(self.first, self.first + self.count + 1, dtype=np.float64), self.exponent)
        # Beyond the largest number there is only infinity, which nothing can be drawn at.
        return np.nan_to_num(limits)


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How values spread.

    ``counts`` (bins,) add up to the finite values that were counted; ``odd`` are those counted that are not finite;
    ``total`` is how many there are, which is more where only a part, evenly spread, was counted. ``low``, ``high``,
    ``mean`` and ``deviation`` (of the population) are those of the finite values counted, NaN where there is none.
    """

    bins: Bins
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
    def counted(self) -> int:
        """How many values were counted, finite or not."""
        return self.finite + self.odd


def histogram(values: Array, most: int) -> Histogram:
    """Counts the values of an array of any shape; of more than ``most`` so many, evenly spread."""
    total = values.size
    chosen = values.ravel() if total <= most else values.flat[np.linspace(0, total - 1, most).astype(np.int64)]
    chosen = chosen.astype(np.float64)
    finite = np.isfinite(chosen)
    sound = chosen if finite.all() else chosen[finite]
    odd = len(chosen) - len(sound)
    if not len(sound):
        return Histogram(Bins(0, 0, 0), np.zeros(0, np.int32), odd, total, *[float("nan")] * 4)
    low, high = float(sound.min()), float(sound.max())
    exponent = _exponent(low, high)
    # To scale by a power of two is exact, so that a value on a limit is always counted above it.
    places = np.floor(np.ldexp(sound, -exponent)).astype(np.int64)
    first = int(places.min())
    counts = np.bincount(places - first).astype(np.int32)
    return Histogram(
        Bins(exponent, first, len(counts)), counts, odd, total, low, high, *_moments(sound, max(-low, high))
    )


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


class Stack:
    """Several histograms, to be put into the same bins.

    ``counts`` (histograms, bins) begin each with its own first bin;
    ``finite`` (histograms,) is how many finite values each has counted.
    """

    def __init__(self, histograms: Sequence[Histogram]) -> None:
        shapes = [(each.bins.exponent, each.bins.first, each.bins.count) for each in histograms]
        self._exponents, self._firsts, self._sizes = np.array(shapes, np.int64).reshape(-1, 3).T
        # Behind the last bin stands an empty one.
        self.counts = np.zeros((len(shapes), int(self._sizes.max(initial=0)) + 1))
        for row, each in zip(self.counts, histograms, strict=True):
            row[: len(each.counts)] = each.counts
        self.finite = self.counts.sum(axis=1)

    def common_bins(self, most: int = BINS) -> Bins | None:
        """The finest bins, at most so many, that those of all can be joined to; None where nothing was counted.

        All that was counted lies in them.
        """
        held = self._sizes > 0
        if not held.any():
            return None
        exponents, firsts, lasts = self._exponents[held], self._firsts[held], (self._firsts + self._sizes - 1)[held]
        exponent = int(exponents.max())
        while True:
            # One step to the right for each time that two bins become one; beyond the last digit nothing is left.
            steps = np.minimum(exponent - exponents, _DIGITS)
            first = int((firsts >> steps).min())
            count = int((lasts >> steps).max()) - first + 1
            if count <= most:
                return Bins(exponent, first, count)
            exponent += 1

    def in_bins(self, bins: Bins) -> NDArray[np.float64]:
        """What each histogram has in some bins, (histograms, bins); what lies beside them counts in none.

        Bins are joined exactly. Where those of a histogram are wider, each that one covers gets an equal part.
        """
        joined = np.clip(bins.exponent - self._exponents, 0, _DIGITS)[:, None]
        places = ((self._firsts[:, None] + np.arange(self.counts.shape[1])) >> joined) - bins.first
        inside = (places >= 0) & (places < bins.count)
        places += np.arange(len(self.counts))[:, None] * bins.count
        flat: NDArray[Any] = np.bincount(places[inside], self.counts[inside], len(self.counts) * bins.count)
        sums = flat.reshape(-1, bins.count).astype(np.float64)
        divided = np.clip(self._exponents - bins.exponent, 0, _DIGITS)[:, None]
        if not divided.any():
            return sums
        # The other way round: the bin that holds each of those asked for.
        within = (np.arange(bins.first, bins.first + bins.count) >> divided) - self._firsts[:, None]
        within = np.where((within >= 0) & (within < self._sizes[:, None]), within, self._sizes[:, None])
        parts = np.take_along_axis(self.counts, within, axis=1) / np.ldexp(1.0, divided)
        return np.where(divided > 0, parts, sums)

    def most_lie(self, tail: float) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """For each with values: the power of two of its bins, and the limits of the bins that hold all but the tails.

        ``tail`` is the share that is left out at either end.
        """
        held = self._sizes > 0
        below = np.cumsum(self.counts[held], axis=1)
        exponents, firsts = self._exponents[held], self._firsts[held]
        first, last = ((below < share * below[:, -1:]).sum(axis=1) for share in (tail, 1.0 - tail))
        with np.errstate(over="ignore"):
            limits = [np.nan_to_num(np.ldexp((firsts + place).astype(float), exponents)) for place in (first, last + 1)]
        return exponents, limits[0], limits[1]


def bin_around(found: Histogram, bins: Bins, place: int) -> tuple[float, float, int]:
    """The limits and the exact count of one of some bins; of the wider one of the histogram where it lies in one."""
    wider = found.bins.exponent - bins.exponent
    if wider > 0 and found.bins.count:
        bins = Bins(found.bins.exponent, (bins.first + place) >> wider, 1)
    else:
        bins = Bins(bins.exponent, bins.first + place, 1)
    low, high = bins.edges
    return float(low), float(high), int(Stack([found]).in_bins(bins)[0, 0])
