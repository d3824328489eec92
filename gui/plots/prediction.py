"""Prediction against truth, for a number to be predicted."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from engine.snapshot import Snapshot
from gui.plots.axes import dress, new_plot
from gui.text import number, tr
from gui.theme import colour, colours

_MOST_POINTS = 2000


class PredictionPlot(QWidget):
    """Every row a point; on the diagonal the prediction is right. Test rows are open circles."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(180, 180)
        self.plot = new_plot(tr("Prediction against truth"))
        self._diagonal = pg.PlotDataItem()
        self._parts = {part: pg.ScatterPlotItem(size=6, hoverable=True, tip=None) for part in ("train", "test")}
        for item in (self._diagonal, *self._parts.values()):
            self.plot.addItem(item)
        for part in self._parts.values():
            part.sigHovered.connect(self._say)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 12, 0)
        layout.addWidget(self.plot)
        self._target = ""
        self.show_theme()

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        c = colours()
        dress(self.plot, tr("predicted {0}").format(self._target), tr("true {0}").format(self._target))
        self._diagonal.setPen(pg.mkPen(QColor(c.faint), style=Qt.PenStyle.DashLine))
        self._parts["train"].setBrush(colour(c.series[0], 0.55))
        self._parts["train"].setPen(pg.mkPen(None))
        self._parts["test"].setBrush(QColor(c.surface))
        self._parts["test"].setPen(pg.mkPen(QColor(c.series[1]), width=1.5))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.show_theme()
        super().changeEvent(event)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws the predictions of an instant, in the user's units."""
        data, evaluation = snapshot.data, snapshot.evaluation
        if data.target != self._target:
            self._target = data.target
            self.show_theme()
            self.plot.enableAutoRange()
        low, high = np.inf, -np.inf
        for part, outputs in (("train", evaluation.outputs_train), ("test", evaluation.outputs_test)):
            _, y = data.part(part)
            truth = data.y_scaling.undo(y)[:_MOST_POINTS, 0]
            guess = data.y_scaling.undo(outputs)[:_MOST_POINTS, 0]
            self._parts[part].setData(truth, guess)
            if len(truth):
                low, high = min(low, truth.min()), max(high, truth.max())
        if high >= low:
            self._diagonal.setData([low, high], [low, high])

    @Slot(object, object, object)
    def _say(self, item: object, points: list[pg.SpotItem], event: object) -> None:
        if len(points):
            from PySide6.QtGui import QCursor  # noqa: PLC0415

            at = points[0].pos()
            words = tr("true {0}\npredicted {1}").format(number(at.x(), 4), number(at.y(), 4))
            QToolTip.showText(QCursor.pos(), words, self)
