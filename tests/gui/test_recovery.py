"""Unsaved work is kept beside the user's files, and offered again after a crash."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import hands
import numpy as np
import pytest
from projects import Asked, careful, edit, is_shown, open_project, save_to, step_in, train, wait
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from tables import until

from engine.plan import TooLargeError
from engine.project import load
from gui.folders import HOME_VARIABLE
from gui.projects import autosave
from gui.projects.autosave import Autosave
from gui.projects.locks import lock_of
from gui.projects.swaps import swap_folder
from gui.window import Window

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a folder of its own for what is kept."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "own"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is kept as often as it is looked for."""
    monkeypatch.setattr(Autosave, "chosen_s", 0.0)
    monkeypatch.setattr(autosave, "_LOOK_MS", 20)


@pytest.fixture
def window(open_window: Callable[..., Window], quick: None) -> Window:
    return careful(open_window)


def kept() -> list[Path]:
    """The swaps there are."""
    return sorted(swap_folder().glob("*.glassbox"))


def until_kept(window: Window) -> Path:
    """Until the present instant is in a swap."""
    until(lambda: window.autosave.is_current)
    (swap,) = kept()
    return swap


# -- keeping --------------------------------------------------------------------------------------


def test_what_is_untouched_is_not_kept(window: Window) -> None:
    QTest.qWait(100)
    assert kept() == []


def test_unsaved_work_is_kept_with_all_of_its_run(window: Window) -> None:
    train(window)
    assert is_shown(window, load(until_kept(window)))


def test_what_is_trained_meanwhile_is_kept_again(window: Window) -> None:
    train(window)
    first = step_in(until_kept(window))
    train(window)
    assert step_in(until_kept(window)) == first + 3


def test_nothing_is_kept_of_what_was_saved(window: Window, tmp_path: Path) -> None:
    train(window)
    until_kept(window)
    save_to(window, tmp_path / "a.glassbox")
    until(lambda: not kept())
    assert list(swap_folder().iterdir()) == []


def test_nothing_is_kept_of_what_was_taken_back(window: Window) -> None:
    edit(window)
    until_kept(window)
    hands.trigger(window, "edit.undo")
    until(lambda: not kept())


def test_nothing_is_kept_of_what_was_given_up(window: Window) -> None:
    train(window)
    until_kept(window)
    window.files.ask = Asked("discard")
    window.close()
    assert list(swap_folder().iterdir()) == []


def test_nothing_is_kept_of_what_another_document_took_the_place_of(window: Window) -> None:
    train(window)
    until_kept(window)
    window.files.ask = Asked("discard")
    hands.trigger(window, "file.new")
    until(lambda: not kept())


def test_nothing_is_kept_where_that_is_switched_off(window: Window) -> None:
    window.preferences.change(autosave=False)
    train(window)
    QTest.qWait(100)
    assert kept() == []
    window.files.ask = Asked("discard")


def test_nothing_is_kept_of_a_window_that_remembers_nothing(open_window: Callable[..., Window], quick: None) -> None:
    window = open_window()
    train(window)
    QTest.qWait(100)
    assert kept() == []


def test_the_users_own_file_is_not_touched(window: Window, tmp_path: Path) -> None:
    path = save_to(window, tmp_path / "a.glassbox")
    before = path.read_bytes()
    train(window)
    until_kept(window)
    assert path.read_bytes() == before
    window.files.ask = Asked("discard")


def test_what_takes_long_is_kept_less_often_and_that_is_said(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autosave, "_kept", lambda *_: 2.4)
    train(window)
    until(lambda: window.autosave.every_s > 10)
    assert window.autosave.every_s == pytest.approx(12.0)
    assert window.status.currentMessage() == "Unsaved work of this size is kept for recovery every 12 s."
    window.files.ask = Asked("discard")


def test_what_cannot_be_kept_is_said_once(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    said: list[str] = []
    say = window.banner.say
    monkeypatch.setattr(window.banner, "say", lambda *words, **rest: (said.append(words[0]), say(*words, **rest)))
    with monkeypatch.context() as patched:
        patched.setattr("engine.files.os.fsync", refuse)
        train(window)
        until(lambda: bool(said))
        QTest.qWait(150)
    assert said == ["Unsaved work cannot be kept for recovery: the disk is full. Save it often."]
    until_kept(window)
    assert not window.banner.isVisible()
    window.files.ask = Asked("discard")


# -- offering -------------------------------------------------------------------------------------


def crash(window: Window) -> Path:
    """Leaves the work of a window behind as a process does that is killed: nobody holds it any more."""
    swap, owner = until_kept(window), window.files.owner
    left = swap.with_name(f"left-{window.training.snapshot.step}-{len(kept())}.glassbox")
    shutil.copy(swap, left)
    left.with_suffix(".lock").write_text(json.dumps({"pid": 1, **owner.as_words()}))
    window.files.ask = Asked("discard")
    window.close()
    return left


def lines(window: Window) -> list[str]:
    """What is offered."""
    offer = window.recovery_offer
    return [each.text() for each in offer.findChildren(QLabel) if each is not offer.head and each.isVisible()]


def press(window: Window, label: str, line: int = 0) -> None:
    """Presses a button of the offer."""
    buttons = [each for each in window.recovery_offer.findChildren(QPushButton) if each.text() == label]
    QTest.mouseClick([each for each in buttons if each.isVisible()][line], hands.LEFT)


@pytest.fixture
def again(window: Window, open_window: Callable[..., Window], tmp_path: Path) -> Iterator[Window]:
    """The next start after a crash: an own project, trained on."""
    save_to(window, tmp_path / "mine.glassbox")
    train(window, 5)
    crash(window)
    second = careful(open_window)
    until(lambda: not second.files.busy)
    hands.events()
    yield second
    second.files.ask = Asked("discard")


def test_work_left_behind_is_offered_with_its_name_its_time_and_its_steps(again: Window, tmp_path: Path) -> None:
    assert again.recovery_offer.isVisible()
    assert "This work can be brought back" in again.recovery_offer.head.text()
    (words,) = lines(again)
    assert words.startswith("mine.glassbox · ")
    assert "5 steps trained" in words
    assert str(tmp_path) in words


def test_the_space_bar_trains_and_does_not_dismiss_the_offer(again: Window) -> None:
    until(lambda: again.focusWidget() is not None)
    QTest.keyClick(again.focusWidget(), Qt.Key.Key_Space)
    assert (again.training.running, again.recovery_offer.isVisible()) == (True, True)
    again.training.set_running(False)


def test_work_that_is_brought_back_is_whole_and_unsaved_and_belongs_to_its_file(again: Window, tmp_path: Path) -> None:
    (swap,) = kept()
    project = load(swap)
    press(again, "Restore")
    wait(again)
    assert is_shown(again, project)
    assert (again.windowTitle(), again.isWindowModified()) == ("mine.glassbox[*] – Glassbox", True)
    assert not again.recovery_offer.isVisible()
    assert kept() == [swap]
    hands.trigger(again, "file.save")
    wait(again)
    assert (step_in(tmp_path / "mine.glassbox"), again.isWindowModified()) == (5, False)
    until(lambda: not kept())


def test_work_that_is_brought_back_is_not_thrown_away_where_nothing_is_to_be_kept(again: Window) -> None:
    again.preferences.change(autosave=False)
    press(again, "Restore")
    wait(again)
    QTest.qWait(100)
    assert [step_in(each) for each in kept()] == [5]
    again.files.ask = Asked("discard")
    again.close()
    assert kept() == []


def test_work_on_a_file_that_was_changed_since_asks_before_it_is_saved(again: Window, tmp_path: Path) -> None:
    shutil.copy(kept()[0], tmp_path / "mine.glassbox")
    press(again, "Restore")
    wait(again)
    again.files.ask = asked = Asked("cancel")
    hands.trigger(again, "file.save")
    assert len(asked) == 1


def test_work_on_a_file_that_is_open_elsewhere_comes_back_as_a_copy(again: Window, tmp_path: Path) -> None:
    lock = lock_of(tmp_path / "mine.glassbox")
    assert lock.take()
    press(again, "Restore")
    wait(again)
    assert (again.document.place.path, again.windowTitle()) == (None, "mine[*] – Glassbox")
    lock.release()


def test_bringing_work_back_asks_about_what_is_open(again: Window) -> None:
    train(again, 1)
    again.files.ask = asked = Asked("cancel")
    press(again, "Restore")
    wait(again)
    assert ([each.text for each in asked], hands.snapshot_of(again).step) == (["Save the changes to Iris?"], 1)
    assert again.recovery_offer.isVisible()


@pytest.mark.parametrize("answer", ["discard", "cancel"])
def test_work_is_thrown_away_only_when_that_is_meant(again: Window, answer: str) -> None:
    again.files.ask = asked = Asked(answer)
    press(again, "Discard")
    assert [each.text for each in asked] == ["Discard the unsaved work on mine.glassbox?"]
    assert (kept() == [], again.recovery_offer.isHidden()) == (answer == "discard", answer == "discard")


def test_work_put_off_is_offered_at_the_next_start(again: Window, open_window: Callable[..., Window]) -> None:
    QTest.mouseClick(again.recovery_offer.later, hands.LEFT)
    assert not again.recovery_offer.isVisible()
    third = careful(open_window)
    until(lambda: not third.files.busy)
    assert third.recovery_offer.isVisible()
    assert lines(third)[0].startswith("mine.glassbox")


def test_work_that_one_window_offers_is_not_offered_by_another(
    again: Window, open_window: Callable[..., Window]
) -> None:
    third = careful(open_window)
    until(lambda: not third.files.busy)
    assert not third.recovery_offer.isVisible()


def test_work_of_a_window_that_still_runs_is_left_alone(window: Window, open_window: Callable[..., Window]) -> None:
    train(window)
    until_kept(window)
    second = careful(open_window)
    until(lambda: not second.files.busy)
    assert not second.recovery_offer.isVisible()
    assert len(kept()) == 1
    window.files.ask = Asked("discard")


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"\0" * 999)])
def test_damaged_work_is_set_aside_and_said_once(
    window: Window, open_window: Callable[..., Window], spoil: Callable[[Path], object]
) -> None:
    train(window)
    left = crash(window)
    spoil(left)
    second = careful(open_window)
    until(lambda: not second.files.busy)
    assert "is damaged and cannot be brought back" in second.banner.label.text()
    assert f"{left}.damaged" in second.banner.label.text()
    assert (Path(f"{left}.damaged").exists(), second.recovery_offer.isVisible()) == (True, False)
    second.close()
    third = careful(open_window)
    until(lambda: not third.files.busy)
    assert not third.banner.isVisible()


def test_several_pieces_of_work_are_listed_the_newest_first(open_window: Callable[..., Window], quick: None) -> None:
    for steps in (1, 2):
        window = careful(open_window)
        until(lambda window=window: not window.files.busy)
        window.recovery.put_off()
        train(window, steps)
        until(lambda window=window: window.autosave.is_current)
        swap = window.autosave.swap
        assert swap is not None
        window.autosave._timer.stop()
        window.autosave._swap = None  # as if the process were gone
        swap.lock.let_go()
        os.utime(swap.file, (1e9 + steps, 1e9 + steps))
        window.files.ask = Asked("discard")
        window.close()
    last = careful(open_window)
    until(lambda: not last.files.busy)
    hands.events()
    assert "2 pieces of work" in last.recovery_offer.head.text()
    assert ["2 steps" in lines(last)[0], "1 step " in lines(last)[1]] == [True, True]
    press(last, "Restore", 1)
    wait(last)
    assert hands.snapshot_of(last).step == 1
    assert len(lines(last)) == 1
    last.files.ask = Asked("discard")


def test_what_is_no_list_of_words_in_a_lock_harms_nothing(window: Window, open_window: Callable[..., Window]) -> None:
    train(window)
    left = crash(window)
    left.with_suffix(".lock").write_text('{"path": 7, "stamp": "x", "name": []')
    second = careful(open_window)
    until(lambda: not second.files.busy)
    hands.events()
    assert lines(second)[0].startswith("a project without a name")


def test_work_that_is_brought_back_twice_at_once_is_brought_back_once(again: Window) -> None:
    buttons = [each for each in again.recovery_offer.findChildren(QPushButton) if each.text() == "Restore"]
    for _ in range(2):
        buttons[0].click()
    wait(again)
    QTest.qWait(100)
    assert (hands.snapshot_of(again).step, again.isWindowModified(), len(kept())) == (5, True, 1)
    assert not again.recovery_offer.isVisible()


def test_work_put_off_while_it_is_read_is_not_brought_back(again: Window) -> None:
    press(again, "Restore")
    QTest.mouseClick(again.recovery_offer.later, hands.LEFT)
    wait(again)
    assert (hands.snapshot_of(again).step, again.isWindowModified(), len(kept())) == (0, False, 1)


def test_work_that_does_not_fit_the_memory_is_kept(
    again: Window, monkeypatch: pytest.MonkeyPatch, open_window: Callable[..., Window]
) -> None:
    def refuse(_: object) -> None:
        raise TooLargeError("This network does not fit")

    before = kept()[0].read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr("engine.runner.Trainer.at", refuse)
        press(again, "Restore")
        wait(again)
    QTest.qWait(100)
    assert again.banner.label.text() == "This network does not fit."
    assert [each.read_bytes() for each in kept()] == [before]
    third = careful(open_window)
    until(lambda: not third.files.busy)
    assert third.recovery_offer.isVisible()


def test_work_of_another_document_is_not_kept_in_its_place(again: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    train(again, 1)
    again.files.ask = Asked("discard")
    monkeypatch.setattr(Autosave, "_look", lambda _: None)
    fetch, autosave = again.training.fetch, again.autosave

    def and_at_once_again(take: Callable[..., None]) -> None:
        fetch(take)
        fetch(autosave._keep)

    monkeypatch.setattr(again.training, "fetch", and_at_once_again)
    press(again, "Restore")
    wait(again)
    assert [step_in(each) for each in kept()] == [5]


def test_work_of_a_newer_version_is_left_for_it(
    again: Window, open_window: Callable[..., Window], monkeypatch: pytest.MonkeyPatch
) -> None:
    QTest.mouseClick(again.recovery_offer.later, hands.LEFT)
    with monkeypatch.context() as patched:
        patched.setattr("engine.project_reading.FORMAT", 1)
        third = careful(open_window)
        until(lambda: not third.files.busy)
    assert "was written by a newer Glassbox" in third.banner.label.text()
    assert (third.recovery_offer.isVisible(), len(kept())) == (False, 1)
    third.close()
    fourth = careful(open_window)
    until(lambda: not fourth.files.busy)
    assert fourth.recovery_offer.isVisible()


@pytest.mark.parametrize(
    "error", [PermissionError(errno.EACCES, "Permission denied"), TooLargeError("It does not fit"), MemoryError()]
)
def test_work_that_cannot_be_read_does_not_hide_other_work(
    again: Window, open_window: Callable[..., Window], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    QTest.mouseClick(again.recovery_offer.later, hands.LEFT)
    left = kept()[0].with_name("0000.glassbox")
    shutil.copy(kept()[0], left)
    monkeypatch.setattr("engine.project.steps_in", lambda path: 5 if path != left else raised(error))
    third = careful(open_window)
    until(lambda: not third.files.busy)
    assert third.banner.label.text().startswith("Unsaved work of an earlier window could not be read: ")
    assert (len(third.recovery.found), left.exists()) == (1, True)


def raised(error: Exception) -> None:
    raise error


def test_work_kept_in_a_strange_time_is_offered(again: Window, open_window: Callable[..., Window]) -> None:
    QTest.mouseClick(again.recovery_offer.later, hands.LEFT)
    os.utime(kept()[0], (time.time() + 1e8, time.time() + 1e8))
    third = careful(open_window)
    until(lambda: not third.files.busy)
    assert third.recovery_offer.isVisible()


def test_a_full_disk_leaves_no_locks_open_or_lying_about(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    with monkeypatch.context() as patched:
        patched.setattr("gui.projects.locks.os.write", refuse)
        train(window)
        until(lambda: window.banner.isVisible())
        QTest.qWait(300)
        assert list(swap_folder().iterdir()) == []
        assert len(os.listdir("/proc/self/fd")) <= before + 2 or not before
    window.files.ask = Asked("discard")


def test_work_is_offered_from_a_full_disk(
    again: Window, open_window: Callable[..., Window], monkeypatch: pytest.MonkeyPatch
) -> None:
    QTest.mouseClick(again.recovery_offer.later, hands.LEFT)

    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("gui.projects.locks.os.write", refuse)
        third = careful(open_window)
        until(lambda: not third.files.busy)
    hands.events()
    assert lines(third)[0].startswith("mine.glassbox")


def test_a_window_closes_where_kept_work_cannot_be_removed(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    train(window)
    until_kept(window)
    window.files.ask = Asked("discard")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refuse)
        window.close()
    assert not window.training.runner._thread.is_alive()


# -- a process that is killed -----------------------------------------------------------------------

_WORK = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from engine.experiment import Experiment
from gui.app import start
application, window = start([], Experiment().with_value("training.epochs", 1_000_000))
window.toolbar.speed.setValue(11)
path = Path(sys.argv[1])
beat, late = time.perf_counter(), [0.0]
def look():
    global beat
    now = time.perf_counter()
    late.append(now - beat - 0.01)
    beat = now
    snapshot = window.training.snapshot
    if window.document.place.path and snapshot:
        print(time.time(), snapshot.step, max(late[3:], default=0.0), flush=True)
timer = QTimer(interval=10)
timer.timeout.connect(look)
def begin():
    window.files.save_to(path)
    window.training.toggle()
    timer.start()
QTimer.singleShot(500, begin)
application.exec()
"""


def killed(path: Path, seconds: float) -> tuple[float, list[tuple[float, int, float]]]:
    """A window that is killed in the midst of its training; when that was, and what it showed at which time."""
    command = [sys.executable, "-c", _WORK, str(path)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert child.stdout is not None
    first = child.stdout.readline()
    assert first, "the window never saved"
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    when = time.time()
    rest, _ = child.communicate()
    shown = [line.split() for line in (first + rest).splitlines()]
    return when, [(float(at), int(step), float(late)) for at, step, late in (each for each in shown if len(each) == 3)]


def test_a_killed_window_loses_at_most_five_seconds_of_work(open_window: Callable[..., Window], tmp_path: Path) -> None:
    path = tmp_path / "killed.glassbox"
    when, shown = killed(path, 5.5)
    (swap,) = kept()
    project, saved = load(swap), step_in(path)
    assert project.checkpoint is not None
    step = project.checkpoint.state["step"]
    lost_s = when - max(at for at, at_step, _ in shown if at_step <= step)
    print(f"saved at step {saved:,}, killed at {shown[-1][1]:,}, kept {step:,}: {lost_s:.2f} s lost")
    assert saved < step <= shown[-1][1] + 1000
    assert lost_s <= 5.0
    window = careful(open_window)
    until(lambda: not window.files.busy)
    hands.events()
    press(window, "Restore")
    wait(window)
    snapshot = hands.snapshot_of(window)
    assert np.array_equal(snapshot.parameters, project.network.parameters)
    assert (snapshot.step, window.document.place.path, window.isWindowModified()) == (step, path, True)
    window.files.ask = Asked("discard")


def test_the_file_of_another_process_opens_as_a_copy_until_that_is_gone(
    open_window: Callable[..., Window], tmp_path: Path
) -> None:
    path = tmp_path / "shared.glassbox"
    command = [sys.executable, "-c", _WORK, str(path)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert child.stdout is not None
    assert child.stdout.readline()
    window = careful(open_window)
    open_project(window, path)
    assert f"is open in another window (process {child.pid})" in window.banner.label.text()
    assert window.document.place.path is None
    child.kill()
    child.communicate()
    open_project(window, path)
    assert window.document.place.path == path
