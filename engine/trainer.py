"""The Trainer: one step, one epoch, evaluation and divergence; deterministic and resumable bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.activations import Array
from engine.adoption import carry_over, kept_layers
from engine.batches import Batches, Rows
from engine.data.dataset import Dataset
from engine.data.loading import load_data
from engine.data.table import DataError
from engine.experiment import Experiment
from engine.gradient_check import GradientCheck, check_gradient
from engine.history import BatchLosses, History
from engine.metrics import Answers, confusion, f1_by_class, metrics_for, precision_by_class, recall_by_class, report
from engine.network import LayerWork, Network, Work, extended
from engine.plan import Plan, plan, refuse_too_large
from engine.stopping import Watch
from engine.update import Update, penalty

# A loss this many times the first one will not come back.
_EXPLODED = 100.0
# The share of the time that points of the history may take.
_EVALUATION_SHARE = 0.1
# A generator for each purpose, so that one never disturbs the other; the data have 0 and 1.
_WEIGHTS, _BATCHES, _NOISE = 2, 3, 4


@dataclass(frozen=True)
class Divergence:
    """Training that ran away: at which step (counted from 1), in which layer, and how far."""

    step: int
    layer: str
    loss: float

    @property
    def message(self) -> str:
        """What happened and what to try, for people."""
        what = f"the loss grew to {self.loss:.3g}" if isfinite(self.loss) else "a number became infinite or NaN"
        return (
            f"Training diverged at step {self.step:,}: {what} ({self.layer}). "
            "Try a learning rate ten times smaller, then reset."
        )


@dataclass(frozen=True)
class Evaluation:
    """Losses and metrics of both parts at one step, with the outputs they were computed from.

    ``train`` and ``test``: {"loss": …, "accuracy": …} or r2, mae; empty for a part without rows.
    ``outputs_train``, ``outputs_test``: (rows, outputs).
    """

    step: int
    train: dict[str, float]
    test: dict[str, float]
    outputs_train: Array
    outputs_test: Array


class Trainer:
    """Trains the network of an experiment on a data set.

    The same experiment and data give the same run, bit for bit. ``data`` is loaded when it is not given.
    ``dtype`` is float32 for training; float64 serves proofs. Raises ``DataError`` when loss and data do
    not fit and ``TooLargeError`` when the network would not fit the memory.
    """

    def __init__(self, experiment: Experiment, data: Dataset | None = None, dtype: DTypeLike = np.float32) -> None:
        self.dtype = np.dtype(dtype)
        self._begin(experiment, load_data(experiment.data) if data is None else data)

    def _begin(self, experiment: Experiment, data: Dataset) -> None:
        """Everything from the start: weights from the seed, step 0, an empty history."""
        planned = self._checked_plan(experiment, data)  # raises before anything has changed
        self.experiment, self.data = experiment, data
        seed = experiment.training.seed
        self.network = self._fresh_network(planned, seed)
        self._read_rows(planned)
        self.batches = Batches(self._rows["train"], np.random.default_rng([seed, _BATCHES]))
        self.update = Update(self.network, experiment.training.optimizer)
        self.watch = Watch()
        self.steps_done = 0
        self.diverged: Divergence | None = None
        self.batch_losses = BatchLosses()
        self.history = History(self._columns())
        self._evaluation: Evaluation | None = None
        self._record()
        self._first_loss = self.last_evaluation.train["loss"]

    def _checked_plan(self, experiment: Experiment, data: Dataset) -> Plan:
        planned = plan(experiment, data)
        batch = min(experiment.training.batch_size, len(data.x_train))
        refuse_too_large(planned, len(experiment.training.optimizer.rows), batch, self.dtype)
        return planned

    def _fresh_network(self, planned: Plan, seed: int) -> Network:
        weights, noise = (np.random.default_rng([seed, purpose]) for purpose in (_WEIGHTS, _NOISE))
        return Network(planned, weights, self.dtype, noise)

    def _read_rows(self, planned: Plan) -> None:
        self._rows = {part: Rows.of(self.data, part, planned, self.dtype) for part in ("train", "test")}

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
        output = network.forward(x, work)
        loss = network.loss(output, y, weights)
        network.backward(y, work, weights)
        if self._runs_away(loss):
            self.diverged = Divergence(self.steps_done + 1, self._first_bad_layer(work), loss)
            return loss
        self.update.apply(
            self.experiment.training, self.learning_rate, lambda: network.loss(_again(network, x, work), y, weights)
        )
        self.batch_losses.append(loss)
        self.steps_done += 1
        if self.batches.advance(x.shape[1]):
            self._end_epoch()
        if self.steps_done >= self._next_point:
            self._record()
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
        limit = _EXPLODED * max(self._first_loss, 1.0)
        # One batch may be far worse than the rest; only all rows together tell.
        return loss > limit and not self._evaluate("train")[0]["loss"] <= limit

    def _first_bad_layer(self, work: Work) -> str:
        for at in work.layers:
            if not np.isfinite(at.a).all():
                return at.plan.name
        return work.layers[-1].plan.name

    def _end_epoch(self) -> None:
        """What watches the run looks at it; at its end the best weights come back, if that is asked for."""
        self.watch.after_epoch(self.experiment, self.network, self.epochs_done, self._measured)
        if self.finished:
            self._stop(self.stopped)

    def _stop(self, reason: str) -> None:
        self.watch.stopped = reason
        if self.watch.restore_best(self.network):
            self._evaluation = None
            self._record()

    def _measured(self, part: str) -> dict[str, float]:
        evaluation = self.evaluation()
        return evaluation.train if part == "train" else evaluation.test

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
                total += self._step()
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

    # -- looking ---------------------------------------------------------------------------------

    def predict(self, x: Any) -> NDArray[Any]:
        """The network's outputs (rows, outputs) for x (rows, inputs), in the units of ``data.x_train``."""
        rows, inputs = np.asarray(x, self.dtype), self.network.plan.widths[0]
        if rows.ndim != 2 or rows.shape[1] != inputs:
            raise DataError(f"x must have the shape (rows, {inputs}), not {rows.shape}")
        with np.errstate(all="ignore"):
            _, a = self.network.outputs(extended(rows, self.dtype))
        return a.T

    def evaluate(self, part: str) -> dict[str, float]:
        """Loss and metrics on the "train" or "test" part; empty for a part without rows.

        The loss is what training makes small, without the penalties of L1 and L2 (see ``penalty``).
        """
        with np.errstate(all="ignore"):
            return self._evaluate(part)[0]

    def report(self, part: str) -> dict[str, Any]:
        """Every metric on a part, by key; for classes also by class, as arrays, and the confusion matrix.

        "precision_by_class", "recall_by_class", "f1_by_class" (classes,), "confusion_matrix" (true, predicted).
        """
        answers = self._answers(part, self._evaluate(part)[1])
        if not len(answers.y):
            return {}
        found: dict[str, Any] = {**self.evaluate(part), **report(answers, self.data.task)}
        if self.data.classes:
            by_class = (precision_by_class, recall_by_class, f1_by_class)
            found.update({measure.__name__: measure(answers) for measure in by_class})
            found["confusion_matrix"] = confusion(answers)
        return found

    def check_gradient(self, rows: int = 32, sample: int = 1000, seed: int = 0) -> GradientCheck:
        """Backpropagation against central differences on the first ``rows`` training rows, in float64.

        Checks all parameters, or a random ``sample`` of them where there are more. Changes nothing of the run.
        """
        part = self._rows["train"].first(rows)
        return check_gradient(self.network, part, self.data.names, sample, seed)

    @property
    def penalty(self) -> float:
        """What L1 and L2 add to the loss at the present weights."""
        return penalty(self.network, self.experiment.training)

    def evaluation(self) -> Evaluation:
        """Both parts at the current step; computed once for a step."""
        if self._evaluation is None or self._evaluation.step != self.steps_done:
            train, outputs_train = self._evaluate("train")
            test, outputs_test = self._evaluate("test")
            self._evaluation = Evaluation(self.steps_done, train, test, outputs_train, outputs_test)
        return self._evaluation

    @property
    def last_evaluation(self) -> Evaluation:
        """The newest evaluation there is, which may be some steps old; costs nothing."""
        return self.evaluation() if self._evaluation is None else self._evaluation

    def _evaluate(self, part: str) -> tuple[dict[str, float], Array]:
        """Loss and metrics of a part, and the outputs (rows, outputs)."""
        if part not in self._rows:
            raise KeyError(f"there is no part '{part}' of the data; there are train and test")
        rows = self._rows[part]
        if not len(rows):
            return {}, np.empty((0, self.network.plan.widths[-1]), self.dtype)
        z, a = self.network.outputs(rows.x.T)
        found = {"loss": self.network.loss_of(z, a, rows.y.T, rows.weights)}
        answers = self._answers(part, a.T)
        found.update({metric.key: metric.value(answers) for metric in metrics_for(self.data.task)})
        return found, a.T

    def _answers(self, part: str, outputs: Array) -> Answers:
        """What the outputs (rows, outputs) on a part say, in the user's units."""
        data, y = self.data, self.data.part(part)[1]
        if data.task == "regression":
            return Answers(data.y_scaling.undo(y), data.y_scaling.undo(outputs))
        planned = self.network.plan
        scores = np.concatenate([1.0 - outputs, outputs], axis=1) if outputs.shape[1] == 1 else outputs
        certain = planned.layers[-1].activation.key in ("softmax", "sigmoid") and (
            outputs.shape[1] == 1 or planned.layers[-1].activation.key == "softmax"
        )
        return Answers(y, data.labels(outputs, planned.loss.threshold), scores, certain)

    def _columns(self) -> tuple[str, ...]:
        keys = ("loss", *(metric.key for metric in metrics_for(self.data.task)))
        parts = [f"{part}.{key}" for part in ("train", "test") for key in keys]
        layers = [f"{layer.name}.{kind}" for layer in self.network.plan.layers for kind in ("mean", "norm")]
        return ("step", "epoch", *parts, *layers)

    def _record(self) -> None:
        """Takes a point of the history and says when the next is due.

        The gaps grow with the step, to about one per cent of it.

        In the long run evaluation costs at most a tenth of training: a row sent forward costs a third of one
        that is trained on.
        """
        evaluation = self.evaluation()
        row = {"step": float(self.steps_done), "epoch": self.batches.position}
        for part, found in (("train", evaluation.train), ("test", evaluation.test)):
            row.update({f"{part}.{key}": value for key, value in found.items()})
        for layer, w in zip(self.network.plan.layers, self.network.weights, strict=True):
            row[f"{layer.name}.mean"] = float(np.abs(w).mean())
            row[f"{layer.name}.norm"] = float(np.sqrt(np.vdot(w, w)))
        self.history.append(row)
        # What an evaluation costs, in steps. The steep beginning is drawn with more points.
        cost = sum(len(rows) for rows in self._rows.values()) / (3 * min(self.batch_size, self.batches.rows))
        gap = min(max(1 + self.steps_done // 4, int(2 * cost)), int(cost / _EVALUATION_SHARE))
        self._next_point = self.steps_done + max(gap, self.steps_done // 100, 1)

    # -- state and live changes ------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything that decides how the run goes on, as copies: arrays, numbers and generator states."""
        return {
            "parameters": self.network.parameters.copy(),
            "statistics": self.network.statistics.copy(),
            "noise": self.network.noise.bit_generator.state,
            "optimizer": self.update.memory.copy(),
            "updates": self.update.count,
            "step": self.steps_done,
            "first_loss": self._first_loss,
            "next_point": self._next_point,
            "batches": self.batches.state(),
            "watch": self.watch.copy(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on, bit for bit, from where ``state`` was taken in a trainer of the same experiment.

        Raises ValueError, before anything is changed, when the state belongs to another network.
        """
        network, update = self.network, self.update
        arrays = (network.parameters, network.statistics, update.memory)
        saved = (state["parameters"], state["statistics"], state["optimizer"])
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
        self.watch = state["watch"].copy()
        self._first_loss, self.diverged, self._evaluation = state["first_loss"], None, None
        self.batches.restore(state["batches"])
        self.history = self.history.until(self.steps_done)
        self.batch_losses = BatchLosses(start=self.steps_done)
        self._next_point = state["next_point"]

    def reset(self) -> None:
        """Back to the start: the same seed gives the same weights and the same order, bit for bit."""
        self._begin(self.experiment, self.data)

    def reconfigure(self, experiment: Experiment) -> None:
        """Takes over a changed experiment with the least loss of what was learned.

        Other data or another seed begin anew. A changed network is adopted. Everything else changes live,
        and the optimizer keeps its memory unless it is another optimizer. Raises like the constructor, and
        then nothing has changed.
        """
        old = self.experiment
        if experiment.data != old.data:
            self._begin(experiment, load_data(experiment.data))
            return
        planned = self._checked_plan(experiment, self.data)
        replanned = planned != self.network.plan
        if experiment.training.seed != old.training.seed or (replanned and self.steps_done == 0):
            self._begin(experiment, self.data)
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
        planned = self._checked_plan(experiment, self.data)
        old, old_update = self.network, self.update
        self.network = self._fresh_network(planned, experiment.training.seed)
        self.network.noise.bit_generator.state = old.noise.bit_generator.state
        self.update = Update(self.network, self.experiment.training.optimizer)
        self.update.count = old_update.count
        carry_over(old, self.network, old_update.memory, self.update.memory)
        self._read_rows(planned)
        self.batches.retarget(self._rows["train"])
        self.watch.kept = None
        self._rename_history(old.plan)
        self._take_over(experiment)
        self._first_loss = self.evaluation().train["loss"]

    def _take_over(self, experiment: Experiment) -> None:
        """The experiment, for a network that already fits it."""
        before, after = self.experiment.training, experiment.training
        self.experiment, self.diverged, self._evaluation = experiment, None, None
        if after.optimizer.rows != before.optimizer.rows or after.optimizer.kind != before.optimizer.kind:
            self.update = Update(self.network, after.optimizer)
        rules = ("early_stopping", "stop_at", "schedule", "max_seconds", "epochs")
        if any(getattr(before, rule) != getattr(after, rule) for rule in rules):
            # Rules of another kind judge the run from here on.
            self.watch = Watch(seconds=self.watch.seconds)

    def _rename_history(self, old: Plan) -> None:
        """The history goes on with columns for the layers there are now."""
        names = self._columns()
        origin = {name: name for name in names if not name.startswith(("hidden", "output"))}
        for layer, was in kept_layers(old.layers, self.network.plan.layers):
            origin.update({f"{layer.name}.{kind}": f"{was.name}.{kind}" for kind in ("mean", "norm")})
        self.history = self.history.renamed(names, origin)


def _again(network: Network, x: Array, work: Work) -> LayerWork:
    """The batch once more at other weights, with the noise it had."""
    work.repeat(True)
    output = network.forward(x, work)
    work.repeat(False)
    return output
