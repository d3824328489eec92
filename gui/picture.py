"""Pictures of the real window, without a screen."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QWidget

from engine.experiment import Experiment
from engine.snapshot import Failure
from gui.app import start
from gui.selection import Unit
from gui.terminal.options import UsageError
from gui.theme import THEMES
from gui.window import SMALLEST, Window

VIEWS = ("window", "network", "output", "inspector", "loss", "magnitudes")


def take(experiment: Experiment, out: Path, *, view: str, theme: str, size: str, trained: bool = True) -> None:
    """Opens the window, trains to the end unless told otherwise, and writes a PNG of it or of one view.

    ``size`` is "WIDTHxHEIGHT" of the window in pixels. Raises ``UsageError`` before anything is opened and
    ``OSError`` when the file cannot be written.
    """
    if view not in VIEWS:
        raise UsageError(f"there is no view '{view}'; there are {', '.join(VIEWS)}")
    if theme not in THEMES:
        raise UsageError(f"there is no theme '{theme}'; there are {', '.join(THEMES)}")
    if out.suffix.lower() != ".png":
        raise UsageError(f"the picture is written as PNG; give it a name that ends in .png, not '{out.name}'")
    found = re.fullmatch(r"(\d{3,4})x(\d{3,4})", size)
    if found is None:
        raise UsageError(f"a size is written like 1440x900, not '{size}'")
    if int(found[1]) < SMALLEST[0] or int(found[2]) < SMALLEST[1]:
        raise UsageError(f"the window is at least {SMALLEST[0]}x{SMALLEST[1]}, not {size}")
    qInstallMessageHandler(_say)
    application, window = start([], experiment=experiment, remember=False)
    failures: list[Failure] = []
    window.training.failed.connect(failures.append)
    window.show_theme(theme)
    window.resize(int(found[1]), int(found[2]))
    window.training.wait_idle()
    if trained and not failures:
        window.training.finish()
        window.select(
            Unit(1, min(3, window.training.snapshot.plan.widths[1] - 1)) if window.training.snapshot else None
        )
    window.setFocus()  # nothing in the picture is marked as having the keyboard
    # The layout settles and everything is painted in a few rounds of events.
    for _ in range(4):
        application.processEvents()
    picture = _part(window, view).grab()
    window.close()
    if failures:
        raise UsageError(failures[0].message)
    if not picture.save(str(out), "PNG"):
        raise OSError(0, "the picture could not be written", str(out))


def _say(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Qt's messages go to standard error, but for one that means nothing without a screen."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)


def _part(window: Window, view: str) -> QWidget:
    if view == "window":
        return window
    return window.diagram if view == "network" else window.panels.docks[view]
