"""All probes, by key."""

from __future__ import annotations

from engine.probing.activity import ACTIVITY
from engine.probing.distributions import DISTRIBUTIONS
from engine.probing.effects import EFFECTS, MEAN_EFFECTS
from engine.probing.probe import Probe
from engine.probing.proof import PROOF
from engine.registry import Registry

PROBES: Registry[Probe] = Registry("probe", [PROOF, DISTRIBUTIONS, ACTIVITY, EFFECTS, MEAN_EFFECTS])
