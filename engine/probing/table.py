"""All probes, by key."""

from __future__ import annotations

from engine.probing.effects import EFFECTS, MEAN_EFFECTS
from engine.probing.probe import Probe
from engine.registry import Registry

PROBES: Registry[Probe] = Registry("probe", [EFFECTS, MEAN_EFFECTS])
