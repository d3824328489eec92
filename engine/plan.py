"""The Plan: an experiment and its data made concrete, before anything is allocated.

How the parameters are stored. A dense layer keeps its weights and biases in one matrix ``wb`` of shape
(units, inputs + 1), the bias being the last column (a layer without biases lacks that column). A stage keeps
a row for each thing it trains, (rows, units). All of them are views into one flat vector, in the order of
the network, so that an optimizer, a snapshot or a file sees a single array.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.activations import ACTIVATIONS, Activation, Array
from engine.data.dataset import Dataset
from engine.data.table import DataError
from engine.experiment import Experiment
from engine.layers import Dense, Stage, Weighted, Weights
from engine.losses import LOSSES, Loss
from engine.metrics import METRICS
from engine.wording import counted

Indices = NDArray[np.int64]


class TooLargeError(ValueError):
    """A network that would not fit the free memory; the message compares the two."""


@dataclass(frozen=True)
class StagePlan:
    """A stage in front of a dense layer: how wide it is, and where its rows and its statistics lie."""

    stage: Stage
    units: int
    start: int
    statistics_start: int

    @property
    def stop(self) -> int:
        """Where the next part starts in the flat vector."""
        return self.start + len(self.stage.rows) * self.units

    @property
    def statistics_stop(self) -> int:
        """Where the next stage's statistics start."""
        return self.statistics_start + len(self.stage.statistics) * self.units

    def rows(self, flat: Array) -> Array:
        """The stage's view (rows, units) into a flat vector of parameters."""
        return flat[self.start : self.stop].reshape(-1, self.units)

    def statistics(self, flat: Array) -> Array:
        """The stage's view (statistics, units) into a flat vector of statistics."""
        return flat[self.statistics_start : self.statistics_stop].reshape(-1, self.units)


@dataclass(frozen=True)
class LayerPlan:
    """What is known of one dense layer before anything is allocated. ``start`` is its place in the flat vector.

    ``stages`` are what its input passes first; ``place`` is its index among the layers of the experiment,
    -1 for the output.
    """

    name: str
    inputs: int
    units: int
    activation: Activation
    initializer: str
    start: int
    spread: float = 0.0
    bias: bool = True
    trainable: bool = True
    frozen_units: tuple[int, ...] = ()
    frozen_weights: Weights = ()
    pruned_weights: Weights = ()
    stages: tuple[StagePlan, ...] = ()
    place: int = -1

    @property
    def stop(self) -> int:
        """Where the next layer starts in the flat vector."""
        return self.start + self.units * (self.inputs + self.bias)

    def matrix(self, flat: Array) -> Array:
        """The layer's view (units, inputs + 1) into a flat vector; (units, inputs) without biases."""
        return flat[self.start : self.stop].reshape(self.units, self.inputs + self.bias)

    def weights(self, flat: Array) -> Array:
        """A view of the weights, (inputs, units), into a flat vector."""
        return self.matrix(flat)[:, : self.inputs].T

    def biases(self, flat: Array) -> Array:
        """A view of the biases, (units,), into a flat vector; zeros of their own for a layer without biases."""
        return self.matrix(flat)[:, -1] if self.bias else np.zeros(self.units, flat.dtype)

    @cached_property
    def frozen(self) -> tuple[slice | Indices, ...]:
        """The parts of the flat vector that training leaves as they are: the whole layer, or places in it."""
        if not self.trainable:
            return (slice(self.start, self.stop),)
        if not (self.frozen_units or self.frozen_weights or self.pruned_weights):
            return ()
        width = self.inputs + self.bias
        units = self.start + width * np.array(self.frozen_units, np.int64)[:, None] + np.arange(width)
        return (np.unique(np.concatenate([units.ravel(), self._places(self.frozen_weights), self.pruned])),)

    @cached_property
    def pruned(self) -> Indices:
        """The places in the flat vector of the weights that are held at zero."""
        return self._places(self.pruned_weights)

    def _places(self, pairs: Weights) -> Indices:
        inputs, units = np.array(pairs, np.int64).reshape(-1, 2).T
        places: Indices = self.start + units * (self.inputs + self.bias) + inputs
        return places


@dataclass(frozen=True)
class Plan:
    """Widths, activations and loss, nothing automatic left. ``layers`` are the dense ones, the output last.

    ``label_smoothing`` and ``class_weights`` (none, or one for each class) change the targets.
    """

    layers: tuple[LayerPlan, ...]
    loss: Loss
    label_smoothing: float = 0.0
    class_weights: tuple[float, ...] = ()

    @property
    def parameters(self) -> int:
        """The number of everything that is trained."""
        return self.layers[-1].stop

    @cached_property
    def stages(self) -> tuple[StagePlan, ...]:
        """All stages, in order."""
        return tuple(stage for layer in self.layers for stage in layer.stages)

    @property
    def statistics(self) -> int:
        """The number of statistics that stages remember."""
        return self.stages[-1].statistics_stop if self.stages else 0

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Inputs, then the units of every layer."""
        return (self.layers[0].inputs, *(layer.units for layer in self.layers))

    @cached_property
    def fused(self) -> bool:
        """Whether loss and output activation are computed together, from z."""
        return self.loss.fused == self.layers[-1].activation.key

    def targets(self, data: Dataset, y: NDArray[Any]) -> NDArray[np.float32]:
        """What the outputs should be for y, (rows, outputs)."""
        wanted = data.targets(y, self.layers[-1].units)
        if self.label_smoothing:
            # Szegedy et al. (2016): a share of the certainty goes to all answers alike, to yes and no or to all
            # classes. Rounded to what float32 holds exactly, so that the targets of a row still add up to 1.
            answers = wanted.shape[1] if self.loss.by_row else 2
            share = round(self.label_smoothing / answers * 2**24) / 2**24
            wanted = np.where(wanted == 1.0, 1.0 - (answers - 1) * share, share).astype(np.float32)
        return wanted

    def row_weights(self, y: NDArray[Any]) -> Array | None:
        """How much each row counts, (rows,) with the mean 1 over the training rows; None when all count the same."""
        return np.array(self.class_weights)[y] if self.class_weights else None


_AUTOMATIC = {
    "regression": "mean_squared_error",
    "binary": "binary_cross_entropy",
    "multiclass": "categorical_cross_entropy",
}
_CROSS_ENTROPIES = ("binary_cross_entropy", "categorical_cross_entropy")
# An output activation that asks for another loss than the task's own.
_ASKS_FOR = {"step": "perceptron", "softmax": "categorical_cross_entropy"}


def plan(experiment: Experiment, data: Dataset) -> Plan:
    """Works out what is automatic: the output's width and activation and the loss, from the data.

    Raises ``DataError`` when the loss or the goal cannot be used with the data.
    """
    training, output = experiment.training, experiment.network.output
    loss, activation = _loss_and_output(experiment, data)
    _refuse_misfits(experiment, data, loss, activation)
    output = output.edited(activation=activation)
    layers = _layers(experiment, output, data.x_train.shape[1], _outputs(data, loss, activation))
    smoothing = training.label_smoothing if loss.key in _CROSS_ENTROPIES else 0.0
    return Plan(layers, loss, smoothing, _class_weights(experiment, data))


def _loss_and_output(experiment: Experiment, data: Dataset) -> tuple[Loss, str]:
    """The loss and the key of the output activation, each following the other where it is automatic."""
    chosen, activation = experiment.training.loss, experiment.network.output.activation
    if chosen == "auto":
        chosen = _AUTOMATIC[data.task]
        if data.classes and data.task in LOSSES[_ASKS_FOR.get(activation, chosen)].tasks:
            chosen = _ASKS_FOR.get(activation, chosen)
    loss = LOSSES[chosen].tuned(experiment.training)
    if activation == "auto":
        # A loss for numbers takes classes as probabilities.
        task_of_its_own = loss.output != "linear" or loss.threshold == 0.0 or not data.classes
        activation = loss.output if task_of_its_own else LOSSES[_AUTOMATIC[data.task]].output
    return loss, activation


def _outputs(data: Dataset, loss: Loss, activation: str) -> int:
    """How many units the output has: a single one for yes or no, unless loss or activation wants one a class."""
    one = data.task == "binary" and loss.key != "categorical_cross_entropy" and activation != "softmax"
    return 1 if one else data.target_width


def _refuse_misfits(experiment: Experiment, data: Dataset, loss: Loss, activation: str) -> None:
    """Raises DataError, with one sentence, for a loss or a goal that makes no sense with the data."""
    if data.task not in loss.tasks:
        if data.classes:
            raise DataError(
                f"{loss.label} is for numbers, but the target '{data.target}' has classes; choose a cross-entropy"
            )
        raise DataError(
            f"{loss.label} needs classes, but the target '{data.target}' is a number; choose mean squared error"
        )
    if loss.key == "perceptron" and activation != "step":
        raise DataError(
            f"The perceptron rule needs step units at the output, not {ACTIVATIONS[activation].label.lower()}; "
            "choose step, or automatic"
        )
    if loss.threshold == 0.0 and _outputs(data, loss, activation) == 1 and not _goes_below_zero(activation):
        raise DataError(
            f"{loss.label} needs an output of both signs, such as linear or tanh, not "
            f"{ACTIVATIONS[activation].label.lower()}; choose one, or automatic"
        )
    if loss.key == "poisson":
        _refuse_negative(data)
    outputs, frozen = _outputs(data, loss, activation), max(experiment.network.output.frozen_units, default=0)
    if frozen >= outputs:
        raise DataError(
            f"The output has {counted(outputs, 'unit')}, so there is none with the index {frozen} to freeze"
        )
    goal = experiment.training.stop_at.metric
    if goal not in ("none", "loss") and data.task not in METRICS[goal].tasks:
        raise DataError(
            f"{METRICS[goal].label} cannot be the goal of the run, because the target '{data.target}' "
            f"{'has classes' if data.classes else 'is a number'}; choose another one"
        )


def _goes_below_zero(activation: str) -> bool:
    return bool((ACTIVATIONS[activation].value(np.linspace(-3.0, 3.0, 7)[None], None) < 0.0).any())


def _class_weights(experiment: Experiment, data: Dataset) -> tuple[float, ...]:
    """rows / (classes · rows of the class), as scikit-learn's "balanced"; empty when they are not asked for."""
    if experiment.training.class_weights == "none" or not data.classes:
        return ()
    counts = np.bincount(data.y_train, minlength=len(data.classes))
    return tuple(float(len(data.y_train) / (np.count_nonzero(counts) * count)) if count else 0.0 for count in counts)


def _layers(experiment: Experiment, output: Weighted, inputs: int, outputs: int) -> tuple[LayerPlan, ...]:
    """Lays the parts of the network one after the other into the flat vector."""
    layers: list[LayerPlan] = []
    stages: list[StagePlan] = []
    start = statistics = 0
    for place, spec in enumerate((*experiment.network.layers, output)):
        if isinstance(spec, Stage):
            stages.append(StagePlan(spec, inputs, start, statistics))
            start, statistics = stages[-1].stop, stages[-1].statistics_stop
            continue
        assert isinstance(spec, Weighted)
        hidden = isinstance(spec, Dense)
        layers.append(
            LayerPlan(
                name=f"hidden {len(layers) + 1}" if hidden else "output",
                inputs=inputs,
                units=spec.units if isinstance(spec, Dense) else outputs,
                activation=ACTIVATIONS[spec.activation].tuned(spec),
                initializer=spec.started_by,
                start=start,
                spread=spec.spread,
                bias=spec.bias,
                trainable=spec.trainable,
                frozen_units=spec.frozen_units,
                frozen_weights=spec.frozen_weights,
                pruned_weights=spec.pruned_weights,
                stages=tuple(stages),
                place=place if hidden else -1,
            )
        )
        _refuse_missing_weights(layers[-1])
        inputs, start, stages = layers[-1].units, layers[-1].stop, []
    return tuple(layers)


def _refuse_negative(data: Dataset) -> None:
    """Raises DataError where the numbers to be learned are no counts: by themselves, or because they are scaled."""
    seen = np.concatenate([data.y_train, data.y_test])
    if not len(seen) or seen.min() >= 0.0:
        return
    true = data.y_scaling.undo(seen)
    # What is scaled and back again is rounded.
    if true.min() < -1e-5 * np.abs(true).max():
        raise DataError(
            f"The Poisson loss needs counts, but the target '{data.target}' has negative values; choose another loss"
        )
    raise DataError(
        f"The Poisson loss needs counts, but the scaling makes some of the target '{data.target}' negative; "
        "choose no scaling for it, or another loss"
    )


def _refuse_missing_weights(layer: LayerPlan) -> None:
    """Raises DataError where a weight is to be frozen or pruned that the layer does not have."""
    for pairs, what in ((layer.frozen_weights, "freeze"), (layer.pruned_weights, "prune")):
        for position, count, kind in ((0, layer.inputs, "input"), (1, layer.units, "unit")):
            index = max((pair[position] for pair in pairs), default=-1)
            if index >= count:
                name = "The output" if layer.place < 0 else layer.name.capitalize()
                has = counted(count, kind)
                raise DataError(
                    f"{name} has {has}, so there is no weight of the {kind} with the index {index} to {what}"
                )


def refuse_too_large(planned: Plan, rows_per_optimizer: int, batch: int, dtype: DTypeLike = np.float32) -> None:
    """Raises TooLargeError, before anything is allocated, when training would not fit the free memory."""
    import psutil  # noqa: PLC0415

    copies = 4 + rows_per_optimizer  # parameters, gradient, a snapshot and scratch, and the optimizer's own
    widths = sum(planned.widths) + sum(2 * stage.units for stage in planned.stages)
    needed = np.dtype(dtype).itemsize * (planned.parameters * copies + 3 * batch * widths)
    free = psutil.virtual_memory().available
    # The real peak was measured at about twice the sum of the arrays.
    if 2 * needed > free:
        raise TooLargeError(
            f"{planned.parameters:,} parameters need about {2 * needed / 1e9:.1f} GB to train, "
            f"but {free / 1e9:.1f} GB are free; make the layers smaller"
        )
