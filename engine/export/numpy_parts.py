"""Parts of exported NumPy code: activation functions and layers, on rows, (rows, units) float32.

Their source is copied into an export as it stands here, each with what it uses; see ``parts.py``. ``FORMULAS`` names
the function of every activation.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def step(z: Array) -> Array:
    """1 where z is not below 0, else 0."""
    return np.heaviside(z, np.float32(1.0))


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z), written so that it cannot overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def hard_sigmoid(z: Array) -> Array:
    """A sigmoid of three straight lines."""
    return np.clip(z / 6.0 + 0.5, 0.0, 1.0)


def softsign(z: Array) -> Array:
    """z / (1 + |z|)."""
    return z / (1.0 + np.abs(z))


def softplus(z: Array) -> Array:
    """log(1 + e^z), written so that it cannot overflow."""
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


def relu(z: Array) -> Array:
    """max(0, z)."""
    return np.maximum(z, 0.0)


def relu6(z: Array) -> Array:
    """A ReLU that ends at 6."""
    return np.clip(z, 0.0, 6.0)


def leaky_relu(z: Array, slope: float) -> Array:
    """z above 0, slope · z below."""
    return np.where(z > 0.0, z, slope * z)


def elu(z: Array, alpha: float) -> Array:
    """z above 0, alpha (e^z - 1) below."""
    return np.where(z > 0.0, z, alpha * np.expm1(np.minimum(z, 0.0)))


def selu(z: Array) -> Array:
    """An ELU that keeps mean 0 and variance 1 from layer to layer."""
    return 1.0507009873554805 * elu(z, 1.6732632423543772)


def gelu(z: Array) -> Array:
    """z Φ(z), where Φ is the share of a normal distribution below z."""
    return 0.5 * z * (1.0 + erf(z / math.sqrt(2.0)))


def erf(z: Array) -> Array:
    """The error function."""
    return np.array([math.erf(each) for each in z.ravel()], z.dtype).reshape(z.shape)


def gelu_tanh(z: Array) -> Array:
    """GELU as GPT-2 has it."""
    z3 = np.clip(z, -50.0, 50.0) ** 3
    return 0.5 * z * (1.0 + np.tanh(math.sqrt(2.0 / math.pi) * (z + 0.044715 * z3)))


def silu(z: Array) -> Array:
    """The sum weighed by its own sigmoid."""
    return z * sigmoid(z)


def mish(z: Array) -> Array:
    """z tanh(log(1 + e^z))."""
    return z * np.tanh(softplus(z))


def softmax(z: Array) -> Array:
    """Probabilities that add up to 1 in every row."""
    powers: Array = np.exp(z - z.max(axis=1, keepdims=True))
    powers /= powers.sum(axis=1, keepdims=True)
    return powers


def batch_norm(x: Array, gamma: Array, beta: Array, mean: Array, variance: Array, epsilon: float) -> Array:
    """Every unit normalized with the mean and variance that were seen in training, then scaled and shifted."""
    normalized: Array = (x - mean) / np.sqrt(variance + epsilon)
    return normalized * gamma + beta


def layer_norm(x: Array, gamma: Array, beta: Array, epsilon: float) -> Array:
    """Every row normalized over its units, then scaled and shifted."""
    centred = x - x.mean(axis=1, keepdims=True)
    variance = np.square(centred).mean(axis=1, keepdims=True)
    normalized: Array = centred / np.sqrt(variance + epsilon)
    return normalized * gamma + beta


# How an activation is written, by its key: {z} is the sum, {setting} the field of a layer that it is tuned with.
FORMULAS = {
    "linear": "{z}",
    "step": "step({z})",
    "sigmoid": "sigmoid({z})",
    "hard_sigmoid": "hard_sigmoid({z})",
    "tanh": "np.tanh({z})",
    "softsign": "softsign({z})",
    "softplus": "softplus({z})",
    "relu": "relu({z})",
    "relu6": "relu6({z})",
    "leaky_relu": "leaky_relu({z}, {setting!r})",
    "elu": "elu({z}, {setting!r})",
    "selu": "selu({z})",
    "gelu": "gelu({z})",
    "gelu_tanh": "gelu_tanh({z})",
    "silu": "silu({z})",
    "mish": "mish({z})",
    "softmax": "softmax({z})",
}
# How a layer that is not dense is written, by its kind: {x} is what it is given, {n} its number in the network. What
# only acts in training leaves {x} as it is.
STAGES = {
    "dropout": "{x}",
    "gaussian_noise": "{x}",
    "batch_norm": "batch_norm({x}, gamma{n}, beta{n}, mean{n}, variance{n}, {epsilon!r})",
    "layer_norm": "layer_norm({x}, gamma{n}, beta{n}, {epsilon!r})",
}
