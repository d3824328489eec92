"""What the scripts of the journeys begin with: the real window on a real screen, and the keyboard and mouse of X."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from engine.experiment import Experiment
from engine.snapshot import Snapshot
from gui import theme
from gui.app import start

application, window = start([], Experiment().with_value("training.epochs", 1_000_000))
window.files.ask = lambda _: "discard"


def until(found: Callable[[], object], seconds: float = 10.0) -> None:
    """Runs the event loop until something holds; ends the program with an error when it never does."""
    deadline = time.monotonic() + seconds
    while not found():
        if time.monotonic() > deadline:
            sys.exit(f"waited {seconds} s in vain")
        QApplication.processEvents()
        time.sleep(0.005)


def pause(seconds: float) -> None:
    """Runs the event loop for a while."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end)


def keys(*names: str) -> None:
    """Presses keys of the X keyboard, such as "space" or "ctrl+t"."""
    subprocess.run(["xdotool", "key", "--delay", "12", *names], check=True)
    pause(0.05)


def write(text: str) -> None:
    """Types text on the X keyboard."""
    subprocess.run(["xdotool", "type", "--delay", "12", text], check=True)
    pause(0.05)


def click(widget: QWidget, x: int | None = None, y: int | None = None) -> None:
    """Moves the pointer of X over a widget and presses the left button."""
    middle = widget.rect().center()
    at = widget.mapToGlobal(QPoint(middle.x() if x is None else x, middle.y() if y is None else y))
    subprocess.run(["xdotool", "mousemove", str(at.x()), str(at.y()), "click", "1"], check=True)
    pause(0.06)


def now() -> Snapshot:
    """The newest snapshot."""
    assert window.training.snapshot is not None
    return window.training.snapshot


def end(key: str = "") -> None:
    """Closes the window, by a key where one is given, and lets the program come to its end."""
    if key:
        QTimer.singleShot(0, lambda: subprocess.Popen(["xdotool", "key", key]))
    else:
        QTimer.singleShot(0, window.close)
    QTimer.singleShot(10_000, lambda: application.exit(3))
    sys.exit(application.exec())


until(lambda: window.training.snapshot is not None and window.isActiveWindow())
pause(0.2)
__all__ = ["application", "click", "end", "keys", "now", "pause", "theme", "until", "window", "write"]
