"""Every loss against PyTorch and against central differences."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine.activations import ACTIVATIONS
from engine.losses import LOSSES, Loss

TORCH: dict[str, Callable[[Any, Any, Any], Any]] = {
    "mean_squared_error": lambda f, a, y: f.mse_loss(a, y),
    "binary_cross_entropy": lambda f, a, y: f.binary_cross_entropy(a, y),
    "categorical_cross_entropy": lambda f, a, y: f.nll_loss(a.log().T, y.argmax(0)),
}
TORCH_FUSED: dict[str, Callable[[Any, Any, Any], Any]] = {
    "binary_cross_entropy": lambda f, z, y: f.binary_cross_entropy_with_logits(z, y),
    "categorical_cross_entropy": lambda f, z, y: f.cross_entropy(z.T, y.argmax(0)),
}
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key)
every_fused = pytest.mark.parametrize("loss", [part for part in LOSSES if part.fused], ids=lambda part: part.key)
every_width = pytest.mark.parametrize("outputs", [1, 2, 3])


def targets(loss: Loss, outputs: int, rows: int) -> Any:
    """Targets (outputs, rows) that suit the loss: one-hot, yes or no, or any number."""
    rng = np.random.default_rng(5)
    if loss.key == "categorical_cross_entropy":
        return np.eye(outputs)[:, rng.integers(outputs, size=rows)]
    return rng.integers(2, size=(outputs, rows)).astype(float) if loss.fused else rng.normal(size=(outputs, rows))


def answers(outputs: int, rows: int) -> Any:
    """Outputs (outputs, rows) that any loss accepts."""
    return np.random.default_rng(6).uniform(0.05, 0.95, (outputs, rows))


def by_torch(torch: ModuleType, peer: Callable[[Any, Any, Any], Any], inputs: Any, y: Any) -> tuple[float, Any]:
    """Value and gradient that PyTorch finds."""
    tensor = torch.from_numpy(inputs).requires_grad_()
    value = peer(torch.nn.functional, tensor, torch.from_numpy(y))
    value.backward()
    return value.item(), tensor.grad.numpy()


@every_loss
@every_width
def test_the_value_is_that_of_pytorch(loss: Loss, outputs: int, torch: ModuleType) -> None:
    a, y = answers(outputs, 6), targets(loss, outputs, 6)
    assert loss.value(a, y) == pytest.approx(by_torch(torch, TORCH[loss.key], a, y)[0], rel=1e-12)


@every_loss
@every_width
def test_the_gradient_is_that_of_pytorch(loss: Loss, outputs: int, torch: ModuleType) -> None:
    a, y = answers(outputs, 6), targets(loss, outputs, 6)
    np.testing.assert_allclose(loss.gradient(a, y), by_torch(torch, TORCH[loss.key], a, y)[1], rtol=1e-12)


@every_loss
@every_width
def test_the_gradient_agrees_with_central_differences(loss: Loss, outputs: int) -> None:
    a, y, h = answers(outputs, 6), targets(loss, outputs, 6), 1e-6
    measured = np.empty_like(a)
    for i in np.ndindex(a.shape):
        nudge = np.zeros_like(a)
        nudge[i] = h
        measured[i] = (loss.value(a + nudge, y) - loss.value(a - nudge, y)) / (2 * h)
    np.testing.assert_allclose(loss.gradient(a, y), measured, rtol=1e-6, atol=1e-9)


@every_fused
@every_width
def test_the_fused_value_is_that_of_pytorch(loss: Loss, outputs: int, torch: ModuleType) -> None:
    z, y = np.random.default_rng(7).normal(0.0, 3.0, (outputs, 6)), targets(loss, outputs, 6)
    assert loss.fused_value is not None
    theirs = by_torch(torch, TORCH_FUSED[loss.key], z, y)[0]
    assert loss.fused_value(z, y) == pytest.approx(theirs, rel=1e-12, abs=1e-15)


@every_fused
@every_width
def test_the_fused_gradient_is_that_of_pytorch(loss: Loss, outputs: int, torch: ModuleType) -> None:
    z, y = np.random.default_rng(7).normal(0.0, 3.0, (outputs, 6)), targets(loss, outputs, 6)
    assert loss.fused_gradient is not None
    ours = loss.fused_gradient(ACTIVATIONS[str(loss.fused)].value(z, None), y)
    np.testing.assert_allclose(ours, by_torch(torch, TORCH_FUSED[loss.key], z, y)[1], rtol=1e-11, atol=1e-15)


@every_fused
@every_width
def test_the_fused_value_equals_the_two_steps(loss: Loss, outputs: int) -> None:
    z, y = np.random.default_rng(8).normal(0.0, 2.0, (outputs, 6)), targets(loss, outputs, 6)
    assert loss.fused_value is not None
    two_steps = loss.value(ACTIVATIONS[str(loss.fused)].value(z, None), y)
    # The two steps keep away from log 0 by 1e-7.
    assert loss.fused_value(z, y) == pytest.approx(two_steps, rel=1e-9, abs=2e-7)


@every_fused
@every_width
def test_the_fused_gradient_equals_the_two_steps(loss: Loss, outputs: int) -> None:
    z, y = np.random.default_rng(8).normal(0.0, 2.0, (outputs, 6)), targets(loss, outputs, 6)
    activation = ACTIVATIONS[str(loss.fused)]
    a = activation.value(z, None)
    assert loss.fused_gradient is not None
    np.testing.assert_allclose(
        loss.fused_gradient(a, y), activation.pass_back(z, a, loss.gradient(a, y)), rtol=1e-9, atol=1e-12
    )


@every_fused
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_sure_mistake_costs_exactly_its_sum(loss: Loss, dtype: type) -> None:
    z = np.array([[1000.0], [-1000.0]], dtype)
    y = np.array([[0.0], [1.0]], dtype)
    assert loss.fused_value is not None
    assert loss.fused_value(z, y) == (2000.0 if loss.fused == "softmax" else 1000.0)


@every_fused
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_sure_truth_costs_nothing(loss: Loss, dtype: type) -> None:
    z = np.array([[1000.0], [-1000.0]], dtype)
    assert loss.fused_value is not None
    assert loss.fused_value(z, (z > 0).astype(dtype)) == 0.0


@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_outputs_at_the_edges_give_finite_values_and_gradients(loss: Loss, dtype: type) -> None:
    a = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, -3.0]], dtype)
    y = np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 0.0]], dtype)
    assert np.isfinite([loss.value(a, y), *loss.gradient(a, y).ravel()]).all()


@every_loss
@every_width
def test_a_loss_does_not_grow_with_the_batch(loss: Loss, outputs: int) -> None:
    a, y = answers(outputs, 6), targets(loss, outputs, 6)
    assert loss.value(np.tile(a, 3), np.tile(y, 3)) == pytest.approx(loss.value(a, y), rel=1e-12)


@every_loss
def test_outputs_and_targets_are_left_alone(loss: Loss) -> None:
    a, y = answers(3, 6), targets(loss, 3, 6)
    before = a.copy(), y.copy()
    loss.value(a, y)
    loss.gradient(a, y)
    np.testing.assert_array_equal((a, y), before)
