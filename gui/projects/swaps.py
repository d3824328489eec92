"""Swap files: work that is in no file of the user's yet, kept in a folder of the program's own. No Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from engine.files import PROJECT_SUFFIX, clear_leftovers
from gui.folders import state_folder
from gui.projects.locks import Lock


class Swap:
    """One swap file, and the lock that says whose it is; only who holds the lock may touch it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lock = Lock(file.with_suffix(".lock"))

    def remove(self) -> None:
        """Its work is not needed any more. Raises ``OSError``."""
        self.file.unlink(missing_ok=True)
        self.lock.release()

    def set_aside(self) -> Path:
        """It cannot be read: it gets another name, so that it is not offered again. Raises ``OSError``."""
        aside = self.file.with_suffix(f"{PROJECT_SUFFIX}.damaged")
        self.file.replace(aside)
        self.lock.release()
        return aside


@dataclass(frozen=True)
class Owner:
    """What a swap says of its document: the file it belongs to, None for none, that file's stamp, and its name."""

    path: Path | None = None
    stamp: tuple[int, int] | None = None
    name: str = ""

    def as_words(self) -> dict[str, Any]:
        """For ``Lock.write``."""
        return {"path": str(self.path) if self.path else None, "stamp": self.stamp, "name": self.name}

    @classmethod
    def of(cls, words: dict[str, Any]) -> Owner:
        """From ``Lock.read``; what is damaged is left out."""
        path, stamp, name = words.get("path"), words.get("stamp"), words.get("name")
        whole = isinstance(stamp, list) and len(stamp) == 2 and all(isinstance(each, int) for each in stamp)
        return cls(
            Path(path) if isinstance(path, str) else None,
            (stamp[0], stamp[1]) if whole and stamp is not None else None,
            name if isinstance(name, str) else "",
        )


@dataclass(frozen=True)
class Left:
    """Work left behind: its swap, which is held; whose it is, when it was kept, and how many steps were trained."""

    swap: Swap
    owner: Owner
    when: datetime
    steps: int | None


@dataclass(frozen=True)
class Finding:
    """What was left behind, the newest first; the swaps set aside because they are damaged; and why others, which stay
    where they are for another start, could not be read.
    """

    found: list[Left]
    damaged: list[Path]
    unread: list[Exception]


def swap_folder() -> Path:
    """Where all swaps are."""
    return state_folder() / "unsaved"


def new_swap() -> Swap:
    """A swap of one's own, held. Raises ``OSError``."""
    while True:
        swap = Swap(swap_folder() / f"{uuid4().hex}{PROJECT_SUFFIX}")
        if swap.lock.take():
            return swap


def left_behind() -> Iterator[Swap]:
    """The swaps that no running window holds; they are held from now on. Raises ``OSError``."""
    folder = swap_folder()
    clear_leftovers(folder)
    files = {
        file.with_suffix(PROJECT_SUFFIX) for ending in (".lock", PROJECT_SUFFIX) for file in folder.glob(f"*{ending}")
    }
    for file in sorted(files):
        swap = Swap(file)
        if swap.lock.take_over():
            if file.exists():
                yield swap
            else:
                swap.lock.release()  # of a process that was killed before it kept anything


def find_work() -> Finding:
    """All work that was left behind."""
    from engine.project import NewerError, ProjectError  # noqa: PLC0415 - not needed for the first paint

    found: list[Left] = []
    damaged: list[Path] = []
    unread: list[Exception] = []
    for swap in left_behind():
        try:
            found.append(_looked_at(swap))
        except (ValueError, OSError, OverflowError, MemoryError) as error:
            if isinstance(error, ProjectError) and not isinstance(error, NewerError):
                damaged.append(swap.set_aside())
            else:
                swap.lock.let_go()
                unread.append(error)
    return Finding(sorted(found, key=lambda each: each.when, reverse=True), damaged, unread)


def _looked_at(swap: Swap) -> Left:
    from engine.project import steps_in  # noqa: PLC0415 - not needed for the first paint

    steps = steps_in(swap.file)
    return Left(swap, Owner.of(swap.lock.read()), datetime.fromtimestamp(swap.file.stat().st_mtime, UTC), steps)


def stamp_of(path: Path) -> tuple[int, int] | None:
    """What tells a file on the disk from another state of it, None where it is not there."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size
