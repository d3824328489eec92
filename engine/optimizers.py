"""Optimizers: how a gradient moves the weights.

An optimizer is a frozen class: its fields are its settings, ``rows`` names what it remembers of each
parameter, and ``move`` is its formula. ``w`` and ``g`` are (a block of) the flat parameter and gradient
vectors, ``rows`` the same block of what is remembered (zeros at first), ``t`` counts the updates from 1 and
``rate`` is the learning rate times the schedule's factor. Everything happens in place.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from math import log, sqrt
from typing import Annotated, ClassVar, Literal

import numpy as np

from engine.activations import Array, Constant
from engine.batch_optimizers import LBFGS, Rprop
from engine.optimizer import BETA1, BETA2, DECAY, EPSILON, MOMENTUM, RATE, RHO, Optimizer, divided
from engine.spec import Setting


class GradientDescent(Optimizer):
    """w ← w − rate · g: the plain rule (Robbins & Monro, 1951, when g comes from a mini-batch)."""

    kind: Literal["gradient_descent"] = "gradient_descent"
    label: ClassVar[str] = "Gradient descent"
    formula: ClassVar[str] = "w ← w − rate · g"
    about: ClassVar[str] = "A step straight down the slope; the same rate for every weight."
    learning_rate: Annotated[float, RATE] = 0.1

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
    row_names: ClassVar[tuple[str, ...]] = ("m",)
    first_moment: ClassVar[str] = "m"
    learning_rate: Annotated[float, RATE] = 0.03
    momentum: Annotated[float, MOMENTUM] = 0.9

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See ``formula``."""
        (m,) = rows
        m *= self.momentum
        m += g
        w -= rate * m


class Nesterov(Optimizer):
    """m ← momentum · m + g;  w ← w − rate · (g + momentum · m): a look ahead (Nesterov, 1983).

    In the form of Sutskever et al. (2013), with the gradient taken where the weights are, as PyTorch has it.
    """

    kind: Literal["nesterov"] = "nesterov"
    label: ClassVar[str] = "Nesterov momentum"
    formula: ClassVar[str] = "m ← momentum · m + g;  w ← w − rate · (g + momentum · m)"
    about: ClassVar[str] = "Momentum that already counts the step it is about to take, and so brakes in time."
    row_names: ClassVar[tuple[str, ...]] = ("m",)
    first_moment: ClassVar[str] = "m"
    learning_rate: Annotated[float, RATE] = 0.03
    momentum: Annotated[float, MOMENTUM] = 0.9

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See ``formula``."""
        (m,) = rows
        m *= self.momentum
        m += g
        w -= rate * (g + self.momentum * m)


class AdaGrad(Optimizer):
    """v ← v + g²;  w ← w − rate · g / (√v + ε) (Duchi et al., 2011, the diagonal form)."""

    kind: Literal["adagrad"] = "adagrad"
    label: ClassVar[str] = "AdaGrad"
    formula: ClassVar[str] = "v ← v + g²;  w ← w − rate · g / (√v + ε)"
    about: ClassVar[str] = "Weights that were moved much move less and less; good for rare features."
    row_names: ClassVar[tuple[str, ...]] = ("v",)
    second_moment: ClassVar[str] = "v"
    learning_rate: Annotated[float, RATE] = 0.05
    epsilon: Annotated[float, EPSILON] = 1e-10

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See ``formula``."""
        (v,) = rows
        v += g * g
        w -= rate * g / (np.sqrt(v) + self.epsilon)

    def effective_rates(self, g: Array, rows: Array, t: int, rate: float) -> Array | float | None:
        """rate / (√v + ε), on g."""
        return divided(rate, np.sqrt(rows[0]), self.epsilon)


class AdaDelta(Optimizer):
    """AdaGrad with a fading memory and steps in the unit of the weights (Zeiler, 2012, Algorithm 1).

    v ← ρ v + (1 − ρ) g²;  d = √(u + ε) / √(v + ε) · g;  u ← ρ u + (1 − ρ) d²;  w ← w − rate · d.
    The paper has no rate, that is 1.
    """

    kind: Literal["adadelta"] = "adadelta"
    label: ClassVar[str] = "AdaDelta"
    formula: ClassVar[str] = "v ← ρv + (1−ρ)g²;  d = √(u+ε)/√(v+ε) · g;  u ← ρu + (1−ρ)d²;  w ← w − rate · d"
    about: ClassVar[str] = "Finds its step from its own last steps; needs no learning rate (leave it at 1)."
    row_names: ClassVar[tuple[str, ...]] = ("v", "u")
    second_moment: ClassVar[str] = "v"
    learning_rate: Annotated[float, RATE] = 1.0
    rho: Annotated[float, RHO] = 0.9
    epsilon: Annotated[float, EPSILON] = 1e-6

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See the class."""
        v, u = rows
        v += (1.0 - self.rho) * (g * g - v)
        d = np.sqrt(u + self.epsilon) / np.sqrt(v + self.epsilon) * g
        u += (1.0 - self.rho) * (d * d - u)
        w -= rate * d

    def effective_rates(self, g: Array, rows: Array, t: int, rate: float) -> Array | float | None:
        """rate · √(u + ε) / √(v + ε), on g, with the u that the step began with."""
        v, u = rows
        # The step has left ρ u + (1 − ρ) (u + ε) k with this k; NaN where it remembers nothing and there was no g.
        k = (1.0 - self.rho) * g * g / (v + self.epsilon)
        with np.errstate(divide="ignore", invalid="ignore"):
            before = (u - k * self.epsilon) / (self.rho + k)
        result: Array = rate * np.sqrt(np.maximum(before, 0.0) + self.epsilon) / np.sqrt(v + self.epsilon)
        return result


class RMSProp(Optimizer):
    """v ← ρ v + (1 − ρ) g²;  w ← w − rate · g / (√v + ε) (Tieleman & Hinton, 2012, lecture 6e).

    Epsilon stands outside the root, as in PyTorch; the lecture has none.
    """

    kind: Literal["rmsprop"] = "rmsprop"
    label: ClassVar[str] = "RMSProp"
    formula: ClassVar[str] = "v ← ρv + (1−ρ)g²;  w ← w − rate · g / (√v + ε)"
    about: ClassVar[str] = "Divides by the recent size of the gradient: AdaGrad that forgets."
    row_names: ClassVar[tuple[str, ...]] = ("v",)
    second_moment: ClassVar[str] = "v"
    learning_rate: Annotated[float, RATE] = 0.01
    rho: Annotated[float, RHO] = 0.99
    epsilon: Annotated[float, EPSILON] = 1e-8

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See ``formula``."""
        (v,) = rows
        v += (1.0 - self.rho) * (g * g - v)
        w -= rate * g / (np.sqrt(v) + self.epsilon)

    def effective_rates(self, g: Array, rows: Array, t: int, rate: float) -> Array | float | None:
        """rate / (√v + ε), on g."""
        return divided(rate, np.sqrt(rows[0]), self.epsilon)


class CentredRMSProp(Optimizer):
    """RMSProp divided by the deviation of the gradient instead of its size (Graves, 2013, section 2.1).

    v ← ρ v + (1 − ρ) g²;  m ← ρ m + (1 − ρ) g;  w ← w − rate · g / (√(v − m²) + ε), as in PyTorch.
    """

    kind: Literal["centred_rmsprop"] = "centred_rmsprop"
    label: ClassVar[str] = "Centred RMSProp"
    formula: ClassVar[str] = "v ← ρv + (1−ρ)g²;  m ← ρm + (1−ρ)g;  w ← w − rate · g / (√(v − m²) + ε)"
    about: ClassVar[str] = "Divides by how much the gradient varies; steady gradients take larger steps."
    row_names: ClassVar[tuple[str, ...]] = ("v", "m")
    first_moment: ClassVar[str] = "m"
    second_moment: ClassVar[str] = "v"
    learning_rate: Annotated[float, RATE] = 0.001
    rho: Annotated[float, RHO] = 0.99
    epsilon: Annotated[float, EPSILON] = 1e-6

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See the class."""
        v, m = rows
        v += (1.0 - self.rho) * (g * g - v)
        m += (1.0 - self.rho) * (g - m)
        # Rounding may leave a spread just below zero.
        w -= rate * g / (np.sqrt(np.maximum(v - m * m, 0.0)) + self.epsilon)

    def effective_rates(self, g: Array, rows: Array, t: int, rate: float) -> Array | float | None:
        """rate / (√(v − m²) + ε), on g."""
        v, m = rows
        result = rate / (np.sqrt(np.maximum(v - m * m, 0.0)) + self.epsilon)
        return np.where(v == 0.0, np.nan, result)


class Adam(Optimizer):
    """Adaptive moments (Kingma & Ba, 2015, Algorithm 1, epsilon outside the root).

    m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;
    w ← w − rate · m̂ / (√v̂ + ε)  with  m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ).
    """

    kind: Literal["adam"] = "adam"
    label: ClassVar[str] = "Adam"
    formula: ClassVar[str] = "m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  w ← w − rate · m̂ / (√v̂ + ε)"
    about: ClassVar[str] = "A step of its own for every weight, from the mean and the spread of its gradient."
    row_names: ClassVar[tuple[str, ...]] = ("m", "v")
    first_moment: ClassVar[str] = "m"
    second_moment: ClassVar[str] = "v"
    learning_rate: Annotated[float, RATE] = 0.01
    beta1: Annotated[float, BETA1] = 0.9
    beta2: Annotated[float, BETA2] = 0.999
    epsilon: Annotated[float, EPSILON] = 1e-8

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See the class; the corrections of m and v are folded into the step and into epsilon."""
        m, v = rows[0], rows[1]
        self._remember(m, v, g)
        w -= self._step(m, v, t, rate)

    def _remember(self, m: Array, v: Array, g: Array) -> None:
        """m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g², without a temporary more than needed."""
        share_of_m, share_of_v = self._shares
        change = g - m
        change *= share_of_m[g.dtype]
        m += change
        np.multiply(g, g, out=change)
        change -= v
        change *= share_of_v[g.dtype]
        v += change

    @cached_property
    def _shares(self) -> tuple[Constant, Constant]:
        return Constant(1.0 - self.beta1), Constant(1.0 - self.beta2)

    def _step(self, m: Array, v: Array, t: int, rate: float) -> Array:
        """rate · m̂ / (√v̂ + ε)."""
        correction = sqrt(1.0 - self.beta2**t)
        step: Array = np.sqrt(v)
        step += self.epsilon * correction
        np.divide(m, step, out=step)
        step *= rate * correction / (1.0 - self.beta1**t)
        return step

    def effective_rates(self, g: Array, rows: Array, t: int, rate: float) -> Array | float | None:
        """rate / (√v̂ + ε), on m̂; AMSGrad's v̂ is the largest so far, which is its last row as v is Adam's."""
        return divided(rate, np.sqrt(rows[-1] / (1.0 - self.beta2**t)), self.epsilon)


class AMSGrad(Adam):
    """Adam that divides by the largest v so far, so that steps never grow again (Reddi et al., 2018).

    With the bias correction of Adam, as in PyTorch; the paper's Algorithm 2 has none.
    """

    kind: Literal["amsgrad"] = "amsgrad"  # type: ignore[assignment]
    label: ClassVar[str] = "AMSGrad"
    formula: ClassVar[str] = "as Adam, with v̂ ← max(v̂, v)"
    about: ClassVar[str] = "Adam that never forgets the largest gradient; cures rare cases in which Adam fails."
    row_names: ClassVar[tuple[str, ...]] = ("m", "v", "largest v")

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See the class."""
        m, v, largest = rows
        self._remember(m, v, g)
        np.maximum(largest, v, out=largest)
        w -= self._step(m, largest, t, rate)


class AdamW(Adam):
    """Adam with decoupled weight decay: w ← (1 − rate · λ) w, then Adam (Loshchilov & Hutter, 2019, Algorithm 2).

    As in PyTorch the decay is multiplied by the rate, and it acts on the biases too.
    """

    kind: Literal["adamw"] = "adamw"  # type: ignore[assignment]
    label: ClassVar[str] = "AdamW"
    formula: ClassVar[str] = "w ← (1 − rate · λ) w, then as Adam"
    about: ClassVar[str] = "Adam that also shrinks the weights, by itself instead of through the gradient."
    weight_decay: Annotated[float, DECAY] = 0.01

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See the class."""
        w *= 1.0 - rate * self.weight_decay
        super().move(w, g, rows, t, rate)


class NAdam(Adam):
    """Adam with Nesterov's look ahead (Dozat, 2016, Algorithm 2, with its schedule of the momentum).

    μ_t = β₁ (1 − ½ · 0.96^(t ψ));  w ← w − rate · (μ_{t+1} m / (1 − Π_{i≤t+1} μ_i)
    + (1 − μ_t) g / (1 − Π_{i≤t} μ_i)) / (√v̂ + ε), as in PyTorch.
    """

    kind: Literal["nadam"] = "nadam"  # type: ignore[assignment]
    label: ClassVar[str] = "NAdam"
    formula: ClassVar[str] = "as Adam, with m̂ = μₜ₊₁ m / (1 − Πμ) + (1 − μₜ) g / (1 − Πμ)"
    about: ClassVar[str] = "Adam that already counts the step it is about to take."
    learning_rate: Annotated[float, RATE] = 0.002
    momentum_decay: Annotated[
        float, Setting("ψ", "How quickly the momentum comes up to β₁.", low=0.0, high=1.0, step=0.001)
    ] = 0.004

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See the class."""
        m, v = rows
        self._remember(m, v, g)
        products = _momentum_products(self.beta1, self.momentum_decay)
        now, after = (float(products[min(i, len(products) - 1)]) for i in (t, t + 1))
        mu, mu_next = (self.beta1 * (1.0 - 0.5 * 0.96 ** (i * self.momentum_decay)) for i in (t, t + 1))
        size = np.sqrt(v / (1.0 - self.beta2**t)) + self.epsilon
        w -= (rate * (1.0 - mu) / (1.0 - now)) * g / size
        w -= (rate * mu_next / (1.0 - after)) * m / size


@lru_cache(maxsize=8)
def _momentum_products(beta1: float, decay: float) -> Array:
    """Π_{i≤t} μ_i of NAdam for t = 0, 1, …, until it is too small to be seen beside 1."""
    count = int(40.0 / -log(beta1)) + 2 if beta1 > 0.0 else 2
    i = np.arange(1, count + 1)
    return np.concatenate([[1.0], np.cumprod(beta1 * (1.0 - 0.5 * 0.96 ** (i * decay)))])


class AdaMax(Optimizer):
    """Adam with the largest gradient instead of the mean square (Kingma & Ba, 2015, Algorithm 2).

    m ← β₁ m + (1 − β₁) g;  u ← max(β₂ u, |g| + ε);  w ← w − rate / (1 − β₁ᵗ) · m / u. Epsilon as in PyTorch.
    """

    kind: Literal["adamax"] = "adamax"
    label: ClassVar[str] = "AdaMax"
    formula: ClassVar[str] = "m ← β₁m + (1−β₁)g;  u ← max(β₂u, |g| + ε);  w ← w − rate · m̂ / u"
    about: ClassVar[str] = "Adam that measures the gradient by its largest value, slowly forgotten."
    row_names: ClassVar[tuple[str, ...]] = ("m", "u")
    first_moment: ClassVar[str] = "m"
    second_moment: ClassVar[str] = "u"
    learning_rate: Annotated[float, RATE] = 0.01
    beta1: Annotated[float, BETA1] = 0.9
    beta2: Annotated[float, BETA2] = 0.999
    epsilon: Annotated[float, EPSILON] = 1e-8

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See the class."""
        m, u = rows
        m += (1.0 - self.beta1) * (g - m)
        u *= self.beta2
        np.maximum(u, np.abs(g) + self.epsilon, out=u)
        w -= rate / (1.0 - self.beta1**t) * m / u

    def effective_rates(self, g: Array, rows: Array, t: int, rate: float) -> Array | float | None:
        """rate / u, on m̂; u is ε where no gradient has ever come."""
        u = rows[1]
        return np.where(u <= self.epsilon, np.nan, rate / u)


class Lion(Optimizer):
    """Moves every weight by the same amount, in the direction of its sign (Chen et al., 2023, Algorithm 2).

    w ← w − rate · (sign(β₁ m + (1 − β₁) g) + λ w);  m ← β₂ m + (1 − β₂) g.
    """

    kind: Literal["lion"] = "lion"
    label: ClassVar[str] = "Lion"
    formula: ClassVar[str] = "w ← w − rate · (sign(β₁m + (1−β₁)g) + λw);  m ← β₂m + (1−β₂)g"
    about: ClassVar[str] = "Only the sign of the mean gradient counts; wants a rate several times smaller than Adam."
    row_names: ClassVar[tuple[str, ...]] = ("m",)
    first_moment: ClassVar[str] = "m"
    learning_rate: Annotated[float, RATE] = 0.001
    beta1: Annotated[float, BETA1] = 0.9
    beta2: Annotated[float, Setting("β₂", "Memory of the mean gradient m.", low=0.0, high=0.9999, step=0.01)] = 0.99
    weight_decay: Annotated[float, DECAY] = 0.0

    def move(self, w: Array, g: Array, rows: Array, t: int, rate: float) -> None:
        """See the class."""
        (m,) = rows
        direction = np.sign(self.beta1 * m + (1.0 - self.beta1) * g)
        w *= 1.0 - rate * self.weight_decay
        w -= rate * direction
        m += (1.0 - self.beta2) * (g - m)


OPTIMIZERS: dict[str, type[Optimizer]] = {
    str(cls.model_fields["kind"].default): cls
    for cls in (
        GradientDescent, Momentum, Nesterov, AdaGrad, AdaDelta, RMSProp, CentredRMSProp,
        Adam, AMSGrad, AdamW, NAdam, AdaMax, Lion, Rprop, LBFGS,
    )
}  # fmt: skip
