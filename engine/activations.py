"""Activation functions: a = f(z), and how a loss's slope passes back through them.

An entry's ``value(z, out)`` follows NumPy's ufunc convention: it writes into ``out`` where one is given,
so that training allocates little. ``slope(z, a)`` is given the output too, so that nothing is computed
twice. Arrays are feature-major, shape (units, batch).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.registry import Registry

Array = NDArray[Any]


class Constant(dict[Any, Array]):
    """A number as an array without dimensions, by precision: ``HALF[x.dtype]``.

    NumPy multiplies small arrays by it in half the time that a Python number takes.
    """

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def __missing__(self, dtype: Any) -> Array:
        self[dtype] = made = np.array(self.value, dtype)
        return made


ZERO, HALF, ONE = Constant(0.0), Constant(0.5), Constant(1.0)


@dataclass(frozen=True)
class Activation:
    """One activation function.

    ``value``: (z, out=None) -> a. ``slope``: (z, a) -> da/dz, elementwise. ``backward``, for functions
    that mix the units of a layer: (a, dL/da) -> dL/dz. ``setting`` names the field of a layer with which
    ``tune`` makes the function. ``kinks`` are the sums at which value or slope jumps.
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
    kinks: tuple[float, ...] = ()
    backward: Callable[[Array, Array], Array] | None = field(default=None, compare=False)
    setting: str | None = None
    tune: Callable[[float], Activation] | None = field(default=None, compare=False)

    def tuned(self, layer: object) -> Activation:
        """This function with the setting that a layer's description has for it, or itself where it has none."""
        if self.tune is None or self.setting is None:
            return self
        return self.tune(getattr(layer, self.setting))

    @property
    def mixes(self) -> bool:
        """Whether the output of a unit depends on the sums of the others."""
        return self.backward is not None

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
    half, one = HALF[z.dtype], ONE[z.dtype]
    out = np.multiply(z, half, out=out)
    np.tanh(out, out=out)
    out += one
    out *= half
    return out


def _hard_sigmoid(z: Array, out: Array | None = None) -> Array:
    out = np.divide(z, 6.0, out=out)
    out += 0.5
    return np.clip(out, 0.0, 1.0, out=out)


def _softsign(z: Array, out: Array | None = None) -> Array:
    return np.divide(z, 1.0 + np.abs(z), out=out)


def softplus(z: Array, out: Array | None = None) -> Array:
    """log(1 + e^z) = max(z, 0) + log(1 + e^-|z|), which cannot overflow."""
    small = np.log1p(np.exp(-np.abs(z)))
    return np.add(np.maximum(z, 0.0), small, out=out)


def _relu(z: Array, out: Array | None = None) -> Array:
    return np.maximum(z, ZERO[z.dtype], out=out)


def _relu_slope(z: Array, a: Array) -> Array:
    # 1 where a > 0, else 0: a is never negative, and sign is quicker than a comparison cast to numbers
    return np.sign(a)


def _relu6(z: Array, out: Array | None = None) -> Array:
    return np.clip(z, 0.0, 6.0, out=out)


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
        kinks=() if negative_slope == 1.0 else (0.0,),
        setting="negative_slope",
        tune=_leaky_relu,
    )


def _elu(alpha: float) -> Activation:
    def value(z: Array, out: Array | None = None) -> Array:
        # Below zero alpha (e^z - 1); the minimum keeps e^z of large sums from overflowing.
        below = alpha * np.expm1(np.minimum(z, 0.0))
        return np.add(np.maximum(z, 0.0), below, out=out)

    return Activation(
        key="elu",
        label="ELU",
        value=value,
        slope=lambda z, a: np.where(z > 0, z.dtype.type(1.0), a + z.dtype.type(alpha)),
        formula=f"a = z if z > 0 else {alpha!r} (eᶻ − 1)",
        slope_formula=f"1 if z > 0 else a + {alpha!r}",
        initializer="he_uniform",
        about="Bends smoothly to −α, which centres the outputs (Clevert et al., 2016).",
        kinks=() if alpha == 1.0 else (0.0,),
        setting="alpha",
        tune=_elu,
    )


# Klambauer et al. (2017), the fixed point of mean 0 and variance 1.
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def _selu(z: Array, out: Array | None = None) -> Array:
    below = _SELU_ALPHA * np.expm1(np.minimum(z, 0.0))
    out = np.add(np.maximum(z, 0.0), below, out=out)
    out *= _SELU_SCALE
    return out


def _selu_slope(z: Array, a: Array) -> Array:
    scale = z.dtype.type(_SELU_SCALE)
    slope: Array = np.where(z > 0, scale, a + scale * z.dtype.type(_SELU_ALPHA))
    return slope


# Rational approximations of the error function, exact to the last digits of float64 (Cody, 1969): numerator and
# denominator, coefficients from the highest power down.
_ERF_NEAR = (
    (1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)
_ERFC_FAR = (
    (
        2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
        2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
        1.23033935479799725e3,
    ),
    (
        1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
        3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
    ),
)  # fmt: skip


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    """Horner's rule, in the precision of x."""
    total = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        total *= x
        total += coefficient
    return total


def normal_cdf(z: Array) -> Array:
    """Φ(z), the share of the standard normal distribution below z, exact to 3e-16.

    Φ(z) = (1 + erf(z/√2)) / 2, with Cody's rational approximations of erf near zero and of erfc beyond.
    """
    # Beyond 26 the tail is less than 1e-295; so neither square nor power overflows.
    x = np.minimum(np.abs(z) / sqrt(2.0), 26.0)
    square = x * x
    near = 0.5 * x * _polynomial(_ERF_NEAR[0], square) / _polynomial(_ERF_NEAR[1], square)
    tail = 0.5 * np.exp(-square) * _polynomial(_ERFC_FAR[0], x) / _polynomial(_ERFC_FAR[1], x)
    below: Array = np.where(x <= 0.46875, 0.5 - near, tail)
    result: Array = np.where(z < 0, below, 1.0 - below)
    return result


def _gelu(z: Array, out: Array | None = None) -> Array:
    return np.multiply(z, normal_cdf(z), out=out)


def _gelu_slope(z: Array, a: Array) -> Array:
    density = np.exp(-0.5 * z * z) / sqrt(2.0 * pi)
    slope: Array = normal_cdf(z) + z * density
    return slope


def _gelu_inner(z: Array) -> Array:
    # Far out tanh is 1 anyway, and z³ must not overflow.
    near = np.clip(z, -50.0, 50.0)
    result: Array = np.tanh(sqrt(2.0 / pi) * (near + 0.044715 * near * near * near))
    return result


def _gelu_tanh(z: Array, out: Array | None = None) -> Array:
    return np.multiply(0.5 * z, 1.0 + _gelu_inner(z), out=out)


def _gelu_tanh_slope(z: Array, a: Array) -> Array:
    t, near = _gelu_inner(z), np.clip(z, -50.0, 50.0)
    slope: Array = 0.5 * (1.0 + t) + 0.5 * near * (1.0 - t * t) * sqrt(2.0 / pi) * (1.0 + 0.134145 * near * near)
    return slope


def _silu(z: Array, out: Array | None = None) -> Array:
    return np.multiply(z, sigmoid(z), out=out)


def _silu_slope(z: Array, a: Array) -> Array:
    s = sigmoid(z)
    slope: Array = s + a * (1.0 - s)
    return slope


def _mish(z: Array, out: Array | None = None) -> Array:
    return np.multiply(z, np.tanh(softplus(z)), out=out)


def _mish_slope(z: Array, a: Array) -> Array:
    t = np.tanh(softplus(z))
    slope: Array = t + z * (1.0 - t * t) * sigmoid(z)
    return slope


def softmax(z: Array, out: Array | None = None) -> Array:
    """e^z_k / sum_j e^z_j over the units (axis 0), shifted by the maximum so that it cannot overflow."""
    out = np.subtract(z, np.maximum.reduce(z, axis=0), out=out)
    np.exp(out, out=out)
    out /= np.add.reduce(out, axis=0)
    return out


def _softmax_backward(a: Array, gradient: Array) -> Array:
    # dL/dz_k = a_k (g_k - sum_j a_j g_j)
    result: Array = a * (gradient - (a * gradient).sum(axis=0, keepdims=True))
    return result


DEFAULT_NEGATIVE_SLOPE = 0.01
DEFAULT_ALPHA = 1.0

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
            label="Binary step",
            value=_step,
            slope=lambda z, a: 0.0,
            formula="a = 1 if z ≥ 0 else 0",
            slope_formula="0",
            about="The perceptron's unit (Rosenblatt, 1958). Its slope is zero, so no gradient passes it.",
            kinks=(0.0,),
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
            key="hard_sigmoid",
            label="Hard sigmoid",
            value=_hard_sigmoid,
            slope=lambda z, a: (np.abs(z) < 3.0) / z.dtype.type(6.0),
            formula="a = clip(z / 6 + ½, 0, 1)",
            slope_formula="1/6 if |z| < 3 else 0",
            # Courbariaux et al. (2015) have the slope 1/2, Keras once had 1/5; this is that of PyTorch and Keras 3.
            about="A sigmoid of three straight lines: quick, but flat beyond ±3 (Howard et al., 2019).",
            kinks=(-3.0, 3.0),
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
            key="softsign",
            label="Softsign",
            value=_softsign,
            slope=lambda z, a: (1.0 - np.abs(a)) ** 2,
            formula="a = z / (1 + |z|)",
            slope_formula="(1 − |a|)²",
            about="Like tanh, but saturates slowly, by a power instead of exponentially (Bergstra et al., 2009).",
        ),
        Activation(
            key="softplus",
            label="Softplus",
            value=softplus,
            slope=lambda z, a: sigmoid(z),
            formula="a = log(1 + eᶻ)",
            slope_formula="1 / (1 + e⁻ᶻ)",
            initializer="he_uniform",
            about="A ReLU without the corner; always positive (Dugas et al., 2001).",
        ),
        Activation(
            key="relu",
            label="ReLU",
            value=_relu,
            slope=_relu_slope,
            formula="a = max(0, z)",
            slope_formula="1 if z > 0 else 0",
            initializer="he_uniform",
            about="Zero below zero, the sum itself above (Nair & Hinton, 2010).",
            kinks=(0.0,),
        ),
        Activation(
            key="relu6",
            label="ReLU6",
            value=_relu6,
            slope=lambda z, a: (z > 0.0) & (z < 6.0),
            formula="a = min(max(0, z), 6)",
            slope_formula="1 if 0 < z < 6 else 0",
            initializer="he_uniform",
            about="A ReLU that ends at 6, for calculations with few bits (Krizhevsky, 2010).",
            kinks=(0.0, 6.0),
        ),
        replace(
            _leaky_relu(DEFAULT_NEGATIVE_SLOPE),
            formula="a = z if z > 0 else slope · z",
            slope_formula="1 if z > 0 else slope",
        ),
        replace(
            _elu(DEFAULT_ALPHA),
            formula="a = z if z > 0 else α (eᶻ − 1)",
            slope_formula="1 if z > 0 else a + α",
        ),
        Activation(
            key="selu",
            label="SELU",
            value=_selu,
            slope=_selu_slope,
            formula="a = 1.0507 z if z > 0 else 1.7581 (eᶻ − 1)",
            slope_formula="1.0507 if z > 0 else a + 1.7581",
            initializer="lecun_normal",
            about="An ELU scaled so that layers keep mean 0 and variance 1 by themselves (Klambauer et al., 2017).",
            kinks=(0.0,),
        ),
        Activation(
            key="gelu",
            label="GELU",
            value=_gelu,
            slope=_gelu_slope,
            formula="a = z Φ(z)",
            slope_formula="Φ(z) + z φ(z)",
            initializer="he_uniform",
            about="Weighs the sum by how likely a normal number is smaller: Φ (Hendrycks & Gimpel, 2016). Exact form.",
        ),
        Activation(
            key="gelu_tanh",
            label="GELU (tanh)",
            value=_gelu_tanh,
            slope=_gelu_tanh_slope,
            formula="a = ½ z (1 + tanh(√(2/π) (z + 0.044715 z³)))",
            slope_formula="½ (1 + t) + ½ z (1 − t²) √(2/π) (1 + 0.134145 z²)",
            initializer="he_uniform",
            about="GELU with Φ approximated by a tanh, t, as GPT-2 has it (Hendrycks & Gimpel, 2016).",
        ),
        Activation(
            key="silu",
            label="SiLU (swish)",
            value=_silu,
            slope=_silu_slope,
            formula="a = z σ(z)",
            slope_formula="σ(z) + a (1 − σ(z))",
            initializer="he_uniform",
            about="The sum weighed by its own sigmoid (Elfwing et al., 2018; swish: Ramachandran et al., 2017).",
        ),
        Activation(
            key="mish",
            label="Mish",
            value=_mish,
            slope=_mish_slope,
            formula="a = z tanh(log(1 + eᶻ))",
            slope_formula="t + z (1 − t²) σ(z), t = tanh(log(1 + eᶻ))",
            initializer="he_uniform",
            about="Much like SiLU, a little steeper (Misra, 2020).",
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
