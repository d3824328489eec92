"""The list of targets: what each is for, and what it takes to run it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.export.target import Target
from gui.text import tr
from gui.theme import colours, font

_TARGET = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_LEFT = int(Qt.AlignmentFlag.AlignLeft)
_WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
_MARGIN, _GAP, _LINE = 10, 2, 18
_ABOVE, _WIDTH = 7, 296


class _Lines(QStyledItemDelegate):
    """Paints the name, at its right what it needs, and below what it is for."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """One target, on a rounded ground where it is selected."""
        target, c = index.data(_TARGET), colours()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = chosen and bool(option.state & QStyle.StateFlag.State_HasFocus)
        rect = option.rect.adjusted(_MARGIN, _ABOVE, -_MARGIN, 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(QPen(QColor(c.accent)) if focused else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.accent_soft))
            painter.drawRoundedRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        first = QRect(rect.left(), rect.top(), rect.width(), _LINE)
        painter.setFont(font(11))
        painter.setPen(QColor(c.quiet))
        painter.drawText(first, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), needs(target))
        painter.setFont(font(13, QFont.Weight.DemiBold))
        painter.setPen(QColor(c.text))
        painter.drawText(first, _LEFT | int(Qt.AlignmentFlag.AlignVCenter), tr(target.label))
        painter.setFont(font(12))
        painter.setPen(QColor(c.quiet))
        painter.drawText(rect.adjusted(0, _LINE + _GAP, 0, 0), _WRAPPED, tr(target.about))
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802 - Qt's name
        """As high as its words, in the width of the list."""
        view = self.parent()
        assert isinstance(view, QListWidget)
        width = view.viewport().width()
        room = QRect(0, 0, width - 2 * _MARGIN, 1000)
        words = QFontMetrics(font(12)).boundingRect(room, _WRAPPED, tr(index.data(_TARGET).about))
        return QSize(width, 2 * _ABOVE + _LINE + _GAP + words.height())


class TargetList(QListWidget):
    """Every target, in the order of the registry. ``chosen(target)``: another one is selected."""

    chosen = Signal(object)

    def __init__(self, targets: Iterable[Target], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("What to export"))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setObjectName("targets")
        self.setItemDelegate(_Lines(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setMinimumWidth(_WIDTH)
        for target in targets:
            item = QListWidgetItem(tr(target.label))
            item.setData(_TARGET, target)
            words = ", ".join(filter(None, (tr(target.label), needs(target), tr(target.about))))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
            self.addItem(item)
        self.currentItemChanged.connect(self._tell)

    @property
    def target(self) -> Target:
        """The one that is selected."""
        target: Target = self.currentItem().data(_TARGET)
        return target

    def show_target(self, key: str) -> None:
        """Selects a target, the first one where there is none of that key."""
        keys = [self.item(row).data(_TARGET).key for row in range(self.count())]
        self.setCurrentRow(keys.index(key) if key in keys else 0)

    @Slot(QListWidgetItem, QListWidgetItem)
    def _tell(self, now: QListWidgetItem, _before: QListWidgetItem) -> None:
        self.chosen.emit(now.data(_TARGET))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Words take more or fewer lines in another width; the selected target stays in sight."""
        super().resizeEvent(event)
        self.doItemsLayout()
        self.scrollTo(self.currentIndex())


def needs(target: Target) -> str:
    """What must be installed to run it, "" for nothing beyond NumPy."""
    return tr("needs {0}").format(target.package or target.requires) if target.requires else ""
