"""Project files: an experiment, the preparation of its data and the weights it has learned, in one file.

The format is safetensors: the tensors have the names that PyTorch uses, ``layers.0.weight`` …, counted over all parts
of the network, the output last; experiment and preparation are JSON in the metadata. Nothing in it is executed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from engine.activations import Array
from engine.answering import Predictor
from engine.checkpoint import Checkpoint
from engine.data.dataset import Dataset
from engine.data.preparation import Preparation, expand
from engine.data.table import DataError, task_of
from engine.experiment import Experiment
from engine.files import replace_file
from engine.network import Network
from engine.plan import Plan, plan, refuse_too_large
from engine.spec import explain

SUFFIX = ".glassbox"
FORMAT = 1
# What stages train and remember, under the names of PyTorch's normalizing layers.
_NAMES = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var"}


class ProjectError(ValueError):
    """A project file that cannot be used; the message says why."""


@dataclass(frozen=True)
class Project:
    """What a project file holds: an experiment, and a network that answers raw rows.

    ``checkpoint`` is the whole instant of the run, None where only the network is known; then ``problem`` says why.
    """

    experiment: Experiment
    preparation: Preparation
    network: Network
    checkpoint: Checkpoint | None = None
    problem: str = ""

    @classmethod
    def of(cls, point: Checkpoint) -> Project:
        """The project of an instant of a run, such as ``trainer.checkpoint()``; it shares nothing with the run."""
        network = Network(plan(point.experiment, point.data), None)
        network.parameters[:], network.statistics[:] = point.state["parameters"], point.state["statistics"]
        return cls(point.experiment, point.data.preparation, network, point)

    @property
    def predictor(self) -> Predictor:
        """What answers raw rows."""
        return Predictor(self.network, self.preparation)


def save(path: Path, project: Project) -> None:
    """Writes a project, whole or not at all. Raises ``OSError`` with the reason in plain words."""
    network = project.network
    tensors = {name: np.ascontiguousarray(view) for name, view in views(network)}
    words = {
        "format": str(FORMAT),
        "experiment": project.experiment.model_dump_json(),
        "preparation": project.preparation.model_dump_json(),
    }
    replace_file(path, to_bytes(tensors, {**words, "sha256": _hash(words, tensors)}))


def load(path: Path) -> Project:
    """Reads a project and checks all of it before it is used.

    Raises ``ProjectError`` or ``TooLargeError`` with one sentence, and ``OSError`` when the file cannot be opened.
    """
    with path.open("rb"):
        pass  # what cannot be opened is said as the system says it
    try:
        with safe_open(path, framework="np") as file:
            words = file.metadata() or {}
            experiment, preparation = _described(path, words)
            planned = _planned(path, experiment, preparation)
            network = Network(planned, None)
            wanted = dict(views(network))
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118 - no mapping
            _refuse_other_tensors(path, wanted, shapes)
            tensors = {name: file.get_tensor(name) for name in wanted}
    except SafetensorError:
        raise ProjectError(f"{path.name} is not a Glassbox project, or it is damaged") from None
    if words.get("sha256") != _hash({name: words[name] for name in ("format", *_PARTS)}, tensors):
        raise ProjectError(f"{path.name} is damaged: its content is not what was written")
    for name, view in wanted.items():
        if tensors[name].dtype != np.float32 or not np.isfinite(tensors[name]).all():
            raise ProjectError(f"{path.name} cannot be used: {name} is not made of finite numbers")
        view[...] = tensors[name]
    return Project(experiment, preparation, network)


_PARTS = ("experiment", "preparation")


def views(network: Network) -> Iterator[tuple[str, Array]]:
    """Everything a network has learned, under PyTorch's names, as views that can be written to."""
    part = 0
    for layer in network.plan.layers:
        for stage in layer.stages:
            rows, statistics = stage.rows(network.parameters), stage.statistics(network.statistics)
            for names, values in ((stage.stage.rows, rows), (stage.stage.statistics, statistics)):
                for name, view in zip(names, values, strict=True):
                    yield f"layers.{part}.{_NAMES[name]}", view
            part += 1
        yield f"layers.{part}.weight", layer.matrix(network.parameters)[:, : layer.inputs]
        if layer.bias:
            yield f"layers.{part}.bias", layer.biases(network.parameters)
        part += 1


def _described(path: Path, words: Mapping[str, str]) -> tuple[Experiment, Preparation]:
    """Experiment and preparation from the metadata, each valid by itself and the two fitting together."""
    version = words.get("format", "")
    if not version.isdigit() or any(part not in words for part in _PARTS):
        raise ProjectError(f"{path.name} is not a Glassbox project: it describes no experiment")
    if int(version) > FORMAT:
        raise ProjectError(f"{path.name} was written by a newer Glassbox (format {version}); this one reads {FORMAT}")
    try:
        experiment = Experiment.model_validate(json.loads(words["experiment"]))
        preparation = Preparation.model_validate(json.loads(words["preparation"]))
        _, names = expand(
            np.ones((1, len(preparation.variables))),
            preparation.variables,
            preparation.features,
            preparation.derived,
        )
    except ValidationError as error:
        raise ProjectError(f"{path.name} cannot be used: {explain(error)[0]}") from None
    except (ValueError, RecursionError) as error:  # JSON that is none, columns that are not there
        raise ProjectError(f"{path.name} cannot be used: {error}") from None
    target, width = preparation.target, len(names)
    fits = names == preparation.names and len(preparation.shift) == len(preparation.factor) == width
    fits = fits and len(target.shift) == len(target.factor) > 0 and len(target.classes) != 1
    if not fits or task_of(len(target.classes)) != preparation.task:
        raise ProjectError(f"{path.name} cannot be used: the preparation of its data contradicts itself")
    return experiment, preparation


def _planned(path: Path, experiment: Experiment, preparation: Preparation) -> Plan:
    try:
        planned = plan(experiment, without_rows(preparation))
    except DataError as error:
        raise ProjectError(f"{path.name} cannot be used: {error}") from None
    refuse_too_large(planned, len(experiment.training.optimizer.rows), 1)
    return planned


def _refuse_other_tensors(path: Path, wanted: Mapping[str, Array], shapes: Mapping[str, tuple[int, ...]]) -> None:
    for name, view in wanted.items():
        if name not in shapes:
            raise ProjectError(f"{path.name} cannot be used: the weights {name} are missing")
        if shapes[name] != view.shape:
            raise ProjectError(f"{path.name} cannot be used: {name} has the shape {shapes[name]}, not {view.shape}")


def without_rows(preparation: Preparation) -> Dataset:
    """Data of which only the shape is known: what a network that is not trained further needs."""
    target, width = preparation.target, len(preparation.names)
    x, y = np.zeros((0, width), np.float32), np.zeros((0, len(target.shift)), np.float32)
    answers = np.zeros(0, np.int64) if target.classes else y
    no_rows: NDArray[np.int64] = np.zeros(0, np.int64)
    return Dataset(
        x_train=x,
        y_train=answers,
        x_test=x,
        y_test=answers,
        names=preparation.names,
        task=preparation.task,
        target=target.name,
        classes=target.classes,
        x_scaling=preparation.scaling,
        y_scaling=target.scaling,
        rows_train=no_rows,
        rows_test=no_rows,
        columns=preparation.names,
        preparation=preparation,
    )


def _hash(words: Mapping[str, str], tensors: Mapping[str, Array]) -> str:
    content = sha256(json.dumps(words, sort_keys=True).encode())
    for name in sorted(tensors):
        content.update(name.encode())
        content.update(tensors[name].tobytes())
    return content.hexdigest()
