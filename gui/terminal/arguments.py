"""The options that several commands of the terminal share, each declared once: what it means, what it may be."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.data.scaling import SCALES
from engine.data.sources import SOURCES
from engine.edge_views import EDGE_VIEWS
from engine.losses import LOSSES
from engine.optimizers import OPTIMIZERS
from engine.unit_views import NODE_VIEWS
from gui.terminal.completing import among, settings

# The headings under which --help lists options.
DATA, NETWORK, TRAINING, SEEN, RESULT = "Data", "Network", "Training", "What is seen", "Result"
_LOSSES = [part.key for part in LOSSES]
_NODES = [part.key for part in NODE_VIEWS]
_EDGES = [part.key for part in EDGE_VIEWS]

Data = Annotated[
    str | None,
    typer.Option(
        help="A data set by name (iris, wine, digits, spirals …), or the file of a table.",
        rich_help_panel=DATA,
        autocompletion=among(source.key for source in SOURCES),
    ),
]
Target = Annotated[
    str | None,
    typer.Option(help="The column to learn; default: the last one that can be learned.", rich_help_panel=DATA),
]
TestFraction = Annotated[
    float | None, typer.Option(help="The share of rows held out for testing.", rich_help_panel=DATA)
]
Scale = Annotated[
    str | None,
    typer.Option(
        help="standard, minmax, robust or none.", rich_help_panel=DATA, autocompletion=among(key for key, _ in SCALES)
    ),
]
Hidden = Annotated[
    str | None,
    typer.Option(
        help='The hidden layers, such as "8 tanh, dropout 0.2, batch_norm, 8 relu"; "" for none at all.',
        rich_help_panel=NETWORK,
    ),
]
Loss = Annotated[
    str | None,
    typer.Option(
        help=f"{', '.join(_LOSSES)}; default: by the data.", rich_help_panel=TRAINING, autocompletion=among(_LOSSES)
    ),
]
OptimizerKind = Annotated[
    str | None,
    typer.Option(
        "--optimizer", help=f"{', '.join(OPTIMIZERS)}.", rich_help_panel=TRAINING, autocompletion=among(OPTIMIZERS)
    ),
]
Epochs = Annotated[int | None, typer.Option(help="Passes over the training rows.", rich_help_panel=TRAINING)]
BatchSize = Annotated[int | None, typer.Option(help="Rows in one step.", rich_help_panel=TRAINING)]
Seed = Annotated[
    int | None, typer.Option(help="Seed of the weights, the batches and the split.", rich_help_panel=TRAINING)
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Any setting by its path: training.optimizer.learning_rate=0.01. May be repeated.",
        rich_help_panel=TRAINING,
        autocompletion=settings,
    ),
]
Nodes = Annotated[
    str | None,
    typer.Option(help=f"What the nodes show: {', '.join(_NODES)}.", rich_help_panel=SEEN, autocompletion=among(_NODES)),
]
Edges = Annotated[
    str | None,
    typer.Option(help=f"What the edges show: {', '.join(_EDGES)}.", rich_help_panel=SEEN, autocompletion=among(_EDGES)),
]
Plane = Annotated[
    str | None,
    typer.Option(
        help='One or two inputs that the maps run over, by name or number: "petal length, petal width", "1, 2".',
        rich_help_panel=SEEN,
    ),
]
Row = Annotated[
    int | None,
    typer.Option(help="The row of the table, from 1, that is sent through the network.", rich_help_panel=SEEN),
]
HeatMap = Annotated[bool, typer.Option("--heat-map", help="Large pairs of layers as heat maps.", rich_help_panel=SEEN)]
Select = Annotated[
    str | None,
    typer.Option(
        help='The unit that is selected: "hidden 1 · 4" or "hidden 1 4", an input or a class.', rich_help_panel=SEEN
    ),
]
