"""From the description of data to the data."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.converting import UNSEEN, as_numbers, as_places
from engine.data.dataset import Dataset, refuse_settings
from engine.data.derived import variables_of
from engine.data.disturbing import disturbed
from engine.data.fitting import Inputs, fit
from engine.data.guessing import TablePlan, plan_table
from engine.data.opened import table_in_use
from engine.data.preparation import LARGEST, Preparation, PreparedTarget
from engine.data.raw import Column, RawTable
from engine.data.scaling import Scaling
from engine.data.sources import SOURCES, built_in
from engine.data.splitting import split_table
from engine.data.table import DataError, Table, task_of
from engine.data.table_plan import dropped
from engine.data.table_spec import TableSpec
from engine.data.typed import refuse_too_large
from engine.experiment import DataSpec

Rows = NDArray[np.int64]
_COPIES = 3


def load_data(spec: DataSpec) -> Dataset:
    """Loads, splits and scales the data that a description names.

    Raises ``DataError`` with one sentence when columns are missing or nothing can be learned from it.
    """
    if spec.source == "table" and spec.table is not None:
        return disturbed(prepare_table(table_in_use(spec.table), spec.table, spec), spec)
    table = _table(spec)
    drawn, source = spec.points if spec.source == "drawn" else None, built_in(spec.source)
    variables = variables_of(table.columns, spec.features, spec.derived)
    data = Dataset.from_table(
        table.with_columns(variables),
        test_fraction=spec.test_fraction,
        scale=spec.scale,
        seed=spec.seed,
        columns=table.columns,
        source=spec.source,
        bounds=drawn.plane if drawn else source.bounds if source else None,
        parts=drawn.split(spec.test_fraction, spec.seed) if drawn else None,
        derived=spec.derived,
        features=spec.features,
    )
    return disturbed(data, spec)


def _table(spec: DataSpec) -> Table:
    if spec.source == "drawn" and spec.points is not None:
        return spec.points.table()
    rng = np.random.default_rng([spec.seed, 0])
    return SOURCES[spec.source].table(rng, spec.samples, spec.noise, spec.classes)


def prepare_table(raw: RawTable, table: TableSpec, spec: DataSpec) -> Dataset:
    """A table of one's own as a data set: planned, split, and prepared by what was fitted on the training rows.

    With the test rows in a second file these follow on those of the first. Raises ``DataError``.
    """
    refuse_settings(spec.test_fraction, spec.scale)
    plan = plan_table(raw, table)
    if plan.problem:
        raise DataError(plan.problem)
    kept, y = np.flatnonzero(~dropped(raw, plan)), _targets(raw, plan, table.target_log)
    train, test = split_table(raw, table, kept, y, len(plan.classes), spec.test_fraction, spec.seed)
    if not len(train):
        raise DataError("no rows are left to learn from; hold out fewer, or fill in what is missing")
    target, y_scaling = _fitted_target(plan, table, spec, y[train])
    preparation, columns = fit(raw, plan, train, Inputs(spec.features, spec.derived, spec.scale), target)
    tables: tuple[RawTable, ...] = (raw,)
    raw_test, y_test, offset = raw, y, 0
    if table.split == "file":
        raw_test, offset = _second_file(table, plan), raw.rows
        tables = (raw, raw_test)
        test, y_test = _rows_for_testing(raw_test, plan), _targets(raw_test, plan, table.target_log)
    _refuse_too_much(raw, preparation, len(train) + len(test))
    return Dataset(
        x_train=preparation.inputs(raw, train),
        y_train=_for_network(y[train], y_scaling, plan),
        x_test=preparation.inputs(raw_test, test),
        y_test=_for_network(y_test[test], y_scaling, plan),
        names=preparation.names,
        task=task_of(len(plan.classes)),
        target=plan.target,
        classes=plan.classes,
        x_scaling=preparation.scaling,
        y_scaling=y_scaling,
        rows_train=train,
        rows_test=test + offset,
        columns=columns,
        preparation=preparation,
        source=spec.source,
        values_train=_varied(preparation, raw, train),
        values_test=_varied(preparation, raw_test, test),
        tables=tables,
    )


def _rows_for_testing(raw: RawTable, plan: TablePlan) -> Rows:
    """The rows of the second file that are not left out; raises ``DataError`` when there is none."""
    out = dropped(raw, plan)
    if out.all():
        lacking_all = f"no row of {raw.origin} has all values" if raw.rows else ""
        raise DataError(
            f"{lacking_all or f'{raw.origin} has no rows'}, so there is nothing to test with; "
            "correct the file, or hold rows of the first one out"
        )
    return np.flatnonzero(~out)


def _refuse_too_much(raw: RawTable, preparation: Preparation, rows: int) -> None:
    """Raises ``DataError``, before it is allocated, when what training keeps of so many rows does not fit.

    Inputs and targets are there three times: as prepared, as the network reads them, and shuffled.
    """
    width = len(preparation.names) + len(preparation.target.classes)
    varied = len(preparation.variables) if preparation.derived else 0
    refuse_too_large((_COPIES * np.float32().nbytes * width + np.float64().nbytes * varied) * rows, rows, raw.origin)


def _varied(preparation: Preparation, raw: RawTable, rows: Rows) -> NDArray[np.float64] | None:
    """The variables (rows, variables) that features are made from or that are inputs; None where no feature is made."""
    if not preparation.derived:
        return None
    names = variables_of(preparation.variables, preparation.features, preparation.derived)
    places = [preparation.variables.index(name) for name in names]
    return preparation.values(raw.take(rows))[:, places]


def _targets(raw: RawTable, plan: TablePlan, logarithmic: bool) -> NDArray[Any]:
    """The target of every row of a table, (rows,): class indices int64, or numbers; below 0 or NaN where missing."""
    column = raw.column(plan.target)
    if plan.target_kind == "number":
        return _finite(column, logarithmic)
    places = as_places(column, plan.classes)
    if (unseen := places == UNSEEN).any():
        row = int(np.flatnonzero(unseen)[0])
        raise DataError(
            f"row {row + 1} of {raw.origin}, target '{column.name}' is '{column.text(row)}', "
            f"which is none of the classes to learn: {', '.join(plan.classes[:20])}"
        )
    return places.astype(np.int64)


def _finite(column: Column, logarithmic: bool) -> NDArray[np.float64]:
    values = as_numbers(column)
    endless = np.abs(values) > LARGEST
    if endless.any():
        row = int(np.flatnonzero(endless)[0])
        raise DataError(f"row {row + 1}, target '{column.name}' is not a finite number below 3e38")
    if logarithmic and (low := values <= -1).any():
        row = int(np.flatnonzero(low)[0])
        raise DataError(f"row {row + 1}, target '{column.name}' is {values[row]:g}, and log(1 + y) needs more than −1")
    return values


def _fitted_target(
    plan: TablePlan, table: TableSpec, spec: DataSpec, y: NDArray[Any]
) -> tuple[PreparedTarget, Scaling]:
    """The target as fitted to the values (rows,) of the training rows, and its scaling."""
    if plan.classes:
        return PreparedTarget(name=plan.target, classes=plan.classes), Scaling.fitted("none", np.zeros((1, 1)))
    said = table.settings_by_name.get(plan.target)
    scale = spec.scale if said is None or said.scale == "auto" else said.scale
    scaling = Scaling.fitted(scale, y[:, None], table.target_log)
    target = PreparedTarget(
        name=plan.target,
        shift=tuple(scaling.shift.tolist()),
        factor=tuple(scaling.factor.tolist()),
        logarithmic=scaling.logarithmic,
    )
    return target, scaling


def _for_network(y: NDArray[Any], scaling: Scaling, plan: TablePlan) -> NDArray[Any]:
    return y if plan.classes else scaling.apply(y[:, None])


def _second_file(table: TableSpec, plan: TablePlan) -> RawTable:
    """The table with the test rows; raises ``DataError`` when it lacks a column that is needed."""
    if table.second is None:
        raise DataError("choose the second file, which holds the test rows")
    found = table_in_use(table.second)
    for name in (*(column.name for column in plan.inputs), plan.target):
        if name not in found.names:
            raise DataError(f"{found.origin} has no column '{name}'; it has {', '.join(found.names[:20])}")
    return found
