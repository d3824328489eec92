"""The two dialogs of files: which one to open, and where to save."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.files import PROJECT_SUFFIX
from gui.builder.data import name_of
from gui.document import Document
from gui.opening import FILES
from gui.projects import questions
from gui.text import tr

if TYPE_CHECKING:
    from gui.window import Window

_PROJECTS = f"*{PROJECT_SUFFIX}"


def ask_to_open(window: Window, parent: QWidget) -> None:
    """Asks for a project or a table, and opens it."""
    dialog = _dialog(window, parent, tr("Open"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    kinds = (
        (tr("Projects and tables"), f"{_PROJECTS} {FILES}"),
        (tr("Projects"), _PROJECTS),
        (tr("Tables"), FILES),
        (tr("All files"), "*"),
    )
    dialog.setNameFilters([f"{name} ({patterns})" for name, patterns in kinds])
    dialog.fileSelected.connect(window.files.open_file)
    dialog.open()


def ask_for_table(window: Window, name: str, take: Callable[[Path], object]) -> None:
    """Asks where a table is."""
    dialog = _dialog(window, window, tr("Where is {0}?").format(name))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters([f"{tr('Tables')} ({FILES})", f"{tr('All files')} (*)"])
    dialog.fileSelected.connect(lambda file: take(Path(file)))
    dialog.open()


def ask_to_save(window: Window, save: Callable[[Path], None]) -> None:
    """Asks where the project is to be saved, and before a file is replaced."""
    dialog = _dialog(window, window, tr("Save the project"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setNameFilters([f"{tr('Projects')} ({_PROJECTS})"])
    dialog.setDefaultSuffix(PROJECT_SUFFIX.removeprefix("."))
    path = window.document.place.path
    if path is not None:
        dialog.setDirectory(str(path.parent))
    dialog.selectFile(proposed_name(window.document))
    dialog.fileSelected.connect(lambda file: _save_under(window, Path(file), save))
    dialog.open()


def _save_under(window: Window, chosen: Path, save: Callable[[Path], None]) -> None:
    """A name with a dot in it, such as "rate 0.01", is that of a project, too; the dialog has not seen its file."""
    if chosen.suffix.lower() == PROJECT_SUFFIX:
        save(chosen)
        return
    path = chosen.with_name(f"{chosen.name}{PROJECT_SUFFIX}")
    if not path.exists() or window.files.ask(questions.replace(path.name)) == "replace":
        save(path)


def give_up(window: Window) -> None:
    """Another document is open: what was asked about the one before is asked no more."""
    for dialog in window.findChildren(QFileDialog):
        dialog.reject()


def _dialog(window: Window, parent: QWidget, title: str) -> QFileDialog:
    dialog = QFileDialog(parent, title, str(usual_folder(window)))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


def usual_folder(window: Window) -> Path:
    """Where files are looked for and saved at first: the folder of the last one, or the one that was chosen."""
    last = "" if window.settings is None else str(window.settings.value("open/folder", ""))
    chosen = window.preferences.settings.folder
    return next((folder for folder in (Path(last), chosen) if str(folder) != "." and folder.is_dir()), Path.home())


def title_of(document: Document) -> str:
    """What the document is called in the title of the window: its file, or its data."""
    place = document.place
    return place.path.name if place.path is not None else place.name or name_of(document.experiment.data)


def window_title(document: Document) -> str:
    """The same for the window, which puts a star in the place of [*] where it is unsaved."""
    return f"{title_of(document).replace('[*]', '[*][*]')}[*] – Glassbox"


def proposed_name(document: Document) -> str:
    """The name that a project is first saved under, from its data: iris.glassbox."""
    path = document.place.path
    return path.name if path is not None else f"{stem_of(document)}{PROJECT_SUFFIX}"


def stem_of(document: Document) -> str:
    """What files made from the document are called after: its own file, or its data."""
    if document.place.path is not None:
        return document.place.path.stem
    called = document.place.name or name_of(document.experiment.data)
    data = document.experiment.data
    stem = Path(called).stem if document.place.name or (data.table is not None and data.table.path) else called.lower()
    plain = re.sub(r"[^\w .()-]+", " ", stem).strip()
    return plain or "project"
