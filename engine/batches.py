"""Mini-batches: the training rows in a new random order every epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from engine.activations import Array
from engine.data.dataset import Dataset
from engine.plan import Plan


@dataclass(frozen=True)
class Rows:
    """A part of the data as a network reads it.

    ``x`` (rows, inputs + 1) carries a column of ones for the biases; ``y`` (rows, outputs) are the targets;
    ``weights`` (rows,) say how much each row counts, None when all count the same.
    """

    x: Array
    y: Array
    weights: Array | None

    @classmethod
    def of(cls, data: Dataset, part: str, planned: Plan, dtype: DTypeLike) -> Rows:
        """The "train" or "test" part of the data for a plan."""
        x, y = data.part(part)
        wide = np.ones((len(x), x.shape[1] + 1), dtype)
        wide[:, :-1] = x
        weights = planned.row_weights(y)
        return cls(wide, planned.targets(data, y).astype(dtype), None if weights is None else weights.astype(dtype))

    def __len__(self) -> int:
        return len(self.x)

    def first(self, count: int) -> Rows:
        """The first rows, as views."""
        return Rows(self.x[:count], self.y[:count], None if self.weights is None else self.weights[:count])


class Batches:
    """Hands out batches, feature-major, from a copy that is shuffled once an epoch so that they are slices."""

    def __init__(self, source: Rows, rng: np.random.Generator) -> None:
        self._rng = rng
        self.epochs_done = 0
        self._cursor = 0
        self._read(source)
        self._start_epoch()

    def _read(self, source: Rows) -> None:
        self._source = source
        self.rows = len(source)
        weights = None if source.weights is None else np.empty_like(source.weights)
        self._shuffled = Rows(np.empty_like(source.x), np.empty_like(source.y), weights)

    def retarget(self, source: Rows) -> None:
        """Other rows; as many as before come in the order of those, with their inputs, targets and weights.

        With more or fewer, the current epoch goes on where it was, as a share of it, in a new order.
        """
        before = self.rows
        self._read(source)
        if self.rows != before:
            self._order = self._rng.permutation(self.rows)
            self._cursor = self._cursor * self.rows // max(before, 1)
        self._shuffle()

    def rewind(self) -> None:
        """Begins the current epoch again, in the same order."""
        self._cursor = 0

    def _start_epoch(self) -> None:
        self._order = self._rng.permutation(self.rows)
        self._cursor = 0
        self._shuffle()

    def _shuffle(self) -> None:
        source, shuffled = self._source, self._shuffled
        # mode="clip" lets take write straight into out; the indices are a permutation anyway
        np.take(source.x, self._order, axis=0, out=shuffled.x, mode="clip")
        np.take(source.y, self._order, axis=0, out=shuffled.y, mode="clip")
        if source.weights is not None:
            np.take(source.weights, self._order, out=shuffled.weights, mode="clip")

    def current(self, size: int) -> tuple[Array, Array, Array | None]:
        """The next batch: (inputs + 1, batch), (outputs, batch) and (batch,); the last of an epoch may be smaller."""
        rows, shuffled = slice(self._cursor, self._cursor + size), self._shuffled
        weights = shuffled.weights
        return shuffled.x[rows].T, shuffled.y[rows].T, None if weights is None else weights[rows]

    def advance(self, size: int) -> bool:
        """Goes on by ``size`` rows, into the next epoch when this one is used up; says whether it was."""
        self._cursor += size
        if self._cursor < self.rows:
            return False
        self.epochs_done += 1
        self._start_epoch()
        return True

    @property
    def position(self) -> float:
        """Epochs done, with the share of the current one."""
        return self.epochs_done + self._cursor / max(self.rows, 1)

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
