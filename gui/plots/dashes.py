"""Dashed lines as separate strokes, which are painted many times faster than a pen's own dashes. No Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.history import Numbers

# Longer lines than so many dashes get longer dashes: where a line goes up and down within a few pixels all over, they
# cannot be seen anyway.
_MOST_DASHES = 400


def strokes(x: Numbers, y: Numbers, pattern: tuple[float, ...] = ()) -> NDArray[np.float64]:
    """The strokes of a line through points in pixels: (n, 4) with x, y of both ends. A NaN interrupts the line.

    ``pattern``: lengths of dash, gap, dash, gap … along the line, in pixels; none for a line without gaps.
    """
    whole = np.isfinite(x[:-1]) & np.isfinite(x[1:]) & np.isfinite(y[:-1]) & np.isfinite(y[1:])
    if not pattern:
        return np.stack([x[:-1], y[:-1], x[1:], y[1:]], axis=1)[whole]
    lengths = np.where(whole, np.hypot(np.diff(x), np.diff(y)), 0.0)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    if not along[-1] > 0.0:
        return np.empty((0, 4))
    edges = np.cumsum(pattern) * max(1.0, along[-1] / sum(pattern) / _MOST_DASHES)
    rounds = np.arange(int(along[-1] / edges[-1]) + 1) * edges[-1]
    cuts = (rounds[:, None] + np.concatenate([[0.0], edges[:-1]])).ravel()
    cuts = cuts[(cuts > 0.0) & (cuts < along[-1])]
    # Every stroke lies within one segment and within one dash or gap.
    segment = np.concatenate([np.flatnonzero(whole), np.searchsorted(along, cuts, side="right") - 1])
    begin = np.concatenate([along[:-1][whole], cuts])
    order = np.argsort(begin, kind="stable")
    segment, begin = segment[order], begin[order]
    end = np.minimum(np.append(begin[1:], along[-1]), along[segment + 1])
    phase = np.searchsorted(edges, (begin + end) / 2 % edges[-1], side="right")
    drawn = (phase % 2 == 0) & (end > begin)
    segment, begin, end = segment[drawn], begin[drawn], end[drawn]
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.stack([begin - along[segment], end - along[segment]]) / lengths[segment]
    xs = x[segment] + shares * (x[segment + 1] - x[segment])
    ys = y[segment] + shares * (y[segment + 1] - y[segment])
    return np.stack([xs[0], ys[0], xs[1], ys[1]], axis=1)
