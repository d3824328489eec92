"""Metrics: what people want to know of a prediction, in their own units.

``y`` and ``prediction`` are row-major: class indices (rows,) for classes, numbers (rows, targets) for
regression, in the units of the user's data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.activations import Array
from engine.registry import Registry


@dataclass(frozen=True)
class Metric:
    """One metric. ``value``: (y, prediction) -> float. ``best`` is what a perfect prediction scores."""

    key: str
    label: str
    value: Callable[[Array, Array], float]
    formula: str
    tasks: tuple[str, ...]
    best: float


def _accuracy(y: Array, prediction: Array) -> float:
    return float(np.mean(y == prediction))


def _r2(y: Array, prediction: Array) -> float:
    """1 − residual / total sum of squares, averaged over the targets; 0 where a target never varies."""
    residual = ((y - prediction) ** 2).sum(axis=0)
    total = ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    safe = np.where(total > 0, total, 1.0)
    return float(np.mean(np.where(total > 0, 1.0 - residual / safe, np.where(residual > 0, 0.0, 1.0))))


def _mae(y: Array, prediction: Array) -> float:
    return float(np.mean(np.abs(y - prediction)))


METRICS: Registry[Metric] = Registry(
    "metric",
    [
        Metric("accuracy", "Accuracy", _accuracy, "share of rows whose class is right", ("binary", "multiclass"), 1.0),
        Metric("r2", "R²", _r2, "1 − Σ(y − ŷ)² / Σ(y − ȳ)²", ("regression",), 1.0),
        Metric("mae", "Mean absolute error", _mae, "mean |y − ŷ|, in the target's unit", ("regression",), 0.0),
    ],
)


def metrics_for(task: str) -> list[Metric]:
    """The metrics that make sense for a task, the one to show first leading."""
    return [metric for metric in METRICS if task in metric.tasks]
