"""The Model: a network with its data. What it answers, how good that is, and whether its gradient is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.activations import Array
from engine.answering import Predictor
from engine.batches import Rows
from engine.data import preparation
from engine.data.dataset import Dataset
from engine.data.table import DataError
from engine.experiment import Experiment
from engine.gradient_check import GradientCheck, check_gradient
from engine.metrics import Answers, confusion, f1_by_class, metrics_for, precision_by_class, recall_by_class, report
from engine.network import Network, extended
from engine.update import penalty

_PARTS = ("train", "test")


@dataclass(frozen=True)
class Evaluation:
    """Losses and metrics of both parts at one step, with the outputs they were computed from.

    ``train`` and ``test``: {"loss": …, "accuracy": …} or r2, mae; without rows all of ``train`` are NaN and ``test``
    is empty.
    ``outputs_train``, ``outputs_test``: (rows, outputs).
    """

    step: int
    train: dict[str, float]
    test: dict[str, float]
    outputs_train: Array
    outputs_test: Array


class Model:
    """A network, the experiment it belongs to and its data. ``steps_done`` counts the steps of its training."""

    def __init__(self, experiment: Experiment, data: Dataset, network: Network) -> None:
        self.experiment, self.data = experiment, data
        self.steps_done = 0
        self._wear(network)

    def _wear(self, network: Network) -> None:
        """Takes another network for the same data."""
        self.network = network
        self.rows = {part: Rows.of(self.data, part, network.plan, network.dtype) for part in _PARTS}
        self._evaluation: Evaluation | None = None

    @property
    def dtype(self) -> np.dtype[Any]:
        """The precision the network works in."""
        return self.network.dtype

    def predict(self, x: Any) -> NDArray[Any]:
        """The network's outputs (rows, outputs) for x (rows, inputs), in the units of ``data.x_train``.

        Raises ``DataError`` for another shape and for numbers that are not finite.
        """
        inputs = self.network.plan.widths[0]
        try:
            with np.errstate(all="ignore"):
                rows = np.asarray(x, self.dtype)
        except (ValueError, TypeError):
            raise DataError(f"x must be numbers of the shape (rows, {inputs})") from None
        if rows.ndim != 2 or rows.shape[1] != inputs:
            raise DataError(f"x must have the shape (rows, {inputs}), not {rows.shape}")
        bad = np.argwhere(~np.isfinite(rows))
        if len(bad):
            row, column = bad[0]
            raise DataError(f"row {row + 1}, column '{self.data.names[column]}' of x is not a finite number")
        with np.errstate(all="ignore"):
            _, a = self.network.outputs(extended(rows, self.dtype))
        return a.T

    def answer(self, rows: Sequence[Mapping[str, Any]]) -> preparation.Answers:
        """What the network says to raw rows, values by column name, in the user's own words and units.

        Raises ``DataError`` naming row and column.
        """
        return Predictor(self.network, self.data.preparation).answers_to_rows(rows)

    def evaluate(self, part: str) -> dict[str, float]:
        """Loss and metrics on the "train" or "test" part; without rows NaN for "train" and empty for "test".

        The loss is what training makes small, without the penalties of L1 and L2 (see ``penalty``).
        """
        return self._evaluate(part)[0]

    def report(self, part: str) -> dict[str, Any]:
        """Every metric on a part, by key; for classes also by class, as arrays, and the confusion matrix.

        "precision_by_class", "recall_by_class", "f1_by_class" (classes,), "confusion_matrix" (true, predicted).
        Empty for a part without rows.
        """
        evaluated, outputs = self._evaluate(part)
        if not len(outputs):
            return {}
        answers = self._answers(part, outputs)
        found: dict[str, Any] = {**evaluated, **report(answers, self.data.task)}
        if self.data.classes:
            by_class = (precision_by_class, recall_by_class, f1_by_class)
            found.update({measure.__name__: measure(answers) for measure in by_class})
            found["confusion_matrix"] = confusion(answers)
        return found

    def check_gradient(self, rows: int = 32, sample: int = 1000, seed: int = 0) -> GradientCheck:
        """Backpropagation against central differences on the first ``rows`` training rows, in float64.

        The penalties of L1 and L2 are left out on both sides. Checks all parameters, or a random ``sample`` of
        them where there are more. Changes nothing of the run. Raises ``ValueError`` for less than 1 row or sample.
        """
        return check_gradient(self.network, self.rows["train"].first(max(rows, 0)), self.data.names, sample, seed)

    @property
    def penalty(self) -> float:
        """What L1 and L2 add to the loss at the present weights."""
        return penalty(self.network, self.experiment.training)

    def evaluation(self) -> Evaluation:
        """Both parts at the current step; computed once for a step."""
        if self._evaluation is None or self._evaluation.step != self.steps_done:
            (train, outputs_train), (test, outputs_test) = (self._evaluate(part) for part in _PARTS)
            self._evaluation = Evaluation(self.steps_done, train, test, outputs_train, outputs_test)
        return self._evaluation

    @property
    def last_evaluation(self) -> Evaluation:
        """The newest evaluation there is, which may be some steps old; costs nothing."""
        return self.evaluation() if self._evaluation is None else self._evaluation

    def _evaluate(self, part: str) -> tuple[dict[str, float], Array]:
        """Loss and metrics of a part, and the outputs (rows, outputs)."""
        if part not in self.rows:
            raise KeyError(f"there is no part '{part}' of the data; there are {' and '.join(_PARTS)}")
        rows = self.rows[part]
        if not len(rows):
            keys = ("loss", *(metric.key for metric in metrics_for(self.data.task))) if part == "train" else ()
            return dict.fromkeys(keys, np.nan), np.empty((0, self.network.plan.widths[-1]), self.dtype)
        with np.errstate(all="ignore"):
            z, a = self.network.outputs(rows.x.T)
            found = {"loss": self.network.loss_of(z, a, rows.y.T, rows.weights)}
            answers = self._answers(part, a.T)
            found.update({metric.key: metric.value(answers) for metric in metrics_for(self.data.task)})
        return found, a.T

    def _answers(self, part: str, outputs: Array) -> Answers:
        """What the outputs (rows, outputs) on a part say, in the user's units."""
        data, planned, y = self.data, self.network.plan, self.data.part(part)[1]
        if not data.classes:
            return Answers(data.y_scaling.undo(y), data.y_scaling.undo(outputs))
        yes_or_no = outputs.shape[1] == 1
        scores = np.concatenate([1.0 - outputs, outputs], axis=1) if yes_or_no else outputs
        probabilities = planned.layers[-1].activation.key == ("sigmoid" if yes_or_no else "softmax")
        return Answers(y, data.labels(outputs, planned.loss.threshold), scores, probabilities)
