"""The options that several commands of the terminal share, each declared once."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.edge_views import EDGE_VIEWS
from engine.losses import LOSSES
from engine.optimizers import OPTIMIZERS
from engine.unit_views import NODE_VIEWS

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
