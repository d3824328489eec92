"""Exports that fail, hang or are given up, or may not be written: no process is left, and nothing is replaced."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event, Timer
from time import monotonic, sleep

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.data.progress import CancelledError
from engine.export.proof import prove, sample_rows
from engine.export.target import ExportError
from engine.export.targets import EXPORTS
from engine.export.writing import write_export
from engine.project import Project

HANGING = """
import os, time
from pathlib import Path
Path({pid!r}).write_text(str(os.getpid()))
time.sleep(600)
"""


@pytest.fixture(scope="module")
def project() -> Project:
    return Project.of(Trainer(Experiment()).checkpoint())


@pytest.fixture
def hanging(tmp_path: Path) -> tuple[Path, Callable[[], int]]:
    """An export that never answers, and the number of the process that runs it."""
    path, pid = tmp_path / "net.py", tmp_path / "pid"
    path.write_text(HANGING.format(pid=str(pid)))

    def number() -> int:
        end = monotonic() + 20
        while not (pid.exists() and pid.read_text()):
            assert monotonic() < end
            sleep(0.01)
        return int(pid.read_text())

    return path, number


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_proof_that_is_given_up_ends_its_process(project: Project, hanging: tuple[Path, Callable[[], int]]) -> None:
    path, number = hanging
    given_up = Event()

    def give_up() -> None:
        number()
        given_up.set()

    Timer(0.0, give_up).start()
    with pytest.raises(CancelledError):
        prove(project, EXPORTS["numpy"], path, sample_rows(project), given_up=given_up)
    assert not is_alive(number())


def test_all_that_a_failing_export_says_is_kept(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text('import sys\nprint("first " * 20000, file=sys.stderr)\nraise RuntimeError("at last")\n')
    proof = prove(project, EXPORTS["numpy"], path, sample_rows(project))
    assert (proof.proven, proof.failed, proof.difference) == (False, True, None)
    assert proof.said == "Not proven: the export does not run here: RuntimeError: at last"
    assert proof.details.startswith("first first")


def test_what_stands_beside_a_new_export_is_not_replaced(project: Project, tmp_path: Path) -> None:
    large = Project.of(Trainer(Experiment().with_value("network.layers.0.units", 500)).checkpoint())
    assert len(EXPORTS["numpy"].write(large, "net")) == 2
    (tmp_path / "net.npz").write_text("something of mine")
    with pytest.raises(ExportError, match=r"net\.npz is there already"):
        write_export(large, EXPORTS["numpy"], tmp_path / "net.py")
    assert not (tmp_path / "net.py").exists()
    (tmp_path / "net.py").write_text("an older export")
    assert len(write_export(large, EXPORTS["numpy"], tmp_path / "net.py")) == 2


def test_a_network_that_has_run_away_is_not_exported(project: Project, tmp_path: Path) -> None:
    lost = Project.of(Trainer(Experiment()).checkpoint())
    lost.network.parameters[3] = np.nan
    with pytest.raises(ExportError, match="has run away"):
        write_export(lost, EXPORTS["json"], tmp_path / "net.json")
    assert list(tmp_path.iterdir()) == []
