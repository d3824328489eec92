"""The edges between two columns, drawn into a picture."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gui.diagram.raster import Gap, Style

BLUE, ORANGE = (47, 109, 224), (224, 112, 10)
STYLE = Style(BLUE, ORANGE)
HEIGHT, WIDTH = 120, 90
Picture = NDArray[np.uint8]


def one(weight: float, scale: float = 1.0, start: float = 60.5, end: float = 60.5) -> Picture:
    """The picture of a single edge."""
    gap = Gap(np.array([start]), np.array([end]), WIDTH, HEIGHT)
    return gap.draw(np.array([[weight]], np.float32), scale, STYLE)


def many(rows: int = 20, columns: int = 20, fill: float | None = None) -> Picture:
    """The picture of so many edges that they are a crowd."""
    gap = Gap(np.linspace(5, 115, rows), np.linspace(5, 115, columns), WIDTH, HEIGHT)
    weights = np.random.default_rng(0).normal(size=(rows, columns)) if fill is None else np.full((rows, columns), fill)
    return gap.draw(weights.astype(np.float32), 3.0, STYLE)


def colour_of(picture: Picture) -> NDArray[np.float64]:
    """The colour of the most solid pixel, without its opacity."""
    solid = np.unravel_index(picture[..., 3].argmax(), picture.shape[:2])
    pixel = picture[solid].astype(float)
    return pixel[:3] * 255.0 / pixel[3]


def test_a_picture_has_the_size_of_its_gap() -> None:
    assert (one(1.0).shape, one(1.0).dtype) == ((HEIGHT, WIDTH, 4), np.uint8)


def test_a_positive_weight_is_drawn_in_its_colour() -> None:
    assert np.abs(colour_of(one(1.0)) - BLUE).max() < 3


def test_a_negative_weight_is_drawn_in_its_colour() -> None:
    assert np.abs(colour_of(one(-1.0)) - ORANGE).max() < 3


def test_pixels_are_premultiplied() -> None:
    picture = many().astype(int)
    assert (picture[..., :3].max(axis=2) <= picture[..., 3] + 1).all()


def thickness(picture: Picture) -> float:
    """How many pixels of a column are covered, on average over the columns that are."""
    covered = picture[..., 3].astype(float).sum(axis=0) / max(int(picture[..., 3].max()), 1)
    return float(covered[covered > 0].mean())


def test_a_larger_weight_is_drawn_wider() -> None:
    widths = [thickness(one(weight)) for weight in (0.1, 0.4, 0.7, 1.0)]
    assert (np.diff(widths) > 0.3).all()


def test_a_larger_weight_is_drawn_more_solid() -> None:
    solid = [int(one(weight)[..., 3].max()) for weight in (0.02, 0.1, 0.5, 1.0)]
    assert (np.diff(solid) > 0).all()


def test_the_width_follows_the_share_of_the_scale() -> None:
    assert np.array_equal(one(2.0, scale=4.0), one(0.5, scale=1.0))


def test_a_weight_beyond_the_scale_is_drawn_as_wide_as_the_widest() -> None:
    assert np.array_equal(one(7.0), one(1.0))


def test_both_signs_are_drawn_equally_wide() -> None:
    assert thickness(one(-0.5)) == pytest.approx(thickness(one(0.5)), rel=0.25)


def gaps_along(picture: Picture) -> int:
    """How many columns of the picture an edge leaves empty, but for the ends."""
    return int((picture[..., 3].max(axis=0)[2:-2] < 8).sum())


def test_a_positive_edge_has_no_gaps() -> None:
    assert gaps_along(one(0.6)) == 0


def test_a_negative_edge_is_dashed() -> None:
    assert 10 < gaps_along(one(-0.6)) < 60


def test_a_negative_edge_that_rises_is_dashed_too() -> None:
    picture = one(-0.6, start=10.5, end=100.5)
    by_row = picture[..., 3].max(axis=1)[14:96]
    assert (by_row < 60).sum() > 5


def test_a_positive_edge_that_rises_has_no_gaps() -> None:
    picture = one(0.6, start=10.5, end=100.5)
    assert (picture[..., 3].max(axis=1)[14:96] > 60).all()


@pytest.mark.parametrize("weight", [0.0, -0.0, np.nan, np.inf, -np.inf, 1e-9])
def test_nothing_is_drawn_for_a_weight_that_is_zero_or_not_finite(weight: float) -> None:
    assert not one(weight).any()


@pytest.mark.parametrize("fill", [0.0, np.nan])
def test_nothing_is_drawn_for_a_crowd_of_zeros_or_nans(fill: float) -> None:
    assert not many(fill=fill).any()


def test_a_nan_does_not_harm_its_neighbours() -> None:
    gap = Gap(np.array([20.5, 100.5]), np.array([20.5]), WIDTH, HEIGHT)
    drawn = gap.draw(np.array([[1.0], [np.nan]], np.float32), 1.0, STYLE)
    alone = gap.draw(np.array([[1.0], [0.0]], np.float32), 1.0, STYLE)
    assert np.array_equal(drawn, alone)


@pytest.mark.parametrize(("inputs", "units"), [(0, 3), (3, 0), (0, 0)])
def test_a_gap_without_edges_is_an_empty_picture(inputs: int, units: int) -> None:
    gap = Gap(np.linspace(10, 90, inputs), np.linspace(10, 90, units), WIDTH, HEIGHT)
    assert not gap.draw(np.zeros((inputs, units), np.float32), 1.0, STYLE).any()


@pytest.mark.parametrize(("width", "height"), [(0, 0), (1, 1), (-5, 40), (2, 300)])
def test_a_gap_of_no_size_can_be_drawn(width: int, height: int) -> None:
    gap = Gap(np.array([10.0]), np.array([20.0]), width, height)
    assert gap.draw(np.ones((1, 1), np.float32), 1.0, STYLE).shape == (max(height, 2), max(width, 2), 4)


def test_an_edge_begins_and_ends_at_the_heights_of_its_nodes() -> None:
    alpha = one(1.0, start=20.5, end=100.5)[..., 3].astype(float)
    rows = np.arange(HEIGHT)
    middles = [(alpha[:, x] * rows).sum() / alpha[:, x].sum() for x in (0, WIDTH - 1)]
    assert middles == pytest.approx([20.0, 100.0], abs=1.0)


def test_an_edge_that_leaves_the_picture_does_not_wrap_around() -> None:
    picture = one(1.0, start=60.5, end=400.0)
    first = int(picture[..., 3].any(axis=0).argmax())
    assert not picture[:40, first:, 3].any()


def test_a_crowd_is_drawn_in_both_colours() -> None:
    picture = many().astype(int)
    blue = (picture[..., 2] > picture[..., 0] + 20).any()
    orange = (picture[..., 0] > picture[..., 2] + 20).any()
    assert (blue, orange) == (True, True)


def test_the_strongest_edge_of_a_crowd_is_drawn_broad() -> None:
    gap = Gap(np.linspace(5, 115, 20), np.linspace(5, 115, 20), WIDTH, HEIGHT)
    weights = np.full((20, 20), 0.01, np.float32)
    weights[10, 10] = 1.0
    assert thickness(gap.draw(weights, 1.0, STYLE)) > 2.0


def test_a_double_density_draws_twice_as_wide() -> None:
    gap = Gap(np.array([60.5]), np.array([60.5]), WIDTH, HEIGHT, density=2.0)
    double = gap.draw(np.ones((1, 1), np.float32), 1.0, STYLE)
    assert thickness(double) == pytest.approx(2 * thickness(one(1.0)), rel=0.15)


def test_drawing_twice_gives_the_same_picture() -> None:
    assert np.array_equal(many(), many())


def test_drawing_leaves_the_weights_as_they_are() -> None:
    weights = np.array([[0.5]], np.float32)
    Gap(np.array([60.5]), np.array([60.5]), WIDTH, HEIGHT).draw(weights, 1.0, STYLE)
    assert weights[0, 0] == 0.5


# -- crowds and parts of a gap ----------------------------------------------------------------------


def test_of_a_crowd_so_many_edges_are_drawn_as_the_style_allows() -> None:
    gap = Gap(np.linspace(5, 115, 30), np.linspace(5, 115, 30), WIDTH, HEIGHT)
    gap.draw(np.random.default_rng(0).normal(size=(30, 30)), 3.0, Style(BLUE, ORANGE, most=123))
    assert (gap.drawn, gap.visible) == (123, 900)


def test_the_edges_drawn_of_a_crowd_are_the_strongest() -> None:
    gap = Gap(np.linspace(5, 115, 20), np.linspace(5, 115, 20), WIDTH, HEIGHT)
    weights = np.full((20, 20), 0.1)
    weights[3, 17] = -0.9
    picture = gap.draw(weights, 1.0, Style(BLUE, ORANGE, most=1))
    only = gap.draw(np.where(weights < 0, weights, 0.0), 1.0, Style(BLUE, ORANGE, most=1))
    assert np.array_equal(picture, only)


def test_a_crowd_follows_weights_that_changed_altogether() -> None:
    rng = np.random.default_rng(1)
    gap = Gap(np.linspace(5, 115, 30), np.linspace(5, 115, 30), WIDTH, HEIGHT)
    gap.draw(rng.normal(size=(30, 30)), 3.0, STYLE)
    now = rng.normal(size=(30, 30))
    fresh = Gap(np.linspace(5, 115, 30), np.linspace(5, 115, 30), WIDTH, HEIGHT)
    assert np.array_equal(gap.draw(now, 3.0, STYLE), fresh.draw(now, 3.0, STYLE))


def test_a_crowd_follows_signs_that_changed() -> None:
    weights = np.abs(np.random.default_rng(1).normal(size=(30, 30)))
    gap = Gap(np.linspace(5, 115, 30), np.linspace(5, 115, 30), WIDTH, HEIGHT)
    gap.draw(weights, 3.0, STYLE)
    picture = gap.draw(-weights, 3.0, STYLE).astype(int)
    assert (picture[..., 0] >= picture[..., 2]).all()


@pytest.mark.parametrize(("rows", "columns"), [(2, 3), (30, 30)])
def test_a_part_of_a_gap_is_that_part_of_the_whole_picture(rows: int, columns: int) -> None:
    starts, ends = np.linspace(5, 115, rows), np.linspace(5, 115, columns)
    weights = np.abs(np.random.default_rng(2).normal(size=(rows, columns)))
    whole = Gap(starts, ends, WIDTH, HEIGHT).draw(weights, 3.0, STYLE)
    part = Gap(starts, ends, WIDTH, HEIGHT, clip=range(20, 70)).draw(weights, 3.0, STYLE)
    assert np.abs(part.astype(int) - whole[:, 20:70]).max() <= 1


def test_the_dashes_of_a_part_are_where_they_are_in_the_whole() -> None:
    starts, ends = np.array([10.0]), np.array([100.0])
    whole = Gap(starts, ends, WIDTH, HEIGHT).draw(np.array([[-0.8]]), 1.0, STYLE).astype(float)
    part = Gap(starts, ends, WIDTH, HEIGHT, clip=range(45, 90)).draw(np.array([[-0.8]]), 1.0, STYLE)
    assert np.abs(part - whole[:, 45:]).mean() < 0.05 * whole[:, 45:].max()


def test_nothing_gathers_at_the_rim_of_a_picture_that_edges_leave() -> None:
    gap = Gap(np.array([-400.0]), np.array([900.0]), WIDTH, HEIGHT)
    picture = gap.draw(np.array([[1.0]]), 1.0, STYLE)
    assert max(int((row[:, 3] > 0).sum()) for row in (picture[0], picture[-1])) < 12


def test_edges_that_pass_beside_the_picture_are_not_counted() -> None:
    gap = Gap(np.array([60.0, 900.0]), np.array([60.0, 900.0]), WIDTH, HEIGHT, clip=range(5, 20))
    assert gap.visible < 4


def test_of_a_crowd_edges_that_neither_begin_nor_end_in_the_picture_are_left_out() -> None:
    nodes = np.linspace(-600, 720, 34)
    gap = Gap(nodes, nodes, WIDTH, HEIGHT)
    inside = int(((nodes >= 0) & (nodes <= HEIGHT)).sum())
    assert gap.visible <= 2 * 34 * inside - inside**2


def test_only_the_edges_that_are_asked_for_are_drawn() -> None:
    weights = np.random.default_rng(3).normal(size=(4, 5))
    gap = Gap(np.linspace(5, 115, 4), np.linspace(5, 115, 5), WIDTH, HEIGHT)
    one = np.zeros_like(weights)
    one[2, 3] = weights[2, 3]
    assert np.array_equal(gap.draw(weights, 3.0, STYLE, np.array([13])), gap.draw(one, 3.0, STYLE))


@pytest.mark.parametrize("value", [1e300, np.inf, -np.inf, np.nan])
def test_numbers_too_large_for_a_picture_do_not_spoil_the_others(value: float) -> None:
    gap = Gap(np.array([20.0, 100.0]), np.array([20.0]), WIDTH, HEIGHT)
    with np.errstate(all="raise"):
        picture = gap.draw(np.array([[0.5], [value]]), 1.0, STYLE)
    assert picture[20, :, 3].any()


def test_a_crowd_at_double_density_is_as_dark_as_at_single() -> None:
    weights = np.random.default_rng(4).normal(size=(20, 20))
    nodes = np.linspace(5, 115, 20)
    single = Gap(nodes, nodes, WIDTH, HEIGHT).draw(weights, 3.0, STYLE)
    double = Gap(2 * nodes, 2 * nodes, 2 * WIDTH + 1, 2 * HEIGHT, density=2.0).draw(weights, 3.0, STYLE)
    assert double.mean() == pytest.approx(single.mean(), rel=0.03)
