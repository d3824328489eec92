"""The drawing of the network as curves and text, for files, print and the clipboard.

The window draws its edges as pixels, because strokes are slow; here every edge is a curve of its own. Sizes are in
the window's pixels, and the painter may be scaled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from engine.snapshot import Snapshot
from gui.diagram.layout import Column, Mark, head_for, marks, place
from gui.diagram.painting import Painting, numbers_beside
from gui.diagram.raster import Style
from gui.diagram.shown import Shown
from gui.selection import Selection, output_names, stage_name, stages_before
from gui.text import number, tr
from gui.theme import colour, colours, font, rgb
from gui.thumbnails import Thumbnails, corner

# Of one gap no more edges than this are drawn, the strongest: the others would hardly be seen among them.
MOST_EDGES = 600
# Weights below this part of the largest are left out, as in the window.
LEAST = 0.004
# In a gap with more edges than _CROWDED all are thin and the weak ones fainter still, but for the _BROAD strongest
# of them, if they reach _STRONG of the largest.
_CROWDED, _BROAD, _STRONG = 150, 60, 0.3
_THIN = 1.1
_DASH, _GAP = 7.0, 4.5
_PLAIN = Shown()
# Networks with more gaps than this have narrower edges.
_MANY_GAPS = 8


@dataclass(frozen=True)
class Stroke:
    """How one edge is drawn: its place among the shown inputs and units, width, opacity, and its sign."""

    source: int
    unit: int
    width: float
    opacity: float
    negative: bool


def strokes(values: NDArray[Any], scale: float, style: Style) -> Iterator[Stroke]:
    """The edges worth drawing of values (shown inputs, shown units), the weak before the strong.

    ``scale`` is the value drawn widest. Values that are not finite are left out.
    """
    flat = np.asarray(values, dtype=float).ravel()
    strength = np.nan_to_num(np.abs(flat) / scale, nan=0.0, posinf=0.0).clip(0.0, 1.0)
    opacity = style.faintest + (style.strongest - style.faintest) * strength**0.7
    width = style.thinnest + (style.widest - style.thinnest) * strength
    order = np.argsort(strength, kind="stable")
    if flat.size > _CROWDED:
        thin = np.ones(flat.size, dtype=bool)
        thin[order[-_BROAD:]] = strength[order[-_BROAD:]] <= _STRONG
        opacity = np.where(thin, opacity * strength**0.5, opacity)
        width = np.where(thin, _THIN, width)
    for edge in order[-MOST_EDGES:]:
        if strength[edge] > LEAST:
            source, unit = divmod(int(edge), values.shape[1])
            yield Stroke(source, unit, float(width[edge]), float(opacity[edge]), bool(flat[edge] < 0))


def draw_network(
    painter: QPainter,
    snapshot: Snapshot,
    size: tuple[float, float],
    *,
    shown: Shown = _PLAIN,
    selection: Selection = None,
    transparent: bool = False,
    density: float = 1.0,
) -> None:
    """Draws the network of a snapshot in the colours of the theme in force.

    ``size`` is width and height of the drawing. ``transparent``: nothing is painted behind the network.
    ``density`` is the pixels there will be to a unit of length, for the pictures in the nodes.
    """
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    if not transparent:
        painter.fillRect(QRectF(0, 0, *size), QColor(colours().surface))
    columns, names = _arrange(snapshot, size, shown)
    scale = largest_shown(snapshot)
    for layer, (left, right) in enumerate(pairwise(columns)):
        values = snapshot.edge_values(layer)
        if values is not None:
            _draw_gap(painter, left, right, values[np.ix_(left.shown, right.shown)], scale, len(columns) - 1)
    _paint_above(painter, snapshot, size, columns, names, shown, selection, scale, density)


def largest_shown(snapshot: Snapshot) -> float:
    """The magnitude that is drawn widest: the largest finite one of what the edges show, 1 when there is none."""
    shown = [snapshot.edge_values(layer) for layer in range(len(snapshot.plan.layers))]
    sizes = [np.abs(values[np.isfinite(values)]).max(initial=0.0) for values in shown if values is not None]
    return float(max(sizes, default=0.0)) or 1.0


def title_of(snapshot: Snapshot) -> str:
    """A title for the drawing: "Neural network 2 – 8 – 8 – 3"."""
    return tr("Neural network {0}").format(" – ".join(f"{width:,}" for width in snapshot.plan.widths))


def description_of(snapshot: Snapshot) -> str:
    """What the drawing shows, in sentences, for those who cannot see it."""
    parts = [tr("{0} inputs").format(snapshot.plan.widths[0])]
    for layer in snapshot.plan.layers:
        parts += [stage_name(part.stage) for part in layer.stages]
        parts.append(f"{layer.name}: {layer.units} {layer.activation.label}")
    after = tr("After {0} epochs, {1} steps.").format(f"{snapshot.epoch:,}", f"{snapshot.step:,}")
    signs = tr("Blue, solid edges are positive, orange, dashed ones negative; the widest is {0}.")
    return f"{', '.join(parts)}. {after} {signs.format(number(largest_shown(snapshot)))}"


# -- the diagram's own parts, all of them used here and nowhere else in this file -----------------------


def _arrange(
    snapshot: Snapshot, size: tuple[float, float], shown: Shown
) -> tuple[tuple[Column, ...], tuple[Mark, ...]]:
    """The columns and the names of the stages, as the window places them on an area of that size."""
    plan, metrics = snapshot.plan, QFontMetricsF(font(12))
    hidden = len(snapshot.experiment.network.layers)
    stages = tuple(stages_before(plan, layer, hidden) for layer in range(len(plan.layers)))
    beside = numbers_beside(snapshot, shown)
    left = 40.0 + beside[0] + min(max(metrics.horizontalAdvance(name) for name in snapshot.data.names), 150.0)
    right = 52.0 + beside[1] + min(max(metrics.horizontalAdvance(name) for name in output_names(snapshot)), 130.0)
    columns = place(plan.widths, size[0], size[1], left, right, head_for(stages))
    return columns, marks(columns, stages)


def _paint_above(
    painter: QPainter,
    snapshot: Snapshot,
    size: tuple[float, float],
    columns: tuple[Column, ...],
    names: tuple[Mark, ...],
    shown: Shown,
    selection: Selection,
    scale: float,
    density: float,
) -> None:
    """Nodes, words and the legend, by the painting of the window."""
    # The pictures in the nodes have whole pixels, and are made smaller rather than larger.
    fine = float(max(ceil(density), 1))
    sides = [round(column.size * fine) for column in columns[1:]]
    pictures = _FineThumbnails(fine)
    whole = sum(layer.inputs * layer.units for layer in snapshot.plan.layers)
    most = sum(min(len(a.nodes) * len(b.nodes), MOST_EDGES) for a, b in pairwise(columns))
    drawn = (most, whole) if most < whole else None
    area = QSizeF(*size)
    Painting(painter, snapshot, columns, names, selection, pictures, sides, fine, area, scale, shown, drawn).paint()


class _FineThumbnails(Thumbnails):
    """Pictures of several pixels to a unit of length, their corners smooth and as round as their frames."""

    def __init__(self, density: float) -> None:
        super().__init__()
        self._density = density

    def images(
        self, snapshot: Snapshot, shown: Shown, layer: int, column: Column, side: int, density: float
    ) -> dict[int, QImage]:
        """The pictures of a layer's drawn units."""
        square = super().images(snapshot, shown, layer, column, side, density)
        return {unit: self._rounded(image) for unit, image in square.items()}

    def _rounded(self, square: QImage) -> QImage:
        round_one = QImage(square.size(), QImage.Format.Format_ARGB32_Premultiplied)
        round_one.fill(0)
        side = square.width()
        radius = corner(side / self._density) * self._density
        with QPainter(round_one) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            square.setDevicePixelRatio(1.0)
            painter.setBrush(square)
            painter.drawRoundedRect(QRectF(0, 0, side, side), radius, radius)
        round_one.setDevicePixelRatio(self._density)
        return round_one


# -- edges ---------------------------------------------------------------------------------------------


def _draw_gap(painter: QPainter, left: Column, right: Column, values: NDArray[Any], scale: float, gaps: int) -> None:
    c = colours()
    style = Style(rgb(c.positive), rgb(c.negative), widest=4.6 if gaps <= _MANY_GAPS else 3.0)
    begin, end = left.x + left.size / 2, right.x - right.size / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for stroke in strokes(values, scale, style):
        painter.setPen(_pen(stroke))
        painter.drawPath(_curve(begin, left.nodes[stroke.source].y, end, right.nodes[stroke.unit].y))


def _pen(stroke: Stroke) -> QPen:
    c = colours()
    pen = QPen(colour(c.negative if stroke.negative else c.positive, stroke.opacity), stroke.width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if stroke.negative:
        pen.setDashPattern([_DASH / stroke.width, _GAP / stroke.width])
    return pen


def _curve(x: float, y: float, to_x: float, to_y: float) -> QPainterPath:
    """The S-curve of ``layout.bend``: level at both ends, its control points half-way."""
    middle = (x + to_x) / 2
    path = QPainterPath(QPointF(x, y))
    path.cubicTo(QPointF(middle, y), QPointF(middle, to_y), QPointF(to_x, to_y))
    return path
