"""A running trainer takes over a changed experiment with the least loss of what was learned."""

from collections.abc import Callable
from typing import Any

import numpy as np
import psutil
import pytest

from engine import DataError, Dense, Experiment, TooLargeError, Trainer
from engine.optimizers import OPTIMIZERS

BASE = Experiment().with_layers((Dense(units=6), Dense(units=6), Dense(units=6)))


def trained(experiment: Experiment = BASE, steps: int = 7) -> Trainer:
    trainer = Trainer(experiment)
    for _ in range(steps):
        trainer.step()
    return trainer


def everything(trainer: Trainer) -> dict[str, Any]:
    """All that a change could touch, comparable with ==."""
    state = trainer.state()
    arrays = {name: state.pop(name).tobytes() for name in ("parameters", "optimizer")}
    state["batches"]["order"] = state["batches"]["order"].tolist()
    history = trainer.history.view()
    return {**state, **arrays, "experiment": trainer.experiment, "history": history.values.tobytes()}


def layer(trainer: Trainer, index: int) -> list[Any]:
    """Weights, biases and the optimizer's memory of a layer."""
    place, memory = trainer.network.plan.layers[index], trainer.state()["optimizer"]
    rows = [row[place.start : place.stop] for row in memory]
    return [a.copy() for a in (trainer.network.weights[index], trainer.network.biases[index], *rows)]


def same(one: list[Any], other: list[Any]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


# -- live changes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("training.optimizer.learning_rate", 0.5),
        ("training.optimizer.beta1", 0.5),
        ("training.batch_size", 10),
        ("training.epochs", 500),
    ],
)
def test_a_change_of_training_keeps_everything_learned(path: str, value: Any) -> None:
    trainer = trained()
    before = everything(trainer)
    trainer.reconfigure(BASE.with_value(path, value))
    assert everything(trainer) == {**before, "experiment": BASE.with_value(path, value)}


def test_a_new_learning_rate_acts_at_once() -> None:
    trainer, unchanged = trained(), trained()
    trainer.reconfigure(BASE.with_value("training.optimizer.learning_rate", 0.02))
    start = trainer.network.parameters.copy()
    trainer.step()
    unchanged.step()
    moved, usual = (each.network.parameters - start for each in (trainer, unchanged))
    np.testing.assert_allclose(moved, 2 * usual, rtol=1e-3, atol=1e-6)


def test_a_new_batch_size_acts_at_once() -> None:
    trainer = trained(steps=5)
    trainer.reconfigure(BASE.with_value("training.batch_size", 10))
    before = trainer.batches.position
    trainer.step()
    assert trainer.batches.position - before == pytest.approx(10 / 105)


def test_taking_over_the_same_experiment_changes_nothing_of_the_run() -> None:
    trainer, undisturbed = trained(), trained(steps=40)
    for _ in range(33):
        trainer.reconfigure(BASE)
        trainer.step()
    assert everything(trainer) == everything(undisturbed)


def test_another_optimizer_keeps_the_weights_and_starts_with_an_empty_memory() -> None:
    trainer = trained()
    before = trainer.network.parameters.copy()
    trainer.reconfigure(BASE.with_value("training.optimizer", OPTIMIZERS["momentum"]()))
    kept, memory = np.array_equal(trainer.network.parameters, before), trainer.state()["optimizer"]
    assert (kept, memory.shape, memory.any()) == (True, (1, before.size), False)


@pytest.mark.parametrize("slope", [0.25, 0.5000001])
def test_another_slope_is_taken_over_however_small_the_change(slope: float) -> None:
    leaky = BASE.with_layer(0, activation="leaky_relu", negative_slope=0.5)
    trainer = trained(leaky)
    trainer.reconfigure(leaky.with_layer(0, negative_slope=slope))
    activation = trainer.network.plan.layers[0].activation
    assert activation.value(np.array([[-1.0]]), None).item() == -slope


# -- layers ------------------------------------------------------------------------------------------

SIX, FIVE, NINE = Dense(units=6), Dense(units=5), Dense(units=9)
# After the change (new index, old index) of every layer that is still the same.
CHANGES: dict[str, tuple[tuple[Dense, ...], list[tuple[int, int]]]] = {
    "another function": ((SIX, Dense(units=6, activation="relu"), SIX), [(0, 0), (1, 1), (2, 2), (3, 3)]),
    "another initializer": ((SIX, Dense(units=6, initializer="zeros"), SIX), [(0, 0), (1, 1), (2, 2), (3, 3)]),
    "a layer added at the end": ((SIX, SIX, SIX, SIX), [(0, 0), (1, 1), (2, 2), (4, 3)]),
    "a wider layer added at the end": ((SIX, SIX, SIX, NINE), [(0, 0), (1, 1), (2, 2)]),
    "a wider layer added in front": ((NINE, SIX, SIX, SIX), [(2, 1), (3, 2), (4, 3)]),
    "a wider layer added within": ((SIX, NINE, SIX, SIX), [(0, 0), (3, 2), (4, 3)]),
    "a layer removed": ((SIX, SIX), [(0, 0), (1, 1), (2, 3)]),
    "all layers removed": ((), []),
    "the first layer narrowed": ((FIVE, SIX, SIX), [(2, 2), (3, 3)]),
    "the layer in the middle narrowed": ((SIX, FIVE, SIX), [(0, 0), (3, 3)]),
    "the last layer narrowed": ((SIX, SIX, FIVE), [(0, 0), (1, 1)]),
    "the outer layers narrowed": ((FIVE, SIX, FIVE), []),
}
every_change = pytest.mark.parametrize(("layers", "kept"), CHANGES.values(), ids=CHANGES.keys())


@every_change
def test_layers_of_unchanged_shape_keep_weights_biases_and_memory(
    layers: tuple[Dense, ...], kept: list[tuple[int, int]]
) -> None:
    trainer = trained()
    before = [layer(trainer, i) for i in range(4)]
    trainer.reconfigure(BASE.with_layers(layers))
    assert all(same(layer(trainer, new), before[old]) for new, old in kept)


@every_change
def test_other_layers_start_from_random_weights_and_an_empty_memory(
    layers: tuple[Dense, ...], kept: list[tuple[int, int]]
) -> None:
    trainer = trained()
    trainer.reconfigure(BASE.with_layers(layers))
    fresh = [layer(trainer, i) for i in range(len(layers) + 1) if i not in [new for new, _ in kept]]
    assert all(w.any() and not (b.any() or m.any() or v.any()) for w, b, m, v in fresh)


@every_change
def test_a_changed_network_trains_on_with_its_step_and_a_finite_loss(
    layers: tuple[Dense, ...], kept: list[tuple[int, int]]
) -> None:
    trainer = trained()
    trainer.reconfigure(BASE.with_layers(layers))
    loss = trainer.step()
    assert (trainer.steps_done, np.isfinite(loss)) == (8, True)


@every_change
def test_the_history_goes_on_and_names_the_layers_there_are(
    layers: tuple[Dense, ...], kept: list[tuple[int, int]]
) -> None:
    trainer = trained()
    before = trainer.history.view()
    trainer.reconfigure(BASE.with_layers(layers))
    after = trainer.history.view()
    names = [name.removesuffix(".norm") for name in after.names if name.endswith(".norm")]
    measured = np.array_equal(after["test.loss"], before["test.loss"])
    assert (measured, names) == (True, [each.name for each in trainer.network.plan.layers])


def test_layers_between_two_changed_ones_are_kept_too() -> None:
    trainer = trained(BASE.with_layers((SIX,) * 5))
    before = [layer(trainer, i) for i in (2, 3)]
    trainer.reconfigure(BASE.with_layers((FIVE, SIX, SIX, SIX, FIVE)))
    assert all(same(layer(trainer, i), was) for i, was in zip((2, 3), before, strict=True))


def test_layers_of_equal_shape_can_change_places() -> None:
    sequence = (Dense(units=6, activation="relu"), Dense(units=6, activation="tanh"), Dense(units=6))
    trainer = trained(BASE.with_layers(sequence))
    before = trainer.network.parameters.copy()
    trainer.reconfigure(BASE.with_layers(sequence[::-1]))
    np.testing.assert_array_equal(trainer.network.parameters, before)


def test_before_the_first_step_a_changed_network_is_a_fresh_one() -> None:
    trainer, changed = Trainer(BASE), BASE.with_layers((NINE, SIX))
    trainer.reconfigure(changed)
    assert everything(trainer) == everything(Trainer(changed))


@pytest.mark.parametrize(
    ("path", "value", "width"),
    [("training.loss", "categorical_cross_entropy", 2), ("training.loss", "mean_squared_error", 1)],
)
def test_another_loss_keeps_the_hidden_layers_and_goes_on(path: str, value: str, width: int) -> None:
    moons = Experiment.model_validate({"data": {"source": "moons"}})
    trainer = trained(moons)
    before = layer(trainer, 0)
    trainer.reconfigure(moons.with_value(path, value))
    kept = same(layer(trainer, 0), before)
    assert (kept, trainer.network.plan.widths[-1], np.isfinite(trainer.step())) == (True, width, True)


# -- beginning anew ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value"),
    [("training.seed", 1), ("data.seed", 1), ("data.test_fraction", 0.5), ("data.scale", "minmax")],
)
def test_another_seed_or_other_data_begin_anew(path: str, value: Any) -> None:
    trainer, changed = trained(), BASE.with_value(path, value)
    trainer.reconfigure(changed)
    assert everything(trainer) == everything(Trainer(changed))


# -- refusals ----------------------------------------------------------------------------------------


def a_loss_that_does_not_fit() -> tuple[Experiment, Experiment]:
    numbers = Experiment.model_validate({"data": {"source": "diabetes"}})
    return numbers, numbers.with_value("training.loss", "binary_cross_entropy")


def a_column_that_is_not_there() -> tuple[Experiment, Experiment]:
    return BASE, BASE.with_value("data.features", ("nonsense",))


def a_network_too_large() -> tuple[Experiment, Experiment]:
    return BASE, BASE.with_layers((Dense(units=4096),) * 60)


@pytest.mark.parametrize("change", [a_loss_that_does_not_fit, a_column_that_is_not_there, a_network_too_large])
def test_a_refused_change_leaves_everything_as_it_was(
    change: Callable[[], tuple[Experiment, Experiment]], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, refused = change()
    trainer = trained(running)
    before = everything(trainer)
    free = psutil.virtual_memory()._replace(available=8 * 10**9)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    with pytest.raises((DataError, TooLargeError)):
        trainer.reconfigure(refused)
    assert everything(trainer) == before
