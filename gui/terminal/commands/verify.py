"""``main.py verify``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def verify(
    project: Annotated[Path, typer.Argument(help="A file with a run in it, as train --save and the window write it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
) -> None:
    """Does a run again from its seed and says: identical, or the first step that differs and by how much.

    Compared is all that was recorded, and at the end every number of the network and of the optimizer.

    What was changed while it trained is done again at the same steps.

    The exit code is 1 when something differs, or when the run cannot be repeated.

    Examples:

      python main.py train --data wine --save wine.glassbox
      python main.py verify wine.glassbox
      python main.py verify wine.glassbox --json
    """
    from gui.terminal import training, verifying  # noqa: PLC0415 - rich is not needed for --help

    # The last digits of a run depend on the number of threads.
    training.obey_settings()
    verdict = verifying.repeat(project)
    print(json.dumps(verdict.as_json(), allow_nan=False) if as_json else verdict.message)
    if not verdict.identical:
        raise typer.Exit(1)
