"""What hands do on the drawing, through the real window: everything changes what it should, and can be undone."""

from __future__ import annotations

from collections.abc import Callable

import hands
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from engine.snapshot import Snapshot
from gui.selection import Selection, Unit, Weight, parameter_value
from gui.window import Window

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


# -- hands -------------------------------------------------------------------------------------------


def middle(window: Window, selection: Selection) -> QPoint:
    """Where a part of the network is drawn."""
    box = window.diagram.rect_of(selection)
    assert box is not None
    return box.center().toPoint()


def free_weight(window: Window, layer: int = 0) -> Weight:
    """A weight that nothing else lies over at its middle."""
    widths = hands.snapshot_of(window).plan.widths
    for source in range(widths[layer]):
        for unit in range(widths[layer + 1]):
            weight = Weight(layer, source, unit)
            if window.diagram.under(QPointF(middle(window, weight))) == weight:
                return weight
    raise AssertionError("every weight lies under another one")


def click(window: Window, selection: Selection) -> None:
    """Clicks a part of the drawing."""
    QTest.mouseClick(window.diagram, LEFT, NONE, middle(window, selection))


def drag(window: Window, start: QPoint, end: QPoint) -> None:
    """Presses, moves and lets go."""
    QTest.mousePress(window.diagram, LEFT, NONE, start)
    for share in (0.3, 0.7, 1.0):
        way = start + (end - start) * share
        hands.mouse(window.diagram, QEvent.Type.MouseMove, QPointF(way))
    QTest.mouseRelease(window.diagram, LEFT, NONE, end)


def turn(window: Window, place: QPoint, notches: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Turns the wheel over a place."""
    where = QPointF(place)
    event = QWheelEvent(
        where, QPointF(window.diagram.mapToGlobal(place)), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(window.diagram, event)


def head(window: Window, column: int) -> QPoint:
    """The title over a column."""
    unit = middle(window, Unit(column, 0))
    return QPoint(unit.x(), 24)


def press(window: Window, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """A key, on the drawing."""
    window.diagram.setFocus()
    QTest.keyClick(window.diagram, key, modifiers)


def menu_of(window: Window, place: QPoint) -> dict[str, Callable[[], None]]:
    """The menu that a right click opens, by the texts of its entries."""
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, window.diagram.mapToGlobal(place))
    QApplication.sendEvent(window.diagram, event)
    return entries(window)


def entries(window: Window) -> dict[str, Callable[[], None]]:
    """The entries of the menu that is open, those of its submenus too."""
    menu = window.gestures.menu
    assert menu is not None
    found = {}
    for action in menu.actions():
        inner = action.menu()
        found.update({each.text(): each.trigger for each in (inner.actions() if inner is not None else [action])})
    return found


def choose(window: Window, place: QPoint, text: str) -> None:
    """Right-clicks a place and takes an entry."""
    menu_of(window, place)[text]()
    assert window.gestures.menu is not None
    window.gestures.menu.close()


def open_head(window: Window, column: int, text: str) -> None:
    """Clicks the title of a column and takes an entry."""
    QTest.mouseClick(window.diagram, LEFT, NONE, head(window, column))
    entries(window)[text]()
    assert window.gestures.menu is not None
    window.gestures.menu.close()


def type_value(window: Window, selection: Selection, text: str) -> None:
    """Selects, opens the field with Enter, types, and takes it with Enter."""
    window.select(selection)
    press(window, Qt.Key.Key_Return)
    QTest.keyClicks(window.gestures.editor, text)
    QTest.keyClick(window.gestures.editor, Qt.Key.Key_Return)


def button(window: Window, name: str) -> None:
    """A small button on the drawing."""
    found = window.diagram.findChild(QToolButton, name)
    assert found is not None
    QTest.mouseClick(found, LEFT)


def drag_value(window: Window, selection: Selection, up: int) -> None:
    """Selects with a click and drags upwards."""
    click(window, selection)
    hands.settle(window)
    place = middle(window, selection)
    drag(window, place, place - QPoint(0, up))


# -- everything that changes something ----------------------------------------------------------------


GESTURES: dict[str, Callable[[Window], None]] = {
    "plus": lambda w: button(w, "units.0.more"),
    "minus": lambda w: button(w, "units.0.less"),
    "insert a layer": lambda w: button(w, "insert.1"),
    "plus by key": lambda w: (w.select(Unit(1, 2)), press(w, Qt.Key.Key_Plus)),
    "minus by key": lambda w: (w.select(Unit(1, 2)), press(w, Qt.Key.Key_Minus)),
    "delete a unit": lambda w: (w.select(Unit(2, 2)), press(w, Qt.Key.Key_Delete)),
    "delete an input": lambda w: (w.select(Unit(0, 1)), press(w, Qt.Key.Key_Delete)),
    "hold a weight at zero": lambda w: (w.select(Weight(1, 2, 3)), press(w, Qt.Key.Key_Delete)),
    "type a weight": lambda w: type_value(w, Weight(1, 2, 3), "0,75"),
    "type a bias": lambda w: type_value(w, Unit(1, 3), "-1.5"),
    "type a bias of the output": lambda w: type_value(w, Unit(3, 1), "2e-1"),
    "wheel on a bias": lambda w: (click(w, Unit(1, 3)), turn(w, middle(w, Unit(1, 3)), 3)),
    "wheel on a weight": lambda w: (click(w, free_weight(w)), turn(w, middle(w, free_weight(w)), -2)),
    "drag a bias": lambda w: drag_value(w, Unit(1, 3), 40),
    "drag a weight": lambda w: drag_value(w, free_weight(w), 40),
    "drag a layer": lambda w: drag(w, head(w, 1), QPoint(head(w, 2).x() + 60, 30)),
    "another activation": lambda w: open_head(w, 1, "ReLU"),
    "another activation of the output": lambda w: open_head(w, 3, "Sigmoid"),
    "one more input": lambda w: open_head(w, 0, "sepal width (cm)"),
    "initialise again": lambda w: choose(w, head(w, 2), "Initialise again"),
    "freeze a layer": lambda w: choose(w, head(w, 2), "Freeze layer"),
    "duplicate a layer": lambda w: open_head(w, 1, "Duplicate layer"),
    "remove a layer": lambda w: open_head(w, 1, "Remove layer"),
    "freeze a unit": lambda w: choose(w, middle(w, Unit(2, 1)), "Freeze"),
    "freeze a weight": lambda w: choose(w, middle(w, free_weight(w)), "Freeze"),
    "split a unit": lambda w: choose(w, middle(w, Unit(2, 1)), "Split unit"),
    "a random unit": lambda w: choose(w, middle(w, Unit(2, 1)), "Add random unit"),
}  # fmt: skip
KEEPS = ("plus", "insert a layer", "plus by key", "split a unit", "freeze a unit", "freeze a layer", "freeze a weight")


@pytest.fixture
def trained(window: Window) -> Window:
    """A window with a network that has learned something."""
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    window.document.undo_stack.clear()
    return window


def same(one: Snapshot, other: Snapshot) -> bool:
    """Whether two instants have the same experiment, step and numbers."""
    settings = (one.experiment, one.step) == (other.experiment, other.step)
    return settings and np.array_equal(one.parameters, other.parameters)


@pytest.mark.parametrize("name", GESTURES)
def test_a_gesture_is_one_edit_that_is_undone_and_redone_to_equality(trained: Window, name: str) -> None:
    before = hands.snapshot_of(trained)
    GESTURES[name](trained)
    after, entries_made = hands.settle(trained), len(trained.document.undo_stack)
    seen = []
    for command in ("edit.undo", "edit.redo"):
        hands.trigger(trained, command)
        seen.append(hands.settle(trained))
    assert (entries_made, same(before, after), same(seen[0], before), same(seen[1], after)) == (1, False, True, True)


@pytest.mark.parametrize("name", GESTURES)
def test_a_gesture_keeps_the_steps_done(trained: Window, name: str) -> None:
    step = hands.snapshot_of(trained).step
    GESTURES[name](trained)
    assert hands.settle(trained).step == step


@pytest.mark.parametrize("name", GESTURES)
def test_training_goes_on_after_a_gesture(trained: Window, name: str) -> None:
    GESTURES[name](trained)
    hands.trigger(trained, "train.step")
    after = hands.settle(trained)
    assert (after.diverged, trained.banner.isVisible()) == (None, False)


@pytest.mark.parametrize("name", KEEPS)
def test_what_keeps_the_function_leaves_the_outputs_as_they_are(trained: Window, name: str) -> None:
    before = hands.snapshot_of(trained).evaluation.outputs_train
    GESTURES[name](trained)
    np.testing.assert_allclose(hands.settle(trained).evaluation.outputs_train, before, rtol=1e-5, atol=1e-5)


def test_a_gesture_while_training_does_not_stop_it(window: Window) -> None:
    window.training.set_running(True)
    GESTURES["plus"](window)
    running = window.training.running
    window.training.set_running(False)
    assert (running, hands.settle(window).plan.widths[1]) == (True, 9)


# -- values -------------------------------------------------------------------------------------------


def test_a_typed_weight_is_the_one_typed(trained: Window) -> None:
    type_value(trained, Weight(1, 2, 3), "0,75")
    assert hands.settle(trained).weights(1)[2, 3] == np.float32(0.75)


def test_a_dragged_weight_has_moved_by_the_way(trained: Window) -> None:
    weight = free_weight(trained)
    before = parameter_value(hands.snapshot_of(trained), weight)
    drag_value(trained, weight, 60)
    assert parameter_value(hands.settle(trained), weight) == pytest.approx(before + 0.5, abs=1e-6)


def test_the_maps_answer_to_a_weight_at_once(trained: Window) -> None:
    before = hands.snapshot_of(trained).maps
    type_value(trained, Weight(0, 0, 0), "3")
    after = hands.settle(trained).maps
    assert before is not None
    assert after is not None
    assert not np.array_equal(before.answers, after.answers)


def test_the_loss_answers_to_a_weight_at_once(trained: Window) -> None:
    before = hands.snapshot_of(trained).evaluation.train["loss"]
    type_value(trained, Weight(2, 0, 0), "9")
    assert hands.settle(trained).evaluation.train["loss"] != before


def test_a_click_alone_changes_no_value(trained: Window) -> None:
    for _ in range(2):
        click(trained, Unit(1, 3))
        hands.settle(trained)
    assert len(trained.document.undo_stack) == 0


def test_escape_in_the_field_changes_nothing(trained: Window) -> None:
    trained.select(Unit(1, 3))
    press(trained, Qt.Key.Key_Return)
    QTest.keyClicks(trained.gestures.editor, "5")
    QTest.keyClick(trained.gestures.editor, Qt.Key.Key_Escape)
    hands.settle(trained)
    assert (len(trained.document.undo_stack), trained.gestures.editor.is_open) == (0, False)


def test_the_drawing_has_the_keyboard_again_after_the_field(trained: Window) -> None:
    type_value(trained, Unit(1, 3), "1")
    assert trained.diagram.hasFocus()


def test_a_weight_that_is_held_at_zero_cannot_be_set_and_says_so(trained: Window) -> None:
    GESTURES["hold a weight at zero"](trained)
    hands.settle(trained)
    type_value(trained, Weight(1, 2, 3), "1")
    hands.settle(trained)
    assert (len(trained.document.undo_stack), "zero" in trained.banner.label.text()) == (1, True)


def test_a_weight_set_before_training_stays_when_a_unit_is_added(window: Window) -> None:
    type_value(window, Weight(0, 0, 0), "0.5")
    hands.settle(window)
    GESTURES["plus"](window)
    assert hands.settle(window).weights(0)[0, 0] == 0.5


def test_before_anything_is_learned_a_new_unit_is_a_random_one(window: Window) -> None:
    GESTURES["plus"](window)
    w = hands.settle(window).weights(0)
    assert not (w[:, :-1] == w[:, -1:]).all(axis=0).any()


def test_without_keeping_a_new_unit_is_a_random_one(trained: Window) -> None:
    hands.trigger(trained, "edit.keep")
    GESTURES["plus"](trained)
    w = hands.settle(trained).weights(0)
    assert not (w[:, :-1] == w[:, -1:]).all(axis=0).any()


def test_removing_the_least_important_unit_says_what_it_cost(trained: Window) -> None:
    GESTURES["minus"](trained)
    hands.settle(trained)
    assert trained.status.currentMessage().startswith("Removed hidden 1 ·")


def test_the_last_unit_of_a_layer_stays_and_that_is_said(window: Window) -> None:
    hands.show(window, window.document.experiment.with_layer(0, units=1))
    GESTURES["minus"](window)
    assert (hands.settle(window).plan.widths[1], window.banner.isVisible()) == (1, True)


# -- keys ---------------------------------------------------------------------------------------------


def test_arrows_walk_and_home_and_end_jump(window: Window) -> None:
    window.select(Unit(1, 0))
    seen = []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Home):
        press(window, key)
        seen.append(window.selection)
    assert seen == [Unit(1, 1), Unit(2, 1), Unit(2, 7), Unit(1, 7), Unit(1, 0)]


def test_shift_and_an_arrow_lead_to_the_weights(window: Window) -> None:
    window.select(Unit(1, 3))
    press(window, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert window.selection == Weight(0, 0, 3)


def test_escape_selects_nothing(window: Window) -> None:
    window.select(Unit(1, 3))
    press(window, Qt.Key.Key_Escape)
    assert window.selection is None


def test_the_drawing_can_be_reached_with_tab(window: Window) -> None:
    assert window.diagram.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_what_is_selected_is_read_out(window: Window) -> None:
    window.select(Unit(1, 3))
    words = hands.words(window.status)
    assert any(text.startswith("hidden 1, unit 4 of 8, tanh, bias") for text in words)
    assert "hidden 1, unit 4 of 8" in window.diagram.accessibleName()


def test_keys_of_the_drawing_do_nothing_in_a_field(trained: Window) -> None:
    trained.select(Unit(1, 3))
    field = hands.number_field(trained, "learning_rate")
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    hands.settle(trained)
    assert hands.snapshot_of(trained).plan.widths == (2, 8, 8, 3)


def test_zooming_by_keys_and_back(window: Window) -> None:
    hands.trigger(window, "view.zoom_in")
    larger = window.diagram.zoom
    hands.trigger(window, "view.fit")
    assert (larger > 1.0, window.diagram.zoom) == (True, 1.0)


# -- one sample ---------------------------------------------------------------------------------------


def test_a_click_on_the_decision_map_sends_its_row_through_the_network(window: Window) -> None:
    window.output.row_picked.emit(7)
    snapshot = hands.settle(window)
    assert snapshot.trace is not None
    assert snapshot.edges is not None
    assert (snapshot.trace.row, snapshot.edges.key, window.looking.shown.nodes) == (7, "contribution", "sample")


def test_contributions_and_bias_add_up_to_the_sum(window: Window) -> None:
    window.output.row_picked.emit(7)
    snapshot = hands.settle(window)
    assert snapshot.trace is not None
    for layer, z in enumerate(snapshot.trace.z):
        contributions = snapshot.edge_values(layer)
        assert contributions is not None
        np.testing.assert_allclose(contributions.sum(axis=0) + snapshot.biases(layer), z, atol=1e-5)


def test_leaving_the_sample_shows_what_was_shown_before(window: Window) -> None:
    for _ in range(2):
        hands.trigger(window, "view.sample")
    hands.settle(window)
    assert (window.looking.shown.nodes, window.looking.shown.edges) == ("activation", "weight")


def test_the_menu_closes_without_a_choice(window: Window) -> None:
    menu_of(window, middle(window, Unit(1, 0)))
    assert window.gestures.menu is not None
    window.gestures.menu.close()
    assert len(window.document.undo_stack) == 0
