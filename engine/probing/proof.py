"""The proof: while training, backpropagation against central differences, some parameters at a time.

Every answer compares some more parameters at the weights of now; it has the newest comparison of each, of the last
few thousand where there are more. Parameters take turns in an order that passes through all layers evenly, k · stride
modulo their number, which needs no memory but k.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from math import gcd, isfinite
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from engine.batches import Rows
from engine.data.dataset import Dataset
from engine.gradient_check import AGREES, COMPARED, DIFFERS, Compared, Differences, worst_of
from engine.probes import Wants
from engine.probing.probe import Probe
from engine.trainer import Trainer

# A measure takes so long; of a large network as long again as its copy and the way there and back in float64, which is
# together about one step of training.
_BUDGET_S = 0.008
# So many comparisons are kept, and so many where all parameters are asked for; a larger network is sampled.
KEPT, KEPT_OF_ALL = 4096, 65536
# So many comparisons of a sample say enough.
_ENOUGH = 32
# Rows that are compared on, fewer where rows × parameters would be more; two are enough for their mean and deviation.
_ROWS, _PRODUCTS, _FEWEST = 32, 2_000_000, 2
# A copy in float64 and its gradient of more parameters would take more than half a gigabyte.
_LARGEST = 32_000_000
# A difference that has been found is told at least this long.
_TOLD_S = 10.0
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Proof:
    """What is known at a step. ``compared`` are the newest comparisons, (COMPARED,), of different parameters.

    ``parameters`` is the number of all, ``rows`` how many training rows were compared on. ``trouble`` says why nothing
    could be compared now: "rows", "numbers" or "size"; "" when something was. ``alarm`` is a comparison that differs,
    or differed not long ago, found at ``alarmed_at`` (seconds of ``perf_counter``). ``turn`` counts the comparisons,
    ``asked`` is the number of the check of all that was asked for, 0 for none. ``numbers`` are what was compared, for
    small networks, at rows of ``data``. ``bench`` is the training thread's own, to go on with.
    """

    step: int
    parameters: int
    rows: int = 0
    compared: Compared = field(default_factory=lambda: np.zeros(0, COMPARED))
    trouble: str = ""
    alarm: np.void | None = None
    alarmed_at: float = 0.0
    turn: int = 0
    asked: int = 0
    numbers: bytes = b""
    data: Dataset | None = field(default=None, repr=False, compare=False)
    bench: Differences | None = field(default=None, repr=False, compare=False)

    @property
    def checked(self) -> int:
        """How many parameters have been compared."""
        return len(self.compared)

    @property
    def goal(self) -> int:
        """How many are compared in a round: all, or a sample of a large network."""
        return min(self.parameters, KEPT_OF_ALL if self.asked else KEPT)

    @property
    def complete(self) -> bool:
        """Whether a whole round has been compared."""
        return self.checked >= self.goal

    @cached_property
    def counts(self) -> tuple[int, int, int, int]:
        """How many agree, differ, are at kinks and are mostly rounding."""
        agree, differ, kink, rounding = np.bincount(self.compared["verdict"], minlength=4)[:4].tolist()
        return agree, differ, kink, rounding

    @cached_property
    def telling(self) -> int:
        """How many agree on a slope above the floor: two numbers that are nothing but rounding prove nothing."""
        found = self.compared
        large = np.maximum(np.abs(found["ours"]), np.abs(found["measured"])) >= found["floor"]
        return int((large & (found["verdict"] == AGREES)).sum())

    @cached_property
    def worst(self) -> np.void | None:
        """The comparison with the largest relative error: the one that differs, if one does; None: nothing compared."""
        if self.alarm is not None:
            return self.alarm
        agree, differ, _, _ = self.counts
        return self.compared[worst_of(self.compared)] if agree + differ else None

    @property
    def state(self) -> str:
        """ "red": a difference was found; "amber": nothing could be compared; "checking": not enough yet; "green"."""
        if self.alarm is not None:
            return "red"
        if self.trouble:
            return "amber"
        enough = self.goal if self.asked or self.parameters <= KEPT else _ENOUGH
        if self.checked < enough:
            return "checking"
        return "green" if self.telling else "amber"


def prove(trainer: Trainer, wants: Wants, before: Proof | None) -> Proof:
    """Compares some more parameters on some of the training rows; see ``Proof``."""
    network, step, asked = trainer.network, trainer.steps_done, wants.check_all
    size = network.parameters.size
    numbers = network.parameters.tobytes() if size <= KEPT else b""
    if before is None or asked not in (0, before.asked):
        before = Proof(step, size)
    # At one step numbers are others only when they were edited.
    edited = before.step == step and before.numbers not in (b"", numbers)
    if edited or before.data is not trainer.data:
        before = replace(before, compared=before.compared[:0], numbers=b"", data=trainer.data)
    before = replace(before, step=step, asked=asked, trouble="")
    trouble = "" if len(trainer.rows["train"]) else "rows"
    if trouble or size > _LARGEST:
        return replace(before, trouble=trouble or "size", rows=0)
    at_once = before.checked == size and (before.compared["step"] == step).all() and before.alarm is None
    if numbers == before.numbers != b"" and at_once:
        return before
    begun = perf_counter()
    rows = _some_rows(trainer.rows["train"], before.turn, size)
    bench = before.bench
    if bench is None or bench.network is not network:
        bench = Differences(network)
    bench.begin(rows)
    before = replace(before, bench=bench, rows=len(rows), numbers=numbers)
    if not isfinite(bench.loss):
        return replace(before, trouble="numbers")
    return _with_more(before, bench, 2.0 * perf_counter() - begun)


def _with_more(before: Proof, bench: Differences, ready: float) -> Proof:
    """The answer with one more portion. ``ready``: until when to go on at least, a time of ``perf_counter``."""
    size = before.parameters
    until = max(ready, perf_counter() + _BUDGET_S)
    portion = bench.compare(_in_turn(before.turn, min(size, before.goal), size), before.step, until)
    kept = np.concatenate([before.compared, portion])[-before.goal :]
    # Of a round that begins anew, nothing is twice: any so many in turn are different parameters.
    kept.flags.writeable = False
    alarm, alarmed_at, now = before.alarm, before.alarmed_at, perf_counter()
    if (kept["verdict"] == DIFFERS).any():
        differing = kept[kept["verdict"] == DIFFERS]
        alarm, alarmed_at = differing[worst_of(differing)], now
    elif now - alarmed_at > _TOLD_S:
        alarm = None
    turn = before.turn + len(portion)
    return replace(before, compared=kept, alarm=alarm, alarmed_at=alarmed_at, turn=turn)


def _in_turn(turn: int, count: int, size: int) -> NDArray[np.int64]:
    """The next so many of ``size`` places in their order, in which any ``size`` that follow each other are all."""
    stride = max(round(_GOLDEN * size), 1)
    while gcd(stride, size) > 1:
        stride += 1
    return (turn + np.arange(count, dtype=np.int64)) * stride % size


def _some_rows(rows: Rows, turn: int, size: int) -> Rows:
    """Some of the rows, spread over all and others each time."""
    count = min(len(rows), max(_FEWEST, min(_ROWS, _PRODUCTS // size)))
    chosen = _in_turn(turn, count, len(rows))
    return Rows(rows.x[chosen], rows.y[chosen], None if rows.weights is None else rows.weights[chosen])


PROOF = Probe(
    "proof",
    "Gradients against differences",
    "Compares the slopes of backpropagation with central differences, in float64 on a copy of the network.",
    prove,
)
