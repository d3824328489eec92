"""A canvas that shows a part of a scene: it zooms and pans."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, Signal, Slot
from PySide6.QtWidgets import QWidget

from gui.diagram.scene import Scene
from gui.diagram.viewport import Viewport


class ZoomingView(QWidget):
    """Holds the scene and the part of it that is seen. ``zoomed(zoom)`` says how much larger than the window it is."""

    zoomed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = Scene()

    def follow(self) -> None:
        """Everything that stands on the drawing takes its place in it again."""
        self.update()

    @property
    def zoom(self) -> float:
        """How many times larger than the window the drawing is; 1 when everything fits."""
        return self._scene.viewport.zoom

    @Slot(float, QPointF)
    def zoom_by(self, factor: float, about: QPointF | None = None) -> None:
        """Makes everything so many times larger; what is at ``about``, at first the middle, stays there."""
        self._look(self._scene.viewport.zoomed(factor, None if about is None else (about.x(), about.y())))

    def fit(self) -> None:
        """Shows everything."""
        self._look(replace(self._scene.viewport, zoom=1.0))

    @Slot(float, float)
    def pan(self, dx: float, dy: float) -> None:
        """Moves the drawing by so many pixels to the right and down, as far as there is more of it."""
        self._look(self._scene.viewport.panned(dx, dy))

    @Slot(float, float)
    def _centre(self, across: float, down: float) -> None:
        self._look(self._scene.viewport.centred(across, down))

    def _look(self, viewport: Viewport) -> None:
        before = self._scene.viewport
        if viewport.limited() == before:
            return
        self._scene.look(viewport)
        self.follow()
        if before.zoom != self.zoom:
            self.zoomed.emit(self.zoom)

    def column_at(self, x: float) -> int | None:
        """The column whose strip is at x: 0 the inputs, i + 1 layer i; None beside all of them."""
        return self._scene.column_at(x)

    def head_at(self, position: QPointF) -> int | None:
        """The column whose title is at a place, or None."""
        return self._scene.head_at(position.x(), position.y())
