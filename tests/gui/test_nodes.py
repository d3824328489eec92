"""What the boxes of the units hold: kinds, inks, pictures, marks."""

from __future__ import annotations

from dataclasses import replace

import hands
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from engine.experiment import Dense, Experiment
from engine.probes import Wants
from engine.runner import Runner, Train
from engine.snapshot import Snapshot
from engine.trainer import Trainer
from engine.unit_views import LayerStatistics, UnitStatistics
from gui import theme
from gui.diagram import nodes
from gui.diagram.layout import place
from gui.diagram.shown import Shown
from gui.diagram.view import DiagramView
from gui.diagram.words import describe_edge, describe_unit, in_a_box
from gui.selection import Unit, Weight
from gui.theme import colours
from gui.thumbnails import Thumbnails
from gui.window import Window

ALL = np.array([0, 1])


def layer(counts: list[list[int]], low: float = -1.0, high: float = 1.0, **rest: object) -> LayerStatistics:
    """Statistics of some units by hand."""
    units = len(counts)
    made = {"level": np.ones(units), "saturated": np.zeros(units), "dead": np.zeros(units, bool), **rest}
    return LayerStatistics(np.linspace(low, high, len(counts[0]) + 1), np.array(counts), **made)


def snapshot_of(source: str, wants: Wants, units: int = 6) -> Snapshot:
    """A short training of a small network."""
    experiment = Experiment.model_validate({"data": {"source": source}}).with_layers((Dense(units=units),))
    runner = Runner(Trainer(experiment))
    runner.post(Train(steps=3, wants=wants))
    found = runner.wait(60)
    runner.close()
    assert isinstance(found, Snapshot)
    return found


@pytest.fixture(scope="module")
def wine() -> Snapshot:
    """13 inputs: no plane, so statistics."""
    return snapshot_of("wine", Wants(maps=True, row=0))


@pytest.fixture(scope="module")
def digits() -> Snapshot:
    """8 × 8 pixels."""
    return snapshot_of("digits", Wants(maps=True, row=0))


@pytest.fixture(scope="module")
def moons() -> Snapshot:
    """Two inputs: maps."""
    return snapshot_of("moons", Wants(maps=True, row=0))


def with_units(snapshot: Snapshot, quantity: str, **changes: object) -> Snapshot:
    """The same with statistics by hand, the same for every unit but for the changes to the first layer."""
    layers = [layer([[1, 2, 3, 4]] * part.units) for part in snapshot.plan.layers]
    layers[0] = replace(layers[0], **changes)
    return replace(snapshot, units=UnitStatistics(snapshot.step, quantity, 100, layers))


def pixels(image: QImage) -> NDArray[np.uint8]:
    """(height, width, 3), red, green, blue."""
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., :3].copy()


def has(image: QImage, token: str) -> bool:
    """Whether a picture has a pixel of just that colour."""
    tint = QColor(token)
    return bool((pixels(image) == (tint.red(), tint.green(), tint.blue())).all(axis=2).any())


# -- histograms ---------------------------------------------------------------------------------------


def test_the_fullest_bin_is_as_high_as_the_room() -> None:
    picture = nodes.histograms(layer([[9, 1, 1, 1]]), ALL[:1], 40)[0]
    assert (picture[:, 10] != nodes.GROUND).sum() == 40 - 2 * 3


def test_heights_are_square_roots_of_shares() -> None:
    picture = nodes.histograms(layer([[100, 25, 0, 0]], low=0.5, high=1.0), ALL[:1], 46)[0]
    heights = (picture == nodes.POSITIVE).sum(axis=0)
    assert sorted(set(heights.tolist())) == [0, 20, 40]


def test_a_bin_with_few_rows_is_still_seen() -> None:
    picture = nodes.histograms(layer([[100_000, 0, 0, 1]]), ALL[:1], 40)[0]
    assert (picture == nodes.POSITIVE).sum(axis=0).max() == 1


def test_what_is_below_zero_has_the_ink_of_negative_numbers() -> None:
    picture = nodes.histograms(layer([[5, 5, 0, 0]]), ALL[:1], 40)[0]
    assert set(np.unique(picture)) == {nodes.GROUND, nodes.NEGATIVE, nodes.LINE}


def test_zero_has_a_hairline_of_one_pixel() -> None:
    picture = nodes.histograms(layer([[5, 0, 0, 5]]), ALL[:1], 40)[0]
    assert np.flatnonzero((picture == nodes.LINE).any(axis=0)).tolist() == [20]


def test_the_silence_of_a_relu_is_neither_positive_nor_negative() -> None:
    picture = nodes.histograms(layer([[50, 0, 0, 1]], low=0.0, high=4.0), ALL[:1], 40)[0]
    assert (picture == nodes.NEUTRAL).any()


@pytest.mark.parametrize("side", [18, 21, 24, 28, 34, 40, 41, 80, 180])
def test_every_bar_is_equally_wide_and_at_least_two_pixels(side: int) -> None:
    picture = nodes.histograms(layer([[i % 2 for i in range(24)]], low=1.0, high=2.0), ALL[:1], side)[0]
    edges = np.flatnonzero(np.diff((picture == nodes.POSITIVE).any(axis=0).astype(int)))
    assert len({*np.diff(edges)}) == 1
    assert np.diff(edges)[0] >= 2


def test_joining_bins_loses_no_row() -> None:
    _, joined = nodes._coarser(np.linspace(0, 1, 25), np.ones((2, 24)), 14)
    assert (joined.shape, joined.sum()) == ((2, 6), 48)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_bounds_that_are_not_finite_leave_the_box_empty(bad: float) -> None:
    broken = replace(layer([[1, 2]]), bounds=np.array([0.0, bad, bad]))
    assert (nodes.histograms(broken, ALL[:1], 40) == nodes.GROUND).all()


# -- gauges, levels, strengths ----------------------------------------------------------------------------


def test_a_gauge_is_filled_from_the_bottom_to_the_share() -> None:
    gauge = nodes.gauges(np.array([0.25]), 40)[0]
    assert ((gauge[30:] == nodes.FILL).all(), (gauge[:30] == nodes.GROUND).all()) == (True, True)


@pytest.mark.parametrize(("share", "ink"), [(0.89, nodes.FILL), (0.9, nodes.NEGATIVE), (1.0, nodes.NEGATIVE)])
def test_a_gauge_warns_from_nine_tenths_on(share: float, ink: int) -> None:
    assert nodes.gauges(np.array([share]), 40)[0, -1, 0] == ink


def test_the_level_bar_is_relative_to_the_largest_of_the_layer() -> None:
    bars = nodes.levels(layer([[0, 1], [0, 1]], level=np.array([2.0, 4.0])), ALL, 14)
    assert (bars[:, :, 0] != nodes.GROUND).sum(axis=1).tolist() == [7, 14]


def test_the_level_bar_has_the_ink_of_the_sign_of_the_mean() -> None:
    bars = nodes.levels(layer([[3, 1], [1, 3]]), ALL, 14)
    assert bars[:, -1, 0].tolist() == [nodes.NEGATIVE, nodes.POSITIVE]


def test_strengths_are_the_same_scale_in_all_layers_and_logarithmic() -> None:
    layers = [layer([[1], [1]], level=np.array([1e-3, 0.0])), layer([[1], [1]], level=np.array([1.0, 1e-9]))]
    found = nodes.strengths(UnitStatistics(0, "gradient", 10, layers))
    assert np.round(np.concatenate(found), 6).tolist() == [0.5, 0.0, 1.0, 0.0]


def test_strengths_of_nothing_but_zeros_are_zero() -> None:
    zeros = layer([[1], [1]], level=np.zeros(2))
    assert nodes.strengths(UnitStatistics(0, "gradient", 10, [zeros]))[0].tolist() == [0.0, 0.0]


def test_a_level_that_is_not_a_number_has_no_strength() -> None:
    odd = layer([[1], [1]], level=np.array([np.nan, 2.0]))
    assert nodes.strengths(UnitStatistics(0, "gradient", 10, [odd]))[0].tolist() == [0.0, 1.0]


# -- images as inputs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "side"),
    [
        (tuple(f"pixel_{i // 8}_{i % 8}" for i in range(64)), 8),
        (tuple(f"pixel{i}" for i in range(784)), 28),
        (tuple(f"{i // 5 + 1}x{i % 5 + 1}" for i in range(25)), 5),
        (tuple(f"pixel{i}" for i in range(63)), None),
        (tuple(f"x{i}" for i in range(64)), None),
        (tuple(f"pixel{i}" for i in range(9)), None),
    ],
)
def test_pixels_are_known_by_their_names_and_their_number(names: tuple[str, ...], side: int | None) -> None:
    assert nodes.image_side(names) == side


def test_the_first_weights_are_the_top_row_of_the_picture() -> None:
    weights = np.zeros((16, 1))
    weights[:4] = 3.0
    picture = nodes.pixel_weights(weights, 4, 40)[0]
    assert ((picture[:10] == 1.0).all(), (picture[10:] == 0.0).all()) == (True, True)


def test_every_unit_has_its_own_scale() -> None:
    weights = np.stack([np.linspace(-1, 1, 16), np.linspace(-50, 50, 16)], axis=1)
    assert np.abs(nodes.pixel_weights(weights, 4, 8)).max(axis=(1, 2)).tolist() == [1.0, 1.0]


def test_a_picture_made_smaller_keeps_the_mean() -> None:
    weights = np.random.default_rng(0).normal(size=(784, 1)) + 1.0
    small = nodes._resampling(28, 13) @ weights.reshape(28, 28).astype(np.float32) @ nodes._resampling(28, 13).T
    assert small.mean() == pytest.approx(weights.mean(), abs=1e-5)


# -- what the boxes hold ----------------------------------------------------------------------------------


def test_two_inputs_give_maps(moons: Snapshot) -> None:
    assert nodes.kind_of(moons, Shown(), 0) == "map"


def test_many_inputs_give_histograms(wine: Snapshot) -> None:
    assert nodes.kind_of(wine, Shown(), 0) == "histogram"


def test_images_give_weights_in_the_first_layer_and_histograms_after(digits: Snapshot) -> None:
    assert [nodes.kind_of(digits, Shown(), i) for i in (0, 1)] == ["weights", "histogram"]


def test_without_statistics_the_boxes_show_the_traced_row(wine: Snapshot) -> None:
    assert nodes.kind_of(replace(wine, units=None), Shown(), 0) == "row"


def test_statistics_of_something_else_are_not_shown_as_gradients(wine: Snapshot) -> None:
    assert nodes.kind_of(wine, Shown(nodes="gradient"), 0) == ""


def test_statistics_of_another_network_are_not_used(wine: Snapshot, moons: Snapshot) -> None:
    assert nodes.statistics(replace(wine, units=moons.units)) is None


@pytest.mark.parametrize(
    ("view", "kind"), [("gradient", "histogram"), ("saturation", "gauge"), ("sample", "row"), ("pre_activation", "map")]
)
def test_every_view_has_its_kind(moons: Snapshot, view: str, kind: str) -> None:
    assert nodes.kind_of(with_units(moons, view), Shown(nodes=view), 0) == kind


# -- pictures -----------------------------------------------------------------------------------------------


def images(snapshot: Snapshot, shown: Shown, layer: int = 0, side: int = 40, made: Thumbnails | None = None) -> dict:
    """The pictures of a layer."""
    column = place(snapshot.plan.widths, 800, 600, 100, 100)[layer + 1]
    return (made or Thumbnails()).images(snapshot, shown, layer, column, side, 1.0)


def test_a_histogram_is_painted_in_the_colours_of_the_signs(wine: Snapshot) -> None:
    picture = images(with_units(wine, "activation"), Shown())[0]
    assert (has(picture, colours().positive), has(picture, colours().negative)) == (True, True)


def test_where_no_gradient_comes_through_the_ground_is_plain(wine: Snapshot) -> None:
    faint = with_units(wine, "gradient", level=np.array([1.0, 1e-12, 1, 1, 1, 1]))
    strong, weak = (images(faint, Shown(nodes="gradient"))[i] for i in (0, 1))
    assert (has(strong, colours().surface), has(weak, colours().surface)) == (False, True)


def test_small_boxes_show_the_strength_of_the_gradient_alone(wine: Snapshot) -> None:
    picture = images(with_units(wine, "gradient"), Shown(nodes="gradient"), side=14)[0]
    assert len(np.unique(pixels(picture)[4:-4, 4:-4].reshape(-1, 3), axis=0)) == 1


def test_a_saturated_unit_is_orange(wine: Snapshot) -> None:
    full = with_units(wine, "saturation", saturated=np.array([0.95, 0.5, 0, 0, 0, 0]))
    found = images(full, Shown(nodes="saturation"))
    assert (has(found[0], colours().negative), has(found[1], colours().negative)) == (True, False)


def test_sums_and_outputs_over_the_plane_are_different_pictures() -> None:
    one, other = (
        pixels(images(snapshot_of("moons", Shown(nodes=view).wants(0)), Shown(nodes=view), 1)[0])
        for view in ("activation", "pre_activation")
    )
    assert not np.array_equal(one, other)


def test_pictures_are_made_once_for_what_they_show(wine: Snapshot) -> None:
    made = Thumbnails()
    assert images(wine, Shown(), made=made)[3] is images(replace(wine, step=99), Shown(), made=made)[3]


def test_new_statistics_give_new_pictures(wine: Snapshot) -> None:
    made = Thumbnails()
    before = images(wine, Shown(), made=made)[0]
    assert images(with_units(wine, "activation"), Shown(), made=made)[0] is not before


def test_new_weights_give_new_pictures_of_weights(digits: Snapshot) -> None:
    made = Thumbnails()
    before = pixels(images(digits, Shown(), made=made)[0])
    moved = replace(digits, parameters=digits.parameters[::-1].copy())
    assert not np.array_equal(pixels(images(moved, Shown(), made=made)[0]), before)


def test_the_first_pixels_are_at_the_top_of_the_picture(digits: Snapshot) -> None:
    plan, parameters = digits.plan.layers[0], np.zeros_like(digits.parameters)
    plan.weights(parameters)[:8] = 1.0
    picture = images(replace(digits, parameters=parameters), Shown())[0]
    tint = QColor(colours().positive)
    blue = np.abs(pixels(picture).astype(int) - (tint.red(), tint.green(), tint.blue())).max(axis=2) <= 2
    assert np.flatnonzero(blue[:, 20]).tolist() == [0, 1, 2, 3, 4]


def test_another_theme_gives_new_pictures(qapp: QApplication, wine: Snapshot) -> None:
    made = Thumbnails()
    theme.apply(qapp, "light", "")
    light = pixels(images(wine, Shown(), made=made)[0])
    theme.apply(qapp, "dark", "")
    dark = pixels(images(wine, Shown(), made=made)[0])
    theme.apply(qapp, "light", "")
    assert not np.array_equal(light, dark)


def test_another_size_gives_new_pictures(wine: Snapshot) -> None:
    made = Thumbnails()
    assert [images(wine, Shown(), side=side, made=made)[0].width() for side in (40, 60)] == [40, 60]


def test_only_units_that_are_drawn_have_pictures() -> None:
    tall = snapshot_of("digits", Wants(maps=True, row=0), units=1024)
    column = place(tall.plan.widths, 800, 600, 100, 100)[1]
    assert images(tall, Shown(), side=14).keys() == set(column.shown.tolist())


def test_the_lightest_pixel_is_white_and_the_darkest_black_whatever_the_scaling(digits: Snapshot) -> None:
    greys = Thumbnails().greys(digits)
    assert greys is not None
    assert digits.trace is not None
    assert np.allclose(greys, digits.trace.x_in_units / 16.0, atol=1e-6)


def test_columns_that_are_no_pixels_have_no_grey(wine: Snapshot) -> None:
    assert Thumbnails().greys(wine) is None


# -- on the screen ------------------------------------------------------------------------------------------


def painted(snapshot: Snapshot, shown: Shown) -> tuple[DiagramView, QImage]:
    """A diagram of its own, painted."""
    view = DiagramView()
    view.resize(800, 520)
    view.show_view(shown)
    view.show_snapshot(snapshot)
    return view, view.grab().toImage()


def test_a_dead_unit_is_struck_out_in_every_view(qapp: object, wine: Snapshot) -> None:
    column = place(wine.plan.widths, 800, 520, 100, 100)[1]
    for view in ("activation", "gradient", "saturation", "sample"):
        alive = with_units(wine, view)
        dead = with_units(wine, view, dead=np.array([True, *[False] * 5]))
        (_, one), (_, other) = painted(alive, Shown(nodes=view)), painted(dead, Shown(nodes=view))
        changed = np.argwhere((pixels(one) != pixels(other)).any(axis=2))
        high = changed[changed[:, 0] < 470, 0]  # the legend counts the dead, too
        assert 30 < np.ptp(high) + 1 <= column.size + 2, view


def test_the_row_is_written_into_the_boxes_and_beside_the_inputs(qapp: object, wine: Snapshot) -> None:
    (_, plain), (_, row) = painted(wine, Shown()), painted(wine, Shown(nodes="sample"))
    tint = QColor(colours().negative_text)
    near = [
        np.abs(pixels(p)[:, :200].astype(int) - (tint.red(), tint.green(), tint.blue())).max(2) < 30
        for p in (plain, row)
    ]
    assert near[1].sum() > near[0].sum()


def test_nodes_of_all_views_are_painted_in_the_window(window: Window) -> None:
    hands.show(window, Experiment.model_validate({"data": {"source": "wine"}}))
    pictures = set()
    for view in ("activation", "pre_activation", "gradient", "saturation", "sample"):
        window.looking.choose(Shown(nodes=view))
        hands.settle(window)
        pictures.add(
            window.diagram.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888).constBits().tobytes()
        )
    assert len(pictures) == 5


# -- in words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "room", "text"),
    [
        (0.984, 4, "0.98"), (-0.984, 5, "−0.98"), (-0.984, 4, "−.98"), (0.984, 3, ".98"), (-0.004, 5, "0.00"),
        (12.34, 4, "12.3"), (12.34, 2, "12"), (123.4, 2, ""), (float("nan"), 3, "?"),
    ],
)  # fmt: skip
def test_a_box_holds_as_many_digits_as_fit(value: float, room: int, text: str) -> None:
    assert in_a_box(value, room, len) == text


def test_a_dead_unit_says_that_it_cannot_learn(wine: Snapshot) -> None:
    dead = with_units(wine, "activation", dead=np.array([True, *[False] * 5]))
    assert [("cannot learn" in describe_unit(dead, Unit(1, i))) for i in (0, 1)] == [True, False]


def test_a_unit_says_how_often_it_is_saturated(wine: Snapshot) -> None:
    half = with_units(wine, "saturation", saturated=np.array([0.43, 0, 0, 0, 0, 0]))
    assert "saturated at 43 % of 100 rows" in describe_unit(half, Unit(1, 0))


def test_a_unit_says_what_the_strength_of_its_ground_means(wine: Snapshot) -> None:
    text = describe_unit(with_units(wine, "gradient", level=np.full(6, 0.02)), Unit(1, 0))
    assert ("delta = dL/dz: 0.02" in text, "logarithmic, the same in all layers, from 1e−06 to 1" in text) == (
        True,
        True,
    )


def test_an_edge_says_what_it_adds_for_the_traced_row(wine: Snapshot) -> None:
    assert wine.trace is not None
    product = float(wine.weights(0)[2, 1] * wine.trace.x[2])
    assert describe_edge(wine, Weight(0, 2, 1)).endswith(f"= {product:+.3f}".replace("-", "−"))


def test_an_edge_says_its_gradient_with_the_symbol() -> None:
    found = snapshot_of("wine", Shown(edges="gradient").wants(0))
    assert "dL/dw = " in describe_edge(found, Weight(0, 2, 1))


def test_an_edge_says_why_it_has_nothing_to_show() -> None:
    found = snapshot_of("wine", Shown(edges="first_moment").wants(0))
    missing = replace(found, edges=replace(found.edges, values=None, missing="It remembers nothing."))
    assert "It remembers nothing." in describe_edge(missing, Weight(0, 0, 0))
