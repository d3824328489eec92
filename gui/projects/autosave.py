"""Autosave: unsaved work goes into a swap file every few seconds, beside the training and the window."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from engine.checkpoint import Checkpoint
from gui.document import Mark
from gui.logs import log
from gui.projects.files import reason
from gui.projects.swaps import Owner, Swap, new_swap
from gui.text import tr

if TYPE_CHECKING:
    from gui.window import Window

# How often it is looked whether there is something to keep.
_LOOK_MS = 500
# What keeping the work may take of the time: where it takes long, it is kept less often than was chosen.
_SHARE = 0.2
# What is kept less often than this is said.
_SELDOM_S = 5.0


class Autosave(QObject):
    """Keeps the unsaved work of a window; the swap goes when the work is saved or given up."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._swap: Swap | None = None
        self._kept: Mark | None = None
        self._busy = False
        # What was said of work that could not be kept, "" when all is well.
        self._complaint = ""
        self._due = 0.0
        self._said_s = _SELDOM_S
        self.every_s = self.chosen_s
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        if window.settings is not None:
            self._timer.start()

    @property
    def chosen_s(self) -> float:
        """How often work is to be kept, in seconds, as the user has chosen it."""
        return float(self._window.preferences.settings.autosave_seconds)

    @property
    def swap(self) -> Swap | None:
        """Where the work is kept, None where nothing is."""
        return self._swap

    @property
    def is_current(self) -> bool:
        """Whether the present instant is in the swap."""
        return self._kept is not None and self._kept == self._window.document.undo_stack.mark

    def adopt(self, swap: Swap) -> None:
        """Goes on with the swap of work that was recovered and is the present instant."""
        self.drop()
        self._swap, self._kept = swap, self._window.document.undo_stack.mark

    def give_back(self) -> None:
        """What was recovered could not be gone on with; it is offered again at the next start."""
        if self._swap is not None:
            self._swap.lock.let_go()
        self._swap = self._kept = None

    @Slot()
    def drop(self) -> None:
        """The work is saved, or not wanted any more."""
        if self._swap is not None:
            # After what may just be written into it.
            self._window.files.work.do(self._swap.remove, lambda _: None, self._say_failure)
        self._swap = self._kept = None

    def close(self) -> None:
        """The window closes, and what is unsaved is not wanted; nothing is being written any more."""
        self._timer.stop()
        if self._swap is not None:
            try:
                self._swap.remove()
            except OSError as error:
                log.warning("unsaved work stays in %s: %s", self._swap.file, error)
        self._swap = None

    @Slot()
    def _look(self) -> None:
        document = self._window.document
        if self._busy:
            return
        if not document.unsaved:
            self.drop()
            return
        # Where nothing is to be kept any more, what was kept stays until the work is saved or given up.
        due = self._window.preferences.settings.autosave and monotonic() >= self._due
        if due and document.undo_stack.mark != self._kept:
            self._busy = True
            self._window.training.fetch(self._keep)

    def _keep(self, point: Checkpoint | None) -> None:
        document, files = self._window.document, self._window.files
        if point is None or not document.unsaved:
            self._busy = False
            return
        try:
            swap = self._swap = self._swap or new_swap()
        except OSError as error:
            self._say_failure(error)
            return
        mark, owner = document.undo_stack.mark, files.owner

        def done(seconds: float) -> None:
            self._busy = False
            self._window.banner.take_back(self._complaint)
            self._complaint = ""
            if self._swap is swap:
                self._kept = mark
                self.every_s = max(self.chosen_s, seconds / _SHARE)
                self._due = monotonic() + self.every_s
                self._say_pace()

        files.work.do(lambda: _kept(swap, owner, point), done, self._say_failure)

    def _say_pace(self) -> None:
        """Once for each pace that is much slower than the one said before."""
        if self.every_s > max(self._said_s, self.chosen_s):
            self._said_s = 2.0 * self.every_s
            words = tr("Unsaved work of this size is kept for recovery every {0} s.")
            self._window.status.say(words.format(f"{self.every_s:.0f}"))

    def _say_failure(self, error: BaseException) -> None:
        """Once, until it works again."""
        self._busy = False
        self._due = monotonic() + self.every_s
        if not self._complaint:
            words = tr("Unsaved work cannot be kept for recovery: {0}. Save it often.")
            self._complaint = words.format(reason(error))
            self._window.banner.say(self._complaint)


def _kept(swap: Swap, owner: Owner, point: Checkpoint) -> float:
    """Writes a swap and returns the seconds that took."""
    from engine.project import Project, save  # noqa: PLC0415 - not needed for the first paint

    begun = monotonic()
    swap.lock.write(**owner.as_words())
    save(swap.file, Project.of(point))
    return monotonic() - begun
