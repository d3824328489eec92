"""The Trainer: the same run every time, resumable, honest in its numbers, and stopped when it runs away."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine import (
    BatchNorm,
    DataError,
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
from engine.optimizers import OPTIMIZERS
from engine.runner import Job, Runner, Train
from engine.schedules import SCHEDULES

EXAMPLE = Experiment().with_value("training.epochs", 12)


def trained(steps: int, experiment: Experiment = EXAMPLE) -> Trainer:
    trainer = Trainer(experiment)
    for _ in range(steps):
        trainer.step()
    return trainer


def bits(trainer: Trainer) -> bytes:
    return trainer.network.parameters.tobytes()


# -- the same run every time -------------------------------------------------------------------------


def alone() -> Trainer:
    trainer = Trainer(EXAMPLE)
    trainer.run()
    return trainer


def watched() -> Trainer:
    trainer = Trainer(EXAMPLE)
    trainer.run(on_epoch=lambda each: each.evaluate("test"))
    return trainer


def looked_at_after_every_step() -> Trainer:
    trainer = Trainer(EXAMPLE)
    while not trainer.finished:
        trainer.step()
        trainer.evaluation()
        trainer.predict(trainer.data.x_test)
        trainer.history.view()
        trainer.batch_losses.view()
    return trainer


def in_slices(**slices: Any) -> Callable[[], Trainer]:
    def work() -> Trainer:
        trainer = Trainer(EXAMPLE)
        runner = Runner(trainer)
        runner.post(Job())
        while not getattr(runner.wait(10.0), "finished", True):
            runner.post(Train(**slices, until_epoch=trainer.epochs_done + 1))
        runner.close()
        return trainer

    return work


WAYS = {
    "at once": alone,
    "watched": watched,
    "looked at after every step": looked_at_after_every_step,
    "in slices of 7 steps": in_slices(steps=7),
    "in slices of an epoch": in_slices(),
    "in slices of a millisecond": in_slices(seconds=0.001),
    "in slices of no time": in_slices(seconds=0.0),
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())


@every_way
def test_the_same_seed_gives_the_same_weights_bit_for_bit(way: Callable[[], Trainer]) -> None:
    assert bits(way()) == bits(alone())


@every_way
def test_the_same_seed_leaves_the_same_history(way: Callable[[], Trainer]) -> None:
    np.testing.assert_array_equal(way().history.view().values, alone().history.view().values)


@every_way
def test_the_same_seed_has_the_same_loss_in_every_batch(way: Callable[[], Trainer]) -> None:
    np.testing.assert_array_equal(way().batch_losses.view().mean, alone().batch_losses.view().mean)


@pytest.mark.parametrize("path", ["training.seed", "data.seed"])
def test_another_seed_gives_another_run(path: str) -> None:
    assert bits(trained(5)) != bits(trained(5, EXAMPLE.with_value(path, 1)))


def test_weights_and_data_do_not_share_their_random_numbers() -> None:
    spec = DataSpec(source="xor", noise=0.0, scale="none", test_fraction=0.0)
    data = load_data(spec)
    w = Trainer(Experiment(data=spec), data).network.weights[0]
    points = data.x_train[np.argsort(data.rows_train)]
    both_in_units_of_their_range = w.ravel() / np.sqrt(6 / sum(w.shape)), points.ravel()[: w.size]
    assert not np.allclose(*both_in_units_of_their_range, atol=1e-5)


# -- steps and epochs --------------------------------------------------------------------------------


def test_a_step_returns_the_loss_before_its_update() -> None:
    trainer = Trainer(EXAMPLE.with_value("training.batch_size", 105))
    before = trainer.evaluate("train")["loss"]
    assert trainer.step() == pytest.approx(before, rel=1e-5)


def test_an_epoch_uses_every_row_once() -> None:
    trainer, seen = Trainer(EXAMPLE), []
    while trainer.epochs_done == 0:
        seen.append(trainer.batches.current(32)[0][:-1].T)
        trainer.step()
    order = np.lexsort
    rows, used = trainer.data.x_train, np.concatenate(seen)
    np.testing.assert_array_equal(used[order(used.T)], rows[order(rows.T)])


def test_the_last_batch_of_an_epoch_is_used_though_it_is_smaller() -> None:
    trainer = Trainer(EXAMPLE)
    sizes = []
    while trainer.epochs_done == 0:
        sizes.append(trainer.batches.current(32)[0].shape[1])
        trainer.step()
    assert sizes == [32, 32, 32, 9]


def test_every_epoch_has_another_order() -> None:
    trainer = Trainer(EXAMPLE)
    first = trainer.batches.current(105)[0].copy()
    trainer.epoch()
    assert not np.array_equal(first, trainer.batches.current(105)[0])


def test_an_epoch_returns_the_mean_loss_of_its_batches() -> None:
    one, other = Trainer(EXAMPLE), Trainer(EXAMPLE)
    assert one.epoch() == pytest.approx(np.mean([other.step() for _ in range(4)]))


def test_a_batch_larger_than_the_data_is_all_of_it() -> None:
    trainer = Trainer(EXAMPLE.with_value("training.batch_size", 5000))
    trainer.epoch()
    assert (trainer.steps_done, trainer.steps_per_epoch) == (1, 1)


def test_a_run_ends_after_the_epochs_of_the_experiment() -> None:
    assert (alone().epochs_done, alone().steps_done, alone().finished) == (12, 48, True)


def test_a_run_can_be_told_how_many_epochs_to_go_on() -> None:
    trainer = trained(4)
    trainer.run(epochs=3)
    assert trainer.epochs_done == 4


def test_on_epoch_is_called_after_every_epoch() -> None:
    seen: list[int] = []
    Trainer(EXAMPLE).run(epochs=3, on_epoch=lambda trainer: seen.append(trainer.epochs_done))
    assert seen == [1, 2, 3]


def test_no_hidden_layer_at_all_is_logistic_regression() -> None:
    trainer = Trainer(EXAMPLE.with_layers(()).with_value("training.epochs", 60))
    trainer.run()
    assert trainer.evaluate("test")["accuracy"] >= 0.9


def test_an_evaluation_is_that_of_the_current_step() -> None:
    trainer = trained(5)
    trainer.evaluation()
    trainer.step()
    found = trainer.evaluation()
    assert (found.step, found.train, found.test) == (6, trainer.evaluate("train"), trainer.evaluate("test"))


def test_the_last_point_of_the_history_is_true() -> None:
    trainer = alone()
    history = trainer.history.view()
    again = trained(int(history["step"][-1]))
    assert history["test.loss"][-1] == again.evaluate("test")["loss"]


# -- what goes in ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", ["none", "standard"])
@pytest.mark.parametrize("task", ["classes", "numbers"])
def test_the_arrays_given_are_never_changed(scale: str, task: str) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(40, 3)), rng.integers(3, size=40) if task == "classes" else rng.normal(size=(40, 2))
    given = x.copy(), y.copy()
    data = Dataset.from_arrays(x, y, scale=scale, test_fraction=0.2)
    parts = [array.copy() for array in (data.x_train, data.y_train, data.x_test, data.y_test)]
    trainer = Trainer(EXAMPLE.with_layers(STAGED), data)
    trainer.run()
    trainer.report("test")
    trainer.predict(data.x_test)
    after = (x, y, data.x_train, data.y_train, data.x_test, data.y_test)
    assert all(np.array_equal(a, b) for a, b in zip(after, (*given, *parts), strict=True))


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf, 1e39])
def test_an_input_that_is_no_number_is_reported_with_its_row_and_column(poison: float) -> None:
    x = np.random.default_rng(1).normal(size=(20, 3))
    x[11, 1] = poison
    with pytest.raises(DataError, match="row 12, column 'width' is not a finite number"):
        Trainer(EXAMPLE, Dataset.from_arrays(x, np.arange(20) % 2, names=("length", "width", "height")))


@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_a_target_that_is_no_number_is_reported_with_its_row(poison: float) -> None:
    y = np.linspace(0.0, 1.0, 20)
    y[11] = poison
    with pytest.raises(DataError, match="row 12, target 'y' is not a finite number"):
        Trainer(EXAMPLE, Dataset.from_arrays(np.ones((20, 3)), y))


@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_a_prediction_for_what_is_no_number_is_refused_with_its_row_and_column(poison: float) -> None:
    with pytest.raises(DataError, match=r"row 3, column 'petal width \(cm\)' of x is not a finite number"):
        Trainer(EXAMPLE).predict([[0.0, 0.0], [1.0, 1.0], [0.0, poison]])


@pytest.mark.parametrize("x", [np.ones(2), np.ones((4, 3)), np.ones((2, 2, 2)), np.empty((0, 3))])
def test_a_prediction_for_inputs_of_another_shape_is_refused(x: Any) -> None:
    with pytest.raises(DataError, match=r"x must have the shape \(rows, 2\), not"):
        Trainer(EXAMPLE).predict(x)


# -- state -------------------------------------------------------------------------------------------

every_kind = pytest.mark.parametrize("kind", OPTIMIZERS)


def with_optimizer(kind: str) -> Experiment:
    return EXAMPLE.with_value("training.optimizer", OPTIMIZERS[kind]())


@every_kind
@pytest.mark.parametrize("steps", [0, 4, 6], ids=["at the start", "between epochs", "within an epoch"])
def test_a_restored_run_goes_on_bit_for_bit(kind: str, steps: int) -> None:
    original, resumed = trained(steps, with_optimizer(kind)), Trainer(with_optimizer(kind))
    resumed.restore(original.state())
    losses = [(original.step(), resumed.step()) for _ in range(30)]
    assert (bits(original), *(a for a, _ in losses)) == (bits(resumed), *(b for _, b in losses))


STAGED = (BatchNorm(), Dense(), Dropout(), LayerNorm(activation="relu"), Dense(), GaussianNoise(), BatchNorm())


@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_a_run_with_every_stage_and_any_schedule_is_restored_and_goes_on_bit_for_bit(kind: str, optimizer: str) -> None:
    restless = {"patience": 0, "threshold": 0.3} if kind == "plateau" else {}
    training = {"schedule": {"kind": kind, "warmup": 2.0, **restless}, "optimizer": {"kind": optimizer}, "epochs": 60}
    experiment = Experiment.model_validate({"network": {"layers": STAGED}, "training": training})
    original, resumed = trained(22, experiment), Trainer(experiment)
    resumed.restore(original.state())
    seen = [[(each.learning_rate, each.step()) for _ in range(30)] for each in (original, resumed)]
    statistics = [each.network.statistics.tobytes() for each in (original, resumed)]
    assert (bits(original), seen[0], statistics[0]) == (bits(resumed), seen[1], statistics[1])


@pytest.mark.parametrize("epochs", [4, 9, 14])
def test_a_run_restored_in_the_middle_of_its_patience_ends_where_it_would_have_ended(epochs: int) -> None:
    patient = {"early_stopping": {"patience": 8, "min_change": 0.02}, "epochs": 500}
    experiment = Experiment.model_validate({"network": {"layers": STAGED}, "training": patient})
    original, resumed = Trainer(experiment), Trainer(experiment)
    original.run(epochs=epochs)
    state = original.state()
    original.run()
    resumed.restore(state)
    resumed.run()
    assert epochs < original.epochs_done < 500
    assert (bits(original), original.stopped) == (bits(resumed), resumed.stopped)


@every_kind
def test_a_run_taken_back_repeats_itself_bit_for_bit(kind: str) -> None:
    trainer = trained(6, with_optimizer(kind))
    state = trainer.state()
    first = [trainer.step() for _ in range(30)]
    trainer.restore(state)
    assert [trainer.step() for _ in range(30)] == first


def test_a_state_is_not_touched_by_further_training() -> None:
    trainer = trained(6)
    state = trainer.state()
    before = state["parameters"].copy(), state["optimizer"].copy(), state["batches"]["order"].copy()
    trainer.run()
    after = state["parameters"], state["optimizer"], state["batches"]["order"]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("again", [Trainer.reset, lambda trainer: trainer.restore(Trainer(trainer.experiment).state())])
def test_a_run_with_noise_begun_again_is_the_same_run(again: Callable[[Trainer], None]) -> None:
    trainer = trained(10, EXAMPLE.with_layers(STAGED))
    first = bits(trainer)
    again(trainer)
    trainer.train(steps=10)
    assert bits(trainer) == first


def test_restoring_gives_back_step_and_epoch() -> None:
    resumed = Trainer(EXAMPLE)
    resumed.restore(trained(6).state())
    assert (resumed.steps_done, resumed.epochs_done) == (6, 1)


def test_a_history_taken_back_ends_there_and_goes_on_as_before() -> None:
    trainer = trained(6)
    state, before = trainer.state(), trainer.history.view().values.copy()
    trainer.run()
    first = trainer.history.view().values.copy()
    trainer.restore(state)
    np.testing.assert_array_equal(trainer.history.view().values, before)
    trainer.run()
    np.testing.assert_array_equal(trainer.history.view().values, first)


@pytest.mark.parametrize(
    ("path", "value"),
    [("network.layers.0.units", 5), ("training.optimizer", OPTIMIZERS["momentum"]()), ("data.test_fraction", 0.5)],
    ids=["another network", "another optimizer", "other rows"],
)
def test_a_state_of_something_else_is_refused_and_nothing_has_changed(path: str, value: Any) -> None:
    foreign, trainer = trained(6).state(), trained(3, EXAMPLE.with_value(path, value))
    before = bits(trainer), trainer.steps_done
    with pytest.raises(ValueError, match="same experiment"):
        trainer.restore(foreign)
    assert (bits(trainer), trainer.steps_done) == before


def test_reset_goes_back_to_the_start_bit_for_bit() -> None:
    trainer, fresh = trained(6), Trainer(EXAMPLE)
    trainer.reset()
    assert (bits(trainer), trainer.steps_done, trainer.diverged) == (bits(fresh), 0, None)


def test_after_a_reset_the_same_run_follows() -> None:
    trainer = trained(6)
    trainer.reset()
    trainer.run()

    def seen(each: Trainer) -> tuple[bytes, bytes]:
        return bits(each), each.history.view().values.tobytes()

    assert seen(trainer) == seen(alone())


def test_the_numbers_of_another_network_are_taken_over_as_if_set_by_hand() -> None:
    learned, trainer = Trainer(Experiment()), Trainer(Experiment().with_value("training.seed", 5))
    learned.train(until_epoch=3)
    trainer.take_numbers(learned.network)
    assert (trainer.network.parameters == learned.network.parameters).all()
    assert (trainer.steps_done, trainer.pristine) == (0, False)
    assert trainer.evaluate("test") == learned.evaluate("test")
    assert trainer.last_evaluation.train["loss"] == learned.evaluation().train["loss"]


def test_the_numbers_of_a_network_with_other_layers_are_refused() -> None:
    trainer = Trainer(Experiment())
    before = trainer.network.parameters.copy()
    with pytest.raises(ValueError, match="other layers"):
        trainer.take_numbers(Trainer(Experiment().with_value("network.layers.0.units", 3)).network)
    assert (trainer.network.parameters == before).all()
