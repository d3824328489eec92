"""Any run that can be described comes back from its file in every bit, and goes on as if it had never been there."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine import Dataset, Project, Trainer, load_project, save_project
from engine.checkpoint import Checkpoint
from tests.engine.test_random_networks import BOUNDED, EXPERIMENT, data_sets, trainer_of


def same(a: Any, b: Any) -> bool:
    """Whether two values are the same in every bit, and of the same kind."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    if isinstance(a, tuple | list):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and repr(a) == repr(b)  # NaN is NaN here


def same_data(a: Dataset, b: Dataset) -> bool:
    """The same for all fields of two data sets."""
    pairs = [(getattr(a, field.name), getattr(b, field.name)) for field in fields(Dataset)]
    whole = [(vars(x), vars(y)) if hasattr(x, "shift") and hasattr(x, "undo") else (x, y) for x, y in pairs]
    return all(same(x, y) for x, y in whole)


def refuse_differences(a: Checkpoint, b: Checkpoint) -> None:
    """Two instants are the same in every bit."""
    assert a.experiment == b.experiment
    assert same(a.state, b.state)
    assert same((a.history.names, a.history.values), (b.history.names, b.history.values))
    assert same(a.losses.state(), b.losses.state())
    assert (a.diverged is None) == (b.diverged is None)
    assert a.diverged is None or b.diverged is None or same(asdict(a.diverged), asdict(b.diverged))


def through_a_file(trainer: Trainer) -> Checkpoint:
    """The instant of a run as it comes back from its file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.glassbox"
        project = Project.of(trainer.checkpoint())
        save_project(path, project)
        loaded = load_project(path)
    assert loaded.checkpoint is not None, loaded.problem
    assert loaded.hash == project.hash
    assert same(loaded.network.parameters, trainer.network.parameters)
    return loaded.checkpoint


@BOUNDED
@given(EXPERIMENT, data_sets(), st.integers(0, 12), st.sampled_from([np.float32, np.float32, np.float64]))
def test_any_run_comes_back_from_its_file_and_goes_on_bit_for_bit(
    description: dict[str, Any], data: Dataset, steps: int, dtype: type
) -> None:
    # A time limit ends a run where the clock says, which no two runs share.
    endless = {**description, "training": {**description["training"], "max_seconds": 0.0}}
    experiment = trainer_of(endless, data).experiment
    trainer = Trainer(experiment, data, dtype)
    trainer.train(steps=steps)
    found = through_a_file(trainer)
    refuse_differences(found, trainer.checkpoint())
    assert same_data(found.data, data)
    resumed = Trainer.at(found)
    seconds = trainer.watch.seconds
    for each in (trainer, resumed):
        each.train(steps=6)
        each.watch.seconds = seconds  # what the clock says is no part of the run
    refuse_differences(resumed.checkpoint(), trainer.checkpoint())
