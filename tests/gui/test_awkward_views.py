"""Every view, with numbers and data that are hard to show: no error, no warning, and never a blank face."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hands
import numpy as np
import pytest

from engine import Dense, Experiment, Trainer
from engine.data.dataset import Dataset
from engine.probes import TYPED
from gui.plots.view import View
from gui.selection import StageAt, Unit, Weight
from gui.window import Window

RNG = np.random.default_rng(0)


def of_arrays(x: Any, y: Any, hidden: tuple[int, ...] = (4,), **rest: Any) -> Trainer:
    layers = tuple(Dense(units=units) for units in hidden)
    return Trainer(Experiment().with_layers(layers), Dataset.from_arrays(x, y, **rest))


def with_parameters(value: float) -> Trainer:
    trainer = Trainer(Experiment())
    trainer.network.parameters[:] = value
    return trainer


def of(**changes: Any) -> Trainer:
    return Trainer(Experiment.model_validate(changes))


def classes(count: int, rows: int, inputs: int) -> Trainer:
    return of_arrays(RNG.normal(size=(rows, inputs)), np.arange(rows) % count, classes=tuple(map(str, range(count))))


def dense(units: int, count: int, activation: str = "tanh") -> list[dict[str, Any]]:
    return [{"kind": "dense", "units": units, "activation": activation}] * count


AWKWARD: dict[str, Callable[[], Trainer]] = {
    "weights that are no numbers": lambda: with_parameters(np.nan),
    "infinite weights": lambda: with_parameters(np.inf),
    "huge weights": lambda: with_parameters(1e30),
    "weights that are all zero": lambda: with_parameters(0.0),
    "inputs and target all equal": lambda: of_arrays(np.ones((20, 2)), np.ones(20)),
    "one class only": lambda: of_arrays(RNG.normal(size=(20, 2)), np.zeros(20, int), classes=("a", "b")),
    "two rows": lambda: of_arrays([[1.0, 2.0], [2.0, 1.0]], [1.0, 2.0], test_fraction=0.0),
    "no test rows": lambda: of(data={"test_fraction": 0.0}),
    "one test row": lambda: of_arrays(RNG.normal(size=(20, 3)), np.arange(20) % 2, test_fraction=0.05),
    "one input": lambda: of_arrays(np.arange(20.0)[:, None], np.arange(20.0)),
    "three targets": lambda: of_arrays(RNG.normal(size=(30, 4)), RNG.normal(size=(30, 3))),
    "huge targets": lambda: of_arrays(RNG.normal(size=(30, 2)), 1e30 * RNG.normal(size=30)),
    "300 inputs": lambda: classes(2, 60, 300),
    "60 classes": lambda: classes(60, 240, 5),
    "no hidden layer": lambda: of(network={"layers": []}),
    "no biases": lambda: of(network={"layers": [{"kind": "dense", "units": 4, "bias": False}]}),
    "24 layers": lambda: of(network={"layers": dense(4, 24)}),
    "a wide layer": lambda: of(network={"layers": dense(700, 1, "relu")}),
    "a binary target": lambda: of(data={"source": "moons"}),
    "digits": lambda: of(data={"source": "digits", "features": None}),
    "nothing painted yet": lambda: of(data={"source": "drawn", "points": {}}),
}


def is_blank(view: View) -> bool:
    """Whether all that is seen of a view is one colour."""
    image = view.grab().toImage()
    first = image.pixel(2, 2)
    return all(image.pixel(x, y) == first for x in range(2, image.width(), 3) for y in range(2, image.height(), 3))


def look_at_all(window: Window) -> None:
    """Shows the present in every view, with all that can be chosen elsewhere, and looks at it."""
    snapshot = window.training.snapshot
    assert snapshot is not None
    last = len(snapshot.plan.layers) - 1
    for name, view in window.views.items():
        view.show_snapshot(snapshot)
        for selection in (None, Unit(0, 0), Unit(last + 1, 0), Weight(0, 0, 0), StageAt(99), Unit(99, 99)):
            view.show_selection(selection)
        for row in (0, TYPED, 10**6, *snapshot.data.rows[:1].tolist()):
            view.show_row(row)
        for index in (0, -1, len(snapshot.data.classes) - 1):
            view.show_class(index)
        for step in (0.0, 1e9, None):
            view.show_pointer(step)
        view.table()
        assert not is_blank(view), name


@pytest.mark.parametrize("name", AWKWARD)
def test_every_view_has_something_to_show_or_to_say(open_window: Callable[..., Window], name: str) -> None:
    window = open_window(trainer=AWKWARD[name]())
    for each in window.views:
        window.panels.open(each)
        window.panels.docks[each].setFloating(True)
    window.resize(1280, 800)
    hands.settle(window)
    look_at_all(window)
    for command in ("train.step", "train.epoch"):
        window.actions_by_id[command].trigger()
        hands.settle(window)
    hands.events()
    look_at_all(window)
