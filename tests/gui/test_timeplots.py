"""Plots over steps: one crosshair for all, zoom and keys, and every number recomputed and read from the widget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from math import isfinite, log10, sqrt

import hands
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from benchmarks.timeplots import refresh
from engine.experiment import Dense, Experiment
from engine.history import LossBand, Series
from engine.snapshot import Snapshot
from gui.plots.loss import LossPlot
from gui.plots.magnitudes import MEASURES, MagnitudePlot, Measure
from gui.plots.marks import Mark
from gui.plots.strokes import Curve
from gui.plots.timeplot import TimePlot
from gui.selection import Unit, Weight
from gui.text import number
from gui.window import Window

FIRST = (("across", "step"), ("scale", "linear"), ("values", "linear"), ("smoothing", "0"), ("rate", "changes"))
DEEP = Experiment().with_layers(tuple(Dense(units=3) for _ in range(39)))


@pytest.fixture(autouse=True)
def _as_at_first(window: Window) -> Iterator[None]:
    """Every test leaves the plots as they are when the program starts."""
    yield
    for key, value in FIRST:
        window.loss.take_option(key, value)
        window.magnitudes.take_option(key, value)
    window.magnitudes.take_option("measure", "mean")
    window.loss.show_pointer(None)
    window.loss.pointed.emit(None)
    for plot in (window.loss, window.magnitudes):
        plot.follow()


@pytest.fixture
def trained(window: Window) -> Snapshot:
    """The ready example, trained for some epochs."""
    hands.show(window, Experiment().with_value("training.epochs", 30))
    window.training.finish()
    return hands.settle(window)


def lines(plot: TimePlot) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What the visible lines draw, by name, without what lies faint behind them."""
    return {c.name: c.getData() for c in plot.plot.curves if c.isVisible() and not c.stroke.faint}


def faint(plot: TimePlot) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What lies faint behind the lines."""
    return {c.name: c.getData() for c in plot.plot.curves if c.isVisible() and c.stroke.faint}


def note(plot: TimePlot) -> str:
    """The note in the title line."""
    return next(label.text() for label in plot.title.findChildren(QLabel) if label.property("role") == "note")


def hover(plot: TimePlot, place: float) -> None:
    """Moves the pointer over a plot to a place on its axis."""
    box = plot.plot.getPlotItem().vb
    at = box.mapViewToScene(QPointF(place, sum(box.viewRange()[1]) / 2))
    hands.hover(plot.plot.viewport(), QPointF(plot.plot.mapFromScene(at)))


def across(plot: TimePlot) -> tuple[float, float]:
    """The range of the axis of steps."""
    left, right = plot.plot.getPlotItem().vb.viewRange()[0]
    return left, right


# -- one crosshair --------------------------------------------------------------------------------


def test_the_pointer_over_one_plot_says_the_values_of_its_step_in_all(window: Window, trained: Snapshot) -> None:
    step = float(trained.history["step"][5])
    hover(window.loss, step)
    loss = number(float(trained.history["test.loss"][5]), 4)
    size = number(float(trained.history["hidden 2.mean"][5]), 4)
    assert f"step {int(step):,}" in note(window.loss)
    assert f"step {int(step):,}" in note(window.magnitudes)
    assert (f"test {loss}" in note(window.loss), f"2 {size}" in note(window.magnitudes)) == (True, True)
    assert (window.loss.plot.cursor.value(), window.magnitudes.plot.cursor.value()) == (step, step)


@pytest.mark.usefixtures("trained")
def test_the_crosshair_leaves_all_plots_with_the_pointer(window: Window) -> None:
    hover(window.magnitudes, 50.0)
    assert window.loss.plot.cursor.isVisible()
    hands.QApplication.sendEvent(window.magnitudes, QEvent(QEvent.Type.Leave))
    for plot in (window.loss, window.magnitudes):
        assert (plot.plot.cursor.isVisible(), note(plot)) == (False, "")


def test_a_plot_emits_the_recorded_step_nearest_to_the_pointer(window: Window, trained: Snapshot, qtbot: QtBot) -> None:
    steps = trained.history["step"]
    with qtbot.waitSignal(window.loss.pointed) as pointed:
        hover(window.loss, float(steps[7]) + 0.4)
    assert pointed.args == [min((float(step) for step in steps), key=lambda step: abs(step - steps[7] - 0.4))]


def test_pins_have_the_crosshair_too(window: Window) -> None:
    window.pins.pins.clear()
    window.pin(Weight(1, 2, 3))
    for _ in range(3):
        hands.trigger(window, "train.epoch")
        hands.settle(window)
    window.pins.show_snapshot(hands.snapshot_of(window))
    hover(window.loss, 8.0)
    trace = window.pins.pins[Weight(1, 2, 3)]
    assert number(trace.values[trace.steps.index(8.0)], 4) in note(window.pins)
    window.pin(Weight(1, 2, 3))


@pytest.mark.usefixtures("trained")
def test_values_for_which_the_title_has_no_room_stand_beside_the_crosshair(window: Window) -> None:
    window.resize(1280, 800)
    hands.events()
    hover(window.magnitudes, 50.0)
    shown = window.magnitudes.readout
    assert shown.isVisible()
    assert all(f"{value.name} {value.words}" in note(window.magnitudes) for value in shown.values)
    assert [value.name for value in shown.values] == ["1", "2", "output"]
    window.resize(1440, 900)


@pytest.mark.usefixtures("trained")
def test_the_note_follows_the_training_while_the_pointer_rests(window: Window) -> None:
    hover(window.loss, 1e6)
    before = note(window.loss)
    window.document.change(window.document.experiment.with_value("training.epochs", 60), "")
    window.training.finish()
    hands.settle(window)
    hover(window.loss, 1e6)
    assert note(window.loss) != before


def test_the_last_point_is_that_of_the_network_as_it_is_after_an_edit(window: Window) -> None:
    hands.trigger(window, "train.step")
    before = hands.settle(window)
    assert before.history["step"][-1] == before.step  # the step of the edit is recorded
    now = hands.show(window, window.document.experiment.with_layer(0, units=2))
    hands.events()
    loss, weights = now.evaluation.train["loss"], np.abs(now.weights(0))
    assert loss != before.evaluation.train["loss"]
    assert lines(window.loss)["training"][1][-1] == loss
    assert f"{loss:.4f}" in window.toolbar.train_loss.accessibleName()
    (_, sizes_drawn), *_ = lines(window.magnitudes).values()
    assert sizes_drawn[-1] == pytest.approx(weights.mean())


# -- axes, zoom and keys --------------------------------------------------------------------------


def test_by_epoch_every_point_stands_at_its_epoch(window: Window, trained: Snapshot) -> None:
    window.loss.take_option("across", "epoch")
    epochs, losses = lines(window.loss)["training"]
    recorded = len(trained.history)
    assert np.array_equal(epochs[:recorded], trained.history["epoch"])
    assert np.array_equal(losses[:recorded], trained.history["train.loss"])
    assert window.loss.plot.getAxis("bottom").labelText == "epoch"


def test_by_epoch_the_note_says_both(window: Window, trained: Snapshot) -> None:
    window.loss.take_option("across", "epoch")
    step, epoch = trained.history["step"][6], trained.history["epoch"][6]
    hover(window.loss, float(epoch))
    assert note(window.loss).startswith(f"step {int(step)}   epoch {number(float(epoch), 4)}")


def test_a_logarithmic_axis_of_steps_begins_with_step_1(window: Window, trained: Snapshot) -> None:
    window.loss.take_option("scale", "log")
    places, losses = lines(window.loss)["training"]
    wanted = [(log10(s), v) for s, v in zip(trained.history["step"], trained.history["train.loss"], strict=True) if s]
    assert list(zip(places, losses, strict=True))[: len(wanted)] == [pytest.approx(pair) for pair in wanted]
    assert across(window.loss)[0] <= 0.0


def test_both_axes_can_be_logarithmic(window: Window, trained: Snapshot) -> None:
    for key in ("scale", "values"):
        window.magnitudes.take_option(key, "log")
    _, sizes = lines(window.magnitudes)["output"]
    recorded = [v for s, v in zip(trained.history["step"], trained.history["output.mean"], strict=True) if s]
    assert sizes[: len(recorded)] == pytest.approx([log10(value) for value in recorded])


@pytest.mark.usefixtures("trained")
def test_logarithmic_axes_say_numbers_and_not_exponents(window: Window) -> None:
    axis = window.loss.plot.getAxis("bottom")
    window.loss.take_option("scale", "log")
    assert axis.tickStrings([0.0, 1.0, 3.0], 1.0, 1.0) == ["1", "10", "1,000"]


@pytest.mark.usefixtures("trained")
def test_the_menu_and_the_switch_of_the_loss_agree(window: Window) -> None:
    hands.trigger(window, "view.log")
    menus = window.loss.title.findChildren(QMenu)
    chosen = [entry.data() for menu in menus for entry in menu.actions() if entry.isChecked()]
    hands.trigger(window, "view.log")
    assert ("values", "log") in chosen


@pytest.mark.usefixtures("trained")
def test_the_wheel_zooms_along_the_steps_and_a_double_click_shows_everything_again(window: Window) -> None:
    plot, before = window.loss, across(window.loss)
    hands.turn_wheel(plot.plot.viewport(), 5)
    left, right = across(plot)
    assert before[0] < left < right < before[1]
    assert not plot.plot.following
    values = [v for x, y in lines(plot).values() for p, v in zip(x, y, strict=True) if left <= p <= right]
    low, high = plot.plot.getPlotItem().vb.viewRange()[1]
    assert low <= min(values) <= max(values) <= high
    hands.mouse(plot.plot.viewport(), QEvent.Type.MouseButtonPress, QPointF(150, 60))
    hands.mouse(plot.plot.viewport(), QEvent.Type.MouseButtonRelease, QPointF(150, 60), held=False)
    hands.mouse(plot.plot.viewport(), QEvent.Type.MouseButtonDblClick, QPointF(150, 60))
    hands.mouse(plot.plot.viewport(), QEvent.Type.MouseButtonRelease, QPointF(150, 60), held=False)
    assert (plot.plot.following, across(plot)) == (True, before)


@pytest.mark.usefixtures("trained")
def test_what_is_zoomed_stays_while_more_comes(window: Window) -> None:
    hands.turn_wheel(window.loss.plot.viewport(), 5)
    before = across(window.loss)
    hands.show(window, window.document.experiment.with_value("training.epochs", 60))
    window.training.finish()
    hands.settle(window)
    assert across(window.loss) == before


@pytest.mark.usefixtures("trained")
def test_keys_zoom_move_and_show_everything(window: Window) -> None:
    chart, before = window.loss.plot, across(window.loss)
    for _ in range(4):
        QTest.keyClick(chart, Qt.Key.Key_Plus)
    zoomed = across(window.loss)
    assert before[0] < zoomed[0] < zoomed[1] < before[1]
    QTest.keyClick(chart, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    moved = across(window.loss)
    assert (moved[0] > zoomed[0], moved[1] - moved[0]) == (True, pytest.approx(zoomed[1] - zoomed[0]))
    QTest.keyClick(chart, Qt.Key.Key_Minus)
    assert across(window.loss)[1] - across(window.loss)[0] > moved[1] - moved[0]
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert across(window.loss) == before


@pytest.mark.usefixtures("trained")
def test_one_cannot_move_to_where_nothing_is(window: Window) -> None:
    whole = across(window.loss)
    QTest.keyClick(window.loss.plot, Qt.Key.Key_Plus)
    for _ in range(60):
        QTest.keyClick(window.loss.plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert across(window.loss)[1] <= whole[1] + 1e-6


def test_arrow_keys_go_from_point_to_point_in_all_plots(window: Window, trained: Snapshot) -> None:
    hover(window.loss, float(trained.history["step"][4]))
    QTest.keyClick(window.loss.plot, Qt.Key.Key_Right)
    step = int(trained.history["step"][5])
    assert all(note(plot).startswith(f"step {step:,}") for plot in (window.loss, window.magnitudes))


@pytest.mark.usefixtures("window")
def test_zooming_in_draws_every_point_and_the_table_always_has_all(qtbot: QtBot) -> None:
    plot = MagnitudePlot()
    qtbot.addWidget(plot)
    plot.resize(420, 215)
    plot.show()
    steps = np.arange(50_000.0)
    values = np.random.default_rng(1).normal(size=len(steps))
    plot.draw(steps, {"noise": values})
    assert len(lines(plot)["noise"][0]) < 2000
    assert (lines(plot)["noise"][1].min(), lines(plot)["noise"][1].max()) == (values.min(), values.max())
    plot.plot.zoom(500.0, 25_000.0)
    left, right = across(plot)
    inside = [step for step in steps if left <= step <= right]
    drawn = [step for step in lines(plot)["noise"][0] if left <= step <= right]
    assert (drawn, 50 < len(inside) < 200) == (inside, True)
    table = TimePlot.table(plot)
    assert table is not None
    assert np.array_equal(table.columns["noise"], values)


@pytest.mark.usefixtures("window")
def test_a_value_between_gaps_is_drawn_as_a_dot(qtbot: QtBot) -> None:
    plot = TimePlot("A", "a", "")
    qtbot.addWidget(plot)
    plot.resize(420, 215)
    plot.show()
    plot.draw(np.arange(5.0), {"a": np.array([np.nan, np.nan, 1.0, np.nan, np.nan])})
    hands.events()
    box = plot.plot.getPlotItem().vb
    at = plot.plot.mapFromScene(box.mapViewToScene(QPointF(2.0, 1.0)))
    seen = plot.plot.grab().toImage().pixelColor(at)
    assert seen.name() == next(c for c in plot.plot.curves if isinstance(c, Curve)).stroke.colour().name()


# -- the loss -------------------------------------------------------------------------------------


@pytest.mark.parametrize("weight", [0.6, 0.9, 0.97])
def test_smoothing_draws_the_moving_average_and_the_curve_faint_behind(
    window: Window, trained: Snapshot, weight: float
) -> None:
    window.loss.take_option("smoothing", f"{weight}")
    raw = [*trained.history["train.loss"]]
    average, wanted = 0.0, []
    for count, value in enumerate(raw, 1):
        average = weight * average + (1 - weight) * value
        wanted.append(average / (1 - weight**count))
    assert lines(window.loss)["training"][1][: len(raw)] == pytest.approx(wanted)
    assert np.array_equal(faint(window.loss)["training"][1][: len(raw)], raw)
    hover(window.loss, float(trained.history["step"][6]))
    assert f"training {number(raw[6], 4)} (smoothed {number(wanted[6], 4)})" in note(window.loss)


def test_the_loss_of_the_batch_is_told_from_the_mean_over_all_rows(window: Window, trained: Snapshot) -> None:
    steps = trained.history["step"].astype(int)
    window.loss.show_pointer(float(steps[6]))
    # With a bucket of a single step, the loss that training itself has seen in that step.
    assert trained.batch_losses.width == 1
    assert f"batch {number(float(trained.batch_losses.low[steps[6] - 1]), 4)}" in note(window.loss)
    wide = replace(trained, batch_losses=trained.batch_losses.merged(4))
    window.loss.show_snapshot(wide)
    window.loss.show_pointer(float(steps[6]))
    seen = trained.batch_losses.low[(steps[6] - 1) // 4 * 4 :][:4]
    assert f"batches {number(float(seen.min()), 4)} … {number(float(seen.max()), 4)}" in note(window.loss)
    window.loss.show_snapshot(trained)
    window.loss.show_pointer(0.0)
    assert "batch" not in note(window.loss)


def test_the_words_of_the_best_point_never_cover_its_ring(window: Window, trained: Snapshot) -> None:
    window.loss.show_snapshot(with_losses(trained, [0.1, 500.0, 500.0, 500.0]))
    marks = window.loss.marks
    assert marks.best is not None
    at = window.loss.plot.in_box(marks.best.place, marks.best.value)
    box = marks.place_of_words(marks.best)
    assert not box.contains(at)
    assert marks.boundingRect().contains(box)


def with_losses(snapshot: Snapshot, test: list[float], **columns: list[float]) -> Snapshot:
    """The instant with another history: the test loss at steps 0, 10, 20 …, and further columns."""
    steps = 10.0 * np.arange(len(test))
    found = {"step": steps, "epoch": steps / 4, "train.loss": 1.0 / (1.0 + steps), "test.loss": test, **columns}
    for layer in snapshot.plan.layers:
        found[f"{layer.name}.mean"] = np.ones(len(test))
    history = Series(tuple(found), np.stack([np.array(values, float) for values in found.values()], axis=1))
    last = {"loss": test[-1]}
    evaluation = replace(
        snapshot.evaluation, step=int(steps[-1]), test=last, train={"loss": float(1 / (1 + steps[-1]))}
    )
    return replace(snapshot, history=history, evaluation=evaluation, step=int(steps[-1]))


@pytest.mark.parametrize(
    "test", [[1.0, 0.5, 0.2, 0.4, 0.7], [1.0, np.nan, 0.2, 0.1, np.inf], [3.0, 2.0, 2.0, 2.0, 1.0]]
)
def test_the_best_point_is_the_lowest_test_loss(window: Window, trained: Snapshot, test: list[float]) -> None:
    window.loss.show_snapshot(with_losses(trained, test))
    lowest = min((value, 10 * place) for place, value in enumerate(test) if isfinite(value))
    best = window.loss.marks.best
    assert best is not None
    assert (best.value, best.place) == lowest
    assert best.words == f"best {number(lowest[0], 4)} at step {lowest[1]:,}"


@pytest.mark.parametrize("at", [5, 20, 35, 40])
def test_the_words_of_the_best_point_hide_no_curve_nor_the_losses_of_batches(
    window: Window, trained: Snapshot, at: int
) -> None:
    losses = 0.2 + 0.3 * np.abs(np.arange(41.0) - at) / 40
    spiked = np.repeat(losses, 10)[10:] + np.tile([0.0, 0.1, 0.35, 0.05, -0.1], 80)
    window.loss.show_snapshot(replace(with_losses(trained, list(losses)), batch_losses=LossBand(0, 1, spiked[None])))
    marks = window.loss.marks
    assert marks.best is not None
    words = marks.place_of_words(marks.best)
    assert marks.boundingRect().contains(words)
    covered = [
        marks.mapFromScene(window.loss.plot.box.mapViewToScene(QPointF(x, y)))
        for x, y in zip(*window.loss.plot.band.getData(), strict=True)
    ]
    assert len(covered) > 40
    assert not [point for point in covered if words.contains(point)]


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("losses", [[], [0.5, 0.6, 5e3, 5e3, 5e3, 5e4]])
def test_no_line_runs_through_the_words_of_the_best_point_of_a_diverged_run(
    window: Window, trained: Snapshot, losses: list[float], logarithmic: bool
) -> None:
    diverged = {"epochs": 5, "optimizer": {"kind": "gradient_descent", "learning_rate": 2.5}}
    hands.show(window, Experiment.model_validate({"data": {"source": "sine"}, "training": diverged}))
    window.training.finish()
    snapshot = hands.settle(window)
    window.loss.set_logarithmic(logarithmic)
    window.loss.show_snapshot(with_losses(trained, losses) if losses else snapshot)
    hands.events()
    marks, plot = window.loss.marks, window.loss.plot
    assert marks.best is not None
    words = marks.place_of_words(marks.best)
    assert marks.boundingRect().contains(words)
    for curve in plot.curves:
        x, y = curve.getData()
        if curve.isVisible() and len(x):
            along = np.linspace(x[0], x[-1], 2000)
            points = [plot.box.childGroup.mapToParent(*at) for at in zip(along, np.interp(along, x, y), strict=True)]
            assert not [point for point in points if words.contains(point)]
    window.loss.set_logarithmic(False)


def test_without_test_rows_the_best_point_is_the_lowest_training_loss(window: Window) -> None:
    hands.show(window, Experiment().with_value("data.test_fraction", 0.0).with_value("training.epochs", 20))
    window.training.finish()
    hands.settle(window)
    steps, losses = lines(window.loss)["training"]
    best = window.loss.marks.best
    assert best is not None
    assert (best.value, best.place) == min(zip(losses.tolist(), steps.tolist(), strict=True))


def test_the_gap_behind_the_best_point_is_shaded(window: Window, trained: Snapshot) -> None:
    window.loss.show_snapshot(with_losses(trained, [1.0, 0.5, 0.2, 0.4, 0.7]))
    places, low, high = window.loss.gap.getData()
    assert (places.tolist(), high.tolist()) == ([20.0, 30.0, 40.0], [0.2, 0.4, 0.7])
    assert low.tolist() == [1 / 21, 1 / 31, 1 / 41]
    before = window.loss.plot.grab().toImage()
    window.loss.gap.hide()
    hands.events()
    assert window.loss.plot.grab().toImage() != before
    window.loss.gap.show()


def test_while_the_test_loss_falls_nothing_is_shaded(window: Window, trained: Snapshot) -> None:
    window.loss.show_snapshot(with_losses(trained, [1.0, 0.5, 0.4, 0.3, 0.2]))
    assert len(window.loss.gap.getData()[0]) < 2


def test_penalties_are_told_apart(window: Window) -> None:
    hands.show(window, Experiment().with_value("training.l2", 0.01).with_value("training.epochs", 20))
    window.training.finish()
    history = hands.settle(window).history
    _, drawn = lines(window.loss)["with penalties"]
    wanted = [a + b for a, b in zip(history["train.loss"], history["train.penalty"], strict=True)]
    assert drawn[: len(wanted)] == pytest.approx(wanted)


@pytest.mark.usefixtures("trained")
def test_without_penalties_there_is_no_curve_of_them(window: Window) -> None:
    assert list(lines(window.loss)) == ["training", "test"]


def test_a_rate_that_changes_is_drawn_below(window: Window) -> None:
    schedule = Experiment().with_value("training.schedule.kind", "cosine").with_value("training.epochs", 30)
    hands.show(window, schedule)
    window.training.finish()
    history = hands.settle(window).history
    (curve,) = [curve for curve in window.loss.strip.curves if curve.isVisible()]
    known = [(s, r) for s, r in zip(history["step"], history["rate"], strict=True) if isfinite(r)]
    drawn = [(x, y) for x, y in zip(*curve.getData(), strict=True) if isfinite(y)]
    assert not window.loss.strip.isHidden()
    assert drawn == known
    assert window.loss.strip.getPlotItem().vb.viewRange()[0] == pytest.approx(across(window.loss))


@pytest.mark.usefixtures("trained")
def test_a_constant_rate_takes_no_room_unless_it_is_wished(window: Window) -> None:
    assert window.loss.strip.isHidden()
    window.loss.take_option("rate", "always")
    assert not window.loss.strip.isHidden()


def test_a_change_of_a_setting_is_marked_and_said(window: Window, trained: Snapshot) -> None:
    hands.show(window, window.document.experiment.with_value("training.optimizer.learning_rate", 0.003))
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    hands.show(window, window.document.experiment.with_value("training.epochs", 60))
    window.training.finish()
    hands.settle(window)
    hover(window.loss, float(trained.step))
    assert f"step {trained.step:,}: learning rate 0.01 → 0.003" in QToolTip.text().splitlines()
    elsewhere = window.loss.plot.getPlotItem().vb.mapViewToScene(QPointF(0.0, 0.5))
    assert window.loss.marks.words_at(elsewhere) == ""


@pytest.mark.usefixtures("trained")
def test_many_marks_are_grouped(window: Window) -> None:
    marks = [Mark(float(step), f"step {step}") for step in range(1, 120)]
    window.loss.marks.show_marks(marks, None)
    groups = window.loss.marks.groups()
    places = [x for x, _ in groups]
    assert sum(len(group) for _, group in groups) == len(marks)
    assert all(b - a >= 12 for a, b in pairwise(places))


# -- the sizes of the weights ---------------------------------------------------------------------


def sizes(w: np.ndarray) -> dict[str, float]:
    """The four measures of a layer's weights, one weight after the other."""
    total, squares, largest, near = 0.0, 0.0, 0.0, 0
    values = [abs(float(value)) for value in w.ravel()]
    for value in values:
        total, squares, largest = total + value, squares + value * value, max(largest, value)
    near = sum(value < 0.01 * largest for value in values)
    return {"mean": total / len(values), "norm": sqrt(squares), "max": largest, "zero": near / len(values)}


@pytest.mark.parametrize("measure", ["mean", "norm", "max", "zero"])
def test_every_measure_ends_at_that_of_the_weights_of_now(window: Window, trained: Snapshot, measure: str) -> None:
    window.magnitudes.take_option("measure", measure)
    for layer, (_, drawn) in enumerate(lines(window.magnitudes).values()):
        assert drawn[-1] == pytest.approx(sizes(trained.weights(layer))[measure], rel=1e-5)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
def test_measures_agree_with_plain_loops_on_weights_of_very_different_sizes(measure: Measure) -> None:
    w = np.random.default_rng(3).normal(size=(30, 20)) ** 7
    assert measure.of(w) == pytest.approx(sizes(w)[measure.key])


@pytest.mark.parametrize("measure", ["mean", "norm", "max", "zero"])
def test_every_measure_was_recorded(window: Window, trained: Snapshot, measure: str) -> None:
    window.magnitudes.take_option("measure", measure)
    for layer, (_, drawn) in zip(trained.plan.layers, lines(window.magnitudes).values(), strict=True):
        recorded = trained.history[f"{layer.name}.{measure}"]
        assert np.array_equal(drawn[: len(recorded)], recorded, equal_nan=True)


@pytest.mark.usefixtures("trained")
def test_a_click_on_a_key_hides_its_layer_and_a_double_click_shows_it_alone(window: Window) -> None:
    keys = window.magnitudes.legend.keys
    QTest.mouseClick(keys[1], hands.LEFT)
    assert list(lines(window.magnitudes)) == ["1", "output"]
    QTest.mouseClick(keys[1], hands.LEFT)
    QTest.mouseDClick(keys[2], hands.LEFT)
    assert list(lines(window.magnitudes)) == ["output"]
    QTest.mouseDClick(keys[2], hands.LEFT)
    assert list(lines(window.magnitudes)) == ["1", "2", "output"]


@pytest.mark.usefixtures("trained")
def test_hidden_layers_are_in_the_table_all_the_same(window: Window) -> None:
    QTest.mouseClick(window.magnitudes.legend.keys[0], hands.LEFT)
    table = window.magnitudes.table()
    QTest.mouseClick(window.magnitudes.legend.keys[0], hands.LEFT)
    assert table is not None
    assert list(table.columns) == ["step", "epoch", "hidden 1", "hidden 2", "output"]


def stronger(plot: TimePlot) -> list[str]:
    """The lines that are wider than the others."""
    widths = {c.name: c.stroke.width for c in plot.plot.curves if c.isVisible()}
    return [name for name, width in widths.items() if width > min(widths.values())]


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(
    ("selection", "names"), [(Unit(2, 3), ["2"]), (Weight(2, 0, 1), ["output"]), (Unit(0, 0), []), (None, [])]
)
def test_the_layer_of_what_is_selected_is_stronger(window: Window, selection: object, names: list[str]) -> None:
    window.select(selection)
    assert stronger(window.magnitudes) == names


@pytest.mark.usefixtures("trained")
def test_a_click_on_a_curve_selects_its_layer(window: Window) -> None:
    box = window.magnitudes.plot.getPlotItem().vb
    x, y = lines(window.magnitudes)["output"]
    at = QPointF(window.magnitudes.plot.mapFromScene(box.mapViewToScene(QPointF(x[-1], y[-1]))))
    hands.mouse(window.magnitudes.plot.viewport(), QEvent.Type.MouseButtonPress, at)
    hands.mouse(window.magnitudes.plot.viewport(), QEvent.Type.MouseButtonRelease, at, held=False)
    assert window.selection == Unit(3, 0)


@pytest.mark.parametrize("layers", [1, 3, 5])
def test_every_layer_is_named_in_a_small_window(window: Window, layers: int) -> None:
    window.resize(1280, 800)
    hands.show(window, Experiment().with_layers(tuple(Dense() for _ in range(layers))))
    hands.events()
    keys = window.magnitudes.legend.keys
    assert len(keys) == layers + 1
    assert all(
        key.width() >= key.sizeHint().width() and key.geometry().right() < key.parentWidget().width() for key in keys
    )
    window.resize(1440, 900)


def test_forty_layers_have_a_colour_each_from_the_first_to_the_last(window: Window) -> None:
    hands.show(window, DEEP)
    hands.events()
    colours = [curve.stroke.colour() for curve in window.magnitudes.plot.curves if curve.isVisible()]
    lightness = [QColor(colour).lightnessF() for colour in colours]
    assert (len(colours), len({colour.name() for colour in colours})) == (40, 40)
    assert lightness[-1] > lightness[0]
    keys = window.magnitudes.legend.keys
    assert keys[-1].geometry().right() < window.magnitudes.legend.width()


@pytest.mark.usefixtures("trained")
def test_the_legend_of_the_loss_has_a_line_of_its_own_where_the_title_is_short(qtbot: QtBot, trained: Snapshot) -> None:
    plot = LossPlot()
    qtbot.addWidget(plot)
    qtbot.addWidget(plot.title)
    for width, own_line in ((600, False), (240, True)):
        plot.title.resize(width, 36)
        plot.resize(width, 215)
        plot.show_snapshot(trained)
        assert plot.names.isHidden() != own_line


# -- the time it takes ----------------------------------------------------------------------------


@pytest.mark.usefixtures("window")
def test_a_refresh_of_eight_curves_of_a_long_run_is_measured() -> None:
    found = refresh(times=3)
    assert 0.0 < found["median_ms"] <= found["worst_ms"]
