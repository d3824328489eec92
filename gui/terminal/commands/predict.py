"""``main.py predict``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.project import load
from engine.wording import counted


def predict(
    project: Annotated[Path, typer.Argument(help="A project, as train --save and the window write it.")],
    table: Annotated[Path, typer.Argument(help="The rows to answer, with the columns that were learned from.")],
    out: Annotated[Path | None, typer.Option(help="The CSV file to write; default: standard output.")] = None,
) -> None:
    """Answers every row of a table and writes the table with the answers as further columns.

    A row that cannot be answered has an empty answer; how many there are is said at the end, and which values were
    not understood and taken as missing.

    Examples:

      python main.py predict patients.glassbox new.csv --out answers.csv
    """
    from gui.terminal import scoring  # noqa: PLC0415 - rich is not needed for --help

    scored = scoring.answer(load(project), table, out)
    if out is not None:
        print(f"{counted(scored.answered, 'row')} answered; written: {out}", file=sys.stderr)
    if scored.remarks:
        print(scored.remarks, file=sys.stderr)
