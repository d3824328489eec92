"""What the pages of the output view show is read back from them and compared with other code: loops, scikit-learn."""

from __future__ import annotations

from typing import Any

import hands
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from engine import Dense
from engine.experiment import Experiment
from engine.snapshot import Snapshot
from engine.trainer import Trainer
from gui.diagram.shown import Shown
from gui.pages import ranking
from gui.pages.page import Marks
from gui.window import Window

PARTS = ("train", "test")
parts = pytest.mark.parametrize("part", PARTS)


def opened(window: Window, source: str, epochs: int = 4, **training: Any) -> Snapshot:
    """A data set, trained for some epochs, with no page or class chosen."""
    window.looking.choose(Shown())
    window.linking.choose_class(-1)
    window.output.choose("")
    window.output.marks = Marks()
    settings = {"data": {"source": source}, "training": {"epochs": epochs, **training}}
    hands.show(window, Experiment.model_validate(settings))
    window.training.finish()
    return hands.settle(window)


def page(window: Window, key: str) -> Any:
    """The page with a key, shown."""
    window.output.choose(key)
    hands.settle(window)
    return window.output.page(key)


def asked(snapshot: Snapshot) -> Trainer:
    """A trainer of one's own with the weights of a snapshot."""
    trainer = Trainer(snapshot.experiment, snapshot.data)
    trainer.network.parameters[...] = snapshot.parameters
    return trainer


def answers(snapshot: Snapshot, part: str) -> tuple[np.ndarray, np.ndarray]:
    """(truth, scores by class) of a part, computed anew."""
    x, y = snapshot.data.part(part)
    outputs = asked(snapshot).predict(x).astype(float)
    return y, np.column_stack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs


def predictions(snapshot: Snapshot, part: str) -> tuple[np.ndarray, np.ndarray]:
    """(truth, prediction) of a part in the user's units, computed anew."""
    x, y = snapshot.data.part(part)
    undo = snapshot.data.y_scaling.undo
    return undo(y)[:, 0], undo(asked(snapshot).predict(x))[:, 0]


# -- a number ----------------------------------------------------------------------------------------


@parts
def test_the_points_are_truth_and_prediction(window: Window, part: str) -> None:
    snapshot = opened(window, "diabetes")
    found = page(window, "prediction").points.items[part].getData()
    assert np.allclose(found, predictions(snapshot, part), rtol=1e-4)


@parts
def test_the_residuals_are_truth_minus_prediction(window: Window, part: str) -> None:
    snapshot = opened(window, "diabetes")
    x, y = page(window, "residuals").points.items[part].getData()
    truth, answer = predictions(snapshot, part)
    assert x == pytest.approx(answer, rel=1e-4)
    assert y == pytest.approx(truth - answer, abs=0.02)


def test_mean_and_standard_deviation_are_said(window: Window) -> None:
    snapshot = opened(window, "diabetes")
    lines = page(window, "residuals").figures.text().splitlines()
    for line, part in zip(lines, ("test", "train"), strict=True):
        truth, answer = predictions(snapshot, part)
        mean, spread = (hands.read(words.split()[-1]) for words in line.split(","))
        assert line.startswith("test" if part == "test" else "training")
        assert mean == pytest.approx((truth - answer).mean(), rel=1e-3, abs=1e-3)
        assert spread == pytest.approx((truth - answer).std(), rel=1e-3)


@parts
def test_the_bars_beside_them_count_the_residuals(window: Window, part: str) -> None:
    snapshot = opened(window, "diabetes")
    bars = page(window, "residuals").bars[part].opts
    truth, answer = predictions(snapshot, part)
    low = bars["y"] - bars["height"] / 2
    for edge, count in zip(low, bars["width"], strict=True):
        inside = ((truth - answer >= edge - 1e-3) & (truth - answer < edge + bars["height"] + 1e-3)).sum()
        assert abs(inside - count) <= 1
    assert sum(bars["width"]) == len(truth)


@pytest.mark.parametrize("key", ["prediction", "residuals"])
def test_a_point_says_its_row_and_is_traced_by_a_click(window: Window, key: str) -> None:
    snapshot = opened(window, "diabetes")
    points = page(window, key).points.items["test"]
    points.sigHovered.emit(points, points.points()[7:8], None)
    truth, answer = predictions(snapshot, "test")
    lines = QToolTip.text().splitlines()
    row = snapshot.data.rows_test[7]
    assert hands.read(lines[0].split()[-1]) == pytest.approx(truth[7], rel=1e-3)
    assert hands.read(lines[1].split()[-1]) == pytest.approx(answer[7], rel=1e-3)
    assert lines[-1] == f"row {row + 1}, click to trace it"
    points.sigClicked.emit(points, points.points()[7:8], None)
    hands.settle(window)
    assert window.traced_row == row
    x, y = page(window, key).points.traced.getData()
    assert (x[0], y[0]) == pytest.approx((points.data["x"][7], points.data["y"][7]))


# -- classes -----------------------------------------------------------------------------------------


def cells(matrix: Any) -> list[list[str]]:
    """What the list of rows says, cell by cell."""
    model = matrix.list.table.model()
    return [[model.index(i, j).data() for j in range(model.columnCount())] for i in range(model.rowCount())]


def click_cell(matrix: Any, truth: int, answer: int) -> None:
    """Clicks a cell of the matrix."""
    place = matrix._box((truth, answer)).center()
    assert matrix.cell_at(place) == (truth, answer)
    QTest.mouseClick(matrix, hands.LEFT, pos=place.toPoint())


@parts
def test_a_cell_lists_its_rows_the_most_confident_first(window: Window, part: str) -> None:
    snapshot = opened(window, "digits", 1)
    matrix = page(window, "confusion")
    matrix.parts.buttons[part].click()
    truth, scores = answers(snapshot, part)
    answer = scores.argmax(axis=1)
    counts = {(i, j): ((truth == i) & (answer == j)).sum() for i in range(10) for j in range(10) if i != j}
    i, j = max(counts, key=lambda cell: counts[cell])
    click_cell(matrix, i, j)
    rows = getattr(snapshot.data, f"rows_{part}")
    wanted = sorted(((scores[k, j], rows[k]) for k in np.flatnonzero((truth == i) & (answer == j))), reverse=True)
    found = cells(matrix)
    assert [int(hands.read(line[0])) - 1 for line in found] == [row for _, row in wanted]
    assert [float(line[3]) for line in found] == pytest.approx([score for score, _ in wanted], abs=1e-4)
    assert {tuple(line[1:3]) for line in found} == {(str(i), str(j))}
    assert f"{counts[i, j]}" in matrix.list.caption.text()


def test_a_row_of_the_list_is_traced_by_a_click(window: Window) -> None:
    opened(window, "wine")
    matrix = page(window, "confusion")
    click_cell(matrix, 1, 1)
    index = matrix.list.model.index(3, 1)
    window.activateWindow()
    hands.events()
    QTest.mouseClick(matrix.list.table.viewport(), hands.LEFT, pos=matrix.list.table.visualRect(index).center())
    assert window.traced_row == matrix.list.model.rows[3]
    hands.settle(window)
    assert matrix.list.table.currentIndex().row() == 3


def test_cells_and_rows_are_reached_with_the_keyboard(window: Window) -> None:
    opened(window, "wine")
    matrix = page(window, "confusion")
    to_the_first = (Qt.Key.Key_Left, Qt.Key.Key_Up) * 3
    for key in (*to_the_first, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(matrix, key)
    assert matrix.opened == (1, 1)
    assert matrix.list.isVisibleTo(matrix)
    table = matrix.list.table
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert window.traced_row == matrix.list.model.rows[table.currentIndex().row()]
    QTest.keyClick(table, Qt.Key.Key_Escape)
    assert matrix.opened is None
    assert not matrix.list.isVisibleTo(matrix)


def test_the_name_of_a_class_in_the_matrix_chooses_it(window: Window) -> None:
    opened(window, "wine", 1)
    matrix = page(window, "confusion")
    at = QPointF(40, matrix._box((2, 0)).center().y())
    QTest.mouseClick(matrix, hands.LEFT, pos=at.toPoint())
    assert window.linking.chosen_class == 2


@parts
@pytest.mark.parametrize("source", ["breast_cancer", "wine", "digits"])
def test_the_roc_curves_and_their_areas_are_those_of_scikit_learn(window: Window, source: str, part: str) -> None:
    snapshot = opened(window, source, 1)
    shown = page(window, "roc")
    shown.parts.buttons[part].click()
    truth, scores = answers(snapshot, part)
    assert len(shown.curves) == (1 if len(snapshot.data.classes) == 2 else len(snapshot.data.classes))
    for place, (k, curve) in enumerate(sorted(shown.curves.items())):
        x, y, _ = roc_curve(truth == k, scores[:, k], drop_intermediate=False)
        found_x, found_y = curve.getData()
        # Rounding may order two rows otherwise that score the same but for the last digit.
        assert np.abs(np.interp(x, found_x, found_y) - np.interp(x, x, y)).mean() < 0.01
        figure = float(shown.legend.item(place).text().split()[-1])
        assert figure == pytest.approx(roc_auc_score(truth == k, scores[:, k]), abs=2e-4)


@parts
def test_precision_and_recall_are_those_of_scikit_learn(window: Window, part: str) -> None:
    snapshot = opened(window, "wine", 1)
    shown = page(window, "precision_recall")
    shown.parts.buttons[part].click()
    truth, scores = answers(snapshot, part)
    for place, (k, curve) in enumerate(sorted(shown.curves.items())):
        precision, recall, _ = precision_recall_curve(truth == k, scores[:, k])
        x, y = curve.getData()
        # It is drawn in steps: every second corner is a point of the curve.
        assert set(zip(x.round(6), y.round(6), strict=True)) >= set(
            zip(recall[:-1].round(6), precision[:-1].round(6), strict=True)
        )
        figure = float(shown.legend.item(place).text().split()[-1])
        assert figure == pytest.approx(average_precision_score(truth == k, scores[:, k]), abs=2e-4)


@pytest.mark.parametrize("chosen", [-1, 0])
def test_the_ring_is_where_the_network_answers(window: Window, chosen: int) -> None:
    snapshot = opened(window, "breast_cancer", 1)
    shown = page(window, "roc")
    window.linking.choose_class(chosen)
    k = 1 if chosen < 0 else chosen
    truth, scores = answers(snapshot, "test")
    taken = (scores[:, 1] >= 0.5) == (k == 1)
    x, y = shown.rings[k].getData()
    assert x[0] == pytest.approx((taken & (truth != k)).sum() / (truth != k).sum())
    assert y[0] == pytest.approx((taken & (truth == k)).sum() / (truth == k).sum())


def test_curves_of_very_many_answers_are_drawn_now_and_then(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(window, "wine", 1)
    hands.show(window, window.document.experiment.with_value("training.epochs", 50))
    shown = page(window, "roc")
    drawn: list[int] = []
    draw = shown._draw_curves
    monkeypatch.setattr(shown, "_draw_curves", lambda snapshot: (drawn.append(snapshot.step), draw(snapshot)))
    monkeypatch.setattr(ranking, "_MANY", 0)
    monkeypatch.setattr(ranking, "_PATIENCE", 1e4)
    hands.trigger(window, "train.step")
    now = hands.settle(window).step
    assert (now > 0, drawn) == (True, [])
    window.linking.choose_class(1)  # what is asked for is shown at once
    assert now in drawn
    hands.trigger(window, "train.step")
    later = hands.settle(window).step
    assert (later not in drawn, shown._later.isActive()) == (True, True)
    shown._later.timeout.emit()
    assert drawn[-1] == later


def test_of_many_classes_the_worst_are_drawn_and_it_is_said(window: Window) -> None:
    text = "\n".join(["x,y,kind", *(f"{i % 7},{i % 11},k{i % 30:02}" for i in range(300))])
    settings = {"data": {"source": "table", "table": {"text": text, "target": "kind"}}, "training": {"epochs": 2}}
    hands.show(window, Experiment.model_validate(settings))
    window.training.finish()
    snapshot = hands.settle(window)
    shown = page(window, "roc")
    truth, scores = answers(snapshot, "test")
    areas = {k: roc_auc_score(truth == k, scores[:, k]) for k in range(30)}
    assert max(areas[k] for k in shown.curves) <= sorted(areas.values())[12] + 1e-6
    assert shown.words.text().startswith("12 of 30 classes")
    window.linking.choose_class(max(areas, key=areas.__getitem__))
    assert max(areas, key=areas.__getitem__) in shown.curves


@parts
@pytest.mark.parametrize(
    ("source", "chosen"), [("breast_cancer", -1), ("breast_cancer", 0), ("digits", -1), ("digits", 3)]
)
def test_the_calibration_is_that_of_scikit_learn(window: Window, source: str, chosen: int, part: str) -> None:
    snapshot = opened(window, source, 1)
    shown = page(window, "calibration")
    shown.parts.buttons[part].click()
    window.linking.choose_class(chosen)
    truth, scores = answers(snapshot, part)
    if chosen < 0 and source == "digits":
        true, p = truth == scores.argmax(axis=1), scores.max(axis=1)
    else:
        k = 1 if chosen < 0 else chosen
        true, p = truth == k, scores[:, k]
    observed, predicted = calibration_curve(true, p, n_bins=10)
    x, y = shown.line.getData()
    assert x == pytest.approx(predicted, abs=1e-4)
    assert y == pytest.approx(observed, abs=1e-4)
    counts = np.array([((p > low) & (p <= low + 0.1)).sum() for low in np.arange(10) / 10])
    assert np.abs(shown.bars.opts["height"] - counts).sum() <= 2
    error = (counts[counts > 0] / counts.sum() * np.abs(observed - predicted)).sum()
    assert float(shown.words.text().split()[1]) == pytest.approx(error, abs=2e-3)


# -- images ------------------------------------------------------------------------------------------


@parts
def test_the_misread_images_are_those_with_a_wrong_answer_the_largest_error_first(window: Window, part: str) -> None:
    snapshot = opened(window, "digits", 3)
    shown = page(window, "misread")
    shown.parts.buttons[part].click()
    truth, scores = answers(snapshot, part)
    rows = getattr(snapshot.data, f"rows_{part}")
    wrong = [k for k in range(len(truth)) if scores[k].argmax() != truth[k]]
    wrong.sort(key=lambda k: scores[k][truth[k]])
    items = [shown.images.item(i) for i in range(shown.images.count())]
    assert len(items) == min(len(wrong), 100)
    assert [item.text() for item in items] == [f"{truth[k]} → {scores[k].argmax()}" for k in wrong[:100]]
    name, share = {"test": "test", "train": "training"}[part], 100 * len(wrong) / len(truth)
    assert shown.words.text().endswith(f"{len(wrong)} of {len(truth):,} {name} rows, {share:.3g} %")
    shown.images.itemClicked.emit(items[2])
    assert window.traced_row == rows[wrong[2]]


def test_a_misread_image_is_that_of_its_row(window: Window) -> None:
    snapshot = opened(window, "digits", 3)
    shown = page(window, "misread")
    from sklearn.datasets import load_digits

    item = shown.images.item(0)
    row = int(item.toolTip().split(",")[0].split()[-1]) - 1
    picture = item.icon().pixmap(48, 48).toImage()
    step = picture.width() / 8
    found = np.array([[picture.pixelColor(int((j + 0.5) * step), int((i + 0.5) * step)).lightness()
                       for j in range(8)] for i in range(8)])  # fmt: skip
    wanted = load_digits().images[row]
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] < -0.99  # dark ink on a light ground
    assert snapshot.data.place(row) is not None


def test_where_no_image_is_misread_it_says_so(window: Window) -> None:
    settings = {"data": {"source": "digits"}, "training": {"epochs": 40}}
    hands.show(window, Experiment.model_validate(settings).with_layers((Dense(units=48, activation="relu"),)))
    window.training.finish()
    hands.settle(window)
    shown = page(window, "misread")
    shown.parts.buttons["train"].click()
    assert window.output._stack.currentWidget() is window.output._empty
    assert window.output._empty.text() == "1,258 training rows: none is misread."


# -- effects -----------------------------------------------------------------------------------------


def shared_row(snapshot: Snapshot, row: int) -> np.ndarray:
    """A row of the table, in the user's units."""
    part, place = snapshot.data.place(row) or ("", 0)
    return snapshot.data.values(part)[place].copy()


@pytest.mark.parametrize("source", ["wine", "diabetes", "breast_cancer"])
def test_the_pointer_says_what_the_network_answers_over_an_input(window: Window, source: str) -> None:
    snapshot = opened(window, source, 2)
    window.trace_row(11)
    curves = page(window, "effects").curves
    snapshot = hands.settle(window)
    for place in (0, 3):
        area = curves.area(place)
        hands.hover(curves, QPointF(area.left() + 0.75 * area.width(), area.center().y()))
        head, *lines = QToolTip.text().splitlines()
        name, value = head.rsplit(" ", 1)
        values = shared_row(snapshot, 11)
        values[snapshot.data.variables.index(name)] = hands.read(value)
        outputs = asked(snapshot).predict(snapshot.data.x_scaling.apply(values[None]))
        wanted = (outputs if snapshot.data.classes else snapshot.data.y_scaling.undo(outputs))[0].tolist()
        assert [hands.read(line.rsplit(" ", 1)[1]) for line in lines] == pytest.approx(wanted, rel=5e-3, abs=5e-3)


def test_the_mean_over_many_rows_is_said_and_kept(window: Window) -> None:
    opened(window, "wine", 2)
    shown = page(window, "effects")
    shown.mean.setChecked(False)
    shown.mean.click()
    assert "mean_effects" in window.looking.probes
    snapshot = hands.settle(window)
    table = window.output.table()
    assert table is not None
    rows = snapshot.data.values("train")
    sample = rows[np.linspace(0, len(rows) - 1, 50).astype(int)]
    where = [i for i, name in enumerate(table.columns["input"]) if name == "proline"]
    for i in where[::8]:
        changed = sample.copy()
        changed[:, snapshot.data.names.index("proline")] = table.columns["value"][i]
        wanted = asked(snapshot).predict(snapshot.data.x_scaling.apply(changed)).mean(axis=0)
        found = [table.columns[f"mean of {name}"][i] for name in snapshot.data.classes]
        assert found == pytest.approx(wanted, abs=1e-4)
    shown.mean.click()


def test_one_input_is_shown_large_and_all_again(window: Window) -> None:
    opened(window, "wine", 1)
    shown = page(window, "effects")
    assert len(shown.curves.inputs) == 12
    name = shown.curves.inputs[4].name
    QTest.mouseClick(shown.curves, hands.LEFT, pos=shown.curves.area(4).center().toPoint())
    assert [each.name for each in shown.curves.inputs] == [name]
    QTest.keyClick(shown.curves, Qt.Key.Key_Escape)
    assert len(shown.curves.inputs) == 12
    assert window.output.title._note.text() == "top 12 of 13"


@pytest.mark.parametrize("source", ["xor", "moons", "iris"])
def test_the_share_that_is_right_is_the_accuracy(window: Window, source: str) -> None:
    snapshot = opened(window, source, 1)
    words = page(window, "confusion").words.text()
    share = float(words.split(",")[1].split()[0]) / 100
    assert share == pytest.approx(snapshot.evaluation.test["accuracy"], abs=1e-4)


@pytest.mark.parametrize("key", ["roc", "precision_recall"])
def test_the_pointer_says_the_point_of_a_curve(window: Window, key: str) -> None:
    opened(window, "wine", 1)
    shown = page(window, key)
    hands.events()
    curve = shown.found[1]
    place = len(curve.x) // 3
    scene = shown.plot.getPlotItem().vb.mapViewToScene(QPointF(curve.x[place], curve.y[place]))
    shown.plot.scene().sigMouseMoved.emit(scene)
    name, *lines = QToolTip.text().splitlines()
    found = [hands.read(line.split()[-1]) if not line.endswith("∞") else np.inf for line in lines]
    which = hands.snapshot_of(window).data.classes.index(name)
    points = np.column_stack([shown.found[which].x, shown.found[which].y])
    assert np.abs(points - found[:2]).max(axis=1).min() < 1e-3
    assert found[:2] == pytest.approx([curve.x[place], curve.y[place]], abs=0.05)


def test_the_pointer_says_the_bin_under_it(window: Window) -> None:
    snapshot = opened(window, "digits", 1)
    shown = page(window, "calibration")
    truth, scores = answers(snapshot, "test")
    p = scores.max(axis=1)
    place = next(k for k in range(9, -1, -1) if ((p > k / 10) & (p <= k / 10 + 0.1)).sum() > 5)
    inside = (p > place / 10) & (p <= place / 10 + 0.1)
    scene = shown.plot.getPlotItem().vb.mapViewToScene(QPointF(place / 10 + 0.05, 0.5))
    shown.plot.scene().sigMouseMoved.emit(scene)
    words = QToolTip.text()
    assert f": {inside.sum()} rows" in words
    right = (truth == scores.argmax(axis=1))[inside].mean()
    assert hands.read(words.split()[-1]) == pytest.approx(right, abs=1e-3)
