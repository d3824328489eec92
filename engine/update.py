"""The Update: from a gradient to new parameters. Penalties, clipping, the optimizer's formula, constraints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from engine.activations import Array
from engine.experiment import TrainingSpec
from engine.network import Network
from engine.optimizer import Optimizer
from engine.plan import Plan

# The optimizer's formula runs over blocks that stay in the second-level cache, with all its temporaries.
_BLOCK = 32768
# What may happen to a gradient or the weights beside the optimizer's formula.
_EXTRAS = ("l1", "l2", "clip_value", "clip_norm", "max_norm")


def penalty(network: Network, training: TrainingSpec) -> float:
    """What L1 and L2 add to the loss: l1 · Σ|w| + l2 · ½ Σ w², over the weights, not the biases."""
    total = 0.0
    if training.l1 or training.l2:
        for w in network.weights:
            total += training.l1 * float(np.abs(w).sum()) + training.l2 * 0.5 * float(np.square(w).sum())
    return total


def decays(training: TrainingSpec) -> bool:
    """Whether something beside the gradient of the loss moves the weights, which can grow without it."""
    return bool(training.l1 or training.l2 or getattr(training.optimizer, "weight_decay", 0.0))


@dataclass(frozen=True)
class Figures:
    """How large an update was: its learning rate, and norms by layer over the weights, without the biases, (layers,).

    ``gradient``: ‖dL/dw‖ of the batch, with the penalties and before clipping, also where weights are frozen.
    ``clipped``: of what the optimizer was given: clipped, and zero where weights are frozen.
    ``change``: ‖Δw‖ of the whole update, with decay, shortened weights and all.
    """

    rate: float
    gradient: tuple[float, ...]
    clipped: tuple[float, ...]
    change: tuple[float, ...]


def norms(planned: Plan, flat: Array) -> tuple[float, ...]:
    """√Σ v² over each layer's weights, without its biases, in a flat vector, (layers,).

    In double precision, because the squares of small gradients are too small for less.
    """
    parts = (layer.weights(flat) for layer in planned.layers)
    return tuple(float(np.sqrt(np.square(part, dtype=np.float64).sum())) for part in parts)


class Update:
    """Moves the parameters of a network; owns what the optimizer remembers of them.

    ``memory`` has the shape (rows of the optimizer, parameters), ``count`` is the number of updates so far,
    ``rate`` the learning rate of the last one and ``training`` how it was set, None before the first. ``watched``: what
    each update changes is kept, for ``change``.
    """

    def __init__(self, network: Network, optimizer: Optimizer) -> None:
        self.network = network
        self.memory = np.zeros((len(optimizer.rows), network.parameters.size), network.dtype)
        self.count = 0
        self.rate = 0.0
        self.watched = False
        self._applied = self._changed = 0
        self._change: Array | None = None
        self.training: TrainingSpec | None = None
        self._plain = False
        # Slices for whole layers and arrays of places for units and weights; empty where everything learns.
        self._frozen = [part for layer in network.plan.layers for part in layer.frozen]

    @property
    def applied(self) -> bool:
        """Whether the last update was made here: memory, ``rate`` and ``network.gradient`` are those it has left."""
        return 0 < self._applied == self.count

    def refuse(self) -> None:
        """No update is made from ``network.gradient``, which is no longer that of the last one."""
        self._applied = 0

    @property
    def change(self) -> Array | None:
        """Δw of the last update, (parameters,); None when it was not watched."""
        return self._change if 0 < self._changed == self.count else None

    @property
    def held(self) -> NDArray[np.bool_]:
        """Which parameters no update moves, (parameters,)."""
        found = np.zeros(self.network.parameters.size, bool)
        for part in self._frozen:
            found[part] = True
        return found

    def apply(
        self, training: TrainingSpec, rate: float, loss: Callable[[], float], measured: bool = False
    ) -> Figures | None:
        """See ``_apply``; whether it is watched or ``measured`` changes nothing of it. Returns what was measured."""
        before = self.network.parameters.copy() if self.watched or measured else None
        lengths = self._apply(training, rate, loss, measured)
        self.rate, self._applied = rate, self.count
        if before is None:
            return None
        change = self.network.parameters - before
        if self.watched:
            self._change, self._changed = change, self.count
        return Figures(rate, *lengths, norms(self.network.plan, change)) if lengths else None

    def _apply(
        self, training: TrainingSpec, rate: float, loss: Callable[[], float], measured: bool
    ) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
        """One update from ``network.gradient``, at a rate; ``loss()`` is the batch's loss at the weights of the moment.

        In this order: the penalties' slopes are added, the gradient is clipped, the optimizer moves, frozen
        parameters are put back, long weights are shortened (frozen ones are not, and count in the length).
        Returns, when it is ``measured``, the norms of the gradient before it is clipped and after.
        """
        w, g = self.network.parameters, self.network.gradient
        self.count += 1
        if training is not self.training:
            self.training = training
            self._plain = not (self._frozen or any(getattr(training, name) for name in _EXTRAS))
        if self._plain and not measured:
            self._move(training, w, g, rate, loss)
            return None
        self._add_penalties(training)
        raw = self._norms_before_clipping(g) if measured else None
        kept = [w[part].copy() for part in self._frozen]
        for part in self._frozen:
            g[part] = 0.0
        _clip(g, training)
        clipped = norms(self.network.plan, g) if measured else ()
        self._move(training, w, g, rate, loss)
        for part, values in zip(self._frozen, kept, strict=True):
            w[part] = values
        if training.max_norm:
            self._shorten(training.max_norm)
            for part, values in zip(self._frozen, kept, strict=True):
                w[part] = values
        return None if raw is None else (raw, clipped)

    def _norms_before_clipping(self, g: Array) -> tuple[float, ...]:
        # Pruned weights are not there. Their entries are zero for the optimizer in any case.
        self.network.prune(g)
        return norms(self.network.plan, g)

    def _move(self, training: TrainingSpec, w: Array, g: Array, rate: float, loss: Callable[[], float]) -> None:
        optimizer = training.optimizer
        if optimizer.full_batch:
            optimizer.search(w, g, self.memory, self.count, rate, lambda: loss() + penalty(self.network, training))
        elif w.size <= _BLOCK:
            optimizer.move(w, g, self.memory, self.count, rate)
        else:
            for start in range(0, w.size, _BLOCK):
                block = slice(start, start + _BLOCK)
                optimizer.move(w[block], g[block], self.memory[:, block], self.count, rate)

    def _add_penalties(self, training: TrainingSpec) -> None:
        for layer in self.network.plan.layers:
            w, d_w = layer.weights(self.network.parameters), layer.weights(self.network.gradient)
            if training.l1:
                d_w += training.l1 * np.sign(w)
            if training.l2:
                d_w += training.l2 * w

    def _shorten(self, limit: float) -> None:
        """Shortens a unit's incoming weights, without its bias, to the limit (Srivastava et al., 2014)."""
        for layer in self.network.plan.layers:
            if layer.trainable:
                w = layer.weights(self.network.parameters)
                lengths = np.sqrt(np.square(w).sum(axis=0))
                w *= np.where(lengths > limit, limit / lengths, 1.0).astype(w.dtype)


def _clip(g: Array, training: TrainingSpec) -> None:
    """By value: every entry into [−c, c]. By norm: g · c / |g| where |g| > c (Pascanu et al., 2013)."""
    if training.clip_value:
        np.clip(g, -training.clip_value, training.clip_value, out=g)
    if training.clip_norm:
        length = sqrt(float(np.dot(g, g)))
        if length > training.clip_norm:
            g *= training.clip_norm / length
