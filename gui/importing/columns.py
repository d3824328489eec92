"""The list of all columns: which are on, and of what kind they are."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.data.guessing import ColumnPlan
from engine.data.table_spec import KINDS, USABLE
from gui.importing.draft import Opened
from gui.importing.preview import kind_in_words
from gui.text import in_a_sentence, said, tr
from gui.theme import colours, font
from gui.ticks import Ticks

_PLAN = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_KIND_NAMES = dict(KINDS)
_CHECKS = {"input": Qt.CheckState.Checked, "off": Qt.CheckState.Unchecked}


class _Columns(QAbstractListModel):
    """The columns with a check mark each. ``toggled(plan, on)`` is the wish to switch one."""

    toggled = Signal(object, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._plans: tuple[ColumnPlan, ...] = ()

    def show_plans(self, plans: tuple[ColumnPlan, ...]) -> None:
        """Shows the columns as they are planned."""
        if [plan.name for plan in plans] == [plan.name for plan in self._plans]:
            self._plans = plans
            if plans:
                self.dataChanged.emit(self.index(0, 0), self.index(len(plans) - 1, 0))
            return
        self.beginResetModel()
        self._plans = plans
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._plans)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Every column can be switched but the target and the one that splits."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self._plans[index.row()].role in _CHECKS:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The name, whether it is on, and the whole plan for the painting."""
        plan = self._plans[index.row()]
        return {
            Qt.ItemDataRole.DisplayRole: plan.name,
            Qt.ItemDataRole.ToolTipRole: f"{plan.name}: {kind_in_words(plan)}\n{said(plan.reason)}".strip(),
            Qt.ItemDataRole.AccessibleTextRole: f"{plan.name}, {kind_in_words(plan)}",
            # The target and the column that splits are neither on nor off.
            Qt.ItemDataRole.CheckStateRole: _CHECKS.get(plan.role),
            _PLAN: plan,
        }.get(Qt.ItemDataRole(role))

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802 - Qt's name
        """Wishes; what is shown follows when it has become true."""
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.toggled.emit(self._plans[index.row()], Qt.CheckState(value) == Qt.CheckState.Checked)
        return True


class _Kinds(Ticks):
    """Paints the kind at the right of the name."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:  # noqa: N802 - Qt's name
        """Name and kind are painted in letters of their own."""
        super().initStyleOption(option, index)
        option.text = ""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """The check mark as ever, then the name and, at the right, the kind."""
        super().paint(painter, option, index)
        plan, c = index.data(_PLAN), colours()
        words = tr("target") if plan.role == "target" else in_a_sentence(tr(_KIND_NAMES.get(plan.kind, plan.kind)))
        rect = option.rect.adjusted(30, 0, -8, 0)
        painter.save()
        painter.setFont(font(11))
        room = painter.fontMetrics().horizontalAdvance(words) + 8
        painter.setPen(QColor(c.accent if plan.role == "target" else c.quiet))
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), words)
        painter.setFont(font(13))
        painter.setPen(QColor(c.text if plan.role in ("input", "target") else c.quiet))
        name = painter.fontMetrics().elidedText(plan.name, Qt.TextElideMode.ElideMiddle, rect.width() - room)
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), name)
        painter.restore()


class ColumnList(QWidget):
    """Shows every column. ``chosen(name)``: another one is selected; ``switched(plans, on)``: a wish."""

    chosen = Signal(str)
    switched = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.note = QLabel()
        self.note.setProperty("role", "note")
        self.search = QLineEdit(placeholderText=tr("Find a column"), clearButtonEnabled=True)
        self.search.setAccessibleName(tr("Find a column"))
        self.search.setToolTip(tr("Shows only the columns with these letters"))
        self.all = self._button(tr("All"), tr("Switches on every column that is listed"))
        self.none = self._button(tr("None"), tr("Switches off every column that is listed"))
        self.all.clicked.connect(self._all_on)
        self.none.clicked.connect(self._all_off)
        self._columns = _Columns(self)
        self._columns.toggled.connect(self._toggled)
        self._found = QSortFilterProxyModel(self)
        self._found.setSourceModel(self._columns)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search.textChanged.connect(self._found.setFilterFixedString)
        self.list = QListView()
        self.list.setObjectName("columns")
        self.list.setAccessibleName(tr("Columns of the table"))
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setModel(self._found)
        self.list.setItemDelegate(_Kinds(self.list))
        self.list.selectionModel().currentChanged.connect(self._tell)
        head = QHBoxLayout()
        for widget in (self.note, self.all, self.none):
            head.addWidget(widget)
        head.insertStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)

    @staticmethod
    def _button(text: str, words: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setProperty("role", "mini")
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def show_table(self, opened: Opened) -> None:
        """Shows the columns as they are planned."""
        plans = opened.plan.columns if opened.plan else ()
        self._columns.show_plans(plans)
        on = sum(plan.role == "input" for plan in plans)
        self.note.setText(tr("{0} of {1} on").format(f"{on:,}", f"{len(plans):,}"))

    def show_column(self, name: str) -> None:
        """Selects a column, if it is listed."""
        current = self.list.currentIndex()
        if current.isValid() and current.data() == name:
            return
        first = self._found.index(0, 0)
        exactly = Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchCaseSensitive
        found = self._found.match(first, Qt.ItemDataRole.DisplayRole, name, 1, exactly) if first.isValid() else []
        if found:
            self.list.setCurrentIndex(found[0])

    @Slot(QModelIndex, QModelIndex)
    def _tell(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid():
            self.chosen.emit(now.data())

    @Slot(object, bool)
    def _toggled(self, plan: ColumnPlan, on: bool) -> None:
        self.chosen.emit(plan.name)
        self.switched.emit((plan,), on)

    @Slot()
    def _all_on(self) -> None:
        self._switch_listed(True)

    @Slot()
    def _all_off(self) -> None:
        self._switch_listed(False)

    def _switch_listed(self, on: bool) -> None:
        listed = (self._found.index(row, 0).data(_PLAN) for row in range(self._found.rowCount()))
        # What is no input by its nature, such as an identifier, is not switched on by the way.
        now = "off" if on else "input"
        plans = tuple(plan for plan in listed if plan.role == now and plan.kind in USABLE)
        self.switched.emit(plans, on)
