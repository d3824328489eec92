"""Initializers: the random weights a layer starts from. Biases always start at zero.

Different random weights break the symmetry between the units of a layer; the right spread keeps signals
and gradients from growing or fading with depth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from engine.activations import Array
from engine.registry import Registry

Rng = np.random.Generator


@dataclass(frozen=True)
class Initializer:
    """One way to draw weights. ``draw``: (generator, inputs, units, spread) -> (inputs, units).

    ``spread`` is the layer's setting of that name; ``spreads`` says whether it matters.
    """

    key: str
    label: str
    draw: Callable[[Rng, int, int, float], Array]
    formula: str
    about: str
    short: str
    spreads: bool = False


def _uniform(rng: Rng, inputs: int, units: int, variance: float) -> Array:
    # U(-r, r) has the variance r²/3
    limit = sqrt(3.0 * variance)
    return rng.uniform(-limit, limit, (inputs, units))


def _normal(rng: Rng, inputs: int, units: int, variance: float) -> Array:
    return rng.normal(0.0, sqrt(variance), (inputs, units))


def _truncated_normal(rng: Rng, inputs: int, units: int, spread: float) -> Array:
    """Draws again whatever lies beyond two deviations."""
    draws = rng.normal(size=(inputs, units))
    while (beyond := np.abs(draws) > 2.0).any():
        draws[beyond] = rng.normal(size=int(beyond.sum()))
    return spread * draws


def _orthogonal(rng: Rng, inputs: int, units: int, spread: float) -> Array:
    """Q of the QR decomposition of a random matrix; the signs of R's diagonal make it uniformly distributed."""
    tall = rng.normal(size=(max(inputs, units), min(inputs, units)))
    q, r = np.linalg.qr(tall)
    q *= np.where(np.diag(r) < 0, -1.0, 1.0)
    return q if inputs >= units else q.T


def _glorot(inputs: int, units: int) -> float:
    return 2.0 / (inputs + units)


def _he(inputs: int, units: int) -> float:
    return 2.0 / inputs


def _lecun(inputs: int, units: int) -> float:
    return 1.0 / inputs


DEFAULT_SPREAD = 0.05

INITIALIZERS: Registry[Initializer] = Registry(
    "initializer",
    [
        Initializer(
            key="zeros",
            label="Zeros",
            draw=lambda rng, inputs, units, spread: np.zeros((inputs, units)),
            formula="w = 0",
            about="Every unit starts the same and stays the same: shows why symmetry must be broken.",
            short="zeros",
        ),
        Initializer(
            key="constant",
            label="Constant",
            draw=lambda rng, inputs, units, spread: np.full((inputs, units), spread),
            formula="w = spread",
            about="Every weight the same number: the units stay the same too, like with zeros.",
            short="constant",
            spreads=True,
        ),
        Initializer(
            key="uniform",
            label="Uniform",
            draw=lambda rng, inputs, units, spread: rng.uniform(-spread, spread, (inputs, units)),
            formula="w ~ U(−spread, spread)",
            about="Random numbers in a fixed range, the same whatever the width of the layer.",
            short="uniform",
            spreads=True,
        ),
        Initializer(
            key="normal",
            label="Normal",
            draw=lambda rng, inputs, units, spread: rng.normal(0.0, spread, (inputs, units)),
            formula="w ~ N(0, spread²)",
            about="Small random numbers, the same spread whatever the width of the layer.",
            short="normal",
            spreads=True,
        ),
        Initializer(
            key="truncated_normal",
            label="Truncated normal",
            draw=_truncated_normal,
            formula="w ~ N(0, spread²), |w| ≤ 2 spread",
            about="Normal without its rare large numbers: what lies beyond two deviations is drawn again.",
            short="truncated",
            spreads=True,
        ),
        Initializer(
            key="glorot_uniform",
            label="Glorot uniform",
            draw=lambda rng, inputs, units, spread: _uniform(rng, inputs, units, _glorot(inputs, units)),
            formula="w ~ U(−r, r), r = √(6 / (inputs + units))",
            about="Keeps the variance of signals and gradients with tanh and sigmoid (Glorot & Bengio, 2010).",
            short="Glorot",
        ),
        Initializer(
            key="glorot_normal",
            label="Glorot normal",
            draw=lambda rng, inputs, units, spread: _normal(rng, inputs, units, _glorot(inputs, units)),
            formula="w ~ N(0, 2 / (inputs + units))",
            about="The same variance as Glorot uniform, from a normal distribution (Glorot & Bengio, 2010).",
            short="Glorot normal",
        ),
        Initializer(
            key="he_uniform",
            label="He uniform",
            draw=lambda rng, inputs, units, spread: _uniform(rng, inputs, units, _he(inputs, units)),
            formula="w ~ U(−r, r), r = √(6 / inputs)",
            about="Twice the variance, because ReLU drops half of the signal (He et al., 2015).",
            short="He",
        ),
        Initializer(
            key="he_normal",
            label="He normal",
            draw=lambda rng, inputs, units, spread: _normal(rng, inputs, units, _he(inputs, units)),
            formula="w ~ N(0, 2 / inputs)",
            about="The same variance as He uniform, from a normal distribution (He et al., 2015).",
            short="He normal",
        ),
        Initializer(
            key="lecun_uniform",
            label="LeCun uniform",
            draw=lambda rng, inputs, units, spread: _uniform(rng, inputs, units, _lecun(inputs, units)),
            formula="w ~ U(−r, r), r = √(3 / inputs)",
            about="Keeps the variance of the signal where the activation is linear (LeCun et al., 1998).",
            short="LeCun",
        ),
        Initializer(
            key="lecun_normal",
            label="LeCun normal",
            draw=lambda rng, inputs, units, spread: _normal(rng, inputs, units, _lecun(inputs, units)),
            formula="w ~ N(0, 1 / inputs)",
            about="The same variance as LeCun uniform, from a normal distribution; what SELU asks for.",
            short="LeCun normal",
        ),
        Initializer(
            key="orthogonal",
            label="Orthogonal",
            draw=_orthogonal,
            formula="wᵀw = 1 or wwᵀ = 1",
            about="Turns the signal and keeps its length: depth neither grows nor fades it (Saxe et al., 2014).",
            short="orthogonal",
        ),
    ],
)
