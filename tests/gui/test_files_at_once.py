"""Several things asked for at once: while it is opened, saved, recovered or closed. Nothing gets into a wrong file."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import hands
import pytest
from projects import Asked, careful, edit, is_shown, open_project, save_to, step_in, train, trained, wait
from PySide6.QtWidgets import QFileDialog
from tables import until

from engine.project import load
from gui.folders import HOME_VARIABLE
from gui.window import Window


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a folder of its own for what is kept."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "own"))


@pytest.fixture
def window(open_window: Callable[..., Window]) -> Window:
    """A window that remembers, and so asks; nothing is kept for recovery."""
    window = careful(open_window)
    wait(window)
    window.autosave.close()
    return window


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes its time."""
    monkeypatch.setattr("engine.files.os.fsync", lambda _: time.sleep(0.2))


@pytest.mark.usefixtures("slow")
def test_what_is_saved_while_another_project_is_opened_goes_into_its_own_file(window: Window, tmp_path: Path) -> None:
    other = trained(tmp_path / "b.glassbox")
    path = save_to(window, tmp_path / "a.glassbox")
    window.files.open_file(str(tmp_path / "b.glassbox"))
    hands.trigger(window, "file.save")
    wait(window)
    assert (window.document.place.path, window.isWindowModified()) == (tmp_path / "b.glassbox", False)
    assert is_shown(window, other)
    train(window)
    hands.trigger(window, "file.save")
    wait(window)
    assert step_in(path) == 0


def test_what_is_done_while_a_project_is_read_is_asked_about(window: Window, tmp_path: Path) -> None:
    trained(tmp_path / "b.glassbox")
    window.files.ask = asked = Asked("cancel")
    window.files.open_file(str(tmp_path / "b.glassbox"))
    edit(window)
    wait(window)
    assert [each.text for each in asked] == ["Save the changes to Iris?"]
    assert (window.document.place.path, window.document.unsaved) == (None, True)
    window.files.ask = Asked("discard")


def test_what_may_be_given_up_is_asked_about_once(window: Window, tmp_path: Path) -> None:
    trained(tmp_path / "b.glassbox")
    edit(window)
    window.files.ask = asked = Asked("discard")
    open_project(window, tmp_path / "b.glassbox")
    assert (len(asked), window.document.place.path) == (1, tmp_path / "b.glassbox")


def test_a_project_that_is_opened_twice_at_once_is_no_copy_of_itself(window: Window, tmp_path: Path) -> None:
    trained(tmp_path / "b.glassbox")
    for _ in range(2):
        window.files.open_file(str(tmp_path / "b.glassbox"))
    wait(window)
    assert (window.document.place.path, window.banner.isVisible()) == (tmp_path / "b.glassbox", False)


def test_a_file_under_another_name_is_the_same_file(window: Window, tmp_path: Path) -> None:
    trained(tmp_path / "b.glassbox")
    (tmp_path / "link.glassbox").symlink_to(tmp_path / "b.glassbox")
    open_project(window, tmp_path / "b.glassbox")
    open_project(window, tmp_path / "link.glassbox")
    assert (window.document.place.path, window.banner.isVisible()) == (tmp_path / "link.glassbox", False)
    train(window)
    save_to(window, tmp_path / "b.glassbox")
    assert (window.document.place.path, window.isWindowModified()) == (tmp_path / "b.glassbox", False)
    assert (tmp_path / "link.glassbox").is_symlink()


@pytest.mark.usefixtures("slow")
def test_what_was_asked_for_after_closing_is_not_done(
    window: Window, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    window.files.save_to(tmp_path / "a.glassbox")
    window.close()
    hands.trigger(window, "file.new")
    window.files.open_file(str(tmp_path / "a.glassbox"))
    window.close()
    until(lambda: not window.isVisible())
    hands.events(50)
    assert load(tmp_path / "a.glassbox").checkpoint is not None
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.usefixtures("slow")
def test_new_waits_for_what_is_being_saved(window: Window, tmp_path: Path) -> None:
    train(window)
    window.files.save_to(tmp_path / "a.glassbox")
    hands.trigger(window, "file.new")
    until(lambda: window.document.place.path is None and not window.files.busy)
    wait(window)
    assert (hands.snapshot_of(window).step, window.windowTitle()) == (0, "Iris[*] – Glassbox")
    assert step_in(tmp_path / "a.glassbox") == 3


def test_a_verdict_on_one_run_is_not_said_of_another(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(tmp_path / "b.glassbox")
    monkeypatch.setattr("gui.verifying.repeat", lambda _: lambda _tell, given_up: given_up.wait(30))
    hands.trigger(window, "train.verify")
    until(lambda: window.verifying.running)
    open_project(window, tmp_path / "b.glassbox")
    assert not window.verifying.running
    assert window.banner.label.text() == "Verifying was cancelled; nothing was compared to the end."


def test_a_dialog_about_what_was_open_before_is_closed(window: Window, tmp_path: Path) -> None:
    trained(tmp_path / "b.glassbox")
    window.files.open_file(str(tmp_path / "b.glassbox"))
    hands.trigger(window, "file.save")
    assert window.findChildren(QFileDialog)
    until(lambda: window.document.place.path is not None)
    hands.events()
    assert window.findChildren(QFileDialog) == []
