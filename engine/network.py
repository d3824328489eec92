"""The Network: one flat vector of parameters, the way forward and the way back.

Notation, used here and everywhere else (batch is the number of rows in one step):

    x      (inputs, batch)          the input of a layer, feature-major
    w, b   (inputs, units), (units,)  weights and biases of a layer
    z      (units, batch)           z = wᵀ x + b, the sums
    a      (units, batch)           a = f(z), the outputs; the next layer's x
    delta  (units, batch)           dL/dz of a layer

A layer's weights and biases lie in one matrix ``wb`` (see ``plan.py``), and every x carries a last row of
ones. One product ``wb x`` then gives z, and one product ``delta xᵀ`` gives both gradients. Stages (dropout,
normalization …) stand in front of the layer that reads them: x → stages → wb x → f.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.activations import Array
from engine.initializers import INITIALIZERS
from engine.layers import Bench
from engine.plan import LayerPlan, Plan, StagePlan

# Rows that are sent through the network at once when no gradient is asked for: bounds the memory, fits the cache.
_CHUNK = 1024


class StageWork:
    """A stage at one batch size: its bench and the array it writes, with the row of ones that a layer reads."""

    def __init__(self, planned: StagePlan, network: Network, batch: int, training: bool) -> None:
        self.stage = planned.stage
        self.extended = np.ones((planned.units + 1, batch), network.dtype)
        self.bench = Bench(
            rows=planned.rows(network.parameters),
            gradient=planned.rows(network.gradient),
            statistics=planned.statistics(network.statistics),
            rng=network.noise,
            training=training,
        )

    def forward(self, x: Array) -> Array:
        """From x (units + 1, batch) to the array of the same shape that the next part reads."""
        self.stage.forward(x[:-1], self.extended[:-1], self.bench)
        return self.extended


class LayerWork:
    """A dense layer at one batch size: the arrays that hold x, z, a and delta, allocated once.

    ``times`` is the product ``wb x`` into ``z``; ``extended`` is ``a`` over a last row of ones. Without the
    way back there is no ``delta``.
    """

    __slots__ = ("a", "bias", "d_wb", "delta", "extended", "f", "plan", "stages", "times", "w", "x", "z")

    def __init__(self, planned: LayerPlan, network: Network, batch: int, back: bool) -> None:
        self.plan = planned
        self.bias = planned.bias
        self.f: Callable[[Array, Array | None], Array] = planned.activation.value
        self.times = planned.matrix(network.parameters).dot
        self.w = planned.weights(network.parameters)
        self.d_wb = planned.matrix(network.gradient)
        self.stages = [StageWork(stage, network, batch, training=back) for stage in planned.stages]
        self.x: Array = np.empty((0, batch), network.dtype)
        self.z = np.empty((planned.units, batch), network.dtype)
        self.extended = np.ones((planned.units + 1, batch), network.dtype)
        self.a = self.extended[:-1]
        self.delta = np.empty((planned.units if back else 0, batch), network.dtype)


class Work:
    """The arrays one batch needs on its way forward and, with ``back``, on its way back."""

    def __init__(self, network: Network, batch: int, back: bool = True) -> None:
        self.layers = [LayerWork(planned, network, batch, back) for planned in network.plan.layers]
        # Layers from the last to the first, each with the one before it; the first has none.
        self.pairs = list(zip(self.layers[::-1], [*self.layers[-2::-1], None], strict=True))
        # The share of a single output in the loss, which is an average.
        self.share = np.array(1.0 / max(network.plan.loss.count(self.layers[-1].z), 1), network.dtype)

    @property
    def z(self) -> list[Array]:
        """The sums of every layer, each (units, batch)."""
        return [at.z for at in self.layers]

    @property
    def a(self) -> list[Array]:
        """The outputs of every layer, each (units, batch)."""
        return [at.a for at in self.layers]

    @property
    def x(self) -> list[Array]:
        """What every layer was given, after the stages in front of it, each (inputs, batch)."""
        return [at.x[: at.plan.inputs] for at in self.layers]

    def repeat(self, again: bool) -> None:
        """Whether the next passes use the noise and leave the statistics of the last one."""
        for at in self.layers:
            for stage in at.stages:
                stage.bench.fresh = not again


class Network:
    """The parameters of a plan, with views by layer, and the two passes over a batch. ``rng`` draws the weights.

    ``parameters`` and ``gradient`` are the flat vectors, ``statistics`` what normalizing stages remember,
    ``noise`` the generator that dropout and noise draw from.
    """

    def __init__(
        self,
        planned: Plan,
        rng: np.random.Generator | None,
        dtype: DTypeLike = np.float32,
        noise: np.random.Generator | None = None,
    ) -> None:
        self.plan = planned
        self.dtype = np.dtype(dtype)
        self.noise = noise or np.random.default_rng(0)
        self.parameters: NDArray[Any] = np.zeros(planned.parameters, dtype)
        self.gradient: NDArray[Any] = np.zeros(planned.parameters, dtype)
        self.statistics: NDArray[Any] = np.zeros(planned.statistics, dtype)
        self._works: dict[int, Work] = {}
        if rng is not None:
            self._start(rng)

    def _start(self, rng: np.random.Generator) -> None:
        """Random weights, biases of zero, and what the stages start with."""
        for layer in self.plan.layers:
            draw = INITIALIZERS[layer.initializer].draw
            layer.weights(self.parameters)[...] = draw(rng, layer.inputs, layer.units, layer.spread)
        for stage in self.plan.stages:
            stage.rows(self.parameters)[:] = np.reshape(list(stage.stage.rows.values()), (-1, 1))
            stage.statistics(self.statistics)[:] = np.reshape(list(stage.stage.statistics.values()), (-1, 1))
        self.prune(self.parameters)

    def prune(self, flat: Array) -> None:
        """Sets to zero what a flat vector has for the weights that are held at zero."""
        for layer in self.plan.layers:
            if layer.pruned_weights:
                flat[layer.pruned] = 0.0

    def copy(self, dtype: DTypeLike) -> Network:
        """A network of its own with the same parameters and statistics, in another precision."""
        twin = Network(self.plan, None, dtype)
        twin.parameters[:], twin.statistics[:] = self.parameters, self.statistics
        return twin

    @property
    def weights(self) -> list[NDArray[Any]]:
        """Views of the weights by layer, each (inputs, units)."""
        return [layer.weights(self.parameters) for layer in self.plan.layers]

    @property
    def biases(self) -> list[NDArray[Any]]:
        """Views of the biases by layer, each (units,); zeros for a layer that has none."""
        return [layer.biases(self.parameters) for layer in self.plan.layers]

    def work(self, batch: int) -> Work:
        """Working arrays of training for a batch size; the last few sizes are kept."""
        if batch not in self._works:
            if len(self._works) >= 4:
                self._works.clear()
            self._works[batch] = Work(self, batch)
        return self._works[batch]

    def repeated(self, work: Work) -> Work:
        """Working arrays of their own for the same batch, whose passes use the noise of the last pass of ``work``."""
        twin = Work(self, len(work.layers[0].z[0]))
        twin.repeat(True)
        for at, was in zip(twin.layers, work.layers, strict=True):
            for stage, kept in zip(at.stages, was.stages, strict=True):
                stage.bench.kept = kept.bench.kept.copy()
        return twin

    def forward(self, x: Array, work: Work, first: int = 0) -> LayerWork:
        """From x (inputs + 1, batch), its last row ones, to the output layer with its z and a.

        ``first``: the layer whose input x is, where it is not that of the network.
        """
        for at in work.layers[first:]:
            for stage in at.stages:
                x = stage.forward(x)
            at.x = x if at.bias else x[:-1]
            at.times(at.x, at.z)  # z = wb x
            at.f(at.z, at.a)  # a = f(z)
            x = at.extended
        return at

    def backward(self, y: Array, work: Work, weights: Array | None = None) -> None:
        """Fills ``gradient`` with dL/d parameters for the batch last sent forward; y has shape (outputs, batch).

        The chain rule, from the last layer to the first:
            delta = dL/da * f'(z)      dL/dwb = delta xᵀ      dL/dx = w delta
        """
        self._slope_of_loss(work, y, weights)
        for at, before in work.pairs:
            at.delta.dot(at.x.T, at.d_wb)  # dL/dwb = delta xᵀ
            if before is None:
                _back_to_the_input(at)
                return
            dx = at.w.dot(at.delta, before.delta)  # dL/dx = w delta
            for stage in at.stages[::-1]:
                stage.stage.backward(dx, stage.bench)
            before.plan.activation.pass_back(before.z, before.a, dx)  # delta = dL/da * f'(z)

    def _slope_of_loss(self, work: Work, y: Array, weights: Array | None) -> None:
        """delta of the output layer: dL/dz, from z at once where loss and activation belong together."""
        loss, output = self.plan.loss, work.layers[-1]
        delta = output.delta
        if self.plan.fused:
            assert loss.fused_slope is not None
            loss.fused_slope(output.a, y, delta)
        else:
            delta[...] = loss.slope(output.a, y)
            output.plan.activation.pass_back(output.z, output.a, delta)
        delta *= work.share
        if weights is not None:
            delta *= weights

    def loss(self, output: LayerWork, y: Array, weights: Array | None = None) -> float:
        """The loss of an output layer against targets y (outputs, batch); ``weights`` (batch,) of the rows."""
        return self.loss_of(output.z, output.a, y, weights)

    def loss_of(self, z: Array, a: Array, y: Array, weights: Array | None = None) -> float:
        """The loss of the output layer's sums z and outputs a, both (outputs, batch)."""
        loss = self.plan.loss
        if self.plan.fused:
            assert loss.fused_value is not None
            each = loss.fused_value(z, y, a)
        else:
            each = loss.value(a, y)
        if weights is not None:
            each = each * weights
        return float(np.add.reduce(each, axis=None)) / loss.count(y)

    def every_layer(self, x: Array) -> Work:
        """x, z and a of every layer for x (rows, inputs), as the network answers. Touches nothing of training."""
        work = Work(self, len(x), back=False)
        self.forward(extended(x, self.dtype), work)
        return work

    def outputs(self, x: Array) -> tuple[Array, Array]:
        """(z, a) of the output layer, each (outputs, rows), for x (inputs + 1, rows), in chunks of rows."""
        rows, size = x.shape[1], self.plan.layers[-1].units
        z, a = np.empty((size, rows), self.dtype), np.empty((size, rows), self.dtype)
        work = Work(self, min(_CHUNK, rows), back=False)
        for start in range(0, rows, _CHUNK):
            part = x[:, start : start + _CHUNK]
            if part.shape[1] != work.layers[0].z.shape[1]:
                work = Work(self, part.shape[1], back=False)
            last = self.forward(part, work)
            z[:, start : start + _CHUNK], a[:, start : start + _CHUNK] = last.z, last.a
        return z, a


def _back_to_the_input(first: LayerWork) -> None:
    """Gradients of the stages in front of the first layer; the input itself needs none."""
    if any(stage.stage.rows for stage in first.stages):
        dx = first.w.dot(first.delta)
        for stage in first.stages[::-1]:
            stage.stage.backward(dx, stage.bench)


def extended(x: Array, dtype: DTypeLike) -> Array:
    """x (rows, inputs) feature-major over a last row of ones: (inputs + 1, rows)."""
    wide = np.ones((x.shape[1] + 1, x.shape[0]), dtype)
    wide[:-1] = x.T
    return wide
