"""What outputs say about the classes, as shares that can be painted. Plain numbers, no Qt."""

from __future__ import annotations

import numpy as np

from engine.activations import Array


def certainty(answers: Array, threshold: float) -> Array:
    """How much each output says yes, in [0, 1], one half at the threshold.

    Outputs with the threshold one half are taken as they are; those of a hinge loss, whose threshold is zero, are
    certain from the margin of 1 on.
    """
    with np.errstate(invalid="ignore"):
        shares = answers if threshold == 0.5 else 0.5 + 0.5 * (answers - threshold)
    result: Array = np.nan_to_num(shares).clip(0.0, 1.0)
    return result


def class_shares(answers: Array, threshold: float) -> Array:
    """The share of each class, adding up to 1: (outputs, …) -> (classes, …). The class with most is the answer.

    A single output says yes or no to the second class; otherwise the largest output decides.
    """
    if len(answers) == 1:
        yes = certainty(answers, threshold)
        return np.concatenate([1.0 - yes, yes])
    values = np.nan_to_num(answers.astype(np.float64), posinf=1e6, neginf=-1e6)
    # Outputs of a hinge loss have a margin of 1 on their own scale; a lead of that much is clearly the answer.
    leads = np.exp(2.0 * (values - values.max(axis=0)))
    shares = values.clip(0.0, 1e6) if threshold == 0.5 else leads
    total = shares.sum(axis=0)
    largest = np.arange(len(values)).reshape(-1, *[1] * (values.ndim - 1)) == values.argmax(axis=0)
    result: Array = np.where(total > 1e-9, shares / np.maximum(total, 1e-9), largest)
    return result
