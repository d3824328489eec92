"""What every live view is: a panel that shows snapshots, says what it is, and gives its data away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from engine.snapshot import Snapshot
from gui.plots.titles import PanelTitle
from gui.selection import Selection


@dataclass(frozen=True)
class About:
    """What a view is, for people: the question it answers, one sentence on what is drawn, and the formulas of it.

    ``formulas`` are lines such as "‖g‖ = √Σ g²"; together with ``sentence`` they say how each number is computed.
    """

    question: str
    sentence: str
    formulas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """The data of a view: columns of equal length by name, numbers or words, all of them and with all digits."""

    columns: dict[str, Any]


class Empty(QLabel):
    """What a view says in its middle where there is nothing to show yet."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent, wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.setProperty("role", "quiet")


class View(QWidget):
    """A live view. It shows values and emits wishes; what it does not know of, it leaves as it is.

    ``selected(selection)``: a unit or weight was chosen here; a layer is chosen by its first unit, a class by its
    output unit. ``row_picked(row)``: a row of the original table, from 0. ``class_picked(index)``: a class of the data,
    -1 for none. ``pointed(step)``: the pointer is at a step of the run, None when it has left.
    ``probes``: keys of PROBES it shows, answered while it is visible; ``needs_changed`` when they have become others.
    """

    selected = Signal(object)
    row_picked = Signal(int)
    class_picked = Signal(int)
    pointed = Signal(object)
    needs_changed = Signal()

    about: About
    title: PanelTitle
    probes: tuple[str, ...] = ()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws an instant; idempotent."""
        raise NotImplementedError

    def show_selection(self, selection: Selection) -> None:
        """Marks what is selected elsewhere."""

    def show_row(self, row: int) -> None:
        """Marks the traced row of the original table, from 0; TYPED for one typed by hand."""

    def show_class(self, index: int) -> None:
        """Marks a class of the data; -1: none."""

    def show_pointer(self, step: float | None) -> None:
        """Marks the step at which the pointer is in another view; None: it is nowhere."""

    def table(self) -> Table | None:
        """What is drawn now as data, None where there is nothing yet."""
        raise NotImplementedError
