"""Draws the edges between two columns into a picture. Plain NumPy, no Qt.

Strokes by a painter cost some 75 µs each; the edges of one gap share their x-range, so all of them can be
drawn at once: for every edge and every column of pixels the rows it covers, and how much of each. What
overlaps is mixed without regard to order: the light that passes is the product of what each lets through.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui.diagram.layout import bend

Rgb = tuple[int, int, int]
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


class Gap:
    """The geometry between two columns of nodes: everything that does not depend on the weights.

    ``starts``, ``ends``: y of the nodes at the left and the right, (inputs,) and (units,), in pixels of
    the picture, which is ``width`` by ``height``.
    """

    def __init__(self, starts: NDArray[np.float64], ends: NDArray[np.float64], width: int, height: int) -> None:
        self.width, self.height = max(width, 2), max(height, 2)
        middle = (np.arange(self.width) + 0.5) / self.width
        share = bend(middle).astype(np.float32)
        slope = np.gradient(bend(middle), 1.0).astype(np.float32)
        rise = (ends[None, :] - starts[:, None]).astype(np.float32).reshape(-1, 1)
        base = np.repeat(starts.astype(np.float32), len(ends))[:, None]
        # y of every edge (inputs * units) at every column, and how much longer it is than its column is wide
        self.y = base + rise * share
        self.stretch = np.sqrt(1.0 + (rise * slope) ** 2)
        self.along = np.cumsum(self.stretch, axis=1)

    def draw(self, weights: NDArray[np.float32], scale: float, style: Style, density: float = 1.0) -> NDArray[np.uint8]:
        """The picture (height, width, 4), RGBA premultiplied, of weights (inputs, units).

        ``scale`` is the weight drawn widest; ``density`` the pixels per unit of width. Not finite weights
        are left out.
        """
        strength = np.abs(weights.ravel()) / scale
        keep = np.isfinite(strength) & (strength > 0.004)
        strength = np.minimum(strength[keep], 1.0).astype(np.float32)
        negative = weights.ravel()[keep] < 0
        broad = (style.thinnest + (style.widest - style.thinnest) * strength) * density
        opacity = style.faintest + (style.strongest - style.faintest) * strength**0.7
        passed = self._passed(keep, broad, opacity, negative, density)
        return _mix(passed, self.height, self.width, style)

    def _passed(
        self,
        keep: NDArray[np.bool_],
        broad: NDArray[np.float32],
        opacity: NDArray[np.float32],
        negative: NDArray[np.bool_],
        density: float,
    ) -> NDArray[np.float64]:
        """Logarithm of the light that passes each pixel, (2, height, width): positive and negative edges."""
        y, half = self.y[keep], 0.5 * broad[:, None] * self.stretch[keep]
        solid = np.broadcast_to(opacity[:, None], y.shape).copy()
        if negative.any():
            dash, period = _DASH * density, (_DASH + _GAP) * density
            phase = np.mod(self.along[keep][negative], period)
            solid[negative] *= np.clip(np.minimum(phase + 0.5, dash - phase + 0.5), 0.0, 1.0)
        one = np.float32(1.0)
        low, high = (y - half).ravel(), (y + half).ravel()
        first = np.floor(low).astype(np.int32)
        rows = np.ceil(high).astype(np.int32) - first
        rows[solid.ravel() <= 0.0] = 0
        # One entry for every pixel that an edge touches, edge by edge and column by column.
        source = np.repeat(np.arange(rows.size, dtype=np.int32), rows)
        row = np.arange(source.size, dtype=np.int32) - np.repeat(np.cumsum(rows, dtype=np.int32) - rows - first, rows)
        top = row.astype(np.float32)
        covered = np.minimum(top + one, high[source]) - np.maximum(top, low[source])
        covered *= solid.ravel()[source]
        darkness = np.log1p(-np.minimum(covered, np.float32(0.985)))
        # Rows outside the picture are gathered in its first and last row, which nothing is drawn on.
        np.clip(row, 0, self.height - 1, out=row)
        place = np.repeat(negative.astype(np.int32) * self.height * self.width, self.width)
        place += np.tile(np.arange(self.width, dtype=np.int32), len(y))
        row *= self.width
        row += place[source]
        size = 2 * self.height * self.width
        return np.bincount(row, weights=darkness, minlength=size).reshape(2, self.height, self.width)


def _mix(passed: NDArray[np.float64], height: int, width: int, style: Style) -> NDArray[np.uint8]:
    picture = np.zeros((height * width, 4), dtype=np.uint8)
    plus, minus = passed.reshape(2, -1)
    touched = np.flatnonzero(plus + minus)
    plus, minus = plus[touched].astype(np.float32), minus[touched].astype(np.float32)
    total = plus + minus
    alpha = -np.expm1(total)
    share = plus / total
    for channel in range(3):
        high, low = style.positive[channel], style.negative[channel]
        picture[touched, channel] = (low + share * (high - low)) * alpha + 0.5
    picture[touched, 3] = alpha * 255.0 + 0.5
    return picture.reshape(height, width, 4)
