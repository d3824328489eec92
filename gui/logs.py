"""The program's log: a file that turns over, and beside it what is written when the program crashes. No Qt.

Nothing of it is ever printed, and a folder that cannot be written stops nothing.
"""

from __future__ import annotations

import faulthandler
import logging
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from gui.folders import log_folder
from gui.version import VERSION

log = logging.getLogger("glassbox")
# Neither printed nor handed on to the log of a program that this one is used in.
log.propagate = False
log.addHandler(logging.NullHandler())

_MOST_BYTES, _OLDER_FILES = 1_000_000, 2
_LINE = "%(asctime)s %(process)d %(levelname)s %(message)s"


class _LogFile(RotatingFileHandler):
    """Given up, without a word, as soon as a line cannot be written."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        log.removeHandler(self)


def log_file() -> Path:
    """The file that is being written; the older ones have ``.1`` and ``.2`` at the end."""
    return log_folder() / "glassbox.log"


def crash_file() -> Path:
    """Where the threads' positions are written when the program crashes; empty as long as it has not."""
    return log_folder() / "crash.txt"


def last_crash_file() -> Path:
    """What an earlier run left when it crashed; not there when none has."""
    return log_folder() / "last-crash.txt"


@contextmanager
def kept(arguments: Sequence[str]) -> Iterator[None]:
    """Within it there is a log of what is done; the first lines say what was started where."""
    handler, crashes = _open()
    log.info("start of Glassbox %s: %s", VERSION, " ".join(arguments) or "the window")
    log.info("Python %s, %s", platform.python_version(), platform.platform())
    try:
        yield
    except Exception:
        log.exception("ended by an error")
        raise
    finally:
        if handler is not None:
            log.removeHandler(handler)
            with suppress(OSError):  # where the disk is full, the last lines are lost
                handler.close()
        if crashes is not None:
            faulthandler.disable()
            crashes.close()


def _open() -> tuple[_LogFile | None, TextIO | None]:
    try:
        log_folder().mkdir(parents=True, exist_ok=True)
        handler = _LogFile(log_file(), maxBytes=_MOST_BYTES, backupCount=_OLDER_FILES, encoding="utf-8")
    except OSError:
        return None, None
    handler.setFormatter(logging.Formatter(_LINE))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        return handler, _watch_for_crashes()
    except OSError as error:
        log.warning("a crash cannot be written down: %s", error)
        return handler, None


def _watch_for_crashes() -> TextIO | None:
    """Whoever watches already, such as a test run, goes on doing so. Raises ``OSError``."""
    if faulthandler.is_enabled():
        return None
    file = crash_file()
    if file.exists() and file.stat().st_size:
        file.replace(last_crash_file())
        log.warning("the program crashed before: see %s", last_crash_file())
    crashes = file.open("a", encoding="utf-8")
    faulthandler.enable(crashes)
    return crashes


def last_lines(count: int) -> list[str]:
    """The newest lines of the log, the oldest first; none where there is no log."""
    try:
        with log_file().open("rb") as file:
            file.seek(max(log_file().stat().st_size - 200 * count, 0))
            return file.read().decode("utf-8", "replace").splitlines()[-count:]
    except OSError:
        return []


def is_kept() -> bool:
    """Whether there is a log."""
    return any(isinstance(handler, _LogFile) for handler in log.handlers)


def where() -> str:
    """Where the log is, in words."""
    return f"the log {log_file()}" if is_kept() else f"no log, for {log_folder()} cannot be written"


def report(error: BaseException) -> str:
    """Writes an error of the program down, and returns a sentence for people that says where."""
    log.error("error of the program", exc_info=error)
    words = f"Something went wrong inside Glassbox ({type(error).__name__}: {error})"
    return f"{words}; the details are in {log_file()}" if is_kept() else words
