"""The Matrix view shows the weights as they are: every number is read back from its cells and its pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

import hands
import numpy as np
import pytest
from moments import arrays, instant, of_layers
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractSlider, QLabel, QToolTip
from pytestqt.qtbot import QtBot
from sklearn.datasets import load_iris

from engine.edge_views import EDGE_VIEWS, EdgeValues
from engine.experiment import Experiment
from engine.snapshot import Snapshot
from gui.diagram.shown import Shown
from gui.plots.cells import EXACT
from gui.plots.matrix.view import MatrixView
from gui.selection import Unit, Weight, unit_name
from gui.theme import colours
from gui.window import Window

DISPLAY, ACROSS, DOWN = Qt.ItemDataRole.DisplayRole, Qt.Orientation.Horizontal, Qt.Orientation.Vertical


@pytest.fixture
def view(window: Window) -> Iterator[MatrixView]:
    """The view in the window, opened, on a network that has learned a little."""
    hands.show(window, Experiment().with_value("training.epochs", 3))
    window.training.finish()
    found = window.views["matrix"]
    assert isinstance(found, MatrixView)
    window.panels.open("matrix")
    hands.events()
    window.panels.docks["matrix"].setFloating(True)
    hands.events()
    window.panels.docks["matrix"].resize(700, 320)
    choose(found, 0)
    window.select(None)
    hands.settle(window)
    hands.events()
    yield found
    window.panels.docks["matrix"].setFloating(False)
    window.panels.docks["matrix"].hide()


def choose(view: MatrixView, layer: int) -> None:
    """Takes a layer from the menu in the title."""
    view.choice.menu().actions()[layer].trigger()


def layers(view: MatrixView) -> list[str]:
    """The layers that the menu offers; the one that is on has a mark."""
    return [f"{action.text()}{' ✓' * action.isChecked()}" for action in view.choice.menu().actions()]


def cells(view: MatrixView, role: int = DISPLAY) -> list[list[str]]:
    """What the cells of the table say, line by line."""
    model = view.cells.model()
    columns = range(model.columnCount())
    return [[model.index(line, unit).data(role) for unit in columns] for line in range(model.rowCount())]


def numbers(view: MatrixView) -> np.ndarray:
    """The numbers that the cells of the table show, as single-precision numbers."""
    return np.array([[np.float32(hands.read(text)) for text in line] for line in cells(view)], np.float32)


def note(view: MatrixView) -> str:
    """The note in the title line."""
    return next(label.text() for label in view.title.findChildren(QLabel) if label.property("role") == "note")


def alone(qtbot: QtBot, snapshot: Snapshot) -> MatrixView:
    """A view by itself that shows an instant."""
    view = MatrixView()
    qtbot.addWidget(view)
    view.resize(700, 320)
    view.show_snapshot(snapshot)
    view.show()
    hands.events()
    return view


def with_parameters(snapshot: Snapshot, *values: float) -> Snapshot:
    """The same instant with other first parameters."""
    parameters = snapshot.parameters.copy()
    parameters[: len(values)] = values
    return replace(snapshot, parameters=parameters)


def plain_matrix(snapshot: Snapshot, layer: int, flat: np.ndarray) -> np.ndarray:
    """Weights, inputs down, and the biases below them, taken from the flat vector number by number."""
    plan = snapshot.plan.layers[layer]
    width = plan.inputs + 1
    return np.array([[flat[plan.start + unit * width + line] for unit in range(plan.units)] for line in range(width)])


# -- the table -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_cells_are_the_weights_and_biases_bit_for_bit(view: MatrixView, window: Window, layer: int) -> None:
    choose(view, layer)
    snapshot = hands.snapshot_of(window)
    assert np.array_equal(numbers(view), plain_matrix(snapshot, layer, snapshot.parameters))


@pytest.mark.parametrize("layer", [0, 2])
def test_lines_are_named_for_inputs_and_columns_for_units(view: MatrixView, window: Window, layer: int) -> None:
    choose(view, layer)
    snapshot, model = hands.snapshot_of(window), view.cells.model()
    plan = snapshot.plan.layers[layer]
    inputs = [unit_name(snapshot, layer, i) for i in range(plan.inputs)]
    units = [unit_name(snapshot, layer + 1, i) for i in range(plan.units)]
    lines = range(model.rowCount())
    assert [model.headerData(i, DOWN, Qt.ItemDataRole.ToolTipRole) for i in lines] == [*inputs, "bias"]
    assert [model.headerData(i, DOWN) for i in lines] == [name.split(" (")[0] for name in (*inputs, "bias")]
    assert [model.headerData(i, ACROSS) for i in range(model.columnCount())] == units


def test_a_layer_without_biases_has_no_line_for_them(qtbot: QtBot) -> None:
    experiment = Experiment.model_validate({"network": {"layers": [{"kind": "dense", "units": 3, "bias": False}]}})
    view = alone(qtbot, instant(experiment))
    assert (len(cells(view)), len(view.heat.fields())) == (2, 1)


def test_numbers_follow_the_training(view: MatrixView, window: Window) -> None:
    before = numbers(view)
    view.cells.setCurrentIndex(view.cells.model().index(1, 2))
    hands.show(window, Experiment().with_value("training.epochs", 6))
    window.training.finish()
    snapshot, at = hands.settle(window), view.cells.currentIndex()
    assert not np.array_equal(before, numbers(view))
    assert np.array_equal(numbers(view), plain_matrix(snapshot, 0, snapshot.parameters))
    assert (note(view), at.row(), at.column()) == (f"Weight w · step {snapshot.step:,}", 1, 2)


def test_contributions_are_weight_times_input_of_the_traced_row(view: MatrixView, window: Window) -> None:
    window.trace_row(60)
    window.looking.choose(Shown(nodes="sample", edges="contribution"))
    snapshot = hands.settle(window)
    raw = load_iris().data[:, [2, 3]]
    train = raw[snapshot.data.rows_train]
    x = (raw[60] - train.mean(axis=0)) / train.std(axis=0)
    w = plain_matrix(snapshot, 0, snapshot.parameters)
    assert numbers(view) == pytest.approx(np.concatenate([w[:2] * x[:, None], w[2:]]), rel=1e-5)
    assert note(view).startswith("Contribution w·a · step")


def test_updates_are_what_a_step_has_changed(view: MatrixView, window: Window) -> None:
    window.looking.choose(Shown(edges="update"))
    hands.show(window, Experiment().with_value("training.epochs", 9))
    before = hands.settle(window).parameters
    hands.trigger(window, "train.step")
    snapshot = hands.settle(window)
    change = plain_matrix(snapshot, 0, snapshot.parameters) - plain_matrix(snapshot, 0, before)
    assert numbers(view) == pytest.approx(change, abs=2e-7)
    assert np.abs(change).max() > 1e-4


def test_where_nothing_can_be_shown_it_says_why(view: MatrixView, window: Window) -> None:
    hands.show(window, Experiment().with_value("training.seed", 3))
    window.looking.choose(Shown(edges="gradient"))
    hands.settle(window)
    assert "Nothing to show before the next step: train one." in hands.words(view)
    assert view.table() is None


def test_cells_are_copied_as_a_spreadsheet_reads_them(view: MatrixView, window: Window) -> None:
    view.cells.selectAll()
    QTest.keyClick(view.cells, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    snapshot = hands.snapshot_of(window)
    expected = plain_matrix(snapshot, 0, snapshot.parameters)
    assert [line[0] for line in lines] == ["", *snapshot.data.names, "bias"]
    assert lines[0][1:] == [f"hidden 1 · {i + 1}" for i in range(expected.shape[1])]
    assert np.array_equal(np.array([line[1:] for line in lines[1:]], np.float32), expected)


@pytest.mark.parametrize(("entry", "lines"), [(0, 2), (1, 2), (2, 4)])
def test_the_menu_copies_cells_rows_and_all(view: MatrixView, window: Window, entry: int, lines: int) -> None:
    window.select(Weight(0, 1, 4))
    view.cells.menu().actions()[entry].trigger()
    found = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    assert (len(found), len(found[0])) == (lines, 2 if entry == 0 else 9)
    assert (
        np.float32(found[-1 if entry < 2 else 2][1 if entry == 0 else 5]) == hands.snapshot_of(window).weights(0)[1, 4]
    )


def test_the_numbers_given_away_are_all_of_the_layer(view: MatrixView, window: Window) -> None:
    table, snapshot = view.table(), hands.snapshot_of(window)
    assert table is not None
    names, *columns = table.columns.values()
    assert list(names) == [*snapshot.data.names, "bias"]
    assert np.array_equal(np.stack(columns, axis=1), plain_matrix(snapshot, 0, snapshot.parameters))


# -- selection -----------------------------------------------------------------------------------------


def test_a_cell_that_is_chosen_is_selected_everywhere(view: MatrixView, window: Window) -> None:
    chosen = QSignalSpy(view.selected)
    view.cells.setCurrentIndex(view.cells.model().index(1, 5))
    assert (window.selection, chosen.count()) == (Weight(0, 1, 5), 1)


def test_the_cell_of_a_bias_is_its_unit(view: MatrixView, window: Window) -> None:
    view.cells.setCurrentIndex(view.cells.model().index(2, 6))
    at = view.cells.currentIndex()
    assert (window.selection, at.row(), at.column()) == (Unit(1, 6), 2, 6)


def test_a_weight_selected_elsewhere_is_selected_here(view: MatrixView, window: Window) -> None:
    chosen = QSignalSpy(view.selected)
    window.select(Weight(1, 3, 2))
    at = view.cells.currentIndex()
    assert (view.layer, at.row(), at.column(), chosen.count()) == (1, 3, 2, 0)
    assert float(at.data(EXACT)) == pytest.approx(float(hands.snapshot_of(window).weights(1)[3, 2]), rel=1e-7)


@pytest.mark.parametrize(("unit", "layer", "cell"), [(Unit(2, 4), 1, (-1, 4)), (Unit(0, 1), 0, (1, -1))])
def test_a_unit_selected_elsewhere_is_marked(
    view: MatrixView, window: Window, unit: Unit, layer: int, cell: tuple[int, int]
) -> None:
    window.select(unit)
    marked = {(at.row(), at.column()) for at in view.cells.selectionModel().selectedIndexes()}
    lines, units = view.cells.model().rowCount(), view.cells.model().columnCount()
    whole = {(i, j) for i in range(lines) for j in range(units) if i == cell[0] or j == cell[1]}
    assert (view.layer, marked, window.selection) == (layer, whole, unit)


def test_a_view_that_is_opened_shows_what_was_selected_before(qtbot: QtBot) -> None:
    view = MatrixView()
    qtbot.addWidget(view)
    view.show_selection(Weight(2, 1, 0))
    view.show_snapshot(instant(of_layers(8, 8)))
    grid = view.model.grid
    assert (view.layer, grid is not None and grid.layer) == (2, 2)


def test_a_layer_that_is_chosen_is_selected_everywhere(view: MatrixView, window: Window) -> None:
    choose(view, 2)
    assert (window.selection, view.cells.model().columnCount()) == (Unit(3, 0), 3)


def test_a_click_on_a_head_selects_the_unit(view: MatrixView, window: Window) -> None:
    header = view.cells.horizontalHeader()
    at = QPointF(header.sectionViewportPosition(1) + 20, 10)
    QTest.mouseClick(header.viewport(), hands.LEFT, pos=at.toPoint())
    assert window.selection == Unit(1, 1)


def test_arrow_keys_go_from_weight_to_weight(view: MatrixView, window: Window) -> None:
    window.select(Weight(0, 0, 0))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(view.cells, key)
    assert window.selection == Weight(0, 1, 2)


def test_a_click_into_the_map_selects_its_weight(view: MatrixView, window: Window) -> None:
    QTest.mouseClick(view.heat, hands.LEFT, pos=view.heat.rectangle(1, 3).center().toPoint())
    here = window.selection, view.cells.currentIndex().column()
    QTest.mouseClick(view.heat, hands.LEFT, pos=view.heat.rectangle(2, 7).center().toPoint())
    assert (here, window.selection) == ((Weight(0, 1, 3), 3), Unit(1, 7))


# -- the heat map --------------------------------------------------------------------------------------


def pixel(image: QImage, at: QPointF) -> QColor:
    return image.pixelColor(at.toPoint())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_cells_are_blue_above_zero_and_orange_below(view: MatrixView, window: Window, theme: str) -> None:
    window.show_theme(theme)
    hands.events()
    image, snapshot = view.heat.grab().toImage(), hands.snapshot_of(window)
    w = plain_matrix(snapshot, 0, snapshot.parameters)
    wrong = []
    for (line, unit), value in np.ndenumerate(w):
        tint = pixel(image, view.heat.rectangle(line, unit).topLeft() + QPointF(4, 4))
        if abs(value) > 0.05 * np.abs(w).max() and (tint.blue() > tint.red()) != (value > 0):
            wrong.append((line, unit))
    assert wrong == []


def test_the_strongest_weight_has_the_strongest_colour(qtbot: QtBot) -> None:
    view = alone(qtbot, with_parameters(instant(of_layers(3)), 2.0, 1.0, -1.0, -2.0, 0.0, 0.5))
    image = view.heat.grab().toImage()

    def distance(line: int, unit: int) -> int:
        tint = pixel(image, view.heat.rectangle(line, unit).topLeft() + QPointF(4, 4))
        ground = QColor(colours().surface)
        return sum(abs(a - b) for a, b in zip(tint.getRgb(), ground.getRgb(), strict=True))

    assert distance(0, 0) > distance(1, 0) > distance(1, 1) == 0


def test_signs_are_drawn_into_the_cells(qtbot: QtBot) -> None:
    view = alone(qtbot, with_parameters(instant(of_layers(3)), 2.0, 0.9, -0.9, -2.0))
    image = view.heat.grab().toImage()
    for line, unit, plus in ((1, 0, True), (0, 0, True), (2, 0, False), (0, 1, False)):
        middle = view.heat.rectangle(line, unit).center()
        beside = pixel(image, middle + QPointF(5, 5))
        across = any(pixel(image, middle + QPointF(-2, by)) != beside for by in (-1, 0, 1))
        upwards = any(pixel(image, middle + QPointF(by, -2.5)) != beside for by in (-1, 0, 1))
        assert (across, upwards) == (True, plus)


def test_the_scale_says_the_largest_magnitude(view: MatrixView, window: Window) -> None:
    top = np.abs(plain_matrix(hands.snapshot_of(window), 0, hands.snapshot_of(window).parameters)).max()
    assert view.heat.accessibleDescription() == f"2 inputs × 8 units, colours from −{top:.3g} to +{top:.3g}"


def test_the_pointer_says_the_exact_weight(view: MatrixView, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, words, *_: said.append(words))
    hands.hover(view.heat, view.heat.rectangle(0, 2).center())
    name, value = said[-1].split("\n")
    assert name == "petal length (cm) → hidden 1 · 3"
    assert np.float32(value.removeprefix("w = ")) == hands.snapshot_of(window).weights(0)[0, 2]


def test_what_is_held_is_marked_and_said(qtbot: QtBot) -> None:
    layer = {"kind": "dense", "units": 4, "frozen_units": [1], "pruned_weights": [[0, 2]], "frozen_weights": [[1, 3]]}
    view = alone(qtbot, instant(Experiment.model_validate({"network": {"layers": [layer]}})))
    model, kinds = view.cells.model(), {}
    for line in range(3):
        for unit in range(4):
            index = model.index(line, unit)
            made = index.data(Qt.ItemDataRole.FontRole)
            look = (made.italic(), made.strikeOut()) if made is not None else (False, False)
            kinds[line, unit] = (index.data(Qt.ItemDataRole.ToolTipRole).split("\n")[2:], *look)
    frozen, pruned = (["frozen"], True, False), (["held at zero"], False, True)
    assert {at for at, kind in kinds.items() if kind == frozen} == {(0, 1), (1, 1), (2, 1), (1, 3)}
    assert {at for at, kind in kinds.items() if kind == pruned} == {(0, 2)}
    assert set(map(str, kinds.values())) == {str(frozen), str(pruned), str(([], False, False))}


# -- what is strange, and what is large ----------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        [np.nan],
        [np.inf, -np.inf, np.nan, 1.0],
        [0.0] * 24,
        [np.nan] * 24,
        [3.4e38, -3.4e38],
        [1e-45, -1e-45],
        [-0.0],
    ],
)
def test_strange_numbers_are_shown_as_they_are(qtbot: QtBot, values: list[float]) -> None:
    snapshot = with_parameters(instant(of_layers(8)), *values)
    view = alone(qtbot, snapshot)
    view.show_selection(Weight(0, 0, 0))
    assert not view.grab().isNull()
    assert np.array_equal(numbers(view), plain_matrix(snapshot, 0, snapshot.parameters), equal_nan=True)
    view.heat.show_cell(-1, 3)
    view.resize(200, 500)
    assert not view.grab().isNull()


def test_a_number_that_is_none_is_neither_blue_nor_orange(qtbot: QtBot) -> None:
    view = alone(qtbot, with_parameters(instant(of_layers(8)), np.nan))
    tint = pixel(view.heat.grab().toImage(), view.heat.rectangle(0, 0).topLeft() + QPointF(3, 10))
    assert max(tint.red(), tint.green(), tint.blue()) - min(tint.red(), tint.green(), tint.blue()) < 40


def test_without_a_snapshot_it_says_what_will_be_there(qtbot: QtBot) -> None:
    view = MatrixView()
    qtbot.addWidget(view)
    view.show_selection(Weight(0, 0, 0))
    view.show()
    hands.events()
    assert ("The weights of a layer appear here." in hands.words(view), view.table()) == (True, None)


@pytest.mark.parametrize("units", [(), (1,), (3,) * 40])
def test_networks_of_any_depth_are_offered(qtbot: QtBot, units: tuple[int, ...]) -> None:
    offered = layers(alone(qtbot, instant(of_layers(*units))))
    assert (len(offered), offered[-1][:6], [name[-1] == "✓" for name in offered]) == (
        len(units) + 1,
        "output",
        [True, *[False] * len(units)],
    )


def test_a_layer_that_is_gone_is_no_longer_shown(qtbot: QtBot) -> None:
    view = alone(qtbot, instant(of_layers(4, 5)))
    view.show_selection(Weight(2, 4, 1))
    snapshot = instant(of_layers(2))
    view.show_snapshot(snapshot)
    assert (layers(view), len(cells(view)), len(cells(view)[0])) == (["hidden 1 · 2 × 2", "output · 2 × 3 ✓"], 3, 3)


@pytest.mark.parametrize("key", [each.key for each in EDGE_VIEWS])
def test_every_quantity_is_named(qtbot: QtBot, key: str) -> None:
    snapshot = instant(of_layers(2))
    edges = EdgeValues(key, np.arange(snapshot.parameters.size, dtype=np.float64))
    view = alone(qtbot, replace(snapshot, edges=edges))
    assert note(view).startswith(f"{EDGE_VIEWS[key].label} {EDGE_VIEWS[key].symbol} · step 0")
    assert cells(view)[1][0] == "1"


@pytest.mark.parametrize(("inputs", "units"), [(784, 256), (64, 4096)])
def test_large_layers_stay_smooth(qtbot: QtBot, inputs: int, units: int) -> None:
    x = np.random.default_rng(0).normal(size=(4, inputs))
    snapshot = instant(of_layers(units), arrays(x, np.arange(4.0)))
    view, times = alone(qtbot, snapshot), []
    for _ in range(7):
        began = perf_counter()
        view.show_snapshot(replace(snapshot))
        refreshed = perf_counter() - began
        view.grab()
        times.append((refreshed, perf_counter() - began))
    print(inputs, units, [f"{1000 * min(each):.1f} ms" for each in zip(*times, strict=True)])
    assert min(painted for _, painted in times) < 0.08
    assert (view.cells.model().rowCount(), view.cells.model().columnCount()) == (inputs + 1, units)


def test_a_huge_layer_is_drawn_only_now_and_then_but_in_the_end(qtbot: QtBot) -> None:
    x = np.random.default_rng(0).normal(size=(4, 1100))
    snapshot = instant(of_layers(1000), arrays(x, np.arange(4.0)))
    view = alone(qtbot, snapshot)
    view.show_snapshot(replace(with_parameters(snapshot, 77.0), step=5))
    before = note(view), cells_at(view)
    qtbot.waitUntil(lambda: cells_at(view) == "77", timeout=5000)
    assert (before[0], before[1] != "77", note(view)) == ("Weight w · step 0", True, "Weight w · step 5")


def cells_at(view: MatrixView) -> str:
    """The first cell."""
    return str(view.cells.model().index(0, 0).data())


@pytest.mark.parametrize(
    ("selection", "layer", "cell"),
    [(Weight(0, 60, 38), 0, (60, 38)), (Weight(1, 38, 39), 1, (38, 39)), (Unit(2, 38), 1, (0, 38)),
     (Unit(0, 62), 0, (62, 0))],
)  # fmt: skip
def test_what_was_selected_before_the_view_was_opened_is_in_sight(
    qtbot: QtBot, selection: Unit | Weight, layer: int, cell: tuple[int, int]
) -> None:
    view = MatrixView()
    qtbot.addWidget(view)
    view.show_selection(selection)
    view.resize(900, 700)
    view.show_snapshot(instant(of_layers(40, 40).edited(data={"source": "digits"})))
    view.show()
    hands.events()
    view.resize(420, 150)  # as a panel gets its place
    hands.events()
    at = view.cells.currentIndex()
    assert (view.layer, (at.row(), at.column())) == (layer, cell)
    assert view.cells.viewport().rect().contains(view.cells.visualRect(at).center())


def of_digits(qtbot: QtBot, width: int, height: int, selected: Weight) -> MatrixView:
    """A view by itself of 64 inputs and 40 units, in which a weight was selected."""
    view = MatrixView()
    qtbot.addWidget(view)
    view.show_snapshot(instant(of_layers(40).edited(data={"source": "digits"})))
    view.resize(width, height)
    view.show()
    view.show_selection(selected)
    hands.events()
    return view


def test_what_was_scrolled_away_stays_so_when_the_view_gets_another_size(qtbot: QtBot) -> None:
    view = of_digits(qtbot, 420, 150, Weight(0, 60, 38))
    view.cells.verticalScrollBar().triggerAction(QAbstractSlider.SliderAction.SliderToMinimum)
    view.resize(420, 170)
    hands.events()
    assert view.cells.verticalScrollBar().value() == 0


def test_a_number_scrolled_to_the_left_edge_is_whole(qtbot: QtBot) -> None:
    view = of_digits(qtbot, 533, 240, Weight(0, 6, 21))
    first = view.cells.columnAt(0)
    assert (first > 0, view.cells.columnViewportPosition(first)) == (True, 0)
