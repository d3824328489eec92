"""Paints the nodes and the words of the diagram; the edges below them are pictures already."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from engine.plan import LayerPlan
from engine.snapshot import Snapshot
from gui.diagram import legend
from gui.diagram.layout import MARK_LINE, Column, Mark, title_room
from gui.diagram.nodes import dead_units, image_side, kind_of
from gui.diagram.shown import Shown
from gui.diagram.words import compact, in_a_box, output_in_words, sure_output
from gui.selection import Selection, StageAt, Unit, is_frozen, name_in_plan, number_in_plan, output_names, stage_name
from gui.text import in_a_sentence, tr
from gui.theme import blend, colour, colours, font, readable_on
from gui.thumbnails import Thumbnails, class_tint, corner

# A number is written into a box from this side on.
_FOR_NUMBERS = 22.0
# Narrower titles than this are written in short.
_FOR_NAMES = 52.0
# What is kept free for a number beside an input or an output.
NUMBER = 40.0


@dataclass(frozen=True)
class Painting:
    """One frame: what to paint and on what. ``sides`` are those of the layers' nodes in pixels of the device.

    ``drawn``: how many of how many edges there are pictures of, when not all; ``legend_room`` is the width that the
    lower line of the legend has, all when None.
    """

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
    shown: Shown = field(default=Shown())
    drawn: tuple[int, int] | None = None
    legend_room: float | None = None

    def paint(self) -> None:
        """Everything above the edges."""
        for number, column in enumerate(self.columns):
            self._column(number, column)
        self._heads()
        for mark in self.marks:
            self._stage(mark)
        found = legend.legend_of(self.snapshot, self.shown, self.scale, self.drawn)
        legend.paint(self.painter, found, self.size, self.legend_room)

    def _column(self, number: int, column: Column) -> None:
        if number == 0:
            self._inputs(column)
        else:
            self._units(number, column)
        if number == len(self.columns) - 1:
            self._output_names(column)
        if column.gap_y is not None:
            self._folded(column.x, column.gap_y, column.count)

    def _folded(self, x: float, y: float, count: int) -> None:
        """The ellipsis between the first and the last units, with the true count where there is room for it."""
        painter = self.painter
        painter.setFont(font(12))
        words = f"… {count:,}"
        if title_room(self.columns[1].x - self.columns[0].x) < _FOR_NAMES:
            words = "…"
        width = painter.fontMetrics().horizontalAdvance(words) + 6.0
        box = QRectF(x - width / 2, y - 9.0, width, 18.0)
        painter.fillRect(box, QColor(colours().surface))  # edges that cross between do not run through the figures
        painter.setPen(QColor(colours().quiet))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    @staticmethod
    def _box(column: Column, y: float) -> QRectF:
        # On whole pixels, where a picture of the right size is copied and not scaled.
        return QRectF(round(column.x - column.size / 2), round(y - column.size / 2), column.size, column.size)

    def _inputs(self, column: Column) -> None:
        c, painter, trace = colours(), self.painter, self.snapshot.trace
        radius = min(column.size / 2, 8.0)
        greys = self.thumbnails.greys(self.snapshot)
        x = trace.x if trace is not None and self.shown.nodes == "sample" and greys is None else None
        painter.setFont(font(12))
        metrics = painter.fontMetrics()
        room = column.x + column.size / 2 - 2 * radius - 14
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        plain, chosen, text = QPen(QColor(c.quiet), 2.0), QPen(QColor(c.accent), 2.0), QColor(c.text)
        painter.setBrush(QColor(c.surface))
        for node in column.nodes:
            painter.setPen(chosen if self.selection == Unit(0, node.index) else plain)
            if greys is not None:
                painter.setBrush(blend(c.text, float(greys[node.index]), c.surface))
            painter.drawEllipse(QPointF(node.x + column.size / 2 - radius, node.y), radius, radius)
            name, free = self.snapshot.data.names[node.index], room
            if x is not None:
                value, free = float(x[node.index]), room - NUMBER
                painter.setPen(QColor(c.positive if value >= 0 else c.negative_text))
                painter.drawText(QRectF(6, node.y - 10, room, 20), side, compact(value))
            painter.setPen(text)
            short = _elided(name, metrics, Qt.TextElideMode.ElideMiddle, int(free))
            painter.drawText(QRectF(6, node.y - 10, free, 20), side, short)

    def _output_names(self, column: Column) -> None:
        painter, c = self.painter, colours()
        painter.setFont(font(12))
        left = column.x + column.size / 2 + 10
        names, metrics = output_names(self.snapshot), painter.fontMetrics()
        traced = self.shown.nodes == "sample" and self.snapshot.trace is not None
        for node in column.nodes:
            room, name, number = self.size.width() - left - 6, names[node.index], ""
            if traced:
                share = sure_output(self.snapshot, node.index)
                if share is not None:
                    # As long as the output is sure; the full length is that of the name.
                    full = min(metrics.horizontalAdvance(name) + 8.0, room + 4)
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(colour(class_tint(node.index, len(names)), 0.25))
                    painter.drawRoundedRect(QRectF(left - 4, node.y - 9, max(share * full, 2.0), 18), 3, 3)
                # A probability that stands in the box is not said twice.
                if share is None or column.size < _FOR_NUMBERS:
                    number = f"{output_in_words(self.snapshot, node.index)}  "
            painter.setPen(QColor(c.text))
            shift = metrics.horizontalAdvance(number)
            short = _elided(name, metrics, Qt.TextElideMode.ElideRight, int(room - shift))
            painter.drawText(QPointF(left, node.y + 4.5), number + short)

    def _units(self, number: int, column: Column) -> None:
        """The boxes of a layer: ground or picture, number, marks, frame."""
        layer, snapshot = number - 1, self.snapshot
        images = self.thumbnails.images(snapshot, self.shown, layer, column, self.sides[layer], self.density)
        dead, kind = dead_units(snapshot, layer), kind_of(snapshot, self.shown, layer)
        numbers = self.shown.nodes == "sample" and kind == "row" and column.size >= _FOR_NUMBERS
        c, plan = colours(), snapshot.plan.layers[layer]
        hairline, no_brush = QPen(QColor(c.line), 1.0), Qt.BrushStyle.NoBrush
        special = set(range(plan.units)) if not plan.trainable else set(plan.frozen_units)
        if isinstance(self.selection, Unit) and self.selection.column == number:
            special.add(self.selection.index)
        rounding = corner(column.size)
        for node in column.nodes:
            box = self._box(column, node.y)
            if node.index in images:
                self.painter.drawImage(box.topLeft(), images[node.index])
            else:
                self._ground(layer, node.index, box, numbers, dead[node.index])
            if dead[node.index]:
                self._strike(box, over=node.index in images)
            self.painter.setPen(self._outline(number, node.index) if node.index in special else hairline)
            self.painter.setBrush(no_brush)
            self.painter.drawRoundedRect(box, rounding, rounding)

    def _ground(self, layer: int, index: int, box: QRectF, numbers: bool, dead: bool) -> None:
        """A box without a picture: the sign and size of the answer to the traced row, with or without the number."""
        c, painter, trace = colours(), self.painter, self.snapshot.trace
        tint = QColor(c.chip)
        if trace is not None and kind_of(self.snapshot, self.shown, layer) == "row":
            answers = np.nan_to_num(trace.a[layer])
            value, top = float(answers[index]), float(np.abs(answers).max(initial=1e-9))
            hue = c.positive if value >= 0 else c.negative
            if layer == len(self.columns) - 2 and sure_output(self.snapshot, index) is not None:
                hue, top = class_tint(index, len(answers)), 1.0
            # Solid, so that edges do not shine through a unit that answers little.
            tint = QColor(c.line) if dead else blend(hue, 0.08 + 0.92 * min(abs(value) / top, 1.0), c.surface)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawRoundedRect(box, corner(box.width()), corner(box.width()))
        if numbers and trace is not None:
            painter.setFont(font(max(min(round(box.width() / 3.2), 16), 9)))
            painter.setPen(readable_on(tint))
            fitting = in_a_box(float(trace.a[layer][index]), box.width() - 3, painter.fontMetrics().horizontalAdvance)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, fitting)

    def _strike(self, box: QRectF, over: bool) -> None:
        """A dead unit: a grey ground, over a picture half of it, and a small cross in the corner."""
        c, painter, side = colours(), self.painter, box.width()
        if over:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(c.line, 0.75))
            painter.drawRoundedRect(box, corner(side), corner(side))
        arm, away = max(min(side * 0.2, 9.0), 4.0), max(side * 0.12, 2.0)
        cross = QRectF(box.right() - arm - away, box.top() + away, arm, arm)
        painter.setPen(QPen(QColor(c.text), 1.4))
        painter.drawLine(cross.topLeft(), cross.bottomRight())
        painter.drawLine(cross.topRight(), cross.bottomLeft())

    def _outline(self, column: int, index: int) -> QPen:
        """What a box has instead of a hairline: a thick frame when it is selected, a dotted one when it is frozen."""
        c, chosen = colours(), self.selection == Unit(column, index)
        if is_frozen(self.snapshot.plan.layers[column - 1], index):
            return QPen(QColor(c.accent if chosen else c.quiet), 2.0, Qt.PenStyle.DotLine)
        return QPen(QColor(c.accent), 2.4)

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

    def _heads(self) -> None:
        c, painter, plan = colours(), self.painter, self.snapshot.plan
        room = title_room(self.columns[1].x - self.columns[0].x)
        names = [name_in_plan(layer) for layer in plan.layers]
        painter.setFont(font(12, QFont.Weight.DemiBold))
        # Of many layers only the numbers: half a word says nothing.
        short = room < max(_FOR_NAMES, *map(painter.fontMetrics().horizontalAdvance, names))
        heads = [(tr("in") if short else tr("inputs"), f"{plan.widths[0]:,}", "")]
        for layer, long in zip(plan.layers, names, strict=True):
            name = (tr("out") if layer.place < 0 else number_in_plan(layer)) if short else long
            below = f"{layer.units:,}" if short else f"{layer.units:,} · {in_a_sentence(tr(layer.activation.label))}"
            heads.append((name, below, _peculiarities(layer)))
        for column, (title, below, note) in zip(self.columns, heads, strict=True):
            for text, y, size, tint, weight in (
                (title, 16.0, 12, c.text, QFont.Weight.DemiBold),
                (below, 33.0, 12, c.quiet, QFont.Weight.Normal),
                (note, 49.0, 11, c.quiet, QFont.Weight.Normal),
            ):
                if not text:
                    continue
                painter.setFont(font(size, weight))
                painter.setPen(QColor(tint))
                fitting = _elided(text, painter.fontMetrics(), Qt.TextElideMode.ElideRight, int(room))
                painter.drawText(QRectF(column.x - 70, y, 140, 18), Qt.AlignmentFlag.AlignCenter, fitting)


def _elided(text: str, metrics: QFontMetrics, mode: Qt.TextElideMode, room: int) -> str:
    """As much of a text as there is room for."""
    # Most of them fit, and to measure a text is quicker than to lay it out.
    return text if metrics.horizontalAdvance(text) <= room else metrics.elidedText(text, mode, room)


def numbers_beside(snapshot: Snapshot, shown: Shown) -> tuple[float, float]:
    """What the numbers of the traced row need beside the names of the inputs and of the outputs, in pixels."""
    if shown.nodes != "sample" or snapshot.trace is None:
        return 0.0, 0.0
    images = image_side(snapshot.data.names) is not None
    return 0.0 if images else NUMBER, NUMBER if sure_output(snapshot, 0) is None else 0.0


def _peculiarities(layer: LayerPlan) -> str:
    """What is not usual of a layer, in a few words."""
    found = [] if layer.bias else [tr("no bias")]
    if not layer.trainable:
        found.append(tr("frozen"))
    elif layer.frozen_units:
        found.append(tr("{0} frozen").format(len(layer.frozen_units)))
    return " · ".join(found)
