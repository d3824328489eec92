"""The terminal: the same experiments without a window. Qt is imported only for pictures and for the window."""

import sys
from pathlib import Path

# Every command and its heading in --help. NAME is the function NAME of the module gui.terminal.commands.NAME.
COMMANDS = {
    "train": "Train and use a network",
    "predict": "Train and use a network",
    "export": "Take something with you",
    "verify": "Train and use a network",
    "report": "Take something with you",
    "history": "Take something with you",
    "picture": "Take something with you",
    "open": "The window",
    "register": "Set up",
}


def program_name() -> str:
    """How the program was called: "main.py", or "glassbox" where it is installed."""
    return "glassbox" if Path(sys.argv[0]).stem == "glassbox" else "main.py"


def completion_variable() -> str:
    """What the shell sets when it asks, on Tab, what could come next."""
    return f"_{program_name().upper()}_COMPLETE"
