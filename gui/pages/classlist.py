"""A legend of the classes that can be chosen from: the pen of each, its name and its figure."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from gui.plots.titles import series_pen
from gui.text import tr
from gui.theme import colours

_LINE = 20
# So many lines are seen at once where there is little room.
_SHOWN = 3.5


class ClassList(QListWidget):
    """``class_picked(index)``: a class of the data; the one that is chosen already picks none, -1."""

    class_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Classes"))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setIconSize(QSize(20, 12))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._chosen = -1
        self._entries: list[tuple[int, str]] = []
        self.itemClicked.connect(self._pick)
        self.itemActivated.connect(self._pick)

    def show_entries(self, entries: list[tuple[int, str]], chosen: int) -> None:
        """Shows classes, (index, words), and which one is chosen."""
        if [k for k, _ in entries] != [k for k, _ in self._entries]:
            self.clear()
            for index, _ in entries:
                item = QListWidgetItem()
                item.setData(Qt.ItemDataRole.UserRole, index)
                item.setSizeHint(QSize(10, _LINE))
                self.addItem(item)
            self.show_theme()
            self.setMaximumHeight(round(_LINE * min(len(entries), _SHOWN)) + 2)
        for place, (index, words) in enumerate(entries):
            item = self.item(place)
            item.setText(words)
            item.setToolTip(words)
            strong = item.font()
            strong.setBold(index == chosen)
            item.setFont(strong)
            item.setSelected(index == chosen)
        self._entries, self._chosen = entries, chosen

    def show_theme(self) -> None:
        """Draws the pens in the colours of the theme in force."""
        for place in range(self.count()):
            self.item(place).setIcon(_swatch(self.item(place).data(Qt.ItemDataRole.UserRole)))
        self.setStyleSheet(f"QListWidget {{ color: {colours().text}; font-size: 12px; background: transparent; }}")

    @Slot(QListWidgetItem)
    def _pick(self, item: QListWidgetItem) -> None:
        index = int(item.data(Qt.ItemDataRole.UserRole))
        self.class_picked.emit(-1 if index == self._chosen else index)


def _swatch(index: int) -> QIcon:
    """A short line in the pen of a class, sharp at double pixel density."""
    picture = QPixmap(40, 24)
    picture.setDevicePixelRatio(2.0)
    picture.fill(QColor(0, 0, 0, 0))
    with QPainter(picture) as painter:
        painter.setPen(series_pen(index, 2.0))
        painter.drawLine(QPointF(1, 6), QPointF(19, 6))
    # The same when it is selected: Qt tints it otherwise.
    made = QIcon(picture)
    made.addPixmap(picture, QIcon.Mode.Selected)
    return made
