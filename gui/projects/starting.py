"""From a project file to an instant that a run can go on from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from engine.checkpoint import Checkpoint
from engine.data.progress import Progress
from engine.data.table import DataError
from engine.project import MissingTable, Project, load, without_rows
from engine.trainer import Trainer
from gui.projects.swaps import stamp_of


@dataclass(frozen=True)
class Opened:
    """A file that was read: where it was, what tells this state of it from another, and what a run goes on from.

    ``missing``: a table without which the run cannot go on; the start is then one without rows, which answers only.
    ``words`` is what one should know of it, "" for nothing. ``whole``: the start has all that is in the file.
    """

    path: Path
    stamp: tuple[int, int] | None
    start: Checkpoint
    missing: MissingTable | None
    words: str
    whole: bool


def read(
    path: Path, table: Path | None = None, test_table: Path | None = None, progress: Progress | None = None
) -> Opened:
    """Reads a project file, with its tables from other places where they are given.

    ``progress`` follows the reading of a table. Raises what ``load`` raises, and whatever ``progress`` raises.
    """
    stamp = stamp_of(path)
    project = load(path, table, test_table, progress)
    start = project.checkpoint or _start_of(project)
    words = project.problem or project.note
    return Opened(path, stamp, start, project.missing, words, project.unread is None)


def _start_of(project: Project) -> Checkpoint:
    """The network of a project before the first step; without rows where its data cannot be had as they were."""
    if project.missing is None:
        try:
            trainer = Trainer(project.experiment)
        except DataError:
            return _without_rows(project)
        if trainer.data.preparation == project.preparation:
            trainer.take_numbers(project.network)
            return trainer.checkpoint()
    return _without_rows(project)


def _without_rows(project: Project) -> Checkpoint:
    # Of the same source, so that another table can be opened in its place.
    data = replace(without_rows(project.preparation), source=project.experiment.data.source)
    trainer = Trainer(project.experiment, data)
    trainer.take_numbers(project.network)
    return trainer.checkpoint()
