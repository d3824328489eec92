"""From the description of data to the data."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset
from engine.data.sources import SOURCES
from engine.experiment import DataSpec


def load_data(spec: DataSpec) -> Dataset:
    """Loads, splits and scales the data that a description names.

    Raises ``DataError`` with one sentence when columns are missing or nothing can be learned from it.
    """
    source = SOURCES[spec.source]
    rng = np.random.default_rng([spec.seed, 0])
    table = source.table(rng, spec.samples, spec.noise, spec.classes)
    return Dataset.from_table(
        table.with_columns(spec.features),
        test_fraction=spec.test_fraction,
        scale=spec.scale,
        seed=spec.seed,
        columns=table.columns,
        source=spec.source,
    )
