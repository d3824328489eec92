"""How fast a large table opens: ``python -m benchmarks.data [--json] [--rounds N] [--rows N] [--columns N]``.

A file of numbers is opened by the program's own reader and by plain ``pandas.read_csv``, each time in a process of its
own, in turn. The time of the call and the peak of the process's memory over what it was before are measured; the
medians of the rounds count.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.report import report
from engine.data.typed import named

_TIME_GOAL = 1.5
_MEMORY_GOAL = 4.0
_ROWS_AT_ONCE = 10_000
_CHILD = """
import json, sys, threading, time
from pathlib import Path
import pandas, psutil
from engine.data.reading import read_file
path = Path(sys.argv[2])
work = {"ours": lambda: read_file(path), "pandas": lambda: pandas.read_csv(path)}[sys.argv[1]]
work_before = pandas.DataFrame({"a": [1.5]}).to_numpy()
process = psutil.Process()
before = peak = process.memory_info().rss
ended = threading.Event()
def watch():
    global peak
    while not ended.wait(0.002):
        peak = max(peak, process.memory_info().rss)
watcher = threading.Thread(target=watch)
watcher.start()
begun = time.perf_counter()
table = work()
seconds = time.perf_counter() - begun
ended.set()
watcher.join()
print(json.dumps({"seconds": seconds, "bytes": max(peak, process.memory_info().rss) - before}))
"""
CONTENDERS = ("ours", "pandas")


def write_table(path: Path, rows: int, columns: int) -> None:
    """A file of random numbers with nine digits, with names."""
    rng = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(named([""] * columns)) + "\n")
        for begin in range(0, rows, _ROWS_AT_ONCE):
            part = rng.normal(size=(min(_ROWS_AT_ONCE, rows - begin), columns))
            np.savetxt(file, part, delimiter=",", fmt="%.9g")


def opened(contender: str, path: Path) -> dict[str, float]:
    """Seconds and bytes of one opening in a fresh process."""
    command = [sys.executable, "-c", _CHILD, contender, str(path)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, float] = json.loads(printed)
    return found


def measure(rows: int, columns: int, rounds: int) -> dict[str, Any]:
    """Both contenders in turn, and their ratios with the goals."""
    taken: dict[str, list[dict[str, float]]] = {contender: [] for contender in CONTENDERS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write_table(path, rows, columns)
        size = path.stat().st_size
        opened("pandas", path)  # so that the file is in the system's memory for both
        for _ in range(rounds):
            for contender in CONTENDERS:
                taken[contender].append(opened(contender, path))
    found = {
        contender: {what: median(each[what] for each in rows_taken) for what in ("seconds", "bytes")}
        for contender, rows_taken in taken.items()
    }
    time = found["ours"]["seconds"] / found["pandas"]["seconds"]
    memory = found["ours"]["bytes"] / (8 * rows * columns)
    return {
        "rows": rows,
        "columns": columns,
        "file_bytes": size,
        "rounds": rounds,
        **found,
        "time_over_pandas": {"ratio": time, "goal": _TIME_GOAL, "met": time <= _TIME_GOAL},
        "memory_over_data": {"ratio": memory, "goal": _MEMORY_GOAL, "met": memory <= _MEMORY_GOAL},
    }


def show(results: dict[str, Any]) -> None:
    """Prints the table."""
    print(
        f"{results['rows']:,} rows × {results['columns']} columns, a file of {results['file_bytes'] / 1e6:.0f} MB, "
        f"medians of {results['rounds']} rounds\n"
    )
    print(f"{'':8}{'seconds':>10}{'MB':>10}")
    for contender in CONTENDERS:
        row = results[contender]
        print(f"{contender:8}{row['seconds']:10.2f}{row['bytes'] / 1e6:10.0f}")
    for what, label in (("time_over_pandas", "time over pandas"), ("memory_over_data", "memory over the data")):
        row = results[what]
        print(f"{label}: {row['ratio']:.2f}, at most {row['goal']:g}: {'met' if row['met'] else 'not met'}")


def main() -> None:
    """Reads the arguments, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("--quick", action="store_true", help="one round of a small table: shows that it runs")
    options = parser.parse_args()
    rows, rounds = (2_000, 1) if options.quick else (options.rows, max(options.rounds, 1))
    results = measure(rows, options.columns, rounds)
    report(results, options.json, show)


if __name__ == "__main__":
    main()
