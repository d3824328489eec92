"""How histograms are painted: as bars, and many of them side by side as a heat map over the steps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPolygonF

from engine.probing.histogram import Histogram, bin_around
from gui.images import image_of
from gui.plots.binning import FEWEST, Picture
from gui.text import number, tr
from gui.theme import colour, colours, name

# The letters that a number beside a heat map has room for.
_ROOM = 7
# Perceptually uniform maps that begin in the ground of the theme, so that nothing counted is nothing seen.
_MAPS = {"light": "CET-L17", "dark": "CET-L16"}
# Where the map begins for a single count, of 256: so far from the ground that it is seen.
_FAINTEST = 36


@dataclass(frozen=True)
class Scale:
    """Limits of bins along a length in pixels, from ``start`` to ``end``; ``end`` is the smaller one on the way up."""

    edges: NDArray[np.float64]
    start: float
    end: float

    @property
    def _reach(self) -> tuple[float, float]:
        """The number of the first and of the last limit that is shown, counted in bins."""
        bins = len(self.edges) - 1
        margin = max(FEWEST - bins, 0) / 2.0
        return -margin, bins + margin

    def at_bin(self, bins: float) -> float:
        """Where a place counted in bins lies."""
        low, high = self._reach
        return self.start + (bins - low) / (high - low) * (self.end - self.start)

    def at(self, value: Any) -> Any:
        """Where a value lies; of an array where each does."""
        low, high = self.edges[0] / 2.0, self.edges[-1] / 2.0
        return self.at_bin((value / 2.0 - low) / (high - low) * (len(self.edges) - 1))

    def bin_at(self, place: float) -> int | None:
        """The bin at a place in pixels, None beside all of them."""
        low, high = self._reach
        found = int(np.floor(low + (place - self.start) / (self.end - self.start) * (high - low)))
        return found if 0 <= found < len(self.edges) - 1 else None

    def marks(self, apart: float) -> list[tuple[float, str]]:
        """Places with their numbers: the ends, and zero where it is so many pixels from both."""
        ends = [(self.at(float(value)), _short(float(value))) for value in (self.edges[0], self.edges[-1])]
        zero = self.at(0.0) if self.edges[0] < 0.0 < self.edges[-1] else None
        far = zero is not None and min(abs(zero - place) for place, _ in ends) >= apart
        return [*ends, *([(zero, "0")] if zero is not None and far else [])]


def _short(value: float) -> str:
    """A number for an axis: with three digits, or two where there is no room for them."""
    words = number(value)
    return words if len(words) <= _ROOM else number(value, 2)


def bin_in_words(found: Histogram, picture: Picture, place: int) -> str:
    """What a bin holds: "0.125 to 0.1875: 37 of 640"."""
    low, high, count = bin_around(found, picture.bins, place)
    return tr("{0} to {1}: {2} of {3}").format(number(low, 4), number(high, 4), f"{count:,}", f"{found.counted:,}")


def shares(counts: NDArray[np.float64], logarithmic: bool) -> NDArray[np.float64]:
    """How high or dark counts are, in [0, 1]: as a share of the largest; with ``logarithmic`` so is log(1 + count)."""
    values = np.log1p(counts) if logarithmic else counts
    return values / max(float(values.max(initial=0.0)), 1e-300)


def paint_bars(
    painter: QPainter, box: QRectF, found: Picture, mean: float, logarithmic: bool = False, marked: int | None = None
) -> None:
    """The bars of the last of some histograms, blue above zero and orange below, its mean, and a ``marked`` bin."""
    c, scale = colours(), Scale(found.edges, box.left(), box.right())
    painter.fillRect(QRectF(box.left(), box.bottom(), box.width(), 1.0), QColor(c.line))
    if found.edges[0] < 0.0 < found.edges[-1]:
        painter.fillRect(QRectF(round(scale.at(0.0)), box.top(), 1.0, box.height()), QColor(c.line))
    for place, share in enumerate(shares(found.counts[-1], logarithmic)):
        if share <= 0.0:
            continue
        left, right = round(scale.at_bin(place)), round(scale.at_bin(place + 1))
        height = max(share * (box.height() - 6.0), 1.0)
        tint = c.positive if found.edges[place] >= 0.0 else c.negative
        gap = 1.0 if right - left > 3 else 0.0
        bar = QRectF(left, box.bottom() - height, max(right - left - gap, 1.0), height)
        painter.fillRect(bar, QColor(tint) if place == marked else colour(tint, 0.75))
        if place == marked:
            painter.fillRect(QRectF(left, box.top(), bar.width(), box.height()), colour(c.text, 0.08))
    _paint_mean(painter, scale.at(mean), box)


def _paint_mean(painter: QPainter, at: float, box: QRectF) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours().text))
    top = box.top()
    painter.drawPolygon(QPolygonF([QPointF(at - 3.5, top - 4), QPointF(at + 3.5, top - 4), QPointF(at, top + 1)]))
    painter.drawRect(QRectF(at - 0.5, top, 1.0, box.height()))
    painter.restore()


@lru_cache(maxsize=4)
def _inks(theme: str) -> NDArray[np.uint8]:
    """The colours (256, 4), RGBA, of a theme's map; the first is nothing at all."""
    table = pg.colormap.get(_MAPS[theme]).getLookupTable(nPts=256, alpha=True).astype(np.uint8)
    places = np.linspace(_FAINTEST, 255, 255).round().astype(int)
    return np.concatenate([np.zeros((1, 4), np.uint8), table[places]])


def heat_image(found: Picture, columns: NDArray[np.int64], logarithmic: bool) -> QImage:
    """A picture with a column of pixels for each of ``columns``, the number of a histogram, and a row for each bin.

    High values are at the top; the fullest bin of all is the darkest, the brightest in a dark theme.
    """
    strength = shares(found.counts, logarithmic)
    inks = np.where(found.counts > 0, 1 + np.rint(strength * 254.0).astype(np.int64), 0)
    return image_of(_inks(name())[inks[columns].T[::-1]])


def ramp_image() -> QImage:
    """The colours of a heat map from a single count to the most, one pixel high."""
    return image_of(_inks(name())[None, 1:])
