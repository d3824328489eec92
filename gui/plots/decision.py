"""The decision map: what the network answers over the plane of one or two inputs, with the data on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from engine.probes import Maps
from engine.snapshot import Snapshot
from gui.diagram.viewbar import PlanePicker
from gui.pages.bars import Bar, RowSlider
from gui.pages.contours import Segments, borders, crossings
from gui.pages.mapaxes import NAMES, paint_axes
from gui.pages.page import Page
from gui.plots.answers import class_shares
from gui.plots.slices import Points, points_on
from gui.plots.view import About, Table
from gui.selection import output_names
from gui.text import number, signed, tr
from gui.theme import colour, colours, rgb

_MOST_POINTS = 3000
_RADIUS = 3.4
# Room for the numbers beside the map.
_NUMBERS = 48.0
# Beside the border, a fainter line where the answer is this sure.
_SURE = 0.75


def mix(shares: NDArray[np.float64], ground: str, series: tuple[str, ...], strength: float) -> NDArray[np.uint8]:
    """The colours (height, width, 4), RGBA, of shares of the classes (classes, height, width) that add up to 1.

    Every class adds its colour by its share; ``strength`` is how far that covers the ground.
    """
    tints = np.array([rgb(series[k % len(series)]) for k in range(len(shares))])
    mixed = np.tensordot(shares, tints, axes=(0, 0))
    colour = mixed * strength + np.array(rgb(ground)) * (1.0 - strength)
    picture = np.full((*shares.shape[1:], 4), 255, np.uint8)
    picture[..., :3] = colour.clip(0, 255)
    return picture


class DecisionMap(Page):
    """Shows a snapshot with maps. ``row_picked(row)`` when a point is clicked, ``framed()`` at another size."""

    framed = Signal()
    about = About(
        "Where does the network change its answer?",
        "The colour is the class with the highest probability, the paler the less sure; dots are training rows, "
        "circles test rows, and of more than two inputs the others are held at one row.",
        ("solid line: the two likeliest classes are equal, p = 0.5 of two", "faint line: max p = 0.75"),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Decision map"))
        self._image: QImage | None = None
        self._lines: tuple[Segments, Segments] = (np.empty((0, 2, 2)), np.empty((0, 2, 2)))
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
            self._image = self._picture(snapshot, maps)
            self._project(snapshot, maps)
        self.update()

    def has_bar(self, snapshot: Snapshot) -> bool:
        """Of one or two inputs there is nothing to choose."""
        return len(snapshot.data.variables) > 2

    def note(self, snapshot: Snapshot) -> str:
        """What the points are; the row of a slice stands beside its slider."""
        return tr("● training  ○ test")

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
        outputs = output_names(self.snapshot)
        return Table(columns | {name: each[rows].ravel() for name, each in zip(outputs, maps.answers, strict=True)})

    @Slot(int)
    def _hold(self, row: int) -> None:
        self.row_held.emit(row)

    def _picture(self, snapshot: Snapshot, maps: Maps) -> QImage:
        shares = class_shares(maps.answers[:, ::-1, :], snapshot.plan.loss.threshold)
        c = colours()
        self._lines = borders(shares[:, ::-1]), crossings(shares[:, ::-1].max(axis=0), _SURE)
        pixels = np.ascontiguousarray(mix(shares, c.surface, c.series, 0.45))
        height, width = pixels.shape[:2]
        return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()

    def _project(self, snapshot: Snapshot, maps: Maps) -> None:
        """Finds the points again when the data, the plane or the row it is held at are others."""
        source = (snapshot.data, maps.plane, maps.held)
        if not self._source or source[0] is not self._source[0] or source[1:] != self._source[1:]:
            self._source, self._picture_of_points = source, None
            self._points = points_on(snapshot.data, maps).first(_MOST_POINTS)

    def _area(self) -> QRectF:
        maps = self.snapshot.maps if self.snapshot is not None else None
        left = NAMES if maps is not None and len(maps.plane) == 1 else _NUMBERS
        return QRectF(left, 4, self.width() - left - 16, self.height() - 46)

    def frame(self) -> tuple[QRectF, tuple[float, float, float, float]] | None:
        """Where the plane of the first two inputs is, in pixels, and what it shows of it; None for another map."""
        maps = self.snapshot.maps if self.snapshot is not None else None
        return (self._area(), maps.extent) if maps is not None and maps.plane == (0, 1) else None

    def leave_points(self, left: bool) -> None:
        """Whether the points are left for a canvas to draw."""
        if left != self._left:
            self._left, self._picture_of_points = left, None
            self.update()

    def _to_pixels(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """(rows, 2) on the plane, in the user's units -> (rows, 2) in pixels."""
        assert self.snapshot is not None
        assert self.snapshot.maps is not None
        left, right, bottom, top = self.snapshot.maps.extent
        area = self._area()
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
                paint_axes(painter, snapshot, snapshot.maps, self._area())

    def _paint_map(self, painter: QPainter, maps: Maps, image: QImage, points: Points) -> None:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = self._area()
        clip = QPainterPath()
        clip.addRoundedRect(area, 6, 6)
        painter.setClipPath(clip)
        # The middles of the pixels at the edges are the ends of the plane.
        painter.drawImage(area, image, QRectF(0.5, 0.5, image.width() - 1, image.height() - 1))
        self._paint_lines(painter, area, image.width() - 1)
        if self._picture_of_points is None:
            self._picture_of_points = self._draw_points(points)
        painter.drawPixmap(QPointF(0, 0), self._picture_of_points)
        painter.setClipping(False)

    def _paint_lines(self, painter: QPainter, area: QRectF, last: int) -> None:
        """The borders between the classes, and fainter where the answer is rather sure."""
        c = colours()
        for lines, pen in zip(self._lines, (QPen(QColor(c.text), 1.6), QPen(colour(c.text, 0.3), 1.0)), strict=True):
            across = area.left() + lines[..., 0] / last * area.width()
            up = area.bottom() - lines[..., 1] / last * area.height()
            painter.setPen(pen)
            painter.drawLines([QLineF(*ends) for ends in np.stack([across, up], axis=2).reshape(-1, 4).tolist()])

    def _draw_points(self, points: Points) -> QPixmap:
        """All points, filled for training and open for test rows, drawn once for a plane, size and theme.

        The farther a row is from the plane in the inputs that are held, the fainter it is.
        """
        density = self.devicePixelRatioF()
        picture = QPixmap(self.size() * density)
        picture.setDevicePixelRatio(density)
        picture.fill(Qt.GlobalColor.transparent)
        c = colours()
        self._places = self._to_pixels(points.at)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            shown = self._places[: 0 if self._left else None]
            each = zip(shown, points.classes, points.tested, points.near, strict=False)
            for (px, py), which, tested, near in each:
                tint = QColor(c.series[int(which) % len(c.series)])
                painter.setOpacity(float(near))
                painter.setPen(QPen(tint if tested else QColor(c.surface), 1.8 if tested else 1.0))
                painter.setBrush(QColor(c.surface) if tested else tint)
                painter.drawEllipse(QPointF(px, py), _RADIUS, _RADIUS)
        return picture

    def _paint_traced(self, painter: QPainter, snapshot: Snapshot, points: Points) -> None:
        place = points.place(snapshot.trace.row) if snapshot.trace is not None else None
        if place is None:
            return
        px, py = self._to_pixels(place[None, :])[0]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours().text), 1.6))
        painter.drawEllipse(QPointF(px, py), 7.0, 7.0)

    def _row_under(self, position: QPointF) -> int | None:
        if self._points is None or not len(self._places) or len(self._places) != len(self._points.rows):
            return None
        distance = np.hypot(self._places[:, 0] - position.x(), self._places[:, 1] - position.y())
        nearest = int(distance.argmin())
        return int(self._points.rows[nearest]) if distance[nearest] <= 8 else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says the inputs and the answer at the pointer."""
        snapshot, position, area = self.snapshot, event.position(), self._area()
        if snapshot is None or snapshot.maps is None or not area.contains(position):
            QToolTip.hideText()
            return
        lines = self._words_at(snapshot, snapshot.maps, position, area)
        row = self._row_under(position)
        if row is not None:
            lines.append(tr("row {0}, click to trace it").format(row + 1))
        QToolTip.showText(event.globalPosition().toPoint(), "\n".join(lines), self)

    @staticmethod
    def _words_at(snapshot: Snapshot, maps: Maps, position: QPointF, area: QRectF) -> list[str]:
        """The inputs at a place, those held, and the answer there."""
        share = ((position.x() - area.left()) / area.width(), (area.bottom() - position.y()) / area.height())
        lines = []
        for axis, column in enumerate(maps.plane):
            low, high = maps.extent[2 * axis : 2 * axis + 2]
            lines.append(f"{snapshot.data.variables[column]} {number(low + share[axis] * (high - low))}")
        if maps.held is not None:
            lines.append(tr("others as in row {0}").format(maps.held + 1))
        last = maps.answers.shape[1] - 1
        answer = maps.answers[:, round(share[1] * last), round(share[0] * last)]
        return lines + _answer_in_words(answer, snapshot.data.classes, snapshot.plan.loss.threshold)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Picks the row under the pointer."""
        row = self._row_under(event.position())
        if row is not None:
            self.row_picked.emit(row)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the points again for the new size."""
        self._picture_of_points = None
        super().resizeEvent(event)
        self.framed.emit()

    def show_theme(self) -> None:
        """Has the points drawn in the colours of the theme in force."""
        self._picture_of_points = None


def _answer_in_words(answer: NDArray[np.float32], classes: tuple[str, ...], threshold: float) -> list[str]:
    """The outputs by class; for a single one without the meaning of a probability, what it decides."""
    if len(answer) > 1:
        return [f"{name}: {float(value):.3f}" for name, value in zip(classes, answer, strict=True)]
    value = float(answer[0])
    if threshold == 0.5:
        return [f"{classes[0]}: {1.0 - value:.3f}", f"{classes[1]}: {value:.3f}"]
    return [f"a = {signed(value)} → {classes[int(value >= threshold)]}"]
