"""The trace plot: how pinned weights and biases have moved, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtWidgets import QWidget

from engine.snapshot import Snapshot
from gui.plots.curves import epochs_at
from gui.plots.timeplot import TimePlot
from gui.plots.view import About
from gui.selection import Parameter, Weight, parameter_name, parameter_value, still_there
from gui.text import tr

# More curves than this cannot be told apart.
MOST_PINS = 8
_MOST_POINTS = 8192


@dataclass
class Trace:
    """What one parameter was at the steps that were seen; no more than so many points, every second one then goes."""

    steps: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def append(self, step: float, value: float) -> None:
        """One more point. What came after a step that is gone back to is forgotten; a step has one value."""
        while self.steps and self.steps[-1] >= step:
            self.steps.pop()
            self.values.pop()
        self.steps.append(step)
        self.values.append(value)
        if len(self.steps) > _MOST_POINTS:
            del self.steps[1:-1:2], self.values[1:-1:2]


class PinPlot(TimePlot):
    """The traces of the pinned parameters. A trace begins when its parameter is pinned."""

    about = About(
        "How does one weight or bias move?",
        "The value of each pinned parameter after every step that was seen, from the step at which it was pinned.",
    )
    says_single = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Pinned values"),
            tr("value"),
            tr("Select a weight or a unit and pin it (P): its weight or bias is traced here."),
            parent,
        )
        self.pins: dict[Parameter, Trace] = {}
        self._snapshot: Snapshot | None = None

    def toggle(self, parameter: Parameter) -> bool:
        """Pins a parameter or lets it go; says whether it is pinned now. No more than MOST_PINS at a time."""
        if parameter in self.pins:
            del self.pins[parameter]
        elif len(self.pins) < MOST_PINS:
            self.pins[parameter] = Trace()
        if self._snapshot is not None:
            self.collect(self._snapshot)
            self.show_snapshot(self._snapshot)
        return parameter in self.pins

    def collect(self, snapshot: Snapshot) -> None:
        """Notes the values of one instant, whether the plot is visible or not."""
        before, self._snapshot = self._snapshot or snapshot, snapshot
        for parameter in list(self.pins):
            if still_there(parameter, snapshot) is None or not is_the_same(parameter, before, snapshot):
                del self.pins[parameter]
            else:
                self.pins[parameter].append(float(snapshot.step), parameter_value(snapshot, parameter))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws all traces."""
        self._snapshot = snapshot
        steps = np.array(sorted({step for trace in self.pins.values() for step in trace.steps}))
        series = {}
        for parameter, trace in self.pins.items():
            values = np.full(len(steps), np.nan)
            values[np.searchsorted(steps, trace.steps)] = trace.values
            series[parameter_name(snapshot, parameter)] = values
        self.draw(steps, series, epochs=epochs_at(snapshot, steps))


def is_the_same(parameter: Parameter, before: Snapshot, now: Snapshot) -> bool:
    """Whether the place of a weight or bias surely holds the same number of the network at another instant.

    Where layers came or went, or units went from beside it, another one may have taken its place.
    """
    old, new = before.plan.widths, now.plan.widths
    columns = (parameter.layer, parameter.layer + 1) if isinstance(parameter, Weight) else (parameter.column,)
    if len(old) != len(new) or any(new[column] < old[column] for column in columns):
        return False
    return 0 not in columns or before.data.names == now.data.names
