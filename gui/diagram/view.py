"""The network, drawn: columns of nodes, weights as curves, all of it live."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from engine.snapshot import Snapshot
from gui.diagram import badges
from gui.diagram.controls import Controls
from gui.diagram.edges import Edges
from gui.diagram.layout import Column, title_room
from gui.diagram.overview import Overview
from gui.diagram.painting import Painting, numbers_beside
from gui.diagram.pointer import Pointer
from gui.diagram.shown import Shown
from gui.diagram.viewbar import ViewBar
from gui.diagram.viewport import Viewport
from gui.diagram.words import describe_edge, describe_stage, describe_unit
from gui.diagram.zooming import ZoomingView
from gui.selection import (
    Selection,
    StageAt,
    Unit,
    Weight,
    name_in_plan,
    output_names,
    stage_name,
    stages_before,
    still_there,
)
from gui.text import tr
from gui.theme import colour, colours, font
from gui.thumbnails import Thumbnails

# When a frame had no time for all edges, the next one comes after this, even if no snapshot does. While training
# snapshots do, and a frame between two of them would take the time of both.
_CATCH_UP_MS, _CATCH_UP_RUNNING_MS = 30, 90
# What is scrolled fades over so many pixels before it passes under the titles or the legend.
_FADE = 14


class DiagramView(ZoomingView):
    """Shows a snapshot's network.

    ``selected(selection)``, ``view_chosen(shown)``, ``units_wished(layer, by)`` and ``layer_wished(gap)`` are wishes.
    ``hovered(selection)`` says what the pointer is on. ``edges.scale`` and ``edges.drawn`` are for a legend.
    """

    selected = Signal(object)
    units_wished = Signal(int, int)
    layer_wished = Signal(int)
    view_chosen = Signal(object)
    hovered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diagram")
        self.setMinimumSize(360, 260)
        self.setAccessibleName(tr("Network diagram"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._reached_by_key = False
        self._snapshot: Snapshot | None = None
        self._selection: Selection = None
        self._hovered: Selection = None
        self._geometry_key: tuple[object, ...] = ()
        self._said: tuple[int, int] | None = None
        self.edges, self._thumbnails = Edges(), Thumbnails()
        self._catch_up = QTimer(self, singleShot=True, interval=_CATCH_UP_MS)
        self._catch_up.timeout.connect(self.update)
        self._controls = Controls(self)
        self._controls.units_wished.connect(self.units_wished)
        self._controls.layer_wished.connect(self.layer_wished)
        self.bar, self._shown, self._legend_room = ViewBar(self), Shown(), 0.0
        # There is nothing to look at before the first network.
        self.bar.hide()
        self.bar.chosen.connect(self.view_chosen)
        self.bar.zoomed.connect(self.zoom_steps)
        self.bar.fitted.connect(self.fit)
        self.zoomed.connect(self._place_bar)
        self._drop: int | None = None
        self._head: int | None = None
        self._pointer = Pointer(
            self,
            self.under,
            lambda selection: _words(self._snapshot, selection),
            lambda: not self._scene.viewport.fits,
        )
        self._pointer.pointed.connect(self._point)
        self._pointer.picked.connect(self.selected)
        self._pointer.dragged.connect(self.pan)
        self._pointer.zoomed.connect(self.zoom_by)
        self._overview = Overview(self)
        self._overview.moved.connect(self._centre)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for a small network."""
        return QSize(760, 520)

    # -- what is shown ---------------------------------------------------------------------------

    def show_snapshot(self, snapshot: Snapshot, running: bool = False) -> None:
        """Draws another instant; while running, the edges of a large network follow a little later."""
        if self._snapshot is None or snapshot.plan != self._snapshot.plan:
            self.edges.forget_scales()
            self.setAccessibleDescription(_description(snapshot, self._said))
        self._snapshot = snapshot
        self._hovered = still_there(self._hovered, snapshot)
        self._place()
        self._place_bar()
        self._catch_up.setInterval(_CATCH_UP_RUNNING_MS if running else _CATCH_UP_MS)
        if running:
            self.edges.refresh()
        else:
            self.edges.forget()
        self.update()

    def show_selection(self, selection: Selection) -> None:
        """Marks a unit or a weight; one that is folded away in a tall layer is shown with its neighbours."""
        self._selection = selection
        self._unfold(selection)
        self.update()

    def show_view(self, shown: Shown) -> None:
        """Shows something else of the network, as far as the snapshot has it."""
        self._shown, self.edges.ribbons = shown, shown.ribbons
        self._place()
        self._place_bar()
        self.follow()

    def say_selection(self, words: str) -> None:
        """What is selected, for those who do not see it; spoken when it changes."""
        name = f"{tr('Network diagram')}: {words}" if words else tr("Network diagram")
        if name != self.accessibleName():
            self.setAccessibleName(name)

    def show_head(self, column: int | None) -> None:
        """Marks the title of a column as something that can be clicked, or none."""
        if column != self._head:
            self._head = column
            self.update()

    def show_drop(self, gap: int | None) -> None:
        """Marks the gap between two columns into which a layer would be dropped, or none."""
        if gap != self._drop:
            self._drop = gap
            self.update()

    @Slot()
    def _place_bar(self) -> None:
        if self._snapshot is not None:
            self.bar.show_view(self._shown, self._snapshot, self.zoom)
            self._legend_room = self.bar.settle(self.width(), self.height())
            self.bar.show()

    def _place(self) -> None:
        """Works out the geometry again, but only when the network, the size or the density changed."""
        snapshot = self._snapshot
        if snapshot is None:
            return
        hidden = len(snapshot.experiment.network.layers)
        stages = tuple(stages_before(snapshot.plan, layer, hidden) for layer in range(len(snapshot.plan.layers)))
        names = (snapshot.data.names, output_names(snapshot))
        beside = numbers_beside(snapshot, self._shown)
        key = (snapshot.plan.widths, stages, names, self.size(), self.devicePixelRatioF(), beside)
        if key == self._geometry_key:
            return
        self._geometry_key = key
        metrics = QFontMetricsF(font(12))
        left, right = (max(metrics.horizontalAdvance(name) for name in side) for side in names)
        room = (40.0 + beside[0] + min(left, 150.0), 52.0 + beside[1] + min(right, 130.0))
        before = self.zoom
        self._scene.show(snapshot.plan.widths, stages, (self.width(), self.height()), room)
        self._unfold(self._selection)
        self.follow()
        if before != self.zoom:
            self.zoomed.emit(self.zoom)

    def follow(self) -> None:
        """Everything that stands on the drawing takes its place in it again."""
        self._pointer.forget()
        if self._snapshot is not None:
            self.edges.arrange(self._scene, self.devicePixelRatioF())
            self._controls.arrange(self._scene.columns)
            self._overview.show_scene(self._scene)
            self.update()

    # -- what part of it is seen -----------------------------------------------------------------

    def reveal(self, selection: Selection) -> None:
        """Moves the drawing as little as need be for a unit or a weight to be seen, and unfolds it."""
        self._unfold(selection)
        box = self.rect_of(selection)
        if box is not None and isinstance(selection, Unit | Weight):
            self._look(self._scene.viewport.revealing(box.left(), box.top(), box.right(), box.bottom()))

    def _unfold(self, selection: Selection) -> None:
        units: tuple[tuple[int, int], ...] = ()
        if isinstance(selection, Unit):
            units = ((selection.column, selection.index),)
        elif isinstance(selection, Weight) and self.edges.box_of(selection) is None:
            units = ((selection.layer, selection.source), (selection.layer + 1, selection.unit))
        unfolded = [self._scene.unfold(*unit) for unit in units]
        if any(unfolded):
            self.follow()

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Edges first, then nodes over their ends, then the words."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(colours().surface))
            snapshot = self._snapshot
            if snapshot is None:
                painter.setPen(QColor(colours().quiet))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Loading the data…"))
                return
            self.edges.draw(snapshot)
            if self.edges.behind:
                self._catch_up.start()
            if self.edges.drawn != self._said:
                self._said = self.edges.drawn
                self.setAccessibleDescription(_description(snapshot, self._said))
            self._paint(painter, snapshot)
            if self._reached_by_key and self.hasFocus():
                painter.setClipping(False)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
                painter.setPen(QColor(colours().accent))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """A frame says where the keyboard is when it came here by a key."""
        self._reached_by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)

    def _paint(self, painter: QPainter, snapshot: Snapshot) -> None:
        scene = self._scene
        left, top, right, bottom = scene.body
        body = QRectF(left, top, right - left, bottom - top)
        if self._head is not None and self._head < len(scene.columns):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours().chip))
            width = min(title_room(scene.columns[1].x - scene.columns[0].x) + 4.0, 96.0)
            box = QRectF(scene.columns[self._head].x - width / 2, 12.0, width, 42.0)
            painter.drawRoundedRect(box, 8.0, 8.0)
        if not scene.viewport.fits:
            painter.setClipRect(body)
        self.edges.paint(painter, snapshot, self._hovered)
        chosen = self._selection
        in_map = isinstance(chosen, Weight) and self.edges.box_of(chosen) is not None
        cell = self.rect_of(chosen) if in_map else None
        badges.paint(painter, snapshot, scene.columns, self._selection, cell)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painting(painter, snapshot, scene.in_sight).paint()
        _paint_more_gaps(painter, scene.columns)
        if not scene.viewport.fits:
            _fade(painter, body, scene.viewport)
            # Titles, names of stages and the legend, over which nothing passes.
            painter.setClipRegion(QRegion(self.rect()).subtracted(QRegion(body.toRect())))
            bare = tuple(replace(column, nodes=(), gap_y=None) for column in scene.columns)
            self._painting(painter, snapshot, bare).paint()
        if self._drop is not None:
            painter.setClipping(False)
            painter.setPen(QPen(QColor(colours().accent), 2.0))
            x = sum(column.x for column in scene.columns[self._drop : self._drop + 2]) / 2
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))

    def _painting(self, painter: QPainter, snapshot: Snapshot, columns: tuple[Column, ...]) -> Painting:
        density = self.devicePixelRatioF()
        return Painting(
            painter,
            snapshot,
            columns,
            self._scene.marks,
            self._selection,
            self._thumbnails,
            [round(column.size * density) for column in columns[1:]],
            density,
            QSizeF(self.size()),
            self.edges.scale,
            self._shown,
            self.edges.drawn,
            self._legend_room,
        )

    # -- the pointer -----------------------------------------------------------------------------

    def under(self, position: QPointF) -> Selection:
        """The unit, stage or weight at a place, or None."""
        if self._snapshot is None:
            return None
        x, y = position.x(), position.y()
        node = self._scene.node_at(x, y)
        if node is not None:
            return Unit(*node)
        stage = self._scene.mark_at(x, y)
        if stage is not None:
            return StageAt(stage)
        held = badges.at(self._snapshot, self._scene.columns, position)
        if held is not None:
            return held
        edge = self.edges.edge_at(self._snapshot, x, y)
        return Weight(*edge) if edge is not None else None

    def rect_of(self, selection: Selection) -> QRectF | None:
        """Where a unit, the middle of a weight or the name of a stage is, perhaps out of sight; None when nowhere."""
        box = None
        if isinstance(selection, Unit):
            box = self._scene.box_of(selection.column, selection.index)
        elif isinstance(selection, Weight):
            edge = (selection.layer, selection.source, selection.unit)
            box = self.edges.box_of(selection) or self._scene.box_of_edge(*edge)
        elif isinstance(selection, StageAt):
            box = self._scene.box_of_mark(selection.place)
        return None if box is None else QRectF(QPointF(box[0], box[1]), QPointF(box[2], box[3]))

    @Slot(object)
    def _point(self, selection: Selection) -> None:
        self._hovered = selection
        self.hovered.emit(selection)
        self.update()

    # -- the window around it --------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Makes use of the new size."""
        self._place()
        self._place_bar()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the edges again in the colours of another theme."""
        if event.type() == QEvent.Type.StyleChange:
            self.edges.forget()
            self._thumbnails = Thumbnails()
            self.update()
        super().changeEvent(event)


def _words(snapshot: Snapshot | None, selection: Selection) -> str:
    """What the pointer tells of a part of the drawing."""
    if snapshot is None or selection is None:
        return ""
    if isinstance(selection, Unit):
        return describe_unit(snapshot, selection)
    if isinstance(selection, Weight):
        return describe_edge(snapshot, selection)
    return describe_stage(snapshot, selection.place)


def _description(snapshot: Snapshot, drawn: tuple[int, int] | None) -> str:
    """The network in words, for those who do not see it. ``drawn``: how many edges of how many, if not all."""
    parts = [f"{snapshot.plan.widths[0]} {tr('inputs')}"]
    for layer in snapshot.plan.layers:
        parts += [stage_name(part.stage) for part in layer.stages]
        parts.append(f"{name_in_plan(layer)}: {layer.units} {tr(layer.activation.label)}")
    if drawn is not None:
        parts.append(tr("the strongest {0} of {1} edges are drawn").format(*(f"{n:,}" for n in drawn)))
    return ", ".join(parts)


def _paint_more_gaps(painter: QPainter, columns: tuple[Column, ...]) -> None:
    painter.setFont(font(12))
    painter.setPen(QColor(colours().quiet))
    for column in columns:
        for y in column.more_gaps:
            painter.drawText(QRectF(column.x - 20.0, y - 12.0, 40.0, 24.0), Qt.AlignmentFlag.AlignCenter, "…")


def _fade(painter: QPainter, body: QRectF, viewport: Viewport) -> None:
    """Lets what goes on above and below fade out."""
    _, high = viewport.frame.ground
    for more, start, end in (
        (viewport.y > 0.5, body.top(), body.top() + _FADE),
        (viewport.y < high * (viewport.zoom - 1.0) - 0.5, body.bottom(), body.bottom() - _FADE),
    ):
        if more:
            shade = QLinearGradient(0.0, start, 0.0, end)
            shade.setColorAt(0.0, colour(colours().surface, 1.0))
            shade.setColorAt(1.0, colour(colours().surface, 0.0))
            painter.fillRect(QRectF(body.left(), min(start, end), body.width(), abs(end - start)), shade)
