"""``main.py train``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.files import refuse_unwritable
from engine.trainer import Trainer
from gui.terminal.arguments import (
    RESULT,
    BatchSize,
    Changes,
    Data,
    Epochs,
    Hidden,
    Loss,
    OptimizerKind,
    Scale,
    Seed,
    Target,
    TestFraction,
)
from gui.terminal.options import Options, build


def train(
    project: Annotated[
        Path | None, typer.Argument(help="A project to go on with, where it was saved; default: begin anew.")
    ] = None,
    data: Data = None,
    target: Target = None,
    hidden: Hidden = None,
    loss: Loss = None,
    optimizer: OptimizerKind = None,
    changes: Changes = None,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    test_fraction: TestFraction = None,
    scale: Scale = None,
    seed: Seed = None,
    save: Annotated[
        Path | None, typer.Option(help="The project file to write, also when Ctrl+C ends it.", rich_help_panel=RESULT)
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of words.", rich_help_panel=RESULT)
    ] = False,
) -> None:
    """Trains a network, or goes on with one, and says how well it does.

    Ctrl+C ends it early: what was learned so far is saved where --save says, and the exit code is 130.

    Examples:

      python main.py train
      python main.py train --data wine --hidden "8 relu" --epochs 60 --json
      python main.py train --data spirals --set data.classes=5
      python main.py train --data flats.csv --target rent --save flats.glassbox
      python main.py train flats.glassbox --epochs 200 --save flats.glassbox
      python main.py train --set training.early_stopping.patience=10
    """
    from gui.terminal import projects, training  # noqa: PLC0415 - rich is not needed for --help

    options = Options(
        data, hidden, loss, optimizer, tuple(changes or ()), epochs, batch_size, test_fraction, scale, seed, target
    )
    training.obey_settings()
    if save is not None:
        refuse_unwritable(save)
    if project is None:
        trainer = Trainer(build(options))
    else:
        trainer = projects.resume(project, options)
        projects.refuse_finished(trainer, project)
    run = training.train(trainer)
    print(json.dumps(training.as_json(run), allow_nan=False) if as_json else training.in_words(run), flush=True)
    if save is not None:
        training.keep(trainer, save)
    for words in training.endings(run, save):
        print(words, file=sys.stderr)
    if run.interrupted or trainer.diverged is not None:
        raise typer.Exit(130 if run.interrupted else 1)
