"""The commands for one view: the one that has the keyboard, or was used last."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData

from engine.files import replace_file
from gui.dialogs import export as saving
from gui.export import put_on_clipboard
from gui.plots.view import View
from gui.projects.choosing import stem_of
from gui.text import tr
from gui.viewing import picture, tables

if TYPE_CHECKING:
    from gui.window import Window

_PICTURES = (("png", "PNG"), ("svg", "SVG"), ("pdf", "PDF"))


def explain(window: Window) -> None:
    """Says what the view is."""
    if name := window.viewing.used:
        window.viewing.explain(name)
    else:
        window.status.say(tr("No view is open: the menu lists them under Panels."))


def copy(window: Window) -> None:
    """Puts a picture of the view on the clipboard."""
    if found := _filled(window):
        name, view = found
        put_on_clipboard(picture.clipboard_data(view, name))
        window.status.say(tr("Copied: a picture of {0}").format(name))


def copy_data(window: Window) -> None:
    """Puts the numbers of the view on the clipboard: for spreadsheets, and as CSV."""
    if found := _filled(window):
        name, view = found
        table, data = view.table(), QMimeData()
        assert table is not None
        data.setText(tables.as_lines(table))
        data.setData("text/csv", tables.as_csv(table).encode())
        put_on_clipboard(data)
        window.status.say(tr("Copied: the data of {0}").format(name))


def save_picture(window: Window) -> None:
    """Asks for a file and writes a picture of the view, as it is now, whatever happens until the file is chosen."""
    if found := _filled(window):
        name, view = found
        made = {f".{kind}": picture.encoded(view, kind, name) for kind, _ in _PICTURES}

        def write(path: Path) -> None:
            suffix = path.suffix.lower()
            if suffix not in made:
                raise ValueError(tr("a view is written as {0}, not as '{1}'").format(", ".join(made), path.name))
            replace_file(path, made[suffix])

        title = tr("Save a picture of {0}").format(name)
        saving.ask_for_file(window, window, title, _file_name(window, name), _PICTURES, "png", write)


def save_data(window: Window) -> None:
    """Asks for a file and writes the numbers of the view, as they are now."""
    if found := _filled(window):
        name, view = found
        table = view.table()
        assert table is not None

        def write(path: Path) -> None:
            replace_file(path, tables.as_csv(table).encode())

        title = tr("Save the data of {0}").format(name)
        kinds = (("csv", tr("Table as CSV")),)
        saving.ask_for_file(window, window, title, _file_name(window, name), kinds, "csv", write)


def _file_name(window: Window, name: str) -> str:
    """What a file is called: after the document and the view."""
    return f"{stem_of(window.document)} {name.replace(' · ', ' ')}"


def _filled(window: Window) -> tuple[str, View] | None:
    """The view and its name for people; where there is nothing in it yet, that is said."""
    name = window.viewing.used
    if not name:
        window.status.say(tr("No view is open: the menu lists them under Panels."))
        return None
    view = window.views[name]
    called = view.title.called(window.panels.docks[name].windowTitle())
    if view.table() is None:
        window.status.say(tr("Nothing to copy or save yet: {0} is still empty.").format(called))
        return None
    return called, view
