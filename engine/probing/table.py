"""All probes, by key."""

from __future__ import annotations

from engine.probing.activity import ACTIVATIONS
from engine.probing.distributions import DISTRIBUTIONS
from engine.probing.probe import Probe
from engine.registry import Registry

PROBES: Registry[Probe] = Registry("probe", [DISTRIBUTIONS, ACTIVATIONS])
