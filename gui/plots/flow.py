"""How the gradient flows through a network over the recorded steps. No Qt but for translation.

Of each layer, over its weights without the biases, at the steps that were recorded: ‖dL/dw‖ of the step's batch before
and after clipping, and the ratio ‖Δw‖ / ‖w‖ of the step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.history import Numbers
from engine.plan import Plan
from engine.snapshot import Snapshot
from gui.amounts import counted_of
from gui.selection import name_in_plan
from gui.text import number, tr

# By so much the gradients of the first and the last layer differ where they vanish or explode on their way back, and
# so many times its median of the run a gradient is where it explodes.
_FAR_APART = 1e3
# So many recorded steps are the last ones, and fewer than so many have no median to speak of.
_LAST, _ENOUGH = 5, 10
# A step usually changes weights by about a thousandth of their size; so far around it is healthy, by a rule of thumb.
USUAL, HEALTHY = 1e-3, (3e-4, 3e-3)


@dataclass(frozen=True)
class Flow:
    """``steps`` and ``epochs`` (points,) to which a step of training has led, and by layer (layers, points)."""

    steps: Numbers
    epochs: Numbers
    gradient: Numbers
    clipped: Numbers
    ratio: Numbers


def flow_of(snapshot: Snapshot) -> Flow:
    """What was recorded; without points where nothing was."""
    history, layers = snapshot.history, snapshot.plan.layers
    missing = np.full(len(history), np.nan)

    def column(name: str) -> Numbers:
        return history[name] if name in history.names else missing

    gradient, clipped, change, norm = (
        np.stack([column(f"{layer.name}.{kind}") for layer in layers])
        for kind in ("gradient", "clipped", "update", "norm")
    )
    there = np.isfinite(gradient).any(axis=0)
    with np.errstate(all="ignore"):
        ratio = change / norm
    ratio[~np.isfinite(ratio)] = np.nan
    kept = (values[:, there] for values in (gradient, clipped, ratio))
    return Flow(column("step")[there], column("epoch")[there], *kept)


def seen_in_gradients(flow: Flow, plan: Plan) -> str:
    """Whether the gradients vanish or explode, in a sentence; "" where they do not.

    On their way back: as they are in the last recorded steps, by the median. Over time: in the last one.
    """
    if not len(flow.steps):
        return ""
    now, names = flow.gradient[:, -1], [name_in_plan(layer) for layer in plan.layers]
    lost = np.flatnonzero(now == 0.0)
    if len(lost) == len(now):
        return tr(
            "In the last recorded step every gradient was exactly 0, so that no weight had anything to learn from."
        )
    if len(lost) and now[-1] > 0.0:
        return tr("No gradient reaches {0}: it is exactly 0 there.").format(names[lost[-1]])
    first, last = flow.gradient[0, -_LAST:], flow.gradient[-1, -_LAST:]
    with np.errstate(all="ignore"):
        share = _median(first / last)
    if 0.0 < share * _FAR_APART < 1.0:
        words = tr(
            "The gradient vanishes: at {0} it is {1} of that at the output. Plain gradient descent hardly moves it."
        )
        return words.format(names[0], number(share, 2))
    if share > _FAR_APART:
        words = tr("The gradient explodes on its way back: at {0} it is {1} times that at the output.")
        return words.format(names[0], number(share, 2))
    return _seen_over_time(flow, names)


def _seen_over_time(flow: Flow, names: list[str]) -> str:
    if len(flow.steps) < _ENOUGH:
        return ""
    usual = np.array([_median(values) for values in flow.gradient])
    times = np.divide(flow.gradient[:, -1], usual, out=np.zeros(len(usual)), where=usual > 0.0)
    worst = int(np.argmax(np.nan_to_num(times)))
    if not times[worst] > _FAR_APART:
        return ""
    words = tr("The gradient explodes: at {0} it is {1} times its median of this run. Clipping or a lower rate helps.")
    return words.format(names[worst], number(float(times[worst]), 2))


def seen_in_ratios(flow: Flow) -> str:
    """How many layers moved less or more than usual in the last recorded step; "" where all that moved were healthy."""
    if not len(flow.steps):
        return ""
    now = flow.ratio[:, -1]
    moved = now > 0.0
    slow, fast = int((now[moved] < HEALTHY[0]).sum()), int((now[moved] > HEALTHY[1]).sum())
    if slow and fast:
        one = tr(
            "{0} of {1} layers moved by less than 0.03 % of its weights in the last recorded step, {2} by over 0.3 %."
        )
        many = tr(
            "{0} of {1} layers moved by less than 0.03 % of their weights in the last recorded step, {2} by over 0.3 %."
        )
        return counted_of(slow, len(now), one, one, many, fast)
    if slow:
        only = tr("The only layer moved by less than 0.03 % of its weights in the last recorded step.")
        one = tr("{0} of {1} layers moved by less than 0.03 % of its weights in the last recorded step.")
        many = tr("{0} of {1} layers moved by less than 0.03 % of their weights in the last recorded step.")
        return counted_of(slow, len(now), only, one, many)
    if fast:
        only = tr("The only layer moved by more than 0.3 % of its weights in the last recorded step.")
        one = tr("{0} of {1} layers moved by more than 0.3 % of its weights in the last recorded step.")
        many = tr("{0} of {1} layers moved by more than 0.3 % of their weights in the last recorded step.")
        return counted_of(fast, len(now), only, one, many)
    return ""


def _median(values: Numbers) -> float:
    """Of those that are there; NaN without any."""
    there = values[np.isfinite(values)]
    return float(np.median(there)) if len(there) else float("nan")
