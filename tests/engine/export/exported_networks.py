"""More networks for the tests of PyTorch, Keras and ONNX than ``exported_cases`` has, and what these tests share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from exported_cases import CASES, numbers, owned, project
from numpy.typing import NDArray

from engine import Dataset, Dense
from engine.data.derived import TRANSFORMS, Derived
from engine.data.table_spec import DATE_PARTS, ColumnSpec
from engine.export.proof import compare, sample_rows
from engine.export.target import RawRow, Target
from engine.export.writing import write_export
from engine.layers import BatchNorm, Dropout, GaussianNoise, LayerNorm
from engine.project import Project

# Names that files and graphs have a use for themselves, each with a word that is hard to write.
AWKWARD = {
    "value": 'wood "oak"',
    "label": "back\\slash",
    "probabilities": "größe {x}",
    "layers.0.weight": "класс",
    "numpy": "import os",
    "x": "a 'quoted' one",
    "network": "100 %",
    '"""': "'''",
    "Gemm": "{{ x }}",
    "Δ π (cm) #1": "{% x %}",
}
_ROWS = 120


def table(columns: dict[str, NDArray[Any]]) -> str:
    """A table as text, with fields that may hold commas and quotes."""
    rows = [[*columns], *zip(*columns.values(), strict=True)]
    return "\n".join(",".join(f'"{str(value).replace(chr(34), chr(34) * 2)}"' for value in row) for row in rows)


def _words(rng: np.random.Generator, *words: str) -> NDArray[Any]:
    return rng.choice([*words, words[0]], _ROWS)


def _gaps(rng: np.random.Generator, values: NDArray[Any]) -> NDArray[Any]:
    return np.where(rng.random(_ROWS) < 0.15, "", values.astype(str))


def _far_from_zero() -> Project:
    """A table of large numbers of small spread, which single precision would not tell apart."""
    rng = np.random.default_rng(0)
    x = rng.normal(2.0e6, 1.0, (80, 3))
    data = Dataset.from_arrays(x, x.sum(axis=1) + rng.normal(size=80), scale="standard")
    return project(data, [LayerNorm(), Dense(units=5)])


def _categories(missing: str, encoding: str) -> Project:
    """Categories that are words and such that are numbers, yes and no in several words."""
    rng = np.random.default_rng(0)
    columns = {
        "wood": _gaps(rng, _words(rng, "oak", "fir", "ash, white", 'so-called "elm"', "Größe")),
        "grade": _gaps(rng, _words(rng, "1", "2", "03", "4.50")),
        "smokes": _gaps(rng, _words(rng, "yes", "no")),
        "done": _gaps(rng, _words(rng, "True", "False")),
        "size": rng.normal(size=_ROWS).round(3),
        "kind": _words(rng, "first", "second", "third"),
    }
    common: dict[str, Any] = {"missing": missing, "encoding": encoding, "indicator": missing != "drop"}
    specs = (
        ColumnSpec(name="wood", kind="category", scale="standard", **common),
        ColumnSpec(name="grade", kind="category", **common),
        ColumnSpec(name="smokes", kind="yes_no", **common),
        ColumnSpec(name="done", kind="yes_no", scale="minmax", **common),
    )
    return owned(table(columns), specs)


def _dates(missing: str) -> Project:
    """Dates of seven centuries, with and without a time."""
    rng = np.random.default_rng(0)
    days = np.datetime64("1600-02-27") + rng.integers(0, 365 * 700, _ROWS)
    moments = days.astype("datetime64[s]") + rng.integers(0, 86_400, _ROWS)
    columns = {
        "born": _gaps(rng, days.astype(str)),
        "seen at": _gaps(rng, np.char.replace(moments.astype(str), "T", " ")),
        "ill": _words(rng, "yes", "no"),
    }
    parts = tuple(key for key, _ in DATE_PARTS)
    indicator = missing != "drop"
    specs = [
        ColumnSpec(name=name, kind="date", date_parts=parts, missing=missing, indicator=indicator) for name in columns
    ]
    return owned(table(columns), specs[:2])


def _chosen_features() -> Project:
    """Some variables only, in another order, and every derived feature; a column that only a feature is made from."""
    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {name: rng.uniform(-1.0, 1.0, _ROWS).round(3) for name in "abc"}
    columns |= {"wood": _words(rng, "oak", "fir", "ash"), "y": columns["a"] * columns["c"]}
    derived = tuple(Derived(kind=each.key, columns=("a", "c")[: each.takes]) for each in TRANSFORMS)
    return owned(table(columns), features=("wood = oak", "b", "wood = ash", "a"), derived=derived, scale="minmax")


def _awkward_names() -> Project:
    rng = np.random.default_rng(0)
    columns: dict[str, NDArray[Any]] = {name: rng.normal(size=_ROWS).round(3) for name in AWKWARD}
    columns["label"] = _words(rng, *AWKWARD)
    columns['the "target"'] = _words(rng, *AWKWARD.values())
    return owned(table(columns), [ColumnSpec(name="label", kind="category")])


def _large() -> Project:
    stages = (Dropout(), Dense(units=256, activation="gelu"), GaussianNoise())
    return project(numbers("multiclass", inputs=64), [Dense(units=512, activation="relu"), BatchNorm(), *stages])


MORE: dict[str, Callable[[], Project]] = {
    **{
        f"categories, {missing}, {encoding}": partial(_categories, missing, encoding)
        for missing in ("drop", "most_frequent", "category")
        for encoding in ("one_hot", "ordinal")
    },
    **{f"dates, {missing}": partial(_dates, missing) for missing in ("drop", "median", "most_frequent")},
    "far from zero": _far_from_zero,
    "chosen features": _chosen_features,
    "names that are in use": _awkward_names,
    "very large": _large,
}
NETWORKS = {**CASES, **MORE}


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


def difference(name: str, found: NDArray[Any], rows: list[RawRow] | None = None) -> float:
    """The largest difference of numbers (rows, outputs) to what the network says, as a proof has it."""
    largest = compare(network(name), found, rows_of(name) if rows is None else rows)
    print(f"{name}: {largest:.1e}")
    return largest


def faults_of_style(target: Target, folder: Path) -> str:
    """What ruff says of the Python files of ``MORE``."""
    for place, name in enumerate(MORE):
        exported(name, target, folder, f"network_{place}")
    rules = ["--isolated", "--no-cache", "--line-length", "120", "--target-version", "py311"]
    checks = (["check", "--select", "E,F,W,I,N,UP,B,C4,SIM,D1", "--ignore", "E501,D105,D107"], ["format", "--diff"])
    said = ""
    for check in checks:
        command = [sys.executable, "-m", "ruff", *check, *rules, str(folder)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        said += done.stdout if done.returncode else ""
    return said
