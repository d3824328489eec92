"""From the window to a report: asks for a file, has it written beside the window, and offers to open it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from engine.apart import ApartError, do_apart
from engine.checkpoint import Checkpoint
from gui.dialogs.export import choose_file
from gui.errand import Errand, Work
from gui.projects.choosing import stem_of
from gui.report.writing import KINDS, refuse_other_endings, write_apart
from gui.text import tr

if TYPE_CHECKING:
    from gui.window import Window


def _writing(point: Checkpoint, path: Path) -> Work:
    def work(tell: Callable[[object], None], given_up: Event) -> None:
        tell(do_apart(write_apart, (point, path), tell, given_up))

    return work


class Reporting(QObject):
    """Writes one report at a time for a window, and says what came of it in its line of messages."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._path = Path()
        self._errand = Errand(self)
        self._errand.reported.connect(self._report)
        self._errand.failed.connect(self._fail)

    def ask(self) -> None:
        """Asks for a file and writes the report of the instant at which it was chosen."""
        window = self._window
        name = f"{stem_of(window.document)} report"
        choose_file(window, window, tr("Save the report"), name, KINDS, "html", self.write)

    def write(self, path: Path) -> None:
        """Writes the report of this instant."""
        try:
            refuse_other_endings(path)
        except ValueError as error:
            self._window.banner.say(f"{str(error)[:1].upper()}{str(error)[1:]}.")
            return
        self._window.training.fetch(partial(self._begin, path))

    def _begin(self, path: Path, point: Checkpoint | None) -> None:
        if point is not None:
            self._path = path
            self._window.status.say(tr("Making the report…"))
            self._errand.begin(_writing(point, path))

    @Slot(object)
    def _report(self, problem: object) -> None:
        self._window.status.clearMessage()
        if problem:
            self._window.banner.say(str(problem))
            return
        address = QUrl.fromLocalFile(str(self._path))

        def open_it() -> None:
            QDesktopServices.openUrl(address)

        words = tr("Written: {0}").format(self._path)
        self._window.banner.say(words, tr("Open"), fault=False, does=open_it)

    @Slot(object, str)
    def _fail(self, error: object, details: str) -> None:
        details = str(error) if isinstance(error, ApartError) else details
        words = tr("The report could not be made: something went wrong in Glassbox.")
        self._window.status.clearMessage()
        self._window.banner.say(words, details=details)


def reporting_of(window: Window) -> Reporting:
    """What writes the reports of a window, made when there is none."""
    return window.findChild(Reporting) or Reporting(window)
