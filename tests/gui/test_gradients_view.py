"""The gradients over steps: what the curves show is what PyTorch finds, and what is said of them is so."""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time
from types import ModuleType
from typing import Any

import hands
import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from engine import Experiment, Trainer
from engine.checkpoint import Checkpoint
from engine.history import Series
from engine.recording import is_newer
from gui.plots.flow import flow_of, seen_in_gradients, seen_in_ratios
from gui.plots.gradients import GradientPlot
from gui.selection import Unit, Weight
from gui.window import Window

Open = Callable[..., Window]


def layers(count: int, activation: str = "tanh", units: int = 5, **rest: Any) -> list[dict[str, Any]]:
    return [{"kind": "dense", "units": units, "activation": activation, **rest}] * count


def trainer_of(hidden: Any, steps: int = 0, dtype: Any = np.float32, **training: Any) -> Trainer:
    described = {"data": {"source": "iris"}, "network": {"layers": hidden}, "training": {"epochs": 5000, **training}}
    trainer = Trainer(Experiment.model_validate(described), dtype=dtype)
    trainer.train(steps=steps)
    return trainer


def opened(open_window: Open, trainer: Trainer) -> tuple[Window, GradientPlot]:
    window = open_window(trainer=trainer)
    window.panels.open("gradients")
    window.panels.docks["gradients"].setFloating(True)
    window.panels.docks["gradients"].resize(720, 320)
    hands.settle(window)
    hands.events()
    view = window.views["gradients"]
    assert isinstance(view, GradientPlot)
    return window, view


def press(view: GradientPlot, key: str) -> None:
    button = next(b for b in view.title.findChildren(QToolButton) if b.property("key") == key)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def drawn(view: GradientPlot, faint: bool = False) -> list[tuple[np.ndarray, np.ndarray]]:
    """Steps and values of the curves, back from the logarithmic axis."""
    shown = [curve for curve in view.plot.curves if curve.isVisible() and curve.stroke.faint == faint]
    found = [curve.getData() for curve in shown]
    return [(x, 10.0**y if view.logarithmic else y) for x, y in found]


def found_by_pytorch(torch: ModuleType, trainer: Trainer, steps: int, clip: float) -> np.ndarray:
    """Norms by layer before and after clipping and ‖Δw‖ / ‖w‖, (steps, 3, layers), by autograd and its optimizer."""
    functions = {"tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid, "relu": torch.nn.ReLU}
    network, modules = trainer.network, []
    for layer, w, b in zip(network.plan.layers, network.weights, network.biases, strict=True):
        linear = torch.nn.Linear(*w.shape, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(w.T.copy()), torch.tensor(b.copy())
        modules += [linear, functions.get(layer.activation.key, torch.nn.Identity)()]
    peer = torch.nn.Sequential(*modules[:-1])
    weights = [parameter for parameter in peer.parameters() if parameter.ndim == 2]
    moves, found = torch.optim.Adam(peer.parameters(), lr=trainer.learning_rate), []
    for _ in range(steps):
        x, y, _ = trainer.batches.current(trainer.batch_size)
        loss = torch.nn.functional.cross_entropy(peer(torch.tensor(x[:-1].T)), torch.tensor(y.T).argmax(1))
        moves.zero_grad()
        loss.backward()
        raw = [float(w.grad.norm()) for w in weights]
        torch.nn.utils.clip_grad_norm_(peer.parameters(), clip)
        clipped, before = [float(w.grad.norm()) for w in weights], [w.detach().clone() for w in weights]
        moves.step()
        ratio = [float((w - b).detach().norm() / w.detach().norm()) for w, b in zip(weights, before, strict=True)]
        found.append((raw, clipped, ratio))
        trainer.step()
    return np.array(found)


def test_the_curves_are_the_gradients_that_autograd_finds(open_window: Open) -> None:
    torch = pytest.importorskip("torch")
    trainer = trainer_of(layers(3, "relu"), dtype=np.float64, clip_norm=0.1)
    expected = found_by_pytorch(torch, trainer, 60, 0.1)
    _, view = opened(open_window, trainer)
    for kind, key in enumerate(("", "clipped", "ratio")):
        if key:
            press(view, key)
        curves = drawn(view)
        assert len(curves) == 4
        for layer, (steps, values) in enumerate(curves):
            assert len(steps) > 12
            np.testing.assert_allclose(values, expected[steps.astype(int) - 1, kind, layer], rtol=1e-4)
    press(view, "ratio")  # off again
    np.testing.assert_allclose(drawn(view)[0][1], expected[drawn(view)[0][0].astype(int) - 1, 0, 0], rtol=1e-6)


def test_behind_the_clipped_gradients_lie_faintly_those_before(open_window: Open) -> None:
    trainer = trainer_of(layers(2), 40, clip_norm=0.05)
    _, view = opened(open_window, trainer)
    assert drawn(view, faint=True) == []
    press(view, "clipped")
    history = trainer.history.view()
    for name, (_, before), (_, after) in zip(
        ("hidden 1", "hidden 2", "output"), drawn(view, faint=True), drawn(view), strict=True
    ):
        np.testing.assert_allclose(before, history[f"{name}.gradient"][1:], rtol=1e-9)
        np.testing.assert_allclose(after, history[f"{name}.clipped"][1:], rtol=1e-9)
        assert (after <= before * (1 + 1e-6)).all()
        assert (after < 0.9 * before).any()


def test_ratio_and_clipped_are_one_or_the_other(open_window: Open) -> None:
    _, view = opened(open_window, trainer_of(layers(2), 40))
    buttons = {b.property("key"): b for b in view.title.findChildren(QToolButton) if b.property("key")}
    press(view, "clipped")
    press(view, "ratio")
    assert (buttons["ratio"].isChecked(), buttons["clipped"].isChecked()) == (True, False)
    assert drawn(view, faint=True) == []


@pytest.mark.parametrize("logarithmic", [True, False])
def test_the_healthy_band_lies_between_its_two_ratios_and_in_sight(open_window: Open, logarithmic: bool) -> None:
    _, view = opened(open_window, trainer_of(layers(2), 40, optimizer={"kind": "adam", "learning_rate": 1e-6}))
    assert not view.healthy.area.isVisible()
    press(view, "ratio")
    view.take_option("values", "log" if logarithmic else "linear")
    assert view.healthy.area.isVisible()
    region = np.array(view.healthy.area.getRegion())
    np.testing.assert_allclose(10.0**region if logarithmic else region, [3e-4, 3e-3])
    low, high = view.plot.getViewBox().viewRange()[1]
    assert low < region[0] < region[1] < high
    assert "rule of thumb" in view.healthy.line.label.format
    press(view, "ratio")
    assert not view.healthy.area.isVisible()


def test_a_click_on_a_curve_selects_its_layer_which_becomes_stronger(open_window: Open) -> None:
    window, view = opened(open_window, trainer_of(layers(3, "sigmoid"), 60))
    curve = next(c for c in view.plot.curves if c.name == "2")
    x, y = curve.getData()
    place = len(x) // 2
    at = view.plot.mapFromScene(view.plot.getViewBox().mapViewToScene(pg.Point(x[place], y[place])))
    QTest.mouseClick(view.plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at.x(), at.y()))
    hands.settle(window)
    assert window.selection == Unit(2, 0)
    widths = {c.name: c.stroke.width for c in view.plot.curves if c.isVisible()}
    assert widths["2"] > max(width for name, width in widths.items() if name != "2")


def test_the_values_of_the_selected_layer_are_said_first_and_in_full(open_window: Open) -> None:
    trainer = trainer_of(layers(3), 60, clip_norm=0.05)
    window, view = opened(open_window, trainer)
    window.select(Weight(1, 0, 0))
    view.show_pointer(7.0)
    history = trainer.history.view()
    at = int(np.abs(history["step"] - 7.0).argmin())
    raw, clipped, update, norm = (history[f"hidden 2.{k}"][at] for k in ("gradient", "clipped", "update", "norm"))
    note = view.title._note.text()
    assert note.split("   ")[:2] == [
        f"step {int(history['step'][at])}",
        f"2 {raw:.4g}, clipped {clipped:.4g}, ratio {update / norm:.4g}",
    ]


def test_the_table_has_every_layer_and_all_three(open_window: Open) -> None:
    trainer = trainer_of(layers(8), 60)
    _, view = opened(open_window, trainer)
    view.legend.keys[0].click()
    table, history = view.table(), trainer.history.view()
    assert table is not None
    assert len(table.columns) == 2 + 3 * 9
    np.testing.assert_array_equal(table.columns["step"], history["step"][1:])
    np.testing.assert_array_equal(table.columns["hidden 1, gradient"], history["hidden 1.gradient"][1:])
    np.testing.assert_array_equal(
        table.columns["output, update-to-weight ratio"], history["output.update"][1:] / history["output.norm"][1:]
    )


# -- what is said ------------------------------------------------------------------------------------


def test_that_a_gradient_vanishes_is_said_with_by_how_much(open_window: Open) -> None:
    trainer = trainer_of(layers(8, "sigmoid"), 80, optimizer={"kind": "gradient_descent", "learning_rate": 0.1})
    _, view = opened(open_window, trainer)
    history = trainer.history.view()
    share = np.median(history["hidden 1.gradient"][-5:] / history["output.gradient"][-5:])
    assert share < 1e-3
    assert view.sentence.isVisible()
    assert f"at hidden 1 it is {share:.2g}".replace("-", "−") in view.sentence.text()


def test_nothing_is_said_where_gradients_are_of_one_size(open_window: Open) -> None:
    _, view = opened(open_window, trainer_of(layers(2, "relu"), 40))
    assert (view.sentence.text(), view.sentence.isVisible()) == ("", False)


def test_that_no_gradient_arrives_is_said_and_its_curve_has_a_gap(open_window: Open) -> None:
    # A step is flat, so that nothing comes back through it.
    trainer = trainer_of([*layers(1), *layers(1, "step")], 30)
    _, view = opened(open_window, trainer)
    assert "No gradient reaches hidden 2" in view.sentence.text()
    assert [len(x) > 0 and np.isfinite(y).any() for x, y in drawn(view)] == [False, False, True]
    view.take_option("values", "linear")
    assert (drawn(view)[0][1] == 0.0).all()


def with_gradients(gradient: Any, ratio: Any = None) -> tuple[Any, Any]:
    trainer = trainer_of(layers(2), 30)
    point = trainer.checkpoint()
    names, values = point.history.names, point.history.values.copy()
    for layer, factors in zip(("hidden 1", "hidden 2", "output"), np.asarray(gradient, float), strict=True):
        values[1:, names.index(f"{layer}.gradient")] = np.resize(factors, len(values) - 1)
    snapshot: Any = type("Snapshot", (), {"history": Series(names, values), "plan": trainer.network.plan})()
    return flow_of(snapshot), trainer.network.plan


@pytest.mark.parametrize(
    ("gradient", "words"),
    [
        ([[9e-4], [0.5], [1.0]], "vanishes: at hidden 1 it is 0.0009 of"),
        ([[1.1e-3], [0.5], [1.0]], ""),
        ([[2e3], [5.0], [1.0]], "explodes on its way back: at hidden 1 it is 2,000 times"),
        ([[900.0], [5.0], [1.0]], ""),
        ([[1.0], [0.0], [1.0]], "No gradient reaches hidden 2"),
        ([[0.0], [0.0], [0.0]], "every gradient was exactly 0"),
        ([[1.0], [np.nan], [1.0]], ""),
        ([[np.inf], [1.0], [1.0]], ""),
    ],
)
def test_what_is_said_follows_the_rule(gradient: Any, words: str) -> None:
    said = seen_in_gradients(*with_gradients(gradient))
    assert words in said
    assert bool(words) == bool(said)


def test_a_gradient_that_jumps_is_said_to_explode() -> None:
    flow, plan = with_gradients([[1.0], [1.0], [1.0]])
    flow.gradient[:, -1] = 5e3, 4e3, 4e3
    assert "explodes: at hidden 1 it is 5,000 times its median" in seen_in_gradients(flow, plan)


@pytest.mark.parametrize(
    ("ratios", "words"),
    [
        ([1e-3, 5e-4, 2e-3], ""),
        ([1e-5, 5e-4, 2e-3], "1 of 3 layers moved by less"),
        ([1e-2, 2e-2, 2e-3], "2 of 3 layers moved by more"),
        ([1e-5, 2e-2, 0.0], "1 of 3 layers moved by less than 0.03 % of its weights in the last recorded step, 1 by"),
        ([0.0, np.nan, 1e-3], ""),
    ],
)
def test_what_is_said_of_ratios_counts_the_layers(ratios: list[float], words: str) -> None:
    flow, _ = with_gradients([[1.0], [1.0], [1.0]])
    flow.ratio[:, -1] = ratios
    assert words in seen_in_ratios(flow)
    assert bool(words) == bool(seen_in_ratios(flow))


# -- nothing yet, much, and nasty numbers ------------------------------------------------------------


def test_before_the_first_step_it_says_what_to_do(open_window: Open) -> None:
    _, view = opened(open_window, trainer_of(layers(2)))
    assert view._empty.isVisible()
    assert "press Train" in view._empty.text()
    assert view.table() is None


def test_a_run_without_recorded_gradients_says_so(open_window: Open) -> None:
    point = trainer_of(layers(2), 40).checkpoint()
    values = point.history.values.copy()
    values[:, [is_newer(name) for name in point.history.names]] = np.nan
    old = Checkpoint(**{**vars(point), "history": Series(point.history.names, values)})
    _, view = opened(open_window, Trainer.at(old))
    assert view._empty.isVisible()
    assert "no recorded gradients" in view._empty.text()


def test_forty_layers_have_forty_curves_by_depth_of_however_small_gradients(open_window: Open) -> None:
    trainer = trainer_of(layers(39, "sigmoid", 3), 30)
    _, view = opened(open_window, trainer)
    history, curves = trainer.history.view(), drawn(view)
    assert len(curves) == 40
    first = history["hidden 1.gradient"][1:]
    assert 0.0 < first.max() < 1e-20
    np.testing.assert_allclose(curves[0][1], first, rtol=1e-9)
    low, high = view.plot.getViewBox().viewRange()[1]
    assert low < np.log10(first.min()) < high
    assert len({curve.stroke.colour().name() for curve in view.plot.curves}) == 40


def test_after_divergence_what_was_recorded_stays(open_window: Open) -> None:
    trainer = trainer_of(layers(2), optimizer={"kind": "gradient_descent", "learning_rate": 9e3})
    trainer.train(steps=500)
    assert trainer.diverged
    _, view = opened(open_window, trainer)
    for key in ("ratio", "clipped"):
        press(view, key)
    assert len(drawn(view)) == 3


def test_eight_curves_are_drawn_again_in_a_frame(open_window: Open) -> None:
    window, view = opened(open_window, trainer_of(layers(7), 4000))
    snapshot = window.training.snapshot
    assert snapshot is not None
    taken = []
    for _ in range(20):
        begun = thread_time()
        view.show_snapshot(snapshot)
        view.plot.grab()
        taken.append(1000.0 * (thread_time() - begun))
    assert min(taken) <= 16.0
