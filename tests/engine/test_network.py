"""The Network: what is automatic, where the parameters lie, and what is refused before anything is allocated."""

import time
import tracemalloc
from collections import namedtuple
from typing import Any

import numpy as np
import psutil
import pytest

from engine import DataError, Dataset, DataSpec, Dense, Experiment, TooLargeError, Trainer, load_data
from engine.activations import ACTIVATIONS, Activation
from engine.losses import LOSSES, Loss
from engine.plan import plan


def experiment(source: str, loss: str = "auto", output: str = "auto", layers: tuple[Dense, ...] = ()) -> Experiment:
    made = Experiment.model_validate({"data": {"source": source}, "training": {"loss": loss}})
    return made.with_layers(layers).with_value("network.output.activation", output)


@pytest.mark.parametrize(
    ("source", "loss", "output", "expected"),
    [
        ("moons", "auto", "auto", ("binary_cross_entropy", "sigmoid", 1)),
        ("iris", "auto", "auto", ("categorical_cross_entropy", "softmax", 3)),
        ("diabetes", "auto", "auto", ("mean_squared_error", "linear", 1)),
        ("moons", "mean_squared_error", "auto", ("mean_squared_error", "sigmoid", 1)),
        ("moons", "auto", "tanh", ("binary_cross_entropy", "tanh", 1)),
        ("moons", "auto", "softmax", ("categorical_cross_entropy", "softmax", 2)),
        ("moons", "categorical_cross_entropy", "auto", ("categorical_cross_entropy", "softmax", 2)),
        ("moons", "mean_squared_error", "softmax", ("mean_squared_error", "softmax", 2)),
        ("iris", "binary_cross_entropy", "auto", ("binary_cross_entropy", "sigmoid", 3)),
        ("iris", "mean_squared_error", "auto", ("mean_squared_error", "softmax", 3)),
        ("diabetes", "auto", "tanh", ("mean_squared_error", "tanh", 1)),
        ("diabetes", "huber", "auto", ("huber", "linear", 1)),
        ("diabetes", "log_cosh", "auto", ("log_cosh", "linear", 1)),
        ("diabetes", "auto", "step", ("mean_squared_error", "step", 1)),
        ("diabetes", "auto", "softmax", ("mean_squared_error", "softmax", 1)),
        ("moons", "mean_absolute_error", "auto", ("mean_absolute_error", "sigmoid", 1)),
        ("iris", "mean_absolute_error", "auto", ("mean_absolute_error", "softmax", 3)),
        ("moons", "auto", "step", ("perceptron", "step", 1)),
        ("iris", "auto", "step", ("perceptron", "step", 3)),
        ("moons", "perceptron", "auto", ("perceptron", "step", 1)),
        ("moons", "hinge", "auto", ("hinge", "linear", 1)),
        ("iris", "hinge", "auto", ("hinge", "linear", 3)),
        ("moons", "squared_hinge", "auto", ("squared_hinge", "linear", 1)),
        ("moons", "squared_hinge", "tanh", ("squared_hinge", "tanh", 1)),
        ("iris", "auto", "sigmoid", ("categorical_cross_entropy", "sigmoid", 3)),
    ],
)
def test_output_and_loss_follow_the_data_unless_chosen(
    source: str, loss: str, output: str, expected: tuple[str, str, int]
) -> None:
    made = experiment(source, loss, output)
    found = plan(made, load_data(made.data))
    assert (found.loss.key, found.layers[-1].activation.key, found.layers[-1].units) == expected


COUNTS = Dataset.from_arrays(np.ones((4, 2)), np.array([0.0, 3.0, 1.0, 2.0]))


def test_counts_are_answered_by_a_function_that_is_never_negative() -> None:
    found = plan(Experiment.model_validate({"training": {"loss": "poisson"}}), COUNTS)
    assert found.layers[-1].activation.key == "softplus"


@pytest.mark.parametrize(("loss", "threshold"), [("hinge", 0.0), ("squared_hinge", 0.0), ("perceptron", 0.5)])
def test_a_margin_says_yes_from_zero_on_and_a_step_from_a_half(loss: str, threshold: float) -> None:
    assert plan(experiment("moons", loss), load_data(DataSpec(source="moons"))).loss.threshold == threshold


def test_the_settings_of_functions_and_losses_reach_the_plan() -> None:
    layers = (Dense(activation="leaky_relu", negative_slope=0.5), Dense(activation="elu", alpha=3.0))
    made = experiment("diabetes", "huber", layers=layers).with_value("training.huber_delta", 0.25)
    found = plan(made, load_data(made.data))
    below = [layer.activation.value(np.array([[-1.0]]), None).item() for layer in found.layers[:-1]]
    assert below == pytest.approx([-0.5, 3.0 * np.expm1(-1.0)])
    assert found.loss.value(np.array([[5.0]]), np.array([[0.0]])).item() == pytest.approx(0.25 * (5.0 - 0.125))


# -- refusals ----------------------------------------------------------------------------------------

TASKS = {"moons": "binary", "iris": "multiclass", "diabetes": "regression"}


@pytest.mark.parametrize("source", ["moons", "iris", "diabetes"])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key)
def test_a_loss_is_refused_for_a_task_it_is_not_meant_for_and_for_no_other(loss: Loss, source: str) -> None:
    made = experiment(source, loss.key).with_value("data.scale", "none")
    data = load_data(made.data)
    if data.task in loss.tasks:
        assert plan(made, data).loss.key == loss.key
    else:
        with pytest.raises(DataError, match=f"^{loss.label} (is for numbers|needs classes), but the target '.*choose"):
            plan(made, data)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (
            experiment("diabetes", "binary_cross_entropy"),
            "Binary cross-entropy needs classes, but the target 'progression' is a number; choose mean squared error",
        ),
        (
            experiment("moons", "huber"),
            "Huber is for numbers, but the target 'class' has classes; choose a cross-entropy",
        ),
        (
            experiment("moons", "perceptron", "sigmoid"),
            "The perceptron rule needs step units at the output, not sigmoid; choose step, or automatic",
        ),
        (
            experiment("diabetes", "poisson"),
            "The Poisson loss needs counts, but the scaling makes some of the target 'progression' negative; "
            "choose no scaling for it, or another loss",
        ),
        (
            experiment("sine", "poisson"),
            "The Poisson loss needs counts, but the target 'y' has negative values; choose another loss",
        ),
        (
            experiment("diabetes").with_value("training.stop_at.metric", "accuracy"),
            "Accuracy cannot be the goal of the run, because the target 'progression' is a number; choose another one",
        ),
        (
            experiment("moons").with_value("training.stop_at.metric", "r2"),
            "R² cannot be the goal of the run, because the target 'class' has classes; choose another one",
        ),
    ],
    ids=lambda value: " ".join(value.split()[:3]) if isinstance(value, str) else "",
)
def test_what_makes_no_sense_is_refused_with_one_sentence(made: Experiment, sentence: str) -> None:
    with pytest.raises(DataError) as caught:
        plan(made, load_data(made.data))
    assert str(caught.value) == sentence


@pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda part: part.key)
@pytest.mark.parametrize("source", ["moons", "iris", "diabetes"])
def test_any_output_with_any_loss_makes_a_step_or_is_refused(source: str, activation: Activation, loss: Loss) -> None:
    made = experiment(source, loss.key, activation.key, (Dense(units=3),)).with_value("data.scale", "minmax")
    try:
        trainer = Trainer(made)
    except DataError:
        never_negative = {"step", "sigmoid", "hard_sigmoid", "softplus", "relu", "relu6"}
        one_sided = source == "moons" and "hinge" in loss.key and activation.key in never_negative
        no_step = loss.key == "perceptron" and activation.key != "step"
        assert TASKS[source] not in loss.tasks or no_step or one_sided
    else:
        assert np.isfinite(trainer.step())
        assert trainer.diverged is None


# -- how parameters lie ------------------------------------------------------------------------------


def test_a_unit_that_the_output_does_not_have_cannot_be_frozen() -> None:
    made = Experiment().with_value("network.output.frozen_units", (1, 7))
    with pytest.raises(DataError, match="The output has 3 units, so there is none with the index 7 to freeze"):
        Trainer(made)


def test_two_targets_make_two_outputs() -> None:
    data = Dataset.from_arrays(np.ones((5, 3)), np.ones((5, 2)))
    assert plan(Experiment(), data).widths == (3, 8, 8, 2)


def test_parameters_are_counted_with_their_biases() -> None:
    assert plan(Experiment(), load_data(DataSpec())).parameters == (2 + 1) * 8 + (8 + 1) * 8 + (8 + 1) * 3


def test_weights_and_biases_have_the_shapes_promised() -> None:
    network = Trainer(Experiment()).network
    shapes = [(w.shape, b.shape) for w, b in zip(network.weights, network.biases, strict=True)]
    assert shapes == [((2, 8), (8,)), ((8, 8), (8,)), ((8, 3), (3,))]


def test_weights_and_biases_are_views_that_cover_the_flat_vector() -> None:
    network = Trainer(Experiment()).network
    for array in (*network.weights, *network.biases):
        array[...] = 7.0
    assert (network.parameters == 7.0).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_outputs_are_what_the_formula_says(dtype: type) -> None:
    trainer = Trainer(experiment("iris", layers=(Dense(units=5),)), dtype=dtype)
    x = trainer.data.x_test.astype(dtype)
    (w1, w2), (b1, b2) = trainer.network.weights, trainer.network.biases
    e = np.exp(np.tanh(x @ w1 + b1) @ w2 + b2)
    np.testing.assert_allclose(trainer.predict(x), e / e.sum(axis=1, keepdims=True), rtol=1e-5)


def test_a_table_longer_than_a_chunk_is_predicted_row_by_row_the_same() -> None:
    trainer = Trainer(Experiment())
    x = np.random.default_rng(0).normal(size=(9000, 2))
    pieces = [trainer.predict(x[start : start + 1000]) for start in range(0, 9000, 1000)]
    np.testing.assert_allclose(trainer.predict(x), np.concatenate(pieces), rtol=1e-5, atol=1e-7)


def test_no_row_gets_no_prediction() -> None:
    assert Trainer(Experiment()).predict(np.empty((0, 2))).shape == (0, 3)


# -- too large ---------------------------------------------------------------------------------------

SIXTY_WIDE_LAYERS = (Dense(units=4096),) * 60


@pytest.fixture
def eight_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = namedtuple("memory", "available")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory(8 * 10**9))


def refuse(attempt: Any) -> TooLargeError:
    with pytest.raises(TooLargeError) as caught:
        attempt()
    return caught.value


@pytest.mark.usefixtures("eight_gigabytes")
def test_a_network_beyond_the_memory_is_refused_with_both_sizes() -> None:
    message = str(refuse(lambda: Trainer(Experiment().with_layers(SIXTY_WIDE_LAYERS))))
    assert "990,121,987 parameters" in message
    assert "8.0 GB are free" in message


@pytest.mark.usefixtures("eight_gigabytes")
def test_a_refusal_allocates_nothing() -> None:
    data = load_data(DataSpec())
    tracemalloc.start()
    refuse(lambda: Trainer(Experiment().with_layers(SIXTY_WIDE_LAYERS), data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.usefixtures("eight_gigabytes")
def test_a_refusal_is_quick() -> None:
    data, started = load_data(DataSpec()), time.process_time()
    refuse(lambda: Trainer(Experiment().with_layers(SIXTY_WIDE_LAYERS), data))
    assert time.process_time() - started < 0.25


class AllocatedError(Exception):
    """Stands for the allocation that must not happen, or may."""


@pytest.mark.usefixtures("eight_gigabytes")
@pytest.mark.parametrize(("dtype", "error"), [(np.float32, AllocatedError), (np.float64, TooLargeError)])
def test_the_estimate_knows_how_wide_a_number_is(
    dtype: type, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def allocate(*_: Any) -> None:
        raise AllocatedError

    monkeypatch.setattr("engine.training.Network", allocate)
    # 134 million parameters: about 6.5 GB in float32, 13 GB in float64.
    experiment_of_nine = Experiment().with_layers((Dense(units=4096),) * 9)
    with pytest.raises(error):
        Trainer(experiment_of_nine, dtype=dtype)


@pytest.mark.parametrize(("kind", "error"), [("adam", AllocatedError), ("lbfgs", TooLargeError)])
def test_the_estimate_knows_which_optimizer_takes_all_rows_at_once(
    kind: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def allocate(*_: Any) -> None:
        raise AllocatedError

    monkeypatch.setattr("engine.training.Network", allocate)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: namedtuple("memory", "available")(500 * 10**6))
    # Sums, outputs and slopes of 20,000 rows in 4,096 units are about a gigabyte; those of 32 rows are nothing.
    data = Dataset.from_arrays(np.ones((20_000, 2)), np.arange(20_000) % 2)
    wide = Experiment().with_layers((Dense(units=4096),)).with_value("training.optimizer.kind", kind)
    with pytest.raises(error):
        Trainer(wide, data)
