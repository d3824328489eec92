"""The pictures of a report: the network, the curves of the run, and what the network answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QPainter

from engine.history import Numbers
from engine.snapshot import Snapshot
from gui.diagram.drawing import Drawing, draw_network
from gui.diagram.shown import Shown
from gui.plots.answers import class_shares
from gui.plots.confusion import ConfusionMatrix
from gui.plots.curves import up_to
from gui.plots.decision import mix
from gui.plots.slices import points_on
from gui.report.charts import Chart, Mark, Series, paint_chart
from gui.selection import number_in_plan
from gui.text import tr
from gui.theme import colours

# In pixels of 96 to an inch: as wide as the text, and half of it.
WIDE, HALF = (720.0, 352.0), (348.0, 270.0)
# A matrix of more classes than this cannot be read.
_MOST_CLASSES = 12
# The losses of the batches are drawn in no more buckets.
_MOST_BUCKETS = 2048
_PARTS = (("train", "training"), ("test", "test"))
_MARKED: tuple[tuple[str, str, Mark], ...] = (("train", "training", "dots"), ("test", "test", "circles"))


@dataclass(frozen=True)
class Picture:
    """One picture. ``paint(painter)`` draws it at its ``size`` in the colours of the theme in force, with ``words``."""

    size: tuple[float, float]
    paint: Callable[[QPainter], None]
    words: str


def pictures_of(snapshot: Snapshot) -> dict[str, Picture]:
    """The pictures there are for an instant, by the key of their place in a report."""
    drawing = Drawing(snapshot, WIDE, Shown())
    found = {"diagram": Picture(WIDE, partial(_paint_network, drawing), drawing.description)}
    charts = {
        "loss": (_loss(snapshot), tr("Loss by step")),
        "magnitudes": (_magnitudes(snapshot), tr("Weight magnitudes by step")),
        "answers": (_prediction(snapshot), tr("Prediction against truth")),
        "map": (_fit(snapshot), tr("Prediction along the input")),
    }
    for key, (chart, words) in charts.items():
        if chart is not None:
            found[key] = Picture(HALF, partial(_paint_chart, chart), words)
    if 1 < len(snapshot.data.classes) <= _MOST_CLASSES and len(snapshot.data.y_train):
        found["answers"] = Picture(HALF, partial(_paint_confusion, snapshot), tr("Confusion matrix"))
    if snapshot.data.classes and snapshot.maps is not None and len(snapshot.maps.plane) == 2:
        found["map"] = Picture(HALF, partial(_paint_map, snapshot), tr("Decision map"))
    return found


# -- the network and the run -------------------------------------------------------------------------


def _paint_network(drawing: Drawing, painter: QPainter) -> None:
    draw_network(painter, drawing, transparent=True, density=4.0)


def _paint_chart(chart: Chart, painter: QPainter) -> None:
    paint_chart(painter, HALF, chart)


def _loss(snapshot: Snapshot) -> Chart | None:
    evaluation, band = snapshot.evaluation, snapshot.batch_losses.thinned(_MOST_BUCKETS)
    there = {part: getattr(evaluation, part) for part, _ in _PARTS if getattr(evaluation, part)}
    now = {"step": float(evaluation.step), **{f"{part}.loss": found["loss"] for part, found in there.items()}}
    steps, *losses = up_to(snapshot, evaluation.step, now)
    if len(steps) < 2:
        return None
    names = [tr(name) for part, name in _PARTS if part in there]
    series = tuple(Series(name, steps, y, i) for i, (name, y) in enumerate(zip(names, losses, strict=True)))
    return Chart(tr("step"), tr("loss"), series, (band.steps, band.low, band.high))


def _magnitudes(snapshot: Snapshot) -> Chart | None:
    layers = snapshot.plan.layers
    now = {"step": float(snapshot.step)}
    now.update({f"{layer.name}.mean": float(np.abs(snapshot.weights(i)).mean()) for i, layer in enumerate(layers)})
    steps, *sizes = up_to(snapshot, snapshot.step, now)
    if len(steps) < 2:
        return None
    names = [number_in_plan(layer) for layer in layers]
    series = tuple(Series(name, steps, y, i) for i, (name, y) in enumerate(zip(names, sizes, strict=True)))
    return Chart(tr("step"), tr("mean |w|"), series)


# -- what the network answers ------------------------------------------------------------------------


def _paint_confusion(snapshot: Snapshot, painter: QPainter) -> None:
    matrix = ConfusionMatrix()
    matrix.resize(round(HALF[0]), round(HALF[1]))
    matrix.show_snapshot(snapshot)
    matrix.render(painter, QPoint(0, 0))


def _prediction(snapshot: Snapshot) -> Chart | None:
    """Every row a point; on the diagonal the prediction is right."""
    data, evaluation = snapshot.data, snapshot.evaluation
    if data.classes or not len(data.y_train):
        return None
    series = []
    for index, (part, name, kind) in enumerate(_MARKED):
        truth = _first(data.y_scaling.undo(data.part(part)[1]))
        guess = _first(data.y_scaling.undo(getattr(evaluation, f"outputs_{part}")))
        series.append(Series(tr(name), truth, guess, index, kind))
    labels = tr("true {0}").format(data.target), tr("predicted {0}").format(data.target)
    return Chart(*labels, tuple(each for each in series if len(each.x)), diagonal=True)


def _fit(snapshot: Snapshot) -> Chart | None:
    """The answer along the one input, with the data on it."""
    data, maps = snapshot.data, snapshot.maps
    if data.classes or maps is None or len(data.variables) != 1 or not len(data.y_train):
        return None
    low, high = maps.extent[:2]
    answers = data.y_scaling.undo(maps.answers[0, 0][:, None])
    series = [
        Series(tr(name), data.values(part)[:, 0], _first(data.y_scaling.undo(data.part(part)[1])), i, kind)
        for i, (part, name, kind) in enumerate(_MARKED)
    ]
    line = Series(tr("answer"), np.linspace(low, high, len(answers)), _first(answers), -1)
    return Chart(data.variables[0], data.target, (*(each for each in series if len(each.x)), line))


def _paint_map(snapshot: Snapshot, painter: QPainter) -> None:
    """The plane of two inputs in the colours of the classes, with the data on it, test rows open."""
    data, maps, c = snapshot.data, snapshot.maps, colours()
    assert maps is not None
    shares = class_shares(maps.answers[:, ::-1, :], snapshot.plan.loss.threshold)
    points = points_on(data, maps).first(1500)
    series = []
    for k, name in enumerate(data.classes):
        for tested in (False, True):
            here = points.at[(points.classes == k) & (points.tested == tested)]
            series.append(Series("" if tested else name, here[:, 0], here[:, 1], k, "circles" if tested else "dots"))
    across, up = (data.variables[i] for i in maps.plane)
    chart = Chart(across, up, tuple(series), ground=mix(shares, c.surface, c.series, 0.45), extent=maps.extent)
    paint_chart(painter, HALF, chart)


def _first(values: Numbers) -> Numbers:
    """The first target of each row."""
    return np.asarray(values, np.float64).reshape(len(values), -1)[:, 0] if len(values) else np.zeros(0)
