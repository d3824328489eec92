"""How long the drawing of the network takes, without training: painted again, coloured anew, opened.

Everything is drawn by the real ``DiagramView`` from given snapshots, at 1440 × 900 and at the size that it has with all
panels open in a window of 1440 × 900. The peer is the usual way to draw a network: every edge stroked by QPainter, here
as many as are really drawn, as curves of their widths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QApplication

from engine import Dataset, Dense, Experiment, Trainer
from engine.probes import Wants
from engine.runner import Job, Runner
from engine.snapshot import Snapshot
from gui.diagram.view import DiagramView
from gui.selection import Unit
from gui.theme import colours

SIZES = ((846, 592), (1440, 900))
# So many edges: the widths, inputs and classes included, of a network that shows them all at these sizes.
EDGES: dict[int, tuple[int, ...]] = {100: (10, 10), 1000: (25, 20, 20, 5), 5000: (25,) * 9}
OPENED: dict[str, tuple[int, ...]] = {"784-256-128-10": (784, 256, 128, 10), "20 x 32": (32, *(32,) * 20, 10)}


@dataclass(frozen=True)
class Time:
    """Milliseconds by the clock and of the processor, medians."""

    wall_ms: float
    cpu_ms: float


def timed(rounds: int, work: Callable[[], object]) -> Time:
    """How long something takes, done so many times and once before."""
    work()
    taken = []
    for _ in range(rounds):
        begun, cpu = perf_counter(), process_time()
        work()
        taken.append((perf_counter() - begun, process_time() - cpu))
    return Time(*(1000 * median(column) for column in zip(*taken, strict=True)))


def trainer_of(widths: tuple[int, ...], rows: int, batch: int) -> Trainer:
    """A trainer of a network of these widths on random data, with epochs enough never to end."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, widths[0]))
    y = np.argmax(x @ rng.normal(size=(widths[0], max(widths[-1], 2))), axis=1)
    layers = tuple(Dense(units=units, activation="relu", initializer="he_uniform") for units in widths[1:-1])
    experiment = Experiment().with_layers(layers)
    experiment = experiment.edited(training={"batch_size": batch, "epochs": 10_000_000, "optimizer": {"kind": "adam"}})
    return Trainer(experiment, Dataset.from_arrays(x, y, test_fraction=0.2))


def snapshot_of(widths: tuple[int, ...]) -> Snapshot:
    """An instant of an untrained network of these widths, with all that the drawing asks for."""
    runner = Runner(trainer_of(widths, 1000, 32))
    runner.post(Job(wants=Wants(maps=True, row=0)))
    snapshot = runner.wait()
    runner.close()
    assert isinstance(snapshot, Snapshot)
    return snapshot


def opened(snapshot: Snapshot, size: tuple[int, int]) -> DiagramView:
    """A fresh view, painted until nothing of it is missing."""
    view = DiagramView()
    view.resize(*size)
    view.show_snapshot(snapshot)
    view.show()
    while not view.edges.strokes or view.edges.behind:
        # Nothing is painted before the window system has said that the window is there.
        QApplication.processEvents()
    return view


def close(view: DiagramView) -> None:
    """Takes a view from the screen."""
    view.close()
    view.deleteLater()


def edges(widths: tuple[int, ...], size: tuple[int, int], rounds: int) -> dict[str, Any]:
    """A network painted again, with other weights, and its edges alone; and the same edges stroked one by one."""
    snapshot = snapshot_of(widths)
    rng = np.random.default_rng(1)
    dtype = snapshot.parameters.dtype
    others = [
        replace(
            snapshot, parameters=snapshot.parameters * rng.uniform(0.7, 1.0, snapshot.parameters.size).astype(dtype)
        )
        for _ in range(3)
    ]
    view, turn = opened(snapshot, size), 0

    def next_one() -> Snapshot:
        nonlocal turn
        turn += 1
        return others[turn % len(others)]

    def recolour() -> None:
        view.show_snapshot(next_one())
        view.repaint()

    def raster() -> None:
        view.edges.forget()
        view.edges.draw(next_one())

    found = {"repaint": timed(rounds, view.repaint), "recolour": timed(rounds, recolour)}
    found["edges_alone"] = timed(rounds, raster)
    chosen = strongest(others[0], view)
    found["stroked"] = timed(max(rounds // 5, 1), lambda: stroke(others[0], view, chosen))
    close(view)
    return {
        "size": size,
        "visible": sum(a * b for a, b in pairwise(widths)),
        "drawn": view.edges.strokes,
        **{name: vars(time) for name, time in found.items()},
        "stroked_over_ours": found["stroked"].cpu_ms / found["edges_alone"].cpu_ms,
    }


def strongest(snapshot: Snapshot, view: DiagramView) -> list[list[tuple[int, int]]]:
    """(input, unit) of as many of the strongest edges as the view draws in all, shared out by the gaps' sizes."""
    gaps = [np.abs(snapshot.weights(layer)) for layer in range(len(snapshot.plan.layers))]
    share = view.edges.strokes / sum(gap.size for gap in gaps)
    chosen = []
    for gap in gaps:
        best = np.argsort(gap, axis=None)[-max(round(share * gap.size), 1) :]
        chosen.append([(int(edge) // gap.shape[1], int(edge) % gap.shape[1]) for edge in best])
    return chosen


def stroke(snapshot: Snapshot, view: DiagramView, chosen: list[list[tuple[int, int]]]) -> QImage:
    """A picture of the edges, each stroked as an antialiased curve, as wide and as strong as its weight."""
    picture = QImage(view.size(), QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(0)
    c, scale = colours(), view.edges.scale
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for layer, some in enumerate(chosen):
            weights = snapshot.weights(layer)
            for source, unit in some:
                left, right = view.rect_of(Unit(layer, source)), view.rect_of(Unit(layer + 1, unit))
                assert left is not None
                assert right is not None
                share = min(float(weights[source, unit]) / scale, 1.0)
                tint = QColor(c.positive if share > 0 else c.negative)
                tint.setAlphaF(0.12 + 0.83 * min(abs(share), 1.0))
                painter.setPen(QPen(tint, 0.7 + 3.9 * min(abs(share), 1.0)))
                painter.drawPath(
                    _curve(QPointF(left.right(), left.center().y()), QPointF(right.left(), right.center().y()))
                )
    return picture


def _curve(start: QPointF, end: QPointF) -> QPainterPath:
    middle = (start.x() + end.x()) / 2
    path = QPainterPath(start)
    path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
    return path


def opening(widths: tuple[int, ...], rounds: int) -> dict[str, Any]:
    """From a snapshot to the first complete paint of a fresh view, and that view painted again."""
    snapshot = snapshot_of(widths)
    views: list[DiagramView] = []
    opens = timed(max(rounds // 3, 1), lambda: views.append(opened(snapshot, SIZES[-1])))
    again = timed(rounds, views[-1].repaint)
    for view in views:
        close(view)
    return {"opens": vars(opens), "repaint": vars(again), "drawn": views[-1].edges.strokes}


def measure(rounds: int) -> dict[str, Any]:
    """Everything that is measured of the drawing."""
    return {
        "edges": [edges(widths, size, rounds) for size in SIZES for widths in EDGES.values()],
        "opened": {name: opening(widths, rounds) for name, widths in OPENED.items()},
    }


def show(results: dict[str, Any]) -> None:
    """Prints two tables: milliseconds by the clock, and in brackets those of the processor."""

    def ms(row: dict[str, Any], *names: str) -> str:
        return "".join(f"{row[name]['wall_ms']:9.1f} ({row[name]['cpu_ms']:5.1f})" for name in names)

    heads = ("repaint", "recolour", "edges alone", "stroked singly")
    print(f"{'size':>11}{'edges':>8}{'drawn':>8}" + "".join(f"{head:>17}" for head in heads) + f"{'ratio':>8}")
    for row in results["edges"]:
        times = ms(row, "repaint", "recolour", "edges_alone", "stroked")
        size = "{} x {}".format(*row["size"])
        print(f"{size:>11}{row['visible']:>8,}{row['drawn']:>8,}{times}{row['stroked_over_ours']:8.1f}")
    print(f"\n{'opened':>16}{'drawn':>8}{'first paint':>17}{'repaint':>17}")
    for name, row in results["opened"].items():
        print(f"{name:>16}{row['drawn']:>8,}{ms(row, 'opens', 'repaint')}")
