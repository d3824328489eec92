"""Swap files: work that is in no file of the user's yet, kept in a folder of the program's own. No Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from engine.files import PROJECT_SUFFIX
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
    for lock in swap_folder().glob("*.lock"):
        swap = Swap(lock.with_suffix(PROJECT_SUFFIX))
        if not swap.file.exists() and swap.lock.take():
            swap.lock.release()  # of a process that was killed before it kept anything
    for file in sorted(swap_folder().glob(f"*{PROJECT_SUFFIX}")):
        swap = Swap(file)
        said = swap.lock.read()
        if swap.lock.take(**{name: said.get(name) for name in ("path", "stamp", "name")}):
            yield swap


def find_work() -> tuple[list[Left], list[Path]]:
    """All work that was left behind, the newest first, and the swaps set aside because they are damaged."""
    from engine.project import ProjectError, load  # noqa: PLC0415 - not needed for the first paint

    found, damaged = [], []
    for swap in left_behind():
        try:
            project = load(swap.file)
        except ProjectError:
            damaged.append(swap.set_aside())
            continue
        when = datetime.fromtimestamp(swap.file.stat().st_mtime, UTC)
        steps = int(project.checkpoint.state["step"]) if project.checkpoint is not None else None
        owner = Owner.of(swap.lock.read())
        found.append(Left(swap, owner, when, steps))
    return sorted(found, key=lambda each: each.when, reverse=True), damaged


def stamp_of(path: Path) -> tuple[int, int] | None:
    """What tells a file on the disk from another state of it, None where it is not there."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size
