"""The decision map: what the network answers over the plane of one or two inputs, with the data on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.probes import Maps
from engine.snapshot import Snapshot
from engine.unit_views import has_no_slope
from gui.pages.contours import Segments, borders, crossings
from gui.pages.mapaxes import NAMES
from gui.plots.answers import class_shares
from gui.plots.ground import MARGIN, NUMBERS, Ground
from gui.plots.planemap import PlaneMap
from gui.plots.slices import Points
from gui.plots.view import About
from gui.selection import output_names
from gui.text import probability, signed, tr
from gui.theme import colour, colours, pixels, rgb

# Beside the border, a fainter line where the answer is this sure.
_SURE = 0.75


def mix(shares: NDArray[np.float64], ground: str, series: tuple[str, ...], strength: float) -> NDArray[np.uint8]:
    """The colours (height, width, 4), RGBA, of shares of the classes (classes, height, width) that add up to 1.

    Every class adds its colour by its share; ``strength`` is how far that covers the ground.
    """
    tints = np.array([rgb(series[k % len(series)]) for k in range(len(shares))])
    mixed = np.tensordot(shares, tints, axes=(0, 0))
    colour = mixed * strength + np.array(rgb(ground)) * (1.0 - strength)
    picture = np.full((*shares.shape[1:], 4), 255, np.uint8)
    picture[..., :3] = colour.clip(0, 255)
    return picture


class ClassGround(Ground):
    """The colour of the likeliest class, the paler the less sure; lines where two are equal, and where one is sure."""

    def show(self, snapshot: Snapshot, maps: Maps) -> tuple[NDArray[np.uint8], tuple[Segments, ...]]:
        """The colours of the classes, the borders between them, and where the answer is rather sure."""
        shares = class_shares(maps.answers, snapshot.plan.loss.threshold)
        c = colours()
        ground, sure = mix(shares, c.surface, c.series, 0.45), crossings(shares.max(axis=0), _SURE)
        if len(maps.answers) == 1 and maps.sums is not None and has_no_slope(snapshot.plan.layers[-1].activation):
            # The answer jumps where its sum is zero; a border between the points of the grid would be a staircase.
            return ground, (crossings(maps.sums[0]), sure)
        return ground, (borders(shares), sure)

    def pens(self) -> list[QPen]:
        """Fainter where the answer is rather sure."""
        c = colours()
        return [QPen(QColor(c.text), 1.6), QPen(colour(c.text, 0.3), 1.0)]

    def tints(self, points: Points) -> list[QColor]:
        """The colours of the true classes."""
        series = [QColor(each) for each in colours().series]
        return [series[which % len(series)] for which in points.classes.tolist()]

    def answers(self, snapshot: Snapshot, maps: Maps) -> dict[str, NDArray[np.floating]]:
        """The outputs as they are."""
        return dict(zip(output_names(snapshot), maps.answers, strict=True))

    def answer_in_words(self, snapshot: Snapshot, answer: NDArray[np.float32]) -> list[str]:
        """The outputs by class; for a single one without the meaning of a probability, what it decides."""
        classes, threshold = snapshot.data.classes, snapshot.plan.loss.threshold
        if len(answer) > 1:
            return [f"{name}: {probability(float(value))}" for name, value in zip(classes, answer, strict=True)]
        value = float(answer[0])
        if threshold == 0.5:
            return [f"{classes[0]}: {probability(1.0 - value)}", f"{classes[1]}: {probability(value)}"]
        return [f"a = {signed(value)} → {classes[int(value >= threshold)]}"]

    def margins(self, maps: Maps) -> tuple[float, float]:
        """With one input the names of the classes stand at the left."""
        return pixels(NAMES if len(maps.plane) == 1 else NUMBERS), MARGIN


class DecisionMap(PlaneMap):
    """The map of classes, which can be painted on. ``framed()`` at another size."""

    framed = Signal()
    about = About(
        "Where does the network change its answer?",
        "The colour is the class with the highest probability, the paler the less sure; dots are training rows, "
        "circles test rows, and of more than two inputs the others are held at one row.",
        ("solid line: the two likeliest classes are equal, p = 0.5 of two", "faint line: max p = 0.75"),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Decision map"), ClassGround(), parent)

    def frame(self) -> tuple[QRectF, tuple[float, float, float, float]] | None:
        """Where the plane of the first two inputs is, in pixels, and what it shows of it; None for another map."""
        maps = self.snapshot.maps if self.snapshot is not None else None
        return (self.area(), maps.extent) if maps is not None and maps.plane == (0, 1) else None

    def leave_points(self, left: bool) -> None:
        """Whether the points are left for a canvas to draw."""
        if left != self._left:
            self._left, self._picture_of_points = left, None
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The canvas follows."""
        super().resizeEvent(event)
        self.framed.emit()
