"""Histograms whose bins nest: every count is that of NumPy, and joining loses nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.probing.histogram import BINS, Bins, Histogram, Stack, bin_around, histogram

MOST = np.finfo(np.float64).max
NASTY = {
    "nothing": [],
    "one": [0.3],
    "zero": [0.0] * 5,
    "all equal": [-7.25] * 9,
    "not a number": [np.nan] * 3,
    "infinite": [np.inf, -np.inf],
    "mixed": [1.0, np.nan, -2.0, np.inf, 0.5],
    "tiny": [5e-324, 0.0, 1e-320],
    "whole range": [MOST, -MOST, 0.0],
    "largest": [MOST, MOST],
    "apart": [1e-30, 1e30],
    "close": [1000.0, 1000.001],
}
nasty = pytest.mark.parametrize("values", NASTY.values(), ids=NASTY)
any_values = st.lists(st.floats(width=64), max_size=60)


def made(values: Any) -> Histogram:
    return histogram(np.array(values, float), 1000)


def by_hand(values: Any, edges: Any) -> list[int]:
    """How many of the values lie in each bin, one after the other."""
    return [sum(1 for value in values if low <= value < high) for low, high in pairwise(edges)]


@nasty
def test_every_finite_value_counts_once_and_the_others_apart(values: list[float]) -> None:
    found, finite = made(values), [value for value in values if np.isfinite(value)]
    assert (found.finite, found.odd, found.total) == (len(finite), len(values) - len(finite), len(values))


@nasty
def test_there_are_no_more_bins_than_fixed(values: list[float]) -> None:
    found = made(values)
    assert len(found.counts) == found.bins.count <= BINS


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1e-30, 1e-3, 1.0, 1e20])
def test_counts_are_those_of_numpys_histogram(dtype: Any, scale: float) -> None:
    values = (np.random.default_rng(0).normal(size=(40, 25)) * scale + 0.3 * scale).astype(dtype)
    found = histogram(values, 1000)
    assert found.counts.tolist() == np.histogram(values.astype(float), found.bins.edges)[0].tolist()
    assert found.counts.tolist() == by_hand(values.ravel().tolist(), found.bins.edges)


@pytest.mark.parametrize("scale", [1e-30, 1e-3, 1.0, 1e20])
def test_more_than_half_of_the_bins_are_used(scale: float) -> None:
    assert BINS / 2 < made(np.linspace(-1.0, 1.0, 999) * scale).bins.count <= BINS


def test_zero_is_a_limit_between_bins_and_counts_above_it() -> None:
    found = made([-1.0, 0.0, 0.0, 1.0])
    edges = found.bins.edges.tolist()
    assert found.counts[edges.index(0.0)] == 2


def test_moments_are_those_of_numpy() -> None:
    values = np.random.default_rng(1).normal(size=200) * 3 + 1
    found = made(values)
    expected = (values.min(), values.max(), values.mean(), values.std())
    np.testing.assert_allclose((found.low, found.high, found.mean, found.deviation), expected, rtol=1e-12)


def test_moments_of_the_largest_numbers_are_finite() -> None:
    found = made([MOST, -MOST])
    assert (found.mean, found.deviation) == (0.0, MOST)


def test_moments_leave_out_what_is_not_finite() -> None:
    found = made([1.0, np.nan, 3.0, np.inf])
    assert (found.low, found.high, found.mean, found.deviation) == (1.0, 3.0, 2.0, 1.0)


def test_without_values_there_are_no_moments() -> None:
    found = made([np.nan])
    assert np.isnan([found.low, found.high, found.mean, found.deviation]).all()


def test_of_too_many_values_some_are_counted_evenly_spread() -> None:
    found = histogram(np.arange(100_000.0).reshape(100, 1000), 1000)
    assert (found.finite, found.total, found.low, found.high) == (1000, 100_000, 0.0, 99_999.0)
    assert np.ptp(found.counts[:-1]) <= 2


@settings(max_examples=150, deadline=None)
@given(st.lists(any_values, min_size=1, max_size=4), st.integers(2, BINS))
def test_joined_bins_hold_all_that_was_counted(lists: list[list[float]], most: int) -> None:
    stack = Stack([made(values) for values in lists])
    bins = stack.common_bins(most)
    finite = [[value for value in values if np.isfinite(value)] for values in lists]
    if bins is None:
        assert not any(finite)
        return
    assert bins.count <= most
    assert stack.in_bins(bins).sum(axis=1).tolist() == [len(values) for values in finite]


def test_joined_bins_count_what_would_be_counted_in_them() -> None:
    rng = np.random.default_rng(2)
    lists = [rng.normal(size=300) * 2.0**k for k in range(-6, 3)]
    stack = Stack([made(values) for values in lists])
    bins = stack.common_bins()
    assert bins is not None
    expected = [by_hand(values, bins.edges) for values in lists]
    assert stack.in_bins(bins).astype(int).tolist() == expected


def test_wider_bins_are_shared_evenly_among_narrower_ones() -> None:
    wide = Histogram(Bins(0, 0, 2), np.array([8, 4], np.int32), 0, 12, 0.0, 1.5, 0.0, 0.0)
    assert Stack([wide]).in_bins(Bins(-2, 2, 4)).tolist() == [[2.0, 2.0, 1.0, 1.0]]


def test_a_narrow_bin_inside_a_wide_one_says_the_wide_one_and_its_count() -> None:
    wide = Histogram(Bins(0, 0, 2), np.array([8, 4], np.int32), 0, 12, 0.0, 1.5, 0.0, 0.0)
    assert bin_around(wide, Bins(-2, 2, 4), 2) == (1.0, 2.0, 4)


def test_a_wide_bin_around_narrow_ones_says_itself_and_the_sum() -> None:
    narrow = Histogram(Bins(-2, 0, 4), np.array([1, 2, 3, 4], np.int32), 0, 10, 0.0, 1.0, 0.0, 0.0)
    assert bin_around(narrow, Bins(-1, 0, 3), 1) == (0.5, 1.0, 7)


def test_what_lies_beside_the_bins_counts_in_none() -> None:
    narrow = Histogram(Bins(0, -1, 3), np.array([1, 2, 3], np.int32), 0, 6, -1.0, 2.0, 0.0, 0.0)
    assert Stack([narrow]).in_bins(Bins(0, 0, 1)).tolist() == [[2.0]]


def test_most_lie_between_the_tails() -> None:
    values = np.concatenate([np.linspace(0.0, 1.0, 900, endpoint=False), np.linspace(-8.0, 8.0, 20)])
    _, lows, highs = Stack([made(values)]).most_lie(0.05)
    assert (lows.tolist(), highs.tolist()) == ([0.0], [1.0])
