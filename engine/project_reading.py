"""From an open project file to its parts, each checked before it takes memory and before it is used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from engine.data.preparation import Preparation, PreparedColumn, expand
from engine.data.table import DataError, task_of
from engine.data.table_spec import DATE_PARTS, KINDS
from engine.experiment import Experiment
from engine.network import Network
from engine.plan import Plan, plan, refuse_too_large
from engine.project_data import DataWords
from engine.project_data import wanted as wanted_of_data
from engine.project_run import Run, RunWords
from engine.project_run import wanted as wanted_of_run
from engine.project_weights import shapes, views, without_rows
from engine.project_words import ANY, Wanted
from engine.spec import explain
from engine.tensor_file import DamagedError, FaultError, TensorFile, parsed

FORMAT = 2
# What every format says, and what each of them says of itself beside that.
_ALWAYS = {"format", "experiment", "preparation"}
_HASHES = {1: {"sha256"}, 2: {"hash", "arrays"}}
_OF_A_RUN = {"run", "data"}
# An explanation of more faults than this would take more memory than the file.
_MOST_FAULTS = 100


class NewerFormatError(FaultError):
    """A file in a format that there was not yet."""


@dataclass(frozen=True)
class Reading:
    """The parts of a project file. ``run`` and ``data`` are there where it holds a run, ``arrays`` are theirs.

    ``network`` has the weights; it was planned without data.
    """

    version: int
    words: Mapping[str, str]
    experiment: Experiment
    preparation: Preparation
    network: Network
    run: Run | None
    data: DataWords | None
    arrays: dict[str, NDArray[Any]]


def read(file: TensorFile) -> Reading:
    """Reads and checks all of a file. Raises ``FaultError``, and ``TooLargeError`` for a network beyond the memory."""
    version = _version(file)
    if version > 1:
        file.check_header()
    try:
        return _read(file, version)
    except ValidationError as error:
        many = error.error_count() > _MOST_FAULTS
        raise FaultError(
            f"cannot be used: {'nothing in it is as it should be' if many else explain(error)[0]}"
        ) from None
    except DataError as error:
        raise FaultError(f"cannot be used: {error}") from None


def _version(file: TensorFile) -> int:
    said, there = file.words.get("format", ""), file.words.keys()
    if not (said.isascii() and said.isdigit() and len(said) < 10) or not there >= _ALWAYS:
        raise FaultError("is not a Glassbox project: it describes no experiment")
    if int(said) > FORMAT:
        raise NewerFormatError(f"was written by a newer Glassbox (format {int(said)}); this one reads {FORMAT}")
    unknown = there - _ALWAYS - _HASHES.get(int(said), set()) - (_OF_A_RUN if int(said) > 1 else set())
    if int(said) not in _HASHES or unknown or len(there & _OF_A_RUN) == 1:
        raise FaultError("cannot be used: it says something of itself that is not known")
    return int(said)


def _read(file: TensorFile, version: int) -> Reading:
    experiment, preparation = _described(file.words)
    run_words = RunWords.model_validate(parsed(file.words["run"])) if "run" in file.words else None
    data = DataWords.model_validate(parsed(file.words["data"])) if "data" in file.words else None
    planned = _planned(experiment, preparation)
    weights = shapes(planned)
    dtype = _precision(file, next(iter(weights))) if version > 1 else np.dtype("<f4")
    wanted: Wanted = {name: (dtype, shape) for name, shape in weights.items()}
    if run_words is not None and data is not None:
        rows = len(experiment.training.optimizer.rows)
        wanted |= wanted_of_run(run_words, set(file.entries), planned, rows, data.train, dtype)
        wanted |= wanted_of_data(data, preparation)
    _refuse_other_arrays(file, wanted)
    arrays = file.read() if version > 1 else _read_first(file)
    network = Network(planned, None, dtype)
    for name, view in views(network):
        view[...] = arrays.pop(name)
    run = Run(run_words, arrays) if run_words is not None else None
    return Reading(version, file.words, experiment, preparation, network, run, data, arrays)


def _precision(file: TensorFile, name: str) -> np.dtype[Any]:
    """What all weights must be made of: double precision where the first of them are."""
    double = name in file.entries and file.entries[name].dtype == np.float64
    return np.dtype("<f8" if double else "<f4")


def _refuse_other_arrays(file: TensorFile, wanted: Wanted) -> None:
    for name, (dtype, shape) in wanted.items():
        entry = file.entries.get(name)
        if entry is None:
            raise FaultError(f"cannot be used: {name} is missing")
        fits = len(entry.shape) == len(shape)
        fits = fits and all(there in (here, ANY) for here, there in zip(entry.shape, shape, strict=True))
        if not fits:
            said = " × ".join("any" if extent == ANY else f"{extent}" for extent in shape)
            raise FaultError(f"cannot be used: {name} has the shape {entry.shape}, not {said}")
        if entry.dtype != dtype:
            raise FaultError(f"cannot be used: {name} is made of {entry.dtype.name} and not of {dtype.name}")
    unknown = next((name for name in file.entries if name not in wanted), None)
    if unknown is not None:
        raise FaultError(f"cannot be used: nothing is known of {unknown[:60]!r}, which it holds")


def _read_first(file: TensorFile) -> dict[str, NDArray[Any]]:
    """The arrays of format 1, which had another hash and only finite weights."""
    arrays = dict(file.arrays())
    said = {name: file.words[name] for name in sorted(_ALWAYS)}
    content = sha256(json.dumps(said, sort_keys=True).encode())
    for name in sorted(arrays):
        content.update(name.encode())
        content.update(arrays[name].tobytes())
    if content.hexdigest() != file.words.get("sha256"):
        raise DamagedError("is damaged: its content is not what was written")
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise FaultError(f"cannot be used: {name} is not made of finite numbers")
    return arrays


def _described(words: Mapping[str, str]) -> tuple[Experiment, Preparation]:
    """Experiment and preparation, each valid by itself and the two fitting together."""
    experiment = Experiment.model_validate(parsed(words["experiment"]))
    preparation = Preparation.model_validate(parsed(words["preparation"]))
    _, names = expand(
        np.ones((1, len(preparation.variables))), preparation.variables, preparation.features, preparation.derived
    )
    target, width = preparation.target, len(names)
    fits = names == preparation.names and len(preparation.shift) == len(preparation.factor) == width
    fits = fits and len(target.shift) == len(target.factor) > 0 and len(target.classes) != 1
    fits = fits and 0.0 not in (*preparation.factor, *target.factor) and all(map(_holds_together, preparation.columns))
    if not fits or task_of(len(target.classes)) != preparation.task:
        raise FaultError("cannot be used: the preparation of its data contradicts itself")
    return experiment, preparation


def _holds_together(column: PreparedColumn) -> bool:
    """Whether a column becomes as many numbers as it names, and its labels are what it needs."""
    known = column.kind in dict(KINDS) and set(column.date_parts) <= dict(DATE_PARTS).keys()
    one_each = bool(column.labels) and column.encoding == "one_hot" and column.kind != "yes_no"
    width = len(column.labels) if one_each else len(column.date_parts) if column.kind == "date" else 1
    filled = not column.labels or column.fill is None or column.fill in range(len(column.labels))
    return known and filled and len(column.variables) == width + column.indicator


def _planned(experiment: Experiment, preparation: Preparation) -> Plan:
    planned = plan(experiment, without_rows(preparation))
    refuse_too_large(planned, len(experiment.training.optimizer.rows), 1)
    return planned
