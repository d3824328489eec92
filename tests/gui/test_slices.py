"""Maps over a chosen plane: what is painted, said and clicked is what the network answers there."""

from __future__ import annotations

import re
from itertools import pairwise

import hands
import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip

from engine.experiment import Experiment
from engine.snapshot import Snapshot
from engine.trainer import Trainer
from gui import theme
from gui.diagram.shown import Shown
from gui.plots.ground import size_of_points
from gui.plots.slices import Points, band_of, points_on
from gui.viewing.picture import encoded
from gui.window import Window

PLANE = (0, 6)
PLANES = pytest.mark.parametrize("plane", [(0, 6), (6, 0), (12, 3), (6,)], ids=str)


def opened(window: Window, source: str = "wine", plane: tuple[int, ...] = PLANE, epochs: int = 20) -> Snapshot:
    """A data set, trained for some epochs, with its maps over a plane."""
    hands.show(window, Experiment.model_validate({"data": {"source": source}, "training": {"epochs": epochs}}))
    window.looking.choose(Shown(plane=plane))
    window.training.finish()
    return hands.settle(window)


@pytest.fixture(autouse=True)
def _all_planes_are_left(window: Window) -> None:
    """Every test begins with what is shown at first."""
    window.looking.choose(Shown())
    hands.settle(window)


def same_network(snapshot: Snapshot) -> Trainer:
    """A trainer of one's own with the weights of a snapshot."""
    trainer = Trainer(snapshot.experiment, snapshot.data)
    trainer.network.parameters[...] = snapshot.parameters
    return trainer


def wine() -> np.ndarray:
    """The table of wine as scikit-learn has it."""
    from sklearn.datasets import load_wine

    return np.asarray(load_wine().data)


def raw_point(snapshot: Snapshot, row: int, x: float, y: float) -> np.ndarray:
    """A row of the table with the inputs of the plane at other values, as the network wants it."""
    assert snapshot.maps is not None
    values = wine()[[row]]
    for column, value in zip(snapshot.maps.plane, (x, y), strict=False):
        values[0, column] = value
    return np.asarray(snapshot.data.x_scaling.apply(values))


@PLANES
@pytest.mark.parametrize("row", [0, 11, 150])
def test_the_map_holds_what_the_network_predicts_there(window: Window, plane: tuple[int, ...], row: int) -> None:
    window.trace_row(row)
    snapshot = opened(window, plane=plane)
    maps = snapshot.maps
    assert maps is not None
    side, trainer = maps.answers.shape[1], same_network(snapshot)
    for i, j in ((0, 0), (0, side - 1), (side // 2, side // 3), (side - 1, 5)):
        x = np.linspace(*maps.extent[:2], side)[j]
        y = np.linspace(*maps.extent[2:], side)[i]
        assert maps.answers[:, i, j] == pytest.approx(trainer.predict(raw_point(snapshot, row, x, y))[0], abs=1e-5)


def said(window: Window, at: QPointF) -> list[str]:
    """What the pointer says at a place of the map, line by line."""
    hands.hover(window.output.map, at)
    return QToolTip.text().splitlines()


@PLANES
def test_the_pointer_says_what_the_network_predicts_there(window: Window, plane: tuple[int, ...]) -> None:
    window.trace_row(11)
    snapshot = opened(window, plane=plane)
    view = window.output.map
    lines = said(window, QPointF(view.width() * 0.7, view.height() * 0.4))
    place = [hands.read(line.split()[-1]) for line in lines[: len(plane)]]
    answer = same_network(snapshot).predict(raw_point(snapshot, 11, *(*place, 0.0)[:2]))[0]
    shown = [float(line.split()[-1]) for line in lines[len(plane) + 1 :][: len(answer)]]
    # The place is said with three digits, and the map is a grid.
    assert shown == pytest.approx(answer, abs=0.12)


@PLANES
def test_the_pointer_names_the_inputs_of_the_plane(window: Window, plane: tuple[int, ...]) -> None:
    names = opened(window, plane=plane).data.names
    lines = said(window, QPointF(window.output.map.width() / 2, 40))
    assert [line.rsplit(" ", 1)[0] for line in lines[: len(plane)]] == [names[column] for column in plane]


def test_the_pointer_says_at_which_row_the_others_are_held(window: Window) -> None:
    window.trace_row(11)
    opened(window)
    assert "others as in row 12" in said(window, QPointF(window.output.map.width() / 2, 40))


def test_where_nothing_is_held_the_pointer_says_nothing_of_a_row(window: Window) -> None:
    opened(window, "moons", ())
    assert [line for line in said(window, QPointF(60, 20)) if line.startswith("others")] == []


def note(window: Window) -> str:
    """The note in the title of the output view."""
    return window.output.title._note.text()


@pytest.mark.parametrize(
    ("source", "plane", "page", "words"),
    [
        ("wine", PLANE, "Map", "● training  ○ test"),
        ("moons", (), "Map", "● training  ○ test"),
        ("wine", (), "Confusion matrix", ""),
    ],
)
def test_the_title_says_what_is_drawn(
    window: Window, source: str, plane: tuple[int, ...], page: str, words: str
) -> None:
    window.trace_row(11)
    opened(window, source, plane)
    assert (window.output.choice.text(), note(window)) == (f"{page} ▾", words)


def test_above_a_slice_stands_the_row_it_is_held_at(window: Window) -> None:
    window.trace_row(11)
    opened(window)
    assert window.output.map.bar is not None
    assert window.output.map.bar.isVisibleTo(window.output)
    assert "row 12" in hands.words(window.output.map.bar)


def test_without_the_plane_the_confusion_matrix_is_back(window: Window) -> None:
    opened(window)
    window.looking.choose(Shown())
    hands.settle(window)
    assert window.output.view is window.output.confusion


def test_a_regression_over_a_plane_keeps_prediction_against_truth(window: Window) -> None:
    opened(window, "diabetes", (0, 2), epochs=2)
    assert window.output.view is window.output.prediction


@pytest.mark.parametrize(("source", "plane"), [("wine", PLANE), ("wine", (6,)), ("digits", (20, 43)), ("iris", ())])
def test_a_map_is_painted_in_its_colours_in_both_themes(window: Window, source: str, plane: tuple[int, ...]) -> None:
    snapshot, view = opened(window, source, plane, epochs=2), window.output.map
    assert snapshot.maps is not None
    view.leave_points(True)
    for name in ("light", "dark"):
        window.show_theme(name)
        hands.settle(window)
        picture, area = view.grab().toImage(), view.area()
        wanted = view.ground.show(snapshot, snapshot.maps)[0][..., :3].astype(int)
        steps = np.arange(4, len(wanted) - 4, 4)
        across = area.left() + steps / (len(wanted) - 1) * area.width()
        up = area.bottom() - steps / (len(wanted) - 1) * area.height()
        seen = [[picture.pixelColor(round(x), round(y)).getRgb()[:3] for x in across] for y in up]
        # But for the lines that lie over it.
        apart = np.abs(np.array(seen) - wanted[np.ix_(steps, steps)]).max(axis=-1)
        assert (apart < 12).mean() > 0.8, name
    view.leave_points(False)


# -- the points -----------------------------------------------------------------------------------


def points(snapshot: Snapshot) -> Points:
    """All rows on the plane of a snapshot."""
    assert snapshot.maps is not None
    return points_on(snapshot.data, snapshot.maps)


def test_points_are_projected_onto_the_plane(window: Window) -> None:
    found = points(opened(window))
    assert found.at == pytest.approx(wine()[found.rows][:, PLANE], rel=1e-4)


def test_every_row_is_a_point(window: Window) -> None:
    assert sorted(points(opened(window)).rows) == list(range(178))


def test_points_have_the_classes_of_the_table(window: Window) -> None:
    from sklearn.datasets import load_wine

    found = points(opened(window))
    assert np.array_equal(found.classes, load_wine().target[found.rows])


def test_test_rows_are_known(window: Window) -> None:
    snapshot = opened(window)
    found = points(snapshot)
    assert sorted(found.rows[found.tested]) == sorted(snapshot.data.rows_test)


def test_the_row_of_the_slice_lies_on_it(window: Window) -> None:
    window.trace_row(150)
    found = points(opened(window))
    assert float(found.near[found.rows == 150][0]) == 1.0


@pytest.mark.parametrize("scale", ["standard", "minmax", "none"])
def test_points_are_as_near_as_the_held_inputs_are_alike(window: Window, scale: str) -> None:
    window.trace_row(11)
    snapshot = opened(window)
    snapshot = hands.show(window, snapshot.experiment.with_value("data.scale", scale))
    table, found = wine(), points(snapshot)
    others = np.delete(table, PLANE, axis=1) / np.delete(table[snapshot.data.rows_train].std(axis=0), PLANE)
    distance = np.sqrt(((others - others[11]) ** 2).mean(axis=1))[found.rows]
    assert found.near == pytest.approx(np.exp(-(distance**2) / 2).clip(0.12), abs=1e-4)


def test_the_nearest_are_drawn_last(window: Window) -> None:
    assert (np.diff(points(opened(window)).near) >= 0).all()


def test_where_nothing_is_held_all_points_lie_on_the_map(window: Window) -> None:
    assert (points(opened(window, "moons", ())).near == 1.0).all()


def test_too_many_points_are_thinned_to_the_nearest_of_either_part(window: Window) -> None:
    found = points(opened(window))
    few = found.first(20)
    nearest = [set(found.rows[found.tested == part][-20:]) for part in (False, True)]
    assert [set(few.rows[few.tested == part]) for part in (False, True)] == nearest


def test_a_point_is_the_fainter_the_farther_it_is(window: Window) -> None:
    opened(window)
    view = window.output.map
    view.grab()
    assert view._points is not None
    assert view._picture_of_points is not None
    picture, places = view._picture_of_points.toImage(), view._places
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) + np.diag([99.0] * len(places))
    lonely = np.flatnonzero((apart.min(axis=1) > 9) & ~view._points.tested)
    alphas = [picture.pixelColor(*places[i].round().astype(int).tolist()).alpha() / 255 for i in lonely]
    assert (len(lonely) > 5, alphas) == (True, pytest.approx(view._points.near[lonely], abs=0.02))


def radius_of_a_point(window: Window) -> float:
    """How far from the middle of a point filled with its colour, with none near it, anything is painted, in pixels."""
    view = window.output.map
    view.grab()
    assert view._picture_of_points is not None
    picture, (x, y) = view._picture_of_points.toImage(), view._places[-1]
    reached = [dx for dx in range(20) if picture.pixelColor(round(x) + dx, round(y)).alpha() > 127]
    return float(max(reached))


def test_points_are_larger_where_there_are_few_and_in_large_type(window: Window) -> None:
    sizes = {}
    for times in (1.0, 1.4):
        theme.set_type_size(times)
        try:
            window.show_theme("light")
            for source in ("and_gate", "moons"):
                opened(window, source, ())
                sizes[source, times] = radius_of_a_point(window)
        finally:
            theme.set_type_size(1.0)
            window.show_theme("light")
    assert 3 <= sizes["moons", 1.0] <= 4
    assert sizes["and_gate", 1.0] >= 1.4 * sizes["moons", 1.0]
    assert sizes["and_gate", 1.4] >= 1.3 * sizes["and_gate", 1.0]


def test_a_click_at_the_edge_of_a_large_point_meets_it(window: Window) -> None:
    opened(window, "and_gate", ())
    view = window.output.map
    view.grab()
    assert view._points is not None
    place = view._places[-1] + (0.0, 11.0)
    QTest.mouseClick(view, hands.LEFT, pos=QPointF(*place).toPoint())
    assert window.traced_row == view._points.rows[-1]


def test_thousands_of_points_keep_their_size() -> None:
    assert [size_of_points(count) for count in (150, 3000, 100_000)] == [1.0, 1.0, 1.0]


def test_in_a_file_points_are_drawn_and_the_axes_are_written_also_in_large_type(window: Window) -> None:
    opened(window, "and_gate", ())
    theme.set_type_size(1.4)
    try:
        window.show_theme("light")
        hands.events()
        written = encoded(window.output, "svg", "map").decode()
    finally:
        theme.set_type_size(1.0)
        window.show_theme("light")
    assert written.count("<image") == 1  # the ground; points that were one would be blurred
    assert window.output.map._image is not None
    words = re.findall(r">([^<>]+)</text>", written)
    assert {"x₁", "x₂", "1", "0.5"} <= {"".join(each.split()) for each in words}


def test_clicking_a_point_of_a_slice_traces_its_row(window: Window) -> None:
    opened(window)
    view = window.output.map
    view.grab()
    assert view._points is not None
    place = view._places[-1]
    QTest.mouseClick(view, hands.LEFT, pos=QPointF(*place).toPoint())
    nearest = view._points.rows[np.hypot(*(view._places - place.round()).T).argmin()]
    assert window.traced_row == nearest


def test_another_traced_row_is_another_slice(window: Window) -> None:
    first = opened(window).maps
    window.trace_row(150)
    second = hands.settle(window).maps
    assert first is not None
    assert second is not None
    assert (second.held, np.allclose(first.answers, second.answers)) == (150, False)


# -- one input ------------------------------------------------------------------------------------


def test_with_one_input_every_point_lies_in_the_band_of_its_class(window: Window) -> None:
    found = points(opened(window, plane=(6,)))
    middles = np.array([band_of(k, 3) for k in range(3)])
    assert np.array_equal(np.abs(found.at[:, 1, None] - middles).argmin(axis=1), found.classes)


def test_the_bands_fill_the_map_from_the_top() -> None:
    assert [band_of(k, 4) for k in range(4)] == [0.875, 0.625, 0.375, 0.125]


def test_points_of_one_input_are_at_the_same_height_every_time(window: Window) -> None:
    snapshot = opened(window, plane=(6,))
    assert np.array_equal(points(snapshot).at, points(snapshot).at)


def test_points_of_one_input_are_spread_within_their_band(window: Window) -> None:
    found = points(opened(window, plane=(6,)))
    heights = np.sort(found.at[found.classes == 1, 1])
    assert (len(set(heights)) == len(heights), heights.max() - heights.min() > 0.2) == (True, True)


def test_with_one_input_the_map_does_not_vary_upwards(window: Window) -> None:
    opened(window, plane=(6,))
    x = window.output.map.width() * 0.6
    answers = [said(window, QPointF(x, y))[2:5] for y in (20, 120, 200)]
    assert all(one == other for one, other in pairwise(answers))


# -- the fit --------------------------------------------------------------------------------------


def test_the_curve_of_a_fit_is_what_the_network_predicts(window: Window) -> None:
    snapshot = opened(window, "sine", ())
    x, y = window.output.fit.curve.getData()
    data = snapshot.data
    wanted = same_network(snapshot).predict(data.x_scaling.apply(x[:, None]))
    assert y == pytest.approx(data.y_scaling.undo(wanted)[:, 0], abs=1e-4)


@pytest.mark.parametrize("part", ["train", "test"])
def test_the_points_of_a_fit_are_the_rows(window: Window, part: str) -> None:
    data = opened(window, "sine", (), epochs=2).data
    x, y = data.part(part)
    wanted = [data.x_scaling.undo(x)[:, 0], data.y_scaling.undo(y)[:, 0]]
    assert np.allclose(window.output.fit.points[part].getData(), wanted)


def test_a_clicked_point_of_a_fit_is_traced(window: Window) -> None:
    opened(window, "sine", (), epochs=2)
    points = window.output.fit.points["train"]
    points.sigClicked.emit(points, points.points()[5:6], None)
    assert window.traced_row == hands.settle(window).data.rows_train[5]
