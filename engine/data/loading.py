"""From the description of data to the data."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset
from engine.data.guessing import plan_table
from engine.data.opened import raw_table
from engine.data.sources import SOURCES
from engine.data.table import DataError, Table
from engine.experiment import DataSpec


def load_data(spec: DataSpec) -> Dataset:
    """Loads, splits and scales the data that a description names.

    Raises ``DataError`` with one sentence when columns are missing or nothing can be learned from it.
    """
    table = _table(spec)
    drawn = spec.points if spec.source == "drawn" else None
    return Dataset.from_table(
        table.with_columns(spec.features),
        test_fraction=spec.test_fraction,
        scale=spec.scale,
        seed=spec.seed,
        columns=table.columns,
        source=spec.source,
        bounds=drawn.plane if drawn else None,
        parts=drawn.split(spec.test_fraction, spec.seed) if drawn else None,
    )


def _table(spec: DataSpec) -> Table:
    if spec.source == "drawn" and spec.points is not None:
        return spec.points.table()
    if spec.source == "table" and spec.table is not None:
        raw = raw_table(spec.table)
        plan = plan_table(raw, spec.table)
        if plan.problem:
            raise DataError(plan.problem)
        x = np.stack([raw.column(column.name).values for column in plan.inputs], axis=1)
        target = raw.column(plan.target)
        y = target.as_labels()[0].astype(np.int64) if plan.classes else target.values[:, None]
        return Table(tuple(column.name for column in plan.inputs), x, y, plan.target, plan.classes)
    rng = np.random.default_rng([spec.seed, 0])
    return SOURCES[spec.source].table(rng, spec.samples, spec.noise, spec.classes)
