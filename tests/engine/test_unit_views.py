"""Statistics of units: what the nodes of a drawing show."""

from typing import Any

import numpy as np
import pytest

from engine import BatchNorm, Dataset, Dense, Dropout, Experiment, GaussianNoise, LayerNorm, Output, Trainer
from engine.activations import ACTIVATIONS, Activation
from engine.batches import Rows
from engine.unit_views import BINS, NODE_VIEWS, UnitStatistics, steepest_slope, unit_statistics

SEPARABLE = [pytest.param(part, id=part.key) for part in ACTIVATIONS if part.backward is None]
VIEWS = [view.key for view in NODE_VIEWS]


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    """The ready example, 2-8-8-3 with 105 training rows, after three epochs; float64."""
    made = Trainer(Experiment(), dtype=np.float64)
    made.run(epochs=3)
    return made


def looked(trainer: Trainer, view: str = "activation") -> UnitStatistics:
    return unit_statistics(trainer.network, trainer.rows["train"], view, trainer.steps_done)


def single(activation: str, sums: Any, dtype: Any = np.float64) -> Trainer:
    """One hidden unit of an activation whose sums over the rows are those given."""
    x = np.asarray(sums, float)[:, None]
    data = Dataset.from_arrays(x, np.arange(len(x)) / len(x))
    trainer = Trainer(Experiment().with_layers((Dense(units=1, activation=activation),)), data, dtype)
    trainer.network.weights[0][:], trainer.network.biases[0][:] = 1.0, 0.0
    return trainer


def hidden(trainer: Trainer) -> tuple[float, bool]:
    """Share of saturation and death of the first hidden unit."""
    layer = looked(trainer).layers[0]
    return float(layer.saturated[0]), bool(layer.dead[0])


def by_hand(trainer: Trainer) -> tuple[list[Any], list[Any]]:
    """z and a of every layer over the training rows, each (rows, units), from the formula."""
    a, sums, outputs = trainer.data.x_train.astype(np.float64), [], []
    for i, (w, b) in enumerate(zip(trainer.network.weights, trainer.network.biases, strict=True)):
        z = a @ w + b
        last = i == len(trainer.network.weights) - 1
        a = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) if last else np.tanh(z)
        sums.append(z)
        outputs.append(a)
    return sums, outputs


# -- the views ---------------------------------------------------------------------------------------


def test_the_views_are_those_the_drawing_knows() -> None:
    assert VIEWS == ["activation", "pre_activation", "gradient", "saturation", "sample"]


@pytest.mark.parametrize("view", VIEWS)
def test_statistics_say_what_they_are(trainer: Trainer, view: str) -> None:
    found = looked(trainer, view)
    assert (found.step, found.quantity, found.rows) == (trainer.steps_done, view, 105)


def test_an_unknown_view_is_refused_with_those_there_are(trainer: Trainer) -> None:
    with pytest.raises(KeyError, match="saturation"):
        looked(trainer, "nonsense")


# -- distributions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "which"), [("activation", 1), ("saturation", 1), ("sample", 1), ("pre_activation", 0)]
)
def test_levels_are_the_root_of_the_mean_square(trainer: Trainer, view: str, which: int) -> None:
    for layer, values in zip(looked(trainer, view).layers, by_hand(trainer)[which], strict=True):
        np.testing.assert_allclose(layer.level, np.sqrt(np.square(values).mean(axis=0)), rtol=1e-10)


def test_counts_are_those_of_numpys_histogram(trainer: Trainer) -> None:
    for layer, values in zip(looked(trainer).layers, by_hand(trainer)[1], strict=True):
        expected = [np.histogram(unit, BINS, (values.min(), values.max()))[0] for unit in values.T]
        # A value on a limit may fall to either side.
        assert np.abs(np.cumsum(layer.counts - expected, axis=1)).max() <= 1


@pytest.mark.parametrize("view", VIEWS)
def test_every_row_counts_once_for_every_unit(trainer: Trainer, view: str) -> None:
    assert all((layer.counts.sum(axis=1) == 105).all() for layer in looked(trainer, view).layers)


def test_the_bounds_reach_from_the_least_to_the_most(trainer: Trainer) -> None:
    for layer, values in zip(looked(trainer).layers, by_hand(trainer)[1], strict=True):
        np.testing.assert_allclose(layer.bounds[[0, -1]], (values.min(), values.max()), rtol=1e-12)


def test_no_more_than_256_rows_are_counted() -> None:
    assert looked(single("tanh", np.linspace(-2, 2, 1000))).rows == 256


def test_the_rows_are_evenly_spread() -> None:
    trainer = single("linear", np.linspace(0.0, 1.0, 2001))
    rows, order = trainer.rows["train"], np.argsort(trainer.data.x_train[:, 0])
    layer = unit_statistics(trainer.network, Rows(rows.x[order], rows.y[order], None), "activation", 0).layers[0]
    assert layer.bounds[[0, -1]].tolist() == [0.0, 1.0]
    assert np.ptp(layer.counts[0]) <= 1


def test_very_wide_networks_are_counted_over_fewer_rows() -> None:
    data = Dataset.from_arrays(np.linspace(-1, 1, 500)[:, None], np.linspace(-1, 1, 500))
    wide = Trainer(Experiment().with_layers((Dense(units=4096), Dense(units=1), Dense(units=4096))), data)
    found = looked(wide)
    assert found.rows * (4096 + 1 + 4096 + 1) <= 1_000_000


@pytest.mark.parametrize("value", [0.0, 0.3, -7.0, 1e-40, 3e38])
def test_a_unit_that_never_varies_has_all_rows_in_one_bin(value: float) -> None:
    layer = looked(single("linear", np.full(50, value), np.float32)).layers[0]
    assert sorted(layer.counts[0])[-2:] == [0, 50]
    assert (np.diff(layer.bounds) > 0).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_whole_range_of_numbers_is_counted(dtype: Any) -> None:
    trainer = single("linear", [0.0] * 4, dtype)
    most = np.finfo(dtype).max
    trainer.rows["train"].x[:, 0] = most, -most, 0.0, most
    layer = looked(trainer).layers[0]
    assert (layer.counts[0, 0], layer.counts[0, -1], layer.counts.sum()) == (1, 2, 4)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_count_nowhere(view: str, value: float) -> None:
    broken = Trainer(Experiment())
    broken.network.weights[1][0, 3] = value
    for layer in looked(broken, view).layers:
        assert np.isfinite(layer.bounds).all()
        assert np.isfinite(layer.level).all()
        assert layer.counts.sum() <= 105 * len(layer.level)


# -- gradients ---------------------------------------------------------------------------------------

STAGED = (
    BatchNorm(),
    Dense(units=4),
    Dropout(),
    BatchNorm(activation="sigmoid"),
    GaussianNoise(),
    Dense(units=3),
    LayerNorm(activation="tanh"),
)


def losses_of_rows(trainer: Trainer) -> Any:
    """The loss of every training row as the network answers, (rows,), going forward only."""
    rows = trainer.rows["train"]
    z, a = trainer.network.outputs(rows.x.T)
    each = [slice(i, i + 1) for i in range(len(rows))]
    weights = [None if rows.weights is None else rows.weights[i] for i in each]
    return np.array(
        [trainer.network.loss_of(z[:, i], a[:, i], rows.y[i].T, w) for i, w in zip(each, weights, strict=True)]
    )


@pytest.mark.parametrize("class_weights", ["none", "balanced"])
@pytest.mark.parametrize("layers", [(Dense(units=4), Dense(units=3)), STAGED], ids=["plain", "staged"])
def test_gradients_are_the_differences_of_each_rows_own_loss(layers: Any, class_weights: str) -> None:
    experiment = Experiment().with_layers(layers).with_value("training.class_weights", class_weights)
    trainer = Trainer(experiment.with_value("data.features", ("petal length (cm)", "sepal width (cm)")), dtype=float)
    trainer.run(epochs=2)
    for layer, biases in zip(looked(trainer, "gradient").layers, trainer.network.biases, strict=True):
        for unit in range(len(biases)):
            # A nudge of the bias is one of the sum.
            middle = biases[unit]
            biases[unit] = middle + 1e-5
            above = losses_of_rows(trainer)
            biases[unit] = middle - 1e-5
            delta = (above - losses_of_rows(trainer)) / 2e-5
            biases[unit] = middle
            np.testing.assert_allclose(layer.level[unit], np.sqrt(np.square(delta).mean()), rtol=1e-6)


def test_gradients_are_those_of_pytorch(trainer: Trainer, torch: Any) -> None:
    rows = trainer.rows["train"]
    a, sums = torch.tensor(rows.x[:, :-1]), []
    for i, (w, b) in enumerate(zip(trainer.network.weights, trainer.network.biases, strict=True)):
        z = a @ torch.tensor(w.copy()) + torch.tensor(b.copy())
        z.requires_grad_()
        sums.append(z)
        a = torch.tanh(z) if i < 2 else z
    # The sum over the rows, so that each row has the slope of its own loss.
    slopes = torch.autograd.grad(
        torch.nn.functional.cross_entropy(sums[-1], torch.tensor(rows.y).argmax(1), reduction="sum"), sums
    )
    for layer, slope in zip(looked(trainer, "gradient").layers, slopes, strict=True):
        np.testing.assert_allclose(layer.level, slope.square().mean(0).sqrt().numpy(), rtol=1e-9)


# -- saturated and dead units ------------------------------------------------------------------------


@pytest.mark.parametrize("activation", SEPARABLE)
def test_the_steepest_slope_is_the_largest_there_is(activation: Activation) -> None:
    z = np.linspace(-20.0, 20.0, 40_001)
    # Differences of values know nothing of the slope; a jump is none.
    measured = np.abs(np.diff(activation.value(z, None))) / np.diff(z)
    expected = 0.0 if activation.key == "step" else measured.max()
    assert steepest_slope(activation) == pytest.approx(expected, rel=2e-3, abs=1e-9)


@pytest.mark.parametrize("activation", SEPARABLE)
def test_a_unit_is_saturated_where_its_slope_is_less_than_a_twentieth_of_the_steepest(activation: Activation) -> None:
    sums = np.linspace(-9.0, 9.0, 240)
    below, above = activation.value(np.stack([sums - 1e-6, sums + 1e-6]), None)
    slopes = (above - below) / 2e-6
    share = 1.0 if activation.key == "step" else float((np.abs(slopes) < steepest_slope(activation) / 20).mean())
    assert hidden(single(activation.key, sums))[0] == pytest.approx(share, abs=1 / 240)


def test_a_sum_far_out_saturates_tanh() -> None:
    assert hidden(single("tanh", [5.0, -5.0, 0.1, 0.2])) == (0.5, False)


def test_a_relu_that_is_never_positive_is_dead() -> None:
    assert hidden(single("relu", np.linspace(-3.0, -0.1, 40))) == (1.0, True)


def test_a_relu_that_one_row_of_many_wakes_is_saturated_but_not_dead() -> None:
    sums = np.full(3000, -1.0)
    sums[1234] = 1.0
    assert hidden(single("relu", sums)) == (1.0, False)


def test_a_tanh_so_far_out_that_its_slope_is_rounded_away_is_dead() -> None:
    assert hidden(single("tanh", np.full(40, 50.0), np.float32)) == (1.0, True)


@pytest.mark.parametrize(("was_dead", "sums", "found"), [
    (True, [-2.0, -1.0], True), (False, [-2.0, -1.0], False), (True, [-2.0, 1.0], False),
])  # fmt: skip
def test_between_two_looks_at_all_rows_units_may_wake_but_none_dies(
    was_dead: bool, sums: list[float], found: bool
) -> None:
    made = single("relu", sums)
    known = [np.array([was_dead]), np.array([False])]
    units = unit_statistics(made.network, made.rows["train"], "activation", 0, known)
    assert units.layers[0].dead.tolist() == [found]


def test_units_that_learn_are_not_dead(trainer: Trainer) -> None:
    assert not any(layer.dead.any() for layer in looked(trainer).layers)


def test_softmax_is_neither_saturated_nor_dead(trainer: Trainer) -> None:
    sure = Trainer(Experiment().with_layers(()))
    sure.network.weights[0][:] *= 1e4
    last = looked(sure).layers[-1]
    assert (np.isnan(last.saturated).all(), last.dead.any()) == (True, False)


def test_an_output_whose_gradient_does_not_pass_its_activation_is_not_dead() -> None:
    perceptron = Experiment.model_validate({"data": {"source": "moons"}, "network": {"layers": []}})
    trainer = Trainer(perceptron.with_value("network.output", Output(activation="step")))
    assert trainer.network.plan.fused
    assert looked(trainer).layers[-1].dead.tolist() == [False]
