"""The kinds of layers: what a user can choose of each, and the formulas of those that are not dense.

A Dense layer's formula, a = f(W x + b), is the Network's own. The other kinds are stages between two dense
layers: they take the outputs x (units, batch) of one and hand something of the same shape to the next.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from engine.activations import ACTIVATIONS, DEFAULT_ALPHA, DEFAULT_NEGATIVE_SLOPE, Array
from engine.initializers import DEFAULT_SPREAD, INITIALIZERS
from engine.spec import Setting, Spec, refusal

_AUTO = ("auto", "Automatic")
_ACTIVATION = "The function f in a = f(z)."


class Weighted(Spec):
    """What a hidden dense layer and the output have in common."""

    activation: Annotated[str, Setting("Activation", _ACTIVATION, choices=ACTIVATIONS.choices)] = "tanh"
    negative_slope: Annotated[
        float,
        Setting(
            "Negative slope",
            "Slope of the leaky ReLU below zero.",
            low=0.0,
            high=1.0,
            step=0.01,
            shown_if=("activation", ("leaky_relu",)),
        ),
    ] = DEFAULT_NEGATIVE_SLOPE
    alpha: Annotated[
        float,
        Setting(
            "α", "The ELU bends to −α below zero.", low=0.0, high=10.0, step=0.1, shown_if=("activation", ("elu",))
        ),
    ] = DEFAULT_ALPHA
    initializer: Annotated[
        str,
        Setting(
            "Initializer",
            "The random weights the layer starts from; automatic follows the activation.",
            choices=lambda: INITIALIZERS.choices(_AUTO),
        ),
    ] = "auto"
    spread: Annotated[
        float,
        Setting(
            "Spread",
            "The constant, the end of the range, or the deviation of the random weights.",
            low=0.0,
            high=10.0,
            step=0.01,
            shown_if=("initializer", tuple(part.key for part in INITIALIZERS if part.spreads)),
        ),
    ] = DEFAULT_SPREAD
    bias: Annotated[bool, Setting("Bias", "Whether every unit adds a number of its own to its sum.")] = True
    trainable: Annotated[bool, Setting("Trainable", "Off: training leaves weights and biases as they are.")] = True
    frozen_units: Annotated[tuple[Annotated[int, Field(ge=0, strict=True)], ...], Field(max_length=4096)] = ()

    @property
    def started_by(self) -> str:
        """The key of the initializer, with "auto" resolved by the activation where that is known."""
        if self.initializer != "auto":
            return self.initializer
        return ACTIVATIONS[self.activation].initializer if self.activation in ACTIVATIONS else "glorot_uniform"


class Layer(Spec):
    """What all kinds of hidden layers share; one is chosen by its ``kind``."""

    kind: str
    label: ClassVar[str]
    formula: ClassVar[str]
    about: ClassVar[str]


class Dense(Weighted, Layer):
    """A layer in which every unit sees every output of the layer before: a = f(W x + b).

    ``frozen_units`` are the indices of units whose weights and bias training leaves as they are.
    """

    kind: Literal["dense"] = "dense"
    label: ClassVar[str] = "Dense"
    formula: ClassVar[str] = "a = f(W x + b)"
    about: ClassVar[str] = "Every unit sees every output of the layer before."
    units: Annotated[int, Setting("Units", "How many units (neurons) the layer has.", low=1, high=4096)] = 8

    @model_validator(mode="after")
    def _freezes_units_it_has(self) -> Self:
        beyond = [unit for unit in self.frozen_units if unit >= self.units]
        if beyond:
            raise refusal("Dense.frozen_units", f"below {self.units}", beyond[0])
        return self

    def edited(self, **changes: Any) -> Self:
        """As ever; fewer units drop those frozen among the ones that go."""
        if "units" in changes and "frozen_units" not in changes and isinstance(changes["units"], int):
            changes["frozen_units"] = tuple(unit for unit in self.frozen_units if unit < changes["units"])
        return super().edited(**changes)


class Output(Weighted):
    """The last layer. Its width is the data's; automatic means the activation that suits data and loss."""

    activation: Annotated[str, Setting("Activation", _ACTIVATION, choices=lambda: ACTIVATIONS.choices(_AUTO))] = "auto"


@dataclass
class Bench:
    """Where a stage works: views of its part of the network, and what it keeps from the way forward for the way back.

    ``rows``, ``gradient``: (len(stage.rows), units), the trained parameters and their gradient. ``statistics``:
    (len(stage.statistics), units). ``rng`` draws the noise. ``training``: noise and the batch's own statistics;
    otherwise the network as it answers. ``fresh``: new noise is drawn and the statistics move; otherwise the
    last pass is repeated at other parameters, as a gradient check or a line search needs it.
    """

    rows: Array
    gradient: Array
    statistics: Array
    rng: np.random.Generator
    training: bool
    fresh: bool = True
    kept: dict[str, Array] = field(default_factory=dict)


class Stage(Layer):
    """A layer without weights between units.

    ``rows`` names what it trains for each unit and the value that starts with, ``statistics`` what it
    remembers of the data it has seen.
    """

    rows: ClassVar[dict[str, float]] = {}
    statistics: ClassVar[dict[str, float]] = {}

    @abstractmethod
    def forward(self, x: Array, out: Array, at: Bench) -> None:
        """Fills ``out`` from ``x``, both (units, batch)."""

    @abstractmethod
    def backward(self, delta: Array, at: Bench) -> None:
        """Turns dL/d out into dL/dx in place, (units, batch), and fills ``at.gradient``."""


class Dropout(Stage):
    """Silences units at random while training: out = x · mask / (1 − p) (Srivastava et al., 2014, inverted form).

    Because those that stay are scaled up, nothing has to change when the network answers.
    """

    kind: Literal["dropout"] = "dropout"
    label: ClassVar[str] = "Dropout"
    formula: ClassVar[str] = "out = x · mask / (1 − p)"
    about: ClassVar[str] = "Silences units at random while training, so that none can be relied on alone."
    drop_probability: Annotated[
        float, Setting("Drop probability", "How likely each unit is silenced in a step.", low=0.0, high=0.95, step=0.05)
    ] = 0.2

    def forward(self, x: Array, out: Array, at: Bench) -> None:
        """See ``formula``; x itself when the network answers."""
        if not at.training:
            out[:] = x
            return
        if at.fresh:
            keep = x.dtype.type(1.0 - self.drop_probability)
            at.kept["mask"] = (at.rng.random(x.shape, x.dtype) < keep) / keep
        np.multiply(x, at.kept["mask"], out=out)

    def backward(self, delta: Array, at: Bench) -> None:
        """dL/dx = dL/d out · mask / (1 − p); unchanged when the network answers."""
        if at.training:
            delta *= at.kept["mask"]


class GaussianNoise(Stage):
    """Adds normal noise while training: out = x + N(0, deviation²) (Bishop, 1995: much like a penalty on slopes)."""

    kind: Literal["gaussian_noise"] = "gaussian_noise"
    label: ClassVar[str] = "Gaussian noise"
    formula: ClassVar[str] = "out = x + N(0, deviation²)"
    about: ClassVar[str] = "Blurs what passes while training, so that nothing hangs on the last digit."
    deviation: Annotated[
        float, Setting("Deviation", "The standard deviation of the noise.", low=0.0, high=10.0, step=0.05)
    ] = 0.1

    def forward(self, x: Array, out: Array, at: Bench) -> None:
        """See ``formula``; x itself when the network answers."""
        if not at.training:
            out[:] = x
            return
        if at.fresh:
            at.kept["noise"] = at.rng.standard_normal(x.shape, x.dtype) * x.dtype.type(self.deviation)
        np.add(x, at.kept["noise"], out=out)

    def backward(self, delta: Array, at: Bench) -> None:
        """dL/dx = dL/d out: noise does not depend on x."""


class Norm(Stage):
    """What both kinds of normalization share: out = f(gamma · x̂ + beta), and its way back to x̂."""

    rows: ClassVar[dict[str, float]] = {"gamma": 1.0, "beta": 0.0}
    activation: Annotated[
        str,
        Setting("Activation", "A function applied after normalizing; linear: none.", choices=ACTIVATIONS.choices),
    ] = "linear"
    epsilon: Annotated[
        float, Setting("ε", "Keeps the division finite.", low=1e-12, high=1.0, step=10.0, scale="log")
    ] = 1e-5

    def _scaled(self, x_hat: Array, out: Array, at: Bench) -> None:
        gamma, beta = at.rows[:, :, None]
        at.kept["x_hat"] = x_hat
        z = at.kept["z"] = gamma * x_hat + beta
        ACTIVATIONS[self.activation].value(z, out)
        at.kept["a"] = out

    def _to_x_hat(self, delta: Array, at: Bench) -> Array:
        """Fills the gradients of gamma and beta and returns dL/dx̂."""
        ACTIVATIONS[self.activation].pass_back(at.kept["z"], at.kept["a"], delta)
        np.sum(delta * at.kept["x_hat"], axis=1, out=at.gradient[0])
        np.sum(delta, axis=1, out=at.gradient[1])
        slope: Array = delta * at.rows[0, :, None]
        return slope

    def _normalized(self, x: Array, axis: int, at: Bench) -> tuple[Array, Array, Array]:
        """x̂ = (x − mean) / √(variance + ε) along an axis, with that mean and variance; keeps 1 / √(…)."""
        mean = x.mean(axis=axis, keepdims=True)
        centred = x - mean
        variance = np.square(centred).mean(axis=axis, keepdims=True)
        at.kept["inverse"] = 1.0 / np.sqrt(variance + self.epsilon)
        return centred * at.kept["inverse"], mean, variance

    def _through_normalizing(self, slope: Array, axis: int, at: Bench) -> Array:
        # dL/dx = (g − mean g − x̂ · mean(g x̂)) / √(variance + ε): mean and variance depend on x too
        x_hat = at.kept["x_hat"]
        shared = slope.mean(axis=axis, keepdims=True) + x_hat * (slope * x_hat).mean(axis=axis, keepdims=True)
        result: Array = (slope - shared) * at.kept["inverse"]
        return result


class BatchNorm(Norm):
    """Normalizes every unit over the batch (Ioffe & Szegedy, 2015, Algorithm 1).

    x̂ = (x − μ) / √(σ² + ε), out = f(γ x̂ + β). While training μ and σ² are those of the batch, when the
    network answers the running ones: running ← running + momentum · (batch's − running), with the unbiased
    variance, as in PyTorch. A batch of a single row has no spread: it is normalized with the running ones.
    """

    kind: Literal["batch_norm"] = "batch_norm"
    label: ClassVar[str] = "Batch normalization"
    formula: ClassVar[str] = "out = γ (x − μ) / √(σ² + ε) + β, over the batch"
    about: ClassVar[str] = "Gives every unit mean 0 and deviation 1 over the batch, then scales and shifts it."
    statistics: ClassVar[dict[str, float]] = {"mean": 0.0, "variance": 1.0}
    momentum: Annotated[
        float, Setting("Momentum", "Share of each batch in the running mean.", low=0.001, high=1.0, step=0.05)
    ] = 0.1

    def forward(self, x: Array, out: Array, at: Bench) -> None:
        """See the class."""
        if not at.training or x.shape[1] < 2:
            mean, variance = at.statistics[:, :, None]
            at.kept["inverse"] = 1.0 / np.sqrt(variance + self.epsilon)
            self._scaled((x - mean) * at.kept["inverse"], out, at)
            return
        x_hat, mean, variance = self._normalized(x, 1, at)
        self._scaled(x_hat, out, at)
        if at.fresh:
            unbiased = variance * (x.shape[1] / (x.shape[1] - 1))
            at.statistics += self.momentum * (np.stack([mean, unbiased])[:, :, 0] - at.statistics)

    def backward(self, delta: Array, at: Bench) -> None:
        """See ``Norm``; for a batch of one row, and when the network answers, mean and variance are constants."""
        slope = self._to_x_hat(delta, at)
        constant = not at.training or delta.shape[1] < 2
        delta[:] = slope * at.kept["inverse"] if constant else self._through_normalizing(slope, 1, at)


class LayerNorm(Norm):
    """Normalizes every row over the units (Ba et al., 2016): x̂ = (x − μ) / √(σ² + ε), out = f(γ x̂ + β)."""

    kind: Literal["layer_norm"] = "layer_norm"
    label: ClassVar[str] = "Layer normalization"
    formula: ClassVar[str] = "out = γ (x − μ) / √(σ² + ε) + β, over the units"
    about: ClassVar[str] = "Gives every row mean 0 and deviation 1 over the units; the same in training and after."

    def forward(self, x: Array, out: Array, at: Bench) -> None:
        """See the class."""
        x_hat, _, _ = self._normalized(x, 0, at)
        self._scaled(x_hat, out, at)

    def backward(self, delta: Array, at: Bench) -> None:
        """See ``Norm``."""
        slope = self._to_x_hat(delta, at)
        delta[:] = self._through_normalizing(slope, 0, at)


LAYERS: dict[str, type[Layer]] = {
    str(cls.model_fields["kind"].default): cls for cls in (Dense, Dropout, BatchNorm, LayerNorm, GaussianNoise)
}
