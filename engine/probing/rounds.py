"""When which probe is asked: each in its turn, and all together at most for a fixed share of the time."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from engine.plan import Plan
from engine.probes import Wants
from engine.probing.table import PROBES
from engine.trainer import Trainer

# Probes together may take this share of the thread's time.
PROBING_SHARE = 0.06


class Rounds:
    """Asks the probes that are wanted. ``answers`` are the newest ones by key; they may be some steps old."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self._due: dict[str, float] = {}
        self._plan: Plan | None = None
        self._step = 0

    def update(self, trainer: Trainer, wants: Wants, now: bool) -> None:
        """Asks one probe whose turn it is, or, when it is to be ``now``, all; those never asked at once."""
        if trainer.network.plan != self._plan or trainer.steps_done < self._step:
            self.answers.clear()
        self._plan, self._step = trainer.network.plan, trainer.steps_done
        begun, wanted = perf_counter(), wants.probes
        due = [key for key in wanted if now or key not in self.answers]
        if not due:
            late = [key for key in wanted if self._due.get(key, 0.0) <= begun]
            due = sorted(late, key=lambda key: self._due.get(key, 0.0))[:1]
        for key in due:
            begun = perf_counter()
            self.answers[key] = PROBES[key].measure(trainer, wants, self.answers.get(key))
            ended = perf_counter()
            self._due[key] = ended + (ended - begun) * (len(wanted) / PROBING_SHARE - 1.0)
