"""JSON: experiment, preparation and weights in one file that describes itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.preparation import Preparation
from engine.experiment import Experiment
from engine.export.literals import listed
from engine.export.target import RawRow, Target
from engine.network import Network
from engine.plan import plan
from engine.project import Project, views, without_rows

_ABOUT = {
    "format": "the version of this layout",
    "experiment": "everything that was chosen: the data, the layers, the training",
    "preparation": "from the columns of a row to the inputs, and from the outputs to classes or numbers; an input is "
    "(value - shift) / factor, a number that is answered is output * factor + shift",
    "weights": "what was learned, in the order of the network: weight is (units, inputs), bias is (units); normalizing "
    "layers have weight, bias, running_mean and running_var, each (units)",
}


def _write(project: Project, stem: str) -> dict[str, bytes]:
    content = {
        "about": {"made_by": "Glassbox", **_ABOUT},
        "format": 1,
        "experiment": project.experiment.model_dump(mode="json"),
        "preparation": project.preparation.model_dump(mode="json"),
    }
    described = json.dumps(content, indent=1, ensure_ascii=False).removesuffix("\n}")
    weights = ",\n".join(f"  {json.dumps(name)}: {_numbers(view)}" for name, view in views(project.network))
    text = f'{described},\n "weights": {{\n{weights}\n }}\n}}\n'
    return {f"{stem}.json": text.encode("utf-8", "backslashreplace")}


def _numbers(view: NDArray[Any]) -> str:
    """A list, or one for each row, in a line of its own; read as single precision the numbers are the same again."""
    if view.ndim == 1:
        return listed(view)
    rows = ",\n   ".join(map(listed, view))
    return f"[\n   {rows}\n  ]"


def _run(path: Path, rows: list[RawRow]) -> NDArray[Any]:
    content = json.loads(path.read_text("utf-8"))
    experiment = Experiment.model_validate(content["experiment"])
    preparation = Preparation.model_validate(content["preparation"])
    network = Network(plan(experiment, without_rows(preparation)), None)
    for name, view in views(network):
        view[...] = np.array(content["weights"][name], np.float32)
    return Project(experiment, preparation, network).predictor.answers_to_rows(rows).numbers


TARGET = Target(
    key="json",
    label="JSON",
    suffix=".json",
    about="Experiment, preparation and weights as text, for programs of your own in any language.",
    write=_write,
    run=_run,
)
