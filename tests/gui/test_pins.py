"""Pinned weights and biases: their traces while training, back in time, and when the network changes."""

from __future__ import annotations

from collections.abc import Iterator

import hands
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.experiment import Dense
from gui.plots.pins import MOST_PINS, Trace
from gui.selection import Parameter, Unit, Weight, parameter_value
from gui.window import Window

WEIGHT = Weight(1, 2, 3)
BIAS = Unit(2, 4)


@pytest.fixture(autouse=True)
def _no_pins(window: Window) -> Iterator[None]:
    """Every test begins without pins, and with a window in which other tests find none."""
    window.pins.pins.clear()
    yield
    window.pins.pins.clear()


def pin(window: Window, *which: Parameter) -> None:
    """Pins what is selected, one after the other, as its key does."""
    for one in which:
        window.select(one)
        hands.trigger(window, "value.pin")
    hands.settle(window)


def epoch(window: Window, times: int = 1) -> None:
    """Trains for some epochs."""
    for _ in range(times):
        hands.trigger(window, "train.epoch")
        hands.settle(window)


def undo(window: Window) -> None:
    """Takes back one entry."""
    hands.trigger(window, "edit.undo")
    hands.settle(window)


@pytest.mark.parametrize("which", [WEIGHT, BIAS], ids=["weight", "bias"])
def test_a_trace_begins_with_the_present_value(window: Window, which: Parameter) -> None:
    pin(window, which)
    trace = window.pins.pins[which]
    assert (trace.steps, trace.values) == ([0.0], [parameter_value(hands.snapshot_of(window), which)])


@pytest.mark.parametrize("which", [WEIGHT, BIAS], ids=["weight", "bias"])
def test_training_is_traced_to_the_present_value(window: Window, which: Parameter) -> None:
    pin(window, which)
    epoch(window, 3)
    snapshot, trace = hands.snapshot_of(window), window.pins.pins[which]
    assert (trace.steps[-1], trace.values[-1]) == (snapshot.step, parameter_value(snapshot, which))


def test_a_trace_has_every_instant_that_was_shown(window: Window) -> None:
    pin(window, WEIGHT)
    epoch(window, 3)
    assert window.pins.pins[WEIGHT].steps == [0.0, 4.0, 8.0, 12.0]


def test_a_trace_grows_at_full_speed(window: Window, qtbot: QtBot) -> None:
    hands.show(window, window.document.experiment.with_value("training.epochs", 1_000_000))
    pin(window, WEIGHT)
    hands.trigger(window, "train.toggle")
    qtbot.waitUntil(lambda: len(window.pins.pins[WEIGHT].steps) > 10)
    assert np.all(np.diff(window.pins.pins[WEIGHT].steps) > 0)


def test_a_trace_is_kept_while_its_panel_is_closed(window: Window) -> None:
    pin(window, WEIGHT)
    window.panels.docks["pins"].hide()
    epoch(window, 2)
    assert len(window.pins.pins[WEIGHT].steps) == 3


def test_going_back_shortens_the_trace(window: Window) -> None:
    pin(window, WEIGHT)
    epoch(window)
    shorter = Trace(list(window.pins.pins[WEIGHT].steps), list(window.pins.pins[WEIGHT].values))
    epoch(window, 2)
    undo(window)
    undo(window)
    assert window.pins.pins[WEIGHT] == shorter


def test_reset_leaves_the_first_value_alone(window: Window) -> None:
    pin(window, WEIGHT)
    epoch(window, 2)
    hands.trigger(window, "train.reset")
    hands.settle(window)
    assert window.pins.pins[WEIGHT].steps == [0.0]


def test_a_value_set_by_hand_replaces_that_of_its_step(window: Window) -> None:
    pin(window, WEIGHT)
    epoch(window)
    hands.type_into(window.inspector.values.field, "2.5")
    hands.settle(window)
    assert (window.pins.pins[WEIGHT].steps, window.pins.pins[WEIGHT].values[-1]) == ([0.0, 4.0], 2.5)


def test_the_panel_opens_with_the_first_pin(window: Window) -> None:
    window.panels.docks["pins"].hide()
    pin(window, WEIGHT)
    assert not window.panels.docks["pins"].isHidden()


def test_the_command_lets_go_what_is_pinned(window: Window) -> None:
    pin(window, WEIGHT, WEIGHT)
    assert window.pins.pins == {}


def test_no_more_can_be_pinned_than_can_be_told_apart(window: Window) -> None:
    pin(window, *(Weight(1, source, 0) for source in range(8)), BIAS)
    assert (len(window.pins.pins), BIAS in window.pins.pins) == (MOST_PINS, False)


def test_every_pin_has_a_curve_with_its_values(window: Window) -> None:
    pin(window, WEIGHT, BIAS)
    epoch(window, 2)
    drawn = [curve.getData()[1] for curve in window.pins.plot.curves if curve.isVisible()]
    traces = [trace.values for trace in window.pins.pins.values()]
    assert [list(values) for values in drawn] == traces


def test_a_pin_that_came_later_begins_later(window: Window) -> None:
    pin(window, WEIGHT)
    epoch(window)
    pin(window, BIAS)
    epoch(window)
    assert window.pins.pins[BIAS].steps == [4.0, 8.0]


# -- when the network changes ---------------------------------------------------------------------


@pytest.mark.parametrize("which", [Unit(2, 4), Weight(1, 2, 4), Weight(2, 4, 0)], ids=["bias", "incoming", "outgoing"])
def test_the_pins_of_a_removed_unit_go(window: Window, which: Parameter) -> None:
    pin(window, which)
    window.select(Unit(2, 4))
    hands.trigger(window, "selection.remove")
    hands.settle(window)
    assert window.pins.pins == {}


def test_no_pin_goes_over_to_another_unit(window: Window) -> None:
    # The last of eight is at another place when the first is gone.
    pin(window, Unit(2, 6))
    window.select(Unit(2, 0))
    hands.trigger(window, "selection.remove")
    hands.settle(window)
    assert window.pins.pins == {}


def test_pins_of_other_layers_stay(window: Window) -> None:
    pin(window, Weight(0, 1, 2), Unit(1, 3))
    window.select(Unit(2, 0))
    hands.trigger(window, "selection.remove")
    hands.settle(window)
    assert list(window.pins.pins) == [Weight(0, 1, 2), Unit(1, 3)]


def test_pins_stay_when_their_layer_gets_a_unit(window: Window) -> None:
    pin(window, WEIGHT, BIAS)
    window.select(Unit(2, 0))
    hands.trigger(window, "unit.add")
    hands.settle(window)
    assert list(window.pins.pins) == [WEIGHT, BIAS]


def test_pins_go_with_the_layers_they_were_counted_from(window: Window) -> None:
    pin(window, WEIGHT)
    hands.show(window, window.document.experiment.with_layers((Dense(units=8), Dense(units=8), Dense(units=8))))
    assert window.pins.pins == {}


def test_a_pinned_input_weight_goes_with_other_columns(window: Window) -> None:
    pin(window, Weight(0, 0, 2), Unit(1, 2))
    others = ("sepal length (cm)", "sepal width (cm)")
    hands.show(window, window.document.experiment.with_value("data.features", others))
    assert list(window.pins.pins) == [Unit(1, 2)]


def test_a_long_trace_keeps_its_ends_and_stays_short() -> None:
    trace = Trace()
    for step in range(20_000):
        trace.append(float(step), 0.5 * step)
    ends = (trace.steps[0], trace.steps[-1])
    assert (len(trace.steps) <= 8192, ends, np.array_equal(trace.values, 0.5 * np.array(trace.steps))) == (
        True,
        (0.0, 19_999.0),
        True,
    )
