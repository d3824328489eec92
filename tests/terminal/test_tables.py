"""A table of one's own in the terminal: trained on, kept in a project file, and raw rows answered."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import project
from gui.terminal import commands, scoring

Glassbox = Callable[..., Any]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 rows without a header, two numbers and a class that follows from them."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(120, 2)).round(3)
    path = tmp_path_factory.mktemp("own data") / "own.csv"
    path.write_text("".join(f"{a},{b},{int(a + b > 0)}\n" for a, b in x))
    return path


@pytest.fixture(scope="module")
def kept(table: Path, here: Glassbox) -> Path:
    """The project of a network that has learned the table."""
    path = table.with_name("own.glassbox")
    done = here("train", "--data", str(table), "--hidden", "6 tanh", "--epochs", "60", "--save", str(path), "--json")
    assert done.returncode == 0, done.stderr
    assert f"written: {path}" in done.stderr
    return path


def test_a_file_is_trained_on_like_any_data(table: Path, here: Glassbox) -> None:
    done = here("train", "--data", str(table), "--epochs", "3", "--test-fraction", "0", "--scale", "none", "--json")
    found = json.loads(done.stdout)
    assert (found["task"], found["inputs"], found["outputs"], found["test"]) == ("binary", 2, 1, None)


def test_another_column_is_the_target_on_request(table: Path, here: Glassbox) -> None:
    for way in (("--target", "column 1"), ("--set", "data.table.target=column 1")):
        done = here("train", "--data", str(table), "--epochs", "1", "--json", *way)
        assert json.loads(done.stdout)["task"] == "regression"


@pytest.mark.parametrize("scale", ["standard", "minmax", "robust", "none"])
def test_every_scaling_can_be_asked_for(table: Path, here: Glassbox, scale: str) -> None:
    assert here("train", "--data", str(table), "--epochs", "1", "--scale", scale, "--json").returncode == 0


def answers(text: str) -> list[list[str]]:
    """The rows of a CSV text."""
    return list(csv.reader(text.splitlines()))


def test_raw_rows_go_in_and_labels_come_out(table: Path, kept: Path, here: Glassbox) -> None:
    done = here("predict", str(kept), str(table))
    assert done.returncode == 0
    names, *rows = answers(done.stdout)
    assert names == ["column 1", "column 2", "column 3", "prediction", "probability 0", "probability 1"]
    given = [[float(value) for value in row] for row in answers(table.read_text())]
    assert [[float(value) for value in row[:3]] for row in rows] == given
    assert np.mean([row[2] == row[3] for row in rows]) > 0.95
    loaded = project.load(kept)
    columns = [column.name for column in loaded.preparation.columns]
    by_name = [dict(zip(names, row, strict=False)) for row in given]
    wanted = loaded.predictor.answers_to_rows([{name: row[name] for name in columns} for row in by_name])
    assert np.array([[float(row[4]), float(row[5])] for row in rows]) == pytest.approx(wanted.numbers, abs=1e-6)


def test_answers_are_written_to_a_file(table: Path, kept: Path, here: Glassbox) -> None:
    out = table.with_name("answers.csv")
    done = here("predict", str(kept), str(table), "--out", str(out))
    assert (done.returncode, done.stdout) == (0, "")
    assert f"120 rows answered; written: {out}" in done.stderr
    assert out.read_text() == here("predict", str(kept), str(table)).stdout


def test_rows_without_an_answer_are_said_and_do_not_stop_the_others(table: Path, kept: Path, here: Glassbox) -> None:
    gaps = table.with_name("gaps.csv")
    gaps.write_text("0.5,0.25\n,1.5\n0.5,\n")
    done = here("predict", str(kept), str(gaps))
    assert done.returncode == 0
    assert [bool(row[2]) for row in answers(done.stdout)[1:]] == [True, False, False]
    sentence = "2 of 3 rows have no answer: row 2, column 'column 1' has no value that can be used; give it a number."
    assert done.stderr == f"{sentence}\n"
    out = table.with_name("gaps out.csv")
    done = here("predict", str(kept), str(gaps), "--out", str(out))
    assert (done.returncode, done.stderr) == (0, f"1 row answered; written: {out}\n{sentence}\n")


def test_a_screen_shows_how_far_it_has_come(
    table: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    scoring.answer(project.load(kept), table, None)
    shown = capsys.readouterr()
    assert "answering" in shown.err
    assert "120 rows" in shown.err
    assert shown.out.startswith("column 1,column 2,column 3,prediction")


def test_answers_that_are_interrupted_leave_the_old_file(
    table: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **_names: object) -> None:
        raise KeyboardInterrupt

    out = table.with_name("interrupted.csv")
    out.write_text("old")
    monkeypatch.setattr("engine.scoring.as_csv", interrupt)
    assert commands.run(["predict", str(kept), str(table), "--out", str(out)]) == 130
    assert capsys.readouterr().err == "Interrupted.\n"
    assert out.read_text() == "old"
    assert not list(table.parent.glob(".*"))


def refused(done: Any, words: str, code: int = 2) -> None:
    """One sentence on standard error, nothing else."""
    assert done.returncode == code
    assert done.stdout == ""
    assert done.stderr.startswith("Glassbox: ")
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_a_file_that_is_not_there_is_said(table: Path, kept: Path, here: Glassbox) -> None:
    refused(here("train", "--data", "nowhere/none.csv"), "there is no file 'nowhere/none.csv'")
    refused(here("predict", str(kept), "none.csv"), "none.csv cannot be read")
    refused(here("predict", "none.glassbox", str(table)), "none.glassbox", code=1)
    refused(here("train", "--data", "typo"), "no data set called 'typo'; the data sets are iris, wine")


def test_a_column_that_is_not_there_is_said_with_those_that_are(table: Path, here: Glassbox) -> None:
    done = here("train", "--data", str(table), "--target", "outcome")
    refused(done, "there is no column 'outcome'; the columns are column 1, column 2, column 3")


def test_a_target_without_a_file_is_refused(here: Glassbox) -> None:
    refused(here("train", "--target", "species"), "--target names a column of a table of your own")


def test_a_table_that_lacks_a_column_is_refused(table: Path, kept: Path, here: Glassbox) -> None:
    few = table.with_name("few.csv")
    few.write_text("0.5\n0.25\n")
    refused(here("predict", str(kept), str(few)), "the table has no column 'column 2'")


def test_what_is_no_project_is_refused(table: Path, here: Glassbox) -> None:
    refused(here("predict", str(table), str(table)), "own.csv is not a Glassbox project, or it is damaged")


def test_a_project_that_cannot_be_written_is_said(table: Path, here: Glassbox) -> None:
    done = here("train", "--epochs", "1", "--save", str(table.with_name("no folder") / "a.glassbox"))
    assert done.returncode == 1
    assert done.stderr == f"Glassbox: {table.with_name('no folder') / 'a.glassbox'}: there is no such folder.\n"


def test_a_folder_is_no_place_for_a_project_and_nothing_is_trained_first(table: Path, here: Glassbox) -> None:
    done = here("train", "--epochs", "1", "--save", str(table.parent))
    assert (done.returncode, done.stderr) == (1, f"Glassbox: {table.parent}: it is a folder.\n")


def test_a_picture_of_a_table_of_ones_own(table: Path, here: Glassbox) -> None:
    out = table.with_name("own.svg")
    how = ("--data", str(table), "--epochs", "1", "--view", "network", "--out", str(out))
    assert here("picture", *how).returncode == 0
    assert "column 1" in out.read_text("utf-8")
