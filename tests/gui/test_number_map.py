"""The map of a number is read back from its pixels, labels, tooltips and table, and compared with other code."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import eyes
import hands
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip
from test_awkward_views import of_arrays

from engine.experiment import Experiment
from engine.snapshot import Snapshot
from engine.trainer import Trainer
from gui.diagram.shown import Shown
from gui.pages.contours import clearest
from gui.pages.numberscale import NumberScale, in_words, told_apart
from gui.plots.data.key import scale_colours
from gui.plots.numbermap import NumberMap
from gui.plots.slices import telling_plane
from gui.text import number
from gui.theme import colours
from gui.window import Window

themes = pytest.mark.parametrize("theme", ["light", "dark"])


def page_of(window: Window) -> NumberMap:
    """The map of a number, shown."""
    window.output.choose("number_map")
    hands.settle(window)
    found = window.output.view
    assert isinstance(found, NumberMap)
    found.grab()
    return found


def opened(window: Window, source: str = "plane", plane: tuple[int, ...] = (), epochs: int = 20) -> NumberMap:
    """The map of a data set, trained for some epochs."""
    window.looking.choose(Shown())
    hands.show(window, Experiment.model_validate({"data": {"source": source}, "training": {"epochs": epochs}}))
    window.looking.choose(Shown(plane=plane))
    window.training.finish()
    hands.settle(window)
    return page_of(window)


def instant(view: NumberMap) -> tuple[Snapshot, Any]:
    assert view.snapshot is not None
    assert view.snapshot.maps is not None
    return view.snapshot, view.snapshot.maps


def predicted_at(snapshot: Snapshot, values: np.ndarray) -> np.ndarray:
    """What a network of one's own with the same weights predicts for rows in the user's units, (rows,)."""
    trainer = Trainer(snapshot.experiment, snapshot.data)
    trainer.network.parameters[...] = snapshot.parameters
    data = snapshot.data
    output = trainer.predict(data.x_scaling.apply(values))[:, 0].astype(float)
    return np.array([value * data.y_scaling.factor[0] + data.y_scaling.shift[0] for value in output])


def colour_at(view: NumberMap, value: float) -> np.ndarray:
    """The colour of a value, by hand: the least true value has the first colour, the largest the last."""
    data = instant(view)[0].data
    truth = [
        float(y) * data.y_scaling.factor[0] + data.y_scaling.shift[0] for y in (*data.y_train[:, 0], *data.y_test[:, 0])
    ]
    tints = [QColor(tint) for tint in scale_colours()]
    place = min(max((value - min(truth)) / (max(truth) - min(truth)), 0.0), 1.0) * (len(tints) - 1)
    before, share = int(place), place - int(place)
    after = min(before + 1, len(tints) - 1)
    both = np.array([[tints[k].red(), tints[k].green(), tints[k].blue()] for k in (before, after)], float)
    return np.asarray(both[0] * (1.0 - share) + both[1] * share)


def seen(image: QImage, x: float, y: float) -> np.ndarray:
    tint = image.pixelColor(round(x), round(y))
    return np.array([tint.red(), tint.green(), tint.blue()], float)


def lonely(view: NumberMap, tested: bool) -> list[int]:
    """Points with nothing near them, neither another point nor a line or a label, on the plane."""
    assert view._points is not None
    snapshot, area = instant(view)[0], view.area()
    traced = snapshot.trace.row if snapshot.trace is not None else -1
    apart = np.hypot(*(view._places[:, None] - view._places[None]).transpose(2, 0, 1)) + np.diag(
        [99.0] * len(view._places)
    )
    inside = [area.adjusted(8, 8, -8, -8).contains(*place) for place in view._places.tolist()]
    alone = (apart.min(axis=1) > 9) & inside & (view._points.tested == tested) & (view._points.rows != traced)
    return np.flatnonzero(alone & (view._points.near == 1.0)).tolist()


# -- what is painted ---------------------------------------------------------------------------------


@themes
def test_the_ground_has_the_colours_of_what_is_predicted(window: Window, theme: str) -> None:
    window.show_theme(theme)
    view = opened(window)
    snapshot, maps = instant(view)
    image, area = view.grab().toImage(), view.area()
    places = [(x, y) for x in np.linspace(0.04, 0.96, 14) for y in np.linspace(0.04, 0.96, 14)]
    left, right, bottom, top = maps.extent
    values = np.array([[left + x * (right - left), bottom + y * (top - bottom)] for x, y in places])
    off = []
    for (x, y), value in zip(places, predicted_at(snapshot, values), strict=True):
        at = area.left() + x * area.width(), area.bottom() - y * area.height()
        off.append(np.abs(seen(image, *at) - colour_at(view, value)).max())
    # Points, lines and labels lie over some of the places.
    assert np.median(off) <= 4
    assert np.mean(np.array(off) <= 8) > 0.6


@themes
@pytest.mark.parametrize("tested", [False, True])
def test_points_have_the_colours_of_what_is_true(
    window: Window, tested: bool, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show_theme(theme)
    view = opened(window)
    monkeypatch.setattr(view.ground, "paint_over", lambda *_: None)
    image, data = view.grab().toImage(), instant(view)[0].data
    assert view._points is not None
    some = lonely(view, tested)
    off = []
    for i in some:
        part, at = data.place(int(view._points.rows[i])) or ("", 0)
        truth = float(data.part(part)[1][at, 0]) * data.y_scaling.factor[0] + data.y_scaling.shift[0]
        x, y = view._places[i] + ((2.6, 0.0) if tested else (0.0, 0.0))
        off.append(np.abs(seen(image, np.floor(x), np.floor(y)) - colour_at(view, truth)).max())
    assert len(some) > 4
    assert np.median(off) <= 4


def test_test_points_have_a_hole_and_training_points_none(window: Window) -> None:
    view = opened(window)
    image = view.grab().toImage()
    surface = QColor(colours().surface)
    for tested in (False, True):
        centres = [image.pixelColor(*np.floor(view._places[i]).astype(int).tolist()) for i in lonely(view, tested)]
        bright = [abs(tint.lightness() - surface.lightness()) < 30 for tint in centres]
        assert np.mean(bright) == pytest.approx(float(tested), abs=0.2)


def test_the_lines_are_where_a_round_number_is_predicted(window: Window) -> None:
    view = opened(window)
    snapshot, maps = instant(view)
    levels = view.ground.levels
    left, right, bottom, top = maps.extent
    assert len(levels) >= 3
    assert [round(b - a, 9) for a, b in pairwise(levels)] == [round(levels[1] - levels[0], 9)] * (len(levels) - 1)
    for level, lines in zip(levels, view._lines, strict=True):
        steps = lines.reshape(-1, 2) / (maps.answers.shape[1] - 1)
        at = np.column_stack([left + steps[:, 0] * (right - left), bottom + steps[:, 1] * (top - bottom)])
        assert predicted_at(snapshot, at) == pytest.approx(level, abs=0.02)


def test_each_line_has_its_number_on_it(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    view = opened(window)
    texts = eyes.painted(monkeypatch)
    view.grab()
    assert {number(level) for level in view.ground.levels} <= texts
    assert snapshot_target(view) in texts


def snapshot_target(view: NumberMap) -> str:
    return instant(view)[0].data.target


@themes
def test_the_scale_has_the_colour_of_each_number_beside_it(
    window: Window, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show_theme(theme)
    view = opened(window, "diabetes", (2, 8))
    written: list[tuple[float, float]] = []
    draw = QPainter.drawText

    picture, right = QImage(view.size(), QImage.Format.Format_RGB32), view.area().right()

    def note(painter: QPainter, *what: Any) -> Any:
        if painter.transform().isIdentity() and what[0].left() > right:
            written.append((hands.read(what[2]), what[0].center().y()))
        return draw(painter, *what)

    with monkeypatch.context() as patched:
        patched.setattr(QPainter, "drawText", note)
        view.render(picture)
    assert len(written) >= 3
    for value, y in written:
        assert seen(picture, right + 15, y) == pytest.approx(colour_at(view, value), abs=6)


# -- what is said --------------------------------------------------------------------------------------


def said(view: NumberMap, at: QPointF) -> list[str]:
    hands.hover(view, at)
    return QToolTip.text().splitlines()


@pytest.mark.parametrize("share", [(0.2, 0.3), (0.5, 0.9), (0.83, 0.11)])
def test_the_pointer_says_what_is_predicted_there(window: Window, share: tuple[float, float]) -> None:
    view = opened(window)
    area = view.area()
    lines = said(view, QPointF(area.left() + share[0] * area.width(), area.top() + share[1] * area.height()))
    values = [hands.read(line.split()[-1]) for line in lines[:3]]
    assert lines[2].startswith("predicted y: ")
    assert values[2] == pytest.approx(predicted_at(instant(view)[0], np.array([values[:2]]))[0], abs=2e-3)


def test_in_a_slice_the_pointer_says_what_is_predicted_with_the_others_held(window: Window) -> None:
    from sklearn.datasets import load_diabetes

    window.trace_row(11)
    view = opened(window, "diabetes", (2, 8))
    area = view.area()
    lines = said(view, QPointF(area.left() + 0.9 * area.width(), area.top() + 0.8 * area.height()))
    assert lines[2] == "others as in row 12"
    row = np.asarray(load_diabetes().data[[11]], float)
    row[0, [2, 8]] = [hands.read(line.split()[-1]) for line in lines[:2]]
    wanted = predicted_at(instant(view)[0], row)[0]
    assert hands.read(lines[3].split()[-1]) == pytest.approx(wanted, abs=0.2)


@pytest.mark.parametrize("tested", [False, True])
def test_near_a_point_its_truth_prediction_and_residual_are_said(window: Window, tested: bool) -> None:
    view = opened(window)
    assert view._points is not None
    snapshot = instant(view)[0]
    i = lonely(view, tested)[0]
    lines = said(view, QPointF(*view._places[i]))
    row = int(view._points.rows[i])
    part, at = snapshot.data.place(row) or ("", 0)
    x, y = snapshot.data.part(part)
    truth = float(y[at, 0]) * snapshot.data.y_scaling.factor[0] + snapshot.data.y_scaling.shift[0]
    answer = predicted_at(snapshot, snapshot.data.x_scaling.undo(x[[at]]))[0]
    assert lines[3] == f"row {row + 1}, click to trace it"
    assert [line.split()[0] for line in lines[4:]] == ["true", "predicted", "residual"]
    found = [hands.read(line.split()[-1]) for line in lines[4:]]
    assert found == pytest.approx([truth, answer, truth - answer], abs=2e-3)


def test_a_click_traces_the_row(window: Window) -> None:
    view = opened(window)
    assert view._points is not None
    i = lonely(view, False)[0]
    QTest.mouseClick(view, hands.LEFT, pos=QPointF(*view._places[i]).toPoint())
    assert window.traced_row == view._points.rows[i]


def test_the_table_has_every_point_of_the_grid_in_units(window: Window) -> None:
    view = opened(window)
    table = window.output.table()
    assert table is not None
    assert list(table.columns) == ["x\u2081", "x\u2082", "predicted y"]
    x, y, answers = table.columns.values()
    assert len(answers) == instant(view)[1].answers.shape[1] ** 2
    assert answers == pytest.approx(predicted_at(instant(view)[0], np.column_stack([x, y])), abs=1e-5)


# -- slices ----------------------------------------------------------------------------------------------


def test_the_first_slice_is_through_the_columns_that_tell_most(window: Window) -> None:
    from sklearn.feature_selection import f_regression

    opened(window, "diabetes", epochs=1)
    data = hands.snapshot_of(window).data
    best = np.argsort(-f_regression(data.x_train, data.y_train[:, 0])[0])[:2]
    assert window.looking.shown.plane == tuple(best) == telling_plane(data)


def test_plane_and_row_are_chosen_above_the_map(window: Window) -> None:
    view = opened(window, "diabetes", (2, 8), epochs=1)
    assert view.bar is not None
    assert view.bar.isVisibleTo(window.output)
    view.plane.picked.emit((3, 0))
    view.row.slider.setValue(100)
    snapshot = hands.settle(window)
    assert snapshot.maps is not None
    assert (snapshot.maps.plane, snapshot.maps.held) == ((3, 0), snapshot.data.rows[100])
    assert window.traced_row == snapshot.data.rows[100]
    assert window.output.view is view


def test_of_two_inputs_there_is_nothing_to_choose(window: Window) -> None:
    view = opened(window, epochs=1)
    assert view.bar is not None
    assert not view.bar.isVisibleTo(window.output)


def test_along_one_column_the_ground_does_not_vary_upwards(window: Window) -> None:
    view = opened(window, "diabetes", (2,))
    area = view.area()
    x = area.left() + 0.6 * area.width()
    words = [said(view, QPointF(x, area.top() + share * area.height()))[:3] for share in (0.05, 0.95)]
    assert words[0] == words[1]
    table = window.output.table()
    assert table is not None
    assert len(next(iter(table.columns.values()))) == instant(view)[1].answers.shape[1]


def test_prediction_against_truth_stays_the_first_page(window: Window) -> None:
    opened(window, epochs=1)
    window.output.choose("")
    assert window.output.view is window.output.prediction


# -- awkward data ----------------------------------------------------------------------------------------


def test_of_several_targets_the_first_is_shown_and_said(open_window: Callable[..., Window]) -> None:
    rng = np.random.default_rng(1)
    trainer = of_arrays(rng.normal(size=(30, 2)), rng.normal((100.0, 0.0, 0.0), size=(30, 3)), scale="standard")
    window = open_window(trainer=trainer)
    view = page_of(window)
    assert window.output.title._note.text().startswith("first of 3 targets")
    table = window.output.table()
    assert table is not None
    *_, answers = table.columns.values()
    assert answers == pytest.approx(100.0, abs=10.0)
    assert 97 < view.ground.scale.low < view.ground.scale.high < 103


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_of_answers_that_are_no_numbers_there_is_a_sentence(open_window: Callable[..., Window], value: float) -> None:
    trainer = Trainer(Experiment.model_validate({"data": {"source": "plane"}}))
    trainer.network.parameters[:] = value
    window = open_window(trainer=trainer)
    page_of(window)
    assert window.output._stack.currentWidget() is window.output._empty
    assert "no finite numbers" in window.output._empty.text()


@pytest.mark.parametrize("factor", [0.0, 1e-20, 1e-9, 1.0, 1e9, 1e30])
@pytest.mark.parametrize("shift", [0.0, 1000.0])
def test_numbers_of_any_size_have_a_scale_and_levels(
    open_window: Callable[..., Window], factor: float, shift: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(40, 2))
    window = open_window(trainer=of_arrays(x, factor * (x[:, 0] + x[:, 1]) + shift))
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    view = page_of(window)
    texts = eyes.painted(monkeypatch)
    for size in ((180, 180), (900, 700)):
        view.resize(*size)
        view.grab()
        hands.hover(view, QPointF(90, 60))
    assert view.ground.scale.low < view.ground.scale.high
    assert len(told_apart(view.ground.scale.ticks)) == len(set(told_apart(view.ground.scale.ticks)))
    assert set(told_apart(view.ground.scale.ticks)) <= texts
    QToolTip.hideText()


NUMBERS = st.floats(-1e12, 1e12)


@settings(deadline=None)
@given(st.lists(NUMBERS, max_size=8), st.lists(st.floats(), min_size=1, max_size=8))
def test_a_scale_spans_what_is_true_and_its_levels_are_few(truth: list[float], answers: list[float]) -> None:
    found = np.array(answers)
    scale = NumberScale.of(np.array(truth), found)
    assert scale.low < scale.high
    if len(set(truth)) > 1:
        assert (scale.low, scale.high) == (min(truth), max(truth))
    levels = scale.levels(found)
    assert len(levels) <= 18
    known = found[np.isfinite(found)]
    assert all(known.min() <= level <= known.max() for level in levels)
    shares = scale.shares(found)
    assert np.array_equal(np.isnan(shares), np.isnan(found))


def test_without_any_number_there_is_a_scale_all_the_same() -> None:
    assert NumberScale.of(np.zeros(0), np.full(3, np.nan)) == NumberScale(0.0, 1.0)


def test_what_is_beyond_the_scale_has_the_colours_of_its_ends() -> None:
    found = NumberScale(0.0, 10.0).colours(np.array([-np.inf, -5.0, 0.0, 10.0, 99.0, np.inf, np.nan]), "#010203")
    ends = [QColor(scale_colours()[place]) for place in (0, -1)]
    first, last = ([tint.red(), tint.green(), tint.blue(), 255] for tint in ends)
    assert found.tolist() == [first, first, first, last, last, last, [1, 2, 3, 255]]


def test_numbers_are_told_apart_with_as_few_digits_as_it_takes() -> None:
    assert told_apart([0.0, 0.5]) == ["0", "0.5"]
    assert told_apart([1000.5, 1001.0]) == ["1000.5", "1001"]
    assert told_apart([1234.0]) == ["1234"]
    assert told_apart([]) == []
    assert told_apart([1 / 3, 1 / 3]) == ["0.333", "0.333"]


def test_an_axis_of_years_says_the_years_and_zero_is_zero() -> None:
    assert [words for _, words in in_words([2015.0, 2024.0])] == ["2015", "2024"]
    assert in_words([4.4e-8, 6.0]) == [(4.4e-8, "0"), (6.0, "6")]


def test_the_clearest_place_is_the_farthest_from_all_others() -> None:
    middles = np.array([[0.0, 0.0], [5.0, 0.0], [10.0, 0.0]])
    assert clearest(middles, np.array([[0.0, 1.0], [9.0, 0.0]])) == 1
    assert clearest(middles, np.empty((0, 2))) == 1
