"""Files used before, projects and tables together, and the menu that offers them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from gui.greying import grey
from gui.text import tr

MOST_RECENT = 8


class Recent(QObject):
    """The files opened or saved last, kept in the settings. ``chosen(path)`` when one is to be opened again,
    ``noted`` when there is another one.
    """

    chosen = Signal(str)
    noted = Signal()

    def __init__(self, settings: QSettings | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = settings
        stored: Any = settings.value("open/recent") if settings else None
        # A list of one file comes back as its name.
        self._paths: list[str] = [stored] if isinstance(stored, str) else list(stored or ())
        self.menu = QMenu(parent)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files, the newest first."""
        return tuple(self._paths)

    def note(self, path: Path) -> None:
        """A file was opened or saved; the next dialog begins in its folder."""
        place = str(path.absolute())
        self._paths = [place, *(other for other in self._paths if other != place)][:MOST_RECENT]
        if self._settings is not None:
            self._settings.setValue("open/recent", self._paths)
            self._settings.setValue("open/folder", str(path.absolute().parent))
        self.noted.emit()

    @Slot()
    def _fill(self) -> None:
        self.menu.clear()
        for path, label in zip(self._paths, labels(self._paths), strict=True):
            action = self.menu.addAction(label.replace("&", "&&"))
            action.setData(path)
            there = os.path.exists(path)
            action.setToolTip(path)
            grey(action, "" if there else tr("It is not there any more."))
            action.triggered.connect(self._choose)

    @Slot()
    def _choose(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.chosen.emit(str(action.data()))


def labels(paths: Sequence[str]) -> list[str]:
    """What the files are called in a menu: by their names, and with the folder where two have the same."""
    names = Counter(Path(path).name for path in paths)
    short = [f"{Path(path).name} – {Path(path).parent.name}" for path in paths]
    folders = Counter(short)
    return [
        Path(path).name
        if names[Path(path).name] == 1
        else brief
        if folders[brief] == 1
        else f"{Path(path).name} – {Path(path).parent}"
        for path, brief in zip(paths, short, strict=True)
    ]
