"""What a page of the output view is: a view without a title of its own, drawn from a snapshot and what is marked."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QWidget

from engine.snapshot import Snapshot
from gui import amounts
from gui.plots.view import View
from gui.text import tr

TEST, TRAIN = "test", "train"


@dataclass(frozen=True)
class Marks:
    """What is marked in all pages: a row of the original table, a class (-1: none), and the part that is counted."""

    row: int = 0
    class_index: int = -1
    part: str = TEST

    def part_of(self, snapshot: Snapshot) -> str:
        """The part that is shown: the chosen one, or the training rows where no row is held out."""
        return self.part if self.part == TRAIN or len(snapshot.data.y_test) else TRAIN


class Page(View):
    """One page. It draws ``snapshot`` and ``marks``, and only while it is shown.

    ``bar``: what can be set, in one line above the page; None where there is nothing. ``part_chosen(part)``,
    ``plane_chosen(plane)`` and ``row_held(row)`` are wishes.
    """

    part_chosen = Signal(str)
    plane_chosen = Signal(object)
    row_held = Signal(int)

    bar: QWidget | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(180, 180)
        self.snapshot: Snapshot | None = None
        self.marks = Marks()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws an instant with ``marks``; idempotent."""
        self.snapshot = snapshot
        self.draw(snapshot)

    def redraw(self) -> None:
        """Draws the same instant again."""
        if self.snapshot is not None:
            self.draw(self.snapshot)

    def draw(self, snapshot: Snapshot) -> None:
        """Draws an instant with what is marked."""
        raise NotImplementedError

    def has_bar(self, snapshot: Snapshot) -> bool:
        """Whether there is something to set."""
        return self.bar is not None

    def note(self, snapshot: Snapshot) -> str:
        """What the title says of what is drawn: which rows, where no switch says that."""
        return "" if self.has_bar(snapshot) else part_in_words(self.marks.part_of(snapshot))

    def problem(self, snapshot: Snapshot) -> str:
        """Why there is nothing to see, in a sentence; "" where there is."""
        return ""

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.StyleChange:
            self.show_theme()
            self.redraw()
        super().changeEvent(event)


def part_in_words(part: str) -> str:
    """ "test" or "training"."""
    return tr("test") if part == TEST else tr("training")


def rows_in_words(count: int, part: str) -> str:
    """How many rows of a part: "45 test rows"."""
    return (amounts.tested_rows if part == TEST else amounts.training_rows)(count)
