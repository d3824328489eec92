"""Round numbers along an axis. Plain numbers, no Qt."""

from __future__ import annotations

from math import ceil, floor, log10


def round_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """At most ``most`` round values between low and high: multiples of 1, 2 or 5 times a power of ten."""
    if not high > low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]
