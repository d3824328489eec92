"""Seeded generators of small, telling data sets. Each takes (rng, samples, noise, classes) -> Table."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.table import Table

_PLANE = ("x₁", "x₂")
Rng = np.random.Generator


def _labelled(x: NDArray[Any], y: NDArray[Any], classes: tuple[str, ...]) -> Table:
    return Table(_PLANE, np.asarray(x, float), np.asarray(y, np.int64), "class", classes)


def _letters(count: int) -> tuple[str, ...]:
    return tuple("ABCDE"[:count])


def _even(samples: int, classes: int) -> NDArray[np.int64]:
    """Class indices (samples,) that differ in size by at most one."""
    return np.sort(np.arange(samples) % classes)


def moons(rng: Rng, samples: int, noise: float, classes: int) -> Table:
    """Two half circles that hold on to each other."""
    y = _even(samples, 2)
    angle = rng.uniform(0.0, np.pi, samples)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    x = np.where(y[:, None] == 0, upper, lower) + rng.normal(0.0, noise, (samples, 2))
    return _labelled(x, y, _letters(2))


def circles(rng: Rng, samples: int, noise: float, classes: int) -> Table:
    """A ring around a disc; no straight line separates them."""
    y = _even(samples, 2)
    angle = rng.uniform(0.0, 2.0 * np.pi, samples)
    radius = np.where(y == 0, 1.0, 0.45) + rng.normal(0.0, noise, samples)
    return _labelled(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), y, _letters(2))


def xor(rng: Rng, samples: int, noise: float, classes: int) -> Table:
    """Opposite quadrants belong together: the problem a perceptron cannot solve."""
    x = rng.uniform(-1.0, 1.0, (samples, 2))
    y = (x[:, 0] * x[:, 1] < 0).astype(np.int64)
    return _labelled(x + rng.normal(0.0, noise, (samples, 2)), y, _letters(2))


def blobs(rng: Rng, samples: int, noise: float, classes: int) -> Table:
    """One round cloud for each class, evenly around the origin."""
    y = _even(samples, classes)
    angle = 2.0 * np.pi * y / classes + np.pi / 2.0
    centre = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _labelled(centre + rng.normal(0.0, 0.15 + noise, (samples, 2)), y, _letters(classes))


def spirals(rng: Rng, samples: int, noise: float, classes: int) -> Table:
    """One arm for each class, wound around the others."""
    y = _even(samples, classes)
    way = np.sqrt(rng.uniform(0.02, 1.0, samples))
    angle = 3.0 * np.pi * way / np.sqrt(classes / 2.0) + 2.0 * np.pi * y / classes
    x = np.stack([way * np.cos(angle), way * np.sin(angle)], axis=1)
    return _labelled(x + rng.normal(0.0, 0.25 * noise, (samples, 2)), y, _letters(classes))


def checkerboard(rng: Rng, samples: int, noise: float, classes: int) -> Table:
    """Four by four fields in two colours."""
    x = rng.uniform(-1.0, 1.0, (samples, 2))
    field = np.clip(np.floor((x + 1.0) * 2.0), 0, 3).astype(np.int64)
    return _labelled(x + rng.normal(0.0, 0.5 * noise, (samples, 2)), field.sum(axis=1) % 2, _letters(2))


def plane(rng: Rng, samples: int, noise: float, classes: int) -> Table:
    """A tilted plane: y = 0.6 x₁ − 0.4 x₂ + 0.2, which linear regression finds exactly."""
    x = rng.uniform(-1.0, 1.0, (samples, 2))
    y = 0.6 * x[:, :1] - 0.4 * x[:, 1:] + 0.2 + rng.normal(0.0, noise, (samples, 1))
    return Table(_PLANE, x, y, "y")


def sine(rng: Rng, samples: int, noise: float, classes: int) -> Table:
    """One and a half waves of a sine over a single input."""
    x = rng.uniform(-1.0, 1.0, (samples, 1))
    return Table(("x",), x, np.sin(1.5 * np.pi * x) + rng.normal(0.0, noise, (samples, 1)), "y")
