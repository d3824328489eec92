"""The two large parts of the import window: what the table is, and what comes of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from engine.data.table_spec import ColumnSpec
from engine.experiment import DataSpec
from gui.buttons import push_button
from gui.greying import grey
from gui.importing.columns import ColumnList
from gui.importing.draft import Opened, doubtful, table_of
from gui.importing.preview import PreviewTable
from gui.importing.settings import ColumnSettings
from gui.importing.task import TaskSettings
from gui.scrolling import scrolling
from gui.text import said, tr

_WIDTHS, _NARROWEST = (220, 500, 328), 316


class Content(QSplitter):
    """The list of columns, the first rows, and the settings of the selected column and of the table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns, self.preview = ColumnList(), PreviewTable()
        self.column_settings, self.task = ColumnSettings(), TaskSettings()
        self._opened: Opened | None = None
        self._data = DataSpec()
        self._selected = ""
        self.columns.chosen.connect(self.select_column)
        self.preview.column_chosen.connect(self.select_column)
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(12, 4, 14, 8)
        column.addWidget(self.column_settings)
        column.addWidget(self.task)
        column.addStretch(1)
        scroll = scrolling(sheet)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what has the focus inside scrolls it
        scroll.setMinimumWidth(_NARROWEST)
        self.columns.setMinimumWidth(180)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(9)
        for place, (widget, stretch) in enumerate(((self.columns, 1), (self.preview, 3), (scroll, 0))):
            self.addWidget(widget)
            self.setStretchFactor(place, stretch)
        self.setSizes(list(_WIDTHS))

    def show_table(self, opened: Opened, data: DataSpec) -> None:
        """Shows what came of a draft last, and the draft itself."""
        self._opened, self._data = opened, data
        self.columns.show_table(opened)
        self.preview.show_table(opened)
        self.task.show_table(opened, data)
        names = opened.raw.names
        self.select_column(self._selected if self._selected in names else names[0] if names else "")

    @Slot(str)
    def select_column(self, name: str) -> None:
        """Shows the settings of a column, and where it is."""
        opened = self._opened
        columns = opened.plan.columns if opened and opened.plan else ()
        plan = next((column for column in columns if column.name == name), None)
        if opened is None or plan is None:
            return
        self._selected = name
        said = table_of(self._data).settings_by_name.get(name, ColumnSpec(name=name))
        self.column_settings.show_column(opened, said, plan)
        self.columns.show_column(name)
        self.preview.show_column(name)


class Foot(QWidget):
    """The sentence that says what will happen, or why it cannot, and the buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = QLabel(wordWrap=True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.zeros = push_button(
            tr("Take zeros as missing"), tr("In the columns whose zeros may be missing values"), "link"
        )
        self.reset = push_button(tr("Reset"), tr("Everything as it was guessed when the table was opened"))
        self.cancel = push_button(tr("Cancel"), tr("Closes this window; nothing that is open changes (Esc)"))
        self.use = push_button(tr("Use this table"), tr("The network learns from this table (Enter)"), "primary")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.sentence, 1)
        for button in (self.zeros, self.reset, self.cancel, self.use):
            row.addWidget(button)

    def show_verdict(self, opened: Opened | None) -> None:
        """Shows what comes of the table; without one there is nothing to use."""
        plan, problem = (opened.plan, opened.problem) if opened else (None, "")
        words = said(problem) if problem else "; ".join(map(said, plan.words.split("; "))) if plan else ""
        self.sentence.setText(f"{words[:1].upper()}{words[1:]}")
        self.sentence.setProperty("tone", "warning" if problem else "")
        self.sentence.style().polish(self.sentence)
        self.zeros.setVisible(plan is not None and bool(doubtful(plan)))
        self.reset.setVisible(opened is not None)
        grey(self.use, (words or problem) if problem else "" if opened else tr("There is no table yet"))
