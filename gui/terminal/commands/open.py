"""``main.py open``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def open(
    file: Annotated[Path | None, typer.Argument(help="A project or a table; default: the ready example.")] = None,
) -> None:
    """Opens the window, with a file or with the ready example; so does main.py FILE.

    Examples:

      python main.py open
      python main.py open iris.glassbox
      python main.py open patients.csv
    """
    from gui.launch import show  # noqa: PLC0415 - which imports this in turn

    raise typer.Exit(show([] if file is None else [str(file)]))
