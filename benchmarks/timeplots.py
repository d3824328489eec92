"""What it costs to refresh a plot over steps: ``python -m benchmarks.timeplots``.

The history is that of a run of a million steps: about 1,100 points, thinner as the run grows; behind the curves lies
the spread of the batch losses in 131,072 buckets. Each refresh adds a point and paints.
"""

from __future__ import annotations

import os
from statistics import median
from time import thread_time
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication

from engine.history import Numbers
from gui.plots.linechart import Band
from gui.plots.timeplot import TimePlot

STEPS, POINTS, BUCKETS, CURVES = 1_000_000, 1100, 131_072, 8
# Width and height of the plot: as in the smallest window, and as in a large one.
SIZES = ((420, 215), (960, 400))


def steps_of_a_long_run(points: int = POINTS, steps: int = STEPS) -> Numbers:
    """The steps at which a history has points: every one at first, then every hundredth part of the step."""
    return np.unique(np.concatenate([[0.0], np.round(np.geomspace(1.0, steps, points * 3 // 2))]))[-points:]


def refresh(
    size: tuple[int, int] = SIZES[0], times: int = 30, curves: int = CURVES, *, logarithmic: bool = False
) -> dict[str, float]:
    """Milliseconds of the processor to draw and paint a plot anew: the median and the worst of so many times."""
    random = np.random.default_rng(0)
    plot = TimePlot("Loss", "loss", "")
    plot.resize(*size)
    plot.show()
    plot.set_across(by_epoch=False, logarithmic=logarithmic)
    steps = steps_of_a_long_run()
    series = {f"series {i}": np.exp(random.normal(0.0, 0.3, len(steps)) - 0.1 * i) for i in range(curves)}
    places = np.linspace(1.0, STEPS, BUCKETS)
    low = np.exp(random.normal(-1.0, 0.5, BUCKETS))
    taken = []
    for shown in range(len(steps) - times, len(steps)):
        begun = thread_time()
        plot.draw(steps[:shown], {k: v[:shown] for k, v in series.items()}, Band(places, low, 2.0 * low))
        plot.plot.viewport().repaint()
        taken.append(1000 * (thread_time() - begun))
        QApplication.processEvents()
    plot.close()
    plot.deleteLater()
    return {"median_ms": median(taken), "worst_ms": max(taken)}


def measure(times: int = 30) -> dict[str, Any]:
    """Every size, with a linear and a logarithmic axis of steps."""
    return {
        f"{size[0]}×{size[1]} {'log' if logarithmic else 'linear'}": refresh(size, times, logarithmic=logarithmic)
        for size in SIZES
        for logarithmic in (False, True)
    }


def main() -> None:
    """Measures and prints."""
    from gui.app import start

    _, window = start([], remember=False)
    for name, row in measure().items():
        print(f"{name:18}{row['median_ms']:8.1f}{row['worst_ms']:8.1f} ms")
    window.close()


if __name__ == "__main__":
    main()
