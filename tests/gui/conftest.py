"""Windows to test on; nothing of the user's is touched, and nothing that goes wrong stays unseen."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import hands
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from pytestqt.qtbot import QtBot

from engine.experiment import Experiment
from gui.app import start
from gui.window import Window

HERE = Path(__file__).parent
# What the offscreen platform and Xvfb cannot do, and say.
HARMLESS = ("This plugin does not support", "Could not find the platform", "propagateSizeHints")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In these tests a warning of Qt is a failure, and a menu that waits for ever is ended from outside."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore(*HARMLESS))
            item.add_marker(pytest.mark.timeout(60, method="thread"))


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What Qt itself keeps, such as the folders of file dialogs, is kept in a folder of the test run."""
    folder = tmp_path_factory.mktemp("settings")
    for scope in (QSettings.Scope.UserScope, QSettings.Scope.SystemScope):
        QSettings.setPath(QSettings.Format.IniFormat, scope, str(folder))
        QSettings.setPath(QSettings.Format.NativeFormat, scope, str(folder))
    os.environ["XDG_CONFIG_HOME"] = str(folder)


@pytest.fixture(autouse=True)
def _no_error_unseen(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """An exception in a paint event is printed by PySide6 when there is no Python frame to raise it in."""
    yield
    out, err = capfd.readouterr()
    sys.stdout.write(out)
    sys.stderr.write(err)
    for words in ("Error calling Python override", "QPainter::"):
        assert words not in err


class Patient(QtBot):
    """Waits as long as a busy machine may take; what never comes fails all the same."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 20_000) -> None:  # noqa: N802 - its name
        super().waitUntil(callback, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QCoreApplication, request: pytest.FixtureRequest) -> QtBot:
    """The hands of pytest-qt, with more patience."""
    return Patient(request)


def _end(window: Window) -> None:
    window.files.ask = lambda _: "discard"  # no question waits for ever
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def open_window(qapp: QCoreApplication) -> Iterator[Callable[..., Window]]:
    """Opens windows as ``gui.app.start`` does, ready to train, and closes them at the end."""
    opened: list[Window] = []

    def make(experiment: Experiment | None = None, remember: bool = False, **rest: object) -> Window:
        _, window = start([], experiment, remember=remember, **rest)
        opened.append(window)
        hands.settle(window)
        return window

    yield make
    while opened:
        _end(opened.pop())


@pytest.fixture(scope="module")
def shared_window(qapp: QCoreApplication) -> Iterator[Window]:
    """One window for all tests of a file."""
    _, window = start([], remember=False)
    hands.settle(window)
    yield window
    _end(window)
    del window
    gc.collect()
    gc.freeze()  # what is left stays; the next collection need not look through it


@pytest.fixture
def window(shared_window: Window, qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[Window]:
    """The file's window, as it is when the program starts, but at full speed.

    In a file that says ``UNPAINTED = True`` nothing is painted, which takes most of the time of a test.
    """
    shared_window.setUpdatesEnabled(not getattr(request.module, "UNPAINTED", False))
    hands.as_new(shared_window)
    yield shared_window
    shared_window.training.set_running(False)
    shared_window.training.wait_idle()
