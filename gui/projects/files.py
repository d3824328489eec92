"""New, open, save: what is open in a window and the file it is kept in, without losing anything on the way."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from engine.checkpoint import Checkpoint
from engine.experiment import Experiment
from engine.files import PROJECT_SUFFIX
from gui.document import Change, Place
from gui.projects import choosing, questions
from gui.projects.locks import Lock, lock_of
from gui.projects.questions import Question
from gui.projects.reading import Reading
from gui.projects.swaps import Left, Owner, stamp_of
from gui.projects.work import Work
from gui.text import as_sentence, said, tr

if TYPE_CHECKING:
    from gui.projects.starting import Opened
    from gui.window import Window

# Errors that say, for people, what is wrong with a file; others are errors of the program, with details.
_PLAIN = (ValueError, OSError, MemoryError)
_NOWHERE = Place()
Found = TypeVar("Found")


class Files(QObject):
    """Opens and saves for a window. A window that remembers nothing, such as one for a picture, asks no questions.

    ``ask`` puts a question and returns the key of the answer; it may be replaced. ``begun``: another document is open;
    ``saved``: the file holds an instant that was the present one a moment ago.
    """

    begun = Signal()
    saved = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._document = window, window.document
        self.work, self._reading = Work(self), Reading(window)
        self.ask: Callable[[Question], str] = partial(questions.ask, window)
        self._careful = window.settings is not None
        self._lock: Lock | None = None
        # What is open is just being left or saved; what is asked for meanwhile waits.
        self._engaged, self._closed = False, False
        self._waiting: list[Callable[[], object]] = []
        self._not_saved = ""
        self._document.placed.connect(self.show_state)
        self._document.changed.connect(self.show_state)
        self._document.undo_stack.changed.connect(self.show_state)
        window.training.shown.connect(self.show_state)

    @Slot()
    def show_state(self) -> None:
        """The title says what is open, and whether it is saved."""
        self._window.setWindowTitle(choosing.window_title(self._document))
        self._window.setWindowModified(self._document.unsaved)

    def close(self) -> None:
        """Ends what is being written, and gives the file up; what is being read is not wanted."""
        self._reading.give_up()
        self._closed = True
        self.work.close()
        self._hold(None)

    @property
    def busy(self) -> bool:
        """Whether something is being opened or saved."""
        return self._engaged or self.work.busy

    # -- leaving ---------------------------------------------------------------------------------

    def may_go(self, then: Callable[[], object], given_up: int | None = None) -> bool:
        """Whether what is open can be left without losing anything, asking where it is unsaved.

        Where it has to be saved first, ``then`` is called when that is done. ``given_up``: the edit behind which
        nothing is asked for any more.
        """
        if self._has_to_wait(then):
            return False
        document = self._document
        if not self._careful or not document.unsaved or document.undo_stack.mark[0] == given_up:
            return True
        answer = self.ask(questions.unsaved(choosing.title_of(document)))
        if answer == "save":
            self._window.training.set_running(False)
            self.save(then)
        return answer == "discard"

    def _if_left(
        self, again: Callable[[], object], show: Callable[[Found], object], wanted: Callable[[], bool] = lambda: True
    ) -> Callable[[Found], object]:
        """What shows something once it is read; what was done in the meantime is asked about, and then ``again``."""
        given_up = self._document.undo_stack.mark[0]

        def follow(found: Found) -> None:
            if wanted() and self.may_go(again, given_up):
                show(found)

        return follow

    def _has_to_wait(self, what: Callable[[], object]) -> bool:
        """Whether it is done later, because what is open is just being left or saved."""
        if self._engaged:
            self._waiting.append(what)
        return self._engaged

    def _go_ahead(self, then: Callable[[], object] | None) -> None:
        """It is left or saved."""
        self._engaged = False
        waiting, self._waiting = self._waiting, []
        for each in (*([then] if then else []), *waiting):
            if not self._closed:
                each()

    # -- opening ---------------------------------------------------------------------------------

    def new(self) -> None:
        """The ready example, as when the program starts."""
        if self.may_go(self.new):
            self.work.do(_ready_example, self._if_left(self.new, self._begin), partial(self._say_failure, None))

    @Slot()
    def ask_to_open(self) -> None:
        """Asks for a project or a table, and opens it; the dialog belongs to the import window where that is there."""
        opening = self._window.opening
        choosing.ask_to_open(self._window, opening.panel if opening.is_open else self._window)

    @Slot(str)
    def open_file(self, file: str) -> None:
        """Opens a project, or a table in the import window."""
        path = Path(file).absolute()
        if path.suffix.lower() != PROJECT_SUFFIX:
            self._window.opening.open_file(str(path))
        elif self.may_go(again := partial(self.open_file, file)):
            self._reading.read(path, self._if_left(again, self._show_opened), partial(self._say_failure, path))

    def _show_opened(self, opened: Opened) -> None:
        """Shows a project that was read; as a copy where the file is not to be written again."""
        window, path = self._window, opened.path
        lock = self._locked(path) if opened.whole else None
        words = opened.words and as_sentence(opened.words)
        if not opened.whole:
            words = _without(opened, path.name) + tr("Save asks for another name, so that {0} keeps its run.").format(
                path.name
            )
        elif lock is None:
            words = tr(
                "{0} is open in another window (process {1}). This is a copy of it, and Save asks for another name."
            ).format(path.name, lock_of(path).holder)

        def then() -> None:
            if words:
                window.banner.say(words, fault=False)
            window.status.say(tr("Opened {0}").format(path.name))

        copy = Place(name=tr("{0} (copy)").format(path.stem))
        self._begin(opened.start, copy if lock is None else Place(path, stamp=opened.stamp), lock, then)
        window.recent.note(path)

    def recover(self, found: Left, wanted: Callable[[], bool], then: Callable[[], object]) -> None:
        """Goes on with work that was left behind; it is unsaved, and belongs to the file it belonged to.

        Not where it is ``wanted`` no more when it is read. ``then``: it goes on, with all there was.
        """
        again = partial(self.recover, found, wanted, then)
        if wanted() and self.may_go(again):
            show = partial(self._go_on, found.owner, then)
            failed = partial(self._say_failure, Path(found.owner.name))
            self._reading.read(found.swap.file, self._if_left(again, show, wanted), failed)

    def _go_on(self, owner: Owner, then: Callable[[], object], opened: Opened) -> None:
        lock = self._locked(owner.path) if owner.path is not None and opened.whole else None
        copy = Place(name=Path(owner.name).stem if owner.path is not None else "")

        def begun() -> None:
            if opened.whole:
                then()
            else:
                words = tr("What was left behind stays on offer, for when the table is found.")
                self._window.banner.say(_without(opened, owner.name) + words, fault=False)

        place = copy if lock is None else Place(owner.path, stamp=owner.stamp)
        self._begin(opened.start, place, lock, begun, saved=False)

    def _begin(
        self,
        start: Checkpoint,
        place: Place = _NOWHERE,
        lock: Lock | None = None,
        then: Callable[[], object] | None = None,
        saved: bool = True,
    ) -> None:
        """Another document takes the place of the one that is open, once all that was asked for is done."""
        self._engaged = True

        def swap(_: Checkpoint | None) -> None:
            window = self._window
            window.training.set_running(False)
            window.editing.forget_waiting()
            window.opening.close()
            choosing.give_up(window)
            window.banner.hide()
            window.select(None)
            if window.pins.pins:
                window.pins.pins.clear()
                window.panels.docks["pins"].hide()
            self._hold(lock)
            self._document.begin(start, place, saved)
            self.begun.emit()
            self._go_ahead(then)

        self._window.training.fetch(swap)

    # -- saving ----------------------------------------------------------------------------------

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Writes what is open into its file, asking for one where there is none; ``then`` is called when it is."""
        place = self._document.place
        if self._has_to_wait(partial(self.save, then)):
            return
        if place.path is None:
            self.save_as(then)
            return
        now = stamp_of(place.path)
        changed = self._careful and now is not None and now != place.stamp
        answer = self.ask(questions.changed_on_disk(place.path.name)) if changed else "overwrite"
        if answer == "save_as":
            self.save_as(then)
        elif answer == "overwrite":
            self._write(place.path, self._lock, then)

    def save_as(self, then: Callable[[], object] | None = None) -> None:
        """Asks for a file and writes what is open into it."""
        choosing.ask_to_save(self._window, lambda path: self.save_to(path, then))

    def save_to(self, path: Path, then: Callable[[], object] | None = None) -> None:
        """Writes what is open into a file, which it belongs to from then on."""
        path = path.absolute()
        if self._has_to_wait(partial(self.save_to, path, then)):
            return
        lock = self._locked(path)
        if lock is None:
            words = tr("{0} is open in another window (process {1}): save under another name.")
            self._window.banner.say(words.format(path.name, lock_of(path).holder))
        else:
            self._write(path, lock, then)

    def _write(self, path: Path, lock: Lock | None, then: Callable[[], object] | None) -> None:
        """Has the instant fetched from the training, and written beside the window."""
        self._engaged = True

        def take(point: Checkpoint | None) -> None:
            if point is None:
                failed(OSError(None, tr("the last edit could not be carried out"), str(path)))
                return
            mark = self._document.undo_stack.mark
            self.work.do(lambda: _saved(path, point), lambda stamp: done(Place(path, mark, stamp=stamp)), failed)

        def done(place: Place) -> None:
            self._hold(lock)
            self._document.put(place)
            self._window.recent.note(path)
            self._window.banner.take_back(self._not_saved)
            self._window.status.say(tr("Saved {0}").format(path.name))
            self.saved.emit()
            self._go_ahead(then)

        def failed(error: BaseException) -> None:
            if lock is not self._lock and lock is not None:
                lock.release()
            self._not_saved = as_sentence(tr("{0} could not be saved: {1}").format(path, reason(error)))
            self._window.banner.say(self._not_saved, details=_details(error))
            self._go_ahead(None)

        self._window.training.fetch(take)

    # -- one window for each file ----------------------------------------------------------------

    def _locked(self, path: Path) -> Lock | None:
        """The lock of a file, None where another window has it; the one that is held already for the same file.

        Where nothing can be locked, because the folder for it cannot be written, it is said, and nobody has it.
        """
        lock = lock_of(path)
        if self._lock is not None and lock.path == self._lock.path:
            return self._lock
        try:
            return lock if lock.take() else None
        except OSError as error:
            words = tr("{0} is not guarded against a second window: {1} cannot be written: {2}.")
            self._window.banner.say(words.format(path.name, lock.path, reason(error)))
            return lock

    def _hold(self, lock: Lock | None) -> None:
        """Has this lock, or none, from now on, and no other one."""
        if self._lock is not None and lock is not self._lock:
            self._lock.release()
        self._lock = lock

    @Slot(object)
    def see_refusal(self, change: Change) -> None:
        """What was to be opened does not fit the memory, so that what was open before still is."""
        if change.start is not None:
            path = self._document.place.path
            self._hold(None if path is None else self._locked(path))
            self._window.autosave.give_back()

    def _say_failure(self, path: Path | None, error: BaseException) -> None:
        name = path.name if path is not None else tr("The ready example")
        self._window.status.clearMessage()
        self._window.banner.say(_not_opened(name, error), details=_details(error))

    @property
    def owner(self) -> Owner:
        """Whose unsaved work it is, for a swap."""
        place = self._document.place
        return Owner(place.path, place.stamp, choosing.title_of(self._document))


def _ready_example() -> Checkpoint:
    from engine.trainer import Trainer  # noqa: PLC0415

    return Trainer(Experiment()).checkpoint()


def _saved(path: Path, point: Checkpoint) -> tuple[int, int] | None:
    """Writes a project and returns what tells the file from other states of it."""
    from engine.project import Project, save  # noqa: PLC0415 - not needed for the first paint

    save(path, Project.of(point))
    return stamp_of(path)


def _without(opened: Opened, name: str) -> str:
    """What a project is good for whose table is missing; another sentence is to follow."""
    table = Path(opened.missing.path).name if opened.missing else tr("the table as it was")
    words = tr("Without {0} the network of {1} answers and can be exported, but not be trained or tested. ")
    return words.format(table, name)


def _not_opened(name: str, error: BaseException) -> str:
    if isinstance(error, OSError) or not isinstance(error, _PLAIN):
        return as_sentence(tr("{0} could not be opened: {1}").format(name, reason(error)))
    return as_sentence(reason(error))


def reason(error: BaseException) -> str:
    """Why something failed, in plain words."""
    if isinstance(error, MemoryError):
        return tr("there is not enough free memory")
    return said((error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__)


def _details(error: BaseException) -> str:
    return "" if isinstance(error, _PLAIN) else "".join(traceback.format_exception(error))
