"""Mini-batches: the training rows in a new random order every epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from engine.activations import Array
from engine.data.dataset import Dataset


class Batches:
    """Hands out batches, feature-major, from a copy that is shuffled once an epoch so that they are slices.

    ``x`` (rows, inputs + 1) carries a column of ones for the biases; ``y`` is (rows, outputs).
    """

    def __init__(self, data: Dataset, outputs: int, rng: np.random.Generator, dtype: DTypeLike) -> None:
        self._rng = rng
        self.rows = len(data.x_train)
        self.epochs_done = 0
        self._read(data, outputs, dtype)
        self._start_epoch()

    def _read(self, data: Dataset, outputs: int, dtype: DTypeLike) -> None:
        self._x = np.ones((self.rows, data.x_train.shape[1] + 1), dtype)
        self._x[:, :-1] = data.x_train
        self._y = data.targets(data.y_train, outputs).astype(dtype)
        self._x_shuffled, self._y_shuffled = np.empty_like(self._x), np.empty_like(self._y)

    def retarget(self, data: Dataset, outputs: int) -> None:
        """The same rows in the same order, with targets for another number of outputs."""
        self._read(data, outputs, self._x.dtype)
        self._shuffle()

    def _start_epoch(self) -> None:
        self._order = self._rng.permutation(self.rows)
        self._cursor = 0
        self._shuffle()

    def _shuffle(self) -> None:
        # mode="clip" lets take write straight into out; the indices are a permutation anyway
        np.take(self._x, self._order, axis=0, out=self._x_shuffled, mode="clip")
        np.take(self._y, self._order, axis=0, out=self._y_shuffled, mode="clip")

    def current(self, size: int) -> tuple[Array, Array]:
        """The next batch, (inputs + 1, batch) and (outputs, batch); the last of an epoch may be smaller."""
        rows = slice(self._cursor, self._cursor + size)
        return self._x_shuffled[rows].T, self._y_shuffled[rows].T

    def advance(self, size: int) -> None:
        """Goes on by ``size`` rows, into the next epoch when this one is used up."""
        self._cursor += size
        if self._cursor >= self.rows:
            self.epochs_done += 1
            self._start_epoch()

    @property
    def position(self) -> float:
        """Epochs done, with the share of the current one."""
        return self.epochs_done + self._cursor / self.rows

    def state(self) -> dict[str, Any]:
        """Order, position and generator, as copies."""
        return {
            "order": self._order.copy(),
            "cursor": self._cursor,
            "epochs": self.epochs_done,
            "generator": self._rng.bit_generator.state,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from a ``state`` bit for bit."""
        self._order, self._cursor, self.epochs_done = state["order"].copy(), state["cursor"], state["epochs"]
        self._rng.bit_generator.state = state["generator"]
        self._shuffle()
