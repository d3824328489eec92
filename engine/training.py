"""Training: one step, one epoch, a run; what it does when the numbers run away. Deterministic, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite, nan
from time import perf_counter
from typing import Self

import numpy as np
from numpy.typing import DTypeLike

from engine.activations import Array
from engine.batches import Batches
from engine.data.dataset import Dataset
from engine.experiment import Experiment
from engine.history import BatchLosses, History
from engine.lineage import Lineage
from engine.model import Model
from engine.network import LayerWork, Network, Work
from engine.plan import Plan, plan, refuse_too_large
from engine.recording import Record
from engine.stopping import Divergence, Watch
from engine.update import Figures, Update, decays, penalty

# A loss this many times the first one will not come back.
_EXPLODED = 100.0
# Weights whose squares add up to this are on their way to infinity.
_BOUNDLESS = 1e30
_NOTHING = "There is nothing to learn from yet: there are no training rows."
# A generator for each purpose, so that one never disturbs the other; the data have 0 and 1.
_WEIGHTS, _BATCHES, _NOISE = 2, 3, 4


def checked_plan(experiment: Experiment, data: Dataset, dtype: DTypeLike) -> Plan:
    """The plan of an experiment; raises ``DataError`` or ``TooLargeError`` when it cannot be trained."""
    planned = plan(experiment, data)
    training = experiment.training
    batch = len(data.x_train) if training.optimizer.full_batch else min(training.batch_size, len(data.x_train))
    refuse_too_large(planned, len(training.optimizer.rows), batch, dtype)
    return planned


def fresh_network(planned: Plan, seed: int, dtype: DTypeLike, *salt: int) -> Network:
    """A network with the weights that a seed gives it; ``salt`` makes them others, for what is added to a run."""
    weights, noise = (np.random.default_rng([seed, purpose, *salt]) for purpose in (_WEIGHTS, _NOISE))
    return Network(planned, weights, dtype, noise)


class Training(Model):
    """A model that learns: the loop of steps, and what watches and records it."""

    def __init__(self, experiment: Experiment, data: Dataset, dtype: DTypeLike) -> None:
        self._begin(experiment, data, dtype)

    def _begin(self, experiment: Experiment, data: Dataset, dtype: DTypeLike) -> None:
        """Everything from the start: weights from the seed, step 0, an empty history."""
        planned = checked_plan(experiment, data, dtype)  # raises before anything has changed
        seed = experiment.training.seed
        super().__init__(experiment, data, fresh_network(planned, seed, dtype))
        self.batches = Batches(self.rows["train"], np.random.default_rng([seed, _BATCHES]))
        self.update = Update(self.network, experiment.training.optimizer)
        self._decays = decays(experiment.training)
        self.watch = Watch()
        self.diverged: Divergence | None = None
        self._edited_by_hand = False
        # How the run came to be what it is, so that it can be repeated.
        self.lineage = Lineage.begun(experiment)
        self.batch_losses = BatchLosses()
        self.record = Record(planned, data.task)
        self._take_point()
        self._first_loss = self.last_evaluation.train["loss"]

    # -- training --------------------------------------------------------------------------------

    @property
    def batch_size(self) -> int:
        """Rows in one step: all of them for an optimizer that takes the full batch."""
        training = self.experiment.training
        return max(self.batches.rows, 1) if training.optimizer.full_batch else training.batch_size

    @property
    def steps_per_epoch(self) -> int:
        """How many batches one pass over the training rows takes; 0 without training rows."""
        return -(-self.batches.rows // self.batch_size)

    @property
    def epochs_done(self) -> int:
        """Whole passes over the training rows so far."""
        return self.batches.epochs_done

    @property
    def finished(self) -> bool:
        """Whether all epochs asked for are done, or the run has been stopped (see ``stopped``)."""
        return self.epochs_done >= self.experiment.training.epochs or bool(self.stopped)

    @property
    def stopped(self) -> str:
        """Why the run ended before its epochs were done, for people; "" when it did not."""
        return self.watch.stopped if self.batches.rows else _NOTHING

    def step(self) -> float:
        """One mini-batch: forward, loss, backward, update. Returns the batch's loss before the update.

        When the loss or the gradient is no longer finite, or the loss explodes, nothing is updated: the
        last finite weights stay, and ``diverged`` says what happened. Without training rows the loss is NaN.
        """
        if not self.batches.rows:
            return nan
        with np.errstate(all="ignore"):
            return self._step()

    def _step(self) -> float:
        x, y, weights = self.batches.current(self.batch_size)
        network, work = self.network, self.network.work(x.shape[1])
        remembered = network.statistics.copy() if network.statistics.size else None
        output = network.forward(x, work)
        loss = network.loss(output, y, weights)
        network.backward(y, work, weights)
        if self._runs_away(loss):
            self.diverged = Divergence(self.steps_done + 1, _first_bad_layer(work), loss)
            self.lineage = self.lineage.diverged(self.steps_done)
            self.update.refuse()
            if remembered is not None:
                network.statistics[:] = remembered
            return loss
        figures = self.update.apply(
            self.experiment.training,
            self.learning_rate,
            lambda: network.loss(_again(network, x, work), y, weights),
            measured=self.steps_done + 1 >= self.record.next_point,
        )
        self.batch_losses.append(loss)
        self.steps_done += 1
        if self.batches.advance(x.shape[1]):
            self._end_epoch()
        if self.steps_done >= self.record.next_point:
            self._take_point(figures)
        return loss

    @property
    def learning_rate(self) -> float:
        """The rate of the next step: that of the optimizer times the factor of the schedule."""
        training = self.experiment.training
        factor = training.schedule.factor(self.batches.position, training.epochs, self.watch.plateau)
        return training.optimizer.learning_rate * factor

    def _runs_away(self, loss: float) -> bool:
        gradient = self.network.gradient
        # g . g is finite exactly when every entry is (short of an overflow, which is divergence too)
        if not (isfinite(loss) and isfinite(float(gradient.dot(gradient)))):
            return True
        if self._decays and not float(self.network.parameters.dot(self.network.parameters)) < _BOUNDLESS:
            return True
        limit = _EXPLODED * max(self._first_loss, 1.0)
        # One batch may be far worse than the rest; only all rows together tell.
        return loss > limit and not self._evaluate("train")[0]["loss"] <= limit

    def _end_epoch(self) -> None:
        """What watches the run looks at it; at its end the best weights come back, if that is asked for."""
        self.watch.after_epoch(self.experiment, self.network, self.epochs_done, self.evaluation)
        if self.stopped or self.epochs_done == self.experiment.training.epochs:
            self._stop(self.stopped)

    def end(self, reason: str) -> None:
        """Ends the run for a reason that does not follow from its numbers; the best weights come back if asked for."""
        self._stop(reason)
        self.lineage = self.lineage.ended(self.steps_done, reason)

    def _stop(self, reason: str) -> None:
        self.watch.stopped = reason
        if self.watch.restore_best(self.network):
            self._evaluation = None
            self._take_point()

    def train(self, seconds: float | None = None, steps: int | None = None, until_epoch: int | None = None) -> float:
        """Steps until a limit is reached (None: no such limit), and returns the mean loss of the batches.

        Without ``until_epoch`` the experiment's epochs are the limit. A run that was stopped or has diverged
        does no step, and the loss of no step is NaN.
        """
        begun, before, first = perf_counter(), self.watch.seconds, self.steps_done
        limit = self.experiment.training.max_seconds
        pause = begun + min(inf if seconds is None else seconds, limit - before if limit else inf)
        last_step = inf if steps is None else first + steps
        goal = self.experiment.training.epochs if until_epoch is None else until_epoch
        batches, watch, total = self.batches, self.watch, 0.0
        with np.errstate(all="ignore"):
            while batches.epochs_done < goal and self.steps_done < last_step and not (self.diverged or self.stopped):
                loss = self._step()
                total += 0.0 if self.diverged else loss
                if perf_counter() >= pause:
                    break
        watch.seconds = before + perf_counter() - begun
        if limit and self.watch.seconds >= limit and not self.stopped:
            allowed = f"{limit:g} {'second' if limit == 1 else 'seconds'}"
            self.end(f"The time limit of {allowed} is reached.")
        done = self.steps_done - first
        return total / done if done else float("nan")

    def epoch(self) -> float:
        """Steps to the end of the current epoch; returns the mean loss of its batches (0 steps: NaN)."""
        return self.train(until_epoch=self.epochs_done + 1)

    def run(self, epochs: int | None = None, on_epoch: Callable[[Self], None] | None = None) -> None:
        """Trains for so many epochs, or until the experiment's are done, or until it stops or diverges."""
        goal = self.experiment.training.epochs if epochs is None else self.epochs_done + epochs
        while self.epochs_done < goal and not (self.diverged or self.stopped):
            self.epoch()
            if on_epoch is not None:
                on_epoch(self)

    @property
    def history(self) -> History:
        """Points of the run so far."""
        return self.record.history

    def _take_point(self, figures: Figures | None = None) -> None:
        """Records this instant; ``figures`` are those of the step that has just led to it, None where none has."""
        # A row sent forward costs a third of one that is trained on.
        rows = sum(len(part) for part in self.rows.values())
        cost = rows / (3.0 * max(min(self.batch_size, self.batches.rows), 1))
        with np.errstate(all="ignore"):
            added = penalty(self.network, self.experiment.training)
            self.record.take(self.evaluation(), self.batches.position, self.network, cost, added, figures)


def _first_bad_layer(work: Work) -> str:
    for at in work.layers:
        if not np.isfinite(at.a).all():
            return at.plan.name
    return work.layers[-1].plan.name


def _again(network: Network, x: Array, work: Work) -> LayerWork:
    """The batch once more at other weights, with the noise it had."""
    work.repeat(True)
    output = network.forward(x, work)
    work.repeat(False)
    return output
