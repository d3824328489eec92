"""Proving an export: it runs in a process of its own, on real rows, and is compared with the network itself.

Run as a program, ``python -m engine.export.proof TARGET FILE FOLDER``, it is that process: it reads rows from the
folder and writes what the export answers beside them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

import engine
from engine.answering import date_in_words, in_words, row_in_words, typical_row
from engine.data.dataset import Dataset
from engine.data.opened import table_in_use
from engine.data.preparation import PreparedColumn
from engine.data.progress import CancelledError
from engine.data.raw import Column, RawTable
from engine.data.table import DataError
from engine.export.target import TOLERANCE, ExportError, Proof, RawRow, Target
from engine.export.targets import EXPORTS
from engine.project import Project
from engine.wording import counted

_ROWS, _OUTPUTS = "rows.json", "outputs.npy"
_UNSEEN = "a category that is not there"
# Importing a framework for the first time can take a minute on a slow disk.
_PATIENCE_S = 300.0
# How often it is looked whether a proof is given up.
_LOOK_S = 0.1
# Libraries add numbers in another order: so many times the error of the network's own single precision is rounding.
_ROUNDING = 4.0
# Where rounding alone makes more than this, nothing can be told from a difference.
_MOST_ROUNDING = 1e-3
# A number whose logarithm is learned is as good as -1 from here on: single precision tells no more apart.
_LEAST = -1.0 + 1e-6


def sample_rows(project: Project, most: int = 200) -> list[RawRow]:
    """Rows to prove an export on, at most so many, all of which the network answers.

    Real rows of the project's data where they are known, missing values and dates among them, else rows made of what is
    low, typical and high; and a typical row with each value missing, and with each category unseen, where that may be.
    """
    odd = list(islice(_odd_rows(project), most // 2))
    rows = [*(_real_rows(project, most - len(odd)) or _made_rows(project, most - len(odd))), *odd]
    return [row for row, there in zip(rows, _answered(project, rows), strict=True) if there]


def _answered(project: Project, rows: list[RawRow]) -> NDArray[np.bool_]:
    """Which rows have an answer, (rows,)."""
    names = tuple(column.name for column in project.preparation.columns)
    read = project.preparation.read(RawTable.from_rows(names, rows))
    found = project.predictor.answers_where_possible(read, np.arange(len(rows)))
    return np.array(np.isfinite(found.numbers).all(axis=1))


def _odd_rows(project: Project) -> Iterator[RawRow]:
    """A typical row with one value changed to one that a program is likely to forget."""
    typical = typical_row(project.preparation)
    for column in project.preparation.columns:
        yield from ({**typical, column.name: odd} for odd in _odd_values(column))


def _odd_values(column: PreparedColumn) -> list[Any]:
    missing = [None] if column.fill is not None or column.own_category else []
    return [*missing, *([0.0] if column.zeros_missing else []), *([_UNSEEN] if column.labels else [])]


def _real_rows(project: Project, most: int) -> list[RawRow]:
    """Rows of the project's data, evenly chosen; none where they are not known."""
    if project.checkpoint is None:
        return []
    data, spec = project.checkpoint.data, project.checkpoint.experiment.data
    if spec.source == "table" and spec.table is not None:
        try:
            return _rows_of_table(table_in_use(spec.table), project, most)
        except DataError:  # the file is gone, but the values are in the checkpoint
            return _rows_of_dataset(data, most)
    return _rows_of_dataset(data, most)


def _rows_of_table(raw: RawTable, project: Project, most: int) -> list[RawRow]:
    part = raw.take(_evenly(raw.rows, most))
    needed = [column for column in project.preparation.columns if column.name in raw.names]
    values = {column.name: _values(part.column(column.name), column.kind) for column in needed}
    return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]


def _values(column: Column, kind: str) -> list[Any]:
    """The values of a column as one would type them; None where there is none."""
    if column.stored != "text" and kind in ("number", "date"):
        typed = float if kind == "number" else date_in_words
        return [None if np.isnan(value) else typed(value) for value in column.values]
    return [column.text(row) or None for row in range(len(column.values))]


def _rows_of_dataset(data: Dataset, most: int) -> list[RawRow]:
    rows: list[RawRow] = []
    parts = [part for part in map(data.coordinates, ("train", "test")) if len(part)]
    for part in parts:
        values = data.scaling.undo(part[_evenly(len(part), most // len(parts))])
        rows += [row_in_words(data.preparation, data.variables, each) for each in values]
    return rows


def _made_rows(project: Project, most: int) -> list[RawRow]:
    """Rows of what is low, typical and high in each column, or of its labels."""
    rng = np.random.default_rng(0)
    drawn = {}
    for column in project.preparation.columns:
        places = [float(place) for place in range(len(column.labels))]
        values = [in_words(column, value) for value in places or (column.low, column.typical, column.high)]
        drawn[column.name] = [values[place] for place in rng.integers(len(values), size=most)]
    return [dict(zip(drawn, row, strict=True)) for row in zip(*drawn.values(), strict=True)]


def _evenly(rows: int, most: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, max(rows - 1, 0), min(rows, most)).astype(np.int64))


class _NoAnswer(Exception):  # noqa: N818 - it is one of the answers
    """An export that does not run here: why, in words that end a sentence, and all that it said."""

    def __init__(self, reason: str, details: str = "") -> None:
        super().__init__(reason)
        self.details = details


def prove(
    project: Project,
    target: Target,
    main_file: Path,
    rows: list[RawRow],
    patience_s: float = _PATIENCE_S,
    given_up: Event | None = None,
) -> Proof:
    """Runs an export on rows that the network answers, such as those of ``sample_rows``, and compares.

    The difference is that of probabilities; of numbers and other outputs in the network's own units, where what is
    larger than 1 is compared by share. Never raises for what the export does: the proof says it. Raises
    ``CancelledError`` soon after ``given_up`` is set.
    """

    def not_run(reason: str, failed: bool = False, details: str = "") -> Proof:
        return Proof(target.key, len(rows), None, reason, failed, details)

    if target.run is None:
        return not_run(f"{target.label} cannot be run by itself, so there is nothing to prove.")
    if target.requires and find_spec(target.requires.partition(".")[0]) is None:
        return not_run(f"Not proven here: {target.package or target.requires} is not installed.")
    if not rows:
        return not_run("Not proven: the network answers none of the rows there are.")
    try:
        found = _run_apart(target, main_file, rows, patience_s, given_up)
        difference = compare(project, found, rows)
    except _NoAnswer as error:
        return not_run(f"Not proven: the export does not run here: {error}", True, error.details)
    except ExportError as error:
        return not_run(f"Not proven: {error}.", True)
    on = f"on {counted(len(rows), 'row')}"
    if difference <= TOLERANCE:
        largest = f"the largest difference {on} is {difference:.1e}" if difference else f"there is no difference {on}"
        return Proof(target.key, len(rows), difference, f"Proven: {largest}.")
    tolerance = rounding(project, rows)
    if difference <= tolerance <= _MOST_ROUNDING:
        said = f"the largest difference {on} is {difference:.1e}; up to {tolerance:.1e} is rounding in this network"
        return Proof(target.key, len(rows), difference, f"Proven: {said}.", tolerance=tolerance)
    if difference <= tolerance:
        said = f"it differs by {difference:.1e} {on}, and rounding alone may make {tolerance:.1e} in this network"
        return Proof(target.key, len(rows), difference, f"Not proven: {said}.")
    said = f"it differs by {difference:.2g} {on}; up to {tolerance:.1g} is rounding"
    return Proof(target.key, len(rows), difference, f"Not the same: {said}.", True, _where(project, found, rows))


def _where(project: Project, found: NDArray[Any], rows: list[RawRow]) -> str:
    """The row that differs most, with both answers to it."""
    wanted = project.predictor.answers_to_rows(rows).numbers
    with np.errstate(all="ignore"):
        row = int(np.abs(found - wanted).max(axis=1).argmax())
    return f"row: {dict(rows[row])}\nnetwork: {wanted[row].tolist()}\nexport: {found[row].tolist()}"


def compare(project: Project, found: NDArray[Any], rows: list[RawRow]) -> float:
    """The largest difference between what an export has found for rows, (rows, outputs), and what the network says.

    NaN where one of the outputs is no number. Raises ``ExportError`` where there are not as many.
    """
    wanted = project.predictor.answers_to_rows(rows).numbers
    if found.shape != wanted.shape:
        raise ExportError(f"it answers with {found.shape} numbers instead of {wanted.shape}")
    if project.preparation.task == "regression":
        scaling = project.preparation.target.scaling
        if scaling.logarithmic:
            wanted, found = np.maximum(wanted, _LEAST), np.maximum(found, _LEAST)
        with np.errstate(all="ignore"):
            wanted, found = (scaling.apply(each).astype(np.float64) for each in (wanted, found))
    scale = np.maximum(np.abs(wanted).max(axis=0), 1.0)
    return float((np.abs(found - wanted) / scale).max())


def rounding(project: Project, rows: list[RawRow]) -> float:
    """The largest difference that is rounding, from what the network answers in single and in double precision.

    Never below ``TOLERANCE``.
    """
    exact = replace(project.predictor, network=project.network.copy(np.float64)).answers_to_rows(rows).numbers
    return max(TOLERANCE, _ROUNDING * compare(project, exact, rows))


def _run_apart(
    target: Target, main_file: Path, rows: list[RawRow], patience_s: float, given_up: Event | None
) -> NDArray[Any]:
    """What the export answers, in a process of its own. Raises ``_NoAnswer`` with the last thing it says."""
    home = str(Path(engine.__file__).parents[1])
    paths = os.pathsep.join([home, *filter(None, [os.environ.get("PYTHONPATH")])])
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / _ROWS).write_text(json.dumps([dict(row) for row in rows], default=str), "utf-8")
        with subprocess.Popen(
            [sys.executable, "-m", __spec__.name, target.key, str(main_file.absolute()), name],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        ) as process:
            try:
                said = _said_at_the_end(process, patience_s, given_up)
            finally:
                process.kill()
        if process.returncode:
            lines = said.strip().splitlines() or [f"it ended with the code {process.returncode}"]
            raise _NoAnswer(lines[-1], said)
        outputs: NDArray[Any] = np.load(folder / _OUTPUTS)
        return outputs


def _said_at_the_end(process: subprocess.Popen[str], patience_s: float, given_up: Event | None) -> str:
    """Waits until a process has ended; what it wrote to its standard error."""
    end = monotonic() + patience_s
    while True:
        try:
            return process.communicate(timeout=_LOOK_S)[1]
        except subprocess.TimeoutExpired:
            if given_up is not None and given_up.is_set():
                raise CancelledError from None
            if monotonic() > end:
                raise _NoAnswer(f"it has not answered within {patience_s:g} s") from None


def _run_here(key: str, main_file: Path, folder: Path) -> None:
    """The other side of ``_run_apart``."""
    run = EXPORTS[key].run
    assert run is not None
    rows = json.loads((folder / _ROWS).read_text("utf-8"))
    np.save(folder / _OUTPUTS, np.asarray(run(main_file, rows), np.float64))


if __name__ == "__main__":
    _run_here(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
