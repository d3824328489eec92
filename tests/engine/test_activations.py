"""Every activation against PyTorch and against central differences."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from engine import Dense
from engine.activations import ACTIVATIONS, Activation, normal_cdf, sigmoid, softplus

# (torch.nn.functional, z, the layer's description) -> a
TORCH: dict[str, Callable[[Any, Any, Any], Any]] = {
    "linear": lambda f, z, layer: z * 1.0,
    "step": lambda f, z, layer: (z >= 0).to(z.dtype) + 0.0 * z,
    "sigmoid": lambda f, z, layer: f.sigmoid(z),
    # PyTorch's own hardsigmoid passes back a sixth that is rounded to float32.
    "hard_sigmoid": lambda f, z, layer: f.relu6(z + 3.0) / 6.0,
    "tanh": lambda f, z, layer: f.tanh(z),
    "softsign": lambda f, z, layer: f.softsign(z),
    "softplus": lambda f, z, layer: f.softplus(z, threshold=50),
    "relu": lambda f, z, layer: f.relu(z),
    "relu6": lambda f, z, layer: f.relu6(z),
    "leaky_relu": lambda f, z, layer: f.leaky_relu(z, layer.negative_slope),
    "elu": lambda f, z, layer: f.elu(z, layer.alpha),
    "selu": lambda f, z, layer: f.selu(z),
    "gelu": lambda f, z, layer: f.gelu(z, approximate="none"),
    "gelu_tanh": lambda f, z, layer: f.gelu(z, approximate="tanh"),
    "silu": lambda f, z, layer: f.silu(z),
    "mish": lambda f, z, layer: f.mish(z),
    "softmax": lambda f, z, layer: f.softmax(z, dim=0),
}
TUNED: dict[str, list[dict[str, float]]] = {
    "leaky_relu": [{"negative_slope": slope} for slope in (0.0, 0.2, 1.0)],
    "elu": [{"alpha": alpha} for alpha in (0.0, 0.5, 2.0, 10.0)],
}
LAYERS = [Dense(activation=part.key) for part in ACTIVATIONS]
LAYERS += [Dense(activation=key, **settings) for key, each in TUNED.items() for settings in each]


def named(layer: Dense) -> str:
    setting = ACTIVATIONS[layer.activation].setting
    return f"{layer.activation}, {setting} {getattr(layer, setting)}" if setting else layer.activation


every_activation = pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda part: part.key)
every_layer = pytest.mark.parametrize("layer", LAYERS, ids=named)
both_precisions = pytest.mark.parametrize("dtype", [np.float32, np.float64])
H = 1e-6


def of(layer: Dense) -> Activation:
    return ACTIVATIONS[layer.activation].tuned(layer)


def sums(*kinks: float, widest: float = 8.0) -> Any:
    """z (units, batch) in float64, at least 0.01 away from every kink."""
    z = np.random.default_rng(1).uniform(-widest, widest, (5, 60))
    for kink in kinks:
        z = np.where(np.abs(z - kink) < 0.01, kink + 0.05, z)
    return z


def slopes(activation: Activation, z: Any) -> Any:
    """da/dz of every sum; an entry may answer with one number for all."""
    return np.broadcast_to(np.asarray(activation.slope(z, activation.value(z, None)), z.dtype), z.shape)


# -- against PyTorch -----------------------------------------------------------------------------------


def test_every_activation_and_every_setting_has_a_second_opinion() -> None:
    assert list(TORCH) == [part.key for part in ACTIVATIONS]
    assert list(TUNED) == [part.key for part in ACTIVATIONS if part.setting]


# Sums on the kinks and far out.
PLACES = np.array([0.0, -3.0, 3.0, 6.0, 12.5, -12.5, 40.0, -40.0, 300.0, -300.0])


@every_layer
def test_the_value_is_that_of_pytorch(layer: Dense, torch: Any) -> None:
    z = np.concatenate([sums(), np.tile(PLACES, (5, 1))], axis=1)
    theirs = TORCH[layer.activation](torch.nn.functional, torch.from_numpy(z), layer).numpy()
    np.testing.assert_allclose(of(layer).value(z, None), theirs, rtol=1e-12, atol=1e-15)


@every_layer
def test_a_gradient_passes_back_as_in_pytorch(layer: Dense, torch: Any) -> None:
    z = np.concatenate([sums(), np.tile(PLACES, (5, 1))], axis=1)
    gradient = np.random.default_rng(2).normal(size=z.shape)
    tensor = torch.from_numpy(z).requires_grad_()
    TORCH[layer.activation](torch.nn.functional, tensor, layer).backward(torch.from_numpy(gradient))
    activation = of(layer)
    ours = activation.pass_back(z, activation.value(z, None), gradient.copy())
    # An ELU's slope, a + alpha, is a difference: exact to the last digit of alpha.
    np.testing.assert_allclose(ours, tensor.grad.numpy(), rtol=1e-12, atol=1e-14)


def test_the_normal_distribution_is_that_of_scipy() -> None:
    z = np.concatenate([np.linspace(-36.5, 40.0, 40_001), [0.0, -0.0, 0.46875 * np.sqrt(2.0), 1e-300, -1e-300]])
    np.testing.assert_allclose(normal_cdf(z), ndtr(z), rtol=0, atol=2.5e-16)


@pytest.mark.parametrize(("lowest", "tolerance"), [(-1.0, 1e-15), (-5.6, 1e-14), (-36.5, 1e-7)])
def test_the_tail_of_the_normal_distribution_is_that_of_scipy(lowest: float, tolerance: float) -> None:
    z = np.linspace(lowest, 0.0, 20_001)
    np.testing.assert_allclose(normal_cdf(z), ndtr(z), rtol=tolerance, atol=0)


def test_a_normal_number_is_as_often_below_as_its_mirror_is_above() -> None:
    z = np.linspace(-10.0, 10.0, 1001)
    np.testing.assert_allclose(normal_cdf(z) + normal_cdf(-z), 1.0, rtol=0, atol=1e-15)


# -- against differences -------------------------------------------------------------------------------


@every_layer
def test_the_slope_agrees_with_central_differences(layer: Dense) -> None:
    activation = of(layer)
    z = sums(*activation.kinks, widest=6.5)
    measured = np.empty_like(z)
    for unit in range(len(z)):
        nudge = np.zeros_like(z)
        nudge[unit] = H
        change = activation.value(z + nudge, None) - activation.value(z - nudge, None)
        measured[unit] = change[unit] / (2 * H)
    np.testing.assert_allclose(slopes(activation, z), measured, rtol=1e-7, atol=2e-9)


@every_layer
def test_a_gradient_passes_back_as_central_differences_say(layer: Dense) -> None:
    activation = of(layer)
    z = sums(*activation.kinks, widest=6.5)
    gradient = np.random.default_rng(2).normal(size=z.shape)
    measured = np.empty_like(z)
    for unit in range(len(z)):
        nudge = np.zeros_like(z)
        nudge[unit] = H
        change = activation.value(z + nudge, None) - activation.value(z - nudge, None)
        measured[unit] = (gradient * change).sum(axis=0) / (2 * H)
    passed = activation.pass_back(z, activation.value(z, None), gradient.copy())
    np.testing.assert_allclose(passed, measured, rtol=1e-7, atol=1e-8)


@every_layer
def test_value_and_slope_jump_at_the_declared_kinks_and_nowhere_else(layer: Dense) -> None:
    activation = of(layer)
    places = np.arange(-8.0, 8.25, 0.25)
    below, above = np.tile(places - 1e-9, (2, 1)), np.tile(places + 1e-9, (2, 1))
    # Two units in a column, of which only the first moves: otherwise softmax could not change at all.
    below[1] = above[1] = 0.0
    sides = [np.stack([activation.value(z, None)[0], slopes(activation, z)[0]]) for z in (below, above)]
    jumps = places[np.abs(sides[1] - sides[0]).max(axis=0) > 1e-6]
    straight = layer.activation == "leaky_relu" and layer.negative_slope == 1.0
    assert tuple(jumps) == (() if straight else activation.kinks)


# -- numbers -------------------------------------------------------------------------------------------


@every_layer
def test_float32_is_exact_to_its_last_digits(layer: Dense) -> None:
    activation, z = of(layer), sums(0.0, 3.0, -3.0, 6.0).astype(np.float32)
    exact = z.astype(np.float64)
    for ours, truth in (
        (activation.value(z, None), activation.value(exact, None)),
        (slopes(activation, z), slopes(activation, exact)),
    ):
        np.testing.assert_allclose(ours, truth, rtol=1e-6, atol=2e-6)


@every_layer
@both_precisions
def test_huge_sums_stay_finite_without_a_warning(layer: Dense, dtype: type) -> None:
    # Warnings are errors here, and NumPy warns of everything but an underflow.
    activation, z = of(layer), np.array([[1000.0, -1000.0, 1000.0], [-1000.0, -1000.0, 1000.0]], dtype)
    a = activation.value(z, None)
    assert np.isfinite([a, slopes(activation, z), activation.pass_back(z, a, np.ones_like(z))]).all()


@every_layer
@both_precisions
def test_the_largest_sums_stay_finite(layer: Dense, dtype: type) -> None:
    # As training does it: a square may overflow on the way, when the result does not depend on it.
    activation, z = of(layer), np.array([[1e30, -1e30, 1e30], [-1e30, -1e30, 1e30]], dtype)
    with np.errstate(all="ignore"):
        a = activation.value(z, None)
        assert np.isfinite([a, slopes(activation, z), activation.pass_back(z, a, np.ones_like(z))]).all()


@pytest.mark.parametrize("function", [sigmoid, softplus, normal_cdf])
@both_precisions
def test_the_functions_that_losses_share_stay_finite(function: Callable[[Any], Any], dtype: type) -> None:
    z = np.array([0.0, 1000.0, -1000.0, 1e30, -1e30], dtype)
    assert np.isfinite(function(z)).all()


@every_layer
@both_precisions
def test_the_precision_is_kept(layer: Dense, dtype: type) -> None:
    activation, z = of(layer), sums().astype(dtype)
    a = activation.value(z, None)
    assert (a.dtype, activation.pass_back(z, a, np.ones_like(z)).dtype) == (dtype, dtype)


# -- arrays --------------------------------------------------------------------------------------------


@every_activation
def test_the_value_is_written_where_it_is_asked_for(activation: Activation) -> None:
    z, out = sums().astype(np.float32), np.empty((5, 60), np.float32)
    activation.value(z, out)
    np.testing.assert_array_equal(out, activation.value(z, None))


@every_activation
def test_passing_back_happens_in_place(activation: Activation) -> None:
    z, gradient = sums(), np.ones((5, 60))
    assert activation.pass_back(z, activation.value(z, None), gradient) is gradient


@every_activation
def test_sums_and_outputs_are_left_alone(activation: Activation) -> None:
    z = sums()
    a = activation.value(z, None)
    before = z.copy(), a.copy()
    activation.pass_back(z, a, np.ones_like(z))
    np.testing.assert_array_equal((z, a), before)


# -- settings ------------------------------------------------------------------------------------------


@every_activation
def test_the_defaults_of_a_layer_give_the_registered_function(activation: Activation) -> None:
    tuned, z = activation.tuned(Dense(activation=activation.key)), sums()
    np.testing.assert_array_equal(tuned.value(z, None), activation.value(z, None))


@pytest.mark.parametrize("key", TUNED)
def test_a_tuned_function_shows_its_number_and_can_be_tuned_again(key: str) -> None:
    activation = ACTIVATIONS[key]
    once = activation.tuned(Dense(activation=key, **{str(activation.setting): 0.25}))
    again = once.tuned(Dense(activation=key, **{str(activation.setting): 0.75}))
    assert ("0.25" in once.formula, "0.75" in again.formula, once == again) == (True, True, False)


@every_activation
def test_a_function_without_a_setting_is_itself_whatever_the_layer_says(activation: Activation) -> None:
    tuned = activation.tuned(Dense(activation=activation.key, negative_slope=0.5, alpha=3.0))
    assert (tuned is activation) == (activation.setting is None)
