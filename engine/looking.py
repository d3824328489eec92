"""Looking: what a report shows of the network besides its numbers, at most for a fixed share of the time."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from engine.activations import Array
from engine.model import Evaluation
from engine.probes import Maps, Plane, Wants, chosen_plane, maps
from engine.probing.rounds import PROBING_SHARE, Rounds
from engine.trainer import Trainer
from engine.unit_views import UnitStatistics, unit_statistics

# Evaluations, maps and statistics may take this share of the thread's time; probes have their own, 0.2 together.
_LOOKING_SHARE = 0.2 - PROBING_SHARE
# The search for dead units at all rows may take this share.
_DEAD_SHARE = 0.05


class Look:
    """Evaluates the network and makes maps and statistics for a report, at most for a fixed share of the time.

    ``maps`` and ``units`` are the newest there are, None when they are not wanted or cannot be had; ``probing`` has
    the answers of probes. With ``earlier`` it goes on with those answers.
    """

    def __init__(self, earlier: Look | None = None) -> None:
        self.probing: Rounds = Rounds() if earlier is None else earlier.probing
        self.evaluation: Evaluation | None = None
        self.maps: Maps | None = None
        self.units: UnitStatistics | None = None
        self._plane: Plane | None = None
        self._counted = ""
        self._step = -1
        self._numbers: list[Array] = []
        self._ended, self._cost_s = 0.0, 0.0
        self._dead_due, self._searched = 0.0, False

    def update(self, trainer: Trainer, wants: Wants, now: bool) -> None:
        """Looks again, unless that has taken too much of the time lately; ``now`` does in any case."""
        self._see(trainer, wants, now)
        self.probing.update(trainer, wants, now)

    def _see(self, trainer: Trainer, wants: Wants, now: bool) -> None:
        begun = perf_counter()
        rested = begun - self._ended >= self._cost_s * (1.0 / _LOOKING_SHARE - 1.0)
        # Another row or other edges need no look, unless the maps hold inputs at that row.
        plane = chosen_plane(trainer.data, wants) if wants.maps else None
        counted = wants.nodes if wants.maps or wants.nodes != "activation" else ""
        changed = (plane, counted) != (self._plane, self._counted)
        if not (now or rested or changed or self.evaluation is None):
            # The history's points are evaluated anyway.
            self.evaluation = trainer.last_evaluation
            return
        self.evaluation = trainer.evaluation()
        same = self._is_of_now(trainer)
        if not (same and plane == self._plane):
            self.maps = maps(trainer.network, trainer.data, trainer.steps_done, plane) if plane else None
        if not (same and counted == self._counted and (self._searched or not now)):
            self.units = self._statistics(trainer, counted, now) if counted and len(trainer.rows["train"]) else None
        self._plane, self._counted = plane, counted
        self._ended = perf_counter()
        self._cost_s = self._ended - begun

    def _statistics(self, trainer: Trainer, counted: str, now: bool) -> UnitStatistics:
        """The statistics; dead units are looked for at all rows only now and then, since they die seldom."""
        begun = perf_counter()
        search = now or self.units is None or begun >= self._dead_due
        known = None if search or self.units is None else [layer.dead for layer in self.units.layers]
        found = unit_statistics(trainer.network, trainer.rows["train"], counted, trainer.steps_done, known)
        self._searched = search
        if search:
            ended = perf_counter()
            self._dead_due = ended + (ended - begun) * (1.0 / _DEAD_SHARE - 1.0)
        return found

    def _is_of_now(self, trainer: Trainer) -> bool:
        """Whether nothing has changed since the last question: neither the step, nor numbers set by hand at it."""
        numbers = [trainer.network.parameters, trainer.network.statistics]
        same = self._step == trainer.steps_done and all(map(np.array_equal, self._numbers, numbers))
        if not same:
            self._step, self._numbers = trainer.steps_done, [each.copy() for each in numbers]
        return same
