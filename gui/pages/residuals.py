"""Residuals: what the prediction of a number leaves over, and how that spreads."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.history import Numbers
from engine.snapshot import Snapshot
from gui.pages.bars import Bar, Words
from gui.pages.numbers import predicted
from gui.pages.page import part_in_words
from gui.pages.points import PARTS
from gui.plots.axes import dress, new_plot
from gui.plots.prediction import NumbersPage
from gui.plots.view import About
from gui.text import number, tr
from gui.theme import colour, colours

_BINS, _SIDE = 21, 76


class Residuals(NumbersPage):
    """Every row a point, its residual over its prediction; beside them how many there are of each size."""

    about = About(
        "What does the prediction leave over, and is there a pattern in it?",
        "Every row is a point, its residual over its prediction; without a pattern around the line at 0 the network "
        "has found what there is to find. The bars count the residuals.",
        ("residual e = y − ŷ, in the target's unit", "mean ē = Σ e / N", "standard deviation s = √(Σ (e − ē)² / N)"),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Residuals over predictions"), parent)
        self.figures = Words()
        self.figures.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.bar = Bar(self.figures)
        self.histogram = new_plot(tr("How many residuals there are of each size"))
        self.histogram.setFixedWidth(_SIDE)
        self.histogram.setYLink(self.plot)
        self.histogram.setMouseEnabled(x=False)
        self.bars = {part: pg.BarGraphItem(x0=0.0, y=[], width=[], height=1.0) for part in PARTS}
        for bars in self.bars.values():
            self.histogram.addItem(bars)
        self.zero = pg.InfiniteLine(0.0, angle=0)
        self.zero.setZValue(-1)
        self.plot.addItem(self.zero)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 12, 0)
        layout.setSpacing(0)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.histogram)
        self.show_theme()

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        c = colours()
        dress(self.plot, tr("residual of {0}").format(self._target), tr("predicted {0}").format(self._target))
        dress(self.histogram, "", tr("rows"))
        self.histogram.hideAxis("left")
        self.zero.setPen(pg.mkPen(QColor(c.quiet), style=Qt.PenStyle.DashLine))
        self.bars["train"].setOpts(brush=colour(c.series[0], 0.4), pen=pg.mkPen(None))
        self.bars["test"].setOpts(brush=colour(c.series[1], 0.55), pen=pg.mkPen(None))
        self.points.show_theme()

    def words(self, x: float, y: float) -> list[str]:
        """Truth, prediction and residual of a point."""
        truth = tr("true {0}\npredicted {1}").format(number(x + y, 4), number(x, 4))
        return [truth, tr("residual {0}").format(number(y, 4))]

    def draw(self, snapshot: Snapshot) -> None:
        """Draws the residuals of an instant, in the user's units."""
        every = {part: predicted(snapshot, part) for part in PARTS}
        for part, found in every.items():
            self.points.show_part(part, found.answer, found.residuals, found.rows)
        finite = {part: found.residuals[np.isfinite(found.residuals)] for part, found in every.items()}
        self._count(finite)
        said = [spread_in_words(part, finite[part]) for part in reversed(PARTS) if len(finite[part])]
        self.figures.say("\n".join(said))
        super().draw(snapshot)

    def _count(self, residuals: dict[str, Numbers]) -> None:
        """How many there are of each size: bars of equal height over the range of both parts."""
        both = np.concatenate(list(residuals.values()))
        if not len(both):
            return
        edges = np.histogram_bin_edges(both, _BINS)
        every = {part: np.histogram(values, edges)[0] for part, values in residuals.items()}
        most = max(int(counts.max()) for counts in every.values())
        self.histogram.setRange(xRange=(0, most), padding=0.3)
        self.histogram.getPlotItem().getAxis("bottom").setTicks([[(0, "0"), (most, f"{most:,}")]])
        for part, counts in every.items():
            self.bars[part].setOpts(y=(edges[1:] + edges[:-1]) / 2, width=counts, height=edges[1] - edges[0])


def spread_in_words(part: str, residuals: Numbers) -> str:
    """Mean and standard deviation of the residuals of a part."""
    mean, spread = number(float(residuals.mean()), 4), number(float(residuals.std()), 4)
    return tr("{0}: mean {1}, standard deviation {2}").format(part_in_words(part), mean, spread)
