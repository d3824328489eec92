"""The view of activations: its shares are counted again by other code, and its units can be clicked."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

import hands
import numpy as np
import pytest
from instants import NASTY, instant, open_view, relu_network
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolTip
from pytestqt.qtbot import QtBot

from engine import Dataset, Dense, Experiment, Output, Trainer
from engine.activations import ACTIVATIONS, Activation
from engine.snapshot import Snapshot
from gui.plots.activations import ActivationsView, LayerRow
from gui.plots.titlewords import Note
from gui.selection import Unit, Weight
from gui.window import Window

SEPARABLE = [pytest.param(part, id=part.key) for part in ACTIVATIONS if not part.mixes]


@pytest.fixture
def view(qtbot: QtBot) -> ActivationsView:
    """The view by itself, as large as a panel."""
    made = ActivationsView()
    qtbot.addWidget(made)
    qtbot.addWidget(made.title)
    made.resize(420, 400)
    made.show()
    return made


def dying() -> Trainer:
    """ReLUs of which units 2, 5 and 7 of the second layer are dead, and 3 is awake at few rows only."""
    trainer = relu_network()
    w, b = trainer.network.weights[1], trainer.network.biases[1]
    w[:], b[:] = np.abs(w), 0.1
    b[[1, 4, 6]] = -1000.0
    x = trainer.rows["train"].x
    a = np.maximum(x[:, :-1] @ trainer.network.weights[0] + trainer.network.biases[0], 0.0)
    b[2] = -np.sort(a @ w[:, 2])[-4]
    return trainer


def shown(view: ActivationsView, trainer: Trainer) -> list[LayerRow]:
    view.show_snapshot(instant(trainer, "activations"))
    hands.events()
    return [row for row in view.rows if row.isVisibleTo(view)]


def plain(row: LayerRow) -> str:
    """The sentence of a row without its markup."""
    return re.sub(r"<[^>]+>", "", row.sentence.text()) if row.sentence.isVisibleTo(row) else ""


def note(view: ActivationsView) -> str:
    (found,) = view.title.findChildren(Note)
    return found.text()


def share(words: str) -> float:
    """A share as it is written in per cent."""
    return float(words.removesuffix(" %")) / 100.0


# -- the numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", SEPARABLE)
def test_the_shares_are_those_that_plain_loops_find(view: ActivationsView, activation: Activation) -> None:
    trainer = Trainer(Experiment().with_layers((Dense(units=6, activation=activation.key),)), dtype=np.float64)
    trainer.network.weights[0][:] *= 4.0
    row = shown(view, trainer)[0]
    grid = [np.array([z]) for z in np.linspace(-30.0, 30.0, 6001)]
    steep = max(abs(float(np.ravel(activation.slope(z, activation.value(z.copy(), None)))[0])) for z in grid)
    flat = zeros = 0
    still = dict.fromkeys(range(6), 0)
    for x in trainer.rows["train"].x[:, :-1]:
        for unit in range(6):
            z = np.array([float(x @ trainer.network.weights[0][:, unit]) + trainer.network.biases[0][unit]])
            a = activation.value(z.copy(), None)
            slope = abs(float(np.ravel(activation.slope(z, a))[0]))
            flat += slope < steep / 20 or slope == 0.0
            still[unit] += slope == 0.0
            zeros += float(a[0]) == 0.0
    rows = len(trainer.rows["train"])
    assert share(row.saturated.label.text()) == pytest.approx(flat / (6 * rows), abs=5.1e-4)
    assert share(row.zeros.label.text()) == pytest.approx(zeros / (6 * rows), abs=5.1e-4)
    assert row.dead.label.text() == f"{sum(count == rows for count in still.values())} of 6"
    assert (row.name.text(), row.activation.text()) == ("hidden 1", activation.label)


def test_the_bars_of_the_outputs_say_their_exact_counts(view: ActivationsView) -> None:
    trainer = relu_network()
    spread, values = shown(view, trainer)[0].spread, []
    for x in trainer.rows["train"].x[:, :-1]:
        values += np.maximum(x @ trainer.network.weights[0] + trainer.network.biases[0], 0.0).tolist()
    bins = {words for x in range(spread.width()) if (words := spread.words_at(x + 0.5))}
    found = [tuple(map(hands.read, re.findall(r"[−\d.,e]+", words))) for words in bins]
    assert sum(count for _, _, count, _ in found) == len(values) == 840
    for low, high, count, of in found:
        near = 1e-3 * high
        assert of == 840
        assert sum(1 for v in values if (low + near if low else 0.0) <= v < high - near) <= count
        assert count <= sum(1 for v in values if (low - near if low else 0.0) <= v < high + near)


def test_the_pointer_over_a_bar_shows_its_count(view: ActivationsView) -> None:
    spread = shown(view, relu_network())[0].spread
    hands.hover(spread, QPointF(3, 20))
    assert QToolTip.text() == spread.words_at(3.0)
    assert " of 840" in QToolTip.text()
    QToolTip.hideText()


def test_the_bars_of_a_share_are_as_long_as_it(view: ActivationsView) -> None:
    gauge = shown(view, dying())[1].dead
    assert gauge.label.text() == "3 of 8"
    image = gauge.grab().toImage()
    ground = image.pixelColor(image.width() - 3, image.height() - 8)
    long = sum(image.pixelColor(x, image.height() - 8) != ground for x in range(2, image.width() - 2))
    assert long == pytest.approx(image.width() * 3 / 8, abs=4)


# -- what is wrong -----------------------------------------------------------------------------------


def test_dead_units_are_told_and_named(view: ActivationsView) -> None:
    words = plain(shown(view, dying())[1])
    assert "3 of 8 units are dead: their slope is zero at every training row. Units 2, 5, 7." in words
    assert "1 of 8 units is flat at nine of ten rows or more, so that hardly any gradient passes. Unit 3." in words


def test_where_nothing_is_wrong_nothing_is_said(view: ActivationsView) -> None:
    assert [plain(row) for row in shown(view, Trainer(Experiment()))[:2]] == ["", ""]


def test_softmax_says_why_there_is_no_share(view: ActivationsView) -> None:
    row = shown(view, Trainer(Experiment()))[-1]
    assert (row.saturated.label.text(), row.dead.label.text()) == ("–", "–")
    assert plain(row) == "Softmax mixes the units of its layer: none is flat by itself, so there is no share."


def test_an_output_that_cannot_die_says_why(view: ActivationsView) -> None:
    perceptron = Experiment.model_validate({"data": {"source": "moons"}, "network": {"layers": []}})
    row = shown(view, Trainer(perceptron.with_value("network.output", Output(activation="sigmoid"))))[-1]
    assert row.dead.label.text() == "–"
    assert "computed from z at once" in plain(row)


def test_of_very_many_dead_units_the_first_are_named(view: ActivationsView) -> None:
    row = shown(view, Trainer(Experiment().with_layers((Dense(units=100, activation="step"),))))[0]
    assert plain(row).startswith("100 of 100 units are dead")
    assert "11, 12, and 88 more." in plain(row)


def test_the_flattest_unit_is_named_where_the_share_is(view: ActivationsView) -> None:
    trainer = Trainer(Experiment().with_layers((Dense(units=3, activation="tanh"),)))
    trainer.network.weights[0][:], trainer.network.biases[0][:] = 0.0, [0.0, 9.0, 0.0]
    row = shown(view, trainer)[0]
    assert row.saturated.toolTip() == "Most of all unit 2: flat at 100 % of the rows."
    assert row.saturated.label.text() == "33.3 %"


# -- links -------------------------------------------------------------------------------------------


def click_link(row: LayerRow, unit: int) -> None:
    """Clicks where a unit is written in the sentence."""
    label, found = row.sentence, []
    label.linkHovered.connect(found.append)
    for y in range(4, label.height(), 6):
        for x in range(2, label.width(), 3):
            hands.hover(label, QPointF(x, y))
            if found and found[-1] == f"{unit}":
                QTest.mouseClick(label, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
                return
    raise AssertionError("there is no such link")


@pytest.mark.parametrize("unit", [1, 4, 6, 2])
def test_a_click_on_a_unit_that_is_named_selects_it(view: ActivationsView, qtbot: QtBot, unit: int) -> None:
    row = shown(view, dying())[1]
    chosen: list[object] = []
    view.selected.connect(chosen.append)
    click_link(row, unit)
    assert chosen == [Unit(2, unit)]


def test_a_click_on_a_row_selects_the_layer_everywhere(window: Window) -> None:
    view = open_view(window, "activations")
    assert isinstance(view, ActivationsView)
    QTest.mouseClick(view.rows[1].name, Qt.MouseButton.LeftButton)
    assert window.selection == Unit(2, 0)
    assert [row._selected for row in view.rows] == [False, True, False]


@pytest.mark.parametrize(("selection", "layer"), [(Unit(3, 1), 2), (Weight(0, 0, 0), 0), (Unit(0, 0), None)])
def test_what_is_selected_elsewhere_is_marked(view: ActivationsView, selection: Any, layer: int | None) -> None:
    rows = shown(view, Trainer(Experiment()))
    before = [row.grab().toImage() for row in rows]
    view.show_selection(selection)
    changed = [row.grab().toImage() != image for row, image in zip(rows, before, strict=True)]
    assert changed == [index == layer for index in range(3)]


def test_of_many_layers_the_selected_one_is_brought_into_sight(view: ActivationsView) -> None:
    rows = shown(view, relu_network(39))
    view.show_selection(Unit(38, 0))
    hands.events()
    assert not rows[37].visibleRegion().isEmpty()


# -- words, age and data -----------------------------------------------------------------------------


def test_without_an_answer_it_says_what_will_come(view: ActivationsView) -> None:
    snapshot = instant(relu_network(), "activations")
    assert view._empty.isVisible()
    view.show_snapshot(replace(snapshot, probes={}))
    assert (view._empty.isVisible(), view.table()) == (True, None)
    view.show_snapshot(snapshot)
    assert not view._empty.isVisible()


def test_it_says_how_many_rows_were_counted_and_how_old_it_is(view: ActivationsView) -> None:
    data = Dataset.from_arrays(np.linspace(-1, 1, 600)[:, None], np.linspace(-1, 1, 600))
    snapshot = instant(Trainer(Experiment(), data), "activations")
    view.show_snapshot(snapshot)
    assert note(view) == "256 of 600 training rows"
    view.show_snapshot(replace(snapshot, step=500))
    assert note(view) == "256 of 600 training rows · at step 0"


def test_rows_of_layers_that_are_gone_are_hidden(view: ActivationsView) -> None:
    assert len(shown(view, relu_network(5))) == 6
    assert len(shown(view, relu_network(1))) == 2


def test_its_data_are_every_unit(view: ActivationsView) -> None:
    shown(view, dying())
    table = view.table()
    assert table is not None
    columns = {name: np.asarray(values) for name, values in table.columns.items()}
    assert {len(values) for values in columns.values()} == {19}
    dead = columns["dead"]
    assert list(zip(columns["layer"][dead], columns["unit"][dead].tolist(), strict=True)) == [
        ("hidden 2", 2), ("hidden 2", 5), ("hidden 2", 7),
    ]  # fmt: skip


@pytest.mark.parametrize("width", [340, 420, 900])
@pytest.mark.parametrize("layers", [1, 30])
def test_heads_stand_over_their_columns_and_nothing_is_cut_off(view: ActivationsView, width: int, layers: int) -> None:
    view.resize(width, 300)
    row = shown(view, relu_network(layers))[0]
    heads = [label.mapTo(view, QPoint(0, 0)).x() for label in view._heads.findChildren(QLabel)]
    parts = [part.mapTo(view, QPoint(0, 0)).x() for part in (row.name, row.spread, row.saturated, row.dead, row.zeros)]
    assert heads == parts
    assert parts[-1] + row.zeros.width() <= view.area.viewport().width()


# -- nasty networks, speed ---------------------------------------------------------------------------


@pytest.fixture(params=NASTY, scope="module")
def nasty(request: pytest.FixtureRequest) -> Snapshot:
    return instant(NASTY[request.param](), "activations")


def test_whatever_the_numbers_are_there_is_a_picture_and_a_sentence(view: ActivationsView, nasty: Snapshot) -> None:
    view.show_snapshot(nasty)
    hands.events()
    view.grab()
    answer = nasty.probes["activations"]
    rows = [row for row in view.rows if row.isVisibleTo(view)]
    assert len(rows) == len(nasty.plan.layers)
    for row, layer in zip(rows, answer.layers, strict=True):
        assert ("not finite" in plain(row)) == (layer.odd > 0)
        assert (row.sentence.property("tone") == "warning") == (layer.odd > 0)
        assert "nan" not in row.saturated.label.text() + row.zeros.label.text()
    assert note(view) == {0: "no training rows", 1: "1 training row"}.get(answer.rows, "all 105 training rows")
    if answer.rows == 0:
        assert all(row.saturated.label.text() == "–" for row in rows)


def test_eight_layers_are_refreshed_within_a_frame(view: ActivationsView) -> None:
    trainer, picture, taken = relu_network(7), QPixmap(view.size()), []
    for _ in range(8):
        trainer.train(steps=1)
        snapshot = instant(trainer, "activations")
        began = time.thread_time()
        view.show_snapshot(snapshot)
        view.render(picture)
        taken.append(time.thread_time() - began)
    assert min(taken) < 0.016
