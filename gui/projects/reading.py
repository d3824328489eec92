"""Reading a project beside the window: how far it has come, and the question where a missing table is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from engine.data.progress import CancelledError
from gui.progressline import ProgressLine
from gui.projects import choosing, questions
from gui.text import as_sentence, tr

if TYPE_CHECKING:
    from gui.projects.starting import Opened
    from gui.window import Window

_LOOK_MS = 50
# What is done before is not worth a bar that comes and goes.
_SHOWN_AFTER_S = 0.5


class OpeningProgress(ProgressLine):
    """Hidden unless a project is being opened for a while."""

    def __init__(self, parent: QWidget | None = None) -> None:
        measures = tr("How much of the table has been read")
        super().__init__(measures, tr("Gives up opening; what is open stays"), parent)


class _Following:
    """How far the reading of a table has come, told by the thread that reads, which ends when it is given up."""

    def __init__(self) -> None:
        self.share = 0.0
        self.given_up = Event()

    def __call__(self, share: float, _: int) -> None:
        self.share = share
        if self.given_up.is_set():
            raise CancelledError


class Reading(QObject):
    """Reads one project after the other for a window, and asks for a table that is missing."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._line = window, window.opening_progress
        self._following, self._name, self._since = _Following(), "", 0.0
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._line.cancelled.connect(self.give_up)

    def read(
        self,
        path: Path,
        show: Callable[[Opened], object],
        failed: Callable[[BaseException], object],
        **tables: Path,
    ) -> None:
        """Reads a file and shows it, or says what failed."""
        following = self._following = _Following()
        self._name, self._since = path.name, monotonic()
        self._timer.start()

        def done(opened: Opened) -> None:
            self._end()
            if opened.missing is None:
                show(opened)
            else:
                self._ask(opened, show, partial(self.read, path, show, failed, **tables))

        def over(error: BaseException) -> None:
            self._end()
            if isinstance(error, CancelledError):
                self._window.status.say(tr("Opening {0} was cancelled.").format(path.name))
            else:
                failed(error)

        self._window.files.work.do(lambda: _read(path, following, tables), done, over)

    @Slot()
    def give_up(self) -> None:
        """What is being read is not wanted any more; what is open stays."""
        self._following.given_up.set()

    def _ask(self, opened: Opened, show: Callable[[Opened], object], again: Callable[..., object]) -> None:
        missing = opened.missing
        assert missing is not None
        name, place = Path(missing.path).name, "test_table" if missing.second else "table"
        answer = self._window.files.ask(questions.missing_table(name, as_sentence(missing.sentence)))
        if answer == "choose":
            choosing.ask_for_table(self._window, name, lambda table: again(**{place: table}))
        elif answer == "without":
            show(opened)

    def _end(self) -> None:
        self._timer.stop()
        self._line.hide()

    @Slot()
    def _look(self) -> None:
        if monotonic() - self._since > _SHOWN_AFTER_S:
            self._line.tell(tr("Opening {0}").format(self._name), self._following.share)


def _read(path: Path, following: _Following, tables: dict[str, Path]) -> Opened:
    from gui.projects.starting import read  # noqa: PLC0415 - not needed for the first paint

    return read(path, progress=following, **tables)
