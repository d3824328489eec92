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


@dataclass(frozen=True)
class Initializer:
    """One way to draw weights. ``draw``: (generator, inputs, units) -> (inputs, units)."""

    key: str
    label: str
    draw: Callable[[np.random.Generator, int, int], Array]
    formula: str
    about: str
    short: str


def _uniform(rng: np.random.Generator, inputs: int, units: int, limit: float) -> Array:
    return rng.uniform(-limit, limit, (inputs, units))


def _normal(rng: np.random.Generator, inputs: int, units: int, deviation: float) -> Array:
    return rng.normal(0.0, deviation, (inputs, units))


INITIALIZERS: Registry[Initializer] = Registry(
    "initializer",
    [
        Initializer(
            key="zeros",
            label="Zeros",
            draw=lambda rng, inputs, units: np.zeros((inputs, units)),
            formula="w = 0",
            about="Every unit starts the same and stays the same: shows why symmetry must be broken.",
            short="zeros",
        ),
        Initializer(
            key="normal",
            label="Normal",
            draw=lambda rng, inputs, units: _normal(rng, inputs, units, 0.05),
            formula="w ~ N(0, 0.05²)",
            about="Small random numbers, the same spread whatever the width of the layer.",
            short="normal",
        ),
        Initializer(
            key="glorot_uniform",
            label="Glorot uniform",
            draw=lambda rng, inputs, units: _uniform(rng, inputs, units, sqrt(6.0 / (inputs + units))),
            formula="w ~ U(−r, r), r = √(6 / (inputs + units))",
            about="Keeps the variance of signals and gradients with tanh and sigmoid (Glorot & Bengio, 2010).",
            short="Glorot",
        ),
        Initializer(
            key="glorot_normal",
            label="Glorot normal",
            draw=lambda rng, inputs, units: _normal(rng, inputs, units, sqrt(2.0 / (inputs + units))),
            formula="w ~ N(0, 2 / (inputs + units))",
            about="The same variance as Glorot uniform, from a normal distribution (Glorot & Bengio, 2010).",
            short="Glorot normal",
        ),
        Initializer(
            key="he_uniform",
            label="He uniform",
            draw=lambda rng, inputs, units: _uniform(rng, inputs, units, sqrt(6.0 / inputs)),
            formula="w ~ U(−r, r), r = √(6 / inputs)",
            about="Twice the variance, because ReLU drops half of the signal (He et al., 2015).",
            short="He",
        ),
        Initializer(
            key="he_normal",
            label="He normal",
            draw=lambda rng, inputs, units: _normal(rng, inputs, units, sqrt(2.0 / inputs)),
            formula="w ~ N(0, 2 / inputs)",
            about="The same variance as He uniform, from a normal distribution (He et al., 2015).",
            short="He normal",
        ),
    ],
)
