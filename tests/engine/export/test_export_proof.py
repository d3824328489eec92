"""An export is proven by running it: on which rows, and what is said when it cannot be, or is wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exported_cases import CASES, made, numbers, project
from exported_tables import TABLE, owned, randomized

from engine import Dataset, DataSpec, Dense, Experiment, Trainer
from engine.data.opened import forget
from engine.data.table_spec import ColumnSpec, TableSpec
from engine.export.proof import prove, rounding, sample_rows
from engine.export.target import TOLERANCE, Target
from engine.export.targets import EXPORTS
from engine.export.writing import write_export
from engine.project import Project

RUN = [EXPORTS[key] for key in ("json", "numpy", "sklearn")]


@pytest.fixture(scope="module")
def titanic() -> Project:
    return made("means and indicators")


# -- rows


def test_rows_are_those_of_the_table_with_what_is_missing(titanic: Project) -> None:
    rows = sample_rows(titanic)
    first = {"age": 22.0, "fare": 7.25, "port": "S", "class": 3.0, "member": "yes", "joined": "2021-03-05"}
    assert first.items() <= rows[0].items()
    assert rows[2]["age"] is None
    assert rows[3]["port"] is None
    assert any(row["joined"] is None for row in rows)


def test_rows_that_programs_forget_are_added(titanic: Project) -> None:
    labels = {column.name: column.labels for column in titanic.preparation.columns if column.labels}
    rows = sample_rows(titanic)
    for name, known in labels.items():
        assert any(row[name] is not None and row[name] not in known for row in rows), name


def test_a_zero_that_stands_for_a_missing_value_is_among_them() -> None:
    assert any(row["fare"] == 0.0 for row in sample_rows(made("zeros are missing")))


@pytest.mark.parametrize("most", [1, 7, 50])
def test_there_are_not_too_many_rows(titanic: Project, most: int) -> None:
    assert 0 < len(sample_rows(titanic, most)) <= most


@pytest.mark.parametrize("name", ["iris", "means and indicators", "only derived", "cruel categories"])
def test_without_the_data_rows_are_made_up(name: str) -> None:
    project = replace(made(name), checkpoint=None, problem="the data are gone")
    rows = sample_rows(project, 30)
    assert len(rows) > 15
    assert len(np.unique(project.predictor.answers_to_rows(rows).numbers, axis=0)) > 5


def test_a_table_whose_file_is_gone_is_known_by_its_values(tmp_path: Path) -> None:
    (path := tmp_path / "titanic.csv").write_text(TABLE, "utf-8")
    project = randomized(Trainer(Experiment(data=DataSpec(source="table", table=TableSpec(path=str(path))))))
    path.unlink()
    forget()
    rows = sample_rows(project, 30)
    assert len(rows) > 10
    assert set(rows[0]) == {column.name for column in project.preparation.columns}


# -- proofs


@pytest.mark.parametrize("target", RUN, ids=lambda target: target.key)
def test_an_export_is_proven_in_a_process_of_its_own(target: Target, tmp_path: Path, titanic: Project) -> None:
    path = write_export(titanic, target, tmp_path / f"net{target.suffix}")[0]
    rows = sample_rows(titanic)
    proof = prove(titanic, target, path, rows)
    assert proof.proven, proof.said
    assert proof.rows == len(rows) > 20
    assert proof.said.startswith("Proven: ")
    assert f"on {len(rows)} rows" in proof.said


def spoiled(project: Project, path: Path, before: str, after: str) -> Any:
    """The proof of an export in which something was changed."""
    write_export(project, EXPORTS["numpy"], path)
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")
    return prove(project, EXPORTS["numpy"], path, sample_rows(project))


def test_a_small_mistake_is_found(tmp_path: Path) -> None:
    proof = spoiled(made("iris"), tmp_path / "net.py", "np.tanh(x @ W1 + b1)", "np.tanh(x @ W1 + b1 + 0.001)")
    assert proof.difference is not None
    assert not proof.proven
    assert proof.said.startswith("Not the same: it differs by")


def test_a_number_of_millions_is_compared_in_its_own_scale(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    data = Dataset.from_arrays(rng.normal(size=(40, 2)), rng.normal(5e6, 1e6, 40), scale="standard")
    project = Project.of(Trainer(made("iris").experiment, data).checkpoint())
    path = write_export(project, EXPORTS["numpy"], tmp_path / "net.py")[0]
    assert prove(project, EXPORTS["numpy"], path, sample_rows(project)).proven
    found = spoiled(project, tmp_path / "net.py", "return found * ", "return 1000.0 + found * ")
    assert found.difference == pytest.approx(1000.0 / data.y_scaling.factor[0], rel=1e-3)


def wild(activation: str, deviation: float) -> Project:
    """Twenty layers of random weights, in which rounding adds up."""
    deep = project(numbers("multiclass"), [Dense(units=32, activation=activation)] * 20)
    rng = np.random.default_rng(1)
    deep.network.parameters[:] = rng.normal(0.0, deviation, deep.network.parameters.shape)
    return deep


def nudged(by: float) -> tuple[str, str]:
    return "    return x\n", f"    return x + np.float32({by!r})\n"


def test_what_a_deep_network_loses_by_rounding_is_no_difference(tmp_path: Path) -> None:
    deep = wild("selu", 0.4)
    rows = sample_rows(deep)
    assert 2e-5 < rounding(deep, rows) < 1e-3
    proof = spoiled(deep, tmp_path / "net.py", *nudged(1.5e-5))
    assert proof.proven
    assert re.fullmatch(
        r"Proven: the largest difference on \d+ rows is 1\.\de-05; up to \d\.\de-04 is rounding in this network\.",
        proof.said,
    )
    assert spoiled(deep, tmp_path / "net.py", *nudged(1e-3)).failed


def test_where_rounding_is_large_nothing_can_be_told(tmp_path: Path) -> None:
    chaotic = wild("tanh", 0.6)
    assert rounding(chaotic, sample_rows(chaotic)) > 1e-3
    proof = spoiled(chaotic, tmp_path / "net.py", *nudged(1e-4))
    assert (proof.proven, proof.failed) == (False, False)
    assert proof.said.startswith("Not proven: it differs by ")
    assert spoiled(chaotic, tmp_path / "net.py", *nudged(0.1)).failed


@pytest.mark.parametrize("name", ["iris", "digits", "deep", "means and indicators"])
def test_a_network_of_a_usual_kind_is_held_to_the_usual_tolerance(name: str) -> None:
    assert rounding(made(name), sample_rows(made(name), 40)) == TOLERANCE


def test_a_logarithm_of_nothing_is_compared(tmp_path: Path) -> None:
    low = CASES["a logarithm that is not scaled"]()
    low.network.biases[-1][:] = -60.0
    rows = sample_rows(low)
    assert low.predictor.answers_to_rows(rows).numbers.min() == -1.0
    path = write_export(low, EXPORTS["numpy"], tmp_path / "net.py")[0]
    assert prove(low, EXPORTS["numpy"], path, rows).proven


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ("return [][0]", "the export does not run here: IndexError: list index out of range"),
        ("raise SystemExit(3)", "it ended with the code 3"),
        ("return x[:, :1]", r"it answers with \(\d+, 1\) numbers instead of \(\d+, 3\)"),
    ],
)
def test_an_export_that_breaks_down_says_why(tmp_path: Path, after: str, said: str) -> None:
    proof = spoiled(made("iris"), tmp_path / "net.py", "    return x\n", f"    {after}\n")
    assert proof.difference is None
    assert not proof.proven
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(proof.said)


def test_an_export_that_answers_nan_is_not_proven(tmp_path: Path) -> None:
    assert not spoiled(made("iris"), tmp_path / "net.py", "    return x\n", "    return x * np.nan\n").proven


def test_an_export_that_never_answers_is_given_up(tmp_path: Path) -> None:
    project = made("iris")
    path = write_export(project, EXPORTS["numpy"], tmp_path / "net.py")[0]
    path.write_text("import time\ntime.sleep(60)\n", "utf-8")
    proof = prove(project, EXPORTS["numpy"], path, sample_rows(project), patience_s=1.0)
    assert proof.said == "Not proven: the export does not run here: it has not answered within 1 s"


def test_what_is_not_installed_is_said_by_the_name_people_know(tmp_path: Path) -> None:
    target = replace(EXPORTS["numpy"], requires="a_package_that_is_not_there", package="The Package")
    project = made("iris")
    proof = prove(project, target, tmp_path / "net.py", sample_rows(project))
    assert (proof.difference, proof.proven) == (None, False)
    assert proof.said == "Not proven here: The Package is not installed."


def test_what_cannot_be_run_is_not_proven(tmp_path: Path) -> None:
    project = made("iris")
    proof = prove(project, EXPORTS["npz"], tmp_path / "net.npz", sample_rows(project))
    assert not proof.proven
    assert "cannot be run" in proof.said


def test_nothing_is_proven_without_rows(tmp_path: Path) -> None:
    path = write_export(made("iris"), EXPORTS["numpy"], tmp_path / "net.py")[0]
    assert not prove(made("iris"), EXPORTS["numpy"], path, []).proven


def test_dates_kept_as_numbers_are_rows_too() -> None:
    columns = [ColumnSpec(name="fare", kind="date", date_parts=("year", "days"))]
    assert sample_rows(owned(TABLE, columns), 10)[0]["fare"] == "1970-01-01 00:00:07"
