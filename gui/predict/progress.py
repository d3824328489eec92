"""The line above the diagram while a file is being scored."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from gui import amounts
from gui.progressline import ProgressLine
from gui.text import tr


class ScoringProgress(ProgressLine):
    """Hidden unless a file is being scored for a while."""

    def __init__(self, parent: QWidget | None = None) -> None:
        measures = tr("How much of the file has been scored")
        super().__init__(measures, tr("Gives up scoring; nothing is written"), parent)

    @Slot(str, str, float, int)
    def show_progress(self, file: str, stage: str, share: float, rows: int) -> None:
        """Shows how far a file has come in its stage."""
        doing = tr("Reading") if stage == "reading" else tr("Answering")
        self.tell(" · ".join([doing, *([amounts.rows(rows)] if rows else []), file]), share)
