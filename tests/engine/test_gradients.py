"""The gradient of whole networks against central differences: every activation, loss, width and stage."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from engine import BatchNorm, Dataset, Dense, Experiment, LayerNorm, Trainer
from engine.activations import ACTIVATIONS, Activation
from engine.layers import LAYERS, Layer
from engine.losses import LOSSES, Loss
from engine.network import Network
from engine.plan import LayerPlan, Plan

H = 1e-6
ROWS, INPUTS, HIDDEN = 4, 2, 3
# Nothing that moves may come closer than this to a kink of an activation or a loss, or to the edge of a logarithm.
MARGIN = 1e-3


def relative_error(ours: Any, parameters: Any, loss: Callable[[], float]) -> float:
    """|ours - measured| / (|ours| + |measured|), 0 where there is no slope; ``loss`` is that of ``parameters``."""
    measured = np.empty_like(ours)
    for i, value in enumerate(parameters.copy()):
        parameters[i] = value + H
        above = loss()
        parameters[i] = value - H
        measured[i] = (above - loss()) / (2 * H)
        parameters[i] = value
    size = np.linalg.norm(ours) + np.linalg.norm(measured)
    return float(np.linalg.norm(ours - measured) / size) if size > 0 else 0.0


# -- every activation with every loss ----------------------------------------------------------------

# How far outputs a are from where value or slope of a loss jumps; the losses that are not here are smooth.
EDGES: dict[str, Callable[[Any, Any], Any]] = {
    "mean_absolute_error": lambda a, y: np.abs(a - y),
    "huber": lambda a, y: np.abs(np.abs(a - y) - 1.0),
    "binary_cross_entropy": lambda a, y: np.minimum(np.abs(a), np.abs(a - 1.0)),
    "categorical_cross_entropy": lambda a, y: np.abs(a),
    "hinge": lambda a, y: np.abs(1.0 - (2.0 * y - 1.0) * a),
    "squared_hinge": lambda a, y: np.abs(1.0 - (2.0 * y - 1.0) * a),
    "poisson": lambda a, y: np.abs(a),
    "perceptron": lambda a, y: np.abs(a),
}


def small_network(hidden: Activation, output: Activation, loss: Loss, outputs: int, seed: int) -> Network:
    """A float64 network inputs-3-3-outputs with random weights and biases."""
    layers: list[LayerPlan] = []
    inputs, start = INPUTS, 0
    for name, units, activation in (("1", HIDDEN, hidden), ("2", HIDDEN, hidden), ("output", outputs, output)):
        layers.append(LayerPlan(name, inputs, units, activation, "glorot_uniform", start))
        inputs, start = units, layers[-1].stop
    rng = np.random.default_rng(seed)
    network = Network(Plan(tuple(layers), loss), rng, np.float64)
    network.parameters[:] = rng.normal(0.0, 1.0, network.parameters.size)
    return network


def batch(loss: Loss, outputs: int, seed: int) -> tuple[Any, Any]:
    """x (inputs + 1, rows) with its row of ones, and targets y (outputs, rows) that suit the loss."""
    rng = np.random.default_rng([seed, 1])
    x = np.ones((INPUTS + 1, ROWS))
    x[:-1] = rng.normal(size=(INPUTS, ROWS))
    if loss.key == "categorical_cross_entropy":
        return x, np.eye(outputs)[:, rng.integers(outputs, size=ROWS)]
    if loss.key == "poisson":
        return x, rng.poisson(2.0, (outputs, ROWS)).astype(float)
    return x, rng.normal(size=(outputs, ROWS)) if "regression" in loss.tasks else rng.integers(2, size=(outputs, ROWS))


def is_away_from_kinks(network: Network, z: list[Any], a: list[Any], y: Any) -> bool:
    """Whether a small nudge of any parameter leaves every branch where it is; z and a are those of every layer."""
    for layer, sums in zip(network.plan.layers, z, strict=True):
        if any(np.abs(sums - kink).min() < MARGIN for kink in layer.activation.kinks):
            return False
    if network.plan.fused or network.plan.loss.key not in EDGES:
        return True
    moving = np.broadcast_to(network.plan.layers[-1].activation.slope(z[-1], a[-1]), a[-1].shape) != 0.0
    return bool((EDGES[network.plan.loss.key](a[-1], y)[moving] > MARGIN).all())


def cases(hidden: Activation, output: Activation, loss: Loss, outputs: int) -> Iterator[tuple[Network, Any, Any]]:
    """Networks away from all kinks with a batch that they have been sent forward and back; those with a slope first."""
    flat = []
    for seed in range(150):
        network, (x, y) = small_network(hidden, output, loss, outputs, seed), batch(loss, outputs, seed)
        work = network.work(ROWS)
        network.forward(x, work)
        if is_away_from_kinks(network, work.z, work.a, y):
            network.backward(y, work)
            if np.linalg.norm(network.gradient) > 0.01:
                yield network, x, y
            flat.append((network, x, y))
    yield from flat


@pytest.mark.parametrize("outputs", [1, 2, 3])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda part: part.key)
@pytest.mark.parametrize("place", ["hidden", "output"])
def test_backward_agrees_with_central_differences(place: str, activation: Activation, loss: Loss, outputs: int) -> None:
    partner = ACTIVATIONS[loss.fused or "linear"]
    pair = (activation, partner) if place == "hidden" else (ACTIVATIONS["tanh"], activation)
    network, x, y = next(cases(*pair, loss, outputs))
    work = network.work(ROWS)

    def measure() -> float:
        return network.loss(network.forward(x, work), y)

    assert relative_error(network.gradient.copy(), network.parameters, measure) <= 1e-6


# -- every stage -------------------------------------------------------------------------------------

RNG = np.random.default_rng(7)
NUMBERS = Dataset.from_arrays(RNG.normal(size=(12, 3)), RNG.normal(size=(12, 2)))
CLASSES = Dataset.from_arrays(RNG.normal(size=(12, 3)), np.arange(12) % 5 % 3)


def gradient_error(data: Dataset, layers: tuple[Layer, ...], bias: bool = True, **training: Any) -> float:
    """The relative error of the gradient with which a trainer makes a step, noise and all, in float64."""
    experiment = Experiment.model_validate(
        {"network": {"layers": layers, "output": {"bias": bias}}, "training": {"batch_size": 5, **training}}
    )
    trainer = Trainer(experiment, data, np.float64)
    parameters = trainer.network.parameters
    parameters[:] = np.random.default_rng(8).normal(0.0, 0.7, parameters.size)
    trainer.network.statistics[:] = np.random.default_rng(9).uniform(0.3, 3.0, trainer.network.statistics.size)
    state = trainer.state()

    def step() -> float:
        # Another run of the very same step: the same rows, the same noise, the same statistics before it.
        trainer.restore({**state, "parameters": parameters.copy()})
        before, penalty = parameters.copy(), trainer.penalty
        loss = trainer.step() + penalty
        parameters[:] = before
        return loss

    parameters[:] = state["parameters"]
    step()
    ours = trainer.network.gradient.copy()
    assert np.linalg.norm(ours) > 1e-3
    return relative_error(ours, parameters, step)


def dense(bias: bool) -> Dense:
    return Dense(units=4, activation="tanh", bias=bias)


STAGES = [cls() for kind, cls in LAYERS.items() if kind != "dense"]
every_stage = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.kind)
with_and_without_bias = pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])


@every_stage
@with_and_without_bias
@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "between", "last"])
def test_backward_through_a_stage_agrees_with_central_differences(stage: Layer, place: int, bias: bool) -> None:
    layers = [dense(bias), dense(bias)]
    layers.insert(place, stage)
    assert gradient_error(NUMBERS, tuple(layers), bias) <= 1e-6


@with_and_without_bias
def test_backward_through_all_stages_in_a_row_agrees_with_central_differences(bias: bool) -> None:
    assert gradient_error(NUMBERS, (*STAGES, dense(bias), *STAGES[::-1], dense(bias), *STAGES), bias) <= 1e-6


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda part: part.key)
@pytest.mark.parametrize("norm", [BatchNorm, LayerNorm])
def test_backward_through_a_normalization_and_any_activation_agrees_with_central_differences(
    norm: type, activation: Activation
) -> None:
    assert gradient_error(NUMBERS, (dense(True), norm(activation=activation.key, epsilon=0.1), dense(True))) <= 1e-6


@every_stage
def test_backward_of_a_batch_of_one_row_agrees_with_central_differences(stage: Layer) -> None:
    assert gradient_error(NUMBERS, (stage, dense(True), stage), batch_size=1) <= 1e-6


@pytest.mark.parametrize(
    "training",
    [{"l1": 0.3}, {"l2": 0.3}, {"class_weights": "balanced"}, {"label_smoothing": 0.2}, {"loss": "squared_hinge"}],
    ids=lambda training: " ".join(training),
)
def test_backward_of_what_is_added_to_the_loss_agrees_with_central_differences(training: dict[str, Any]) -> None:
    assert gradient_error(CLASSES, (dense(True), *STAGES, dense(False)), **training) <= 1e-6


@pytest.mark.parametrize("seed", range(5))
def test_backward_of_units_without_biases_agrees_with_central_differences(seed: int) -> None:
    layers = tuple(Dense(units=2 + seed, activation=key, bias=False) for key in ("tanh", "sigmoid", "silu"))
    assert gradient_error(CLASSES, layers, bias=False, seed=seed) <= 1e-6


# -- the check that a trainer makes ------------------------------------------------------------------

EVERYTHING = (BatchNorm(), Dense(units=4), *STAGES, Dense(units=3, activation="relu", bias=False), LayerNorm())


def checked_trainer(layers: tuple[Layer, ...] = EVERYTHING, data: Dataset = CLASSES, **training: Any) -> Trainer:
    trainer = Trainer(Experiment.model_validate({"network": {"layers": layers}, "training": training}), data)
    trainer.train(steps=5)
    return trainer


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda part: part.key)
def test_the_check_of_a_trainer_finds_nothing_wrong_with_any_activation(activation: Activation) -> None:
    layers = (Dense(units=4, activation=activation.key), Dense(units=3, activation=activation.key))
    found = checked_trainer(layers).check_gradient()
    assert (found.passed, found.checked + found.at_kinks) == (True, found.parameters)


@pytest.mark.parametrize("training", [{}, {"class_weights": "balanced"}, {"label_smoothing": 0.3}, {"loss": "hinge"}])
def test_the_check_of_a_trainer_finds_nothing_wrong_with_stages(training: dict[str, Any]) -> None:
    found = checked_trainer(**training).check_gradient()
    assert (found.passed, found.rows) == (True, 12)


# Where the parameters of an input 3, batch normalization, 4 units, … lie in the flat vector.
PLACES = {
    0: "Batch normalization before hidden 1: gamma of unit 1",
    5: "Batch normalization before hidden 1: beta of unit 3",
    6: "hidden 1: weight from x1 to unit 1",
    9: "hidden 1: bias of unit 1",
    16: "hidden 1: weight from x3 to unit 3",
}


@pytest.mark.parametrize(("place", "words"), PLACES.items(), ids=PLACES.values())
def test_the_check_of_a_trainer_finds_a_slope_that_is_wrong_and_says_where(
    place: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backward, trainer = Network.backward, checked_trainer()

    def wrong(network: Network, *arguments: Any) -> None:
        backward(network, *arguments)
        network.gradient[place] += 0.01

    monkeypatch.setattr(Network, "backward", wrong)
    found = trainer.check_gradient()
    assert (found.passed, found.index, found.where) == (False, place, words)
    assert found.ours - found.measured == pytest.approx(0.01, rel=1e-4)


def test_the_check_of_a_trainer_sees_a_slope_that_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = checked_trainer()
    monkeypatch.setattr(Network, "backward", lambda network, *arguments: network.gradient.fill(np.nan))
    assert not trainer.check_gradient().passed


def test_the_check_of_a_trainer_changes_nothing_of_its_run() -> None:
    checked, alone = checked_trainer(), checked_trainer()
    checked.check_gradient()
    losses = [[each.step() for _ in range(5)] for each in (checked, alone)]
    assert losses[0] == losses[1]
    np.testing.assert_array_equal(checked.network.parameters, alone.network.parameters)
    np.testing.assert_array_equal(checked.network.statistics, alone.network.statistics)


def test_of_many_parameters_the_check_takes_a_random_sample_that_the_seed_decides() -> None:
    trainer = checked_trainer((Dense(units=30), Dense(units=30)))
    found = [trainer.check_gradient(sample=20, seed=seed) for seed in (1, 1, 2)]
    assert [each.checked + each.at_kinks for each in found] == [20, 20, 20]
    assert (found[0] == found[1], found[0].index == found[2].index) == (True, False)


def test_a_strongly_curved_loss_is_measured_well_enough() -> None:
    x = np.random.default_rng(0).normal(size=(60, 3))
    data = Dataset.from_arrays(x, np.digitize(x[:, 0], [-0.5, 0.5]))
    linear = Experiment().with_value("network.output.activation", "linear")
    trainer = Trainer(linear.with_layers((Dense(units=4, activation="gelu"),)), data)
    trainer.run(epochs=2)
    assert trainer.check_gradient().passed


@pytest.mark.parametrize("wrong", [{"rows": 0}, {"rows": -1}, {"sample": 0}])
def test_a_check_of_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1 row and 1 parameter"):
        Trainer(Experiment()).check_gradient(**wrong)
