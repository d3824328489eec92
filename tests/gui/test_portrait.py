"""The portrait of a unit in the inspector, and what else is said of units and weights there."""

from __future__ import annotations

import hands
import numpy as np
import pytest
from PySide6.QtGui import QImage

from engine.data.table_spec import TableSpec
from engine.edge_views import EDGE_VIEWS
from engine.experiment import DataSpec, Dense, Experiment
from engine.unit_views import NODE_VIEWS
from gui.diagram.layout import Column, Node
from gui.diagram.shown import Shown
from gui.diagram.words import compact, describe_unit, output_in_words
from gui.plots.portrait import pictured, shown_by
from gui.selection import Unit, Weight
from gui.text import number
from gui.thumbnails import Thumbnails
from gui.window import Window


@pytest.fixture(autouse=True)
def _as_at_first(window: Window) -> None:
    """Every test begins with what is shown at first."""
    window.looking.choose(Shown())
    hands.settle(window)


def look(window: Window, unit: Unit | Weight, source: str = "iris", epochs: int = 0, **shown: object) -> str:
    """Opens a data set, shows something of the nodes and edges, selects; what the inspector says."""
    experiment = Experiment.model_validate({"data": {"source": source}, "training": {"epochs": max(epochs, 1)}})
    if source == "iris":
        experiment = experiment.with_value("data.features", ("petal length (cm)", "petal width (cm)"))
    hands.show(window, experiment)
    window.looking.choose(Shown(**shown))  # type: ignore[arg-type]
    if epochs:
        window.training.finish()
    hands.settle(window)
    window.select(unit)
    return " ".join(hands.words(window.inspector))


@pytest.mark.parametrize(
    ("source", "nodes", "unit", "caption"),
    [
        ("iris", "activation", Unit(1, 0), "a over the plane"),
        ("iris", "pre_activation", Unit(1, 0), "z over the plane"),
        ("iris", "pre_activation", Unit(3, 0), "z over the plane"),
        ("iris", "sample", Unit(1, 0), "a over the plane"),
        ("iris", "gradient", Unit(1, 0), "delta over 105 rows"),
        ("iris", "saturation", Unit(1, 0), "flat at "),
        ("sine", "activation", Unit(1, 0), "a over the input"),
        ("wine", "activation", Unit(1, 0), "a over 125 rows"),
        ("wine", "pre_activation", Unit(3, 0), "z over 125 rows"),
        ("wine", "sample", Unit(2, 0), "a over 125 rows"),
        ("digits", "activation", Unit(1, 0), "its weights"),
        ("digits", "sample", Unit(1, 0), "its weights"),
        ("digits", "activation", Unit(2, 0), "a over 256 rows"),
    ],
)
def test_the_caption_says_what_the_picture_is(
    window: Window, source: str, nodes: str, unit: Unit, caption: str
) -> None:
    look(window, unit, source, nodes=nodes)
    assert window.inspector.portrait.caption.text().startswith(caption)


@pytest.mark.parametrize("nodes", [view.key for view in NODE_VIEWS])
def test_the_portrait_knows_what_the_nodes_show(window: Window, nodes: str) -> None:
    look(window, Unit(1, 0), nodes=nodes)
    assert shown_by(hands.snapshot_of(window)).nodes == nodes


@pytest.mark.parametrize("source", ["iris", "wine", "digits"])
@pytest.mark.parametrize("nodes", ["activation", "pre_activation", "gradient", "saturation"])
def test_the_picture_is_that_of_the_drawing(window: Window, source: str, nodes: str) -> None:
    look(window, Unit(1, 2), source, nodes=nodes)
    snapshot, picture = hands.snapshot_of(window), window.inspector.portrait.picture
    column = Column(0.0, 8, 20.0, (Node(2, 0.0, 0.0),), None)
    drawn = Thumbnails().images(snapshot, Shown(nodes=nodes), 0, column, 84, 1.0)[2]
    drawn.setDevicePixelRatio(1.0)
    assert picture._image == drawn


def test_the_caption_of_a_map_has_its_scale(window: Window) -> None:
    look(window, Unit(1, 2), nodes="pre_activation")
    maps = hands.snapshot_of(window).maps
    assert maps is not None
    scale = float(window.inspector.portrait.caption.text().split("±")[1])
    assert scale == pytest.approx(np.abs(maps.layers[0][2]).max(), rel=0.01)


def test_the_picture_changes_while_training(window: Window) -> None:
    look(window, Unit(1, 2))
    before = QImage(window.inspector.portrait.picture._image)
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    assert window.inspector.portrait.picture._image != before


@pytest.mark.parametrize("nodes", [view.key for view in NODE_VIEWS])
@pytest.mark.parametrize("source", ["iris", "wine", "digits", "sine"])
def test_a_unit_of_every_column_has_a_picture(window: Window, source: str, nodes: str) -> None:
    look(window, Unit(1, 0), source, nodes=nodes)
    snapshot = hands.snapshot_of(window)
    assert all(pictured(snapshot, layer) for layer in range(len(snapshot.plan.layers)))


# -- what else is said ----------------------------------------------------------------------------


def test_the_share_of_flat_rows_is_said(window: Window) -> None:
    words = look(window, Unit(1, 0), "iris", 20, nodes="saturation")
    units = hands.snapshot_of(window).units
    assert units is not None
    share = 100 * float(units.layers[0].saturated[0])
    assert float(words.split("Saturated at ")[1].split(" %")[0]) == pytest.approx(share, abs=0.6)


def test_an_answer_learned_as_a_logarithm_is_said_in_the_units_of_the_table(window: Window) -> None:
    rows = "".join(f"{i % 7},{1000 * 1.3**i}\n" for i in range(30))
    data = DataSpec(source="table", table=TableSpec(text=f"a,b\n{rows}", target_log=True))
    hands.show(window, Experiment(data=data))
    snapshot = hands.snapshot_of(window)
    assert snapshot.trace is not None
    answer = snapshot.predictor.answers_to(snapshot.trace.x[None]).numbers[0, 0]
    window.select(Unit(3, 0))
    assert f"b {number(answer, 4)} in the table's units" in " ".join(hands.words(window.inspector)).replace("  ", " ")
    assert output_in_words(snapshot, 0) == number(answer)


def test_softmax_is_not_called_saturated(window: Window) -> None:
    assert "Saturated" not in look(window, Unit(3, 0), "iris", nodes="saturation")
    assert "saturated" not in describe_unit(hands.snapshot_of(window), Unit(3, 0))
    assert window.inspector.portrait.caption.text() == "never flat alone"


def test_a_dead_unit_is_called_dead(window: Window) -> None:
    hands.show(window, Experiment().with_layers((Dense(units=3, activation="relu"),)))
    window.select(Unit(1, 1))
    hands.type_into(window.inspector.values.field, "-100")
    hands.settle(window)
    assert "Dead" in " ".join(hands.words(window.inspector))


def test_a_living_unit_is_not_called_dead(window: Window) -> None:
    assert "Dead" not in look(window, Unit(1, 0), nodes="saturation")


@pytest.mark.parametrize("edges", [view.key for view in EDGE_VIEWS if view.key not in ("weight", "contribution")])
def test_what_the_edges_show_is_said_of_a_weight(window: Window, edges: str) -> None:
    words = look(window, Weight(1, 2, 3), epochs=3, edges=edges)
    values, view = hands.snapshot_of(window).edge_values(1), EDGE_VIEWS[edges]
    assert values is not None
    shown = compact(float(values[2, 3]), view.signed, 4)
    assert f"{view.label.lower()} {view.symbol} {shown}" in " ".join(words.split())


def test_before_the_first_step_it_is_said_why_there_is_no_gradient(window: Window) -> None:
    assert "Nothing to show before the next step" in look(window, Weight(1, 2, 3), edges="gradient")


def test_the_gradient_of_a_bias_is_said_beside_it(window: Window) -> None:
    words = look(window, Unit(2, 4), epochs=3, edges="gradient")
    snapshot = hands.snapshot_of(window)
    assert snapshot.edges is not None
    value = float(snapshot.plan.layers[1].biases(snapshot.edges.values)[4])
    assert f"dL/db {compact(value, True, 4)}" in words
