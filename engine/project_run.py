"""The run in a project file: everything of an instant that decides how training goes on, as words and arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.checkpoint import Checkpoint
from engine.data.dataset import Dataset
from engine.experiment import Experiment
from engine.history import BatchLosses, History, Series
from engine.lineage import Event, LineageError
from engine.network import Network
from engine.plan import Plan
from engine.project_words import ANY, Count, Number, Wanted, Words
from engine.recording import columns
from engine.schedules import Plateau
from engine.stopping import Divergence, Watch
from engine.tensor_file import FaultError

# What people are told, at most.
Sentence = Annotated[str, Field(max_length=1_000)]
# The numbers that a generator counts with.
Wide = Annotated[int, Field(ge=0, lt=2**128)]


class _Position(Words):
    state: Wide
    inc: Wide


class _Generator(Words):
    """The state of a generator of random numbers, as NumPy gives and takes it."""

    bit_generator: Literal["PCG64"]
    state: _Position
    has_uint32: Literal[0, 1]
    uinteger: Annotated[int, Field(ge=0, lt=2**32)]


class _Batches(Words):
    cursor: Count
    epochs: Count
    generator: _Generator


class _Plateau(Words):
    best: Number
    waited: Count
    pause: Count
    factor: Number


class _Watch(Words):
    plateau: _Plateau
    best: Number
    best_epoch: Count
    waited: Count
    seconds: Number
    stopped: Sentence


class _Divergence(Words):
    step: Count
    layer: Sentence
    loss: Number


class _Lineage(Words):
    """See ``Lineage.as_json``; whether the events can be done again is seen when the run is repeated."""

    first: dict[str, Any]
    events: tuple[dict[str, Any], ...]
    lost: Sentence
    size: Count


class RunWords(Words):
    """What is no array of ``Trainer.state()`` and of what was recorded; ``history`` names the columns of that."""

    step: Count
    updates: Count
    edited: bool
    first_loss: Number
    next_point: Count
    noise: _Generator
    batches: _Batches
    watch: _Watch
    history: tuple[str, ...]
    losses_start: Count
    losses_width: Annotated[int, Field(ge=1, lt=2**62)]
    diverged: _Divergence | None
    # Runs from before it was recorded have none.
    lineage: _Lineage | None = None


def written(point: Checkpoint) -> tuple[RunWords, dict[str, NDArray[Any]]]:
    """An instant as words and arrays, without weights, statistics and data, which have places of their own."""
    state, (start, width, buckets, pending) = point.state, point.losses.state()
    watch, kept = dict(state["watch"]), state["watch"]["kept"]
    del watch["kept"]
    words = RunWords.model_validate(
        {
            **{name: state[name] for name in ("step", "updates", "edited", "first_loss", "next_point", "noise")},
            "lineage": state.get("lineage"),
            "batches": {name: state["batches"][name] for name in ("cursor", "epochs", "generator")},
            "watch": {**watch, "plateau": watch["plateau"]._asdict()},
            "history": point.history.names,
            "losses_start": start,
            "losses_width": width,
            "diverged": None if point.diverged is None else vars(point.diverged),
        }
    )
    arrays = {
        "run.optimizer": state["optimizer"],
        "run.order": state["batches"]["order"],
        "run.history": point.history.values,
        "run.losses": buckets,
        "run.losses_last": pending,
    }
    if kept is not None:
        arrays |= {"run.best.parameters": kept[0], "run.best.statistics": kept[1]}
    return words, arrays


def wanted(
    words: RunWords, there: set[str], planned: Plan, optimizer_rows: int, rows: int, dtype: np.dtype[Any]
) -> Wanted:
    """The arrays of a run of so many training rows; the weights of the best epoch only where they are ``there``."""
    real, whole = np.dtype("<f8"), np.dtype("<i8")
    found: Wanted = {
        "run.optimizer": (dtype, (optimizer_rows, planned.parameters)),
        "run.order": (whole, (rows,)),
        "run.history": (real, (ANY, len(words.history))),
        "run.losses": (real, (ANY, 3)),
        "run.losses_last": (real, (ANY,)),
    }
    best: Wanted = {
        "run.best.parameters": (dtype, (planned.parameters,)),
        "run.best.statistics": (dtype, (planned.statistics,)),
    }
    return found | best if best.keys() & there else found


@dataclass(frozen=True)
class Run:
    """A run as it comes from a file, checked as far as it can be without its data."""

    words: RunWords
    arrays: dict[str, NDArray[Any]]

    def at(self, experiment: Experiment, data: Dataset, network: Network) -> Checkpoint:
        """The instant, with its data and the network's weights. Raises ``FaultError`` when something contradicts."""
        words, arrays = self.words, self.arrays
        losses = _losses(words, arrays)
        diverged = None if words.diverged is None else Divergence(**words.diverged.model_dump())
        return Checkpoint(
            experiment, data, self._state(experiment, network), self._history(network.plan, data), losses, diverged
        )

    def _state(self, experiment: Experiment, network: Network) -> dict[str, Any]:
        words, arrays = self.words, self.arrays
        order, batches = arrays["run.order"], words.batches
        if not _is_permutation(order):
            raise FaultError("cannot be used: the order of its batches does not have every row once")
        if not (batches.cursor < len(order) or batches.cursor == 0):
            raise FaultError("cannot be used: its epoch goes on behind the last row")
        watch = words.watch.model_dump()
        names = ("run.best.parameters", "run.best.statistics")
        kept = (arrays[names[0]], arrays[names[1]]) if names[0] in arrays else None
        plateau = Plateau(**watch.pop("plateau"))
        return {
            "parameters": network.parameters.copy(),
            "statistics": network.statistics.copy(),
            "noise": words.noise.model_dump(),
            "kind": experiment.training.optimizer.kind,
            "optimizer": arrays["run.optimizer"],
            **{name: getattr(words, name) for name in ("updates", "step", "edited", "first_loss", "next_point")},
            "batches": {"order": order, **batches.model_dump()},
            "watch": vars(Watch(**watch, plateau=plateau, kept=kept)),
            "lineage": None if words.lineage is None else _lineage(words.lineage),
        }

    def _history(self, planned: Plan, data: Dataset) -> Series:
        """The points; a column that there was not yet when they were written is NaN."""
        names, values = self.words.history, self.arrays["run.history"]
        now = columns(planned, data.task)
        steps = values[:, names.index("step")] if "step" in names else np.zeros(0)
        rising = len(steps) == len(values) and (np.diff(steps) > 0).all() and np.isfinite(steps).all()
        if len(set(names)) < len(names) or not set(names) <= set(now) or not rising:
            raise FaultError("cannot be used: its history is not one of this network")
        if names != now:
            return History.of(Series(names, values)).renamed(now, {name: name for name in names}).view()
        values.flags.writeable = False
        return Series(names, values)


def _lineage(words: _Lineage) -> dict[str, Any]:
    try:
        for event in words.events:
            Event.of(event)
    except LineageError as error:
        raise FaultError(f"cannot be used: {error}") from None
    return words.model_dump()


def _losses(words: RunWords, arrays: dict[str, NDArray[Any]]) -> BatchLosses:
    try:
        return BatchLosses.of(words.losses_start, words.losses_width, arrays["run.losses"], arrays["run.losses_last"])
    except ValueError as error:
        raise FaultError(f"cannot be used: {error}") from None


def _is_permutation(order: NDArray[np.int64]) -> bool:
    count = len(order)
    if count and not (order.min() >= 0 and order.max() < count):
        return False
    seen = np.zeros(count, np.bool_)
    seen[order] = True
    return bool(seen.all())
