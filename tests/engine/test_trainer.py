"""The Trainer: the same run every time, resumable, honest in its numbers, and stopped when it runs away."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, mean_absolute_error, mean_squared_error, r2_score

from engine import Dataset, DataSpec, Experiment, Trainer, load_data
from engine.optimizers import OPTIMIZERS
from engine.runner import Job, Runner, Train
from engine.snapshot import Snapshot

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


# -- the numbers shown -------------------------------------------------------------------------------

PART = pytest.mark.parametrize("part", ["train", "test"])


@PART
def test_classes_are_scored_as_scikit_learn_scores_the_predictions(part: str) -> None:
    trainer = trained(30)
    x, y = trainer.data.part(part)
    p = trainer.predict(x).astype(float)
    theirs = {"loss": log_loss(y, p / p.sum(axis=1, keepdims=True)), "accuracy": accuracy_score(y, p.argmax(axis=1))}
    assert trainer.evaluate(part) == pytest.approx(theirs, rel=1e-5)


@PART
def test_yes_or_no_is_scored_as_scikit_learn_scores_the_predictions(part: str) -> None:
    trainer = trained(30, Experiment.model_validate({"data": {"source": "moons", "noise": 0.3}}))
    x, y = trainer.data.part(part)
    p = trainer.predict(x)[:, 0].astype(float)
    assert trainer.evaluate(part) == pytest.approx({"loss": log_loss(y, p), "accuracy": np.mean((p > 0.5) == y)}, 1e-5)


@PART
def test_a_number_is_scored_as_scikit_learn_scores_the_predictions_in_the_users_units(part: str) -> None:
    trainer = trained(30, Experiment.model_validate({"data": {"source": "diabetes"}}))
    x, y = trainer.data.part(part)
    p, undo = trainer.predict(x), trainer.data.y_scaling.undo
    theirs = {"r2": r2_score(undo(y), undo(p)), "mae": mean_absolute_error(undo(y), undo(p))}
    assert trainer.evaluate(part) == pytest.approx({"loss": mean_squared_error(y, p), **theirs}, rel=1e-5)


def test_without_a_test_part_its_evaluation_is_empty() -> None:
    trainer = Trainer(EXAMPLE.with_value("data.test_fraction", 0.0))
    assert (trainer.evaluate("test"), trainer.evaluation().outputs_test.shape) == ({}, (0, 3))


def test_a_part_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError, match="train and test"):
        Trainer(EXAMPLE).evaluate("validation")


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


def test_restoring_gives_back_step_and_epoch() -> None:
    resumed = Trainer(EXAMPLE)
    resumed.restore(trained(6).state())
    assert (resumed.steps_done, resumed.epochs_done) == (6, 1)


def test_a_history_taken_back_has_rising_steps() -> None:
    trainer = trained(6)
    state = trainer.state()
    trainer.run()
    trainer.restore(state)
    trainer.run()
    assert (np.diff(trainer.history.view()["step"]) > 0).all()


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
