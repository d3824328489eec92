"""How fast a project is saved and loaded: ``python -m benchmarks.project [--json] [--rounds N] [--parameters N]``.

The project is that of a run with Adam: three arrays of as many numbers as there are parameters. The peers write and
read these arrays, and nothing else, in the same run and in turn: ``safetensors.numpy``, ``numpy.savez``, and the plain
bytes. All write into a file beside the old one that is moved over it, with and without waiting for the disk (fsync),
which on slow disks takes longer than all else. Medians of the rounds count.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from benchmarks.report import report
from engine import Dataset, Dense, Experiment, Project, Trainer, load_project, save_project

_SAVE_GOAL_MS = 100.0
_LOAD_GOAL_MS = 150.0
_INPUTS, _ROWS = 64, 2_000
_WHAT = ("save_and_wait", "save", "load")


@dataclass(frozen=True)
class Contender:
    """A way to write something into a file, whole or not at all, and to read it again."""

    write: Callable[[Path], object]
    read: Callable[[Path], object]


def run(parameters: int) -> Trainer:
    """A run of some steps of a network with about so many parameters."""
    rng = np.random.default_rng(0)
    width = max(round(parameters**0.5 - _INPUTS / 2), 4)
    data = Dataset.from_arrays(rng.normal(size=(_ROWS, _INPUTS)), np.arange(_ROWS) % 10, test_fraction=0.2)
    trainer = Trainer(Experiment().with_layers((Dense(units=width), Dense(units=width))), data)
    trainer.train(steps=50)
    return trainer


def contenders(trainer: Trainer) -> dict[str, Contender]:
    """Ours, with the whole run, and the peers, with its three large arrays."""
    project = Project.of(trainer.checkpoint())
    m, v = trainer.update.memory.copy()
    arrays: dict[str, NDArray[Any]] = {"parameters": project.network.parameters, "m": m, "v": v}

    def saved(path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]

    def loaded(path: Path) -> list[NDArray[Any]]:
        with np.load(path) as file:
            return [file[name] for name in file.files]

    def written(path: Path) -> None:
        with path.open("wb") as file:
            for array in arrays.values():
                file.write(array.data)

    return {
        "ours": Contender(lambda path: save_project(path, project), load_project),
        "safetensors": Contender(_whole(lambda path: save_file(arrays, path)), load_file),
        "numpy.savez": Contender(_whole(saved), loaded),
        "plain bytes": Contender(_whole(written), Path.read_bytes),
    }


def _whole(write: Callable[[Path], object]) -> Callable[[Path], None]:
    """Writing beside the old file, waiting for the disk, and moving over the old file."""

    def all_of_it(path: Path) -> None:
        beside = path.with_suffix(".part")
        write(beside)
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)

    return all_of_it


def _ms(work: Callable[[Path], object], path: Path) -> float:
    begun = perf_counter()
    work(path)
    return 1000.0 * (perf_counter() - begun)


def measure(parameters: int, rounds: int) -> dict[str, Any]:
    """All contenders in turn, in milliseconds, and the goals."""
    trainer = run(parameters)
    every = contenders(trainer)
    taken: dict[str, dict[str, list[float]]] = {name: {what: [] for what in _WHAT} for name in every}
    sizes = {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for name, contender in every.items():
                path = Path(folder) / name
                taken[name]["save_and_wait"].append(_ms(contender.write, path))
                with patch("os.fsync", lambda number: None):
                    taken[name]["save"].append(_ms(contender.write, path))
                taken[name]["load"].append(_ms(contender.read, path))
                sizes[name] = path.stat().st_size
    rows = {
        name: {"bytes": sizes[name], **{f"{what}_ms": median(times) for what, times in found.items()}}
        for name, found in taken.items()
    }
    save, beyond = rows["ours"]["save_ms"], rows["ours"]["load_ms"] - rows["plain bytes"]["load_ms"]
    return {
        "parameters": trainer.network.plan.parameters,
        "rounds": rounds,
        "contenders": rows,
        "save_goal": {"ms": save, "goal": _SAVE_GOAL_MS, "met": save <= _SAVE_GOAL_MS},
        "load_goal": {"ms": beyond, "goal": _LOAD_GOAL_MS, "met": beyond <= _LOAD_GOAL_MS},
    }


def show(results: dict[str, Any]) -> None:
    """Prints the table."""
    print(
        f"{results['parameters']:,} parameters with Adam, medians of {results['rounds']} rounds, milliseconds; "
        "“and wait”: until it is on the disk\n"
    )
    print(f"{'':14}{'MB':>8}{'save':>10}{'and wait':>10}{'load':>10}")
    for name, row in results["contenders"].items():
        figures = f"{row['save_ms']:10.1f}{row['save_and_wait_ms']:10.1f}{row['load_ms']:10.1f}"
        print(f"{name:14}{row['bytes'] / 1e6:8.1f}{figures}")
    for what, label in (("save_goal", "save"), ("load_goal", "load, beyond reading the bytes")):
        row = results[what]
        print(f"{label}: {row['ms']:.1f} ms, at most {row['goal']:g}: {'met' if row['met'] else 'not met'}")


def main() -> None:
    """Reads the arguments, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--parameters", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="one round of a small project: shows that it runs")
    options = parser.parse_args()
    parameters, rounds = (2_000, 1) if options.quick else (options.parameters, max(options.rounds, 1))
    report(measure(parameters, rounds), options.json, show)


if __name__ == "__main__":
    main()
