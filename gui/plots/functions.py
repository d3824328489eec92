"""What an activation function is like, found by trying it: its curve, its slope, its range, where it is flat. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import inf

import numpy as np

from engine.activations import Activation
from engine.history import Numbers
from engine.unit_views import steepest_slope

# As in the saturation that the drawing shows: a slope below this share of the steepest.
FLAT = 0.05
_FAR, _BOUNDLESS = 1e6, 1e3
_REACH, _POINTS = 30.0, 6001


@dataclass(frozen=True)
class Character:
    """``low`` and ``high`` are the bounds of the values, infinite where there are none; below ``flat_below`` and above
    ``flat_above`` hardly any gradient passes, ∓ infinity where it always does. ``slopeless``: none ever does.
    """

    low: float
    high: float
    flat_below: float
    flat_above: float
    slopeless: bool


def values_of(activation: Activation, z: Numbers) -> Numbers:
    """f(z), as z; of a function that mixes units that of the first of two, the other one's sum held at 0."""
    with np.errstate(all="ignore"):
        found: Numbers = activation.value(_sums(activation, z), None)[0]
    return found


def slopes_of(activation: Activation, z: Numbers) -> Numbers:
    """f′(z) as the way back has it, as z."""
    sums = _sums(activation, z)
    with np.errstate(all="ignore"):
        outputs = activation.value(sums.copy(), None)
        gradient = np.zeros_like(outputs)
        gradient[0] = 1.0
        found: Numbers = activation.pass_back(sums, outputs, gradient)[0]
    return found


def _sums(activation: Activation, z: Numbers) -> Numbers:
    rows = [z, np.zeros_like(z)] if activation.mixes else [z]
    return np.stack(rows).astype(np.float64)


@lru_cache(maxsize=64)
def character_of(activation: Activation) -> Character:
    """What a function is like between −30 and 30, and far out."""
    z = np.linspace(-_REACH, _REACH, _POINTS)
    values, ends = values_of(activation, z), values_of(activation, np.array([-_FAR, _FAR]))
    everything = np.concatenate([values, ends])
    low, high = float(everything.min()), float(everything.max())
    slopes = np.abs(slopes_of(activation, z))
    steepest = float(slopes.max()) if activation.mixes else steepest_slope(activation)
    steep = np.flatnonzero(slopes >= FLAT * steepest)
    if steepest == 0.0:
        return Character(low, high, -inf, inf, slopeless=True)
    first, last = steep[0], steep[-1]
    return Character(
        low if low > -_BOUNDLESS else -inf,
        high if high < _BOUNDLESS else inf,
        round(float(z[first - 1]), 2) + 0.0 if first > 0 else -inf,
        round(float(z[last + 1]), 2) + 0.0 if last < _POINTS - 1 else inf,
        slopeless=False,
    )
