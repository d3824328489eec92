"""Round numbers along an axis. Plain numbers, no Qt."""

from __future__ import annotations

from math import ceil, floor, log10


def round_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """About ``most`` round values between low and high: multiples of 1, 2 or 5 times a power of ten."""
    if not high > low:
        return [low]
    rough = (high - low) / most
    exponent = floor(log10(rough))
    power = 10.0**exponent
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(i * step, 12 - exponent) for i in range(first, last + 1)]


_STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def round_up(value: float) -> float:
    """The next round number at or above a positive value."""
    if not value > 0.0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(power * step for step in _STEPS if power * step >= value * (1 - 1e-9))


def held_range(before: tuple[float, float] | None, low: float, high: float) -> tuple[float, float]:
    """A range for an axis that holds low to high and moves seldom: only when they leave it or half of it is empty."""
    # What does not move gets a range in which that is seen, not one of its last digits.
    still = 0.1 * abs(high) if high - low <= 1e-6 * abs(high) else 0.0
    # Nothing but zeros has no size of its own.
    span = max(high - low, still) or 1.0
    if before is not None and before[0] <= low and high <= before[1] and span > 0.5 * (before[1] - before[0]):
        return before
    margin = 0.12 * span
    bottom = 0.0 if 0.0 <= low < 0.6 * span + margin else low - margin
    return bottom, high + margin
