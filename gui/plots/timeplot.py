"""Curves over steps: what the loss, the weight magnitudes and all other views over time have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypedDict, Unpack

import numpy as np
from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.history import Numbers
from gui.plots.linechart import Band, Line
from gui.plots.readout import Readout, Value
from gui.plots.strokes import Stroke
from gui.plots.timechart import TimeChart
from gui.plots.titles import Choice, Legend, PanelTitle
from gui.plots.view import Empty, Table, View
from gui.text import number, tr

# So many pixels wide, an empty plot has room around its words.
_ROOM_FOR_AIR = 260
# The opacity of a raw curve behind the smoothed one.
_RAW = 0.35
_LEGEND_HEIGHT = 20


def _axes() -> tuple[Choice, ...]:
    """How the axes of every plot over steps may be."""
    linear, logarithmic = ("linear", tr("linear")), ("log", tr("logarithmic"))
    first = tr("A logarithmic axis begins with step 1: the start has no place on it.")
    return (
        Choice(
            "across",
            tr("Along the axis"),
            tr("An epoch is one pass over all training rows."),
            (("step", tr("steps")), ("epoch", tr("epochs"))),
        ),
        Choice("scale", tr("Axis of steps"), first, (linear, logarithmic)),
        Choice(
            "values",
            tr("Axis of values"),
            tr("On a logarithmic axis equal ratios are equally long."),
            (linear, logarithmic),
        ),
    )


class Menus(TypedDict, total=False):
    """What the title of a plot over steps offers besides its axes, as ``PanelTitle`` has it."""

    switches: tuple[tuple[str, str, str], ...]
    choices: tuple[Choice, ...]
    options: tuple[Choice, ...]


class TimePlot(View):
    """Several series over the step, with exact values under the pointer, wherever in a plot over time that is.

    ``draw(steps, series)`` is idempotent. By the menu of the title the axis of steps shows epochs, and both axes
    logarithms; ``options`` are further ones.
    """

    # Whether a single point is something to show.
    says_single = False

    def __init__(
        self, title: str, unit: str, empty: str, parent: QWidget | None = None, **menus: Unpack[Menus]
    ) -> None:
        super().__init__(parent)
        menus["options"] = (*_axes(), *menus.get("options", ()))
        self.title = PanelTitle(title, **menus)
        self.title.chosen.connect(self.take_option)
        self._unit = unit
        self._steps: Numbers = np.empty(0)
        self._epochs: Numbers | None = None
        self._series: dict[str, Numbers] = {}
        self._smooth: Mapping[str, Numbers] = {}
        self._extras: Mapping[str, Numbers] = {}
        self._wants_epochs = False
        self._strokes: Sequence[Stroke] = ()
        self._band: Band | None = None
        self._pointer: float | None = None
        self.plot = TimeChart(title)
        self.plot.setMinimumHeight(120)
        self.plot.pointed.connect(self._point_at)
        self.plot.stepped.connect(self._step)
        self.readout = Readout(self.plot)
        self._empty = Empty(empty, self.plot)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.stack = QVBoxLayout(self)
        self.stack.setContentsMargins(8, 0, 8, 4)
        self.stack.setSpacing(0)
        self.names = Legend()
        self.names.setFixedHeight(_LEGEND_HEIGHT)
        self.names.hide()
        line = QHBoxLayout()
        line.setContentsMargins(2, 0, 0, 0)
        line.addWidget(self.names)
        self.stack.addLayout(line)
        self.stack.addWidget(self.plot, 1)
        self._name_axes()

    # -- the axes ----------------------------------------------------------------------------------

    @property
    def logarithmic(self) -> bool:
        """Whether the axis of values is logarithmic."""
        return self.plot.log_y

    def set_logarithmic(self, on: bool) -> None:
        """A logarithmic axis of values, or a linear one."""
        self.plot.set_scales(self.plot.log_x, on)
        self.title.show_choice("values", "log" if on else "linear")

    def set_across(self, *, by_epoch: bool, logarithmic: bool) -> None:
        """What the other axis shows: steps or epochs, their logarithms (from the first one on) or themselves."""
        self._wants_epochs = by_epoch
        self.title.show_choice("across", "epoch" if by_epoch else "step")
        self.title.show_choice("scale", "log" if logarithmic else "linear")
        self._name_axes()
        self.plot.set_scales(logarithmic, self.plot.log_y)
        self.draw_again()

    @Slot(str, str)
    def take_option(self, key: str, value: str) -> None:
        """What was chosen in a menu of the title."""
        if key == "values":
            self.set_logarithmic(value == "log")
        elif key == "across":
            self.set_across(by_epoch=value == "epoch", logarithmic=self.plot.log_x)
        elif key == "scale":
            self.set_across(by_epoch=self._wants_epochs, logarithmic=value == "log")

    def show_unit(self, unit: str) -> None:
        """Names the axis of values."""
        self._unit = unit
        self._name_axes()

    def _name_axes(self) -> None:
        self.plot.name_axes(self._unit, tr("epoch") if self.by_epoch else tr("step"))

    def follow(self) -> None:
        """Shows everything, now and as more comes."""
        self.plot.follow()

    @property
    def by_epoch(self) -> bool:
        """Whether the axis shows epochs: where they are wished and known."""
        return self._wants_epochs and self._epochs is not None

    @property
    def places(self) -> Numbers:
        """The steps as they stand on their axis: steps, or epochs."""
        return self._epochs if self._wants_epochs and self._epochs is not None else self._steps

    # -- what is drawn -----------------------------------------------------------------------------

    def draw(
        self,
        steps: Numbers,
        series: dict[str, Numbers],
        band: Band | None = None,
        *,
        strokes: Sequence[Stroke] = (),
        smooth: Mapping[str, Numbers] = MappingProxyType({}),
        epochs: Numbers | None = None,
        extras: Mapping[str, Numbers] = MappingProxyType({}),
    ) -> None:
        """Draws series over ``steps``; ``band`` lies over steps, faint behind them.

        ``strokes`` are those of the series, by number where there are none. A series that is in ``smooth`` is drawn as
        it stands there, and faint behind it as it is. ``epochs`` (points,) is what the axis shows when it shows epochs.
        ``extras`` are further values over the steps, which are said and not drawn.
        """
        if (epochs is None) != (self._epochs is None):
            self._epochs = epochs
            self._name_axes()
        self._steps, self._series, self._epochs = steps, series, epochs
        self._smooth, self._extras = smooth, extras
        self._strokes = strokes or [Stroke(index) for index in range(len(series))]
        self._band = band
        self.show_names(tuple(series))
        self._empty.setVisible(not series or (len(steps) < 2 and not self.says_single))
        self.draw_again()

    def draw_again(self) -> None:
        """Draws what was given last."""
        named = list(zip(self._series.items(), self._strokes, strict=True))
        behind = [(name, y, replace(s, faint=True, share=_RAW)) for (name, y), s in named if name in self._smooth]
        before = [(name, self._smooth.get(name, y), stroke) for (name, y), stroke in named]
        band = self._band and replace(self._band, x=self._placed(self._band.x))
        self.plot.draw([Line(name, self.places, y, stroke) for name, y, stroke in behind + before], band)
        if self._pointer is not None:
            self._mark(self._pointer)

    def show_names(self, names: tuple[str, ...]) -> None:
        """Names the series in the title, or in a line of their own where that has no room for all."""
        self.names.show_entries(names if len(names) > 1 else ())
        below = not self.title.has_room_for(self.names)
        self.names.setVisible(below and len(names) > 1)
        self.title.show_legend(() if below else names)

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
        smooth = {tr("{0}, smoothed").format(name): values for name, values in self._smooth.items()}
        return Table({"step": self._steps, **epochs, **self._series, **smooth, **self._extras})

    def show_empty(self, words: str) -> None:
        """What is said where there is nothing to draw."""
        self._empty.setText(words)

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """Keeps the words for an empty plot in the middle, with air around them where there is room for it."""
        super().resizeEvent(event)
        self.show_names(tuple(self._series))
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
            self._go_to(_nearest(self.places, place))

    @Slot(int)
    def _step(self, by: int) -> None:
        """Goes to the recorded step before or after, to the last one first."""
        if len(self._steps) == 0:
            return
        now = len(self._steps) if self._pointer is None else _nearest(self._steps, self._pointer)
        self._go_to(min(max(now + by, 0), len(self._steps) - 1))

    def _go_to(self, place: int) -> None:
        step = float(self._steps[place])
        self.show_pointer(step)
        self.pointed.emit(step)

    def _mark(self, step: float | None) -> None:
        if step is None or len(self._steps) == 0:
            self.show_cursor(None)
            self.title.show_note("")
            self.readout.hide()
            return
        place = _nearest(self._steps, step)
        at = float(self.places[place])
        head, values = self._said_at(place)
        self.show_cursor(at)
        self.title.show_note("   ".join([head, *(f"{value.name} {value.words}" for value in values)]))
        # What the title has no room for stands beside the crosshair.
        self.readout.show_values(at, head, () if self.title.has_room else values)

    def show_cursor(self, place: float | None) -> None:
        """The crosshair at a place of the axis, None for none."""
        self.plot.show_cursor(place)

    def _said_at(self, place: int) -> tuple[str, list[Value]]:
        """The step at a place of the table, and every value there."""
        head = f"{tr('step')} {int(self._steps[place]):,}"
        if self._epochs is not None and self.by_epoch:
            head += f"   {tr('epoch')} {number(float(self._epochs[place]), 4)}"
        strokes = dict(zip(self._series, self._strokes, strict=True))
        found = []
        for name, values in {**self._series, **self._extras}.items():
            if np.isfinite(values[place]):
                words = number(float(values[place]), 4)
                if name in self._smooth:
                    words += f" ({tr('smoothed')} {number(float(self._smooth[name][place]), 4)})"
                found.append(Value(name, words, strokes.get(name)))
        return head, found


def _nearest(places: Numbers, place: float) -> int:
    """Which of some places is nearest to one."""
    return int(np.abs(places - place).argmin())
