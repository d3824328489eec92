"""``verify``, ``history`` and ``report``: what is done with a run in a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.project import Project, load, save

Run = Callable[..., object]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a short run that was changed while it trained."""
    trainer = Trainer(Experiment())
    trainer.train(steps=10)
    trainer.reconfigure(trainer.experiment.with_value("training.optimizer.learning_rate", 0.05))
    trainer.train(steps=10)
    path = tmp_path_factory.mktemp("runs") / "iris.glassbox"
    save(path, Project.of(trainer.checkpoint()))
    return path


@pytest.fixture(scope="module")
def tampered(project: Path) -> Path:
    """The same with one weight that is another."""
    loaded = load(project)
    assert loaded.checkpoint is not None
    loaded.checkpoint.state["parameters"][3] += 0.5
    path = project.with_name("tampered.glassbox")
    save(path, Project.of(loaded.checkpoint))
    return path


def test_a_run_is_identical_and_the_exit_code_says_so(here: Run, project: Path) -> None:
    done = here("verify", str(project))
    assert done.returncode == 0
    assert done.stdout.startswith("Identical for all 20 steps, 1 change included. ")
    assert done.stderr == ""


def test_what_differs_is_said_with_its_size_and_the_exit_code(here: Run, tampered: Path) -> None:
    done = here("verify", str(tampered))
    assert done.returncode == 1
    assert "differs first at step 20: the weight from 1 to unit 2 of hidden 1, recorded" in done.stdout
    assert "a difference of 0.5" in done.stdout


def test_one_json_object_says_all_of_it(here: Run, project: Path, tampered: Path) -> None:
    same, other = (json.loads(here("verify", str(path), "--json").stdout) for path in (project, tampered))
    assert (same["identical"], same["steps"], same["changes"], same["difference"]) == (True, 20, 1, None)
    assert other["identical"] is False
    assert (other["difference"]["step"], other["difference"]["size"]) == (20, pytest.approx(0.5))


def test_verifying_in_a_process_of_its_own(glassbox: Run, project: Path) -> None:
    done = glassbox("verify", str(project))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", [("verify",), ("history",), ("report", "--out", "x.html")])
def test_a_file_without_a_run_is_refused_in_a_sentence(here: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    done = here(command[0], str(tmp_path / "notes.txt"), *command[1:])
    assert done.returncode == 2
    assert done.stderr.startswith("Glassbox: notes.txt is not a Glassbox project")
    assert done.stderr.count("\n") == 1


def test_a_project_of_the_first_format_says_that_it_has_no_run(here: Run) -> None:
    old = Path(__file__).parents[1] / "engine" / "projects" / "format-1.glassbox"
    done = here("verify", str(old))
    assert done.returncode == 2
    assert "kept the weights but not the run" in done.stderr


def test_the_history_is_a_table_on_standard_output(here: Run, project: Path) -> None:
    done = here("history", str(project))
    lines = list(csv.DictReader(StringIO(done.stdout)))
    point = load(project).checkpoint
    assert point is not None
    assert [float(line["test_loss"]) for line in lines] == point.history["test.loss"].tolist()
    assert done.stderr == ""


def test_the_history_is_written_into_a_file(here: Run, project: Path, tmp_path: Path) -> None:
    done = here("history", str(project), "--out", str(tmp_path / "run.csv"))
    assert done.stdout == ""
    assert done.stderr.endswith(f"written: {tmp_path / 'run.csv'}\n")
    read = np.genfromtxt(tmp_path / "run.csv", delimiter=",", names=True)
    assert read["step"][-1] <= 20


@pytest.mark.parametrize(("kind", "begins"), [("html", b"<!DOCTYPE html>"), ("pdf", b"%PDF-")])
def test_a_report_needs_no_screen(glassbox: Run, project: Path, tmp_path: Path, kind: str, begins: bytes) -> None:
    out = tmp_path / f"iris.{kind}"
    done = glassbox("report", str(project), "--out", str(out))
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-1] == f"written: {out}"
    assert out.read_bytes().startswith(begins)


def test_another_ending_is_refused(here: Run, project: Path) -> None:
    done = here("report", str(project), "--out", "report.docx")
    assert (done.returncode, done.stderr) == (
        2,
        "Glassbox: a report is written as .html or .pdf, not as 'report.docx'.\n",
    )
