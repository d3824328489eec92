"""``main.py history``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.files import replace_file
from engine.wording import counted


def history(
    project: Annotated[Path, typer.Argument(help="A file with a run in it, as train --save and the window write it.")],
    out: Annotated[Path | None, typer.Option(help="The CSV file to write; default: standard output.")] = None,
) -> None:
    """Writes what was recorded of a run as a table: losses, metrics and weight magnitudes by step, with all digits.

    Examples:

      python main.py history wine.glassbox
      python main.py history wine.glassbox --out wine.csv
    """
    from gui.terminal.verifying import run_in  # noqa: PLC0415 - rich is not needed for --help

    points = run_in(project).history
    if out is None:
        sys.stdout.write(points.as_csv())
        return
    replace_file(out, points.as_csv().encode())
    print(f"{counted(len(points), 'point')}; written: {out}", file=sys.stderr)
