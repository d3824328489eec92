"""What ends a run before its epochs are done, what is left then, and the rate on the way there."""

from functools import cache
from math import inf
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine import Dataset, DataSpec, Experiment, Trainer, load_data
from engine.optimizers import OPTIMIZERS
from engine.runner import Runner, Train
from engine.schedules import SCHEDULES
from engine.snapshot import Snapshot

# A few noisy rows and many units: the loss of the test rows falls and rises again.
NOISY = DataSpec(source="moons", samples=60, noise=0.4, test_fraction=0.5)
NUMBERS = DataSpec(source="diabetes")
NETWORK = {"layers": [{"units": 20}, {"kind": "batch_norm"}, {"units": 20}]}
LOADED = {spec: load_data(spec) for spec in (NOISY, NUMBERS, NOISY.edited(test_fraction=0.0))}


def trainer_of(spec: DataSpec = NOISY, **training: Any) -> Trainer:
    described = {"data": spec, "network": NETWORK, "training": {"epochs": 60, "batch_size": 10, **training}}
    return Trainer(Experiment.model_validate(described), LOADED[spec])


def ran(spec: DataSpec = NOISY, **training: Any) -> Trainer:
    trainer = trainer_of(spec, **training)
    trainer.run()
    return trainer


@cache
def free_run(spec: DataSpec) -> list[dict[str, Any]]:
    """What each epoch of a run that nothing ends leaves: both evaluations, and the network's numbers."""
    epochs: list[dict[str, Any]] = []

    def note(trainer: Trainer) -> None:
        numbers = (trainer.network.parameters.tobytes(), trainer.network.statistics.tobytes())
        epochs.append({"train": trainer.evaluate("train"), "test": trainer.evaluate("test"), "numbers": numbers})

    trainer_of(spec).run(on_epoch=note)
    return epochs


def numbers(trainer: Trainer) -> tuple[bytes, bytes]:
    return trainer.network.parameters.tobytes(), trainer.network.statistics.tobytes()


# -- early stopping ----------------------------------------------------------------------------------


def patient_through(losses: list[float], patience: int, min_change: float) -> tuple[int, int]:
    """After which epoch a run should end, and which was the best, by the definition."""
    best, best_epoch = inf, 0
    for epoch, loss in enumerate(losses, 1):
        if loss < best - min_change:
            best, best_epoch = loss, epoch
        elif epoch - best_epoch == patience:
            return epoch, best_epoch
    return len(losses), best_epoch


RULES = [
    {"patience": 1},
    {"patience": 4},
    {"patience": 4, "part": "train"},
    {"patience": 4, "min_change": 0.03},
    {"patience": 3, "min_change": 0.01, "part": "train"},
]
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: " ".join(f"{k}={v}" for k, v in rule.items()))


def expected(rule: dict[str, Any]) -> tuple[int, int]:
    losses = [epoch[rule.get("part", "test")]["loss"] for epoch in free_run(NOISY)]
    return patient_through(losses, rule["patience"], rule.get("min_change", 0.0))


@every_rule
def test_a_run_ends_when_its_loss_has_not_been_better_for_so_long(rule: dict[str, Any]) -> None:
    trainer = ran(early_stopping=rule)
    assert (trainer.epochs_done, trainer.finished) == (expected(rule)[0], True)


@every_rule
def test_the_weights_and_statistics_of_the_best_epoch_come_back(rule: dict[str, Any]) -> None:
    trainer = ran(early_stopping=rule)
    assert numbers(trainer) == free_run(NOISY)[expected(rule)[1] - 1]["numbers"]


@every_rule
def test_the_last_weights_stay_when_the_best_are_not_asked_for(rule: dict[str, Any]) -> None:
    trainer = ran(early_stopping={**rule, "restore_best": False})
    assert numbers(trainer) == free_run(NOISY)[expected(rule)[0] - 1]["numbers"]


def test_the_rules_of_these_tests_do_end_the_run_early() -> None:
    assert [rule for rule in RULES if expected(rule)[0] == 60 and rule.get("part") != "train"] == []


def test_a_run_that_was_stopped_says_when_and_which_epoch_was_best() -> None:
    trainer = ran(early_stopping=RULES[1])
    end, best = expected(RULES[1])
    words = [f"after epoch {end}", f"after epoch {best}", f"{free_run(NOISY)[best - 1]['test']['loss']:.4g}"]
    assert [part for part in words if part not in trainer.stopped] == []


def test_a_run_that_was_stopped_does_no_further_step() -> None:
    trainer = ran(early_stopping=RULES[1])
    before = numbers(trainer), trainer.steps_done
    losses = [trainer.train(), trainer.epoch(), trainer.train(steps=5)]
    trainer.run(epochs=3)
    assert (np.isnan(losses).all(), (numbers(trainer), trainer.steps_done)) == (True, before)


def test_without_test_rows_the_training_rows_are_watched() -> None:
    spec = NOISY.edited(test_fraction=0.0)
    trainer = ran(spec, early_stopping={"patience": 2, "min_change": 0.02})
    losses = [epoch["train"]["loss"] for epoch in free_run(spec)]
    assert trainer.epochs_done == patient_through(losses, 2, 0.02)[0] < 60


def test_a_run_that_comes_to_its_end_has_the_best_weights_too() -> None:
    trainer = ran(early_stopping={"patience": 1000})
    losses = [epoch["test"]["loss"] for epoch in free_run(NOISY)]
    best = int(np.argmin(losses))
    assert (numbers(trainer), trainer.stopped, best < 59) == (free_run(NOISY)[best]["numbers"], "", True)


def test_after_the_best_weights_are_back_the_numbers_shown_are_theirs() -> None:
    trainer = ran(early_stopping=RULES[1])
    best, history = free_run(NOISY)[expected(RULES[1])[1] - 1], trainer.history.view()
    assert (trainer.evaluation().test, history["test.loss"][-1]) == (best["test"], best["test"]["loss"])


# -- goals -------------------------------------------------------------------------------------------

GOALS = [
    (NOISY, {"metric": "loss", "value": 0.3, "part": "train"}),
    (NOISY, {"metric": "accuracy", "value": 0.89, "part": "train"}),
    (NOISY, {"metric": "accuracy", "value": 0.86}),
    (NUMBERS, {"metric": "r2", "value": 0.42}),
    (NUMBERS, {"metric": "mae", "value": 49.0}),
    (NUMBERS, {"metric": "loss", "value": 0.6}),
]
every_goal = pytest.mark.parametrize(("spec", "goal"), GOALS, ids=lambda value: getattr(value, "source", None))


@every_goal
def test_a_run_ends_with_the_first_epoch_that_reaches_its_goal(spec: DataSpec, goal: dict[str, Any]) -> None:
    trainer, sign = ran(spec, stop_at=goal), -1.0 if goal["metric"] in ("loss", "mae") else 1.0
    found = [epoch[goal.get("part", "test")][goal["metric"]] for epoch in free_run(spec)]
    reached = [sign * value >= sign * goal["value"] for value in found]
    assert (trainer.epochs_done, trainer.finished) == (reached.index(True) + 1, True)


@every_goal
def test_a_goal_that_is_reached_is_told_with_its_value(spec: DataSpec, goal: dict[str, Any]) -> None:
    trainer = ran(spec, stop_at=goal)
    value = trainer.evaluate(goal.get("part", "test"))[goal["metric"]]
    assert f"reached after epoch {trainer.epochs_done}" in trainer.stopped
    assert f"{value:.4g}" in trainer.stopped


def test_a_goal_out_of_reach_ends_nothing() -> None:
    trainer = ran(stop_at={"metric": "loss", "value": -1.0})
    assert (trainer.epochs_done, trainer.stopped) == (60, "")


def test_without_test_rows_the_goal_is_that_of_the_training_rows() -> None:
    trainer = ran(NOISY.edited(test_fraction=0.0), stop_at={"metric": "accuracy", "value": 0.85})
    assert (trainer.epochs_done < 60, trainer.evaluate("train")["accuracy"] >= 0.85) == (True, True)


def test_a_network_that_has_reached_its_goal_is_not_taken_back_to_an_epoch_that_has_not() -> None:
    # The loss of the test rows was lowest long before.
    goal = {"metric": "accuracy", "value": 0.89, "part": "train"}
    trainer = ran(stop_at=goal, early_stopping={"patience": 1000})
    assert ("goal is reached" in trainer.stopped, trainer.evaluate("train")["accuracy"] >= 0.89) == (True, True)


# -- time --------------------------------------------------------------------------------------------


def timed(monkeypatch: pytest.MonkeyPatch, **training: Any) -> Trainer:
    """A trainer on whose clock every step takes half a second."""
    trainer = trainer_of(**training)
    monkeypatch.setattr("engine.training.perf_counter", lambda: 1000.0 + 0.5 * trainer.steps_done)
    return trainer


@pytest.mark.parametrize("steps", [None, 1, 3], ids=["at once", "in slices of 1", "in slices of 3"])
def test_a_run_ends_with_its_time(steps: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = timed(monkeypatch, max_seconds=10.0)
    while not trainer.finished:
        trainer.train(steps=steps)
    assert (trainer.steps_done, "time limit of 10 seconds" in trainer.stopped) == (20, True)


def test_a_slice_of_time_ends_but_the_run_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = timed(monkeypatch, max_seconds=10.0)
    trainer.train(seconds=2.0)
    assert (trainer.steps_done, trainer.finished) == (4, False)


def test_time_spent_before_a_state_was_taken_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = timed(monkeypatch, max_seconds=10.0)
    trainer.train(steps=15)
    state = trainer.state()
    resumed = timed(monkeypatch, max_seconds=10.0)
    resumed.restore(state)
    resumed.train()
    assert resumed.steps_done == 20


@pytest.mark.parametrize("limit", [10.0, 12.5, 17.0, 20.0])
def test_the_time_limit_leaves_the_best_weights_and_a_history_with_rising_steps(
    limit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = timed(monkeypatch, max_seconds=limit, early_stopping={"patience": 1000})
    trainer.train()
    epochs = trainer.epochs_done
    best = min(range(epochs), key=lambda i: free_run(NOISY)[i]["test"]["loss"])
    assert numbers(trainer) == free_run(NOISY)[best]["numbers"]
    assert (np.diff(trainer.history.view()["step"]) > 0).all()


# -- the rate on the way -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SCHEDULES)
def test_the_rate_is_that_of_the_optimizer_times_the_factor_of_the_schedule(kind: str) -> None:
    schedule = SCHEDULES[kind](warmup=1.5)
    trainer = trainer_of(epochs=6, schedule=schedule, optimizer={"kind": "adam", "learning_rate": 0.2})
    found, wanted = [], []
    while not trainer.finished:
        found.append(trainer.learning_rate)
        wanted.append(0.2 * schedule.factor(trainer.steps_done / trainer.steps_per_epoch, 6.0))
        trainer.step()
    assert found == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("kind", SCHEDULES)
def test_a_step_goes_as_far_as_the_rate_says(kind: str) -> None:
    trainer = trainer_of(epochs=4, schedule={"kind": kind, "warmup": 1.0}, optimizer={"kind": "gradient_descent"})
    while not trainer.finished:
        rate, before = trainer.learning_rate, trainer.network.parameters.copy()
        trainer.step()
        moved = before - trainer.network.parameters
        np.testing.assert_allclose(moved, rate * trainer.network.gradient, rtol=1e-3, atol=1e-6)


def test_a_plateau_lowers_the_rate_when_pytorch_lowers_it(torch: ModuleType) -> None:
    plateau = {"kind": "plateau", "patience": 2, "decay": 0.3, "threshold": 0.02, "pause": 1, "floor": 0.005}
    trainer = trainer_of(schedule=plateau, optimizer={"kind": "momentum", "learning_rate": 0.1})
    peer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(
        peer, factor=0.3, patience=2, threshold=0.02, cooldown=1, min_lr=0.0005, eps=0.0
    )
    found, wanted = [], []
    while not trainer.finished:
        trainer.epoch()
        theirs.step(trainer.evaluate("test")["loss"])
        found.append(trainer.learning_rate)
        wanted.append(peer.param_groups[0]["lr"])
    assert found == pytest.approx(wanted, rel=1e-12)
    assert len(set(wanted)) > 3


# -- divergence --------------------------------------------------------------------------------------

EXAMPLE = Experiment().with_value("training.epochs", 12)
WILD = EXAMPLE.with_value("training.optimizer.learning_rate", 1000.0).with_value("training.epochs", 200)


@pytest.fixture(scope="module")
def runaway() -> Trainer:
    """The ready example with a learning rate of 1000."""
    trainer = Trainer(WILD)
    trainer.run()
    return trainer


def test_a_wild_learning_rate_is_stopped(runaway: Trainer) -> None:
    assert runaway.diverged is not None
    assert not runaway.finished


def test_the_last_finite_weights_are_kept(runaway: Trainer) -> None:
    assert np.isfinite(runaway.network.parameters).all()


def test_a_divergence_says_at_which_step_in_which_layer_and_what_to_try(runaway: Trainer) -> None:
    assert runaway.diverged is not None
    words = [f"at step {runaway.steps_done + 1}", f"({runaway.diverged.layer})", "learning rate", "smaller", "reset"]
    assert [part for part in words if part not in runaway.diverged.message] == []


def test_a_divergence_names_a_layer_of_the_network(runaway: Trainer) -> None:
    assert runaway.diverged is not None
    assert runaway.diverged.layer in [layer.name for layer in runaway.network.plan.layers]


def test_after_a_divergence_the_predictions_are_finite(runaway: Trainer) -> None:
    assert np.isfinite(list(runaway.evaluate("test").values())).all()


def test_a_reset_and_a_smaller_rate_train_again(runaway: Trainer) -> None:
    again = Trainer(WILD)
    again.run()
    again.reconfigure(EXAMPLE)
    again.reset()
    again.run()
    alone = Trainer(EXAMPLE)
    alone.run()
    assert numbers(again) == numbers(alone)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_any_optimizer_keeps_finite_weights_when_it_runs_away(kind: str) -> None:
    regression = {"data": {"source": "plane"}, "network": {"layers": [{"units": 8, "activation": "relu"}] * 3}}
    # A line search would shorten any step.
    unbounded = {"line_search": False} if kind == "lbfgs" else {}
    training = {"optimizer": {"kind": kind, "learning_rate": 10_000.0, **unbounded}, "epochs": 50}
    trainer = Trainer(Experiment.model_validate({**regression, "training": training}))
    trainer.run()
    assert trainer.diverged is not None
    assert np.isfinite(trainer.network.parameters).all()


@pytest.mark.parametrize("poison", [np.nan, np.inf])
@pytest.mark.parametrize(("layer", "name"), [(0, "hidden 1"), (1, "hidden 2"), (2, "output")])
def test_a_number_that_is_none_is_seen_within_one_step_and_placed(poison: float, layer: int, name: str) -> None:
    trainer = Trainer(EXAMPLE.with_layer(0, activation="linear").with_layer(1, activation="linear"))
    trainer.train(steps=3)
    trainer.network.weights[layer][0, 0] = poison
    trainer.step()
    assert trainer.diverged is not None
    assert (trainer.diverged.step, trainer.diverged.layer) == (4, name)


def test_a_gradient_that_is_no_number_is_seen_though_the_loss_is_finite() -> None:
    layers = [{"activation": "relu"}, {"activation": "linear"}]
    trainer = Trainer(Experiment.model_validate({"data": {"source": "plane"}, "network": {"layers": layers}}))
    trainer.network.biases[0][:] = -100.0  # No unit of the first layer answers; behind it, weights may be huge.
    trainer.network.weights[1][:] = trainer.network.weights[2][:] = 1e30
    loss = trainer.step()
    assert (np.isfinite(loss), trainer.diverged is not None) == (True, True)


def test_a_step_that_diverges_updates_nothing() -> None:
    trainer = Trainer(EXAMPLE)
    trainer.train(steps=3)
    trainer.network.biases[0][0] = np.nan
    before = numbers(trainer), trainer.steps_done
    trainer.run()
    assert (numbers(trainer), trainer.steps_done) == before


def test_a_step_that_diverges_leaves_what_normalizations_remember() -> None:
    trainer = trainer_of()
    trainer.train(steps=3)
    before, finite = trainer.network.statistics.copy(), trainer.network.parameters.copy()
    trainer.network.weights[0][0, 0] = np.nan
    trainer.step()
    np.testing.assert_array_equal(trainer.network.statistics, before)
    trainer.network.parameters[:] = finite
    assert np.isfinite(trainer.predict(trainer.data.x_test)).all()


def test_the_mean_loss_is_that_of_the_steps_that_were_made() -> None:
    trainer = Trainer(WILD)
    mean = trainer.train()
    assert trainer.diverged is not None
    assert mean == pytest.approx(trainer.batch_losses.view().mean.mean(), rel=1e-6)


def test_a_rare_large_target_is_no_divergence() -> None:
    y = np.zeros(50)
    y[7] = 100.0
    description = {"network": {"layers": []}, "training": {"batch_size": 1, "epochs": 2}}
    trainer = Trainer(Experiment.model_validate(description), Dataset.from_arrays(np.ones((50, 1)), y))
    trainer.run()
    assert trainer.diverged is None


def test_a_snapshot_tells_of_the_divergence() -> None:
    runner = Runner(Trainer(WILD))
    runner.post(Train(until_epoch=200))
    report = runner.wait(10.0)
    runner.close()
    assert isinstance(report, Snapshot)
    assert report.diverged is not None


# -- going on after the end --------------------------------------------------------------------------


def patient(epochs: int, patience: int, rate: float) -> Experiment:
    rules = {"epochs": epochs, "early_stopping": {"patience": patience}}
    return Experiment.model_validate({"training": {**rules, "optimizer": {"kind": "adam", "learning_rate": rate}}})


def test_a_run_that_was_stopped_goes_on_with_another_network() -> None:
    experiment = patient(100, 3, 0.1)
    trainer = Trainer(experiment)
    trainer.run()
    before = trainer.epochs_done
    assert trainer.stopped
    trainer.reconfigure(experiment.with_layer(0, units=10))
    trainer.run(epochs=1)
    assert trainer.epochs_done == before + 1


def test_beyond_its_epochs_a_run_ends_with_its_best_weights_all_the_same() -> None:
    trainer = Trainer(patient(40, 60, 0.05))
    trainer.run(epochs=400)
    assert trainer.stopped
    assert trainer.evaluate("test")["loss"] == pytest.approx(trainer.watch.best, rel=1e-6)


def test_more_epochs_do_not_lose_the_best_weights() -> None:
    experiment = patient(30, 40, 0.1)
    trainer = Trainer(experiment)
    trainer.run()
    trainer.reconfigure(experiment.with_value("training.epochs", 400))
    trainer.run()
    assert trainer.evaluate("test")["loss"] == pytest.approx(trainer.watch.best, rel=1e-6)


@pytest.mark.parametrize(("rate", "l2"), [(1.0, 3.0), (0.1, 30.0), (1000.0, 100.0)])
def test_weights_that_a_penalty_drives_away_stay_finite(rate: float, l2: float) -> None:
    training = {
        "optimizer": {"kind": "gradient_descent", "learning_rate": rate},
        "l2": l2,
        "loss": "mean_squared_error",
    }
    trainer = Trainer(Experiment.model_validate({"training": training}))
    trainer.run()
    assert trainer.diverged is not None
    assert np.isfinite(trainer.network.parameters).all()
