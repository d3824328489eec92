"""The panel in which a row is typed, and what the network says to it, while it learns."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from engine.answering import TypedRow, row_in_words, typical_row
from engine.data.preparation import PreparedColumn
from engine.data.table_spec import TableSpec
from engine.experiment import Experiment
from engine.probes import TYPED, Trace
from engine.snapshot import Snapshot
from gui.amounts import counted
from gui.buttons import push_button
from gui.plots.titles import PanelTitle
from gui.predict.answer import AnswerView
from gui.predict.entries import Entry, fits
from gui.scrolling import scrolling
from gui.text import tr

# So many columns have a field at once; the others are found by their name.
_MOST_ENTRIES = 50
# With fewer there is nothing to search.
_SEARCHED = 12


class PredictPanel(QWidget):
    """A field for each column, the answer above them.

    ``asked(row)`` when another row is to be answered, None when the panel is hidden; ``trace_wished(on)`` when it is to
    be drawn on its way; ``score_wished`` when a whole file is to be answered.
    """

    asked = Signal(object)
    trace_wished = Signal(bool)
    score_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        switch = ("trace", tr("trace"), tr("Draws this row on its way through the network"))
        self.title = PanelTitle(tr("Predict"), (switch,))
        self.title.switched.connect(self._wish_trace)
        self._columns: tuple[PreparedColumn, ...] = ()
        self._table = ("", "")
        self._source: tuple[str, TableSpec | None] = ("", None)
        self._trace: Trace | None = None
        self._snapshot: Snapshot | None = None
        self.values: dict[str, Any] = {}
        self.entries: list[Entry] = []
        self.answer = AnswerView()
        self.search = QLineEdit(placeholderText=tr("Find a column"), clearButtonEnabled=True)
        self.search.setAccessibleName(tr("Find a column"))
        self.search.textChanged.connect(self._build)
        self.more = QLabel(wordWrap=True)
        self.more.setProperty("role", "note")
        self.from_row = push_button(tr("Row"), tr("Fills in the row that was traced last"), "link")
        self.typical = push_button(tr("Typical"), tr("Fills in what is typical of each column"), "link")
        self.score = push_button(
            tr("Score a file…"), tr("Answers every row of a file and writes it with the answers"), "link"
        )
        self.from_row.clicked.connect(self._fill_from_row)
        self.typical.clicked.connect(self._fill_typical)
        self.score.clicked.connect(self.score_wished)
        self._lay_out()

    def _lay_out(self) -> None:
        content = QWidget()
        self._list = QVBoxLayout(content)
        self._list.setContentsMargins(16, 0, 16, 8)
        self._list.setSpacing(0)
        self._list.addWidget(self.more)
        self._list.addStretch(1)
        area = scrolling(content)
        area.setMinimumHeight(56)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        for button in (self.from_row, self.typical):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.score)
        head = QVBoxLayout()
        head.setContentsMargins(16, 0, 16, 0)
        head.setSpacing(6)
        head.addWidget(self.answer)
        head.addLayout(buttons)
        head.addWidget(self.search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(area, 1)

    # -- what is shown ---------------------------------------------------------------------------

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Follows an instant: its columns, the row traced and the answer to the row that is typed."""
        self._snapshot, trace = snapshot, snapshot.trace
        if trace is not None:
            self.title.show_switch("trace", trace.row == TYPED)
            if trace.row != TYPED:
                self._trace = trace
        columns = snapshot.data.preparation.columns
        if columns != self._columns:
            self._columns = columns
            self._trace = trace if trace is not None and trace.row != TYPED else None
            self.search.setVisible(len(columns) > _SEARCHED)
            self._build()
            self._begin((snapshot.data.source, snapshot.data.target))
        row = "" if self._trace is None else f"{self._trace.row + 1:,}"
        self.from_row.setText(tr("Row {0}").format(row).strip())
        self._show_answer()

    def show_experiment(self, experiment: Experiment) -> None:
        """While another table is being loaded there is no answer: what the old network says is about other things."""
        self._source = (experiment.data.source, experiment.data.table)
        self._show_answer()

    def _show_answer(self) -> None:
        """The answer, if it is one to the row that is typed."""
        if self._snapshot is None:
            return
        data, answered = self._snapshot.experiment.data, self._snapshot.answered
        current = answered is not None and answered.typed == self.row and self._source == (data.source, data.table)
        self.answer.show_answer(self._snapshot.data.target, answered if current else None)

    def _begin(self, table: tuple[str, str]) -> None:
        """Fills in the columns; what was typed of the same table stays where it still is a value of its column."""
        before = self.values if table == self._table else {}
        there = [column for column in self._columns if column.name in before]
        kept = {column.name: before[column.name] for column in there if fits(column, before[column.name])}
        self._table = table
        self._fill_from_row()
        self._fill(self.values | kept)

    @property
    def row(self) -> TypedRow:
        """The row that is typed."""
        return tuple(self.values.items())

    @Slot()
    def _build(self) -> None:
        """Fields for the columns that are looked for, the first ones where they are too many."""
        for entry in self.entries:
            self._list.removeWidget(entry)
            entry.deleteLater()
        wanted = self.search.text().strip().lower()
        found = [column for column in self._columns if wanted in column.name.lower()]
        self.entries = [Entry(column) for column in found[:_MOST_ENTRIES]]
        for place, entry in enumerate(self.entries):
            entry.told.connect(self._take)
            self._list.insertWidget(place, entry)
            if entry.column.name in self.values:
                entry.show_raw(self.values[entry.column.name])
        rest = len(found) - len(self.entries)
        one, many = tr("and {0} more: find it by its name"), tr("and {0} more: find them by their name")
        self.more.setText(counted(rest, one, many))
        self.more.setVisible(rest > 0)

    # -- what is typed ---------------------------------------------------------------------------

    @Slot(str, object)
    def _take(self, name: str, value: object) -> None:
        self.values[name] = value
        self._ask()

    @Slot()
    def _fill_from_row(self) -> None:
        """The row of the table that was traced last, or what is typical where none was."""
        if self._snapshot is None:
            return
        data, trace = self._snapshot.data, self._trace
        if trace is None:
            self._fill_typical()
        else:
            self._fill(row_in_words(data.preparation, data.names, trace.x_in_units))

    @Slot()
    def _fill_typical(self) -> None:
        if self._snapshot is not None:
            self._fill(typical_row(self._snapshot.data.preparation))

    def _fill(self, values: dict[str, Any]) -> None:
        self.values = values
        for entry in self.entries:
            entry.show_raw(values[entry.column.name])
        self._ask()

    def _ask(self) -> None:
        if self.isVisible() and self.values:
            self.asked.emit(self.row)

    @Slot(str, bool)
    def _wish_trace(self, _key: str, on: bool) -> None:
        self.trace_wished.emit(on)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """From now on the row is answered."""
        super().showEvent(event)
        if not event.spontaneous():
            self._ask()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """What is not seen is not asked."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.asked.emit(None)
