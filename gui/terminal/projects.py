"""Going on from a project in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.project import load
from engine.trainer import Trainer
from engine.wording import counted
from gui.terminal.options import Options, UsageError, build


def resume(path: Path, options: Options | None = None) -> Trainer:
    """A trainer that goes on, bit for bit, where a project was saved, with what the options change.

    Raises ``UsageError`` where the file holds no run to go on with, and like ``load``, ``build`` and
    ``Trainer.reconfigure``.
    """
    if not path.is_file():
        raise UsageError(f"there is no project '{path}'")
    project = load(path)
    if project.checkpoint is None:
        raise UsageError(f"{path.name} cannot be gone on with: {project.problem or 'it holds no run, only a network'}")
    if project.note:
        print(f"{project.note}.", file=sys.stderr)
    trainer = Trainer.at(project.checkpoint)
    experiment = build(options or Options(), trainer.experiment)
    if experiment != trainer.experiment:
        trainer.reconfigure(experiment)
    return trainer


def refuse_finished(trainer: Trainer, path: Path) -> None:
    """Raises ``UsageError`` where there is nothing left to train."""
    if trainer.diverged is not None:
        raise UsageError(f"{path.name} holds a run that has diverged: {trainer.diverged.message.rstrip('.')}")
    if trainer.stopped:
        raise UsageError(f"{path.name} holds a run that has ended: {trainer.stopped.rstrip('.')}")
    if trainer.finished:
        done = trainer.epochs_done
        raise UsageError(f"{path.name} is done after {counted(done, 'epoch')}; ask for more with --epochs {2 * done}")
