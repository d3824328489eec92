"""The first rows of a table, as they were read, with what each column means above them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from engine.data.guessing import ColumnPlan
from engine.data.raw import Column
from engine.data.table_spec import KINDS
from gui.importing.draft import Opened
from gui.text import MINUS, said, shortened, tr
from gui.theme import colours, font

MOST_ROWS = 200
_LONGEST = 120
_NARROWEST, _WIDEST = 72, 220
# The widths of more columns than this are not measured: that would take long.
_MOST_MEASURED, _ROWS_MEASURED = 200, 12
_PLAN = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_KIND_NAMES = dict(KINDS)


class PreviewModel(QAbstractTableModel):
    """The cells of the first rows. A cell is made when it is looked at, so that many columns cost nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[Column, ...] = ()
        self._plans: dict[str, ColumnPlan] = {}
        self._rows = 0

    def show_table(self, opened: Opened) -> None:
        """Shows another table, or what is now said about the same."""
        same = self._columns is opened.raw.columns
        plan = {column.name: column for column in opened.plan.columns} if opened.plan else {}
        if same:
            self._plans = plan
            if self._columns and self._rows:
                self.dataChanged.emit(self.index(0, 0), self.index(self._rows - 1, len(self._columns) - 1))
            if self._columns:
                self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)
            return
        self.beginResetModel()
        self._columns, self._plans = opened.raw.columns, plan
        self._rows = min(opened.raw.rows, MOST_ROWS)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many rows are shown."""
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many columns the table has."""
        return 0 if parent.isValid() else len(self._columns)

    def name(self, column: int) -> str:
        """The name of a column."""
        return self._columns[column].name

    def place(self, name: str) -> int:
        """Where a column is; -1 when it is not there."""
        return next((i for i, column in enumerate(self._columns) if column.name == name), -1)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802 - Qt's name
        """The name and the kind of a column; the number of a row, from 1."""
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        name = self._columns[section].name
        plan = self._plans.get(name)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{name}\n{kind_in_words(plan)}" if plan else name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{name}\n{said(plan.reason)}".strip() if plan else name
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(self._columns[section])
        return plan if role == _PLAN else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell: what was read, quiet where the column is off, marked where the value is missing or in doubt."""
        column = self._columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column) | Qt.AlignmentFlag.AlignVCenter
        plan, row = self._plans.get(column.name), index.row()
        text = column.text(row)
        doubt = bool(plan and (plan.zeros or plan.spec.zeros_missing) and text == "0")
        if role == Qt.ItemDataRole.DisplayRole:
            return (text.replace("-", MINUS, 1) if column.stored == "number" else _short(text)) or "–"
        if role == Qt.ItemDataRole.BackgroundRole:
            return QColor(colours().warning_soft if doubt else colours().chip) if doubt or not text else None
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(_ink(plan, doubt, bool(text)))
        if role == Qt.ItemDataRole.ToolTipRole:
            return _words(plan, doubt, text)
        return None


def _side(column: Column) -> Qt.AlignmentFlag:
    """Words begin at the left, numbers and dates end at the right; so does what stands above them."""
    return Qt.AlignmentFlag.AlignLeft if column.stored == "text" else Qt.AlignmentFlag.AlignRight


def _ink(plan: ColumnPlan | None, doubt: bool, there: bool) -> str:
    if doubt:
        return colours().warning
    on = there and plan is not None and plan.role != "off"
    return colours().text if on else colours().quiet


def _words(plan: ColumnPlan | None, doubt: bool, text: str) -> str | None:
    if doubt and plan is not None and plan.spec.zeros_missing:
        return tr("This zero is taken as a missing value.")
    if doubt:
        return tr("This zero may stand for a value that was not taken.")
    if not text:
        return tr("No value")
    return text if len(text) > _LONGEST else None


def _short(text: str) -> str:
    """In one line, and not longer than can be seen."""
    return shortened(" ".join(text[: 2 * _LONGEST].split()), _LONGEST)


def kind_in_words(plan: ColumnPlan) -> str:
    """ "Number", "Number, target" or "Identifier, off"."""
    kind = tr(_KIND_NAMES.get(plan.kind, plan.kind))
    more = {"target": tr("target"), "split": tr("split"), "off": tr("off")}.get(plan.role, "")
    return f"{kind} · {more}" if more else kind


class _Header(QHeaderView):
    """Two lines above each column: its name, and what it means."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self.setHighlightSections(True)
        self.setMinimumSectionSize(48)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for two lines."""
        return QSize(super().sizeHint().width(), 44)

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:  # noqa: N802 - Qt's name
        """The name in strong letters, in the accent colour for the target, and the kind below."""
        c, plan = colours(), self.model().headerData(logical, self.orientation(), _PLAN)
        table = self.parent()
        assert isinstance(table, PreviewTable)
        painter.save()
        painter.fillRect(rect, QColor(c.accent_soft if table.currentIndex().column() == logical else c.surface))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(c.line))
        name, _, kind = str(self.model().headerData(logical, self.orientation())).partition("\n")
        role = plan.role if plan is not None else "off"
        ink = {"target": c.accent, "off": c.quiet, "split": c.quiet}.get(role, c.text)
        inner = rect.adjusted(8, 5, -8, -5)
        across = self.model().headerData(logical, self.orientation(), Qt.ItemDataRole.TextAlignmentRole)
        for text, letters, tint, side in (
            (name, font(12, QFont.Weight.DemiBold), ink, Qt.AlignmentFlag.AlignTop),
            (kind, font(11), c.accent if role == "target" else c.quiet, Qt.AlignmentFlag.AlignBottom),
        ):
            painter.setFont(letters)
            painter.setPen(QColor(tint))
            cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, int(side | across), cut)
        painter.restore()


class PreviewTable(QTableView):
    """Shows a table that was read. ``column_chosen(name)`` when another column is selected."""

    column_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "cells")
        self.setAccessibleName(tr("First rows of the table"))
        self.cells = PreviewModel(self)
        self.setHorizontalHeader(_Header(self))
        self.setModel(self.cells)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionMode(QTableView.SelectionMode.NoSelection)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(24)
        rows.setHighlightSections(False)
        rows.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().sectionClicked.connect(self._choose_section)
        self.selectionModel().currentColumnChanged.connect(self._tell)

    def show_table(self, opened: Opened) -> None:
        """Shows the first rows; where one was stays where the table is the same."""
        before = self.cells.columnCount(), [self.cells.name(i) for i in range(min(self.cells.columnCount(), 4))]
        self.cells.show_table(opened)
        if before != (self.cells.columnCount(), [self.cells.name(i) for i in range(min(len(opened.raw.columns), 4))]):
            self._measure()

    def _measure(self) -> None:
        """Columns as wide as their names and first values."""
        letters, strong = self.fontMetrics(), font(12, QFont.Weight.DemiBold)
        self.horizontalHeader().setDefaultSectionSize(112)
        for column in range(min(self.cells.columnCount(), _MOST_MEASURED)):
            lines = str(self.cells.headerData(column, Qt.Orientation.Horizontal)).split("\n")
            lines += [
                str(self.cells.data(self.cells.index(row, column)))
                for row in range(min(_ROWS_MEASURED, self.cells.rowCount()))
            ]
            width = max(letters.horizontalAdvance(line) for line in lines) + strong.pixelSize() + 10
            self.setColumnWidth(column, min(max(width, _NARROWEST), _WIDEST))

    def show_column(self, name: str) -> None:
        """Goes to a column."""
        place = self.cells.place(name)
        if place >= 0 and self.currentIndex().column() != place:
            row = max(self.currentIndex().row(), 0)
            if self.cells.rowCount():
                self.setCurrentIndex(self.cells.index(row, place))
        self.horizontalHeader().viewport().update()

    @Slot(int)
    def _choose_section(self, place: int) -> None:
        self.column_chosen.emit(self.cells.name(place))

    @Slot(QModelIndex, QModelIndex)
    def _tell(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid():
            self.column_chosen.emit(self.cells.name(now.column()))
