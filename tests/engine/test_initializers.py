"""Every initializer against its formula."""

from math import sqrt

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.initializers import INITIALIZERS, Initializer

INPUTS, UNITS = 300, 200
DEVIATION: dict[str, float] = {
    "zeros": 0.0,
    "normal": 0.05,
    "glorot_uniform": sqrt(2 / (INPUTS + UNITS)),
    "glorot_normal": sqrt(2 / (INPUTS + UNITS)),
    "he_uniform": sqrt(2 / INPUTS),
    "he_normal": sqrt(2 / INPUTS),
}
every_initializer = pytest.mark.parametrize("initializer", INITIALIZERS, ids=lambda part: part.key)


def drawn(initializer: Initializer, seed: int = 0) -> np.ndarray:
    return initializer.draw(np.random.default_rng(seed), INPUTS, UNITS)


@every_initializer
def test_the_spread_is_that_of_the_formula(initializer: Initializer) -> None:
    assert drawn(initializer).std() == pytest.approx(DEVIATION[initializer.key], rel=0.02)


@every_initializer
def test_the_mean_is_zero(initializer: Initializer) -> None:
    assert abs(drawn(initializer).mean()) <= 5 * DEVIATION[initializer.key] / sqrt(INPUTS * UNITS)


@pytest.mark.parametrize("key", [part.key for part in INITIALIZERS if part.key.endswith("uniform")])
def test_a_uniform_draw_fills_its_bounds_and_keeps_within_them(key: str) -> None:
    largest = np.abs(drawn(INITIALIZERS[key])).max()
    assert 0.999 <= largest / (sqrt(3) * DEVIATION[key]) <= 1.0


@pytest.mark.parametrize("key", [part.key for part in INITIALIZERS if part.key.endswith("normal")])
def test_a_normal_draw_has_normal_tails(key: str) -> None:
    beyond_two_deviations = np.mean(np.abs(drawn(INITIALIZERS[key])) > 2 * DEVIATION[key])
    assert beyond_two_deviations == pytest.approx(0.0455, abs=0.005)


def test_zeros_is_zeros() -> None:
    assert not drawn(INITIALIZERS["zeros"]).any()


@every_initializer
def test_weights_have_one_row_for_each_input(initializer: Initializer) -> None:
    assert drawn(initializer).shape == (INPUTS, UNITS)


@every_initializer
def test_the_same_generator_draws_the_same_weights(initializer: Initializer) -> None:
    np.testing.assert_array_equal(drawn(initializer, 7), drawn(initializer, 7))


@every_initializer
def test_biases_start_at_zero(initializer: Initializer) -> None:
    trainer = Trainer(Experiment().with_layer(0, initializer=initializer.key))
    assert not any(b.any() for b in trainer.network.biases)
