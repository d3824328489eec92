"""Draws the edges between two columns into a picture. Plain NumPy, no Qt.

Strokes by a painter cost some 75 µs each; the edges of one gap share their x-range, so all of them can be
drawn at once: for every edge and every column of pixels the rows it covers, and how much of each. What
overlaps is mixed without regard to order: the light that passes is the product of what each lets through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.diagram.layout import bend

Rgb = tuple[int, int, int]
# Single precision throughout, but for the sums that NumPy's bincount makes.
Floats = NDArray[Any]
_DASH, _GAP = 7.0, 4.5


@dataclass(frozen=True)
class Style:
    """Colours of positive and negative weights, and the range of widths (pixels) and opacities."""

    positive: Rgb
    negative: Rgb
    thinnest: float = 0.7
    widest: float = 5.0
    faintest: float = 0.12
    strongest: float = 0.95


# More edges than this in one gap are drawn thin from stored geometry, and only the strongest of them broad.
_CROWDED, _BROAD = 150, 60
# And no more than so many, the strongest: the others would hardly be seen among them.
_MOST = 400
_THIN = 1.1


@dataclass(frozen=True)
class _Touch:
    """What thin edges touch: for every such pixel its place in the picture, its edge, the share covered, the dash."""

    place: NDArray[np.int32]
    edge: NDArray[np.int32]
    covered: NDArray[np.float32]
    dash: NDArray[np.float32]

    def of(self, edges: NDArray[np.int64]) -> _Touch:
        """Only what these edges touch; the pixels of an edge stand together, in the order of the edges."""
        begin = np.searchsorted(self.edge, edges)
        count = np.searchsorted(self.edge, edges, side="right") - begin
        some = np.arange(count.sum()) + np.repeat(begin - np.cumsum(count) + count, count)
        return _Touch(self.place[some], self.edge[some], self.covered[some], self.dash[some])


class Gap:
    """The geometry between two columns of nodes: everything that does not depend on the weights.

    ``starts``, ``ends``: y of the nodes at the left and the right, (inputs,) and (units,), in pixels of
    the picture, which is ``width`` by ``height``; ``density`` is the pixels per unit of width.
    """

    def __init__(
        self, starts: NDArray[np.float64], ends: NDArray[np.float64], width: int, height: int, density: float = 1.0
    ) -> None:
        self.width, self.height, self._density = max(width, 2), max(height, 2), density
        middle = (np.arange(self.width) + 0.5) / self.width
        share = bend(middle).astype(np.float32)
        slope = np.gradient(bend(middle), 1.0).astype(np.float32)
        rise = (ends[None, :] - starts[:, None]).astype(np.float32).reshape(-1, 1)
        base = np.repeat(starts.astype(np.float32), len(ends))[:, None]
        # y of every edge (inputs * units) at every column, and how much longer it is than its column is wide
        self._y = base + rise * share
        self._steep = rise * slope
        self._stretch = np.sqrt(1.0 + self._steep**2)
        self._along = np.cumsum(self._stretch, axis=1)
        everything = np.arange(len(self._y))
        broad = np.full(len(self._y), _THIN * density, np.float32)
        self._thin = self._touch(everything, broad) if len(self._y) > _CROWDED else None

    def draw(self, weights: NDArray[np.float32], scale: float, style: Style) -> NDArray[np.uint8]:
        """The picture (height, width, 4), RGBA premultiplied, of weights (inputs, units).

        ``scale`` is the weight drawn widest. Weights that are not finite are left out.
        """
        flat = weights.ravel()
        strength = np.nan_to_num(np.abs(flat) / np.float32(scale), nan=0.0, posinf=0.0).clip(0.0, 1.0)
        strength = strength.astype(np.float32)
        opacity: Floats = (style.faintest + (style.strongest - style.faintest) * strength**0.7) * (strength > 0.004)
        negative = flat < 0
        layers = []
        chosen = np.flatnonzero(strength > 0.004)
        if self._thin is not None:
            # In a crowd faint edges would add up to a fog: the weak ones are fainter still.
            strongest = np.sort(np.argpartition(strength, -_MOST)[-_MOST:]) if len(flat) > _MOST else chosen
            layers.append(self._dark(self._thin.of(strongest), opacity * strength**0.5, negative))
            chosen = np.argpartition(strength, -_BROAD)[-_BROAD:]
            chosen = chosen[strength[chosen] > 0.3]
        if len(chosen):
            broad: Floats = (style.thinnest + (style.widest - style.thinnest) * strength[chosen]) * self._density
            layers.append(self._dark(self._touch(chosen, broad), opacity, negative))
        darkness = sum(layers[1:], layers[0]) if layers else np.zeros(2 * self.height * self.width)
        return _mix(darkness, self.height, self.width, style)

    def _touch(self, edges: NDArray[np.int64], broad: Floats) -> _Touch:
        """The pixels that edges of these widths touch, edge by edge and column by column."""
        y, half = self._y[edges], 0.5 * broad[:, None] * self._stretch[edges]
        low, high = (y - half).ravel(), (y + half).ravel()
        first = np.floor(low).astype(np.int32)
        rows = np.ceil(high).astype(np.int32) - first
        source = np.repeat(np.arange(rows.size, dtype=np.int32), rows)
        row = np.arange(source.size, dtype=np.int32) - np.repeat(np.cumsum(rows, dtype=np.int32) - rows - first, rows)
        top = row.astype(np.float32)
        covered = np.minimum(top + np.float32(1.0), high[source]) - np.maximum(top, low[source])
        # Rows outside the picture are gathered in its first and last row, on which nothing else is drawn.
        np.clip(row, 0, self.height - 1, out=row)
        row *= self.width
        row += np.tile(np.arange(self.width, dtype=np.int32), len(edges))[source]
        edge = np.repeat(edges.astype(np.int32), self.width)[source]
        return _Touch(row, edge, covered, self._dashes(edges, source, top))

    def _dashes(self, edges: NDArray[np.int64], source: NDArray[np.int32], top: Floats) -> Floats:
        """How solid a dashed edge is at each pixel, from 0 to 1, by the way along the edge."""
        period = np.float32((_DASH + _GAP) * self._density)
        lean = self._steep[edges] / (self._stretch[edges] * period)
        begin = self._along[edges] / period - lean * (self._y[edges] - np.float32(0.5))
        # In periods along the edge; a pixel above or below the middle of a steep edge is further along it.
        phase: Floats = lean.ravel()[source]
        phase *= top
        phase += begin.ravel()[source]
        phase -= np.floor(phase)
        solid: Floats = np.minimum(phase, np.float32(_DASH / (_DASH + _GAP)) - phase)
        solid *= period
        solid += np.float32(0.5)
        return np.clip(solid, 0.0, 1.0, out=solid)

    def _dark(self, touch: _Touch, opacity: Floats, negative: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Logarithm of the light that passes each pixel, (2 * height * width,): positive, then negative edges."""
        minus = negative[touch.edge]
        solid = opacity.astype(np.float32)[touch.edge]
        solid *= touch.covered
        solid *= np.where(minus, touch.dash, np.float32(1.0))
        np.minimum(solid, np.float32(0.985), out=solid)
        np.negative(solid, out=solid)
        np.log1p(solid, out=solid)
        half = self.height * self.width
        sums: NDArray[Any] = np.bincount(touch.place + minus * np.int32(half), weights=solid, minlength=2 * half)
        return sums


def _mix(darkness: NDArray[np.float64], height: int, width: int, style: Style) -> NDArray[np.uint8]:
    plus, minus = darkness.reshape(2, -1)
    touched = np.flatnonzero(plus + minus < 0)
    picture = np.zeros(height * width, dtype=np.uint32)
    above, below = plus[touched].astype(np.float32), minus[touched].astype(np.float32)
    total = above + below
    alpha = -np.expm1(total)
    share = above / total
    # Bytes in the order red, green, blue, alpha, as a little-endian word.
    packed = (alpha * 255.0 + 0.5).astype(np.uint32) << 24
    for channel in range(3):
        high, low = style.positive[channel], style.negative[channel]
        packed |= ((low + share * (high - low)) * alpha + 0.5).astype(np.uint32) << (8 * channel)
    picture[touched] = packed
    return picture.astype("<u4", copy=False).view(np.uint8).reshape(height, width, 4)
