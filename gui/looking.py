"""Looking: what the window shows of the network, and what the training thread is asked for because of it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from engine.answering import TypedRow
from engine.probes import TYPED, Wants
from engine.snapshot import Snapshot
from gui.diagram.shown import Shown

# What nodes and edges show of the traced row.
_SAMPLE = ("sample", "contribution")


class Looking(QObject):
    """Holds what the drawing shows and the traced row. ``changed(shown)``, ``wanted(wants)``.

    ``typed`` is a row typed by hand that is to be answered; ``row`` is TYPED while it is the one that is traced.
    """

    changed = Signal(object)
    wanted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown = Shown()
        self.row = 0
        self.typed: TypedRow | None = None
        self.probes: tuple[str, ...] = ()
        self._check_all = 0
        self._table_row = 0
        self._before = Shown()
        self._names: tuple[str, ...] = ()

    @property
    def wants(self) -> Wants:
        """What the views need of the training thread."""
        return replace(self.shown.wants(self.row), typed=self.typed, probes=self.probes, check_all=self._check_all)

    @property
    def shows_sample(self) -> bool:
        """Whether the traced row is drawn on its way through the network."""
        return self.shown.nodes == "sample"

    @Slot(object)
    def choose(self, shown: Shown) -> None:
        """Shows something else."""
        if shown != self.shown:
            if not self.shows_sample:
                self._before = self.shown
            self.shown = shown
            self.changed.emit(shown)
            self.wanted.emit(self.wants)

    def need(self, probes: tuple[str, ...]) -> None:
        """Has these probes answered from now on: those of the visible views."""
        if probes != self.probes:
            self.probes = probes
            self.wanted.emit(self.wants)

    def check_all(self, number: int) -> None:
        """Has all gradients checked anew, under another number than before; 0: a sample is enough."""
        self._check_all = number
        self.wanted.emit(self.wants)

    @Slot(int)
    def trace_row(self, row: int) -> None:
        """Sends another row of the table through the network."""
        self.row = row
        self.wanted.emit(self.wants)

    @Slot(object)
    def ask(self, typed: TypedRow | None) -> None:
        """Has a row typed by hand answered, from now on; None: none any more."""
        self.typed = typed
        if typed is None and self.row == TYPED:
            self.row = self._table_row
        self.wanted.emit(self.wants)

    @Slot(bool)
    def trace_typed(self, on: bool) -> None:
        """Draws the row typed by hand on its way through the network, or again what was drawn before."""
        if on and self.row != TYPED:
            self._table_row = self.row
        self.trace_row(TYPED if on else self._table_row)
        if on != self.shows_sample:
            self.toggle_sample()

    def toggle_sample(self) -> None:
        """The traced row on its way through the network, or what was shown before."""
        nodes, edges = (self._before.nodes, self._before.edges) if self.shows_sample else _SAMPLE
        self.choose(replace(self.shown, nodes=nodes, edges=edges))

    @Slot(int)
    def pick_row(self, row: int) -> None:
        """A point was clicked: its row is traced, and drawn on its way."""
        self.trace_row(row)
        if not self.shows_sample:
            self.toggle_sample()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Forgets what was chosen of other inputs, and a row that is no longer there."""
        if snapshot.data.variables != self._names:
            other, self._names = bool(self._names), snapshot.data.variables
            if other:
                self.choose(replace(self.shown, plane=()))
        gone = self.row != TYPED and snapshot.data.place(self.row) is None
        if gone and self.row != (first := int(snapshot.data.rows[:1].sum())):
            self.trace_row(first)
