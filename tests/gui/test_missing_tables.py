"""Projects whose table is gone or changed: a clear question, and what can be done without it."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import hands
import pytest
import tables
from projects import Asked, careful, dialog_of, edit, is_shown, open_project, save_to, train, wait
from PySide6.QtTest import QTest

from engine.data import opened
from engine.data.progress import Progress
from engine.project import load
from gui.folders import HOME_VARIABLE
from gui.projects.swaps import swap_folder
from gui.window import Window

FORMAT_1 = Path(__file__).parents[1] / "engine" / "projects" / "format-1.glassbox"


@pytest.fixture
def window(open_window: Callable[..., Window]) -> Window:
    """A window in which nothing is kept for recovery."""
    window = careful(open_window)
    window.autosave.close()
    return window


@pytest.fixture
def project(window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of a table that is too large to be kept in the file; the window shows the example again."""
    monkeypatch.setattr("engine.project_data.MOST_BYTES", 0)
    tables.open_file(window, tables.write(tmp_path))
    tables.use(window)
    train(window)
    path = save_to(window, tmp_path / "people.glassbox")
    hands.trigger(window, "file.new")
    tables.until(lambda: window.document.place.path is None)
    hands.settle(window)
    opened.forget()
    return path


def test_a_table_that_is_where_it_was_is_not_asked_about(window: Window, project: Path) -> None:
    open_project(window, project)
    assert is_shown(window, load(project))
    assert len(hands.snapshot_of(window).data.x_train) > 0


def test_a_table_that_is_gone_is_asked_for_and_found_again(window: Window, project: Path, tmp_path: Path) -> None:
    moved = (tmp_path / "people.csv").rename(tmp_path / "moved.csv")
    window.files.ask = asked = Asked("choose")
    open_project(window, project)
    assert [each.text for each in asked] == ["Where is people.csv?"]
    dialog = dialog_of(window)
    dialog.fileSelected.emit(str(moved))
    dialog.close()
    wait(window)
    assert is_shown(window, load(project, moved))
    assert window.document.experiment.data.table is not None
    assert window.document.experiment.data.table.path == str(moved)
    assert window.document.place.path == project


def test_a_table_that_has_changed_is_said_and_another_one_is_asked_for_again(
    window: Window, project: Path, tmp_path: Path
) -> None:
    tables.write(tmp_path, words=tables.text(rows=30))
    window.files.ask = asked = Asked("choose")
    open_project(window, project)
    assert "has changed since the project was saved" in asked[0].detail
    window.files.ask = again = Asked("cancel")
    dialog = dialog_of(window)
    dialog.fileSelected.emit(str(tmp_path / "people.csv"))
    dialog.close()
    wait(window)
    assert len(again) == 1
    assert window.document.place.path is None


def test_cancelling_leaves_what_is_open(window: Window, project: Path, tmp_path: Path) -> None:
    (tmp_path / "people.csv").unlink()
    window.files.ask = Asked("cancel")
    before = hands.snapshot_of(window)
    open_project(window, project)
    assert hands.same_start(hands.snapshot_of(window), before)
    assert window.windowTitle() == "Iris[*] – Glassbox"


@pytest.fixture
def without(window: Window, project: Path, tmp_path: Path) -> Window:
    """The project, opened without its table."""
    (tmp_path / "people.csv").unlink()
    window.files.ask = Asked("without")
    open_project(window, project)
    return window


def test_opened_without_its_table_a_network_answers_as_before(without: Window, project: Path) -> None:
    snapshot = hands.snapshot_of(without)
    assert (snapshot.parameters == load(project).network.parameters).all()
    assert len(snapshot.data.x_train) == 0
    rows = [{"height": "1.7", "dose": "120", "town": "Rome", "smoker": "yes"}]
    here, there = (each.answers_to_rows(rows) for each in (snapshot.predictor, load(project).predictor))
    assert (here.labels, here.numbers.tolist()) == (there.labels, there.numbers.tolist())


def test_what_cannot_be_done_without_the_table_is_said(without: Window) -> None:
    assert without.banner.label.text() == (
        "Without people.csv the network of people.glassbox answers and can be exported, but not be trained or tested. "
        "Save asks for another name, so that people.glassbox keeps its run."
    )
    hands.trigger(without, "train.toggle")
    hands.settle(without)
    assert (without.training.running, "no training rows" in without.status.state.text()) == (False, True)


def test_saving_does_not_touch_the_file_that_has_the_run(without: Window, project: Path, tmp_path: Path) -> None:
    before = project.read_bytes()
    edit(without)
    hands.trigger(without, "file.save")
    dialog = dialog_of(without)
    assert Path(dialog.selectedFiles()[0]).name == "people (copy).glassbox"
    dialog.reject()
    save_to(without, tmp_path / "b.glassbox")
    assert project.read_bytes() == before
    open_project(without, tmp_path / "b.glassbox")
    assert without.document.place.path == tmp_path / "b.glassbox"


def test_a_table_opened_in_its_place_is_learned_from(without: Window, tmp_path: Path) -> None:
    tables.open_file(without, tables.write(tmp_path, "found.csv"))
    tables.use(without)
    assert len(hands.snapshot_of(without).data.x_train) > 0
    without.files.ask = Asked("discard")


def test_work_left_behind_whose_table_is_gone_answers_and_stays_on_offer(
    window: Window, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "own"))
    left = swap_folder() / "left.glassbox"
    left.parent.mkdir(parents=True)
    shutil.copy(project, left)
    left.with_suffix(".lock").write_text(json.dumps({"pid": 1, "name": "mine.glassbox", "path": str(project)}))
    (tmp_path / "people.csv").unlink()
    opened.forget()
    window.recovery.look()
    wait(window)
    window.files.ask = Asked("without")
    window.files.recover(window.recovery.found[0], lambda: True, lambda: pytest.fail("nothing is on offer any more"))
    wait(window)
    assert "What was left behind stays on offer" in window.banner.label.text()
    assert (window.document.place.path, window.isWindowModified(), len(window.recovery.found)) == (None, True, 1)
    assert left.read_bytes() == project.read_bytes()
    window.files.ask = Asked("discard")


def test_a_project_of_the_first_format_opens_with_its_weights(window: Window, tmp_path: Path) -> None:
    path = tmp_path / "old.glassbox"
    path.write_bytes(FORMAT_1.read_bytes())
    open_project(window, path)
    assert (hands.snapshot_of(window).parameters == load(path).network.parameters).all()
    assert "older Glassbox" in window.banner.label.text()
    assert (window.document.place.path, window.isWindowModified()) == (path, False)
    train(window)
    save_to(window, path)
    assert load(path).problem == ""


def test_what_takes_long_to_open_can_be_followed_and_given_up(
    window: Window, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.data import opened as reading

    begun = reading.read_file

    def slowly(path: Path, how: object, progress: Progress) -> object:
        for share in range(1000):
            progress(share / 1000, share)
            time.sleep(0.01)
        return begun(path, how, progress)

    monkeypatch.setattr(reading, "read_file", slowly)
    before, line = hands.snapshot_of(window), window.opening_progress
    window.files.open_file(str(project))
    tables.until(line.isVisible)
    assert line.words.toolTip() == "Opening people.glassbox"
    tables.until(lambda: line.bar.value() > 60)
    QTest.mouseClick(line.cancel, hands.LEFT)
    wait(window)
    assert (line.isVisible(), window.status.currentMessage()) == (False, "Opening people.glassbox was cancelled.")
    assert hands.same_start(hands.snapshot_of(window), before)
