"""Single snapshots without a window: of any data, also of such as no table could be."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import Dataset, Trainer
from engine.experiment import Experiment
from engine.runner import Runner, Train
from engine.snapshot import Snapshot


def instant(experiment: Experiment, data: Dataset | None = None, steps: int = 0) -> Snapshot:
    """The snapshot of a run after some steps."""
    runner = Runner(Trainer(experiment) if data is None else Trainer(experiment, data))
    try:
        runner.post(Train(steps=steps))
        found = runner.wait(30)
    finally:
        runner.close()
    assert isinstance(found, Snapshot)
    return found


def arrays(x: Any, y: Any, test_fraction: float = 0.0, **rest: Any) -> Dataset:
    """Data from arrays, as they are."""
    return Dataset.from_arrays(np.asarray(x), np.asarray(y), test_fraction=test_fraction, **rest)


def of_layers(*units: int, **training: Any) -> Experiment:
    """An experiment with hidden layers of so many units."""
    layers = [{"kind": "dense", "units": count, "activation": "tanh"} for count in units]
    return Experiment.model_validate({"network": {"layers": layers}, "training": training})
