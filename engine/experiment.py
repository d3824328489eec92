"""The Experiment: everything a user can choose, and nothing else, as one immutable value."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, SerializeAsAny, model_validator
from pydantic_core import PydanticCustomError

from engine.data.derived import Derived
from engine.data.points import PointsSpec
from engine.data.scaling import SCALES
from engine.data.sources import settings_to_start_with, source_choices
from engine.data.table_spec import TableSpec
from engine.layers import LAYERS, Dense, Layer, Output, Stage, Weighted
from engine.losses import DEFAULT_HUBER_DELTA, LOSSES
from engine.metrics import METRICS
from engine.optimizer import Optimizer
from engine.optimizers import OPTIMIZERS, Adam
from engine.schedules import SCHEDULES, Constant, Schedule
from engine.spec import Setting, Spec, chosen_by_kind

MAX_LAYERS = 64
_SEED = 2**31 - 1
_AUTO = ("auto", "Automatic")


# What may change of the data while a run goes on.
# What disturbs the training rows.
DISTURBING = ("input_noise", "label_noise", "subsample", "train_rows", "balance")
_LIVE = ("features", "derived", "points", *DISTURBING)
_BALANCES = (("none", "As they are"), ("undersample", "Drop rows"), ("oversample", "Repeat rows"))


class DataSpec(Spec):
    """Which data, which columns of it, how they are scaled and how much is held out for testing.

    ``table`` describes a table of one's own, for the source "table", and ``points`` those drawn by hand, for "drawn".
    ``features`` are the columns that are inputs, None for all; ``derived`` are features made from columns, inputs too.
    """

    source: Annotated[str, Setting("Table", "The data set to learn from.", choices=source_choices)] = "iris"
    table: TableSpec | None = None
    points: PointsSpec | None = None
    features: tuple[str, ...] | None = ("petal length (cm)", "petal width (cm)")
    derived: tuple[Derived, ...] = ()
    samples: Annotated[
        int, Setting("Samples", "How many points are generated.", low=10, high=100_000, step=1.25, scale="log")
    ] = 300
    noise: Annotated[float, Setting("Noise", "How far the points are scattered.", low=0.0, high=2.0, step=0.05)] = 0.1
    classes: Annotated[int, Setting("Classes", "How many classes: arms of the spiral, or clouds.", low=2, high=5)] = 3
    test_fraction: Annotated[
        float, Setting("Test share", "The share of rows held out for testing.", low=0.0, high=0.9, step=0.05)
    ] = 0.3
    scale: Annotated[
        str,
        Setting(
            "Scaling",
            "How inputs (and a numeric target) are brought to a common range; fitted on the training rows.",
            choices=lambda: SCALES,
        ),
    ] = "standard"
    seed: Annotated[
        int, Setting("Data seed", "Which rows are held out, and which points are generated.", low=0, high=_SEED)
    ] = 0

    input_noise: Annotated[
        float,
        Setting(
            "Input noise",
            "Scatters the inputs of the training rows, in standard deviations of each. 0: off.",
            low=0.0,
            high=10.0,
            step=0.05,
        ),
    ] = 0.0
    label_noise: Annotated[
        float,
        Setting(
            "Label noise",
            "The share of training rows that are given another class; for numbers, noise in standard deviations.",
            low=0.0,
            high=1.0,
            step=0.05,
        ),
    ] = 0.0
    subsample: Annotated[
        float,
        Setting("Subsample", "The share of the training rows that is used.", low=0.01, high=1.0, step=0.05),
    ] = 1.0
    train_rows: Annotated[
        int,
        Setting("Training rows", "So many at most, for learning curves. 0: all.", low=0, high=100_000_000, step=10),
    ] = 0
    balance: Annotated[
        str,
        Setting("Balance", "Gives every class as many training rows as the others have.", choices=lambda: _BALANCES),
    ] = "none"

    @model_validator(mode="before")
    @classmethod
    def _settings_to_start_with(cls, given: Any) -> Any:
        """A data set named without columns brings its own, not those of the default one; so with its other settings."""
        source = given.get("source") if isinstance(given, dict) else None
        if isinstance(source, str) and source in dict(source_choices()):
            return {**settings_to_start_with(source), **given}
        return given

    @model_validator(mode="after")
    def _features_differ(self) -> Self:
        """No feature is made twice."""
        if len(set(self.derived)) < len(self.derived):
            twice = next(feature for feature in self.derived if self.derived.count(feature) > 1)
            raise PydanticCustomError("refused", "the feature '{name}' is made twice", {"name": twice.name})
        return self

    @model_validator(mode="after")
    def _own_data_are_described(self) -> Self:
        """What is not in the registry of data sets has a description of its own."""
        if self.source == "table" and self.table is None:
            raise PydanticCustomError("refused", "DataSpec.table must say which file or text the table is in")
        if self.source == "drawn" and self.points is None:
            raise PydanticCustomError("refused", "DataSpec.points must hold the points that were drawn")
        return self

    def only_live(self, before: DataSpec) -> bool:
        """Whether it differs from another only in what may change while a run goes on.

        What the columns of a table mean may, as long as that leaves the rows of both parts as they are.
        """
        same: dict[str, Any] = {name: getattr(before, name) for name in _LIVE}
        if self.table is not None and before.table is not None:
            same["table"] = self.table.edited(columns=before.table.columns)
        return self.model_copy(update=same) == before

    def edited(self, **changes: Any) -> Self:
        """As ever, but another data set brings its own columns, unless they are named too, and takes its own along."""
        source = changes.get("source", self.source)
        if (source != self.source or changes.get("table", self.table) != self.table) and "features" not in changes:
            own = {"derived", *settings_to_start_with(self.source), *settings_to_start_with(source)}
            kept = {name: value for name, value in dict(self).items() if name not in own}
            return type(self).model_validate({**kept, **changes})
        return super().edited(**changes)


class NetworkSpec(Spec):
    """The hidden layers, in order, and the output layer. No hidden layer at all is logistic regression."""

    layers: Annotated[
        tuple[Annotated[SerializeAsAny[Layer], chosen_by_kind(LAYERS, "dense")], ...], Field(max_length=MAX_LAYERS)
    ] = (Dense(), Dense())
    output: Output = Output()

    @property
    def dense(self) -> tuple[int, ...]:
        """The places in ``layers`` of those with weights."""
        return tuple(i for i, layer in enumerate(self.layers) if isinstance(layer, Dense))


class EarlyStopping(Spec):
    """Ends a run that no longer gets better (Prechelt, 1998). It watches the loss after every epoch."""

    patience: Annotated[
        int, Setting("Patience", "Epochs without a better loss until the run ends; 0: off.", low=0, high=1_000_000)
    ] = 0
    min_change: Annotated[
        float,
        Setting("Least change", "By how much a loss must be lower to count as better.", low=0.0, high=1e6, step=0.001),
    ] = 0.0
    part: Annotated[
        str, Setting("Watches", "Whose loss is watched; without test rows the training rows'.", choices=lambda: _PARTS)
    ] = "test"
    restore_best: Annotated[bool, Setting("Restore best", "End with the weights of the best epoch, not the last.")] = (
        True
    )


class StopAt(Spec):
    """Ends a run when a loss or metric is good enough; checked after every epoch."""

    metric: Annotated[str, Setting("Goal", "What ends the run when it is reached.", choices=lambda: _GOALS)] = "none"
    value: Annotated[float, Setting("Value", "What it must reach.", low=-1e9, high=1e9, step=0.01)] = 0.0
    part: Annotated[
        str, Setting("Measured on", "Without test rows the training rows count.", choices=lambda: _PARTS)
    ] = "test"


_PARTS = (("test", "Test rows"), ("train", "Training rows"))
_GOALS = (("none", "None"), ("loss", "Loss"), *((part.key, part.label) for part in METRICS if part.live))
_CLASS_WEIGHTS = (("none", "None"), ("balanced", "Balanced"))


class TrainingSpec(Spec):
    """How the network learns."""

    loss: Annotated[
        str,
        Setting(
            "Loss", "What training makes small; automatic follows the data.", choices=lambda: LOSSES.choices(_AUTO)
        ),
    ] = "auto"
    huber_delta: Annotated[
        float,
        Setting(
            "δ",
            "From which error on the Huber loss grows in a straight line.",
            low=1e-6,
            high=1e6,
            step=1.25,
            scale="log",
            shown_if=("loss", ("huber",)),
        ),
    ] = DEFAULT_HUBER_DELTA
    label_smoothing: Annotated[
        float,
        Setting(
            "Label smoothing",
            "The share of certainty that is spread over all classes.",
            low=0.0,
            high=0.9,
            step=0.05,
            shown_if=("loss", ("auto", "binary_cross_entropy", "categorical_cross_entropy")),
        ),
    ] = 0.0
    class_weights: Annotated[
        str,
        Setting(
            "Class weights",
            "Balanced: rows of rare classes count more, so that all classes count the same.",
            choices=lambda: _CLASS_WEIGHTS,
        ),
    ] = "none"
    optimizer: Annotated[SerializeAsAny[Optimizer], chosen_by_kind(OPTIMIZERS)] = Adam()
    schedule: Annotated[SerializeAsAny[Schedule], chosen_by_kind(SCHEDULES)] = Constant()
    batch_size: Annotated[int, Setting("Batch size", "Rows in one step.", low=1, high=65536, step=2, scale="log")] = 32
    epochs: Annotated[
        int, Setting("Epochs", "Passes over the training rows.", low=1, high=10_000_000, step=1.25, scale="log")
    ] = 100
    seed: Annotated[
        int, Setting("Seed", "Which random start and order of rows; the same seed repeats the run.", low=0, high=_SEED)
    ] = 0
    l1: Annotated[
        float,
        Setting("L1", "Penalty on the sum of |w|: drives weights to zero. 0: off.", low=0.0, high=100.0, step=0.0001),
    ] = 0.0
    l2: Annotated[
        float,
        Setting("L2", "Penalty on half the sum of w²: keeps weights small. 0: off.", low=0.0, high=100.0, step=0.0001),
    ] = 0.0
    max_norm: Annotated[
        float,
        Setting("Max norm", "No unit's incoming weights get longer than this. 0: off.", low=0.0, high=1e6, step=0.5),
    ] = 0.0
    clip_norm: Annotated[
        float,
        Setting("Clip norm", "A longer gradient is shortened to this length. 0: off.", low=0.0, high=1e6, step=0.5),
    ] = 0.0
    clip_value: Annotated[
        float,
        Setting("Clip value", "No entry of the gradient gets larger than this. 0: off.", low=0.0, high=1e6, step=0.5),
    ] = 0.0
    early_stopping: EarlyStopping = EarlyStopping()
    stop_at: StopAt = StopAt()
    max_seconds: Annotated[
        float,
        Setting("Time limit", "Seconds of training after which the run ends. 0: off.", low=0.0, high=1e7, step=10.0),
    ] = 0.0


class Experiment(Spec):
    """A whole experiment: data, network and training. ``Experiment()`` is a ready example on iris."""

    data: DataSpec = DataSpec()
    network: NetworkSpec = NetworkSpec()
    training: TrainingSpec = TrainingSpec()

    def with_layers(self, layers: tuple[Layer, ...]) -> Experiment:
        """The same experiment with other hidden layers; raises ``ValidationError`` for too many.

        Frozen and pruned weights of units that the layer before no longer has are forgotten.
        """
        width, fitting = None, []
        for layer in (*layers, self.network.output):
            if isinstance(layer, Weighted) and width is not None:
                layer = layer.with_inputs(width)
            width = layer.units if isinstance(layer, Dense) else width
            fitting.append(layer)
        return self.edited(network=self.network.edited(layers=tuple(fitting[:-1]), output=fitting[-1]))

    def with_layer(self, index: int, **changes: Any) -> Experiment:
        """The same experiment with fields of one hidden layer replaced.

        Raises ``ValidationError`` naming field, bounds and value: "Dense.units must be between 1 and
        4096, not 0".
        """
        layers = list(self.network.layers)
        layers[index] = layers[index].edited(**changes)
        return self.with_layers(tuple(layers))


__all__ = [
    "DataSpec",
    "Dense",
    "EarlyStopping",
    "Experiment",
    "Layer",
    "NetworkSpec",
    "Output",
    "Stage",
    "StopAt",
    "TrainingSpec",
]
