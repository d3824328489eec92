"""The loss over steps: whether the network learns, and whether it learns too much by heart."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtWidgets import QLabel, QToolTip, QWidget

from engine.history import Numbers
from engine.snapshot import Snapshot
from gui.plots.changes import Changes
from gui.plots.curves import epochs_at, up_to
from gui.plots.linechart import Band, Line
from gui.plots.marks import Best, Gap, Mark, Marks
from gui.plots.readout import Value
from gui.plots.smoothing import smoothed
from gui.plots.strokes import Stroke
from gui.plots.timechart import TimeChart
from gui.plots.timeplot import TimePlot
from gui.plots.titles import Choice
from gui.plots.view import About
from gui.text import number, tr

PRESS = "Press Train (Space) to see the loss of training and test data here."
_STRIP_HEIGHT = 36
SMOOTHINGS = (("0", "none"), ("0.6", "β = 0.6"), ("0.9", "β = 0.9"), ("0.97", "β = 0.97"))
RATES = (("changes", "when it changes"), ("always", "always"), ("never", "never"))


def _options() -> tuple[Choice, ...]:
    return (
        Choice(
            "smoothing",
            tr("Smoothing"),
            tr("A moving average over the recorded steps; the curve itself stays faint behind it."),
            tuple((key, tr(words)) for key, words in SMOOTHINGS),
        ),
        Choice(
            "rate",
            tr("Learning rate below"),
            tr("The learning rate at each recorded step, as the schedule has made it."),
            tuple((key, tr(words)) for key, words in RATES),
        ),
    )


class LossPlot(TimePlot):
    """Loss of the training and the test part, and faint behind it that of every batch.

    Below it the learning rate, over it what was changed while it trained and the best point.
    """

    about = About(
        "Is it learning, and is it over-fitting?",
        "The curves are the loss of all training and all test rows, with dropout and noise off; faint behind them lies "
        "the loss of single batches, lowest to highest. From the best point on, the gap between the curves is shaded: "
        "where it widens, the network learns the training rows by heart.",
        (
            "best = the lowest test loss, without test rows the lowest training loss",
            "with penalties = training loss + what L1 and L2 add",
            "smoothed: s_t = β s_{t-1} + (1 - β) x_t from s_0 = 0, drawn as s_t / (1 - β^t), over the recorded steps",
        ),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Loss"),
            tr("loss"),
            tr(PRESS),
            parent,
            switches=(("log", tr("log"), tr("Logarithmic axis")),),
            options=_options(),
        )
        self.title.switched.connect(self._switch)
        self._snapshot: Snapshot | None = None
        self._changes = Changes()
        self._smoothing, self._rate_shown = 0.0, "changes"
        self.marks = Marks(self.plot)
        self.gap = Gap(self.plot)
        self.strip = TimeChart(tr("Learning rate"))
        self.strip.setFixedHeight(_STRIP_HEIGHT)
        self.strip.lie_under(self.plot)
        self.strip.name_axes("", "")
        name = QLabel(tr("learning rate"), self.strip)
        name.setProperty("role", "key")
        name.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        name.move(64, 0)
        self.strip.hide()
        self.strip.pointed.connect(self._point_at)
        self.stack.addWidget(self.strip)
        self.plot.scene().sigMouseMoved.connect(self._say_changes)

    @Slot(str, bool)
    def _switch(self, key: str, on: bool) -> None:
        self.set_logarithmic(on)

    def set_logarithmic(self, on: bool) -> None:
        """Both the axis and its switch."""
        super().set_logarithmic(on)
        self.title.show_switch("log", on)

    @Slot(str, str)
    def take_option(self, key: str, value: str) -> None:
        """What was chosen in a menu of the title."""
        super().take_option(key, value)
        if key == "smoothing":
            self._smoothing = float(value)
        elif key == "rate":
            self._rate_shown = value
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws the losses up to a snapshot."""
        self._snapshot = snapshot
        evaluation, band = snapshot.evaluation, snapshot.batch_losses
        learns = len(snapshot.data.y_train) > 0
        self.show_empty(tr(PRESS) if learns else tr("There is nothing to learn from yet."))
        parts = {tr("training"): ("train", evaluation.train), tr("test"): ("test", evaluation.test)}
        there = {name: (part, found) for name, (part, found) in parts.items() if found}
        columns = {f"{part}.loss": found["loss"] for part, found in there.values()}
        columns |= {"train.penalty": np.nan, "rate": np.nan}
        steps, *losses, penalty, rate = up_to(snapshot, evaluation.step, {"step": float(evaluation.step), **columns})
        series = dict(zip(there, losses, strict=True))
        if tr("training") in series and np.any(np.nan_to_num(penalty) != 0.0):
            series[tr("with penalties")] = series[tr("training")] + penalty
        smooth = {name: smoothed(y, self._smoothing) for name, y in series.items()} if self._smoothing else {}
        self.draw(
            steps, series, Band(band.steps, band.low, band.high), smooth=smooth, epochs=epochs_at(snapshot, steps),
            extras={tr("rate"): rate} if np.isfinite(rate).any() else {},
        )  # fmt: skip
        self._draw_strip(rate)
        self._draw_marks(snapshot, series)

    def _said_at(self, place: int) -> tuple[str, list[Value]]:
        """The curves are means over all rows; beside them, what single batches had there."""
        head, found = super()._said_at(place)
        if self._snapshot is None:
            return head, found
        step, band = float(self._steps[place]), self._snapshot.batch_losses
        at = int(np.searchsorted(band.steps, step, "right")) - 1
        if at >= 0 and step < band.steps[at] + band.width:
            low, high = (number(float(values[at]), 4) for values in (band.low, band.high))
            single = low == high
            found.append(Value(tr("batch") if single else tr("batches"), low if single else f"{low} … {high}"))
        return head, found

    # -- below and over the curves -----------------------------------------------------------------

    def _draw_strip(self, rate: Numbers) -> None:
        """The learning rate, where it is recorded and as often as wished."""
        known = rate[np.isfinite(rate)]
        moves = len(known) > 0 and bool(known.max() > known.min())
        shown = len(known) > 1 and (self._rate_shown == "always" or (self._rate_shown == "changes" and moves))
        self.strip.setVisible(shown)
        if shown:
            self.strip.log_x = self.plot.log_x
            self.strip.draw([Line(tr("rate"), self.places, rate, Stroke(width=1.2))])

    def _draw_marks(self, snapshot: Snapshot, series: dict[str, Numbers]) -> None:
        changes = self._changes.of(snapshot.lineage)
        places = self._placed(np.array([float(change.step) for change in changes]))
        words = [f"{tr('step')} {change.step:,}: {change.words}" for change in changes]
        best = self._best(series)
        self.marks.show_marks([Mark(float(x), said) for x, said in zip(places, words, strict=True)], best)
        both = [series.get(tr(name), np.empty(0)) for name in ("training", "test")]
        after = best.at if best is not None and len(both[1]) else len(self._steps)
        self.gap.show_gap(self.places[after:], both[0][after:], both[1][after:])

    def _best(self, series: dict[str, Numbers]) -> Best | None:
        """The recorded step, or the present one, with the lowest test loss, or training loss without test rows."""
        name = tr("test") if tr("test") in series else tr("training")
        values = series.get(name, np.empty(0))
        if len(values) < 2 or not np.isfinite(values).any():
            return None
        at = int(np.nanargmin(np.where(np.isfinite(values), values, np.nan)))
        words = tr("best {0} at step {1}").format(number(float(values[at]), 4), f"{int(self._steps[at]):,}")
        return Best(float(self.places[at]), float(values[at]), words, list(series).index(name), at)

    def show_cursor(self, place: float | None) -> None:
        """The crosshair in both charts."""
        super().show_cursor(place)
        self.strip.show_cursor(place)

    @Slot(object)
    def _say_changes(self, position: QPointF) -> None:
        """What was changed where the pointer is."""
        at = self.plot.viewport().mapToGlobal(self.plot.mapFromScene(position))
        QToolTip.showText(at, self.marks.words_at(position), self.plot)
