"""Contours lie where the surface is at the level."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from gui.pages.contours import borders, crossings

ROWS, COLUMNS = np.mgrid[:20, :30].astype(float)


@pytest.mark.parametrize(("a", "b", "c"), [(1.0, 0.0, 7.3), (0.0, 1.0, 4.5), (1.0, 2.0, 30.25), (-1.0, 3.0, 2.6)])
def test_the_contour_of_a_plane_is_its_straight_line(a: float, b: float, c: float) -> None:
    lines = crossings(a * COLUMNS + b * ROWS, c)
    assert len(lines) > 10
    assert a * lines[..., 0] + b * lines[..., 1] == pytest.approx(c)


def test_the_contour_of_a_cone_is_a_closed_circle() -> None:
    lines = crossings(np.hypot(COLUMNS - 14.2, ROWS - 9.7), 6.0)
    assert np.hypot(lines[..., 0] - 14.2, lines[..., 1] - 9.7) == pytest.approx(6.0, abs=0.03)
    length = np.hypot(*(lines[:, 1] - lines[:, 0]).T).sum()
    assert length == pytest.approx(2 * np.pi * 6.0, rel=0.01)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("middle", [0.4, -0.4])
def test_in_a_saddle_the_lines_go_round_the_corners_that_the_middle_does_not_reach(sign: float, middle: float) -> None:
    corners = sign * np.array([[1.0 + middle, -1.0 + middle], [-1.0 + middle, 1.0 + middle]])
    lines = crossings(corners)
    assert len(lines) == 2
    # Each line cuts off one corner: the one that is not on the side of the middle.
    off = [tuple(np.round(line.mean(axis=0)).astype(int)) for line in lines]
    assert all((corners[y, x] >= 0) != (corners.mean() >= 0) for x, y in off)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_square_with_an_endless_corner_has_no_line(value: float) -> None:
    surface = COLUMNS - 7.3
    surface[5, 7] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lines = crossings(surface)
    assert np.isfinite(lines).all()
    assert sorted({int(y) for y in lines[..., 1].min(axis=1)}) == [y for y in range(19) if y not in (4, 5)]


@pytest.mark.parametrize("value", [0.0, 1.0, np.nan])
def test_a_flat_surface_has_no_contour(value: float) -> None:
    assert crossings(np.full((5, 5), value), 0.5).shape == (0, 2, 2)


def test_borders_lie_where_the_two_largest_shares_are_equal() -> None:
    shares = np.stack([COLUMNS, np.full_like(COLUMNS, 9.5), 2 * ROWS]) / 60
    for x, y in borders(shares).reshape(-1, 2):
        at = np.sort([x, 9.5, 2 * y])
        assert at[-1] - at[-2] == pytest.approx(0.0, abs=1.1)


def test_one_class_everywhere_has_no_border() -> None:
    assert len(borders(np.stack([np.full((4, 4), 0.9), np.full((4, 4), 0.1)]))) == 0
