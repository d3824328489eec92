"""The log: what is written down, where, and that it never gets in the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gui import logs
from gui.version import VERSION

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all that the program keeps."""
    monkeypatch.setenv("GLASSBOX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Python code in a process of its own."""
    return subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, env=dict(os.environ),
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip


def written() -> str:
    """The log."""
    return logs.log_file().read_text("utf-8")


MAIN = "import sys; from gui.launch import main; sys.exit(main(sys.argv[1:]))"
# Its data need no library that takes a second to load.
TRAIN = ("train", "--data", "xor", "--epochs", "1")


def test_start_version_platform_and_end_are_written_down() -> None:
    done = python(MAIN, *TRAIN)
    assert done.returncode == 0
    for words in (f"start of Glassbox {VERSION}: {' '.join(TRAIN)}", "Python 3.", "exit code 0"):
        assert words in written()


def test_what_is_refused_in_the_terminal_is_written_down_as_it_was_said() -> None:
    done = python(MAIN, "train", "--epochs", "0")
    sentence = done.stderr.strip().removeprefix("Glassbox: ").removesuffix(".")
    assert f"WARNING refused: {sentence}" in written()


def test_nothing_of_the_log_is_printed() -> None:
    done = python(MAIN, "train", "--epochs", "0")
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)


@pytest.mark.parametrize("words", ["--version", "--help"])
def test_who_only_asks_writes_no_log(words: str, home: Path) -> None:
    python(MAIN, words)
    assert not home.exists()


def test_the_log_turns_over_and_three_files_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_MOST_BYTES", 2000)
    with logs.kept(["train"]):
        for number in range(200):
            logs.log.info("line %d", number)
    files = sorted(path.name for path in logs.log_folder().glob("glassbox*"))
    assert files == ["glassbox.log", "glassbox.log.1", "glassbox.log.2"]
    assert max(path.stat().st_size for path in logs.log_folder().iterdir()) <= 2000


def test_it_turns_over_at_a_megabyte() -> None:
    assert (logs._MOST_BYTES, logs._OLDER_FILES) == (1_000_000, 2)


def test_a_folder_that_cannot_be_written_stops_nothing(home: Path) -> None:
    home.write_text("a file in the place of the folder")
    done = python(MAIN, *TRAIN)
    assert (done.returncode, "Traceback" in done.stderr, "Logging error" in done.stderr) == (0, False, False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full here")
def test_a_disk_that_is_full_stops_nothing_and_nothing_is_said(home: Path) -> None:
    logs.log_folder().mkdir(parents=True)
    logs.log_file().symlink_to("/dev/full")
    done = python(MAIN, *TRAIN)
    assert (done.returncode, "Logging error" in done.stderr, "Traceback" in done.stderr) == (0, False, False)


def test_without_a_log_that_is_said(home: Path) -> None:
    assert not logs.is_kept()
    home.write_text("a file in the place of the folder")
    with logs.kept([]):
        assert logs.where() == f"no log, for {logs.log_folder()} cannot be written"


def test_the_newest_lines_come_last() -> None:
    with logs.kept([]):
        for number in range(300):
            logs.log.info("line %d", number)
        assert [line.split()[-1] for line in logs.last_lines(50)] == [str(number) for number in range(250, 300)]


def test_the_log_belongs_to_the_program_alone() -> None:
    code = """
import logging
logging.basicConfig(level=logging.DEBUG)
from gui import logs
logs.log.error("before")
with logs.kept([]):
    logs.log.error("within")
"""
    done = python(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# -- errors of the program in the terminal -------------------------------------------------------------

BROKEN = """
import sys
from gui.launch import main
from gui.terminal import training
def train(trainer):
    raise LookupError("nothing there")
training.train = train
sys.exit(main(sys.argv[1:]))
"""


def test_an_unexpected_error_is_one_sentence_with_the_place_of_the_log() -> None:
    done = python(BROKEN, *TRAIN)
    sentence = "Glassbox: Something went wrong inside Glassbox (LookupError: nothing there); the details are in"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{sentence} {logs.log_file()}.\n")


def test_the_traceback_of_an_unexpected_error_is_in_the_log() -> None:
    python(BROKEN, *TRAIN)
    assert "Traceback (most recent call last)" in written()
    assert 'raise LookupError("nothing there")' in written() or "LookupError: nothing there" in written()


# -- crashes -------------------------------------------------------------------------------------------

CRASH = """
import faulthandler
from gui import logs
with logs.kept(["a test"]):
    faulthandler._sigsegv()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_a_crash_leaves_where_it_was_and_the_next_start_says_so() -> None:
    crashed = python(CRASH)
    assert crashed.returncode == -signal.SIGSEGV
    assert "Segmentation fault" in logs.crash_file().read_text()
    python(MAIN, *TRAIN)
    assert "the program crashed before" in written()
    assert "Segmentation fault" in logs.last_crash_file().read_text()
    assert logs.crash_file().read_text() == ""


def test_without_a_crash_there_is_none_to_tell_of() -> None:
    for _ in range(2):
        python(MAIN, *TRAIN)
    assert (logs.crash_file().read_text(), logs.last_crash_file().exists()) == ("", False)


# -- messages of Qt ------------------------------------------------------------------------------------

QT = """
from PySide6.QtCore import QtMsgType, qDebug, qWarning
from gui import logs
from gui.qt_messages import keep_messages
with logs.kept([]):
    keep_messages()
    qWarning("a warning of Qt")
    qDebug("a word of Qt")
"""


def test_what_qt_says_is_written_down_and_warnings_are_printed_as_before() -> None:
    done = python(QT)
    assert "WARNING Qt: a warning of Qt" in written()
    assert done.stderr == "a warning of Qt\n"
