"""The activation explorer: curve, slope, tangent and histogram, read off the plot and counted in another way."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from math import inf, isfinite
from typing import Any

import hands
import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from engine import Dense, Experiment, unit_views
from engine.activations import ACTIVATIONS, Activation
from engine.snapshot import Snapshot
from gui.plots import functions
from gui.plots.explorer import FOLLOW, Explorer, said_of
from gui.plots.functions import character_of, slopes_of, values_of
from gui.selection import Unit, Weight
from gui.window import Window

PLACES = np.array([-7.5, -2.0, -0.3, 0.4, 1.0, 2.5, 5.9, 7.5])
EXPERIMENT = Experiment().with_layers((Dense(units=6, activation="gelu"), Dense(units=5, activation="elu", alpha=0.7)))


@pytest.fixture
def view(window: Window) -> Iterator[Explorer]:
    """The view, open, on a network with two different functions after some epochs."""
    window.panels.open("explorer")
    found = window.views["explorer"]
    assert isinstance(found, Explorer)
    hands.show(window, EXPERIMENT.with_value("training.epochs", 4))
    window.training.finish()
    hands.settle(window)
    choose(found, FOLLOW)
    found.show_z(1.0)
    yield found
    window.panels.docks["explorer"].hide()


@pytest.fixture(scope="module")
def alone(qapp: QCoreApplication) -> Iterator[Explorer]:
    """The view by itself, before there is a network."""
    made = Explorer()
    made.resize(420, 460)
    yield made
    made.deleteLater()


def pick(view: Explorer, key: str) -> None:
    """Chooses without opening the list."""
    view.choice.show_key(key)
    view.choice.activated.emit(view.choice.currentIndex())


def choose(view: Explorer, key: str) -> None:
    hands.choose(view.choice, key)


def numbers(view: Explorer) -> dict[str, float]:
    """The numbers of the view as a person reads them."""
    cells = re.findall(r"<td[^>]*>(.*?)</td><td>(.*?)</td>", view.numbers.text())
    return {html.unescape(name): hands.read(value) for name, value in cells}


def words(view: Explorer) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", view.words.text()))


def in_torch(torch: Any, key: str, z: Any) -> Any:
    """The function as PyTorch has it; of softmax one of two units, the other's sum at 0."""
    f = torch.nn.functional
    other = {
        "linear": lambda z: z * 1.0,
        "step": lambda z: torch.heaviside(z, torch.ones_like(z)),
        "hard_sigmoid": f.hardsigmoid,
        "leaky_relu": lambda z: f.leaky_relu(z, 0.01),
        "gelu_tanh": lambda z: f.gelu(z, approximate="tanh"),
        "softmax": lambda z: torch.softmax(torch.stack([z, torch.zeros_like(z)]), 0)[0],
    }
    return other.get(key, getattr(f, key, None) or getattr(torch, key, None))(z)


# -- the function ------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda part: part.key)
def test_value_and_slope_are_those_of_another_library(alone: Explorer, entry: Activation) -> None:
    torch = pytest.importorskip("torch")
    pick(alone, entry.key)
    for place in PLACES:
        alone.show_z(float(place))
        z = torch.tensor([place], dtype=torch.float64, requires_grad=True)
        a = in_torch(torch, entry.key, z)
        slope = 0.0 if entry.key == "step" else float(torch.autograd.grad(a.sum(), z)[0])
        found = numbers(alone)
        assert found["z"] == place
        assert found["f(z)"] == pytest.approx(float(a.detach()), rel=1e-12, abs=1e-14)
        assert found["f′(z)"] == pytest.approx(slope, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda part: part.key)
def test_the_curves_are_drawn_as_they_are(alone: Explorer, entry: Activation) -> None:
    pick(alone, entry.key)
    z, a = alone.curve.value.getData()
    same, slope = alone.curve.slope.getData()
    np.testing.assert_array_equal(z, same)
    np.testing.assert_array_equal(a, values_of(entry, z))
    # Central differences, away from the kinks.
    smooth = np.all([np.abs(z - kink) > 1e-3 for kink in entry.kinks], axis=0) if entry.kinks else np.full(len(z), True)
    h = 1e-6
    measured = (values_of(entry, z + h) - values_of(entry, z - h)) / (2 * h)
    np.testing.assert_allclose(slope[smooth], measured[smooth], atol=2e-6)
    low, high = alone.curve.getPlotItem().vb.viewRange()[1]
    assert low <= min(a.min(), slope.min())
    assert max(a.max(), slope.max()) <= high
    table = alone.table()
    assert table is not None
    assert [table.columns[name].tolist() for name in ("z", "f(z)", "f′(z)")] == [z.tolist(), a.tolist(), slope.tolist()]


@pytest.mark.parametrize("place", PLACES)
def test_the_tangent_touches_the_curve_with_its_slope(alone: Explorer, place: float) -> None:
    pick(alone, "gelu")
    alone.show_z(float(place))
    (left, right), (low, high) = alone.curve.tangent.getData()
    found = numbers(alone)
    assert (high - low) / (right - left) == pytest.approx(found["f′(z)"], abs=1e-12)
    assert np.interp(place, [left, right], [low, high]) == pytest.approx(found["f(z)"], abs=1e-12)
    x, y = alone.curve.point.getData()
    assert (x[0], y[0], alone.curve.place.value()) == (place, found["f(z)"], place)


def test_a_new_entry_appears_by_itself(view: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    new = replace(ACTIVATIONS["tanh"], key="sine", label="Sine", value=np.sin, slope=lambda z, a: np.cos(z), tune=None)
    monkeypatch.setitem(ACTIVATIONS._parts, "sine", new)
    fresh = Explorer()
    fresh.choice.show_key("sine")
    fresh._refresh()
    assert numbers(fresh)["f(z)"] == pytest.approx(np.sin(1.0))
    assert fresh.choice.itemText(fresh.choice.findData("sine")) == "Sine"
    fresh.deleteLater()


@pytest.mark.parametrize(("key", "name", "value"), [("leaky_relu", "negative_slope", 0.25), ("elu", "alpha", 2.0)])
def test_the_setting_of_a_function_can_be_changed(view: Explorer, key: str, name: str, value: float) -> None:
    assert not any(field.isVisible() for field in view.fields.values())
    choose(view, key)
    assert [shown for shown, field in view.fields.items() if field.isVisible()] == [name]
    hands.type_into(view.fields[name], str(value))
    view.show_z(-2.0)
    expected = value * -2.0 if key == "leaky_relu" else value * np.expm1(-2.0)
    assert numbers(view)["f(z)"] == pytest.approx(expected, rel=1e-15)
    assert str(value) in words(view)


# -- the words ---------------------------------------------------------------------------------------

CHARACTERS = {
    "linear": (-inf, inf, -inf, inf),
    "sigmoid": (0, 1, -4.35, 4.35),
    "hard_sigmoid": (0, 1, -3, 3),
    "tanh": (-1, 1, -2.18, 2.18),
    "relu": (0, inf, 0, inf),
    "relu6": (0, 6, 0, 6),
    "softsign": (-1, 1, -3.47, 3.47),
    "softplus": (0, inf, -2.94, inf),
    "elu": (-1, inf, -3, inf),
}


@pytest.mark.parametrize(("key", "expected"), CHARACTERS.items(), ids=CHARACTERS)
def test_range_and_flat_parts_are_found(key: str, expected: tuple[float, ...]) -> None:
    found = character_of(ACTIVATIONS[key])
    assert (found.low, found.high) == pytest.approx(expected[:2], abs=1e-5)
    assert (found.flat_below, found.flat_above) == pytest.approx(expected[2:], abs=0.011)
    for edge in (found.flat_below, found.flat_above):
        if isfinite(edge):
            z = np.array([edge - 0.02, edge + 0.02])
            steep = np.abs(slopes_of(ACTIVATIONS[key], z)) >= unit_views.steepest_slope(ACTIVATIONS[key]) / 20
            assert sorted(steep) == [False, True]


def test_what_is_flat_here_is_flat_in_the_drawing() -> None:
    assert functions.FLAT == unit_views._FLAT


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("tanh", "Its values lie between −1 and 1."),
        ("relu", "Its values go from 0 up without end."),
        ("linear", "Its values have no bounds. It is nowhere flat."),
        ("step", "Its slope is zero everywhere, so that no gradient passes it."),
        ("relu6", "It has a kink at z = 0, 6."),
        ("softmax", "shown is one of two units"),
    ],
)
def test_the_words_say_range_flat_parts_and_kinks(alone: Explorer, key: str, told: str) -> None:
    pick(alone, key)
    assert told in words(alone)
    assert ACTIVATIONS[key].formula in words(alone)


def test_every_entry_has_sentences() -> None:
    assert all(len(said_of(entry)) >= 2 for entry in ACTIVATIONS)


# -- the layer ---------------------------------------------------------------------------------------


def sums_of(snapshot: Snapshot, layer: int) -> Any:
    """z of a layer over all training rows, by plain products."""
    x = np.asarray(snapshot.data.x_train, np.float32)
    for number in range(layer):
        z = x @ snapshot.weights(number) + snapshot.biases(number)
        x = np.asarray(snapshot.plan.layers[number].activation.value(z.T.copy(), None)).T
    return x @ snapshot.weights(layer) + snapshot.biases(layer)


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_the_histogram_counts_the_sums_of_the_selected_layer(window: Window, view: Explorer, layer: int) -> None:
    window.select(Unit(layer + 1, 2))
    snapshot = hands.snapshot_of(window)
    bounds, heights = view.curve.bars.getOriginalDataset()
    counts, _ = np.histogram(sums_of(snapshot, layer).astype(float), bounds)
    drawn = heights - view.curve.bars.opts["fillLevel"]
    np.testing.assert_allclose(drawn / drawn.sum(), counts / counts.sum(), atol=2.5 / counts.sum())
    assert counts.sum() == snapshot.data.x_train.shape[0] * snapshot.plan.layers[layer].units


def test_the_function_is_that_of_the_selected_layer(window: Window, view: Explorer) -> None:
    seen = []
    for selection in (None, Unit(2, 1), Weight(0, 1, 2), Unit(3, 0), Unit(0, 0), None):
        window.select(selection)
        seen.append((view.function.key, view.choice.currentText()))
    gelu, elu, softmax = ("gelu", "As in hidden 1"), ("elu", "As in hidden 2"), ("softmax", "As in output")
    assert seen == [gelu, elu, gelu, softmax, softmax, gelu]
    window.select(Unit(2, 0))
    # With the setting that the layer has.
    view.show_z(-1.0)
    assert numbers(view)["f(z)"] == pytest.approx(0.7 * np.expm1(-1.0), rel=1e-14)


def test_sums_of_a_layer_with_another_function_are_an_outline(window: Window, view: Explorer) -> None:
    brushes = {}
    for key in (FOLLOW, "gelu", "tanh"):
        choose(view, key)
        brushes[key] = view.curve.bars.opts["fillBrush"].color().alpha()
    assert brushes[FOLLOW] == brushes["gelu"] > 0
    assert brushes["tanh"] == 0
    assert "Outline: z in hidden 1 over 105 training rows" in words(view)
    assert "its own function is GELU" in words(view)


def test_without_sums_and_with_numbers_that_are_none_it_says_so(window: Window, view: Explorer) -> None:
    snapshot = hands.snapshot_of(window)
    view.show_snapshot(replace(snapshot, probes={}))
    assert "The sums in hidden 1 are being counted" in words(view)
    rowless = replace(snapshot.data, y_train=snapshot.data.y_train[:0])
    view.show_snapshot(replace(snapshot, data=rowless, probes={}))
    assert "There are no training rows" in words(view)
    assert not view.curve.bars.isVisible()
    found = snapshot.probes["distributions"]
    empty = tuple(replace(layer, counts=np.zeros_like(layer.counts)) for layer in found.now.histograms["sums"])
    moment = replace(found.now, histograms={"sums": empty})
    view.show_snapshot(replace(snapshot, probes={"distributions": replace(found, moments=(moment,))}))
    assert "No sum in hidden 1 is a finite number" in words(view)


def test_before_there_is_a_network_the_first_function_is_shown() -> None:
    fresh = Explorer()
    assert fresh.function is next(iter(ACTIVATIONS))
    assert "as soon as there is a network" in words(fresh)
    fresh.deleteLater()


# -- hands -------------------------------------------------------------------------------------------


def test_z_is_typed_dragged_and_moved_by_keys(window: Window, view: Explorer) -> None:
    hands.events()
    hands.type_into(view.z, "0,25")
    assert numbers(view)["z"] == 0.25
    curve = view.curve
    curve.setFocus()
    for key, expected in ((Qt.Key.Key_Right, 0.35), (Qt.Key.Key_Left, 0.25), (Qt.Key.Key_Left, 0.15)):
        QTest.keyClick(curve, key)
        assert numbers(view)["z"] == pytest.approx(expected)
    QTest.keyClick(curve, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert numbers(view)["z"] == pytest.approx(0.16)
    box = curve.getPlotItem().vb
    start, end = (curve.mapFromScene(box.mapViewToScene(QPointF(z, 0.2))) for z in (-2.0, 3.0))
    viewport: QWidget = curve.viewport()
    hands.drag(viewport, QPointF(start), QPointF(end - start))
    assert numbers(view)["z"] == pytest.approx(3.0, abs=0.1)
    assert view.z.text() == f"{numbers(view)['z']:.10g}"


@pytest.mark.parametrize("place", [1e9, -1e9])
def test_z_stays_within_its_bounds(alone: Explorer, place: float) -> None:
    alone.show_z(place)
    assert numbers(alone)["z"] == np.sign(place) * 1000.0
    for entry in ACTIVATIONS:
        pick(alone, entry.key)
        assert np.isfinite(list(numbers(alone).values())).all()
