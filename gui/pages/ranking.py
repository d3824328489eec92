"""ROC and precision–recall: how well the scores of a class tell its rows from all others, at every threshold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QCursor
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from engine import curves
from engine.data.dataset import Dataset
from engine.plan import Plan
from engine.snapshot import Snapshot
from gui.pages.classlist import ClassList
from gui.pages.page import Marks, rows_in_words
from gui.pages.scored import Scored, scored
from gui.pages.scoredpage import ScoredPage
from gui.plots.axes import dress, new_plot
from gui.plots.titles import series_pen
from gui.plots.view import About, Table
from gui.text import number, tr
from gui.theme import colour, colours

# More classes than this are not all drawn: those with the smallest areas are, and the chosen one.
MOST = 12
# Of more answers than this, rows × classes, curves are drawn for a small share of the time only.
_MANY, _PATIENCE = 200_000, 20.0
_NEAR = 24.0
# Beyond 0 and 1, so that no ring is cut.
_ROOM = 0.06


@dataclass(frozen=True)
class RankingKind:
    """A kind of curve: its words, how it is computed, what its figure is called and how that is computed.

    ``stepped``: up to each point it is as high as there, instead of straight from one to the next.
    """

    name: str
    x: str
    y: str
    figure: str
    curve: Callable[[np.ndarray, np.ndarray], curves.Ranking]
    value: Callable[[curves.Ranking], float]
    stepped: bool


ROC = RankingKind("ROC", "false positive rate", "true positive rate", "AUC", curves.roc, curves.area, stepped=False)
PRECISION_RECALL = RankingKind(
    "Precision–recall", "recall", "precision", "AP", curves.precision_recall, curves.average_precision, stepped=True
)


class RankingPage(ScoredPage):
    """One curve for each class against the rest; of two classes that of the second. The chosen class stands out."""

    kind: RankingKind

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        kind = self.kind
        self.plot = new_plot(tr(kind.name))
        self.plot.setRange(xRange=(0, 1), yRange=(0, 1), padding=_ROOM)
        self.plot.scene().sigMouseMoved.connect(self._say)
        self.plot.scene().sigMouseClicked.connect(self._maybe_fit)
        self.curves: dict[int, pg.PlotDataItem] = {}
        self.rings: dict[int, pg.ScatterPlotItem] = {}
        self.found: dict[int, curves.Ranking] = {}
        self._drawn: tuple[Dataset, Plan, Marks] | None = None
        self._drawn_at = self._cost_s = 0.0
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self.redraw)
        self._diagonal = pg.PlotDataItem([0, 1], [0, 1])
        self._diagonal.setVisible(not kind.stepped)
        self.plot.addItem(self._diagonal)
        self.legend = ClassList()
        self.legend.class_picked.connect(self.class_picked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 12, 4)
        layout.setSpacing(2)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.legend)
        self.show_theme()

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        dress(self.plot, tr(self.kind.y), tr(self.kind.x))
        self._diagonal.setPen(pg.mkPen(QColor(colours().quiet), style=Qt.PenStyle.DashLine))
        self.legend.show_theme()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws an instant; the curves of very many answers only now and then."""
        drawn = self._drawn
        same = drawn is not None and drawn[0] is snapshot.data and drawn[1:] == (snapshot.plan, self.marks)
        many = snapshot.data.part(self.marks.part_of(snapshot))[1].size * len(snapshot.data.classes) > _MANY
        if not (same and many and perf_counter() - self._drawn_at < _PATIENCE * self._cost_s):
            super().show_snapshot(snapshot)
            return
        self.snapshot = snapshot
        if not self._later.isActive():
            self._later.start(round(1000 * _PATIENCE * self._cost_s))

    def draw(self, snapshot: Snapshot) -> None:
        """Draws the curves of an instant."""
        begun, self._drawn = perf_counter(), (snapshot.data, snapshot.plan, self.marks)
        self._later.stop()
        self._draw_curves(snapshot)
        self._drawn_at = perf_counter()
        self._cost_s = self._drawn_at - begun

    def _draw_curves(self, snapshot: Snapshot) -> None:
        scores = self.rows_of(snapshot)
        every = self._computed(scores, len(snapshot.data.classes))
        values = {k: self.kind.value(curve) for k, curve in every.items()}
        shown = self._chosen_of(values)
        for old in self.curves.keys() - set(shown):
            self.plot.removeItem(self.curves.pop(old))
            self.plot.removeItem(self.rings.pop(old))
        for k in shown:
            self._draw_one(k, every[k], scores.threshold)
        self.found = {k: every[k] for k in shown}
        names = snapshot.data.classes
        entries = [(k, names[k], f"{tr(self.kind.figure)} {_figure(values[k])}") for k in shown]
        self.legend.show_entries(entries, self.marks.class_index)
        rest = tr("{0} of {1} classes").format(len(shown), len(every)) if len(shown) < len(every) else ""
        self.words.say(" · ".join(filter(None, (rest, rows_in_words(len(scores.rows), scores.part)))))

    def _computed(self, scores: Scored, classes: int) -> dict[int, curves.Ranking]:
        """The curve of every class; of two classes that of the second, or of the chosen one."""
        chosen = self.marks.class_index
        which = range(classes) if classes > 2 else [chosen if chosen in (0, 1) else 1]
        return {k: self.kind.curve(scores.truth == k, scores.scores[:, k]) for k in which}

    def _chosen_of(self, values: dict[int, float]) -> list[int]:
        """The classes that are drawn, in their order: of many those that are told apart worst, and the chosen one."""
        worst = sorted(values, key=lambda k: np.nan_to_num(values[k], nan=np.inf))
        first = [self.marks.class_index] if self.marks.class_index in values else []
        return sorted(dict.fromkeys([*first, *worst][:MOST]))

    def _draw_one(self, index: int, curve: curves.Ranking, threshold: float) -> None:
        if index not in self.curves:
            self.curves[index] = pg.PlotDataItem(antialias=True)
            self.rings[index] = pg.ScatterPlotItem(size=9)
            self.plot.addItem(self.curves[index])
            self.plot.addItem(self.rings[index])
        known = bool(np.isfinite(curve.x).all() and np.isfinite(curve.y).all())
        chosen = self.marks.class_index
        pen = series_pen(index, 2.4 if index == chosen else 1.6)
        if chosen >= 0 and index != chosen:
            pen.setColor(colour(pen.color().name(), 0.35))
        item = self.curves[index]
        item.setPen(pen)
        item.setZValue(1 if index == chosen else 0)
        x, y = _stairs(curve) if self.kind.stepped else _corners(curve)
        item.setData(*((x, y) if known else ([], [])))
        ring = curve.at(_above(threshold, index)) if known else None
        self.rings[index].setData([ring[0]] if ring else [], [ring[1]] if ring else [])
        self.rings[index].setPen(pg.mkPen(pen.color(), width=1.8))
        self.rings[index].setBrush(QColor(colours().surface))

    def problem(self, snapshot: Snapshot) -> str:
        """A curve needs rows of a class and others, and answers that are numbers."""
        truth = scored(snapshot, self.marks.part_of(snapshot)).truth
        one = tr("All these rows are of one class, so there is nothing to tell apart.")
        return super().problem(snapshot) or (one if len(np.unique(truth)) < 2 else "")

    def table(self) -> Table | None:
        """The points of all curves that are drawn, below one another."""
        if self.snapshot is None or self.problem(self.snapshot):
            return None
        names, every = self.snapshot.data.classes, self.found
        joined = {
            name: np.concatenate([getattr(curve, key) for curve in every.values()])
            for name, key in ((tr(self.kind.x), "x"), (tr(self.kind.y), "y"), (tr("threshold"), "thresholds"))
        }
        return Table({tr("class"): [name for k, one in every.items() for name in [names[k]] * len(one.x)], **joined})

    @Slot(object)
    def _say(self, position: QPointF) -> None:
        """Says the point of a curve that is nearest to the pointer."""
        box = self.plot.getPlotItem().vb
        at, (wide, high) = box.mapSceneToView(position), box.viewPixelSize()
        nearest: tuple[float, int, int] | None = None
        for k, curve in self.found.items():
            apart = np.hypot((curve.x - at.x()) / wide, (curve.y - at.y()) / high)
            if np.isfinite(apart).all() and (nearest is None or apart.min() < nearest[0]):
                nearest = float(apart.min()), k, int(apart.argmin())
        if nearest is None or nearest[0] > _NEAR or self.snapshot is None:
            QToolTip.hideText()
            return
        _, k, place = nearest
        curve, names = self.found[k], self.snapshot.data.classes
        threshold = curve.thresholds[place]
        lines = [
            names[k],
            f"{tr(self.kind.x)} {number(curve.x[place], 4)}",
            f"{tr(self.kind.y)} {number(curve.y[place], 4)}",
            f"{tr('threshold')} {number(threshold, 4) if np.isfinite(threshold) else '∞'}",
        ]
        QToolTip.showText(QCursor.pos(), "\n".join(lines), self.plot)

    @Slot(object)
    def _maybe_fit(self, event: Any) -> None:
        """A double click shows everything again."""
        if event.double():
            self.plot.setRange(xRange=(0, 1), yRange=(0, 1), padding=_ROOM)


class RocPage(RankingPage):
    """The true over the false positive rate of each class against the rest."""

    kind = ROC
    about = About(
        "How well do its scores tell a class from the rest, wherever one draws the line?",
        "Each curve goes through every threshold: the share of a class's rows that reach it over the share of all "
        "other rows that do. The ring is the threshold in use; by chance one lies on the dashed diagonal.",
        ("true positive rate = TP / (TP + FN)", "false positive rate = FP / (FP + TN)", "AUC = area, by trapezoids"),
    )


class PrecisionRecallPage(RankingPage):
    """The precision over the recall of each class against the rest."""

    kind = PRECISION_RECALL
    about = About(
        "Of the rows it takes for a class, how many are, and how many of the class does it find?",
        "Each curve goes through every threshold: the precision over the recall of one class against the rest. The "
        "ring is the threshold in use. Where a class is rare, this says more than the ROC curve.",
        ("precision p = TP / (TP + FP)", "recall r = TP / (TP + FN)", "average precision AP = Σ (rᵢ − rᵢ₋₁) pᵢ"),
    )


def _figure(value: float) -> str:
    return f"{value:.4f}" if np.isfinite(value) else "—"


def _above(threshold: float, index: int) -> float:
    """The first of two classes is answered only above the threshold, all others at it, too."""
    return float(np.nextafter(threshold, np.inf)) if index == 0 else threshold


def _corners(curve: curves.Ranking) -> tuple[np.ndarray, np.ndarray]:
    """The curve without the points that lie evenly between their neighbours: it looks the same."""
    bent = (np.diff(curve.x, 2) != 0.0) | (np.diff(curve.y, 2) != 0.0)
    kept = np.concatenate([[True], bent, [True]]) if len(curve.x) > 2 else slice(None)
    return curve.x[kept], curve.y[kept]


def _stairs(curve: curves.Ranking) -> tuple[np.ndarray, np.ndarray]:
    """The curve as average precision adds it up: up to each recall the precision there."""
    return np.repeat(curve.x, 2)[1:-1], np.repeat(curve.y, 2)[2:]
