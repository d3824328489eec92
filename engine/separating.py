"""Whether a flat surface parts two classes: a line, a plane or what that is with more inputs."""

from __future__ import annotations

import numpy as np

from engine.activations import Array

# So many corrections are tried, fewer where rows × inputs × corrections would be more.
MOST_CORRECTIONS, _PRODUCTS = 1000, 20_000_000


def is_parted(x: Array, second: Array) -> bool:
    """Whether a quick search parts the rows x (rows, inputs) of the ``second`` class (rows,) from the others.

    The perceptron rule again (Rosenblatt, 1958), always at the row that is worst off and with inputs of one size, so
    that learning rate, order and starting weights do not matter. False only says that it has not come to an end.
    """
    x = np.asarray(x, np.float64)
    x = x - x.mean(axis=0)
    x /= np.maximum(np.abs(x).max(axis=0, initial=0.0), np.finfo(float).tiny)
    signed = np.column_stack([x, np.ones(len(x))]) * np.where(second, 1.0, -1.0)[:, None]
    weights = np.zeros(signed.shape[1])
    for _ in range(min(MOST_CORRECTIONS, _PRODUCTS // signed.size)):
        sums = signed @ weights
        worst = int(sums.argmin())
        if sums[worst] > 0.0:
            return True
        weights += signed[worst]
    return False
