"""Thinning for drawing keeps what can be seen; dashes, smoothing and logarithmic ticks are what they say."""

from __future__ import annotations

from itertools import pairwise
from math import hypot, isfinite, log10

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.plots.axes import Axis
from gui.plots.dashes import strokes
from gui.plots.decimation import kept, thinned, thinned_band
from gui.plots.logticks import log_ticks
from gui.plots.smoothing import smoothed

# Places, values, the range that is shown, and so many columns of pixels.
Shown = tuple[np.ndarray, np.ndarray, float, float, int]
VALUES = st.one_of(st.floats(-1e6, 1e6), st.integers(-3, 3).map(float), st.sampled_from([np.nan, np.inf, -np.inf]))


@st.composite
def views(draw: st.DrawFn) -> Shown:
    """Points at rising places, a range that shows some of them, and so many columns of pixels."""
    least = draw(st.sampled_from([0, 1, 30, 100]))
    places = draw(st.lists(st.integers(-400, 400), unique=True, min_size=least, max_size=150).map(sorted))
    y = draw(st.lists(VALUES, min_size=len(places), max_size=len(places)))
    left = draw(st.integers(-450, 440))
    right = draw(st.integers(left + 1, 450))
    return (
        np.array(places, float),
        np.array(y, float),
        float(left),
        float(right),
        draw(st.sampled_from([1, 2, 5, 20, 60])),
    )


def column_of(x: float, left: float, right: float, columns: int) -> int:
    """The column of a place, -1 and ``columns`` beyond the edges, by going through the columns."""
    if x < left or x > right:
        return -1 if x < left else columns
    found = 0
    for column in range(columns):
        if x >= left + (right - left) * (column / columns):
            found = column
    return found


def by_column(view: Shown) -> dict[int, list[int]]:
    """The places of finite points, by the column they are in."""
    x, y, left, right, columns = view
    found: dict[int, list[int]] = {}
    for place in range(len(x)):
        if isfinite(y[place]):
            found.setdefault(column_of(x[place], left, right, columns), []).append(place)
    return found


@settings(deadline=None)
@given(views())
def test_thinning_keeps_the_first_lowest_highest_and_last_value_of_every_column(view: Shown) -> None:
    x, y, left, right, columns = view
    chosen = set(kept(x, y, left, right, columns).tolist())
    for column, places in by_column(view).items():
        if 0 <= column < columns:
            values = [float(y[place]) for place in places if place in chosen]
            every = [float(y[place]) for place in places]
            assert (min(values), max(values), places[0] in chosen, places[-1] in chosen) == (
                min(every), max(every), True, True
            )  # fmt: skip


@settings(deadline=None)
@given(views())
def test_thinning_leaves_no_more_than_four_points_in_a_column_and_one_beyond_an_edge(view: Shown) -> None:
    x, y, left, right, columns = view
    chosen = set(kept(x, y, left, right, columns).tolist())
    for column, places in by_column(view).items():
        assert len(chosen.intersection(places)) <= (4 if 0 <= column < columns else 1)


@settings(deadline=None)
@given(views())
def test_thinning_keeps_the_order_and_invents_nothing(view: Shown) -> None:
    x, y, left, right, columns = view
    places = kept(x, y, left, right, columns).tolist()
    assert places == sorted(set(places))
    thin_x, thin_y = thinned(x, y, left, right, columns)
    assert np.array_equal(thin_x, x[places])
    assert np.array_equal(thin_y, y[places], equal_nan=True)


@settings(deadline=None)
@given(views())
def test_two_points_are_joined_only_where_no_gap_was_between_them(view: Shown) -> None:
    x, y, left, right, columns = view
    chosen = kept(x, y, left, right, columns).tolist()
    finite = [place for place in chosen if isfinite(y[place])]
    for one, next_one in pairwise(finite):
        gap = any(not isfinite(y[place]) for place in range(one + 1, next_one))
        assert any(one < place < next_one for place in chosen if not isfinite(y[place])) == gap


@settings(deadline=None)
@given(views())
def test_a_line_leads_to_the_next_point_beyond_each_edge(view: Shown) -> None:
    x, y, left, right, columns = view
    y = np.nan_to_num(y, posinf=0.0, neginf=0.0)
    chosen = kept(x, y, left, right, columns).tolist()
    before = [place for place in range(len(x)) if x[place] < left]
    after = [place for place in range(len(x)) if x[place] > right]
    assert set(before[-1:] + after[:1]) <= set(chosen)


def test_zooming_in_shows_every_point() -> None:
    x = np.arange(100_000.0)
    y = np.random.default_rng(0).normal(size=len(x))
    assert len(thinned(x, y, 0.0, 99_999.0, 400)[0]) <= 1600
    near_x, near_y = thinned(x, y, 5_000.0, 5_099.0, 400)
    assert np.array_equal(near_x, x[4_999:5_101])
    assert np.array_equal(near_y, y[4_999:5_101])


@settings(deadline=None)
@given(views(), st.floats(0, 10))
def test_a_band_reaches_from_the_lowest_to_the_highest_of_every_column(view: Shown, height: float) -> None:
    x, low, left, right, columns = view
    high = low + height
    places, bottoms, tops = thinned_band(x, low, high, left, right, columns)
    for column, there in by_column(view).items():
        if 0 <= column < columns:
            at = list(places).index(x[there[0]])
            assert (bottoms[at], tops[at]) == (min(low[there]), max(high[there]))
    assert len(places) <= columns + 2


# -- dashes ---------------------------------------------------------------------------------------

POINTS = st.lists(st.tuples(st.floats(0, 50), st.floats(-50, 50)), min_size=2, max_size=30)


@settings(deadline=None)
@given(POINTS)
def test_a_line_without_gaps_has_a_stroke_for_each_segment(points: list[tuple[float, float]]) -> None:
    x, y = np.array(points).T
    assert np.array_equal(strokes(x, y), [(*a, *b) for a, b in pairwise(points)])


@settings(deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_dashes_follow_one_another_along_a_line_with_bends(lengths: list[int]) -> None:
    # Up and down in right angles, so that lengths along the line are whole numbers.
    corners = [(0.0, 0.0)]
    for turn, length in enumerate(lengths):
        x, y = corners[-1]
        corners.append((x + length, y) if turn % 2 == 0 else (x, y + length))
    x, y = np.array(corners).T
    drawn = sum(hypot(x2 - x1, y2 - y1) for x1, y1, x2, y2 in strokes(x, y, (6.0, 3.0)))
    wanted = sum(place % 9 < 6 for place in range(sum(lengths)))
    assert drawn == pytest.approx(wanted)


@pytest.mark.parametrize("pattern", [(), (6.0, 3.0)])
def test_no_stroke_crosses_a_gap(pattern: tuple[float, ...]) -> None:
    found = strokes(np.array([0.0, 10, 20, 30, 40]), np.array([0.0, 0, np.nan, 0, 0]), pattern)
    assert len(found)
    assert all(max(x1, x2) <= 10 or min(x1, x2) >= 30 for x1, _, x2, _ in found)


def test_a_very_long_line_has_few_dashes() -> None:
    x = np.linspace(0, 400, 1000)
    y = 300.0 * (np.arange(1000) % 2)
    assert len(strokes(x, y, (1.5, 3.0))) < 3000


# -- smoothing ------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(VALUES, max_size=40), st.sampled_from([0.6, 0.9, 0.97]))
def test_smoothing_is_the_moving_average_with_its_bias_taken_out(values: list[float], weight: float) -> None:
    found = smoothed(np.array(values, float), weight)
    seen: list[float] = []
    for value, average in zip(values, found, strict=True):
        if not isfinite(value):
            assert np.array_equal([average], [value], equal_nan=True)
            continue
        seen.append(value)
        # In closed form: a mean of all values so far, each older one weighing less.
        weights = [weight ** (len(seen) - 1 - i) for i in range(len(seen))]
        wanted = sum(w * v for w, v in zip(weights, seen, strict=True)) / sum(weights)
        assert average == pytest.approx(wanted, rel=1e-9, abs=1e-6)


# -- ticks ----------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.floats(-12, 9), st.floats(0.01, 15), st.integers(3, 9))
def test_logarithmic_ticks_are_few_and_lie_within_their_range(low: float, span: float, most: int) -> None:
    ticks = log_ticks(low, low + span, most)
    assert 1 <= len(ticks) <= most + 1
    assert all(low - 1e-9 <= tick <= low + span + 1e-9 for tick in ticks)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 3, [1, 10, 100, 1000]),
        (-2, 0, [0.01, 0.03, 0.1, 0.3, 1]),
        (0, 1, [1, 2, 5, 10]),
        (0, 8, [1, 100, 1e4, 1e6, 1e8]),
    ],
)
def test_logarithmic_ticks_are_round(low: float, high: float, ticks: list[float]) -> None:
    assert log_ticks(low, high, 5) == pytest.approx([log10(tick) for tick in ticks])


def test_small_gaps_between_numbers_of_an_axis_are_left_out() -> None:
    assert log_ticks(log10(0.076), log10(0.55), 9) == pytest.approx([log10(tick) for tick in (0.1, 0.2, 0.5)])


@pytest.mark.usefixtures("qapp")
def test_numbers_at_an_axis_are_written_as_everywhere() -> None:
    axis = Axis("left")
    assert axis.tickStrings([-0.5, 0.0, 0.5], 1.0, 0.5) == ["\u22120.5", "0", "0.5"]
    assert axis.tickStrings([-250000.0, 1500.0, 2e6], 1.0, 500.0) == ["\u2212250,000", "1,500", "2e+06"]
