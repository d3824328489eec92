"""Pictures of the real window and drawings of its network, without a screen."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QWidget

from engine.experiment import Experiment
from engine.snapshot import Failure
from gui.app import start
from gui.export import SUFFIXES, export_diagram, picture
from gui.selection import Unit
from gui.terminal.options import UsageError
from gui.theme import THEMES
from gui.window import SMALLEST, Window

VIEWS = ("window", "network", "output", "inspector", "loss", "magnitudes")


def take(
    experiment: Experiment,
    out: Path,
    *,
    view: str,
    theme: str,
    size: str,
    trained: bool = True,
    scale: float = 1.0,
    transparent: bool = False,
) -> None:
    """Opens the window, trains to the end unless told otherwise, and writes a picture of it or of one view.

    ``size`` is "WIDTHxHEIGHT" of the window in pixels. The network alone is drawn anew, as SVG, PDF or PNG by the
    suffix of ``out``, at any ``scale`` (0.25 to 8) and ``transparent`` or not; everything else is a PNG as it is on the
    screen. Raises ``UsageError`` and ``ValueError`` before anything is opened and ``OSError`` when the file cannot be
    written.
    """
    width, height = _checked(out, view, theme, size, scale, transparent)
    qInstallMessageHandler(_say)
    application, window = start([], experiment=experiment, remember=False)
    failures: list[Failure] = []
    window.training.failed.connect(failures.append)
    window.show_theme(theme)
    window.resize(width, height)
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
    snapshot, area = window.training.snapshot, (window.diagram.width(), window.diagram.height())
    grabbed = None if view == "network" else _part(window, view).grab()
    window.close()
    if failures or snapshot is None:
        raise UsageError(failures[0].message if failures else "there is nothing to draw")
    if grabbed is None:
        try:
            export_diagram(snapshot, out, scale=scale, transparent=transparent, theme=theme, size=area)
        except ValueError as error:
            raise UsageError(str(error)) from None
    elif not grabbed.save(str(out), "PNG"):
        raise OSError(0, "the picture could not be written", str(out))


def _checked(out: Path, view: str, theme: str, size: str, scale: float, transparent: bool) -> tuple[int, int]:
    """Width and height of the window, when all that was asked for can be done."""
    if view not in VIEWS:
        raise UsageError(f"there is no view '{view}'; there are {', '.join(VIEWS)}")
    if theme not in THEMES:
        raise UsageError(f"there is no theme '{theme}'; there are {', '.join(THEMES)}")
    suffix, network = out.suffix.lower(), view == "network"
    if network and suffix not in SUFFIXES:
        raise UsageError(f"the network is drawn as {', '.join(SUFFIXES)}, so '{out.name}' needs another ending")
    if not network and suffix in SUFFIXES and suffix != ".png":
        raise UsageError(f"only --view network can be {suffix[1:].upper()}; the view '{view}' is written as PNG")
    if not network and suffix != ".png":
        raise UsageError(f"the picture is written as PNG; give it a name that ends in .png, not '{out.name}'")
    if not network and (scale != 1.0 or transparent):
        raise UsageError(f"--zoom and --transparent are for --view network, not for '{view}'")
    picture("png", scale, transparent, theme)
    found = re.fullmatch(r"(\d{3,4})x(\d{3,4})", size)
    if found is None:
        raise UsageError(f"a size is written like 1440x900, not '{size}'")
    if int(found[1]) < SMALLEST[0] or int(found[2]) < SMALLEST[1]:
        raise UsageError(f"the window is at least {SMALLEST[0]}x{SMALLEST[1]}, not {size}")
    return int(found[1]), int(found[2])


def _say(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Qt's messages go to standard error, but for one that means nothing without a screen."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)


def _part(window: Window, view: str) -> QWidget:
    return window if view == "window" else window.panels.docks[view]
