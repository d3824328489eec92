"""How the window holds out with every view open: ``python -m benchmarks.window --soak [--minutes M] [--json]``.

Trains one network at full speed, with every live view in a window of its own so that all of them are drawn. Given are
the frames drawn per second, how late a timer of the window's thread fires, the share of the training thread that went
into what is shown, and how the memory of the process grows: the slope of a line through its size, taken once a second
after the first minute (or the first fifth of a shorter run), when caches have filled.
"""

from __future__ import annotations

import os
from time import perf_counter
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer

from benchmarks.drawing import trainer_of
from gui.app import start
from gui.speeds import FULL_SPEED
from gui.window import Window

_MB = 1024 * 1024
SHAPE, ROWS, BATCH = (2, 16, 16, 16, 16, 16, 16, 16, 3), 400, 10


class Scale(QObject):
    """Takes the size of this process once a second, in MB."""

    def __init__(self) -> None:
        import psutil

        super().__init__()
        self.seconds: list[float] = []
        self.megabytes: list[float] = []
        self._begun, self._process = perf_counter(), psutil.Process(os.getpid())
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self.weigh)
        self._timer.start()

    def weigh(self) -> None:
        """One more size."""
        self.seconds.append(perf_counter() - self._begun)
        self.megabytes.append(self._process.memory_info().rss / _MB)

    def growth(self, after: float) -> float:
        """MB a minute, by least squares, of what was taken later than so many seconds; NaN for fewer than three."""
        chosen = [i for i, second in enumerate(self.seconds) if second >= after]
        if len(chosen) < 3:
            return float("nan")
        minutes, sizes = np.array(self.seconds)[chosen] / 60, np.array(self.megabytes)[chosen]
        return float(np.polyfit(minutes, sizes, 1)[0])

    def stop(self) -> None:
        """Takes the last size."""
        self._timer.stop()
        self.weigh()


def open_every_view(window: Window) -> list[str]:
    """Every live view in a window of its own, so that none hides another; returns their names."""
    for name in window.views:
        window.panels.open(name)
        window.panels.docks[name].setFloating(True)
    return list(window.views)


def soak(minutes: float, watch: Any, wait: Any) -> dict[str, Any]:
    """Trains for so long; ``watch(window)`` is a heart (see ``benchmarks.window``), ``wait(seconds)`` runs Qt."""
    _, window = start([], trainer=trainer_of(SHAPE, ROWS, BATCH), remember=False)
    window.training.wait_idle()
    views = open_every_view(window)
    window.toolbar.speed.setValue(FULL_SPEED)
    window.training.toggle()
    wait(1.0)
    heart, scale, begun = watch(window), Scale(), perf_counter()
    wait(60 * minutes)
    elapsed = perf_counter() - begun
    heart.stop()
    scale.stop()
    snapshot = window.training.snapshot
    assert snapshot is not None
    late = np.array(heart.late)
    window.close()
    window.deleteLater()
    return {
        "minutes": elapsed / 60,
        "views": views,
        "steps": snapshot.step,
        "frames_per_second": heart.paints / elapsed,
        "heartbeat_ms": {"p50": float(np.percentile(late, 50)), "p99": float(np.percentile(late, 99)),
                         "max": float(late.max())},
        "looking_share": snapshot.looking,
        "probes": sorted(snapshot.probes),
        "memory_mb": {"first": scale.megabytes[0], "last": scale.megabytes[-1], "each_minute": scale.megabytes[::60]},
        "growth_mb_per_minute": scale.growth(min(60.0, 12 * minutes)),
    }  # fmt: skip


def show(row: dict[str, Any]) -> None:
    """Prints a table."""
    beat, memory = row["heartbeat_ms"], row["memory_mb"]
    print(f"{len(row['views'])} views for {row['minutes']:.1f} minutes: {', '.join(row['views'])}")
    print(f"{row['steps']:,} steps; probes: {', '.join(row['probes'])}\n")
    for name, value in (
        ("frames a second", f"{row['frames_per_second']:.1f}"),
        ("heartbeat p50 / p99 / max, ms", f"{beat['p50']:.1f} / {beat['p99']:.1f} / {beat['max']:.1f}"),
        ("share of training spent on looking", f"{row['looking_share']:.1%}"),
        ("memory, first and last, MB", f"{memory['first']:.0f} / {memory['last']:.0f}"),
        ("  each minute", " ".join(f"{size:.0f}" for size in memory["each_minute"])),
        ("growth, MB a minute", f"{row['growth_mb_per_minute']:.2f}"),
    ):
        print(f"{name:36}{value:>56}")
