"""Proving an export: it runs in a process of its own, on real rows, and is compared with the network itself.

Run as a program, ``python -m engine.export.proof TARGET FILE FOLDER``, it is that process: it reads rows from the
folder and writes what the export answers beside them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

import engine
from engine.answering import in_words, row_in_words, typical_row
from engine.data.dataset import Dataset
from engine.data.opened import table_in_use
from engine.data.preparation import PreparedColumn
from engine.data.raw import Column, RawTable
from engine.data.table import DataError
from engine.export.target import TOLERANCE, ExportError, Proof, RawRow, Target
from engine.export.targets import EXPORTS
from engine.project import Project

_ROWS, _OUTPUTS = "rows.json", "outputs.npy"
_UNSEEN = "a category that is not there"
# Importing a framework for the first time can take a minute on a slow disk.
_PATIENCE_S = 300.0


def sample_rows(project: Project, most: int = 200) -> list[RawRow]:
    """Rows to prove an export on, at most so many, all of which the network answers.

    Real rows of the project's data where they are known, missing values and dates among them, else rows made of what is
    low, typical and high; and a typical row with each value missing, and with each category unseen, where that may be.
    """
    odd = [row for row in _odd_rows(project) if _answered(project, [row]).all()][: most // 2]
    rows = _real_rows(project, most - len(odd)) or _made_rows(project, most - len(odd))
    answered = _answered(project, rows)
    return [*(row for row, there in zip(rows, answered, strict=True) if there), *odd]


def _answered(project: Project, rows: list[RawRow]) -> NDArray[np.bool_]:
    """Which rows have an answer, (rows,)."""
    names = tuple(column.name for column in project.preparation.columns)
    read = project.preparation.read(RawTable.from_rows(names, rows))
    found = project.predictor.answers_where_possible(read, np.arange(len(rows)))
    return np.array(np.isfinite(found.numbers).all(axis=1))


def _odd_rows(project: Project) -> list[RawRow]:
    """A typical row with one value changed to one that a program is likely to forget."""
    typical = typical_row(project.preparation)
    return [{**typical, column.name: odd} for column in project.preparation.columns for odd in _odd_values(column)]


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
    columns = [raw.column(column.name) for column in project.preparation.columns if column.name in raw.names]
    part = raw.take(_evenly(raw.rows, most))
    return [{column.name: _value(part.column(column.name), row) for column in columns} for row in range(part.rows)]


def _value(column: Column, row: int) -> Any:
    if column.missing[row]:
        return None
    return float(column.values[row]) if column.stored == "number" else column.text(row)


def _rows_of_dataset(data: Dataset, most: int) -> list[RawRow]:
    rows: list[RawRow] = []
    for part in ("train", "test"):
        coordinates = data.coordinates(part)
        values = data.scaling.undo(coordinates[_evenly(len(coordinates), most // 2)])
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


def prove(
    project: Project, target: Target, main_file: Path, rows: list[RawRow], patience_s: float = _PATIENCE_S
) -> Proof:
    """Runs an export on rows that the network answers, such as those of ``sample_rows``, and compares.

    The difference is that of probabilities; of numbers and other outputs in the network's own units, where what is
    larger than 1 is compared by share. Never raises for what the export does: the proof says it.
    """

    def not_proven(reason: str) -> Proof:
        return Proof(target.key, len(rows), None, reason)

    if target.run is None:
        return not_proven(f"{target.label} cannot be run by itself, so there is nothing to prove.")
    if target.requires and find_spec(target.requires.partition(".")[0]) is None:
        name = target.package or target.requires
        return not_proven(f"{name} is not installed here, so this export is not proven here.")
    if not rows:
        return not_proven("The network answers none of the rows there are, so there is nothing to prove it on.")
    wanted = project.predictor.answers_to_rows(rows).numbers
    try:
        found = _run_apart(target, main_file, rows, patience_s)
    except ExportError as error:
        return not_proven(f"The export does not run here: {error}")
    if found.shape != wanted.shape:
        return not_proven(f"The export answers with {found.shape} numbers instead of {wanted.shape}.")
    difference = _difference(project, wanted, found)
    same = difference <= TOLERANCE
    return Proof(
        target.key,
        len(rows),
        difference,
        f"{'The same' if same else 'Not the same'} on {len(rows)} rows: the largest difference is {difference:.1e}.",
    )


def _difference(project: Project, wanted: NDArray[Any], found: NDArray[Any]) -> float:
    """The largest difference; NaN where one of the outputs is no number."""
    if project.preparation.task == "regression":
        scaling = project.preparation.target.scaling
        with np.errstate(all="ignore"):
            wanted, found = (scaling.apply(each).astype(np.float64) for each in (wanted, found))
    scale = np.maximum(np.abs(wanted).max(axis=0), 1.0)
    return float((np.abs(found - wanted) / scale).max())


def _run_apart(target: Target, main_file: Path, rows: list[RawRow], patience_s: float) -> NDArray[Any]:
    """What the export answers, in a process of its own. Raises ``ExportError`` with the last thing it says."""
    home = str(Path(engine.__file__).parents[1])
    paths = os.pathsep.join([home, *filter(None, [os.environ.get("PYTHONPATH")])])
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / _ROWS).write_text(json.dumps([dict(row) for row in rows], default=str), "utf-8")
        command = [sys.executable, "-m", __spec__.name, target.key, str(main_file.absolute()), name]
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=patience_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ExportError(f"it has not answered within {patience_s:g} s") from None
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"it ended with the code {done.returncode}"]
            raise ExportError(said[-1])
        outputs: NDArray[Any] = np.load(folder / _OUTPUTS)
        return outputs


def _run_here(key: str, main_file: Path, folder: Path) -> None:
    """The other side of ``_run_apart``."""
    run = EXPORTS[key].run
    assert run is not None
    rows = json.loads((folder / _ROWS).read_text("utf-8"))
    np.save(folder / _OUTPUTS, np.asarray(run(main_file, rows), np.float64))


if __name__ == "__main__":
    _run_here(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
