"""Activation functions: a = f(z), and how a loss's slope passes back through them.

An entry's ``value(z, out)`` follows NumPy's ufunc convention: it writes into ``out`` where one is given,
so that training allocates little. ``slope(z, a)`` is given the output too, so that nothing is computed
twice. Arrays are feature-major, shape (units, batch).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.registry import Registry

Array = NDArray[Any]


@dataclass(frozen=True)
class Activation:
    """One activation function.

    ``value``: (z, out=None) -> a. ``slope``: (z, a) -> da/dz, elementwise. ``backward``, for functions
    that mix the units of a layer: (a, dL/da) -> dL/dz. ``tune`` makes the function for another
    ``negative_slope``. ``kink`` says where the slope jumps, if anywhere;
    ``initializer`` is the one that suits the function.
    """

    key: str
    label: str
    # Two activations are equal when they are the same function, which key and formula tell.
    value: Callable[[Array, Array | None], Array] = field(compare=False)
    slope: Callable[[Array, Array], Array | float] = field(compare=False)
    formula: str
    slope_formula: str
    about: str
    initializer: str = "glorot_uniform"
    kink: float | None = None
    backward: Callable[[Array, Array], Array] | None = field(default=None, compare=False)
    tune: Callable[[float], Activation] | None = field(default=None, compare=False)

    def tuned(self, negative_slope: float) -> Activation:
        """This function with its setting, or itself where it has none."""
        return self.tune(negative_slope) if self.tune else self

    def pass_back(self, z: Array, a: Array, gradient: Array) -> Array:
        """Turns dL/da into dL/dz, in place. All arrays have shape (units, batch)."""
        if self.backward is not None:
            gradient[...] = self.backward(a, gradient)
        else:
            gradient *= self.slope(z, a)
        return gradient


def _linear(z: Array, out: Array | None = None) -> Array:
    return np.positive(z, out=out)


def _step(z: Array, out: Array | None = None) -> Array:
    # Rosenblatt's unit fires at the threshold itself.
    return np.heaviside(z, 1.0, out=out)


def sigmoid(z: Array, out: Array | None = None) -> Array:
    """1 / (1 + e^-z), written as (1 + tanh(z/2)) / 2, which cannot overflow."""
    out = np.multiply(z, 0.5, out=out)
    np.tanh(out, out=out)
    out += 1.0
    out *= 0.5
    return out


def _relu(z: Array, out: Array | None = None) -> Array:
    return np.maximum(z, 0.0, out=out)


def softmax(z: Array, out: Array | None = None) -> Array:
    """e^z_k / sum_j e^z_j over the units (axis 0), shifted by the maximum so that it cannot overflow."""
    out = np.subtract(z, z.max(axis=0, keepdims=True), out=out)
    np.exp(out, out=out)
    out /= out.sum(axis=0, keepdims=True)
    return out


def _softmax_backward(a: Array, gradient: Array) -> Array:
    # dL/dz_k = a_k (g_k - sum_j a_j g_j)
    result: Array = a * (gradient - (a * gradient).sum(axis=0, keepdims=True))
    return result


def _leaky_relu(negative_slope: float) -> Activation:
    def value(z: Array, out: Array | None = None) -> Array:
        # For slopes up to 1 the larger of the two branches is always the right one.
        return np.maximum(z, negative_slope * z, out=out)

    return Activation(
        key="leaky_relu",
        label="Leaky ReLU",
        value=value,
        slope=lambda z, a: np.where(z > 0, z.dtype.type(1.0), z.dtype.type(negative_slope)),
        formula=f"a = z if z > 0 else {negative_slope!r} z",
        slope_formula=f"1 if z > 0 else {negative_slope!r}",
        initializer="he_uniform",
        about="Like ReLU, but a small slope below zero keeps units from dying (Maas et al., 2013).",
        kink=0.0,
        tune=_leaky_relu,
    )


DEFAULT_NEGATIVE_SLOPE = 0.01

ACTIVATIONS: Registry[Activation] = Registry(
    "activation",
    [
        Activation(
            key="linear",
            label="Linear",
            value=_linear,
            slope=lambda z, a: 1.0,
            formula="a = z",
            slope_formula="1",
            about="Passes the sum on unchanged. Layers of linear units collapse into a single one.",
        ),
        Activation(
            key="step",
            label="Step",
            value=_step,
            slope=lambda z, a: 0.0,
            formula="a = 1 if z ≥ 0 else 0",
            slope_formula="0",
            about="The perceptron's unit (Rosenblatt, 1958). Its slope is zero, so no gradient passes it.",
            kink=0.0,
        ),
        Activation(
            key="sigmoid",
            label="Sigmoid",
            value=sigmoid,
            slope=lambda z, a: a * (1.0 - a),
            formula="a = 1 / (1 + e⁻ᶻ)",
            slope_formula="a (1 − a)",
            about="Squeezes any sum into (0, 1); its slope is at most ¼ and vanishes at both ends.",
        ),
        Activation(
            key="tanh",
            label="Tanh",
            value=np.tanh,
            slope=lambda z, a: 1.0 - a * a,
            formula="a = tanh z",
            slope_formula="1 − a²",
            about="A sigmoid stretched to (−1, 1) and centred on zero.",
        ),
        Activation(
            key="relu",
            label="ReLU",
            value=_relu,
            slope=lambda z, a: z > 0,
            formula="a = max(0, z)",
            slope_formula="1 if z > 0 else 0",
            initializer="he_uniform",
            about="Zero below zero, the sum itself above (Nair & Hinton, 2010).",
            kink=0.0,
        ),
        replace(
            _leaky_relu(DEFAULT_NEGATIVE_SLOPE),
            formula="a = z if z > 0 else slope · z",
            slope_formula="1 if z > 0 else slope",
        ),
        Activation(
            key="softmax",
            label="Softmax",
            value=softmax,
            slope=lambda z, a: a * (1.0 - a),
            backward=_softmax_backward,
            formula="aₖ = e^zₖ / Σⱼ e^zⱼ",
            slope_formula="∂aₖ/∂zⱼ = aₖ (δₖⱼ − aⱼ)",
            about="Turns the sums of a whole layer into probabilities that add up to 1.",
        ),
    ],
)
