"""Small pictures of units: what they answer over the plane of two inputs, how their numbers spread, their weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from engine.activations import Array
from engine.snapshot import Snapshot
from gui.diagram import nodes
from gui.diagram.layout import Column
from gui.diagram.shown import Shown
from gui.plots.answers import certainty
from gui.theme import Colours, blend, colours

# The ground of a unit through which the strongest gradient flows: a colour that is neither of the signs'.
_FLOW, _FLOW_STRENGTH = 6, 0.5


@lru_cache(maxsize=64)
def _ramp(low: str, middle: str, high: str) -> NDArray[np.uint32]:
    """256 colours as 0xffRRGGBB, from one to the next, by way of the middle."""
    ends = np.array([[q.red(), q.green(), q.blue()] for q in (QColor(low), QColor(middle), QColor(high))], float)
    at = np.linspace(0.0, 2.0, 256)
    mixed = np.stack([np.interp(at, [0, 1, 2], ends[:, k]) for k in range(3)], axis=1).round().astype(int)
    packed: NDArray[np.uint32] = (0xFF000000 | (mixed[:, 0] << 16) | (mixed[:, 1] << 8) | mixed[:, 2]).astype(np.uint32)
    return packed


@lru_cache(maxsize=64)
def _rounded(side: int) -> NDArray[np.bool_]:
    """Which pixels of a square lie within its rounded corners."""
    radius = corner(side)
    middle = np.abs(np.arange(side) + 0.5 - side / 2) - (side / 2 - radius)
    beyond = np.maximum(middle, 0.0)
    inside: NDArray[np.bool_] = beyond[:, None] ** 2 + beyond[None, :] ** 2 <= radius**2
    return inside


@lru_cache(maxsize=64)
def _mask(side: int, density: float) -> QImage:
    """A square whose corners are cut off, smoothly, as round as a frame of so many pixels to a unit of length is."""
    mask, radius = QImage(side, side, QImage.Format.Format_Alpha8), corner(side / density) * density
    mask.fill(0)
    with QPainter(mask) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.GlobalColor.black)
        painter.drawRoundedRect(QRectF(0, 0, side, side), radius, radius)
    return mask


def corner(side: float) -> float:
    """The radius of the corners of a picture of that side."""
    return min(8.0, side * 0.22)


def _pictures(levels: Array, ramp: NDArray[np.uint32]) -> list[QImage]:
    """Pictures of values in [0, 1], shape (units, height, width), the first row of each at the bottom."""
    with np.errstate(invalid="ignore"):
        indices = (levels[:, ::-1] * 255.0).clip(0.0, 255.0).astype(np.uint8)
    return _images(np.ascontiguousarray(ramp[indices]))


def _images(pixels: NDArray[np.uint32]) -> list[QImage]:
    """Pictures of pixels (units, height, width) as 0xffRRGGBB, with rounded corners."""
    pixels[:, ~_rounded(pixels.shape[1])] = 0
    height, width = pixels.shape[1:]
    return [QImage(p.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy() for p in pixels]


def unit_images(answers: Array) -> list[QImage]:
    """Answers (units, height, width) of hidden units: blue above zero, orange below, the ground's colour at zero."""
    c = colours()
    top = np.abs(answers).max(axis=(1, 2), keepdims=True)
    top = np.where(np.isfinite(top) & (top > 0), top, 1.0)
    return _pictures(0.5 + 0.5 * answers / top, _ramp(c.negative, c.surface, c.positive))


def class_tint(output: int, outputs: int) -> str:
    """The colour of the class that an output stands for: a single one is the probability of the second class."""
    series = colours().series
    return series[(1 if outputs == 1 else output) % len(series)]


def class_images(answers: Array, threshold: float = 0.5, which: NDArray[np.int64] | None = None) -> list[QImage]:
    """Outputs (classes, height, width): the ground's colour for a sure no, the colour of the class for a sure yes.

    ``threshold`` is the loss's: from where on an output says yes. ``which``: only these outputs.
    """
    c, outputs = colours(), len(answers)
    which = np.arange(outputs) if which is None else which
    answers = certainty(answers[which], threshold)
    tints = [class_tint(int(k), outputs) for k in which]
    return [
        _pictures(answers[k : k + 1], _ramp(c.surface, _between(c.surface, tint), tint))[0]
        for k, tint in enumerate(tints)
    ]


def _between(a: str, b: str) -> str:
    one, two = QColor(a), QColor(b)
    return QColor((one.red() + two.red()) // 2, (one.green() + two.green()) // 2, (one.blue() + two.blue()) // 2).name()


@dataclass(frozen=True)
class _Made:
    """The pictures of one layer, by unit, and what they were made from: objects that never change, and values."""

    source: tuple[object, ...]
    key: tuple[object, ...]
    images: dict[int, QImage]


class Thumbnails:
    """The pictures of the units that are drawn, made once for what they show, their size and the theme."""

    def __init__(self) -> None:
        self._made: dict[int, _Made] = {}
        self._greys: tuple[object, float, float] | None = None

    def images(
        self, snapshot: Snapshot, shown: Shown, layer: int, column: Column, side: int, density: float
    ) -> dict[int, QImage]:
        """The pictures of a layer's drawn units; none where its boxes hold no picture.

        ``side`` is that of a picture in pixels, ``density`` the pixels to a unit of length: of just that size they
        need no scaling.
        """
        kind = nodes.kind_of(snapshot, shown, layer)
        if kind not in nodes.PICTURES:
            return {}
        facts = {"map": snapshot.maps, "weights": snapshot.parameters}
        source = (facts.get(kind, snapshot.units), snapshot.plan, colours())
        key = (kind, shown.nodes, side, density)
        made = self._made.get(layer)
        if made is None or made.key != key or any(a is not b for a, b in zip(made.source, source, strict=True)):
            made = _Made(source, key, {})
        missing = np.array([i for i in column.shown if i not in made.images], dtype=np.int64)
        if len(missing):
            # What is out of sight is forgotten, so that a tall layer never has pictures of all its units.
            images = {i: made.images[i] for i in column.shown.tolist() if i in made.images}
            for i, picture in zip(missing.tolist(), _make(snapshot, kind, layer, missing, side), strict=True):
                if density > 1.0:
                    picture.setAlphaChannel(_mask(side, density))
                picture.setDevicePixelRatio(density)
                images[i] = picture
            made = self._made[layer] = _Made(source, key, images)
        return made.images

    def greys(self, snapshot: Snapshot) -> Array | None:
        """How light the pixels of the traced row are, in [0, 1], (inputs,); None when the inputs are no pixels."""
        data, trace = snapshot.data, snapshot.trace
        if trace is None or nodes.image_side(data.names) is None:
            return None
        if self._greys is None or self._greys[0] is not data:
            parts = [part for part in (data.x_train, data.x_test) if len(part)]
            low = data.x_scaling.undo([part.min(axis=0) for part in parts])
            high = data.x_scaling.undo([part.max(axis=0) for part in parts])
            self._greys = (data, float(low.min()), float(high.max()))
        _, lowest, highest = self._greys
        result: Array = ((trace.x_in_units - lowest) / max(highest - lowest, 1e-12)).clip(0.0, 1.0)
        return result


def unit_picture(snapshot: Snapshot, kind: str, layer: int, unit: int, side: int) -> QImage | None:
    """The picture of one unit as the drawing has it, of a kind of ``nodes.kind_of``; None where that has none."""
    pictures = _make(snapshot, kind, layer, np.array([unit]), side)
    return pictures[0] if pictures else None


def _make(snapshot: Snapshot, kind: str, layer: int, which: NDArray[np.int64], side: int) -> list[QImage]:
    """The pictures of some units of a layer, in their order."""
    units, image = nodes.statistics(snapshot), nodes.image_side(snapshot.data.names)
    if kind == "map":
        return _map_images(snapshot, layer, which, side)
    if kind == "weights":
        assert image is not None
        # The first row of an image is at the top.
        pictures = nodes.pixel_weights(snapshot.weights(layer)[:, which], image, side)[:, ::-1]
        return unit_images(pictures)
    assert units is not None
    c, found = colours(), units.layers[layer]
    if kind == "gauge":
        return _inked(nodes.gauges(np.asarray(found.saturated)[which], side), c)
    small = side < nodes.SMALLEST_HISTOGRAM
    if units.quantity == "gradient":
        strong = nodes.strengths(units)[layer][which]
        blank = np.full((len(which), side, side), nodes.GROUND, np.uint8)
        return _inked(blank if small else nodes.histograms(found, which, side), c, strong)
    return _inked((nodes.levels if small else nodes.histograms)(found, which, side), c)


def _map_images(snapshot: Snapshot, layer: int, which: NDArray[np.int64], side: int) -> list[QImage]:
    """What units answer over the plane: outputs of classes in the colours of the classes, others by sign."""
    maps, last = snapshot.maps, layer == len(snapshot.plan.layers) - 1
    assert maps is not None
    as_classes = last and bool(snapshot.data.classes) and maps.quantity == "activation"
    answers = maps.answers if as_classes else maps.layers[layer]
    some = np.linspace(0, answers.shape[1] - 1, side).round().astype(int)
    if as_classes:
        return class_images(answers[:, some[:, None], some], snapshot.plan.loss.threshold, which)
    return unit_images(answers[which[:, None, None], some[:, None], some])


def _inked(inks: nodes.Inks, c: Colours, flow: Array | None = None) -> list[QImage]:
    """Pictures of inks in the colours of the theme; ``flow``, (units,) in [0, 1]: how strongly the ground is tinted."""
    soft = blend(c.quiet, 0.4, c.surface).name()
    palette = np.array([QColor(x).rgb() for x in (c.surface, c.positive, c.negative, c.quiet, c.line, soft)], np.uint32)
    pixels = palette[inks]
    if flow is not None:
        ramp = _ramp(c.surface, blend(c.series[_FLOW], _FLOW_STRENGTH / 2, c.surface).name(),
                     blend(c.series[_FLOW], _FLOW_STRENGTH, c.surface).name())  # fmt: skip
        grounds = ramp[(flow * 255.0).astype(np.uint8)]
        pixels = np.where(inks == nodes.GROUND, grounds[:, None, None], pixels)
    return _images(np.ascontiguousarray(pixels))
