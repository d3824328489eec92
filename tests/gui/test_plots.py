"""The plots, the output views and the inspector show what the snapshot says."""

from __future__ import annotations

import html
import re
import warnings
from math import log10

import hands
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from engine.activations import ACTIVATIONS
from engine.data.loading import load_data
from engine.experiment import Dense, Experiment
from engine.snapshot import Snapshot
from gui.plots import linechart
from gui.plots.answers import certainty, class_shares
from gui.plots.confusion import confusion_counts
from gui.plots.decision import DecisionMap, mix
from gui.plots.loss import LossPlot
from gui.plots.magnitudes import MagnitudePlot
from gui.plots.portrait import CurveView
from gui.plots.ticks import held_range, round_ticks, round_up
from gui.plots.timeplot import TimePlot
from gui.plots.titles import Legend, PanelTitle, Swatch
from gui.selection import Unit, Weight
from gui.text import number
from gui.window import Window


def opened(source: str, **data: object) -> Experiment:
    """The example on another table."""
    return Experiment.model_validate({"data": {"source": source, **data}})


@pytest.fixture
def trained(window: Window) -> Snapshot:
    """The ready example, trained for some epochs."""
    hands.show(window, Experiment().with_value("training.epochs", 30))
    window.training.finish()
    return hands.settle(window)


def curves(plot: TimePlot) -> list[tuple[np.ndarray, np.ndarray]]:
    """The points of the series that are visible, as they are drawn, without what lies faint behind them."""
    return [curve.getData() for curve in plot.plot.curves if curve.isVisible() and not curve.stroke.faint]


# -- curves over steps ----------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "part"), [(0, "train"), (1, "test")])
def test_the_loss_plot_shows_the_losses_of_the_history(
    window: Window, trained: Snapshot, place: int, part: str
) -> None:
    steps, losses = curves(window.loss)[place]
    recorded = len(trained.history)
    assert np.array_equal(steps[:recorded], trained.history["step"])
    assert np.array_equal(losses[:recorded], trained.history[f"{part}.loss"])


def test_the_loss_plot_ends_at_the_present_step(window: Window, trained: Snapshot) -> None:
    steps, losses = curves(window.loss)[0]
    assert (steps[-1], losses[-1]) == (trained.evaluation.step, trained.evaluation.train["loss"])


def test_behind_the_losses_lies_the_spread_of_the_batches(window: Window, trained: Snapshot) -> None:
    _, zigzag = window.loss.plot.band.getData()
    assert (zigzag.min(), zigzag.max()) == (trained.batch_losses.low.min(), trained.batch_losses.high.max())


def test_without_test_rows_there_is_one_curve(window: Window) -> None:
    hands.show(window, Experiment().with_value("data.test_fraction", 0.0))
    assert len(curves(window.loss)) == 1


def test_the_magnitude_plot_has_a_curve_for_every_layer(window: Window, trained: Snapshot) -> None:
    assert len(curves(window.magnitudes)) == len(trained.plan.layers)


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_the_magnitude_plot_shows_the_mean_sizes_of_the_history(window: Window, trained: Snapshot, layer: int) -> None:
    _, sizes = curves(window.magnitudes)[layer]
    name = trained.plan.layers[layer].name
    assert np.array_equal(sizes[: len(trained.history)], trained.history[f"{name}.mean"])


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_the_magnitude_plot_ends_at_the_mean_size_of_the_weights(window: Window, trained: Snapshot, layer: int) -> None:
    _, sizes = curves(window.magnitudes)[layer]
    assert sizes[-1] == pytest.approx(np.abs(trained.weights(layer)).mean(), rel=1e-5)


def switch(plot: TimePlot, text: str) -> QToolButton:
    """A switch in the title line of a plot."""
    return next(button for button in plot.title.findChildren(QToolButton) if button.text() == text)


def test_the_norm_choice_shows_the_euclidean_norms(window: Window, trained: Snapshot) -> None:
    hands.choose_entry(window.magnitudes.title, "norm")
    _, sizes = curves(window.magnitudes)[1]
    hands.choose_entry(window.magnitudes.title, "mean")
    assert sizes[-1] == pytest.approx(np.linalg.norm(trained.weights(1)), rel=1e-5)


@pytest.mark.usefixtures("trained")
def test_the_log_switch_makes_the_axis_logarithmic(window: Window) -> None:
    seen = []
    for _ in range(2):
        QTest.mouseClick(switch(window.loss, "log"), hands.LEFT)
        seen.append((window.loss.logarithmic, window.loss.plot.getPlotItem().getAxis("left").logMode))
    assert seen == [(True, True), (False, False)]


def test_a_logarithmic_axis_holds_all_losses(window: Window, trained: Snapshot) -> None:
    hands.trigger(window, "view.log")
    low, high = window.loss.plot.getPlotItem().vb.viewRange()[1]
    losses = trained.history["train.loss"]
    assert low <= log10(losses.min()) <= log10(losses.max()) <= high


def test_the_command_and_the_switch_agree(window: Window) -> None:
    hands.trigger(window, "view.log")
    assert switch(window.loss, "log").isChecked()


def test_a_plot_without_points_says_what_will_be_there(window: Window) -> None:
    assert any("Press Train" in text for text in hands.words(window.loss))


@pytest.mark.usefixtures("trained")
def test_a_plot_with_points_says_nothing_over_them(window: Window) -> None:
    assert not any("Press Train" in text for text in hands.words(window.loss))


def note(plot: TimePlot) -> str:
    """The note in the title line."""
    return next(label.text() for label in plot.title.findChildren(QLabel) if label.property("role") == "note")


def point_at(plot: TimePlot, step: float) -> None:
    """Moves the pointer over a plot to a step."""
    box = plot.plot.getPlotItem().vb
    at = box.mapViewToScene(QPointF(step, sum(box.viewRange()[1]) / 2))
    plot.plot.scene().sigMouseMoved.emit(at)


@pytest.mark.parametrize("place", [0, 3, -1])
def test_hovering_the_loss_gives_the_exact_values_in_the_title(window: Window, trained: Snapshot, place: int) -> None:
    steps, losses = curves(window.loss)[0]
    point_at(window.loss, float(steps[place]))
    shown = note(window.loss)
    assert (f"step {int(steps[place]):,}" in shown, f"training {number(float(losses[place]), 4)}" in shown) == (
        True,
        True,
    )


def test_hovering_the_magnitudes_names_every_layer(window: Window, trained: Snapshot) -> None:
    point_at(window.magnitudes, 0.0)
    sizes = [number(float(trained.history[f"{layer.name}.mean"][0]), 4) for layer in trained.plan.layers]
    assert all(size in note(window.magnitudes) for size in sizes)


@pytest.mark.usefixtures("trained")
def test_the_note_goes_with_the_pointer(window: Window) -> None:
    point_at(window.loss, 10.0)
    QTest.mouseMove(window.loss)
    hands.QApplication.sendEvent(window.loss, hands.QEvent(hands.QEvent.Type.Leave))
    assert note(window.loss) == ""


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("name", ["loss", "magnitudes"])
def test_hovering_a_plot_does_not_move_the_panels(window: Window, name: str) -> None:
    before = hands.panel_widths(window)
    point_at(getattr(window, name), 50.0)
    hands.events()
    assert hands.panel_widths(window) == before


def test_axes_are_named(window: Window) -> None:
    for plot, unit in ((window.loss, "loss"), (window.magnitudes, "mean |w|")):
        item = plot.plot.getPlotItem()
        assert (item.getAxis("bottom").labelText, item.getAxis("left").labelText) == ("step", unit)


def test_the_axis_of_steps_holds_the_last_step(window: Window, trained: Snapshot) -> None:
    left, right = window.loss.plot.getPlotItem().vb.viewRange()[0]
    assert left <= 0 <= trained.step <= right


STRANGE = {
    "nothing": ([], []),
    "one point": ([0], [1.0]),
    "nan": ([0, 1, 2], [np.nan, np.nan, np.nan]),
    "some nan": ([0, 1, 2], [1.0, np.nan, 0.5]),
    "inf": ([0, 1, 2], [1.0, np.inf, 0.5]),
    "only inf": ([0, 1], [np.inf, np.inf]),
    "zeros": ([0, 1, 2], [0.0, 0.0, 0.0]),
    "negative": ([0, 1, 2], [-1.0, -2.0, 3.0]),
    "huge": ([0, 1, 2], [1e300, 1e-300, 1.0]),
    "constant": ([0, 1, 2], [5.0, 5.0, 5.0]),
}


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("case", STRANGE)
def test_a_plot_survives_strange_series(qtbot: QtBot, case: str, logarithmic: bool) -> None:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 240)
    plot.set_logarithmic(logarithmic)
    steps, values = (np.array(part, float) for part in STRANGE[case])
    plot.draw(steps, {"training": values, "test": values[::-1]}, linechart.Band(steps, values, values))
    plot.show()
    point_at(plot, 1.0)
    hands.events()
    assert not plot.grab().isNull()


def test_drawing_the_same_again_changes_nothing(window: Window, trained: Snapshot) -> None:
    # The axis gets its width from the numbers that were painted.
    window.loss.grab()
    hands.events()
    before = window.loss.grab().toImage()
    window.loss.show_snapshot(trained)
    hands.events()
    assert window.loss.grab().toImage() == before


@pytest.mark.parametrize("logarithmic", [False, True])
def test_after_a_wild_run_the_axis_fits_a_calm_one(qtbot: QtBot, logarithmic: bool) -> None:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.set_logarithmic(logarithmic)
    steps = np.arange(20.0)
    plot.draw(steps, {"training": np.geomspace(1, 1e9, 20)})
    plot.draw(steps, {"training": np.geomspace(1, 0.1, 20)})
    top = plot.plot.getPlotItem().vb.viewRange()[1][1]
    assert (10**top if logarithmic else top) < 100


@pytest.mark.parametrize("name", ["loss", "magnitudes", "output", "inspector"])
def test_a_panel_that_was_closed_shows_the_present_when_it_is_opened(window: Window, name: str) -> None:
    dock = window.panels.docks[name]
    window.select(Unit(1, 0))
    dock.close()
    for _ in range(12):
        hands.trigger(window, "train.step")
    hands.settle(window)
    dock.show()
    hands.events()
    shown = dock.grab().toImage()
    dock.widget().show_snapshot(hands.snapshot_of(window))
    hands.events()
    assert dock.grab().toImage() == shown


# -- round numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 10, [0, 2, 4, 6, 8, 10]), (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (-1, 1, [-1, -0.5, 0, 0.5, 1])],
)
def test_ticks_are_round(low: float, high: float, ticks: list[float]) -> None:
    assert round_ticks(low, high) == pytest.approx(ticks)


@settings(deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(3, 10))
def test_ticks_lie_within_their_range_and_are_few(low: float, span: float, most: int) -> None:
    ticks = round_ticks(low, low + span, most)
    slack = 1e-6 * max(abs(low), span)
    assert 1 <= len(ticks) <= most + 1
    assert low - slack <= ticks[0]
    assert ticks[-1] <= low + span + slack


@pytest.mark.parametrize("value", [3.0, 0.0, -1.0])
def test_a_range_of_no_width_has_one_tick(value: float) -> None:
    assert round_ticks(value, value) == [value]


@settings(deadline=None)
@given(st.floats(1e-9, 1e12))
def test_the_next_round_number_is_at_or_a_little_above(value: float) -> None:
    assert value * (1 - 1e-6) <= round_up(value) <= 1.6 * value


@pytest.mark.parametrize("value", [0.0, -3.0, float("nan")])
def test_there_is_a_round_number_for_what_is_not_positive(value: float) -> None:
    assert round_up(value) == 1.0


def test_a_range_is_held_while_everything_fits() -> None:
    before = held_range(None, 0.0, 1.0)
    assert held_range(before, 0.0, 0.8) == before


def test_a_range_moves_when_something_leaves_it() -> None:
    before = held_range(None, 0.0, 1.0)
    assert held_range(before, 0.0, 2.0)[1] >= 2.0


def test_a_range_shrinks_when_half_of_it_is_empty() -> None:
    before = held_range(None, 0.0, 1.0)
    assert held_range(before, 0.0, 0.2)[1] < 0.5


@settings(deadline=None)
@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_a_range_holds_what_it_was_made_for(low: float, span: float) -> None:
    bottom, top = held_range(None, low, low + span)
    assert bottom <= low <= low + span <= top
    assert bottom < top


# -- output views ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "view"),
    [
        ("iris", "map"),
        ("xor", "map"),
        ("spirals", "map"),
        ("wine", "confusion"),
        ("digits", "confusion"),
        ("diabetes", "prediction"),
        ("sine", "fit"),
        ("plane", "prediction"),
    ],
)
def test_the_output_view_suits_the_data(window: Window, source: str, view: str) -> None:
    hands.show(window, opened(source))
    assert window.output.view is getattr(window.output, view)


def test_four_columns_of_iris_make_a_confusion_matrix(window: Window) -> None:
    hands.show(window, opened("iris", features=None))
    assert window.output.view is window.output.confusion


@pytest.mark.parametrize("source", ["iris", "xor", "wine", "diabetes", "sine"])
def test_every_output_view_is_painted_before_and_after_training(window: Window, source: str) -> None:
    hands.show(window, opened(source).with_value("training.epochs", 5))
    before = window.output.grab().toImage()
    window.training.finish()
    hands.events()
    assert window.output.grab().toImage() != before


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=50))
def test_confusion_counts_agree_with_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    from sklearn.metrics import confusion_matrix

    truth = np.array([a for a, _ in pairs], np.int64)
    guess = np.array([b for _, b in pairs], np.int64)
    wanted = confusion_matrix(truth, guess, labels=range(4)) if pairs else np.zeros((4, 4))
    assert np.array_equal(confusion_counts(truth, guess, 4), wanted)


def test_the_confusion_matrix_says_in_words_what_a_cell_counts(window: Window) -> None:
    hands.show(window, opened("wine").with_value("training.epochs", 3))
    window.training.finish()
    snapshot, matrix = hands.settle(window), window.output.confusion
    data = snapshot.data
    counts = confusion_counts(data.y_test, data.labels(snapshot.evaluation.outputs_test), 3)
    place = next(
        QPointF(x, y) for x in range(90, matrix.width(), 9) for y in range(30, 200, 9)
        if matrix.cell_at(QPointF(x, y)) == (1, 2)
    )  # fmt: skip
    hands.hover(matrix, place)
    assert QToolTip.text().startswith(f"{counts[1, 2]} of {counts[1].sum()} test rows")


def test_no_cell_lies_beside_the_confusion_matrix(window: Window) -> None:
    hands.show(window, opened("wine"))
    assert window.output.confusion.cell_at(QPointF(2, 2)) is None


def sure(classes: int, which: int) -> np.ndarray:
    """Probabilities of a network that is sure of one class everywhere."""
    answer = np.zeros((classes, 2, 2), np.float32)
    answer[which] = 1.0
    return answer


TINTS = ("#ff0000", "#00ff00", "#0000ff")


@pytest.mark.parametrize(("which", "colour"), [(0, (255, 0, 0)), (1, (0, 255, 0)), (2, (0, 0, 255))])
def test_a_sure_answer_has_the_colour_of_its_class(which: int, colour: tuple[int, int, int]) -> None:
    assert tuple(mix(sure(3, which), "#ffffff", TINTS, 1.0)[0, 0, :3]) == colour


def test_a_weak_mixture_lets_the_ground_through() -> None:
    assert tuple(mix(sure(3, 0), "#ffffff", TINTS, 0.5)[0, 0]) == (255, 127, 127, 255)


def test_an_undecided_answer_has_the_colour_between() -> None:
    halves = np.full((2, 1, 1), 0.5, np.float32)
    assert tuple(mix(halves, "#ffffff", TINTS, 1.0)[0, 0, :3]) == (127, 127, 0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, -1.0])
def test_answers_that_are_no_probabilities_are_painted_without_a_fault(value: float) -> None:
    answers = sure(3, 0)
    answers[1] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mix(class_shares(answers, 0.5), "#ffffff", TINTS, 0.5).shape == (2, 2, 4)


@pytest.mark.parametrize("threshold", [0.5, 0.0])
@pytest.mark.parametrize("outputs", [1, 3])
def test_the_class_with_the_largest_share_is_the_answer_that_is_counted(outputs: int, threshold: float) -> None:
    answers = np.random.default_rng(0).normal(threshold, 2.0, (outputs, 500)).astype(np.float32)
    data = load_data(Experiment().data)
    if outputs == 1:
        assert (class_shares(answers, threshold).argmax(axis=0) == data.labels(answers.T, threshold)).all()
    else:
        assert (class_shares(answers, threshold).argmax(axis=0) == data.labels(answers.T)).all()


@pytest.mark.parametrize("threshold", [0.5, 0.0])
@pytest.mark.parametrize("outputs", [1, 3])
def test_shares_of_the_classes_add_up_to_one(outputs: int, threshold: float) -> None:
    answers = np.array([[-1e30, -1.0, 0.0, 0.25, 1.0, 1e30, np.nan, np.inf]] * outputs, np.float32)
    assert np.allclose(class_shares(answers, threshold).sum(axis=0), 1.0)


@pytest.mark.parametrize(("threshold", "value"), [(0.5, 0.5), (0.0, 0.0)])
def test_at_the_threshold_an_output_is_half_certain(threshold: float, value: float) -> None:
    assert certainty(np.array([value]), threshold)[0] == 0.5


@pytest.mark.parametrize(("value", "share"), [(-3.0, 0.0), (-1.0, 0.0), (0.5, 0.75), (1.0, 1.0), (9.0, 1.0)])
def test_the_output_of_a_hinge_loss_is_certain_from_its_margin_on(value: float, share: float) -> None:
    assert certainty(np.array([value]), 0.0)[0] == share


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge", "perceptron", "binary_cross_entropy", "mean_squared_error"])
def test_the_decision_map_has_the_colours_of_what_is_answered(window: Window, loss: str) -> None:
    experiment = Experiment.model_validate({"data": {"source": "moons"}, "training": {"loss": loss, "epochs": 30}})
    hands.show(window, experiment)
    window.training.finish()
    snapshot = hands.settle(window)
    assert snapshot.maps is not None
    shares = class_shares(snapshot.maps.layers[-1], snapshot.plan.loss.threshold)
    answered = snapshot.data.labels(snapshot.maps.layers[-1].reshape(1, -1).T, snapshot.plan.loss.threshold)
    assert (shares.argmax(axis=0).ravel() == answered)[np.abs(shares[0].ravel() - 0.5) > 1e-6].all()


def test_the_pointer_says_of_a_hinge_output_what_it_decides(window: Window) -> None:
    hands.show(window, Experiment.model_validate({"data": {"source": "moons"}, "training": {"loss": "hinge"}}))
    window.training.finish()
    hands.settle(window)
    hands.events()
    view = window.output.map
    hands.hover(view, QPointF(view.width() / 2, view.height() / 3))
    answer = next(line for line in QToolTip.text().split("\n") if line.startswith("a = "))
    value, decided = answer.removeprefix("a = ").split(" → ")
    assert decided == hands.snapshot_of(window).data.classes[hands.read(value) >= 0]


@pytest.mark.parametrize("activation", [part.key for part in ACTIVATIONS])
def test_every_activation_is_drawn_in_thumbnails_map_and_inspector(window: Window, activation: str) -> None:
    window.setUpdatesEnabled(True)
    hands.show(window, Experiment().with_layers((Dense(units=3, activation=activation),)))
    window.select(Unit(1, 1))
    hands.settle(window)
    hands.events()
    assert not window.grab().isNull()
    assert number(float(hands.snapshot_of(window).trace.a[0][1]), 4) in " ".join(hands.words(window.inspector))


def test_the_confusion_matrix_counts_from_the_threshold_of_the_loss(window: Window) -> None:
    hands.show(window, Experiment.model_validate({"data": {"source": "breast_cancer"}, "training": {"loss": "hinge"}}))
    window.training.finish()
    snapshot = hands.settle(window)
    counts = window.output.confusion._counts
    assert counts.trace() / counts.sum() == pytest.approx(snapshot.evaluation.test["accuracy"])


def test_more_classes_than_colours_begin_with_the_first_colour_again() -> None:
    assert tuple(mix(sure(4, 3), "#ffffff", TINTS, 1.0)[0, 0, :3]) == (255, 0, 0)


def said_at(window: Window, at: QPointF) -> tuple[float, float]:
    """The values of both inputs that the pointer says at a place of the decision map."""
    hands.hover(window.output.map, at)
    first, second = QToolTip.text().splitlines()[:2]
    return hands.read(first.split()[-1]), hands.read(second.split()[-1])


def place_of_row(window: Window, row: int) -> QPointF:
    """Where a row's point is on the decision map, by the values that the pointer says at two other places."""
    window.output.grab()
    snapshot, view = hands.snapshot_of(window), window.output.map
    data = snapshot.data
    x = np.concatenate([data.x_train, data.x_test])[np.concatenate([data.rows_train, data.rows_test]) == row]
    value = data.x_scaling.undo(x)[0]
    a, b = QPointF(60, view.height() - 60), QPointF(view.width() - 30, 20)
    (x1, y1), (x2, y2) = said_at(window, a), said_at(window, b)
    return QPointF(
        a.x() + (value[0] - x1) / (x2 - x1) * (b.x() - a.x()), a.y() + (value[1] - y1) / (y2 - y1) * (b.y() - a.y())
    )


LONELY = 118  # the row of iris with the longest petals but one: no other point lies on it


def test_the_pointer_names_the_row_under_it(window: Window) -> None:
    hands.hover(window.output.map, place_of_row(window, LONELY))
    assert f"row {LONELY + 1}" in QToolTip.text()  # people count from 1


def test_the_pointer_says_the_probability_of_every_class(window: Window) -> None:
    hands.hover(window.output.map, place_of_row(window, LONELY))
    assert all(name in QToolTip.text() for name in hands.snapshot_of(window).data.classes)


def test_clicking_a_point_of_the_map_traces_its_row(window: Window) -> None:
    QTest.mouseClick(window.output.map, hands.LEFT, pos=place_of_row(window, LONELY).toPoint())
    trace = hands.settle(window).trace
    assert trace is not None
    assert trace.row == LONELY


def test_a_row_that_is_no_more_is_replaced_by_the_first(window: Window) -> None:
    window.trace_row(149)
    hands.settle(window)
    hands.show(window, opened("xor", samples=50))
    trace = hands.settle(window).trace
    assert trace is not None
    assert trace.row == 0


# -- the inspector --------------------------------------------------------------------------------


def table(inspector: QWidget) -> list[list[str]]:
    """The rows of the inspector's table, cell by cell."""
    text = window_terms(inspector)
    rows = re.findall(r"<tr>(.*?)</tr>", text)
    return [[html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<td.*?</td>", row)] for row in rows]


def window_terms(inspector: QWidget) -> str:
    """The text of the inspector's table, with its markup."""
    return inspector.terms.text()  # type: ignore[attr-defined]


def sum_of_terms(rows: list[list[str]]) -> float:
    """Σ w x + b from what is written: weight × factor, single terms, and the bias."""
    total = 0.0
    for _, value, remark in rows[:-1]:
        factor = hands.read(remark.removeprefix("× ")) if remark.startswith("×") else 1.0
        total += hands.read(value) * factor
    return total


@pytest.mark.parametrize("unit", [Unit(1, 0), Unit(1, 7), Unit(2, 4), Unit(3, 0), Unit(3, 2)], ids=str)
def test_z_is_the_sum_of_the_terms_beside_it(window: Window, trained: Snapshot, unit: Unit) -> None:
    window.select(unit)
    rows = table(window.inspector)
    assert sum_of_terms(rows) == pytest.approx(hands.read(rows[-1][1]), abs=0.03)


def test_z_is_the_sum_of_the_terms_when_only_the_strongest_are_written(window: Window) -> None:
    hands.show(window, opened("digits"))
    window.select(Unit(1, 0))
    rows = table(window.inspector)
    assert ("more, together" in rows[-3][0], sum_of_terms(rows)) == (
        True,
        pytest.approx(hands.read(rows[-1][1]), abs=0.03),
    )


def test_the_inspector_shows_the_weights_of_the_snapshot(window: Window, trained: Snapshot) -> None:
    window.select(Unit(2, 4))
    shown = [hands.read(row[1]) for row in table(window.inspector)[:8]]
    assert shown == pytest.approx(trained.weights(1)[:, 4], abs=0.0006)


def test_the_inspector_follows_the_training(window: Window) -> None:
    window.select(Unit(1, 0))
    before = table(window.inspector)
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    assert table(window.inspector) != before


def test_the_product_of_a_weight_is_weight_times_input(window: Window, trained: Snapshot) -> None:
    window.select(Weight(1, 2, 3))
    cells = {row[0]: row[1] for row in table(window.inspector)}
    assert hands.read(cells["w · x"]) == pytest.approx(hands.read(cells["w"]) * hands.read(cells["x"]), abs=0.003)


def test_an_input_is_its_value_shifted_and_divided(window: Window, trained: Snapshot) -> None:
    window.select(Unit(0, 0))
    cells = {row[0]: hands.read(row[1]) for row in table(window.inspector) if row[0] != "column"}
    assert cells["x"] == pytest.approx((cells["value"] - cells["shift"]) / cells["factor"], abs=0.002)


@pytest.mark.parametrize("source", ["iris", "digits"])
def test_at_full_speed_every_z_is_the_sum_of_its_terms(window: Window, qtbot: QtBot, source: str) -> None:
    layers = Experiment().with_layers((Dense(units=256),)).network.layers
    hands.show(window, opened(source).with_layers(layers).with_value("training.epochs", 1_000_000))
    off: list[float] = []

    def compare(snapshot: Snapshot) -> None:
        assert snapshot.trace is not None
        z = snapshot.weights(0).T @ snapshot.trace.x + snapshot.biases(0)
        off.append(float(np.abs(z - snapshot.trace.z[0]).max()))

    window.training.shown.connect(compare)
    hands.trigger(window, "train.toggle")
    qtbot.waitUntil(lambda: len(off) > 30)
    window.training.shown.disconnect(compare)
    assert max(off) < 1e-4


@pytest.mark.parametrize("z", [None, 0.0, 3.0, -3.0, 1e3, -1e3, 1e6, float("nan"), float("inf")])
@pytest.mark.parametrize("activation", [activation.key for activation in ACTIVATIONS])
def test_every_activation_is_drawn_with_its_point(qtbot: QtBot, activation: str, z: float | None) -> None:
    view = CurveView()
    qtbot.addWidget(view)
    view.show_point(ACTIVATIONS[activation], z)
    assert not view.grab().isNull()


@pytest.mark.parametrize("activation", [activation.key for activation in ACTIVATIONS])
def test_the_inspector_shows_units_of_every_activation(window: Window, activation: str) -> None:
    experiment = Experiment()
    hands.show(window, experiment.with_layer(0, activation=activation))
    window.select(Unit(1, 0))
    hands.trigger(window, "train.step")
    hands.settle(window)
    assert (not window.inspector.grab().isNull(), "z" in dict.fromkeys(row[0] for row in table(window.inspector))) == (
        True,
        True,
    )


def test_the_magnitude_plot_is_empty_before_training(qtbot: QtBot) -> None:
    plot = MagnitudePlot()
    qtbot.addWidget(plot)
    assert curves(plot) == []


def test_the_maps_are_there_before_the_first_step(window: Window) -> None:
    from gui.app import start

    _, fresh = start([], remember=False)
    first = hands.settle(fresh)
    fresh.close()
    assert (first.step, first.maps is not None, first.trace is not None) == (0, True, True)


def test_a_legend_of_many_series_makes_no_panel_wider(qtbot: QtBot) -> None:
    title = PanelTitle("Weight magnitudes")
    qtbot.addWidget(title)
    alone = title.minimumSizeHint().width()
    title.show_legend(("1", "2", "3", "4", "output"))
    assert title.minimumSizeHint().width() <= alone + 10


@pytest.mark.parametrize(("width", "all_of_it"), [(700, True), (230, False)])
def test_a_legend_shows_whole_entries_only(qtbot: QtBot, width: int, all_of_it: bool) -> None:
    legend = Legend()
    qtbot.addWidget(legend)
    legend.show_entries(("training loss", "validation loss", "test loss"))
    legend.resize(width, 20)
    legend.show()
    labels = legend.findChildren(QLabel)
    seen = labels[0].parentWidget().mask().boundingRect().right() + 1
    ends = [label.geometry().right() + 1 for label in labels]
    assert (seen in ends, seen == ends[-1], seen <= width) == (True, all_of_it, True)


def test_a_legend_without_room_for_a_word_shows_no_line_without_one(qtbot: QtBot) -> None:
    legend = Legend()
    qtbot.addWidget(legend)
    legend.show_entries(("training loss", "test loss"))
    legend.resize(50, 20)
    legend.show()
    assert [swatch.isVisible() for swatch in legend.findChildren(Swatch)] == [False, False]


def test_the_map_does_not_claim_to_be_certain_where_it_is_not(window: Window) -> None:
    answer = np.array([0.99996, 0.00004, 0.0], np.float32)
    said = DecisionMap().ground.answer_in_words(hands.snapshot_of(window), answer)
    assert said == ["setosa: > 0.999", "versicolor: < 0.001", "virginica: 0.000"]
