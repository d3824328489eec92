"""Every loss against PyTorch and against central differences."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import hinge_loss

from engine import TrainingSpec
from engine.activations import ACTIVATIONS
from engine.losses import LOSSES, Loss

Peer = Callable[[Any, Any, Any, Any], Any]
# (torch, a, y, the training's description) -> the loss
TORCH: dict[str, Peer] = {
    "mean_squared_error": lambda torch, a, y, spec: torch.nn.functional.mse_loss(a, y),
    "mean_absolute_error": lambda torch, a, y, spec: torch.nn.functional.l1_loss(a, y),
    "huber": lambda torch, a, y, spec: torch.nn.functional.huber_loss(a, y, delta=spec.huber_delta),
    "log_cosh": lambda torch, a, y, spec: torch.log(torch.cosh(a - y)).mean(),
    "binary_cross_entropy": lambda torch, a, y, spec: torch.nn.functional.binary_cross_entropy(a, y),
    "categorical_cross_entropy": lambda torch, a, y, spec: torch.nn.functional.nll_loss(a.log().T, y.argmax(0)),
    "hinge": lambda torch, a, y, spec: torch.where(y == 1, 1 - a, 1 + a).relu().mean(),
    "squared_hinge": lambda torch, a, y, spec: torch.where(y == 1, 1 - a, 1 + a).relu().pow(2).mean(),
    "poisson": lambda torch, a, y, spec: torch.nn.functional.poisson_nll_loss(a, y, log_input=False, eps=0.0),
    "perceptron": lambda torch, a, y, spec: torch.where(y == 1, -a, a).relu().sum(0).mean(),
}
# (torch, z, y) -> the loss together with the output activation
TORCH_FUSED: dict[str, Callable[[Any, Any, Any], Any]] = {
    "binary_cross_entropy": lambda torch, z, y: torch.nn.functional.binary_cross_entropy_with_logits(z, y),
    "categorical_cross_entropy": lambda torch, z, y: torch.nn.functional.cross_entropy(z.T, y.argmax(0)),
    "perceptron": lambda torch, z, y: torch.where(y == 1, -z, z).relu().sum(0).mean(),
}
TUNED: dict[str, list[dict[str, float]]] = {"huber": [{"huber_delta": delta} for delta in (0.05, 0.7, 1e6)]}
CASES = [pytest.param(part, TrainingSpec(), id=part.key) for part in LOSSES]
CASES += [
    pytest.param(LOSSES[key].tuned(spec), spec, id=f"{key}, {LOSSES[key].setting} {getattr(spec, LOSSES[key].setting)}")
    for key, each in TUNED.items()
    for spec in (TrainingSpec(**settings) for settings in each)
]

every_case = pytest.mark.parametrize(("loss", "spec"), CASES)
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key)
every_fused = pytest.mark.parametrize("loss", [part for part in LOSSES if part.fused], ids=lambda part: part.key)
every_width = pytest.mark.parametrize("outputs", [1, 2, 3])
both_precisions = pytest.mark.parametrize("dtype", [np.float32, np.float64])
H = 1e-6


def targets(loss: Loss, outputs: int, rows: int = 40) -> Any:
    """Targets (outputs, rows) that suit the loss: one-hot, yes or no, counts, or any number."""
    rng = np.random.default_rng(5)
    if loss.by_row:
        return np.eye(outputs)[:, rng.integers(outputs, size=rows)]
    if loss.key == "poisson":
        return rng.poisson(2.0, (outputs, rows)).astype(float)
    if "regression" in loss.tasks:
        return rng.normal(0.0, 1.5, (outputs, rows))
    return rng.integers(2, size=(outputs, rows)).astype(float)


def answers(loss: Loss, outputs: int, rows: int = 40) -> Any:
    """Outputs (outputs, rows) that the loss takes: any number, or only what its activation gives."""
    rng = np.random.default_rng(6)
    if loss.output in ("sigmoid", "softmax", "softplus"):
        return rng.uniform(0.05, 0.95, (outputs, rows))
    return rng.normal(0.0, 1.5, (outputs, rows))


def sums(outputs: int, rows: int = 40) -> Any:
    return np.random.default_rng(7).normal(0.0, 3.0, (outputs, rows))


def mean(loss: Loss, each: Any, y: Any) -> float:
    """The loss of a batch, from that of every output."""
    return float(each.sum() / loss.count(y))


def by_torch(torch: Any, peer: Callable[..., Any], inputs: Any, *others: Any) -> tuple[float, Any]:
    """Value and gradient that PyTorch finds."""
    tensor = torch.from_numpy(inputs).requires_grad_()
    value = peer(torch, tensor, *others)
    value.backward()
    return value.item(), tensor.grad.numpy()


def differences(value: Callable[[Any], float], at: Any) -> Any:
    """The gradient by central differences."""
    measured = np.empty_like(at)
    for i in np.ndindex(at.shape):
        nudge = np.zeros_like(at)
        nudge[i] = H
        measured[i] = (value(at + nudge) - value(at - nudge)) / (2 * H)
    return measured


# -- against PyTorch -----------------------------------------------------------------------------------


def test_every_loss_has_a_second_opinion() -> None:
    assert list(TORCH) == [part.key for part in LOSSES]
    assert list(TORCH_FUSED) == [part.key for part in LOSSES if part.fused]
    assert list(TUNED) == [part.key for part in LOSSES if part.setting]


@every_case
@every_width
def test_the_value_is_that_of_pytorch(loss: Loss, spec: TrainingSpec, outputs: int, torch: Any) -> None:
    a, y = answers(loss, outputs), targets(loss, outputs)
    theirs, _ = by_torch(torch, TORCH[loss.key], a, torch.from_numpy(y), spec)
    assert mean(loss, loss.value(a, y), y) == pytest.approx(theirs, rel=1e-12, abs=1e-15)


@every_case
@every_width
def test_the_gradient_is_that_of_pytorch(loss: Loss, spec: TrainingSpec, outputs: int, torch: Any) -> None:
    a, y = answers(loss, outputs), targets(loss, outputs)
    _, theirs = by_torch(torch, TORCH[loss.key], a, torch.from_numpy(y), spec)
    np.testing.assert_allclose(loss.slope(a, y) / loss.count(y), theirs, rtol=1e-12, atol=1e-15)


@every_fused
@every_width
def test_from_the_sums_value_and_gradient_are_those_of_pytorch(loss: Loss, outputs: int, torch: Any) -> None:
    z, y = sums(outputs), targets(loss, outputs)
    assert_agreement_from_the_sums(loss, z, y, *by_torch(torch, TORCH_FUSED[loss.key], z, torch.from_numpy(y)))


@pytest.mark.parametrize("smoothing", [0.1, 0.9])
@pytest.mark.parametrize("outputs", [2, 3, 7])
def test_smoothed_classes_cost_what_they_do_in_pytorch(smoothing: float, outputs: int, torch: Any) -> None:
    loss, z = LOSSES["categorical_cross_entropy"], sums(outputs)
    hard = targets(loss, outputs)
    soft = hard * (1.0 - smoothing) + smoothing / outputs

    def peer(torch: Any, z: Any) -> Any:
        return torch.nn.functional.cross_entropy(z.T, torch.from_numpy(hard).argmax(0), label_smoothing=smoothing)

    assert_agreement_from_the_sums(loss, z, soft, *by_torch(torch, peer, z))


@every_width
def test_answers_between_no_and_yes_cost_what_they_do_in_pytorch(outputs: int, torch: Any) -> None:
    loss, z = LOSSES["binary_cross_entropy"], sums(outputs)
    soft = np.random.default_rng(8).uniform(size=z.shape)
    assert_agreement_from_the_sums(loss, z, soft, *by_torch(torch, TORCH_FUSED[loss.key], z, torch.from_numpy(soft)))


@pytest.mark.parametrize(
    "loss", [part for part in LOSSES if part.output in ("linear", "step")], ids=lambda part: part.key
)
def test_on_its_corners_the_slope_is_that_of_pytorch(loss: Loss, torch: Any) -> None:
    a = np.array([[-1.0, 0.0, 1.0, 2.0, -1.0, 0.0, 1.0, 2.0]])
    y = np.array([[0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]])
    _, theirs = by_torch(torch, TORCH[loss.key], a, torch.from_numpy(y), TrainingSpec())
    np.testing.assert_allclose(loss.slope(a, y) / loss.count(y), theirs, rtol=1e-12)


def assert_agreement_from_the_sums(loss: Loss, z: Any, y: Any, value: float, gradient: Any) -> None:
    assert loss.fused_value is not None
    assert loss.fused_slope is not None
    assert mean(loss, loss.fused_value(z, y), y) == pytest.approx(value, rel=1e-12, abs=1e-15)
    ours = loss.fused_slope(ACTIVATIONS[str(loss.fused)].value(z, None), y) / loss.count(y)
    np.testing.assert_allclose(ours, gradient, rtol=1e-11, atol=1e-15)


def test_the_hinge_is_that_of_scikit_learn() -> None:
    loss = LOSSES["hinge"]
    a, y = answers(loss, 1), targets(loss, 1)
    assert mean(loss, loss.value(a, y), y) == pytest.approx(hinge_loss(y[0], a[0]), rel=1e-12)


# -- against differences and against itself ------------------------------------------------------------


@every_case
@every_width
def test_the_gradient_agrees_with_central_differences(loss: Loss, spec: TrainingSpec, outputs: int) -> None:
    a, y = answers(loss, outputs), targets(loss, outputs)
    measured = differences(lambda at: loss.value(at, y).sum(), a)
    np.testing.assert_allclose(loss.slope(a, y), measured, rtol=1e-6, atol=1e-7)


@every_fused
@every_width
def test_the_fused_gradient_agrees_with_central_differences(loss: Loss, outputs: int) -> None:
    z, y, value = sums(outputs), targets(loss, outputs), loss.fused_value
    assert value is not None
    assert loss.fused_slope is not None
    measured = differences(lambda at: value(at, y).sum(), z)
    ours = loss.fused_slope(ACTIVATIONS[str(loss.fused)].value(z, None), y)
    np.testing.assert_allclose(ours, measured, rtol=1e-6, atol=1e-7)


# A step has no slope: the perceptron's rule looks at the sum itself.
in_two_steps = pytest.mark.parametrize(
    "loss", [part for part in LOSSES if part.fused and part.fused != "step"], ids=lambda part: part.key
)


@in_two_steps
@every_width
def test_the_fused_value_equals_the_two_steps(loss: Loss, outputs: int) -> None:
    z, y = sums(outputs), targets(loss, outputs)
    assert loss.fused_value is not None
    two_steps = loss.value(ACTIVATIONS[str(loss.fused)].value(z, None), y)
    # The two steps keep away from log 0 by 1e-7.
    np.testing.assert_allclose(loss.fused_value(z, y), two_steps, rtol=1e-9, atol=2e-7)


@in_two_steps
@every_width
def test_the_fused_gradient_equals_the_two_steps(loss: Loss, outputs: int) -> None:
    z, y, activation = sums(outputs), targets(loss, outputs), ACTIVATIONS[str(loss.fused)]
    a = activation.value(z, None)
    assert loss.fused_slope is not None
    two_steps = activation.pass_back(z, a, loss.slope(a, y))
    np.testing.assert_allclose(loss.fused_slope(a, y), two_steps, rtol=1e-9, atol=1e-12)


@every_fused
@both_precisions
def test_outputs_that_are_known_already_give_the_same_value(loss: Loss, dtype: type) -> None:
    z = np.concatenate([sums(3), 1000.0 * np.eye(3), -1000.0 * np.eye(3)], axis=1).astype(dtype)
    y = targets(loss, 3, z.shape[1]).astype(dtype)
    assert loss.fused_value is not None
    known = loss.fused_value(z, y, ACTIVATIONS[str(loss.fused)].value(z, None))
    tolerance = 8 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(known, loss.fused_value(z, y), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("loss", [part for part in LOSSES if part.output != "step"], ids=lambda part: part.key)
def test_the_slope_jumps_only_where_a_number_declared_for_that_changes_its_sign(loss: Loss) -> None:
    # Every place at which the formula of some loss turns, and some at which none does; for no and for yes.
    places = np.tile([-1.0, -0.3, 0.0, 1e-7, 0.3, 0.5, 0.7, 1.0 - 1e-7, 1.0, 1.5, 2.0], (2, 1))
    truth = np.array([[0.0], [1.0]]) * np.ones_like(places)
    below, above = places - 1e-11, places + 1e-11
    left, right = loss.slope(below, truth), loss.slope(above, truth)
    jumps = np.abs(right - left) > 1e-3 * (1.0 + np.minimum(np.abs(left), np.abs(right)))
    turns = np.zeros_like(jumps) if loss.bends is None else loss.bends(below, truth) * loss.bends(above, truth) < 0
    assert (jumps & ~turns).sum() == 0
    assert jumps.any() == (loss.bends is not None)


@every_case
@every_width
def test_a_loss_does_not_grow_with_the_batch(loss: Loss, spec: TrainingSpec, outputs: int) -> None:
    a, y = answers(loss, outputs), targets(loss, outputs)
    once, thrice = (mean(loss, loss.value(np.tile(a, n), np.tile(y, n)), np.tile(y, n)) for n in (1, 3))
    assert thrice == pytest.approx(once, rel=1e-12)


@every_loss
@every_width
def test_every_output_of_every_row_has_a_loss_and_a_slope_of_its_own(loss: Loss, outputs: int) -> None:
    a, y = answers(loss, outputs), targets(loss, outputs)
    one = slice(None), slice(7, 8)
    assert loss.value(a, y).shape == loss.slope(a, y).shape == (outputs, 40)
    np.testing.assert_array_equal(loss.value(a, y)[one], loss.value(a[one], y[one]))


@pytest.mark.parametrize(
    "loss", [part for part in LOSSES if "binary" in part.tasks and part.output != "softmax"], ids=lambda part: part.key
)
@pytest.mark.parametrize("side", [-1e-4, 1e-4])
def test_the_threshold_is_where_yes_begins_to_cost_less_than_no(loss: Loss, side: float) -> None:
    # A step's output is 0 or 1; what it costs depends on the sum, whose own threshold is 0.
    at, cost = (0.0, loss.fused_value) if loss.fused == "step" else (loss.threshold, loss.value)
    assert cost is not None
    yes, no = (cost(np.array([[at + side]]), np.array([[truth]]))[0, 0] for truth in (1.0, 0.0))
    assert (yes < no) == (side > 0)


# -- numbers -------------------------------------------------------------------------------------------


@every_fused
@both_precisions
def test_a_sure_mistake_costs_exactly_its_sum(loss: Loss, dtype: type) -> None:
    z = np.array([[1000.0], [-1000.0]], dtype)
    y = np.array([[0.0], [1.0]], dtype)
    assert loss.fused_value is not None
    assert mean(loss, loss.fused_value(z, y), y) == (2000.0 if loss.by_row else 1000.0)


@every_fused
@both_precisions
def test_a_sure_truth_costs_nothing(loss: Loss, dtype: type) -> None:
    z = np.array([[1000.0], [-1000.0]], dtype)
    assert loss.fused_value is not None
    assert not loss.fused_value(z, (z > 0).astype(dtype)).any()


@every_case
@both_precisions
def test_outputs_at_the_edges_give_finite_values_and_gradients(loss: Loss, spec: TrainingSpec, dtype: type) -> None:
    a = np.array([[0.0, 1.0, 0.0, 1e4], [1.0, 0.0, -3.0, -1e4]], dtype)
    y = np.array([[0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.0, 0.0]], dtype)
    assert np.isfinite([loss.value(a, y), loss.slope(a, y)]).all()


@pytest.mark.parametrize(
    "loss",
    [part for part in LOSSES if part.tasks[0] == "regression" and part.output == "linear"],
    ids=lambda part: part.key,
)
@both_precisions
def test_small_errors_never_cost_less_than_nothing(loss: Loss, dtype: type) -> None:
    a = np.logspace(-9, 0, 1001).astype(dtype)[None]
    assert loss.value(a, np.zeros_like(a)).min() >= 0.0


@every_case
@both_precisions
def test_the_precision_is_kept(loss: Loss, spec: TrainingSpec, dtype: type) -> None:
    a, y = answers(loss, 3).astype(dtype), targets(loss, 3).astype(dtype)
    found = [loss.value(a, y), loss.slope(a, y)]
    found += [formula(a, y) for formula in (loss.fused_value, loss.fused_slope) if formula is not None]
    assert {array.dtype for array in found} == {np.dtype(dtype)}


@every_case
def test_float32_is_exact_to_its_last_digits(loss: Loss, spec: TrainingSpec) -> None:
    a, y = answers(loss, 3).astype(np.float32), targets(loss, 3).astype(np.float32)
    for formula in (loss.value, loss.slope):
        exact = formula(a.astype(np.float64), y.astype(np.float64))
        np.testing.assert_allclose(formula(a, y), exact, rtol=1e-6, atol=1e-6)


@every_loss
def test_outputs_and_targets_are_left_alone(loss: Loss) -> None:
    a, y = answers(loss, 3), targets(loss, 3)
    before = a.copy(), y.copy()
    for formula in (loss.value, loss.slope, loss.fused_value, loss.fused_slope):
        if formula is not None:
            formula(a, y)
    np.testing.assert_array_equal((a, y), before)


# -- settings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", TUNED)
def test_a_tuned_loss_shows_its_number_and_is_told_apart(key: str) -> None:
    loss = LOSSES[key]
    once, again = (loss.tuned(TrainingSpec(**{str(loss.setting): number})) for number in (0.25, 0.75))
    assert ("0.25" in once.formula, "0.75" in again.formula, once == again) == (True, True, False)


@every_loss
def test_a_loss_without_a_setting_is_itself_whatever_the_training_says(loss: Loss) -> None:
    tuned = loss.tuned(TrainingSpec(huber_delta=0.3))
    assert (tuned is loss) == (loss.setting is None)
