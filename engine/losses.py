"""Losses: how wrong a batch of outputs is, as one number, and its slope.

Arrays are feature-major: ``a`` (outputs, batch) is the network's output, ``z`` the sums before the output
activation, ``y`` the targets in the same shape. A loss is always an average, so that it does not grow
with the batch.

Cross-entropy and the activation that belongs to it are evaluated together, from z: ``log(sigmoid(z))``
computed in two steps is -inf for a sure mistake, in one step it is exact, and the slope becomes a - y.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.activations import Array
from engine.registry import Registry

# Keeps log(a) finite when an output that is not a probability is fed to a cross-entropy.
_EDGE = 1e-7


@dataclass(frozen=True)
class Loss:
    """One loss function.

    ``value``: (a, y) -> float. ``gradient``: (a, y) -> dL/da. ``fused`` names the output activation with
    which the loss is computed from z: ``fused_value``: (z, y) -> float, ``fused_gradient``: (a, y) ->
    dL/dz. ``tasks`` are those for which the loss makes sense.
    """

    key: str
    label: str
    value: Callable[[Array, Array], float]
    gradient: Callable[[Array, Array], Array]
    formula: str
    about: str
    tasks: tuple[str, ...]
    fused: str | None = None
    fused_value: Callable[[Array, Array], float] | None = None
    fused_gradient: Callable[[Array, Array], Array] | None = None


def _mean_squared(a: Array, y: Array) -> float:
    error: Array = a - y
    return float(np.vdot(error, error)) / error.size


def _binary_cross_entropy(a: Array, y: Array) -> float:
    p: Array = np.clip(a, _EDGE, 1.0 - _EDGE)
    return -float((y * np.log(p) + (1.0 - y) * np.log1p(-p)).sum()) / a.size


def _binary_cross_entropy_gradient(a: Array, y: Array) -> Array:
    p = np.clip(a, _EDGE, 1.0 - _EDGE)
    inside = (a > _EDGE) & (a < 1.0 - _EDGE)
    gradient: Array = (p - y) / (p * (1.0 - p)) * inside / a.size
    return gradient


def _binary_cross_entropy_from_z(z: Array, y: Array) -> float:
    # max(z, 0) - z y + log(1 + e^-|z|): exact for any z
    each: Array = np.maximum(z, 0.0) - z * y + np.log1p(np.exp(-np.abs(z)))
    return float(np.mean(each))


def _categorical_cross_entropy(a: Array, y: Array) -> float:
    surprise: Array = -np.log(np.clip(a, _EDGE, None))
    rows: int = a.shape[1]
    return float(np.vdot(y, surprise)) / rows


def _categorical_cross_entropy_gradient(a: Array, y: Array) -> Array:
    gradient: Array = -y / np.clip(a, _EDGE, None) * (a > _EDGE) / a.shape[1]
    return gradient


def _categorical_cross_entropy_from_z(z: Array, y: Array) -> float:
    # log sum_k e^z_k - z_true, with the maximum taken out so that it cannot overflow
    top = z.max(axis=0)
    log_sum = np.log(np.exp(z - top).sum(axis=0)) + top
    each: Array = log_sum * y.sum(axis=0) - (z * y).sum(axis=0)
    return float(np.mean(each))


LOSSES: Registry[Loss] = Registry(
    "loss",
    [
        Loss(
            key="mean_squared_error",
            label="Mean squared error",
            value=_mean_squared,
            gradient=lambda a, y: (a - y) * (2.0 / a.size),
            formula="L = mean (a − y)²",
            about="Squares the errors, so large ones count most.",
            tasks=("regression", "binary", "multiclass"),
        ),
        Loss(
            key="binary_cross_entropy",
            label="Binary cross-entropy",
            value=_binary_cross_entropy,
            gradient=_binary_cross_entropy_gradient,
            formula="L = −mean [y log a + (1 − y) log(1 − a)]",
            about="The surprise at the truth, for outputs that are each a yes/no probability.",
            tasks=("binary", "multiclass"),
            fused="sigmoid",
            fused_value=_binary_cross_entropy_from_z,
            fused_gradient=lambda a, y: (a - y) / a.size,
        ),
        Loss(
            key="categorical_cross_entropy",
            label="Categorical cross-entropy",
            value=_categorical_cross_entropy,
            gradient=_categorical_cross_entropy_gradient,
            formula="L = −mean log a[true class]",
            about="The surprise at the true class, for probabilities over several classes.",
            tasks=("binary", "multiclass"),
            fused="softmax",
            fused_value=_categorical_cross_entropy_from_z,
            fused_gradient=lambda a, y: (a - y) / a.shape[1],
        ),
    ],
)
