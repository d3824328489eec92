"""Writing a file whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

# How the name of a project file ends.
PROJECT_SUFFIX = ".glassbox"
_REASONS = {
    errno.ENOENT: "there is no such folder",
    errno.ENOTDIR: "there is no such folder",
    errno.EACCES: "there is no permission to write there",
    errno.EPERM: "there is no permission to write there",
    errno.EROFS: "the disk can only be read",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EISDIR: "it is a folder",
    errno.ENAMETOOLONG: "the name is too long",
}
# What is written into is never left alone for as long as this; another machine may be at work in the same folder.
_STALE_S = 60.0


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all, like ``replacing``. Raises ``OSError`` like it."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file beside the old one to write into, moved over it at the end.

    Whatever happens, the old or the new one is there, whole; where the work inside fails, the old one. A link stays a
    link, and the file it leads to is replaced; permissions are kept. Raises ``OSError``: its ``strerror`` is the reason
    in plain words, its ``filename`` the path.
    """
    with in_words(path):
        target, beside = _places(path)
        try:
            with beside.open("wb") as file:
                clear_leftovers(target.parent, target.name)
                yield file
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, beside)
            beside.replace(target)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise


def refuse_unwritable(path: Path) -> None:
    """Raises ``OSError`` like ``replacing`` where a file cannot even be begun, before there is anything to write."""
    with in_words(path):
        _, beside = _places(path)
        beside.touch()
        beside.unlink()


def _places(path: Path) -> tuple[Path, Path]:
    """Which file is to be replaced, and what is written first: its name is not longer than a name may be."""
    target = path.resolve()
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "", str(path))
    return target, target.with_name(f"{_begin_of_parts(target.name)}{os.getpid()}.part")


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Whatever cannot be written within it is an ``OSError`` whose ``strerror`` is the reason in plain words."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise OSError(error.errno, reason, str(path)) from error


def clear_leftovers(folder: Path, name: str = "") -> None:
    """Removes what processes have left in a folder that were killed while they wrote a file of this name, or any file.

    Only what nobody can be writing any more: its process is gone, and it was left alone for a while.
    """
    begin = _begin_of_parts(name) if name else "."
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if entry.name.startswith(begin) and entry.name.endswith(".part") and _is_left_over(entry):
                os.unlink(entry)


def _begin_of_parts(name: str) -> str:
    return f".{name[:40]}."


def _is_left_over(part: os.DirEntry[str]) -> bool:
    number = part.name.split(".")[-2]
    if not number.isdecimal() or time.time() - part.stat(follow_symlinks=False).st_mtime < _STALE_S:
        return False
    import psutil  # noqa: PLC0415 - not needed but here

    return not psutil.pid_exists(int(number))
