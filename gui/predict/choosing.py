"""Which file is scored, and where the answers go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from gui.dialogs.export import choose_file, recalled
from gui.projects.choosing import usual_folder
from gui.text import tr

if TYPE_CHECKING:
    from gui.window import Window


def choose(window: Window) -> None:
    """Asks for the file to score, then for the file to write, and begins."""
    if window.training.snapshot is None or window.scoring.running:
        words = tr("A file is being scored.") if window.scoring.running else tr("The data are still being loaded.")
        window.status.say(words)
        return
    start = recalled(window, "export/folder", str(usual_folder(window)))
    dialog = QFileDialog(window, tr("Score a file"), start)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)

    def chosen(file: str) -> None:
        table = Path(file)

        def begin(out: Path) -> None:
            score_file(window, table, out)

        title = tr("Write the answers to {0}").format(table.name)
        name = str(table.with_name(f"{table.stem} answered"))
        choose_file(window, window, title, name, (("csv", tr("Table as CSV")),), "csv", begin)

    dialog.fileSelected.connect(chosen)
    dialog.open()


def score_file(window: Window, table: Path, out: Path) -> None:
    """Answers the rows of a file with the network as it is now."""
    snapshot = window.training.snapshot
    if snapshot is not None:
        window.scoring.start(snapshot.predictor, table, out, snapshot.experiment.data)
