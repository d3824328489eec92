"""Operations: edits of a network that touch its numbers, and what they do to the description and to the weights."""

from __future__ import annotations

from dataclasses import dataclass

from engine.experiment import Experiment


@dataclass(frozen=True)
class Operation:
    """One edit. ``layer`` counts the dense layers from 0, the output last (as ``plan.layers``)."""

    layer: int

    def after(self, experiment: Experiment) -> Experiment:
        """The description after the edit; raises ``ValueError`` with a sentence where it cannot be done."""
        return experiment
