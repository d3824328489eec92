"""The Network: what is automatic, where the parameters lie, and what is refused before anything is allocated."""

import time
import tracemalloc
from collections import namedtuple
from typing import Any

import numpy as np
import psutil
import pytest

from engine import DataError, Dataset, DataSpec, Dense, Experiment, TooLargeError, Trainer, load_data
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
    ],
)
def test_output_and_loss_follow_the_data_unless_chosen(
    source: str, loss: str, output: str, expected: tuple[str, str, int]
) -> None:
    made = experiment(source, loss, output)
    found = plan(made, load_data(made.data))
    assert (found.loss.key, found.layers[-1].activation.key, found.layers[-1].units) == expected


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "categorical_cross_entropy"])
def test_a_cross_entropy_is_refused_for_a_number(loss: str) -> None:
    made = experiment("diabetes", loss)
    with pytest.raises(DataError, match="needs classes, but the target 'progression' is a number"):
        plan(made, load_data(made.data))


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
    data, started = load_data(DataSpec()), time.perf_counter()
    refuse(lambda: Trainer(Experiment().with_layers(SIXTY_WIDE_LAYERS), data))
    assert time.perf_counter() - started < 0.25


class AllocatedError(Exception):
    """Stands for the allocation that must not happen, or may."""


@pytest.mark.usefixtures("eight_gigabytes")
@pytest.mark.parametrize(("dtype", "error"), [(np.float32, AllocatedError), (np.float64, TooLargeError)])
def test_the_estimate_knows_how_wide_a_number_is(
    dtype: type, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def allocate(*_: Any) -> None:
        raise AllocatedError

    monkeypatch.setattr("engine.trainer.Network", allocate)
    # 134 million parameters: about 6.5 GB in float32, 13 GB in float64.
    experiment_of_nine = Experiment().with_layers((Dense(units=4096),) * 9)
    with pytest.raises(error):
        Trainer(experiment_of_nine, dtype=dtype)
