"""Which rows train and which are held out for testing: by share, by a column, or by order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.converting import MISSING, as_places, truth
from engine.data.raw import Column, RawTable
from engine.data.table import DataError
from engine.data.table_spec import TableSpec

Rows = NDArray[np.int64]
# What marks a row for testing, beside all words that say yes.
_TEST_WORDS = {"test", "testing", "tst", "validation", "valid", "val", "holdout", "hold-out", "held out"}


def split(y: NDArray[Any], classes: int, test_fraction: float, seed: int) -> tuple[Rows, Rows]:
    """Shuffled row numbers of the training and the test part; every class keeps its share in both.

    With 0 classes the share is taken of all rows alike.
    """
    rng = np.random.default_rng([seed, 1])
    groups = [np.flatnonzero(y == k) for k in range(classes)] if classes else [np.arange(len(y))]
    train, test = [], []
    for group in groups:
        shuffled = rng.permutation(group)
        held_out = min(round(test_fraction * len(group)), max(len(group) - 1, 0))
        test.append(shuffled[:held_out])
        train.append(shuffled[held_out:])
    return rng.permutation(np.concatenate(train)), rng.permutation(np.concatenate(test))


def split_table(
    raw: RawTable, spec: TableSpec, kept: Rows, y: NDArray[Any], classes: int, test_fraction: float, seed: int
) -> tuple[Rows, Rows]:
    """The rows of a table that train and that are held out, of those that are ``kept``.

    ``y`` (rows,) are the targets of all rows, class indices where there are ``classes``. Raises ``DataError`` when
    one part would be empty that should not.
    """
    if spec.split == "file":
        return kept, kept[:0]
    if spec.split == "column":
        marked = _marked(raw.column(spec.split_column))[kept]
        return kept[~marked], kept[marked]
    if spec.split == "order":
        ordered = kept[_order(raw.column(spec.order_column), kept)] if spec.order_column else kept
        held_out = min(round(test_fraction * len(kept)), max(len(kept) - 1, 0))
        return ordered[: len(kept) - held_out], ordered[len(kept) - held_out :]
    train, test = split(y[kept], classes if spec.stratify else 0, test_fraction, seed)
    return kept[train], kept[test]


def _marked(column: Column) -> NDArray[np.bool_]:
    """Which rows a column marks for testing, (rows,)."""
    codes, words = column.as_labels()
    tests = [word.strip().casefold() in _TEST_WORDS or truth(word) is True for word in words]
    marked: NDArray[np.bool_] = np.array([*tests, False])[codes]
    if not marked.any() or marked.all():
        raise DataError(
            f"the column '{column.name}' marks {'all rows' if marked.any() else 'no row'} for testing; "
            "rows with “test”, “yes”, “true” or 1 are held out, and all others are for training"
        )
    return marked


def _order(column: Column, rows: Rows) -> Rows:
    """The places of rows in rising order of a column; equal ones stay as they were, those without a value go first."""
    if column.stored == "text":
        places = as_places(column, tuple(sorted(set(column.labels))))[rows]
        return np.argsort(np.where(places == MISSING, -1, places), kind="stable")
    values = column.values[rows]
    return np.argsort(np.where(np.isnan(values), -np.inf, values), kind="stable")
