"""The output view: decision map, confusion matrix, fit, or prediction against truth: what suits the data."""

from __future__ import annotations

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from engine.experiment import Experiment
from engine.snapshot import Snapshot
from gui.painting.painting import Painting
from gui.plots.confusion import ConfusionMatrix
from gui.plots.decision import DecisionMap
from gui.plots.fit import FitPlot
from gui.plots.prediction import PredictionPlot
from gui.plots.titles import PanelTitle
from gui.plots.view import About, Table, View
from gui.text import tr


class OutputView(View):
    """Chooses the view that suits the data, and shows snapshots in it."""

    about = About(
        "What does the network predict?",
        "The answers to all rows beside the truth, or over the plane of one or two inputs.",
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = PanelTitle(tr("Output"))
        self._snapshot: Snapshot | None = None
        self.map, self.confusion, self.prediction = DecisionMap(), ConfusionMatrix(), PredictionPlot()
        self.fit = FitPlot()
        for picking in (self.map, self.fit):
            picking.row_picked.connect(self.row_picked)
        self._stack = QStackedWidget()
        for view in (self.map, self.confusion, self.prediction, self.fit):
            self._stack.addWidget(view)
        self.painting = Painting(self)
        for paper in (self.map, self.fit):
            paper.framed.connect(self.painting.fit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.painting.strip)
        layout.addWidget(self._stack)

    @property
    def view(self) -> QWidget | None:
        """The view that is shown."""
        return self._stack.currentWidget()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows an instant in the view that suits its data."""
        view: DecisionMap | ConfusionMatrix | PredictionPlot | FitPlot
        self._snapshot = snapshot
        if snapshot.data.task == "regression":
            along = snapshot.maps is not None and len(snapshot.data.variables) == 1
            view, note = self.fit if along else self.prediction, tr("● training  ○ test")
        elif snapshot.maps is not None:
            held = snapshot.maps.held
            what = tr("decision map") if held is None else tr("slice at row {0}").format(held + 1)
            view, note = self.map, f"{what} · {tr('● training  ○ test')}"
        else:
            tested = len(snapshot.data.y_test) > 0
            view, note = self.confusion, tr("confusion matrix, test") if tested else tr("confusion matrix, training")
        view.show_snapshot(snapshot)
        if snapshot.data.source == "drawn":
            note = f"{self.painting.note} · {tr('● training  ○ test')}"
        self.title.show_note(note)
        self._stack.setCurrentWidget(view)
        self.painting.show_snapshot(snapshot, view, view if isinstance(view, DecisionMap | FitPlot) else None)

    def table(self) -> Table | None:
        """The first output for all rows."""
        if self._snapshot is None:
            return None
        found = self._snapshot.evaluation
        outputs = [*found.outputs_train[:, 0], *found.outputs_test[:, 0]]
        return Table({"output": outputs}) if outputs else None

    def show_experiment(self, experiment: Experiment) -> None:
        """Shows points that are drawn by hand at once, before anything is trained on them."""
        self.painting.show_experiment(experiment)
        if self.painting.is_drawn:
            self.title.show_note(f"{self.painting.note} · {tr('● training  ○ test')}")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The keys of painting, wherever in the panel the keyboard is."""
        if not self.painting.press(event):
            super().keyPressEvent(event)
