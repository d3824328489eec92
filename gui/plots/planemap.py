"""A map over the plane of one or two inputs: what is painted on it, a kind of map says; the data lie over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from engine.probes import Maps
from engine.snapshot import Snapshot
from gui.diagram.viewbar import PlanePicker
from gui.images import image_of
from gui.pages.bars import Bar, RowSlider
from gui.pages.contours import Segments
from gui.pages.mapaxes import paint_axes
from gui.pages.page import Page
from gui.plots.ground import BELOW, MARGIN, NUMBERS, Ground, in_pixels, size_of_points
from gui.plots.slices import Points, points_on
from gui.plots.view import Table
from gui.text import number, tr
from gui.theme import colours, is_for_a_file, pixels

_MOST_POINTS = 3000
# Pixels of a point of usual size: the radius of the ring around the traced one, and how near the pointer is to it.
_RING, _REACH = 7.0, 8.0


class PlaneMap(Page):
    """Shows a snapshot with maps on a ground. ``row_picked(row)`` when a point is clicked."""

    def __init__(self, name: str, ground: Ground, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ground = ground
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self._image: QImage | None = None
        self._lines: tuple[Segments, ...] = ()
        self._picture_of_points: QPixmap | None = None
        self._points: Points | None = None
        self._places: NDArray[np.float64] = np.empty((0, 2))
        self._source: tuple[object, ...] = ()
        self._left = False
        self.plane, self.row = PlanePicker(), RowSlider()
        self.plane.setObjectName("output.plane")
        self.plane.show_form(1)
        self.plane.picked.connect(self.plane_chosen)
        self.row.held.connect(self._hold)
        self.bar = Bar(self.plane, self.row)

    def draw(self, snapshot: Snapshot) -> None:
        """Draws another instant."""
        maps = snapshot.maps
        self.plane.show_plane(snapshot.data.variables, maps.plane if maps is not None else ())
        self.row.setVisible(maps is not None and maps.held is not None)
        if maps is not None:
            if maps.held is not None:
                self.row.show_row(snapshot.data.rows, maps.held)
            tints, self._lines = self.ground.show(snapshot, maps)
            # The first row is at the bottom of the plane.
            self._image = image_of(tints[::-1])
            self._project(snapshot, maps)
        self.update()

    def has_bar(self, snapshot: Snapshot) -> bool:
        """Of one or two inputs there is nothing to choose."""
        return len(snapshot.data.variables) > 2

    def note(self, snapshot: Snapshot) -> str:
        """What the points are; the row of a slice stands beside its slider."""
        return self.ground.note(snapshot)

    def problem(self, snapshot: Snapshot) -> str:
        """A map needs a plane, and answers that are numbers."""
        if snapshot.maps is None:
            return tr("Choose the columns of a plane above to see a slice through it.")
        finite = np.isfinite(snapshot.maps.answers).any()
        return "" if finite else tr("The answers are no finite numbers, so there is no map of them.")

    def table(self) -> Table | None:
        """Every point of the grid with what the network answers there."""
        maps = self.snapshot.maps if self.snapshot is not None else None
        if self.snapshot is None or maps is None:
            return None
        side, names = maps.answers.shape[1], self.snapshot.data.variables
        ends = zip(maps.extent[::2], maps.extent[1::2], strict=True)
        across, up = np.meshgrid(*(np.linspace(low, high, side) for low, high in ends))
        rows = slice(None) if len(maps.plane) == 2 else slice(1)
        columns = {names[i]: each[rows].ravel() for i, each in zip(maps.plane, (across, up), strict=False)}
        answers = self.ground.answers(self.snapshot, maps)
        return Table(columns | {name: each[rows].ravel() for name, each in answers.items()})

    @Slot(int)
    def _hold(self, row: int) -> None:
        self.row_held.emit(row)

    def _project(self, snapshot: Snapshot, maps: Maps) -> None:
        """Finds the points again when the data, the plane, the row it is held at or their colours are others."""
        source = (snapshot.data, maps.plane, maps.held, self.ground.looks)
        if not self._source or source[0] is not self._source[0] or source[1:] != self._source[1:]:
            self._source, self._picture_of_points = source, None
            self._points = points_on(snapshot.data, maps).first(_MOST_POINTS)

    def area(self) -> QRectF:
        """Where the plane is, in pixels."""
        maps = self.snapshot.maps if self.snapshot is not None else None
        left, right = self.ground.margins(maps) if maps is not None else (pixels(NUMBERS), MARGIN)
        return QRectF(left, 4, self.width() - left - right, self.height() - 4 - pixels(BELOW))

    def _to_pixels(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """(rows, 2) on the plane, in the user's units -> (rows, 2) in pixels."""
        assert self.snapshot is not None
        assert self.snapshot.maps is not None
        left, right, bottom, top = self.snapshot.maps.extent
        area = self.area()
        across = area.left() + (x[:, 0] - left) / (right - left) * area.width()
        up = area.bottom() - (x[:, 1] - bottom) / (top - bottom) * area.height()
        return np.stack([across, up], axis=1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Map, points, axes."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(colours().surface))
            snapshot, image, points = self.snapshot, self._image, self._points
            if snapshot is not None and snapshot.maps is not None and image is not None and points is not None:
                self._paint_map(painter, snapshot.maps, image, points)
                self._paint_traced(painter, snapshot, points)
                paint_axes(painter, snapshot, snapshot.maps, self.area())
                self.ground.paint_over(painter, snapshot, self.area(), self._places)

    def _paint_map(self, painter: QPainter, maps: Maps, image: QImage, points: Points) -> None:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = self.area()
        clip = QPainterPath()
        clip.addRoundedRect(area, 6, 6)
        painter.setClipPath(clip)
        # The middles of the pixels at the edges are the ends of the plane.
        painter.drawImage(area, image, QRectF(0.5, 0.5, image.width() - 1, image.height() - 1))
        self._paint_lines(painter, area, image.width() - 1)
        if is_for_a_file():
            self._paint_points(painter, points)
        else:
            if self._picture_of_points is None:
                self._picture_of_points = self._draw_points(points)
            painter.drawPixmap(QPointF(0, 0), self._picture_of_points)
        painter.setClipping(False)

    def _paint_lines(self, painter: QPainter, area: QRectF, last: int) -> None:
        for lines, pen in zip(self._lines, self.ground.pens(), strict=True):
            painter.setPen(pen)
            ends = in_pixels(lines, area, last).reshape(-1, 4)
            painter.drawLines([QLineF(*each) for each in ends.tolist()])

    def _draw_points(self, points: Points) -> QPixmap:
        """All points, drawn once for a plane, size and theme."""
        density = self.devicePixelRatioF()
        picture = QPixmap(self.size() * density)
        picture.setDevicePixelRatio(density)
        picture.fill(Qt.GlobalColor.transparent)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_points(painter, points)
        return picture

    def _paint_points(self, painter: QPainter, points: Points) -> None:
        """Filled for training and open for test rows.

        The farther a row is from the plane in the inputs that are held, the fainter it is.
        """
        self._places, times = self._to_pixels(points.at), self._size_of_points
        shown = self._places[: 0 if self._left else None]
        each = zip(shown, self.ground.tints(points), points.tested, points.near, strict=False)
        for (px, py), tint, tested, near in each:
            painter.setOpacity(float(near))
            self.ground.paint_point(painter, QPointF(px, py), tint, tested, times)
        painter.setOpacity(1.0)

    @property
    def _size_of_points(self) -> float:
        return size_of_points(len(self._points.rows) if self._points is not None else 0)

    def _paint_traced(self, painter: QPainter, snapshot: Snapshot, points: Points) -> None:
        place = points.place(snapshot.trace.row) if snapshot.trace is not None else None
        if place is None:
            return
        px, py = self._to_pixels(place[None, :])[0]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours().text), 1.6))
        ring = _RING * self._size_of_points
        painter.drawEllipse(QPointF(px, py), ring, ring)

    def _point_under(self, position: QPointF) -> int | None:
        """The index of the point under the pointer."""
        if self._points is None or not len(self._places) or len(self._places) != len(self._points.rows):
            return None
        distance = np.hypot(self._places[:, 0] - position.x(), self._places[:, 1] - position.y())
        nearest = int(distance.argmin())
        return nearest if distance[nearest] <= _REACH * self._size_of_points else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says the inputs and the answer at the pointer, and what is known of a point there."""
        snapshot, position, area = self.snapshot, event.position(), self.area()
        if snapshot is None or snapshot.maps is None or not area.contains(position):
            QToolTip.hideText()
            return
        lines = self._words_at(snapshot, snapshot.maps, position, area)
        place = self._point_under(position)
        if place is not None and self._points is not None:
            lines += self.ground.row_in_words(snapshot, int(self._points.rows[place]))
        QToolTip.showText(event.globalPosition().toPoint(), "\n".join(lines), self)

    def _words_at(self, snapshot: Snapshot, maps: Maps, position: QPointF, area: QRectF) -> list[str]:
        """The inputs at the nearest point of the grid, those held, and the answer there: they belong together."""
        last = maps.answers.shape[1] - 1
        across = round((position.x() - area.left()) / area.width() * last)
        up = round((area.bottom() - position.y()) / area.height() * last)
        lines = []
        for axis, (column, step) in enumerate(zip(maps.plane, (across, up), strict=False)):
            low, high = maps.extent[2 * axis : 2 * axis + 2]
            value = low + (high - low) * step / last
            lines.append(f"{snapshot.data.variables[column]} {number(value, self.ground.digits)}")
        if maps.held is not None:
            lines.append(tr("others as in row {0}").format(maps.held + 1))
        return lines + self.ground.answer_in_words(snapshot, maps.answers[:, up, across])

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Picks the row under the pointer."""
        place = self._point_under(event.position())
        if place is not None and self._points is not None:
            self.row_picked.emit(int(self._points.rows[place]))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the points again for the new size."""
        self._picture_of_points = None
        super().resizeEvent(event)

    def show_theme(self) -> None:
        """Has the points drawn in the colours of the theme in force."""
        self._picture_of_points = None
