"""Runs of every kind go on from their files as if they had never been there; files of older formats open for ever."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from engine import BatchNorm, Dataset, Dense, Dropout, Experiment, Project, ProjectError, Trainer
from engine import load_project as load
from engine import save_project as save
from engine.data.points import PointsSpec
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from engine.surgery import SetWeight, SplitUnit
from tests.engine.test_random_projects import refuse_differences, same_data

KEPT = Path(__file__).parent / "projects"
STAGES = Experiment().with_layers((BatchNorm(), Dense(units=4), Dropout(), Dense(units=3, activation="relu")))
FLOWERS = [
    {"petal length (cm)": 1.4, "petal width (cm)": 0.2},
    {"petal length (cm)": 4.5, "petal width (cm)": 1.5},
    {"petal length (cm)": 6.0, "petal width (cm)": 2.2},
]
ANSWERS = [
    [0.9813321828842163, 0.017174439504742622, 0.0014933837810531259],
    [0.011610674671828747, 0.5115277767181396, 0.4768615663051605],
    [0.0006622636574320495, 0.14419759809970856, 0.8551400899887085],
]
POINTS = {"points": [(0.1 * i - 0.9, (0.37 * i) % 1.8 - 0.9, i % 2) for i in range(19)]}
PRODUCT = {"kind": "product", "columns": ["x₁", "x₂"]}

Make = Callable[[], Trainer]


def run(steps: int = 40, start: Experiment = STAGES, **values: Any) -> Make:
    """A run of so many steps, with other settings by their paths (dots written as __)."""

    def make() -> Trainer:
        experiment = start
        for path, value in values.items():
            experiment = experiment.with_value(path.replace("__", "."), value)
        trainer = Trainer(experiment)
        trainer.train(steps=steps)
        return trainer

    return make


def described(steps: int = 40, **data: Any) -> Make:
    """A run on other data."""
    return run(steps, Experiment.model_validate({"data": data}).with_layers((Dense(units=5),)))


def in_double_precision() -> Trainer:
    trainer = Trainer(STAGES, dtype=np.float64)
    trainer.train(steps=30)
    return trainer


def edited_by_hand() -> Trainer:
    """Numbers changed before the first step, units split later."""
    trainer = Trainer(STAGES)
    trainer.operate(SetWeight(layer=0, source=1, unit=0, value=0.5))
    trainer.train(steps=20)
    trainer.operate(SplitUnit(layer=1, unit=1))
    trainer.train(steps=9)
    return trainer


def changed_live() -> Trainer:
    """Rows disturbed and inputs changed while it went on."""
    trainer = Trainer(STAGES)
    for path, value in {"data.input_noise": 0.3, "data.subsample": 0.6, "data.features": None}.items():
        trainer.train(steps=11)
        trainer.reconfigure(trainer.experiment.with_value(path, value))
    trainer.train(steps=7)
    return trainer


def of_arrays() -> Trainer:
    """Two targets, without a source."""
    rng = np.random.default_rng(3)
    data = Dataset.from_arrays(rng.normal(size=(40, 3)), rng.normal(size=(40, 2)), scale="minmax", test_fraction=0.25)
    trainer = Trainer(Experiment(), data)
    trainer.train(steps=10)
    return trainer


RUNS: dict[str, Make] = {
    "untouched": run(0),
    "in the middle of an epoch": run(33),
    "over": run(100_000, training__epochs=3),
    "many steps": run(9_000, Experiment(), training__epochs=10_000),
    "stopped early": run(3_000, training__early_stopping={"patience": 2}, training__optimizer__learning_rate=0.3),
    "waiting for better": run(45, training__early_stopping={"patience": 50}),
    "at its goal": run(3_000, training__stop_at={"metric": "accuracy", "value": 0.8}),
    "diverged": run(90, training__optimizer={"kind": "gradient_descent", "learning_rate": 9e3}),
    "in double precision": in_double_precision,
    "edited by hand": edited_by_hand,
    "changed live": changed_live,
    "arrays": of_arrays,
    "balanced classes": run(training__class_weights="balanced"),
    "wrong labels": run(data__label_noise=0.2, data__balance="oversample"),
    "made features": described(source="spirals", derived=[PRODUCT], input_noise=0.1),
    "numbers": described(source="diabetes", scale="robust"),
    "points": described(source="drawn", points=POINTS),
    "no rows yet": described(source="drawn", points={}),
    "a curve": described(source="drawn", points={**POINTS, "task": "number"}),
    **{f"optimizer {kind}": run(training__optimizer={"kind": kind}) for kind in OPTIMIZERS},
    **{f"schedule {kind}": run(training__schedule={"kind": kind}) for kind in SCHEDULES},
    "plateaus": run(
        400, training__schedule={"kind": "plateau", "patience": 1}, training__optimizer__learning_rate=1.0
    ),
}  # fmt: skip


@pytest.mark.parametrize("make", RUNS.values(), ids=RUNS)
def test_a_run_goes_on_from_its_file_as_if_it_had_never_been_there(tmp_path: Path, make: Make) -> None:
    trainer = make()
    trainer.save(tmp_path / "a.glassbox")
    resumed = Trainer.load(tmp_path / "a.glassbox")
    refuse_differences(resumed.checkpoint(), trainer.checkpoint())
    assert same_data(resumed.data, trainer.data)
    assert (resumed.stopped, resumed.pristine) == (trainer.stopped, trainer.pristine)
    for each in (trainer, resumed):
        each.train(steps=40, until_epoch=each.epochs_done + 20)
        each.watch.seconds = 0.0  # what the clock says is no part of the run
    refuse_differences(resumed.checkpoint(), trainer.checkpoint())


def test_live_changes_go_on_after_loading(tmp_path: Path) -> None:
    trainer = changed_live()
    trainer.save(tmp_path / "a.glassbox")
    resumed = Trainer.load(tmp_path / "a.glassbox")
    for each in (trainer, resumed):
        each.reconfigure(each.experiment.with_value("data.input_noise", 0.0).with_value("data.balance", "undersample"))
        each.train(steps=9)
        each.watch.seconds = 0.0
    refuse_differences(resumed.checkpoint(), trainer.checkpoint())


def test_the_same_content_has_the_same_hash_and_other_content_another(tmp_path: Path) -> None:
    trainer = run(20)()
    first = Project.of(trainer.checkpoint())
    save(tmp_path / "a.glassbox", first)
    assert load(tmp_path / "a.glassbox").hash == first.hash
    save(tmp_path / "b.glassbox", load(tmp_path / "a.glassbox"))
    assert (tmp_path / "a.glassbox").read_bytes() == (tmp_path / "b.glassbox").read_bytes()
    trainer.train(steps=1)
    assert Project.of(trainer.checkpoint()).hash != first.hash
    assert len(first.hash) == 64


def test_a_project_shares_nothing_with_what_it_came_from(tmp_path: Path) -> None:
    save(tmp_path / "a.glassbox", Project.of(run(20)().checkpoint()))
    loaded = load(tmp_path / "a.glassbox")
    assert loaded.checkpoint is not None
    before = loaded.checkpoint.state["parameters"].copy()
    loaded.network.parameters[:] = 0.0
    Trainer.at(loaded.checkpoint).train(steps=30)
    assert np.array_equal(loaded.checkpoint.state["parameters"], before)


# -- formats -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_of_every_format_opens_and_answers_what_it_always_did(version: int) -> None:
    loaded = load(KEPT / f"format-{version}.glassbox")
    assert loaded.experiment == STAGES
    answers = loaded.predictor.answers_to_rows(FLOWERS)
    assert answers.labels == ("setosa", "versicolor", "virginica")
    assert answers.numbers == pytest.approx(np.array(ANSWERS), abs=1e-6)


def test_a_file_of_the_second_format_goes_on_where_it_was() -> None:
    trainer = Trainer.load(KEPT / "format-2.glassbox")
    assert (trainer.steps_done, trainer.epochs_done, len(trainer.history)) == (120, 30, 18)
    trainer.run(epochs=20)
    assert trainer.evaluate("test")["accuracy"] > 0.9


def test_a_file_of_the_first_format_has_no_run_and_says_so(tmp_path: Path) -> None:
    loaded = load(KEPT / "format-1.glassbox")
    assert (loaded.checkpoint, loaded.missing) == (None, None)
    assert "older Glassbox" in loaded.problem
    with pytest.raises(ProjectError, match="older Glassbox"):
        Trainer.load(KEPT / "format-1.glassbox")
    save(tmp_path / "again.glassbox", loaded)
    again = load(tmp_path / "again.glassbox")
    assert np.array_equal(again.network.parameters, loaded.network.parameters)
    assert np.array_equal(again.network.statistics, loaded.network.statistics)
    assert "without its run" in again.problem


def test_other_programs_read_the_file() -> None:
    arrays = load_file(KEPT / "format-2.glassbox")
    loaded = load(KEPT / "format-2.glassbox")
    assert np.array_equal(arrays["layers.1.weight"], loaded.network.weights[0].T)
    assert arrays["run.optimizer"].shape == (2, loaded.network.parameters.size)


def test_a_column_of_the_history_that_there_was_not_yet_is_empty(tmp_path: Path) -> None:
    from tests.engine.test_project import rewritten

    path = Path(shutil.copy(KEPT / "format-2.glassbox", tmp_path / "a.glassbox"))

    def without_one(tensors: dict[str, Any], words: dict[str, str]) -> None:
        words["run"] = words["run"].replace(',"test.accuracy"', "")
        place = list(Trainer(STAGES).history.names).index("test.accuracy")
        tensors["run.history"] = np.delete(tensors["run.history"], place, axis=1)

    history = Trainer.load(rewritten(path, without_one)).history.view()
    assert np.isnan(history["test.accuracy"]).all()
    assert np.array_equal(history["test.loss"], Trainer.load(KEPT / "format-2.glassbox").history.view()["test.loss"])


def test_points_are_in_the_file(tmp_path: Path) -> None:
    trainer = described(source="drawn", points=POINTS)()
    trainer.save(tmp_path / "a.glassbox")
    assert load(tmp_path / "a.glassbox").experiment.data.points == PointsSpec.model_validate(POINTS)
