"""Zoom, pan and what is where in an enlarged drawing: plain numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.diagram.overview import map_size
from gui.diagram.ribbon import Ribbon, cells, heat, ribbon_between, strongest_at
from gui.diagram.scene import Scene
from gui.diagram.viewport import LARGEST_ZOOM, Frame, Viewport

FRAME = Frame(800.0, 600.0, 110.0, 72.0, 120.0, 40.0)
BLUE, ORANGE = (47, 109, 224), (224, 112, 10)

sizes = st.tuples(st.floats(700, 2000), st.floats(400, 1200))
shares = st.floats(0.0, 1.0)
zooms = st.floats(1.0, 12.0)
networks = st.lists(st.integers(1, 900), min_size=2, max_size=8).map(tuple)


def scene_of(widths: tuple[int, ...], size: tuple[float, float] = (800.0, 600.0)) -> Scene:
    """A scene that shows everything."""
    scene = Scene()
    scene.show(widths, tuple(range(0) for _ in widths[1:]), size, (110.0, 120.0))
    return scene


def seen_at(scene: Scene, zoom: float, across: float, down: float) -> Scene:
    """The scene enlarged, with that part of the ground in the middle."""
    scene.look(scene.viewport.zoomed(zoom).centred(across, down))
    return scene


# -- zoom -------------------------------------------------------------------------------------------


@given(sizes, zooms, shares, shares, st.floats(1.0, 4.0), shares, shares)
def test_zooming_in_about_a_point_keeps_what_is_there(
    size: tuple[float, float], zoom: float, across: float, down: float, factor: float, x: float, y: float
) -> None:
    frame = Frame(*size, 110.0, 72.0, 120.0, 40.0)
    view = Viewport(frame).zoomed(zoom).centred(across, down)
    wide, high = frame.ground
    at = (frame.left + x * wide, frame.top + y * high)
    assert view.zoomed(factor, at).on_ground(*at) == pytest.approx(view.on_ground(*at), abs=1e-6)


@given(zooms, shares, shares)
def test_zooming_all_the_way_out_shows_everything_again(zoom: float, across: float, down: float) -> None:
    view = Viewport(FRAME).zoomed(zoom).centred(across, down).zoomed(1e-3)
    assert view == Viewport(FRAME)


@pytest.mark.parametrize(("factor", "zoom"), [(1e-9, 1.0), (0.5, 1.0), (3.0, 3.0), (12.0, 12.0), (1e9, LARGEST_ZOOM)])
def test_the_zoom_stays_within_its_range(factor: float, zoom: float) -> None:
    assert Viewport(FRAME).zoomed(factor).zoom == zoom


@given(zooms, st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_however_far_it_is_pushed_nothing_beyond_the_ground_is_seen(zoom: float, dx: float, dy: float) -> None:
    left, top, width, height = Viewport(FRAME).zoomed(zoom).panned(dx, dy).seen
    assert (left >= 0.0, top >= 0.0, left + width <= 1.0 + 1e-9, top + height <= 1.0 + 1e-9) == (True,) * 4


def test_nothing_can_be_pushed_when_everything_fits() -> None:
    assert Viewport(FRAME).panned(50.0, -30.0) == Viewport(FRAME)


def test_the_drawing_follows_the_hand_that_drags_it() -> None:
    view = Viewport(FRAME).zoomed(4.0)
    x, y = view.on_ground(300.0, 200.0)
    assert view.panned(30.0, -20.0).in_window(x, y) == pytest.approx((330.0, 180.0))


@given(zooms, shares, shares, st.floats(0, 800), st.floats(0, 600))
def test_from_the_window_to_the_ground_and_back(zoom: float, across: float, down: float, x: float, y: float) -> None:
    view = Viewport(FRAME).zoomed(zoom).centred(across, down)
    assert view.in_window(*view.on_ground(x, y)) == pytest.approx((x, y), abs=1e-6)


@given(st.floats(0.2, 0.8), st.floats(0.2, 0.8), sizes)
def test_another_size_of_the_window_keeps_the_middle(across: float, down: float, size: tuple[float, float]) -> None:
    view = Viewport(FRAME).zoomed(6.0).centred(across, down)
    assert view.framed(Frame(*size, 110.0, 72.0, 120.0, 40.0)).middle == pytest.approx(view.middle)


@given(zooms, shares, shares, st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_what_is_revealed_is_seen(zoom: float, across: float, down: float, x: float, y: float) -> None:
    view = Viewport(FRAME).zoomed(zoom).centred(across, down)
    wide, high = FRAME.ground
    left, top = view.in_window(x * wide, y * high)
    moved = view.revealing(left - 10, top - 10, left + 10, top + 10)
    at = moved.in_window(x * wide, y * high)
    assert (0 <= at[0] <= FRAME.width, FRAME.top <= at[1] <= FRAME.height - FRAME.bottom) == (True, True)


def test_what_is_seen_already_does_not_move() -> None:
    view = Viewport(FRAME).zoomed(3.0)
    assert view.revealing(390.0, 290.0, 410.0, 310.0) == view


def test_something_larger_than_the_window_is_put_in_its_middle() -> None:
    view = Viewport(FRAME).zoomed(12.0)
    assert view.revealing(100.0, -1000.0, 700.0, 2000.0).y == pytest.approx(view.y + 500.0 - (72.0 + 560.0) / 2)


# -- nodes in an enlarged drawing -------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(networks, sizes, zooms, shares, shares)
def test_under_the_middle_of_every_node_in_sight_is_that_node(
    widths: tuple[int, ...], size: tuple[float, float], zoom: float, across: float, down: float
) -> None:
    scene = seen_at(scene_of(widths, size), zoom, across, down)
    for number, column in enumerate(scene.in_sight):
        for node in column.nodes:
            if scene.in_body(node.y):
                assert scene.node_at(node.x, node.y) == (number, node.index)


@settings(max_examples=60, deadline=None)
@given(networks, zooms, shares, shares)
def test_fitting_again_restores_every_place(widths: tuple[int, ...], zoom: float, across: float, down: float) -> None:
    scene = scene_of(widths)
    before = scene.columns
    seen_at(scene, zoom, across, down).look(Viewport(scene.viewport.frame))
    assert scene.columns == before


@pytest.mark.parametrize("zoom", [1.5, 3.0, 7.0])
def test_an_enlarged_column_that_fits_is_the_same_drawing_made_larger(zoom: float) -> None:
    small, large = scene_of((2, 8, 3)), scene_of((2, 8, 3))
    large.look(large.viewport.zoomed(zoom))
    for one, other in zip(small.columns, large.columns, strict=True):
        for a, b in zip(one.nodes, other.nodes, strict=True):
            ground = small.viewport.on_ground(a.x, a.y)
            assert large.viewport.on_ground(b.x, b.y) == pytest.approx(ground, abs=1e-6)


def test_nodes_grow_with_the_zoom_but_not_without_end() -> None:
    sides = []
    for zoom in (1.0, 2.0, 4.0, 12.0):
        scene = scene_of((2, 8, 3))
        scene.look(scene.viewport.zoomed(zoom))
        sides.append(scene.columns[1].size)
    assert sides == [40.0, 80.0, 160.0, 180.0]


def test_inputs_stay_small_beside_their_names() -> None:
    scene = scene_of((2, 8, 3))
    scene.look(scene.viewport.zoomed(12.0))
    assert scene.columns[0].size == 40.0


def test_a_tall_layer_shows_more_units_when_it_is_enlarged() -> None:
    shown = []
    for zoom in (1.0, 3.0, 12.0):
        scene = scene_of((2, 900, 3))
        scene.look(scene.viewport.zoomed(zoom))
        shown.append(len(scene.columns[1].nodes))
    assert shown == sorted(set(shown))


def test_nodes_that_passed_under_the_titles_are_not_found() -> None:
    scene = seen_at(scene_of((2, 40, 3)), 4.0, 0.5, 0.5)
    hidden = [node for node in scene.columns[1].nodes if node.y < scene.viewport.frame.top - 10]
    assert (len(hidden) > 5, {scene.node_at(node.x, node.y) for node in hidden}) == (True, {None})


def test_a_node_half_under_the_titles_is_found_only_where_it_is_seen() -> None:
    scene = seen_at(scene_of((2, 8, 3)), 4.0, 0.5, 0.5)
    node, top = scene.columns[1].nodes[2], scene.viewport.frame.top
    scene.look(scene.viewport.panned(0.0, top - node.y))
    x = scene.columns[1].x
    assert (scene.node_at(x, top + 5.0), scene.node_at(x, top - 5.0)) == ((1, 2), None)


def test_only_what_is_in_sight_is_kept_for_painting() -> None:
    scene = seen_at(scene_of((2, *[32] * 20, 3)), 6.0, 0.5, 0.5)
    assert sum(len(c.nodes) for c in scene.in_sight) < 0.1 * sum(len(c.nodes) for c in scene.columns)


@pytest.mark.parametrize("unit", [13, 100, 500, 886])
def test_a_unit_folded_away_is_shown_with_its_neighbours_when_it_is_wanted(unit: int) -> None:
    scene = scene_of((2, 900, 3))
    scene.unfold(1, unit)
    shown = set(scene.columns[1].shown.tolist())
    assert {0, unit - 1, unit, unit + 1, 899} <= shown


@pytest.mark.parametrize("unit", [14, 100, 885])
def test_a_column_with_an_unfolded_unit_has_an_ellipsis_above_and_below_it(unit: int) -> None:
    scene = scene_of((2, 900, 3))
    scene.unfold(1, unit)
    column = scene.columns[1]
    box = scene.box_of(1, unit)
    assert box is not None
    assert column.gap_y is not None
    assert column.gap_y < box[1] < column.more_gaps[0]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3000), st.integers(0, 2999), st.floats(260, 1200), zooms)
def test_any_unit_of_any_layer_can_be_shown(count: int, unit: int, height: float, zoom: float) -> None:
    scene = scene_of((2, count, 3), (800.0, height))
    scene.look(scene.viewport.zoomed(zoom))
    scene.unfold(1, min(unit, count - 1))
    assert (scene.box_of(1, min(unit, count - 1)) is not None, bool((np.diff(scene.columns[1].shown) > 0).all())) == (
        True,
        True,
    )


@pytest.mark.parametrize(("column", "unit"), [(9, 0), (-1, 0), (1, 900), (1, -1)])
def test_what_is_not_there_cannot_be_shown(column: int, unit: int) -> None:
    assert scene_of((2, 900, 3)).unfold(column, unit) is False


def test_a_title_is_found_over_its_column() -> None:
    scene = seen_at(scene_of((2, 8, 8, 3)), 2.0, 0.0, 1.0)
    found = [scene.head_at(column.x, 30.0) for column in scene.columns[:2]]
    assert (found, scene.head_at(scene.columns[1].x, 300.0)) == ([0, 1], None)


def test_a_place_belongs_to_the_column_it_is_nearest_to() -> None:
    scene = scene_of((2, 8, 3))
    xs = [column.x for column in scene.columns]
    assert [scene.column_at(xs[0] + 3), scene.column_at((xs[1] + xs[2]) / 2 - 2), scene.column_at(799.0)] == [0, 1, 2]


def test_an_edge_is_sought_in_the_part_of_it_that_is_seen() -> None:
    scene = seen_at(scene_of((2, 2)), 8.0, 0.5, 0.5)
    box = scene.box_of_edge(0, 0, 1)
    assert box is not None
    assert 0.0 < box[0] < box[2] < 800.0


@given(st.floats(10, 4000), st.floats(10, 4000))
def test_the_overview_takes_little_room(wide: float, high: float) -> None:
    width, height = map_size((wide, high))
    assert (24 < width <= 160, 24 < height <= 100) == (True, True)


# -- heat maps --------------------------------------------------------------------------------------


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60), st.integers(1, 60), st.integers(0, 1000))
def test_no_outlier_vanishes_from_a_heat_map(inputs: int, units: int, rows: int, columns: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(inputs, units))
    shown = cells(values, min(rows, inputs), min(columns, units))
    assert shown[np.unravel_index(np.abs(shown).argmax(), shown.shape)] == values.ravel()[np.abs(values).argmax()]


def test_a_cell_shows_the_strongest_of_its_weights_with_its_sign() -> None:
    values = np.array([[1.0, -2.0, 0.0, 0.0], [0.5, 0.5, 0.0, 3.0], [-1.0, 0.0, 0.0, -0.25], [0.0, 0.0, 0.0, 0.0]])
    assert cells(values, 2, 2).tolist() == [[-2.0, 3.0], [-1.0, -0.25]]


def test_what_is_not_finite_is_nothing_in_a_heat_map() -> None:
    assert cells(np.array([[np.nan, np.inf], [-np.inf, 0.5]]), 2, 2).tolist() == [[0.0, 0.0], [0.0, 0.5]]


def test_the_colours_of_a_heat_map_are_those_of_the_signs() -> None:
    picture = heat(np.array([[1.0, -1.0, 0.0, 9.0]]), 1.0, BLUE, ORANGE)
    assert picture[0].tolist() == [[*BLUE, 255], [*ORANGE, 255], [0, 0, 0, 0], [*BLUE, 255]]


@settings(deadline=None)
@given(st.integers(1, 900), st.integers(1, 900), shares, shares, st.integers(0, 99))
def test_a_point_of_a_heat_map_is_the_strongest_weight_of_its_cell(
    inputs: int, units: int, across: float, down: float, seed: int
) -> None:
    ribbon = Ribbon(100.0, 50.0, 130.0, 400.0, inputs, units)
    values = np.random.default_rng(seed).normal(size=(inputs, units))
    at = strongest_at(ribbon, values, 100.0 + 0.999 * across * 130.0, 50.0 + 0.999 * down * 400.0)
    rows, columns = ribbon.shape(1.0)
    shown = cells(values, rows, columns)[int(0.999 * down * rows), int(0.999 * across * columns)]
    assert at is not None
    assert values[at] == shown


@pytest.mark.parametrize(("x", "y"), [(99.0, 60.0), (231.0, 60.0), (150.0, 49.0), (150.0, 451.0)])
def test_beside_a_heat_map_there_is_no_weight(x: float, y: float) -> None:
    assert strongest_at(Ribbon(100.0, 50.0, 130.0, 400.0, 30, 20), np.ones((30, 20)), x, y) is None


def test_every_weight_has_its_place_in_a_heat_map() -> None:
    ribbon = Ribbon(100.0, 50.0, 130.0, 400.0, 40, 13)
    values = np.zeros((40, 13))
    left, top, width, height = ribbon.cell_of(31, 4)
    assert strongest_at(ribbon, values, left + width / 2, top + height / 2) == (31, 4)


@pytest.mark.parametrize(
    ("widths", "expected"), [((2, 8), False), ((25, 25), False), ((784, 256), True), ((2, 900), True)]
)
def test_only_large_or_folded_gaps_have_a_heat_map(widths: tuple[int, int], expected: bool) -> None:
    columns = scene_of(widths).columns
    assert (ribbon_between(*columns, 480.0) is not None) == expected


def test_a_gap_too_narrow_for_a_heat_map_has_none() -> None:
    columns = scene_of((2, *[400] * 30, 3)).columns
    assert ribbon_between(columns[1], columns[2], 480.0) is None
