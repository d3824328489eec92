"""A large weight matrix as a heat map in the middle of its gap. Plain numbers, no Qt.

Rows are the inputs of the layer, from the top, columns its units, from the left. Where there are more weights than
cells, a cell shows the strongest of its weights, so that no outlier vanishes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui.diagram.layout import Column
from gui.diagram.raster import Floats, Rgb

# A gap with more weights than this is shown as a heat map, where the user wants heat maps.
CROWD = 2000
# Below so many pixels between two columns there is room for no map.
NARROWEST = 40.0
_MOST_CELLS = 1024
# The side of a cell, where there is room, and the share of the gap that a map takes at most.
_CELL, _WIDE, _HIGH = 9.0, 0.62, 0.86


@dataclass(frozen=True)
class Ribbon:
    """A map's rectangle, in pixels of the window, and the shape of its matrix."""

    left: float
    top: float
    width: float
    height: float
    inputs: int
    units: int

    def at(self, x: float, y: float) -> tuple[float, float] | None:
        """The share of width and height at a point inside, or None."""
        across, down = (x - self.left) / self.width, (y - self.top) / self.height
        return (across, down) if 0.0 <= across < 1.0 and 0.0 <= down < 1.0 else None

    def cell_of(self, source: int, unit: int) -> tuple[float, float, float, float]:
        """Left, top, width and height of a weight's place, at least a pixel and a half in size."""
        wide, high = self.width / self.units, self.height / self.inputs
        x, y = self.left + (unit + 0.5) * wide, self.top + (source + 0.5) * high
        wide, high = max(wide, 1.5), max(high, 1.5)
        return x - wide / 2, y - high / 2, wide, high

    def shape(self, density: float) -> tuple[int, int]:
        """How many rows and columns of cells are drawn with so many pixels to a unit of length."""
        rows, columns = int(self.height * density), int(self.width * density)
        return _even(self.inputs, min(rows, _MOST_CELLS)), _even(self.units, min(columns, _MOST_CELLS))


def _even(count: int, most: int) -> int:
    """The number of cells, at most so many, among which a count is shared evenly: uneven cells would show stripes."""
    each = -(-count // max(most, 1))
    return -(-count // each)


def ribbon_between(left: Column, right: Column, room: float, zoom: float = 1.0) -> Ribbon | None:
    """The map between two columns in ``room`` pixels of height, or None where all weights can be drawn as edges."""
    crowded = left.count * right.count > CROWD or left.gap_y is not None or right.gap_y is not None
    start, end = left.x + left.size / 2, right.x - right.size / 2
    if not crowded or end - start < NARROWEST:
        return None
    width = _whole_cells(right.count, min(right.count * _CELL * zoom, (end - start) * _WIDE))
    height = _whole_cells(left.count, min(left.count * _CELL * zoom, room * _HIGH))
    middle = (left.middles[0] + left.middles[-1]) / 2
    return Ribbon((start + end - width) / 2, middle - height / 2, width, height, left.count, right.count)


def _whole_cells(count: int, length: float) -> float:
    """A length in which cells are whole pixels wide, where they are wide enough for that to be seen."""
    cell = length / count
    return count * float(np.floor(cell)) if cell >= 2.0 else length


def cells(values: Floats, rows: int, columns: int) -> Floats:
    """The strongest value, with its sign, of every cell, (rows, columns). What is not finite counts as nothing."""
    known = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    for axis, count in ((0, rows), (1, columns)):
        if count < known.shape[axis]:
            begins = _begins(known.shape[axis], count)
            high = np.maximum.reduceat(known, begins, axis=axis)
            low = np.minimum.reduceat(known, begins, axis=axis)
            known = np.where(high >= -low, high, low)
    return known


def strongest_at(ribbon: Ribbon, values: Floats, x: float, y: float, density: float = 1.0) -> tuple[int, int] | None:
    """(input, unit) of the strongest weight in the cell under a point, or None beside the map."""
    at = ribbon.at(x, y)
    if at is None:
        return None
    rows, columns = ribbon.shape(density)
    down = _stretch(ribbon.inputs, rows, int(at[1] * rows))
    across = _stretch(ribbon.units, columns, int(at[0] * columns))
    part = np.abs(np.nan_to_num(values[down, across], nan=0.0, posinf=0.0, neginf=0.0))
    i, j = np.unravel_index(int(part.argmax()), part.shape)
    return down.start + int(i), across.start + int(j)


def heat(levels: Floats, scale: float, positive: Rgb, negative: Rgb) -> NDArray[np.uint8]:
    """A picture (rows, columns, 4), RGBA premultiplied: nothing at 0, the colour of the sign at ``scale``."""
    with np.errstate(over="ignore"):
        share = np.clip(levels / max(scale, 1e-30), -1.0, 1.0)
    alpha = np.abs(share)[..., None] ** 0.75
    tint = np.where((share >= 0)[..., None], np.array(positive, float), np.array(negative, float))
    return np.concatenate([tint * alpha + 0.5, 255.0 * alpha + 0.5], axis=-1).astype(np.uint8)


def _begins(length: int, parts: int) -> NDArray[np.intp]:
    return np.arange(parts) * length // parts


def _stretch(length: int, parts: int, part: int) -> slice:
    return slice(part * length // parts, (part + 1) * length // parts)
