"""The drawing of the network as curves and text, for files, print and the clipboard.

The window draws its edges as pixels, because strokes are slow; here every edge is a curve of its own, and only heat
maps are pictures. Sizes are in the window's pixels, and the painter may be scaled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from engine.snapshot import Snapshot
from gui import amounts
from gui.diagram import leads
from gui.diagram.layout import FOOT, Column, Mark, head_for, marks, place
from gui.diagram.legend import Legend, legend_of
from gui.diagram.painting import Painting, numbers_beside
from gui.diagram.raster import (
    BROAD,
    CROWDED,
    DASH,
    FAINT,
    HAIRLINE,
    LEAST,
    SPACE,
    STRONG,
    THIN,
    Style,
    broadest,
    most_edges,
)
from gui.diagram.ribbon import Ribbon, cells, heat, ribbon_between
from gui.diagram.shown import Shown
from gui.images import image_of
from gui.selection import name_in_plan, output_names, stage_name, stages_before
from gui.text import number, tr
from gui.theme import colour, colours, font, rgb
from gui.thumbnails import Thumbnails

# Of one gap no more edges than this are drawn, the strongest: the others would hardly be seen among them.
MOST_EDGES = 600


@dataclass(frozen=True)
class Stroke:
    """How one edge is drawn: its place among the shown inputs and units, width, opacity, and its sign."""

    source: int
    unit: int
    width: float
    opacity: float
    negative: bool


def strokes(values: NDArray[Any], scale: float, style: Style, most: int = MOST_EDGES) -> Iterator[Stroke]:
    """The edges worth drawing of values (shown inputs, shown units), the weak before the strong.

    ``scale`` is the value drawn widest, and ``most`` are drawn. Values that are not finite are left out.
    """
    flat = np.asarray(values, dtype=float).ravel()
    strength = np.nan_to_num(np.abs(flat) / scale, nan=0.0, posinf=0.0).clip(0.0, 1.0)
    opacity = style.faintest + (style.strongest - style.faintest) * strength**0.7
    width = style.thinnest + (style.widest - style.thinnest) * strength
    order = np.argsort(strength, kind="stable")
    if flat.size > CROWDED:
        thin = np.ones(flat.size, dtype=bool)
        thin[order[-BROAD:]] = strength[order[-BROAD:]] <= STRONG
        opacity = np.where(thin, opacity * strength**0.5, opacity)
        width = np.where(thin, THIN, width)
    for edge in order[-most:]:
        if strength[edge] > LEAST:
            source, unit = divmod(int(edge), values.shape[1])
            yield Stroke(source, unit, float(width[edge]), float(opacity[edge]), bool(flat[edge] < 0))


@dataclass(frozen=True)
class Drawing:
    """What is drawn: an instant, on an area of that width and height, with what the user has chosen to see of it."""

    snapshot: Snapshot
    size: tuple[float, float]
    shown: Shown = field(default=Shown())

    @property
    def title(self) -> str:
        """A title: "Neural network 2 – 8 – 8 – 3"."""
        widths = " – ".join(f"{width:,}" for width in self.snapshot.plan.widths)
        return tr("Neural network {0}").format(widths)

    @property
    def description(self) -> str:
        """What is seen, in sentences, for those who cannot see it."""
        snapshot, legend = self.snapshot, self.legend
        parts = [amounts.inputs(snapshot.plan.widths[0])]
        for layer in snapshot.plan.layers:
            parts += [stage_name(part.stage) for part in layer.stages]
            parts.append(f"{name_in_plan(layer)}: {layer.units:,} {tr(layer.activation.label)}")
        after = tr("Epoch {0}, step {1}.").format(f"{snapshot.epoch:,}", f"{snapshot.step:,}")
        edges = tr("Edges: {0}.").format(legend.missing.rstrip(".") or legend.label)
        signs = tr("Blue, solid edges are positive, orange, dashed ones negative; the widest is {0}.")
        signs = signs.format(number(legend.scale)) if legend.scale else tr("No value but 0.")
        notes = [f"{note[:1].upper()}{note[1:]}." for note in (*legend.nodes[:1], *legend.others)]
        notes = notes if legend.missing else [signs, *notes]
        return " ".join([f"{', '.join(parts)}.", after, edges, *notes])

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns, as the window places them when everything fits."""
        snapshot, metrics = self.snapshot, QFontMetricsF(font(12))
        beside = numbers_beside(snapshot, self.shown)
        left = 40.0 + beside[0] + min(max(metrics.horizontalAdvance(name) for name in snapshot.data.names), 150.0)
        right = 52.0 + beside[1] + min(max(metrics.horizontalAdvance(name) for name in output_names(snapshot)), 130.0)
        return place(snapshot.plan.widths, *self.size, left, right, head_for(self._stages))

    @property
    def names(self) -> tuple[Mark, ...]:
        """The names of the stages between the columns."""
        return marks(self.columns, self._stages)

    @property
    def _stages(self) -> tuple[range, ...]:
        plan, hidden = self.snapshot.plan, len(self.snapshot.experiment.network.layers)
        return tuple(stages_before(plan, layer, hidden) for layer in range(len(plan.layers)))

    def ribbon(self, layer: int) -> Ribbon | None:
        """The heat map in front of a layer, or None where edges are drawn."""
        if not self.shown.ribbons or self.snapshot.edge_values(layer) is None:
            return None
        room = max(self.size[1] - head_for(self._stages) - FOOT, 1.0)
        left, right = self.columns[layer : layer + 2]
        return ribbon_between(left, right, room)

    @property
    def drawn(self) -> tuple[int, int] | None:
        """How many edges are drawn of how many in the gap where most are left out; None when all are drawn."""
        left_out = []
        for layer, (left, right) in enumerate(pairwise(self.columns)):
            drawn, whole = min(len(left.nodes) * len(right.nodes), _most(left, right)), left.count * right.count
            if drawn < whole and self.ribbon(layer) is None:
                left_out.append((drawn, whole))
        return max(left_out, key=lambda pair: pair[1] - pair[0], default=None)

    @cached_property
    def scale(self) -> float:
        """The magnitude that is drawn widest: the largest finite one of what the edges show, 1 when there is none."""
        return self.snapshot.widest_edge() or 1.0

    @property
    def legend(self) -> Legend:
        """What the legend says."""
        return legend_of(self.snapshot, self.shown, self.scale, self.drawn)


def draw_network(painter: QPainter, drawing: Drawing, *, transparent: bool = False, density: float = 1.0) -> None:
    """Draws a network in the colours of the theme in force.

    ``transparent``: nothing is painted behind it. ``density`` is the pixels there will be to a unit of length, for the
    pictures in the nodes and the heat maps.
    """
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    if not transparent:
        painter.fillRect(QRectF(0, 0, *drawing.size), QColor(colours().surface))
    # Pictures have whole pixels, and are made smaller rather than larger.
    fine = float(max(ceil(density), 1))
    for layer in range(len(drawing.snapshot.plan.layers)):
        ribbon = drawing.ribbon(layer)
        if ribbon is None:
            _draw_edges(painter, drawing, layer)
        else:
            _draw_ribbon(painter, drawing, layer, ribbon, fine)
    _paint_above(painter, drawing, fine)


def _paint_above(painter: QPainter, drawing: Drawing, fine: float) -> None:
    """Nodes, words and the legend, by the painting of the window."""
    columns = drawing.columns
    Painting(
        painter,
        drawing.snapshot,
        columns,
        drawing.names,
        None,
        Thumbnails(),
        [round(column.size * fine) for column in columns[1:]],
        fine,
        QSizeF(*drawing.size),
        drawing.scale,
        drawing.shown,
        drawing.drawn,
    ).paint()


# -- edges ---------------------------------------------------------------------------------------------


def _draw_edges(painter: QPainter, drawing: Drawing, layer: int) -> None:
    left, right = drawing.columns[layer : layer + 2]
    values = drawing.snapshot.edge_values(layer)
    begin, end = left.x + left.size / 2, right.x - right.size / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if values is None:
        # There is nothing to show of them yet: all alike, thin and faint.
        painter.setPen(QPen(colour(colours().quiet, FAINT), HAIRLINE))
        for source, unit in _some(len(left.nodes), len(right.nodes), _most(left, right)):
            painter.drawPath(_curve(begin, left.nodes[source].y, end, right.nodes[unit].y))
        return
    c = colours()
    style = Style(rgb(c.positive), rgb(c.negative), widest=broadest(right.x - left.x))
    for stroke in strokes(values[np.ix_(left.shown, right.shown)], drawing.scale, style, _most(left, right)):
        painter.setPen(_pen(stroke))
        painter.drawPath(_curve(begin, left.nodes[stroke.source].y, end, right.nodes[stroke.unit].y))


def _most(left: Column, right: Column) -> int:
    """How many edges are drawn at most between two columns."""
    return most_edges(right.x - left.x, MOST_EDGES)


def _some(sources: int, units: int, most: int) -> list[tuple[int, int]]:
    """Pairs of nodes, no more than ``most``, evenly spread over all of them."""
    every = sources * units
    return [divmod(i * every // min(every, most), units) for i in range(min(every, most))]


def _draw_ribbon(painter: QPainter, drawing: Drawing, layer: int, ribbon: Ribbon, fine: float) -> None:
    """A heat map as a picture, its frame, and the bands that lead to it."""
    values = drawing.snapshot.edge_values(layer)
    assert values is not None
    c = colours()
    picture = image_of(heat(cells(values, *ribbon.shape(fine)), drawing.scale, rgb(c.positive), rgb(c.negative)))
    # Repeated, because readers of vector files blur what they enlarge.
    picture = picture.scaled(max(round(ribbon.width * fine), 1), max(round(ribbon.height * fine), 1))
    leads.paint_under(painter, ribbon, *drawing.columns[layer : layer + 2])
    painter.drawImage(QRectF(ribbon.left, ribbon.top, ribbon.width, ribbon.height), picture)
    leads.paint_over(painter, ribbon, None, None)


def _pen(stroke: Stroke) -> QPen:
    c = colours()
    pen = QPen(colour(c.negative if stroke.negative else c.positive, stroke.opacity), stroke.width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if stroke.negative:
        pen.setDashPattern([DASH / stroke.width, SPACE / stroke.width])
    return pen


def _curve(x: float, y: float, to_x: float, to_y: float) -> QPainterPath:
    """The S-curve of ``layout.bend``: level at both ends, its control points half-way."""
    middle = (x + to_x) / 2
    path = QPainterPath(QPointF(x, y))
    path.cubicTo(QPointF(middle, y), QPointF(middle, to_y), QPointF(to_x, to_y))
    return path
