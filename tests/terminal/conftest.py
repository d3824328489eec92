"""The program as it is used in a terminal: its two streams and its exit code."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Done:
    """What came of a command."""

    returncode: int
    stdout: str
    stderr: str


@cache
def _in_process_of_its_own(arguments: tuple[str, ...]) -> Done:
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "main.py", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


@cache
def _here(arguments: tuple[str, ...]) -> Done:
    from gui.launch import main

    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(arguments)
    if "PySide6.QtWidgets" in sys.modules:
        _put_away_windows()
    return Done(code, out.getvalue(), err.getvalue())


def _put_away_windows() -> None:
    """In a process of its own a closed window ends with it; here each would slow down the next."""
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication, QMainWindow

    windows = [each for each in QApplication.topLevelWidgets() if isinstance(each, QMainWindow)]
    closed = [window for window in windows if not window.isVisible()]
    for window in closed:
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if closed:
        gc.collect()
        gc.freeze()  # what is left stays; the next collection need not look through it


@pytest.fixture(scope="session")
def glassbox() -> Callable[..., Done]:
    """Runs ``python main.py`` with arguments in a process of its own; the same arguments only once."""
    return lambda *arguments: _in_process_of_its_own(arguments)


@pytest.fixture(scope="session")
def here() -> Callable[..., Done]:
    """The same through the program's front door in this very process, which is faster by a second."""
    return lambda *arguments: _here(arguments)
