"""Curves that say how well scores tell one class from the rest, and how far probabilities can be believed.

All of them are of one class: ``positive`` (rows,) says which rows belong to it, ``scores`` (rows,) how much the network
takes them for it. Definitions, and what is done with ties, are those of scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.history import Numbers

BINS = 10


@dataclass(frozen=True)
class Ranking:
    """Points of a curve, each for one threshold: rows that score at least so much are taken for the class.

    ``x`` and ``y`` are rates in [0, 1], (points,), NaN where there is no row to count; ``thresholds`` (points,) are
    infinite where no row is taken, and fall.
    """

    x: Numbers
    y: Numbers
    thresholds: Numbers

    def at(self, threshold: float) -> tuple[float, float]:
        """The point that a threshold gives: that of the lowest score which is not below it."""
        place = int(np.count_nonzero(self.thresholds >= threshold)) - 1
        return float(self.x[place]), float(self.y[place])


@dataclass(frozen=True)
class Reliability:
    """Rows sorted into bins of equal width by their probability. All are (bins,); those of an empty bin are NaN.

    ``counts``: how many rows; ``predicted``: their mean probability; ``observed``: the share that is of the class.
    """

    counts: NDArray[np.int64]
    predicted: Numbers
    observed: Numbers

    @property
    def expected_error(self) -> float:
        """The expected calibration error Σ n/N |observed − predicted|; NaN without rows.

        Naeini, Cooper & Hauskrecht (2015).
        """
        filled = self.counts > 0
        gaps = np.abs(self.observed - self.predicted)[filled]
        return float(np.average(gaps, weights=self.counts[filled])) if filled.any() else float("nan")


def _counted(positive: NDArray[np.bool_], scores: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """(thresholds, right, wrong): for every score that occurs, from the highest, how many rows reach it, by truth."""
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order].astype(np.float64), np.cumsum(positive[order], dtype=np.float64)
    last = np.flatnonzero(np.diff(ranked, append=np.nan) != 0.0)  # the last row of each score
    return ranked[last], hits[last], last + 1.0 - hits[last]


def _rates(counts: Numbers, whole: float) -> Numbers:
    return counts / whole if whole > 0 else np.full(len(counts), np.nan)


def roc(positive: NDArray[np.bool_], scores: Numbers) -> Ranking:
    """The receiver operating characteristic: y the true, x the false positive rate, from (0, 0) to (1, 1)."""
    thresholds, right, wrong = _counted(positive, scores)
    thresholds, right, wrong = (np.concatenate([[first], rest]) for first, rest in
                                ((np.inf, thresholds), (0.0, right), (0.0, wrong)))  # fmt: skip
    return Ranking(_rates(wrong, wrong[-1]), _rates(right, right[-1]), thresholds)


def area(curve: Ranking) -> float:
    """The area under a curve, by trapezoids; NaN where a rate is not known."""
    return float(np.trapezoid(curve.y, curve.x)) if len(curve.x) > 1 else float("nan")


def precision_recall(positive: NDArray[np.bool_], scores: Numbers) -> Ranking:
    """y the precision over x the recall, from recall 0, where the precision is 1 by definition, to recall 1."""
    thresholds, right, wrong = _counted(positive, scores)
    recall = _rates(right, right[-1] if len(right) else 0.0)
    return Ranking(
        np.concatenate([[0.0 if np.isfinite(recall).all() else np.nan], recall]),
        np.concatenate([[1.0], right / np.maximum(right + wrong, 1.0)]),
        np.concatenate([[np.inf], thresholds]),
    )


def average_precision(curve: Ranking) -> float:
    """Σ (rᵢ − rᵢ₋₁) pᵢ over a precision–recall curve, without interpolation; NaN without a row of the class."""
    return float((np.diff(curve.x) * curve.y[1:]).sum()) if len(curve.x) > 1 else float("nan")


def reliability(positive: NDArray[np.bool_], probabilities: Numbers, bins: int = BINS) -> Reliability:
    """Compares probabilities in [0, 1] with how often they come true. A probability at a border is of the lower bin."""
    borders = np.linspace(0.0, 1.0, bins + 1)[1:-1]
    place = np.searchsorted(borders, probabilities)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        predicted, observed = (
            np.bincount(place, weights=each.astype(np.float64), minlength=bins) / counts
            for each in (probabilities, positive)
        )
    return Reliability(counts.astype(np.int64), predicted, observed)
