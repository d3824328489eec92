"""A weight or bias set by hand in the inspector, its switches, and the links in the sum."""

from __future__ import annotations

from collections.abc import Callable

import hands
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from gui.fields import NumberField
from gui.selection import Parameter, Unit, Weight, parameter_value
from gui.text import parse_number
from gui.window import Window

WEIGHT = Weight(1, 2, 3)
WHICH = pytest.mark.parametrize("which", [WEIGHT, Unit(2, 4)], ids=["weight", "bias"])


def field(window: Window) -> NumberField:
    """The number field of the inspector."""
    return window.inspector.values.field


def value(window: Window, which: Parameter = WEIGHT) -> float:
    """What a weight or bias is in the network."""
    return parameter_value(hands.settle(window), which)


def select(window: Window, which: Parameter) -> NumberField:
    """Selects a weight or unit, and gives its field the focus."""
    window.select(which)
    hands.settle(window)
    field(window).setFocus()
    return field(window)


def by_wheel(window: Window) -> None:
    hands.turn_wheel(field(window), 2)


def by_key(window: Window) -> None:
    QTest.keyClick(field(window), Qt.Key.Key_Up)


def by_drag(window: Window) -> None:
    hands.drag(field(window), QPointF(20, 10), QPointF(36, 0))


@WHICH
def test_the_inspector_shows_the_number_of_what_is_selected(window: Window, which: Parameter) -> None:
    select(window, which)
    assert field(window).value == value(window, which)


@WHICH
def test_a_typed_number_is_the_number_of_the_network(window: Window, which: Parameter) -> None:
    hands.type_into(select(window, which), "0.625")
    assert value(window, which) == 0.625


@pytest.mark.parametrize("text", ["0,625", "0.625", "6.25e-1", "625e-3", " 0,625 "])
def test_a_number_means_the_same_with_comma_point_and_exponent(window: Window, text: str) -> None:
    hands.type_into(select(window, WEIGHT), text)
    assert value(window) == 0.625


def test_a_minus_is_a_minus_however_it_is_written(window: Window) -> None:
    hands.type_into(select(window, WEIGHT), "-1,5")
    assert value(window) == -1.5


def test_setting_one_weight_leaves_all_others_as_they_are(window: Window) -> None:
    before = hands.settle(window).parameters
    hands.type_into(select(window, WEIGHT), "0.625")
    assert np.count_nonzero(before != hands.settle(window).parameters) == 1


@pytest.mark.parametrize(("way", "by"), [(by_wheel, 0.1), (by_key, 0.05), (by_drag, 0.3)])
def test_wheel_key_and_drag_move_the_weight(window: Window, way: Callable[[Window], None], by: float) -> None:
    select(window, WEIGHT)
    before = value(window)
    way(window)
    assert value(window) == pytest.approx(before + by, abs=1e-6)


@pytest.mark.parametrize("way", [by_wheel, by_key, by_drag])
def test_one_gesture_is_one_entry_to_undo(window: Window, way: Callable[[Window], None]) -> None:
    select(window, WEIGHT)
    way(window)
    hands.settle(window)
    assert len(window.document.undo_stack) == 1


@WHICH
@pytest.mark.parametrize("way", [by_wheel, by_drag])
def test_undo_brings_the_very_numbers_back(window: Window, which: Parameter, way: Callable[[Window], None]) -> None:
    before = hands.settle(window)
    select(window, which)
    way(window)
    hands.settle(window)
    hands.trigger(window, "edit.undo")
    assert hands.same_start(hands.settle(window), before)


def test_after_undo_the_field_shows_the_old_number(window: Window) -> None:
    select(window, WEIGHT)
    before = value(window)
    hands.type_into(field(window), "2")
    hands.settle(window)
    hands.trigger(window, "edit.undo")
    hands.settle(window)
    assert field(window).value == before


def test_escape_takes_back_the_typing(window: Window) -> None:
    select(window, WEIGHT)
    before, text = value(window), field(window).text()
    hands.type_into(field(window), "7.5", end=Qt.Key.Key_Escape)
    assert (parse_number(field(window).text()), value(window)) == (parse_number(text), before)


@pytest.mark.parametrize("text", ["1e9", "-1e9", "one", "1..2", "inf", "nan", ""])
def test_what_is_no_number_within_the_bounds_marks_the_field(window: Window, text: str) -> None:
    hands.type_into(select(window, WEIGHT), "1", end=None)
    hands.type_into(field(window), text or "\b", end=None)
    assert field(window).property("invalid") is True


@pytest.mark.parametrize("text", ["1e9", "one", ""])
def test_what_is_no_number_within_the_bounds_changes_nothing(window: Window, text: str) -> None:
    select(window, WEIGHT)
    before = value(window)
    hands.type_into(field(window), text or "\b")
    assert (value(window), len(window.document.undo_stack)) == (before, 0)


def test_what_is_being_typed_stays_while_the_weight_is_trained(window: Window, qtbot: QtBot) -> None:
    hands.show(window, window.document.experiment.with_value("training.epochs", 1_000_000))
    select(window, WEIGHT)
    hands.trigger(window, "train.toggle")
    hands.type_into(field(window), "0.12", end=None)
    begun = hands.snapshot_of(window).step
    # The inspector is drawn again at most five times a second.
    qtbot.wait(600)
    assert (hands.snapshot_of(window).step > begun, field(window).text()) == (True, "0.12")


def test_the_field_follows_the_training_when_nobody_types(window: Window) -> None:
    select(window, WEIGHT)
    hands.trigger(window, "train.epoch")
    wanted = value(window)
    assert field(window).value == wanted


@pytest.mark.parametrize("which", [None, Unit(0, 1)], ids=["nothing", "input"])
def test_without_a_number_there_is_no_field(window: Window, which: Unit | None) -> None:
    window.select(which)
    assert window.inspector.values.isHidden()


def test_a_unit_without_a_bias_has_no_field(window: Window) -> None:
    hands.show(window, window.document.experiment.with_layer(0, bias=False))
    window.select(Unit(1, 0))
    assert window.inspector.values.isHidden()


# -- the switches ---------------------------------------------------------------------------------


def button(window: Window, command: str) -> QToolButton:
    """The button of a command in the inspector."""
    return next(b for b in window.inspector.values.buttons if b.defaultAction() is window.actions_by_id[command])


def click(window: Window, command: str) -> QToolButton:
    """Presses a button of the inspector."""
    pressed, selection = button(window, command), window.selection
    QTest.mouseClick(pressed, hands.LEFT)
    hands.settle(window)
    window.select(selection)
    return pressed


def cells(window: Window) -> str:
    """What the table of the inspector says."""
    return " ".join(hands.words(window.inspector))


def test_the_freeze_button_keeps_a_weight_from_training(window: Window) -> None:
    select(window, WEIGHT)
    click(window, "selection.freeze")
    before = value(window)
    hands.trigger(window, "train.epoch")
    assert value(window) == before


def test_the_hold_button_makes_a_weight_zero_that_stays_zero(window: Window) -> None:
    select(window, WEIGHT)
    click(window, "weight.prune")
    hands.trigger(window, "train.epoch")
    assert value(window) == 0.0


@pytest.mark.parametrize("command", ["selection.freeze", "weight.prune"])
def test_a_weight_stays_selected_when_it_is_frozen(window: Window, command: str) -> None:
    select(window, WEIGHT)
    QTest.mouseClick(button(window, command), hands.LEFT)
    hands.settle(window)
    assert window.selection == WEIGHT


def test_a_held_weight_cannot_be_set_by_hand(window: Window) -> None:
    select(window, WEIGHT)
    click(window, "weight.prune")
    hands.type_into(field(window), "1")
    assert (value(window), field(window).isEnabled(), field(window).text()) == (0.0, False, "0")


def test_a_weight_that_is_let_go_can_be_set_again(window: Window) -> None:
    select(window, WEIGHT)
    click(window, "weight.prune")
    click(window, "weight.prune")
    hands.type_into(field(window), "1")
    assert value(window) == 1.0


@pytest.mark.parametrize("command", ["selection.freeze", "weight.prune", "value.pin"])
def test_a_button_shows_whether_it_is_on(window: Window, command: str) -> None:
    select(window, WEIGHT)
    states = [button(window, command).isChecked(), *(click(window, command).isChecked() for _ in range(2))]
    assert states == [False, True, False]


@pytest.mark.parametrize(("command", "said"), [("selection.freeze", "frozen"), ("weight.prune", "held at zero")])
def test_the_inspector_says_what_keeps_a_weight_from_learning(window: Window, command: str, said: str) -> None:
    select(window, WEIGHT)
    click(window, command)
    assert said in cells(window)


def test_a_bias_cannot_be_held_at_zero(window: Window) -> None:
    select(window, Unit(2, 4))
    assert not button(window, "weight.prune").isEnabled()


@pytest.mark.parametrize("width", [200, 230, 320])
def test_nothing_of_the_row_is_cut_in_a_narrow_panel(window: Window, width: int) -> None:
    window.select(Unit(1, 3))
    window.resizeDocks([window.panels.docks["inspector"]], [width], Qt.Orientation.Horizontal)
    hands.settle(window)
    inspector = window.inspector
    parts: list[QWidget] = [field(window), *inspector.values.buttons, inspector.portrait.picture, inspector.terms]
    assert [part for part in parts if part.mapTo(inspector, part.rect().topRight()).x() >= inspector.width()] == []


# -- the links in the sum -------------------------------------------------------------------------


def terms(window: Window) -> QLabel:
    """The sum, term by term."""
    return window.inspector.terms


def test_a_click_on_a_weight_in_the_sum_selects_it(window: Window) -> None:
    window.setUpdatesEnabled(True)
    window.select(Unit(2, 4))
    hands.settle(window)
    hands.events()
    label = terms(window)
    for y in range(4, 30, 4):
        for x in range(20, label.width(), 6):
            if isinstance(window.selection, Unit):
                QTest.mouseClick(label, hands.LEFT, pos=QPointF(x, y).toPoint())
    assert window.selection == Weight(1, 0, 4)


def test_the_keyboard_reaches_the_weights_in_the_sum(window: Window) -> None:
    window.select(Unit(2, 4))
    terms(window).setFocus()
    for _ in range(3):
        QTest.keyClick(terms(window), Qt.Key.Key_Tab)
    QTest.keyClick(terms(window), Qt.Key.Key_Return)
    assert isinstance(window.selection, Weight)


def test_a_selected_weight_of_the_sum_leads_to_its_number(window: Window) -> None:
    terms(window).linkActivated.emit("1,0,4")
    assert field(window).value == value(window, Weight(1, 0, 4))
