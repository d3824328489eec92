"""Where the program keeps what is its own and not the user's."""

from __future__ import annotations

from pathlib import Path


def state_folder() -> Path:
    """The folder for work that is not saved yet and for locks, as the platform has it; it need not be there."""
    from platformdirs import user_state_path  # noqa: PLC0415 - not needed for the first paint

    return user_state_path("Glassbox", appauthor=False)
