"""What a network says to the rows of one part, as pages need it. Plain numbers, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.snapshot import Snapshot

_PROBABILITIES = ("sigmoid", "softmax")


@dataclass(frozen=True)
class Scored:
    """Rows with classes. ``rows`` (rows,) are those of the original table, ``truth`` and ``answer`` their classes.

    ``scores`` (rows, classes) say how much each is taken for each class; they are probabilities where ``probable``.
    ``threshold`` is the score from which one output alone says yes; with several the largest decides.
    """

    part: str
    rows: NDArray[np.int64]
    truth: NDArray[np.int64]
    answer: NDArray[np.int64]
    scores: NDArray[np.float64]
    probable: bool
    threshold: float

    @property
    def finite(self) -> bool:
        """Whether every score is a number."""
        return bool(np.isfinite(self.scores).all())

    def cell(self, truth: int, answer: int) -> NDArray[np.int64]:
        """The places of the rows of one class that were taken for another, the most confident first."""
        found = np.flatnonzero((self.truth == truth) & (self.answer == answer))
        return found[np.argsort(-self.scores[found, answer], kind="stable")]

    def misread(self) -> NDArray[np.int64]:
        """The places of the rows with a wrong answer, those whose true class scored least first."""
        found = np.flatnonzero(self.truth != self.answer)
        return found[np.argsort(self.scores[found, self.truth[found]], kind="stable")]


def scored(snapshot: Snapshot, part: str) -> Scored:
    """The rows of a part with what the network said to them when it was last evaluated."""
    data, planned = snapshot.data, snapshot.plan
    outputs = np.asarray(getattr(snapshot.evaluation, f"outputs_{part}"), np.float64)
    threshold, rows = planned.loss.threshold, getattr(data, f"rows_{part}")
    scores = two_sided(outputs, threshold)
    answer = data.labels(outputs, threshold)
    truth = np.asarray(data.part(part)[1], np.int64)
    return Scored(part, rows, truth, answer, scores, gives_probabilities(snapshot), threshold)


def two_sided(outputs: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """Outputs (rows, outputs) as scores (rows, classes): a single one says the less of the first class."""
    if outputs.shape[1] > 1:
        return outputs
    return np.concatenate([2.0 * threshold - outputs, outputs], axis=1)


def gives_probabilities(snapshot: Snapshot) -> bool:
    """Whether the outputs are probabilities of the classes."""
    return snapshot.plan.layers[-1].activation.key in _PROBABILITIES and snapshot.plan.loss.threshold == 0.5
