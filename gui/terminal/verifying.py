"""Verifying in the terminal: a progress bar on standard error."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.checkpoint import Checkpoint
from engine.project import ProjectError, load
from engine.verifying import Verdict, verify


def run_in(project: Path) -> Checkpoint:
    """The run that a project file holds. Raises ``ProjectError`` when it holds only a network, and like ``load``."""
    loaded = load(project)
    if loaded.checkpoint is None:
        reason = loaded.problem.rstrip(".") or "the file has the network and not the run; save the project again"
        raise ProjectError(f"{project.name} cannot be used for this: {reason}")
    return loaded.checkpoint


def repeat(project: Path) -> Verdict:
    """Does the run of a project again. Raises like ``run_in``."""
    point = run_in(project)
    steps, console = int(point.state["step"]), Console(stderr=True)
    columns = (TextColumn("step"), MofNCompleteColumn(), BarColumn(), TimeRemainingColumn())
    # It goes when it is done, and is never written into a file.
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=steps)
        return verify(point, lambda share: progress.update(task, completed=round(share * steps)))
