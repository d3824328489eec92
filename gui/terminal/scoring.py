"""Scoring in the terminal: a progress bar on standard error, the answers into a file or on standard output."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from engine.project import Project
from engine.scoring import Scored, Stage, score, score_file


def answer(loaded: Project, table: Path, out: Path | None) -> Scored:
    """Answers the rows of a table; raises like ``score_file``."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
    )
    # It is never written into a file, nor between answers that scroll by, and goes when it is done.
    unseen = not console.is_terminal or (out is None and sys.stdout.isatty())
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, disable=unseen) as progress:
        tasks = {
            stage: progress.add_task(stage, total=1.0, visible=False, rows=0) for stage in ("reading", "answering")
        }

        def show(stage: Stage, share: float, rows: int) -> None:
            progress.update(tasks[stage], completed=share, rows=rows, visible=True)

        if out is None:
            return score(loaded.predictor, table, sys.stdout.write, loaded.experiment.data, show)
        return score_file(loaded.predictor, table, out, loaded.experiment.data, show)
