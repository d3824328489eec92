"""``main.py export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.export.targets import EXPORTS
from gui.terminal.completing import among

_TARGETS = tuple(target.key for target in EXPORTS)


def export(
    project: Annotated[Path, typer.Argument(help="A project, as train --save and the window write it.")],
    to: Annotated[str, typer.Option(help=f"{', '.join(_TARGETS)}.", autocompletion=among(_TARGETS))],
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
      python main.py export flats.glassbox --to pytorch --out flats_torch.py
      python main.py export flats.glassbox --to json --no-check --json
    """
    from gui.terminal import exporting  # noqa: PLC0415 - not needed for --help

    exported = exporting.export(project, to, out, check)
    print(f"written: {', '.join(map(str, exported.files))}", file=sys.stderr)
    proof = exported.proof
    if as_json:
        print(exported.as_json())
    elif proof is not None:
        print(proof.said)
    if proof is not None and proof.failed:
        print(proof.details, file=sys.stderr)
        raise typer.Exit(1)
