"""Saving under fire: a process killed at any instant, a full disk, a disk that can only be read."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import disk_usage

import pytest

from engine import Dense, Experiment, Project, ProjectError, Trainer
from engine import load_project as load
from engine import save_project as save
from engine.files import clear_leftovers

KILLS = 100
LONGEST_S = 0.06
# Begins, at every line it is given, a process that saves two contents over one file in turn, without end.
_SAVER = """
import os, sys
from engine import Dense, Experiment, Project, Trainer, save_project
from engine.data.dataset import Dataset
data = Dataset.from_arrays([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
trainer = Trainer(Experiment().with_layers((Dense(units=200), Dense(units=200))), data)
contents = []
for _ in range(2):
    trainer.train(steps=3)
    contents.append(Project.of(trainer.checkpoint()))
save_project(sys.argv[1], contents[0])
print(*(project.hash for project in contents), flush=True)
for _ in sys.stdin:
    child = os.fork()
    while not child:
        for project in contents:
            save_project(sys.argv[1], project)
    print(child, flush=True)
    os.waitpid(child, 0)
"""


def content(path: Path) -> str:
    """The hash of what a file holds, "corrupt" where it cannot be loaded, "missing" where there is none."""
    try:
        return load(path).hash
    except ProjectError:
        return "corrupt"
    except FileNotFoundError:
        return "missing"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked so that a hundred of them take seconds")
def test_a_process_killed_while_it_saves_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, instant = tmp_path / "a.glassbox", random.Random(5)
    command = [sys.executable, "-c", _SAVER, str(path)]
    found: Counter[str] = Counter()
    cut_short = 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as saver:
        assert saver.stdin is not None
        assert saver.stdout is not None
        allowed = set(saver.stdout.readline().split())
        for _ in range(KILLS):
            print(file=saver.stdin, flush=True)
            child = int(saver.stdout.readline())
            time.sleep(instant.uniform(0.0, LONGEST_S))
            os.kill(child, signal.SIGKILL)
            cut_short += (tmp_path / f".a.glassbox.{child}.part").exists()
            found[content(path)] += 1
        saver.stdin.close()
    with capsys.disabled():
        print(f"\n{KILLS} processes killed while saving, {cut_short} of them in the middle of a file: ", end="")
        print(f"{found['corrupt']} files corrupt, {found['missing']} missing")
    assert len(allowed) == 2
    assert set(found) <= allowed
    assert sum(found.values()) == KILLS
    assert cut_short > 0


# -- disks ---------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with 256 KB; tests run by the superuser are stopped by no permission."""
    place = tmp_path / "disk"
    place.mkdir()
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no disk of one's own can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True, capture_output=True)


def project(units: int = 4) -> Project:
    """A small project, or one with more units."""
    trainer = Trainer(Experiment().with_layers((Dense(units=units), Dense(units=units))))
    trainer.train(steps=5)
    return Project.of(trainer.checkpoint())


def filled(disk: Path) -> None:
    """Nothing more fits."""
    (disk / "rubbish").write_bytes(b"x" * disk_usage(disk).free)


def read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True, capture_output=True)


TROUBLES: dict[str, tuple[Callable[[Path], None], int, int, str]] = {
    "full": (filled, 4, errno.ENOSPC, "the disk is full"),
    "too small": (lambda disk: None, 200, errno.ENOSPC, "the disk is full"),
    "only to be read": (read_only, 4, errno.EROFS, "the disk can only be read"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_disk_that_takes_nothing_leaves_the_old_file_as_it_was(small_disk: Path, trouble: str) -> None:
    happens, units, number, reason = TROUBLES[trouble]
    path = small_disk / "a.glassbox"
    save(path, project())
    before = path.read_bytes()
    happens(small_disk)
    with pytest.raises(OSError, match=reason) as refused:
        save(path, project(units))
    assert (refused.value.errno, refused.value.strerror, refused.value.filename) == (number, reason, str(path))
    assert path.read_bytes() == before
    assert list(small_disk.glob(".*")) == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="there is no such folder") as refused:
        save(tmp_path / "nowhere" / "a.glassbox", project())
    assert refused.value.filename == str(tmp_path / "nowhere" / "a.glassbox")


def leftover(folder: Path, process: int, age_s: float = 3600.0, name: str = "a.glassbox") -> Path:
    """What a process leaves that is killed while it saves."""
    path = folder / f".{name}.{process}.part"
    path.write_bytes(b"half")
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def gone() -> int:
    """The number of a process that is no more."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_the_next_save_removes_what_was_left_of_the_same_file_and_of_no_process(tmp_path: Path) -> None:
    left = leftover(tmp_path, gone())
    others = [
        leftover(tmp_path, gone(), name="b.glassbox"),
        leftover(tmp_path, gone(), age_s=1.0),
        leftover(tmp_path, os.getppid()),
        tmp_path / "a.glassbox.part",
    ]
    others[-1].write_bytes(b"")
    save(tmp_path / "a.glassbox", project())
    assert not left.exists()
    assert all(other.exists() for other in others)
    clear_leftovers(tmp_path)
    assert [other.exists() for other in others] == [False, True, True, True]
