"""Everything that helps to find out what went wrong on another machine, as one text."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import PySide6
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from engine.experiment import Experiment
from gui import logs, threads
from gui.folders import log_folder
from gui.version import VERSION

if TYPE_CHECKING:
    from gui.window import Window

_LOG_LINES = 50


def diagnostics(window: Window) -> str:
    """The text; the folder of the user's own files is written as ``~``."""
    facts = {
        "Glassbox": VERSION,
        "Python": platform.python_version(),
        "Qt": f"{PySide6.__version__}, {QGuiApplication.platformName()}",
        "NumPy": np.__version__,
        "Platform": platform.platform(),
        "Screens": "; ".join(_screens()),
        "Window": f"{window.width()} × {window.height()}",
        "Threads": threads.in_words(),
        "Memory": _memory(),
        "Log": str(logs.log_file()) if logs.is_kept() else logs.where(),
    }
    parts = [
        "\n".join(f"{name}: {value}" for name, value in facts.items()),
        _part("Settings", _json(window.preferences.settings.model_dump(mode="json"))),
        _part("Experiment", _json(_described(window.document.experiment))),
        _part("Last crash", _last_crash()),
        _part("Log", "\n".join(logs.last_lines(_LOG_LINES)) or "nothing"),
    ]
    return "\n\n".join(parts).replace(str(Path.home()), "~") + "\n"


def _part(name: str, text: str) -> str:
    return f"-- {name} --\n{text}"


def _json(tree: object) -> str:
    return json.dumps(tree, indent=1, ensure_ascii=False)


def _described(experiment: Experiment) -> dict[str, Any]:
    """The experiment, without the data that are in it: a table that was pasted, points that were drawn."""
    tree = experiment.model_dump(mode="json")
    if experiment.data.table is not None and experiment.data.table.text:
        tree["data"]["table"]["text"] = f"{len(experiment.data.table.text):,} characters"
    if experiment.data.points is not None:
        tree["data"]["points"] = "drawn by hand"
    return tree


def _screens() -> list[str]:
    screens = QGuiApplication.screens()
    return [f"{s.size().width()} × {s.size().height()} at {s.devicePixelRatio():g}" for s in screens]


def _memory() -> str:
    import psutil  # noqa: PLC0415

    whole, own = psutil.virtual_memory(), psutil.Process().memory_info().rss
    return f"{_gigabytes(whole.available)} free of {_gigabytes(whole.total)}, {_gigabytes(own)} used by Glassbox"


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def _last_crash() -> str:
    try:
        return logs.last_crash_file().read_text("utf-8", "replace").strip()
    except FileNotFoundError:
        return "none"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def open_log_folder() -> bool:
    """Shows the folder with the log in the desktop's own window for files; says whether that could be done."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder())))
