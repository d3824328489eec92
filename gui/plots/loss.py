"""The loss over steps: whether the network learns, and whether it learns too much by heart."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from engine.snapshot import Snapshot
from gui.plots.curves import up_to
from gui.plots.timeplot import TimePlot
from gui.plots.view import About
from gui.text import tr

PRESS = "Press Train (Space) to see the loss of training and test data here."


class LossPlot(TimePlot):
    """Loss of the training and the test part, and faint behind it that of every batch."""

    about = About(
        "Is it learning, and is it over-fitting?",
        "The mean loss over all training and all test rows, and faint behind it that of every batch.",
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Loss"),
            tr("loss"),
            (("log", tr("log"), tr("Logarithmic axis")),),
            tr(PRESS),
            parent,
        )
        self.switched.connect(self._switch)

    @Slot(str, bool)
    def _switch(self, key: str, on: bool) -> None:
        self.set_logarithmic(on)

    def set_logarithmic(self, on: bool) -> None:
        """Both the axis and its switch."""
        super().set_logarithmic(on)
        self.title.show_switch("log", on)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws the losses up to a snapshot."""
        evaluation = snapshot.evaluation
        learns = len(snapshot.data.y_train) > 0
        self.show_empty(tr(PRESS) if learns else tr("There is nothing to learn from yet."))
        parts = {tr("training"): ("train", evaluation.train), tr("test"): ("test", evaluation.test)}
        measured = {f"{part}.loss": found["loss"] for part, found in parts.values() if found}
        steps, *losses = up_to(snapshot, evaluation.step, {"step": float(evaluation.step), **measured})
        series = dict(zip((name for name, (_, found) in parts.items() if found), losses, strict=True))
        band = snapshot.batch_losses
        self.draw(steps, series, (band.steps, band.low, band.high))
