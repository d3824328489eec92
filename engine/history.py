"""What is remembered of a run: points at fixed steps, and the loss of every batch, thinned as the run grows.

When a point is taken depends on the step alone, never on the clock, so that the same run leaves the same
history whatever the frame rate. Both records are bounded in memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """Named columns over steps: ``values`` has shape (points, columns). Read-only."""

    names: tuple[str, ...]
    values: Numbers

    def __getitem__(self, name: str) -> Numbers:
        """One column, shape (points,); NaN where it was not measured."""
        return self.values[:, self.names.index(name)]

    def __len__(self) -> int:
        return len(self.values)

    def as_csv(self) -> str:
        """A table with a line for each point: step, epoch, train_loss …; all digits, empty where nothing was measured.

        Read back, every number is the same, bit for bit.
        """
        heads = [re.sub(r"\W+", "_", name) for name in self.names]
        lines = [",".join(heads)]
        for row in self.values.tolist():
            lines.append(",".join(_in_full(value) for value in row))
        return "\n".join(lines) + "\n"


def _in_full(value: float) -> str:
    """The shortest text that is read as this very number; "" for NaN."""
    return "" if isnan(value) else repr(value).removesuffix(".0")


class History:
    """Appends rows of named numbers. What has been handed out is never written again."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._rows = np.full((256, len(names)), np.nan)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def last_step(self) -> float:
        """The first column of the last point; there must be one."""
        return float(self._rows[self._count - 1, 0])

    def append(self, row: dict[str, float]) -> None:
        """Adds a point; a name without a value is left NaN."""
        if self._count == len(self._rows):
            # A new array: the views handed out keep the old one.
            self._rows = np.concatenate([self._rows, np.full_like(self._rows, np.nan)])
        self._rows[self._count] = [row.get(name, np.nan) for name in self.names]
        self._count += 1

    def renamed(self, names: tuple[str, ...], origin: dict[str, str]) -> History:
        """A history with other columns that keeps what was measured: ``origin`` maps new names to old ones."""
        changed = History(names)
        old = self.view()
        for i in range(len(old)):
            changed.append({new: float(old[was][i]) for new, was in origin.items() if was in self.names})
        return changed

    @classmethod
    def of(cls, series: Series) -> History:
        """A history that goes on from points that were handed out, and leaves those as they are."""
        history = cls(series.names)
        history._rows = np.concatenate([series.values, np.full_like(history._rows, np.nan)])
        history._count = len(series)
        return history

    def until(self, step: float) -> History:
        """A history with only the points up to a step (its first column)."""
        kept = History(self.names)
        for row in self.view().values:
            if row[0] <= step:
                kept.append(dict(zip(self.names, row, strict=True)))
        return kept

    def view(self) -> Series:
        """All points so far, without a copy."""
        values = self._rows[: self._count]
        values.flags.writeable = False
        return Series(self.names, values)


@dataclass(frozen=True)
class LossBand:
    """The losses of single batches in buckets: for each its first step, minimum, maximum and mean."""

    steps: Numbers
    low: Numbers
    high: Numbers
    mean: Numbers


class BatchLosses:
    """Keeps the loss of every batch in at most ``2 * size`` buckets; when they are full, neighbours merge.

    ``start`` is the number of steps done before the first loss.
    """

    def __init__(self, size: int = 1024, start: int = 0) -> None:
        self._limit = 2 * size
        self._width = 1
        self._buckets: list[tuple[float, float, float]] = []
        self._pending: list[float] = []
        self._first = start

    def copy(self) -> BatchLosses:
        """One of its own with the same losses."""
        twin = BatchLosses()
        twin._limit, twin._width, twin._first = self._limit, self._width, self._first
        twin._buckets, twin._pending = self._buckets.copy(), self._pending.copy()
        return twin

    def state(self) -> tuple[int, int, Numbers, Numbers]:
        """Everything there is: ``start``, the width of a bucket in steps, buckets (n, 3), and losses in none yet."""
        return self._first, self._width, np.array(self._buckets).reshape(-1, 3), np.array(self._pending, np.float64)

    @classmethod
    def of(cls, start: int, width: int, buckets: Numbers, pending: Numbers) -> BatchLosses:
        """One that goes on from a ``state``; raises ``ValueError`` where it cannot be one."""
        losses = cls(start=start)
        whole = width > 0 and width & (width - 1) == 0
        if not whole or len(buckets) >= losses._limit or len(pending) >= losses._limit + width:
            raise ValueError("the losses of its batches contradict themselves")
        losses._width, losses._pending = width, pending.tolist()
        losses._buckets = [(low, high, mean) for low, high, mean in buckets.tolist()]
        return losses

    def append(self, loss: float) -> None:
        """Remembers the loss of one more batch."""
        self._pending.append(loss)
        if len(self._pending) >= self._limit + self._width:
            self._settle()

    def _settle(self) -> None:
        """Moves whole buckets from the pending losses; the result does not depend on when this is called."""
        pending, width, done = self._pending, self._width, 0
        while len(pending) - done >= width:
            part = pending[done : done + width]
            self._buckets.append((min(part), max(part), sum(part) / width))
            done += width
            if len(self._buckets) == self._limit:
                pairs = zip(self._buckets[::2], self._buckets[1::2], strict=True)
                self._buckets = [(min(a[0], b[0]), max(a[1], b[1]), (a[2] + b[2]) / 2) for a, b in pairs]
                self._width = width = 2 * width
        del pending[:done]

    def view(self) -> LossBand:
        """The buckets so far; the last may be filled only in part."""
        self._settle()
        rows = list(self._buckets)
        if self._pending:
            rows.append((min(self._pending), max(self._pending), sum(self._pending) / len(self._pending)))
        values = np.array(rows, dtype=np.float64).reshape(-1, 3)
        steps = np.arange(len(rows), dtype=np.float64) * self._width + self._first + 1.0
        return LossBand(steps, values[:, 0], values[:, 1], values[:, 2])
