"""``main.py picture``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from gui.terminal.arguments import (
    RESULT,
    SEEN,
    BatchSize,
    Changes,
    Data,
    Edges,
    Epochs,
    HeatMap,
    Hidden,
    Loss,
    Nodes,
    OptimizerKind,
    Plane,
    Row,
    Scale,
    Seed,
    Select,
    Target,
    TestFraction,
)
from gui.terminal.completing import among
from gui.terminal.options import VIEWS, Look, Options, UsageError, build
from gui.terminal.projects import resume

SavedProject = Annotated[
    Path | None,
    typer.Argument(help="A project that is drawn as it was saved; default: train one as the options say."),
]
Out = Annotated[
    Path, typer.Option(help="PNG to write; for the network and the live views SVG or PDF too.", rich_help_panel=RESULT)
]
View = Annotated[
    str,
    typer.Option(
        help=f"{', '.join(VIEWS)}; network is the drawing for itself.",
        rich_help_panel=SEEN,
        autocompletion=among(VIEWS),
    ),
]
Page = Annotated[
    str | None,
    typer.Option(help="The page of the output: map, confusion, roc, residuals …", rich_help_panel=SEEN),
]
Theme = Annotated[
    str, typer.Option(help="light or dark.", rich_help_panel=RESULT, autocompletion=among(("light", "dark")))
]
Size = Annotated[str, typer.Option(help="Width and height of the window in pixels.", rich_help_panel=RESULT)]
Untrained = Annotated[bool, typer.Option("--untrained", help="Before the first step.", rich_help_panel=SEEN)]
Zoom = Annotated[
    float,
    typer.Option(
        help="For the network and the live views: how many times as large, 0.25 to 8.", rich_help_panel=RESULT
    ),
]
Transparent = Annotated[
    bool,
    typer.Option("--transparent", help="With --view network: nothing is painted behind it.", rich_help_panel=RESULT),
]


def picture(
    project: SavedProject = None,
    *,
    out: Out,
    view: View = "window",
    theme: Theme = "light",
    size: Size = "1440x900",
    untrained: Untrained = False,
    zoom: Zoom = 1.0,
    transparent: Transparent = False,
    nodes: Nodes = None,
    edges: Edges = None,
    plane: Plane = None,
    row: Row = None,
    heat_map: HeatMap = False,
    select: Select = None,
    page: Page = None,
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
    """Writes a picture of a project, or of a network that is trained for it. Needs no screen.

    Examples:

      python main.py picture iris.glassbox --out iris.png
      python main.py picture --data spirals --theme dark --out spirals.png
      python main.py picture --view network --out network.svg
      python main.py picture --nodes sample --row 60 --out row.png
      python main.py picture --data wine --plane "alcohol, hue" --out wine.png
      python main.py picture --view output --page confusion --out confusion.svg
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
    look = Look(view, theme, size, zoom, transparent, nodes, edges, plane, row, heat_map, select, page)
    if project is None:
        take(build(options), out, look, trained=not untrained)
    elif options != Options() or untrained:
        raise UsageError(f"{project.name} is drawn as it was saved, without options for data, network and training")
    else:
        take(None, out, look, trainer=resume(project), trained=False)
    print(f"written: {out}", file=sys.stderr)
