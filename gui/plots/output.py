"""The output view: for two inputs a decision map, for numbers prediction against truth, else a confusion matrix."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from engine.snapshot import Snapshot
from gui.plots.confusion import ConfusionMatrix
from gui.plots.decision import DecisionMap
from gui.plots.prediction import PredictionPlot
from gui.plots.titles import PanelTitle
from gui.text import tr


class OutputView(QWidget):
    """Chooses the view that suits the data, and shows snapshots in it."""

    row_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = PanelTitle(tr("Output"))
        self.map, self.confusion, self.prediction = DecisionMap(), ConfusionMatrix(), PredictionPlot()
        self.map.row_picked.connect(self.row_picked)
        self._stack = QStackedWidget()
        for view in (self.map, self.confusion, self.prediction):
            self._stack.addWidget(view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)

    @property
    def view(self) -> QWidget | None:
        """The view that is shown."""
        return self._stack.currentWidget()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows an instant in the view that suits its data."""
        view: DecisionMap | ConfusionMatrix | PredictionPlot
        if snapshot.data.task == "regression":
            view, note = self.prediction, tr("● training  ○ test")
        elif len(snapshot.data.names) == 2:
            view, note = self.map, tr("decision map · ● training  ○ test")
        else:
            tested = len(snapshot.data.y_test) > 0
            view, note = self.confusion, tr("confusion matrix, test") if tested else tr("confusion matrix, training")
        view.show_snapshot(snapshot)
        self.title.show_note(note)
        self._stack.setCurrentWidget(view)
