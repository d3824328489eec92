"""The Data view shows the data as they are: every cell, point and bar is found again in the raw data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from time import perf_counter

import eyes
import hands
import numpy as np
import pytest
from moments import arrays, instant, of_layers
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot
from sklearn.datasets import load_diabetes, load_iris

from engine.data.scaling import Scaling
from engine.experiment import Experiment
from engine.findings import findings
from engine.model import Evaluation
from engine.snapshot import Snapshot
from gui.plots.cells import EXACT, MOST_COPIED
from gui.plots.data.balance import judged
from gui.plots.data.counting import Counts, spread
from gui.plots.data.points import MOST_POINTS
from gui.plots.data.rows import in_units
from gui.plots.data.view import DataView
from gui.text import number
from gui.window import Window

ROW, PART, TARGET, ANSWER, RIGHT, OUTPUT, FIRST = range(7)
IRIS, PETALS = load_iris(), [2, 3]
UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
DISPLAY = Qt.ItemDataRole.DisplayRole


def on(source: str, epochs: int = 5, **data: object) -> Experiment:
    """A short run on some data."""
    return Experiment.model_validate({"data": {"source": source, **data}, "training": {"epochs": epochs}})


@pytest.fixture
def view(window: Window) -> Iterator[DataView]:
    """The view in the window, opened, on the iris data, trained a little."""
    hands.show(window, on("iris"))
    window.training.finish()
    found = window.views["data"]
    assert isinstance(found, DataView)
    found.show_page("table")
    window.panels.open("data")
    hands.settle(window)
    hands.events()
    yield found
    for field, key in ((found.cells.part, "all"), (found.cells.which, "-1")):
        hands.choose(field, key)
    found.cells.search.clear()
    for field, first in ((found.scatter.across, "0"), (found.scatter.up, "1")):
        if field.count():
            hands.choose(field, first)
    found.cells.cells.sortByColumn(-1, UP)
    window.linking.choose_class(-1)
    window.panels.docks["data"].hide()


def column(view: DataView, place: int, role: int = DISPLAY) -> list[str]:
    """What the cells of a column say, from the top."""
    model = view.cells.cells.model()
    return [model.index(line, place).data(role) for line in range(model.rowCount())]


def heads(view: DataView) -> list[str]:
    """What stands above the columns."""
    model = view.cells.cells.model()
    return [model.headerData(place, Qt.Orientation.Horizontal) for place in range(model.columnCount())]


def rows_shown(view: DataView) -> list[int]:
    """The rows of the original table, from 0, in the order they are listed."""
    return [int(text) - 1 for text in column(view, ROW)]


def note(view: DataView) -> str:
    """The note in the title line."""
    return next(label.text() for label in view.title.findChildren(QLabel) if label.property("role") == "note")


def alone(qtbot: QtBot, snapshot: Snapshot, page: str = "table") -> DataView:
    """A view by itself that shows an instant."""
    view = DataView()
    qtbot.addWidget(view)
    view.resize(600, 320)
    view.show_page(page)
    view.show_snapshot(snapshot)
    view.show()
    hands.events()
    return view


def answering(snapshot: Snapshot, outputs: np.ndarray) -> Snapshot:
    """The same instant with other outputs, (rows, outputs), by the rows of the original table."""
    evaluation, data = snapshot.evaluation, snapshot.data
    parts = outputs[data.rows_train], outputs[data.rows_test]
    return replace(snapshot, evaluation=Evaluation(9, evaluation.train, evaluation.test, *parts))


def plain_answers(snapshot: Snapshot, x: np.ndarray) -> np.ndarray:
    """What the network says to raw rows, by a loop of its own in double precision; tanh units, softmax at the end."""
    train = x[snapshot.data.rows_train]
    a = (x - train.mean(axis=0)) / train.std(axis=0)
    for i in range(len(snapshot.plan.layers)):
        z = a @ snapshot.weights(i).astype(float) + snapshot.biases(i).astype(float)
        a = np.tanh(z)
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# -- the table ---------------------------------------------------------------------------------------


def test_every_row_is_there_once_in_the_order_of_the_table(view: DataView) -> None:
    assert rows_shown(view) == list(range(150))


@pytest.mark.parametrize("place", [0, 1])
def test_inputs_are_the_raw_numbers(view: DataView, place: int) -> None:
    assert column(view, FIRST + place) == [f"{value:.6g}" for value in IRIS.data[:, PETALS[place]]]


def test_columns_have_the_names_of_the_data(view: DataView) -> None:
    assert heads(view)[FIRST:] == [IRIS.feature_names[i] for i in PETALS]


def test_targets_are_the_raw_classes(view: DataView) -> None:
    assert column(view, TARGET) == [IRIS.target_names[k] for k in IRIS.target]


def test_parts_are_told_by_word_and_mark(view: DataView, window: Window) -> None:
    held_out = set(hands.snapshot_of(window).data.rows_test.tolist())
    assert column(view, PART) == ["○ test" if row in held_out else "● training" for row in range(150)]


def test_answers_are_those_of_the_network(view: DataView, window: Window) -> None:
    answers = plain_answers(hands.snapshot_of(window), IRIS.data[:, PETALS]).argmax(axis=1)
    assert column(view, ANSWER) == [IRIS.target_names[k] for k in answers]


def test_outputs_are_the_shares_of_the_answers(view: DataView, window: Window) -> None:
    shares = plain_answers(hands.snapshot_of(window), IRIS.data[:, PETALS]).max(axis=1)
    assert [float(text) for text in column(view, OUTPUT)] == pytest.approx(shares, rel=2e-5)


def test_answers_are_right_or_wrong(view: DataView, window: Window) -> None:
    answers = plain_answers(hands.snapshot_of(window), IRIS.data[:, PETALS]).argmax(axis=1)
    right = ["✓ right" if answer == truth else "✗ wrong" for answer, truth in zip(answers, IRIS.target, strict=True)]
    assert (column(view, RIGHT), "✗ wrong" in right) == (right, True)


def test_errors_of_numbers_are_answer_minus_truth(qtbot: QtBot) -> None:
    snapshot = instant(on("diabetes"), steps=20)
    view, truth = alone(qtbot, snapshot), load_diabetes().target
    mean, spread_of = truth[snapshot.data.rows_train].mean(), truth[snapshot.data.rows_train].std()
    outputs = np.empty(len(truth))
    outputs[snapshot.data.rows_train] = snapshot.evaluation.outputs_train[:, 0]
    outputs[snapshot.data.rows_test] = snapshot.evaluation.outputs_test[:, 0]
    answers = outputs * spread_of + mean
    assert column(view, 2, EXACT) == [f"{value:g}" for value in truth]
    assert [float(text) for text in column(view, 3, EXACT)] == pytest.approx(answers, rel=1e-9)
    assert [float(text) for text in column(view, 4, EXACT)] == pytest.approx(answers - truth, abs=1e-7)


@pytest.mark.parametrize("falling", [False, True])
@pytest.mark.parametrize("place", [ROW, OUTPUT, FIRST, FIRST + 1])
def test_numbers_are_sorted_as_numbers(view: DataView, place: int, falling: bool) -> None:
    view.cells.cells.sortByColumn(place, DOWN if falling else UP)
    found = [float(text) for text in column(view, place, EXACT)]
    assert (found, len(found)) == (sorted(found, reverse=falling), 150)


def test_a_click_on_a_head_sorts(view: DataView) -> None:
    header = view.cells.cells.horizontalHeader()
    at = header.sectionViewportPosition(ROW) + 10
    for _ in range(2):
        QTest.mouseClick(header.viewport(), hands.LEFT, pos=QPointF(at, 10).toPoint())
    assert rows_shown(view) == list(range(149, -1, -1))


@pytest.mark.parametrize("order", [UP, DOWN])
def test_what_is_no_number_is_last(qtbot: QtBot, order: Qt.SortOrder) -> None:
    snapshot = instant(of_layers(2), arrays(np.arange(6.0)[:, None], [1.0, 2, 3, 4, 5, 6]))
    outputs = np.array([[np.nan], [2.0], [np.inf], [-np.inf], [1.0], [np.nan]])
    view = alone(qtbot, answering(snapshot, outputs))
    view.cells.cells.sortByColumn(3, order)
    expected = ["−inf", "1", "2", "inf"]
    assert column(view, 3) == [*(expected if order == UP else reversed(expected)), "nan", "nan"]


def test_an_answer_that_is_no_number_is_no_class(qtbot: QtBot) -> None:
    snapshot = instant(of_layers(2), arrays(np.arange(4.0)[:, None], ["a", "b", "c", "a"]))
    outputs = np.array([[np.nan, 0, 0], [0, 1, 0], [0, 0, np.inf], [-np.inf, 0, 0.5]])
    view = alone(qtbot, answering(snapshot, outputs))
    assert (column(view, ANSWER), column(view, RIGHT)) == (["–", "b", "c", "c"], ["–", "✓ right", "✓ right", "✗ wrong"])


@pytest.mark.parametrize(("part", "count"), [("train", 105), ("test", 45)])
def test_one_part_alone_can_be_shown(view: DataView, part: str, count: int) -> None:
    hands.choose(view.cells.part, part)
    assert (len(column(view, ROW)), set(column(view, PART))) == (count, {"● training" if part == "train" else "○ test"})
    assert note(view).startswith(f"{count} of 150 rows")


def test_one_class_alone_can_be_shown(view: DataView) -> None:
    hands.choose(view.cells.which, "2")
    assert rows_shown(view) == list(range(100, 150))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("virg", lambda row: row >= 100),
        ("17", lambda row: row == 16),
        ("5,1", lambda row: 5.1 in IRIS.data[row, PETALS]),
        ("0.1", lambda row: 0.1 in IRIS.data[row, PETALS]),
        ("no such", lambda _: False),
    ],
)
def test_rows_are_found_by_class_number_and_value(view: DataView, text: str, wanted: object) -> None:
    QTest.keyClicks(view.cells.search, text)
    assert rows_shown(view) == [row for row in range(150) if wanted(row)]


def test_a_row_that_is_chosen_is_traced_once(view: DataView, window: Window) -> None:
    picked = QSignalSpy(view.row_picked)
    view.cells.cells.setCurrentIndex(view.cells.cells.model().index(41, FIRST))
    snapshot = hands.settle(window)
    assert (picked.count(), window.traced_row, snapshot.trace and snapshot.trace.row) == (1, 41, 41)
    assert window.looking.shows_sample


def test_another_cell_of_the_traced_row_traces_nothing_again(view: DataView, window: Window) -> None:
    window.trace_row(41)
    picked = QSignalSpy(view.row_picked)
    view.cells.cells.setCurrentIndex(view.cells.cells.model().index(41, ANSWER))
    selected = [(at.row(), at.column()) for at in view.cells.cells.selectionModel().selectedIndexes()]
    assert (picked.count(), selected) == (0, [(41, ANSWER)])


def test_the_row_traced_elsewhere_is_selected_and_seen(view: DataView, window: Window) -> None:
    picked = QSignalSpy(view.row_picked)
    window.trace_row(99)
    index = view.cells.cells.currentIndex()
    selected = {at.row() for at in view.cells.cells.selectionModel().selectedIndexes()}
    assert (index.row(), selected, picked.count()) == (99, {99}, 0)
    assert view.cells.cells.viewport().rect().intersects(view.cells.cells.visualRect(index))


def test_arrow_keys_go_from_row_to_row(view: DataView, window: Window) -> None:
    window.trace_row(10)
    QTest.keyClick(view.cells.cells, Qt.Key.Key_Down)
    assert window.traced_row == 11


def test_coming_with_the_tab_key_chooses_nothing(view: DataView, window: Window) -> None:
    window.trace_row(120)
    QTest.keyClicks(view.cells.search, "setosa")
    view.cells.cells.setFocus()
    hands.events()
    assert window.traced_row == 120


def test_new_answers_leave_selection_and_scroll_where_they_are(view: DataView, window: Window) -> None:
    window.trace_row(140)
    cells = view.cells.cells
    cells.setCurrentIndex(cells.model().index(140, FIRST))
    before = cells.verticalScrollBar().value(), cells.currentIndex().row(), column(view, OUTPUT)
    window.document.change(on("iris", epochs=30), "")
    window.training.finish()
    hands.settle(window)
    assert (cells.verticalScrollBar().value(), cells.currentIndex().row()) == before[:2]
    assert column(view, OUTPUT) != before[2]
    assert note(view) == f"150 rows · answers at step {hands.snapshot_of(window).step}"


def test_a_row_stays_selected_where_new_answers_sort_it_elsewhere(qtbot: QtBot) -> None:
    snapshot = instant(of_layers(2), arrays(np.arange(5.0)[:, None], [1.0, 2, 3, 4, 5]))
    view = alone(qtbot, answering(snapshot, np.array([[5.0], [4], [3], [2], [1]])))
    view.cells.cells.sortByColumn(3, UP)
    view.show_row(0)
    where = [view.cells.cells.currentIndex().row()]
    view.show_snapshot(answering(snapshot, np.array([[0.0], [4], [3], [2], [1]])))
    where.append(view.cells.cells.currentIndex().row())
    assert (where, rows_shown(view)) == ([4, 0], [0, 4, 3, 2, 1])


def test_cells_are_copied_with_their_heads_and_all_digits(view: DataView) -> None:
    cells = view.cells.cells
    cells.clearSelection()
    for line in (3, 4):
        for place in (FIRST, FIRST + 1):
            index = cells.model().index(line, place)
            cells.selectionModel().select(index, cells.selectionModel().SelectionFlag.Select)
    QTest.keyClick(cells, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    assert lines[0] == [IRIS.feature_names[i] for i in PETALS]
    assert [[float(text) for text in line] for line in lines[1:]] == IRIS.data[3:5, PETALS].tolist()


def test_cells_that_are_not_selected_are_left_empty(view: DataView) -> None:
    cells, flag = view.cells.cells, view.cells.cells.selectionModel().SelectionFlag.Select
    cells.clearSelection()
    for line, place in ((0, ROW), (1, TARGET)):
        cells.selectionModel().select(cells.model().index(line, place), flag)
    cells.copy()
    assert QGuiApplication.clipboard().text() == "row\tspecies\n1\t\n\tsetosa"


@pytest.mark.parametrize(("entry", "lines"), [(1, 2), (2, 151)])
def test_rows_and_everything_are_copied_from_the_menu(view: DataView, window: Window, entry: int, lines: int) -> None:
    window.trace_row(7)
    view.cells.cells.menu().actions()[entry].trigger()
    found = QGuiApplication.clipboard().text().split("\n")
    assert (len(found), {line.count("\t") for line in found}) == (lines, {len(heads(view)) - 1})


def test_too_many_cells_are_refused_in_a_sentence(qtbot: QtBot) -> None:
    count = MOST_COPIED // 5 + 1
    view = alone(qtbot, instant(of_layers(1), arrays(np.arange(count)[:, None] * 1.0, np.arange(count) * 1.0)))
    QGuiApplication.clipboard().setText("before")
    view.cells.cells.copy_all()
    assert (QGuiApplication.clipboard().text(), "too many to copy" in note(view)) == ("before", True)


def test_the_data_given_away_are_complete_and_in_the_order_shown(view: DataView) -> None:
    view.cells.cells.sortByColumn(FIRST, DOWN)
    table = view.table()
    assert table is not None
    assert [float(text) for text in column(view, FIRST, EXACT)] == table.columns[heads(view)[FIRST]].tolist()
    assert table.columns["row"].tolist() == [row + 1 for row in rows_shown(view)]
    assert np.array_equal(np.sort(table.columns[heads(view)[FIRST]]), np.sort(IRIS.data[:, 2]))


def test_columns_of_the_same_name_are_all_given_away(qtbot: QtBot) -> None:
    data = arrays([[1.0, 2.0], [3.0, 4.0]], [0.5, 1.5], names=("row", "y"))
    table = alone(qtbot, instant(of_layers(2), data)).table()
    assert table is not None
    assert list(table.columns) == ["row", "part", "y", "answer", "error", "row (2)", "y (2)"]


@pytest.mark.parametrize("scale", ["standard", "minmax", "robust", "none"])
def test_numbers_come_back_from_the_scaling_as_they_were(scale: str) -> None:
    raw = np.random.default_rng(0).normal(size=(400, 3)).round(3) * [1.0, 1000.0, 1e-4] + [0.0, 5000.0, 0.1]
    raw = np.array([[float(f"{value:.7g}") for value in row] for row in raw])
    scaling = Scaling.fitted(scale, raw)
    found = in_units(scaling, scaling.apply(raw))
    assert np.array_equal(scaling.apply(found), scaling.apply(raw))
    assert np.median(np.abs(found - raw)) == 0.0


# -- the scatter plot ----------------------------------------------------------------------------------


def points(view: DataView) -> dict[int, tuple[float, float]]:
    """The points that are drawn, by position among the rows."""
    item = view.scatter.points
    x, y = item.getData()
    return {int(spot.data()): (float(a), float(b)) for spot, a, b in zip(item.points(), x, y, strict=True)}


def test_points_are_the_raw_numbers(view: DataView, window: Window) -> None:
    view.show_page("scatter")
    data = hands.snapshot_of(window).data
    rows = np.concatenate([data.rows_train, data.rows_test])
    assert points(view) == {i: tuple(IRIS.data[row, PETALS].tolist()) for i, row in enumerate(rows.tolist())}


def test_the_target_can_be_an_axis(view: DataView, window: Window) -> None:
    view.show_page("scatter")
    hands.choose(view.scatter.up, "2")
    data = hands.snapshot_of(window).data
    rows = np.concatenate([data.rows_train, data.rows_test]).tolist()
    assert {i: at[1] for i, at in points(view).items()} == {i: float(IRIS.target[row]) for i, row in enumerate(rows)}
    assert view.scatter.plot.getPlotItem().getAxis("left").labelText == "species"


def test_classes_differ_by_colour_and_shape_and_parts_by_filling(view: DataView, window: Window) -> None:
    view.show_page("scatter")
    data, looks = hands.snapshot_of(window).data, {}
    for spot in view.scatter.points.points():
        place = int(spot.data())
        tested = place >= len(data.rows_train)
        row = (data.rows_test[place - len(data.rows_train)] if tested else data.rows_train[place]).item()
        tint = (spot.pen() if tested else spot.brush()).color().name()
        looks.setdefault((int(IRIS.target[row]), tested), set()).add((spot.symbol(), tint))
    assert all(len(kinds) == 1 for kinds in looks.values())
    assert looks[0, False] == looks[0, True]
    found = [next(iter(looks[k, False])) for k in range(3)]
    assert (len({symbol for symbol, _ in found}), len({tint for _, tint in found})) == (3, 3)


def test_the_traced_row_has_a_ring(view: DataView, window: Window) -> None:
    view.show_page("scatter")
    window.trace_row(77)
    x, y = view.scatter.ring.getData()
    assert (x.tolist(), y.tolist()) == ([IRIS.data[77, 2]], [IRIS.data[77, 3]])


def test_a_click_on_a_point_traces_its_row(view: DataView, window: Window) -> None:
    view.show_page("scatter")
    hands.events()
    spot = max(view.scatter.points.points(), key=lambda spot: spot.pos().x())
    at = view.scatter.plot.mapFromScene(view.scatter.plot.getViewBox().mapViewToScene(spot.pos()))
    QTest.mouseClick(view.scatter.plot.viewport(), hands.LEFT, pos=at)
    assert window.traced_row == int(IRIS.data[:, 2].argmax())


def test_a_point_says_its_row_and_values(view: DataView, window: Window) -> None:
    view.show_page("scatter")
    row = int(hands.snapshot_of(window).data.rows_test[2])
    words = view.scatter.words_of(105 + 2)
    values = [f"{IRIS.feature_names[i]} {number(IRIS.data[row, i], 6)}" for i in PETALS]
    species = f"species {IRIS.target_names[IRIS.target[row]]}"
    assert words.split("\n") == [*values, species, f"row {row + 1}, click to trace it · test"]


def test_numbers_are_coloured_by_a_scale(qtbot: QtBot) -> None:
    view = alone(qtbot, instant(on("diabetes")), "scatter")
    truth = load_diabetes().target
    rows = instant(on("diabetes")).data
    numbers = np.concatenate([rows.rows_train, rows.rows_test])
    by_value = sorted(view.scatter.points.points(), key=lambda spot: truth[numbers[spot.data()]])
    tints = [(spot.pen() if spot.data() >= len(rows.rows_train) else spot.brush()).color().name() for spot in by_value]
    # The colours change from one to the next, and none comes back.
    changes = [tint for tint, before in zip(tints, [None, *tints], strict=False) if tint != before]
    assert len(changes) == len(set(tints)) > 30
    assert view.scatter.key.accessibleName() == f"progression: from {truth.min():g} to {truth.max():g}"


def test_at_most_some_points_are_drawn_and_it_is_said(qtbot: QtBot) -> None:
    x = np.random.default_rng(0).normal(size=(40_000, 2))
    view = alone(qtbot, instant(of_layers(2), arrays(x, (x[:, 0] > 0).astype(int))), "scatter")
    places = sorted(points(view))
    assert (len(places), set(np.diff(places).tolist())) == (MOST_POINTS, {40_000 // MOST_POINTS})
    assert note(view).startswith("5,000 of 40,000 rows, evenly chosen")


def test_a_marked_class_stands_out(view: DataView, window: Window) -> None:
    view.show_page("scatter")
    window.linking.choose_class(1)
    alphas = {(spot.symbol(), spot.brush().color().alphaF() == 1.0) for spot in view.scatter.points.points()}
    assert alphas == {("o", False), ("s", True), ("t1", False)}


# -- the balance ---------------------------------------------------------------------------------------


def test_bars_say_counts_and_shares(view: DataView, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    view.show_page("balance")
    painted = eyes.painted(monkeypatch)
    view.balance.bars.grab()
    data = hands.snapshot_of(window).data
    for rows in (data.rows_train, data.rows_test):
        for count in Counter(IRIS.target[rows].tolist()).values():
            assert f"{count} · {100 * count / len(rows):.1f} %" in painted
    words = view.balance.bars.accessibleDescription()
    assert words.startswith("setosa: training 35 · 33.3 %, test 15 · 33.3 %")


def uneven(train: dict[str, int], test: dict[str, int]) -> Snapshot:
    """Data with so many rows of every class in either part."""
    names = sorted(train.keys() | test.keys())
    snapshot = instant(of_layers(2), arrays(np.arange(float(len(names)))[:, None], names))

    def part(counts: dict[str, int]) -> np.ndarray:
        return np.repeat(np.arange(len(names)), [counts.get(name, 0) for name in names])

    y, z = part(train), part(test)
    rows = np.arange(len(y) + len(z))
    data = replace(
        snapshot.data,
        x_train=y[:, None].astype(np.float32),
        y_train=y,
        x_test=z[:, None].astype(np.float32),
        y_test=z,
        rows_train=rows[: len(y)],
        rows_test=rows[len(y) :],
    )
    outputs = np.eye(len(names))
    if len(names) == 2:
        outputs = np.array([[0.0], [1.0]])
    return answering(replace(snapshot, data=data), outputs[np.concatenate([y, z])])


@pytest.mark.parametrize(
    ("train", "test", "words"),
    [
        ({"a": 8, "b": 2}, {"a": 1, "b": 1}, "Unbalanced: “a” has 4 times the training rows of “b”; from 4 times"),
        ({"a": 8, "b": 3}, {"a": 1, "b": 1}, "Balanced: “a” has 2.67 times the training rows of “b”"),
        ({"a": 4, "b": 4}, {"a": 1, "b": 1}, "Balanced: every class has the same number of training rows."),
        ({"a": 4, "b": 4}, {"a": 1, "b": 0}, "No test row is of “b”."),
        ({"a": 4, "b": 0, "c": 4}, {"b": 2}, "No training row is of “b”. No test row is of “a”, “c”."),
        ({"a": 4, "b": 0}, {}, "No rows are held out for testing. All training rows are of “a”"),
        ({"a": 0, "b": 0}, {"a": 3}, "There is no training row. No test row is of “b”."),
    ],
)
def test_what_is_wrong_with_the_balance_is_said(
    qtbot: QtBot, train: dict[str, int], test: dict[str, int], words: str
) -> None:
    view = alone(qtbot, uneven(train, test), "balance")
    assert words in view.balance.sentence.text()
    assert not view.grab().isNull()


@pytest.mark.parametrize(("large", "said"), [(39, False), (40, True)])
def test_the_page_and_the_hint_call_the_same_classes_unbalanced(large: int, said: bool) -> None:
    data = arrays(np.arange(large + 10.0)[:, None], ["a"] * large + ["b"] * 10)
    counts = Counts(np.array([[large, 10], [0, 0]]))
    assert judged(data.classes, counts).partition(" held out for testing. ")[2].startswith("Unbalanced") == said
    assert ("unbalanced_classes" in [each.key for each in findings(instant(of_layers(2), data))]) == said


def test_a_click_on_a_class_marks_it_everywhere_and_filters_the_table(view: DataView, window: Window) -> None:
    view.show_page("balance")
    at = view.balance.bars.mapTo(view.balance.bars, QPointF(40, 60).toPoint())
    QTest.mouseClick(view.balance.bars, hands.LEFT, pos=at)
    assert (window.linking.chosen_class, rows_shown(view)) == (1, list(range(50, 100)))
    QTest.mouseClick(view.balance.bars, hands.LEFT, pos=at)
    assert (window.linking.chosen_class, len(rows_shown(view))) == (-1, 150)


def test_a_class_is_chosen_with_the_keys(view: DataView, window: Window) -> None:
    view.show_page("balance")
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(view.balance.bars, key)
    assert window.linking.chosen_class == 1


def test_the_histogram_counts_every_row(qtbot: QtBot) -> None:
    snapshot = instant(on("diabetes"))
    view, truth = alone(qtbot, snapshot, "balance"), load_diabetes().target
    table = view.table()
    assert table is not None
    for name, bar, rows in zip(
        ("training rows", "test rows"),
        view.balance.spread.bars,
        (snapshot.data.rows_train, snapshot.data.rows_test),
        strict=True,
    ):
        edges = [*table.columns["from"].tolist(), table.columns["to"].tolist()[-1]]
        counts = [
            sum(low <= value < high or (value == high == edges[-1]) for value in truth[rows])
            for low, high in pairwise(edges)
        ]
        assert table.columns[name].tolist() == counts
        assert [count for count in counts if count] == list(bar.opts["height"])
    assert f"{len(snapshot.data.rows_train)} rows from 25 to 346" in view.balance.sentence.text()


def test_a_bin_is_said_in_words(qtbot: QtBot) -> None:
    view = alone(qtbot, instant(on("diabetes")), "balance")
    plot = view.balance.spread
    low, high = plot.edges[3:5]
    found = f"progression from {number(low, 4)} to {number(high, 4)}: {plot.counts[0, 3]} training rows"
    assert plot.words_at((low + high) / 2).startswith(found)
    assert plot.words_at(plot.edges[0] - 1.0) == ""


@pytest.mark.parametrize(
    "values",
    [[], [1.0], [2.0] * 9, [np.nan] * 3, [np.nan, 1.0, np.inf], [0.0, 1e308, -1e308], [1.0, np.nextafter(1.0, 2)]],
)
def test_a_histogram_of_strange_numbers_counts_the_finite_ones(values: list[float]) -> None:
    edges, counts = spread(np.array(values), np.zeros(len(values), bool))
    assert (counts.sum(), len(edges)) == (np.isfinite(values).sum(), counts.shape[1] + 1)


# -- the pages, and what is strange --------------------------------------------------------------------


@pytest.mark.parametrize("page", ["table", "scatter", "balance"])
def test_a_switch_turns_to_a_page(view: DataView, page: str) -> None:
    switch = next(each for each in view.title.findChildren(QToolButton) if each.text() == page)
    QTest.mouseClick(switch, hands.LEFT)
    on_now = [each.text() for each in view.title.findChildren(QToolButton) if each.isChecked()]
    assert (view.page, on_now, view.table() is None) == (page, [page], False)


@pytest.mark.parametrize("page", ["table", "scatter", "balance"])
def test_without_anything_to_show_it_says_so(qtbot: QtBot, page: str) -> None:
    empty = DataView()
    qtbot.addWidget(empty)
    empty.show_page(page)
    drawn = instant(Experiment.model_validate({"data": {"source": "drawn", "points": {}}}))
    for view in (empty, alone(qtbot, drawn, page)):
        assert ("There are no rows yet." in hands.words(view), view.table()) == (True, None)


def strange() -> dict[str, Snapshot]:
    """Instants that are hard to draw."""
    nan, huge = np.float32(np.nan), np.float32(3e38)
    one = instant(of_layers(2), arrays([[0.0], [1.0]], [0.0, 1.0]))
    kinds = uneven({"a": 3, "b": 2}, {"a": 1})

    def inputs(snapshot: Snapshot, value: np.float32) -> Snapshot:
        x = np.full_like(snapshot.data.x_train, value)
        return replace(snapshot, data=replace(snapshot.data, x_train=x))

    y = np.array([[nan], [np.inf]], np.float32)
    return {
        "one class": uneven({"a": 5, "b": 0}, {"a": 2}),
        "one row": uneven({"a": 1, "b": 0}, {}),
        "no training row": uneven({"a": 0, "b": 0}, {"a": 1, "b": 1}),
        "all equal": inputs(kinds, np.float32(0.0)),
        "nan inputs": inputs(kinds, nan),
        "infinite inputs": inputs(one, np.float32(np.inf)),
        "huge inputs": inputs(one, huge),
        "nan outputs": answering(kinds, np.full((6, 1), np.nan)),
        "infinite outputs": answering(one, np.full((2, 1), np.inf)),
        "nan targets": replace(one, data=replace(one.data, y_train=y)),
        "100 classes": uneven({f"class {k}": k + 1 for k in range(100)}, {}),
    }


@pytest.mark.parametrize("page", ["table", "scatter", "balance"])
@pytest.mark.parametrize("case", list(strange()))
def test_strange_data_are_shown(qtbot: QtBot, case: str, page: str) -> None:
    view = alone(qtbot, strange()[case], page)
    view.show_row(0)
    view.show_class(0)
    if page == "table":
        for place in range(len(heads(view))):
            view.cells.cells.sortByColumn(place, DOWN)
            assert len(column(view, place)) == len(view._sheet.rows)
    assert (view.grab().isNull(), view.table() is None) == (False, False)


def test_the_data_may_become_others(qtbot: QtBot) -> None:
    view = alone(qtbot, instant(on("iris")))
    for source in ("diabetes", "wine", "moons"):
        for page in ("table", "scatter", "balance"):
            snapshot = instant(on(source))
            view.show_page(page)
            view.show_snapshot(snapshot)
            hands.events()
            view.show_page("table")
            assert len(rows_shown(view)) == len(snapshot.data.rows_train) + len(snapshot.data.rows_test)


@pytest.fixture(scope="module")
def large() -> Snapshot:
    """200,000 rows of 100 columns."""
    x = np.random.default_rng(0).normal(size=(200_000, 100)).astype(np.float32)
    return instant(of_layers(2), arrays(x, (x[:, 0] > 0).astype(int), test_fraction=0.3))


def test_large_data_stay_smooth(qtbot: QtBot, large: Snapshot) -> None:
    view = alone(qtbot, large)
    cells = view.cells.cells

    def seconds(do: object) -> float:
        began = perf_counter()
        do()
        view.grab()
        return perf_counter() - began

    def again() -> Snapshot:
        return replace(large, evaluation=replace(large.evaluation))

    steps = iter(range(10, 10_000, 1500))
    scroll = min(seconds(lambda: cells.verticalScrollBar().setValue(next(steps) * 24)) for _ in range(5))
    refresh = min(seconds(lambda: view.show_snapshot(again())) for _ in range(3))
    ways = iter([UP, DOWN, UP])
    order = min(seconds(lambda: cells.sortByColumn(FIRST + 3, next(ways))) for _ in range(3))
    print(f"scroll {scroll:.4f} refresh {refresh:.4f} sort {order:.4f}")
    assert (scroll < 0.1, refresh < 0.1, order < 0.5) == (True, True, True)
