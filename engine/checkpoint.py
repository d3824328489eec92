"""Checkpoints: everything of a run at one instant, and where they are kept to come back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.experiment import Experiment
from engine.history import BatchLosses, Series
from engine.stopping import Divergence

# What all checkpoints together may take of the memory, in bytes; the oldest go first.
_MOST_BYTES = 512_000_000


@dataclass(frozen=True)
class Checkpoint:
    """One instant of a run, with the experiment and the data it belongs to. Never written to.

    ``state`` is ``Trainer.state()``; ``history`` and ``losses`` are what was recorded until then.
    """

    experiment: Experiment
    data: Dataset
    state: dict[str, Any]
    history: Series
    losses: BatchLosses
    diverged: Divergence | None

    @property
    def size(self) -> int:
        """The memory its own arrays take, in bytes, without the data and the record, which checkpoints share."""
        kept = self.state["watch"]["kept"] or ()
        arrays = (*(self.state[name] for name in ("parameters", "statistics", "optimizer")), *kept)
        return sum(array.nbytes for array in (*arrays, self.state["batches"]["order"]))

    @property
    def records(self) -> tuple[NDArray[Any], ...]:
        """The arrays that hold what was recorded, which it shares with the run and with other instants of it."""
        points = self.history.values
        return points if points.base is None else points.base, self.losses.kept


class Moments:
    """Checkpoints by number; a larger number is a younger one. The oldest are given up when they take too much."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._kept: dict[int, Checkpoint] = {}
        self._most_bytes = most_bytes
        self._bytes = 0
        # Everything from this number on is still there, if it ever was.
        self.oldest = 0

    def __contains__(self, number: int) -> bool:
        return number in self._kept

    def find(self, number: int) -> Checkpoint | None:
        """The checkpoint with a number, None when it is not there, or not any more."""
        return self._kept.get(number)

    def keep(self, number: int, checkpoint: Checkpoint) -> None:
        """Keeps a checkpoint; one that is there already stays. The newest is kept whatever it takes."""
        if number in self._kept:
            return
        self._kept[number] = checkpoint
        self._bytes += checkpoint.size
        while len(self._kept) > 1 and self._bytes + self._bytes_of_shared() > self._most_bytes:
            first = min(self._kept)
            self._bytes -= self._kept.pop(first).size
            self.oldest = max(self.oldest, first + 1)

    def _bytes_of_shared(self) -> int:
        return self._bytes_of_records() + self._bytes_of_data()

    def _bytes_of_records(self) -> int:
        """What was recorded until all the instants, each array once; that of the newest is mostly the run's own."""
        arrays = {id(array): array for point in self._kept.values() for array in point.records}
        newest = {id(array) for array in self._kept[max(self._kept)].records}
        return sum(array.nbytes for key, array in arrays.items() if key not in newest)

    def _bytes_of_data(self) -> int:
        """What the data of all checkpoints take, each data set once; those of the newest are mostly the run's own."""
        newest = self._kept[max(self._kept)].data
        data = {id(point.data): point.data for point in self._kept.values()}
        tables = {id(table): table for each in data.values() for table in each.tables}
        everything = sum(each.size for each in data.values()) + sum(table.size for table in tables.values())
        return everything - newest.size - sum(table.size for table in newest.tables)
