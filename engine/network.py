"""The Network: one flat vector of parameters, the way forward and the way back.

Notation, used here and everywhere else (batch is the number of rows in one step):

    x      (inputs, batch)          the input, feature-major
    w, b   (inputs, units), (units,)  weights and biases of a layer
    z      (units, batch)           z = wᵀ x + b, the sums
    a      (units, batch)           a = f(z), the outputs; the next layer's x
    delta  (units, batch)           dL/dz of a layer

How it is stored. A layer keeps its weights and biases in one matrix ``wb`` of shape
(units, inputs + 1), the bias being the last column, and every x carries a last row of ones. One product
``wb @ x`` then gives z, and one product ``delta @ xᵀ`` gives both gradients. All these matrices are views
into one flat vector, so that an optimizer, a snapshot or a file sees a single array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.activations import ACTIVATIONS, Activation, Array
from engine.data.dataset import Dataset
from engine.data.table import DataError
from engine.experiment import Experiment
from engine.initializers import INITIALIZERS
from engine.losses import LOSSES, Loss

# Rows that are sent through the network at once when no gradient is asked for: bounds the memory.
_CHUNK = 4096


class TooLargeError(ValueError):
    """A network that would not fit the free memory; the message compares the two."""


@dataclass(frozen=True)
class LayerPlan:
    """What is known of one layer before anything is allocated. ``start`` is its place in the flat vector."""

    name: str
    inputs: int
    units: int
    activation: Activation
    initializer: str
    start: int

    @property
    def stop(self) -> int:
        """Where the next layer starts in the flat vector."""
        return self.start + self.units * (self.inputs + 1)

    def matrix(self, flat: Array) -> Array:
        """The layer's view (units, inputs + 1) into a flat vector."""
        return flat[self.start : self.stop].reshape(self.units, self.inputs + 1)


@dataclass(frozen=True)
class Plan:
    """An experiment and its data made concrete: widths, activations and loss, nothing automatic left."""

    layers: tuple[LayerPlan, ...]
    loss: Loss

    @property
    def parameters(self) -> int:
        """The number of weights and biases."""
        return self.layers[-1].stop

    @property
    def widths(self) -> tuple[int, ...]:
        """Inputs, then the units of every layer."""
        return (self.layers[0].inputs, *(layer.units for layer in self.layers))

    @property
    def fused(self) -> bool:
        """Whether loss and output activation are computed together, from z."""
        return self.loss.fused == self.layers[-1].activation.key


_AUTOMATIC = {
    "regression": ("mean_squared_error", "linear"),
    "binary": ("binary_cross_entropy", "sigmoid"),
    "multiclass": ("categorical_cross_entropy", "softmax"),
}


def plan(experiment: Experiment, data: Dataset) -> Plan:
    """Works out what is automatic: the output's width and activation and the loss, from the data.

    Raises ``DataError`` when the loss cannot be used with the data.
    """
    spec, task = experiment.network, data.task
    loss_key, activation = experiment.training.loss, spec.output.activation
    if loss_key == "auto":
        loss_key = _AUTOMATIC[task][0]
        if task == "binary" and activation == "softmax":
            loss_key = "categorical_cross_entropy"
    loss = LOSSES[loss_key]
    if task not in loss.tasks:
        raise DataError(
            f"{loss.label} needs classes, but the target '{data.target}' is a number; choose mean squared error"
        )
    if activation == "auto":
        activation = loss.fused or _AUTOMATIC[task][1]
    one_output = task == "binary" and loss_key != "categorical_cross_entropy" and activation != "softmax"
    outputs = 1 if one_output else data.target_width
    rows = [
        *(
            (f"hidden {i + 1}", s.units, s.activation, s.negative_slope, s.initializer)
            for i, s in enumerate(spec.layers)
        ),
        ("output", outputs, activation, spec.output.negative_slope, spec.output.initializer),
    ]
    layers, inputs, start = [], data.x_train.shape[1], 0
    for name, units, function, slope, initializer in rows:
        layers.append(LayerPlan(name, inputs, units, ACTIVATIONS[function].tuned(slope), initializer, start))
        inputs, start = units, layers[-1].stop
    return Plan(tuple(layers), loss)


def refuse_too_large(planned: Plan, rows_per_optimizer: int, batch: int, dtype: DTypeLike = np.float32) -> None:
    """Raises TooLargeError, before anything is allocated, when training would not fit the free memory."""
    import psutil  # noqa: PLC0415

    copies = 4 + rows_per_optimizer  # parameters, gradient, a snapshot and scratch, and the optimizer's own
    needed = np.dtype(dtype).itemsize * (planned.parameters * copies + 3 * batch * sum(planned.widths))
    free = psutil.virtual_memory().available
    # The real peak was measured at about twice the sum of the arrays.
    if 2 * needed > free:
        raise TooLargeError(
            f"{planned.parameters:,} parameters need about {2 * needed / 1e9:.1f} GB to train, "
            f"but {free / 1e9:.1f} GB are free; make the layers smaller"
        )


class Buffers:
    """The arrays one batch needs on its way forward and, if asked, back, allocated once for a batch size."""

    def __init__(self, planned: Plan, batch: int, dtype: DTypeLike, back: bool = True) -> None:
        self.z = [np.empty((layer.units, batch), dtype) for layer in planned.layers]
        self.delta = [np.empty((layer.units, batch), dtype) for layer in planned.layers if back]
        # A last row of ones under every output that a next layer reads: its bias's input.
        self.extended = [np.ones((layer.units + 1, batch), dtype) for layer in planned.layers]
        self.a = [extended[:-1] for extended in self.extended]


class Network:
    """The parameters of a plan, with views by layer, and the two passes over a batch."""

    def __init__(self, planned: Plan, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> None:
        self.plan = planned
        self.dtype = np.dtype(dtype)
        self.parameters: NDArray[Any] = np.zeros(planned.parameters, dtype)
        self.gradient: NDArray[Any] = np.zeros(planned.parameters, dtype)
        self._wb = [layer.matrix(self.parameters) for layer in planned.layers]
        self._d_wb = [layer.matrix(self.gradient) for layer in planned.layers]
        # Without the bias's column: what passes the gradient back to the layer before.
        self._w = [wb[:, :-1].T for wb in self._wb]
        self._buffers: dict[int, Buffers] = {}
        for layer, w in zip(planned.layers, self._w, strict=True):
            w[...] = INITIALIZERS[layer.initializer].draw(rng, layer.inputs, layer.units)

    @property
    def weights(self) -> list[NDArray[Any]]:
        """Views of the weights by layer, each (inputs, units)."""
        return self._w

    @property
    def biases(self) -> list[NDArray[Any]]:
        """Views of the biases by layer, each (units,)."""
        return [wb[:, -1] for wb in self._wb]

    def buffers(self, batch: int) -> Buffers:
        """Working arrays for a batch size; the last few sizes are kept."""
        if batch not in self._buffers:
            if len(self._buffers) >= 4:
                self._buffers.clear()
            self._buffers[batch] = Buffers(self.plan, batch, self.dtype)
        return self._buffers[batch]

    def forward(self, x: Array, work: Buffers) -> Array:
        """From x (inputs + 1, batch), its last row ones, to the output (outputs, batch), which lies in ``work``."""
        for i, layer in enumerate(self.plan.layers):
            np.matmul(self._wb[i], x, out=work.z[i])
            layer.activation.value(work.z[i], work.a[i])
            x = work.extended[i]
        return work.a[-1]

    def backward(self, x: Array, y: Array, work: Buffers) -> None:
        """Fills ``gradient`` with dL/d parameters for the batch last sent forward; y has shape (outputs, batch).

        The chain rule, from the last layer to the first:
            delta = dL/da * f'(z)      dL/dwb = delta xᵀ      dL/dx = w delta
        """
        last = len(self.plan.layers) - 1
        delta = work.delta[last]
        if self.plan.fused:
            assert self.plan.loss.fused_gradient is not None
            delta[...] = self.plan.loss.fused_gradient(work.a[last], y)
        else:
            delta[...] = self.plan.loss.gradient(work.a[last], y)
            self.plan.layers[last].activation.pass_back(work.z[last], work.a[last], delta)
        for i in range(last, 0, -1):
            np.matmul(delta, work.extended[i - 1].T, out=self._d_wb[i])
            delta = np.matmul(self._w[i], delta, out=work.delta[i - 1])
            self.plan.layers[i - 1].activation.pass_back(work.z[i - 1], work.a[i - 1], delta)
        np.matmul(delta, x.T, out=self._d_wb[0])

    def every_layer(self, x: Array) -> tuple[list[Array], list[Array]]:
        """(z, a) of every layer, each (units, rows), for x (rows, inputs). Touches no buffer of training."""
        wide = np.ones((x.shape[1] + 1, x.shape[0]), self.dtype)
        wide[:-1] = x.T
        work = Buffers(self.plan, x.shape[0], self.dtype, back=False)
        self.forward(wide, work)
        return work.z, work.a

    def outputs(self, x: Array) -> tuple[Array, Array]:
        """(z, a) of the output layer, each (outputs, rows), for x (rows, inputs), in chunks of rows."""
        size = self.plan.layers[-1].units
        z, a = np.empty((size, len(x)), self.dtype), np.empty((size, len(x)), self.dtype)
        for start in range(0, len(x), _CHUNK):
            rows = slice(start, start + _CHUNK)
            all_z, all_a = self.every_layer(x[rows])
            z[:, rows], a[:, rows] = all_z[-1], all_a[-1]
        return z, a

    def loss(self, z: Array, a: Array, y: Array) -> float:
        """The loss of the output layer's sums z and outputs a against targets y, all (outputs, rows)."""
        if self.plan.fused:
            assert self.plan.loss.fused_value is not None
            return self.plan.loss.fused_value(z, y)
        return self.plan.loss.value(a, y)
