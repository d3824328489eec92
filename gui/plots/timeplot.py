"""Curves over steps: what the loss, the weight magnitudes and all other views over time have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.history import Numbers
from gui.plots.strokes import Stroke
from gui.plots.timechart import Band, Line, TimeChart
from gui.plots.titles import Choice, PanelTitle
from gui.plots.view import Table, View
from gui.text import number, tr

# So many pixels wide, an empty plot has room around its words.
_ROOM_FOR_AIR = 260
# More values than this are not all read in one line: those nearest to the pointer stand first.
_MANY = 6


class TimePlot(View):
    """Several series over the step, with exact values under the pointer, wherever in a plot over time that is.

    ``draw(steps, series)`` is idempotent. ``switched(key, on)`` when a switch of the title is clicked. The axis of
    steps may show epochs, and both axes logarithms. ``extras`` are further values that the note says at a step.
    """

    switched = Signal(str, bool)
    # Whether a single point is something to show.
    says_single = False

    def __init__(
        self,
        title: str,
        unit: str,
        switches: tuple[tuple[str, str, str], ...],
        empty: str,
        parent: QWidget | None = None,
        *,
        choices: tuple[Choice, ...] = (),
        options: tuple[Choice, ...] = (),
    ) -> None:
        super().__init__(parent)
        self.title = PanelTitle(title, switches, choices=choices, options=options)
        self.title.switched.connect(self.switched)
        self._unit = unit
        self._steps: Numbers = np.empty(0)
        self._epochs: Numbers | None = None
        self._series: dict[str, Numbers] = {}
        self.extras: dict[str, Numbers] = {}
        self._by_epoch = False
        self._pointer: float | None = None
        self.plot = TimeChart(title)
        self.plot.setMinimumHeight(120)
        self.plot.pointed.connect(self._point_at)
        self.plot.stepped.connect(self._step)
        self._empty = QLabel(empty, self.plot)
        self._empty.setProperty("role", "quiet")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.stack = QVBoxLayout(self)
        self.stack.setContentsMargins(0, 0, 8, 4)
        self.stack.setSpacing(0)
        self.stack.addWidget(self.plot, 1)
        self.show_theme()

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        self.plot.show_theme(self._unit, tr("epoch") if self._by_epoch else tr("step"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.show_theme()
        super().changeEvent(event)

    # -- the axes ----------------------------------------------------------------------------------

    @property
    def logarithmic(self) -> bool:
        """Whether the axis of values is logarithmic."""
        return self.plot.log_y

    def set_logarithmic(self, on: bool) -> None:
        """A logarithmic axis of values, or a linear one."""
        self.plot.set_scales(self.plot.log_x, on)

    def set_across(self, by_epoch: bool, logarithmic: bool) -> None:
        """What the other axis shows: steps or epochs, their logarithms (from the first one on) or themselves."""
        self._by_epoch = by_epoch
        self.show_theme()
        self.plot.set_scales(logarithmic, self.plot.log_y)

    def show_unit(self, unit: str) -> None:
        """Names the axis of values."""
        self._unit = unit
        self.show_theme()

    def follow(self) -> None:
        """Shows everything, now and as more comes."""
        self.plot.follow()

    @property
    def places(self) -> Numbers:
        """The steps as they stand on their axis: steps, or epochs."""
        return self._epochs if self._by_epoch and self._epochs is not None else self._steps

    # -- what is drawn -----------------------------------------------------------------------------

    def draw(
        self,
        steps: Numbers,
        series: dict[str, Numbers],
        band: tuple[Numbers, Numbers, Numbers] | None = None,
        *,
        strokes: Sequence[Stroke] = (),
        behind: Sequence[tuple[Numbers, Stroke]] = (),
        epochs: Numbers | None = None,
    ) -> None:
        """Draws series over ``steps``; ``band`` is (steps, low, high) drawn faint behind them.

        ``strokes`` are those of the series, by number where there are none; ``behind`` are values over the steps drawn
        before them, without a name; ``epochs`` (points,) is what the axis shows in their place when it shows epochs.
        """
        self._steps, self._series, self._epochs = steps, series, epochs
        self.show_names(tuple(series))
        strokes = strokes or [Stroke(index) for index in range(len(series))]
        lines = [Line("", self.places, values, stroke) for values, stroke in behind]
        lines += [Line(name, self.places, y, s) for (name, y), s in zip(series.items(), strokes, strict=True)]
        self.plot.draw(lines, None if band is None else Band(self._placed(band[0]), *band[1:]))
        self._empty.setVisible(not series or (len(steps) < 2 and not self.says_single))
        if self._pointer is not None:
            self._mark(self._pointer)

    def show_names(self, names: tuple[str, ...]) -> None:
        """Names the series."""
        self.title.show_legend(names)

    def _placed(self, steps: Numbers) -> Numbers:
        """Where other steps stand on the axis."""
        if self.places is self._steps or len(self._steps) == 0:
            return steps
        return np.interp(steps, self._steps, self.places)

    def table(self) -> Table | None:
        """The steps and every series."""
        if not len(self._steps):
            return None
        epochs = {} if self._epochs is None else {"epoch": self._epochs}
        return Table({"step": self._steps, **epochs, **self._series, **self.extras})

    def show_empty(self, words: str) -> None:
        """What is said where there is nothing to draw."""
        self._empty.setText(words)

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """Keeps the words for an empty plot in the middle, with air around them where there is room for it."""
        super().resizeEvent(event)
        left, right = (72, 24) if self.plot.width() >= _ROOM_FOR_AIR else (50, 4)
        self._empty.setGeometry(self.plot.rect().adjusted(left, 0, -right, -30))

    # -- the pointer -------------------------------------------------------------------------------

    def show_pointer(self, step: float | None) -> None:
        """Marks the recorded step nearest to that of the pointer in another view, and says its values."""
        self._pointer = step
        self._mark(step)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Takes the crosshair away with the pointer, here and everywhere."""
        self.show_pointer(None)
        self.pointed.emit(None)
        super().leaveEvent(event)

    @Slot(object)
    def _point_at(self, place: float) -> None:
        """Shows the exact values of the recorded step nearest to the pointer, here and everywhere."""
        if len(self._steps):
            self._go_to(int(np.abs(self.places - place).argmin()))

    @Slot(int)
    def _step(self, by: int) -> None:
        """Goes to the recorded step before or after, to the last one first."""
        if len(self._steps) == 0:
            return
        now = len(self._steps) if self._pointer is None else self._nearest(self._pointer)
        self._go_to(min(max(now + by, 0), len(self._steps) - 1))

    def _go_to(self, place: int) -> None:
        step = float(self._steps[place])
        self.show_pointer(step)
        self.pointed.emit(step)

    def _nearest(self, step: float) -> int:
        return int(np.abs(self._steps - step).argmin())

    def _mark(self, step: float | None) -> None:
        if step is None or len(self._steps) == 0:
            self.plot.show_cursor(None)
            self.title.show_note("")
            return
        place = self._nearest(step)
        self.plot.show_cursor(float(self.places[place]))
        self.title.show_note(self.said_at(place))

    def said_at(self, place: int) -> str:
        """The step at a place of the table and every value there."""
        words = [f"{tr('step')} {int(self._steps[place]):,}"]
        if self._by_epoch and self._epochs is not None:
            words.append(f"{tr('epoch')} {number(float(self._epochs[place]), 4)}")
        values = {name: float(values[place]) for name, values in {**self._series, **self.extras}.items()}
        words += [f"{name} {number(value, 4)}" for name, value in values.items() if np.isfinite(value)]
        return "   ".join(words)
