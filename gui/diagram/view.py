"""The network, drawn: columns of nodes, weights as curves, all of it live."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from engine.experiment import Experiment
from engine.snapshot import Snapshot
from gui import edits
from gui.diagram.controls import Controls
from gui.diagram.edges import Edges
from gui.diagram.layout import Column, Mark, edge_at, head_for, mark_at, marks, node_at, place
from gui.diagram.painting import Painting, numbers_beside
from gui.diagram.shown import Shown
from gui.diagram.viewbar import ViewBar
from gui.diagram.words import describe_edge, describe_stage, describe_unit
from gui.selection import Selection, StageAt, Unit, Weight, output_names, stage_name, stages_before
from gui.text import tr
from gui.theme import colours, font
from gui.thumbnails import Thumbnails

# When a frame had no time for all edges, the next one comes after this, even if no snapshot does.
_CATCH_UP_MS = 30


class DiagramView(QWidget):
    """Shows a snapshot's network.

    ``selected(selection)``, ``edited(experiment, text, merge)`` and ``view_chosen(shown)`` are wishes.
    """

    selected = Signal(object)
    edited = Signal(object, str, str)
    view_chosen = Signal(object)

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
        self._marks: tuple[Mark, ...] = ()
        self._sides: list[int] = []
        self._geometry_key: tuple[object, ...] = ()
        self._edges, self._thumbnails = Edges(), Thumbnails()
        self._catch_up = QTimer(self, singleShot=True, interval=_CATCH_UP_MS)
        self._catch_up.timeout.connect(self.update)
        self._controls = Controls(self)
        self._controls.units_wished.connect(self._change_units)
        self._controls.layer_wished.connect(self._insert_layer)
        self.bar, self._shown, self._legend_room = ViewBar(self), Shown(), 0.0
        self.bar.chosen.connect(self.view_chosen)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for a small network."""
        return QSize(760, 520)

    # -- what is shown ---------------------------------------------------------------------------

    def show_snapshot(self, snapshot: Snapshot, running: bool = False) -> None:
        """Draws another instant; while running, the edges of a large network follow a little later."""
        if self._snapshot is None or snapshot.plan != self._snapshot.plan:
            self._edges.scale = 0.0
            self._edges.forget()
            self._say_what_is_shown(snapshot)
        self._snapshot = snapshot
        self._place()
        self._place_bar()
        if running:
            self._edges.refresh()
        else:
            self._edges.forget()
        self.update()

    def show_experiment(self, experiment: Experiment) -> None:
        """Takes over what the next edit starts from."""
        self._experiment = experiment

    def show_selection(self, selection: Selection) -> None:
        """Marks a unit or a weight."""
        self._selection = selection
        self.update()

    def show_view(self, shown: Shown) -> None:
        """Shows something else of the network, as far as the snapshot has it."""
        self._shown = shown
        self._place()
        self._place_bar()
        self.update()

    def _place_bar(self) -> None:
        if self._snapshot is not None:
            self.bar.show_view(self._shown, self._snapshot)
            self._legend_room = self.bar.settle(self.width(), self.height())

    def _say_what_is_shown(self, snapshot: Snapshot) -> None:
        parts = [f"{snapshot.plan.widths[0]} {tr('inputs')}"]
        for layer in snapshot.plan.layers:
            parts += [stage_name(part.stage) for part in layer.stages]
            parts.append(f"{layer.name}: {layer.units} {layer.activation.label}")
        self.setAccessibleDescription(", ".join(parts))

    def _place(self) -> None:
        """Works out the geometry again, but only when the network, the size or the density changed."""
        snapshot = self._snapshot
        if snapshot is None:
            return
        density = self.devicePixelRatioF()
        hidden = len(snapshot.experiment.network.layers)
        stages = tuple(stages_before(snapshot.plan, layer, hidden) for layer in range(len(snapshot.plan.layers)))
        beside = numbers_beside(snapshot, self._shown)
        key = (snapshot.plan.widths, stages, snapshot.data.names, output_names(snapshot), self.size(), density, beside)
        if key == self._geometry_key:
            return
        self._geometry_key = key
        metrics = QFontMetricsF(font(12))
        left = 40.0 + beside[0] + min(max(metrics.horizontalAdvance(name) for name in snapshot.data.names), 150.0)
        right = 52.0 + beside[1] + min(max(metrics.horizontalAdvance(name) for name in output_names(snapshot)), 130.0)
        self._columns = place(snapshot.plan.widths, self.width(), self.height(), left, right, head_for(stages))
        self._marks = marks(self._columns, stages)
        self._sides = [round(column.size * density) for column in self._columns[1:]]
        self._edges.arrange(self._columns, self.height(), density)
        self._controls.arrange(self._columns, snapshot)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Edges first, then nodes over their ends, then the words."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(colours().surface))
            snapshot = self._snapshot
            if snapshot is None:
                painter.setPen(QColor(colours().quiet))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Loading the data…"))
                return
            self._edges.draw(snapshot)
            if self._edges.behind:
                self._catch_up.start()
            for image, column in zip(self._edges.images, self._columns[:-1], strict=True):
                painter.drawImage(QPointF(column.x + column.size / 2, 0.0), image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            Painting(
                painter,
                snapshot,
                self._columns,
                self._marks,
                self._selection,
                self._thumbnails,
                self._sides,
                self.devicePixelRatioF(),
                QSizeF(self.size()),
                self._edges.scale,
                self._shown,
                getattr(self._edges, "drawn", None),
                self._legend_room,
            ).paint()

    # -- the pointer -----------------------------------------------------------------------------

    def _under(self, position: QPointF) -> Selection:
        if self._snapshot is None:
            return None
        node = node_at(self._columns, position.x(), position.y())
        if node is not None:
            return Unit(*node)
        stage = mark_at(self._marks, position.x(), position.y())
        if stage is not None:
            return StageAt(stage)
        edge = edge_at(self._columns, self._edges.magnitudes(self._snapshot), position.x(), position.y())
        return Weight(*edge) if edge is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says the numbers of what is under the pointer."""
        under = self._under(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if under else Qt.CursorShape.ArrowCursor)
        if under is None or self._snapshot is None:
            QToolTip.hideText()
            return
        if isinstance(under, Unit):
            text = describe_unit(self._snapshot, under)
        elif isinstance(under, Weight):
            text = describe_edge(self._snapshot, under)
        else:
            text = describe_stage(self._snapshot, under.place)
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Selects what is under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.selected.emit(self._under(event.position()))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Makes use of the new size."""
        self._place()
        self._place_bar()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the edges again in the colours of another theme."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._edges.forget()
            self._thumbnails = Thumbnails()
            self.update()
        super().changeEvent(event)

    # -- wishes ----------------------------------------------------------------------------------

    def _change_units(self, layer: int, by: int) -> None:
        """A wish about a layer of the drawing, which may be an edit behind the experiment."""
        if self._experiment is not None and layer < len(self._experiment.network.dense):
            changed = edits.change_units(self._experiment, self._experiment.network.dense[layer], by)
            self.edited.emit(changed, tr("Units of hidden {0}").format(layer + 1), "")

    def _insert_layer(self, gap: int) -> None:
        if self._experiment is not None:
            place = edits.place_in_gap(self._experiment, gap)
            self.edited.emit(edits.insert_layer(self._experiment, place), tr("Add layer"), "")
