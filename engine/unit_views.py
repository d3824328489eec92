"""What the nodes of a drawing can show: how a unit's sums, outputs or gradients spread over the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.activations import Activation, Array
from engine.batches import Rows
from engine.network import LayerWork, Network, Work
from engine.plan import Plan
from engine.registry import Registry

BINS = 24
# Rows the statistics are taken over; fewer where rows × units would be more numbers than this.
_ROWS, _NUMBERS, _FEWEST = 256, 1_000_000, 16
# Rows at which a dead unit must be flat; fewer, but no less than those above, where rows × parameters would be more.
_ROWS_OF_DEAD, _PRODUCTS = 4096, 2_000_000_000
# A slope below this share of the steepest counts as flat.
_FLAT = 0.05


@dataclass(frozen=True)
class NodeView:
    """One thing the nodes can show. ``about`` says, for people, what it is."""

    key: str
    label: str
    about: str


NODE_VIEWS: Registry[NodeView] = Registry(
    "node view",
    [
        NodeView("activation", "Activation", "The output a = f(z) of every unit, over the plane or over the data."),
        NodeView("pre_activation", "Sum", "The sum z = Σ w·x + b of every unit, before its activation."),
        NodeView(
            "gradient",
            "Gradient",
            "delta = dL/dz of every unit: how the loss of a row changes with the unit's sum.",
        ),
        NodeView(
            "saturation",
            "Saturation",
            "The share of the rows at which a unit's activation is so flat that hardly any gradient passes.",
        ),
        NodeView("sample", "One row", "The output a of every unit for the traced row."),
    ],
)


@dataclass(frozen=True)
class LayerStatistics:
    """The units of one layer over some training rows.

    ``bounds`` (bins + 1,) are the limits of the bins, the same for all units of the layer; ``counts`` (units, bins)
    the rows in each; ``level`` (units,) the root of the mean square; numbers that are not finite count in neither.
    ``saturated`` (units,) is the share of the rows at which the activation is flat (its slope below a twentieth of
    the steepest); ``dead`` (units,) whether its slope is zero at every row, so that nothing can be learned there.
    Where an activation mixes the units of its layer (softmax), no single unit is flat: the share is NaN and none is
    dead. An output whose loss is computed from z at once is never dead either, since its gradient does not pass the
    activation.
    """

    bounds: Array
    counts: Array
    level: Array
    saturated: Array
    dead: Array


@dataclass(frozen=True)
class UnitStatistics:
    """The statistics of every layer at one step. ``quantity`` is the key of the node view they belong to.

    The levels and counts are those of a, of z for "pre_activation", of delta for "gradient"; ``rows`` of the
    training rows are counted.
    """

    step: int
    quantity: str
    rows: int
    layers: list[LayerStatistics]


Dead = Sequence[NDArray[np.bool_]]


def unit_statistics(network: Network, rows: Rows, view: str, step: int, known: Dead | None = None) -> UnitStatistics:
    """What every unit does over up to 256 of the training rows, evenly spread, as the network answers.

    ``view`` is a key of NODE_VIEWS. delta is that of each row's own loss, weighed as in training, without penalties
    and without noise. Units are called dead after a look at all training rows, or at 4096 where there are more.
    Both numbers of rows are smaller for very large networks. Touches nothing of training.

    ``known``: which units were dead lately, (units,) for each layer. Only those can then be found dead, at the rows of
    the statistics alone; the look at all rows, which may cost as much as an evaluation, is left out.
    """
    if view not in NODE_VIEWS:
        raise KeyError(f"there is no node view '{view}'; there are {', '.join(part.key for part in NODE_VIEWS)}")
    some = sample(network, rows)
    with np.errstate(all="ignore"):
        work = answered(network, some, back=view == "gradient")
        if view == "gradient":
            # The work's delta is that of the mean over all rows.
            values = [at.delta * len(some) for at in work.layers]
        else:
            values = work.z if view == "pre_activation" else work.a
        dead = dead_units(network, rows, work, known)
        layers = [
            LayerStatistics(*_distribution(each), saturated(at), flat)
            for each, at, flat in zip(values, work.layers, dead, strict=True)
        ]
    return UnitStatistics(step, view, len(some), layers)


def sample(network: Network, rows: Rows) -> Rows:
    """The rows that statistics are taken over: up to 256, evenly spread; fewer of a very wide network."""
    return spread(rows, min(_ROWS, max(_FEWEST, _NUMBERS // sum(network.plan.widths[1:]))))


def spread(rows: Rows, count: int) -> Rows:
    """So many of the rows, evenly spread; all where there are no more."""
    if count >= len(rows):
        return rows
    chosen = np.linspace(0, len(rows) - 1, count).round().astype(np.int64)
    return Rows(rows.x[chosen], rows.y[chosen], None if rows.weights is None else rows.weights[chosen])


def answered(network: Network, rows: Rows, back: bool) -> Work:
    """The rows sent forward as the network answers, and ``back`` again in a network of its own.

    Then ``d_wb`` and ``delta`` of its layers are the slopes of the mean loss of these rows, weighed as in training,
    without penalties.
    """
    if not back:
        work = Work(network, len(rows), back=False)
        network.forward(rows.x.T, work)
        return work
    twin = network.copy(network.dtype)
    work = Work(twin, len(rows))
    for stage in (stage for at in work.layers for stage in at.stages):
        stage.bench.training = False
    twin.forward(rows.x.T, work)
    twin.backward(rows.y.T, work, rows.weights)
    return work


def _distribution(values: Array) -> tuple[Array, NDArray[np.int64], Array]:
    """Bounds (bins + 1,), counts (units, bins) and level (units,) of the finite ones among values (units, rows)."""
    units, finite = len(values), np.isfinite(values)
    if finite.all():
        sound, least, most = values, values.min(), values.max()
    else:
        sound = np.where(finite, values, 0.0)
        least, most = (sound[finite].min(), sound[finite].max()) if finite.any() else (0.0, 0.0)
    low, high = float(least), float(most)
    if not high / 2.0 - low / 2.0 > 0.0:
        # All the same: the value stands in the middle of a range of its own size.
        margin = 0.5 * max(abs(low), 1.0)
        low, high = low - margin, high + margin
    # Halves, because the whole range of float64 would overflow.
    share = (sound * 0.5 - low * 0.5) / (high * 0.5 - low * 0.5)
    places = np.clip((share * BINS).astype(np.int64), 0, BINS - 1) + BINS * np.arange(units)[:, None]
    counts = np.bincount(places[finite], minlength=units * BINS).reshape(units, BINS)
    t = np.linspace(0.0, 1.0, BINS + 1)
    squares = np.square(sound, dtype=np.float64).sum(axis=1)
    level = np.sqrt(squares / np.maximum(finite.sum(axis=1), 1))
    return low * (1.0 - t) + high * t, counts, level


def saturated(at: LayerWork) -> Array:
    """The share of the rows at which each unit is flat, (units,); NaN where the activation mixes the units."""
    f = at.plan.activation
    if f.backward is not None:
        return np.full(at.plan.units, np.nan)
    slopes = slopes_of(at)
    flat: Array = (slopes < _FLAT * steepest_slope(f)) | (slopes == 0.0)
    share: Array = flat.mean(axis=1)
    return share


def slopes_of(at: LayerWork) -> Array:
    """|f'(z)|, (units, rows), of an activation that does not mix its units."""
    slopes = np.asarray(at.plan.activation.slope(at.z, at.a), at.z.dtype)
    return np.broadcast_to(np.abs(slopes), at.z.shape)


@lru_cache(maxsize=64)
def steepest_slope(activation: Activation) -> float:
    """The largest |f'(z)| of an activation for z between −30 and 30, found by trying."""
    z = np.linspace(-30.0, 30.0, 6001)
    return float(np.abs(np.asarray(activation.slope(z, activation.value(z, None)), float)).max())


def has_no_slope(activation: Activation) -> bool:
    """Whether the slope of an activation is zero everywhere, so that no gradient ever passes it."""
    return activation.backward is None and steepest_slope(activation) == 0.0


def rows_of_dead(network: Network, rows: int, seen: int) -> int:
    """At how many of so many rows a dead unit must be flat, where ``seen`` are already sent forward."""
    return min(rows, _ROWS_OF_DEAD, max(seen, _PRODUCTS // network.plan.parameters))


def never_dead(plan: Plan) -> list[bool]:
    """For each layer whether its units cannot be dead: it mixes them, or its loss is computed from z at once."""
    last = len(plan.layers) - 1
    return [layer.activation.mixes or (plan.fused and i == last) for i, layer in enumerate(plan.layers)]


def dead_units(network: Network, rows: Rows, seen: Work, known: Dead | None = None) -> list[NDArray[np.bool_]]:
    """Which units are flat at every row, (units,) for each layer. ``seen``: some rows, already sent forward.

    All rows are looked at, or 4096 where there are more, fewer of very large networks (see ``rows_of_dead``); with
    ``known`` none but those already sent forward, see ``unit_statistics``.
    """
    learns = never_dead(network.plan)

    def flat(work: Work) -> list[NDArray[np.bool_]]:
        return [
            np.zeros(at.plan.units, bool) if learning else (slopes_of(at) == 0.0).all(axis=1)
            for at, learning in zip(work.layers, learns, strict=True)
        ]

    found, count = flat(seen), len(seen.layers[0].z[0])
    if known is not None:
        return [now & was for now, was in zip(found, known, strict=True)]
    more = spread(rows, rows_of_dead(network, len(rows), count))
    if len(more) <= count:
        return found
    for start in range(0, len(more), count):
        # Only what was flat so far can be dead; mostly there is nothing, and no more rows are needed.
        if not any(each.any() for each in found):
            break
        part = slice(start, start + count)
        work = answered(network, Rows(more.x[part], more.y[part], None), back=False)
        found = [was & now for was, now in zip(found, flat(work), strict=True)]
    return found
