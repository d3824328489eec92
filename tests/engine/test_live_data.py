"""Data that change while a run goes on: only what must begin anew does; and data that have no rows yet."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np
import pytest

from engine.checkpoint import Moments
from engine.data.points import PointsSpec
from engine.data.table_spec import ColumnSpec, TableSpec
from engine.experiment import DataSpec, Experiment
from engine.optimizers import OPTIMIZERS
from engine.probes import Wants
from engine.runner import Apply, Runner, Train
from engine.snapshot import Snapshot
from engine.surgery import RemoveUnit, least_important
from engine.trainer import Trainer


def points(count: int, task: str = "classes", classes: int = 2) -> PointsSpec:
    """So many points on the plane; more begin with the fewer."""
    rng = np.random.default_rng(3)
    at = rng.uniform(-1.0, 1.0, (count, 2)).round(4)
    return PointsSpec(points=tuple((x, y, float(x > 0)) for x, y in at.tolist()), task=task, classes=classes)


def drawn(spec: PointsSpec, **settings: Any) -> Experiment:
    """An experiment on points drawn by hand."""
    return Experiment(data=DataSpec(source="drawn", points=spec, scale="none", **settings))


def trained(experiment: Experiment, steps: int = 7) -> Trainer:
    """In the middle of an epoch."""
    trainer = Trainer(experiment)
    trainer.train(steps=steps)
    return trainer


def with_points(trainer: Trainer, spec: PointsSpec) -> Experiment:
    return trainer.experiment.with_value("data.points", spec)


@pytest.mark.parametrize("count", [40, 100, 101, 300])
def test_other_points_leave_network_memory_and_counts_as_they_are(count: int) -> None:
    trainer = trained(drawn(points(100)))
    before, memory = trainer.network.parameters.copy(), trainer.update.memory.copy()
    epochs, position, history = trainer.epochs_done, trainer.batches.position, len(trainer.history)
    trainer.reconfigure(with_points(trainer, points(count)))
    np.testing.assert_array_equal(trainer.network.parameters, before)
    np.testing.assert_array_equal(trainer.update.memory, memory)
    assert (trainer.steps_done, trainer.epochs_done, len(trainer.history)) == (7, epochs, history)
    assert trainer.batches.position == pytest.approx(position, abs=0.05)
    assert len(trainer.data.x_train) == trainer.batches.rows == len(trainer.rows["train"])


@pytest.mark.parametrize("count", [40, 300])
def test_after_other_points_every_row_comes_once_an_epoch(count: int) -> None:
    trainer = trained(drawn(points(100)))
    trainer.reconfigure(with_points(trainer, points(count)))
    trainer.epoch()
    assert sorted(trainer.batches.state()["order"].tolist()) == list(range(len(trainer.data.x_train)))
    begun = trainer.steps_done
    trainer.epoch()
    assert trainer.steps_done - begun == trainer.steps_per_epoch


def test_the_next_step_learns_from_the_new_points() -> None:
    one, other = trained(drawn(points(100))), trained(drawn(points(100)))
    other.reconfigure(with_points(other, points(300)))
    for trainer in (one, other):
        trainer.train(steps=3)
    assert not np.array_equal(one.network.parameters, other.network.parameters)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_optimizer_goes_on_with_other_points(kind: str) -> None:
    trainer = trained(drawn(points(100)).with_value("training.optimizer.kind", kind))
    before = trainer.network.parameters.copy()
    trainer.reconfigure(with_points(trainer, points(60)))
    np.testing.assert_array_equal(trainer.network.parameters, before)
    assert not trainer.experiment.training.optimizer.full_batch or not trainer.update.memory.any()
    trainer.train(steps=9)
    assert np.isfinite(trainer.network.parameters).all()


@pytest.mark.parametrize("spec", [points(100, "number"), points(100, classes=3)])
def test_another_question_begins_anew(spec: PointsSpec) -> None:
    trainer = trained(drawn(points(100)))
    trainer.reconfigure(with_points(trainer, spec))
    assert trainer.steps_done == 0


@pytest.mark.parametrize(("path", "value"), [("data.scale", "standard"), ("data.test_fraction", 0.5), ("data.seed", 4)])
def test_what_is_not_live_begins_anew(path: str, value: Any) -> None:
    trainer = trained(drawn(points(100)))
    trainer.reconfigure(with_points(trainer, points(50)).with_value(path, value))
    assert trainer.steps_done == 0


def test_before_the_first_step_other_points_are_as_if_they_had_been_there() -> None:
    trainer = Trainer(drawn(points(10)))
    trainer.reconfigure(with_points(trainer, points(100)))
    other = Trainer(drawn(points(100)))
    for each in (trainer, other):
        each.train(steps=9)
    np.testing.assert_array_equal(trainer.network.parameters, other.network.parameters)


def test_a_run_goes_back_to_the_points_there_were_bit_for_bit() -> None:
    one, other = trained(drawn(points(100))), trained(drawn(points(100)))
    point = other.checkpoint()
    for count in (300, 0, 20):
        other.reconfigure(with_points(other, points(count)))
        other.train(steps=3)
    other.go_to(point)
    assert other.data is point.data
    for trainer in (one, other):
        trainer.train(steps=9)
    np.testing.assert_array_equal(one.network.parameters, other.network.parameters)
    np.testing.assert_array_equal(one.history.view().values, other.history.view().values)


# -- the memory of what can be undone ------------------------------------------------------------------


def test_data_count_once_however_many_moments_share_them_and_not_while_the_newest_does() -> None:
    trainer = trained(drawn(points(5000)))
    old = trainer.checkpoint()
    assert trainer.network.parameters.nbytes < 1000
    trainer.reconfigure(with_points(trainer, points(4999)))
    new = trainer.checkpoint()
    assert old.data.size > old.data.x_train.nbytes + old.data.x_test.nbytes
    room, tight = Moments(most_bytes=3 * old.size + old.data.size), Moments(most_bytes=old.data.size)
    for moments in (room, tight):
        for number in (1, 2):
            moments.keep(number, old)
        assert 1 in moments
        moments.keep(3, new)
    assert [number in room for number in (1, 2, 3)] == [True, True, True]
    assert [number in tight for number in (1, 2, 3)] == [False, False, True]


# -- no rows yet ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["classes", "number"])
@pytest.mark.parametrize("scale", ["none", "standard", "minmax", "robust"])
def test_an_empty_plane_can_be_looked_at_and_has_nothing_to_learn_from(task: str, scale: str) -> None:
    trainer = Trainer(drawn(points(0, task)).with_value("data.scale", scale))
    assert trainer.finished
    assert trainer.stopped.startswith("There is nothing to learn from yet")
    assert isnan(trainer.step())
    assert isnan(trainer.epoch())
    trainer.run()
    assert (trainer.steps_done, trainer.evaluation().test) == (0, {})
    assert all(map(isnan, trainer.evaluation().train.values()))
    assert np.isnan(trainer.history.view()["train.loss"]).all()


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
@pytest.mark.parametrize("nodes", ["activation", "pre_activation", "gradient"])
def test_a_snapshot_of_an_empty_plane_has_maps_over_it(optimizer: str, nodes: str) -> None:
    runner = Runner()
    try:
        experiment = drawn(points(0)).with_value("training.optimizer.kind", optimizer)
        wants = Wants(maps=True, row=0, nodes=nodes)
        for job in (Apply(experiment=experiment, wants=wants), Train(seconds=0.01, wants=wants)):
            runner.post(job)
            snapshot = runner.wait(10)
            assert isinstance(snapshot, Snapshot), snapshot.details
            assert snapshot.maps is not None
            left, right, bottom, top = snapshot.maps.extent
            assert max(left, bottom) <= -1.0 < 1.0 <= min(right, top)
            assert (snapshot.finished, snapshot.trace) == (True, None)
    finally:
        runner.close()


def test_erasing_all_points_pauses_a_run_and_new_ones_let_it_go_on() -> None:
    trainer = trained(drawn(points(100)))
    before = trainer.network.parameters.copy()
    trainer.reconfigure(with_points(trainer, points(0)))
    trainer.train(steps=5)
    assert (trainer.steps_done, trainer.finished) == (7, True)
    np.testing.assert_array_equal(trainer.network.parameters, before)
    trainer.reconfigure(with_points(trainer, points(100)))
    assert not trainer.finished
    trainer.train(steps=5)
    assert (trainer.steps_done, trainer.diverged) == (12, None)


def test_units_can_be_removed_while_there_are_no_rows() -> None:
    trainer = trained(drawn(points(100)))
    trainer.reconfigure(with_points(trainer, points(0)))
    trainer.operate(RemoveUnit(0, least_important(trainer, 0), fold=True))
    assert trainer.network.plan.widths[1] == trainer.experiment.network.layers[0].units == 7
    assert np.isfinite(trainer.network.parameters).all()


TABLE = "a,b,c,y\n" + "".join(f"{i % 7},{i % 5 if i % 9 else ''},{i * i % 11},{i % 2}\n" for i in range(90))


def on_table(**columns: dict[str, Any]) -> Experiment:
    """An experiment on a table of one's own, with what is said of its columns."""
    said = tuple(ColumnSpec(name=name, **settings) for name, settings in columns.items())
    return Experiment(data=DataSpec(source="table", table=TableSpec(text=TABLE, columns=said, split="order")))


def test_a_column_switched_off_in_its_table_leaves_the_weights_of_the_others() -> None:
    trainer = trained(on_table(b={"missing": "median"}))
    names, before = trainer.data.names, trainer.network.weights[0].copy()
    trainer.reconfigure(on_table(b={"missing": "median"}, c={"role": "off"}))
    assert (trainer.steps_done, trainer.data.names) == (7, names[:2])
    np.testing.assert_array_equal(trainer.network.weights[0], before[:2])


@pytest.mark.parametrize(
    "columns", [{"b": {"missing": "drop"}}, {"b": {"missing": "median"}, "y": {"kind": "number"}}], ids=str
)
def test_another_way_with_missing_values_or_another_question_begins_anew(columns: dict[str, Any]) -> None:
    trainer = trained(on_table(b={"missing": "median"}))
    trainer.reconfigure(on_table(**columns))
    assert trainer.steps_done == 0


def test_another_split_of_a_table_begins_anew() -> None:
    trainer = trained(on_table(b={"missing": "median"}))
    trainer.reconfigure(trainer.experiment.with_value("data.table.split", "share"))
    assert trainer.steps_done == 0
