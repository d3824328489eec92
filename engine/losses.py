"""Losses: how wrong a batch of outputs is, as one number, and its slope.

Arrays are feature-major: ``a`` (outputs, batch) is the network's output, ``z`` the sums before the output
activation, ``y`` the targets in the same shape. An entry's ``value`` and ``slope`` are its formula for each
output of each row, (outputs, batch); the loss is always their average, so that it does not grow with the
batch: over all outputs, or over the rows where the formula adds up the outputs of a row (``by_row``).

Cross-entropy and the activation that belongs to it are evaluated together, from z: ``log(sigmoid(z))``
computed in two steps is -inf for a sure mistake, in one step it is exact, and the slope becomes a - y.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import log

import numpy as np

from engine.activations import ZERO, Array
from engine.registry import Registry

# Keeps log(a) finite when an output that is not a probability is fed to a cross-entropy.
_EDGE = 1e-7
# Down to here a probability has all its digits, and so has its logarithm.
_SMALLEST = 1e-30

Formula = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Loss:
    """One loss function.

    ``value``: (a, y) -> the loss of every output. ``slope``: (a, y) -> its derivative by a. ``fused`` names
    the output activation with which the loss is computed from z: ``fused_value``: (z, y, a=None), with a
    where it is known already; ``fused_slope``: (a, y) -> the derivative by z, which is a - y for all such
    pairs. ``tasks`` are those for which the loss makes sense, ``output`` is the activation that suits it.
    ``by_row``: the outputs of a row are added up, not averaged. ``threshold``: from which output on a single
    unit answers yes. ``bends``: (a, y) -> numbers that change their sign where the slope jumps. ``setting``
    names the field of the training with which ``tune`` makes the loss.
    """

    key: str
    label: str
    value: Formula = field(compare=False)
    slope: Formula = field(compare=False)
    formula: str
    about: str
    tasks: tuple[str, ...]
    output: str
    by_row: bool = False
    threshold: float = 0.5
    fused: str | None = None
    fused_value: Callable[..., Array] | None = field(default=None, compare=False)
    fused_slope: np.ufunc | None = field(default=None, compare=False)
    bends: Formula | None = field(default=None, compare=False)
    setting: str | None = None
    tune: Callable[[float], Loss] | None = field(default=None, compare=False)

    def tuned(self, training: object) -> Loss:
        """This loss with the setting that a description of training has for it, or itself where it has none."""
        if self.tune is None or self.setting is None:
            return self
        return self.tune(getattr(training, self.setting))

    def count(self, y: Array) -> int:
        """Over how many numbers the loss of targets y (outputs, batch) is averaged."""
        return y.shape[1] if self.by_row else y.size


def _squared(a: Array, y: Array) -> Array:
    error: Array = a - y
    return np.square(error, out=error)


def _huber(delta: float) -> Loss:
    def value(a: Array, y: Array) -> Array:
        error = np.abs(a - y)
        near = np.minimum(error, delta)
        result: Array = 0.5 * near * near + delta * (error - near)
        return result

    return Loss(
        key="huber",
        label="Huber",
        value=value,
        slope=lambda a, y: np.clip(a - y, -delta, delta),
        formula=f"L = mean ½ e² if |e| < {delta:g} else {delta:g} (|e| − {delta / 2:g}), e = a − y",
        about="Squares small errors and takes large ones as they are: outliers count less (Huber, 1964).",
        tasks=("regression",),
        output="linear",
        setting="huber_delta",
        tune=_huber,
    )


def _log_cosh(a: Array, y: Array) -> Array:
    # log cosh e = log(1 + 2 sinh²(e/2)), exact for small errors; beyond 1 it is |e| + log(1 + e^-2|e|) - log 2,
    # which cannot overflow
    error = np.abs(a - y)
    near = np.log1p(2.0 * np.square(np.sinh(0.5 * np.minimum(error, 1.0))))
    far = error + np.log1p(np.exp(-2.0 * error)) - error.dtype.type(log(2.0))
    result: Array = np.where(error < 1.0, near, far)
    return result


def _binary_cross_entropy(a: Array, y: Array) -> Array:
    p: Array = np.clip(a, _EDGE, 1.0 - _EDGE)
    result: Array = -(y * np.log(p) + (1.0 - y) * np.log1p(-p))
    return result


def _binary_cross_entropy_slope(a: Array, y: Array) -> Array:
    p = np.clip(a, _EDGE, 1.0 - _EDGE)
    inside = (a > _EDGE) & (a < 1.0 - _EDGE)
    slope: Array = (p - y) / (p * (1.0 - p)) * inside
    return slope


def _binary_cross_entropy_from_z(z: Array, y: Array, a: Array | None = None) -> Array:
    # max(z, 0) - z y + log(1 + e^-|z|): exact for any z
    result = np.abs(z)
    np.negative(result, out=result)
    np.exp(result, out=result)
    np.log1p(result, out=result)
    result += np.maximum(z, ZERO[z.dtype])
    result -= z * y
    return result


def _from_edges(a: Array, y: Array) -> Array:
    """Positive between the edges at which a probability is kept away from 0 and 1."""
    result: Array = (a - _EDGE) * (1.0 - _EDGE - a)
    return result


def _from_zero(a: Array, y: Array) -> Array:
    """Positive above the edge at which a number is kept away from 0."""
    result: Array = a - _EDGE
    return result


def _categorical_cross_entropy(a: Array, y: Array) -> Array:
    result: Array = -y * np.log(np.maximum(a, _EDGE))
    return result


def _categorical_cross_entropy_slope(a: Array, y: Array) -> Array:
    slope: Array = -y / np.maximum(a, _EDGE) * (a > _EDGE)
    return slope


def _categorical_cross_entropy_from_z(z: Array, y: Array, a: Array | None = None) -> Array:
    if a is not None and np.minimum.reduce(a, axis=None) > _SMALLEST:
        log_a = np.log(a)
    else:
        # log a = z - log sum_k e^z_k, with the maximum taken out so that it cannot overflow
        shifted = z - np.maximum.reduce(z, axis=0)
        log_a = shifted - np.log(np.add.reduce(np.exp(shifted), axis=0))
    log_a *= y
    return np.negative(log_a, out=log_a)


def _margin(a: Array, y: Array) -> Array:
    """1 - t a, with the targets 0 and 1 as signs t = -1 and 1."""
    result: Array = 1.0 - (2.0 * y - 1.0) * a
    return result


def _hinge_slope(a: Array, y: Array) -> Array:
    slope: Array = (1.0 - 2.0 * y) * (_margin(a, y) > 0.0)
    return slope


def _squared_hinge_slope(a: Array, y: Array) -> Array:
    slope: Array = 2.0 * (1.0 - 2.0 * y) * np.maximum(_margin(a, y), 0.0)
    return slope


def _poisson(a: Array, y: Array) -> Array:
    result: Array = a - y * np.log(np.maximum(a, _EDGE))
    return result


def _poisson_slope(a: Array, y: Array) -> Array:
    slope: Array = 1.0 - y / np.maximum(a, _EDGE) * (a > _EDGE)
    return slope


def _perceptron(z: Array, y: Array, a: Array | None = None) -> Array:
    """max(0, -t z): how far the sum is on the wrong side."""
    return np.maximum((1.0 - 2.0 * y) * z, 0.0)


_CLASSES, _ANY = ("binary", "multiclass"), ("regression", "binary", "multiclass")
DEFAULT_HUBER_DELTA = 1.0

LOSSES: Registry[Loss] = Registry(
    "loss",
    [
        Loss(
            key="mean_squared_error",
            label="Mean squared error",
            value=_squared,
            slope=lambda a, y: 2.0 * (a - y),
            formula="L = mean (a − y)²",
            about="Squares the errors, so large ones count most.",
            tasks=_ANY,
            output="linear",
        ),
        Loss(
            key="mean_absolute_error",
            label="Mean absolute error",
            value=lambda a, y: np.abs(a - y),
            slope=lambda a, y: np.sign(a - y),
            bends=lambda a, y: a - y,
            formula="L = mean |a − y|",
            about="Takes the errors as they are; pulls towards the median, so outliers count less.",
            tasks=_ANY,
            output="linear",
        ),
        _huber(DEFAULT_HUBER_DELTA),
        Loss(
            key="log_cosh",
            label="Log-cosh",
            value=_log_cosh,
            slope=lambda a, y: np.tanh(a - y),
            formula="L = mean log cosh(a − y)",
            about="Like Huber, without the corner: about e²/2 for small errors, |e| − log 2 for large ones.",
            tasks=("regression",),
            output="linear",
        ),
        Loss(
            key="binary_cross_entropy",
            label="Binary cross-entropy",
            value=_binary_cross_entropy,
            slope=_binary_cross_entropy_slope,
            bends=_from_edges,
            formula="L = −mean [y log a + (1 − y) log(1 − a)]",
            about="The surprise at the truth, for outputs that are each a yes/no probability.",
            tasks=_CLASSES,
            output="sigmoid",
            fused="sigmoid",
            fused_value=_binary_cross_entropy_from_z,
            fused_slope=np.subtract,
        ),
        Loss(
            key="categorical_cross_entropy",
            label="Categorical cross-entropy",
            value=_categorical_cross_entropy,
            slope=_categorical_cross_entropy_slope,
            bends=_from_zero,
            formula="L = −mean log a[true class]",
            about="The surprise at the true class, for probabilities over several classes.",
            tasks=_CLASSES,
            output="softmax",
            by_row=True,
            fused="softmax",
            fused_value=_categorical_cross_entropy_from_z,
            fused_slope=np.subtract,
        ),
        Loss(
            key="hinge",
            label="Hinge",
            value=lambda a, y: np.maximum(_margin(a, y), 0.0),
            slope=_hinge_slope,
            bends=_margin,
            formula="L = mean max(0, 1 − t a), t = 2y − 1",
            about="Asks for the right sign with a margin of 1; each class against the rest (Cortes & Vapnik, 1995).",
            tasks=_CLASSES,
            output="linear",
            threshold=0.0,
        ),
        Loss(
            key="squared_hinge",
            label="Squared hinge",
            value=lambda a, y: np.square(np.maximum(_margin(a, y), 0.0)),
            slope=_squared_hinge_slope,
            formula="L = mean max(0, 1 − t a)², t = 2y − 1",
            about="A hinge without the corner: punishes wide misses more.",
            tasks=_CLASSES,
            output="linear",
            threshold=0.0,
        ),
        Loss(
            key="poisson",
            label="Poisson",
            value=_poisson,
            slope=_poisson_slope,
            bends=_from_zero,
            formula="L = mean (a − y log a)",
            about="For counts: a is the expected number; the Poisson likelihood without its constant log y!.",
            tasks=("regression",),
            output="softplus",
        ),
        Loss(
            key="perceptron",
            label="Perceptron rule",
            value=_perceptron,
            slope=lambda a, y: (1.0 - 2.0 * y) * ((1.0 - 2.0 * y) * a > 0.0),
            formula="L = mean Σ max(0, −t z), t = 2y − 1;  ∂L/∂z = a − y",
            about="Moves the weights only when the answer is wrong: w ← w + rate (y − a) x (Rosenblatt, 1958).",
            tasks=_CLASSES,
            output="step",
            by_row=True,
            fused="step",
            fused_value=_perceptron,
            fused_slope=np.subtract,
        ),
    ],
)
