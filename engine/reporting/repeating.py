"""What a report says so that the run can be repeated: where it was made, what identifies it, and its description."""

from __future__ import annotations

import json
import os
import platform
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from engine.checkpoint import Checkpoint
from engine.experiment import Experiment
from engine.matrix_threads import threads_in_use
from engine.reporting.blocks import Table, Text
from engine.wording import counted

_PACKAGES = ("numpy", "pandas", "scikit-learn", "pydantic")


def to_repeat(point: Checkpoint, program: str) -> tuple[Table | Text, ...]:
    """Surroundings, hashes, and the whole description as JSON."""
    words = description(point.experiment)
    state, data = point.state, point.data
    threads = counted(threads_in_use() or 1, "thread")
    rows = (
        ("Made with", program),
        ("Python", f"{platform.python_version()} ({platform.python_implementation()})"),
        ("Packages", ", ".join(f"{name} {found}" for name in _PACKAGES if (found := _version(name)))),
        ("Computer", f"{platform.platform()}, {os.cpu_count()} processors, products on {threads}"),
        ("Precision", f"{state['parameters'].dtype}"),
        ("Description", f"sha256 {sha256(words.encode()).hexdigest()}"),
        ("Data", f"sha256 {_hash(data.x_train, data.y_train, data.x_test, data.y_test)}"),
        ("Weights", f"sha256 {_hash(state['parameters'], state['statistics'])}"),
    )
    about = (
        "The hashes are of the description as JSON, as a report for a browser shows it; of the inputs and answers as "
        "the network was given them, training rows first; and of all parameters, layer by layer."
    )
    return Table(("", ""), rows), Text(about), Text(words, code=True)


def description(experiment: Experiment) -> str:
    """The experiment as JSON, without the folder that a table lies in, which says something of whoever has it there."""
    tree = experiment.model_dump(mode="json")
    table = tree["data"].get("table")
    if table and table.get("path"):
        table["path"] = Path(table["path"]).name
    return json.dumps(tree, indent=1, ensure_ascii=False)


def _hash(*arrays: Any) -> str:
    found = sha256()
    for array in arrays:
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
