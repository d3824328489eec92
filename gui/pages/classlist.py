"""A legend of the classes that can be chosen from: the pen of each, its name and its figure."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QListWidget, QListWidgetItem, QWidget

from gui.plots.titles import series_pen
from gui.text import shortened, tr
from gui.theme import colours

# Pixels: an entry at least; how many lines of them are seen at once, and how many letters of a name.
_WIDE, _LINE, _SHOWN, _LETTERS = 146, 20, 3, 11
_SCROLLBAR = 10
# Of the pen and the gaps of an entry.
_BESIDE = 40


class ClassList(QListWidget):
    """``class_picked(index)``: a class of the data; the one that is chosen already picks none, -1."""

    class_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Classes"))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setIconSize(QSize(20, 12))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._chosen = -1
        self._entries: list[tuple[int, str, str]] = []
        self.itemClicked.connect(self._pick)
        self.itemActivated.connect(self._pick)

    def show_entries(self, entries: list[tuple[int, str, str]], chosen: int) -> None:
        """Shows classes, (index, name, figure), and which one is chosen."""
        if [k for k, *_ in entries] != [k for k, *_ in self._entries]:
            self.clear()
            for index, *_ in entries:
                item = QListWidgetItem()
                item.setData(Qt.ItemDataRole.UserRole, index)
                self.addItem(item)
            self.show_theme()
        for place, (index, name, figure) in enumerate(entries):
            item = self.item(place)
            item.setText(f"{shortened(name, _LETTERS)}  {figure}".strip())
            item.setToolTip(f"{name}  {figure}".strip())
            item.setSelected(index == chosen)
        self._entries, self._chosen = entries, chosen
        self._fit()

    def _fit(self) -> None:
        """As high as its lines, up to a few."""
        texts = [self.item(place).text() for place in range(self.count())]
        longest = max(map(self.fontMetrics().horizontalAdvance, texts), default=0)
        across = max((self.width() - _SCROLLBAR) // max(longest + _BESIDE, _WIDE), 1)
        self.setGridSize(QSize((self.width() - _SCROLLBAR) // across, _LINE))
        self.setFixedHeight(_LINE * min(-(-self.count() // across), _SHOWN) + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Has more lines where there is less width."""
        super().resizeEvent(event)
        self._fit()

    def show_theme(self) -> None:
        """Draws the pens in the colours of the theme in force."""
        for place in range(self.count()):
            self.item(place).setIcon(_swatch(self.item(place).data(Qt.ItemDataRole.UserRole)))
        style = f"QListWidget {{ color: {colours().text}; font-size: 12px; border: none; padding: 0; }}"
        self.setStyleSheet(f"{style} QListWidget::item {{ padding: 0; }}")

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
