"""Errors of the program in the window, their details, and what is copied to ask for help with."""

from __future__ import annotations

import gc
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import hands
import numpy as np
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.data.table_spec import TableSpec
from engine.experiment import DataSpec
from gui import diagnostics, logs
from gui.dialogs.details import Details
from gui.faults import Faults
from gui.version import VERSION
from gui.window import Window

ROOT = Path(__file__).parents[2]


def clipboard() -> str:
    """What has been copied."""
    return QGuiApplication.clipboard().text()


# -- errors ------------------------------------------------------------------------------------------


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """What an instance of ``Faults`` says; the hooks of the test run hear nothing of it."""
    for module, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(module, name, lambda *_: None)
    faults, found = Faults(), []
    faults.raised.connect(lambda *words: found.append(words))
    yield found
    faults.release()


def break_in_a_slot() -> None:
    """As PySide6 hands on an error in a slot."""
    try:
        raise ValueError("in a slot")
    except ValueError:
        sys.excepthook(*sys.exc_info())


def break_in_a_thread() -> None:
    """An error that ends a thread."""

    def work() -> None:
        raise ValueError("in a thread")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


class Fragile:
    """Cannot be deleted without an error."""

    def __del__(self) -> None:
        raise ValueError("while deleting")


def break_while_deleting() -> None:
    """An error that nobody can catch."""
    Fragile()
    gc.collect()


@pytest.mark.parametrize(
    ("work", "where"),
    [(break_in_a_slot, "in a slot"), (break_in_a_thread, "in a thread"), (break_while_deleting, "while deleting")],
)
def test_an_error_is_said_once_with_its_traceback(
    said: list[tuple[str, str]], qtbot: QtBot, work: Callable[[], None], where: str
) -> None:
    work()
    work()
    qtbot.wait_until(lambda: bool(said))
    assert len(said) == 1
    sentence, details = said[0]
    assert sentence == f"Something went wrong in Glassbox (ValueError: {where}). Your work is unharmed."
    assert f'raise ValueError("{where}")' in details


PAINT = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from gui.app import start
application, window = start([], remember=False)
class Drawing(QWidget):
    def paintEvent(self, event):
        raise ZeroDivisionError("in a drawing")
drawing = Drawing(window)
drawing.resize(50, 50)
drawing.show()
drawing.repaint()
drawing.repaint()
application.processEvents()
print(window.banner.label.text())
drawing.hide()
window.training.wait_idle()
window.close()
"""


def test_an_error_in_a_real_paint_event_reaches_the_banner() -> None:
    done = subprocess.run([sys.executable, "-c", PAINT], cwd=ROOT, env=dict(os.environ), capture_output=True,
                          text=True, timeout=60, check=False)  # fmt: skip
    assert "(ZeroDivisionError: in a drawing). Your work is unharmed." in done.stdout
    assert done.returncode == 0


def test_an_error_again_and_again_does_not_fill_the_log(
    said: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path))
    with logs.kept([]):
        for _ in range(1000):
            break_in_a_slot()
    lines = [line for line in logs.log_file().read_text().splitlines() if " ERROR " in line]
    assert [line.split(" ERROR ")[1][:20] for line in lines] == [
        f"for the {n}. time: Valu"[:20] for n in (10, 100, 1000)
    ]


HOOKS = """
import sys, threading
from gui.app import start
def hooks():
    return sys.excepthook, threading.excepthook, sys.unraisablehook
before = hooks()
application, window = start([], remember=False)
during = hooks()
window.close()
print(hooks() == before, *(a == b for a, b in zip(before, during)))
"""


def test_the_hooks_are_given_back_when_the_window_closes() -> None:
    done = subprocess.run([sys.executable, "-c", HOOKS], cwd=ROOT, env=dict(os.environ), capture_output=True,
                          text=True, timeout=60, check=True)  # fmt: skip
    assert done.stdout.split() == ["True", "False", "False", "False"]


# -- details -----------------------------------------------------------------------------------------


@pytest.fixture
def details(window: Window) -> Iterator[Details]:
    """The details of an error, opened from the banner."""
    window.banner.say_fault("Something went wrong.", "Traceback\n  KeyError: 'layer'\n")
    QTest.mouseClick(window.banner.details, hands.LEFT)
    found = window.findChild(Details)
    assert found is not None
    yield found
    found.close()
    hands.events()


def test_details_are_shown_and_block_nothing(details: Details) -> None:
    assert (details.isVisible(), details.isModal()) == (True, False)
    assert "KeyError: 'layer'" in details.text.toPlainText()
    assert "Something went wrong." in hands.words(details)


def test_details_are_copied_with_the_sentence_and_the_version(details: Details) -> None:
    QTest.mouseClick(details.copy, hands.LEFT)
    assert clipboard() == f"Something went wrong.\n\nGlassbox {VERSION}\n\nTraceback\n  KeyError: 'layer'\n"


def test_a_sentence_without_details_has_no_button_for_them(window: Window) -> None:
    window.banner.say("The file is gone.")
    assert window.banner.details.isHidden()


def test_what_the_banner_says_is_in_the_log(window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path))
    with logs.kept([]):
        window.banner.say("The file is gone.", details="Traceback of it")
        window.banner.say("All is well.", fault=False)
    text = logs.log_file().read_text()
    assert "WARNING The file is gone.\nTraceback of it" in text
    assert "INFO All is well." in text


# -- diagnostics -------------------------------------------------------------------------------------


def test_diagnostics_are_copied_and_that_is_said(window: Window) -> None:
    hands.trigger(window, "help.diagnostics")
    assert clipboard() == diagnostics.diagnostics(window)
    assert window.status.currentMessage() == "The diagnostics are copied: paste them where you ask for help."


@pytest.mark.parametrize(
    "words",
    [f"Glassbox: {VERSION}", f"Python: {platform.python_version()}", "Qt: 6.", "offscreen", f"NumPy: {np.__version__}",
     "Platform: ", "Screens: ", "Threads: 1", "Memory: ", '"autosave_seconds": 3', '"source": "iris"',
     '"kind": "adam"', "-- Last crash --\nnone"],
)  # fmt: skip
def test_diagnostics_hold_what_is_needed(window: Window, words: str) -> None:
    assert words in diagnostics.diagnostics(window)


def test_diagnostics_hold_the_newest_lines_of_the_log_and_the_last_crash(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path))
    with logs.kept([]):
        for number in range(100):
            logs.log.info("line %d", number)
        logs.last_crash_file().write_text("Fatal Python error: Segmentation fault")
        text = diagnostics.diagnostics(window)
    assert ("line 99" in text, "line 50" in text, "line 49\n" in text) == (True, True, False)
    assert "-- Last crash --\nFatal Python error: Segmentation fault" in text


def test_diagnostics_do_not_hold_the_data(window: Window) -> None:
    pasted = "age,who\n" + "".join(f"{age},{'Lovelace' if age % 2 else 'Hopper'}\n" for age in range(20, 60))
    data = DataSpec(source="table", table=TableSpec(text=pasted))
    hands.show(window, window.document.experiment.with_value("data", data))
    text = diagnostics.diagnostics(window)
    assert ("Lovelace" in text, f'"text": "{len(pasted)} characters"' in text) == (False, True)
    hands.trigger(window, "data.draw")
    hands.settle(window)
    assert '"points": "drawn by hand"' in diagnostics.diagnostics(window)


def test_diagnostics_do_not_name_the_home_folder(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path.home()
    monkeypatch.setenv("GLASSBOX_HOME", str(home / "somewhere"))
    assert f"{home}/" not in diagnostics.diagnostics(window)


def test_the_log_folder_is_opened_by_the_desktop(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(opened.append(url)) or True)
    hands.trigger(window, "help.log")
    assert [Path(url.toLocalFile()) for url in opened] == [logs.log_file().parent]
    assert window.status.currentMessage() == ""


def test_a_log_folder_that_cannot_be_opened_is_named(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: False)
    hands.trigger(window, "help.log")
    assert window.status.currentMessage() == f"The folder could not be opened: {logs.log_file().parent}"
