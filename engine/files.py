"""Writing a file whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
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


def refuse_place(path: Path) -> None:
    """Raises the ``OSError`` of ``replacing`` where a file could not be written for want of its folder.

    For what takes long before it writes.
    """
    if path.is_dir():
        raise OSError(errno.EISDIR, _REASONS[errno.EISDIR], str(path))
    if not path.absolute().parent.is_dir():
        raise OSError(errno.ENOENT, _REASONS[errno.ENOENT], str(path))


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
    try:
        target = path.resolve()
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "", str(path))
        # Not longer than the name itself may be.
        beside = target.with_name(f".{target.name[:40]}.{os.getpid()}.part")
        try:
            with beside.open("wb") as file:
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
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise OSError(error.errno, reason, str(path)) from error
