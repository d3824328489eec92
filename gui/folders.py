"""Where the program keeps its own files: settings, log and state. No Qt.

They lie in the folders that the platform has for them, or all below the folder that the environment variable
``GLASSBOX_HOME`` names: for a program on a stick, and for tests.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

HOME_VARIABLE = "GLASSBOX_HOME"
_NAME = "Glassbox"


def config_folder() -> Path:
    """For the settings and the layout of the window; it need not be there yet."""
    return _own("config") or platformdirs.user_config_path(_NAME, appauthor=False, roaming=True)


def log_folder() -> Path:
    """For the log and what is written when the program crashes; it need not be there yet."""
    return _own("log") or platformdirs.user_log_path(_NAME, appauthor=False)


def state_folder() -> Path:
    """For work under way that nobody has saved; it need not be there yet."""
    return _own("state") or platformdirs.user_state_path(_NAME, appauthor=False)


def _own(name: str) -> Path | None:
    home = os.environ.get(HOME_VARIABLE)
    return Path(home).expanduser().absolute() / name if home else None
