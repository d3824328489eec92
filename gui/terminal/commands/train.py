"""``main.py train``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from gui.terminal.arguments import (
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
    save: Annotated[Path | None, typer.Option(help="The project file to write, for predict.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
) -> None:
    """Trains a network and says how well it does.

    Examples:

      python main.py train

      python main.py train --data wine --hidden "8 relu" --epochs 60 --json

      python main.py train --data spirals --hidden "16 tanh, dropout 0.1, 16 tanh" --set data.classes=5

      python main.py train --data patients.csv --target outcome --save patients.glassbox

      python main.py train --set training.schedule.kind=cosine --set training.early_stopping.patience=10
    """
    from gui.terminal import training  # noqa: PLC0415 - rich is not needed for --help

    options = Options(
        data, hidden, loss, optimizer, tuple(changes or ()), epochs, batch_size, test_fraction, scale, seed, target
    )
    trainer, seconds = training.train(build(options))
    if save is not None:
        training.keep(trainer, save)
        print(f"written: {save}", file=sys.stderr)
    if as_json:
        print(json.dumps(training.as_json(trainer, seconds), allow_nan=False))
    else:
        print(training.in_words(trainer, seconds))
    if trainer.stopped:
        print(trainer.stopped, file=sys.stderr)
    if trainer.diverged is not None:
        print(trainer.diverged.message, file=sys.stderr)
        raise typer.Exit(1)
