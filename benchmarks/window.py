"""How smooth the window stays while it trains: ``python -m benchmarks.window [--json] [--seconds S] [--rounds N]``.

For each network, in turn and repeatedly: steps per second without a window, then in the window at full
speed, with the frames drawn per second, how late a timer of the window's thread fires (heartbeat) and what
a frame costs that thread. Networks of two inputs have a map of what it answers in every node. Also the time
from the start of the program to its first paint, of another theme or layout, and of single drawings (see
``benchmarks.drawing``). Medians of the rounds are given; the heartbeat's percentiles are over all beats of
all rounds. Without a display the offscreen platform draws.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from array import array
from collections.abc import Callable
from statistics import median
from time import perf_counter, thread_time
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer

from benchmarks import drawing, soak
from benchmarks.report import report
from engine import Trainer
from gui.app import start
from gui.speeds import FULL_SPEED
from gui.window import Window

_BEAT_MS = 5
# name: (widths, rows, batch)
NETWORKS: dict[str, tuple[tuple[int, ...], int, int]] = {
    "2-8-8-1": ((2, 8, 8, 1), 400, 10),
    "2-8x6-1": ((2, 8, 8, 8, 8, 8, 8, 1), 400, 10),
    "64-64-32-10": ((64, 64, 32, 10), 1500, 32),
    "784-256-128-10": ((784, 256, 128, 10), 4000, 128),
}

_FIRST_PAINT = """
import time, sys
begun = float(sys.argv[1])
from PySide6.QtCore import QEvent, QObject
from gui.app import start
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            print(time.time() - begun, flush=True)
            application.removeEventFilter(self)
            application.exit()
        return False
application, window = start([], remember=False)
watch = Watch()
window.diagram.installEventFilter(watch)
application.exec()
window.close()
"""


def trainer_of(name: str) -> Trainer:
    """A trainer of one of NETWORKS on random data, with epochs enough never to end."""
    return drawing.trainer_of(*NETWORKS[name])


def headless(name: str, seconds: float) -> float:
    """Steps per second without a window."""
    trainer = trainer_of(name)
    begun = perf_counter()
    while perf_counter() - begun < seconds:
        trainer.step()
    return trainer.steps_done / (perf_counter() - begun)


class Heart(QObject):
    """Counts paints of a widget and measures how late a timer fires, in milliseconds."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        # Small, since it is there while the size of the process is taken.
        self.late = array("d")
        self.paints = 0
        self._due = perf_counter() + _BEAT_MS / 1000
        self._timer = QTimer(self, interval=_BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        window.diagram.installEventFilter(self)
        self._timer.start()

    def _beat(self) -> None:
        now = perf_counter()
        self.late.append(max(now - self._due, 0.0) * 1000)
        self._due = now + _BEAT_MS / 1000

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Counts what is painted."""
        self.paints += event.type() == QEvent.Type.Paint
        return False

    def stop(self) -> None:
        """Ends the beat."""
        self._timer.stop()


def wait(seconds: float) -> None:
    """Runs the event loop for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def in_window(name: str, seconds: float) -> dict[str, Any]:
    """Frames, heartbeat and steps per second of one round in the window."""
    _, window = start([], trainer=trainer_of(name), remember=False)
    window.training.wait_idle()
    window.toolbar.speed.setValue(FULL_SPEED)
    window.training.toggle()
    wait(1.0)
    heart, begun, cpu = Heart(window), perf_counter(), thread_time()
    before = window.training.snapshot.step if window.training.snapshot else 0
    wait(seconds)
    elapsed, cpu = perf_counter() - begun, thread_time() - cpu
    heart.stop()
    snapshot = window.training.snapshot
    assert snapshot is not None
    window.close()
    window.deleteLater()
    return {
        "frames": heart.paints / elapsed,
        "frame_cpu_ms": 1000 * cpu / max(heart.paints, 1),
        "maps": snapshot.maps is not None,
        "late": heart.late,
        "steps": (snapshot.step - before) / elapsed,
    }


def first_paint(times: int) -> float:
    """Median seconds from starting the interpreter to the first paint, with a warm file cache."""
    import time

    taken = []
    for _ in range(times + 1):
        done = subprocess.run(
            [sys.executable, "-c", _FIRST_PAINT, str(time.time())], capture_output=True, text=True, check=True
        )
        taken.append(float(done.stdout.split()[-1]))
    return median(taken[1:])


def trained(name: str, seconds: float, rounds: int) -> dict[str, Any]:
    """One network, headless and in the window in turn."""
    bare, inside = [], []
    for _ in range(rounds):
        bare.append(headless(name, seconds / 2))
        inside.append(in_window(name, seconds))
    late = np.concatenate([np.array(one["late"]) for one in inside])
    steps, alone = median(one["steps"] for one in inside), median(bare)
    return {
        "maps": all(one["maps"] for one in inside),
        "frames_per_second": median(one["frames"] for one in inside),
        "frame_cpu_ms": median(one["frame_cpu_ms"] for one in inside),
        "heartbeat_ms": {"p50": float(np.percentile(late, 50)), "p99": float(np.percentile(late, 99)),
                         "max": float(late.max())},
        "steps_per_second": steps,
        "headless_steps_per_second": alone,
        "share_of_headless": steps / alone,
    }  # fmt: skip


def changes(rounds: int) -> dict[str, Any]:
    """The whole window in another theme, with the first layout and with every view open, and in another layout."""
    application, window = start([], remember=False)
    window.training.wait_idle()

    def through(commands: list[str]) -> Callable[[], None]:
        def run() -> None:
            window.actions_by_id[commands[0]].trigger()
            application.processEvents()
            commands.append(commands.pop(0))

        return run

    found = {
        "theme": drawing.timed(2 * rounds, through(["view.theme"])),
        "layout": drawing.timed(2 * rounds, through(["layout.train", "layout.learn"])),
        "layout and type": drawing.timed(2 * rounds, through(["layout.present", "layout.learn"])),
    }
    soak.open_every_view(window)
    window.training.wait_idle()
    found["theme, every view open"] = drawing.timed(2 * rounds, through(["view.theme"]))
    window.close()
    window.deleteLater()
    return {name: vars(time) for name, time in found.items()}


def measure(names: list[str], seconds: float, rounds: int, drawings: int) -> dict[str, Any]:
    """The first paint, changes of the window and single drawings, each so many times, and the networks in training."""
    return {
        "first_paint_s": first_paint(rounds),
        "changes": changes(drawings),
        "drawing": drawing.measure(drawings),
        "networks": {name: trained(name, seconds, rounds) for name in names},
    }


def show(results: dict[str, Any]) -> None:
    """Prints tables."""
    print(f"first paint {results['first_paint_s']:.2f} s\n\nmilliseconds (of the processor)\n")
    for name, time in results["changes"].items():
        print(f"another {name:28}{time['wall_ms']:9.1f} ({time['cpu_ms']:5.1f})")
    print()
    drawing.show(results["drawing"])
    heads = ("maps", "frames/s", "cpu ms", "p50 ms", "p99 ms", "max ms", "steps/s", "headless", "share")
    print(f"\n{'network':16}" + "".join(f"{head:>10}" for head in heads))
    for name, row in results["networks"].items():
        beat = row["heartbeat_ms"]
        print(
            f"{name:16}{'yes' if row['maps'] else 'no':>10}{row['frames_per_second']:10.1f}{row['frame_cpu_ms']:10.1f}"
            f"{beat['p50']:10.1f}{beat['p99']:10.1f}{beat['max']:10.1f}{row['steps_per_second']:10,.0f}"
            f"{row['headless_steps_per_second']:10,.0f}{row['share_of_headless']:10.0%}"
        )


def main() -> None:
    """Reads the arguments, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of one round in the window")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS), metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="one short round: shows that it runs, not how fast")
    parser.add_argument("--soak", action="store_true", help="ten minutes with every view open instead")
    parser.add_argument("--minutes", type=float, default=10.0, help="length of the soak")
    options = parser.parse_args()
    start([], remember=False)[1].close()
    if options.soak:
        report(soak.soak(options.minutes, Heart, wait), options.json, soak.show)
        return
    if options.quick:
        results = measure(options.networks, 0.4, 1, 1)
    else:
        results = measure(options.networks, options.seconds, options.rounds, 10 * options.rounds)
    report(results, options.json, show)


if __name__ == "__main__":
    main()
