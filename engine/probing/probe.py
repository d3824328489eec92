"""What a probe is: a question that a live view asks of a run, answered now and then while it trains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.probes import Wants
from engine.trainer import Trainer


@dataclass(frozen=True)
class Probe:
    """One question. ``measure(trainer, wants, before)`` answers it with an immutable value that has a ``step``.

    ``before`` is the last answer for a network of the same plan and from an earlier or the same step, None where there
    is none, so that a probe may go on from it: a probe has no other memory. It reads the trainer and changes nothing
    of it. It should take a few milliseconds, by taking some of the rows or of the parameters where there are many;
    what takes longer is asked less often. ``label`` and ``about`` say, for people, what it is.
    """

    key: str
    label: str
    about: str
    measure: Callable[[Trainer, Wants, Any], Any]
