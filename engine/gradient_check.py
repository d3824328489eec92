"""The gradient check: backpropagation against central differences, in float64.

    dL/dw ≈ (L(w + h) − L(w − h)) / 2h

for every parameter, or a seeded sample where there are many. Two independent ways to the same number: the
one walks back through the network once, the other only ever goes forward.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite, isnan, nan
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from engine.activations import ACTIVATIONS, Array
from engine.batches import Rows
from engine.layers import Norm
from engine.losses import Formula
from engine.network import LayerWork, Network
from engine.plan import Plan
from engine.wording import counted

# The step that balances the error of the formula (h²) against that of rounding (1e-16 / h).
_H = float(np.finfo(np.float64).eps) ** (1 / 3)
# Where a first look leaves a doubt, the slope is measured again, with steps so many times as large as well.
_STEPS = (1.0, 8.0, 64.0)
# Slopes below this share of the loss (of 1 where it is smaller) are lost in the rounding of the differences.
_NOISE = 1e-4
# Measures that differ from one another by more than a part of this of what they differ from ours tell nothing.
_SURELY = 4.0
# The largest relative difference that passes; below the other one nothing needs a closer look.
TOLERANCE, _CLEAR = 1e-6, 1e-7
# What comes of a comparison: the two agree, or differ; a nudge crosses a kink; the differences are mostly rounding.
AGREES, DIFFERS, KINK, ROUNDING = range(4)
# One comparison. ``measured`` is (above − below) / 2h; where half_above is a number, it is extrapolated from that and
# (half_above − half_below) / h as (4 · half − whole) / 3. ``step`` is that of the run.
COMPARED = np.dtype(
    [("index", "i8"), ("verdict", "i1"), ("step", "i8")]
    + [(name, "f8") for name in ("ours", "measured", "error", "floor", "h", "above", "below")]
    + [("half_above", "f8"), ("half_below", "f8")]
)
Compared = NDArray[np.void]


@dataclass(frozen=True)
class GradientCheck:
    """What a check has found.

    ``error`` is the largest relative difference |ours − measured| / max(|ours|, |measured|, floor), found at
    parameter ``index``, in words ``where``; ``ours`` is backpropagation's slope there, ``measured`` that of
    the differences. ``floor`` is the slope below which differences are rounding. ``checked`` of
    ``parameters`` were compared on ``rows`` rows; ``at_kinks`` more could not be, because a nudge moves some
    sum across a kink, where there are two slopes, and ``rounded`` more, because their differences are mostly rounding.
    """

    error: float
    index: int
    where: str
    ours: float
    measured: float
    floor: float
    checked: int
    at_kinks: int
    parameters: int
    rows: int
    rounded: int = 0

    @property
    def passed(self) -> bool:
        """Whether something was compared, and no slope differs by more than a millionth."""
        return self.checked > 0 and self.error <= TOLERANCE


def check_gradient(
    network: Network, rows: Rows, names: tuple[str, ...], sample: int = 1000, seed: int = 0
) -> GradientCheck:
    """Compares the gradient of the loss on ``rows`` with central differences; changes nothing of ``network``.

    The loss is that of training without penalties: with the statistics of the batch, and with one draw of
    dropout and noise that stays the same all along. With more than ``sample`` parameters a random sample of
    so many, chosen by ``seed``, is checked. ``names`` are those of the inputs, for the words. Raises
    ``ValueError`` when there is nothing to check.
    """
    if len(rows) < 1 or sample < 1:
        raise ValueError(f"a gradient check needs at least 1 row and 1 parameter, not {len(rows)} and {sample}")
    size, differences = network.parameters.size, Differences(network)
    differences.begin(rows)
    found = differences.compare(_chosen(size, sample, seed))
    worst = found[worst_of(found)]
    checked, at_kinks, rounded = (int(np.isin(found["verdict"], kinds).sum()) for kinds in _COUNTED)
    return GradientCheck(
        error=float(worst["error"]) if checked else 0.0,
        index=int(worst["index"]),
        where=in_words(network.plan, int(worst["index"]), names),
        ours=float(worst["ours"]),
        measured=float(worst["measured"]),
        floor=differences.floor,
        checked=checked,
        at_kinks=at_kinks,
        parameters=size,
        rows=len(rows),
        rounded=rounded,
    )


_COUNTED = ((AGREES, DIFFERS), (KINK,), (ROUNDING,))


def worst_of(found: Compared) -> int:
    """The place of the comparison with the largest error among those that agree or differ; NaN is the worst of all."""
    errors = np.where(np.isnan(found["error"]), np.inf, found["error"])
    return int(np.argmax(np.where(found["verdict"] <= DIFFERS, errors, -1.0)))


def _chosen(size: int, sample: int, seed: int) -> NDArray[np.int64]:
    if size <= sample:
        return np.arange(size)
    return np.sort(np.random.default_rng(seed).choice(size, sample, replace=False))


class Differences:
    """Central differences of a network's loss, beside what backpropagation says: in float64, on a copy.

    The copy has the same plan, and so the very functions of ``network``. A nudge is followed from the sum that it
    moves on, for what lies before that stays as it was. ``loss`` is that of the rows of the last ``begin``, ``step``
    the number given to it, ``floor`` the slope below which differences are rounding. ``begun_s`` is how long it took,
    ``used_s`` how long was compared since.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.step = -1
        self.begun_s = self.used_s = 0.0
        self._twin, self._statistics = network.copy(np.float64), network.statistics.copy()

    @property
    def is_of_now(self) -> bool:
        """Whether the network still has the very numbers that are compared."""
        pairs = ((self.network.parameters, self._twin.parameters), (self.network.statistics, self._statistics))
        return all(np.array_equal(one, other) for one, other in pairs)

    def begin(self, rows: Rows, step: int = 0) -> None:
        """Takes the present numbers of the network, and its gradient on these rows; noise is drawn once.

        ``step`` is only written down, that of the run.
        """
        begun, network, twin = perf_counter(), self.network, self._twin
        twin.parameters[:], twin.statistics[:] = network.parameters, network.statistics
        self._statistics = network.statistics.copy()
        self._x, self._y = rows.x.T.astype(np.float64), rows.y.T.astype(np.float64)
        self._weights = None if rows.weights is None else rows.weights.astype(np.float64)
        self._work = twin.work(len(rows))
        self._work.repeat(False)
        with np.errstate(all="ignore"):
            self.loss = twin.loss(twin.forward(self._x, self._work), self._y, self._weights)
            twin.backward(self._y, self._work, self._weights)
        self._nudged_work = twin.repeated(self._work)
        self.floor = _NOISE * max(1.0, abs(self.loss))
        self.step, self.begun_s, self.used_s = step, perf_counter() - begun, 0.0

    def compare(self, indices: NDArray[np.int64], until: float = inf) -> Compared:
        """Compares these parameters, in this order, (COMPARED,): at least one, and none after ``until``.

        ``until`` is a time of ``perf_counter``.
        """
        found, begun = [], perf_counter()
        with np.errstate(all="ignore"):
            for index in indices:
                verdict, values = self._compared(int(index))
                found.append((index, verdict, self.step, *values))
                if perf_counter() >= until:
                    break
        self.used_s += perf_counter() - begun
        return np.array(found, COMPARED)

    def _compared(self, i: int) -> tuple[int, tuple[float, ...]]:
        """The verdict on a parameter and the numbers of COMPARED from ``ours`` on."""
        h = _H * max(1.0, abs(float(self._twin.parameters[i])))
        first = self._values(i, h, *self._nudged(i, h))
        if first[2] <= _CLEAR:
            return AGREES, first
        found = []
        for times in _STEPS:
            # A larger nudge crosses what a smaller one does.
            if self._crosses(i, times * h):
                break
            found.append(self._values(i, times * h, *self._nudged(i, times * h), *self._nudged(i, 0.5 * times * h)))
            if found[-1][2] <= TOLERANCE:
                return AGREES, found[-1]
        if not found:
            return KINK, first
        return DIFFERS if _is_sure(first, found) else ROUNDING, found[0]

    def _values(
        self, i: int, h: float, above: float, below: float, half_above: float = nan, half_below: float = nan
    ) -> tuple[float, ...]:
        ours, measured = float(self._twin.gradient[i]), (above - below) / (2.0 * h)
        if not isnan(half_above):
            # Richardson's extrapolation takes away the error of the formula where the loss is strongly curved.
            measured = (4.0 * (half_above - half_below) / h - measured) / 3.0
        error = abs(ours - measured) / max(abs(ours), abs(measured), self.floor)
        return ours, measured, error, self.floor, h, above, below, half_above, half_below

    def _nudged(self, i: int, h: float) -> tuple[float, float]:
        """L(w + h) and L(w − h)."""
        above, below = (self._twin.loss(output, self._y, self._weights) for output in self._outputs(i, h))
        return above, below

    def _outputs(self, i: int, h: float) -> Iterator[LayerWork]:
        """The output layer with a parameter nudged up, then down; each is gone when the next is asked for."""
        w, at = self._twin.parameters, place_of(self._twin.plan, i)
        value = w[i]
        for nudged in (value + h, value - h):
            w[i] = nudged
            output = self._followed(at)
            w[i] = value
            yield output

    def _followed(self, at: Place) -> LayerWork:
        """The way forward with one parameter that is another one than at ``begin``, from that one on."""
        twin, before, after = self._twin, self._work.layers, self._nudged_work.layers
        was, layer = before[at.layer], after[at.layer]
        if at.stage is not None:
            return twin.forward(before[at.layer - 1].extended if at.layer else self._x, self._nudged_work, at.layer)
        # Of all sums of a layer a weight moves those of its unit, and of all outputs too where they are not mixed.
        layer.z[...], layer.a[...] = was.z, was.a
        layer.z[at.unit] = layer.plan.matrix(twin.parameters)[at.unit].dot(was.x)
        moved = slice(None) if layer.plan.activation.mixes else slice(at.unit, at.unit + 1)
        layer.f(layer.z[moved], layer.a[moved])
        return twin.forward(layer.extended, self._nudged_work, at.layer + 1) if layer is not after[-1] else layer

    def _crosses(self, i: int, h: float) -> bool:
        """Whether a nudge of a parameter moves a sum, or an error, across a kink."""
        bends, first = self._twin.plan.loss.bends, place_of(self._twin.plan, i).layer
        sides = [_sides(self._nudged_work.layers[first:], self._y, bends) for _ in self._outputs(i, h)]
        return not all(np.array_equal(a, b) for a, b in zip(*sides, strict=True))


def _is_sure(first: tuple[float, ...], closer: list[tuple[float, ...]]) -> bool:
    """Whether measures differ from ours by more than what they differ from one another."""
    ours, measured = first[0], [values[1] for values in closer if isfinite(values[1])]
    if not measured:
        return False
    # One measure alone is as sure as the difference that its extrapolation makes.
    spread = max(measured) - min(measured) if len(measured) > 1 else abs(measured[0] - first[1])
    return not min(abs(ours - each) for each in measured) <= _SURELY * spread


def _sides(layers: list[LayerWork], y: Array, bends: Formula | None) -> list[Array]:
    """On which side of every kink each number of a pass lies, in these layers, the last of which is the output."""
    found = [at.z > kink for at in layers for kink in at.plan.activation.kinks]
    for stage in (stage for at in layers for stage in at.stages):
        if isinstance(stage.stage, Norm):
            found += [stage.bench.kept["z"] > kink for kink in ACTIVATIONS[stage.stage.activation].kinks]
    if bends is not None:
        found.append(bends(layers[-1].a, y) > 0.0)
    return found


@dataclass(frozen=True)
class Place:
    """Which parameter stands at a place of the flat vector: of layer ``layer`` of the plan, of its unit ``unit``.

    ``source`` is the input that a weight comes from, None for a bias and in stages. ``stage`` is the index among the
    stages in front of the layer that it belongs to, None for the layer's own; ``row`` the name of what it is there.
    """

    layer: int
    unit: int
    source: int | None = None
    stage: int | None = None
    row: str = ""


def place_of(planned: Plan, index: int) -> Place:
    """Where a place of the flat vector is in the network. Raises ``IndexError`` where there is none."""
    for number, layer in enumerate(planned.layers):
        for which, stage in enumerate(layer.stages):
            if index < stage.stop:
                row, unit = divmod(index - stage.start, stage.units)
                return Place(number, unit, stage=which, row=list(stage.stage.rows)[row])
        if index < layer.stop:
            unit, source = divmod(index - layer.start, layer.inputs + layer.bias)
            return Place(number, unit, source if source < layer.inputs else None)
    raise IndexError(f"of {counted(planned.parameters, 'parameter')} none has the index {index}")


def in_words(planned: Plan, index: int, names: tuple[str, ...]) -> str:
    """The same in words, such as "hidden 1: weight from x₁ to unit 3"."""
    at = place_of(planned, index)
    layer = planned.layers[at.layer]
    if at.stage is not None:
        label = layer.stages[at.stage].stage.label
        return f"{label} before {layer.name}: {at.row} of unit {at.unit + 1}"
    if at.source is None:
        return f"{layer.name}: bias of unit {at.unit + 1}"
    before = planned.layers[at.layer - 1].name if at.layer else ""
    source = f"{before} unit {at.source + 1}" if at.layer else names[at.source]
    return f"{layer.name}: weight from {source} to unit {at.unit + 1}"
