"""The view of distributions: every number it says and paints is counted again by other code."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import hands
import numpy as np
import pytest
from instants import NASTY, instant, instants, open_view, relu_network
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine import Dataset, Dense, Experiment, Trainer
from engine.network import extended
from engine.probes import Wants
from engine.probing.distributions import QUANTITIES
from engine.probing.table import PROBES
from engine.snapshot import Snapshot
from gui import theme
from gui.plots.distributions import DistributionsView
from gui.plots.titlewords import Note
from gui.selection import Unit, Weight
from gui.window import Window

KEYS = [each.key for each in QUANTITIES]


@pytest.fixture
def view(qtbot: QtBot) -> DistributionsView:
    """The view by itself, as large as a panel."""
    made = DistributionsView()
    qtbot.addWidget(made)
    qtbot.addWidget(made.title)
    made.resize(900, 320)
    made.show()
    return made


@pytest.fixture(scope="module")
def run() -> list[Snapshot]:
    """The ready example after 0, 10 … steps."""
    return instants(Trainer(Experiment()), "distributions", steps=(0, 10, 10, 30, 50))


def choose(view: DistributionsView, key: str = "weights", over_time: bool = False) -> None:
    """Chooses a quantity and a form, as the mouse does."""
    hands.choose(view.quantity, key)
    switch = view.title._switches["time"]
    if switch.isChecked() != over_time:
        switch.click()
    hands.events()


def note(view: DistributionsView) -> str:
    """What is said of what is under the pointer."""
    (found,) = view.title.findChildren(Note)
    return found.text()


def said_along(view: DistributionsView, layer: int, moment: int | None = None) -> list[tuple[float, float, int, int]]:
    """The bins that are said one after the other: limits, count, and of how many."""
    box, found = view.tiles.plot(layer).area, []
    if moment is None:
        places = [QPointF(x + 0.5, box.center().y()) for x in range(int(box.left()), int(box.right()))]
    else:
        x = view.tiles.plot(layer).place_of(view.tiles.tiles[layer].steps[moment])
        x = min(max(x, box.left() + 0.5), box.right() - 0.5)
        places = [QPointF(x, y + 0.5) for y in range(int(box.bottom()) - 1, int(box.top()) - 1, -1)]
    for place in places:
        hands.hover(view.tiles, place)
        match = re.search(r"· (\S+) to (\S+): (\S+) of (\S+)$", note(view))
        if match and (bin := tuple(map(hands.read, match.groups()))) not in found:
            found.append(bin)
    return found


def values_of(snapshot: Snapshot, key: str, layer: int) -> Any:
    """The values of a layer from the raw parameters, by the formula."""
    w, b = snapshot.weights(layer).astype(float), snapshot.biases(layer).astype(float)
    if key in ("weights", "biases"):
        return w if key == "weights" else b
    a = snapshot.data.x_train.astype(float)
    for i in range(layer + 1):
        z = a @ snapshot.weights(i) + snapshot.biases(i)
        a = np.tanh(z) if i < len(snapshot.plan.layers) - 1 else np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return z if key == "sums" else a


# -- now ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("key", ["weights", "biases", "sums", "activations"])
def test_what_is_said_of_each_bin_is_counted_by_a_plain_loop(
    view: DistributionsView, run: list[Snapshot], key: str, layer: int
) -> None:
    view.show_snapshot(run[-1])
    choose(view, key)
    values = values_of(run[-1], key, layer).ravel()
    bins = said_along(view, layer)
    assert len(bins) > 3
    for low, high, count, of in bins:
        # A limit is said with four digits; what lies that close to it may be on either side.
        near = 1e-3 * max(abs(low), abs(high))
        sure = sum(1 for value in values if low + near <= value < high - near)
        maybe = sum(1 for value in values if low - near <= value < high + near)
        assert sure <= count <= maybe
        assert of == len(values)
    assert sum(count for _, _, count, _ in bins) == len(values)


def test_gradients_are_those_of_the_mean_loss_of_the_rows(view: DistributionsView, run: list[Snapshot]) -> None:
    view.show_snapshot(run[-1])
    choose(view, "gradients")
    trainer = Trainer(Experiment(), run[-1].data, dtype=np.float64)
    network, rows = trainer.network, trainer.rows["train"]
    network.parameters[:] = run[-1].parameters

    def loss() -> float:
        z, a = network.outputs(extended(rows.x[:, :-1], float))
        return network.loss_of(z, a, rows.y.T)

    values, w = [], network.weights[2]
    for place in np.ndindex(w.shape):
        middle = w[place]
        w[place] = middle + 1e-5
        above = loss()
        w[place] = middle - 1e-5
        values.append((above - loss()) / 2e-5)
        w[place] = middle
    for low, high, count, _ in said_along(view, 2):
        near = 1e-3 * max(abs(low), abs(high)) + 1e-7
        assert sum(1 for v in values if low + near <= v < high - near) <= count
        assert count <= sum(1 for v in values if low - near <= v < high + near)


def painted_bars(view: DistributionsView, monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float, str]]:
    """Left, height and colour of the bars that are painted."""
    found, fill = [], QPainter.fillRect

    def noting(painter: QPainter, *what: Any) -> Any:
        if len(what) == 2 and isinstance(what[1], QColor) and 0.7 < what[1].alphaF() < 0.8:
            found.append((what[0].left(), what[0].height(), what[1].name()))
        return fill(painter, *what)

    monkeypatch.setattr(QPainter, "fillRect", noting)
    view.tiles.grab()
    monkeypatch.undo()
    return found


def test_bars_are_as_high_as_their_counts_and_coloured_by_their_sign(
    view: DistributionsView, run: list[Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    view.show_snapshot(run[-1])
    bars, said = painted_bars(view, monkeypatch), []
    for layer in range(3):
        said += [(count, low, layer) for low, _, count, _ in said_along(view, layer) if count]
    assert len(bars) == len(said)
    most = [max(count for count, _, other in said if other == layer) for layer in range(3)]
    highest = max(height for _, height, _ in bars)
    c = theme.colours()
    for (_, height, tint), (count, low, layer) in zip(bars, said, strict=True):
        assert height == pytest.approx(max(highest * count / most[layer], 1.0))
        assert tint == (c.positive if low >= 0.0 else c.negative).lower()


def test_logarithmic_counts_show_small_bars_higher(
    view: DistributionsView, run: list[Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    view.show_snapshot(run[-1])
    choose(view, "activations")
    plain = [height for _, height, _ in painted_bars(view, monkeypatch)]
    view.title._switches["log"].click()
    logarithmic = [height for _, height, _ in painted_bars(view, monkeypatch)]
    assert len(plain) == len(logarithmic)
    assert all(one <= other for one, other in zip(plain, logarithmic, strict=True))
    assert plain != logarithmic


def test_beside_the_bars_mean_and_deviation_are_said(view: DistributionsView, run: list[Snapshot]) -> None:
    view.show_snapshot(run[-1])
    hands.hover(view.tiles, view.tiles.plot(1).area.topLeft() - QPointF(0, 20))
    w = run[-1].weights(1).astype(float)
    numbers = [hands.read(words) for words in re.findall("[−\\d][\\d.e−]*", note(view).split(": ")[1])]
    np.testing.assert_allclose(numbers, (w.mean(), w.std(), w.min(), w.max()), rtol=1e-3)


def test_nothing_is_said_when_the_pointer_has_left(view: DistributionsView, run: list[Snapshot]) -> None:
    view.show_snapshot(run[-1])
    hands.hover(view.tiles, view.tiles.plot(1).area.center())
    QTest.mouseMove(view.quantity)
    view.tiles.leaveEvent(hands.QEvent(hands.QEvent.Type.Leave))
    assert note(view) == ""


# -- over time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", range(5))
def test_over_time_every_step_says_its_own_counts(view: DistributionsView, run: list[Snapshot], moment: int) -> None:
    view.show_snapshot(run[-1])
    choose(view, "weights", over_time=True)
    values, bins = run[moment].weights(1).ravel().astype(float), said_along(view, 1, moment)
    box = view.tiles.plot(1).area
    x = min(max(view.tiles.plot(1).place_of(run[moment].step), box.left()), box.right() - 1)
    hands.hover(view.tiles, QPointF(x, box.center().y()))
    assert note(view).startswith(f"step {run[moment].step:,} · hidden 2")
    assert sum(count for _, _, count, _ in bins) == len(values)
    for low, high, count, _ in bins:
        near = 1e-3 * max(abs(low), abs(high))
        assert sum(1 for v in values if low + near <= v < high - near) <= count
        assert count <= sum(1 for v in values if low - near <= v < high + near)


def painted_images(view: DistributionsView, monkeypatch: pytest.MonkeyPatch) -> list[QImage]:
    found, draw = [], QPainter.drawImage

    def noting(painter: QPainter, *what: Any) -> Any:
        found.append(what[1].copy())
        return draw(painter, *what)

    monkeypatch.setattr(QPainter, "drawImage", noting)
    view.tiles.grab()
    monkeypatch.undo()
    return found


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_heat_map_has_a_colour_where_there_is_a_count_and_the_farthest_for_the_most(
    view: DistributionsView, run: list[Snapshot], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    view.show_snapshot(run[-1])
    choose(view, "weights", over_time=True)
    with theme.painted_in(name):
        view.tiles._images.clear()
        image = painted_images(view, monkeypatch)[1]
        ground = QColor(theme.colours().surface)
    column, values = image.width() - 1, run[-1].weights(1).ravel().astype(float)
    edges = view.tiles.tiles[1].picture.edges
    counts = [sum(1 for v in values if low <= v < high) for low, high in pairwise(edges)]
    inks = [image.pixelColor(column, image.height() - 1 - row) for row in range(image.height())]
    assert [ink.alpha() > 0 for ink in inks] == [count > 0 for count in counts]
    far = {count: theme.contrast(ink, ground) for count, ink in zip(counts, inks, strict=True) if count}
    assert list(dict(sorted(far.items())).values()) == sorted(far.values())


def test_the_pointer_tells_other_views_the_step(view: DistributionsView, run: list[Snapshot], qtbot: QtBot) -> None:
    view.show_snapshot(run[-1])
    choose(view, "weights", over_time=True)
    box = view.tiles.plot(0).area
    with qtbot.waitSignal(view.pointed, check_params_cb=lambda step: step == 100):
        hands.hover(view.tiles, QPointF(box.right() - 1, box.center().y()))


def test_the_step_under_the_pointer_elsewhere_is_marked(view: DistributionsView, run: list[Snapshot]) -> None:
    view.show_snapshot(run[-1])
    choose(view, "weights", over_time=True)
    x = round(view.tiles.plot(0).place_of(50))
    box = view.tiles.plot(0).area

    def column() -> set[str]:
        image = view.tiles.grab().toImage()
        return {image.pixelColor(x, y).name() for y in range(int(box.top()) + 2, int(box.bottom()) - 2)}

    text = QColor(theme.colours().text).name()
    assert column() != {text}
    view.show_pointer(50.0)
    assert column() == {text}
    view.show_pointer(None)
    assert column() != {text}


def test_values_that_were_large_for_a_moment_do_not_squeeze_the_rest(view: DistributionsView) -> None:
    trainer = relu_network()
    w = trainer.network.weights[1]
    kept = w.copy()
    w *= 1000.0
    first = instants(trainer, "distributions")
    w[...] = kept
    answer = first[0].probes["distributions"]
    for step in range(1, 60):
        trainer.steps_done = step
        answer = PROBES["distributions"].measure(trainer, Wants(), answer)
    view.show_snapshot(replace(first[0], step=59, probes={"distributions": answer}))
    choose(view, "weights", over_time=True)
    assert view.tiles.tiles[1].picture.edges[-1] < 10.0
    bins = said_along(view, 1, 59)
    assert sum(count for _, _, count, _ in bins) == 64
    assert len(bins) > 5


def test_after_a_run_has_gone_wrong_its_past_is_still_shown(view: DistributionsView) -> None:
    trainer = relu_network()
    instants(trainer, "distributions")
    before = PROBES["distributions"].measure(trainer, Wants(), None)
    trainer.steps_done = 7
    trainer.network.weights[1][:] = np.nan
    answer = PROBES["distributions"].measure(trainer, Wants(), before)
    view.show_snapshot(replace(instant(trainer, "distributions"), probes={"distributions": answer}))
    choose(view, "weights")
    assert view.tiles.tiles[1].missing == "No number is finite."
    choose(view, "weights", over_time=True)
    view.tiles.grab()
    assert sum(count for _, _, count, _ in said_along(view, 1, 0)) == 64
    assert sum(count for _, _, count, _ in said_along(view, 1, 1)) == 0
    assert view.tiles.tiles[1].described == "hidden 2: 64 of 64 not finite"


# -- links -------------------------------------------------------------------------------------------


def opened(window: Window) -> DistributionsView:
    view = open_view(window, "distributions")
    assert isinstance(view, DistributionsView)
    return view


def test_the_opened_view_is_answered_and_a_closed_one_asks_nothing(window: Window) -> None:
    assert "distributions" not in hands.snapshot_of(window).probes
    view = opened(window)
    assert "distributions" in hands.snapshot_of(window).probes
    assert len(view.tiles.tiles) == 3
    window.panels.docks["distributions"].hide()
    hands.settle(window)
    assert "distributions" not in window.looking.probes


def test_it_follows_the_training(window: Window) -> None:
    view = opened(window)
    before = view.tiles.tiles[0].described
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    w = hands.snapshot_of(window).weights(0).astype(float)
    assert view.tiles.tiles[0].described != before
    assert f"{w.mean():.4g}".replace("-", "\u2212") in view.tiles.tiles[0].described


def test_a_click_selects_the_layer_everywhere(window: Window) -> None:
    view = opened(window)
    QTest.mouseClick(view.tiles, Qt.MouseButton.LeftButton, pos=view.tiles.plot(1).area.center().toPoint())
    assert window.selection == Unit(2, 0)
    assert hands.open_layer(window) == 1
    assert view.tiles.layer == 1


@pytest.mark.parametrize(
    ("selection", "layer"), [(Unit(3, 2), 2), (Weight(1, 0, 0), 1), (Unit(0, 0), None), (None, None)]
)
def test_what_is_selected_elsewhere_is_marked(window: Window, selection: Any, layer: int | None) -> None:
    view = opened(window)
    window.select(Unit(1, 0))
    window.select(selection)
    assert view.tiles.layer == layer


def test_arrow_keys_choose_layers(window: Window) -> None:
    view = opened(window)
    QTest.keyClick(view.tiles, Qt.Key.Key_Right)
    QTest.keyClick(view.tiles, Qt.Key.Key_Right)
    assert window.selection == Unit(2, 0)
    QTest.keyClick(view.tiles, Qt.Key.Key_Left)
    assert window.selection == Unit(1, 0)


def test_of_many_layers_the_selected_one_is_brought_into_sight(view: DistributionsView) -> None:
    view.show_snapshot(instant(relu_network(39), "distributions"))
    hands.events()
    assert view.tiles.height() > view.area.viewport().height()
    view.show_selection(Unit(38, 0))
    box = view.tiles.plot(37).area
    assert view.tiles.visibleRegion().boundingRect().contains(box.toRect())


# -- words, age and data -----------------------------------------------------------------------------


def test_without_an_answer_it_says_what_will_come(view: DistributionsView, run: list[Snapshot]) -> None:
    assert view._empty.isVisible()
    view.show_snapshot(replace(run[0], probes={}))
    assert view._empty.isVisible()
    assert view.table() is None
    view.show_snapshot(run[0])
    assert not view._empty.isVisible()


def test_it_says_how_old_the_answer_is(view: DistributionsView, run: list[Snapshot]) -> None:
    view.show_snapshot(run[-1])
    assert "at step" not in view.note.text()
    view.show_snapshot(replace(run[-1], step=2000))
    assert "at step 100" in view.note.text()


def test_it_says_that_a_part_was_counted(view: DistributionsView) -> None:
    data = Dataset.from_arrays(np.linspace(-1, 1, 600)[:, None], np.linspace(-1, 1, 600))
    wide = Trainer(Experiment().with_layers((Dense(units=700), Dense(units=700))), data)
    view.show_snapshot(instant(wide, "distributions"))
    assert view.note.text() == "88,781 of 491,400 values counted"
    choose(view, "activations")
    assert "256 of 600 training rows" in view.note.text()


def test_an_answer_of_another_network_is_not_shown(view: DistributionsView, run: list[Snapshot]) -> None:
    other = instant(relu_network(5), "distributions")
    view.show_snapshot(replace(run[-1], probes=other.probes))
    assert view._empty.isVisible()


@pytest.mark.parametrize("over_time", [False, True])
@pytest.mark.parametrize("key", KEYS)
def test_its_data_are_every_bin(view: DistributionsView, run: list[Snapshot], key: str, over_time: bool) -> None:
    view.show_snapshot(run[-1])
    choose(view, key, over_time)
    table = view.table()
    assert table is not None
    columns = {name: np.asarray(values) for name, values in table.columns.items()}
    assert len({len(values) for values in columns.values()}) == 1
    here = (columns["layer"] == "hidden 2") & (columns["step"] == 100)
    totals = {"weights": 64, "gradients": 64, "biases": 8}
    assert columns["count"][here].sum() == totals.get(key, 8 * 105)
    assert sorted(set(columns["step"])) == ([0, 10, 20, 50, 100] if over_time else [100])


# -- nasty networks, many sizes, speed ---------------------------------------------------------------


@pytest.fixture(params=NASTY, scope="module")
def nasty(request: pytest.FixtureRequest) -> Snapshot:
    return instant(NASTY[request.param](), "distributions")


@pytest.mark.parametrize("over_time", [False, True])
@pytest.mark.parametrize("key", KEYS)
def test_whatever_the_numbers_are_there_is_a_picture_or_a_sentence(
    view: DistributionsView, nasty: Snapshot, key: str, over_time: bool
) -> None:
    view.show_snapshot(nasty)
    choose(view, key, over_time)
    view.title._switches["log"].click()
    view.tiles.grab()
    found = nasty.probes["distributions"].now.histograms[key]
    for layer, (tile, histogram) in enumerate(zip(view.tiles.tiles, found, strict=True)):
        assert (tile.missing == "") == (histogram.finite > 0)
        assert (view.tiles.tiles[layer].picture is not None) == (histogram.finite > 0)
        assert ("not finite" in view.tiles.tiles[layer].described) == (histogram.odd > 0 and histogram.finite > 0)
    last = min(len(found), 3) - 1
    bins = said_along(view, last, 0 if over_time else None)
    if found[last].bins.count:
        assert sum(count for _, _, count, _ in bins) == found[last].finite
    assert view.table() is not None


@pytest.mark.parametrize("size", [(200, 120), (320, 240), (2000, 1200)])
@pytest.mark.parametrize("make", [NASTY["one layer"], NASTY["forty layers"]], ids=["one", "forty"])
def test_it_is_painted_at_any_size(view: DistributionsView, size: tuple[int, int], make: Callable[[], Trainer]) -> None:
    view.show_snapshot(instant(make(), "distributions"))
    view.resize(*size)
    choose(view, "weights", over_time=True)
    boxes = [view.tiles.plot(layer).area for layer in range(len(view.tiles.tiles))]
    view.tiles.grab()
    assert all(a.right() <= b.left() or a.bottom() <= b.top() for a, b in pairwise(boxes))
    assert boxes[-1].bottom() <= view.tiles.height()


@pytest.mark.parametrize("over_time", [False, True])
def test_eight_layers_are_refreshed_within_a_frame(view: DistributionsView, over_time: bool) -> None:
    shots = instants(relu_network(7), "distributions", steps=(0, *[1] * 170))
    picture, taken = QPixmap(view.size()), []
    choose(view, "weights", over_time)
    for shot in shots[-12:]:
        began = time.thread_time()
        view.show_snapshot(shot)
        view.render(picture)
        taken.append(time.thread_time() - began)
    assert min(taken) < 0.016
