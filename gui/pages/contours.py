"""Where a surface over a grid crosses a level, as short lines, by marching squares. Plain numbers, no Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Segments = NDArray[np.float64]
# The sides of a square: below, at the right, above, at the left; each from one corner (row, column) to another.
_SIDES = (((0, 0), (0, 1)), ((0, 1), (1, 1)), ((1, 0), (1, 1)), ((0, 0), (1, 0)))
# In a saddle the lines cut off two corners that lie opposite one another.
_SADDLES = np.array([[[0, 1], [2, 3]], [[0, 3], [1, 2]]])


def crossings(values: NDArray[np.floating], level: float = 0.0) -> Segments:
    """The lines (lines, 2, 2) along which values (rows, columns) are at a level, each from (x, y) to (x, y).

    x counts columns and y rows, from 0. Between neighbours a value is taken to change evenly. Squares with a corner
    that is no finite number have no line.
    """
    over = np.asarray(values, np.float64) - level
    last = over.shape[0] - 1, over.shape[1] - 1
    corners = {(i, j): over[i : i + last[0], j : j + last[1]] for i in (0, 1) for j in (0, 1)}
    known = np.isfinite(np.stack(list(corners.values()))).all(axis=0)
    row, column = np.mgrid[: last[0], : last[1]]
    crossed, places = [], []
    for start, end in _SIDES:
        a, b = corners[start], corners[end]
        crossed.append(known & ((a >= 0) != (b >= 0)))
        with np.errstate(all="ignore"):
            along = np.where(crossed[-1], a / (a - b), 0.0)
        places.append((column + start[1] + along * (end[1] - start[1]), row + start[0] + along * (end[0] - start[0])))
    sides, points = np.stack(crossed), np.array(places)  # (4, rows, columns), (4, 2, rows, columns)
    simple = np.nonzero(sides.sum(axis=0) == 2)
    pairs = np.argsort(~sides[:, simple[0], simple[1]], axis=0, kind="stable")[:2]  # (2, lines)
    lines = [np.stack([points[side, :, simple[0], simple[1]] for side in pairs], axis=1)]
    saddle = np.nonzero(sides.sum(axis=0) == 4)
    middle = np.mean([corner[saddle] for corner in corners.values()], axis=0)
    # Where the middle is on the side of the first corner, the lines cut off the two others.
    kinds = _SADDLES[((middle >= 0) != (corners[0, 0][saddle] >= 0)).astype(int)]
    lines += [np.stack([points[kinds[:, k, end], :, saddle[0], saddle[1]] for end in (0, 1)], axis=1) for k in (0, 1)]
    return np.concatenate(lines)


def borders(shares: NDArray[np.floating]) -> Segments:
    """The lines between the regions in which each class has the largest share, (classes, rows, columns)."""
    first, second = np.sort(shares, axis=0)[[-1, -2]]
    largest = shares.argmax(axis=0)
    found = [
        crossings(np.where(largest == k, shares[k] - second, shares[k] - first)) for k in np.unique(largest).tolist()
    ]
    return np.concatenate(found)


def clearest(middles: NDArray[np.float64], others: NDArray[np.float64]) -> int:
    """The index of the place (places, 2) whose nearest of the others (others, 2) is farthest away."""
    if not len(others):
        return len(middles) // 2
    apart = np.hypot(*(middles[:, None] - others[None]).transpose(2, 0, 1))
    return int(apart.min(axis=1).argmax())
