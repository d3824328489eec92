"""Marks on single edges: the one that is selected, those that are frozen, and those that are held at zero."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from engine.snapshot import Snapshot
from gui.diagram.layout import Column
from gui.selection import Selection, Weight
from gui.theme import colour, colours

# More marks than this would hide the edges they are on.
_MOST = 400
_REACH, _SIZE = 6.0, 3.2


def ends(columns: tuple[Column, ...], weight: Weight) -> tuple[QPointF, QPointF] | None:
    """Where the curve of a weight begins and ends; None where one of its nodes is not drawn."""
    if weight.layer + 1 >= len(columns):
        return None
    left, right = columns[weight.layer], columns[weight.layer + 1]
    starts = [node.y for node in left.nodes if node.index == weight.source]
    stops = [node.y for node in right.nodes if node.index == weight.unit]
    if not starts or not stops:
        return None
    return QPointF(left.x + left.size / 2, starts[0]), QPointF(right.x - right.size / 2, stops[0])


def marked(snapshot: Snapshot, columns: tuple[Column, ...]) -> Iterator[tuple[Weight, QPointF, bool]]:
    """Weights that training does not move, with the middle of their curve and whether they are held at zero."""
    count = 0
    for layer, plan in enumerate(snapshot.plan.layers):
        for pairs, pruned in ((plan.frozen_weights, False), (plan.pruned_weights, True)):
            for source, unit in pairs:
                both = ends(columns, Weight(layer, source, unit))
                if both is not None and count < _MOST:
                    count += 1
                    yield Weight(layer, source, unit), (both[0] + both[1]) / 2, pruned


def at(snapshot: Snapshot, columns: tuple[Column, ...], place: QPointF) -> Weight | None:
    """The frozen or pruned weight whose mark lies at a place: a weight of zero has no edge that could be found."""
    for weight, middle, _ in marked(snapshot, columns):
        if (middle - place).manhattanLength() <= _REACH:
            return weight
    return None


def paint(
    painter: QPainter, snapshot: Snapshot, columns: tuple[Column, ...], selection: Selection, cell: QRectF | None
) -> None:
    """Draws the marks over the edges. ``cell`` is the place of the selected weight in a heat map, if it is in one."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if isinstance(selection, Weight):
        _paint_selected(painter, ends(columns, selection), cell)
    c = colours()
    for _, middle, pruned in marked(snapshot, columns):
        painter.setPen(QPen(QColor(c.text), 1.4))
        if pruned:
            for way in (QPointF(_SIZE, _SIZE), QPointF(_SIZE, -_SIZE)):
                painter.drawLine(middle - way, middle + way)
        else:
            painter.setBrush(QColor(c.surface))
            painter.drawEllipse(middle, _SIZE, _SIZE)


def _paint_selected(painter: QPainter, both: tuple[QPointF, QPointF] | None, cell: QRectF | None) -> None:
    """A band in the accent's colour along the edge, with a dot in its middle; a frame around a cell."""
    accent = colours().accent
    if cell is not None:
        painter.setPen(QPen(QColor(accent), 2.0))
        painter.drawRect(cell.adjusted(-2.0, -2.0, 2.0, 2.0))
    elif both is not None:
        start, stop = both
        half = (stop.x() - start.x()) / 2
        path = QPainterPath(start)
        path.cubicTo(start + QPointF(half, 0.0), stop - QPointF(half, 0.0), stop)
        painter.setPen(QPen(colour(accent, 0.35), 9.0))
        painter.drawPath(path)
        painter.setPen(QPen(QColor(colours().surface), 1.5))
        painter.setBrush(QColor(accent))
        painter.drawEllipse((start + stop) / 2, 5.0, 5.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
