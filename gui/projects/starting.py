"""From a project file to an instant that a run can go on from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.checkpoint import Checkpoint
from engine.project import Project, load
from engine.trainer import Trainer
from gui.projects.swaps import stamp_of


@dataclass(frozen=True)
class Opened:
    """A file that was read: where it was, what tells this state of it from another, and what a run goes on from."""

    path: Path
    stamp: tuple[int, int] | None
    start: Checkpoint


def read(path: Path) -> Opened:
    """Reads a project file. Raises what ``load`` raises, and ``DataError`` where its data cannot be had."""
    stamp = stamp_of(path)
    return Opened(path, stamp, start_of(load(path)))


def start_of(project: Project) -> Checkpoint:
    """The instant of the run that a project holds, or its network before the first step. Raises ``DataError``."""
    if project.checkpoint is not None:
        return project.checkpoint
    trainer = Trainer(project.experiment)
    trainer.network.parameters[:] = project.network.parameters
    trainer.network.statistics[:] = project.network.statistics
    return trainer.checkpoint()
