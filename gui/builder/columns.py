"""Which columns of the table are inputs: a chip each, or a list where there are many."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QMenu, QToolButton, QVBoxLayout, QWidget, QWidgetAction

from engine.data.derived import without_unit
from gui.builder.flow import FlowLayout, label_chip
from gui.text import tr
from gui.ticks import Ticks

_MOST_CHIPS = 6


class ColumnPicker(QWidget):
    """Shows which columns are switched on. ``picked(tuple of names)`` is the wish for others."""

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[str, ...] = ()
        self._on: tuple[str, ...] = ()
        self._chips: list[QToolButton] = []
        self._list = QListWidget()
        self._list.setObjectName("inputs")
        self._list.setAccessibleName(tr("Inputs"))
        self._list.setItemDelegate(Ticks(self._list))
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setMinimumSize(260, 320)
        self._list.itemChanged.connect(self._item_toggled)
        self._many = QToolButton()
        self._many.setProperty("role", "chip")
        self._many.setCheckable(True)
        self._many.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._many.setToolTip(tr("Choose what the network is given"))
        self._many.hide()  # until there are columns
        menu = QMenu(self._many)
        action = QWidgetAction(menu)
        action.setDefaultWidget(self._list)
        menu.addAction(action)
        self._many.setMenu(menu)
        self._flow_host = QWidget()
        self._flow = FlowLayout(self._flow_host)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._flow_host)
        layout.addWidget(self._many, 0, Qt.AlignmentFlag.AlignLeft)

    def show_columns(self, columns: tuple[str, ...], on: tuple[str, ...]) -> None:
        """Shows all columns of the table and those that are inputs."""
        if columns != self._columns:
            self._rebuild(columns)
        self._on = on
        for chip in self._chips:
            chip.setChecked(chip.property("column") in on)
        self._list.blockSignals(True)
        found = set(on)  # there may be thousands
        for i in range(self._list.count()):
            item = self._list.item(i)
            item.setCheckState(Qt.CheckState.Checked if item.text() in found else Qt.CheckState.Unchecked)
        self._list.blockSignals(False)
        self._many.setText(tr("{0} of {1} inputs").format(len(on), len(columns)))
        self._many.setChecked(True)

    def _rebuild(self, columns: tuple[str, ...]) -> None:
        self._columns = columns
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = []
        self._list.clear()
        many = len(columns) > _MOST_CHIPS
        self._many.setVisible(many)
        self._flow_host.setVisible(not many)
        for name in columns:
            if many:
                item = QListWidgetItem(name)
                item.setToolTip(name)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
                self._list.addItem(item)
            else:
                self._flow.addWidget(self._chip(name))

    def _chip(self, name: str) -> QToolButton:
        chip = QToolButton()
        label_chip(chip, without_unit(name))
        chip.setProperty("role", "chip")
        chip.setProperty("column", name)
        chip.setCheckable(True)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.setToolTip(tr("{0}: switch this input on or off").format(name))
        chip.setAccessibleName(name)
        chip.clicked.connect(self._chip_toggled)
        self._chips.append(chip)
        return chip

    @Slot()
    def _chip_toggled(self) -> None:
        chip = self.sender()
        assert isinstance(chip, QToolButton)
        self._wish({**dict.fromkeys(self._on, True), str(chip.property("column")): chip.isChecked()})

    @Slot(QListWidgetItem)
    def _item_toggled(self, item: QListWidgetItem) -> None:
        self._wish({**dict.fromkeys(self._on, True), item.text(): item.checkState() == Qt.CheckState.Checked})

    def _wish(self, on: dict[str, bool]) -> None:
        self.picked.emit(tuple(name for name in self._columns if on.get(name)))
        # What was wished is shown when it has become true.
        self.show_columns(self._columns, self._on)
