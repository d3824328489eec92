"""The one door to the window, for people, pictures, benchmarks and tests."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import PySide6
from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtWidgets import QApplication

from engine.experiment import Experiment
from engine.trainer import Trainer
from gui import language, theme
from gui.folders import config_folder
from gui.garbage import Collector
from gui.icons import program_icon
from gui.preferences import Preferences
from gui.settings import settings_file
from gui.window import Window


def start(
    argv: Sequence[str],
    experiment: Experiment | None = None,
    trainer: Trainer | None = None,
    remember: bool = True,
    file: Path | None = None,
) -> tuple[QApplication, Window]:
    """Builds the window and shows it; the event loop is the caller's.

    ``argv`` are the arguments after the program's name; Qt's own are understood. ``experiment`` is
    what opens, the ready example where none is given; with ``trainer`` its experiment and data open, such as
    arrays of one's own. ``remember`` keeps theme and layout in the user's settings, speaks the language chosen
    there, keeps and offers unsaved work, and asks before it is lost. ``file`` is a project or a table that is
    opened.
    """
    refuse_bad_release(PySide6.__version__, sys.version_info[:2])
    found = QCoreApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication(["glassbox", *argv])
    application.setApplicationName("Glassbox")
    application.setOrganizationName("Glassbox")
    application.setDesktopFileName("glassbox")
    application.setWindowIcon(program_icon())
    theme.prepare(application)
    if application.findChild(Collector) is None:
        Collector(application)
    opened = trainer.experiment if trainer else experiment or Experiment()
    layout, preferences = None, Preferences(settings_file() if remember else None)
    if remember:
        layout = QSettings(str(config_folder() / "window.ini"), QSettings.Format.IniFormat)
        preferences.take_over(layout)
    # Pictures, benchmarks and tests are English wherever they are made.
    language.speak(language.meant_by(preferences.settings.language) if remember else language.ENGLISH)
    window = Window(application, opened, layout, trainer, preferences)
    window.show()
    if remember:
        window.recovery.look()
    if file is not None:
        window.files.open_file(str(file))
    return application, window


def refuse_bad_release(qt: str, python: tuple[int, int]) -> None:
    """Raises SystemExit with a sentence for a PySide6 that is known to abort.

    PySide6 6.12.0 on Python 3.11 loses a reference to True with each signal and dies after some hundred.
    """
    if qt.startswith("6.12.0") and python == (3, 11):
        raise SystemExit(
            "PySide6 6.12.0 crashes on Python 3.11; install the tested one: pip install 'PySide6-Essentials<6.12'"
        )
