"""The table page of the data: every row with what the network answers, sorted, filtered, copied, traced."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QFont
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from engine.probes import TYPED
from gui import amounts
from gui.fields import ChoiceField
from gui.plots.cells import EXACT, CellTable
from gui.plots.data.rows import arranged
from gui.plots.data.sheet import Filter, Sheet
from gui.plots.view import Table
from gui.text import tr
from gui.theme import colours, font

_Index = QModelIndex | QPersistentModelIndex
_TURNED = {Qt.SortOrder.AscendingOrder: False, Qt.SortOrder.DescendingOrder: True}


class RowsModel(QAbstractTableModel):
    """The rows of a sheet in the order they are shown. A cell is made when it is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet: Sheet | None = None
        self.order: NDArray[np.intp] = np.empty(0, np.intp)
        self.filter = Filter()
        self._sorted = (-1, False)
        self._traced = TYPED

    # -- what is shown ---------------------------------------------------------------------------

    def show_sheet(self, sheet: Sheet) -> None:
        """Shows the rows of other data, as they are sorted and filtered."""
        self.beginResetModel()
        column, falling = self._sorted
        if self.sheet is None or self.sheet.names() != sheet.names():
            column = -1
        self.sheet, self._sorted = sheet, (column, falling)
        self.order = self._arrange()
        self.endResetModel()

    def show_filter(self, wanted: Filter) -> None:
        """Shows other ones of the rows."""
        self.beginResetModel()
        self.filter = wanted
        self.order = self._arrange()
        self.endResetModel()

    def refresh(self) -> None:
        """The network answers something else: the same cells stay selected, also where their rows change places."""
        if self.sheet is None or not len(self.order):
            return
        if self._sorted[0] >= 0 and self.sheet.is_live(self._sorted[0]):
            self._rearrange()
        last = self.index(len(self.order) - 1, self.sheet.inputs_from - 1)
        self.dataChanged.emit(self.index(0, 0), last)

    def mark(self, row: int) -> None:
        """Marks the traced row of the original table; repeated ones all."""
        self._traced = row
        if len(self.order):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.order) - 1, self.columnCount() - 1))

    def _arrange(self) -> NDArray[np.intp]:
        assert self.sheet is not None
        kept, (column, falling) = self.sheet.kept(self.filter), self._sorted
        return kept if column < 0 else kept[arranged(self.sheet.keys(column)[kept], falling)]

    def _rearrange(self) -> None:
        """Puts the rows into another order; what is selected goes with them."""
        order = self._arrange()
        if np.array_equal(order, self.order):
            return
        self.layoutAboutToBeChanged.emit()
        places = np.empty(len(self.sheet.rows) if self.sheet else 0, np.intp)
        places[order] = np.arange(len(order))
        before = self.persistentIndexList()
        after = [self.index(int(places[self.order[index.row()]]), index.column()) for index in before]
        self.order = order
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; -1: as in the original table."""
        self._sorted = (column, _TURNED[order])
        if self.sheet is not None:
            self._rearrange()

    def place_of(self, row: int) -> int | None:
        """The line in which a row of the original table is shown; None where it is not."""
        if self.sheet is None:
            return None
        found = np.flatnonzero(self.sheet.rows.numbers[self.order] == row)
        return int(found[0]) if len(found) else None

    def row_at(self, line: int) -> int:
        """The row of the original table that is shown in a line."""
        assert self.sheet is not None
        return int(self.sheet.rows.numbers[self.order[line]])

    # -- what Qt asks for ------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many rows are shown."""
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many columns there are."""
        return 0 if parent.isValid() or self.sheet is None else len(self.sheet.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802 - Qt's name
        """The name of a column, what it is, and its side."""
        if self.sheet is None or orientation == Qt.Orientation.Vertical or section >= len(self.sheet.columns):
            return None
        column = self.sheet.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.name
        if role == EXACT:
            return self.sheet.names()[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{column.name}\n{column.about}\n{tr('Click to sort.')}"
        return (
            self._side(section) | Qt.AlignmentFlag.AlignVCenter if role == Qt.ItemDataRole.TextAlignmentRole else None
        )

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell: as it is shown, with all digits, its side, its ground; the traced row stands out."""
        sheet = self.sheet
        if sheet is None or not index.isValid():
            return None
        position, column = int(self.order[index.row()]), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return sheet.text(position, column)
        if role in (EXACT, Qt.ItemDataRole.ToolTipRole):
            return sheet.exact(position, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{sheet.columns[column].name}: {sheet.text(position, column)}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(column) | Qt.AlignmentFlag.AlignVCenter
        traced = sheet.rows.numbers[position] == self._traced
        if role == Qt.ItemDataRole.BackgroundRole and traced:
            return QColor(colours().accent_soft)
        if role == Qt.ItemDataRole.FontRole and traced:
            return font(13, QFont.Weight.DemiBold)
        return self._ink(position, column) if role == Qt.ItemDataRole.ForegroundRole else None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        """Words begin at the left, numbers end at the right; so does what stands above them."""
        assert self.sheet is not None
        return Qt.AlignmentFlag.AlignLeft if self.sheet.columns[column].words else Qt.AlignmentFlag.AlignRight

    def _ink(self, position: int, column: int) -> QColor:
        """A wrong answer stands out by colour, besides its mark; the number of the row steps back."""
        assert self.sheet is not None
        c, kind = colours(), self.sheet.columns[column]
        if kind.warns and self.sheet.cell(position, column) == 0:
            return QColor(c.warning)
        return QColor(c.quiet if column == 0 else c.text)


class TablePage(QWidget):
    """The table with its filters. ``row_picked(row)``: a row of the original table was chosen.

    ``changed()``: other rows are shown; ``count`` says how many.
    """

    row_picked = Signal(int)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RowsModel(self)
        self.cells = CellTable(tr("Rows of the data"), named_rows=False)
        self.cells.setModel(self.model)
        self.cells.setSortingEnabled(True)
        self.cells.horizontalHeader().setSortIndicatorClearable(True)
        self.cells.horizontalHeader().setSectionsClickable(True)
        self.cells.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.cells.chosen.connect(self._pick)
        self._row = TYPED
        parts = (("all", tr("All rows")), ("train", tr("Training rows")), ("test", tr("Test rows")))
        self.part = ChoiceField(parts, tr("Part"), tr("Shows the rows of one part only."))
        self.which = ChoiceField((), tr("Class"), tr("Shows the rows of one class only."))
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        for action in self.search.findChildren(QAction):
            # Qt calls all of them alike, here and in other fields.
            action.setObjectName("")
        self.search.setPlaceholderText(tr("Row, class or value"))
        self.search.setToolTip(tr("Shows the rows that have this number, this class or this value."))
        self.search.setAccessibleName(tr("Search the rows"))
        self._classes: tuple[str, ...] = ()
        self._arrange()

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 0, 12, 4)
        bar.setSpacing(8)
        for part in (self.part, self.which, self.search):
            bar.addWidget(part)
        bar.addStretch(1)
        self.search.setMinimumWidth(90)
        self.search.setMaximumWidth(220)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.cells)
        for field in (self.part, self.which):
            field.chosen.connect(self._filter)
        self.search.textChanged.connect(self._filter)

    # -- what is shown ---------------------------------------------------------------------------

    def show_sheet(self, sheet: Sheet) -> None:
        """Shows other data, or after a while the same with other answers."""
        if sheet is self.model.sheet:
            self.model.refresh()
            return
        other = self.model.sheet is None or self.model.sheet.names() != sheet.names()
        self._offer(sheet.rows.data.classes)
        self.model.show_sheet(sheet)
        if other:
            self.cells.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
            self.cells.measure()
        self.show_row(self._row)

    def _offer(self, classes: tuple[str, ...]) -> None:
        """Offers the classes there are; the choice stays where it can."""
        if classes != self._classes:
            self._classes = classes
            self.which.clear()
            for key, text in (("-1", tr("All classes")), *((str(k), name) for k, name in enumerate(classes))):
                self.which.addItem(text, key)
            self.which.updateGeometry()
            self.model.filter = Filter(self.part.key, -1, self.search.text())
        self.which.setVisible(bool(classes))

    def show_row(self, row: int) -> None:
        """Selects the traced row and scrolls to it, where it is shown."""
        self._row = row
        self.model.mark(row)
        place, current = self.model.place_of(row), self.cells.currentIndex()
        if place is None:
            self.cells.clearSelection()
        elif not (current.isValid() and current.row() == place and self.cells.selectionModel().hasSelection()):
            self.cells.go_to(place, max(current.column(), 0), whole=True)

    def show_filter(self, which: int) -> None:
        """Shows the rows of one class only, -1: of all."""
        if 0 <= which + 1 < self.which.count():
            self.which.show_key(str(which))
            self._filter()

    def table(self) -> Table | None:
        """The rows that are shown, in that order, with all digits."""
        sheet, order = self.model.sheet, self.model.order
        if sheet is None:
            return None
        return Table({name: sheet.column(i)[order] for i, name in enumerate(sheet.names())})

    # -- wishes ----------------------------------------------------------------------------------

    @Slot(int, int)
    def _pick(self, line: int, column: int) -> None:
        row = self.model.row_at(line)
        if row != self._row:
            self._row = row
            self.row_picked.emit(row)

    @Slot()
    def _filter(self) -> None:
        wanted = Filter(self.part.key, int(self.which.currentData() or -1), self.search.text())
        if self.model.sheet is not None and wanted != self.model.filter:
            self.model.show_filter(wanted)
            self.show_row(self._row)
            self.changed.emit()

    @property
    def count(self) -> str:
        """How many rows are shown."""
        shown, every = self.model.rowCount(), len(self.model.sheet.rows) if self.model.sheet is not None else 0
        rows = amounts.rows(every)
        return tr("{0} of {1}").format(f"{shown:,}", rows) if shown < every else rows
