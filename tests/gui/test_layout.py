"""Where the parts of the diagram stand, and what lies under the pointer: plain numbers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.diagram.layout import (
    FOOT,
    HEAD,
    MARK_LINE,
    Column,
    bend,
    edge_at,
    head_for,
    mark_at,
    marks,
    node_at,
    place,
    steady_scale,
    title_room,
)

WIDTH, HEIGHT = 800.0, 560.0
NETWORKS = [(2, 3), (2, 8, 8, 3), (1, 1), (64, 64, 32, 10), (784, 256, 10), (4, *[5] * 20, 3), (1, 4096, 1)]
every_network = pytest.mark.parametrize("widths", NETWORKS, ids=str)


def columns_of(widths: tuple[int, ...], height: float = HEIGHT) -> tuple[Column, ...]:
    """Columns on an area of the usual size."""
    return place(widths, WIDTH, height, 120.0, 140.0)


@every_network
def test_there_is_a_column_for_the_inputs_and_for_every_layer(widths: tuple[int, ...]) -> None:
    assert [column.count for column in columns_of(widths)] == list(widths)


@every_network
def test_columns_stand_from_left_to_right_within_the_area(widths: tuple[int, ...]) -> None:
    xs = [column.x for column in columns_of(widths)]
    assert (xs == sorted(xs), xs[0], xs[-1]) == (True, 120.0, WIDTH - 140.0)


@every_network
def test_columns_stand_at_equal_distances(widths: tuple[int, ...]) -> None:
    assert np.ptp(np.diff([column.x for column in columns_of(widths)])) < 1e-9


@every_network
@pytest.mark.parametrize("height", [260.0, 560.0, 1000.0])
def test_every_node_lies_between_head_and_foot(widths: tuple[int, ...], height: float) -> None:
    middles = np.concatenate([column.middles for column in columns_of(widths, height)])
    assert (middles.min() >= HEAD - 1e-9, middles.max() <= height - FOOT + 1e-9) == (True, True)


@every_network
def test_nodes_stand_in_the_order_of_the_units(widths: tuple[int, ...]) -> None:
    for column in columns_of(widths):
        assert (np.diff(column.shown) > 0).all()
        assert (np.diff(column.middles) > 0).all()


@every_network
def test_nodes_of_a_column_do_not_overlap(widths: tuple[int, ...]) -> None:
    for column in columns_of(widths):
        assert len(column.nodes) < 2 or np.diff(column.middles).min() >= min(column.size, 9.0)


@every_network
def test_nodes_of_neighbouring_columns_do_not_overlap(widths: tuple[int, ...]) -> None:
    columns = columns_of(widths)
    for left, right in pairwise(columns):
        assert right.x - right.size / 2 > left.x + left.size / 2


@every_network
def test_a_column_is_centred_in_its_height(widths: tuple[int, ...]) -> None:
    middle = (HEAD + HEIGHT - FOOT) / 2
    for column in columns_of(widths):
        assert (column.middles[0] + column.middles[-1]) / 2 == pytest.approx(middle)


@pytest.mark.parametrize("count", [1, 2, 8, 20])
def test_a_column_that_fits_shows_all_its_units(count: int) -> None:
    column = columns_of((2, count, 3))[1]
    assert (len(column.nodes), column.gap_y) == (count, None)


@pytest.mark.parametrize("count", [64, 784, 4096])
def test_a_column_that_is_too_tall_knows_its_true_count(count: int) -> None:
    column = columns_of((2, count, 3))[1]
    assert (column.count, len(column.nodes) < count) == (count, True)


@pytest.mark.parametrize("count", [64, 784, 4096])
def test_a_column_that_is_too_tall_shows_its_first_and_last_units(count: int) -> None:
    shown = columns_of((2, count, 3))[1].shown
    half = len(shown) // 2
    assert list(shown) == [*range(half), *range(count - half, count)]


@pytest.mark.parametrize("count", [64, 784])
def test_the_ellipsis_stands_between_first_and_last_units(count: int) -> None:
    column = columns_of((2, count, 3))[1]
    half = len(column.nodes) // 2
    assert column.gap_y is not None
    assert column.middles[half - 1] < column.gap_y < column.middles[half]


def test_a_digit_of_64_pixels_has_an_ellipsis_in_a_window_of_the_usual_size() -> None:
    assert columns_of((64, 16, 10))[0].gap_y is not None


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 5000), min_size=2, max_size=20), st.floats(360, 3000), st.floats(260, 2000))
def test_any_network_has_a_place_on_any_area(widths: list[int], width: float, height: float) -> None:
    columns = place(tuple(widths), width, height, 100.0, 100.0)
    assert all(len(column.nodes) >= min(column.count, 1) and column.size >= 9.0 for column in columns)


@every_network
def test_a_point_on_a_node_finds_it(widths: tuple[int, ...]) -> None:
    columns = columns_of(widths)
    for number, column in enumerate(columns):
        for node in (column.nodes[0], column.nodes[-1]):
            assert node_at(columns, node.x, node.y) == (number, node.index)


@pytest.mark.parametrize(("x", "y"), [(5.0, 5.0), (390.0, 60.0), (WIDTH, HEIGHT), (-1.0, -1.0)])
def test_a_point_beside_all_nodes_finds_none(x: float, y: float) -> None:
    assert node_at(columns_of((2, 8, 3)), x, y) is None


@every_network
def test_between_two_units_of_a_crowd_the_nearer_is_found(widths: tuple[int, ...]) -> None:
    columns = columns_of(widths)
    for number, column in enumerate(columns):
        for above, below in zip(column.nodes[:-1], column.nodes[1:], strict=True):
            y = below.y - 0.4 * (below.y - above.y)
            assert node_at(columns, column.x, y) in (None, (number, below.index))


def sizes_of(columns: tuple[Column, ...]) -> list[np.ndarray]:
    """All weights of the same size."""
    return [np.ones((len(a.nodes), len(b.nodes))) for a, b in pairwise(columns)]


def on_edge(columns: tuple[Column, ...], layer: int, i: int, j: int, share: float) -> tuple[float, float]:
    """A point on the curve of an edge, at a share of its width."""
    left, right = columns[layer], columns[layer + 1]
    start, end = left.x + left.size / 2, right.x - right.size / 2
    up = float(bend(np.array([share]))[0])
    return start + share * (end - start), left.middles[i] * (1 - up) + right.middles[j] * up


@pytest.mark.parametrize("share", [0.05, 0.3, 0.72, 0.9])
@pytest.mark.parametrize(("i", "j"), [(0, 0), (1, 7), (0, 5)])
def test_a_point_on_an_edge_finds_it(i: int, j: int, share: float) -> None:
    columns = columns_of((2, 8, 3))
    strong = sizes_of(columns)
    strong[0][i, j] = 3.0
    assert edge_at(columns, strong.__getitem__, *on_edge(columns, 0, i, j, share)) == (0, i, j)


def test_an_edge_between_units_beyond_the_ellipsis_has_their_true_numbers() -> None:
    columns = columns_of((784, 10))
    last = len(columns[0].nodes) - 1
    assert edge_at(columns, sizes_of(columns).__getitem__, *on_edge(columns, 0, last, 9, 0.02)) == (0, 783, 9)


def test_the_stronger_of_two_edges_on_one_another_is_found() -> None:
    columns = columns_of((2, 2))
    x, y = on_edge(columns, 0, 0, 1, 0.5)
    weak = [np.array([[0.1, 0.1], [5.0, 0.1]])]
    assert edge_at(columns, weak.__getitem__, x, y) == (0, 1, 0)


@pytest.mark.parametrize(("x", "y"), [(10.0, 300.0), (790.0, 300.0), (390.0, 5.0), (390.0, 555.0)])
def test_a_point_beside_all_edges_finds_none(x: float, y: float) -> None:
    columns = columns_of((2, 2))
    assert edge_at(columns, sizes_of(columns).__getitem__, x, y) is None


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_an_edge_is_found_among_weights_that_are_zero_or_nan(value: float) -> None:
    columns = columns_of((2, 8, 3))
    sizes = [np.full(size.shape, value) for size in sizes_of(columns)]
    with np.errstate(all="raise"):
        assert edge_at(columns, sizes.__getitem__, *on_edge(columns, 0, 1, 7, 0.9)) == (0, 1, 7)


def test_edges_leave_and_arrive_level() -> None:
    t = np.linspace(0, 1, 101)
    y = bend(t)
    assert (y[0], y[-1], y[1] < 0.005, (np.diff(y) >= 0).all()) == (0.0, 1.0, True, True)


def test_an_edge_crosses_the_middle_at_half_height() -> None:
    assert bend(np.array([0.5]))[0] == pytest.approx(0.5, abs=1e-6)


def test_the_scale_grows_at_once() -> None:
    assert steady_scale(1.0, 1.01) == 1.01


def test_the_scale_does_not_shrink_a_little() -> None:
    assert steady_scale(1.0, 0.8) == 1.0


def test_the_scale_shrinks_when_the_weights_did() -> None:
    assert steady_scale(1.0, 0.5) == 0.5


def test_the_scale_does_not_flicker_around_a_value() -> None:
    scale, seen = 0.0, set()
    for i in range(40):
        scale = steady_scale(scale, 1.0 + 0.1 * (-1) ** i)
        seen.add(scale)
    assert len(seen) <= 2


@pytest.mark.parametrize("largest", [0.0, -1.0, np.nan, np.inf])
def test_the_scale_stays_when_there_is_no_sensible_weight(largest: float) -> None:
    assert (steady_scale(2.0, largest), steady_scale(0.0, largest)) == (2.0, 1.0)


# -- stages between the columns -------------------------------------------------------------------

WIDE = place((2, 8, 8, 3), 900, 500, 100, 100)
NAMED = (range(0), range(1, 3), range(4, 5))


def test_every_stage_has_a_mark_in_the_middle_of_its_gap() -> None:
    middles = [(a.x + b.x) / 2 for a, b in pairwise(WIDE)]
    found = [(mark.place, mark.x) for mark in marks(WIDE, NAMED)]
    assert found == [(1, middles[1]), (2, middles[1]), (4, middles[2])]


def test_marks_of_one_gap_stand_under_each_other() -> None:
    first, second, _ = marks(WIDE, NAMED)
    assert second.y - first.y == MARK_LINE


def test_a_mark_is_found_where_it_stands() -> None:
    found = marks(WIDE, NAMED)
    assert [mark_at(found, mark.x + 5, mark.y - 3) for mark in found] == [1, 2, 4]


def test_there_is_no_mark_beside_the_marks() -> None:
    found = marks(WIDE, NAMED)
    assert [mark_at(found, WIDE[2].x, found[0].y), mark_at(found, found[0].x, 300.0)] == [None, None]


def test_too_many_stages_are_counted_in_the_last_mark() -> None:
    found = marks(WIDE, (range(0), range(1, 8), range(8, 8)))
    assert [mark.more for mark in found] == [0, 0, 0, 3]


@pytest.mark.parametrize("count", range(8))
def test_no_mark_reaches_down_to_the_units(count: int) -> None:
    stages = (range(0), range(1, 1 + count), range(0))
    columns = place((2, 8, 8, 3), 900, 500, 100, 100, head_for(stages))
    top = min(node.y - column.size / 2 for column in columns for node in column.nodes)
    assert all(mark.y + MARK_LINE / 2 <= top for mark in marks(columns, stages))


def test_without_stages_the_titles_take_the_room_they_always_took() -> None:
    assert head_for((range(0), range(3, 3))) == HEAD


@pytest.mark.parametrize("step", [12.0, 40.0, 72.0, 110.0, 150.0, 400.0])
def test_titles_never_reach_into_each_other(step: float) -> None:
    assert title_room(step) <= max(step, 30.0)
