"""Locks between windows: one holder at a time, whatever becomes of its process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gui.folders import HOME_VARIABLE
from gui.projects.locks import Lock, lock_of

ROOT = Path(__file__).parents[2]
_HOLD = """
import sys
from pathlib import Path
from gui.projects.locks import Lock
lock = Lock(Path(sys.argv[1]))
print(lock.take(), flush=True)
sys.stdin.read()
"""


def test_a_lock_is_held_once_and_free_again_when_it_is_given_up(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "a.lock"), Lock(tmp_path / "a.lock")
    assert (first.take(), second.take()) == (True, False)
    first.release()
    assert (second.take(), first.take()) == (True, False)
    second.release()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_says_who_has_it_and_what_it_was_told(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "new" / "a.lock")
    assert lock.take(path="x" * 100)
    lock.write(path="y")
    assert (Lock(lock.path).read()["path"], Lock(lock.path).holder) == ("y", str(os.getpid()))
    lock.release()


def test_the_lock_of_a_process_that_was_killed_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    command = [sys.executable, "-c", _HOLD, str(path)]
    holder = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == "True"
    lock = Lock(path)
    assert (lock.take(), lock.holder) == (False, str(holder.pid))
    holder.kill()
    holder.communicate()
    assert path.exists()
    assert lock.take()
    lock.release()


def test_all_names_of_a_file_have_one_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "own"))
    (tmp_path / "a.glassbox").write_bytes(b"")
    (tmp_path / "link.glassbox").symlink_to(tmp_path / "a.glassbox")
    assert lock_of(tmp_path / "link.glassbox").path == lock_of(tmp_path / "a.glassbox").path
    assert lock_of(tmp_path / "b.glassbox").path != lock_of(tmp_path / "a.glassbox").path


def test_what_is_damaged_in_a_lock_is_as_if_it_said_nothing(tmp_path: Path) -> None:
    for content in (b"", b"[1]", b"\xff{", b'{"pid": '):
        (tmp_path / "a.lock").write_bytes(content)
        assert Lock(tmp_path / "a.lock").read() == {}
        assert Lock(tmp_path / "a.lock").holder == "?"
