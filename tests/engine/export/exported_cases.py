"""Networks that every export must get right: all activations, layers, losses, and the tables of ``exported_tables``.

``CASES`` make a project each, by name, and ``made`` makes it once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exported_tables import CRUEL, PREPARATIONS, randomized
from numpy.typing import NDArray

from engine import BatchNorm, DataError, Dataset, DataSpec, Dense, Experiment, Output, Trainer
from engine.activations import ACTIVATIONS
from engine.export.proof import compare, rounding, sample_rows
from engine.export.target import RawRow, Target
from engine.export.writing import write_export
from engine.layers import LAYERS, Dropout, GaussianNoise, Layer, LayerNorm, Norm
from engine.losses import LOSSES
from engine.project import Project

TASKS = {"regression": 0, "binary": 2, "multiclass": 4}


def numbers(task: str, rows: int = 60, inputs: int = 3, **names: Any) -> Dataset:
    """A table of random numbers with a target for a task."""
    rng = np.random.default_rng(7)
    x = rng.normal(5.0, 20.0, (rows, inputs))
    y = np.arange(rows) % TASKS[task] if TASKS[task] else rng.poisson(3.0, rows) * 1e6
    return Dataset.from_arrays(x, y, scale="standard", test_fraction=0.3, **names)


def project(data: Dataset, layers: Sequence[Layer] = (), output: Output | None = None, **training: Any) -> Project:
    """A network for some data, with random numbers for everything it could have learned."""
    experiment = Experiment()
    experiment = experiment.edited(
        network=experiment.network.edited(layers=tuple(layers), output=output or Output()),
        training=experiment.training.edited(**training),
    )
    return randomized(Trainer(experiment, data))


# -- networks


def _tuned(cls: type[Dense | Output], activation: str) -> Any:
    return cls(activation=activation, negative_slope=0.2, alpha=0.7)


def _hidden(activation: str) -> Project:
    return project(numbers("multiclass"), [_tuned(Dense, activation), _tuned(Dense, activation)])


def _output(activation: str, task: str) -> Project:
    return project(numbers(task), [Dense(units=5)], _tuned(Output, activation))


def _layer(cls: type[Layer]) -> Project:
    return project(numbers("multiclass"), [cls(), Dense(units=5), cls(), cls()])


def _normalized(cls: type[Norm], activation: str) -> Project:
    layers = [Dense(units=5), cls(activation=activation, epsilon=0.01), Dense(units=4)]
    return project(numbers("binary"), layers)


def _far_from_zero() -> Project:
    """A table of large numbers of small spread, which single precision would not tell apart."""
    rng = np.random.default_rng(0)
    x = rng.normal(2.0e6, 1.0, (80, 3))
    data = Dataset.from_arrays(x, x.sum(axis=1) + rng.normal(size=80), scale="standard")
    return project(data, [LayerNorm(), Dense(units=5)])


def _very_large() -> Project:
    stages = (Dropout(), Dense(units=256, activation="gelu"), GaussianNoise())
    return project(numbers("multiclass", inputs=64), [Dense(units=512, activation="relu"), BatchNorm(), *stages])


def _several_targets() -> Project:
    rng = np.random.default_rng(3)
    y = np.stack([rng.normal(1e6, 2e5, 50), rng.normal(0, 0.01, 50)], axis=1)
    return project(Dataset.from_arrays(rng.normal(size=(50, 2)), y, scale="standard"), [Dense()])


def possible(make: Callable[[], Project]) -> bool:
    """Whether the engine takes such a network."""
    try:
        make()
    except DataError:
        return False
    return True


NETWORKS: dict[str, Callable[[], Project]] = {
    "no hidden layer": lambda: project(numbers("multiclass")),
    "no biases": lambda: project(numbers("regression"), [Dense(bias=False)], Output(bias=False)),
    "pruned": lambda: project(numbers("binary"), [Dense(pruned_weights=((0, 0), (2, 5)))]),
    "deep": lambda: project(numbers("multiclass"), [Dense(activation="tanh")] * 12),
    "far from zero": _far_from_zero,
    "very large": _very_large,
    "large": lambda: project(numbers("multiclass"), [Dense(units=70), BatchNorm(), Dense(units=40)]),
    "several targets": _several_targets,
    "a target that is not scaled": lambda: project(
        Dataset.from_arrays(np.arange(12.0).reshape(6, 2), np.arange(6) * 1e5, scale="none"), [Dense()]
    ),
    "one input": lambda: project(numbers("regression", inputs=1), [Dense(units=1)]),
    "two outputs for two classes": lambda: project(numbers("binary"), [Dense()], Output(activation="softmax")),
    **{f"hidden {part.key}": partial(_hidden, part.key) for part in ACTIVATIONS},
    **{f"layer {kind}": partial(_layer, cls) for kind, cls in LAYERS.items()},
    **{
        f"{kind} with {part.key}": partial(_normalized, cls, part.key)
        for kind, cls in LAYERS.items()
        for part in ACTIVATIONS
        if issubclass(cls, Norm)
    },
    **{
        f"output {part.key} for {task}": make
        for part in ACTIVATIONS
        for task in TASKS
        if possible(make := partial(_output, part.key, task))
    },
    **{
        f"{loss.key} for {task}": partial(project, numbers(task), [Dense()], loss=loss.key, **more)
        for loss in LOSSES
        for task in loss.tasks
        for more in [{}]
        if possible(partial(project, numbers(task), [Dense()], loss=loss.key))
    },
}

# -- names


def _cruel() -> Project:
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(60, len(CRUEL))), np.arange(60) % len(CRUEL)
    return project(Dataset.from_arrays(x, y, names=CRUEL, classes=CRUEL, scale="standard"), [Dense(units=5)])


def _two(*classes: str) -> Project:
    return project(numbers("binary", classes=classes), [Dense()])


NAMES: dict[str, Callable[[], Project]] = {
    "cruel names": _cruel,
    "classes in another order": lambda: _two("nein", "ja"),
    "scores in another order": lambda: project(numbers("binary", classes=("nein", "ja")), loss="hinge"),
    "classes that are numbers": lambda: _two("0", "1"),
    "classes that are true": lambda: _two("False", "True"),
}
SOURCES: dict[str, Callable[[], Project]] = {
    "iris": lambda: randomized(Trainer(Experiment())),
    "digits": lambda: randomized(Trainer(Experiment(data=DataSpec(source="digits")))),
}
CASES = {**NETWORKS, **PREPARATIONS, **NAMES, **SOURCES}


@cache
def made(name: str) -> Project:
    """The project of a case, made once: not to be changed."""
    return CASES[name]()


@cache
def rows_of(name: str) -> list[RawRow]:
    """Rows for it, missing values and unseen words among them where they may be."""
    return sample_rows(made(name), 40)


def skip_where_it_cannot_run(target: Target) -> None:
    """Skips a test of files that need a package which is not there; Keras calculates with PyTorch in the tests."""
    for package in (target.requires.partition(".")[0], "torch" if target.key == "keras" else ""):
        if package and find_spec(package) is None:
            pytest.skip(f"{package} is not installed")


def exported(name: str, target: Target, folder: Path, stem: str = "a network") -> Path:
    """The main file of a case as written."""
    return write_export(made(name), target, folder / f"{stem}{target.suffix}")[0]


def difference(name: str, found: NDArray[Any], rows: list[RawRow] | None = None) -> float:
    """The largest difference of numbers (rows, outputs) to what the network says, as a proof has it."""
    return compare(made(name), found, rows_of(name) if rows is None else rows)


@cache
def tolerance(name: str) -> float:
    """What counts as rounding in a case."""
    return rounding(made(name), rows_of(name))
