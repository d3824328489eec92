"""Where the rows of a table lie on the plane of a map, and how near to it. Plain numbers, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.probes import Maps

# The part of a class's band that its points are spread over, and a step that fills it evenly.
_SPREAD, _GOLDEN = 0.7, 0.6180339887498949
# Points are never fainter than this, so that all of the data can be found.
_FAINTEST = 0.12


@dataclass(frozen=True)
class Points:
    """The rows on a plane, the farthest first, so that the nearest are drawn over them.

    ``at`` (rows, 2) in the user's units; with one input the second goes from 0 to 1, in bands by class. ``near``
    (rows,) is 1 on the plane and falls towards 0 with the distance from it. ``rows`` are those of the original
    table, ``truth`` (rows,) their true classes or the first target in its units, ``tested`` whether they are test rows.
    """

    at: NDArray[np.float64]
    near: NDArray[np.float64]
    rows: NDArray[np.int64]
    truth: NDArray[np.float64]
    tested: NDArray[np.bool_]

    @property
    def classes(self) -> NDArray[np.int64]:
        """The true classes, (rows,)."""
        return self.truth.astype(np.int64)

    def place(self, row: int) -> NDArray[np.float64] | None:
        """Where a row of the original table lies, (2,); None when it is not among them."""
        found = np.flatnonzero(self.rows == row)
        return self.at[found[0]] if len(found) else None

    def first(self, most: int) -> Points:
        """Those that are drawn: the nearest, at most so many of either part."""
        some = np.sort(np.concatenate([np.flatnonzero(self.tested == part)[-most:] for part in (False, True)]))
        return Points(self.at[some], self.near[some], self.rows[some], self.truth[some], self.tested[some])


def points_on(data: Dataset, maps: Maps) -> Points:
    """All rows, projected onto the plane of the maps."""
    scaled = np.concatenate([data.coordinates("train"), data.coordinates("test")]).astype(np.float64)
    rows = np.concatenate([data.rows_train, data.rows_test])
    y = np.concatenate([data.y_train, data.y_test])
    truth = y.astype(np.float64) if data.classes else data.y_scaling.undo(y)[:, 0]
    tested = np.arange(len(rows)) >= len(data.rows_train)
    at = data.scaling.undo(scaled)[:, list(maps.plane)]
    if len(maps.plane) == 1:
        at = np.column_stack([at[:, 0], _bands(rows, truth, len(data.classes))])
    near = _nearness(data, maps, scaled, rows)
    order = np.argsort(near, kind="stable")
    return Points(at[order], near[order], rows[order], truth[order], tested[order])


def band_of(one: int, classes: int) -> float:
    """The middle of the band of a class, from 0 at the bottom to 1; the first class is at the top."""
    return 1.0 - (one + 0.5) / classes


def _bands(rows: NDArray[np.int64], of: NDArray[np.float64], classes: int) -> NDArray[np.float64]:
    """A height for every row within the band of its class, or anywhere for a number; always the same for a row."""
    spread = np.asarray((rows * _GOLDEN) % 1.0 - 0.5, np.float64) * _SPREAD
    return 1.0 - (of + 0.5 - spread) / classes if classes else 0.5 + spread


def _nearness(data: Dataset, maps: Maps, scaled: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """exp(−d²/2), where d is the root mean square over the held variables of the distance from the row they are at.

    It is measured in standard deviations of the training rows, whatever the scaling of the data.
    """
    held = np.setdiff1d(np.arange(scaled.shape[1]), maps.plane)
    here = np.flatnonzero(rows == maps.held) if maps.held is not None else np.empty(0, np.int64)
    if not len(held) or not len(here):
        return np.ones(len(rows))
    others = scaled[:, held]
    spread = data.coordinates("train")[:, held].astype(np.float64).std(axis=0) if len(data.x_train) else np.ones(1)
    distance = (others - others[here[0]]) / np.where(spread > 0.0, spread, 1.0)
    near: NDArray[np.float64] = np.exp(-0.5 * (distance**2).mean(axis=1))
    return near.clip(_FAINTEST, 1.0)


def telling_plane(data: Dataset) -> tuple[int, ...]:
    """The two columns that explain most of the variance of the answer, each by itself.

    Of classes it is that of the column between them, of a number that of the first target along a straight line.
    """
    x, y = data.coordinates("train").astype(np.float64), data.y_train
    if not len(x):
        return (0, 1)
    total = x.var(axis=0) * len(x)
    if data.classes:
        of_classes = [x[y == k] for k in np.unique(y).tolist()]
        explained = total - sum(each.var(axis=0) * len(each) for each in of_classes)
    else:
        off = y[:, 0].astype(np.float64) - y[:, 0].mean(dtype=np.float64)
        explained = ((x - x.mean(axis=0)).T @ off) ** 2 / max(float(off @ off), 1e-12)
    share = np.where(total > 1e-12, explained / np.maximum(total, 1e-12), 0.0)
    return tuple(np.argsort(-share, kind="stable")[:2].tolist())
