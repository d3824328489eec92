"""Fewer points for drawing that look the same: of every column of pixels the first, lowest, highest and last. No Qt.

The line through these points covers the same pixels as the line through all (M4: Jugel et al., "M4: A
Visualization-Oriented Time Series Data Aggregation", 2014).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.history import Numbers

Places = NDArray[np.intp]


def kept(x: Numbers, y: Numbers, left: float, right: float, columns: int) -> Places:
    """The places, in order, of the points to be drawn when ``columns`` columns of pixels show ``left`` to ``right``.

    ``x`` rises and is finite; ``y`` may have gaps (NaN, inf). Of each column at most four finite points are kept: its
    first, lowest, highest and last. Beyond each edge one point is kept, to which the line leads, and between two kept
    points one of a gap where there is a gap. So a range with few points has all of them.
    """
    part = _visible(x, left, right)
    finite: Places = np.flatnonzero(np.isfinite(y[part])) + part.start
    if len(finite) == 0:
        return finite
    starts = _starts(x[finite], left, right, columns)
    ends = np.append(starts[1:], len(finite)) - 1
    values, group = y[finite], np.repeat(np.arange(len(starts)), ends - starts + 1)
    lowest = _first_of(values == np.minimum.reduceat(values, starts)[group], group)
    highest = _first_of(values == np.maximum.reduceat(values, starts)[group], group)
    chosen = np.zeros(len(finite), bool)
    for places in (starts, lowest, highest, ends):
        chosen[places] = True
    return _with_gaps(finite, finite[chosen])


def thinned(x: Numbers, y: Numbers, left: float, right: float, columns: int) -> tuple[Numbers, Numbers]:
    """The points to be drawn; see ``kept``."""
    places = kept(x, y, left, right, columns)
    return x[places], y[places]


def thinned_band(
    x: Numbers, low: Numbers, high: Numbers, left: float, right: float, columns: int
) -> tuple[Numbers, Numbers, Numbers]:
    """The lowest ``low`` and the highest ``high`` of every column of pixels, at its first place.

    Beyond each edge there is one, as in ``kept``; what is not finite is left out.
    """
    part = _visible(x, left, right)
    x, low, high = x[part], low[part], high[part]
    finite = np.isfinite(low) & np.isfinite(high)
    if not finite.all():
        x, low, high = x[finite], low[finite], high[finite]
    if len(x) == 0:
        return x, low, high
    starts = _starts(x, left, right, columns)
    return x[starts], np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)


def _visible(x: Numbers, left: float, right: float) -> slice:
    """The places from ``left`` to ``right`` and one beyond each edge."""
    start = int(np.searchsorted(x, left)) - 1
    return slice(max(start, 0), min(int(np.searchsorted(x, right, side="right")) + 1, len(x)))


def _starts(x: Numbers, left: float, right: float, columns: int) -> Places:
    """The first place of every column of pixels that has one; what lies beyond an edge counts as a column."""
    edges = left + (right - left) * (np.arange(columns) / columns)
    first = np.searchsorted(x, edges)
    # The right edge itself belongs to the last column.
    found: Places = np.unique(np.concatenate([[0], first, [np.searchsorted(x, right, side="right")]]))
    return found[found < len(x)]


def _first_of(marked: NDArray[np.bool_], group: Places) -> Places:
    """The first marked place of each group; every group has one."""
    places = np.flatnonzero(marked)
    first = np.diff(group[places], prepend=-1) != 0
    result: Places = places[first]
    return result


def _with_gaps(finite: Places, chosen: Places) -> Places:
    """The chosen places, and between two of them that of a gap where some place there is not among the finite ones."""
    # How many places before each one are not finite.
    missing = chosen - np.searchsorted(finite, chosen)
    broken = np.flatnonzero(np.diff(missing))
    if len(broken) == 0:
        return chosen
    # The first place of a gap follows the last finite one before it.
    before = finite - np.arange(len(finite))
    gaps = finite[np.searchsorted(before, missing[broken], side="right") - 1] + 1
    result: Places = np.insert(chosen, broken + 1, gaps)
    return result
