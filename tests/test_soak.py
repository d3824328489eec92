"""The soak runs with every view open and says what it should; how well the window holds out, no test asserts."""

from __future__ import annotations

import json
import subprocess
import sys
from math import isfinite
from pathlib import Path

import numpy as np
import pytest

from benchmarks.soak import Scale

ROOT = Path(__file__).parents[1]


def test_it_trains_with_every_view_open_and_gives_every_figure() -> None:
    command = [sys.executable, "-m", "benchmarks.window", "--soak", "--minutes", "0.08", "--json"]
    found = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert {"loss", "magnitudes", "output"} <= set(found["views"])
    assert found["steps"] > 0
    assert 0.0 < found["looking_share"] < 1.0
    assert all(isfinite(found[name]) for name in ("frames_per_second", "growth_mb_per_minute", "minutes"))
    assert found["heartbeat_ms"]["p50"] <= found["heartbeat_ms"]["p99"] <= found["heartbeat_ms"]["max"]


def test_growth_is_the_slope_of_the_size_after_the_beginning(qapp: object) -> None:
    scale = Scale()
    scale.stop()
    scale.seconds = list(np.arange(0.0, 300.0, 10.0))
    scale.megabytes = [100.0 if second < 60 else 400.0 + 1.5 * second / 60 for second in scale.seconds]
    assert scale.growth(60.0) == pytest.approx(1.5)
    assert not isfinite(scale.growth(285.0))
