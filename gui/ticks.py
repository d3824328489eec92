"""Boxes to tick in a list, drawn as everywhere in the window."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.theme import colours

_Index = QModelIndex | QPersistentModelIndex
_MARK = ((-3.4, 0.2), (-1.0, 2.6), (3.6, -2.6))


class Ticks(QStyledItemDelegate):
    """Paints the mark into the boxes that are ticked; the theme has no picture of one."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """The line as ever, then the mark."""
        super().paint(painter, option, index)
        ticked = index.data(Qt.ItemDataRole.CheckStateRole)
        if ticked is None or Qt.CheckState(ticked) != Qt.CheckState.Checked:
            return
        full = QStyleOptionViewItem(option)
        self.initStyleOption(full, index)
        where = QStyle.SubElement.SE_ItemViewItemCheckIndicator
        middle = QPointF(full.widget.style().subElementRect(where, full, full.widget).center()) + QPointF(0.5, 0.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours().on_accent), 1.8))
        painter.drawPolyline([middle + QPointF(*by) for by in _MARK])
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802 - Qt's name
        """One line."""
        return QSize(super().sizeHint(option, index).width(), 28)
