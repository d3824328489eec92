"""The widgets in which numbers and choices are edited."""

from __future__ import annotations

import hands
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.spec import Setting
from gui.fields import ChoiceField, NumberField, Stepper
from gui.window import Window

UNPAINTED = True

LINEAR = Setting("Linear", "A share.", low=0.0, high=1.0, step=0.05)
LOG = Setting("Rate", "A rate.", low=1e-4, high=1e2, step=10.0, scale="log")
WHOLE = Setting("Units", "A count.", low=1, high=16)
DOUBLING = Setting("Batch", "A size.", low=1, high=1024, step=2, scale="log")


def focus(qtbot: QtBot, widget: QWidget) -> None:
    """Shows a widget as the active window, with the focus."""
    widget.show()
    widget.activateWindow()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)


def field_of(qtbot: QtBot, setting: Setting, value: float, whole: bool = False) -> tuple[NumberField, list[float]]:
    """A field alone in a window, with the values that it asked for."""
    field, wished = NumberField(setting, whole), []
    field.edited.connect(lambda value, gesture: wished.append(value))
    field.show_value(value)
    qtbot.addWidget(field)
    focus(qtbot, field)
    return field, wished


@pytest.mark.parametrize(
    ("setting", "start", "key", "value"),
    [
        (LINEAR, 0.5, Qt.Key.Key_Up, 0.55),
        (LINEAR, 0.5, Qt.Key.Key_Down, 0.45),
        (LINEAR, 0.98, Qt.Key.Key_Up, 1.0),
        (LINEAR, 0.02, Qt.Key.Key_Down, 0.0),
        (LOG, 0.01, Qt.Key.Key_Up, 0.1),
        (LOG, 0.01, Qt.Key.Key_Down, 0.001),
        (LOG, 50.0, Qt.Key.Key_Up, 100.0),
        (LINEAR, 0.3, Qt.Key.Key_PageUp, 0.8),
        (LINEAR, 0.3, Qt.Key.Key_PageDown, 0.0),
    ],
)
def test_a_key_moves_a_number_by_a_notch_within_its_bounds(
    qtbot: QtBot, setting: Setting, start: float, key: Qt.Key, value: float
) -> None:
    field, wished = field_of(qtbot, setting, start)
    QTest.keyClick(field, key)
    assert wished == [value]


@pytest.mark.parametrize(("start", "key", "value"), [(1, Qt.Key.Key_Up, 2), (32, Qt.Key.Key_Down, 16)])
def test_a_whole_number_on_a_log_scale_always_moves(qtbot: QtBot, start: int, key: Qt.Key, value: int) -> None:
    field, wished = field_of(qtbot, DOUBLING, start, whole=True)
    QTest.keyClick(field, key)
    assert wished == [value]


def test_every_whole_number_can_be_counted_down_to_its_lowest(qtbot: QtBot) -> None:
    slowly = Setting("Epochs", "Passes.", low=1, high=1000, step=1.25, scale="log")
    field, wished = field_of(qtbot, slowly, 10, whole=True)
    for _ in range(12):
        QTest.keyClick(field, Qt.Key.Key_Down)
    assert wished[-1] == 1


def test_at_its_bound_a_number_asks_for_nothing(qtbot: QtBot) -> None:
    field, wished = field_of(qtbot, LINEAR, 1.0)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert wished == []


def test_whole_numbers_are_asked_for_as_whole_numbers(qtbot: QtBot) -> None:
    field, wished = field_of(qtbot, WHOLE, 4, whole=True)
    hands.type_into(field, "7")
    assert [type(value) for value in wished] == [int]


def test_the_wheel_moves_a_number_that_has_the_focus(qtbot: QtBot) -> None:
    field, wished = field_of(qtbot, WHOLE, 4, whole=True)
    hands.turn_wheel(field, 2)
    assert wished == [6]


def test_the_wheel_moves_nothing_without_the_focus(qtbot: QtBot) -> None:
    field, wished = field_of(qtbot, WHOLE, 4, whole=True)
    field.clearFocus()
    hands.turn_wheel(field, 1)
    assert wished == []


def test_a_touchpad_that_sends_small_turns_moves_a_whole_number_too(qtbot: QtBot) -> None:
    field, wished = field_of(qtbot, WHOLE, 4, whole=True)
    for _ in range(16):
        hands.turn_wheel(field, 1 / 8)
    assert wished[-1:] == [6]


@pytest.mark.parametrize(("by", "value"), [((24, 0), 8), ((0, -24), 8), ((-18, 0), 1), ((600, 0), 16)])
def test_dragging_sideways_or_up_moves_a_number(qtbot: QtBot, by: tuple[int, int], value: int) -> None:
    field, _ = field_of(qtbot, WHOLE, 4, whole=True)
    hands.drag(field, QPointF(field.rect().center()), QPointF(*by))
    assert field.value == value


def test_all_moves_of_one_drag_share_a_gesture(qtbot: QtBot) -> None:
    field, gestures = NumberField(WHOLE, whole=True), set()
    qtbot.addWidget(field)
    field.edited.connect(lambda value, gesture: gestures.add(gesture))
    hands.drag(field, QPointF(5, 5), QPointF(60, 0))
    assert len(gestures) == 1


def test_two_drags_are_two_gestures(qtbot: QtBot) -> None:
    field, gestures = NumberField(WHOLE, whole=True), set()
    qtbot.addWidget(field)
    field.edited.connect(lambda value, gesture: gestures.add(gesture))
    for _ in range(2):
        hands.drag(field, QPointF(5, 5), QPointF(30, 0))
    assert len(gestures) == 2


def test_a_click_without_a_drag_selects_the_number_for_typing(qtbot: QtBot) -> None:
    field, _ = field_of(qtbot, WHOLE, 12, whole=True)
    QTest.mouseClick(field, hands.LEFT)
    assert field.selectedText() == "12"


def test_what_the_user_is_typing_is_not_overwritten_by_the_same_value(qtbot: QtBot) -> None:
    field, _ = field_of(qtbot, WHOLE, 12, whole=True)
    hands.type_into(field, "1", end=None)
    field.show_value(12)
    assert field.text() == "1"


def test_the_tooltip_of_a_number_says_its_range(qtbot: QtBot) -> None:
    field, _ = field_of(qtbot, WHOLE, 12, whole=True)
    assert "1 to 16" in field.toolTip()


def choice_of(qtbot: QtBot) -> tuple[ChoiceField, list[str]]:
    """A combo box alone in a window, with what was chosen in it."""
    field, chosen = ChoiceField([("a", "A"), ("b", "B"), ("c", "C")], "Letter", "Which letter."), []
    field.chosen.connect(chosen.append)
    qtbot.addWidget(field)
    field.show()
    return field, chosen


def test_a_choice_is_said_when_the_user_chose(qtbot: QtBot) -> None:
    field, chosen = choice_of(qtbot)
    hands.choose(field, "c")
    assert chosen == ["c"]


def test_a_choice_that_is_only_shown_is_not_said(qtbot: QtBot) -> None:
    field, chosen = choice_of(qtbot)
    field.show_key("b")
    assert (field.key, chosen) == ("b", [])


def test_the_wheel_never_changes_a_choice(qtbot: QtBot) -> None:
    field, _ = choice_of(qtbot)
    focus(qtbot, field)
    hands.turn_wheel(field, -1)
    assert field.key == "a"


def test_the_keyboard_changes_a_choice(qtbot: QtBot) -> None:
    field, chosen = choice_of(qtbot)
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert chosen == ["b"]


def test_a_choice_is_wide_enough_for_its_words(qtbot: QtBot) -> None:
    field, _ = choice_of(qtbot)
    assert field.sizeHint().width() > field.fontMetrics().horizontalAdvance(field.currentText())


@pytest.mark.parametrize(("button", "by"), [("plus", 1), ("minus", -1)])
def test_a_stepper_asks_for_one_more_or_less(qtbot: QtBot, button: str, by: int) -> None:
    stepper, wished = Stepper(WHOLE), []
    qtbot.addWidget(stepper)
    stepper.stepped.connect(wished.append)
    stepper.show_value(4)
    QTest.mouseClick(getattr(stepper, button), hands.LEFT)
    assert wished == [by]


def test_a_dragged_field_is_one_entry_of_the_undo_stack(window: Window) -> None:
    field = hands.number_field(window, "learning_rate")
    hands.drag(field, QPointF(30, 8), QPointF(60, 0))
    assert (len(window.document.undo_stack), field.value > 0.05) == (1, True)


def test_a_drag_there_and_back_leaves_no_entry(window: Window) -> None:
    field = hands.number_field(window, "batch_size")
    start = QPointF(30, 8)
    hands.mouse(field, hands.QEvent.Type.MouseButtonPress, start)
    for x in (36, 42, 48, 42, 36, 30):
        hands.mouse(field, hands.QEvent.Type.MouseMove, QPointF(x, 8))
    hands.mouse(field, hands.QEvent.Type.MouseButtonRelease, start, held=False)
    assert (window.document.experiment.training.batch_size, len(window.document.undo_stack)) == (32, 0)


def test_two_drags_are_two_entries_of_the_undo_stack(window: Window) -> None:
    field = hands.number_field(window, "learning_rate")
    for _ in range(2):
        hands.drag(field, QPointF(30, 8), QPointF(30, 0))
    assert len(window.document.undo_stack) == 2


def test_two_fields_are_two_entries_of_the_undo_stack(window: Window) -> None:
    hands.type_into(hands.number_field(window, "learning_rate"), "0.5")
    hands.type_into(hands.number_field(window, "batch_size"), "8")
    assert len(window.document.undo_stack) == 2


BOTH_SIGNS = Setting("Bias", "A bias.", low=-10.0, high=10.0, step=0.1)


def test_a_number_is_read_with_a_true_minus_sign_and_copied_as_a_program_writes_it(qtbot: QtBot) -> None:
    field, wished = field_of(qtbot, BOTH_SIGNS, -0.64)
    field.clearFocus()
    read = field.text()
    field.setFocus()
    field.selectAll()
    field.copy()
    assert (read, QApplication.clipboard().text(), wished) == ("−0.64", "-0.64", [])
    field.clearFocus()
    assert (field.text(), bool(field.property("invalid")), wished) == ("−0.64", False, [])


@pytest.mark.parametrize("typed", ["-0.5", "−0.5", "-0,5"])
def test_a_number_may_be_typed_with_either_minus_sign(qtbot: QtBot, typed: str) -> None:
    field, wished = field_of(qtbot, BOTH_SIGNS, -0.64)
    hands.type_into(field, typed)
    field.clearFocus()
    assert (field.text(), wished) == ("−0.5", [-0.5])


def test_a_number_with_more_digits_than_are_shown_keeps_them_when_it_is_only_visited(qtbot: QtBot) -> None:
    field, wished = field_of(qtbot, BOTH_SIGNS, -0.6412345678912)
    field.clearFocus()
    field.setFocus()
    field.clearFocus()
    assert (field.value, wished) == (-0.6412345678912, [])


def test_what_is_selected_stays_so_when_a_menu_opens_or_another_window_comes_to_the_front(qtbot: QtBot) -> None:
    field, _ = field_of(qtbot, BOTH_SIGNS, -0.64)
    field.selectAll()
    for reason in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
        QApplication.sendEvent(field, QFocusEvent(QEvent.Type.FocusOut, reason))
        assert field.selectedText() == "-0.64"
