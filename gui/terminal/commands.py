"""The commands of the terminal: ``train``, ``predict``, ``export`` and ``picture``.

Words for people go to standard error, results to standard output. Exit codes: 0 done, 1 failed, 2 wrong
use, 130 interrupted.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
import typer.main
from pydantic import ValidationError

from engine.data.table import DataError
from engine.edge_views import EDGE_VIEWS
from engine.export.target import ExportError
from engine.export.targets import EXPORTS
from engine.losses import LOSSES
from engine.optimizers import OPTIMIZERS
from engine.plan import TooLargeError
from engine.project import ProjectError, load
from engine.spec import explain
from engine.unit_views import NODE_VIEWS
from gui.terminal.options import Look, Options, UsageError, build

application = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Glassbox: build a neural network, watch it learn, and check every number. Without a command: the window.",
)

Data = Annotated[
    str | None,
    typer.Option(help="A data set by name (iris, wine, digits, spirals …), or the file of a table."),
]
Target = Annotated[str | None, typer.Option(help="The column to learn; default: the last one of the file.")]
Hidden = Annotated[
    str | None,
    typer.Option(help='The hidden layers, such as "8 tanh, dropout 0.2, batch_norm, 8 relu"; "" for none at all.'),
]
Loss = Annotated[
    str | None,
    typer.Option(help=f"{', '.join(part.key for part in LOSSES)}; default: by the data."),
]
OptimizerKind = Annotated[str | None, typer.Option("--optimizer", help=f"{', '.join(OPTIMIZERS)}.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", help="Any setting by its path: training.optimizer.learning_rate=0.01. May be repeated."),
]
Epochs = Annotated[int | None, typer.Option(help="Passes over the training rows.")]
BatchSize = Annotated[int | None, typer.Option(help="Rows in one step.")]
TestFraction = Annotated[float | None, typer.Option(help="The share of rows held out for testing.")]
Scale = Annotated[str | None, typer.Option(help="standard, minmax, robust or none.")]
Seed = Annotated[int | None, typer.Option(help="Seed of the weights, the batches and the split.")]
Nodes = Annotated[str | None, typer.Option(help=f"What the nodes show: {', '.join(part.key for part in NODE_VIEWS)}.")]
Edges = Annotated[str | None, typer.Option(help=f"What the edges show: {', '.join(part.key for part in EDGE_VIEWS)}.")]
Plane = Annotated[
    str | None,
    typer.Option(
        help='One or two inputs that the maps run over, by name or number: "petal length, petal width", "1, 2".'
    ),
]
Row = Annotated[int | None, typer.Option(help="The row of the table, from 1, that is sent through the network.")]
HeatMap = Annotated[bool, typer.Option("--heat-map", help="Large pairs of layers as heat maps.")]
Select = Annotated[
    str | None, typer.Option(help='The unit that is selected: "hidden 1 · 4" or "hidden 1 4", an input or a class.')
]


@application.command()
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
    try:
        trainer, seconds = training.train(build(options))
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        raise typer.Exit(130) from None
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


@application.command()
def predict(
    project: Annotated[Path, typer.Argument(help="The file that train --save has written.")],
    table: Annotated[Path, typer.Argument(help="The rows to answer, with the columns that were learned from.")],
    out: Annotated[Path | None, typer.Option(help="The CSV file to write; default: standard output.")] = None,
) -> None:
    """Answers every row of a table and writes the table with the answers as further columns.

    A row that cannot be answered has an empty answer; how many there are is said at the end.

    Examples:

      python main.py predict patients.glassbox new.csv --out answers.csv
    """
    from gui.terminal import scoring  # noqa: PLC0415 - rich is not needed for --help

    try:
        scored = scoring.answer(load(project), table, out)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        raise typer.Exit(130) from None
    if out is not None:
        rows = "row" if scored.answered == 1 else "rows"
        print(f"{scored.answered:,} {rows} answered; written: {out}", file=sys.stderr)
    if scored.unanswered:
        print(f"{scored.shortfall}.", file=sys.stderr)


@application.command()
def export(
    project: Annotated[Path, typer.Argument(help="The file that train --save has written.")],
    to: Annotated[str, typer.Option(help=f"{', '.join(target.key for target in EXPORTS)}.")],
    out: Annotated[
        Path | None,
        typer.Option(help="The file to write; default: the project's name, in this folder, where it replaces nothing."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Run it on rows of the data and compare with the network.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
) -> None:
    """Writes a trained network for other programs, and proves that it computes the same.

    It is run on rows of the data, and the largest difference is said.

    Where the target's own package is not installed it is written all the same, and not proven.

    The exit code is 1 when it does not compute the same, or does not run.

    Examples:

      python main.py export flats.glassbox --to numpy

      python main.py export flats.glassbox --to pytorch --out models/flats.py

      python main.py export flats.glassbox --to json --no-check --json
    """
    from gui.terminal import exporting  # noqa: PLC0415 - not needed for --help

    try:
        exported = exporting.export(project, to, out, check)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        raise typer.Exit(130) from None
    print(f"written: {', '.join(map(str, exported.files))}", file=sys.stderr)
    proof = exported.proof
    if as_json:
        print(exported.as_json())
    elif proof is not None:
        print(proof.said)
    if proof is not None and proof.failed:
        print(proof.details, file=sys.stderr)
        raise typer.Exit(1)


@application.command()
def picture(
    out: Annotated[Path, typer.Option(help="The file to write: PNG; for the network SVG or PDF as well.")],
    view: Annotated[
        str, typer.Option(help="window, diagram, network (drawn for itself), output, inspector, loss or magnitudes.")
    ] = "window",
    theme: Annotated[str, typer.Option(help="light or dark.")] = "light",
    size: Annotated[str, typer.Option(help="Width and height of the window in pixels.")] = "1440x900",
    untrained: Annotated[bool, typer.Option("--untrained", help="Before the first step.")] = False,
    zoom: Annotated[
        float, typer.Option(help="With --view network: how many times as large it is drawn, 0.25 to 8.")
    ] = 1.0,
    transparent: Annotated[
        bool, typer.Option("--transparent", help="With --view network: nothing is painted behind it.")
    ] = False,
    nodes: Nodes = None,
    edges: Edges = None,
    plane: Plane = None,
    row: Row = None,
    heat_map: HeatMap = False,
    select: Select = None,
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
) -> None:
    """Trains a network in the real window and writes a picture of it. Needs no screen.

    Examples:

      python main.py picture --data spirals --theme dark --out spirals.png

      python main.py picture --view network --out network.svg

      python main.py picture --nodes sample --edges contribution --row 60 --out row.png

      python main.py picture --data wine --plane "alcohol, hue" --view network --out wine.svg
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from gui.launch import missing_libraries  # noqa: PLC0415

    missing = missing_libraries()
    if missing:
        print(missing, file=sys.stderr)
        raise typer.Exit(1)
    from gui.picture import take  # noqa: PLC0415 - Qt is loaded only now

    options = Options(
        data, hidden, loss, optimizer, tuple(changes or ()), epochs, batch_size, test_fraction, scale, seed, target
    )
    look = Look(view, theme, size, zoom, transparent, nodes, edges, plane, row, heat_map, select)
    take(build(options), out, look, trained=not untrained)
    print(f"written: {out}", file=sys.stderr)


@application.callback(invoke_without_command=True)
def _about(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from gui.version import VERSION  # noqa: PLC0415

        print(f"Glassbox {VERSION}")
        raise typer.Exit


def run(arguments: Sequence[str]) -> int:
    """Runs a command and returns the exit code; every refusal is one plain sentence."""
    command = typer.main.get_command(application)
    return guarded(lambda: command(list(arguments), prog_name="main.py"))


def guarded(work: Callable[[], object]) -> int:
    """Does the work; turns the errors that people can mend into a sentence and an exit code."""
    try:
        work()
    except SystemExit as ended:
        # Typer has said what there is to say.
        return ended.code if isinstance(ended.code, int) else 0
    except ValidationError as error:
        return _refuse(*explain(error))
    except (UsageError, DataError, ProjectError, ExportError, TooLargeError) as error:
        return _refuse(str(error))
    except OSError as error:
        print(f"Glassbox: {error.strerror or error}: {error.filename or ''}".rstrip(": "), file=sys.stderr)
        return 1
    return 0


def _refuse(*sentences: str) -> int:
    for sentence in sentences:
        print(f"Glassbox: {sentence}.", file=sys.stderr)
    return 2
