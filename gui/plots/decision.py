"""The decision map: what the network answers over the plane of two inputs, with the data on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from engine.data.dataset import Dataset
from engine.snapshot import Snapshot
from gui.plots.answers import class_shares
from gui.plots.ticks import round_ticks
from gui.text import number, signed, tr
from gui.theme import colours, font, rgb

_MOST_POINTS = 3000


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


class DecisionMap(QWidget):
    """Shows a snapshot with maps. ``row_picked(row)`` when a point is clicked."""

    row_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(180, 180)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Decision map"))
        self._snapshot: Snapshot | None = None
        self._image: QImage | None = None
        self._points: QPixmap | None = None
        self._places: NDArray[np.float64] = np.empty((0, 2))
        self._rows: NDArray[np.int64] = np.empty(0, np.int64)
        self._data: Dataset | None = None

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws another instant."""
        if snapshot.data is not self._data:
            self._points, self._data = None, snapshot.data
        self._snapshot = snapshot
        if snapshot.maps is not None:
            self._image = self._picture(snapshot)
        self.update()

    def _picture(self, snapshot: Snapshot) -> QImage:
        assert snapshot.maps is not None
        shares = class_shares(snapshot.maps.answers[:, ::-1, :], snapshot.plan.loss.threshold)
        c = colours()
        pixels = np.ascontiguousarray(mix(shares, c.surface, c.series, 0.45))
        height, width = pixels.shape[:2]
        return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()

    def _area(self) -> QRectF:
        return QRectF(48, 4, self.width() - 64, self.height() - 46)

    def _to_pixels(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """(rows, 2) in the user's units -> (rows, 2) in pixels."""
        assert self._snapshot is not None
        assert self._snapshot.maps is not None
        left, right, bottom, top = self._snapshot.maps.extent
        area = self._area()
        across = area.left() + (x[:, 0] - left) / (right - left) * area.width()
        up = area.bottom() - (x[:, 1] - bottom) / (top - bottom) * area.height()
        return np.stack([across, up], axis=1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Map, points, axes."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(colours().surface))
            if self._snapshot is not None and self._snapshot.maps is not None and self._image is not None:
                self._paint_map(painter, self._snapshot, self._image)

    def _paint_map(self, painter: QPainter, snapshot: Snapshot, image: QImage) -> None:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = self._area()
        clip = QPainterPath()
        clip.addRoundedRect(area, 6, 6)
        painter.setClipPath(clip)
        painter.drawImage(area, image)
        if self._points is None:
            self._points = self._draw_points(snapshot)
        painter.drawPixmap(QPointF(0, 0), self._points)
        painter.setClipping(False)
        self._paint_traced(painter, snapshot)
        self._paint_axes(painter, snapshot, area)

    def _draw_points(self, snapshot: Snapshot) -> QPixmap:
        """All points, filled for training and open for test rows, drawn once for a size and theme."""
        density = self.devicePixelRatioF()
        picture = QPixmap(self.size() * density)
        picture.setDevicePixelRatio(density)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        data, c = snapshot.data, colours()
        places, rows = [], []
        for part, ids in (("train", data.rows_train), ("test", data.rows_test)):
            x, y = data.part(part)
            some = slice(0, _MOST_POINTS)
            where = self._to_pixels(data.x_scaling.undo(x[some]).reshape(-1, 2))
            places.append(where)
            rows.append(ids[some])
            for (px, py), answer in zip(where, y[some], strict=True):
                tint = QColor(c.series[int(answer) % len(c.series)])
                painter.setPen(QPen(QColor(c.surface) if part == "train" else tint, 1.0 if part == "train" else 1.8))
                painter.setBrush(tint if part == "train" else QColor(c.surface))
                painter.drawEllipse(QPointF(px, py), 3.4, 3.4)
        painter.end()
        self._places, self._rows = np.concatenate(places), np.concatenate(rows)
        return picture

    def _paint_traced(self, painter: QPainter, snapshot: Snapshot) -> None:
        trace = snapshot.trace
        if trace is None:
            return
        px, py = self._to_pixels(trace.x_in_units[None, :])[0]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours().text), 1.6))
        painter.drawEllipse(QPointF(px, py), 7.0, 7.0)

    def _paint_axes(self, painter: QPainter, snapshot: Snapshot, area: QRectF) -> None:
        assert snapshot.maps is not None
        left, right, bottom, top = snapshot.maps.extent
        painter.setFont(font(11))
        painter.setPen(QColor(colours().quiet))
        for value in round_ticks(left, right, 4):
            x = area.left() + (value - left) / (right - left) * area.width()
            painter.drawText(QRectF(x - 30, area.bottom() + 4, 60, 14), Qt.AlignmentFlag.AlignCenter, number(value))
        for value in round_ticks(bottom, top, 4):
            y = area.bottom() - (value - bottom) / (top - bottom) * area.height()
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(area.left() - 36, y - 8, 30, 16), side, number(value))
        names = snapshot.data.names
        painter.drawText(
            QRectF(area.left(), area.bottom() + 20, area.width(), 16), Qt.AlignmentFlag.AlignCenter, names[0]
        )
        painter.save()
        painter.translate(8, area.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-100, -8, 200, 16), Qt.AlignmentFlag.AlignCenter, names[1])
        painter.restore()

    def _row_under(self, position: QPointF) -> int | None:
        if len(self._places) == 0:
            return None
        distance = np.hypot(self._places[:, 0] - position.x(), self._places[:, 1] - position.y())
        nearest = int(distance.argmin())
        return int(self._rows[nearest]) if distance[nearest] <= 8 else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says the inputs and the answer at the pointer."""
        snapshot, position, area = self._snapshot, event.position(), self._area()
        if snapshot is None or snapshot.maps is None or not area.contains(position):
            QToolTip.hideText()
            return
        maps = snapshot.maps
        left, right, bottom, top = maps.extent
        share_x = (position.x() - area.left()) / area.width()
        share_y = (area.bottom() - position.y()) / area.height()
        lines = [
            f"{snapshot.data.names[0]} {number(left + share_x * (right - left))}",
            f"{snapshot.data.names[1]} {number(bottom + share_y * (top - bottom))}",
        ]
        grid = maps.answers
        size = grid.shape[1] - 1
        answer = grid[:, round(share_y * size), round(share_x * size)]
        lines += _answer_in_words(answer, snapshot.data.classes, snapshot.plan.loss.threshold)
        row = self._row_under(position)
        if row is not None:
            lines.append(tr("row {0}, click to trace it").format(row + 1))
        QToolTip.showText(event.globalPosition().toPoint(), "\n".join(lines), self)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Picks the row under the pointer."""
        row = self._row_under(event.position())
        if row is not None:
            self.row_picked.emit(row)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the points again for the new size."""
        self._points = None
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws everything again in the colours of another theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._points = None
            if self._snapshot is not None:
                self.show_snapshot(self._snapshot)
        super().changeEvent(event)


def _answer_in_words(answer: NDArray[np.float32], classes: tuple[str, ...], threshold: float) -> list[str]:
    """The outputs by class; for a single one without the meaning of a probability, what it decides."""
    if len(answer) > 1:
        return [f"{name}: {float(value):.3f}" for name, value in zip(classes, answer, strict=True)]
    value = float(answer[0])
    if threshold == 0.5:
        return [f"{classes[0]}: {1.0 - value:.3f}", f"{classes[1]}: {value:.3f}"]
    return [f"a = {signed(value)} → {classes[int(value >= threshold)]}"]
