"""Every initializer against its formula and against PyTorch's draws."""

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np
import pytest
from scipy.stats import ks_2samp, truncnorm

from engine import Dense, Experiment, Output, Trainer
from engine.activations import ACTIVATIONS
from engine.initializers import INITIALIZERS, Initializer

INPUTS, UNITS, SPREAD = 300, 200, 0.3
DEVIATION: dict[str, float] = {
    "zeros": 0.0,
    "constant": 0.0,
    "uniform": SPREAD / sqrt(3),
    "normal": SPREAD,
    "truncated_normal": SPREAD * float(truncnorm(-2, 2).std()),
    "glorot_uniform": sqrt(2 / (INPUTS + UNITS)),
    "glorot_normal": sqrt(2 / (INPUTS + UNITS)),
    "he_uniform": sqrt(2 / INPUTS),
    "he_normal": sqrt(2 / INPUTS),
    "lecun_uniform": sqrt(1 / INPUTS),
    "lecun_normal": sqrt(1 / INPUTS),
    # Orthonormal columns: a square in every one of them adds up to 1.
    "orthogonal": sqrt(1 / INPUTS),
}
# (torch.nn.init, w (units, inputs), generator); what PyTorch calls linear is LeCun's variance
TORCH: dict[str, Callable[[Any, Any, Any], Any]] = {
    "zeros": lambda init, w, g: init.zeros_(w),
    "constant": lambda init, w, g: init.constant_(w, SPREAD),
    "uniform": lambda init, w, g: init.uniform_(w, -SPREAD, SPREAD, generator=g),
    "normal": lambda init, w, g: init.normal_(w, 0.0, SPREAD, generator=g),
    "truncated_normal": lambda init, w, g: init.trunc_normal_(w, 0.0, SPREAD, -2 * SPREAD, 2 * SPREAD, generator=g),
    "glorot_uniform": lambda init, w, g: init.xavier_uniform_(w, generator=g),
    "glorot_normal": lambda init, w, g: init.xavier_normal_(w, generator=g),
    "he_uniform": lambda init, w, g: init.kaiming_uniform_(w, nonlinearity="relu", generator=g),
    "he_normal": lambda init, w, g: init.kaiming_normal_(w, nonlinearity="relu", generator=g),
    "lecun_uniform": lambda init, w, g: init.kaiming_uniform_(w, nonlinearity="linear", generator=g),
    "lecun_normal": lambda init, w, g: init.kaiming_normal_(w, nonlinearity="linear", generator=g),
    "orthogonal": lambda init, w, g: init.orthogonal_(w, generator=g),
}
RANDOM = [part for part in INITIALIZERS if part.key not in ("zeros", "constant")]
UNIFORM = [part.key for part in INITIALIZERS if part.key.endswith("uniform")]
NORMAL = [key for key in DEVIATION if key.endswith("normal") and not key.startswith("truncated")]
every_initializer = pytest.mark.parametrize("initializer", INITIALIZERS, ids=lambda part: part.key)
every_random_one = pytest.mark.parametrize("initializer", RANDOM, ids=lambda part: part.key)


def drawn(initializer: Initializer, seed: int = 0, inputs: int = INPUTS, units: int = UNITS) -> Any:
    return initializer.draw(np.random.default_rng(seed), inputs, units, SPREAD)


# -- the formula ---------------------------------------------------------------------------------------


def test_every_initializer_has_a_second_opinion() -> None:
    assert list(TORCH) == list(DEVIATION) == [part.key for part in INITIALIZERS]


@every_initializer
def test_the_deviation_is_that_of_the_formula(initializer: Initializer) -> None:
    assert drawn(initializer).std() == pytest.approx(DEVIATION[initializer.key], rel=0.01, abs=1e-12)


@every_initializer
def test_the_mean_is_that_of_the_formula(initializer: Initializer) -> None:
    mean = SPREAD if initializer.key == "constant" else 0.0
    assert abs(drawn(initializer).mean() - mean) <= 4 * DEVIATION[initializer.key] / sqrt(INPUTS * UNITS) + 1e-12


@every_initializer
def test_weights_are_distributed_as_those_of_pytorch(initializer: Initializer, torch: Any) -> None:
    theirs = torch.empty(UNITS, INPUTS, dtype=torch.float64)
    TORCH[initializer.key](torch.nn.init, theirs, torch.Generator().manual_seed(1))
    assert ks_2samp(drawn(initializer).ravel(), theirs.numpy().ravel()).pvalue > 0.01


@pytest.mark.parametrize("key", UNIFORM)
def test_a_uniform_draw_fills_its_bounds_and_keeps_within_them(key: str) -> None:
    largest = np.abs(drawn(INITIALIZERS[key])).max()
    assert 0.999 <= largest / (sqrt(3) * DEVIATION[key]) <= 1.0


@pytest.mark.parametrize("key", NORMAL)
def test_a_normal_draw_has_normal_tails(key: str) -> None:
    beyond_two_deviations = np.mean(np.abs(drawn(INITIALIZERS[key])) > 2 * DEVIATION[key])
    assert beyond_two_deviations == pytest.approx(0.0455, abs=0.003)


def test_a_truncated_normal_draw_ends_at_two_deviations() -> None:
    largest = np.abs(drawn(INITIALIZERS["truncated_normal"])).max()
    assert 0.999 <= largest / (2 * SPREAD) <= 1.0


@pytest.mark.parametrize(("inputs", "units"), [(7, 40), (40, 7), (30, 30), (1, 5), (5, 1), (1, 1)])
def test_the_shorter_side_of_an_orthogonal_draw_is_orthonormal(inputs: int, units: int) -> None:
    w = drawn(INITIALIZERS["orthogonal"], inputs=inputs, units=units)
    product = w @ w.T if inputs < units else w.T @ w
    np.testing.assert_allclose(product, np.eye(min(inputs, units)), rtol=0, atol=1e-14)


def test_no_orthogonal_matrix_is_likelier_than_another() -> None:
    # The decomposition alone prefers one sign for the entries on the diagonal.
    rng = np.random.default_rng(3)
    draws = np.array([INITIALIZERS["orthogonal"].draw(rng, 3, 3, SPREAD) for _ in range(4000)])
    np.testing.assert_allclose(draws.mean(axis=0), 0.0, rtol=0, atol=4 * sqrt(1 / 3 / 4000))
    np.testing.assert_allclose((draws**2).mean(axis=0), 1 / 3, rtol=0, atol=0.03)
    assert np.mean(np.linalg.det(draws) > 0) == pytest.approx(0.5, abs=0.03)


@every_initializer
def test_the_spread_matters_exactly_where_it_is_said_to(initializer: Initializer) -> None:
    once, twice = (initializer.draw(np.random.default_rng(0), 20, 10, spread) for spread in (0.3, 0.6))
    np.testing.assert_allclose(twice, 2 * once if initializer.spreads else once, rtol=1e-15)


@every_initializer
@pytest.mark.parametrize(("inputs", "units"), [(300, 200), (200, 300), (1, 1), (1, 9), (9, 1)])
def test_weights_have_one_row_for_each_input(initializer: Initializer, inputs: int, units: int) -> None:
    assert drawn(initializer, inputs=inputs, units=units).shape == (inputs, units)


# -- seeds ---------------------------------------------------------------------------------------------


@every_initializer
def test_the_same_seed_draws_the_same_weights(initializer: Initializer) -> None:
    np.testing.assert_array_equal(drawn(initializer, seed=7), drawn(initializer, seed=7))


@every_random_one
def test_another_seed_draws_other_weights(initializer: Initializer) -> None:
    assert not np.isclose(drawn(initializer, seed=7), drawn(initializer, seed=8), rtol=1e-6).mean() > 0.01


# -- what they are for ---------------------------------------------------------------------------------


KEEPS = {
    "linear": ["lecun_uniform", "lecun_normal", "glorot_uniform", "glorot_normal", "orthogonal"],
    "relu": ["he_uniform", "he_normal"],
    "selu": ["lecun_normal"],
}


@pytest.mark.parametrize(
    ("activation", "key"), [(activation, key) for activation, keys in KEEPS.items() for key in keys]
)
def test_the_signal_neither_grows_nor_fades_through_twenty_layers(activation: str, key: str) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(256, 50))
    sizes = []
    for _ in range(20):
        z = INITIALIZERS[key].draw(rng, 256, 256, SPREAD).T @ x
        sizes.append(np.square(z).mean())
        x = ACTIVATIONS[activation].value(z, None)
    # Half or twice the variance in every layer would make it a million times less or more.
    assert 0.5 < sizes[-1] / sizes[0] < 2.0


# -- in a layer ----------------------------------------------------------------------------------------

SUITS = {
    "glorot_uniform": ["linear", "step", "sigmoid", "hard_sigmoid", "tanh", "softsign", "softmax"],
    "he_uniform": ["softplus", "relu", "relu6", "leaky_relu", "elu", "gelu", "gelu_tanh", "silu", "mish"],
    "lecun_normal": ["selu"],
}


def test_automatic_follows_the_activation() -> None:
    found = {part.key: Dense(activation=part.key).started_by for part in ACTIVATIONS}
    assert found == {activation: key for key, each in SUITS.items() for activation in each}


def test_automatic_is_glorot_uniform_while_the_activation_of_the_output_is_not_known() -> None:
    assert Output().started_by == "glorot_uniform"


@every_initializer
@pytest.mark.parametrize("layer", [Dense(activation="relu"), Output()], ids=["hidden", "output"])
def test_a_chosen_initializer_is_taken_whatever_the_activation(layer: Any, initializer: Initializer) -> None:
    assert layer.edited(initializer=initializer.key).started_by == initializer.key


@every_initializer
def test_biases_start_at_zero(initializer: Initializer) -> None:
    trainer = Trainer(Experiment().with_layer(0, initializer=initializer.key))
    assert not any(b.any() for b in trainer.network.biases)


def test_a_network_starts_with_the_spread_of_the_layer() -> None:
    trainer = Trainer(Experiment().with_layer(1, initializer="constant", spread=0.25))
    assert set(trainer.network.weights[1].ravel()) == {0.25}
