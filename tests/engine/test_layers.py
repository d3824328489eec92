"""The kinds of layers: normalizations against PyTorch, noise against its distribution, what dense layers start as."""

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from engine import (
    BatchNorm,
    Dataset,
    DataSpec,
    Dense,
    Dropout,
    Experiment,
    GaussianNoise,
    LayerNorm,
    Trainer,
    load_data,
)
from engine.activations import ACTIVATIONS
from engine.layers import Layer, Norm, Output
from engine.plan import plan
from engine.probes import Plane, maps, trace

RNG = np.random.default_rng(11)
# 22 rows in batches of 7 leave a last batch of a single row.
NUMBERS = Dataset.from_arrays(RNG.normal(1.0, 2.0, (22, 3)), RNG.normal(size=(22, 2)))
IRIS = load_data(DataSpec())


def trainer_of(layers: tuple[Layer, ...], data: Dataset, dtype: type = np.float64, **training: Any) -> Trainer:
    described = {"network": {"layers": layers}, "training": training}
    return Trainer(Experiment.model_validate(described), data, dtype)


# -- a twin in PyTorch -------------------------------------------------------------------------------

# All but two: a step has no slope, and PyTorch's Hardsigmoid calculates with a sixth in single precision.
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "linear": lambda torch: torch.nn.Identity(),
    "sigmoid": lambda torch: torch.nn.Sigmoid(),
    "tanh": lambda torch: torch.nn.Tanh(),
    "softsign": lambda torch: torch.nn.Softsign(),
    "softplus": lambda torch: torch.nn.Softplus(),
    "relu": lambda torch: torch.nn.ReLU(),
    "relu6": lambda torch: torch.nn.ReLU6(),
    "leaky_relu": lambda torch: torch.nn.LeakyReLU(),
    "elu": lambda torch: torch.nn.ELU(),
    "selu": lambda torch: torch.nn.SELU(),
    "gelu": lambda torch: torch.nn.GELU(),
    "gelu_tanh": lambda torch: torch.nn.GELU("tanh"),
    "silu": lambda torch: torch.nn.SiLU(),
    "mish": lambda torch: torch.nn.Mish(),
    "softmax": lambda torch: torch.nn.Softmax(1),
}


def twin(torch: ModuleType, trainer: Trainer) -> Any:
    """The trainer's network in PyTorch, with copies of its parameters; its output activation is left to the loss."""
    network, modules = trainer.network, []
    stages = iter(network.plan.stages)
    dense = iter(zip(network.weights, network.biases, network.plan.layers, strict=True))
    for spec in (*trainer.experiment.network.layers, trainer.experiment.network.output):
        if isinstance(spec, Norm):
            place = next(stages)
            settings = {"eps": spec.epsilon, "dtype": torch.float64}
            if isinstance(spec, BatchNorm):
                norm = torch.nn.BatchNorm1d(place.units, momentum=spec.momentum, **settings)
            else:
                norm = torch.nn.LayerNorm(place.units, **settings)
            norm.weight.data, norm.bias.data = (torch.tensor(row) for row in place.rows(network.parameters).copy())
            modules += [norm, FUNCTIONS[spec.activation](torch)]
            continue
        w, b, layer = next(dense)
        linear = torch.nn.Linear(*w.shape, bias=layer.bias, dtype=torch.float64)
        linear.weight.data = torch.tensor(w.T.copy())
        if layer.bias:
            linear.bias.data = torch.tensor(b.copy())
        modules += [linear] if isinstance(spec, Output) else [linear, FUNCTIONS[spec.activation](torch)]
    return torch.nn.Sequential(*modules)


def ours(trainer: Trainer, flat: Any) -> list[Any]:
    """The parts of a flat vector of the trainer's network, in the order and the shapes of its twin's parameters."""
    parts: list[Any] = []
    for layer in trainer.network.plan.layers:
        for stage in layer.stages:
            parts += [(stage.start, row) for row in stage.rows(flat)]
        parts += [(layer.start, layer.weights(flat).T), *([(layer.start, layer.biases(flat))] if layer.bias else [])]
    return [array.copy() for _, array in parts]


def far_apart(ours: list[Any], theirs: list[Any]) -> float:
    """The largest difference between arrays of ours and tensors of theirs, beside the larger of 1 and the value."""
    pairs = [(np.asarray(a), t.detach().numpy()) for a, t in zip(ours, theirs, strict=True)]
    return max(float((np.abs(a - t) / np.maximum(np.abs(t), 1.0)).max()) for a, t in pairs)


class SideBySide:
    """Two epochs of a normalizing network and of its twin; for each aspect the farthest that they came apart."""

    def __init__(self, torch: ModuleType, norm: Norm) -> None:
        trainer = trainer_of(
            (Dense(units=5, activation="linear"), norm),
            NUMBERS,
            batch_size=7,
            optimizer={"kind": "gradient_descent", "learning_rate": 0.05},
        )
        place = trainer.network.plan.stages[0]
        place.rows(trainer.network.parameters)[:] = np.random.default_rng(12).normal(1.0, 0.5, (2, 5))
        peer = twin(torch, trainer)
        optimizer = torch.optim.SGD(peer.parameters(), lr=0.05)
        self.apart = dict.fromkeys(("loss", "gradient", "statistics", "answers"), 0.0)
        for _ in range(8):
            x, y, _ = trainer.batches.current(7)
            # A batch of a single row, which PyTorch refuses, is normalized with the running statistics.
            peer.train(x.shape[1] > 1)
            loss = torch.nn.functional.mse_loss(peer(torch.tensor(x[:-1].T)), torch.tensor(y.T))
            optimizer.zero_grad()
            loss.backward()
            self.see("loss", [trainer.step()], [loss])
            optimizer.step()
            self.see("gradient", ours(trainer, trainer.network.gradient), [p.grad for p in peer.parameters()])
            running = [tensor for name, tensor in peer.named_buffers() if "running" in name]
            self.see("statistics", list(place.statistics(trainer.network.statistics)), running)
            rows = torch.tensor(NUMBERS.x_train, dtype=torch.float64)
            self.see("answers", [trainer.predict(NUMBERS.x_train)], [peer.eval()(rows)])

    def see(self, aspect: str, ours: list[Any], theirs: list[Any]) -> None:
        if theirs:
            self.apart[aspect] = max(self.apart[aspect], far_apart(ours, theirs))


side_by_side = cache(SideBySide)
every_aspect = pytest.mark.parametrize("aspect", ["loss", "gradient", "statistics", "answers"])


@every_aspect
@pytest.mark.parametrize("activation", FUNCTIONS)
@pytest.mark.parametrize("norm", [BatchNorm, LayerNorm])
def test_a_normalization_calculates_what_pytorch_calculates(
    norm: type[Norm], activation: str, aspect: str, torch: ModuleType
) -> None:
    assert side_by_side(torch, norm(activation=activation)).apart[aspect] <= 1e-10


@every_aspect
@pytest.mark.parametrize(
    "norm",
    [BatchNorm(momentum=0.9, epsilon=0.1), BatchNorm(momentum=1.0), LayerNorm(epsilon=0.1)],
    ids=lambda norm: f"{norm.kind} {norm.epsilon}",
)
def test_the_settings_of_a_normalization_mean_what_they_mean_in_pytorch(
    norm: Norm, aspect: str, torch: ModuleType
) -> None:
    assert side_by_side(torch, norm).apart[aspect] <= 1e-10


def test_every_activation_with_a_counterpart_is_compared_with_pytorch() -> None:
    assert {part.key for part in ACTIVATIONS} - FUNCTIONS.keys() == {"step", "hard_sigmoid"}


RELU, PLAIN, BARE = Dense(activation="relu"), Dense(activation="linear"), Dense(activation="linear", bias=False)
NETWORKS: dict[str, tuple[Layer, ...]] = {
    "batch normalization first": (BatchNorm(), Dense(), Dense()),
    "batch normalization before the function": (BARE, BatchNorm(activation="relu"), BARE, BatchNorm(activation="tanh")),
    "batch normalization behind the function": (RELU, BatchNorm(), RELU, BatchNorm()),
    "layer normalization first": (LayerNorm(), Dense(), Dense()),
    "layer normalization before the function": (PLAIN, LayerNorm(activation="gelu"), PLAIN, LayerNorm()),
    "both kinds": (RELU, LayerNorm(), Dense(), BatchNorm(activation="silu"), Dense(), LayerNorm()),
    "nothing but stages": (BatchNorm(), LayerNorm(activation="mish", epsilon=1.0)),
}


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS.keys())
def test_a_network_with_normalizations_learns_as_it_does_in_pytorch(
    layers: tuple[Layer, ...], torch: ModuleType
) -> None:
    trainer = trainer_of(layers, IRIS)
    peer = twin(torch, trainer)
    optimizer = torch.optim.Adam(peer.parameters(), lr=0.01)
    for _ in range(100):
        x, y, _ = trainer.batches.current(32)
        loss = torch.nn.functional.cross_entropy(peer(torch.tensor(x[:-1].T)), torch.tensor(y.T).argmax(1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        trainer.step()
    assert far_apart(ours(trainer, trainer.network.parameters), list(peer.parameters())) <= 1e-9


# -- noise -------------------------------------------------------------------------------------------

WIDE, STEPS = 500, 40
NOISY = pytest.mark.parametrize("stage", [Dropout(drop_probability=0.3), GaussianNoise()], ids=lambda stage: stage.kind)


def passed_on(stage: Layer, seed: int = 0) -> Any:
    """What a stage makes of rows of ones in training, (steps, units).

    With no weights, the target -½ and one row in a batch dL/dz is 1, and the gradient is what the stage handed on.
    """
    ones = Dataset.from_arrays(np.ones((STEPS, WIDE)), np.full(STEPS, -0.5))
    trainer, seen = trainer_of((stage,), ones, batch_size=1, seed=seed), []
    for _ in range(STEPS):
        trainer.network.parameters[:] = 0.0
        trainer.step()
        seen.append(trainer.network.plan.layers[-1].weights(trainer.network.gradient)[:, 0].copy())
    return np.array(seen)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.95])
def test_dropout_silences_a_unit_or_scales_it_up(p: float) -> None:
    silent = passed_on(Dropout(drop_probability=p)) == 0.0
    np.testing.assert_allclose(passed_on(Dropout(drop_probability=p))[~silent], 1.0 / (1.0 - p), rtol=1e-12)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.95])
def test_dropout_silences_as_many_as_it_should(p: float) -> None:
    silent = passed_on(Dropout(drop_probability=p)) == 0.0
    assert abs(silent.mean() - p) <= 4.0 * np.sqrt(p * (1.0 - p) / silent.size)


@pytest.mark.parametrize("axis", [0, 1], ids=["units", "steps"])
def test_dropout_prefers_no_unit_and_no_step(axis: int) -> None:
    silent = passed_on(Dropout(drop_probability=0.5)) == 0.0
    shares, draws = silent.mean(axis=axis), silent.shape[axis]
    # The shares of independent draws have the variance p (1 - p) / draws.
    assert shares.var() == pytest.approx(0.25 / draws, rel=0.6)


@pytest.mark.parametrize("deviation", [0.1, 2.0])
def test_noise_is_normal_with_its_deviation(deviation: float) -> None:
    from scipy.stats import kstest

    noise = passed_on(GaussianNoise(deviation=deviation)) - 1.0
    assert kstest(noise.ravel(), "norm", args=(0.0, deviation)).pvalue > 0.001


@pytest.mark.parametrize("stage", [Dropout(drop_probability=0.0), GaussianNoise(deviation=0.0)])
def test_no_noise_changes_nothing(stage: Layer) -> None:
    assert (passed_on(stage) == 1.0).all()


@NOISY
def test_every_step_has_a_noise_of_its_own(stage: Layer) -> None:
    seen = passed_on(stage)
    assert len(np.unique(seen, axis=0)) == STEPS


@NOISY
def test_every_row_of_a_batch_has_a_noise_of_its_own(stage: Layer) -> None:
    # With the same mask for all, the gradient of a batch would be that of every row, and a mask take two values.
    ones = Dataset.from_arrays(np.ones((30, WIDE)), np.full(30, -0.5))
    trainer = trainer_of((stage,), ones, batch_size=30)
    trainer.network.parameters[:] = 0.0
    trainer.step()
    assert len(np.unique(trainer.network.plan.layers[-1].weights(trainer.network.gradient).round(12))) > 10


@NOISY
def test_the_seed_decides_the_noise(stage: Layer) -> None:
    again, other = (
        np.array_equal(passed_on(stage), passed_on(stage)),
        np.array_equal(passed_on(stage, 1), passed_on(stage)),
    )
    assert (again, other) == (True, False)


@NOISY
def test_a_network_answers_as_if_there_were_no_noise(stage: Layer) -> None:
    noisy, plain = trainer_of((stage, Dense(), stage, stage), IRIS), trainer_of((Dense(),), IRIS)
    np.testing.assert_array_equal(noisy.predict(IRIS.x_test), plain.predict(IRIS.x_test))


@NOISY
def test_noise_disturbs_neither_the_weights_nor_the_order_of_the_rows(stage: Layer) -> None:
    noisy, plain = trainer_of((stage, Dense()), IRIS), trainer_of((Dense(),), IRIS)
    started = np.array_equal(noisy.network.parameters, plain.network.parameters)
    noisy.epoch()
    plain.epoch()
    assert (started, noisy.batches.state()["order"].tolist()) == (True, plain.batches.state()["order"].tolist())


def look(trainer: Trainer) -> None:
    """Everything a window asks of a running trainer."""
    trainer.predict(trainer.data.x_test)
    trainer.evaluate("train")
    trainer.evaluation()
    trainer.report("test")
    maps(trainer.network, trainer.data, trainer.steps_done, Plane((0, 1)))
    trace(trainer.network, trainer.data, 3)
    trainer.state()


@pytest.mark.parametrize("stage", [Dropout(), GaussianNoise(), BatchNorm(), LayerNorm()], ids=lambda stage: stage.kind)
def test_looking_at_a_network_leaves_noise_and_statistics_alone(stage: Layer) -> None:
    watched, alone = (trainer_of((stage, Dense(), stage), IRIS, np.float32) for _ in range(2))
    for _ in range(12):
        look(watched)
        watched.step()
        alone.step()
    one, other = watched.network, alone.network
    assert (one.parameters.tobytes(), one.statistics.tobytes()) == (
        other.parameters.tobytes(),
        other.statistics.tobytes(),
    )


# -- what layers start as ----------------------------------------------------------------------------


def test_a_normalization_starts_as_one_that_changes_nothing_more() -> None:
    network = trainer_of((BatchNorm(), LayerNorm()), IRIS).network
    rows = [place.rows(network.parameters).tolist() for place in network.plan.stages]
    assert (rows, network.statistics.tolist()) == ([[[1.0, 1.0], [0.0, 0.0]]] * 2, [0.0, 0.0, 1.0, 1.0])


def test_stages_are_as_wide_as_the_layer_before_them_and_their_parameters_count() -> None:
    layers = (BatchNorm(), Dense(units=5), Dropout(), LayerNorm(), Dense(units=4, bias=False), GaussianNoise())
    found = plan(Experiment().with_layers(layers), IRIS)
    widths = [stage.units for stage in found.stages]
    assert (widths, found.widths, found.parameters) == ([2, 5, 5, 4], (2, 5, 4, 3), 4 + 15 + 10 + 20 + 15)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda part: part.key)
def test_the_automatic_initializer_is_that_of_the_activation(activation: Any) -> None:
    found = plan(Experiment().with_layers((Dense(activation=activation.key),)), IRIS)
    assert found.layers[0].initializer == activation.initializer


@pytest.mark.parametrize(("output", "initializer"), [("auto", "glorot_uniform"), ("relu", "he_uniform")])
def test_the_automatic_initializer_of_the_output_is_that_of_its_activation(output: str, initializer: str) -> None:
    found = plan(Experiment().with_value("network.output.activation", output), IRIS)
    assert found.layers[-1].initializer == initializer


def test_an_initializer_that_is_chosen_is_taken_with_its_spread() -> None:
    w = trainer_of((Dense(initializer="constant", spread=0.25),), IRIS).network.weights[0]
    assert (w == 0.25).all()


def test_a_layer_without_biases_says_zeros_and_learns_none() -> None:
    trainer = trainer_of((Dense(units=5, bias=False),), IRIS)
    trainer.epoch()
    layer = trainer.network.plan.layers[0]
    assert (layer.stop - layer.start, trainer.network.biases[0].tolist()) == (10, [0.0] * 5)


def test_a_unit_that_is_not_there_cannot_be_frozen() -> None:
    with pytest.raises(ValidationError, match=r"Dense\.frozen_units must be below 4, not 7"):
        Dense(units=4, frozen_units=(1, 7))


def test_a_narrower_layer_forgets_the_frozen_units_it_loses() -> None:
    assert Dense(units=8, frozen_units=(1, 7)).edited(units=4).frozen_units == (1,)
