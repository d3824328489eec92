"""The pictures of the edges: one for each gap between two columns, drawn again when it is due."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter

import numpy as np
from PySide6.QtGui import QImage

from engine.activations import Array
from engine.snapshot import Snapshot
from gui.diagram.layout import Column, steady_scale
from gui.diagram.raster import Gap, Style
from gui.theme import colours, rgb

# Drawing the edges may take one part in so many of the time: some 25 times a second for small networks, more seldom
# for large ones. Nodes and figures keep their own pace.
_SHARE = 8.0


class Edges:
    """Keeps the pictures in step with columns and snapshots. ``scale`` is the weight drawn widest."""

    def __init__(self) -> None:
        self.images: list[QImage] = []
        self.scale = 0.0
        self._columns: tuple[Column, ...] = ()
        self._gaps: list[Gap] = []
        self._density = 1.0
        self._drawn_at = self._cost_s = 0.0

    def arrange(self, columns: tuple[Column, ...], height: int, density: float) -> None:
        """Takes over other columns, on an area of that height, with so many pixels to a unit of length."""
        self._columns, self._density = columns, density
        self._gaps = [
            Gap(
                a.middles * density,
                b.middles * density,
                round((b.x - b.size / 2 - a.x - a.size / 2) * density),
                round(height * density),
                density,
            )
            for a, b in pairwise(columns)
        ]
        self.forget()
        self._cost_s = 0.0

    def forget(self) -> None:
        """Draws everything again at the next occasion."""
        self.images = []

    def due_in(self) -> float:
        """After how many seconds the pictures may be drawn again, 0 for now."""
        return max(self._drawn_at + _SHARE * self._cost_s - perf_counter(), 0.0)

    def shown_weights(self, snapshot: Snapshot, layer: int) -> Array:
        """The weights between the nodes that are drawn, (shown inputs, shown units)."""
        w = snapshot.weights(layer)
        return w[np.ix_(self._columns[layer].shown, self._columns[layer + 1].shown)]

    def magnitudes(self, snapshot: Snapshot) -> list[Array]:
        """|w| of what is drawn, for every layer."""
        return [np.abs(self.shown_weights(snapshot, layer)).astype(float) for layer in range(len(self._gaps))]

    def draw(self, snapshot: Snapshot) -> None:
        """Draws the pictures of a snapshot where they are missing."""
        if self.images:
            return
        begun = perf_counter()
        self.scale = steady_scale(self.scale, snapshot.largest_weight())
        c = colours()
        style = Style(rgb(c.positive), rgb(c.negative), widest=4.6 if len(self._gaps) < 9 else 3.0)
        for layer, gap in enumerate(self._gaps):
            pixels = gap.draw(self.shown_weights(snapshot, layer), self.scale, style)
            kind = QImage.Format.Format_RGBA8888_Premultiplied
            image = QImage(pixels.data, gap.width, gap.height, 4 * gap.width, kind).copy()
            image.setDevicePixelRatio(self._density)
            self.images.append(image)
        self._drawn_at = perf_counter()
        self._cost_s = self._drawn_at - begun
