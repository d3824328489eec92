"""What surrounds a heat map between two columns: a band to each of them, a frame, and marks of what is pointed at."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from gui import amounts
from gui.diagram.layout import Column
from gui.diagram.ribbon import Ribbon
from gui.theme import colour, colours, font


def paint_under(painter: QPainter, ribbon: Ribbon, left: Column, right: Column) -> None:
    """The ground of the map and the bands that lead from the columns to it."""
    c = colours()
    box = _box(ribbon)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for column, at, edge in (
        (left, left.x + left.size / 2, box.left()),
        (right, right.x - right.size / 2, box.right()),
    ):
        if not column.nodes:
            continue
        top, bottom = float(column.middles[0]), float(column.middles[-1])
        band = QPainterPath(QPointF(at, top))
        _curve(band, QPointF(at, top), QPointF(edge, box.top()))
        band.lineTo(edge, box.bottom())
        _curve(band, QPointF(edge, box.bottom()), QPointF(at, bottom))
        painter.fillPath(band, colour(c.chip, 0.7))
        painter.setPen(QPen(QColor(c.line), 1.0))
        for y, corner in ((top, box.top()), (bottom, box.bottom())):
            lead = QPainterPath(QPointF(at, y))
            _curve(lead, QPointF(at, y), QPointF(edge, corner))
            painter.drawPath(lead)
    painter.restore()
    painter.fillRect(box, QColor(c.surface))


def paint_over(painter: QPainter, ribbon: Ribbon, source: int | None, unit: int | None) -> None:
    """The frame, the shape of the matrix in words, and a mark around a row, a column or a cell."""
    c = colours()
    box = _box(ribbon)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(c.faint), 1.0))
    painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))
    painter.setFont(font(11))
    painter.setPen(QColor(c.quiet))
    words = f"{amounts.inputs(ribbon.inputs)} ↓  {amounts.units(ribbon.units)} →"
    metrics = painter.fontMetrics()
    if metrics.horizontalAdvance(words) > max(box.width() * 1.5, 60.0):
        words = f"{ribbon.inputs:,} × {ribbon.units:,}"
    middle = box.center().x()
    painter.drawText(QRectF(middle - 90.0, box.bottom() + 3.0, 180.0, 16.0), Qt.AlignmentFlag.AlignCenter, words)
    if source is None and unit is None:
        return
    left, top, width, height = ribbon.cell_of(source or 0, unit or 0)
    if source is None:
        top, height = ribbon.top, ribbon.height
    if unit is None:
        left, width = ribbon.left, ribbon.width
    mark = QRectF(left, top, width, height).adjusted(-2.0, -2.0, 2.0, 2.0)
    for tint, broad in ((c.surface, 4.5), (c.accent, 1.8)):
        painter.setPen(QPen(QColor(tint), broad))
        painter.drawRect(mark)


def _box(ribbon: Ribbon) -> QRectF:
    return QRectF(ribbon.left, ribbon.top, ribbon.width, ribbon.height)


def _curve(path: QPainterPath, start: QPointF, end: QPointF) -> None:
    middle = (start.x() + end.x()) / 2
    path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
