"""Draws the edges between two columns into a picture. Plain NumPy, no Qt.

Strokes by a painter cost some 75 µs each; the edges of one gap share their x-range, so all of them can be
drawn at once: for every edge and every column of pixels the rows it covers, and how much of each. What
overlaps is mixed without regard to order: the light that passes is the product of what each lets through.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.diagram.layout import bend

Rgb = tuple[int, int, int]
# Single precision throughout, but for the sums that NumPy's bincount makes.
Floats = NDArray[Any]
# Places in a picture, and the logarithm of the light that passes there.
_Part = tuple[NDArray[np.int64], Floats]
# Of a negative edge the length of a dash and of what is left out behind it, in pixels.
DASH, SPACE = 7.0, 4.5
# Width and opacity of edges of which there is nothing to show.
HAIRLINE, FAINT = 0.8, 0.14
# So many edges are drawn at most for each pixel between two columns, but never fewer than _FEWEST; the broadest is so
# broad for each pixel, within bounds.
_PER_PIXEL, _FEWEST = 2.2, 60
_WIDTH_PER_PIXEL, _NARROW, _BROADEST = 0.04, 1.6, 4.6


@dataclass(frozen=True)
class Style:
    """Colours of positive and negative weights, the range of widths (pixels) and opacities, and the size of a crowd.

    Of more edges than ``most`` only the strongest are drawn: the others would hardly be seen among them.
    """

    positive: Rgb
    negative: Rgb
    thinnest: float = 0.7
    widest: float = 5.0
    faintest: float = 0.12
    strongest: float = 0.95
    most: int = 400


def broadest(apart: float) -> float:
    """How broad the strongest edge is between columns so many pixels apart."""
    return min(max(_WIDTH_PER_PIXEL * apart, _NARROW), _BROADEST)


def most_edges(apart: float, most: int) -> int:
    """How many edges are drawn at most between columns so many pixels apart, and never more than ``most``."""
    return int(min(max(_PER_PIXEL * apart, _FEWEST), most))


# More edges than CROWDED in one gap are drawn thin, and only the BROAD strongest of them broad, if they reach STRONG of
# the scale.
CROWDED, BROAD, STRONG = 150, 60, 0.3
THIN = 1.1
# A weight of less than this share of the scale leaves no trace.
LEAST = 0.004
# The stored geometry of a crowd is kept as long as its edges are nearly as strong as the strongest would be.
_GOOD_ENOUGH = 0.96
# Pixels that are mixed at a time, and steps between the colours of the two signs.
_BLOCK, _SHARES = 32_768, 128


@dataclass(frozen=True)
class _Touch:
    """What edges touch: for every such pixel its place in the picture, the share covered, and that times the dash.

    The pixels of an edge stand together; ``counts`` (edges,) says how many they are.
    """

    counts: NDArray[np.int64]
    place: NDArray[np.int64]
    covered: Floats
    dashed: Floats


class _Lines:
    """The curves of some edges, one row each and one value for every column of pixels.

    ``starts``, ``ends`` (edges,): where they begin and end. The picture shows ``width`` of ``span`` columns, from
    ``first`` on; ``step`` of them are taken together.
    """

    def __init__(
        self, starts: Floats, ends: Floats, span: int, first: int, width: int, density: float, step: int = 1
    ) -> None:
        middle = (np.arange(first, first + width, step) + 0.5 * step) / span
        rise = (ends - starts).astype(np.float32)[:, None]
        self.y = starts.astype(np.float32)[:, None] + rise * bend(middle).astype(np.float32)
        steep = rise * (_slope(middle) / span).astype(np.float32)
        self.stretch = np.sqrt(1.0 + steep * steep)
        # Dashes, in periods along the edge: where each pixel is, and how much further the one below it is.
        period = np.float32((DASH + SPACE) * density)
        self.lean = steep / (self.stretch * period)
        along = np.cumsum(self.stretch, axis=1, dtype=np.float32) * np.float32(step)
        along += _length_before(rise, first, span)
        self.phase = along / period - self.lean * (self.y - np.float32(0.5))
        self._period = period

    def touch(self, rows: slice | NDArray[np.intp], broad: Floats, height: int, dashes: bool) -> _Touch:
        """The pixels that edges of these widths touch, edge by edge and column by column; none outside the height."""
        y, half = self.y[rows], 0.5 * broad[:, None] * self.stretch[rows]
        low, high = (y - half).ravel(), (y + half).ravel()
        first = np.clip(np.floor(low), 0, height).astype(np.int64)
        count = np.maximum(np.clip(np.ceil(high), 0, height).astype(np.int64) - first, 0)
        ends = np.cumsum(count)
        row = np.arange(count.sum()) - np.repeat(ends - count - first, count)
        covered = np.ones(len(row), np.float32)
        # Whole pixels, but for what is missing of the first and of the last one of each column.
        some = np.flatnonzero(count)
        last = ends[some] - 1
        covered[last + 1 - count[some]] -= np.maximum(low[some] - first[some], 0.0).astype(np.float32)
        covered[last] -= np.maximum(first[some] + count[some] - high[some], 0.0).astype(np.float32)
        solid = covered * self._dashes(rows, count, row.astype(np.float32)) if dashes else covered
        width = y.shape[1]
        row *= width
        row += np.repeat(np.tile(np.arange(width), len(y)), count)
        return _Touch(count.reshape(y.shape).sum(axis=1), row, covered, solid)

    def _dashes(self, rows: slice | NDArray[np.intp], count: NDArray[np.int64], top: Floats) -> Floats:
        """How solid a dashed edge is at each pixel, from 0 to 1, by the way along the edge."""
        phase: Floats = np.repeat(self.lean[rows].ravel(), count)
        phase *= top
        phase += np.repeat(self.phase[rows].ravel(), count)
        phase -= np.floor(phase)
        solid: Floats = np.minimum(phase, np.float32(DASH / (DASH + SPACE)) - phase)
        solid *= self._period
        solid += np.float32(0.5)
        return np.clip(solid, 0.0, 1.0, out=solid)


class _Crowd:
    """The strongest of many edges, thin: what they touch is worked out once, only how solid they are changes."""

    def __init__(self, edges: NDArray[np.intp], lines: _Lines, height: int, density: float) -> None:
        self.edges = edges
        broad = np.full(len(edges), THIN * density, np.float32)
        self._touch = lines.touch(slice(None), broad, height, dashes=True)
        self._half = height * lines.y.shape[1]
        self._negative: NDArray[np.bool_] | None = None
        self._place, self._covered = self._touch.place, self._touch.covered

    def dark(self, opacity: Floats, negative: NDArray[np.bool_]) -> _Part:
        """As ``_dark``, with the signs of the last time where they are still the same."""
        if self._negative is None or not np.array_equal(negative, self._negative):
            self._negative = negative
            self._place, self._covered = _signed(self._touch, negative, self._half)
        return self._place, _logarithm(self._touch.counts, self._covered, opacity)


class Gap:
    """The geometry between two columns of nodes: what does not depend on the weights, worked out when it is needed.

    ``starts``, ``ends``: y of the nodes at the left and the right, (inputs,) and (units,), in pixels of the picture,
    whose height is ``height``; they may lie outside it. The columns are ``span`` pixels apart, of which the picture
    shows those of ``clip``, at first all. ``density`` is the pixels per unit of width. ``drawn`` of ``visible`` edges
    that pass through the picture were drawn the last time.
    """

    def __init__(
        self, starts: Floats, ends: Floats, span: int, height: int, density: float = 1.0, clip: range | None = None
    ) -> None:
        self._span = max(span, 2)
        clip = clip if clip is not None else range(self._span)
        self.width, self.height, self.drawn = max(len(clip), 2), max(height, 2), 0
        self._first, self._density = clip.start, density
        # In a crowd the eye does not tell columns apart that are half a unit wide.
        self._step = 2 if density >= 2.0 else 1
        self._starts, self._ends = np.asarray(starts, float), np.asarray(ends, float)
        self._passing = self._in_sight(6.0 * density)
        self._visible = self._worth_drawing()
        self._known, self._lines = np.zeros(0, np.intp), self._lines_of(np.zeros(0, np.intp))
        self._crowd: _Crowd | None = None

    def draw(
        self, weights: Floats, scale: float, style: Style, only: NDArray[np.intp] | None = None
    ) -> NDArray[np.uint8]:
        """The picture (height, width, 4), RGBA premultiplied, of weights (inputs, units).

        ``scale`` is the weight drawn widest. Weights that are not finite are left out. ``only``: flat indices of the
        edges to draw, however many there are.
        """
        edges = self._visible if only is None else np.intersect1d(self._passing, only)
        flat = weights.ravel()[edges]
        with np.errstate(over="ignore"):
            strength = np.nan_to_num(np.abs(flat) / flat.dtype.type(scale), nan=0.0, posinf=0.0).clip(0.0, 1.0)
        strength = strength.astype(np.float32)
        opacity: Floats = style.faintest + (style.strongest - style.faintest) * strength ** np.float32(0.7)
        negative = flat < 0
        chosen = np.flatnonzero(strength > LEAST)
        fog, parts = None, []
        if len(edges) > CROWDED:
            # In a crowd faint edges would add up to a fog: the weak ones are fainter still.
            crowd, at = self._crowd_of(edges, strength, style.most if only is None else len(edges))
            solid = opacity[at] * strength[at] ** np.float32(0.5) * (strength[at] > LEAST)
            fog = crowd.dark(solid, negative[at])
            self.drawn = len(at)
            chosen = _strongest(strength, chosen, BROAD)
            chosen = chosen[strength[chosen] > STRONG]
        else:
            self.drawn = len(edges)
        if len(chosen):
            broad: Floats = (style.thinnest + (style.widest - style.thinnest) * strength[chosen]) * self._density
            parts += self._broad(edges[chosen], broad, opacity[chosen], negative[chosen])
        darkness = _DARKNESS.of(parts, fog, self.height, self.width, self._step)
        return _mix(darkness, self.height, self.width, style)

    @property
    def visible(self) -> int:
        """How many edges pass through the picture."""
        return len(self._visible)

    def _in_sight(self, margin: float) -> NDArray[np.intp]:
        """The flat indices of the edges of which the picture shows something."""
        at = bend((np.array([self._first, self._first + self.width - 1]) + 0.5) / self._span)
        left, right = (self._starts[:, None] * (1.0 - t) + self._ends[None, :] * t for t in at)
        above, below = np.minimum(left, right), np.maximum(left, right)
        return np.flatnonzero((below > -margin) & (above < self.height + margin))

    def _worth_drawing(self) -> NDArray[np.intp]:
        """Of a crowd that passes through the picture only the edges that begin or end in it: where do others lead?"""
        inside = [(y >= 0.0) & (y <= self.height) for y in (self._starts, self._ends)]
        touching = self._passing[(inside[0][:, None] | inside[1][None, :]).ravel()[self._passing]]
        return touching if len(self._passing) > CROWDED and len(touching) else self._passing

    def _lines_of(self, edges: NDArray[np.intp], step: int = 1) -> _Lines:
        units = max(len(self._ends), 1)
        starts, ends = self._starts[edges // units], self._ends[edges % units]
        return _Lines(starts, ends, self._span, self._first, self.width, self._density, step)

    def _crowd_of(self, edges: NDArray[np.intp], strength: Floats, most: int) -> tuple[_Crowd, NDArray[np.intp]]:
        """The crowd to draw, and where its edges are among ``edges``: the last one while it is good enough."""
        best = _strongest(strength, np.arange(len(edges)), most)
        last = self._crowd
        if last is not None and edges is self._visible and len(last.edges) == len(best):
            at = np.searchsorted(edges, last.edges)
            if strength[at].sum() >= _GOOD_ENOUGH * strength[best].sum():
                return last, at
        crowd = _Crowd(edges[best], self._lines_of(edges[best], self._step), self.height, self._density)
        if edges is self._visible:
            self._crowd = crowd
        return crowd, best

    def _broad(
        self, edges: NDArray[np.intp], broad: Floats, opacity: Floats, negative: NDArray[np.bool_]
    ) -> list[_Part]:
        """What edges of these widths add to the picture; dashes are worked out for the negative ones alone."""
        if not np.isin(edges, self._known, assume_unique=True).all():
            self._known, self._lines = edges, self._lines_of(edges)
        row = np.searchsorted(self._known, edges)
        parts = []
        for some in (np.flatnonzero(~negative), np.flatnonzero(negative)):
            if len(some):
                sign = negative[some]
                touch = self._lines.touch(row[some], broad[some], self.height, dashes=bool(sign[0]))
                place, covered = _signed(touch, sign, self.height * self.width)
                parts.append((place, _logarithm(touch.counts, covered, opacity[some])))
        return parts


def _slope(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """How steep the S-curve is at the share ``t`` of its width."""
    nearby = 1e-3
    result: NDArray[np.float64] = (bend(np.minimum(t + nearby, 1.0)) - bend(np.maximum(t - nearby, 0.0))) / (
        np.minimum(t + nearby, 1.0) - np.maximum(t - nearby, 0.0)
    )
    return result


def _length_before(rise: Floats, first: int, span: int) -> Floats:
    """How long each edge is before the first column that is shown, so that dashes stay where they are."""
    if first <= 0:
        return np.zeros_like(rise)
    heights = bend(np.linspace(0.0, first / span, 65)).astype(np.float32)
    steps = rise * np.diff(heights)
    length: Floats = np.sqrt(steps * steps + np.float32(first / 64) ** 2).sum(axis=1, keepdims=True)
    return length


def _strongest(strength: Floats, chosen: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """The ``most`` strongest of the chosen ones, in their order."""
    if len(chosen) <= most:
        return chosen
    return np.sort(chosen[np.argpartition(strength[chosen], -most)[-most:]])


def _signed(touch: _Touch, negative: NDArray[np.bool_], half: int) -> _Part:
    """Places and shares covered, negative edges dashed and counted in the second half of the picture."""
    if not negative.any():
        return touch.place, touch.covered
    minus = np.repeat(negative, touch.counts)
    return touch.place + minus * half, np.where(minus, touch.dashed, touch.covered)


def _logarithm(counts: NDArray[np.int64], covered: Floats, opacity: Floats) -> Floats:
    """Logarithm of the light that passes each touched pixel."""
    light: Floats = np.repeat(opacity.astype(np.float32), counts)
    light *= covered
    np.minimum(light, np.float32(0.985), out=light)
    np.subtract(np.float32(1.0), light, out=light)
    return np.log(light, out=light)


class _Darkness:
    """Room to add up the light in, used again and again: fresh memory of that size costs more than the sums."""

    def __init__(self) -> None:
        self._fine, self._coarse = np.zeros(0, np.float32), np.zeros(0, np.float32)

    def of(self, parts: list[_Part], fog: _Part | None, height: int, width: int, step: int) -> Floats:
        """The sums at every place, (2, height * width); only good until the next time.

        The places of ``fog`` are those of a picture with a column for every ``step`` columns, one or two.
        """
        size, narrow = 2 * height * width, -(-width // step)
        if len(self._fine) < size:
            self._fine, self._coarse = np.zeros(size, np.float32), np.zeros(size, np.float32)
        sums: Floats = self._fine[:size]
        sums.fill(0.0)
        if fog is not None and step == 1:
            np.add.at(sums, *fog)
        elif fog is not None:
            coarse = self._coarse[: 2 * height * narrow]
            coarse.fill(0.0)
            np.add.at(coarse, *fog)
            _spread(coarse.reshape(2 * height, narrow), sums.reshape(2 * height, width))
        for part in parts:
            np.add.at(sums, *part)
        return sums.reshape(2, -1)


_DARKNESS = _Darkness()


def _spread(coarse: Floats, fine: Floats) -> None:
    """Adds columns of double width to single ones; every one takes a quarter from its neighbour, against steps."""
    near, far = coarse * np.float32(0.75), coarse * np.float32(0.25)
    for side in (0, 1):
        every = fine[:, side::2]
        count = every.shape[1]
        every += near[:, :count]
        if side == 0:
            every[:, 1:] += far[:, : count - 1]
            every[:, 0] += far[:, 0]
        else:
            inner = min(count, far.shape[1] - 1)
            every[:, :inner] += far[:, 1 : inner + 1]
            every[:, inner:] += far[:, -1:][:, : count - inner]


def _mix(darkness: Floats, height: int, width: int, style: Style) -> NDArray[np.uint8]:
    picture = np.zeros(height * width, dtype=np.uint32)
    colours = _colours(style.positive, style.negative)
    for begin in range(0, len(picture), _BLOCK):
        # Block by block, so that what lies between stays in the processor's cache.
        plus, minus = darkness[:, begin : begin + _BLOCK]
        total = plus + minus
        touched = np.flatnonzero(total < 0.0)
        if len(touched):
            total = total[touched]
            share = np.float32(_SHARES) * (plus[touched] / total) + np.float32(0.5)
            alpha = np.float32(0.5) - np.float32(255.0) * np.expm1(total)
            picture[begin + touched] = colours[alpha.astype(np.intp) * (_SHARES + 1) + share.astype(np.intp)]
    return picture.astype("<u4", copy=False).view(np.uint8).reshape(height, width, 4)


@lru_cache(maxsize=8)
def _colours(positive: Rgb, negative: Rgb) -> NDArray[np.uint32]:
    """Every mixture as red, green, blue, alpha in a little-endian word, premultiplied: opacities × shares of positive.

    The place of an opacity of 0 to 255 and a share of 0 to _SHARES is opacity × (_SHARES + 1) + share.
    """
    alpha, share = np.mgrid[0:256, 0 : _SHARES + 1].astype(float)
    packed = np.rint(alpha).astype(np.uint32) << 24
    for channel, (high, low) in enumerate(zip(positive, negative, strict=True)):
        level = (low + (high - low) * share / _SHARES) * alpha / 255.0
        packed |= np.rint(level).astype(np.uint32) << (8 * channel)
    result: NDArray[np.uint32] = packed.ravel()
    return result
