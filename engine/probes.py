"""Probes: what the views ask of a network besides its weights. They read the network and change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from engine.activations import Array
from engine.answering import Answered, Predictor, TypedRow
from engine.data.dataset import Dataset
from engine.data.raw import RawTable
from engine.data.table import DataError
from engine.network import Network

GRID = 56
# A coarser grid where points × widths, or points × parameters, would be more than this.
_NUMBERS, _PRODUCTS = 4_000_000, 2_000_000_000
_COARSEST = 8
# Stands for the row typed by hand, where a row of the table is meant otherwise.
TYPED = -1


@dataclass(frozen=True)
class Wants:
    """What the visible views need; what is hidden is not computed. ``row`` is a row of the original table.

    ``plane``: the indices of up to two variables (see ``Dataset``) that the maps run over; () is the data's own where
    it has no more than two, and no maps otherwise. ``nodes`` and ``edges`` are keys of NODE_VIEWS and EDGE_VIEWS.
    ``maps``: the nodes are drawn, with maps or with statistics of their units. ``typed`` is a row typed by hand
    that is to be answered; it is traced where ``row`` is TYPED. ``probes`` are keys of PROBES.
    ``check_all`` is the number of the check of all gradients that the probe "proof" is asked for, 0: it takes samples.
    """

    maps: bool = False
    row: int | None = None
    plane: tuple[int, ...] = ()
    nodes: str = "activation"
    edges: str = "weight"
    typed: TypedRow | None = None
    probes: tuple[str, ...] = ()
    check_all: int = 0


@dataclass(frozen=True)
class Plane:
    """What maps run over. ``inputs``: the one or two variables of the data that vary; the others are held at a row.

    ``held`` is that row of the original table, None when there are no others. ``quantity`` is "activation" (a) or
    "pre_activation" (z).
    """

    inputs: tuple[int, ...]
    held: int | None = None
    quantity: str = "activation"


@dataclass(frozen=True)
class Maps:
    """What every unit answers over a plane of one or two variables; the others are held at those of a row.

    ``layers``: for each layer (units, side, side), the second axis running along the second input of ``plane``
    from low to high, the third along the first; with a single input all rows of a picture are equal. They are the
    ``quantity``, ``answers`` (outputs, side, side) always the outputs a. The side is GRID, less for wide networks.
    ``extent``: (x low, x high, y low, y high) in the user's units; y goes from 0 to 1 with a single input.
    ``held`` is the row of the original table, None when all inputs vary. ``sums`` (outputs, side, side) are the z of
    the outputs. The arrays are not to be written to.
    """

    step: int
    extent: tuple[float, float, float, float]
    layers: list[Array]
    answers: Array
    plane: tuple[int, ...]
    held: int | None = None
    quantity: str = "activation"
    sums: Array | None = None


@dataclass(frozen=True)
class Trace:
    """One row on its way through the network: ``x`` (inputs,) scaled, and z and a of every layer, (units,).

    ``row`` is TYPED and ``part`` and ``truth`` are "" for a row typed by hand.
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


def chosen_plane(data: Dataset, wants: Wants) -> Plane | None:
    """The plane that maps are wanted over, or None when there is none; columns the data do not have choose none."""
    inputs, wanted = len(data.variables), wants.plane
    if not (len(wanted) == len(set(wanted)) <= 2 and all(0 <= column < inputs for column in wanted)):
        wanted = ()
    if not wanted:
        wanted = tuple(range(inputs)) if inputs <= 2 else ()
    if not wanted:
        return None
    quantity = "pre_activation" if wants.nodes == "pre_activation" else "activation"
    if len(wanted) == inputs:
        return Plane(wanted, None, quantity)
    first = int(np.concatenate([data.rows_train[:1], data.rows_test[:1], [0]])[0])
    held = wants.row if wants.row is not None and data.place(wants.row) else first
    return Plane(wanted, held, quantity)


def plane_extent(data: Dataset, inputs: tuple[int, ...] = (0, 1)) -> tuple[float, float, float, float]:
    """The range of one or two variables over all rows with a margin of 8 %, as coordinates; y is 0 to 1 for one.

    Of points that are drawn it is at least the plane they are drawn on, and without a margin; where nothing is known
    of the rows, two standard deviations around the mean of scaled columns.

    Returns (x low, x high, y low, y high).
    """
    x = np.concatenate([data.coordinates(part)[:, inputs] for part in ("train", "test")])
    if data.bounds is not None:
        ends = data.scaling.apply(np.repeat(np.array(data.bounds)[:, None], len(data.variables), axis=1))
        x = np.concatenate([x, ends[:, inputs]])
    if not len(x):
        x = np.repeat([[-2.0], [2.0]], len(inputs), axis=1)
    low, high = x.min(axis=0).astype(float), x.max(axis=0).astype(float)
    # A plane to paint on stays as it is while points come and go.
    margin = (0.08 if data.bounds is None else 0.0) * np.where(high > low, high - low, 1.0)
    low, high = low - margin, high + margin
    return (low[0], high[0], *((low[1], high[1]) if len(inputs) == 2 else (0.0, 1.0)))


def maps(network: Network, data: Dataset, step: int, plane: Plane) -> Maps:
    """What every unit answers over a plane."""
    left, right, bottom, top = plane_extent(data, plane.inputs)
    side = _side(network)
    across, up = np.linspace(left, right, side), np.linspace(bottom, top, side)
    # With a single input one row of points says it all.
    places = np.meshgrid(across, up if len(plane.inputs) == 2 else up[:1])
    points = np.tile(_values(data, plane.held).astype(network.dtype), (places[0].size, 1))
    for column, along in zip(plane.inputs, places, strict=False):
        points[:, column] = along.ravel()
    points = data.inputs_at(points).astype(network.dtype, copy=False)
    with np.errstate(all="ignore"):
        work = network.every_layer(points)
    chosen = work.z if plane.quantity == "pre_activation" else work.a

    def picture(values: Array) -> Array:
        return np.broadcast_to(values.reshape(len(values), -1, side), (len(values), side, side))

    scaling, columns = data.scaling, list(plane.inputs)
    x, y = ([low, high] for low, high in ((left, right), (bottom, top)))
    ends = np.array([x, y])[: len(columns)] * scaling.factor[columns, None] + scaling.shift[columns, None]
    extent = (*ends[0].tolist(), *(ends[1].tolist() if len(columns) == 2 else y))
    layers = [picture(values) for values in chosen]
    answers, sums = picture(work.a[-1]), picture(work.z[-1])
    return Maps(step, extent, layers, answers, plane.inputs, plane.held, plane.quantity, sums)


def _side(network: Network) -> int:
    """How many points the grid has along a side: as many as the size of the network allows."""
    points = min(_NUMBERS // sum(network.plan.widths), _PRODUCTS // network.plan.parameters)
    return max(_COARSEST, min(GRID, isqrt(points)))


def _values(data: Dataset, row: int | None) -> Array:
    """The coordinates (variables,) of a row of the original table; zeros without a row."""
    place = None if row is None else data.place(row)
    return np.zeros(len(data.variables)) if place is None else data.coordinates(place[0])[place[1]]


def trace(network: Network, data: Dataset, row: int) -> Trace | None:
    """One row of the original table through the network, or None when it is in neither part."""
    place = data.place(row)
    if place is None:
        return None
    part, found = place
    x, y = data.part(part)
    return _traced(network, data, x[found], row, part, _in_words(data, y[found]))


def _traced(network: Network, data: Dataset, x: Array, row: int, part: str, truth: str) -> Trace:
    with np.errstate(all="ignore"):
        work = network.every_layer(x[None])
    columns = ([values[:, 0].copy() for values in each] for each in (work.x, work.z, work.a))
    return Trace(row, part, x, data.x_scaling.undo(x[None])[0], truth, *columns)


class Question:
    """A row typed by hand: prepared once, answered as often as it is asked."""

    def __init__(self) -> None:
        self._data: Dataset | None = None
        self._prepared: Answered | None = None

    def answer(self, network: Network, data: Dataset, typed: TypedRow) -> Answered:
        """What the network says to the row now, or why it cannot be asked."""
        prepared = self._prepared
        if prepared is None or data is not self._data or typed != prepared.typed:
            self._data, self._prepared = data, (prepared := _prepared(data, typed))
        if prepared.x is None:
            return prepared
        predictor = Predictor(network, data.preparation)
        answers = predictor.answers_to(prepared.x[None])
        return Answered(typed, answers, prepared.x, probabilities=predictor.gives_probabilities)


def _prepared(data: Dataset, typed: TypedRow) -> Answered:
    try:
        raw = RawTable.from_rows([name for name, _ in typed], [dict(typed)])
        return Answered(typed, x=data.preparation.inputs(raw)[0])
    except DataError as error:
        # There is one row only, so that its number tells nothing.
        return Answered(typed, problem=str(error).removeprefix("row 1, "))


def trace_typed(network: Network, data: Dataset, answered: Answered | None) -> Trace | None:
    """A row typed by hand through the network, None when it cannot be asked."""
    return None if answered is None or answered.x is None else _traced(network, data, answered.x, TYPED, "", "")


def _in_words(data: Dataset, y: Array) -> str:
    if data.classes:
        return data.classes[int(y)]
    return ", ".join(f"{value:.4g}" for value in np.atleast_1d(data.y_scaling.undo(y)))
