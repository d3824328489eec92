"""The drawing of the network in the window, under the pointer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import process_time

import hands
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsView, QToolButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from engine.edge_views import EdgeValues
from engine.experiment import Dense, Experiment
from engine.snapshot import Snapshot
from gui.diagram.layout import bend
from gui.diagram.overview import Overview
from gui.diagram.raster import Gap
from gui.diagram.shown import Shown
from gui.diagram.view import DiagramView
from gui.diagram.words import describe_edge, describe_unit
from gui.selection import Selection, Unit, Weight
from gui.text import number, signed
from gui.theme import colours
from gui.window import Window

DIGITS = Experiment.model_validate({"data": {"source": "digits"}, "network": {"layers": [{"units": 784}]}})


_found: dict[object, QPointF] = {}


def find(window: Window, wanted: Unit | Weight) -> QPointF:
    """Where a unit or a weight is, sought as a person does: by moving the pointer over the diagram."""
    diagram, snapshot = window.diagram, hands.snapshot_of(window)
    key = (wanted, snapshot.plan.widths, diagram.width(), diagram.height())
    if key not in _found:
        _found[key] = along_edge(window, wanted) if isinstance(wanted, Weight) else over_nodes(window, wanted)
    return _found[key]


def over_nodes(window: Window, wanted: Unit) -> QPointF:
    """Scans the diagram for a node, in the column where it ought to be first."""
    columns = len(hands.snapshot_of(window).plan.widths)
    text = describe_unit(hands.snapshot_of(window), wanted)
    middle = 140 + (window.diagram.width() - 290) * wanted.column / (columns - 1)
    for x in sorted(range(40, window.diagram.width() - 40, 8), key=lambda x: abs(x - middle)):
        for y in range(70, window.diagram.height() - 36, 6):
            hands.hover(window.diagram, QPointF(x, y))
            if QToolTip.text() == text:
                return QPointF(x, y)
    raise AssertionError(f"{wanted} is nowhere")


def along_edge(window: Window, wanted: Weight) -> QPointF:
    """Follows the curve between two nodes until the pointer says that this is the edge."""
    text = describe_edge(hands.snapshot_of(window), wanted)
    start, end = find(window, Unit(wanted.layer, wanted.source)), find(window, Unit(wanted.layer + 1, wanted.unit))
    for share in np.linspace(0.05, 0.95, 60):
        up = float(bend(np.array([share]))[0])
        for off in (0, -4, 4, -8, 8, 12, -12):
            at = QPointF(start.x() + share * (end.x() - start.x()), start.y() + up * (end.y() - start.y()) + off)
            hands.hover(window.diagram, at)
            if QToolTip.text() == text:
                return at
    raise AssertionError(f"{wanted} is nowhere")


def click(window: Window, wanted: Unit | Weight) -> None:
    """Presses the mouse on a unit or a weight."""
    QTest.mouseClick(window.diagram, hands.LEFT, pos=find(window, wanted).toPoint())
    hands.events()


def tip(window: Window, wanted: Unit | Weight) -> str:
    """What the pointer says over a unit or a weight."""
    hands.hover(window.diagram, find(window, wanted))
    return QToolTip.text()


def button(window: Window, name: str) -> QToolButton:
    """A small button on the diagram."""
    found = window.diagram.findChild(QToolButton, name)
    assert found is not None
    return found


def pixels(window: Window) -> np.ndarray:
    """The diagram as it is painted, (height, width, 4)."""
    image = window.diagram.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[:, : image.width()].copy()


def near(picture: np.ndarray, name: str, reach: int = 12) -> int:
    """How many pixels of a picture are close to a colour."""
    wanted = QColor(name)
    away = np.abs(picture[..., :3].astype(int) - (wanted.red(), wanted.green(), wanted.blue())).max(axis=2)
    return int((away <= reach).sum())


def test_the_diagram_is_painted_in_the_colours_of_both_signs(window: Window) -> None:
    picture = pixels(window)
    assert (near(picture, colours().positive) > 50, near(picture, colours().negative) > 50) == (True, True)


def test_the_ready_example_has_two_inputs_two_layers_and_three_outputs(window: Window) -> None:
    assert hands.snapshot_of(window).plan.widths == (2, 8, 8, 3)


def test_there_is_one_picture_for_each_pair_of_layers(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, draw = [], Gap.draw
    monkeypatch.setattr(Gap, "draw", lambda gap, *rest: drawn.append(gap) or draw(gap, *rest))
    window.resize(1400, 880)
    hands.events()
    assert len(set(map(id, drawn))) == len(hands.snapshot_of(window).plan.layers)


def test_no_weight_is_an_object_of_its_own(window: Window) -> None:
    assert window.diagram.findChildren(QGraphicsView) == []


def test_a_diagram_of_a_hundred_thousand_weights_is_drawn_in_time(window: Window) -> None:
    hands.show(window, DIGITS.with_layers((Dense(units=784), Dense(units=64))))
    window.resize(1400, 880)
    began = process_time()
    window.diagram.grab()
    assert process_time() - began < 0.5


@pytest.mark.parametrize("unit", [Unit(0, 0), Unit(0, 1), Unit(1, 0), Unit(1, 7), Unit(2, 3), Unit(3, 2)], ids=str)
def test_every_node_can_be_clicked(window: Window, unit: Unit) -> None:
    said: list[Selection] = []
    window.diagram.selected.connect(said.append)
    click(window, unit)
    assert said == [unit]


def test_hovering_an_input_shows_its_column_and_its_scaling(window: Window) -> None:
    shift = hands.snapshot_of(window).data.x_scaling.shift[0]
    text = tip(window, Unit(0, 0))
    assert ("petal length (cm)" in text, number(float(shift), 4) in text) == (True, True)


def test_hovering_a_unit_shows_its_bias(window: Window) -> None:
    hands.trigger(window, "train.epoch")
    bias = float(hands.settle(window).biases(0)[2])
    assert f"b = {signed(bias)}" in tip(window, Unit(1, 2))


def test_hovering_a_unit_shows_what_it_answers_to_the_traced_row(window: Window) -> None:
    trace = hands.snapshot_of(window).trace
    assert trace is not None
    assert f"a = tanh z = {signed(float(trace.a[0][2]))}" in tip(window, Unit(1, 2))


def test_hovering_an_output_shows_its_class(window: Window) -> None:
    assert tip(window, Unit(3, 1)).startswith("versicolor")


def test_hovering_an_edge_shows_its_weight(window: Window) -> None:
    value = float(hands.snapshot_of(window).weights(0)[1, 7])
    assert f"w = {signed(value, 4)}" in tip(window, Weight(0, 1, 7))


def test_hovering_an_edge_shows_where_it_leads_from_and_to(window: Window) -> None:
    assert "petal width (cm) → hidden 1 · 8" in tip(window, Weight(0, 1, 7))


def test_the_pointer_says_nothing_beside_the_network(window: Window, qtbot: QtBot) -> None:
    tip(window, Unit(1, 2))
    hands.hover(window.diagram, QPointF(3, 3))
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
    assert window.diagram.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_the_pointer_becomes_a_hand_over_a_node(window: Window) -> None:
    tip(window, Unit(1, 2))
    assert window.diagram.cursor().shape() == Qt.CursorShape.PointingHandCursor


def inspected(window: Window) -> str:
    """All that the inspector says."""
    return " ".join([*hands.words(window.inspector.title), *hands.words(window.inspector)])


def test_clicking_a_unit_fills_the_inspector(window: Window) -> None:
    click(window, Unit(1, 3))
    assert "hidden 1 · 4" in inspected(window)


def test_clicking_a_unit_opens_the_card_of_its_layer(window: Window) -> None:
    click(window, Unit(2, 3))
    assert hands.open_layer(window) == 1


def test_clicking_an_output_opens_the_card_of_the_output(window: Window) -> None:
    click(window, Unit(3, 0))
    assert hands.open_layer(window) == -1


@pytest.mark.parametrize(
    ("scale", "unit", "says"),
    [("standard", Unit(1, 0), True), ("none", Unit(1, 0), False), ("standard", Unit(2, 0), False)],
)
def test_the_inspector_says_where_inputs_are_not_those_of_the_table(
    window: Window, scale: str, unit: Unit, says: bool
) -> None:
    hands.show(window, Experiment().with_value("data.scale", scale))
    window.select(unit)
    hands.settle(window)
    assert ("× is the scaled value" in inspected(window)) == says


def test_clicking_an_edge_fills_the_inspector(window: Window) -> None:
    click(window, Weight(0, 1, 7))
    value = float(hands.snapshot_of(window).weights(0)[1, 7])
    assert signed(value, 5) in inspected(window)


def test_clicking_an_input_fills_the_inspector(window: Window) -> None:
    click(window, Unit(0, 1))
    assert "input 2" in inspected(window)


def test_clicking_beside_the_network_empties_the_inspector(window: Window) -> None:
    click(window, Unit(1, 3))
    QTest.mouseClick(window.diagram, hands.LEFT, pos=QPointF(3, 3).toPoint())
    assert "Click a unit" in inspected(window)


def test_the_inspector_lets_go_of_a_unit_that_is_no_more(window: Window) -> None:
    click(window, Unit(1, 7))
    hands.show(window, Experiment().with_layer(0, units=4))
    assert "Click a unit" in inspected(window)


def test_a_selected_unit_is_marked_in_the_accent(window: Window) -> None:
    before = near(pixels(window), colours().accent, 4)
    click(window, Unit(1, 3))
    assert near(pixels(window), colours().accent, 4) > before + 20


@pytest.mark.parametrize(("name", "units"), [("units.0.more", 9), ("units.0.less", 7)])
def test_the_buttons_on_the_diagram_change_the_units(window: Window, name: str, units: int) -> None:
    QTest.mouseClick(button(window, name), hands.LEFT)
    assert window.document.experiment.network.layers[0].units == units


def test_the_buttons_on_the_diagram_change_the_layer_they_stand_over(window: Window) -> None:
    QTest.mouseClick(button(window, "units.1.more"), hands.LEFT)
    assert [layer.units for layer in window.document.experiment.network.layers] == [8, 9]


@pytest.mark.parametrize(("position", "units"), [(0, [8, 8, 4]), (1, [8, 8, 4]), (2, [8, 4, 4])])
def test_a_layer_is_inserted_where_the_button_stands(window: Window, position: int, units: list[int]) -> None:
    hands.show(window, Experiment().with_layer(1, units=4))
    QTest.mouseClick(button(window, f"insert.{position}"), hands.LEFT)
    assert [layer.units for layer in window.document.experiment.network.layers] == units


def test_an_edit_on_the_diagram_can_be_undone(window: Window) -> None:
    QTest.mouseClick(button(window, "units.0.more"), hands.LEFT)
    hands.trigger(window, "edit.undo")
    assert window.document.experiment == Experiment()


def test_the_last_unit_of_a_layer_cannot_be_taken_away(window: Window) -> None:
    hands.show(window, Experiment().with_layer(0, units=1))
    QTest.mouseClick(button(window, "units.0.less"), hands.LEFT)
    assert window.document.experiment.network.layers[0].units == 1


def test_the_largest_layer_cannot_get_another_unit(window: Window) -> None:
    hands.show(window, Experiment().with_layers((Dense(units=4096),)))
    QTest.mouseClick(button(window, "units.0.more"), hands.LEFT)
    assert window.document.experiment.network.layers[0].units == 4096


def test_a_network_without_hidden_layers_can_be_given_one(window: Window) -> None:
    hands.show(window, Experiment().with_layers(()))
    QTest.mouseClick(button(window, "insert.0"), hands.LEFT)
    assert hands.settle(window).plan.widths == (2, 8, 3)


def test_the_buttons_follow_the_number_of_layers(window: Window) -> None:
    hands.show(window, Experiment().with_layers((Dense(),) * 3))
    names = {b.objectName() for b in window.diagram.findChildren(QToolButton) if b.isVisible()}
    assert {f"units.{i}.{way}" for i in range(3) for way in ("less", "more")} <= names


def test_the_buttons_do_not_lie_on_one_another(window: Window) -> None:
    buttons = [b for b in window.diagram.findChildren(QToolButton) if b.isVisible()]
    boxes = [QRect(b.mapTo(window.diagram, QPoint()), b.size()) for b in buttons]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


@pytest.mark.parametrize("layers", [0, 1, 3, 12, 30])
def test_any_number_of_layers_is_drawn(window: Window, layers: int) -> None:
    hands.show(window, Experiment().with_layers((Dense(units=3),) * layers))
    assert len(np.unique(pixels(window).reshape(-1).view(np.uint32))) > 20


def test_a_layer_too_tall_for_the_window_is_drawn(window: Window) -> None:
    hands.show(window, DIGITS)
    assert near(pixels(window), colours().positive, 60) > 20


def test_every_unit_has_a_picture_over_two_inputs(window: Window) -> None:
    maps = hands.snapshot_of(window).maps
    assert maps is not None
    assert [len(layer) for layer in maps.layers] == [8, 8, 3]


def test_the_window_can_be_as_small_as_a_projector(window: Window) -> None:
    window.resize(960, 600)
    hands.events()
    assert not window.diagram.grab().isNull()


def test_selecting_nothing_is_said_by_the_diagram(window: Window) -> None:
    said: list[Selection] = []
    window.diagram.selected.connect(said.append)
    QTest.mouseClick(window.diagram, hands.LEFT, pos=QPointF(3, 3).toPoint())
    assert said == [None]


# -- zoom and pan -----------------------------------------------------------------------------------

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def diagram(window: Window) -> Iterator[DiagramView]:
    """The diagram of the ready example, which shows everything."""
    window.diagram.fit()
    yield window.diagram
    window.diagram.fit()
    window.diagram.show_view(Shown(ribbons=False))


def wheel(widget: QWidget, at: QPointF, notches: float, held: Qt.KeyboardModifier) -> None:
    """Turns the wheel at a place with a key held."""
    button, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    where = QPointF(widget.mapToGlobal(at.toPoint()))
    event = QWheelEvent(at, where, QPoint(), QPoint(0, round(120 * notches)), button, held, phase, False)
    QApplication.sendEvent(widget, event)


def middle_of(diagram: DiagramView, wanted: Unit | Weight) -> QPointF:
    """Where a part of the network is."""
    box = diagram.rect_of(wanted)
    assert box is not None
    return box.center()


def test_the_wheel_with_control_zooms_about_the_pointer(diagram: DiagramView) -> None:
    at = middle_of(diagram, Unit(1, 2))
    wheel(diagram, at, 6, CONTROL)
    now = middle_of(diagram, Unit(1, 2))
    assert (diagram.zoom > 2.0, abs(now.x() - at.x()) < 1, abs(now.y() - at.y()) < 1) == (True, True, True)


def test_the_wheel_with_control_zooms_out_again(diagram: DiagramView) -> None:
    wheel(diagram, QPointF(300, 300), 6, CONTROL)
    wheel(diagram, QPointF(200, 100), -9, CONTROL)
    assert diagram.zoom == 1.0


@pytest.mark.parametrize(
    ("held", "moved"), [(Qt.KeyboardModifier.NoModifier, (0, 1)), (SHIFT, (1, 0))], ids=["", "shift"]
)
def test_the_wheel_scrolls_an_enlarged_drawing(
    diagram: DiagramView, held: Qt.KeyboardModifier, moved: tuple[int, int]
) -> None:
    diagram.zoom_by(4.0)
    before = middle_of(diagram, Unit(1, 2))
    wheel(diagram, QPointF(300, 300), 1, held)
    step = middle_of(diagram, Unit(1, 2)) - before
    assert (step.x() > 20, step.y() > 20) == (bool(moved[0]), bool(moved[1]))


def test_the_wheel_alone_moves_nothing_when_everything_fits(diagram: DiagramView) -> None:
    before = middle_of(diagram, Unit(1, 2))
    hands.turn_wheel(diagram, 3)
    assert middle_of(diagram, Unit(1, 2)) == before


def empty_ground(diagram: DiagramView) -> QPointF:
    """A place with nothing under it."""
    for y in range(int(diagram.height() * 0.3), int(diagram.height() * 0.8), 7):
        for x in range(60, diagram.width() - 200, 11):
            if all(diagram.under(QPointF(x + dx, y)) is None for dx in (-3, 0, 3)):
                return QPointF(x, y)
    raise AssertionError("there is no empty ground")


def test_the_drawing_is_dragged_by_its_empty_ground(diagram: DiagramView) -> None:
    diagram.zoom_by(4.0)
    before = middle_of(diagram, Unit(1, 2))
    hands.drag(diagram, empty_ground(diagram), QPointF(60, -40))
    step = middle_of(diagram, Unit(1, 2)) - before
    assert (step.x(), step.y()) == pytest.approx((60, -40), abs=1)


def test_a_drag_selects_nothing(diagram: DiagramView) -> None:
    diagram.zoom_by(4.0)
    said: list[Selection] = []
    diagram.selected.connect(said.append)
    hands.drag(diagram, empty_ground(diagram), QPointF(60, -40))
    assert said == []


def test_a_click_on_the_ground_of_an_enlarged_drawing_selects_nothing(diagram: DiagramView) -> None:
    diagram.zoom_by(4.0)
    said: list[Selection] = []
    diagram.selected.connect(said.append)
    QTest.mouseClick(diagram, hands.LEFT, pos=empty_ground(diagram).toPoint())
    assert said == [None]


def test_the_ground_of_an_enlarged_drawing_can_be_grasped(diagram: DiagramView) -> None:
    diagram.zoom_by(4.0)
    hands.hover(diagram, empty_ground(diagram))
    assert diagram.cursor().shape() == Qt.CursorShape.OpenHandCursor


def test_the_drawing_cannot_be_pushed_out_of_the_window(diagram: DiagramView) -> None:
    diagram.zoom_by(5.0)
    diagram.pan(1e5, 1e5)
    assert 0 < middle_of(diagram, Unit(0, 0)).x() < diagram.width() / 2


def test_fitting_shows_the_drawing_as_it_was(window: Window, diagram: DiagramView) -> None:
    hands.hover(diagram, QPointF(3, 3))
    before = pixels(window)
    diagram.zoom_by(5.0)
    diagram.pan(100.0, 50.0)
    diagram.grab()
    diagram.fit()
    assert np.array_equal(pixels(window), before)


def test_the_zoom_is_said(diagram: DiagramView) -> None:
    said: list[float] = []
    diagram.zoomed.connect(said.append)
    diagram.zoom_by(2.0)
    diagram.pan(5.0, 5.0)
    diagram.fit()
    assert said == [2.0, 1.0]


@pytest.mark.parametrize("unit", [Unit(0, 0), Unit(1, 7), Unit(2, 0), Unit(3, 2)], ids=str)
def test_an_enlarged_node_is_clicked_where_it_is_seen(diagram: DiagramView, unit: Unit) -> None:
    diagram.zoom_by(5.0)
    diagram.reveal(unit)
    said: list[Selection] = []
    diagram.selected.connect(said.append)
    QTest.mouseClick(diagram, hands.LEFT, pos=middle_of(diagram, unit).toPoint())
    assert said == [unit]


def test_titles_and_buttons_stay_at_the_top(diagram: DiagramView) -> None:
    diagram.zoom_by(3.0)
    diagram.pan(0.0, -400.0)
    buttons = [b for b in diagram.findChildren(QToolButton) if b.isVisible() and b.parent() is diagram]
    assert (len(buttons) > 0, {b.y() for b in buttons}) == (True, {22})


@pytest.mark.parametrize("dx", [-1e5, -300.0, -60.0, 0.0, 60.0, 300.0, 1e5])
def test_no_button_is_cut_off_by_the_rim(diagram: DiagramView, dx: float) -> None:
    diagram.zoom_by(3.0)
    diagram.pan(dx, 0.0)
    shown = [b.geometry() for b in diagram.findChildren(QToolButton) if b.isVisible()]
    assert all(diagram.rect().contains(box) for box in shown)


def test_buttons_of_columns_out_of_sight_are_hidden(diagram: DiagramView) -> None:
    diagram.zoom_by(6.0)
    diagram.pan(1e5, 0.0)
    assert "units.1.more" not in {b.objectName() for b in diagram.findChildren(QToolButton) if b.isVisible()}


def test_the_buttons_follow_their_column_sideways(window: Window, diagram: DiagramView) -> None:
    diagram.zoom_by(2.0)
    diagram.pan(1e5, 0.0)
    more = button(window, "units.0.more").geometry().center().x()
    assert 0 < more - middle_of(diagram, Unit(1, 0)).x() < 80


@pytest.mark.parametrize("unit", [0, 100, 391, 783])
def test_a_unit_of_a_tall_layer_is_revealed(window: Window, diagram: DiagramView, unit: int) -> None:
    hands.show(window, DIGITS)
    diagram.zoom_by(3.0)
    diagram.reveal(Unit(1, unit))
    assert diagram.under(middle_of(diagram, Unit(1, unit))) == Unit(1, unit)


def test_a_selected_unit_of_a_tall_layer_is_shown(window: Window, diagram: DiagramView) -> None:
    hands.show(window, DIGITS)
    window.select(Unit(1, 391))
    assert diagram.under(middle_of(diagram, Unit(1, 391))) == Unit(1, 391)


def test_selecting_a_unit_that_is_seen_moves_nothing(window: Window, diagram: DiagramView) -> None:
    hands.show(window, DIGITS)
    window.select(Unit(1, 391))
    before = middle_of(diagram, Unit(1, 392))
    window.select(Unit(1, 392))
    assert middle_of(diagram, Unit(1, 392)) == before


def test_other_data_are_shown_as_a_whole(window: Window, diagram: DiagramView) -> None:
    diagram.zoom_by(5.0)
    hands.show(window, DIGITS)
    assert diagram.zoom == 1.0


def test_an_edit_of_the_layers_keeps_the_zoom(window: Window, diagram: DiagramView) -> None:
    diagram.zoom_by(5.0)
    hands.show(window, Experiment().with_layers((Dense(units=5),)))
    assert diagram.zoom == 5.0


def overview(diagram: DiagramView) -> Overview:
    """The small map."""
    found = diagram.findChild(Overview, "overview")
    assert found is not None
    return found


def test_there_is_an_overview_only_of_an_enlarged_drawing(diagram: DiagramView) -> None:
    shown = [overview(diagram).isVisible()]
    diagram.zoom_by(2.0)
    shown.append(overview(diagram).isVisible())
    assert (shown, diagram.rect().contains(overview(diagram).geometry())) == ([False, True], True)


def test_a_click_in_the_overview_goes_there(diagram: DiagramView) -> None:
    diagram.zoom_by(4.0)
    small = overview(diagram)
    QTest.mouseClick(small, hands.LEFT, pos=QPoint(small.width() - 9, small.height() // 2))
    assert diagram.rect().contains(middle_of(diagram, Unit(3, 1)).toPoint())


def test_the_overview_can_be_dragged(diagram: DiagramView) -> None:
    diagram.zoom_by(4.0)
    small = overview(diagram)
    hands.drag(small, QPointF(9, small.height() / 2), QPointF(small.width() - 18, 0))
    assert diagram.rect().contains(middle_of(diagram, Unit(3, 1)).toPoint())


@pytest.mark.parametrize("zoom", [1.0, 3.0, 12.0])
def test_twenty_layers_are_drawn_at_any_zoom(window: Window, diagram: DiagramView, zoom: float) -> None:
    hands.show(window, Experiment().with_layers((Dense(units=32),) * 20))
    diagram.zoom_by(zoom)
    assert len(np.unique(pixels(window).reshape(-1).view(np.uint32))) > 100


# -- what the pointer is on -------------------------------------------------------------------------


def test_edges_that_do_not_touch_the_unit_under_the_pointer_fade(window: Window, diagram: DiagramView) -> None:
    hands.hover(diagram, QPointF(3, 3))
    before = near(pixels(window)[80:-60, 60:-200], colours().positive, 40)
    hands.hover(diagram, middle_of(diagram, Unit(3, 1)))
    assert near(pixels(window)[80:-60, 60:-200], colours().positive, 40) < before


def test_the_edge_under_the_pointer_stands_out(window: Window, diagram: DiagramView) -> None:
    snapshot = hands.snapshot_of(window)
    strongest = np.unravel_index(np.abs(snapshot.weights(1)).argmax(), (8, 8))
    edge = Weight(1, int(strongest[0]), int(strongest[1]))
    at = middle_of(diagram, edge)
    hands.hover(diagram, at)
    x, y = round(at.x()), round(at.y())
    there = pixels(window)[y - 6 : y + 7, x - 20 : x + 21]
    tint = colours().positive if snapshot.weights(1)[strongest] > 0 else colours().negative
    assert near(there, tint, 60) > 20


def test_all_edges_come_back_when_the_pointer_leaves(window: Window, diagram: DiagramView) -> None:
    hands.hover(diagram, QPointF(3, 3))
    before = pixels(window)
    hands.hover(diagram, middle_of(diagram, Unit(3, 1)))
    hands.hover(diagram, QPointF(3, 3))
    assert np.array_equal(pixels(window), before)


def test_what_the_pointer_is_on_is_said_once(diagram: DiagramView) -> None:
    said: list[Selection] = []
    diagram.hovered.connect(said.append)
    at = middle_of(diagram, Unit(2, 4))
    for place in (QPointF(3, 3), at, at + QPointF(2, 1), QPointF(3, 3)):
        hands.hover(diagram, place)
    assert said == [Unit(2, 4), None]


# -- what the edges show ----------------------------------------------------------------------------


def shows(snapshot: Snapshot, values: np.ndarray | None, key: str = "gradient") -> Snapshot:
    """The instant with other values on its edges."""
    return replace(snapshot, edges=EdgeValues(key, values, "" if values is not None else "not yet"))


def test_edges_show_what_was_asked_for(window: Window, diagram: DiagramView) -> None:
    snapshot = hands.snapshot_of(window)
    diagram.show_snapshot(shows(snapshot, np.full(snapshot.parameters.shape, -0.02, np.float32)))
    picture = pixels(window)[80:-60, 380:500]
    assert (near(picture, colours().positive, 60), near(picture, colours().negative, 60) > 20) == (0, True)


def test_the_scale_is_that_of_what_the_edges_show(window: Window, diagram: DiagramView) -> None:
    snapshot, scales = hands.snapshot_of(window), []
    weights = max(float(np.abs(snapshot.weights(i)).max()) for i in range(3))
    for shown in (snapshot, shows(snapshot, snapshot.parameters * 1e-3), snapshot):
        diagram.show_snapshot(shown)
        diagram.grab()
        scales.append(diagram.edges.scale)
    assert scales == pytest.approx([weights, weights * 1e-3, weights])


def test_the_scale_of_each_quantity_is_steady(window: Window, diagram: DiagramView) -> None:
    snapshot, scales = hands.snapshot_of(window), []
    for factor in (1.0, 0.8, 0.9):
        diagram.show_snapshot(shows(snapshot, snapshot.parameters * np.float32(factor)))
        diagram.grab()
        scales.append(diagram.edges.scale)
    assert len(set(scales)) == 1


def test_edges_without_values_are_drawn_faintly(window: Window, diagram: DiagramView) -> None:
    diagram.show_snapshot(shows(hands.snapshot_of(window), None))
    picture = pixels(window)[80:-60, 380:500]
    coloured = near(picture, colours().positive, 60) + near(picture, colours().negative, 60)
    assert (coloured, len(np.unique(picture.reshape(-1, 4), axis=0)) > 5) == (0, True)


@pytest.mark.parametrize("ribbons", [False, True])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_do_not_stop_the_drawing(
    window: Window, diagram: DiagramView, bad: float, ribbons: bool
) -> None:
    snapshot = hands.show(window, DIGITS)
    values = snapshot.parameters.copy()
    values[::3] = bad
    diagram.show_view(Shown(ribbons=ribbons))
    diagram.show_snapshot(shows(snapshot, values))
    assert (near(pixels(window), colours().positive, 90) > 20, np.isfinite(diagram.edges.scale)) == (True, True)


def test_of_a_large_layer_it_is_said_how_many_edges_are_drawn(window: Window, diagram: DiagramView) -> None:
    hands.show(window, DIGITS)
    diagram.grab()
    assert (diagram.edges.drawn, "strongest 400 of 50,176" in diagram.accessibleDescription()) == ((400, 50176), True)


def test_nothing_is_left_out_of_a_small_network(diagram: DiagramView) -> None:
    diagram.grab()
    assert (diagram.edges.drawn, "strongest" in diagram.accessibleDescription()) == (None, False)


# -- heat maps --------------------------------------------------------------------------------------


def test_large_layers_are_shown_as_heat_maps_on_demand(window: Window, diagram: DiagramView) -> None:
    hands.show(window, DIGITS)
    pictures = []
    for wanted in (False, True, False):
        diagram.show_view(Shown(ribbons=wanted))
        pictures.append(pixels(window))
    assert [np.array_equal(pictures[0], other) for other in pictures[1:]] == [False, True]


def test_small_layers_have_no_heat_map(window: Window, diagram: DiagramView) -> None:
    network = slice(0, -60)  # above the row with the switch, which is there as long as it is on
    before = pixels(window)[network]
    diagram.show_view(Shown(ribbons=True))
    assert np.array_equal(pixels(window)[network], before)


@pytest.mark.parametrize("zoom", [1.0, 4.0])
def test_a_heat_map_says_the_weight_under_the_pointer(window: Window, diagram: DiagramView, zoom: float) -> None:
    snapshot = hands.show(window, DIGITS)
    diagram.show_view(Shown(ribbons=True))
    diagram.zoom_by(zoom)
    at = QPointF(middle_of(diagram, Weight(0, 32, 392)))
    hands.hover(diagram, at)
    found = diagram.under(at)
    assert (isinstance(found, Weight), QToolTip.text()) == (True, describe_edge(snapshot, found))


def test_a_heat_map_finds_the_strongest_weight_of_a_cell(window: Window, diagram: DiagramView) -> None:
    snapshot = hands.show(window, DIGITS)
    values = np.zeros_like(snapshot.parameters)
    snapshot.plan.layers[0].weights(values)[20, 391] = 1.0
    diagram.show_view(Shown(ribbons=True))
    diagram.show_snapshot(shows(snapshot, values))
    assert diagram.under(middle_of(diagram, Weight(0, 20, 391))) == Weight(0, 20, 391)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_heat_map_has_the_colours_of_both_signs(window: Window, diagram: DiagramView, theme: str) -> None:
    hands.show(window, DIGITS)
    window.show_theme(theme)
    diagram.show_view(Shown(ribbons=True))
    picture = pixels(window)
    assert (near(picture, colours().positive, 60) > 200, near(picture, colours().negative, 60) > 200) == (True, True)


def test_the_title_and_the_strip_of_a_column_are_found(diagram: DiagramView) -> None:
    diagram.zoom_by(2.0)
    x = middle_of(diagram, Unit(2, 0)).x()
    assert (diagram.column_at(x), diagram.head_at(QPointF(x, 30.0)), diagram.head_at(QPointF(x, 300.0))) == (2, 2, None)
