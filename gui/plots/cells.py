"""A quiet table of exact values: any number of cells, walked through with keys, copied as spreadsheets read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QFont, QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView, QWidget

from gui.greying import grey
from gui.text import keys_in_words, tr
from gui.theme import font, pixels

_Index = QModelIndex | QPersistentModelIndex
# The text of a cell or a head as a file has it: all digits, a plain minus sign.
EXACT = Qt.ItemDataRole.UserRole
MOST_COPIED = 250_000
_ROW_HEIGHT = 24
_NARROWEST, _USUAL, _WIDEST = 56, 112, 220
# The widths of more columns than this are not measured: that would take long.
_MOST_MEASURED, _ROWS_MEASURED = 60, 30


class CellTable(QTableView):
    """Shows a model that answers EXACT besides what is displayed. ``named_rows``: the rows have heads of their own.

    Columns have room for ``longest``, where what changes later becomes as long as that.

    ``chosen(row, column)`` when another cell is the current one, ``said(words)`` when something cannot be copied.
    """

    chosen = Signal(int, int)
    said = Signal(str)

    def __init__(self, name: str, named_rows: bool, parent: QWidget | None = None, *, longest: str = "") -> None:
        super().__init__(parent)
        self._named_rows, self._longest = named_rows, longest
        self.setAccessibleName(name)
        self.setProperty("role", "cells")
        self.setFrameShape(QTableView.Shape.NoFrame)
        # By whole columns: a number that has lost its first digits is another number.
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerItem)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        rows, heads = self.verticalHeader(), self.horizontalHeader()
        rows.setVisible(named_rows)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads.setMinimumSectionSize(40)
        for header in (rows, heads):
            header.setHighlightSections(False)
            header.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._fit_type()

    def _fit_type(self) -> None:
        """Lines as high as the type needs."""
        self.verticalHeader().setDefaultSectionSize(pixels(_ROW_HEIGHT))
        self.horizontalHeader().setDefaultSectionSize(pixels(_USUAL))
        self.horizontalHeader().setMinimumHeight(pixels(_ROW_HEIGHT) + 4)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows another size of the type."""
        super().changeEvent(event)
        other = self.verticalHeader().defaultSectionSize() != pixels(_ROW_HEIGHT)
        if event.type() == QEvent.Type.StyleChange and other:
            self._fit_type()
            self.measure()

    def measure(self) -> None:
        """Makes columns as wide as their heads and first values."""
        # As they are in a row that stands out.
        model, letters = self.model(), QFontMetrics(font(13, QFont.Weight.DemiBold))
        if model is None:
            return
        count = model.rowCount()
        for column in range(min(model.columnCount(), _MOST_MEASURED)):
            words = [str(model.headerData(column, Qt.Orientation.Horizontal)) + "  ▾", self._longest]
            words += [str(model.index(row, column).data()) for row in range(0, count, max(count // _ROWS_MEASURED, 1))]
            width = max(letters.horizontalAdvance(text) for text in words) + 26
            self.setColumnWidth(column, min(max(width, _NARROWEST), pixels(_WIDEST)))

    def go_to(self, row: int, column: int, whole: bool = False) -> None:
        """Makes a cell the current one, selects it or its ``whole`` row, and scrolls to it; ``chosen`` is not said."""
        index = self.model().index(row, column)
        rows = QItemSelectionModel.SelectionFlag.Rows if whole else QItemSelectionModel.SelectionFlag.NoUpdate
        before = self.blockSignals(True)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect | rows)
        self.blockSignals(before)
        self.scrollTo(index)

    def currentChanged(self, current: _Index, previous: _Index) -> None:  # noqa: N802 - Qt's name
        """Says which cell was chosen."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.chosen.emit(current.row(), current.column())

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Coming here with the keyboard chooses nothing yet, though Qt makes the first cell the current one."""
        before = self.blockSignals(True)
        super().focusInEvent(event)
        self.blockSignals(before)

    # -- copying ---------------------------------------------------------------------------------

    @Slot()
    def copy(self) -> None:
        """Puts the selected cells on the clipboard, with their heads; a cell that is not selected is left empty."""
        ranges = self._ranges()
        rows = sorted({row for part in ranges for row in range(part.top(), part.bottom() + 1)})
        columns = sorted({column for part in ranges for column in range(part.left(), part.right() + 1)})
        whole = len(ranges) == 1 or sum(part.width() * part.height() for part in ranges) == len(rows) * len(columns)
        self._copy(rows, columns, None if whole else self.selectionModel().selection())

    @Slot()
    def copy_rows(self) -> None:
        """Puts the whole of the rows in which cells are selected on the clipboard."""
        ranges = self._ranges()
        rows = sorted({row for part in ranges for row in range(part.top(), part.bottom() + 1)})
        self._copy(rows, range(self.model().columnCount()))

    @Slot()
    def copy_all(self) -> None:
        """Puts all cells on the clipboard."""
        self._copy(range(self.model().rowCount()), range(self.model().columnCount()))

    def _ranges(self) -> list[QItemSelectionRange]:
        selection = self.selectionModel().selection()
        return [selection.at(i) for i in range(selection.size())]

    def _copy(self, rows: Sequence[int], columns: Sequence[int], only: QItemSelection | None = None) -> None:
        if not rows or not columns:
            return
        if len(rows) * len(columns) > MOST_COPIED:
            words = tr("{0} cells are too many to copy, at most {1}: export the data instead.")
            self.said.emit(words.format(f"{len(rows) * len(columns):,}", f"{MOST_COPIED:,}"))
            return
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in self._lines(rows, columns, only)))

    def _lines(self, rows: Sequence[int], columns: Sequence[int], only: QItemSelection | None) -> Iterator[list[str]]:
        model = self.model()
        corner = [""] if self._named_rows else []
        yield corner + [_plain(model.headerData(column, Qt.Orientation.Horizontal, EXACT)) for column in columns]
        for row in rows:
            head = [_plain(model.headerData(row, Qt.Orientation.Vertical, EXACT))] if self._named_rows else []
            cells = (model.index(row, column) for column in columns)
            yield head + [_plain(cell.data(EXACT)) if only is None or only.contains(cell) else "" for cell in cells]

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Copies with the usual keys; the others move through the cells."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def menu(self) -> QMenu:
        """What can be done with the cells."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        none = tr("There are no rows") if not self.model().rowCount() else ""
        unchosen = none or ("" if self.selectionModel().hasSelection() else tr("Choose cells first"))
        entries = (
            (tr("Copy") + "\t" + keys_in_words("Ctrl+C"), self.copy, unchosen),
            (tr("Copy rows"), self.copy_rows, unchosen),
            (tr("Copy all"), self.copy_all, none),
        )
        for text, do, reason in entries:
            grey(menu.addAction(text, do), reason)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Offers to copy."""
        menu = self.menu()
        menu.exec(event.globalPos())
        menu.deleteLater()


def _plain(text: object) -> str:
    """One field of a line: without what would begin another field or line."""
    return " ".join(str(text).split())
