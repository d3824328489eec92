"""Prediction against truth, for a number to be predicted."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.snapshot import Snapshot
from gui.pages.numbers import columns, no_numbers, points_in_words, predicted
from gui.pages.page import Page
from gui.pages.points import PARTS, RowPoints
from gui.plots.axes import dress, new_plot
from gui.plots.view import About, Table
from gui.text import number, tr
from gui.theme import colours


class NumbersPage(Page):
    """A page of a regression with a point for every row; both parts are shown."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = new_plot(name)
        self.points = RowPoints(self.plot, self.words)
        self.points.picked.connect(self.row_picked)
        self._target = ""

    def words(self, x: float, y: float) -> list[str]:
        """What a point says."""
        raise NotImplementedError

    def draw(self, snapshot: Snapshot) -> None:
        """Names the axes after the target, and marks the traced row."""
        if snapshot.data.target != self._target:
            self._target = snapshot.data.target
            self.show_theme()
            self.plot.enableAutoRange()
        self.points.mark(self.marks.row)

    def note(self, snapshot: Snapshot) -> str:
        """What the points are, and which target they are of where there are several."""
        return points_in_words(snapshot)

    def problem(self, snapshot: Snapshot) -> str:
        """Without rows, or with answers that are no numbers, there is nothing to compare."""
        return {
            "rows": tr("There is nothing to learn from yet."),
            "finite": tr("The answers are no finite numbers, so there is nothing to compare."),
            "": "",
        }[no_numbers(snapshot)]

    def table(self) -> Table | None:
        """All rows with truth, prediction and residual."""
        if self.snapshot is None or no_numbers(self.snapshot) == "rows":
            return None
        return Table(columns(self.snapshot))


class PredictionPlot(NumbersPage):
    """Every row a point; on the diagonal the prediction is right. Test rows are open circles."""

    about = About(
        "How near is what it predicts to what is true?",
        "Every row is a point, its prediction over its truth; on the dashed diagonal both are equal.",
        ("R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)²",),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Prediction against truth"), parent)
        self._diagonal = pg.PlotDataItem()
        self._diagonal.setZValue(-1)
        self.plot.addItem(self._diagonal)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 12, 0)
        layout.addWidget(self.plot)
        self.show_theme()

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        dress(self.plot, tr("predicted {0}").format(self._target), tr("true {0}").format(self._target))
        self._diagonal.setPen(pg.mkPen(QColor(colours().quiet), style=Qt.PenStyle.DashLine))
        self.points.show_theme()

    def words(self, x: float, y: float) -> list[str]:
        """Truth and prediction of a point."""
        return [tr("true {0}\npredicted {1}").format(number(x, 4), number(y, 4))]

    def draw(self, snapshot: Snapshot) -> None:
        """Draws the predictions of an instant, in the user's units."""
        every = {part: predicted(snapshot, part) for part in PARTS}
        for part, found in every.items():
            self.points.show_part(part, found.truth, found.answer, found.rows)
        truth = np.concatenate([found.truth for found in every.values()])
        if len(truth):
            ends = [truth.min(), truth.max()]
            self._diagonal.setData(ends, ends)
        super().draw(snapshot)
