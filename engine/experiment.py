"""The Experiment: everything a user can choose, and nothing else, as one immutable value."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, SerializeAsAny, model_validator

from engine.activations import ACTIVATIONS, DEFAULT_NEGATIVE_SLOPE
from engine.data.dataset import SCALES
from engine.data.sources import SOURCES
from engine.initializers import INITIALIZERS
from engine.losses import LOSSES
from engine.optimizers import OPTIMIZERS, Adam, Optimizer
from engine.schedules import SCHEDULES, Constant, Schedule
from engine.spec import Setting, Spec, chosen_by_kind

MAX_LAYERS = 64
_SEED = 2**31 - 1
_AUTO = ("auto", "Automatic")


class DataSpec(Spec):
    """Which data, which columns of it, how they are scaled and how much is held out for testing."""

    source: Annotated[str, Setting("Table", "The data set to learn from.", choices=SOURCES.choices)] = "iris"
    features: tuple[str, ...] | None = ("petal length (cm)", "petal width (cm)")
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

    @model_validator(mode="before")
    @classmethod
    def _columns_to_start_with(cls, given: Any) -> Any:
        """A data set named without columns brings its own, not those of the default one."""
        source = given.get("source") if isinstance(given, dict) else None
        if isinstance(source, str) and source in SOURCES and "features" not in given:
            return {**given, "features": SOURCES[source].features}
        return given

    def edited(self, **changes: Any) -> Self:
        """As ever, but another data set brings its own columns, unless they are named too."""
        if changes.get("source", self.source) != self.source and "features" not in changes:
            kept = {name: value for name, value in dict(self).items() if name != "features"}
            return type(self).model_validate({**kept, **changes})
        return super().edited(**changes)


_ACTIVATION = "The function f in a = f(z)."
_INITIALIZER = Setting("Initializer", "The random weights the layer starts from.", choices=INITIALIZERS.choices)
_SLOPE = Setting(
    "Negative slope",
    "Slope of the leaky ReLU below zero.",
    low=0.0,
    high=1.0,
    step=0.01,
    shown_if=("activation", ("leaky_relu",)),
)


class Dense(Spec):
    """A layer in which every unit sees every output of the layer before: a = f(W x + b)."""

    label: ClassVar[str] = "Dense"
    kind: Literal["dense"] = "dense"
    units: Annotated[int, Setting("Units", "How many units (neurons) the layer has.", low=1, high=4096)] = 8
    activation: Annotated[str, Setting("Activation", _ACTIVATION, choices=ACTIVATIONS.choices)] = "tanh"
    negative_slope: Annotated[float, _SLOPE] = DEFAULT_NEGATIVE_SLOPE
    initializer: Annotated[str, _INITIALIZER] = "glorot_uniform"


class Output(Spec):
    """The last layer. Its width is the data's; automatic means the activation that suits data and loss."""

    activation: Annotated[str, Setting("Activation", _ACTIVATION, choices=lambda: ACTIVATIONS.choices(_AUTO))] = "auto"
    negative_slope: Annotated[float, _SLOPE] = DEFAULT_NEGATIVE_SLOPE
    initializer: Annotated[str, _INITIALIZER] = "glorot_uniform"


class NetworkSpec(Spec):
    """The hidden layers, in order, and the output layer. No hidden layer at all is logistic regression."""

    layers: Annotated[tuple[Dense, ...], Field(max_length=MAX_LAYERS)] = (Dense(), Dense())
    output: Output = Output()


class TrainingSpec(Spec):
    """How the network learns."""

    loss: Annotated[
        str,
        Setting(
            "Loss", "What training makes small; automatic follows the data.", choices=lambda: LOSSES.choices(_AUTO)
        ),
    ] = "auto"
    optimizer: Annotated[SerializeAsAny[Optimizer], chosen_by_kind(OPTIMIZERS)] = Adam()
    schedule: Annotated[SerializeAsAny[Schedule], chosen_by_kind(SCHEDULES)] = Constant()
    batch_size: Annotated[int, Setting("Batch size", "Rows in one step.", low=1, high=65536, step=2, scale="log")] = 32
    epochs: Annotated[
        int, Setting("Epochs", "Passes over the training rows.", low=1, high=10_000_000, step=1.25, scale="log")
    ] = 100
    seed: Annotated[
        int, Setting("Seed", "Which random start and order of rows; the same seed repeats the run.", low=0, high=_SEED)
    ] = 0


class Experiment(Spec):
    """A whole experiment: data, network and training. ``Experiment()`` is a ready example on iris."""

    data: DataSpec = DataSpec()
    network: NetworkSpec = NetworkSpec()
    training: TrainingSpec = TrainingSpec()

    def with_layers(self, layers: tuple[Dense, ...]) -> Experiment:
        """The same experiment with other hidden layers; raises ``ValidationError`` for too many."""
        return self.edited(network=self.network.edited(layers=layers))

    def with_layer(self, index: int, **changes: Any) -> Experiment:
        """The same experiment with fields of one hidden layer replaced.

        Raises ``ValidationError`` naming field, bounds and value: "Dense.units must be between 1 and
        4096, not 0".
        """
        layers = list(self.network.layers)
        layers[index] = layers[index].edited(**changes)
        return self.with_layers(tuple(layers))
