"""Tables of one's own in project files: with them inside nothing else is needed, and what is missing is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Experiment, Project, Trainer, load_data
from engine import load_project as load
from engine import project as project_module
from engine import save_project as save
from engine.data.opened import forget, table_in_use
from engine.data.raw import Column, RawTable
from engine.data.table_spec import TableSpec
from engine.experiment import DataSpec
from engine.layers import Dense
from engine.project_data import MissingTable
from tests.engine.test_random_projects import refuse_differences, same_data

ROWS = 90


@pytest.fixture(autouse=True)
def nothing_open() -> Iterator[None]:
    """Each test begins and ends without a table in memory."""
    forget()
    yield
    forget()


@pytest.fixture
def too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """No table is small enough to be kept in a file."""
    monkeypatch.setattr("engine.project_data.MOST_BYTES", 10)


def patients(path: Path, seed: int = 0) -> Path:
    """Numbers with gaps, categories, dates, and whether."""
    rng = np.random.default_rng(seed)
    lines = ["age,colour,seen,part,ill"]
    for i in range(ROWS):
        age = "" if i % 17 == 3 else f"{rng.uniform(20, 80):.3f}"
        lines.append(
            f"{age},{rng.choice(['red', 'grün', 'blue'])},2021-0{i % 9 + 1}-03,{i % 3},{'yes' if i % 2 else 'no'}"
        )
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def trained(table: TableSpec, **data: Any) -> Trainer:
    """A run of some steps on a table."""
    spec = DataSpec.model_validate({"source": "table", "table": table, **data})
    trainer = Trainer(Experiment(data=spec).with_layers((Dense(units=4),)))
    trainer.train(steps=15)
    return trainer


def goes_on(resumed: Trainer, trainer: Trainer) -> None:
    """Both train on and stay the same."""
    for each in (resumed, trainer):
        each.train(steps=9)
        each.watch.seconds = 0.0
    refuse_differences(resumed.checkpoint(), trainer.checkpoint())


def in_use(trainer: Trainer) -> RawTable:
    """The table that a run would read again."""
    assert trainer.experiment.data.table is not None
    return table_in_use(trainer.experiment.data.table)


def column(name: str, **changes: Any) -> Callable[[Experiment], Experiment]:
    """Another setting of a column."""

    def changed(experiment: Experiment) -> Experiment:
        data = experiment.data
        assert data.table is not None
        return experiment.edited(data=data.edited(table=data.table.with_column(name, **changes)))

    return changed


def value(path: str, to: Any) -> Callable[[Experiment], Experiment]:
    """Another setting."""
    return lambda experiment: experiment.with_value(path, to)


LATER: dict[str, Callable[[Experiment], Experiment]] = {
    "other inputs": value("data.features", ("age", "colour = red")),
    "another scaling": value("data.scale", "minmax"),
    "another split": value("data.seed", 7),
    "a larger test part": value("data.test_fraction", 0.5),
    "rows that are scattered": value("data.input_noise", 0.2),
    "a column switched off": column("seen", role="off"),
    "gaps filled otherwise": column("age", missing="mean"),
}


@pytest.mark.parametrize("change", LATER.values(), ids=LATER)
def test_everything_can_be_done_without_the_original_file(
    tmp_path: Path, change: Callable[[Experiment], Experiment]
) -> None:
    file = patients(tmp_path / "patients.csv")
    trainer = trained(TableSpec(path=str(file)))
    trainer.save(tmp_path / "a.glassbox")
    file.unlink()
    resumed = Trainer.load(tmp_path / "a.glassbox")
    assert same_data(replace(resumed.data, tables=()), replace(trainer.data, tables=()))
    for each in (trainer, resumed):
        each.reconfigure(change(each.experiment))
    goes_on(resumed, trainer)


def test_the_table_comes_back_as_it_was_read(tmp_path: Path) -> None:
    trainer = trained(TableSpec(path=str(patients(tmp_path / "patients.csv"))))
    trainer.save(tmp_path / "a.glassbox")
    (table,) = Trainer.load(tmp_path / "a.glassbox").data.tables
    (before,) = trainer.data.tables
    assert (table.digest, table.names, table.origin, table.found) == (
        before.digest, before.names, before.origin, before.found
    )  # fmt: skip
    assert {each.stored for each in table.columns} == {"number", "text", "date"}


def test_a_file_that_changed_meanwhile_changes_nothing_of_the_project(tmp_path: Path) -> None:
    trainer = trained(TableSpec(path=str(patients(tmp_path / "patients.csv"))))
    trainer.save(tmp_path / "a.glassbox")
    patients(tmp_path / "patients.csv", seed=1)
    forget()
    resumed = Trainer.load(tmp_path / "a.glassbox")
    assert in_use(resumed).digest == trainer.data.tables[0].digest
    resumed.reconfigure(resumed.experiment.with_value("data.scale", "minmax"))
    assert resumed.data.tables[0].digest == trainer.data.tables[0].digest


def test_what_is_saved_is_what_was_learned_from_and_not_what_the_file_has_become(tmp_path: Path) -> None:
    trainer = trained(TableSpec(path=str(patients(tmp_path / "patients.csv"))))
    patients(tmp_path / "patients.csv", seed=1)
    trainer.save(tmp_path / "a.glassbox")
    assert Trainer.load(tmp_path / "a.glassbox").data.tables[0].digest == trainer.data.tables[0].digest


@pytest.mark.parametrize("fate", ["gone", "changed"])
def test_a_second_file_is_in_the_project_too(tmp_path: Path, fate: str) -> None:
    files = [patients(tmp_path / name, seed) for seed, name in enumerate(("train.csv", "test.csv"))]
    trainer = trained(TableSpec(path=str(files[0]), test_path=str(files[1]), split="file"))
    trainer.save(tmp_path / "a.glassbox")
    trainer.reconfigure(trainer.experiment.with_value("data.scale", "robust"))
    for file in files:
        patients(file, seed=9) if fate == "changed" else file.unlink()
    forget()
    resumed = Trainer.load(tmp_path / "a.glassbox")
    assert [table.origin for table in resumed.data.tables] == ["train.csv", "test.csv"]
    resumed.reconfigure(resumed.experiment.with_value("data.scale", "robust"))
    goes_on(resumed, trainer)


def test_a_file_with_a_table_of_its_own_always_opens() -> None:
    trainer = Trainer.load(Path(__file__).parent / "projects" / "format-2-table.glassbox")
    first, second = trainer.data.tables
    assert (first.origin, first.rows, second.origin, second.rows) == ("train.csv", ROWS, "test.csv", ROWS)
    assert (first.column("colour").text(0), first.column("seen").text(0)) == ("grün", "2021-01-03")
    answers = trainer.answer([{"age": 44.5, "colour": "blue", "seen": "2021-05-03", "part": 2}])
    assert (trainer.steps_done, answers.labels) == (15, ("no",))
    assert answers.numbers[0] == pytest.approx([0.5484287142753601, 0.4515712857246399], abs=1e-6)
    trainer.reconfigure(trainer.experiment.with_value("data.scale", "robust"))
    trainer.train(steps=5)
    assert trainer.steps_done == 5  # another scaling begins anew


def test_a_pasted_table_is_in_the_project(tmp_path: Path) -> None:
    text = patients(tmp_path / "patients.csv").read_text("utf-8")
    trainer = trained(TableSpec(text=text))
    trainer.save(tmp_path / "a.glassbox")
    goes_on(Trainer.load(tmp_path / "a.glassbox"), trainer)


# -- tables too large for the file ---------------------------------------------------------------------


@pytest.mark.usefixtures("too_large")
class TestLargeTables:
    """Tables of which only the place and a hash are kept."""

    @pytest.fixture
    def trainer(self, tmp_path: Path) -> Trainer:
        """A run, saved without its table."""
        trainer = trained(TableSpec(path=str(patients(tmp_path / "patients.csv"))), subsample=0.8)
        trainer.save(tmp_path / "a.glassbox")
        forget()
        return trainer

    def test_the_run_goes_on_where_the_file_is_as_it_was(self, tmp_path: Path, trainer: Trainer) -> None:
        loaded = load(tmp_path / "a.glassbox")
        assert (loaded.problem, loaded.note, loaded.missing) == ("", "", None)
        assert not any(name.startswith(("data.", "table.")) for name in _names(tmp_path / "a.glassbox"))
        goes_on(Trainer.load(tmp_path / "a.glassbox"), trainer)

    @pytest.mark.parametrize("reason", ["gone", "changed"])
    def test_a_file_that_is_not_as_it_was_is_asked_for(self, tmp_path: Path, trainer: Trainer, reason: str) -> None:
        file = tmp_path / "patients.csv"
        patients(file, seed=1) if reason == "changed" else file.unlink()
        loaded = load(tmp_path / "a.glassbox")
        assert loaded.checkpoint is None
        assert loaded.missing == MissingTable(str(file), reason)  # type: ignore[arg-type]
        assert loaded.problem.startswith("patients.csv, from which this project learns, ")
        rows = [{"age": 30.0, "colour": "red", "seen": "2021-03-03", "part": 1}]
        live = trainer.answer(rows)
        assert np.array_equal(loaded.predictor.answers_to_rows(rows).numbers, live.numbers)

    def test_the_run_goes_on_when_the_file_is_found_elsewhere(self, tmp_path: Path, trainer: Trainer) -> None:
        (tmp_path / "patients.csv").rename(tmp_path / "moved.csv")
        loaded = load(tmp_path / "a.glassbox", table=tmp_path / "moved.csv")
        assert loaded.checkpoint is not None, loaded.problem
        assert loaded.experiment.data.table is not None
        assert loaded.experiment.data.table.path == str(tmp_path / "moved.csv")
        resumed = Trainer.at(loaded.checkpoint)
        resumed.experiment = trainer.experiment
        goes_on(resumed, trainer)

    def test_another_file_is_not_taken_for_it(self, tmp_path: Path, trainer: Trainer) -> None:
        other = patients(tmp_path / "other.csv", seed=2)
        assert load(tmp_path / "a.glassbox", table=other).missing == MissingTable(str(other), "changed")

    def test_saved_without_its_table_the_run_is_still_there(self, tmp_path: Path, trainer: Trainer) -> None:
        (tmp_path / "patients.csv").rename(tmp_path / "moved.csv")
        save(tmp_path / "b.glassbox", load(tmp_path / "a.glassbox"))
        assert (tmp_path / "b.glassbox").read_bytes() == (tmp_path / "a.glassbox").read_bytes()
        (tmp_path / "moved.csv").rename(tmp_path / "patients.csv")
        goes_on(Trainer.load(tmp_path / "b.glassbox"), trainer)

    def test_a_second_file_is_asked_for_by_itself(self, tmp_path: Path) -> None:
        files = [patients(tmp_path / name, seed) for seed, name in enumerate(("train.csv", "test.csv"))]
        trainer = trained(TableSpec(path=str(files[0]), test_path=str(files[1]), split="file"))
        trainer.save(tmp_path / "a.glassbox")
        forget()
        files[1].rename(tmp_path / "moved.csv")
        loaded = load(tmp_path / "a.glassbox")
        assert loaded.missing == MissingTable(str(files[1]), "gone", second=True)
        assert "from which the test rows come" in loaded.problem
        found = load(tmp_path / "a.glassbox", test_table=tmp_path / "moved.csv").checkpoint
        assert found is not None
        assert np.array_equal(found.data.x_test, trainer.data.x_test)

    def test_data_that_are_prepared_otherwise_by_now_are_said_and_the_run_goes_on(
        self, tmp_path: Path, trainer: Trainer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def otherwise(spec: DataSpec) -> Any:
            data = load_data(spec)
            return replace(data, x_train=np.nextafter(data.x_train, np.float32(9)))

        monkeypatch.setattr(project_module, "load_data", otherwise)
        loaded = load(tmp_path / "a.glassbox")
        assert loaded.checkpoint is not None
        assert "not bit for bit" in loaded.note

    def test_data_with_other_rows_by_now_have_no_run(
        self, tmp_path: Path, trainer: Trainer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(project_module, "load_data", lambda spec: load_data(spec.edited(subsample=0.5)))
        loaded = load(tmp_path / "a.glassbox")
        assert loaded.checkpoint is None
        assert "does not fit its run" in loaded.problem


def _names(path: Path) -> list[str]:
    from safetensors import safe_open

    with safe_open(path, framework="np") as file:
        return list(file.keys())


def test_what_is_given_beside_a_description_is_kept_whatever_it_takes(tmp_path: Path, too_large: None) -> None:
    spec = DataSpec.model_validate({"source": "table", "table": TableSpec(path=str(patients(tmp_path / "p.csv")))})
    trainer = Trainer(Experiment(), load_data(spec))
    trainer.train(steps=5)
    trainer.save(tmp_path / "a.glassbox")
    (tmp_path / "p.csv").unlink()
    goes_on(Trainer.load(tmp_path / "a.glassbox"), trainer)


def test_the_hash_of_a_table_is_that_of_its_content() -> None:
    numbers = Column("a", "number", np.array([1.0, np.nan]))
    words = Column("b", "text", np.array([0, -1], np.int32), ("x",))
    table = RawTable((numbers, words), "one.csv")
    assert table.digest == RawTable((numbers, words), "two.csv").digest
    others = [
        RawTable((words, numbers)),
        RawTable((replace(numbers, name="c"), words)),
        RawTable((replace(numbers, values=np.array([1.0, 2.0])), words)),
        RawTable((numbers, replace(words, labels=("y",)))),
    ]
    assert len({table.digest, *(other.digest for other in others)}) == 5


def test_projects_of_the_same_run_are_equal_whether_its_table_is_open_or_not(tmp_path: Path) -> None:
    trainer = trained(TableSpec(path=str(patients(tmp_path / "patients.csv"))))
    trainer.save(tmp_path / "a.glassbox")
    forget()
    assert load(tmp_path / "a.glassbox").hash == Project.of(trainer.checkpoint()).hash
