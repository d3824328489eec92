"""The settings in force: read once, changed in one place, and kept at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSettings, Signal

from gui.settings import Settings, read, write
from gui.speeds import FULL_SPEED, key_of


class Preferences(QObject):
    """``settings`` are those in force; ``changed(settings)`` after each change.

    ``path`` is the file that keeps them, None where nothing is kept. ``complaint`` is a sentence about that file, ""
    when all is well; ``complained(sentence)`` when there is a new one.
    """

    changed = Signal(object)
    complained = Signal(str)

    def __init__(self, path: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.settings, self.complaint = read(path) if path is not None else (Settings(), "")

    def change(self, **changes: Any) -> None:
        """Other values for some settings. Raises ``pydantic.ValidationError`` when one is out of range."""
        self._replace(self._newest().edited(**changes))

    def reset(self) -> None:
        """Every setting as it is at first."""
        self._replace(Settings())

    def take_over(self, layout: QSettings) -> None:
        """Settings that older versions kept with the layout of the window; they are kept there no longer."""
        stored = {key: str(layout.value(key)) for key in ("theme", "speed", "keep") if layout.contains(key)}
        changes: dict[str, Any] = {}
        if stored.get("theme") in ("light", "dark"):
            changes["theme"] = stored["theme"]
        speed = stored.get("speed", "")
        if speed.isdecimal() and int(speed) <= FULL_SPEED:
            changes["speed"] = key_of(int(speed))
        if "keep" in stored:
            changes["keep_learned"] = stored["keep"] != "no"
        if changes:
            self.change(**changes)
        for key in stored:
            layout.remove(key)

    def _newest(self) -> Settings:
        """What another window has kept in the meantime counts, too."""
        if self.path is None or self.complaint or not self.path.exists():
            return self.settings
        kept, complaint = read(self.path)
        self._complain(complaint)
        return self.settings if complaint else kept

    def _replace(self, settings: Settings) -> None:
        self.settings = settings
        if self.path is not None:
            try:
                write(self.path, settings)
            except OSError as error:
                self._complain(f"The settings cannot be kept ({error.strerror}: {error.filename}).")
            else:
                self.complaint = ""
        self.changed.emit(settings)

    def _complain(self, sentence: str) -> None:
        if sentence and sentence != self.complaint:
            self.complaint = sentence
            self.complained.emit(sentence)
