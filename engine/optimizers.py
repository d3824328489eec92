"""Optimizers: how a gradient moves the weights.

An optimizer is a frozen class: its fields are its settings, ``rows`` names what it remembers of each
parameter, and ``move`` is its formula. ``w`` and ``g`` are (a block of) the flat parameter and gradient
vectors, ``rows`` the same block of what is remembered, ``t`` counts the updates from 1 and ``rate`` is
the learning rate times the schedule's factor. Everything happens in place.
"""

from __future__ import annotations

from abc import abstractmethod
from math import sqrt
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.activations import Array
from engine.spec import Setting, Spec

_RATE = Setting(
    "Learning rate", "How far each step goes along the gradient.", low=1e-8, high=1e4, step=1.25, scale="log"
)


class Optimizer(Spec):
    """What all optimizers share; one is chosen by its ``kind``."""

    kind: str
    label: ClassVar[str]
    formula: ClassVar[str]
    about: ClassVar[str]
    rows: ClassVar[tuple[str, ...]] = ()
    learning_rate: Annotated[float, _RATE]

    @abstractmethod
    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """Updates ``w`` (n,) and ``rows`` (len(self.rows), n) in place from the gradient ``g`` (n,)."""


class GradientDescent(Optimizer):
    """w ← w − rate · g: the plain rule (Robbins & Monro, 1951, when g comes from a mini-batch)."""

    kind: Literal["gradient_descent"] = "gradient_descent"
    label: ClassVar[str] = "Gradient descent"
    formula: ClassVar[str] = "w ← w − rate · g"
    about: ClassVar[str] = "A step straight down the slope; the same rate for every weight."
    learning_rate: Annotated[float, _RATE] = 0.1

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See ``formula``."""
        w -= rate * g


class Momentum(Optimizer):
    """m ← momentum · m + g;  w ← w − rate · m: the heavy ball (Polyak, 1964), as PyTorch writes it.

    In the variant m ← momentum · m − rate · g a change of the rate acts only on the new gradient.
    """

    kind: Literal["momentum"] = "momentum"
    label: ClassVar[str] = "Momentum"
    formula: ClassVar[str] = "m ← momentum · m + g;  w ← w − rate · m"
    about: ClassVar[str] = "A heavy ball: remembers its direction and rolls through small bumps."
    rows: ClassVar[tuple[str, ...]] = ("m",)
    learning_rate: Annotated[float, _RATE] = 0.03
    momentum: Annotated[
        float, Setting("Momentum", "Share of the last step that is kept.", low=0.0, high=0.9999, step=0.05)
    ] = 0.9

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See ``formula``."""
        (m,) = rows
        m *= self.momentum
        m += g
        w -= rate * m


class Adam(Optimizer):
    """Adaptive moments (Kingma & Ba, 2015, Algorithm 1, epsilon outside the root).

    m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;
    w ← w − rate · m̂ / (√v̂ + ε)  with  m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ).
    """

    kind: Literal["adam"] = "adam"
    label: ClassVar[str] = "Adam"
    formula: ClassVar[str] = "m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  w ← w − rate · m̂ / (√v̂ + ε)"
    about: ClassVar[str] = "A step of its own for every weight, from the mean and the spread of its gradient."
    rows: ClassVar[tuple[str, ...]] = ("m", "v")
    learning_rate: Annotated[float, _RATE] = 0.01
    beta1: Annotated[float, Setting("β₁", "Memory of the mean gradient m.", low=0.0, high=0.9999, step=0.01)] = 0.9
    beta2: Annotated[float, Setting("β₂", "Memory of the squared gradient v.", low=0.0, high=0.999999, step=0.001)] = (
        0.999
    )
    epsilon: Annotated[
        float, Setting("ε", "Keeps the division finite.", low=1e-16, high=1.0, step=10.0, scale="log")
    ] = 1e-8

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See the class; the corrections of m and v are folded into the step and into epsilon."""
        m, v = rows
        m += (1.0 - self.beta1) * (g - m)
        v += (1.0 - self.beta2) * (g * g - v)
        correction = sqrt(1.0 - self.beta2**t)
        step = np.sqrt(v)
        step += self.epsilon * correction
        np.divide(m, step, out=step)
        step *= rate * correction / (1.0 - self.beta1**t)
        w -= step


OPTIMIZERS: dict[str, type[Optimizer]] = {
    str(cls.model_fields["kind"].default): cls for cls in (GradientDescent, Momentum, Adam)
}
