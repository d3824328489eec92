"""The canvas: lies over the map or plot of the output, shows the points that are drawn, and takes the strokes."""

from __future__ import annotations

from itertools import count

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from engine.data.points import PointsSpec, is_tested
from engine.experiment import DataSpec
from gui import amounts
from gui.painting.dots import Dots, hint, paint_hint
from gui.painting.tools import LOOK, TOOLS, Stroke, Surface, Values, jitter
from gui.plots.ground import POINT_RADIUS, size_of_points
from gui.text import tr
from gui.theme import colour, colours

# Pixels.
_SMALLEST, _LARGEST, _NOTCH = 6.0, 90.0, 1.25
_CURSOR_STEP = 8.0
# While the pointer moves, the experiment follows this often; the canvas itself follows every move.
_PACE_MS = 100
_strokes = count(1)


class Canvas(QWidget):
    """Shows the points of an experiment's data. ``edited(points, text, merge)`` is the wish for other points.

    All wishes of one stroke have the same ``merge`` key. ``tool`` is a key of TOOLS, or LOOK, with which the pointer
    goes through to what is below; ``which`` the chosen class; ``radius`` that of the wide tools, in pixels.
    """

    edited = Signal(object, str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(tr("Canvas for points"))
        self.tool, self.which, self.radius = "paint", 0, 22.0
        self.rng = np.random.default_rng()
        self._spec, self._data = PointsSpec(), DataSpec()
        self._asked = self._spec
        self._dots = Dots()
        self._extent = (-1.0, 1.0, -1.0, 1.0)
        self._at: QPointF | None = None
        self._stroke: Stroke | None = None
        self._merge = ""
        self._pace = QTimer(self, interval=_PACE_MS, singleShot=True)
        self._pace.timeout.connect(self._emit)
        self._show_values(self._spec.places)

    # -- what is shown ---------------------------------------------------------------------------

    def show_points(self, data: DataSpec) -> None:
        """Shows the points of other data; a stroke that has not led to them is over."""
        if data.points is None:
            return
        if (
            data.points is self._spec
            and data.test_fraction == self._data.test_fraction
            and data.seed == self._data.seed
        ):
            return
        if self._stroke is not None and data.points is not self._asked:
            self._stroke = None
            self._pace.stop()
        self._spec, self._data = data.points, data
        self.which = min(self.which, data.points.classes - 1)
        if self._stroke is None:
            self._show_values(data.points.places)

    def place(self, area: QRectF, extent: tuple[float, float, float, float]) -> None:
        """Lies over an area of the widget below, which shows ``extent`` (left, right, bottom, top)."""
        self._extent = extent
        self.setGeometry(area.toAlignedRect())
        self.update()

    @property
    def values(self) -> Values:
        """The points as they are now, (points, 3), also in the middle of a stroke."""
        return self._values

    def _show_values(self, values: Values) -> None:
        self._values = values
        curve = self._spec.task == "number"
        known = values * (1.0, 1.0, 0.0) if curve else values
        self._tested = is_tested(np.round(known, 4), self._data.test_fraction, self._data.seed)
        self._classes = known[:, 2].astype(int)
        self.update()

    @property
    def hint(self) -> str:
        """What to do, where there is too little to learn from."""
        return hint(self._spec, set(self._classes.tolist()), len(self._values))

    @property
    def _surface(self) -> Surface:
        return Surface(self._extent, (max(self.width(), 1), max(self.height(), 1)))

    # -- strokes ---------------------------------------------------------------------------------

    def begin(self, at: QPointF) -> None:
        """A stroke of the tool begins."""
        self.end()
        self._merge = f"points#{next(_strokes)}"
        self._stroke = Stroke(
            self.tool, self._values, self._surface.units(at.toTuple()), self.which, self.radius, self._surface, self.rng
        )
        self._follow()

    def _follow(self) -> None:
        assert self._stroke is not None
        if self._stroke.values is not self._values:
            self._show_values(self._stroke.values)
            if not self._pace.isActive():
                self._pace.start()

    def end(self) -> None:
        """The stroke is over, and all of it is in the experiment."""
        if self._stroke is not None:
            self._pace.stop()
            self._emit()
            self._stroke = None
            self._show_values(self._spec.places)

    @Slot()
    def _emit(self) -> None:
        stroke = self._stroke
        if stroke is not None:
            done = tr(TOOLS[stroke.tool].done).format(amounts.points(stroke.changed))
            self._wish(stroke.values, done, self._merge)

    def _wish(self, values: Values, text: str, merge: str = "") -> None:
        kept = tuple((x, y, which) for x, y, which in values.tolist())
        points = self._spec.edited(points=kept)
        if points != self._spec:
            self._asked = points
            self.edited.emit(points, text, merge)

    @Slot()
    def jitter(self) -> None:
        """Moves every point a little."""
        self._wish(jitter(self._values, self._surface, self.rng), tr("Jitter"))

    @Slot()
    def clear(self) -> None:
        """No point any more."""
        self._wish(self._values[:0], tr("Clear points"))

    def widen(self, notches: float) -> None:
        """Another radius."""
        self.radius = min(max(self.radius * _NOTCH**notches, _SMALLEST), _LARGEST)
        self.update()

    def step_cursor(self, across: int, up: int) -> None:
        """Moves the place that the keyboard paints at, in steps; it begins in the middle."""
        before = self._at or QRectF(self.rect()).center()
        x, y = before.x() + across * _CURSOR_STEP, before.y() - up * _CURSOR_STEP
        self._at = QPointF(min(max(x, 0.0), self.width()), min(max(y, 0.0), self.height()))
        self.update()

    def touch(self) -> None:
        """The tool, once, at the place of the cursor."""
        if self.tool != LOOK:
            self.begin(self._at or QRectF(self.rect()).center())
            self.end()

    # -- Qt's events -----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begins a stroke."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.begin(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Goes on with the stroke."""
        self._at = event.position()
        if self._stroke is not None:
            self._stroke.move(self._surface.units(event.position().toTuple()))
            self._follow()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Ends the stroke."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.end()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Changes the radius."""
        self.widen(event.angleDelta().y() / 120.0)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Hides the tool."""
        self._at = None
        self.update()
        super().leaveEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """A stroke ends where it is."""
        self.end()
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Points, the tool, and what to do."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            # Over the curve of a fit, which is to be seen through them.
            painter.setOpacity(0.6 if self._spec.task == "number" else 1.0)
            shown = np.column_stack([self._values[:, :2], self._classes, self._tested])
            painter.drawPixmap(0, 0, self._dots.picture(self._surface, shown, self.devicePixelRatioF()))
            painter.setOpacity(1.0)
            if self.hint:
                paint_hint(painter, QRectF(self.rect()), self.hint)
            if self._at is not None:
                self._paint_tool(painter, self._at)

    def _paint_tool(self, painter: QPainter, at: QPointF) -> None:
        c = colours()
        colours_by_class = self.tool in ("paint", "spray")
        which = self.which if self._spec.task == "classes" else 0
        ink = QColor(c.series[which % len(c.series)] if colours_by_class else c.text)
        radius = self.radius if TOOLS[self.tool].wide else POINT_RADIUS * size_of_points(len(self._values)) + 2.5
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(colour(c.surface, 0.7), 3.5), QPen(ink, 1.5)):
            painter.setPen(pen)
            painter.drawEllipse(at, radius, radius)
