"""The sums: how z of every layer spreads over some of the training rows."""

from __future__ import annotations

import numpy as np

from engine.probes import Wants
from engine.probing.probe import Probe
from engine.trainer import Trainer
from engine.unit_views import UnitStatistics, unit_statistics


def measure_sums(trainer: Trainer, wants: Wants, before: UnitStatistics | None) -> UnitStatistics | None:
    """Bounds and counts of z by layer over up to 256 spread training rows; None without training rows."""
    if not len(trainer.rows["train"]):
        return None
    # Nothing is asked about dead units.
    known = [np.zeros(layer.units, bool) for layer in trainer.network.plan.layers]
    return unit_statistics(trainer.network, trainer.rows["train"], "pre_activation", trainer.steps_done, known)


SUMS = Probe("sums", "Sums", "How the sums z of every layer spread over some of the training rows.", measure_sums)
