"""The gradient check: backpropagation against central differences, in float64.

    dL/dw ≈ (L(w + h) − L(w − h)) / 2h

for every parameter, or a seeded sample where there are many. Two independent ways to the same number: the
one walks back through the network once, the other only ever goes forward.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.activations import ACTIVATIONS, Array
from engine.batches import Rows
from engine.layers import Norm
from engine.losses import Formula
from engine.network import Network, Work
from engine.plan import Plan

# The step that balances the error of the formula (h²) against that of rounding (1e-16 / h).
_H = float(np.finfo(np.float64).eps) ** (1 / 3)
# Slopes below this share of the loss (of 1 where it is smaller) are lost in the rounding of the differences.
_NOISE = 1e-4


@dataclass(frozen=True)
class GradientCheck:
    """What a check has found.

    ``error`` is the largest relative difference |ours − measured| / max(|ours|, |measured|, floor), found at
    parameter ``index``, in words ``where``; ``ours`` is backpropagation's slope there, ``measured`` that of
    the differences. ``floor`` is the slope below which differences are rounding. ``checked`` of
    ``parameters`` were compared on ``rows`` rows; ``at_kinks`` more could not be, because a nudge moves some
    sum across a kink, where there are two slopes.
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

    @property
    def passed(self) -> bool:
        """Whether something was compared, and no slope differs by more than a millionth."""
        return self.checked > 0 and self.error <= 1e-6


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
    exact = network.copy(np.float64)
    x, y = rows.x.T.astype(np.float64), rows.y.T.astype(np.float64)
    weights = None if rows.weights is None else rows.weights.astype(np.float64)
    work = exact.work(len(rows))

    def loss() -> float:
        return exact.loss(exact.forward(x, work), y, weights)

    with np.errstate(all="ignore"):
        value = loss()
        exact.backward(y, work, weights)
        work.repeat(True)
        ours, w = exact.gradient.copy(), exact.parameters
        chosen = _chosen(w.size, sample, seed)
        measured = np.array([_difference(w, i, loss) for i in chosen])
        floor = _NOISE * max(1.0, abs(value))
        errors, kinks = _errors(ours[chosen], measured, floor), np.zeros(len(chosen), bool)
        for k in np.flatnonzero(~(errors <= 1e-7)):
            kinks[k] = _crosses(exact, x, y, work, chosen[k])
            # Richardson's extrapolation takes away the error of the formula where the loss is strongly curved.
            measured[k] = (4.0 * _difference(w, chosen[k], loss, 0.5) - measured[k]) / 3.0
        errors = _errors(ours[chosen], measured, floor)
    errors[kinks] = -1.0
    # A slope that is not a number is the worst of all.
    worst = int(np.argmax(np.where(np.isnan(errors), np.inf, errors)))
    index = int(chosen[worst])
    return GradientCheck(
        error=max(float(errors[worst]), 0.0),
        index=index,
        where=in_words(network.plan, index, names),
        ours=float(ours[index]),
        measured=float(measured[worst]),
        floor=floor,
        checked=int(len(chosen) - kinks.sum()),
        at_kinks=int(kinks.sum()),
        parameters=w.size,
        rows=len(rows),
    )


def _chosen(size: int, sample: int, seed: int) -> NDArray[np.int64]:
    if size <= sample:
        return np.arange(size)
    return np.sort(np.random.default_rng(seed).choice(size, sample, replace=False))


def _errors(ours: Array, measured: Array, floor: float) -> Array:
    result: Array = np.abs(ours - measured) / np.maximum(np.maximum(np.abs(ours), np.abs(measured)), floor)
    return result


def _difference(w: Array, i: int, loss: Callable[[], float], part: float = 1.0) -> float:
    value = w[i]
    h = part * _H * max(1.0, abs(value))
    w[i] = value + h
    above = loss()
    w[i] = value - h
    below = loss()
    w[i] = value
    return float((above - below) / (2.0 * h))


def _crosses(network: Network, x: Array, y: Array, work: Work, i: int) -> bool:
    """Whether a nudge of a parameter moves a sum, or an error, across a kink."""
    w, sides = network.parameters, []
    value = w[i]
    h = _H * max(1.0, abs(value))
    for nudged in (value - h, value + h):
        w[i] = nudged
        network.forward(x, work)
        sides.append(_sides(work, y, network.plan.loss.bends))
    w[i] = value
    return not all(np.array_equal(a, b) for a, b in zip(*sides, strict=True))


def _sides(work: Work, y: Array, bends: Formula | None) -> list[Array]:
    """On which side of every kink each number of a pass lies."""
    found = [at.z > kink for at in work.layers for kink in at.plan.activation.kinks]
    for stage in (stage for at in work.layers for stage in at.stages):
        if isinstance(stage.stage, Norm):
            found += [stage.bench.kept["z"] > kink for kink in ACTIVATIONS[stage.stage.activation].kinks]
    if bends is not None:
        found.append(bends(work.layers[-1].a, y) > 0.0)
    return found


def in_words(planned: Plan, index: int, names: tuple[str, ...]) -> str:
    """Which parameter stands at a place of the flat vector, such as "hidden 1: weight from x₁ to unit 3"."""
    sources = names
    for layer in planned.layers:
        for stage in layer.stages:
            if index < stage.stop:
                row, unit = divmod(index - stage.start, stage.units)
                return f"{stage.stage.label} before {layer.name}: {list(stage.stage.rows)[row]} of unit {unit + 1}"
        if index < layer.stop:
            unit, source = divmod(index - layer.start, layer.inputs + layer.bias)
            if source == layer.inputs:
                return f"{layer.name}: bias of unit {unit + 1}"
            return f"{layer.name}: weight from {sources[source]} to unit {unit + 1}"
        sources = tuple(f"{layer.name} unit {unit + 1}" for unit in range(layer.units))
    raise IndexError(f"there are {planned.parameters} parameters, none with the index {index}")
