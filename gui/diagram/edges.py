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
# And no frame may spend much longer on them than this: the gaps of a large network are drawn one after the other.
_FRAME_S = 0.006


class Edges:
    """Keeps the pictures in step with columns and snapshots. ``scale`` is the weight drawn widest."""

    def __init__(self) -> None:
        self.images: list[QImage] = []
        self.scale = 0.0
        self._columns: tuple[Column, ...] = ()
        self._gaps: list[Gap] = []
        self._density = 1.0
        self._stale: list[int] = []
        self._ended, self._cost_s = 0.0, 0.0

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

    def forget(self) -> None:
        """Everything is drawn anew, at once, at the next occasion."""
        self.images, self._stale, self._cost_s = [], [], 0.0

    def refresh(self) -> None:
        """Draws everything again, but in its time, when the last round is over and long enough ago."""
        if not self._stale and perf_counter() >= self._ended + _SHARE * self._cost_s:
            self._stale, self._cost_s = list(range(len(self._gaps))), 0.0

    @property
    def behind(self) -> bool:
        """Whether some gaps still show an older instant."""
        return bool(self._stale)

    def shown_weights(self, snapshot: Snapshot, layer: int) -> Array:
        """The weights between the nodes that are drawn, (shown inputs, shown units)."""
        w = snapshot.weights(layer)
        return w[np.ix_(self._columns[layer].shown, self._columns[layer + 1].shown)]

    def magnitudes(self, snapshot: Snapshot) -> list[Array]:
        """|w| of what is drawn, for every layer."""
        return [np.abs(self.shown_weights(snapshot, layer)).astype(float) for layer in range(len(self._gaps))]

    def draw(self, snapshot: Snapshot) -> None:
        """Draws the pictures that are missing, and of those that are due as many as a frame has time for."""
        if not self.images:
            self.images, self._stale = [QImage()] * len(self._gaps), list(range(len(self._gaps)))
            allowed_s = float("inf")
        else:
            allowed_s = _FRAME_S
        if not self._stale:
            return
        if self._stale[0] == 0:
            self.scale = steady_scale(self.scale, snapshot.largest_weight())
        begun = perf_counter()
        while self._stale and perf_counter() - begun < allowed_s:
            layer = self._stale.pop(0)
            self.images[layer] = self._picture(snapshot, layer)
        self._ended = perf_counter()
        self._cost_s += self._ended - begun

    def _picture(self, snapshot: Snapshot, layer: int) -> QImage:
        c, gap = colours(), self._gaps[layer]
        style = Style(rgb(c.positive), rgb(c.negative), widest=4.6 if len(self._gaps) < 9 else 3.0)
        pixels = gap.draw(self.shown_weights(snapshot, layer), self.scale, style)
        kind = QImage.Format.Format_RGBA8888_Premultiplied
        image = QImage(pixels.data, gap.width, gap.height, 4 * gap.width, kind).copy()
        image.setDevicePixelRatio(self._density)
        return image
