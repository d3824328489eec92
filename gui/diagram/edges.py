"""The pictures of the edges: one for each gap between two columns, drawn again when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from engine.activations import Array
from engine.snapshot import Snapshot
from gui.diagram import leads
from gui.diagram.layout import Column, edge_at, gap_at, steady_scale
from gui.diagram.raster import FAINT, HAIRLINE, Gap, Style, broadest, most_edges
from gui.diagram.ribbon import Ribbon, cells, heat, ribbon_between, strongest_at
from gui.diagram.scene import Scene
from gui.images import image_of
from gui.selection import Selection, Unit, Weight
from gui.theme import colours, rgb

# Drawing the edges may take one part in three of the time: in every frame for a thousand edges, more seldom for
# large networks. Nodes and figures keep their own pace.
_SHARE = 2.0
# And no frame may spend much longer on them than this: the gaps of a large network are drawn one after the other.
_FRAME_S = 0.006
# The most edges that are drawn between two columns.
_MOST = 400
# How solid the edges are from which the pointer draws the eye away.
_FADED = 0.16


@dataclass(frozen=True)
class Picture:
    """A picture and where it belongs, in pixels of the enlarged drawing, wherever that is shifted to.

    ``stretched``: it has fewer pixels than its box, as a heat map of few weights has.
    """

    image: QImage
    box: QRectF
    stretched: bool = False


class Edges:
    """Keeps the pictures in step with the scene and the snapshots. ``ribbons``: large gaps are drawn as heat maps."""

    def __init__(self) -> None:
        self.ribbons = False
        self._scene = Scene()
        self._density = 1.0
        self._placed: tuple[object, ...] = ()
        self._gaps: dict[int, Gap] = {}
        self._pictures: dict[int, Picture] = {}
        self._emphasis: list[Picture] = []
        self._emphasis_of: tuple[object, ...] = ()
        self._emphasis_at: Snapshot | None = None
        self._emphasis_due = 0.0
        self._scales: dict[str, float] = {}
        self._key, self._something = "weight", True
        self._round_begins = True
        self._stale: list[int] = []
        self._ended, self._cost_s = 0.0, 0.0

    # -- what is drawn, and when -----------------------------------------------------------------

    def arrange(self, scene: Scene, density: float) -> None:
        """Takes over what stands where, with so many pixels to a unit of length.

        After a mere shift the pictures there are go on being shown until they are drawn again.
        """
        shape = (scene.layout_key, density, self.ribbons)
        place = (*shape, scene.viewport)
        if place == self._placed:
            return
        moved = self._placed[: len(shape)] == shape
        self._scene, self._density, self._placed = scene, density, place
        self._gaps = {}
        visible = self._visible()
        if moved:
            self._pictures = {layer: picture for layer, picture in self._pictures.items() if layer in visible}
            self._stale = [layer for layer in self._stale if layer in visible]
            self._stale += [n for n in visible if n in self._pictures and n not in self._stale]
        else:
            self.forget()

    def forget(self) -> None:
        """Everything is drawn anew, at once, at the next occasion."""
        self._pictures, self._stale, self._cost_s, self._round_begins = {}, [], 0.0, True
        self._emphasis_due = 0.0

    def forget_scales(self) -> None:
        """Begins anew with what is drawn widest: another network has come."""
        self._scales = {}
        self.forget()

    def refresh(self) -> None:
        """Draws everything again, but in its time, when the last round is over and long enough ago."""
        if not self._stale and perf_counter() >= self._ended + _SHARE * self._cost_s:
            self._stale, self._cost_s, self._round_begins = self._visible(), 0.0, True

    @property
    def behind(self) -> bool:
        """Whether some gaps still show an older instant."""
        return bool(self._stale)

    @property
    def scale(self) -> float:
        """The value that is drawn widest, of what the edges show now."""
        return self._scales.get(self._key, 0.0)

    @property
    def drawn(self) -> tuple[int, int] | None:
        """How many edges are drawn of how many in the gap where most are left out; None when all are drawn."""
        left_out = []
        for layer, gap in self._gaps.items():
            left, right = self._scene.columns[layer : layer + 2]
            folded = left.gap_y is not None or right.gap_y is not None
            if layer in self._pictures and (gap.drawn < gap.visible or folded):
                left_out.append((gap.drawn, left.count * right.count))
        return max(left_out, key=lambda pair: pair[1] - pair[0], default=None)

    @property
    def strokes(self) -> int:
        """How many edges the pictures show."""
        return sum(gap.drawn for layer, gap in self._gaps.items() if layer in self._pictures)

    def draw(self, snapshot: Snapshot) -> None:
        """Draws the pictures that are missing, and of those that are due as many as a frame has time for."""
        self._take_over(snapshot)
        visible = self._visible()
        begun = perf_counter()
        missing = [layer for layer in visible if layer not in self._pictures]
        if not missing and not self._stale:
            return
        if self._round_begins:
            self._scales[self._key] = steady_scale(self.scale, snapshot.widest_edge())
            self._round_begins = False
        for layer in missing:
            self._pictures[layer] = self._picture(snapshot, layer)
        self._stale = [layer for layer in self._stale if layer in visible and layer not in missing]
        while self._stale and perf_counter() - begun < _FRAME_S:
            layer = self._stale.pop(0)
            self._pictures[layer] = self._picture(snapshot, layer)
        self._ended = perf_counter()
        self._cost_s += self._ended - begun

    def _take_over(self, snapshot: Snapshot) -> None:
        shown = snapshot.edges
        key, something = (shown.key, shown.values is not None) if shown is not None else ("weight", True)
        if (key, something) != (self._key, self._something):
            self._key, self._something = key, something
            self.forget()

    def _visible(self) -> list[int]:
        left, _, right, _ = self._scene.body
        pairs = enumerate(zip(self._scene.columns[:-1], self._scene.columns[1:], strict=True))
        return [n for n, (a, b) in pairs if b.x - b.size / 2 > left and a.x + a.size / 2 < right]

    # -- one picture -----------------------------------------------------------------------------

    def _gap(self, layer: int) -> Gap:
        if layer not in self._gaps:
            density = self._density
            start, end = self._ends(layer)
            left, top, right, bottom = (round(side * density) for side in self._scene.body)
            a, b = self._scene.columns[layer : layer + 2]
            clip = range(max(left - start, 0), min(right, end) - start)
            starts, ends = (column.middles * density - top for column in (a, b))
            self._gaps[layer] = Gap(starts, ends, end - start, bottom - top, density, clip)
        return self._gaps[layer]

    def _ends(self, layer: int) -> tuple[int, int]:
        """Where a gap begins and ends, in pixels of the device."""
        a, b = self._scene.columns[layer : layer + 2]
        return round((a.x + a.size / 2) * self._density), round((b.x - b.size / 2) * self._density)

    def _shown(self, snapshot: Snapshot, layer: int) -> Array | None:
        """The values between the nodes that are laid out, (shown inputs, shown units)."""
        values = snapshot.edge_values(layer)
        a, b = self._scene.columns[layer : layer + 2]
        return None if values is None else values[np.ix_(a.shown, b.shown)]

    def _picture(self, snapshot: Snapshot, layer: int) -> Picture:
        ribbon, values = self._ribbon(layer), snapshot.edge_values(layer)
        if ribbon is None or values is None:
            return self._curves(snapshot, layer, None)
        c = colours()
        pixels = heat(cells(values, *ribbon.shape(self._density)), self.scale, rgb(c.positive), rgb(c.negative))
        return Picture(image_of(pixels), self._anchored(ribbon.left, ribbon.top, ribbon.width, ribbon.height), True)

    def _curves(self, snapshot: Snapshot, layer: int, only: NDArray[np.intp] | None) -> Picture:
        gap, values, scale, style = (
            self._gap(layer),
            self._shown(snapshot, layer),
            self.scale,
            _style(self._scene, layer),
        )
        if values is None:
            a, b = self._scene.columns[layer : layer + 2]
            # All alike but for some order, so that of a crowd not just the last ones are drawn.
            values = 1.0 - (np.add.outer(7.0 * np.arange(len(a.nodes)), 13.0 * np.arange(len(b.nodes))) % 17) / 100.0
            scale, style = 1.0, _hairlines()
        image = image_of(gap.draw(values, scale, style, only))
        image.setDevicePixelRatio(self._density)
        start, _ = self._ends(layer)
        left = max(start, round(self._scene.body[0] * self._density)) / self._density
        top = round(self._scene.body[1] * self._density) / self._density
        return Picture(image, self._anchored(left, top, gap.width / self._density, gap.height / self._density))

    def _anchored(self, left: float, top: float, width: float, height: float) -> QRectF:
        view = self._scene.viewport
        return QRectF(left + view.x, top + view.y, width, height)

    def _ribbon(self, layer: int) -> Ribbon | None:
        """The heat map of a gap, or None where edges are drawn."""
        if not self.ribbons or not self._something:
            return None
        view = self._scene.viewport
        a, b = self._scene.columns[layer : layer + 2]
        return ribbon_between(a, b, view.frame.ground[1] * view.zoom, view.zoom)

    # -- on the screen ---------------------------------------------------------------------------

    def paint(self, painter: QPainter, snapshot: Snapshot, hovered: Selection) -> None:
        """What was drawn; while the pointer is on a unit or an edge, all but its own edges step back."""
        stands_out = isinstance(hovered, Unit | Weight)
        for layer, picture in sorted(self._pictures.items()):
            ribbon = self._ribbon(layer)
            if ribbon is not None:
                leads.paint_under(painter, ribbon, *self._scene.columns[layer : layer + 2])
            elif stands_out:
                painter.setOpacity(_FADED)
            self._put(painter, picture)
            painter.setOpacity(1.0)
            if ribbon is not None:
                leads.paint_over(painter, ribbon, *_touched(hovered, layer))
        if stands_out:
            for picture in self._emphasised(snapshot, hovered):
                self._put(painter, picture)

    def _put(self, painter: QPainter, picture: Picture) -> None:
        view = self._scene.viewport
        box = picture.box.translated(-view.x, -view.y)
        if picture.stretched:
            painter.drawImage(box, picture.image)
        else:
            painter.drawImage(box.topLeft(), picture.image)

    def _emphasised(self, snapshot: Snapshot, hovered: Selection) -> list[Picture]:
        """The few edges that stand out; while training they are drawn anew only as often as the others."""
        what = (hovered, self._key, colours().positive, *self._placed)
        same = what == self._emphasis_of
        if same and (snapshot is self._emphasis_at or perf_counter() < self._emphasis_due):
            return self._emphasis
        begun = perf_counter()
        self._emphasis_of, self._emphasis_at, self._emphasis = what, snapshot, []
        for layer in self._visible():
            a, b = self._scene.columns[layer : layer + 2]
            only = _edges_of(a, b, *_touched(hovered, layer))
            if len(only) and self._ribbon(layer) is None:
                drawn = self._gap(layer).drawn
                self._emphasis.append(self._curves(snapshot, layer, only))
                self._gap(layer).drawn = drawn
        self._emphasis_due = perf_counter() + _SHARE * (perf_counter() - begun)
        return self._emphasis

    def edge_at(self, snapshot: Snapshot, x: float, y: float) -> tuple[int, int, int] | None:
        """(layer, input, unit) of the edge under a point of the window: in a heat map the strongest of a cell."""
        columns = self._scene.columns
        layer = gap_at(columns, x)
        if layer is None or not self._scene.in_body(y):
            return None
        ribbon, values = self._ribbon(layer), snapshot.edge_values(layer)
        if ribbon is not None and values is not None:
            found = strongest_at(ribbon, values, x, y, self._density)
            return None if found is None else (layer, *found)
        return edge_at(columns, lambda n: self._magnitudes(snapshot, n), x, y)

    def _magnitudes(self, snapshot: Snapshot, layer: int) -> Array:
        values = self._shown(snapshot, layer)
        a, b = self._scene.columns[layer : layer + 2]
        return np.zeros((len(a.nodes), len(b.nodes))) if values is None else np.abs(values).astype(float)

    def box_of(self, edge: Weight) -> tuple[float, float, float, float] | None:
        """Left, top, right and bottom of an edge's cell in a heat map, or None where the gap has none."""
        if not 0 <= edge.layer < len(self._scene.columns) - 1:
            return None
        ribbon = self._ribbon(edge.layer)
        if ribbon is None or edge.source >= ribbon.inputs or edge.unit >= ribbon.units:
            return None
        left, top, width, height = ribbon.cell_of(edge.source, edge.unit)
        return left, top, left + width, top + height


def _touched(selection: Selection, layer: int) -> tuple[int | None, int | None]:
    """The input and the unit of a layer that a selection is about."""
    if isinstance(selection, Weight) and selection.layer == layer:
        return selection.source, selection.unit
    if isinstance(selection, Unit):
        if selection.column == layer:
            return selection.index, None
        if selection.column == layer + 1:
            return None, selection.index
    return None, None


def _edges_of(left: Column, right: Column, source: int | None, unit: int | None) -> NDArray[np.intp]:
    """The flat indices, among the edges laid out, of those from an input, to a unit, or of the one between both."""
    if source is None and unit is None:
        return np.zeros(0, np.intp)
    rows = np.arange(len(left.nodes)) if source is None else np.flatnonzero(left.shown == source)
    columns = np.arange(len(right.nodes)) if unit is None else np.flatnonzero(right.shown == unit)
    return (rows[:, None] * len(right.nodes) + columns[None, :]).ravel()


def _style(scene: Scene, layer: int) -> Style:
    """The colours in force; fewer edges, and less broad ones, where columns stand close together."""
    c = colours()
    left, right = scene.columns[layer : layer + 2]
    apart = right.x - left.x
    return Style(rgb(c.positive), rgb(c.negative), widest=broadest(apart), most=most_edges(apart, _MOST))


def _hairlines() -> Style:
    """All edges alike, thin and faint: there is nothing to show of them yet."""
    quiet = rgb(colours().quiet)
    return Style(quiet, quiet, thinnest=HAIRLINE, widest=HAIRLINE, faintest=FAINT, strongest=FAINT)
