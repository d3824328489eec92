"""Disturbed training rows: fewer of them, wrong labels, scattered inputs. The test part is never touched.

Every row of the original table draws its own numbers, whatever the others, so that more rows contain the fewer, and a
stronger disturbance moves the same rows farther.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.experiment import DataSpec

# A generator for each purpose; making and splitting the data have 0 and 1.
_CHOICE, _RELABELLED, _NEW_LABEL, _INPUTS = 10, 11, 12, 13
Rows = NDArray[np.int64]


def disturbed(data: Dataset, spec: DataSpec) -> Dataset:
    """The data with a disturbed training part; themselves where nothing is to be disturbed.

    Labels are replaced first, then rows are left out, classes balanced, and inputs scattered. Scalings stay those
    fitted before.
    """
    count = len(data.rows_train)
    if not count:
        return data
    y = _relabelled(data, spec)
    kept = _balanced(data, y, _chosen(data, y, spec), spec)
    coordinates = data.coordinates("train")
    scattered = coordinates[kept]
    if spec.input_noise:
        noise = _drawn(data, spec, _INPUTS, coordinates.shape[1])[kept]
        scattered = scattered + (spec.input_noise * _deviation(coordinates) * noise).astype(scattered.dtype)
    elif y is data.y_train and np.array_equal(kept, np.arange(count)):
        return data
    return replace(
        data,
        x_train=data.inputs_at(scattered),
        y_train=y[kept],
        rows_train=data.rows_train[kept],
        values_train=scattered if data.derived else None,
    )


def _drawn(data: Dataset, spec: DataSpec, purpose: int, columns: int = 0) -> NDArray[Any]:
    """Numbers for each training row, (rows,) even between 0 and 1, or normal ones (rows, columns)."""
    rng, rows = np.random.default_rng([spec.seed, purpose]), int(data.rows_train.max()) + 1
    every = rng.standard_normal((rows, columns), dtype=np.float32) if columns else rng.random(rows)
    drawn: NDArray[Any] = every[data.rows_train]
    return drawn


def _deviation(values: NDArray[Any]) -> NDArray[Any]:
    """The standard deviation of each column; in double precision where the squares are too large for less."""
    with np.errstate(over="ignore"):
        found: NDArray[Any] = values.std(axis=0)
    return found if np.isfinite(found).all() else values.std(axis=0, dtype=np.float64)


def _relabelled(data: Dataset, spec: DataSpec) -> NDArray[Any]:
    """The targets, with the share asked for given another class; numbers with noise in standard deviations."""
    y = data.y_train
    if not spec.label_noise:
        return y
    if not data.classes:
        noise = _drawn(data, spec, _NEW_LABEL, y.shape[1])
        noisy: NDArray[Any] = y + (spec.label_noise * _deviation(y) * noise).astype(y.dtype)
        return noisy
    first = np.argsort(_drawn(data, spec, _RELABELLED), kind="stable")[: round(spec.label_noise * len(y))]
    others = len(data.classes) - 1
    away = 1 + (_drawn(data, spec, _NEW_LABEL) * others).astype(np.int64)
    changed = y.copy()
    changed[first] = (y[first] + away[first]) % len(data.classes)
    return changed


def _chosen(data: Dataset, y: NDArray[Any], spec: DataSpec) -> Rows:
    """The positions of the rows that are used, in order. Classes keep their shares, as far as that can be."""
    count = len(y)
    most = max(min(round(spec.subsample * count), spec.train_rows or count), 1)
    if most >= count:
        return np.arange(count)
    turn = np.empty(count)
    lot = _drawn(data, spec, _CHOICE)
    for group in _by_class(data, y, np.arange(count)):
        order = group[np.argsort(lot[group], kind="stable")]
        turn[order] = (np.arange(len(group)) + 0.5) / len(group)
    return np.sort(np.lexsort((lot, turn))[:most])


def _balanced(data: Dataset, y: NDArray[Any], kept: Rows, spec: DataSpec) -> Rows:
    """As many rows of every class: of the larger ones some are left out, or those of the smaller ones repeated."""
    groups = _by_class(data, y, kept)
    if spec.balance == "none" or len(groups) < 2:
        return kept
    lot = _drawn(data, spec, _CHOICE)
    sizes = [len(group) for group in groups]
    if spec.balance == "undersample":
        return np.sort(np.concatenate([group[np.argsort(lot[group], kind="stable")][: min(sizes)] for group in groups]))
    # Those that are repeated come last.
    return np.concatenate([kept, *(np.resize(group, max(sizes))[len(group) :] for group in groups)])


def _by_class(data: Dataset, y: NDArray[Any], kept: Rows) -> list[Rows]:
    """The positions by class, without classes that have none; all together for numbers."""
    if not data.classes:
        return [kept]
    groups = (kept[y[kept] == k] for k in range(len(data.classes)))
    return [group for group in groups if len(group)]
