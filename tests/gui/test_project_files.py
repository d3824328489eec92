"""New, open, save: the title, the file, the questions, and that nothing is lost on the way."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

import hands
import pytest
import tables
from projects import (
    Asked,
    careful,
    dialog_of,
    edit,
    is_shown,
    open_project,
    save_to,
    step_in,
    train,
    trained,
    unexpected,
    wait,
)
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from tables import until

from benchmarks.window import Heart
from engine.experiment import Experiment
from engine.layers import Dense
from engine.project import load
from gui import launch
from gui.exporting.panel import NetworkExport
from gui.projects import questions
from gui.projects.locks import lock_of
from gui.projects.questions import QuestionDialog
from gui.projects.recent import labels
from gui.window import Window

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(open_window: Callable[..., Window]) -> Window:
    """A window that remembers, and so asks; nothing is kept for recovery."""
    window = careful(open_window)
    window.autosave.close()
    return window


# -- the title ------------------------------------------------------------------------------------


def test_the_ready_example_is_named_by_its_data_and_nothing_is_unsaved(window: Window) -> None:
    assert (window.windowTitle(), window.isWindowModified()) == ("Iris[*] – Glassbox", False)


def test_an_edit_is_unsaved_and_taking_it_back_is_not(window: Window) -> None:
    edit(window)
    assert window.isWindowModified()
    hands.trigger(window, "edit.undo")
    hands.settle(window)
    assert not window.isWindowModified()
    hands.trigger(window, "edit.redo")
    hands.settle(window)
    assert window.isWindowModified()


def test_training_is_unsaved_and_taking_it_back_is_not(window: Window) -> None:
    train(window)
    assert window.isWindowModified()
    for _ in range(3):
        hands.trigger(window, "edit.undo")
    hands.settle(window)
    assert not window.isWindowModified()


def test_what_was_saved_is_clean_again_when_one_comes_back_to_it(window: Window, tmp_path: Path) -> None:
    edit(window)
    save_to(window, tmp_path / "a.glassbox")
    assert (window.windowTitle(), window.isWindowModified()) == ("a.glassbox[*] – Glassbox", False)
    hands.trigger(window, "edit.undo")
    hands.settle(window)
    assert window.isWindowModified()
    hands.trigger(window, "edit.redo")
    hands.settle(window)
    assert not window.isWindowModified()


def test_another_edit_instead_of_the_saved_one_is_unsaved(window: Window, tmp_path: Path) -> None:
    edit(window)
    save_to(window, tmp_path / "a.glassbox")
    hands.trigger(window, "edit.undo")
    edit(window)
    assert window.isWindowModified()


# -- saving ---------------------------------------------------------------------------------------


def test_the_first_save_proposes_a_name_from_the_data(window: Window, tmp_path: Path) -> None:
    window.remember("open/folder", str(tmp_path))
    train(window)
    QTest.keyClick(window, Qt.Key.Key_S, CONTROL)
    dialog = dialog_of(window)
    assert dialog.selectedFiles() == [str(tmp_path / "iris.glassbox")]
    dialog.accept()
    wait(window)
    assert window.document.place.path == tmp_path / "iris.glassbox"
    assert window.status.currentMessage() == "Saved iris.glassbox"
    assert is_shown(window, load(tmp_path / "iris.glassbox"))


def test_the_next_save_goes_into_the_same_file(window: Window, tmp_path: Path) -> None:
    path = save_to(window, tmp_path / "a.glassbox")
    train(window)
    QTest.keyClick(window, Qt.Key.Key_S, CONTROL)
    wait(window)
    assert not window.isWindowModified()
    assert is_shown(window, load(path))


def test_saving_as_leaves_the_first_file_and_goes_on_with_the_second(window: Window, tmp_path: Path) -> None:
    path = save_to(window, tmp_path / "a.glassbox")
    before = path.read_bytes()
    train(window)
    QTest.keyClick(window, Qt.Key.Key_S, CONTROL | SHIFT)
    dialog = dialog_of(window)
    assert dialog.selectedFiles() == [str(path)]
    dialog.findChild(QLineEdit, "fileNameEdit").setText("b")
    dialog.accept()
    wait(window)
    assert (path.read_bytes(), window.document.place.path) == (before, tmp_path / "b.glassbox")


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("file.report", "house report.html"),
        ("file.history", "house history.csv"),
        ("weights.export", "house hidden 1.csv"),
    ],
)
def test_what_is_made_from_a_project_is_called_after_it_and_proposed_beside_it(
    window: Window, tmp_path: Path, command: str, name: str
) -> None:
    save_to(window, tmp_path / "house.glassbox")
    hands.trigger(window, command)
    dialog = dialog_of(window)
    assert dialog.selectedFiles() == [str(tmp_path / name)]
    dialog.reject()


def test_the_network_is_exported_beside_its_project_under_its_name(window: Window, tmp_path: Path) -> None:
    save_to(window, tmp_path / "house.glassbox")
    hands.trigger(window, "file.export")
    panel = window.findChild(NetworkExport)
    until(panel.save.isEnabled)
    panel.save.click()
    dialog = panel.findChild(QFileDialog)
    assert dialog.selectedFiles() == [str(tmp_path / "house.py")]
    dialog.reject()
    panel.close()


@pytest.mark.parametrize("answer", ["replace", "cancel"])
def test_a_name_with_a_dot_is_that_of_a_project_too(window: Window, tmp_path: Path, answer: str) -> None:
    train(window)
    for name in ("rate 0.01", "data.csv"):
        hands.trigger(window, "file.save_as")
        dialog_of(window).fileSelected.emit(str(tmp_path / name))
        wait(window)
        assert window.document.place.path == tmp_path / f"{name}.glassbox"
    train(window)
    window.files.ask = asked = Asked(answer)
    hands.trigger(window, "file.save_as")
    dialog_of(window).fileSelected.emit(str(tmp_path / "rate 0.01"))
    wait(window)
    assert [each.text for each in asked] == ["rate 0.01.glassbox is there already. Replace it?"]
    assert step_in(tmp_path / "rate 0.01.glassbox") == (6 if answer == "replace" else 3)
    window.files.ask = Asked("discard")


@pytest.mark.parametrize(
    "name", ["a[*]b", "<b>bold<img src=x>", "line\nbreak", 'quo\'te "d"', "ünïcode 網", os.fsdecode(b"\xff")]
)
def test_a_strange_name_is_shown_as_it_is(window: Window, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.glassbox"
    trained(path)
    open_project(window, path)
    assert window.document.place.path == path
    # What is no letter at all is left out by Qt.
    shown = os.fsencode(name).decode("utf-8", "ignore").replace("[*]", "[*][*]")
    assert window.windowTitle() == f"{shown}.glassbox[*] – Glassbox"
    train(window)
    hands.trigger(window, "file.save")
    wait(window)
    assert (window.isWindowModified(), step_in(path)) == (False, load(path).checkpoint.state["step"])
    window.recent.menu.aboutToShow.emit()
    assert window.banner.label.textFormat() == Qt.TextFormat.PlainText


def test_a_table_gives_the_project_its_name(window: Window, tmp_path: Path) -> None:
    window.remember("open/folder", str(tmp_path))
    tables.open_file(window, tables.write(tmp_path))
    tables.use(window)
    hands.trigger(window, "file.save")
    dialog = dialog_of(window)
    assert dialog.selectedFiles() == [str(tmp_path / "people.glassbox")]
    dialog.reject()


def test_training_goes_on_while_it_is_saved(window: Window, tmp_path: Path) -> None:
    window.document.change(window.document.experiment.with_value("training.epochs", 1_000_000), "Epochs")
    window.training.toggle()
    until(lambda: hands.snapshot_of(window).step > 20)
    window.files.save_to(tmp_path / "a.glassbox")
    until(lambda: window.document.place.path is not None)
    step = hands.snapshot_of(window).step
    assert window.training.running
    until(lambda: hands.snapshot_of(window).step > step + 20)
    assert window.isWindowModified()
    window.training.toggle()
    hands.settle(window)
    assert not is_shown(window, load(tmp_path / "a.glassbox"))
    window.files.ask = Asked("discard")


def test_the_window_is_alive_and_trains_while_a_slow_disk_is_written_to(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.files.os.fsync", lambda _: time.sleep(1.0))
    window.document.change(window.document.experiment.with_value("training.epochs", 1_000_000), "Epochs")
    window.training.toggle()
    until(lambda: hands.snapshot_of(window).step > 20)
    heart, step = Heart(window), hands.snapshot_of(window).step
    window.files.save_to(tmp_path / "a.glassbox")
    until(lambda: window.document.place.path is not None)
    heart.stop()
    # A second without the window, or without training, would be seen even on a busy machine.
    assert max(heart.late) < 600
    assert hands.snapshot_of(window).step > step + 50
    window.files.ask = Asked("discard")


@pytest.mark.parametrize(
    ("code", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "the disk can only be read")]
)
def test_what_cannot_be_saved_is_said_with_path_and_reason_and_stays_unsaved(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    path = save_to(window, tmp_path / "a.glassbox")
    before = path.read_bytes()
    train(window)

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr("engine.files.os.fsync", refuse)
        hands.trigger(window, "file.save")
        wait(window)
    assert window.banner.label.text() == f"{path} could not be saved: {words}."
    assert (window.isWindowModified(), path.read_bytes()) == (True, before)
    assert [each.name for each in tmp_path.iterdir()] == ["a.glassbox"]
    hands.trigger(window, "file.save")
    wait(window)
    assert (window.isWindowModified(), window.banner.isVisible()) == (False, False)


def test_a_folder_that_is_gone_is_said(window: Window, tmp_path: Path) -> None:
    path = tmp_path / "gone" / "a.glassbox"
    window.files.save_to(path)
    wait(window)
    assert window.banner.label.text() == f"{path} could not be saved: there is no such folder."
    assert window.document.place.path is None


def test_an_instant_that_cannot_be_had_is_said(window: Window, tmp_path: Path) -> None:
    window.document.change(Experiment().with_layers((Dense(units=4096),) * 64), "")
    window.files.save_to(tmp_path / "a.glassbox")
    wait(window)
    assert "a.glassbox could not be saved: the last edit could not be carried out." in window.banner.label.text()
    assert not (tmp_path / "a.glassbox").exists()


# -- opening --------------------------------------------------------------------------------------


def test_one_dialog_opens_projects_and_tables(window: Window, tmp_path: Path) -> None:
    QTest.keyClick(window, Qt.Key.Key_O, CONTROL)
    dialog = dialog_of(window)
    names = [each.split(" (")[0] for each in dialog.nameFilters()]
    assert names == ["Projects and tables", "Projects", "Tables", "All files"]
    assert ("*.glassbox" in dialog.nameFilters()[0], "*.csv" in dialog.nameFilters()[0]) == (True, True)
    project = trained(tmp_path / "a.glassbox")
    dialog.fileSelected.emit(str(tmp_path / "a.glassbox"))
    dialog.close()
    wait(window)
    assert is_shown(window, project)


def test_an_opened_project_is_clean_and_has_nothing_to_undo(window: Window, tmp_path: Path) -> None:
    project = trained(tmp_path / "wine.glassbox", source="wine")
    open_project(window, tmp_path / "wine.glassbox")
    assert is_shown(window, project)
    assert window.document.experiment == project.experiment
    assert (window.windowTitle(), window.isWindowModified()) == ("wine.glassbox[*] – Glassbox", False)
    assert len(window.document.undo_stack) == 0


def test_what_was_trained_before_opening_cannot_be_undone_into(window: Window, tmp_path: Path) -> None:
    trained(tmp_path / "a.glassbox")
    train(window)
    window.files.ask = Asked("discard")
    open_project(window, tmp_path / "a.glassbox")
    edit(window)
    hands.trigger(window, "edit.undo")
    hands.settle(window)
    assert is_shown(window, load(tmp_path / "a.glassbox"))


def test_training_is_paused_by_opening(window: Window, tmp_path: Path) -> None:
    trained(tmp_path / "a.glassbox")
    window.files.ask = Asked("discard")
    window.training.toggle()
    until(lambda: hands.snapshot_of(window).step > 3)
    window.files.open_file(str(tmp_path / "a.glassbox"))
    until(lambda: window.document.place.path is not None)
    assert not window.training.running


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "])
def test_a_damaged_file_leaves_what_is_open_untouched(window: Window, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.glassbox").write_bytes(content)
    save_to(window, tmp_path / "a.glassbox")
    edit(window)
    train(window)
    before, entries = hands.snapshot_of(window), len(window.document.undo_stack)
    window.files.ask = Asked("discard")
    open_project(window, tmp_path / "bad.glassbox")
    assert "bad.glassbox" in window.banner.label.text()
    assert window.banner.isVisible()
    assert window.document.place.path == tmp_path / "a.glassbox"
    assert (len(window.document.undo_stack), window.isWindowModified()) == (entries, True)
    assert hands.same_start(hands.settle(window), before)


def test_a_file_that_is_gone_is_said(window: Window, tmp_path: Path) -> None:
    open_project(window, tmp_path / "gone.glassbox")
    assert window.banner.label.text() == "gone.glassbox could not be opened: No such file or directory."


def test_a_run_that_does_not_fit_the_memory_leaves_what_is_open(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.plan import TooLargeError

    path = save_to(window, tmp_path / "a.glassbox")
    trained(tmp_path / "wine.glassbox", source="wine")
    edit(window)
    experiment = window.document.experiment

    def refuse(_: object) -> None:
        raise TooLargeError("This network does not fit")

    monkeypatch.setattr("engine.runner.Trainer.at", refuse)
    window.files.ask = Asked("discard")
    open_project(window, tmp_path / "wine.glassbox")
    assert window.banner.label.text() == "This network does not fit."
    assert (window.document.experiment, window.document.place.path) == (experiment, path)
    assert (window.document.undo_stack.undo_text, window.isWindowModified()) == ("Learning rate", True)
    assert not lock_of(path).take()
    assert hands.settle(window).experiment == experiment


def test_new_is_the_ready_example_without_a_file(window: Window, tmp_path: Path) -> None:
    trained(tmp_path / "wine.glassbox", source="wine")
    open_project(window, tmp_path / "wine.glassbox")
    QTest.keyClick(window, Qt.Key.Key_N, CONTROL)
    until(lambda: window.document.place.path is None)
    assert hands.settle(window).step == 0
    assert window.document.experiment == Experiment()
    assert (window.windowTitle(), window.isWindowModified()) == ("Iris[*] – Glassbox", False)


# -- questions ------------------------------------------------------------------------------------


def go(window: Window, way: str, path: Path) -> None:
    """Leaves what is open."""
    if way == "close":
        window.close()
    elif way == "quit":
        hands.trigger(window, "file.quit")
    elif way == "new":
        hands.trigger(window, "file.new")
    else:
        window.files.open_file(str(path))


ways = pytest.mark.parametrize("way", ["close", "quit", "new", "open"])


@ways
def test_what_is_untouched_is_left_without_a_question(window: Window, tmp_path: Path, way: str) -> None:
    trained(tmp_path / "b.glassbox")
    window.files.ask = asked = Asked("cancel")
    go(window, way, tmp_path / "b.glassbox")
    until(lambda: not window.files.busy)
    assert asked == []


@ways
@pytest.mark.parametrize("work", [edit, train], ids=["edited", "trained"])
def test_unsaved_work_is_asked_about_and_cancel_keeps_it(
    window: Window, tmp_path: Path, way: str, work: Callable[[Window], None]
) -> None:
    trained(tmp_path / "b.glassbox")
    work(window)
    window.files.ask = asked = Asked("cancel")
    before = hands.snapshot_of(window)
    go(window, way, tmp_path / "b.glassbox")
    wait(window)
    assert [each.text for each in asked] == ["Save the changes to Iris?"]
    assert (window.isVisible(), window.isWindowModified()) == (True, True)
    assert hands.same_start(hands.snapshot_of(window), before)
    window.files.ask = Asked("discard")


@ways
def test_unsaved_work_can_be_given_up(window: Window, tmp_path: Path, way: str) -> None:
    project = trained(tmp_path / "b.glassbox")
    path = save_to(window, tmp_path / "a.glassbox")
    before = path.read_bytes()
    train(window)
    window.files.ask = Asked("discard")
    go(window, way, tmp_path / "b.glassbox")
    if way in ("close", "quit"):
        assert not window.isVisible()
    else:
        until(lambda: window.document.place.path != path)
        hands.settle(window)
        assert is_shown(window, project) == (way == "open")
    assert path.read_bytes() == before


@ways
def test_unsaved_work_is_saved_first_and_then_left(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr("engine.files.os.fsync", lambda _: time.sleep(0.2))
    trained(tmp_path / "b.glassbox")
    window.document.change(window.document.experiment.with_value("training.epochs", 1_000_000), "Epochs")
    path = save_to(window, tmp_path / "a.glassbox")
    window.training.toggle()
    until(lambda: hands.snapshot_of(window).step > 30)
    window.files.ask = asked = Asked("save")
    go(window, way, tmp_path / "b.glassbox")
    if way in ("close", "quit"):
        until(lambda: not window.isVisible())
    else:
        until(lambda: window.document.place.path != path)
        hands.settle(window)
    assert len(asked) == 1
    assert load(path).network.plan.parameters == 123
    assert not window.isWindowModified()


def test_a_save_that_fails_keeps_the_window_open(window: Window, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = save_to(window, folder / "a.glassbox")
    train(window)
    path.unlink()
    folder.rmdir()
    window.files.ask = Asked("save")
    window.close()
    wait(window)
    assert (window.isVisible(), window.banner.isVisible(), window.isWindowModified()) == (True, True, True)
    window.files.ask = Asked("discard")


def test_closing_while_a_file_is_written_waits_for_it(window: Window, tmp_path: Path) -> None:
    train(window)
    window.files.save_to(tmp_path / "a.glassbox")
    window.close()
    assert window.isVisible()
    until(lambda: not window.isVisible())
    assert is_shown(window, load(tmp_path / "a.glassbox"))


@pytest.mark.parametrize(("label", "key"), [("Save", "save"), ("Don't save", "discard"), ("Cancel", "cancel")])
def test_the_question_is_answered_by_its_buttons(window: Window, label: str, key: str) -> None:
    def press() -> None:
        box = window.findChild(QuestionDialog)
        QTest.mouseClick(next(each for each in box.buttons if each.text() == label), hands.LEFT)

    QTimer.singleShot(0, press)
    assert questions.ask(window, questions.unsaved("Iris")) == key


@pytest.mark.parametrize(("pressed", "key"), [(Qt.Key.Key_Escape, "cancel"), (Qt.Key.Key_Return, "save")])
def test_the_question_is_answered_by_the_keyboard(window: Window, pressed: Qt.Key, key: str) -> None:
    QTimer.singleShot(0, lambda: QTest.keyClick(window.findChild(QuestionDialog), pressed))
    assert questions.ask(window, questions.unsaved("Iris")) == key


def test_a_window_that_remembers_nothing_asks_nothing(open_window: Callable[..., Window]) -> None:
    window = open_window()
    window.files.ask = unexpected
    train(window)
    window.close()
    assert not window.isVisible()


# -- one file, several hands ----------------------------------------------------------------------


def test_a_second_window_is_told_and_has_a_copy(
    window: Window, open_window: Callable[..., Window], tmp_path: Path
) -> None:
    path = save_to(window, tmp_path / "a.glassbox")
    second = open_window(remember=True)
    open_project(second, path)
    assert second.banner.label.text().startswith(f"a.glassbox is open in another window (process {os.getpid()}).")
    assert (second.windowTitle(), second.document.place.path) == ("a (copy)[*] – Glassbox", None)
    hands.trigger(second, "file.save")
    dialog = dialog_of(second)
    assert Path(dialog.selectedFiles()[0]).name == "a (copy).glassbox"
    dialog.reject()
    second.files.save_to(path)
    wait(second)
    assert "save under another name" in second.banner.label.text()
    window.close()
    open_project(second, path)
    assert second.document.place.path == path


def test_the_file_that_is_open_here_can_be_opened_again(window: Window, tmp_path: Path) -> None:
    path = save_to(window, tmp_path / "a.glassbox")
    train(window)
    window.files.ask = Asked("discard")
    open_project(window, path)
    assert (window.document.place.path, hands.snapshot_of(window).step) == (path, step_in(path))


def test_nothing_is_left_beside_the_file_and_its_lock_goes_with_the_window(window: Window, tmp_path: Path) -> None:
    path = save_to(window, tmp_path / "a.glassbox")
    assert lock_of(path).path.exists()
    window.close()
    assert not lock_of(path).path.exists()
    assert [each.name for each in tmp_path.iterdir()] == ["a.glassbox"]


@pytest.mark.parametrize("answer", ["overwrite", "cancel", "save_as"])
def test_a_file_changed_by_somebody_else_is_not_overwritten_without_a_question(
    window: Window, tmp_path: Path, answer: str
) -> None:
    path = save_to(window, tmp_path / "a.glassbox")
    trained(path, epochs=5)
    theirs = path.read_bytes()
    train(window)
    window.files.ask = asked = Asked(answer)
    hands.trigger(window, "file.save")
    if answer == "save_as":
        dialog_of(window).reject()
    wait(window)
    assert [each.text for each in asked] == ["a.glassbox was changed by another program since it was opened here."]
    assert (path.read_bytes() == theirs) == (answer != "overwrite")
    window.files.ask = Asked("discard")


# -- ways in --------------------------------------------------------------------------------------


def test_a_project_that_is_dropped_is_opened(window: Window, tmp_path: Path) -> None:
    project, mime = trained(tmp_path / "a.glassbox"), QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.glassbox"))])
    copy, keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(20, 20), copy, mime, hands.LEFT, keys))
    QApplication.sendEvent(window, QDropEvent(QPointF(20, 20), copy, mime, hands.LEFT, keys, QEvent.Type.Drop))
    wait(window)
    assert is_shown(window, project)


def test_projects_and_tables_used_before_are_offered_together(window: Window, tmp_path: Path) -> None:
    project = trained(tmp_path / "a.glassbox")
    save_to(window, tmp_path / "b.glassbox")
    tables.open_file(window, tables.write(tmp_path))
    tables.close(window)
    open_project(window, tmp_path / "a.glassbox")
    hands.trigger(window, "file.new")
    until(lambda: window.document.place.path is None)
    (tmp_path / "b.glassbox").unlink()
    window.recent.menu.aboutToShow.emit()
    actions = window.recent.menu.actions()[:3]
    assert window.actions_by_id["file.recent"].isEnabled()
    assert [each.text() for each in actions] == ["a.glassbox", "people.csv", "b.glassbox"]
    assert [each.isEnabled() for each in actions] == [True, True, False]
    assert actions[2].toolTip() == f"{tmp_path / 'b.glassbox'}\nIt is not there any more."
    actions[0].trigger()
    wait(window)
    assert is_shown(window, project)


def test_equal_names_are_told_apart_by_their_folders() -> None:
    paths = ["x/a/iris.glassbox", "x/b/iris.glassbox", "y/b/iris.glassbox", "x/wine.csv"]
    assert labels(paths) == [
        "iris.glassbox – a",
        f"iris.glassbox – {Path('x/b')}",
        f"iris.glassbox – {Path('y/b')}",
        "wine.csv",
    ]


def test_a_project_named_on_the_command_line_is_opened(open_window: Callable[..., Window], tmp_path: Path) -> None:
    project = trained(tmp_path / "a.glassbox")
    window = open_window(remember=True, file=tmp_path / "a.glassbox")
    wait(window)
    assert is_shown(window, project)
    assert window.document.place.path == tmp_path / "a.glassbox"


def test_without_a_display_a_project_is_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    trained(tmp_path / "a.glassbox")
    monkeypatch.setattr(launch, "has_display", lambda: False)
    assert launch.main([str(tmp_path / "a.glassbox")]) == 0
    out, err = capfd.readouterr()
    assert "no display" in err
    assert "learns    species: setosa, versicolor, virginica" in out
    assert "2 → 8 → 8 → 3, 123 parameters" in out


def test_without_a_display_a_damaged_project_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.glassbox").write_bytes(b"nonsense")
    monkeypatch.setattr(launch, "has_display", lambda: False)
    assert launch.main([str(tmp_path / "a.glassbox")]) == 2
    assert "a.glassbox is not a Glassbox project" in capfd.readouterr().err
