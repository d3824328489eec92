"""A scale of colours for numbers: from the least to the largest true value, with round levels on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.history import Numbers
from gui.plots.data.key import scale_colours
from gui.plots.ticks import round_ticks
from gui.text import number
from gui.theme import rgb

# About so many levels along the scale, and at most so many on a map whose answers go far beyond it.
_LEVELS, _MOST_LEVELS = 8, 16
# Differences of larger numbers than this cannot be computed.
_LARGEST = 1e300
# Digits of a number, and how much of the gap to the next it may be rounded by.
_DIGITS, _TRUE = range(3, 17), 0.01
# What is nearer to zero than this share of an axis is zero, in single precision.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class NumberScale:
    """Colours from ``low`` to ``high``, in the target's units; numbers beyond have the colours of the ends."""

    low: float = 0.0
    high: float = 1.0

    @classmethod
    def of(cls, truth: Numbers, answers: Numbers) -> NumberScale:
        """The range of the true values, so that it stays while the answers change; where it has none, of both."""
        for values in (truth, np.concatenate([truth.ravel(), answers.ravel()])):
            low, high = _range(values)
            if high > low:
                return cls(low, high)
        around = max(0.1 * abs(low), 0.5) if np.isfinite(low) else 0.5
        middle = low if np.isfinite(low) else 0.5
        return cls(middle - around, middle + around)

    def shares(self, values: Numbers) -> Numbers:
        """How far along the scale values are, 0 to 1; NaN where there is none."""
        with np.errstate(all="ignore"):
            return ((values - self.low) / (self.high - self.low)).clip(0.0, 1.0)

    def colours(self, values: Numbers, nothing: str) -> NDArray[np.uint8]:
        """The colours (…, 4), RGBA, of values (…); those that are NaN have the colour ``nothing``."""
        shares = self.shares(values)
        known = ~np.isnan(shares)
        stops = np.array([rgb(tint) for tint in scale_colours()], np.float64)
        places = np.linspace(0.0, 1.0, len(stops))
        found = np.full((*values.shape, 4), (*rgb(nothing), 255), np.uint8)
        for channel in range(3):
            found[known, channel] = np.rint(np.interp(shares[known], places, stops[:, channel]))
        return found

    @property
    def ticks(self) -> list[float]:
        """The round levels along the scale."""
        return round_ticks(self.low, self.high, _LEVELS)

    def levels(self, answers: Numbers) -> list[float]:
        """The round levels that answers cross: those of the scale, going on beyond it; coarser where they go far."""
        low, high = _range(answers)
        ticks = self.ticks
        step = ticks[1] - ticks[0] if len(ticks) > 1 else self.high - self.low
        if not high > low:
            return []
        if (high - low) / step > _MOST_LEVELS:
            return [level for level in round_ticks(low, high, _LEVELS) if low < level < high]
        first, last = int(np.ceil(low / step)), int(np.floor(high / step))
        return [i * step for i in range(first, last + 1) if low < i * step < high]


def _range(values: Numbers) -> tuple[float, float]:
    known = values[np.isfinite(values)].clip(-_LARGEST, _LARGEST)
    return (float(known.min()), float(known.max())) if len(known) else (np.nan, np.nan)


def told_apart(values: list[float]) -> list[str]:
    """Numbers in words, with as many digits as it takes to tell them from one another and to say them truly."""
    gap = min(np.diff(np.unique(values)), default=0.1 * max(map(abs, values), default=0.0))
    enough = (d for d in _DIGITS if all(abs(float(f"{value:.{d}g}") - value) <= _TRUE * gap for value in values))
    digits = next(enough, _DIGITS[-1])
    return [number(value, digits) for value in values]


def in_words(values: list[float]) -> list[tuple[float, str]]:
    """Each of some places along an axis with what stands there: what is zero but for rounding is written as zero."""
    span = max(values, default=0.0) - min(values, default=0.0)
    shown = [0.0 if abs(value) < _ROUNDING * span else value for value in values]
    return list(zip(values, told_apart(shown), strict=True))
