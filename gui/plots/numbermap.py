"""The map of a number: what the network predicts over the plane of one or two inputs, with the data on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from engine.probes import Maps
from engine.snapshot import Snapshot
from gui.pages.contours import Segments, clearest, crossings
from gui.pages.numbers import points_in_words, predicted
from gui.pages.numberscale import NumberScale, told_apart
from gui.plots.data.key import scale_colours
from gui.plots.ground import MARGIN, NUMBERS, Ground, in_pixels
from gui.plots.planemap import PlaneMap
from gui.plots.slices import Points
from gui.plots.view import About
from gui.text import number, tr
from gui.theme import blend, colour, colours, font, pixels, readable_on

# At the right of the map: a bar, the numbers beside it, and the name of the target; in usual type, how high a line is.
_GAP, _BAR, _TICK, _NAME, _WIDEST, _LINE = 10.0, 10.0, 6.0, 20.0, 72.0, 16.0
# Points are somewhat larger than on a map of classes, and the rings wider: their colour is a number.
_RADIUS, _HOLE = 3.9, 1.5
_STRENGTH = 0.6
# A level is named at the clearest of so many places, away from the points and the other names.
_PLACES, _NEAREST, _TALL = 24, 600, 13.0


class NumberGround(Ground):
    """The predicted number in the colours of a scale, with a line at each round level. It is the first target's."""

    digits = 4

    def __init__(self) -> None:
        self.scale = NumberScale()
        self._ticks: list[str] = []
        self.levels: list[float] = []
        self._lines: tuple[Segments, ...] = ()
        self._last = 1

    def show(self, snapshot: Snapshot, maps: Maps) -> tuple[NDArray[np.uint8], tuple[Segments, ...]]:
        """The colours of the predicted numbers, and the levels they cross."""
        answers = in_units(snapshot, maps.answers)
        truth = np.concatenate([predicted(snapshot, part).truth for part in ("train", "test")])
        self.scale = NumberScale.of(truth, answers)
        self.looks, self._ticks = self.scale, told_apart(self.scale.ticks)
        self.levels = self.scale.levels(answers)
        self._lines, self._last = tuple(crossings(answers, level) for level in self.levels), answers.shape[1] - 1
        return self.scale.colours(answers, colours().surface), self._lines

    def pens(self) -> list[QPen]:
        """Each can be seen on the colour of its level."""
        grounds = [QColor(*tint) for tint in self.scale.colours(np.array(self.levels), colours().surface).tolist()]
        return [QPen(blend(readable_on(ground).name(), _STRENGTH, ground.name()), 1.2) for ground in grounds]

    def tints(self, points: Points) -> list[QColor]:
        """The true values in the colours of the same scale."""
        return [QColor(*tint) for tint in self.scale.colours(points.truth, colours().surface).tolist()]

    def paint_point(self, painter: QPainter, at: QPointF, tint: QColor, tested: bool, times: float) -> None:
        """A thin edge keeps a point in sight where it is predicted well; a test row has a hole."""
        surface, radius, hole = QColor(colours().surface), _RADIUS * times, _HOLE * times
        shape = QPainterPath()
        shape.addEllipse(at, radius, radius)
        if tested:
            shape.addEllipse(at, hole, hole)
        # Nothing is painted twice, so that what is faint keeps its colour.
        painter.fillPath(shape, tint)
        painter.setPen(QPen(surface, 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, radius + 0.5, radius + 0.5)
        if tested:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(surface)
            painter.drawEllipse(at, hole, hole)

    def answers(self, snapshot: Snapshot, maps: Maps) -> dict[str, NDArray[np.floating]]:
        """The predicted number in the target's units."""
        return {tr("predicted {0}").format(snapshot.data.target): in_units(snapshot, maps.answers)}

    def answer_in_words(self, snapshot: Snapshot, answer: NDArray[np.float32]) -> list[str]:
        """The predicted number in the target's units."""
        value = number(float(in_units(snapshot, answer)), 4)
        return [f"{tr('predicted {0}').format(snapshot.data.target)}: {value}"]

    def row_in_words(self, snapshot: Snapshot, row: int) -> list[str]:
        """Its number, what is true, what was predicted for it, and the difference."""
        place = snapshot.data.place(row)
        if place is None:
            return super().row_in_words(snapshot, row)
        part, index = place
        found = predicted(snapshot, part)
        truth, answer = float(found.truth[index]), float(found.answer[index])
        return [
            *super().row_in_words(snapshot, row),
            tr("true {0}\npredicted {1}").format(number(truth, 4), number(answer, 4)),
            tr("residual {0}").format(number(truth - answer, 4)),
        ]

    def note(self, snapshot: Snapshot) -> str:
        """What the points are, and which target they are of where there are several."""
        return points_in_words(snapshot)

    def margins(self, maps: Maps) -> tuple[float, float]:
        """At the right stands the scale."""
        return pixels(NUMBERS) if len(maps.plane) == 2 else MARGIN, self._width()

    def _width(self) -> float:
        """The room for the scale: the bar, its numbers, and the name."""
        letters = QFontMetricsF(font(11))
        numbers = max(map(letters.horizontalAdvance, self._ticks), default=0.0)
        return _GAP + _BAR + _TICK + min(numbers, pixels(_WIDEST)) + pixels(_NAME) + 4

    # -- over the map and beside it --------------------------------------------------------------

    def paint_over(self, painter: QPainter, snapshot: Snapshot, area: QRectF, places: NDArray[np.float64]) -> None:
        """The numbers of the levels, and the scale."""
        painter.setFont(font(11))
        self._paint_levels(painter, area, places)
        self._paint_scale(painter, area)
        painter.save()
        painter.translate(area.right() + self._width() - pixels(_NAME) / 2, area.center().y())
        painter.rotate(-90)
        cut = painter.fontMetrics().elidedText(snapshot.data.target, Qt.TextElideMode.ElideMiddle, int(area.height()))
        half = area.height() / 2
        painter.drawText(QRectF(-half, -pixels(_LINE) / 2, 2 * half, pixels(_LINE)), Qt.AlignmentFlag.AlignCenter, cut)
        painter.restore()

    def _paint_levels(self, painter: QPainter, area: QRectF, places: NDArray[np.float64]) -> None:
        """Each beside its line where there is room for it."""
        others = places[-_NEAREST:]
        taken: list[QRectF] = []
        for words, lines in zip(told_apart(self.levels), self._lines, strict=True):
            wide = painter.fontMetrics().horizontalAdvance(words) + 6
            middles = in_pixels(lines.mean(axis=1), area, self._last)
            box = QRectF(0, 0, wide, pixels(_TALL))
            inner = area.adjusted(wide / 2 + 2, box.height() / 2 + 2, -wide / 2 - 2, -box.height() / 2 - 2)
            free = [
                (x, y)
                for x, y in middles[:: max(len(middles) // _PLACES, 1)].tolist()
                if inner.contains(x, y) and not any(_around(box, x, y).intersects(other) for other in taken)
            ]
            if free:
                taken.append(_around(box, *free[clearest(np.array(free), others)]))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour(colours().surface, 0.85))
                painter.drawRoundedRect(taken[-1], 4, 4)
                painter.setPen(QColor(colours().text))
                painter.drawText(taken[-1], Qt.AlignmentFlag.AlignCenter, words)

    def _paint_scale(self, painter: QPainter, area: QRectF) -> None:
        """The colours from the least true value at the bottom to the largest, with the round levels beside them."""
        bar = QRectF(area.right() + _GAP, area.top(), _BAR, area.height())
        fill, tints = QLinearGradient(bar.bottomLeft(), bar.topLeft()), scale_colours()
        for place, tint in enumerate(tints):
            fill.setColorAt(place / (len(tints) - 1), QColor(tint))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(bar, 3, 3)
        painter.setPen(QColor(colours().quiet))
        heights = bar.bottom() - self.scale.shares(np.array(self.scale.ticks)) * bar.height()
        for words, y in zip(self._ticks, heights.tolist(), strict=True):
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 3, y))
            top = min(max(y - pixels(_LINE) / 2, area.top() - 4), area.bottom() - pixels(_LINE) + 4)
            box = QRectF(bar.right() + _TICK, top, pixels(_WIDEST), pixels(_LINE))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)


class NumberMap(PlaneMap):
    """The map of a number to be predicted, for two inputs or a slice of more."""

    ground: NumberGround
    about = About(
        "What does it predict where, and which points does it miss?",
        "The ground is the predicted number and each point its true value in the same colours, so a point that is "
        "predicted wrongly stands out; dots are training rows, rings test rows, and of more than two inputs the "
        "others are held at one row.",
        ("line: ŷ = a round number, written on it", "residual e = y − ŷ, in the target's unit"),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Map of the predicted number"), NumberGround(), parent)


def in_units(snapshot: Snapshot, answers: NDArray[np.floating]) -> NDArray[np.float64]:
    """The first target of answers (outputs, …) in its units, (…)."""
    with np.errstate(all="ignore"):
        return snapshot.data.y_scaling.undo(np.moveaxis(answers, 0, -1))[..., 0]


def _around(box: QRectF, x: float, y: float) -> QRectF:
    return box.translated(x - box.width() / 2, y - box.height() / 2)
