"""The probe of distributions: every count against other code, gradients against PyTorch, and how time is kept."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import BatchNorm, Dataset, Dense, Dropout, Experiment, Trainer
from engine.batches import Rows
from engine.probes import Wants
from engine.probing.distributions import DISTRIBUTIONS, MOMENTS, QUANTITIES, Distributions
from engine.probing.histogram import Histogram
from engine.probing.table import PROBES

KEYS = [each.key for each in QUANTITIES]
each_quantity = pytest.mark.parametrize("key", KEYS)


def measured(trainer: Trainer, before: Distributions | None = None) -> Distributions:
    found = DISTRIBUTIONS.measure(trainer, Wants(), before)
    assert isinstance(found, Distributions)
    return found


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    """The ready example, 2-8-8-3 with 105 training rows, after three epochs; float64."""
    made = Trainer(Experiment(), dtype=np.float64)
    made.run(epochs=3)
    return made


def agrees(found: Histogram, values: Any) -> bool:
    """Whether a histogram counts these very values, as NumPy does in its bins."""
    values = np.asarray(values, float).ravel()
    same = found.counts.tolist() == np.histogram(values, found.bins.edges)[0].tolist()
    moments = (found.low, found.high, found.mean, found.deviation)
    expected = (values.min(), values.max(), values.mean(), values.std())
    return same and np.allclose(moments, expected, rtol=1e-9, atol=1e-15) and found.total == values.size


def test_the_probe_is_in_the_table_and_says_which_gradient_it_is() -> None:
    assert PROBES["distributions"] is DISTRIBUTIONS
    assert "mean loss" in DISTRIBUTIONS.about


def test_weights_and_biases_are_counted_as_they_are(trainer: Trainer) -> None:
    found = measured(trainer).now.histograms
    for layer, (w, b) in enumerate(zip(trainer.network.weights, trainer.network.biases, strict=True)):
        assert agrees(found["weights"][layer], w)
        assert agrees(found["biases"][layer], b)


def test_sums_and_activations_are_those_of_the_formula(trainer: Trainer) -> None:
    found, a = measured(trainer).now.histograms, trainer.data.x_train.astype(np.float64)
    for layer, (w, b) in enumerate(zip(trainer.network.weights, trainer.network.biases, strict=True)):
        z = a @ w + b
        a = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) if layer == 2 else np.tanh(z)
        assert agrees(found["sums"][layer], z)
        assert agrees(found["activations"][layer], a)


def test_gradients_are_those_of_pytorch(trainer: Trainer, torch: Any) -> None:
    rows = trainer.rows["train"]
    a, weights = torch.tensor(rows.x[:, :-1]), []
    for i, (w, b) in enumerate(zip(trainer.network.weights, trainer.network.biases, strict=True)):
        weights.append(torch.tensor(w.copy(), requires_grad=True))
        z = a @ weights[-1] + torch.tensor(b.copy())
        a = torch.tanh(z) if i < 2 else z
    loss = torch.nn.functional.cross_entropy(a, torch.tensor(rows.y).argmax(1))
    found = measured(trainer).now.histograms["gradients"]
    for layer, slopes in enumerate(torch.autograd.grad(loss, weights)):
        assert agrees(found[layer], slopes.numpy())


def test_gradients_leave_out_penalties_and_noise_and_weigh_rows_as_training_does() -> None:
    layers = (Dense(units=4), Dropout(), BatchNorm(), Dense(units=3))
    experiment = Experiment().with_layers(layers).with_value("training.class_weights", "balanced")
    trainer = Trainer(experiment.with_value("training.l2", 0.5), dtype=np.float64)
    trainer.run(epochs=2)
    found, rows = measured(trainer).now.histograms["gradients"], trainer.rows["train"]

    def loss() -> float:
        z, a = trainer.network.outputs(rows.x.T)
        return trainer.network.loss_of(z, a, rows.y.T, rows.weights)

    for layer, w in enumerate(trainer.network.weights):
        slopes = np.zeros_like(w)
        for place in np.ndindex(w.shape):
            middle = w[place]
            w[place] = middle + 1e-5
            above = loss()
            w[place] = middle - 1e-5
            slopes[place] = (above - loss()) / 2e-5
            w[place] = middle
        np.testing.assert_allclose(found[layer].mean, slopes.mean(), rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(found[layer].high, slopes.max(), rtol=1e-5, atol=1e-9)


def test_it_changes_nothing_of_the_run(trainer: Trainer) -> None:
    network = trainer.network
    before = [array.copy() for array in (network.parameters, network.gradient, network.statistics)]
    noise = network.noise.bit_generator.state
    measured(trainer)
    after = network.parameters, network.gradient, network.statistics
    assert network.noise.bit_generator.state == noise
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


# -- nasty networks ----------------------------------------------------------------------------------


def rows_of(trainer: Trainer, count: int) -> None:
    rows = trainer.rows["train"]
    trainer.rows["train"] = Rows(rows.x[:count], rows.y[:count], None)


@each_quantity
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_counted_apart(key: str, value: float) -> None:
    broken = Trainer(Experiment())
    broken.network.weights[0][0, 3] = value
    for found in measured(broken).now.histograms[key]:
        assert found.finite + found.odd == found.total
        assert np.isfinite(found.bins.edges).all()
    odd = measured(broken).now.histograms[key][0].odd
    assert odd == {"weights": 1, "biases": 0, "sums": 105}.get(key, odd)


@each_quantity
@pytest.mark.parametrize("count", [0, 1])
def test_with_few_rows_what_belongs_to_rows_is_of_those(key: str, count: int) -> None:
    trainer = Trainer(Experiment())
    rows_of(trainer, count)
    found = measured(trainer)
    totals = [each.total for each in found.now.histograms[key]]
    of_rows = {"sums": [8, 8, 3], "activations": [8, 8, 3], "gradients": [16, 64, 24]}
    expected = {"weights": [16, 64, 24], "biases": [8, 8, 3]} | {k: [c * count for c in v] for k, v in of_rows.items()}
    assert (totals, found.rows, found.all_rows) == (expected[key], count, count)


def test_a_layer_without_biases_has_none_to_count() -> None:
    trainer = Trainer(Experiment().with_layers((Dense(units=4, bias=False), Dense(units=4))))
    assert [each.total for each in measured(trainer).now.histograms["biases"]] == [0, 4, 3]


def test_of_huge_layers_a_part_is_counted_and_said() -> None:
    data = Dataset.from_arrays(np.linspace(-1, 1, 600)[:, None], np.linspace(-1, 1, 600))
    trainer = Trainer(Experiment().with_layers((Dense(units=700), Dense(units=700))), data)
    found = measured(trainer)
    middle = found.now.histograms["weights"][1]
    assert (middle.total, middle.counted) == (490_000, 262_144 // 3)
    assert (found.rows, found.all_rows) == (256, 600)


# -- over time ---------------------------------------------------------------------------------------


def at(trainer: Trainer, steps: Any) -> Distributions:
    """The answer after having been asked at these steps."""
    answer = None
    for step in steps:
        trainer.steps_done = step
        answer = measured(trainer, answer)
    assert answer is not None
    return answer


@pytest.fixture
def small() -> Trainer:
    return Trainer(Experiment().with_layers(()))


def test_moments_follow_one_another_and_the_last_is_now(small: Trainer) -> None:
    answer = at(small, [0, 3, 10])
    assert [moment.step for moment in answer.moments] == [0, 3, 10]
    assert answer.now is answer.moments[-1]


def test_the_same_step_is_kept_once_and_as_it_is_now(small: Trainer) -> None:
    first = at(small, [0, 5])
    small.network.weights[0][0, 0] = 123.0
    answer = measured(small, first)
    assert [moment.step for moment in answer.moments] == [0, 5]
    assert answer.now.histograms["weights"][0].high == 123.0


@pytest.mark.parametrize("every", [1, 7, 1000])
@pytest.mark.parametrize("asked", [161, 700, 2000])
def test_moments_are_bounded_evenly_spread_and_keep_both_ends(small: Trainer, asked: int, every: int) -> None:
    answer = at(small, range(0, asked * every, every))
    steps = np.array([moment.step for moment in answer.moments])
    gaps = np.diff(steps)[:-1]
    assert MOMENTS / 2 - 1 <= len(steps) <= MOMENTS
    assert (steps[0], steps[-1]) == (0, (asked - 1) * every)
    assert gaps.max() <= 2 * gaps.min()


def test_steps_at_an_uneven_pace_are_as_far_apart_as_said(small: Trainer) -> None:
    steps = np.cumsum(np.random.default_rng(0).integers(1, 40, 900)).tolist()
    answer = at(small, steps)
    gaps = np.diff([moment.step for moment in answer.moments])[:-1]
    assert gaps.min() >= answer.spacing
    assert gaps.max() <= 2 * answer.spacing


def test_an_answer_is_not_changed_by_the_next(small: Trainer) -> None:
    first = at(small, range(MOMENTS))
    before = [moment.step for moment in first.moments]
    small.steps_done = 10_000
    measured(small, first)
    assert [moment.step for moment in first.moments] == before


def test_memory_is_bounded() -> None:
    trainer = Trainer(Experiment().with_layers((Dense(units=12),) * 7))
    at(trainer, range(3))
    tracemalloc.start()
    answer = at(trainer, range(0, 1000, 2))
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(answer.moments) > MOMENTS / 2
    assert size / 8 < 640_000


def test_very_deep_networks_keep_fewer_moments() -> None:
    trainer = Trainer(Experiment().with_layers((Dense(units=2),) * 39))
    assert len(at(trainer, range(200)).moments) <= 80


def test_a_run_is_asked_and_answered_from_step_to_step() -> None:
    trainer, answer = Trainer(Experiment()), None
    for _ in range(4):
        trainer.train(steps=5)
        answer = measured(trainer, answer)
    assert answer is not None
    assert [moment.step for moment in answer.moments] == [5, 10, 15, 20]
    assert agrees(replace(answer.now.histograms["weights"][0]), trainer.network.weights[0])
