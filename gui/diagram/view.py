"""The network, drawn: columns of nodes, weights as curves, all of it live."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from engine.experiment import Experiment
from engine.snapshot import Snapshot
from gui import edits
from gui.diagram.controls import Controls
from gui.diagram.layout import FOOT, Column, edge_at, node_at, place, steady_scale
from gui.diagram.raster import Gap, Style
from gui.diagram.words import describe_edge, describe_unit
from gui.selection import Selection, Unit, Weight, output_names
from gui.text import signed, tr
from gui.theme import colour, colours, font
from gui.thumbnails import Thumbnails, corner

# Drawing the edges may take one part in so many of the time: some 25 times a second for small networks, more seldom
# for large ones. Nodes and figures keep their own pace.
_EDGES_SHARE = 8.0


class DiagramView(QWidget):
    """Shows a snapshot's network. ``selected(selection)`` and ``edited(experiment, text, merge)`` are wishes."""

    selected = Signal(object)
    edited = Signal(object, str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diagram")
        self.setMouseTracking(True)
        self.setMinimumSize(360, 260)
        self.setAccessibleName(tr("Network diagram"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._snapshot: Snapshot | None = None
        self._experiment: Experiment | None = None
        self._selection: Selection = None
        self._columns: tuple[Column, ...] = ()
        self._gaps: list[Gap] = []
        self._sides: list[int] = []
        self._edges: list[QImage] = []
        self._geometry_key: tuple[object, ...] = ()
        self._scale = 0.0
        self._thumbnails = Thumbnails()
        self._edges_at = self._edges_cost_s = 0.0
        self._catch_up = QTimer(self, singleShot=True)
        self._catch_up.timeout.connect(self._redraw_edges)
        self._controls = Controls(self)
        self._controls.units_wished.connect(self._change_units)
        self._controls.layer_wished.connect(self._insert_layer)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for a small network."""
        return QSize(760, 520)

    # -- what is shown ---------------------------------------------------------------------------

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws another instant."""
        if self._snapshot is None or snapshot.plan != self._snapshot.plan:
            self._scale = 0.0
            self._say_what_is_shown(snapshot)
        self._snapshot = snapshot
        self._place()
        now = perf_counter()
        if now - self._edges_at >= _EDGES_SHARE * self._edges_cost_s:
            self._edges = []
        else:
            self._catch_up.start(round(1000 * _EDGES_SHARE * self._edges_cost_s))
        self.update()

    def show_experiment(self, experiment: Experiment) -> None:
        """Takes over what the next edit starts from."""
        self._experiment = experiment

    def show_selection(self, selection: Selection) -> None:
        """Marks a unit or a weight."""
        self._selection = selection
        self.update()

    def _say_what_is_shown(self, snapshot: Snapshot) -> None:
        layers = ", ".join(f"{layer.name}: {layer.units} {layer.activation.label}" for layer in snapshot.plan.layers)
        self.setAccessibleDescription(f"{snapshot.plan.widths[0]} {tr('inputs')}, {layers}")

    def _place(self) -> None:
        """Works out the geometry again, but only when the network, the size or the density changed."""
        snapshot = self._snapshot
        if snapshot is None:
            return
        density = self.devicePixelRatioF()
        key = (snapshot.plan.widths, snapshot.data.names, self.size(), density)
        if key == self._geometry_key:
            return
        self._geometry_key = key
        self._edges, self._edges_cost_s = [], 0.0
        metrics = QFontMetricsF(font(12))
        left = 40.0 + min(max(metrics.horizontalAdvance(name) for name in snapshot.data.names), 150.0)
        right = 52.0 + min(max(metrics.horizontalAdvance(name) for name in output_names(snapshot)), 130.0)
        self._columns = place(snapshot.plan.widths, self.width(), self.height(), left, right)
        self._gaps = [
            Gap(
                a.middles * density,
                b.middles * density,
                round((b.x - b.size / 2 - a.x - a.size / 2) * density),
                round(self.height() * density),
                density,
            )
            for a, b in zip(self._columns[:-1], self._columns[1:], strict=True)
        ]
        self._sides = [round(column.size * density) for column in self._columns[1:]]
        self._controls.arrange(self._columns, snapshot)

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Edges first, then nodes over their ends, then the words."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours().surface))
        snapshot = self._snapshot
        if snapshot is None:
            painter.setPen(QColor(colours().quiet))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Loading the data…"))
            return
        if not self._edges:
            self._draw_edges(snapshot)
        for image, column in zip(self._edges, self._columns[:-1], strict=True):
            painter.drawImage(QPointF(column.x + column.size / 2, 0.0), image)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        for number_, column in enumerate(self._columns):
            self._paint_column(painter, snapshot, number_, column)
        self._paint_heads(painter, snapshot)
        self._paint_legend(painter)

    def _shown_weights(self, snapshot: Snapshot, layer: int) -> NDArray[np.float32]:
        """The weights between the nodes that are drawn, (shown inputs, shown units)."""
        w = snapshot.weights(layer)
        return np.asarray(w[np.ix_(self._columns[layer].shown, self._columns[layer + 1].shown)])

    @Slot()
    def _redraw_edges(self) -> None:
        self._edges = []
        self.update()

    def _draw_edges(self, snapshot: Snapshot) -> None:
        begun = perf_counter()
        self._catch_up.stop()
        c, density = colours(), self.devicePixelRatioF()
        plus, minus = QColor(c.positive), QColor(c.negative)
        style = Style(
            (plus.red(), plus.green(), plus.blue()),
            (minus.red(), minus.green(), minus.blue()),
            widest=4.6 if len(self._gaps) < 9 else 3.0,
        )
        self._scale = steady_scale(self._scale, snapshot.largest_weight())
        for layer, gap in enumerate(self._gaps):
            pixels = gap.draw(self._shown_weights(snapshot, layer), self._scale, style)
            image = QImage(
                pixels.data, gap.width, gap.height, 4 * gap.width, QImage.Format.Format_RGBA8888_Premultiplied
            ).copy()
            image.setDevicePixelRatio(density)
            self._edges.append(image)
        self._edges_at = perf_counter()
        self._edges_cost_s = self._edges_at - begun

    def _paint_column(self, painter: QPainter, snapshot: Snapshot, number_: int, column: Column) -> None:
        if number_ == 0:
            self._paint_inputs(painter, snapshot, column)
        else:
            for node in column.nodes:
                self._paint_unit(painter, snapshot, number_, node.index, self._box(column, node.y))
            if number_ == len(self._columns) - 1:
                self._paint_output_names(painter, snapshot, column)
        if column.gap_y is not None:
            painter.setPen(QColor(colours().quiet))
            painter.setFont(font(12))
            words = f"⋮ {column.count}"
            painter.drawText(QRectF(column.x - 40, column.gap_y - 12, 80, 24), Qt.AlignmentFlag.AlignCenter, words)

    @staticmethod
    def _box(column: Column, y: float) -> QRectF:
        # On whole pixels, where a picture of the right size is copied and not scaled.
        return QRectF(round(column.x - column.size / 2), round(y - column.size / 2), column.size, column.size)

    def _paint_inputs(self, painter: QPainter, snapshot: Snapshot, column: Column) -> None:
        c = colours()
        radius = min(column.size / 2, 8.0)
        painter.setFont(font(12))
        metrics = painter.fontMetrics()
        for node in column.nodes:
            chosen = self._selection == Unit(0, node.index)
            painter.setPen(QPen(QColor(c.accent if chosen else c.quiet), 2.0))
            painter.setBrush(QColor(c.surface))
            painter.drawEllipse(QPointF(node.x + column.size / 2 - radius, node.y), radius, radius)
            room = node.x + column.size / 2 - 2 * radius - 14
            name = metrics.elidedText(snapshot.data.names[node.index], Qt.TextElideMode.ElideMiddle, int(room))
            painter.setPen(QColor(c.text))
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(6, node.y - 10, room, 20), side, name)

    def _paint_output_names(self, painter: QPainter, snapshot: Snapshot, column: Column) -> None:
        painter.setFont(font(12))
        painter.setPen(QColor(colours().text))
        left = column.x + column.size / 2 + 10
        names, metrics = output_names(snapshot), painter.fontMetrics()
        for node in column.nodes:
            name = metrics.elidedText(names[node.index], Qt.TextElideMode.ElideRight, int(self.width() - left - 6))
            painter.drawText(QPointF(left, node.y + 4.5), name)

    def _paint_unit(self, painter: QPainter, snapshot: Snapshot, column: int, index: int, box: QRectF) -> None:
        c = colours()
        radius = corner(box.width())
        chosen = self._selection == Unit(column, index)
        image = self._thumbnails.image(snapshot, column - 1, index, self._sides)
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        if image is not None:
            image.setDevicePixelRatio(self.devicePixelRatioF())
            painter.drawImage(box.topLeft(), image)
        else:
            painter.setBrush(self._activity(snapshot, column - 1, index))
            painter.drawRoundedRect(box, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(c.accent), 2.4) if chosen else QPen(QColor(c.line), 1.0))
        painter.drawRoundedRect(box, radius, radius)
        painter.restore()

    def _activity(self, snapshot: Snapshot, layer: int, index: int) -> QColor:
        """The colour of a node without a picture: the sign and size of its answer to the traced row."""
        if snapshot.trace is None or layer >= len(snapshot.trace.a):
            return QColor(colours().chip)
        answers = snapshot.trace.a[layer]
        value, top = float(answers[index]), float(np.abs(answers).max(initial=1e-9))
        return colour(
            colours().positive if value >= 0 else colours().negative, 0.08 + 0.92 * min(abs(value) / top, 1.0)
        )

    def _paint_heads(self, painter: QPainter, snapshot: Snapshot) -> None:
        c = colours()
        heads = [(tr("inputs"), f"{snapshot.plan.widths[0]}")]
        heads += [(layer.name, f"{layer.units} · {layer.activation.label.lower()}") for layer in snapshot.plan.layers]
        room = self._columns[1].x - self._columns[0].x if len(self._columns) > 1 else 120.0
        for column, (title, below) in zip(self._columns, heads, strict=True):
            for text, y, tint, weight in (
                (title, 16.0, c.text, QFont.Weight.DemiBold),
                (below, 33.0, c.quiet, QFont.Weight.Normal),
            ):
                painter.setFont(font(12, weight))
                painter.setPen(QColor(tint))
                text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(max(room - 8, 56)))
                painter.drawText(QRectF(column.x - 70, y, 140, 18), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_legend(self, painter: QPainter) -> None:
        c = colours()
        painter.setFont(font(11))
        y, x = self.height() - FOOT / 2 + 3, 22.0
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
            text = signed(share * self._scale, 2)
            painter.drawText(QPointF(x + 37, y + 4), text)
            x += 37 + painter.fontMetrics().horizontalAdvance(text) + 14

    # -- the pointer -----------------------------------------------------------------------------

    def _under(self, position: QPointF) -> Selection:
        if self._snapshot is None:
            return None
        node = node_at(self._columns, position.x(), position.y())
        if node is not None:
            return Unit(*node)
        sizes = [np.abs(self._shown_weights(self._snapshot, i)).astype(float) for i in range(len(self._gaps))]
        edge = edge_at(self._columns, sizes, position.x(), position.y())
        return Weight(*edge) if edge is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says the numbers of what is under the pointer."""
        under = self._under(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if under else Qt.CursorShape.ArrowCursor)
        if under is None or self._snapshot is None:
            QToolTip.hideText()
            return
        text = describe_unit(self._snapshot, under) if isinstance(under, Unit) else describe_edge(self._snapshot, under)
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Selects what is under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.selected.emit(self._under(event.position()))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Makes use of the new size."""
        self._edges = []
        self._place()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the edges again in the colours of another theme."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._edges = []
            self._thumbnails = Thumbnails()
            self.update()
        super().changeEvent(event)

    # -- wishes ----------------------------------------------------------------------------------

    def _change_units(self, layer: int, by: int) -> None:
        if self._experiment is not None:
            changed = edits.change_units(self._experiment, layer, by)
            self.edited.emit(changed, tr("Units of hidden {0}").format(layer + 1), "")

    def _insert_layer(self, position: int) -> None:
        if self._experiment is not None:
            self.edited.emit(edits.insert_layer(self._experiment, position), tr("Add layer"), "")
