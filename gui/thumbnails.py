"""Small pictures of what a unit answers over the plane of two inputs."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtGui import QColor, QImage

from engine.activations import Array
from gui.theme import colours


@lru_cache(maxsize=64)
def _ramp(low: str, middle: str, high: str) -> tuple[int, ...]:
    """256 colours as 0xffRRGGBB, from one to the next, by way of the middle."""
    ends = np.array([[q.red(), q.green(), q.blue()] for q in (QColor(low), QColor(middle), QColor(high))], float)
    at = np.linspace(0.0, 2.0, 256)
    mixed = np.stack([np.interp(at, [0, 1, 2], ends[:, k]) for k in range(3)], axis=1).round().astype(int)
    return tuple(int(0xFF000000 | (r << 16) | (g << 8) | b) for r, g, b in mixed)


def _indexed(levels: Array, ramp: tuple[int, ...]) -> QImage:
    """A picture of values in [0, 1], the first row of the array at the bottom."""
    pixels = np.ascontiguousarray((np.nan_to_num(levels[::-1]) * 255.0).clip(0, 255).astype(np.uint8))
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8).copy()
    image.setColorTable(list(ramp))
    return image


def unit_image(answers: Array) -> QImage:
    """Answers (height, width) of a hidden unit: blue above zero, orange below, the ground's colour at zero."""
    c = colours()
    top = float(np.abs(answers).max(initial=0.0))
    top = top if np.isfinite(top) and top > 0 else 1.0
    return _indexed(0.5 + 0.5 * answers / top, _ramp(c.negative, c.surface, c.positive))


def class_image(answers: Array, index: int) -> QImage:
    """Probabilities (height, width) of an output: the ground's colour at 0, the colour of the class at 1."""
    c = colours()
    tint = c.series[index % len(c.series)]
    return _indexed(0.5 + 0.5 * answers, _ramp(c.surface, c.surface, tint))
