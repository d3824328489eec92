"""A list of rows to look into: what they are and what was answered, in a table that the keyboard reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QLabel, QTableView, QVBoxLayout, QWidget

from gui.pages.bars import mini_button
from gui.text import tr
from gui.theme import colours

_HEIGHT = 22
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class RowModel(QAbstractTableModel):
    """Columns of words under their heads; ``rows`` are the rows of the original table that they are about."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: NDArray[np.int64] = np.zeros(0, np.int64)
        self._columns: Mapping[str, Sequence[str]] = {}

    def show(self, rows: NDArray[np.int64], columns: Mapping[str, Sequence[str]]) -> None:
        """Shows other rows."""
        self.beginResetModel()
        self.rows, self._columns = rows, columns
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """How many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words of a cell; figures stand at the right."""
        if role == Qt.ItemDataRole.DisplayRole:
            return list(self._columns.values())[index.column()][index.row()]
        return self._side(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignLeft if 0 < column < len(self._columns) - 1 else Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The head of a column stands where its cells do."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return list(self._columns)[section]
        return self._side(section) if role == Qt.ItemDataRole.TextAlignmentRole else None


class RowList(QWidget):
    """A caption with a way back, and the rows. ``row_picked(row)`` of the original table; ``left()``."""

    row_picked = Signal(int)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.back = mini_button(f"‹ {tr('Back')}", tr("Back to the matrix (Esc)"))
        self.back.setCheckable(False)
        self.back.clicked.connect(self.left)
        self.caption = QLabel()
        self.caption.setTextFormat(Qt.TextFormat.PlainText)
        self.caption.setProperty("role", "quiet")
        self.caption.setWordWrap(True)
        self.model, self.table = RowModel(), QTableView()
        self.table.setModel(self.model)
        self._dress_table()
        self.table.clicked.connect(self._pick)
        self.table.activated.connect(self._pick)
        line = QHBoxLayout()
        line.addWidget(self.back)
        line.addWidget(self.caption, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 12, 8)
        column.addLayout(line)
        column.addWidget(self.table, 1)

    def _dress_table(self) -> None:
        table = self.table
        table.setAccessibleName(tr("Rows"))
        table.setShowGrid(False)
        table.setFrameShape(QTableView.Shape.NoFrame)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_HEIGHT)
        table.horizontalHeader().setHighlightSections(False)
        self.show_theme()

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        c = colours()
        head = f"background: {c.surface}; color: {c.quiet}; border: none; padding: 0 8px; font-size: 12px;"
        style = f"QHeaderView {{ background: {c.surface}; border: none; }} QHeaderView::section {{ {head} }}"
        self.table.setStyleSheet(f"{style} QTableView::item {{ padding: 0 8px; }}")

    def show_rows(
        self, caption: str, rows: NDArray[np.int64], columns: Mapping[str, Sequence[str]], marked: int
    ) -> None:
        """Shows rows with their columns, and which one is traced; what is scrolled to stays."""
        self.caption.setText(caption)
        scrolled = self.table.verticalScrollBar().value()
        current = self.table.currentIndex().row() if self.table.currentIndex().isValid() else -1
        before = int(self.model.rows[current]) if current >= 0 else marked
        self.model.show(rows, columns)
        self._stretch()
        for row in (marked, before):
            found = np.flatnonzero(rows == row)
            if len(found):
                self.table.selectRow(int(found[0]))
                break
        self.table.verticalScrollBar().setValue(scrolled)

    def _stretch(self) -> None:
        """The words share the room that the figures leave."""
        header, last = self.table.horizontalHeader(), self.model.columnCount() - 1
        for column in range(last + 1):
            figures = column in (0, last)
            mode = QHeaderView.ResizeMode.ResizeToContents if figures else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(column, mode)

    @Slot(QModelIndex)
    def _pick(self, index: QModelIndex) -> None:
        self.row_picked.emit(int(self.model.rows[index.row()]))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Esc leads back; Enter picks the row also where the platform activates by double click."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
