"""A running trainer takes over a changed experiment with the least loss of what was learned."""

from collections.abc import Callable
from typing import Any

import numpy as np
import psutil
import pytest

from engine import BatchNorm, DataError, Dense, Dropout, Experiment, LayerNorm, TooLargeError, Trainer
from engine.layers import Layer
from engine.optimizers import OPTIMIZERS
from engine.plan import Plan

BASE = Experiment().with_layers((Dense(units=6), Dense(units=6), Dense(units=6)))


def trained(experiment: Experiment = BASE, steps: int = 7) -> Trainer:
    trainer = Trainer(experiment)
    for _ in range(steps):
        trainer.step()
    return trainer


def everything(trainer: Trainer) -> dict[str, Any]:
    """All that a change could touch, comparable with ==."""
    state = trainer.state()
    del state["lineage"]  # which remembers every change
    arrays = {name: state.pop(name).tobytes() for name in ("parameters", "statistics", "optimizer")}
    watch = state.pop("watch")
    watch["kept"] = watch["kept"] and [each.tobytes() for each in watch["kept"]]
    state["batches"]["order"] = state["batches"]["order"].tolist()
    history = trainer.history.view()
    return {**state, **arrays, **watch, "experiment": trainer.experiment, "history": history.values.tobytes()}


def vectors(trainer: Trainer) -> list[Any]:
    """Copies of the flat vectors that have a place for each parameter: the parameters, and the optimizer's memory."""
    return [trainer.network.parameters.copy(), *trainer.state()["optimizer"]]


# -- live changes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("training.optimizer.learning_rate", 0.5),
        ("training.optimizer.beta1", 0.5),
        ("training.batch_size", 10),
        ("training.epochs", 500),
        ("training.schedule", {"kind": "cosine"}),
        ("training.l1", 0.1),
        ("training.l2", 0.1),
        ("training.max_norm", 0.5),
        ("training.clip_norm", 0.5),
        ("training.clip_value", 0.5),
        ("training.early_stopping.patience", 9),
        ("training.stop_at.metric", "accuracy"),
        ("training.max_seconds", 1000.0),
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
SAME = [(0, 0), (1, 1), (2, 2), (3, 3)]
# After the change (new index, old index) of every layer that is still the same one, if not of the same size.
CHANGES: dict[str, tuple[tuple[Layer, ...], list[tuple[int, int]]]] = {
    "another function": ((SIX, Dense(units=6, activation="relu"), SIX), SAME),
    "another initializer": ((SIX, Dense(units=6, initializer="zeros"), SIX), SAME),
    "a layer frozen": ((SIX, Dense(units=6, trainable=False), SIX), SAME),
    "units frozen": ((SIX, Dense(units=6, frozen_units=(0, 5)), SIX), SAME),
    "the first layer narrowed": ((FIVE, SIX, SIX), SAME),
    "the layer in the middle narrowed": ((SIX, FIVE, SIX), SAME),
    "the layer in the middle widened": ((SIX, NINE, SIX), SAME),
    "the last layer widened": ((SIX, SIX, NINE), SAME),
    "one layer narrowed and one widened": ((FIVE, SIX, NINE), SAME),
    "dropout added": ((SIX, Dropout(), SIX, SIX), SAME),
    "normalizations added": ((BatchNorm(), SIX, LayerNorm(), SIX, SIX, BatchNorm()), SAME),
    "a normalization added behind a wider layer": ((NINE, LayerNorm(), SIX, SIX), SAME),
    "a layer added at the end": ((SIX, SIX, SIX, SIX), [(0, 0), (1, 1), (2, 2), (4, 3)]),
    "a wider layer added at the end": ((SIX, SIX, SIX, NINE), [(0, 0), (1, 1), (2, 2)]),
    "a wider layer added in front": ((NINE, SIX, SIX, SIX), [(2, 1), (3, 2), (4, 3)]),
    "a wider layer added within": ((SIX, NINE, SIX, SIX), [(0, 0), (3, 2), (4, 3)]),
    "a layer removed": ((SIX, SIX), [(0, 0), (1, 1), (2, 3)]),
    "all layers removed": ((), []),
}
every_change = pytest.mark.parametrize(("layers", "kept"), CHANGES.values(), ids=CHANGES.keys())


def expected(trainer: Trainer, before: list[Any], old: Plan, kept: list[tuple[int, int]]) -> list[Any]:
    """What a change should lead to: fresh weights and an empty memory, and what both networks have as it was."""
    fresh = Trainer(trainer.experiment).network.parameters
    found = [fresh, *(np.zeros_like(fresh) for _ in before[1:])]
    for new, was in kept:
        layer, other = trainer.network.plan.layers[new], old.layers[was]
        inputs, units = min(layer.inputs, other.inputs), min(layer.units, other.units)
        for after, earlier in zip(found, before, strict=True):
            layer.weights(after)[:inputs, :units] = other.weights(earlier)[:inputs, :units]
            layer.biases(after)[:units] = other.biases(earlier)[:units]
    return found


@every_change
@pytest.mark.parametrize("kind", ["adam", "momentum", "amsgrad"])
def test_units_that_are_still_there_keep_weights_and_memory_and_the_rest_is_fresh(
    layers: tuple[Layer, ...], kept: list[tuple[int, int]], kind: str
) -> None:
    base = BASE.with_value("training.optimizer.kind", kind)
    trainer = trained(base)
    before, old = vectors(trainer), trainer.network.plan
    trainer.reconfigure(base.with_layers(layers))
    for found, wanted in zip(vectors(trainer), expected(trainer, before, old, kept), strict=True):
        np.testing.assert_array_equal(found, wanted)


@every_change
def test_a_changed_network_trains_on_with_its_step_and_a_finite_loss(
    layers: tuple[Layer, ...], kept: list[tuple[int, int]]
) -> None:
    trainer = trained()
    trainer.reconfigure(BASE.with_layers(layers))
    loss = trainer.step()
    assert (trainer.steps_done, np.isfinite(loss)) == (8, True)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_optimizer_goes_on_with_a_network_that_has_grown_and_shrunk(kind: str) -> None:
    base = BASE.with_value("training.optimizer.kind", kind)
    trainer = trained(base)
    for layers in ((SIX, NINE, LayerNorm(), SIX), (SIX, FIVE, SIX, SIX), (SIX,)):
        trainer.reconfigure(base.with_layers(layers))
        before = trainer.evaluate("train")["loss"]
        trainer.train(until_epoch=trainer.epochs_done + 10)
        assert (trainer.diverged, trainer.evaluate("train")["loss"] < before) == (None, True)


@every_change
def test_the_history_goes_on_and_names_the_layers_there_are(
    layers: tuple[Layer, ...], kept: list[tuple[int, int]]
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
    before = [w.copy() for w in trainer.network.weights[2:4]]
    trainer.reconfigure(BASE.with_layers((FIVE, SIX, SIX, SIX, FIVE)))
    assert all(np.array_equal(w, was) for w, was in zip(trainer.network.weights[2:4], before, strict=True))


STAGED = BASE.with_layers((BatchNorm(), SIX, Dropout(), BatchNorm(), SIX, LayerNorm()))


@pytest.mark.parametrize("units", [4, 6, 8])
def test_normalizations_keep_what_they_know_of_units_that_are_still_there(units: int) -> None:
    trainer = trained(STAGED, 20)
    before, old = [*vectors(trainer), trainer.network.statistics.copy()], trainer.network.plan
    trainer.reconfigure(STAGED.with_layer(1, units=units))
    after, n = [*vectors(trainer), trainer.network.statistics], min(units, 6)
    for stage, was in zip(trainer.network.plan.stages, old.stages, strict=True):
        for now, then in zip(after[:-1], before[:-1], strict=True):
            np.testing.assert_array_equal(stage.rows(now)[:, :n], was.rows(then)[:, :n])
        np.testing.assert_array_equal(stage.statistics(after[-1])[:, :n], was.statistics(before[-1])[:, :n])


@pytest.mark.parametrize(
    ("layer", "changes"),
    [(2, {"drop_probability": 0.6}), (3, {"momentum": 0.5}), (3, {"activation": "relu"}), (5, {"epsilon": 0.1})],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_setting_of_a_stage_changes_live_and_nothing_is_lost(layer: int, changes: dict[str, Any]) -> None:
    trainer = trained(STAGED, 20)
    before = [*vectors(trainer), trainer.network.statistics.copy(), trainer.state()["noise"]]
    trainer.reconfigure(STAGED.with_layer(layer, **changes))
    after = [*vectors(trainer), trainer.network.statistics, trainer.state()["noise"]]
    assert all(np.array_equal(a, b) for a, b in zip(after, before, strict=True))


def test_a_stage_less_leaves_the_others_what_they_know() -> None:
    trainer = trained(STAGED, 20)
    before = trainer.network.statistics.copy()
    trainer.reconfigure(STAGED.with_layers(STAGED.network.layers[:2] + STAGED.network.layers[3:]))
    np.testing.assert_array_equal(trainer.network.statistics, before)


def test_a_layer_that_loses_its_biases_keeps_its_weights() -> None:
    trainer = trained()
    before = [w.copy() for w in trainer.network.weights]
    trainer.reconfigure(BASE.with_layer(1, bias=False))
    kept = [np.array_equal(w, was) for w, was in zip(trainer.network.weights, before, strict=True)]
    assert (kept, trainer.network.biases[1].any(), trainer.network.biases[0].any()) == ([True] * 4, False, True)


def test_a_layer_that_is_frozen_in_the_middle_of_a_run_stays_as_it_is() -> None:
    trainer = trained()
    trainer.reconfigure(BASE.with_layer(1, trainable=False))
    before = [w.copy() for w in trainer.network.weights]
    trainer.train(steps=20)
    assert [np.array_equal(w, was) for w, was in zip(trainer.network.weights, before, strict=True)] == [
        False,
        True,
        False,
        False,
    ]


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
    before = trainer.network.weights[0].copy()
    trainer.reconfigure(moons.with_value(path, value))
    kept = np.array_equal(trainer.network.weights[0], before)
    assert (kept, trainer.network.plan.widths[-1], np.isfinite(trainer.step())) == (True, width, True)


@pytest.mark.parametrize(("path", "value"), [("training.class_weights", "balanced"), ("training.label_smoothing", 0.3)])
def test_other_targets_and_weights_of_rows_count_at_once(path: str, value: Any) -> None:
    uneven = BASE.with_value("data.source", "wine").with_value("training.optimizer.kind", "gradient_descent")
    trainer, fresh = trained(uneven), Trainer(uneven.with_value(path, value))
    trainer.reconfigure(uneven.with_value(path, value))
    fresh.restore(trainer.state())
    losses = [[each.step() for _ in range(10)] for each in (trainer, fresh)]
    assert (losses[0], trainer.evaluate("train")) == (losses[1], fresh.evaluate("train"))


# -- what judges the run -----------------------------------------------------------------------------


def test_a_run_that_was_stopped_goes_on_when_its_rule_is_lifted() -> None:
    strict = BASE.with_value("training.early_stopping", {"patience": 1, "min_change": 10.0})
    trainer = Trainer(strict)
    trainer.run()
    stopped_at = trainer.epochs_done
    trainer.reconfigure(BASE)
    trainer.run(epochs=3)
    assert (trainer.stopped, trainer.epochs_done) == ("", stopped_at + 3)


def test_more_epochs_leave_a_rate_lowered_where_it_is() -> None:
    falling = BASE.with_value("training.schedule", {"kind": "plateau", "patience": 0, "threshold": 0.5})
    trainer = trained(falling, 40)
    before = trainer.learning_rate
    trainer.reconfigure(falling.with_value("training.epochs", 500))
    assert (trainer.learning_rate, before < 0.01) == (before, True)


def test_another_loss_is_not_measured_by_the_best_of_the_one_before() -> None:
    # In the same run the absolute error is larger than the square of small errors.
    squared = Experiment.model_validate(
        {"data": {"source": "plane"}, "training": {"early_stopping": {"patience": 30}, "epochs": 500}}
    )
    trainer = Trainer(squared)
    trainer.run(epochs=15)
    assert trainer.stopped == ""
    trainer.reconfigure(squared.with_value("training.loss", "mean_absolute_error"))
    first = trainer.epochs_done + 1
    trainer.run(epochs=40)
    assert trainer.watch.best_epoch >= first


def test_after_a_change_of_the_network_the_best_weights_are_those_of_an_epoch_since() -> None:
    patient = BASE.with_value("training.early_stopping", {"patience": 5}).with_value("training.epochs", 500)
    trainer = Trainer(patient)
    trainer.run(epochs=20)
    assert trainer.stopped == ""
    trainer.reconfigure(patient.with_layers((SIX, SIX)))
    trainer.run()
    assert trainer.evaluate("test")["loss"] == trainer.watch.best


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
