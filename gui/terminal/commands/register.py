"""``main.py register``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gui.terminal.options import UsageError


def register(
    remove: Annotated[bool, typer.Option("--remove", help="Take the entry away again.")] = False,
) -> None:
    """Makes Glassbox known to a Linux desktop: a double click on a project then opens it.

    Examples:

      python main.py register
      python main.py register --remove
    """
    from gui import desktop  # noqa: PLC0415 - only here

    if not sys.platform.startswith("linux"):
        raise UsageError("This is for Linux desktops; here, choose Glassbox in the file manager's 'Open with'")
    changed = desktop.remove() if remove else desktop.register()
    for path in changed:
        print(f"{'removed' if remove else 'written'}: {path}", file=sys.stderr)
    if not changed:
        print("There was nothing to remove.", file=sys.stderr)
