"""Locks between windows: the system holds them for a process, and lets go when it ends, however it ends. No Qt."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from engine.files import in_words
from gui.folders import state_folder

# Beyond all that is written there: a locked part of a file cannot be read on Windows.
_LOCKED_BYTE = 1 << 30


class Lock:
    """A file that says who holds it. The file is there only while it is held, or after a process was killed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1

    @property
    def held(self) -> bool:
        """Whether it is held here."""
        return self._descriptor >= 0

    def take(self, **words: Any) -> bool:
        """Takes it, if nobody holds it, and writes who has it and the words. Raises ``OSError``, and has it not."""
        with in_words(self.path):
            if not self.take_over():
                return False
            try:
                self.write(**words)
            except OSError:
                self.release()
                raise
        return True

    def take_over(self) -> bool:
        """Takes it, if nobody holds it; what it says stays. Raises ``OSError``."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        while not self.held:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            if not _locked(descriptor):
                os.close(descriptor)
                return False
            if _is_there(self.path, descriptor):
                self._descriptor = descriptor
            else:
                os.close(descriptor)  # it was given up, and its file removed, a moment ago
        return True

    def write(self, **words: Any) -> None:
        """Writes other words into it. Raises ``OSError``."""
        said = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds"), **words}
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.ftruncate(self._descriptor, os.write(self._descriptor, json.dumps(said).encode()))

    def read(self) -> dict[str, Any]:
        """What its holder, or the last one, has written; nothing where that is damaged."""
        try:
            found = json.loads(self.path.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def holder(self) -> str:
        """The number of the process that holds it, for people."""
        return str(self.read().get("pid", "?"))

    def release(self) -> None:
        """Gives it up."""
        if self.held:
            with suppress(OSError):  # on Windows a file that is open stays
                self.path.unlink()
            os.close(self._descriptor)
            self._descriptor = -1

    def let_go(self) -> None:
        """Gives it up as if the process had ended: what it says stays."""
        if self.held:
            os.close(self._descriptor)
            self._descriptor = -1


def lock_of(project: Path) -> Lock:
    """The lock of a project file; it lies in a folder of its own, so that nothing is left beside the user's files."""
    name = sha256(os.fsencode(project.resolve())).hexdigest()[:32]
    return Lock(state_folder() / "locks" / f"{name}.lock")


def _locked(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - there only

            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - not there on Windows

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_there(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
