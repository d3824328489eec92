"""The two plots over steps: loss and weight magnitudes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from engine.history import Numbers
from engine.snapshot import Snapshot
from gui.plots.timeplot import TimePlot
from gui.selection import number_in_plan
from gui.text import tr

_PRESS = "Press Train (Space) to see the loss of training and test data here."

# In more buckets than this the losses of the batches are not drawn.
_MOST_BUCKETS = 2048


def up_to(snapshot: Snapshot, step: int, columns: dict[str, float]) -> list[Numbers]:
    """Columns of the history, each with its value at ``step`` at the end when that step is not recorded yet."""
    recorded = snapshot.history["step"]
    if len(recorded) and recorded[-1] >= step:
        return [snapshot.history[name] for name in columns]
    return [np.append(snapshot.history[name], value) for name, value in columns.items()]


class LossPlot(TimePlot):
    """Loss of the training and the test part, and faint behind it that of every batch."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Loss"),
            tr("loss"),
            (("log", tr("log"), tr("Logarithmic axis")),),
            tr(_PRESS),
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
        self.show_empty(tr(_PRESS) if learns else tr("There is nothing to learn from yet."))
        parts = {tr("training"): ("train", evaluation.train), tr("test"): ("test", evaluation.test)}
        measured = {f"{part}.loss": found["loss"] for part, found in parts.values() if found}
        steps, *losses = up_to(snapshot, evaluation.step, {"step": float(evaluation.step), **measured})
        series = dict(zip((name for name, (_, found) in parts.items() if found), losses, strict=True))
        band = snapshot.batch_losses.thinned(_MOST_BUCKETS)
        self.draw(steps, series, (band.steps, band.low, band.high))


class MagnitudePlot(TimePlot):
    """How large the weights of each layer are: mean absolute value, or Euclidean norm."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Weight magnitudes"),
            tr("mean |w|"),
            (("norm", tr("norm"), tr("Euclidean norm instead of the mean absolute value")),),
            tr("The mean size of every layer's weights appears here while it trains."),
            parent,
        )
        self._kind = "mean"
        self._snapshot: Snapshot | None = None
        self.switched.connect(self._switch)

    @Slot(str, bool)
    def _switch(self, key: str, on: bool) -> None:
        self._kind = "norm" if on else "mean"
        self._unit = tr("norm of w") if on else tr("mean |w|")
        self.show_theme()
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)
        self.follow()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws the magnitudes up to a snapshot."""
        self._snapshot = snapshot
        columns, names = {"step": float(snapshot.step)}, []
        for i, layer in enumerate(snapshot.plan.layers):
            w = snapshot.weights(i)
            now = float(np.sqrt(np.vdot(w, w))) if self._kind == "norm" else float(np.abs(w).mean())
            columns[f"{layer.name}.{self._kind}"] = now
            names.append(number_in_plan(layer) if len(snapshot.plan.layers) <= 5 else f"{i + 1}")
        steps, *series = up_to(snapshot, snapshot.step, columns)
        self.draw(steps, dict(zip(names, series, strict=True)))
