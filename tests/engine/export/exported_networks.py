"""Trained networks that between them have every part there is, for the tests of exports; no tests themselves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import Dataset, DataSpec, Dense, Experiment, NetworkSpec, Output, Trainer, TrainingSpec
from engine.activations import ACTIVATIONS
from engine.data.derived import TRANSFORMS, Derived
from engine.data.table_spec import DATE_PARTS, ColumnSpec, TableSpec
from engine.export.proof import sample_rows
from engine.export.target import RawRow, Target
from engine.export.writing import write_export
from engine.layers import LAYERS, BatchNorm, Dropout, GaussianNoise, LayerNorm
from engine.losses import LOSSES
from engine.project import Project


def trained(data: DataSpec, network: NetworkSpec, data_set: Dataset | None = None, loss: str = "auto") -> Project:
    """A network that has learned a little, so that weights, biases and running means are those of a real one."""
    experiment = Experiment(data=data, network=network, training=TrainingSpec(loss=loss, batch_size=16))
    trainer = Trainer(experiment, data_set)
    trainer.run(epochs=1)
    rng = np.random.default_rng(1)
    for planned in trainer.network.plan.stages:
        for row in planned.statistics(trainer.network.statistics):
            row[:] = rng.uniform(0.5, 1.5, row.shape)
    for bias in trainer.network.biases:
        bias += rng.normal(0.0, 0.3, bias.shape)
    return Project.of(trainer.checkpoint())


def built_in(source: str, *layers: Any, output: str = "auto", loss: str = "auto", **settings: Any) -> Project:
    """A network for one of the data sets that come with the program."""
    network = NetworkSpec(layers=layers, output=Output(activation=output, **settings))
    return trained(DataSpec(source=source, features=None), network, loss=loss)


def _hidden(key: str) -> Project:
    layer = Dense(units=6, activation=key, negative_slope=0.3, alpha=1.7)
    return built_in("wine", layer, layer)


def _output(key: str, source: str) -> Project:
    return built_in(source, Dense(units=5), output=key, loss="mean_squared_error", negative_slope=0.3, alpha=1.7)


def _stage(kind: str) -> Project:
    stage = LAYERS[kind]()
    return built_in("wine", stage, Dense(units=6), stage, Dense(units=5, bias=False, activation="relu"), stage)


def _norm(key: str) -> Project:
    return built_in("wine", Dense(), BatchNorm(activation=key, epsilon=0.01), Dense(), LayerNorm(activation=key))


def _loss(key: str, task: str) -> Project:
    sources = {"binary": "moons", "multiclass": "iris", "regression": "diabetes"}
    data = DataSpec(source=sources[task], features=None, scale="minmax" if key == "poisson" else "standard")
    return trained(data, NetworkSpec(layers=(Dense(units=5),)), loss=key)


def _far_from_zero() -> Project:
    """A table of large numbers of small spread, which single precision would not tell apart."""
    rng = np.random.default_rng(0)
    x = rng.normal(2.0e6, 1.0, (80, 3))
    data = Dataset.from_arrays(x, x.sum(axis=1) + rng.normal(size=80), scale="standard")
    return trained(DataSpec(), NetworkSpec(layers=(LayerNorm(), Dense(units=5))), data)


def _two_targets() -> Project:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 3))
    y = np.stack([x[:, 0] * 100.0, x[:, 1] - 1000.0], axis=1)
    data = Dataset.from_arrays(x, y, task="regression", scale="standard")
    return trained(DataSpec(), NetworkSpec(layers=(Dense(units=5),)), data)


def _words(rng: np.random.Generator, *words: str) -> NDArray[Any]:
    return rng.choice([*words, words[0]], 120)


AWKWARD = {
    "value": 'wood "oak"',
    "label": "back\\slash",
    "probabilities": "größe {x}",
    "layers.0.weight": "класс",
    "numpy": "import os",
    "x": "a 'quoted' one",
    "class": "100 %",
    '"""': "'''",
    "Gemm": "{{ x }}",
    "Δ π (cm) #1": "{% x %}",
}


def table(target: str = "y", **columns: NDArray[Any]) -> str:
    """A table as text, with fields that may hold commas and quotes."""
    rows = zip(*({**columns} | {target: columns.get(target)}).values(), strict=True)
    quoted = [[f'"{str(value).replace(chr(34), chr(34) * 2)}"' for value in row] for row in [[*columns], *rows]]
    return "\n".join(",".join(row) for row in quoted)


def _of_table(columns: dict[str, NDArray[Any]], specs: tuple[ColumnSpec, ...], target: str, **data: Any) -> Project:
    """A network for a table of one's own; ``table_…`` are settings of the table."""
    settings = {name.removeprefix("table_"): data.pop(name) for name in list(data) if name.startswith("table_")}
    spec = TableSpec(text=table(target, **columns), columns=specs, target=target, **settings)
    data_spec = DataSpec(source="table", table=spec, **{"features": None, **data})
    return trained(data_spec, NetworkSpec(layers=(Dense(units=6), Dense(units=4, activation="relu"))))


def _gaps(rng: np.random.Generator, values: NDArray[Any], share: float = 0.15) -> NDArray[Any]:
    return np.where(rng.random(len(values)) < share, "", values.astype(str))


def _numbers(missing: str) -> Project:
    """Numbers with each way to treat missing ones and each scaling, an indicator, and zeros that mean missing."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(50.0, 9.0, (2, 120)).round(2)
    c = rng.normal(size=120).round(2)
    columns = {
        "age (years)": _gaps(rng, a),
        "sugar": _gaps(rng, np.where(rng.random(120) < 0.2, 0.0, b)),
        "c": c,
        "y": (a + b + 3.0 * c).round(3),
    }
    specs = (
        ColumnSpec(name="age (years)", kind="number", missing=missing, indicator=True, scale="robust"),
        ColumnSpec(name="sugar", kind="number", missing=missing, zeros_missing=True, indicator=True, scale="minmax"),
        ColumnSpec(name="c", kind="number", scale="none"),
    )
    return _of_table(columns, specs, "y")


def _categories(missing: str, encoding: str) -> Project:
    """Categories that are words and such that are numbers, yes and no in several words."""
    rng = np.random.default_rng(0)
    columns = {
        "wood": _gaps(rng, _words(rng, "oak", "fir", "ash, white", 'so-called "elm"', "Größe")),
        "grade": _gaps(rng, _words(rng, "1", "2", "03", "4.50")),
        "smokes": _gaps(rng, _words(rng, "yes", "no")),
        "done": _gaps(rng, _words(rng, "True", "False")),
        "size": rng.normal(size=120).round(3),
        "kind": _words(rng, "first", "second", "third"),
    }
    common: dict[str, Any] = {"missing": missing, "encoding": encoding, "indicator": missing != "drop"}
    specs = (
        ColumnSpec(name="wood", kind="category", scale="standard", **common),
        ColumnSpec(name="grade", kind="category", **common),
        ColumnSpec(name="smokes", kind="yes_no", **common),
        ColumnSpec(name="done", kind="yes_no", scale="minmax", **common),
    )
    return _of_table(columns, specs, "kind")


def _dates(missing: str) -> Project:
    rng = np.random.default_rng(0)
    days = np.datetime64("1600-02-27") + rng.integers(0, 365 * 700, 120)
    moments = days.astype("datetime64[s]") + rng.integers(0, 86_400, 120)
    columns = {
        "born": _gaps(rng, days.astype(str)),
        "seen at": _gaps(rng, np.char.replace(moments.astype(str), "T", " ")),
        "ill": _words(rng, "yes", "no"),
    }
    parts = tuple(key for key, _ in DATE_PARTS)
    specs = tuple(
        ColumnSpec(name=name, kind="date", date_parts=parts, missing=missing, indicator=missing != "drop")
        for name in ("born", "seen at")
    )
    return _of_table(columns, specs, "ill")


def _chosen_features() -> Project:
    """Some variables only, in another order, and every derived feature; a column that only a feature is made from."""
    rng = np.random.default_rng(0)
    columns = {
        **{name: rng.uniform(-1.0, 1.0, 120).round(3) for name in "abc"},
        "wood": _words(rng, "oak", "fir", "ash"),
    }
    derived = tuple(Derived(kind=each.key, columns=("a", "c")[: each.takes]) for each in TRANSFORMS)
    columns["y"] = columns["a"] * columns["c"]
    return _of_table(columns, (), "y", features=("wood = oak", "b", "wood = ash", "a"), derived=derived, scale="minmax")


def _derived_only() -> Project:
    derived = (Derived(kind="product", columns=("x₁", "x₂")),)
    return trained(DataSpec(source="xor", features=(), derived=derived), NetworkSpec(layers=()))


def _log_of_the_target() -> Project:
    rng = np.random.default_rng(0)
    a = rng.uniform(0.0, 8.0, 120).round(3)
    return _of_table({"a": a, "y": np.exp(a).round(2)}, (), "y", table_target_log=True)


def _awkward_names() -> Project:
    rng = np.random.default_rng(0)
    columns: dict[str, NDArray[Any]] = {name: rng.normal(size=120).round(3) for name in AWKWARD}
    columns["label"] = _words(rng, *AWKWARD)
    columns['the "target"'] = _words(rng, *AWKWARD.values())
    return _of_table(columns, (ColumnSpec(name="label", kind="category"),), 'the "target"')


def _large() -> Project:
    stages = (Dropout(), Dense(units=256, activation="gelu"), GaussianNoise())
    return built_in("digits", Dense(units=512, activation="relu"), BatchNorm(), *stages)


NETWORKS: dict[str, Callable[[], Project]] = {
    **{f"hidden {each.key}": partial(_hidden, each.key) for each in ACTIVATIONS},
    **{
        f"output {each.key}, {source}": partial(_output, each.key, source)
        for each in ACTIVATIONS
        for source in ("moons", "iris")
    },
    **{f"stage {kind}": partial(_stage, kind) for kind in LAYERS},
    **{f"norm {each.key}": partial(_norm, each.key) for each in ACTIVATIONS},
    **{f"loss {each.key}, {task}": partial(_loss, each.key, task) for each in LOSSES for task in each.tasks},
    **{f"numbers, {missing}": partial(_numbers, missing) for missing in ("drop", "mean", "median", "most_frequent")},
    **{
        f"categories, {missing}, {encoding}": partial(_categories, missing, encoding)
        for missing in ("drop", "most_frequent", "category")
        for encoding in ("one_hot", "ordinal")
    },
    **{f"dates, {missing}": partial(_dates, missing) for missing in ("drop", "median", "most_frequent")},
    "no hidden layer, classes": partial(built_in, "iris"),
    "no hidden layer, number": partial(built_in, "diabetes"),
    "far from zero": _far_from_zero,
    "two targets": _two_targets,
    "chosen features": _chosen_features,
    "derived only": _derived_only,
    "log of the target": _log_of_the_target,
    "awkward names": _awkward_names,
    "large": _large,
}


@cache
def network(name: str) -> Project:
    """One of ``NETWORKS``, made once."""
    return NETWORKS[name]()


@cache
def rows_of(name: str) -> list[RawRow]:
    """Rows for it, missing values and unseen words among them where they may be."""
    return sample_rows(network(name), 60)


def exported(name: str, target: Target, folder: Path, stem: str = "a network") -> Path:
    """The main file of one of ``NETWORKS`` as written."""
    return write_export(network(name), target, folder / f"{stem}{target.suffix}")[0]


def difference(name: str, numbers: NDArray[Any], rows: list[RawRow] | None = None) -> float:
    """The largest difference of numbers (rows, outputs) to what the network says; of a regression in its scale."""
    project = network(name)
    wanted = project.predictor.answers_to_rows(rows_of(name) if rows is None else rows).numbers
    assert wanted.shape == numbers.shape
    assert np.isfinite(wanted).all()
    target = project.preparation.target
    scaled = [each if target.classes else target.scaling.apply(each) for each in (wanted, numbers)]
    largest = np.maximum(np.abs(scaled[0]).max(), 1.0)
    return float(np.abs(scaled[0] - scaled[1]).max() / largest)


def faults_of_style(target: Target, folder: Path) -> str:
    """What ruff says of the Python files of all ``NETWORKS``, as strict as it is with the program itself."""
    for place, name in enumerate(NETWORKS):
        exported(name, target, folder, f"network_{place}")
    rules = ["--isolated", "--no-cache", "--line-length", "120", "--target-version", "py311"]
    checks = (["check", "--select", "E,F,W,I,N,UP,B,C4,SIM,RET,D1", "--ignore", "D105,D107"], ["format", "--diff"])
    said = ""
    for check in checks:
        command = [sys.executable, "-m", "ruff", *check, *rules, str(folder)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        said += done.stdout if done.returncode else ""
    return said
