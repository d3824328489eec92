"""Small pictures of what a unit answers over the plane of two inputs."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from engine.activations import Array
from engine.probes import Maps
from engine.snapshot import Snapshot
from gui.plots.answers import certainty
from gui.theme import colours


@lru_cache(maxsize=64)
def _ramp(low: str, middle: str, high: str) -> tuple[int, ...]:
    """256 colours as 0xffRRGGBB, from one to the next, by way of the middle."""
    ends = np.array([[q.red(), q.green(), q.blue()] for q in (QColor(low), QColor(middle), QColor(high))], float)
    at = np.linspace(0.0, 2.0, 256)
    mixed = np.stack([np.interp(at, [0, 1, 2], ends[:, k]) for k in range(3)], axis=1).round().astype(int)
    return tuple(int(0xFF000000 | (r << 16) | (g << 8) | b) for r, g, b in mixed)


@lru_cache(maxsize=64)
def _rounded(side: int) -> NDArray[np.bool_]:
    """Which pixels of a square lie within its rounded corners."""
    radius = corner(side)
    middle = np.abs(np.arange(side) + 0.5 - side / 2) - (side / 2 - radius)
    beyond = np.maximum(middle, 0.0)
    inside: NDArray[np.bool_] = beyond[:, None] ** 2 + beyond[None, :] ** 2 <= radius**2
    return inside


def corner(side: float) -> float:
    """The radius of the corners of a picture of that side."""
    return min(8.0, side * 0.22)


def _pictures(levels: Array, ramp: tuple[int, ...]) -> list[QImage]:
    """Pictures of values in [0, 1], shape (units, height, width), the first row of each at the bottom."""
    with np.errstate(invalid="ignore"):
        indices = (levels[:, ::-1] * 255.0).clip(0.0, 255.0).astype(np.uint8)
    pixels = np.ascontiguousarray(np.array(ramp, dtype=np.uint32)[indices])
    pixels[:, ~_rounded(pixels.shape[1])] = 0
    height, width = pixels.shape[1:]
    return [QImage(p.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy() for p in pixels]


def unit_images(answers: Array) -> list[QImage]:
    """Answers (units, height, width) of hidden units: blue above zero, orange below, the ground's colour at zero."""
    c = colours()
    top = np.abs(answers).max(axis=(1, 2), keepdims=True)
    top = np.where(np.isfinite(top) & (top > 0), top, 1.0)
    return _pictures(0.5 + 0.5 * answers / top, _ramp(c.negative, c.surface, c.positive))


def class_images(answers: Array, threshold: float = 0.5) -> list[QImage]:
    """Outputs (classes, height, width): the ground's colour for a sure no, the colour of the class for a sure yes.

    ``threshold`` is the loss's: from where on an output says yes.
    """
    c, answers = colours(), certainty(answers, threshold)
    # A single output is the probability of the second class.
    first = 1 if len(answers) == 1 else 0
    tints = [c.series[(first + k) % len(c.series)] for k in range(len(answers))]
    return [
        _pictures(answers[k : k + 1], _ramp(c.surface, _between(c.surface, tint), tint))[0]
        for k, tint in enumerate(tints)
    ]


def _between(a: str, b: str) -> str:
    one, two = QColor(a), QColor(b)
    return QColor((one.red() + two.red()) // 2, (one.green() + two.green()) // 2, (one.blue() + two.blue()) // 2).name()


class Thumbnails:
    """The pictures of all units of a snapshot, made once for each of its maps."""

    def __init__(self) -> None:
        self._maps: Maps | None = None
        self._sides: list[int] = []
        self._images: list[list[QImage]] = []

    def image(self, snapshot: Snapshot, layer: int, unit: int, sides: list[int]) -> QImage | None:
        """The picture of one unit, or None when there are no maps.

        ``sides``: for each layer the side of its pictures in pixels; of just that size they need no scaling.
        """
        if snapshot.maps is not self._maps or sides != self._sides:
            self._maps, self._sides, self._images = snapshot.maps, sides, []
            threshold = snapshot.plan.loss.threshold
            for i, answers in enumerate(snapshot.maps.layers if snapshot.maps else []):
                is_class = i == len(snapshot.plan.layers) - 1 and bool(snapshot.data.classes)
                some = np.linspace(0, answers.shape[1] - 1, sides[i]).round().astype(int)
                small = answers[:, some[:, None], some[None, :]]
                self._images.append(class_images(small, threshold) if is_class else unit_images(small))
        return self._images[layer][unit] if layer < len(self._images) else None
