"""Calibration: whether what is said to be 80 % likely is true in 80 of 100 rows."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QColor, QCursor, QResizeEvent
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from engine.curves import BINS, Reliability, reliability
from engine.snapshot import Snapshot
from gui import amounts
from gui.pages.scored import Scored
from gui.pages.scoredpage import ScoredPage
from gui.plots.axes import dress, new_plot
from gui.plots.view import About, Table
from gui.text import number, tr
from gui.theme import colour, colours, pixels

# In usual type: how high the bars are, and how high the page is at least where they are shown.
_COUNTS_HEIGHT, _ENOUGH = 84, 200
_MIDDLES = (np.arange(BINS) + 0.5) / BINS


class Calibration(ScoredPage):
    """The reliability diagram of the chosen class; of none, of two classes the second, of more the class answered."""

    about = About(
        "Can its probabilities be believed?",
        "Rows are sorted into ten bins by their probability; a point is the share that came true over the mean "
        "probability of a bin, right on the dashed diagonal. The bars count the rows of each bin. Without a chosen "
        "class it is the second of two, and the one answered of several.",
        ("expected calibration error ECE = Σ n/N · |share true − mean probability|",),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot, self.counts = new_plot(tr("Calibration")), new_plot(tr("Rows in each bin"))
        self.counts.setXLink(self.plot)
        self.plot.setRange(xRange=(0, 1), yRange=(0, 1), padding=0.06)
        for plot in (self.plot, self.counts):
            plot.setMouseEnabled(x=False, y=False)
            plot.getPlotItem().getAxis("left").setWidth(48)
            plot.scene().sigMouseMoved.connect(self._say)
        self.diagonal = pg.PlotDataItem([0, 1], [0, 1])
        self.line = pg.PlotDataItem(antialias=True, symbol="o", symbolSize=8)
        self.bars = pg.BarGraphItem(x=_MIDDLES, height=np.zeros(BINS), width=0.9 / BINS)
        self.plot.addItem(self.diagonal)
        self.plot.addItem(self.line)
        self.counts.addItem(self.bars)
        self.found: Reliability | None = None
        self._what = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 12, 0)
        layout.setSpacing(0)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.counts)
        self.show_theme()

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        c, tint = colours(), QColor(colours().series[max(self.marks.class_index, 0) % len(colours().series)])
        self._share_height()
        self.diagonal.setPen(pg.mkPen(QColor(c.quiet), style=Qt.PenStyle.DashLine))
        self.line.setPen(pg.mkPen(tint, width=1.8))
        self.line.setSymbolBrush(tint)
        self.line.setSymbolPen(pg.mkPen(QColor(c.surface)))
        self.bars.setOpts(brush=colour(tint.name(), 0.45), pen=pg.mkPen(None))

    def _share_height(self) -> None:
        """In a low panel the points have all of it, and the name of the axis that is else below the bars."""
        shown, words = self.height() >= pixels(_ENOUGH), self._what or tr("probability")
        self.counts.setFixedHeight(pixels(_COUNTS_HEIGHT))
        self.counts.setVisible(shown)
        dress(self.plot, tr("share that is true"), "" if shown else words)
        dress(self.counts, tr("rows"), words)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Shares out another height."""
        super().resizeEvent(event)
        self._share_height()

    def draw(self, snapshot: Snapshot) -> None:
        """Sorts the rows of an instant into bins."""
        rows = self.rows_of(snapshot)
        if not rows.finite or not len(rows.rows):
            self.found = None
            return
        true, probabilities, self._what = self._compared(rows, snapshot.data.classes)
        found = self.found = reliability(true, probabilities.clip(0.0, 1.0))
        filled = found.counts > 0
        self.line.setData(found.predicted[filled], found.observed[filled])
        self.bars.setOpts(height=found.counts)
        most = max(int(found.counts.max()), 1)
        self.counts.setRange(yRange=(0, most), padding=0.2)
        self.counts.getPlotItem().getAxis("left").setTicks([[(0, "0"), (most, f"{most:,}")]])
        self.words.say(tr("ECE {0} · {1}").format(f"{found.expected_error:.4f}", amounts.rows(len(rows.rows))))
        self.show_theme()

    def _compared(self, rows: Scored, classes: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, str]:
        """Whether it came true, the probability of it, and what it is in words."""
        chosen = self.marks.class_index
        if not 0 <= chosen < len(classes):
            chosen = 1 if len(classes) == 2 else -1
        if chosen >= 0:
            words = tr("probability of {0}").format(classes[chosen])
            return rows.truth == chosen, rows.scores[:, chosen], words
        return rows.truth == rows.answer, rows.scores.max(axis=1), tr("probability of the answer")

    def table(self) -> Table | None:
        """Every bin: from, to, rows, mean probability, share that is true."""
        if self.found is None:
            return None
        edges = np.linspace(0.0, 1.0, BINS + 1)
        return Table(
            {
                tr("from"): edges[:-1],
                tr("to"): edges[1:],
                tr("rows"): self.found.counts,
                tr("mean probability"): self.found.predicted,
                tr("share that is true"): self.found.observed,
            }
        )

    @Slot(object)
    def _say(self, position: QPointF) -> None:
        """Says the bin under the pointer."""
        place = int(self.plot.getPlotItem().vb.mapSceneToView(position).x() * BINS)
        if self.found is None or not 0 <= place < BINS or not self.found.counts[place]:
            QToolTip.hideText()
            return
        found = self.found
        words = tr("{0} to {1}: {2}\nmean probability {3}\nshare that is true {4}").format(
            number(place / BINS), number((place + 1) / BINS), amounts.rows(int(found.counts[place])),
            number(float(found.predicted[place]), 4), number(float(found.observed[place]), 4),
        )  # fmt: skip
        QToolTip.showText(QCursor.pos(), words, self)
