"""The legend under the drawing: what the edges show and on which scale, and what the nodes show.

Two lines: above, sentences; below, samples of the edges. Where there is little room both are shortened in a fixed
order, so that nothing ever overlaps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen

from engine.edge_views import EDGE_VIEWS
from engine.snapshot import Snapshot
from gui import amounts
from gui.diagram.nodes import DECADES, dead_units, image_side, kind_of, largest_level, statistics
from gui.diagram.raster import DASH, SPACE
from gui.diagram.ribbon import CROWD
from gui.diagram.shown import Shown
from gui.diagram.words import compact, row_name, sure_output
from gui.text import in_a_sentence, number, said, tr
from gui.theme import colour, colours, font

# The lower line is the view bar's, too; both are within the foot of the layout.
LEFT, LOWER_LINE, UPPER_LINE = 22.0, 15.0, 33.0
_SAMPLE, _AFTER_SAMPLE, _APART, _BAR = 30.0, 7.0, 14.0, 56.0
Measure = Callable[[str], float]


@dataclass(frozen=True)
class Legend:
    """What there is to say. ``scale`` is the value drawn widest, 0 where no edge is other than 0.

    ``missing`` says why there are no values.

    ``ribbons``: whether heat maps are in the drawing. ``nodes``, ``others``: the same in fewer and fewer words.
    """

    label: str
    symbol: str
    signed: bool
    scale: float
    missing: str = ""
    ribbons: bool = False
    nodes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """One thing in the lower line, from ``x`` on: a text, the sample of an edge ("edge"), or the bar of a heat map.

    ``share`` is how much of the scale a sample stands for, in [−1, 1]; ``width`` the room for it.
    """

    kind: str
    x: float
    width: float
    text: str = ""
    share: float = 0.0


def legend_of(snapshot: Snapshot, shown: Shown, scale: float, drawn: tuple[int, int] | None = None) -> Legend:
    """What the legend of a snapshot says. ``drawn``: how many edges of how many are drawn, when not all."""
    view = EDGE_VIEWS[snapshot.edges.key if snapshot.edges else "weight"]
    missing = said(snapshot.edges.missing) if snapshot.edges and snapshot.edges.values is None else ""
    something, nodes = snapshot.has_edges(), _of_the_nodes(snapshot, shown)
    others = [*_dead(snapshot), *_beyond(snapshot), *_strongest(drawn if something else None)]
    return Legend(
        label=f"{in_a_sentence(tr(view.label))} {view.symbol}",
        symbol=view.symbol,
        signed=view.signed,
        scale=scale if something else 0.0,
        missing=missing,
        ribbons=shown.ribbons and has_large_pair(snapshot),
        nodes=(*_with_more(snapshot, shown, nodes[0]), *nodes),
        others=tuple(others),
    )


def _beyond(snapshot: Snapshot) -> list[str]:
    """Of weights that are larger than what is drawn widest the largest."""
    largest = snapshot.largest_edge()
    return [tr("largest {0}").format(compact(largest, False, 3))] if largest > snapshot.widest_edge() else []


def has_large_pair(snapshot: Snapshot) -> bool:
    """Whether some layer has so many weights that a heat map of them is worth while."""
    return any(layer.inputs * layer.units > CROWD for layer in snapshot.plan.layers)


def _strongest(drawn: tuple[int, int] | None) -> list[str]:
    if drawn is None or drawn[0] >= drawn[1]:
        return []
    return [tr("edges: strongest {0} of {1}").format(f"{drawn[0]:,}", f"{drawn[1]:,}")]


def _dead(snapshot: Snapshot) -> list[str]:
    found = sum(int(dead_units(snapshot, layer).sum()) for layer in range(len(snapshot.plan.layers)))
    return [tr("× {0} dead").format(f"{found:,}")] if found else []


def _with_more(snapshot: Snapshot, shown: Shown, words: str) -> tuple[str, ...]:
    """The sentence about the nodes with what else is coloured: outputs by class, and pixels of the traced row."""
    more, last = [], kind_of(snapshot, shown, len(snapshot.plan.layers) - 1)
    mapped = last == "map" and snapshot.maps is not None and snapshot.maps.quantity == "activation"
    if (mapped and snapshot.data.classes) or (last == "row" and sure_output(snapshot, 0) is not None):
        more.append(tr("outputs by class"))
    if snapshot.trace is not None and image_side(snapshot.data.names) is not None and shown.nodes != "sample":
        more.append(tr("inputs {0}").format(row_name(snapshot.trace)))
    return (", ".join([words, *more]),) if more else ()


def _of_the_nodes(snapshot: Snapshot, shown: Shown) -> tuple[str, ...]:
    """What the boxes show, from the whole sentence to the short one."""
    units, trace, kind = statistics(snapshot), snapshot.trace, kind_of(snapshot, shown, 0)
    summed = snapshot.maps.quantity if kind == "map" and snapshot.maps else shown.nodes
    what = tr("sum z") if summed == "pre_activation" else tr("activation")
    rows = tr("over {0}").format(amounts.rows(units.rows)) if units else ""
    if kind == "map":
        return _over_the_plane(snapshot, what)
    if kind == "gauge" and units is not None:
        whole = tr("nodes: share of {0} at which the activation is flat").format(amounts.rows(units.rows))
        return (whole, tr("nodes: share of flat rows"))
    if kind == "histogram" and shown.nodes == "gradient" and units is not None:
        top, short = largest_level(units), tr("nodes: gradient delta")
        scale = tr("ground: its size, {0} to {1}").format(number(top / 10**DECADES, 2), number(top, 2))
        return (f"{short} {rows}, {scale}", f"{short}, {scale}", short)
    if kind == "histogram":
        short = tr("nodes: {0}").format(what)
        return (f"{short} {rows}", short)
    row = row_name(trace) if trace else tr("one row")
    if kind == "weights":
        short = tr("nodes: weights as a picture")
        return (tr("{0}, others {1}").format(short, f"{what} {rows}" if units else f"{what}, {row}"), short)
    if kind == "row" and trace is not None:
        short = tr("nodes: activation, {0}").format(row)
        return (f"{short} · {trace.truth}" if trace.truth else short, short, tr("nodes: {0}").format(row))
    return (tr("nodes: nothing known yet"),)


def _over_the_plane(snapshot: Snapshot, what: str) -> tuple[str, ...]:
    maps, names = snapshot.maps, snapshot.data.variables
    assert maps is not None
    plane = " × ".join(names[i].split(" (")[0] for i in maps.plane)
    over = tr("nodes: {0} over {1}").format(what, plane)
    whole = [tr("{0}, others as in row {1}").format(over, maps.held + 1)] if maps.held is not None else []
    return (*whole, over, tr("nodes: {0}").format(what))


def sentences(legend: Legend, room: float, measure: Measure) -> str:
    """The upper line in as many words as there is room for: first the nodes are shortened, then the rest goes."""
    if legend.missing:
        missing = f"{legend.symbol}: {legend.missing}"
        forms = [*(f"{missing} · {words}" for words in legend.nodes), missing]
        return next((form for form in forms if measure(form) <= room), missing)
    tails = [legend.others[:count] for count in range(len(legend.others), -1, -1)]
    forms = [" · ".join((words, *tail)) for tail in tails for words in legend.nodes]
    return next((form for form in forms if measure(form) <= room), forms[-1] if forms else "")


def place(legend: Legend, room: float, measure: Measure) -> tuple[Item, ...]:
    """The lower line, the first of its forms that has room: fewer samples first, then the symbol for the name.

    Where there are no values there are no samples; the upper line says why. A heat map has a bar between the samples.
    """
    if legend.missing:
        return (Item("text", 0.0, room, legend.label),)
    if not legend.scale:
        forms_of_none = [tr("{0}: no value but 0").format(name) for name in (legend.label, legend.symbol)]
        return next((_words(words, measure) for words in forms_of_none if measure(words) <= room), ())
    many: tuple[float, ...] = (-1.0, -0.5, 0.5, 1.0) if legend.signed else (0.5, 1.0)
    few: tuple[float, ...] = (-1.0, 1.0) if legend.signed else (1.0,)
    forms: list[tuple[tuple[str, ...], tuple[float, ...], bool]]
    if legend.ribbons:
        forms = [((legend.label,), few, True), ((legend.label,), (), True), ((legend.symbol,), (), True)]
    else:
        forms = [((legend.label,), many, False), ((legend.label,), few, False), ((legend.symbol,), few, False)]
    forms += [((), few, False), ((), (1.0,), False)]
    made = [_line(legend, texts, shares, bar, measure) for texts, shares, bar in forms]
    return next((items for items in made if end_of(items) <= room), ())


def end_of(items: tuple[Item, ...]) -> float:
    """How far a line reaches."""
    return items[-1].x + items[-1].width if items else 0.0


def _line(
    legend: Legend, texts: tuple[str, ...], shares: tuple[float, ...], bar: bool, measure: Measure
) -> tuple[Item, ...]:
    items: list[Item] = []
    x = 0.0

    def add(kind: str, width: float, apart: float, text: str = "", share: float = 0.0) -> None:
        nonlocal x
        items.append(Item(kind, x, width, text, share))
        x += width + apart

    for text in texts:
        add("text", measure(text), _APART, text)
    if bar:
        low, high = (compact(share * legend.scale, legend.signed) for share in (-1.0 if legend.signed else 0.0, 1.0))
        # The numbers stand between the samples and the ends of the bar, and are those of both.
        for share in shares[:-1]:
            add("edge", _SAMPLE, _AFTER_SAMPLE, share=share)
        add("text", measure(low), _AFTER_SAMPLE, low)
        add("bar", _BAR, _AFTER_SAMPLE)
        add("text", measure(high), _AFTER_SAMPLE, high)
        for share in shares[-1:]:
            add("edge", _SAMPLE, _AFTER_SAMPLE, share=share)
        return tuple(items)
    for share in shares:
        value = compact(share * legend.scale, legend.signed)
        add("edge", _SAMPLE, _AFTER_SAMPLE, share=share)
        add("text", measure(value), _APART, value)
    return tuple(items)


def _words(text: str, measure: Measure) -> tuple[Item, ...]:
    return (Item("text", 0.0, measure(text), text),)


def paint(painter: QPainter, legend: Legend, size: QSizeF, room: float | None = None) -> None:
    """Paints both lines at the foot of an area; ``room`` is the width of the lower one, all of it when None."""
    painter.setFont(font(11))
    metrics = painter.fontMetrics()
    whole = size.width() - 2 * LEFT
    room = whole if room is None else room
    painter.setPen(QColor(colours().quiet))
    upper = metrics.elidedText(
        sentences(legend, whole, metrics.horizontalAdvance), Qt.TextElideMode.ElideRight, int(whole)
    )
    painter.drawText(QPointF(LEFT, size.height() - UPPER_LINE + 4), upper)
    y = size.height() - LOWER_LINE
    for item in place(legend, room, metrics.horizontalAdvance):
        x = LEFT + item.x
        if item.kind == "edge":
            _paint_sample(painter, QPointF(x, y), item.share)
        elif item.kind == "bar":
            _paint_bar(painter, QRectF(x, y - 4, item.width, 8), legend.signed)
        else:
            painter.setPen(QColor(colours().quiet))
            text = metrics.elidedText(item.text, Qt.TextElideMode.ElideRight, int(np.ceil(item.width)) + 1)
            painter.drawText(QPointF(x, y + 4), text)


def _paint_sample(painter: QPainter, at: QPointF, share: float) -> None:
    """A piece of edge as wide and as strong as one of that share of the scale."""
    c, size = colours(), abs(share)
    pen = QPen(colour(c.positive if share > 0 else c.negative, 0.3 + 0.7 * size), 0.6 + 4.0 * size)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if share < 0:
        pen.setDashPattern([DASH / pen.widthF(), SPACE / pen.widthF()])
    painter.setPen(pen)
    painter.drawLine(at, QPointF(at.x() + _SAMPLE, at.y()))


def _paint_bar(painter: QPainter, box: QRectF, signed: bool) -> None:
    """The colours of a heat map from the lowest to the highest value."""
    c = colours()
    ramp = QLinearGradient(box.topLeft(), box.topRight())
    stops = (c.negative, c.surface, c.positive) if signed else (c.surface, c.positive)
    for place_of_stop, tint in zip(np.linspace(0.0, 1.0, len(stops)), stops, strict=True):
        ramp.setColorAt(float(place_of_stop), QColor(tint))
    painter.setPen(QPen(QColor(c.line), 1.0))
    painter.setBrush(ramp)
    painter.drawRect(box)
