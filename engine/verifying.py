"""Verifying: a run is done again from its seed, and everything that was recorded of it is compared.

What was changed while it trained is done again at the same steps (see ``lineage``). Compared are the points of the
history, the losses of the batches, and at the end all that decides how the run would go on, number for number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from math import isnan
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from engine.checkpoint import Checkpoint
from engine.data.loading import load_data
from engine.data.table import DataError
from engine.experiment import Experiment
from engine.history import LossBand, Series
from engine.lineage import Event, Lineage, LineageError
from engine.metrics import METRICS
from engine.operation import RefusedError
from engine.plan import Plan, TooLargeError
from engine.project import hold_tables
from engine.recording import is_newer
from engine.spec import explain
from engine.trainer import Trainer
from engine.wording import counted

# How often progress is told, in seconds.
_EVERY_S = 0.1
# Differences as small as this, of the number itself, come from another order of the same sums.
_LAST_DIGITS = 1e-3
# So far apart are the same numbers summed up in another order, at most.
_SAME_SUM = 1e-9
# What decides how a run goes on; what depends on the clock, and how it was reported, does not.
_DECIDES = ("noise", "kind", "updates", "first_loss", "next_point", "batches", "watch")
_PARTS = {"train": "training", "test": "test"}
_NAMED = {"train.penalty": "what the penalties add", "rate": "learning rate"}
_KINDS = {
    "mean": "mean |w| of {0}",
    "norm": "norm of the weights of {0}",
    "max": "largest |w| of {0}",
    "zero": "share of weights near zero of {0}",
    "gradient": "norm of the gradient of {0}",
    "clipped": "norm of the clipped gradient of {0}",
    "update": "norm of the update of {0}",
}
_ARRAYS = {"parameters": "parameters", "statistics": "running statistics", "optimizer": "numbers of the optimizer"}


@dataclass(frozen=True)
class Difference:
    """The first thing that differs: ``what`` it is, the step at which it was seen, and both numbers.

    ``until`` is the last step for which everything recorded is the same, None where there is none. ``more`` says how
    much else differs. NaN stands for a number that is not there.
    """

    step: int
    what: str
    recorded: float
    repeated: float
    until: int | None = None
    more: str = ""

    @property
    def size(self) -> float:
        """By how much, NaN where one of the two is not there."""
        return abs(self.recorded - self.repeated)

    @property
    def message(self) -> str:
        """In a sentence or two, for people."""
        numbers = f"recorded {_number(self.recorded)}, repeated {_number(self.repeated)}"
        if not isnan(self.size):
            numbers = f"{numbers}, a difference of {self.size:.3g}"
        same = "" if self.until is None else f" Up to step {self.until:,} everything recorded is the same."
        more = f" {self.more}" if self.more else ""
        begun = f"Repeated from the seed, the run differs first at step {self.step:,}"
        return f"{begun}: {self.what}, {numbers}.{more}{same}{self.hint}"

    @property
    def hint(self) -> str:
        """What a difference in the last digits comes from, " …" or ""."""
        if not 0.0 < self.size <= _LAST_DIGITS * max(abs(self.recorded), abs(self.repeated)):
            return ""
        return (
            " So small a difference is usual when a run is repeated on another kind of processor, with another "
            "version of NumPy or with another number of threads."
        )


@dataclass(frozen=True)
class Verdict:
    """What came of it: steps repeated, changes done again, points of the history and numbers at the end compared.

    ``difference`` is the first one, None when all is the same; ``problem`` says, in a sentence, why the run cannot be
    repeated, "" when it was.
    """

    steps: int
    changes: int = 0
    points: int = 0
    numbers: int = 0
    difference: Difference | None = None
    problem: str = ""

    @property
    def identical(self) -> bool:
        """Whether the run was repeated and everything is the same."""
        return self.difference is None and not self.problem

    @property
    def message(self) -> str:
        """For people."""
        if self.problem:
            return self.problem
        if self.difference is not None:
            return self.difference.message
        included = f", {counted(self.changes, 'change')} included" if self.changes else ""
        points, numbers = counted(self.points, "recorded point"), counted(self.numbers, "number")
        return (
            f"Identical for all {counted(self.steps, 'step')}{included}. Repeated from the seed, {points}, the losses "
            f"of the batches and, at the end, {numbers} of network and optimizer are the same."
        )

    def as_json(self) -> dict[str, Any]:
        """For programs; what is not a number is None."""
        found: dict[str, Any] = {"identical": self.identical, **asdict(self), "message": self.message}
        if self.difference is not None:
            found["difference"] = {**asdict(self.difference), "size": self.difference.size}
            found["difference"] = {
                key: None if isinstance(value, float) and not np.isfinite(value) else value
                for key, value in found["difference"].items()
            }
        return found


def verify(point: Checkpoint, follow: Callable[[float], None] | None = None) -> Verdict:
    """Does a run again up to an instant of it, and compares what was recorded.

    ``follow(share)`` is told how far it has come, from 0 to 1, some ten times a second; it may raise
    ``CancelledError`` to give up. Returns a verdict whatever was recorded; other errors are those of the program.
    """
    steps = int(point.state["step"])
    try:
        return _Repetition(point, follow or (lambda share: None)).verdict()
    except ValidationError as error:
        reason = explain(error)[0]
    except (LineageError, DataError, RefusedError, TooLargeError) as error:
        reason = str(error).rstrip(".")
    return Verdict(steps, problem=f"This run cannot be repeated: {reason}.")


class _Repetition:
    """A second run beside what is known of the first."""

    def __init__(self, point: Checkpoint, follow: Callable[[float], None]) -> None:
        self._point, self._follow = point, follow
        self._steps = int(point.state["step"])
        written = point.state.get("lineage")
        self._lineage = Lineage.of(written) if written else Lineage.begun(point.experiment, "it was not recorded")
        self._events = [Event.of(event) for event in self._lineage.events]
        self._told = perf_counter()
        self._compared = 0

    def verdict(self) -> Verdict:
        """The whole work."""
        changes = sum(event.is_change for event in self._events)
        first = _with_tables_of(self._lineage.experiment, self._point.experiment)
        hold_tables(self._point.experiment, self._point.data.tables)
        same_data = first.data == self._point.experiment.data
        data = self._point.data if same_data else load_data(first.data)
        self._trainer = Trainer(first, data, self._point.state["parameters"].dtype)
        difference = self._difference()
        if difference is not None and self._lineage.lost:
            words = (
                f"What was changed while this run trained is not known ({self._lineage.lost}), and its description "
                f"alone does not repeat it: the first difference is at step {difference.step:,}."
            )
            return Verdict(self._steps, problem=words)
        numbers = sum(self._point.state[name].size for name in _ARRAYS)
        return Verdict(self._steps, changes, len(self._point.history), numbers, difference)

    def _difference(self) -> Difference | None:
        """Repeats and compares until something differs."""
        for event in self._events:
            found = self._run(event.step) or self._again(event)
            if found is not None:
                return found
        if (other := self._other_data()) is not None:
            return other
        found = self._run(self._steps, compares=True)
        return self._earliest(found) or self._differs_at_the_end()

    # -- doing it again --------------------------------------------------------------------------

    def _run(self, until: int, compares: bool = False) -> Difference | None:
        """Steps; what it must come to is known only when no more change of the network is to follow."""
        trainer = self._trainer
        while trainer.steps_done < until:
            before = trainer.steps_done
            trainer.step()
            if trainer.steps_done == before:
                return self._ended_early()
            if perf_counter() - self._told > _EVERY_S:
                self._told = perf_counter()
                self._follow(trainer.steps_done / max(self._steps, 1))
                if compares and (found := self._in_history(trainer.steps_done)) is not None:
                    return found
        return self._in_history(until) if compares else None

    def _ended_early(self) -> Difference:
        """The repetition has run away where the run did not, or has nothing to learn from."""
        diverged = self._trainer.diverged
        what = "the repetition diverges" if diverged else "the repetition has no training rows"
        step = self._trainer.steps_done
        return Difference(step + 1, what, np.nan, diverged.loss if diverged else np.nan, step)

    def _again(self, event: Event) -> Difference | None:
        """Does again what happened at this step."""
        trainer = self._trainer
        if event.kind == "operate":
            trainer.operate(event.made_operation())
        elif event.kind == "end":
            trainer.end(event.reason)
        elif event.kind == "diverge":
            trainer.step()
            if trainer.diverged is None:
                return Difference(event.step + 1, "the run diverged, the repetition does not", np.nan, np.nan)
        else:
            take_over = trainer.adopt if event.kind == "adopt" else trainer.reconfigure
            take_over(event.experiment_after(trainer.experiment))
        return None

    # -- comparing -------------------------------------------------------------------------------

    def _other_data(self) -> Difference | None:
        """Data that were loaded again may be others than they were, when the file is another one."""
        ours, theirs = self._trainer.data, self._point.data
        for name in ("x_train", "y_train", "x_test", "y_test"):
            a, b = getattr(theirs, name), getattr(ours, name)
            if a is not b and not _same(a, b):
                words = "the data, loaded again, are not those of the run"
                return Difference(self._trainer.steps_done, words, *_farthest(a, b))
        return None

    def _in_history(self, until: int) -> Difference | None:
        """The first number of the history up to a step that is another one; looks at each point once."""
        ours, theirs = self._trainer.history.view(), self._point.history
        if ours.names != theirs.names:
            return Difference(0, "the columns of the history", np.nan, np.nan)
        newer = np.array([is_newer(name) for name in ours.names])
        rows = {float(step): row for row, step in enumerate(ours["step"])}
        for at in range(self._compared, len(theirs)):
            row = theirs.values[at]
            if row[0] > until:
                break
            here = rows.get(float(row[0]))
            if here is None:
                return Difference(int(row[0]), "a point is recorded that the repetition does not take", np.nan, np.nan)
            # A point of an older file lacks the columns that came later.
            same = _equal(row, ours.values[here]) | (newer & np.isnan(row[newer]).all())
            bad = np.flatnonzero(~same)
            if len(bad):
                column = int(bad[0])
                numbers = float(row[column]), float(ours.values[here, column])
                return Difference(int(row[0]), in_words(theirs.names[column]), *numbers, _step_before(theirs, at))
            self._compared = at + 1
        return None

    def _earliest(self, found: Difference | None) -> Difference | None:
        """The difference found in the history, or one in the losses of the batches that comes before it."""
        theirs, ours = self._point.losses.view(), self._trainer.batch_losses.view()
        if theirs.start != ours.start or not len(theirs) or not len(ours):
            return found  # not recorded from the beginning, or the repetition has ended early
        # A record of an older file has wider buckets, of which the means were summed up in another order.
        width, exact = max(theirs.width, ours.width), theirs.width == ours.width
        theirs, ours = theirs.merged(width), ours.merged(width)
        full = min(len(theirs), len(ours))
        if found is not None:
            # The last is filled only in part, and what begins after the difference does not come before it.
            full = max(min(full - 1, (found.step - theirs.start - 1) // width + 1), 0)
        places = {}
        for key in ("mean", "low", "high"):
            a, b = getattr(theirs, key)[:full], getattr(ours, key)[:full]
            same = _equal(a, b) if exact or key != "mean" else np.isclose(a, b, rtol=_SAME_SUM, atol=0.0)
            if not same.all():
                places[key] = int(np.argmin(same))
        if not places:
            return found
        key = min(places, key=places.__getitem__)
        return self._in_losses(theirs, ours, places[key], key)

    def _in_losses(self, theirs: LossBand, ours: LossBand, at: int, key: str) -> Difference:
        pair = float(getattr(theirs, key)[at]), float(getattr(ours, key)[at])
        step = int(theirs.steps[at])
        last = min(step + theirs.width - 1, self._steps)
        what = {"mean": "mean loss", "low": "lowest loss", "high": "highest loss"}[key]
        words = "loss of the batch" if last == step else f"{what} of the batches up to step {last:,}"
        return Difference(step, words, *pair, step - 1)

    def _differs_at_the_end(self) -> Difference | None:
        """What decides how the run goes on, of which nothing shows in the history yet."""
        theirs, ours = self._point.state, self._trainer.state()
        for name, words in _ARRAYS.items():
            a, b = theirs[name], ours[name]
            if not _same(a, b):
                return self._in_array(name, words, a, b)
        for name in _DECIDES:
            where = next(_unequal(name, theirs[name], ours[name]), None)
            if where is not None:
                return Difference(self._steps, *where, until=self._steps)
        diverged = (asdict(each) if each else {} for each in (self._point.diverged, self._trainer.diverged))
        if next(_unequal("diverged", *diverged), None) is not None:
            return Difference(self._steps + 1, "where and how it diverged", np.nan, np.nan, self._steps)
        return None

    def _in_array(self, name: str, words: str, a: NDArray[Any], b: NDArray[Any]) -> Difference:
        if a.shape != b.shape:
            return Difference(self._steps, f"how many {words} there are", float(a.size), float(b.size))
        unequal = ~_equal(a, b)
        place = int(np.argmax(np.where(unequal, np.abs(a.astype(float) - b), -1.0)))
        what = parameter_name(self._trainer.network.plan, place) if name == "parameters" else f"one of the {words}"
        more = f"{int(unequal.sum()):,} of {a.size:,} {words} differ, this one most."
        return Difference(self._steps, what, float(a.flat[place]), float(b.flat[place]), self._steps, more)


def _with_tables_of(experiment: Experiment, now: Experiment) -> Experiment:
    """The experiment with its tables where they are now: while a run goes on they never become other ones."""
    table, place = experiment.data.table, now.data.table
    if table is None or place is None:
        return experiment
    moved = table.edited(path=place.path, test_path=place.test_path, edition=place.edition)
    data = experiment.data
    return experiment.edited(data=data.edited(table=moved, features=data.features, derived=data.derived))


def _unequal(name: str, a: Any, b: Any) -> Iterator[tuple[str, float, float]]:
    """Where two values of a state differ, and the numbers where there are some; the time spent is left out."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            if (name, key) != ("watch", "seconds"):
                yield from _unequal(f"{name}, {key}" if name != "watch" else key, a.get(key), b.get(key))
    elif isinstance(a, np.ndarray | list | tuple) and isinstance(b, np.ndarray | list | tuple):
        if len(a) != len(b):
            yield name, float(len(a)), float(len(b))
        elif isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
            if not _same(a, b):
                yield name, *_farthest(a, b)
        else:
            for pair in zip(a, b, strict=True):
                yield from _unequal(name, *pair)
    elif a != b and not all(isinstance(value, float) and isnan(value) for value in (a, b)):
        ours, theirs = (
            float(v) if isinstance(v, float) or (isinstance(v, int) and v < 1e300) else np.nan for v in (a, b)
        )
        yield name, ours, theirs


def _equal(a: Any, b: Any) -> Any:
    """Where two numbers are the same; NaN is the same as NaN."""
    return (np.asarray(a) == b) | (np.isnan(a) & np.isnan(b))


def _same(a: NDArray[Any], b: NDArray[Any]) -> bool:
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


def _farthest(a: NDArray[Any], b: NDArray[Any]) -> tuple[float, float]:
    """The two numbers that are farthest apart, or how many there are."""
    if a.shape != b.shape:
        return float(a.size), float(b.size)
    place = int(np.argmax(np.abs(a.astype(float) - b.astype(float))))
    return float(a.flat[place]), float(b.flat[place])


def _step_before(series: Series, at: int) -> int | None:
    return int(series["step"][at - 1]) if at else None


def in_words(column: str) -> str:
    """A column of the history for people: "test accuracy" for "test.accuracy", "mean |w| of hidden 1"."""
    if column in _NAMED:
        return _NAMED[column]
    whole, _, key = column.rpartition(".")
    if whole in _PARTS:
        label = METRICS[key].label if key != "loss" else key
        return f"{_PARTS[whole]} {label.lower() if label[1:].islower() else label}"
    return _KINDS[key].format(whole) if key in _KINDS else column


def parameter_name(planned: Plan, place: int) -> str:
    """What stands at a place of the flat vector: "weight 2 → 5 of hidden 1", counted from 1."""
    for layer in planned.layers:
        if layer.start <= place < layer.stop:
            unit, source = divmod(place - layer.start, layer.inputs + layer.bias)
            if source == layer.inputs:
                return f"the bias of unit {unit + 1} of {layer.name}"
            return f"the weight from {source + 1} to unit {unit + 1} of {layer.name}"
        for part in layer.stages:
            if part.start <= place < part.stop:
                row, unit = divmod(place - part.start, part.units)
                return f"{tuple(part.stage.rows)[row]} of unit {unit + 1} before {layer.name}"
    raise IndexError(f"there is no parameter {place}")


def _number(value: float) -> str:
    return "nothing" if isnan(value) else f"{value:.9g}"
