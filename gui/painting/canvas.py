"""The canvas: lies over the map or plot of the output, shows the points that are drawn, and takes the strokes."""

from __future__ import annotations

from itertools import count

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from engine.data.points import PointsSpec, is_tested
from engine.experiment import DataSpec
from gui.painting.tools import LOOK, TOOLS, Place, Stroke, Surface, Values, jitter
from gui.text import tr
from gui.theme import colour, colours, font, name

# Pixels.
_POINT, _STAMP, _SMALLEST, _LARGEST, _NOTCH = 3.4, 10.0, 6.0, 90.0, 1.25
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
        self._picture = QPixmap()
        # What the picture of the points shows: how, and which with the part they are in.
        self._drawn: tuple[tuple[object, ...], NDArray[np.float64]] | None = None
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
        if self._spec.task == "number":
            return "" if len(self._values) > 1 else tr("Press and drag to draw a curve.")
        present = np.unique(self._classes)
        if len(present) > 1:
            return ""
        if not len(present):
            return tr("Press and drag to paint points.\nThe keys 1 to {0} choose their class.").format(
                self._spec.classes
            )
        other = int(present[0] == 0)
        return tr("Now points of another class:\nchoose {0} (key {1}) and paint.").format("ABCDE"[other], other + 1)

    # -- from pixels to units --------------------------------------------------------------------

    def _surface(self) -> Surface:
        left, right, bottom, top = self._extent
        per_pixel = ((right - left) / max(self.width(), 1), (bottom - top) / max(self.height(), 1))
        return Surface(self._extent, per_pixel)

    def _units(self, at: QPointF) -> Place:
        left, _, _, top = self._extent
        across, up = self._surface().per_pixel
        return left + at.x() * across, top + at.y() * up

    def _pixels(self, values: Values) -> NDArray[np.float64]:
        left, _, _, top = self._extent
        pixels: NDArray[np.float64] = (values[:, :2] - (left, top)) / self._surface().per_pixel
        return pixels

    # -- strokes ---------------------------------------------------------------------------------

    def begin(self, at: QPointF) -> None:
        """A stroke of the tool begins."""
        self.end()
        self._merge = f"points#{next(_strokes)}"
        self._stroke = Stroke(
            self.tool, self._values, self._units(at), self.which, self.radius, self._surface(), self.rng
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
            changed = stroke.changed
            points = tr("1 point") if changed == 1 else tr("{0} points").format(f"{changed:,}")
            self._wish(stroke.values, tr(TOOLS[stroke.tool].done).format(points), self._merge)

    def _wish(self, values: Values, text: str, merge: str = "") -> None:
        kept = tuple((x, y, which) for x, y, which in values.tolist())
        points = self._spec.edited(points=kept)
        if points != self._spec:
            self._asked = points
            self.edited.emit(points, text, merge)

    @Slot()
    def jitter(self) -> None:
        """Moves every point a little."""
        self._wish(jitter(self._values, self._surface(), self.rng), tr("Jitter"))

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
            self._stroke.move(self._units(event.position()))
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

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Shows the tool."""
        self._at = event.position()
        self.update()
        super().enterEvent(event)

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
            self._paint_points(painter)
            if self.hint:
                self._paint_hint(painter)
            if self._at is not None:
                self._paint_tool(painter, self._at)

    def _paint_points(self, painter: QPainter) -> None:
        """From a picture that is kept; points that have only been added are drawn into it."""
        density, ready = self.devicePixelRatioF(), self._drawn
        look = (self.size(), self._extent, density, name(), self._spec.task)
        now = np.column_stack([self._values, self._tested])
        if ready is None or ready[0] != look or not np.array_equal(ready[1], now[: len(ready[1])]):
            self._picture = QPixmap(self.size() * density)
            self._picture.setDevicePixelRatio(density)
            self._picture.fill(Qt.GlobalColor.transparent)
            ready = (look, now[:0])
        begun = len(ready[1])
        if begun < len(now):
            with QPainter(self._picture) as onto:
                self._stamp(onto, begun, density)
        self._drawn = (look, now)
        # Over the curve of a fit, which is to be seen through them.
        painter.setOpacity(0.6 if self._spec.task == "number" else 1.0)
        painter.drawPixmap(0, 0, self._picture)
        painter.setOpacity(1.0)

    def _stamp(self, painter: QPainter, first: int, density: float) -> None:
        """Points from a number on, each as a ready picture: thousands of circles would take too long."""
        which = range(self._spec.classes)
        dots = {(k, tested): _dot(colours().series[k], tested, density) for k in which for tested in (False, True)}
        places = (self._pixels(self._values[first:]) - _STAMP / 2).tolist()
        kinds = zip(self._classes[first:].tolist(), self._tested[first:].tolist(), strict=True)
        for (x, y), kind in zip(places, kinds, strict=True):
            painter.drawPixmap(QPointF(x, y), dots[kind])

    def _paint_tool(self, painter: QPainter, at: QPointF) -> None:
        c = colours()
        colours_by_class = self.tool in ("paint", "spray")
        ink = QColor(c.series[self.which % len(c.series)] if colours_by_class else c.text)
        radius = self.radius if TOOLS[self.tool].wide else _POINT + 2.5
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, 1.4))
        painter.drawEllipse(at, radius, radius)

    def _paint_hint(self, painter: QPainter) -> None:
        c = colours()
        painter.setFont(font(12))
        lines = QRectF(self.rect()).adjusted(16, 12, -16, -12)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        words = painter.boundingRect(lines, int(flags), self.hint).adjusted(-10, -6, 10, 6)
        ground = QPainterPath()
        ground.addRoundedRect(words, 8, 8)
        painter.fillPath(ground, colour(c.surface, 0.92))
        painter.setPen(QColor(c.text))
        painter.drawText(lines, int(flags), self.hint)


def _dot(tint: str, tested: bool, density: float) -> QPixmap:
    """A point of a class, filled for training and open for test."""
    picture = QPixmap(round(_STAMP * density), round(_STAMP * density))
    picture.setDevicePixelRatio(density)
    picture.fill(Qt.GlobalColor.transparent)
    surface = QColor(colours().surface)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tint) if tested else surface, 1.8 if tested else 1.0))
        painter.setBrush(surface if tested else QColor(tint))
        painter.drawEllipse(QPointF(_STAMP / 2, _STAMP / 2), _POINT, _POINT)
    return picture
