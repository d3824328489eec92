"""``main.py report``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def report(
    project: Annotated[Path, typer.Argument(help="A file with a run in it, as train --save and the window write it.")],
    out: Annotated[Path, typer.Option(help="The file to write: .html for a browser, or .pdf.")],
) -> None:
    """Writes a report of a run: settings, drawing, curves, measures, data, and what is needed to repeat it.

    The page for a browser is a single file that loads nothing from anywhere. Needs no screen.

    Examples:

      python main.py report wine.glassbox --out wine.html
      python main.py report wine.glassbox --out wine.pdf
    """
    from gui.launch import missing_libraries  # noqa: PLC0415
    from gui.terminal.options import UsageError  # noqa: PLC0415
    from gui.terminal.verifying import run_in  # noqa: PLC0415

    missing = missing_libraries()
    if missing:
        print(missing, file=sys.stderr)
        raise typer.Exit(1)
    from gui.report.writing import refuse_other_endings, write_offscreen  # noqa: PLC0415 - Qt is loaded only now

    try:
        refuse_other_endings(out)
    except ValueError as error:
        raise UsageError(str(error)) from None
    write_offscreen(run_in(project), out)
    print(f"written: {out}", file=sys.stderr)
