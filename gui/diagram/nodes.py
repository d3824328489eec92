"""What the boxes of the units hold, and the small pictures as plain numbers. No Qt.

A picture is an array of inks, (units, side, side), the first row at the top, every bar and line on whole pixels of
the device; which colour an ink has is the theme's affair.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.activations import Array
from engine.snapshot import Snapshot
from engine.unit_views import LayerStatistics, UnitStatistics
from gui.diagram.shown import Shown

Inks = NDArray[np.uint8]
# The kinds of content that are pictures.
PICTURES = ("map", "weights", "histogram", "gauge")
GROUND, POSITIVE, NEGATIVE, NEUTRAL, LINE, FILL = range(6)
# A histogram in a box smaller than this is a smudge; the box then shows one level.
SMALLEST_HISTOGRAM = 18.0
# Gradients are compared over all layers on a logarithmic scale of so many powers of ten.
DECADES = 6
# From this share of flat rows on, a unit hardly learns.
MUCH_SATURATED = 0.9
_FEWEST_PIXELS = 16
# A bar of a histogram is at least so many pixels wide, a hair is not seen.
_THINNEST_BAR = 2
_PIXEL = re.compile(r"(pixel|px)[ _-]?\d|\d+x\d+$", re.IGNORECASE)


@lru_cache(maxsize=8)
def image_side(names: tuple[str, ...]) -> int | None:
    """The side of the square image that inputs of these names are the pixels of, row by row; None when of none."""
    side = round(len(names) ** 0.5)
    square = side * side == len(names) >= _FEWEST_PIXELS
    return side if square and all(_PIXEL.match(name) for name in names) else None


def statistics(snapshot: Snapshot) -> UnitStatistics | None:
    """The statistics of a snapshot, None where there are none of this very network."""
    units = snapshot.units
    found = [len(layer.level) for layer in units.layers] if units else []
    return units if found == [layer.units for layer in snapshot.plan.layers] else None


def kind_of(snapshot: Snapshot, shown: Shown, layer: int) -> str:
    """What the boxes of a layer hold: "map", "weights", "histogram", "gauge", "row" or, when nothing is known, "".

    As much of what is asked for as the snapshot has; the answers to the traced row where it has nothing else.
    """
    units, view = statistics(snapshot), shown.nodes
    row = "row" if snapshot.trace is not None and len(snapshot.trace.a) == len(snapshot.plan.layers) else ""
    if view == "sample":
        return row
    if view == "saturation":
        return "gauge" if units is not None else ""
    if view == "gradient":
        return "histogram" if units is not None and units.quantity == view else ""
    if snapshot.maps is not None and layer < len(snapshot.maps.layers):
        return "map"
    if layer == 0 and image_side(snapshot.data.names) is not None:
        return "weights"
    return "histogram" if units is not None and units.quantity == view else row


def dead_units(snapshot: Snapshot, layer: int) -> NDArray[np.bool_]:
    """Which units of a layer are known to be dead, (units,)."""
    units = statistics(snapshot)
    if units is None:
        return np.zeros(snapshot.plan.layers[layer].units, dtype=bool)
    return np.asarray(units.layers[layer].dead, dtype=bool)


def strengths(units: UnitStatistics) -> list[Array]:
    """The level of every unit in [0, 1], by layer: 1 for the largest of all, 0 from DECADES powers of ten below it."""
    top = largest_level(units)
    found = []
    for layer in units.layers:
        with np.errstate(divide="ignore", invalid="ignore"):
            decades = np.log10(np.asarray(layer.level, dtype=float) / top)
        found.append(np.nan_to_num(1.0 + decades / DECADES, nan=0.0, posinf=1.0, neginf=0.0).clip(0.0, 1.0))
    return found


def largest_level(units: UnitStatistics) -> float:
    """The largest finite level of all units, 1 where none is above zero."""
    levels = np.concatenate([np.asarray(layer.level, dtype=float) for layer in units.layers])
    top = float(np.where(np.isfinite(levels), levels, 0.0).max(initial=0.0))
    return top if top > 0.0 else 1.0


def histograms(layer: LayerStatistics, which: NDArray[np.int64], side: int) -> Inks:
    """Histograms of some units, blue above zero, orange below, a hairline at zero.

    A bar is as high as the square root of its share of the fullest, so that a unit that is mostly silent still
    shows the rest.
    """
    margin = max(side // 12, 2)
    room = side - 2 * margin
    picture = np.full((len(which), side, side), GROUND, dtype=np.uint8)
    if not np.isfinite(layer.bounds).all() or room < _THINNEST_BAR:
        return picture
    bounds, counts = _coarser(np.asarray(layer.bounds, float), np.asarray(layer.counts, float)[which], room)
    bins = counts.shape[1]
    wide = room // bins
    left = (side - bins * wide) // 2
    share = np.sqrt(counts / np.maximum(counts.max(axis=1, keepdims=True), 1e-12))
    heights = np.where(counts > 0, np.maximum(np.rint(share * room), 1.0), 0.0)
    bars = slice(left, left + bins * wide)
    if bounds[0] < 0.0 < bounds[-1]:
        zero = left + int(bins * wide * -bounds[0] / (bounds[-1] - bounds[0]))
        picture[:, margin : side - margin, zero] = LINE
    up = side - margin - np.arange(side)  # 1 for the lowest row of the bars
    inside = (up[:, None] >= 1) & (up[:, None] <= np.repeat(heights, wide, axis=1)[:, None, :])
    picture[:, :, bars] = np.where(inside, np.repeat(_inks(bounds), wide)[None, None, :], picture[:, :, bars])
    return picture


def _coarser(bounds: Array, counts: Array, room: int) -> tuple[Array, Array]:
    """The histogram with neighbouring bins joined until each has the pixels of a bar."""
    together = max(-(-counts.shape[1] * _THINNEST_BAR // max(room, 1)), 1)
    missing = -counts.shape[1] % together
    joined = np.pad(counts, ((0, 0), (0, missing))).reshape(len(counts), -1, together).sum(axis=2)
    step = bounds[-1] - bounds[-2]
    longer = np.concatenate([bounds, bounds[-1] + step * np.arange(1, missing + 1)])
    return longer[::together], joined


def _inks(bounds: Array) -> Inks:
    """The ink of every bin: by its sign, neutral where zero lies in it."""
    low, high = bounds[:-1], bounds[1:]
    neutral = (low < 0.0) & (high > 0.0)
    neutral[0] |= low[0] == 0.0  # where a ReLU is silent
    inks: Inks = np.where(neutral, NEUTRAL, np.where(low >= 0.0, POSITIVE, NEGATIVE)).astype(np.uint8)
    return inks


def level_bars(shares: Array, inks: Inks, side: int) -> Inks:
    """One bar in each box, from the bottom to a share in [0, 1], with its ink, (units,)."""
    heights = np.rint(np.nan_to_num(np.asarray(shares, dtype=float)).clip(0.0, 1.0) * side)
    up = side - np.arange(side)
    inside = up[None, :] <= heights[:, None]
    bars = np.where(inside, inks[:, None], np.uint8(GROUND)).astype(np.uint8)
    return np.repeat(bars[:, :, None], side, axis=2)


def gauges(saturated: Array, side: int) -> Inks:
    """The share of flat rows, filled from the bottom; orange where the unit is almost always flat."""
    inks = np.where(np.asarray(saturated) >= MUCH_SATURATED, NEGATIVE, FILL).astype(np.uint8)
    return level_bars(saturated, inks, side)


def levels(layer: LayerStatistics, which: NDArray[np.int64], side: int) -> Inks:
    """For boxes too small for a histogram: the level relative to the layer's largest, in the ink of the mean's sign."""
    known = np.nan_to_num(np.asarray(layer.level, dtype=float), posinf=0.0)
    middles = (np.asarray(layer.bounds, float)[:-1] + np.asarray(layer.bounds, float)[1:]) / 2
    means = np.asarray(layer.counts, float)[which] @ np.nan_to_num(middles)
    inks = np.where(means >= 0.0, POSITIVE, NEGATIVE).astype(np.uint8)
    return level_bars(known[which] / max(float(known.max(initial=0.0)), 1e-30), inks, side)


def pixel_weights(weights: Array, image: int, side: int) -> Array:
    """Weights (image · image, units) as pictures (units, side, side) in [−1, 1], each on a scale of its own."""
    known = np.nan_to_num(weights.T.reshape(-1, image, image).astype(np.float32), posinf=0.0, neginf=0.0)
    across = _resampling(image, side)
    pictures = across @ known @ across.T
    top = np.abs(pictures).max(axis=(1, 2), keepdims=True)
    result: Array = pictures / np.where(top > 0.0, top, 1.0)
    return result


@lru_cache(maxsize=64)
def _resampling(size: int, side: int) -> NDArray[np.float32]:
    """(side, size): how much of each of ``size`` pixels lies in each of ``side``; every row adds up to 1."""
    edges = np.linspace(0.0, size, side + 1)
    low, high = edges[:-1, None], edges[1:, None]
    at = np.arange(size)[None, :]
    overlap = (np.minimum(high, at + 1) - np.maximum(low, at)).clip(0.0, None)
    result: NDArray[np.float32] = (overlap * side / size).astype(np.float32)
    return result
