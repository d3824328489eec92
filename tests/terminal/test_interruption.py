"""Ctrl+C while ``main.py train`` is at work: what was learned so far is kept."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.project import load
from engine.trainer import Trainer
from gui.folders import HOME_VARIABLE

ROOT = Path(__file__).parents[2]
# Its data need no library that takes a second to load.
LONG = ("--data", "xor", "--epochs", "1000000")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is sent as a signal")


def interrupted(*arguments: str, times: int = 1) -> tuple[int, str, str]:
    """Trains in a real process, which gets Ctrl+C when the first progress is shown: its exit code and its streams."""
    # The progress is seen in a terminal only; a line of its own tells where none is.
    code = """
import sys
from gui.launch import main
from gui.terminal import training
from engine.trainer import Trainer
train = Trainer.train
def tell(self, **limits):
    result = train(self, **limits)
    print("training", file=sys.stderr, flush=True)
    return result
Trainer.train = tell
sys.exit(main(sys.argv[1:]))
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code, "train", *arguments],
        cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert child.stderr is not None
    seen = ""
    while "training\n" not in seen:
        line = child.stderr.readline()
        if not line:
            raise AssertionError(child.communicate()[0] + seen)
        seen += line
    for _ in range(times):
        child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    return child.returncode, out, seen + err


def test_what_was_learned_so_far_is_saved_and_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "xor.glassbox"
    code, out, err = interrupted(*LONG, "--save", str(file))
    said = re.search(rf"Interrupted at epoch ([\d,]+); saved: {re.escape(str(file))}\n", err)
    assert (code, said is not None, "Traceback" in err) == (130, True, False)
    assert "training loss" in out
    point = load(file).checkpoint
    assert said is not None
    assert point is not None
    assert point.state["step"] > 0
    assert Trainer.at(point).epochs_done == int(said[1].replace(",", ""))


def test_a_run_that_was_interrupted_goes_on_bit_for_bit(tmp_path: Path) -> None:
    file = tmp_path / "xor.glassbox"
    interrupted(*LONG, "--save", str(file))
    point = load(file).checkpoint
    assert point is not None
    resumed, whole = Trainer.at(point), Trainer(point.experiment)
    resumed.train(steps=50)
    whole.train(steps=resumed.steps_done)
    assert np.array_equal(resumed.network.parameters, whole.network.parameters)


def test_without_a_file_nothing_is_saved_and_that_is_said() -> None:
    code, _, err = interrupted(*LONG)
    assert code == 130
    assert re.search(r"Interrupted at epoch [\d,]+; nothing was saved\n", err)


def test_json_is_one_object_that_says_so() -> None:
    code, out, _ = interrupted(*LONG, "--json")
    found = json.loads(out)
    assert (code, found["interrupted"], found["steps"] > 0) == (130, True, True)


def test_a_run_that_is_not_interrupted_says_nothing_of_it(here: Callable[..., Any]) -> None:
    assert "interrupted" not in json.loads(here("train", "--epochs", "3", "--json").stdout)


def test_within_a_long_epoch_it_ends_after_the_step_it_is_at(tmp_path: Path) -> None:
    file = tmp_path / "spirals.glassbox"
    long = ("--data", "spirals", "--set", "data.samples=5000", "--batch-size", "1", "--hidden", "1024, 1024")
    code, _, _ = interrupted(*long, "--save", str(file))
    point = load(file).checkpoint
    assert code == 130
    assert point is not None
    assert (point.state["step"] > 0, Trainer.at(point).epochs_done) == (True, 0)


def test_the_keys_of_the_terminal_are_given_back(here: Callable[..., Any]) -> None:
    before = signal.getsignal(signal.SIGINT)
    here("train", "--epochs", "2", "--json")
    assert signal.getsignal(signal.SIGINT) == before


def test_a_window_that_was_started_in_a_terminal_is_closed_by_ctrl_c(tmp_path: Path) -> None:
    code = """
import sys
from PySide6.QtCore import QTimer
from gui import app
from gui.launch import main
start = app.start
def tell(*given, **named):
    found = start(*given, **named)
    QTimer.singleShot(0, lambda: print("open", flush=True))
    return found
app.start = tell
sys.exit(main([]))
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT, env={**os.environ, HOME_VARIABLE: str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    child.send_signal(signal.SIGINT)
    try:
        _, err = child.communicate(timeout=30)
    finally:
        child.kill()
    assert (child.returncode, "Traceback" in err) == (0, False)
