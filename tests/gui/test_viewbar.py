"""The view bar: what a person chooses to see."""

from __future__ import annotations

from collections.abc import Iterator

import hands
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QToolButton
from pytestqt.qtbot import QtBot

from engine.edge_views import EDGE_VIEWS
from engine.experiment import Experiment
from engine.optimizers import OPTIMIZERS
from engine.unit_views import NODE_VIEWS
from gui.diagram.shown import Shown, available_plane
from gui.diagram.view import DiagramView
from gui.diagram.viewbar import ViewBar
from gui.diagram.words import why_not
from gui.window import Window

WINE = Experiment.model_validate({"data": {"source": "wine"}})
DIGITS = Experiment.model_validate({"data": {"source": "digits"}, "network": {"layers": [{"units": 64}]}})


@pytest.fixture
def bar(window: Window) -> ViewBar:
    """The bar of a window with 13 inputs."""
    hands.show(window, WINE)
    hands.events()
    return window.diagram.bar


@pytest.fixture
def said(bar: ViewBar) -> Iterator[list[Shown]]:
    """What the bar wishes."""
    found: list[Shown] = []
    bar.chosen.connect(found.append)
    yield found
    bar.chosen.disconnect(found.append)


def entry(menu: QMenu, key: str) -> QAction:
    """An entry of a menu, as it is when it opens, by its key."""
    menu.aboutToShow.emit()
    return next(action for action in menu.actions() if action.data() == key)


def on(menu: QMenu) -> list[str]:
    """The keys of what is ticked when the menu opens."""
    menu.aboutToShow.emit()
    return [action.data() for action in menu.actions() if action.isChecked()]


# -- what is offered --------------------------------------------------------------------------------------


def test_every_node_view_is_offered(bar: ViewBar) -> None:
    assert [action.data() for action in bar.nodes.menu().actions()] == [view.key for view in NODE_VIEWS]


def test_every_edge_view_is_offered(bar: ViewBar) -> None:
    assert [action.data() for action in bar.edges.menu().actions()] == [view.key for view in EDGE_VIEWS]


def test_every_entry_says_what_it_is(bar: ViewBar) -> None:
    for picker, views in ((bar.nodes, NODE_VIEWS), (bar.edges, EDGE_VIEWS)):
        for view in views:
            assert entry(picker.menu(), view.key).toolTip() == view.about


@pytest.mark.parametrize("kind", list(OPTIMIZERS))
def test_what_the_optimizer_does_not_have_is_disabled_and_says_why(window: Window, kind: str) -> None:
    for view in EDGE_VIEWS:
        experiment = WINE.with_value("training.optimizer", {"kind": kind})
        window.document.change(experiment, "", fresh=True)
        window.looking.choose(Shown(edges=view.key))
        hands.trigger(window, "train.step")
        snapshot = hands.settle(window)
        action = entry(window.diagram.bar.edges.menu(), view.key)
        has_values = snapshot.edges is None or snapshot.edges.values is not None
        assert (action.isEnabled(), bool(why_not(view.key, snapshot))) == (has_values, not has_values), view.key
        assert action.isEnabled() or action.toolTip() == f"{view.about}\n{why_not(view.key, snapshot)}"


def test_plain_gradient_descent_remembers_nothing(window: Window) -> None:
    snapshot = hands.show(window, WINE.with_value("training.optimizer", {"kind": "gradient_descent"}))
    assert why_not("first_moment", snapshot) == "Gradient descent remembers nothing"


@pytest.mark.parametrize(("experiment", "offered"), [(Experiment(), False), (WINE, True), (DIGITS, True)])
def test_a_plane_is_offered_where_there_is_a_choice(window: Window, experiment: Experiment, offered: bool) -> None:
    hands.show(window, experiment)
    assert window.diagram.bar.plane.isVisibleTo(window.diagram.bar) is offered


@pytest.mark.parametrize(("experiment", "offered"), [(Experiment(), False), (WINE, False), (DIGITS, True)])
def test_heat_maps_are_offered_where_a_pair_is_large(window: Window, experiment: Experiment, offered: bool) -> None:
    hands.show(window, experiment)
    assert window.diagram.bar.ribbons.isVisibleTo(window.diagram.bar) is offered


# -- choosing ---------------------------------------------------------------------------------------------


def test_choosing_what_the_nodes_show(bar: ViewBar, said: list[Shown]) -> None:
    entry(bar.nodes.menu(), "saturation").trigger()
    assert said == [Shown(nodes="saturation")]


def test_choosing_what_the_edges_show(bar: ViewBar, said: list[Shown]) -> None:
    entry(bar.edges.menu(), "gradient").trigger()
    assert said == [Shown(edges="gradient")]


def test_what_is_chosen_is_ticked_and_written(window: Window, bar: ViewBar) -> None:
    entry(bar.nodes.menu(), "gradient").trigger()
    hands.settle(window)
    assert (on(bar.nodes.menu()), "Gradient" in bar.nodes.accessibleName()) == (["gradient"], True)


def test_choosing_the_same_again_is_no_wish(bar: ViewBar, said: list[Shown]) -> None:
    entry(bar.nodes.menu(), "activation").trigger()
    assert said == []


def test_a_choice_is_what_the_snapshots_then_hold(window: Window, bar: ViewBar) -> None:
    entry(bar.edges.menu(), "effective_step").trigger()
    entry(bar.nodes.menu(), "saturation").trigger()
    snapshot = hands.settle(window)
    assert (snapshot.edges.key, snapshot.units.quantity) == ("effective_step", "saturation")


def test_the_first_column_chosen_makes_a_plane_with_another(bar: ViewBar, said: list[Shown]) -> None:
    entry(bar.plane.across, "5").trigger()
    assert said == [Shown(plane=(5, 0))]


def test_a_plane_is_what_the_maps_run_over(window: Window, bar: ViewBar) -> None:
    entry(bar.plane.across, "5").trigger()
    hands.settle(window)
    entry(bar.plane.up, "7").trigger()
    snapshot = hands.settle(window)
    assert snapshot.maps.plane == (5, 7)
    assert bar.plane.accessibleName().endswith(f": {snapshot.data.names[5]} × nonflavanoid_ph…")


@pytest.mark.parametrize(
    ("before", "menu", "key", "after"),
    [
        ((5, 7), "across", "7", (7, 5)),
        ((5, 7), "up", "5", (7, 5)),
        ((5, 7), "across", "1", (1, 7)),
        ((5, 7), "up", "none", (5,)),
        ((5,), "up", "2", (5, 2)),
        ((5,), "across", "3", (3,)),
    ],
)
def test_the_plane_follows_every_choice(
    window: Window,
    bar: ViewBar,
    said: list[Shown],
    before: tuple[int, ...],
    menu: str,
    key: str,
    after: tuple[int, ...],
) -> None:
    window.looking.choose(Shown(plane=before))
    hands.settle(window)
    entry(getattr(bar.plane, menu), key).trigger()
    assert said == [Shown(plane=after)]


def test_a_single_input_chosen_twice_changes_nothing(window: Window, bar: ViewBar, said: list[Shown]) -> None:
    window.looking.choose(Shown(plane=(5,)))
    entry(bar.plane.up, "5").trigger()
    assert (said, on(bar.plane.up)) == ([], ["none"])


def test_no_plane_is_a_choice(window: Window, bar: ViewBar) -> None:
    window.looking.choose(Shown(plane=(5, 7)))
    hands.settle(window)
    entry(bar.plane.menu(), "none").trigger()
    assert hands.settle(window).maps is None


def test_a_plane_is_forgotten_when_the_columns_change(window: Window, bar: ViewBar) -> None:
    window.looking.choose(Shown(plane=(1, 0)))
    hands.settle(window)
    hands.show(window, Experiment())
    assert (window.looking.shown.plane, hands.settle(window).maps.plane) == ((), (0, 1))


@pytest.mark.parametrize(
    ("plane", "inputs", "found"), [((), 1, (0,)), ((), 2, (0, 1)), ((), 3, ()), ((1, 2), 3, (1, 2)), ((1, 3), 3, ())]
)
def test_the_plane_in_force(plane: tuple[int, ...], inputs: int, found: tuple[int, ...]) -> None:
    assert available_plane(plane, inputs) == found


def test_heat_maps_can_be_switched_on(window: Window) -> None:
    hands.show(window, DIGITS)
    bar = window.diagram.bar
    QTest.mouseClick(bar.ribbons, hands.LEFT)
    hands.settle(window)
    assert (window.looking.shown.ribbons, bar.ribbons.isChecked()) == (True, True)


# -- the row ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "visible"),
    [
        (Shown(), False),
        (Shown(nodes="sample"), True),
        (Shown(edges="contribution"), True),
        (Shown(nodes="gradient"), False),
    ],
)
def test_the_row_has_a_chip_while_it_is_shown(window: Window, bar: ViewBar, shown: Shown, visible: bool) -> None:
    window.looking.choose(shown)
    hands.settle(window)
    assert bar.row.isVisibleTo(bar) is visible


def test_the_chip_names_the_row_and_its_truth(window: Window, bar: ViewBar) -> None:
    window.looking.choose(Shown(nodes="sample"))
    window.trace_row(86)
    trace = hands.settle(window).trace
    bar.settle(1400, 500)
    assert bar.row.text() == f"row 87 · {trace.truth} ✕"


def test_a_click_on_the_chip_leaves_the_row(window: Window, bar: ViewBar) -> None:
    window.looking.choose(Shown(nodes="sample", edges="contribution", plane=(1, 2)))
    hands.settle(window)
    QTest.mouseClick(bar.row, hands.LEFT)
    assert window.looking.shown == Shown(plane=(1, 2))


# -- zoom --------------------------------------------------------------------------------------------------


def test_plus_and_minus_wish_a_step(bar: ViewBar) -> None:
    steps: list[int] = []
    bar.zoomed.connect(steps.append)
    QTest.mouseClick(bar.into, hands.LEFT)
    QTest.mouseClick(bar.out, hands.LEFT)
    bar.zoomed.disconnect(steps.append)
    assert steps == [1, -1]


def test_plus_makes_the_drawing_larger_and_the_percentage_fits_it_again(window: Window, bar: ViewBar) -> None:
    QTest.mouseClick(bar.into, hands.LEFT)
    larger = (window.diagram.zoom, bar.percent.text())
    QTest.mouseClick(bar.percent, hands.LEFT)
    assert (larger, window.diagram.zoom, bar.percent.text()) == ((1.25, "125 %"), 1.0, "100 %")


def test_the_percentage_follows_every_other_way_to_zoom(window: Window, bar: ViewBar) -> None:
    window.diagram.zoom_by(2.0)
    shown = bar.percent.text()
    window.diagram.fit()
    assert shown == "200 %"


def test_the_percentage_fits(bar: ViewBar) -> None:
    fitted: list[bool] = []
    bar.fitted.connect(lambda: fitted.append(True))
    QTest.mouseClick(bar.percent, hands.LEFT)
    assert fitted == [True]


def test_the_percentage_says_the_zoom(window: Window, bar: ViewBar) -> None:
    bar.show_view(Shown(), hands.snapshot_of(window), 1.25)
    assert bar.percent.text() == "125 %"


# -- the row of buttons ------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [480, 560, 686, 1000])
def test_the_bar_fits_beside_the_legend(window: Window, width: int) -> None:
    hands.show(window, DIGITS)
    window.looking.choose(Shown(nodes="sample"))
    hands.settle(window)
    assert window.diagram.bar.settle(width, 500) > 0


def test_no_button_is_narrower_than_its_words(window: Window) -> None:
    hands.show(window, DIGITS)
    bar = window.diagram.bar
    for width in (480, 560, 686, 1000):
        bar.settle(width, 500)
        hands.events()
        for button in bar.findChildren(QToolButton):
            assert button.isHidden() or button.width() >= button.fontMetrics().horizontalAdvance(button.text())


def test_the_bar_says_what_is_shown_while_there_is_room_for_it(window: Window, bar: ViewBar) -> None:
    bar.settle(686, 500)
    assert bar.nodes.text() == "Activation ▾"


def test_icons_stand_for_the_words_in_a_narrow_window(window: Window, bar: ViewBar) -> None:
    bar.settle(430, 500)
    assert (bar.nodes.text(), bar.nodes.icon().isNull()) == ("▾", False)


def test_every_button_has_a_name_a_tooltip_and_a_place_in_the_tab_order(bar: ViewBar) -> None:
    for button in bar.findChildren(QToolButton):
        assert button.accessibleName(), button.objectName()
        assert button.toolTip(), button.objectName()
        assert button.focusPolicy() == Qt.FocusPolicy.TabFocus, button.objectName()


def test_the_space_bar_opens_a_picker(bar: ViewBar) -> None:
    bar.nodes.menu().aboutToShow.connect(bar.nodes.menu().close, Qt.ConnectionType.QueuedConnection)
    opened: list[bool] = []
    bar.nodes.menu().aboutToShow.connect(lambda: opened.append(True))
    bar.nodes.setFocus()
    QTest.keyClick(bar.nodes, Qt.Key.Key_Space)
    assert opened == [True]


def test_showing_the_same_again_does_nothing(window: Window, bar: ViewBar) -> None:
    before = bar.nodes.menu().actions()
    bar.show_view(Shown(), hands.snapshot_of(window))
    bar.show_view(Shown(nodes="gradient"), hands.snapshot_of(window))
    assert bar.nodes.menu().actions() == before


def test_the_window_starts_with_no_button_of_the_bar_in_focus(open_window: object) -> None:
    opened = open_window()
    hands.events()
    assert opened.focusWidget() not in opened.diagram.bar.findChildren(QToolButton)


def test_looking_does_not_change_the_run(window: Window) -> None:
    runs = []
    for shown in (Shown(), Shown(nodes="gradient", edges="update")):
        hands.as_new(window)
        window.looking.choose(shown)
        hands.trigger(window, "train.epoch")
        runs.append(hands.settle(window).parameters)
    assert np.array_equal(*runs)


def test_before_the_first_network_there_is_no_bar(qtbot: QtBot) -> None:
    view = DiagramView()
    qtbot.addWidget(view)
    view.show()
    assert (view.isVisible(), view.bar.isVisible()) == (True, False)


def test_heat_maps_that_are_on_can_be_switched_off_where_no_pair_is_large(window: Window) -> None:
    snapshot, bar = hands.snapshot_of(window), ViewBar()
    seen = []
    for ribbons in (False, True):
        bar.show_view(Shown(ribbons=ribbons), snapshot)
        seen.append(bar.ribbons.isHidden())
    assert seen == [True, False]
