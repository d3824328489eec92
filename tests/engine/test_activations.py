"""Every activation against PyTorch and against central differences."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine.activations import ACTIVATIONS, Activation

TORCH: dict[str, Callable[[ModuleType, Any], Any]] = {
    "linear": lambda torch, z: z,
    "step": lambda torch, z: torch.heaviside(z, torch.ones_like(z)),
    "sigmoid": lambda torch, z: torch.sigmoid(z),
    "tanh": lambda torch, z: torch.tanh(z),
    "relu": lambda torch, z: torch.nn.functional.relu(z),
    "leaky_relu": lambda torch, z: torch.nn.functional.leaky_relu(z, 0.01),
    "softmax": lambda torch, z: torch.softmax(z, dim=0),
}
H = 1e-6
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda part: part.key)


def sums(kink: float | None = None) -> Any:
    """z (units, batch) in float64, at least 0.01 away from a kink."""
    z = np.random.default_rng(1).uniform(-4.0, 4.0, (4, 7))
    return z if kink is None else np.where(np.abs(z - kink) < 0.01, kink + 0.5, z)


@pytest.mark.parametrize("activation", [part for part in ACTIVATIONS if part.key in TORCH], ids=lambda part: part.key)
def test_the_value_is_that_of_pytorch(activation: Activation, torch: ModuleType) -> None:
    z = np.concatenate([sums(), np.zeros((4, 1)), np.full((4, 1), 50.0), np.full((4, 1), -50.0)], axis=1)
    theirs = TORCH[activation.key](torch, torch.from_numpy(z)).numpy()
    np.testing.assert_allclose(activation.value(z, None), theirs, rtol=1e-12, atol=1e-15)


@every_activation
def test_the_slope_agrees_with_central_differences(activation: Activation) -> None:
    z = sums(activation.kink)
    slope = np.broadcast_to(activation.slope(z, activation.value(z, None)), z.shape)
    measured = np.empty_like(z)
    for i in np.ndindex(z.shape):
        nudge = np.zeros_like(z)
        nudge[i] = H
        measured[i] = (activation.value(z + nudge, None)[i] - activation.value(z - nudge, None)[i]) / (2 * H)
    np.testing.assert_allclose(slope, measured, rtol=1e-7, atol=1e-9)


@every_activation
def test_a_gradient_passes_back_as_central_differences_say(activation: Activation) -> None:
    z = sums(activation.kink)
    gradient = np.random.default_rng(2).normal(size=z.shape)
    measured = np.empty_like(z)
    for i in np.ndindex(z.shape):
        nudge = np.zeros_like(z)
        nudge[i] = H
        change = activation.value(z + nudge, None) - activation.value(z - nudge, None)
        measured[i] = (gradient * change).sum() / (2 * H)
    passed = activation.pass_back(z, activation.value(z, None), gradient.copy())
    np.testing.assert_allclose(passed, measured, rtol=1e-7, atol=1e-8)


@every_activation
def test_passing_back_happens_in_place(activation: Activation) -> None:
    z, gradient = sums(), np.ones((4, 7))
    assert activation.pass_back(z, activation.value(z, None), gradient) is gradient


@every_activation
def test_only_a_declared_kink_makes_the_slope_jump(activation: Activation) -> None:
    below, above = np.full((3, 1), -1e-9), np.full((3, 1), 1e-9)
    left, right = (np.r_[activation.value(z, None)[0], np.ravel(activation.slope(z, z))[0]] for z in (below, above))
    smooth = np.allclose(left, right, atol=1e-6)
    assert smooth == (activation.kink is None)


@every_activation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_sums_stay_finite(activation: Activation, dtype: type) -> None:
    z = np.array([[1000.0, -1000.0, 1000.0], [-1000.0, -1000.0, 1000.0]], dtype)
    a = activation.value(z, None)
    assert np.isfinite(activation.pass_back(z, a, np.ones_like(z))).all()


@every_activation
def test_the_value_is_written_where_it_is_asked_for(activation: Activation) -> None:
    z, out = sums().astype(np.float32), np.empty((4, 7), np.float32)
    activation.value(z, out)
    np.testing.assert_array_equal(out, activation.value(z, None))


@every_activation
def test_the_sums_are_left_alone(activation: Activation) -> None:
    z = sums()
    before = z.copy()
    activation.pass_back(z, activation.value(z, None), np.ones_like(z))
    np.testing.assert_array_equal(z, before)


@every_activation
def test_float32_stays_float32(activation: Activation) -> None:
    assert activation.value(sums().astype(np.float32), None).dtype == np.float32


@pytest.mark.parametrize("negative_slope", [0.0, 0.2, 1.0])
def test_a_tuned_leaky_relu_is_that_of_pytorch(negative_slope: float, torch: ModuleType) -> None:
    z = sums()
    theirs = torch.nn.functional.leaky_relu(torch.from_numpy(z), negative_slope).numpy()
    np.testing.assert_allclose(ACTIVATIONS["leaky_relu"].tuned(negative_slope).value(z, None), theirs, rtol=1e-15)
