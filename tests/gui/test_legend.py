"""The legend says what the edges and nodes show, on which scale, and never lies over the view bar."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import hands
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.edge_views import EDGE_VIEWS, EdgeValues
from engine.experiment import Experiment
from engine.probes import Wants
from engine.runner import Runner, Train
from engine.snapshot import Snapshot
from engine.trainer import Trainer
from gui.diagram.legend import LEFT, Legend, end_of, legend_of, place, sentences
from gui.diagram.shown import Shown
from gui.diagram.words import compact
from gui.window import Window

LEGEND = Legend(
    "weight w",
    "w",
    True,
    1.23,
    nodes=("nodes: activation over x × y", "nodes: activation"),
    others=("× 2 dead", "rest"),
)


def measure(text: str) -> float:
    """Every letter is six wide."""
    return 6.0 * len(text)


def texts(legend: Legend, room: float) -> list[str]:
    """The words of the lower line."""
    return [item.text for item in place(legend, room, measure) if item.kind == "text"]


@pytest.fixture(scope="module")
def wine() -> Snapshot:
    """A little training of a network with a row and statistics."""
    experiment = Experiment.model_validate({"data": {"source": "wine"}})
    runner = Runner(Trainer(experiment))
    runner.post(Train(steps=3, wants=Wants(maps=True, row=4)))
    found = runner.wait(60)
    runner.close()
    assert isinstance(found, Snapshot)
    return found


# -- the lower line ---------------------------------------------------------------------------------------


def test_with_room_there_are_four_samples_with_their_values() -> None:
    assert texts(LEGEND, 900) == ["weight w", "−1.23", "−0.61", "+0.61", "+1.23"]


def test_what_has_no_sign_has_two_samples() -> None:
    unsigned = replace(LEGEND, label="second moment v", symbol="v", signed=False, scale=0.004)
    assert texts(unsigned, 900) == ["second moment v", "0.002", "0.004"]


def test_it_is_shortened_in_a_fixed_order() -> None:
    seen: list[tuple[str, ...]] = []
    for room in range(900, 0, -1):
        line = tuple(texts(LEGEND, room))
        if not seen or seen[-1] != line:
            seen.append(line)
    assert seen == [
        ("weight w", "−1.23", "−0.61", "+0.61", "+1.23"),
        ("weight w", "−1.23", "+1.23"),
        ("w", "−1.23", "+1.23"),
        ("−1.23", "+1.23"),
        ("+1.23",),
        (),
    ]


@given(
    room=st.floats(0, 1000),
    scale=st.floats(0, 1e12),
    signed=st.booleans(),
    ribbons=st.booleans(),
    label=st.text(max_size=30),
)
def test_it_never_needs_more_room_than_it_has(
    room: float, scale: float, signed: bool, ribbons: bool, label: str
) -> None:
    legend = Legend(label, "w", signed, scale, ribbons=ribbons)
    items = place(legend, room, measure)
    assert end_of(items) <= room
    assert all(a.x + a.width <= b.x for a, b in pairwise(items))


def test_heat_maps_have_a_bar_with_the_ends_of_the_scale() -> None:
    ribbons = replace(LEGEND, ribbons=True)
    kinds = [item.kind for item in place(ribbons, 900, measure)]
    assert (kinds, texts(ribbons, 900)) == (
        ["text", "edge", "text", "bar", "text", "edge"],
        ["weight w", "−1.23", "+1.23"],
    )


def test_where_all_values_are_zero_there_is_no_scale() -> None:
    found = [texts(replace(LEGEND, scale=0.0), room) for room in (300, 130, 20)]
    assert found == [["weight w: no value but 0"], ["w: no value but 0"], []]


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_edges_that_are_all_zero_or_unknown_have_no_scale(wine: Snapshot, value: float) -> None:
    nothing = replace(wine, edges=EdgeValues("effective_step", np.full_like(wine.parameters, value)))
    found = legend_of(nothing, Shown(), 1.0, (60, 2048))
    assert (found.scale, found.others) == (0.0, ())


def test_one_edge_that_is_not_zero_has_a_scale(wine: Snapshot) -> None:
    values = np.zeros_like(wine.parameters)
    wine.plan.layers[-1].weights(values)[-1, -1] = -0.5
    assert legend_of(replace(wine, edges=EdgeValues("gradient", values)), Shown(), 0.5).scale == 0.5


def test_where_there_are_no_values_there_are_no_samples() -> None:
    missing = replace(LEGEND, missing="It remembers nothing.")
    assert [item.kind for item in place(missing, 900, measure)] == ["text"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.58, "+0.58"),
        (-12.345, "−12.35"),
        (123.4, "+123"),
        (3.14e-5, "+3.1e−05"),
        (0.0, "+0.00"),
        (-0.002, "−0.002"),
        (0.0364, "+0.036"),
        (np.nan, "none"),
    ],
)
def test_values_of_any_size_are_short(value: float, text: str) -> None:
    assert compact(value) == text


# -- the upper line --------------------------------------------------------------------------------------


def test_the_upper_line_is_shortened_before_anything_is_left_out() -> None:
    seen: list[str] = []
    for room in range(900, 0, -1):
        line = sentences(LEGEND, room, measure)
        if not seen or seen[-1] != line:
            seen.append(line)
    assert seen == [
        "nodes: activation over x × y · × 2 dead · rest",
        "nodes: activation · × 2 dead · rest",
        "nodes: activation · × 2 dead",
        "nodes: activation",
    ]


def test_why_something_is_missing_is_said_first() -> None:
    missing = replace(LEGEND, missing="It remembers nothing.")
    assert sentences(missing, 900, measure).startswith("w: It remembers nothing.")


# -- from a snapshot -------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", list(EDGE_VIEWS), ids=lambda view: view.key)
def test_the_legend_names_what_the_edges_show(wine: Snapshot, view: object) -> None:
    shown = replace(wine, edges=EdgeValues(view.key, np.ones_like(wine.parameters)))
    legend = legend_of(shown, Shown(edges=view.key), 1.0)
    assert (legend.label.endswith(view.symbol), legend.signed) == (True, view.signed)


def test_the_legend_says_why_there_are_no_values(wine: Snapshot) -> None:
    nothing = replace(wine, edges=EdgeValues("first_moment", None, "It remembers nothing."))
    assert legend_of(nothing, Shown(), 1.0).missing == "It remembers nothing."


def test_the_legend_says_how_many_edges_are_drawn(wine: Snapshot) -> None:
    assert legend_of(wine, Shown(), 1.0, (400, 32768)).others == ("edges: strongest 400 of 32,768",)


def test_the_legend_says_nothing_of_numbers_when_all_edges_are_drawn(wine: Snapshot) -> None:
    assert legend_of(wine, Shown(), 1.0, (400, 400)).others == ()


def test_the_legend_counts_the_dead(wine: Snapshot) -> None:
    assert wine.units is not None
    first = replace(wine.units.layers[0], dead=np.arange(wine.plan.layers[0].units) < 2)
    some = replace(wine, units=replace(wine.units, layers=[first, *wine.units.layers[1:]]))
    assert legend_of(some, Shown(), 1.0).others == ("× 2 dead",)


def test_the_legend_says_over_how_many_rows(wine: Snapshot) -> None:
    assert legend_of(wine, Shown(), 1.0).nodes[0] == f"nodes: activation over {wine.units.rows} rows"


def test_the_legend_names_the_row(wine: Snapshot) -> None:
    said = legend_of(wine, Shown(nodes="sample"), 1.0).nodes
    assert said[:2] == (
        f"nodes: activation, row 5 · {wine.trace.truth}, outputs by class",
        said[0].split(", outputs")[0],
    )


def test_ribbons_are_in_the_legend_only_where_a_pair_is_large(wine: Snapshot) -> None:
    assert legend_of(wine, Shown(ribbons=True), 1.0).ribbons is False


@pytest.mark.parametrize(
    ("source", "shown", "words"),
    [
        ("iris", Shown(), "nodes: activation over petal length × petal width, outputs by class"),
        ("iris", Shown(nodes="pre_activation"), "nodes: sum z over petal length × petal width"),
        (
            "wine",
            Shown(plane=(0, 5)),
            "nodes: activation over alcohol × total_phenols, others as in row 1, outputs by class",
        ),
        ("wine", Shown(plane=(9,)), "nodes: activation over color_intensity, others as in row 1, outputs by class"),
        ("wine", Shown(nodes="saturation"), "nodes: share of 125 rows at which the activation is flat"),
        ("digits", Shown(), "nodes: weights as a picture, others activation over 256 rows, inputs row 1"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_the_legend_says_what_the_nodes_show(window: Window, source: str, shown: Shown, words: str) -> None:
    example = Experiment() if source == "iris" else Experiment.model_validate({"data": {"source": source}})
    hands.show(window, example)
    window.looking.choose(shown)
    assert legend_of(hands.settle(window), shown, 1.0).nodes[0] == words


@pytest.mark.parametrize("width", [360, 420, 560, 686, 850, 1400])
@pytest.mark.parametrize("nodes", ["activation", "sample"])
def test_the_legend_ends_before_the_bar(window: Window, width: int, nodes: str) -> None:
    hands.show(window, Experiment.model_validate({"data": {"source": "digits"}}))
    shown = Shown(nodes=nodes, plane=(20, 30))
    window.looking.choose(shown)
    snapshot, bar = hands.settle(window), window.diagram.bar
    room = bar.settle(width, 500)
    items = place(legend_of(snapshot, shown, 1.0), room, window.diagram.fontMetrics().horizontalAdvance)
    assert (LEFT + end_of(items) <= max(bar.x(), LEFT), bar.geometry().right() <= width) == (True, True)


def test_the_legend_names_weights_larger_than_those_drawn_widest(window: Window) -> None:
    snapshot = hands.settle(window)
    assert not any("largest" in words for words in legend_of(snapshot, Shown(), 1.0).others)
    parameters = snapshot.parameters.copy()
    huge = replace(snapshot, parameters=parameters)
    huge.weights(1)[...] = 160.0
    assert "largest 160" in legend_of(huge, Shown(), 1.0).others
