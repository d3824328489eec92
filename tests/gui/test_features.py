"""Features made from columns, and disturbed rows, as people switch them in the window."""

from __future__ import annotations

from collections.abc import Callable

import hands
import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from engine.data.derived import Derived
from engine.experiment import DataSpec, Experiment
from engine.snapshot import Snapshot
from gui import network_commands as net
from gui.diagram.menus import columns_menu
from gui.looking import Shown
from gui.picture import plane_of
from gui.selection import Unit
from gui.window import Window

UNPAINTED = True
X, Y = "x₁", "x₂"
LENGTH, WIDTH = "petal length (cm)", "petal width (cm)"
SQUARE, PRODUCT = Derived(kind="square", columns=(X,)), Derived(kind="product", columns=(X, Y))
CIRCLES = DataSpec(source="circles", samples=100)


def opened(window: Window, data: DataSpec, steps: int = 0) -> Snapshot:
    """The window with an experiment on these data, so many steps on, and nothing to undo."""
    window.document.change(Experiment(data=data), "", fresh=True)
    hands.settle(window)
    for _ in range(steps):
        window.actions_by_id["train.step"].trigger()
        hands.settle(window)
    window.document.undo_stack.clear()
    return hands.settle(window)


def chip(window: Window, name: str) -> QToolButton:
    """The switch of a feature."""
    return {chip.text(): chip for chip in window.builder.features.chips}[name]


def entry(window: Window, *way: str) -> QAction:
    """An entry of the menu of features, by the beginnings of the words on the way to it."""
    features = window.builder.features
    features.fill_menu()
    menu, action = features.menu, None
    for words in way:
        action = next(action for action in menu.actions() if action.text().startswith(words))
        if action.menu() is not None:
            menu = action.menu()
            menu.aboutToShow.emit()
    assert action is not None
    return action


def test_a_plane_offers_what_people_know(window: Window) -> None:
    opened(window, CIRCLES)
    chips = window.builder.features.chips
    assert [each.text() for each in chips] == ["x₁²", "x₂²", "x₁ · x₂", "sin 2πx₁", "sin 2πx₂"]
    assert not any(each.isChecked() for each in chips)
    opened(window, DataSpec(source="sine"))
    assert [each.text() for each in window.builder.features.chips] == ["x²", "sin 2πx"]
    opened(window, DataSpec())
    assert not window.builder.features.chips


def test_a_switch_makes_a_named_input_that_undo_takes_back(window: Window) -> None:
    before = opened(window, CIRCLES, steps=3)
    QTest.mouseClick(chip(window, "x₁²"), hands.LEFT)
    after = hands.settle(window)
    assert (after.data.names, after.step, after.plan.widths[0]) == ((X, Y, "x₁²"), 3, 3)
    np.testing.assert_array_equal(after.weights(0)[:2], before.weights(0))
    assert chip(window, "x₁²").isChecked()
    window.actions_by_id["edit.undo"].trigger()
    back = hands.settle(window)
    assert back.data.names == (X, Y)
    np.testing.assert_array_equal(back.parameters, before.parameters)
    assert not chip(window, "x₁²").isChecked()


def test_a_column_can_be_off_while_its_square_is_on(window: Window) -> None:
    opened(window, CIRCLES.edited(derived=(SQUARE,)), steps=2)
    QTest.mouseClick(hands.chips(window)[X], hands.LEFT)
    after = hands.settle(window)
    assert (after.data.names, after.data.variables) == ((Y, "x₁²"), (X, Y))
    assert after.maps is not None
    assert after.maps.plane == (0, 1)


@pytest.mark.parametrize(("way", "made"), [
    (("Square", LENGTH), Derived(kind="square", columns=(LENGTH,))),
    (("Cube", "sepal width"), Derived(kind="cube", columns=("sepal width (cm)",))),
    (("Product", LENGTH, "sepal length"), Derived(kind="product", columns=(LENGTH, "sepal length (cm)"))),
])  # fmt: skip
def test_a_table_gets_a_power_or_a_product_of_chosen_columns(
    window: Window, way: tuple[str, ...], made: Derived
) -> None:
    opened(window, DataSpec(), steps=2)
    entry(window, *way).trigger()
    after = hands.settle(window)
    assert (after.experiment.data.derived, after.step) == ((made,), 2)
    assert after.data.names == (LENGTH, WIDTH, made.name)
    assert chip(window, made.name).isChecked()
    assert not entry(window, *way).isEnabled()
    QTest.mouseClick(chip(window, made.name), hands.LEFT)
    assert hands.settle(window).data.names == (LENGTH, WIDTH)


def test_waves_are_offered_on_planes_only(window: Window) -> None:
    for data, kinds in ((DataSpec(), 3), (CIRCLES, 5), (DataSpec(source="sine"), 4)):
        opened(window, data)
        window.builder.features.fill_menu()
        assert len(window.builder.features.menu.actions()) == kinds


def test_the_button_opens_the_menu(window: Window) -> None:
    opened(window, DataSpec())
    QTest.mouseClick(window.builder.features.add_button, hands.LEFT)
    menu = window.builder.features.menu
    assert menu.isVisible()
    assert menu.activeAction() is menu.actions()[0]
    menu.close()


@pytest.mark.parametrize("index", [0, 2])
def test_an_input_removed_on_the_diagram_is_no_longer_made(window: Window, index: int) -> None:
    before = opened(window, CIRCLES.edited(derived=(SQUARE, PRODUCT)), steps=2)
    window.select(Unit(0, index))
    window.actions_by_id["selection.remove"].trigger()
    after = hands.settle(window)
    left = tuple(name for i, name in enumerate(before.data.names) if i != index)
    assert (after.data.names, after.step) == (left, 2)
    np.testing.assert_array_equal(after.weights(0), np.delete(before.weights(0), index, axis=0))
    window.actions_by_id["edit.undo"].trigger()
    assert hands.settle(window).data.names == before.data.names


def test_the_menu_of_inputs_keeps_and_takes_features(window: Window) -> None:
    snapshot = opened(window, CIRCLES.edited(derived=(SQUARE, PRODUCT)))
    seen: list[tuple[str, ...]] = []
    menu = columns_menu(window, snapshot, seen.append)
    assert [action.text() for action in menu.actions()] == [X, Y, "x₁²", "x₁ · x₂"]
    menu.actions()[2].trigger()
    net.choose_inputs(window, seen[-1])
    assert hands.settle(window).experiment.data.derived == (PRODUCT,)
    menu.deleteLater()


def test_planes_are_chosen_among_the_columns(window: Window) -> None:
    square = Derived(kind="product", columns=(LENGTH, "sepal length (cm)"))
    snapshot = opened(window, DataSpec(derived=(square,)))
    assert snapshot.data.variables == ("sepal length (cm)", LENGTH, WIDTH)
    window.looking.choose(Shown(plane=plane_of(f"{LENGTH}, {WIDTH}", snapshot.data.variables)))
    found = hands.settle(window).maps
    assert found is not None
    assert found.plane == (1, 2)
    assert found.held is not None


FIELDS: dict[str, Callable[[Window], None]] = {
    "input_noise": lambda window: hands.type_into(window.builder.disturbing.fields["input_noise"], "0.5"),
    "label_noise": lambda window: hands.type_into(window.builder.disturbing.fields["label_noise"], "0.2"),
    "subsample": lambda window: hands.type_into(window.builder.disturbing.fields["subsample"], "0.5"),
    "train_rows": lambda window: hands.type_into(window.builder.disturbing.fields["train_rows"], "20"),
    "balance": lambda window: hands.choose(window.builder.disturbing.fields["balance"], "undersample"),
}


@pytest.mark.parametrize("name", FIELDS)
def test_every_disturbance_is_live_and_undone_exactly(window: Window, name: str) -> None:
    before = opened(window, CIRCLES, steps=3)
    window.builder.data.disturbing_fold.header.setChecked(True)
    hands.events()
    FIELDS[name](window)
    after = hands.settle(window)
    assert getattr(after.experiment.data, name) != getattr(before.experiment.data, name)
    assert after.step == 3
    np.testing.assert_array_equal(after.parameters, before.parameters)
    assert window.builder.data.disturbing_fold.header.note
    window.actions_by_id["edit.undo"].trigger()
    back = hands.settle(window)
    np.testing.assert_array_equal(back.data.x_train, before.data.x_train)
    assert not window.builder.data.disturbing_fold.header.note
    window.builder.data.disturbing_fold.header.setChecked(False)


def test_a_traced_row_that_is_left_out_gives_way_to_one_that_is_there(window: Window) -> None:
    snapshot = opened(window, CIRCLES, steps=1)
    left_out = int(np.setdiff1d(snapshot.data.rows_train, opened(window, CIRCLES.edited(train_rows=5)).data.rows)[0])
    opened(window, CIRCLES)
    window.trace_row(left_out)
    window.document.change(Experiment(data=CIRCLES.edited(train_rows=5)), "")
    hands.settle(window)
    rows = hands.settle(window).data.rows
    assert window.looking.row == rows[0]
    window.actions_by_id["trace.next"].trigger()
    assert window.looking.row == rows[1]
