"""What pages about classes have in common: the rows of one part, and a line above to choose it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from engine.snapshot import Snapshot
from gui.pages.bars import Bar, PartChoice, Words
from gui.pages.page import Page
from gui.pages.scored import Scored, scored
from gui.text import tr


class ScoredPage(Page):
    """A page about the classes of the test rows, or of the training rows; ``words`` says a figure above it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts, self.words = PartChoice(), Words()
        self.parts.chosen.connect(self.part_chosen)
        self.bar = Bar(self.parts, self.words)

    def rows_of(self, snapshot: Snapshot) -> Scored:
        """The rows of the part that is chosen, which is shown in the line above."""
        part = self.marks.part_of(snapshot)
        self.parts.show_part(part, snapshot)
        return scored(snapshot, part)

    def problem(self, snapshot: Snapshot) -> str:
        """Without rows, or with answers that are no numbers, there is nothing to compare."""
        found = scored(snapshot, self.marks.part_of(snapshot))
        if not len(found.rows):
            return tr("There is nothing to learn from yet.")
        return "" if found.finite else tr("The answers are no finite numbers, so there is nothing to compare.")
