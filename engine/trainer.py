"""The Trainer: one step, one epoch, evaluation and divergence; deterministic and resumable bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.activations import Array
from engine.batches import Batches
from engine.data.dataset import Dataset
from engine.data.loading import load_data
from engine.data.table import DataError
from engine.experiment import Experiment
from engine.history import BatchLosses, History
from engine.metrics import metrics_for
from engine.network import LayerPlan, Network, Plan, plan, refuse_too_large

# The optimizer's formula runs over blocks that stay in the first-level cache, with all its temporaries.
_BLOCK = 8192
# A loss this many times the first one will not come back.
_EXPLODED = 100.0
# A generator for each purpose, so that one never disturbs the other; the data have 0 and 1.
_WEIGHTS, _BATCHES = 2, 3


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
        self.network = Network(planned, np.random.default_rng([seed, _WEIGHTS]), self.dtype)
        outputs = planned.layers[-1].units
        self.batches = Batches(data, outputs, np.random.default_rng([seed, _BATCHES]), self.dtype)
        self.steps_done = 0
        self.diverged: Divergence | None = None
        self._reset_optimizer()
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

    def _reset_optimizer(self) -> None:
        rows = len(self.experiment.training.optimizer.rows)
        self._memory = np.zeros((rows, self.network.parameters.size), self.dtype)
        self._updates = 0

    # -- training --------------------------------------------------------------------------------

    @property
    def steps_per_epoch(self) -> int:
        """How many batches one pass over the training rows takes."""
        return -(-self.batches.rows // self.experiment.training.batch_size)

    @property
    def epochs_done(self) -> int:
        """Whole passes over the training rows so far."""
        return self.batches.epochs_done

    @property
    def finished(self) -> bool:
        """Whether all epochs asked for are done."""
        return self.epochs_done >= self.experiment.training.epochs

    def step(self) -> float:
        """One mini-batch: forward, loss, backward, update. Returns the batch's loss before the update.

        When the loss or the gradient is no longer finite, or the loss explodes, nothing is updated: the
        last finite weights stay, and ``diverged`` says what happened.
        """
        x, y = self.batches.current(self.experiment.training.batch_size)
        network = self.network
        work = network.buffers(x.shape[1])
        with np.errstate(all="ignore"):
            a = network.forward(x, work)
            loss = network.loss(work.z[-1], a, y)
            network.backward(x, y, work)
            if self._runs_away(loss):
                self.diverged = Divergence(self.steps_done + 1, self._first_bad_layer(work.a), loss)
                return loss
            self._update()
        self.batch_losses.append(loss)
        self.steps_done += 1
        self.batches.advance(x.shape[1])
        if self.steps_done >= self._next_point:
            self._record()
        return loss

    def _runs_away(self, loss: float) -> bool:
        gradient = self.network.gradient
        # g . g is finite exactly when every entry is (short of an overflow, which is divergence too)
        if not (isfinite(loss) and isfinite(float(np.dot(gradient, gradient)))):
            return True
        limit = _EXPLODED * max(self._first_loss, 1.0)
        # One batch may be far worse than the rest; only all rows together tell.
        return loss > limit and not self._evaluate("train")[0]["loss"] <= limit

    def _first_bad_layer(self, outputs: list[Array]) -> str:
        for layer, a in zip(self.network.plan.layers, outputs, strict=True):
            if not np.isfinite(a).all():
                return layer.name
        return self.network.plan.layers[-1].name

    def _update(self) -> None:
        training = self.experiment.training
        optimizer = training.optimizer
        steps = training.epochs * self.steps_per_epoch
        rate = optimizer.learning_rate * training.schedule.factor(self.steps_done, steps)
        self._updates += 1
        w, g, memory, t = self.network.parameters, self.network.gradient, self._memory, self._updates
        for start in range(0, w.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            optimizer.move(w[block], g[block], memory[:, block], t, rate)

    def epoch(self) -> float:
        """Steps to the end of the current epoch; returns the mean loss of its batches (0 steps: NaN)."""
        before, losses = self.epochs_done, []
        while self.epochs_done == before and not self.diverged:
            losses.append(self.step())
        return float(np.mean(losses)) if losses else float("nan")

    def run(self, epochs: int | None = None, on_epoch: Callable[[Trainer], None] | None = None) -> None:
        """Trains for so many epochs, or until the experiment's are done, or until it diverges."""
        goal = self.experiment.training.epochs if epochs is None else self.epochs_done + epochs
        while self.epochs_done < goal and not self.diverged:
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
            _, a = self.network.outputs(rows)
        return a.T

    def evaluate(self, part: str) -> dict[str, float]:
        """Loss and metrics on the "train" or "test" part; empty for a part without rows."""
        return self._evaluate(part)[0]

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
        data = self.data
        x, y = data.part(part)
        if len(x) == 0:
            return {}, np.empty((0, self.network.plan.layers[-1].units), self.dtype)
        with np.errstate(all="ignore"):
            z, a = self.network.outputs(x)
            targets = data.targets(y, len(a)).astype(self.dtype).T
            found = {"loss": self.network.loss(z, a, targets)}
            if data.task == "regression":
                answers: tuple[Array, Array] = data.y_scaling.undo(y), data.y_scaling.undo(a.T)
            else:
                answers = y, data.labels(a.T)
            found.update({metric.key: metric.value(*answers) for metric in metrics_for(data.task)})
        return found, a.T

    def _columns(self) -> tuple[str, ...]:
        keys = ("loss", *(metric.key for metric in metrics_for(self.data.task)))
        parts = [f"{part}.{key}" for part in ("train", "test") for key in keys]
        layers = [f"{layer.name}.{kind}" for layer in self.network.plan.layers for kind in ("mean", "norm")]
        return ("step", "epoch", *parts, *layers)

    def _record(self) -> None:
        """Takes a point of the history and says when the next is due.

        The gaps grow with the step, to about one per cent of it.

        The smallest gap makes evaluation cost at most about a fifth of training: a row sent forward
        costs a third of one that is trained on.
        """
        evaluation = self.evaluation()
        row = {"step": float(self.steps_done), "epoch": self.batches.position}
        for part, found in (("train", evaluation.train), ("test", evaluation.test)):
            row.update({f"{part}.{key}": value for key, value in found.items()})
        for layer, w in zip(self.network.plan.layers, self.network.weights, strict=True):
            row[f"{layer.name}.mean"] = float(np.abs(w).mean())
            row[f"{layer.name}.norm"] = float(np.sqrt(np.vdot(w, w)))
        self.history.append(row)
        rows = len(self.data.x_train) + len(self.data.x_test)
        smallest = -(-5 * rows // (3 * min(self.experiment.training.batch_size, self.batches.rows)))
        # The steep beginning is drawn with more points: a few dozen, whatever the network costs.
        self._next_point = self.steps_done + max(min(smallest, 1 + self.steps_done // 4), self.steps_done // 100)

    # -- state and live changes ------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything that decides how the run goes on, as copies: arrays, numbers and generator states."""
        return {
            "parameters": self.network.parameters.copy(),
            "optimizer": self._memory.copy(),
            "updates": self._updates,
            "step": self.steps_done,
            "first_loss": self._first_loss,
            "next_point": self._next_point,
            "batches": self.batches.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on, bit for bit, from where ``state`` was taken in a trainer of the same experiment.

        Raises ValueError, before anything is changed, when the state belongs to another network.
        """
        fits = (
            state["parameters"].shape == self.network.parameters.shape
            and state["optimizer"].shape == self._memory.shape
        )
        if not fits or len(state["batches"]["order"]) != self.batches.rows:
            raise ValueError(
                f"the state has {state['parameters'].size:,} parameters and {len(state['batches']['order']):,} rows, "
                f"this trainer {self.network.parameters.size:,} and {self.batches.rows:,}; "
                "restore it into a trainer of the same experiment and data"
            )
        self.network.parameters[:] = state["parameters"]
        self._memory[:] = state["optimizer"]
        self._updates, self.steps_done = state["updates"], state["step"]
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

        Other data or another seed begin anew. A changed network keeps the layers whose shape is the same.
        Everything else changes live, and the optimizer keeps its memory unless it is another optimizer.
        Raises like the constructor, and then nothing has changed.
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
            self._adopt(planned, experiment.training.seed)
        self.experiment, self.diverged, self._evaluation = experiment, None, None
        if replanned:
            self._first_loss = self.evaluation().train["loss"]
        if experiment.training.optimizer.kind != old.training.optimizer.kind:
            self._reset_optimizer()

    def _adopt(self, planned: Plan, seed: int) -> None:
        """A new network that keeps parameters and optimizer memory of the layers that are still there."""
        old, old_memory = self.network, self._memory
        network = Network(planned, np.random.default_rng([seed, _WEIGHTS]), self.dtype)
        memory = np.zeros((len(old_memory), network.parameters.size), self.dtype)
        kept = kept_layers(old.plan.layers, planned.layers)
        for new, was in kept:
            network.parameters[new.start : new.stop] = old.parameters[was.start : was.stop]
            memory[:, new.start : new.stop] = old_memory[:, was.start : was.stop]
        self.network, self._memory = network, memory
        self.batches.retarget(self.data, planned.layers[-1].units)
        fixed = [name for name in self._columns() if not name.startswith(("hidden", "output"))]
        origin = {name: name for name in fixed}
        for new, was in kept:
            origin.update({f"{new.name}.{kind}": f"{was.name}.{kind}" for kind in ("mean", "norm")})
        self.history = self.history.renamed(self._columns(), origin)


def kept_layers(old: tuple[LayerPlan, ...], new: tuple[LayerPlan, ...]) -> list[tuple[LayerPlan, LayerPlan]]:
    """Pairs (new, old) of layers of equal shape: matched from the input on, then from the output back."""

    def same(a: LayerPlan, b: LayerPlan) -> bool:
        return (a.inputs, a.units) == (b.inputs, b.units)

    shorter = min(len(old), len(new))
    front = 0
    while front < shorter and same(old[front], new[front]):
        front += 1
    back = 0
    while back < shorter - front and same(old[-1 - back], new[-1 - back]):
        back += 1
    pairs = list(zip(new[:front], old[:front], strict=True))
    if back:
        pairs += zip(new[-back:], old[-back:], strict=True)
    # In between, layers that stand at the same place on equal shapes are still the same layers.
    if len(old) == len(new):
        pairs += [
            (n, o) for n, o in zip(new[front : -back or None], old[front : -back or None], strict=True) if same(n, o)
        ]
    return pairs
