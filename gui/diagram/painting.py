"""Paints the nodes and the words of the diagram; the edges below them are pictures already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from engine.plan import LayerPlan
from engine.snapshot import Snapshot
from gui.diagram.layout import FOOT, MARK_LINE, Column, Mark, title_room
from gui.selection import Selection, StageAt, Unit, is_frozen, output_names, stage_name
from gui.text import in_a_sentence, signed, tr
from gui.theme import colour, colours, font
from gui.thumbnails import Thumbnails, corner


@dataclass(frozen=True)
class Painting:
    """One frame: what to paint and on what. ``sides`` are those of the layers' nodes in pixels of the device."""

    painter: QPainter
    snapshot: Snapshot
    columns: tuple[Column, ...]
    marks: tuple[Mark, ...]
    selection: Selection
    thumbnails: Thumbnails
    sides: list[int]
    density: float
    size: QSizeF
    scale: float

    def paint(self) -> None:
        """Everything above the edges."""
        for number, column in enumerate(self.columns):
            self._column(number, column)
        self._heads()
        for mark in self.marks:
            self._stage(mark)
        self._legend()

    def _column(self, number: int, column: Column) -> None:
        if number == 0:
            self._inputs(column)
        for node in column.nodes if number else ():
            self._unit(number, node.index, self._box(column, node.y))
        if number == len(self.columns) - 1:
            self._output_names(column)
        if column.gap_y is not None:
            self.painter.setPen(QColor(colours().quiet))
            self.painter.setFont(font(12))
            box = QRectF(column.x - 40, column.gap_y - 12, 80, 24)
            self.painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"… {column.count:,}")

    @staticmethod
    def _box(column: Column, y: float) -> QRectF:
        # On whole pixels, where a picture of the right size is copied and not scaled.
        return QRectF(round(column.x - column.size / 2), round(y - column.size / 2), column.size, column.size)

    def _inputs(self, column: Column) -> None:
        c, painter = colours(), self.painter
        radius = min(column.size / 2, 8.0)
        painter.setFont(font(12))
        metrics = painter.fontMetrics()
        room = column.x + column.size / 2 - 2 * radius - 14
        for node in column.nodes:
            chosen = self.selection == Unit(0, node.index)
            painter.setPen(QPen(QColor(c.accent if chosen else c.quiet), 2.0))
            painter.setBrush(QColor(c.surface))
            painter.drawEllipse(QPointF(node.x + column.size / 2 - radius, node.y), radius, radius)
            name = metrics.elidedText(self.snapshot.data.names[node.index], Qt.TextElideMode.ElideMiddle, int(room))
            painter.setPen(QColor(c.text))
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(6, node.y - 10, room, 20), side, name)

    def _output_names(self, column: Column) -> None:
        painter = self.painter
        painter.setFont(font(12))
        painter.setPen(QColor(colours().text))
        left = column.x + column.size / 2 + 10
        names, metrics = output_names(self.snapshot), painter.fontMetrics()
        for node in column.nodes:
            room = int(self.size.width() - left - 6)
            name = metrics.elidedText(names[node.index], Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPointF(left, node.y + 4.5), name)

    def _unit(self, column: int, index: int, box: QRectF) -> None:
        c, painter = colours(), self.painter
        radius = corner(box.width())
        image = self.thumbnails.image(self.snapshot, column - 1, index, self.sides)
        if image is not None:
            image.setDevicePixelRatio(self.density)
            painter.drawImage(box.topLeft(), image)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            # A ground first, so that edges do not shine through a unit that answers little.
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.surface))
            painter.drawRoundedRect(box, radius, radius)
            painter.setBrush(self._activity(column - 1, index))
        chosen = self.selection == Unit(column, index)
        pen = QPen(QColor(c.accent), 2.4) if chosen else QPen(QColor(c.line), 1.0)
        if is_frozen(self.snapshot.plan.layers[column - 1], index):
            pen = QPen(QColor(c.accent if chosen else c.quiet), 2.0, Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawRoundedRect(box, radius, radius)

    def _stage(self, mark: Mark) -> None:
        """The name of a stage in a small frame, or a dot where there is no room for words."""
        c, painter = colours(), self.painter
        chosen = self.selection == StageAt(mark.place)
        painter.setFont(font(11))
        metrics = painter.fontMetrics()
        words = stage_name(self.snapshot.experiment.network.layers[mark.place])
        if mark.more:
            words = tr("… {0} more").format(mark.more + 1)
        short = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(mark.room - 12))
        width, height = metrics.horizontalAdvance(short) + 14.0, MARK_LINE - 3.0
        painter.setPen(QPen(QColor(c.accent if chosen else c.line), 1.4 if chosen else 1.0))
        painter.setBrush(QColor(c.surface))
        if mark.room < 34.0:
            painter.drawEllipse(QPointF(mark.x, mark.y), 3.0, 3.0)
            return
        box = QRectF(mark.x - width / 2, mark.y - height / 2, width, height)
        painter.drawRoundedRect(box, height / 2, height / 2)
        painter.setPen(QColor(c.text if chosen else c.quiet))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, short)

    def _activity(self, layer: int, index: int) -> QColor:
        """The colour of a node without a picture: the sign and size of its answer to the traced row."""
        trace = self.snapshot.trace
        if trace is None or layer >= len(trace.a):
            return QColor(colours().chip)
        answers = np.nan_to_num(trace.a[layer])
        value, top = float(answers[index]), float(np.abs(answers).max(initial=1e-9))
        strength = 0.08 + 0.92 * min(abs(value) / top, 1.0)
        return colour(colours().positive if value >= 0 else colours().negative, strength)

    def _heads(self) -> None:
        c, painter, plan = colours(), self.painter, self.snapshot.plan
        heads = [(tr("inputs"), f"{plan.widths[0]:,}", "")]
        for layer in plan.layers:
            below = f"{layer.units:,} · {in_a_sentence(layer.activation.label)}"
            heads.append((layer.name, below, _peculiarities(layer)))
        room = title_room(self.columns[1].x - self.columns[0].x)
        for column, (title, below, note) in zip(self.columns, heads, strict=True):
            for text, y, size, tint, weight in (
                (title, 16.0, 12, c.text, QFont.Weight.DemiBold),
                (below, 33.0, 12, c.quiet, QFont.Weight.Normal),
                (note, 49.0, 11, c.quiet, QFont.Weight.Normal),
            ):
                painter.setFont(font(size, weight))
                painter.setPen(QColor(tint))
                short = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room))
                painter.drawText(QRectF(column.x - 70, y, 140, 18), Qt.AlignmentFlag.AlignCenter, short)

    def _legend(self) -> None:
        c, painter = colours(), self.painter
        painter.setFont(font(11))
        y, x = self.size.height() - FOOT / 2 + 3, 22.0
        painter.setPen(QColor(c.quiet))
        painter.drawText(QPointF(x, y + 4), tr("weight"))
        x += painter.fontMetrics().horizontalAdvance(tr("weight")) + 14
        for share in (-1.0, -0.5, 0.5, 1.0):
            pen = QPen(colour(c.positive if share > 0 else c.negative, 0.3 + 0.7 * abs(share)), 0.6 + 4.0 * abs(share))
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            if share < 0:
                pen.setDashPattern([7.0 / pen.widthF(), 4.5 / pen.widthF()])
            painter.setPen(pen)
            painter.drawLine(QPointF(x, y), QPointF(x + 30, y))
            painter.setPen(QColor(c.quiet))
            text = signed(share * self.scale, 2)
            painter.drawText(QPointF(x + 37, y + 4), text)
            x += 37 + painter.fontMetrics().horizontalAdvance(text) + 14


def _peculiarities(layer: LayerPlan) -> str:
    """What is not usual of a layer, in a few words."""
    found = [] if layer.bias else [tr("no bias")]
    if not layer.trainable:
        found.append(tr("frozen"))
    elif layer.frozen_units:
        found.append(tr("{0} frozen").format(len(layer.frozen_units)))
    return " · ".join(found)
