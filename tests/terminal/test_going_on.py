"""``main.py train PROJECT`` and ``picture PROJECT``: what was saved goes on, and is drawn as it was."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.experiment import Experiment
from engine.project import Project, load, save
from engine.trainer import Trainer

Glassbox = Callable[..., Any]
PROJECTS = Path(__file__).parents[1] / "engine" / "projects"


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has trained 6 of its 6 epochs."""
    path = tmp_path_factory.mktemp("projects") / "half.glassbox"
    trainer = Trainer(Experiment().with_value("training.epochs", 6))
    trainer.run()
    save(path, Project.of(trainer.checkpoint()))
    return path


def parameters(path: Path) -> np.ndarray:
    """What a project has learned."""
    point = load(path).checkpoint
    assert point is not None
    return np.asarray(point.state["parameters"])


def test_a_project_goes_on_bit_for_bit(half: Path, tmp_path: Path, here: Glassbox) -> None:
    done, whole = tmp_path / "done.glassbox", Trainer(Experiment().with_value("training.epochs", 10))
    result = here("train", str(half), "--epochs", "10", "--save", str(done), "--json")
    whole.run()
    assert np.array_equal(parameters(done), whole.network.parameters)
    assert (json.loads(result.stdout)["epochs"], load(done).experiment.training.epochs) == (10, 10)


def test_a_project_may_be_saved_in_its_own_place(half: Path, tmp_path: Path, here: Glassbox) -> None:
    own = tmp_path / "own.glassbox"
    own.write_bytes(half.read_bytes())
    assert here("train", str(own), "--epochs", "8", "--save", str(own)).returncode == 0
    point = load(own).checkpoint
    assert point is not None
    assert Trainer.at(point).epochs_done == 8


def test_what_could_not_be_saved_is_refused_before_it_is_trained(half: Path, tmp_path: Path, here: Glassbox) -> None:
    done = here("train", str(half), "--epochs", "8", "--save", str(tmp_path / "gone" / "a.glassbox"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Glassbox: {tmp_path / 'gone' / 'a.glassbox'}: there is no such folder.\n"


def test_what_was_learned_is_said_where_the_disk_is_full_at_the_end(
    half: Path, tmp_path: Path, here: Glassbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("engine.files.os.fsync", refuse)
    done = here("train", str(half), "--epochs", "8", "--save", str(tmp_path / "full.glassbox"))
    assert (done.returncode, "training loss" in done.stdout, "the disk is full" in done.stderr) == (1, True, True)


def test_without_save_the_project_stays_as_it_was(half: Path, here: Glassbox) -> None:
    before = half.read_bytes()
    assert here("train", str(half), "--epochs", "9").returncode == 0
    assert half.read_bytes() == before


def test_the_words_tell_new_steps_from_old_ones(half: Path, here: Glassbox) -> None:
    assert (
        here("train", str(half), "--epochs", "9")
        .stdout.splitlines()[1]
        .startswith("36 steps, 9 epochs, 12 of these steps in ")
    )


def test_options_change_what_goes_on(half: Path, tmp_path: Path, here: Glassbox) -> None:
    done = tmp_path / "other.glassbox"
    here("train", str(half), "--epochs", "8", "--optimizer", "momentum", "--hidden", "8, 8, 4", "--save", str(done))
    experiment = load(done).experiment
    assert (experiment.training.optimizer.kind, len(experiment.network.layers)) == ("momentum", 3)


def test_a_project_with_nothing_left_to_train_is_refused(half: Path, here: Glassbox) -> None:
    done = here("train", str(half))
    sentence = "Glassbox: half.glassbox is done after 6 epochs; ask for more with --epochs 12.\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)


def test_a_project_without_a_run_says_so(here: Glassbox) -> None:
    done = here("train", str(PROJECTS / "format-1.glassbox"), "--epochs", "200")
    assert done.returncode == 2
    assert done.stderr.startswith("Glassbox: format-1.glassbox cannot be gone on with: ")


@pytest.mark.parametrize("command", [("train",), ("picture", "--out", "no.png")])
def test_a_file_that_is_no_project_is_refused(command: tuple[str, ...], tmp_path: Path, here: Glassbox) -> None:
    path = tmp_path / "no.glassbox"
    path.write_text("nothing of the kind")
    done = here(*command, str(path))
    assert (done.returncode, "no.glassbox" in done.stderr, done.stderr.count("\n")) == (2, True, 1)


def test_a_project_is_drawn_as_it_was_saved(
    half: Path, tmp_path: Path, here: Glassbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gui import picture

    steps, keep = [], picture.keep
    monkeypatch.setattr(
        picture, "keep", lambda window, *rest: (steps.append(window.training.snapshot.step), keep(window, *rest))
    )
    out = tmp_path / "half.png"
    assert here("picture", str(half), "--out", str(out)).returncode == 0
    assert (steps, out.read_bytes()[:4]) == ([24], b"\x89PNG")


@pytest.mark.parametrize("option", [("--epochs", "3"), ("--untrained",), ("--data", "wine")])
def test_a_drawn_project_takes_no_options_of_training(half: Path, here: Glassbox, option: tuple[str, ...]) -> None:
    done = here("picture", str(half), "--out", "no.png", *option)
    assert (done.returncode, "half.glassbox is drawn as it was saved" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("change", "mended"),
    [
        ("training.optimizer=adam", "training.optimizer.kind=adam"),
        ("training.schedule=cosine", "training.schedule.kind=cosine"),
        ("training.early_stopping=5", "training.early_stopping.patience=5"),
    ],
)
def test_a_group_in_the_place_of_a_setting_is_mended_in_words(here: Glassbox, change: str, mended: str) -> None:
    done = here("train", "--set", change)
    assert (done.returncode, done.stderr.strip().endswith(f"{mended}.")) == (2, True)


@pytest.mark.parametrize("command", ["train", "verify"])
def test_broken_settings_are_said_and_stop_nothing(half: Path, here: Glassbox, command: str) -> None:
    from gui.settings import settings_file

    settings_file().parent.mkdir(parents=True, exist_ok=True)
    settings_file().write_text("{ broken")
    done = here(*{"train": ("train", "--epochs", "2", "--seed", "77"), "verify": ("verify", str(half))}[command])
    assert (done.returncode, "The settings file was broken" in done.stderr) == (0, True)
