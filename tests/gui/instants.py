"""Snapshots of any trainer with the answers of probes, as the training thread reports them; and networks gone wrong."""

from __future__ import annotations

from collections.abc import Callable

import hands
import numpy as np

from engine.batches import Rows
from engine.experiment import Experiment
from engine.layers import Dense
from engine.probes import Wants
from engine.runner import Runner, Train
from engine.snapshot import Snapshot
from engine.trainer import Trainer
from gui.plots.view import View
from gui.window import Window


def instants(trainer: Trainer, *probes: str, steps: tuple[int, ...] = (0,)) -> list[Snapshot]:
    """A snapshot after each of some numbers of steps more."""
    runner = Runner(trainer)
    try:
        found = []
        for count in steps:
            runner.post(Train(steps=count, wants=Wants(probes=probes)))
            report = runner.wait(60)
            assert isinstance(report, Snapshot), report
            found.append(report)
        return found
    finally:
        runner.close()


def instant(trainer: Trainer, *probes: str) -> Snapshot:
    """A snapshot as it is."""
    return instants(trainer, *probes)[0]


def open_view(window: Window, name: str) -> View:
    """Opens a view of a window, and waits until it stands in front and what it shows is answered."""
    window.panels.open(name)
    view = window.views[name]
    for _ in range(100):
        hands.events()
        answers = hands.settle(window).probes
        if name in window.side_views.shown and answers.keys() >= set(view.probes):
            hands.events()
            return view
    raise AssertionError(f"{name} is not shown")


def relu_network(layers: int = 2) -> Trainer:
    """Hidden layers of eight ReLUs on the iris data."""
    return Trainer(Experiment().with_layers((Dense(units=8, activation="relu"),) * layers))


def _with_weights(value: float, everywhere: bool = True) -> Trainer:
    trainer = relu_network()
    for w in trainer.network.weights:
        w[...] = value if everywhere else np.where(np.arange(w.size).reshape(w.shape) % 5, w, value)
    return trainer


def _rows(count: int) -> Trainer:
    trainer = relu_network()
    rows = trainer.rows["train"]
    trainer.rows["train"] = Rows(rows.x[:count], rows.y[:count], None)
    return trainer


NASTY: dict[str, Callable[[], Trainer]] = {
    "not numbers": lambda: _with_weights(np.nan),
    "some not numbers": lambda: _with_weights(np.nan, everywhere=False),
    "infinite": lambda: _with_weights(np.inf),
    "largest": lambda: _with_weights(float(np.finfo(np.float32).max), everywhere=False),
    "tiny": lambda: _with_weights(1e-45, everywhere=False),
    "all equal": lambda: _with_weights(0.25),
    "all zero": lambda: _with_weights(0.0),
    "no rows": lambda: _rows(0),
    "one row": lambda: _rows(1),
    "one layer": lambda: relu_network(0),
    "forty layers": lambda: relu_network(39),
    "no biases": lambda: Trainer(Experiment().with_layers((Dense(units=3, bias=False),))),
    "a thousand units": lambda: Trainer(Experiment().with_layers((Dense(units=1000, activation="step"),))),
}
