"""The small plots of the distributions, one for each layer: shown in a grid, pointed at, and chosen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.plots.tileplot import Tile, TilePlot
from gui.plots.tiles import Grid
from gui.theme import colours

# The smallest plot that can be read, in pixels.
_LEAST = 128, 116


class LayerTiles(QWidget):
    """Small plots of layers. ``chosen(layer)`` when one is clicked; ``said(words, step)`` what is under the pointer.

    ``step`` is that of the heat map under the pointer, None elsewhere; the words are then "".
    """

    chosen = Signal(int)
    said = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tiles: tuple[Tile, ...] = ()
        self.over_time, self.logarithmic = False, False
        self.layer: int | None = None
        self._pointer: QPointF | None = None
        self._step: float | None = None
        self._images: dict[int, QImage] = {}
        self._room = 0

    def show_tiles(self, tiles: tuple[Tile, ...], over_time: bool, logarithmic: bool) -> None:
        """Shows layers, as they are now or over time."""
        self.tiles, self.over_time, self.logarithmic = tiles, over_time, logarithmic
        self._images.clear()
        self._fit()
        self._say()
        self.setAccessibleDescription("; ".join(tile.described for tile in tiles))
        self.update()

    def show_layer(self, layer: int | None) -> None:
        """Marks a layer, or none."""
        if layer != self.layer:
            self.layer = layer
            self.update()

    def show_step(self, step: float | None) -> None:
        """Marks a step in the heat maps, or none."""
        if step != self._step:
            self._step = step
            self.update()

    def fit_to(self, height: int) -> None:
        """Fills an area of some height, or more where there are many layers."""
        self._room = height
        self._fit()

    def grid(self) -> Grid:
        """Where the tiles stand."""
        return Grid.filling(len(self.tiles), self.width(), self._room, _LEAST)

    def _fit(self) -> None:
        needed = self.grid().full_height if self.tiles else 0
        if self.minimumHeight() != needed:
            self.setMinimumHeight(needed)

    def plot(self, layer: int) -> TilePlot:
        """The plot of a layer in its place."""
        return TilePlot(self.tiles[layer], QRectF(*self.grid().box(layer)), self.over_time)

    def _layer_at(self, position: QPointF) -> int | None:
        return self.grid().at(position.x(), position.y()) if self.tiles else None

    def _say(self) -> None:
        if self._pointer is not None:
            layer = self._layer_at(self._pointer)
            self.said.emit(*(("", None) if layer is None else self.plot(layer).words_at(self._pointer)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says what is under the pointer."""
        self._pointer = event.position()
        self._say()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is under the pointer any more."""
        self._pointer = None
        self.said.emit("", None)
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Chooses a layer."""
        layer = self._layer_at(event.position())
        if layer is not None:
            self.chosen.emit(layer)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The arrows choose the layer before or behind."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is None or not self.tiles:
            super().keyPressEvent(event)
            return
        now = self.layer if self.layer is not None else (-1 if by > 0 else len(self.tiles))
        self.chosen.emit(min(max(now + by, 0), len(self.tiles) - 1))

    # -- painting --------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.StyleChange:
            self._images.clear()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Places the tiles anew."""
        super().resizeEvent(event)
        self._images.clear()
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The tiles that are in sight."""
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), QColor(colours().surface))
            for layer in range(len(self.tiles)):
                plot = self.plot(layer)
                if plot.box.intersects(QRectF(event.rect())):
                    self._paint(painter, layer, plot)

    def _paint(self, painter: QPainter, layer: int, plot: TilePlot) -> None:
        plot.paint_head(painter, selected=layer == self.layer)
        if plot.scale is None or plot.area.isEmpty():
            plot.paint_missing(painter)
        elif self.over_time:
            if layer not in self._images:
                self._images[layer] = plot.heat(self.logarithmic)
            plot.paint_heat(painter, self._images[layer], self._step)
        else:
            marked = plot.bin_at(self._pointer) if self._pointer is not None else None
            plot.paint_bars(painter, self.logarithmic, marked)
