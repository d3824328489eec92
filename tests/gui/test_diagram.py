"""The drawing of the network in the window, under the pointer."""

from __future__ import annotations

from time import perf_counter

import hands
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QGraphicsView, QToolButton, QToolTip
from pytestqt.qtbot import QtBot

from engine.experiment import Dense, Experiment
from gui.diagram.layout import bend
from gui.diagram.raster import Gap
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
    began = perf_counter()
    window.diagram.grab()
    assert perf_counter() - began < 0.5


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
