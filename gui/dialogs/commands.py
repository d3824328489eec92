"""The command palette: find any command by a few letters of its name."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gui.text import keys_in_words, tr


def matches(query: str, text: str) -> bool:
    """Whether every word of the query begins or lies within the text, whatever the case."""
    return all(word in text.lower() for word in query.lower().split())


class CommandPalette(QDialog):
    """A line to type in and the commands that match; Enter runs the selected one."""

    def __init__(self, actions: list[QAction], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAccessibleName(tr("Search commands"))
        self._actions = actions
        self.line = QLineEdit(placeholderText=tr("Search commands"))
        self.line.setAccessibleName(tr("Search commands"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Commands found"))
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.line)
        layout.addWidget(self.list)
        self.resize(440, 360)
        self.line.textChanged.connect(self._filter)
        self.line.installEventFilter(self)
        self.list.itemActivated.connect(self._run)
        self.list.itemClicked.connect(self._run)
        self._filter("")

    @Slot(str)
    def _filter(self, query: str) -> None:
        self.list.clear()
        for action in self._actions:
            if matches(query, f"{action.text()} {action.toolTip()}"):
                keys = keys_in_words(action.shortcut())
                item = QListWidgetItem(f"{action.text()}    {keys}" if keys else action.text())
                item.setToolTip(action.toolTip())
                item.setData(Qt.ItemDataRole.UserRole, action)
                if not action.isEnabled():
                    item.setFlags(Qt.ItemFlag.NoItemFlags)  # found, but grey: the tooltip says why
                self.list.addItem(item)
        if self.list.count() == 0:
            nothing = QListWidgetItem(tr("No command has these words."))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        self._go(1, start=-1)

    def _go(self, step: int, start: int) -> None:
        """Selects the next command that can be run, from a row on; none where there is none."""
        count = self.list.count()
        for distance in range(1, count + 1):
            row = (start + step * distance) % count
            if self.list.item(row).flags() & Qt.ItemFlag.ItemIsEnabled:
                self.list.setCurrentRow(row)
                return
        self.list.setCurrentRow(-1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Up, down and Enter in the line go to the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self._go(step, self.list.currentRow())
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self.list.currentItem() is not None:
                    self._run(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    @Slot(QListWidgetItem)
    def _run(self, item: QListWidgetItem) -> None:
        action = item.data(Qt.ItemDataRole.UserRole)
        if action is None or not action.isEnabled():
            return
        self.close()
        action.trigger()
