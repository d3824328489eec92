"""What is remembered of a run: points at fixed steps, and the loss of every batch, thinned as the run grows.

When a point is taken depends on the step alone, never on the clock, so that the same run leaves the same
history whatever the frame rate. Both records are bounded in memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
# Room for so many points or losses to begin with.
_ROOM = 256


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
        self._rows = np.full((_ROOM, len(names)), np.nan)
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
        old = self.view()
        values = np.full((len(old), len(names)), np.nan)
        for place, name in enumerate(names):
            if origin.get(name) in self.names:
                values[:, place] = old[origin[name]]
        return History.of(Series(names, values))

    @classmethod
    def of(cls, series: Series) -> History:
        """A history that goes on from points that were handed out, and leaves those as they are."""
        history = cls(series.names)
        history._rows = np.concatenate([series.values, history._rows])
        history._count = len(series)
        return history

    def until(self, step: float) -> History:
        """A history with only the points up to a step (its first column)."""
        rows = self.view().values
        return History.of(Series(self.names, rows[rows[:, 0] <= step]))

    def view(self) -> Series:
        """All points so far, without a copy."""
        values = self._rows[: self._count]
        values.flags.writeable = False
        return Series(self.names, values)


@dataclass(frozen=True)
class LossBand:
    """The losses of single batches in buckets of ``width`` steps: for each its first step, minimum, maximum and mean.

    While the width is 1, all three are the very loss of the step. ``start`` is the number of steps done before the
    first loss, ``kept`` (1 or 3, buckets) and ``pending`` are what the arrays are made of when they are asked for.
    """

    start: int
    width: int
    kept: Numbers
    pending: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.kept[0]) + bool(self.pending)

    @cached_property
    def steps(self) -> Numbers:
        """The first step of each bucket, (buckets,), counted from 1."""
        return np.arange(len(self), dtype=np.float64) * self.width + (self.start + 1.0)

    @cached_property
    def low(self) -> Numbers:
        """The lowest loss of each bucket, (buckets,)."""
        return self._completed(0, min)

    @cached_property
    def high(self) -> Numbers:
        """The highest loss of each bucket, (buckets,)."""
        return self._completed(1, max)

    @cached_property
    def mean(self) -> Numbers:
        """The mean loss of each bucket, (buckets,)."""
        return self._completed(2, _mean)

    def _completed(self, row: int, summed_up: Callable[[tuple[float, ...]], float]) -> Numbers:
        """A row of what is kept, with the bucket that is filled only in part at its end."""
        kept = self.kept[row % len(self.kept)]
        return np.append(kept, summed_up(self.pending)) if self.pending else kept

    def merged(self, width: int) -> LossBand:
        """The same losses in buckets of so many steps, a multiple of its own ``width``."""
        if width == self.width or not len(self):
            return self
        firsts = np.arange(0, len(self), width // self.width)
        counts = np.full(len(self), float(self.width))
        counts[-1] = len(self.pending) or self.width
        mean = np.add.reduceat(self.mean * counts, firsts) / np.add.reduceat(counts, firsts)
        low, high = np.minimum.reduceat(self.low, firsts), np.maximum.reduceat(self.high, firsts)
        return LossBand(self.start, width, np.stack([low, high, mean]))

    def thinned(self, most: int) -> LossBand:
        """The same losses in at most so many buckets, for a drawing."""
        times = -(-len(self) // most)
        return self.merged(self.width << (times - 1).bit_length()) if times > 1 else self


class BatchLosses:
    """Keeps the loss of every batch, each by itself, in up to ``2 * size`` buckets; when they are full, pairs merge.

    A merged bucket keeps the lowest, the highest and the mean loss of its steps. ``start`` is the number of steps
    done before the first loss. What is handed out is never written again, and costs no copy. With the usual size
    the first 131,072 losses are kept as they were, and the arrays take at most 3 MB.
    """

    def __init__(self, size: int = 65_536, start: int = 0) -> None:
        self._most = 2 * size
        self._start = start
        self._width = 1
        # The losses themselves, (1, room), while a bucket is one step; then low, high and mean, (3, room).
        self._kept = np.empty((1, min(_ROOM, self._most)))
        self._count = 0
        # Losses that are in no bucket yet.
        self._pending: list[float] = []

    @property
    def kept(self) -> Numbers:
        """The array that holds the buckets, which copies share."""
        return self._kept if self._kept.base is None else self._kept.base

    def copy(self) -> BatchLosses:
        """One with the same losses. It shares the array, and takes one of its own before it writes."""
        self._settle()
        twin = BatchLosses(self._most // 2, self._start)
        twin._width, twin._kept, twin._count = self._width, self._kept[:, : self._count], self._count
        twin._pending = self._pending.copy()
        return twin

    def state(self) -> tuple[int, int, Numbers, Numbers]:
        """Everything there is: ``start``, the width of a bucket in steps, buckets (n, 3), and losses in none yet."""
        self._settle()
        kept = self._kept[:, : self._count]
        if self._width == 1:
            return self._start, 1, np.empty((0, 3)), kept[0].copy()
        return self._start, self._width, np.ascontiguousarray(kept.T), np.array(self._pending, np.float64)

    @classmethod
    def of(cls, start: int, width: int, buckets: Numbers, pending: Numbers) -> BatchLosses:
        """One that goes on from a ``state``, also a narrower one; raises ``ValueError`` where it cannot be one."""
        losses = cls(start=start)
        whole = width > 0 and width & (width - 1) == 0
        if not whole or len(buckets) > losses._most or len(pending) > losses._most:
            raise ValueError("the losses of its batches contradict themselves")
        losses._width = width
        losses._kept = np.ascontiguousarray(buckets.T[2:] if width == 1 else buckets.T)
        losses._count, losses._pending = len(buckets), pending.tolist()
        losses._settle()
        return losses

    def append(self, loss: float) -> None:
        """Remembers the loss of one more batch."""
        self._pending.append(loss)
        if len(self._pending) >= _ROOM + self._width:
            self._settle()

    def _settle(self) -> None:
        """Moves whole buckets from the pending losses; the result does not depend on when this is called."""
        pending = self._pending
        while pending:
            room, width = self._kept.shape[1] - self._count, self._width
            if not room:
                self._make_room()
                continue
            whole = min(len(pending) // width, room)
            if not whole:
                break
            columns = [pending[:whole]] if width == 1 else _summed_up(pending, width, whole)
            self._kept[:, self._count : self._count + whole] = columns
            self._count += whole
            del pending[: whole * width]

    def _make_room(self) -> None:
        """A new array, larger by half or more, or with pairs merged; the views handed out keep the old one."""
        if self._count >= self._most:
            low, high, mean = self._kept[0], self._kept[len(self._kept) // 2], self._kept[-1]
            self._kept = np.stack(
                [np.minimum(low[::2], low[1::2]), np.maximum(high[::2], high[1::2]), (mean[::2] + mean[1::2]) / 2.0]
            )
            self._count, self._width = self._count // 2, 2 * self._width
        room = min(max(2 * self._count, _ROOM), self._most)
        larger = np.empty((len(self._kept), room))
        larger[:, : self._count] = self._kept[:, : self._count]
        self._kept = larger

    def view(self) -> LossBand:
        """The buckets so far, without a copy; the last may be filled only in part."""
        self._settle()
        kept = self._kept[:, : self._count]
        kept.flags.writeable = False
        return LossBand(self._start, self._width, kept, tuple(self._pending))


def _summed_up(losses: list[float], width: int, buckets: int) -> list[list[float]]:
    """The lowest, the highest and the mean losses of so many buckets, (3, buckets)."""
    parts = [losses[at * width : (at + 1) * width] for at in range(buckets)]
    return [[of(part) for part in parts] for of in (min, max, _mean)]


def _mean(losses: Sequence[float]) -> float:
    return sum(losses) / len(losses)
