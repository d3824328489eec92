"""The proof: backpropagation against central differences, some parameters at a time, while it trains and at rest.

Every answer compares some more parameters; it has the newest comparison of each, of the last few thousand where there
are more. A copy of the network is taken for it, of a large one not for every answer: as long as taking it has lasted,
the copy is compared. At rest, one copy serves until all parameters are compared or enough work is done for it.
Parameters take turns in an order that passes through all layers evenly, k · stride modulo their number, which needs
no memory but k.
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

# An answer compares for so long. Where it takes a copy before, that lasts about as long as one step of training.
_BUDGET_S = 0.008
# The numbers of one instant are compared for so long, unless all parameters are asked for.
_REST_S = 2.0
# So many comparisons are kept, and so many of a single instant or where all parameters are asked for; a larger network
# is sampled.
KEPT, KEPT_OF_ALL = 4096, 65536
# So many comparisons of a sample say enough.
_ENOUGH = 32
# Rows that are compared on, fewer where rows × parameters would be more; of very few, all may be answered so well that
# no slope is left to compare.
_ROWS, _PRODUCTS, _FEWEST = 32, 20_000_000, 8
# A copy in float64 and its gradient of more parameters would take more than half a gigabyte.
_LARGEST = 32_000_000
# A difference that has been found is told at least this long.
TOLD_S = 10.0
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Proof:
    """What is known at a step. ``compared`` are the newest comparisons, (COMPARED,), of different parameters.

    ``parameters`` is the number of all, ``rows`` how many training rows were compared on. ``trouble`` says why nothing
    could be compared now: "rows", "numbers" or "size"; "" when something was. ``alarm`` is a comparison that differs,
    or differed not long ago, found at ``alarmed_at`` (seconds of ``perf_counter``). ``turn`` counts the comparisons,
    ``asked`` is the number of the check of all that was asked for, 0 for none. ``worked_s`` is how long the
    numbers of this instant were compared. ``data`` are what the rows are of, ``bench`` is the training thread's own,
    to go on with.
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
    worked_s: float = 0.0
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
    def rested(self) -> bool:
        """Whether nothing more is compared while the network stays as it is."""
        of_now = int((self.compared["step"] == self.step).sum())
        if self.trouble or of_now >= min(self.parameters, KEPT_OF_ALL):
            return True
        return self.worked_s >= _REST_S and self.state != "checking" and (self.complete or not self.asked)

    @property
    def differed(self) -> bool:
        """Whether all that differed was compared again since, and agrees."""
        return self.alarm is not None and not self.counts[DIFFERS]

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
    begun, step, rows = perf_counter(), trainer.steps_done, trainer.rows["train"]
    size = trainer.network.parameters.size
    before = before or Proof(step, size)
    bench = before.bench if before.data is trainer.data else None
    if bench is not None and bench.network is not trainer.network:
        bench = None
    anew = wants.check_all not in (0, before.asked)
    # At one step numbers are others only when they were edited.
    edited = bench is not None and bench.step == step and not bench.is_of_now
    same = bench is not None and bench.step == step and not (edited or anew)
    at_rest = bench is None or before.step == step
    if anew or edited or bench is None:
        before = replace(before, compared=before.compared[:0], alarm=None if anew else before.alarm)
    before = replace(before, step=step, asked=wants.check_all, trouble="", worked_s=before.worked_s if same else 0.0)
    if not len(rows) or size > _LARGEST:
        return replace(before, trouble="size" if len(rows) else "rows", rows=0)
    if same and before.rested:
        return _told(before)
    looked_s = perf_counter() - begun
    bench = bench or Differences(trainer.network)
    used_up = at_rest or bench.used_s >= bench.begun_s or not len(_next(before, bench))
    if anew or (used_up and not same):
        some = _some_rows(rows, before.turn, size)
        bench.begin(some, step)
        before = replace(before, data=trainer.data, bench=bench, rows=len(some))
    if not isfinite(bench.loss):
        return replace(before, trouble="numbers")
    used_s = bench.used_s
    portion = bench.compare(_next(before, bench), perf_counter() + max(_BUDGET_S, looked_s))
    return _with(replace(before, worked_s=before.worked_s + looked_s + bench.used_s - used_s), portion)


def _room(proof: Proof, step: int) -> int:
    """How many comparisons are kept when more are made at a step."""
    of_one = proof.asked or (proof.compared["step"] == step).all()
    return min(proof.parameters, KEPT_OF_ALL if of_one else KEPT)


def _next(proof: Proof, bench: Differences) -> NDArray[np.int64]:
    """The parameters whose turn it is: no more than can be compared once in the copy that is there."""
    left = _room(proof, bench.step) - int((proof.compared["step"] == bench.step).sum())
    return _in_turn(proof.turn, min(left, KEPT), proof.parameters)


def _with(before: Proof, portion: Compared) -> Proof:
    """The answer with some more comparisons."""
    kept = np.concatenate([before.compared, portion])[-_room(before, int(portion["step"][0])) :]
    # Of a round that begins anew, nothing is twice: any so many in turn are different parameters.
    kept.flags.writeable = False
    return _told(replace(before, compared=kept, turn=before.turn + len(portion)))


def _told(proof: Proof) -> Proof:
    """The answer with an alarm where something differs, and for a while after that."""
    differing, now = proof.compared[proof.compared["verdict"] == DIFFERS], perf_counter()
    if len(differing):
        return replace(proof, alarm=differing[worst_of(differing)], alarmed_at=now)
    return proof if now - proof.alarmed_at <= TOLD_S else replace(proof, alarm=None)


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
