"""Probes: what the views ask of a network besides its weights. They read the network and change nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.activations import Array
from engine.data.dataset import Dataset
from engine.network import Network

GRID = 56


@dataclass(frozen=True)
class Wants:
    """What the visible views need; what is hidden is not computed. ``row`` is a row of the original table.

    ``plane``: the indices of up to two inputs that the maps run over; () is the data's own where it has no more
    than two inputs, and no maps otherwise. ``nodes`` and ``edges`` are keys of NODE_VIEWS and EDGE_VIEWS.
    """

    maps: bool = False
    row: int | None = None
    plane: tuple[int, ...] = ()
    nodes: str = "activation"
    edges: str = "weight"


@dataclass(frozen=True)
class Maps:
    """What every unit answers over the plane of the two inputs.

    ``layers``: for each layer (units, GRID, GRID), the second axis running along input 2 from low to high,
    the third along input 1. ``extent``: (x low, x high, y low, y high) in the user's units.
    """

    step: int
    extent: tuple[float, float, float, float]
    layers: list[Array]


@dataclass(frozen=True)
class Trace:
    """One row on its way through the network: ``x`` (inputs,) scaled, and z and a of every layer, (units,).

    ``inputs`` is what every layer was given, (inputs,): the outputs before it, after the stages in between.
    """

    row: int
    part: str
    x: Array
    x_in_units: NDArray[np.float64]
    truth: str
    inputs: list[Array]
    z: list[Array]
    a: list[Array]


def plane_extent(data: Dataset) -> tuple[float, float, float, float]:
    """The range of the two inputs over all rows with a margin of 8 %, in the network's units."""
    x = np.concatenate([data.x_train, data.x_test])
    low, high = x.min(axis=0).astype(float), x.max(axis=0).astype(float)
    margin = 0.08 * np.where(high > low, high - low, 1.0)
    return (low[0] - margin[0], high[0] + margin[0], low[1] - margin[1], high[1] + margin[1])


def maps(network: Network, data: Dataset, step: int) -> Maps | None:
    """The answers of every unit over the plane, or None when there are not exactly two inputs."""
    if data.x_train.shape[1] != 2:
        return None
    left, right, bottom, top = plane_extent(data)
    across, up = np.meshgrid(np.linspace(left, right, GRID), np.linspace(bottom, top, GRID))
    points = np.stack([across.ravel(), up.ravel()], axis=1).astype(network.dtype)
    with np.errstate(all="ignore"):
        a = network.every_layer(points).a
    corners = data.x_scaling.undo([[left, bottom], [right, top]])
    extent = (corners[0, 0], corners[1, 0], corners[0, 1], corners[1, 1])
    return Maps(step, extent, [layer.reshape(-1, GRID, GRID).copy() for layer in a])


def trace(network: Network, data: Dataset, row: int) -> Trace | None:
    """One row of the original table through the network, or None when it is in neither part."""
    for part, rows in (("train", data.rows_train), ("test", data.rows_test)):
        found = np.flatnonzero(rows == row)
        if len(found):
            x, y = data.part(part)
            with np.errstate(all="ignore"):
                work = network.every_layer(x[found])
            units = data.x_scaling.undo(x[found])[0]
            truth = _in_words(data, y[found[0]])
            columns = ([values[:, 0].copy() for values in each] for each in (work.x, work.z, work.a))
            return Trace(row, part, x[found[0]], units, truth, *columns)
    return None


def _in_words(data: Dataset, y: Array) -> str:
    if data.classes:
        return data.classes[int(y)]
    return ", ".join(f"{value:.4g}" for value in np.atleast_1d(data.y_scaling.undo(y)))
