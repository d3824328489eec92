"""What the user has chosen about files, with what is usual where nothing was chosen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings


def autosaves(settings: QSettings | None) -> bool:
    """Whether unsaved work is kept for recovery; never for a window that remembers nothing."""
    return settings is not None and str(settings.value("autosave", "yes")) != "no"


def default_folder(settings: QSettings | None) -> Path:
    """Where files are looked for and saved at first: the folder of the last one, or the one that was chosen."""
    places = ("open/folder", "folder")
    chosen = [str(settings.value(place, "")) for place in places] if settings is not None else []
    return next((Path(folder) for folder in chosen if folder and Path(folder).is_dir()), Path.home())
