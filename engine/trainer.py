"""The Trainer: one step, one epoch, divergence, live changes; deterministic and resumable bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from math import inf, isfinite
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from engine.activations import Array
from engine.adoption import carry_over
from engine.batches import Batches
from engine.checkpoint import Checkpoint
from engine.data.dataset import Dataset
from engine.data.loading import load_data
from engine.experiment import Experiment
from engine.history import BatchLosses, History
from engine.model import Evaluation, Model
from engine.network import LayerWork, Network, Work
from engine.plan import Plan, plan, refuse_too_large
from engine.recording import Record
from engine.stopping import Divergence, Watch
from engine.update import Update, decays

# A loss this many times the first one will not come back.
_EXPLODED = 100.0
# Weights whose squares add up to this are on their way to infinity.
_BOUNDLESS = 1e30
# A generator for each purpose, so that one never disturbs the other; the data have 0 and 1.
_WEIGHTS, _BATCHES, _NOISE = 2, 3, 4


def checked_plan(experiment: Experiment, data: Dataset, dtype: DTypeLike) -> Plan:
    """The plan of an experiment; raises ``DataError`` or ``TooLargeError`` when it cannot be trained."""
    planned = plan(experiment, data)
    training = experiment.training
    batch = len(data.x_train) if training.optimizer.full_batch else min(training.batch_size, len(data.x_train))
    refuse_too_large(planned, len(training.optimizer.rows), batch, dtype)
    return planned


def fresh_network(planned: Plan, seed: int, dtype: DTypeLike) -> Network:
    """A network with the weights that a seed gives it."""
    weights, noise = (np.random.default_rng([seed, purpose]) for purpose in (_WEIGHTS, _NOISE))
    return Network(planned, weights, dtype, noise)


class Trainer(Model):
    """Trains the network of an experiment on a data set.

    The same experiment and data give the same run, bit for bit. ``data`` is loaded when it is not given.
    ``dtype`` is float32 for training; float64 serves proofs. Raises ``DataError`` when loss and data do
    not fit and ``TooLargeError`` when the network would not fit the memory.
    """

    def __init__(self, experiment: Experiment, data: Dataset | None = None, dtype: DTypeLike = np.float32) -> None:
        self._begin(experiment, load_data(experiment.data) if data is None else data, dtype)

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
        self.batch_losses = BatchLosses()
        self.record = Record(planned, data.task)
        self._take_point()
        self._first_loss = self.last_evaluation.train["loss"]

    # -- training --------------------------------------------------------------------------------

    @property
    def batch_size(self) -> int:
        """Rows in one step: all of them for an optimizer that takes the full batch."""
        training = self.experiment.training
        return self.batches.rows if training.optimizer.full_batch else training.batch_size

    @property
    def steps_per_epoch(self) -> int:
        """How many batches one pass over the training rows takes."""
        return -(-self.batches.rows // self.batch_size)

    @property
    def epochs_done(self) -> int:
        """Whole passes over the training rows so far."""
        return self.batches.epochs_done

    @property
    def finished(self) -> bool:
        """Whether all epochs asked for are done, or the run has been stopped (see ``stopped``)."""
        return self.epochs_done >= self.experiment.training.epochs or bool(self.watch.stopped)

    @property
    def stopped(self) -> str:
        """Why the run ended before its epochs were done, for people; "" when it did not."""
        return self.watch.stopped

    def step(self) -> float:
        """One mini-batch: forward, loss, backward, update. Returns the batch's loss before the update.

        When the loss or the gradient is no longer finite, or the loss explodes, nothing is updated: the
        last finite weights stay, and ``diverged`` says what happened.
        """
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
            if remembered is not None:
                network.statistics[:] = remembered
            return loss
        self.update.apply(
            self.experiment.training, self.learning_rate, lambda: network.loss(_again(network, x, work), y, weights)
        )
        self.batch_losses.append(loss)
        self.steps_done += 1
        if self.batches.advance(x.shape[1]):
            self._end_epoch()
        if self.steps_done >= self.record.next_point:
            self._take_point()
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
            while batches.epochs_done < goal and self.steps_done < last_step and not (self.diverged or watch.stopped):
                loss = self._step()
                total += 0.0 if self.diverged else loss
                if perf_counter() >= pause:
                    break
        watch.seconds = before + perf_counter() - begun
        if limit and self.watch.seconds >= limit and not self.stopped:
            self._stop(f"The time limit of {limit:g} seconds is reached.")
        done = self.steps_done - first
        return total / done if done else float("nan")

    def epoch(self) -> float:
        """Steps to the end of the current epoch; returns the mean loss of its batches (0 steps: NaN)."""
        return self.train(until_epoch=self.epochs_done + 1)

    def run(self, epochs: int | None = None, on_epoch: Callable[[Trainer], None] | None = None) -> None:
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

    def _take_point(self) -> None:
        # A row sent forward costs a third of one that is trained on.
        rows = sum(len(part) for part in self.rows.values())
        cost = rows / (3.0 * min(self.batch_size, self.batches.rows))
        self.record.take(self.evaluation(), self.batches.position, self.network, cost)

    # -- state and live changes ------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything that decides how the run goes on, as copies: arrays, numbers and generator states."""
        return {
            "parameters": self.network.parameters.copy(),
            "statistics": self.network.statistics.copy(),
            "noise": self.network.noise.bit_generator.state,
            "kind": self.experiment.training.optimizer.kind,
            "optimizer": self.update.memory.copy(),
            "updates": self.update.count,
            "step": self.steps_done,
            "first_loss": self._first_loss,
            "next_point": self.record.next_point,
            "batches": self.batches.state(),
            "watch": asdict(self.watch),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on, bit for bit, from where ``state`` was taken in a trainer of the same experiment.

        Raises ValueError, before anything is changed, when the state belongs to another network.
        """
        network, update = self.network, self.update
        arrays = (network.parameters, network.statistics, update.memory)
        saved = (state["parameters"], state["statistics"], state["optimizer"])
        kind = self.experiment.training.optimizer.kind
        if state["kind"] != kind:
            raise ValueError(
                f"the state is one of the optimizer {state['kind']}, this trainer has {kind}; "
                "restore it into a trainer of the same experiment and data"
            )
        fits = all(ours.shape == theirs.shape for ours, theirs in zip(arrays, saved, strict=True))
        if not fits or len(state["batches"]["order"]) != self.batches.rows:
            raise ValueError(
                f"the state has {state['parameters'].size:,} parameters and {len(state['batches']['order']):,} rows, "
                f"this trainer {network.parameters.size:,} and {self.batches.rows:,}; "
                "restore it into a trainer of the same experiment and data"
            )
        for ours, theirs in zip(arrays, saved, strict=True):
            ours[...] = theirs
        network.noise.bit_generator.state = state["noise"]
        update.count, self.steps_done = state["updates"], state["step"]
        self.watch = Watch.of(state["watch"])
        self._first_loss, self.diverged, self._evaluation = state["first_loss"], None, None
        self.batches.restore(state["batches"])
        self.record.rewind(self.steps_done, state["next_point"])
        self.batch_losses = BatchLosses(start=self.steps_done)

    def checkpoint(self) -> Checkpoint:
        """This instant, to come back to with ``go_to``."""
        history, losses = self.history.view(), self.batch_losses.copy()
        return Checkpoint(self.experiment, self.data, self.state(), history, losses, self.diverged)

    def go_to(self, point: Checkpoint) -> None:
        """Back to an instant of this run, whatever has changed since: experiment, data, weights, everything recorded.

        Goes on from there bit for bit. Raises ``TooLargeError``, before anything is changed, when it does not fit
        the memory any more.
        """
        planned = checked_plan(point.experiment, point.data, self.dtype)
        if planned != self.network.plan or point.data is not self.data:
            super().__init__(point.experiment, point.data, Network(planned, None, self.dtype))
            self.batches = Batches(self.rows["train"], np.random.default_rng())
        self.experiment = point.experiment
        self._decays = decays(point.experiment.training)
        self.update = Update(self.network, point.experiment.training.optimizer)
        self.restore(point.state)
        self.record = Record(planned, self.data.task)
        self.record.history, self.record.next_point = History.of(point.history), point.state["next_point"]
        self.batch_losses, self.diverged = point.losses.copy(), point.diverged

    def reset(self) -> None:
        """Back to the start: the same seed gives the same weights and the same order, bit for bit."""
        self._begin(self.experiment, self.data, self.dtype)

    def reconfigure(self, experiment: Experiment) -> None:
        """Takes over a changed experiment with the least loss of what was learned.

        Other data or another seed begin anew. A changed network is adopted. Everything else changes live,
        and the optimizer keeps its memory unless it is another optimizer. Raises like the constructor, and
        then nothing has changed.
        """
        old = self.experiment
        if experiment.data != old.data:
            self._begin(experiment, load_data(experiment.data), self.dtype)
            return
        planned = checked_plan(experiment, self.data, self.dtype)
        replanned = planned != self.network.plan
        if experiment.training.seed != old.training.seed or (replanned and self.steps_done == 0):
            self._begin(experiment, self.data, self.dtype)
            return
        if replanned:
            self.adopt(experiment)
            return
        self._take_over(experiment)

    def adopt(self, experiment: Experiment) -> None:
        """Takes over an experiment with another network and keeps what fits of the one there is.

        Layers that are still there keep the weights of units and inputs that are still there, with the
        optimizer's memory of them; what is new starts as its initializer says. Raises like the constructor,
        and then nothing has changed.
        """
        if experiment.data != self.experiment.data:
            raise ValueError("a network is adopted on the same data; other data are taken over by reconfigure")
        planned = checked_plan(experiment, self.data, self.dtype)
        old, old_update = self.network, self.update
        self._wear(fresh_network(planned, experiment.training.seed, self.dtype))
        self.network.noise.bit_generator.state = old.noise.bit_generator.state
        self.update = Update(self.network, self.experiment.training.optimizer)
        # What a full-batch optimizer remembers belongs to the vector as a whole.
        by_parameter = not self.experiment.training.optimizer.full_batch
        self.update.count = old_update.count if by_parameter else 0
        rows = len(old_update.memory) if by_parameter else 0
        carry_over(old, self.network, old_update.memory[:rows], self.update.memory[:rows])
        self.batches.retarget(self.rows["train"])
        self.watch.begin_anew()
        self.record.rename(old.plan, planned, self.data.task)
        self._take_over(experiment)
        self._first_loss = self.evaluation().train["loss"]

    def _take_over(self, experiment: Experiment) -> None:
        """The experiment, for a network that already fits it."""
        before, after = self.experiment.training, experiment.training
        self.experiment, self.diverged, self._evaluation = experiment, None, None
        self._decays = decays(after)
        if after.optimizer.rows != before.optimizer.rows or after.optimizer.kind != before.optimizer.kind:
            self.update = Update(self.network, after.optimizer)
            if after.optimizer.full_batch:
                self.batches.rewind()
        self.watch.judge_anew(before, after)


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


__all__ = ["Divergence", "Evaluation", "Trainer"]
