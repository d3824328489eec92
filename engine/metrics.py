"""Metrics: what people want to know of a prediction, in their own units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.activations import Array
from engine.registry import Registry


@dataclass(frozen=True)
class Answers:
    """A part of the data with what the network says to it, row-major.

    ``y``, ``predicted``: class indices (rows,), or numbers (rows, targets) in the units of the user's data.
    ``scores`` (rows, classes) rank the classes, None for numbers; ``probabilities`` says whether every row
    of them adds up to 1.
    """

    y: Array
    predicted: Array
    scores: Array | None = None
    probabilities: bool = False

    @property
    def classes(self) -> int:
        """How many classes there are to choose from; 0 for numbers."""
        return 0 if self.scores is None else self.scores.shape[1]


@dataclass(frozen=True)
class Metric:
    """One metric. ``best`` is what a perfect prediction scores.

    ``live``: cheap enough to be measured all along a run; the others belong to a report.
    ``probable``: makes sense for probabilities only.
    """

    key: str
    label: str
    value: Callable[[Answers], float]
    formula: str
    tasks: tuple[str, ...]
    best: float
    live: bool = False
    probable: bool = False


def confusion(answers: Answers) -> NDArray[np.int64]:
    """How many rows of each true class (first axis) were taken for each class (second axis)."""
    k = answers.classes
    return np.bincount(answers.y * k + answers.predicted, minlength=k * k).reshape(k, k).astype(np.int64)


def _shares(part: Array, whole: Array) -> Array:
    """part / whole, and 0 where there is nothing, as scikit-learn has it."""
    result: Array = part / np.where(whole > 0, whole, 1)
    return result


def precision_by_class(answers: Answers) -> Array:
    """Of the rows taken for a class, the share that belongs to it; 0 where there are none. Shape (classes,)."""
    table = confusion(answers)
    return _shares(np.diag(table), table.sum(axis=0))


def recall_by_class(answers: Answers) -> Array:
    """Of the rows of a class, the share that was found; 0 where there are none. Shape (classes,)."""
    table = confusion(answers)
    return _shares(np.diag(table), table.sum(axis=1))


def f1_by_class(answers: Answers) -> Array:
    """The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN). Shape (classes,)."""
    table = confusion(answers)
    return _shares(2 * np.diag(table), table.sum(axis=0) + table.sum(axis=1))


def _for_task(by_class: Callable[[Answers], Array]) -> Callable[[Answers], float]:
    """Of two classes the second, which is the "yes"; of more the mean over those that occur (macro)."""

    def value(answers: Answers) -> float:
        found = by_class(answers)
        if answers.classes == 2:
            return float(found[1])
        seen = np.bincount(answers.y, minlength=len(found)) + np.bincount(answers.predicted, minlength=len(found)) > 0
        return float(found[seen].mean())

    return value


def top_k_accuracy(answers: Answers, k: int) -> float:
    """The share of rows whose true class is among the k with the highest scores; of ties the later class wins."""
    assert answers.scores is not None
    # As scikit-learn: a stable order, the last of equals counts as the highest.
    order = np.argsort(answers.scores, axis=1, kind="stable")[:, ::-1][:, :k]
    return float((order == answers.y[:, None]).any(axis=1).mean())


def roc_auc(answers: Answers) -> float:
    """The chance that a row of the class scores higher than another (ties: half), by the rank sum.

    Mann & Whitney (1947). Of more than two classes the mean of each against the rest; NaN where a class,
    or everything else, is missing.
    """
    assert answers.scores is not None
    classes = [1] if answers.classes == 2 else range(answers.classes)
    return float(np.mean([_auc(answers.y == k, answers.scores[:, k]) for k in classes]))


def _auc(positive: NDArray[np.bool_], scores: Array) -> float:
    wins, rest = int(positive.sum()), int((~positive).sum())
    if not wins or not rest:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2.0)[inverse]
    return float((ranks[positive].sum() - wins * (wins + 1) / 2.0) / (wins * rest))


def log_loss(answers: Answers) -> float:
    """−mean log p[true class], the probabilities kept away from 0 by the smallest step of their precision."""
    assert answers.scores is not None
    p = answers.scores.astype(np.float64)
    p = np.clip(p / p.sum(axis=1, keepdims=True), np.finfo(answers.scores.dtype).eps, 1.0)
    return float(np.log(1.0 / p[np.arange(len(p)), answers.y]).mean())


def _accuracy(answers: Answers) -> float:
    return float(np.count_nonzero(answers.y == answers.predicted)) / max(len(answers.y), 1)


def _r2(answers: Answers) -> float:
    """1 − residual / total sum of squares, averaged over the targets; 0 where a target never varies."""
    y, prediction = answers.y, answers.predicted
    residual = ((y - prediction) ** 2).sum(axis=0)
    total = ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    safe = np.where(total > 0, total, 1.0)
    return float(np.mean(np.where(total > 0, 1.0 - residual / safe, np.where(residual > 0, 0.0, 1.0))))


def _mae(answers: Answers) -> float:
    return float(np.mean(np.abs(answers.y - answers.predicted)))


def _rmse(answers: Answers) -> float:
    return float(np.sqrt(np.mean(np.square(answers.y - answers.predicted), axis=0)).mean())


_CLASSES, _NUMBER = ("binary", "multiclass"), ("regression",)

METRICS: Registry[Metric] = Registry(
    "metric",
    [
        Metric("accuracy", "Accuracy", _accuracy, "share of rows whose class is right", _CLASSES, 1.0, live=True),
        Metric(
            "top_2_accuracy",
            "Top-2 accuracy",
            lambda answers: top_k_accuracy(answers, 2),
            "share of rows whose class is among the two likeliest",
            ("multiclass",),
            1.0,
        ),
        Metric(
            "top_3_accuracy",
            "Top-3 accuracy",
            lambda answers: top_k_accuracy(answers, 3),
            "share of rows whose class is among the three likeliest",
            ("multiclass",),
            1.0,
        ),
        Metric("precision", "Precision", _for_task(precision_by_class), "TP / (TP + FP)", _CLASSES, 1.0),
        Metric("recall", "Recall", _for_task(recall_by_class), "TP / (TP + FN)", _CLASSES, 1.0),
        Metric("f1", "F1", _for_task(f1_by_class), "2 TP / (2 TP + FP + FN)", _CLASSES, 1.0),
        Metric("roc_auc", "ROC-AUC", roc_auc, "P(score of a yes > score of a no)", _CLASSES, 1.0),
        Metric("log_loss", "Log loss", log_loss, "−mean log p[true class]", _CLASSES, 0.0, probable=True),
        Metric("r2", "R²", _r2, "1 − Σ(y − ŷ)² / Σ(y − ȳ)²", _NUMBER, 1.0, live=True),
        Metric("mae", "Mean absolute error", _mae, "mean |y − ŷ|, in the target's unit", _NUMBER, 0.0, live=True),
        Metric("rmse", "Root mean squared error", _rmse, "√ mean (y − ŷ)², in the target's unit", _NUMBER, 0.0),
    ],
)


def metrics_for(task: str) -> list[Metric]:
    """The metrics that are measured all along a run of a task, the one to show first leading."""
    return [metric for metric in METRICS if task in metric.tasks and metric.live]


def report(answers: Answers, task: str) -> dict[str, float]:
    """Every metric that makes sense for a task and its answers, by key."""
    fitting = [metric for metric in METRICS if task in metric.tasks and (answers.probabilities or not metric.probable)]
    return {metric.key: metric.value(answers) for metric in fitting}
