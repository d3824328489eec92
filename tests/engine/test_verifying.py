"""Verifying: a run done again is the same, whatever was changed while it trained; and what is not the same is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.checkpoint import Checkpoint
from engine.data.dataset import Dataset
from engine.data.opened import forget
from engine.data.progress import CancelledError
from engine.experiment import Dense, Experiment
from engine.history import Series
from engine.layers import LAYERS, Stage
from engine.lineage import OPERATIONS, Lineage
from engine.operation import Operation
from engine.optimizers import OPTIMIZERS
from engine.project import Project, load, save
from engine.schedules import SCHEDULES
from engine.trainer import Trainer
from engine.verifying import verify

SMALL = Experiment.model_validate({
    "data": {"source": "moons", "samples": 60},
    "network": {"layers": [{"kind": "dense", "units": 4}, {"kind": "dense", "units": 3, "activation": "relu"}]},
    "training": {"batch_size": 16, "epochs": 8},
})  # fmt: skip


def stages() -> Experiment:
    """With a stage of every kind."""
    added = [{"kind": kind} for kind, cls in LAYERS.items() if issubclass(cls, Stage)]
    return SMALL.edited(network={"layers": [{"kind": "dense", "units": 4}, *added, {"kind": "dense", "units": 3}]})


EXPERIMENTS = {
    **{kind: SMALL.with_value("training.optimizer", {"kind": kind}) for kind in OPTIMIZERS},
    **{kind: SMALL.with_value("training.schedule", {"kind": kind}) for kind in SCHEDULES},
    "every stage": stages(),
    "early stopping": SMALL.with_value("training.early_stopping", {"patience": 1, "min_change": 0.5}),
    "a goal": SMALL.with_value("training.stop_at", {"metric": "loss", "value": 0.68}),
    "noise in the data": SMALL.with_value("data.input_noise", 0.2),
    "numbers": SMALL.edited(data={"source": "sine", "samples": 60}),
    "no layer": SMALL.edited(network={"layers": []}),
    "the rule": SMALL.with_value("training.optimizer", {"kind": "gradient_descent", "learning_rate": 9e3}),
}


def trained(experiment: Experiment = SMALL, steps: int | None = None) -> Trainer:
    """A trainer at the end of its run, or after some steps."""
    trainer = Trainer(experiment)
    trainer.train(steps=steps)
    return trainer


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_every_run_is_the_same_when_it_is_done_again(experiment: Experiment) -> None:
    verdict = verify(trained(experiment).checkpoint())
    assert verdict.message.startswith("Identical for all ")


@pytest.mark.parametrize("steps", [0, 1, 7])
def test_a_run_is_verified_up_to_where_it_is(steps: int) -> None:
    verdict = verify(trained(steps=steps).checkpoint())
    assert (verdict.identical, verdict.steps) == (True, steps)


def test_arrays_of_ones_own_are_verified_with_those_arrays() -> None:
    rng = np.random.default_rng(0)
    trainer = Trainer(SMALL, Dataset.from_arrays(rng.normal(size=(40, 3)), np.arange(40) % 2))
    trainer.run(epochs=3)
    assert verify(trainer.checkpoint()).identical


def test_a_run_in_double_precision_is_repeated_in_it() -> None:
    trainer = Trainer(SMALL, dtype=np.float64)
    trainer.run(epochs=3)
    assert verify(trainer.checkpoint()).identical


# -- changes while it trains -------------------------------------------------------------------------

Change = Callable[[Trainer], object]


def with_value(path: str, value: object) -> Change:
    """A change of one setting."""
    return lambda trainer: trainer.reconfigure(trainer.experiment.with_value(path, value))


def operated(operation: Operation) -> Change:
    """An edit of the numbers."""
    return lambda trainer: trainer.operate(operation)


SETTINGS: dict[str, dict[str, Any]] = {
    "set_weight": {"layer": 0, "source": 1, "unit": 2, "value": 0.25},
    "set_bias": {"layer": 1, "unit": 0, "value": -1.5},
    "split_unit": {"layer": 0, "unit": 1},
    "remove_unit": {"layer": 0, "unit": 1},
    "add_unit": {"layer": 0},
    "insert_identity": {"layer": 0, "activation": "tanh"},
    "duplicate_layer": {"layer": 0},
    "initialise_layer": {"layer": 0, "seed": 3},
    "move_layer": {"place": 0, "to": 1},
}
CHANGES: dict[str, Change] = {
    **{name: operated(OPERATIONS[name](**settings)) for name, settings in SETTINGS.items()},
    "the learning rate": with_value("training.optimizer.learning_rate", 0.05),
    "the optimizer": with_value("training.optimizer.kind", "rmsprop"),
    "a full-batch optimizer": with_value("training.optimizer.kind", "lbfgs"),
    "the loss": with_value("training.loss", "mean_squared_error"),
    "class weights": with_value("training.class_weights", "balanced"),
    "the epochs": with_value("training.epochs", 20),
    "more units": with_value("network.layers.0.units", 6),
    "fewer layers": lambda trainer: trainer.reconfigure(trainer.experiment.with_layers(())),
    "a network adopted": lambda trainer: trainer.adopt(trainer.experiment.with_layer(0, units=2)),
    "fewer rows": with_value("data.subsample", 0.5),
    "noise in the data": with_value("data.input_noise", 0.3),
    "one input less": with_value("data.features", ["x₁"]),
    "other data": with_value("data.source", "circles"),
    "another seed": with_value("training.seed", 4),
    "a reset": lambda trainer: trainer.reset(),
    "gone on elsewhere": lambda trainer: trainer.go_to(Trainer.at(trainer.checkpoint()).checkpoint()),
    "run away and mended": lambda trainer: run_away(trainer),
    "the time is up": lambda trainer: trainer.end("The time limit of 3 seconds is reached."),
}


def run_away(trainer: Trainer) -> None:
    """Some steps to one that diverges, and a rate with which it does not any more."""
    with_value("training.optimizer", {"kind": "gradient_descent", "learning_rate": 1e4})(trainer)
    trainer.train()
    assert trainer.diverged is not None
    with_value("training.optimizer", {"kind": "adam"})(trainer)
    trainer.operate(OPERATIONS["initialise_layer"](layer=0, seed=1))  # type: ignore[call-arg]


def test_every_operation_is_tried() -> None:
    assert SETTINGS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("before", [0, 5])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_changed_is_done_again_at_the_same_step(change: Change, before: int) -> None:
    trainer = trained(stages() if change is CHANGES["run away and mended"] else SMALL, steps=before)
    change(trainer)
    trainer.train(steps=4)
    with_value("training.optimizer.learning_rate", 0.002)(trainer)
    trainer.train(steps=4)
    point = trainer.checkpoint()
    written = json.loads(json.dumps(point.state["lineage"]))
    verdict = verify(replace(point, state={**point.state, "lineage": written}))
    assert verdict.message.startswith("Identical for all ")
    assert verdict.steps == trainer.steps_done


@pytest.mark.parametrize("seed", range(25))
def test_any_sequence_of_changes_and_of_steps_back_is_done_again(seed: int) -> None:
    rng = np.random.default_rng(seed)
    trainer, kept = Trainer(stages() if seed % 2 else SMALL), []
    others = [change for change in CHANGES.values() if change is not CHANGES["run away and mended"]]
    for _ in range(7):
        trainer.train(steps=int(rng.integers(12)))
        kept.append(trainer.checkpoint())
        if rng.random() < 0.2:
            trainer.go_to(kept[rng.integers(len(kept))])
        with suppress(ValueError, LookupError):  # what this network refuses or does not have
            others[rng.integers(len(others))](trainer)
    trainer.train(steps=5)
    assert verify(trainer.checkpoint()).message.startswith("Identical for all ")


def test_what_is_tried_before_the_first_step_is_no_change() -> None:
    trainer = Trainer(SMALL)
    for rate in (0.1, 0.2, 0.3):
        with_value("training.optimizer.learning_rate", rate)(trainer)
    trainer.train(steps=5)
    verdict = verify(trainer.checkpoint())
    assert (verdict.identical, verdict.changes, len(trainer.lineage.events)) == (True, 0, 1)


def test_a_run_stopped_by_the_clock_is_repeated_to_the_same_step() -> None:
    rules = {"patience": 5000, "restore_best": True}
    trainer = trained(SMALL.edited(training={"epochs": 1_000_000, "max_seconds": 0.05, "early_stopping": rules}))
    assert trainer.stopped.startswith("The time limit")
    assert verify(trainer.checkpoint()).identical


def without_lineage(point: Checkpoint) -> Checkpoint:
    """An instant as it was kept before changes were recorded."""
    return replace(point, state={name: part for name, part in point.state.items() if name != "lineage"})


def test_changes_that_were_not_recorded_are_said() -> None:
    trainer = trained(steps=4)
    with_value("training.optimizer.learning_rate", 0.05)(trainer)
    trainer.train(steps=4)
    verdict = verify(without_lineage(trainer.checkpoint()))
    assert (verdict.identical, verdict.difference) == (False, None)
    assert verdict.problem == (
        "What was changed while this run trained is not known (it was not recorded), and its description alone "
        "does not repeat it: the first difference is at step 1."
    )


def test_a_run_without_changes_is_identical_even_where_changes_were_not_recorded() -> None:
    assert verify(without_lineage(trained().checkpoint())).identical


def test_more_changes_than_are_kept_are_forgotten_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.lineage._MOST_CHARACTERS", 300)
    trainer = trained(steps=2)
    for rate in (0.1, 0.2, 0.3, 0.4):
        with_value("training.optimizer.learning_rate", rate)(trainer)
    trainer.train(steps=3)
    assert trainer.lineage.events == ()
    assert "it was changed more often than is recorded" in verify(trainer.checkpoint()).problem


@pytest.mark.parametrize(
    "event",
    [
        {"step": 2, "kind": "operate", "operation": "format_disk"},
        {"step": 2, "kind": "operate", "operation": "add_unit", "settings": {"depth": 3}},
        {"step": 2, "kind": "surprise"},
        {"step": 2, "kind": "reconfigure", "edits": [[["training", "nothing", "here"], 1]]},
        {"step": 2, "kind": "reconfigure", "edits": [[["training", "epochs"], -1]]},
        {"step": 2, "kind": "reconfigure", "edits": 5},
        {"kind": "reconfigure"},
    ],
)
def test_a_record_of_changes_that_makes_no_sense_is_a_sentence(event: dict[str, Any]) -> None:
    point = trained(steps=4).checkpoint()
    lineage = {**Lineage.begun(SMALL).as_json(), "events": [event]}
    problem = verify(replace(point, state={**point.state, "lineage": lineage})).problem
    assert problem.startswith("This run cannot be repeated: ")
    assert "\n" not in problem


# -- what is not the same ----------------------------------------------------------------------------


def with_state(point: Checkpoint, name: str, change: Callable[[Any], object]) -> Checkpoint:
    """A checkpoint with a part of its state tampered with."""
    part = point.state[name].copy()
    changed = change(part)
    return replace(point, state={**point.state, name: part if changed is None else changed})


def test_one_weight_that_is_another_is_named_with_its_difference() -> None:
    trainer = trained()
    place = trainer.network.plan.layers[1].start + 2  # of 4 inputs and a bias to the first unit

    def tamper(parameters: Any) -> None:
        parameters[place] += 0.5

    found = verify(with_state(trainer.checkpoint(), "parameters", tamper)).difference
    assert found is not None
    assert (found.step, found.what) == (trainer.steps_done, "the weight from 3 to unit 1 of hidden 2")
    assert found.size == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("name", ["statistics", "optimizer"])
def test_one_number_of_what_is_remembered_is_found(name: str) -> None:
    def tamper(part: Any) -> None:
        part.flat[1] += 1.0

    found = verify(with_state(trained(stages()).checkpoint(), name, tamper)).difference
    assert found is not None
    assert found.size == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("column", ["train.loss", "test.accuracy", "hidden 1.norm"])
def test_the_first_point_of_the_history_that_is_another_is_named(column: str) -> None:
    point = trained().checkpoint()
    values = point.history.values.copy()
    values[6:, point.history.names.index(column)] += 0.01
    found = verify(replace(point, history=Series(point.history.names, values))).difference
    assert found is not None
    steps = point.history["step"]
    assert (found.step, found.until) == (int(steps[6]), int(steps[5]))
    assert found.size == pytest.approx(0.01)


def test_the_loss_of_a_batch_that_is_another_is_named_by_its_step() -> None:
    point = trained().checkpoint()
    losses = point.losses.copy()
    losses._kept = losses._kept.copy()
    losses._kept[0, 11] = 0.5
    found = verify(replace(point, losses=losses)).difference
    assert found is not None
    assert (found.step, found.recorded, found.what) == (12, 0.5, "loss of the batch")


def test_the_loss_of_a_batch_tells_before_the_next_point_of_the_history_does() -> None:
    slower = with_value("training.optimizer.learning_rate", 0.0101)
    trainer = trained(SMALL.edited(training={"epochs": 400, "batch_size": 16}), steps=1000)
    slower(trainer)
    trainer.train(steps=200)
    point = trainer.checkpoint()
    lineage = {**point.state["lineage"], "events": []}
    found = verify(replace(point, experiment=trainer.experiment, state={**point.state, "lineage": lineage})).difference
    assert found is not None
    assert (found.step, found.what) == (1002, "loss of the batch")


def test_other_data_are_seen_at_once() -> None:
    point = trained().checkpoint()
    other = Trainer(SMALL.with_value("data.seed", 3)).data
    found = verify(replace(point, data=other)).difference
    assert found is not None
    assert (found.step, found.until) == (0, None)


def test_another_seed_is_seen() -> None:
    point = trained().checkpoint()
    other = SMALL.with_value("training.seed", 1)
    lineage = Lineage.begun(other).as_json()
    found = verify(replace(point, experiment=other, state={**point.state, "lineage": lineage})).difference
    assert found is not None
    assert found.step == 0


@pytest.mark.parametrize("name", ["noise", "batches", "updates", "first_loss", "watch"])
def test_what_decides_how_the_run_goes_on_is_compared(name: str) -> None:
    watching = stages().with_value("training.early_stopping.patience", 50)
    point, other = trained(watching, steps=6).checkpoint(), trained(watching.with_value("training.seed", 3), steps=11)
    found = verify(replace(point, state={**point.state, name: other.state()[name]})).difference
    assert found is not None
    assert found.step == 6


def test_how_often_it_was_changed_is_said() -> None:
    trainer = trained(steps=4)
    for rate in (0.1, 0.2):
        with_value("training.optimizer.learning_rate", rate)(trainer)
        trainer.train(steps=4)
    assert verify(trainer.checkpoint()).message.startswith("Identical for all 12 steps, 2 changes included. ")


def test_a_divergence_that_did_not_happen_is_seen() -> None:
    trainer = trained(EXPERIMENTS["the rule"])
    assert trainer.diverged is not None
    point = trainer.checkpoint()
    assert verify(point).identical
    assert verify(replace(point, diverged=None)).difference is not None


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment.model_validate({"data": {"source": "drawn", "points": {}}}),
        Experiment().with_layers((Dense(units=50, activation="linear", initializer="constant", spread=10.0),) * 20),
    ],
    ids=["nothing to learn from", "diverged at the first step"],
)
def test_a_number_that_never_was_one_is_the_same_when_it_is_none_again(experiment: Experiment) -> None:
    trainer = trained(experiment, 3)
    assert (trainer.steps_done, np.isnan(trainer.last_evaluation.train["loss"])) == (0, True)
    verdict = verify(trainer.checkpoint())
    assert verdict.identical, verdict.message


def test_a_difference_in_the_last_digits_is_explained() -> None:
    point = trained().checkpoint()
    values = point.history.values.copy()
    values[6, point.history.names.index("train.loss")] *= 1.0 + 1e-6
    assert "another kind of processor" in verify(replace(point, history=Series(point.history.names, values))).message


def test_a_verdict_is_json() -> None:
    point = trained().checkpoint()
    values = point.history.values.copy()
    values[6:, 2] = np.nan
    for tried in (point, replace(point, history=Series(point.history.names, values))):
        json.dumps(verify(tried).as_json(), allow_nan=False)


# -- on the way --------------------------------------------------------------------------------------


def test_it_tells_how_far_it_has_come_and_can_be_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.verifying._EVERY_S", 0.0)
    shares: list[float] = []

    def follow(share: float) -> None:
        shares.append(share)
        if share >= 0.5:
            raise CancelledError

    point = trained().checkpoint()
    with pytest.raises(CancelledError):
        verify(point, follow)
    assert shares == sorted(shares)
    assert 0 < shares[0] <= 0.5 <= shares[-1] < 0.6


def test_verifying_leaves_the_instant_as_it_was() -> None:
    point = trained(steps=9).checkpoint()
    before = point.state["parameters"].copy(), point.history.values.copy()
    verify(point)
    assert np.array_equal(point.state["parameters"], before[0])
    assert np.array_equal(point.history.values, before[1], equal_nan=True)


# -- from files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_run_is_the_same_when_it_comes_from_its_file(change: Change, tmp_path: Path) -> None:
    trainer = trained(steps=6)
    if change is not CHANGES["run away and mended"]:
        change(trainer)
    trainer.train(steps=5)
    save(tmp_path / "run.glassbox", Project.of(trainer.checkpoint()))
    point = load(tmp_path / "run.glassbox").checkpoint
    assert point is not None
    assert verify(point).identical


def flowers(path: Path) -> Experiment:
    """An experiment on a table of one's own."""
    rng = np.random.default_rng(0)
    lines = [f"{a:.3f},{b:.3f},{'yes' if a + b > 0 else 'no'}" for a, b in rng.normal(size=(60, 2))]
    path.write_text("\n".join(["a,b,bloom", *lines]))
    return Experiment.model_validate({"data": {"source": "table", "table": {"path": str(path)}}})


def test_a_table_that_is_gone_is_taken_from_the_file_also_for_what_changed_live(tmp_path: Path) -> None:
    trainer = Trainer(flowers(tmp_path / "flowers.csv"))
    trainer.train(steps=4)
    with_value("data.subsample", 0.5)(trainer)
    trainer.train(steps=4)
    save(tmp_path / "run.glassbox", Project.of(trainer.checkpoint()))
    (tmp_path / "flowers.csv").unlink()
    forget()
    point = load(tmp_path / "run.glassbox").checkpoint
    assert point is not None
    forget()  # as in a process of its own
    assert verify(point).message.startswith("Identical for all 8 steps, 1 change included. ")


def test_a_table_that_lies_elsewhere_now_is_the_same(tmp_path: Path) -> None:
    trainer = Trainer(flowers(tmp_path / "flowers.csv"))
    trainer.train(steps=4)
    with_value("data.input_noise", 0.5)(trainer)
    trainer.train(steps=4)
    point = trainer.checkpoint()
    moved = (tmp_path / "flowers.csv").rename(tmp_path / "roses.csv")
    forget()
    data = point.experiment.data
    assert data.table is not None
    there = data.edited(table=data.table.edited(path=str(moved)), features=data.features)
    assert verify(replace(point, experiment=point.experiment.edited(data=there))).identical


def test_data_that_cannot_be_loaded_again_are_a_sentence(tmp_path: Path) -> None:
    trainer = Trainer(flowers(tmp_path / "flowers.csv"))
    trainer.train(steps=4)
    with_value("data.subsample", 0.5)(trainer)
    point = trainer.checkpoint()
    (tmp_path / "flowers.csv").unlink()
    forget()
    verdict = verify(replace(point, data=replace(point.data, tables=())))
    assert verdict.problem.startswith("This run cannot be repeated: flowers.csv cannot be read")
