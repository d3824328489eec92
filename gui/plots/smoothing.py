"""Smoothing of a curve by an exponential moving average. Plain numbers, no Qt."""

from __future__ import annotations

import numpy as np

from engine.history import Numbers


def smoothed(values: Numbers, weight: float) -> Numbers:
    """The moving average s_t = β s_{t-1} + (1 - β) x_t with β = ``weight``, s_0 = 0, divided by 1 - β^t.

    The division takes out the bias towards the zero it begins with (as in Adam; Kingma and Ba, 2015), so that the first
    value is itself. What is not finite is a gap: it stays as it is and does not count.
    """
    result = values.astype(np.float64)
    average, left = 0.0, 1.0
    for place in np.flatnonzero(np.isfinite(values)).tolist():
        average = weight * average + (1.0 - weight) * float(values[place])
        left *= weight
        result[place] = average / (1.0 - left)
    return result
