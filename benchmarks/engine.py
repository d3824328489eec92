"""How fast the engine trains: ``python -m benchmarks.engine [--json] [--rounds N] [--networks NAME ...]``.

Whole epochs, with shuffling and loss, through ``Trainer.epoch`` against PyTorch (eager, fused optimizer) and
scikit-learn (``MLPClassifier.partial_fit``) on the same random data, and against the matrix products alone.
Every contender works in processes of its own, one with a single thread and one with all cores; they take
turns, one at a time, round by round. The median of the rounds counts, and for each contender the better
number of threads. Also the memory of a Trainer, and how time grows with rows, width and depth.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from itertools import pairwise
from multiprocessing import get_context
from statistics import median
from time import perf_counter, sleep
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import report
from engine import Dataset, Dense, Experiment, Trainer

_RATE = 0.001
_THREADS = tuple(dict.fromkeys((1, os.cpu_count() or 1)))
_THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# OpenBLAS's threads look for work for 100 ms before they sleep; the next contender waits for that.
_SETTLE_S = 0.15
# What a measured growth may exceed the growth of the work by, and bytes a parameter the goal, before it counts.
_NOISE = 0.1

Epoch = Callable[[], float]


@dataclass(frozen=True)
class Case:
    """A network and its data. ``epochs`` make one round; ``goals``: time of (PyTorch, scikit-learn) over ours."""

    inputs: int
    hidden: tuple[int, ...]
    outputs: int
    batch: int
    rows: int  # a multiple of the batch
    epochs: int
    goals: tuple[float, float] = (0.0, 0.0)

    @property
    def layers(self) -> list[tuple[int, int]]:
        """(inputs, units) of every layer."""
        return list(pairwise((self.inputs, *self.hidden, self.outputs)))

    @property
    def parameters(self) -> int:
        """The number of weights and biases."""
        return sum((inputs + 1) * units for inputs, units in self.layers)

    @property
    def work(self) -> int:
        """Multiplications of an epoch: three products a layer, two for the first, which passes nothing back."""
        first, *others = (inputs * units for inputs, units in self.layers)
        return self.rows * (2 * first + 3 * sum(others))


NETWORKS = {
    "2-4-2-1": Case(2, (4, 2), 1, batch=10, rows=1000, epochs=20, goals=(7.0, 7.0)),
    "8-8-8-1": Case(8, (8, 8), 1, batch=10, rows=1000, epochs=20, goals=(7.0, 7.0)),
    "2-8x6-1": Case(2, (8,) * 6, 1, batch=10, rows=1000, epochs=10, goals=(7.0, 6.0)),
    "64-64-32-10": Case(64, (64, 32), 10, batch=32, rows=1024, epochs=20, goals=(4.5, 5.0)),
    "784-128-64-10": Case(784, (128, 64), 10, batch=64, rows=2560, epochs=10, goals=(1.0, 1.5)),
    "784-256-128-10": Case(784, (256, 128), 10, batch=128, rows=2560, epochs=5, goals=(1.0, 1.5)),
    "784-1024-1024-10": Case(784, (1024, 1024), 10, batch=256, rows=2560, epochs=5, goals=(0.95, 1.5)),
}
_LARGEST = NETWORKS["784-1024-1024-10"]
_BASE = Case(64, (64, 64), 10, batch=32, rows=1024, epochs=10)
# What grows: size -> case; the first is what the others are compared with.
GROWTH = {
    "rows": {1024 * k: replace(_BASE, rows=1024 * k) for k in (1, 2, 4)},
    "width": {64 * k: replace(_BASE, hidden=(64 * k,) * 2) for k in (1, 2, 4)},
    "depth": {k: replace(_BASE, hidden=(64,) * k) for k in (1, 2, 4, 8)},
}


@dataclass(frozen=True)
class Effort:
    """How thorough a run is: rounds, epochs before the first round, the most epochs a round has, numbers of threads."""

    rounds: int
    # The history draws the beginning of a run densely; its usual spacing comes after seven epochs.
    warm_up: int = 8
    most_epochs: int = 1000
    threads: tuple[int, ...] = _THREADS


# -- the contenders: each returns a function that trains one epoch and gives its loss ----------------


def data_of(case: Case) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Random x (rows, inputs) and classes y (rows,) that a network can learn, the same for every contender."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(case.rows, case.inputs)).astype(np.float32)
    return x, np.argmax(x @ rng.normal(size=(case.inputs, max(case.outputs, 2))), axis=1)


def trainer_of(case: Case, optimizer: str) -> Trainer:
    """The engine's own trainer, with epochs enough never to end."""
    layers = tuple(Dense(units=units, activation="relu", initializer="he_uniform") for units in case.hidden)
    experiment = Experiment().with_layers(layers).edited(training={
        "batch_size": case.batch, "epochs": 10_000_000, "optimizer": {"kind": optimizer, "learning_rate": _RATE},
    })  # fmt: skip
    return Trainer(experiment, Dataset.from_arrays(*data_of(case)))


def ours(case: Case, optimizer: str) -> Epoch:
    """An epoch of the engine."""
    return trainer_of(case, optimizer).epoch


def pytorch(case: Case, optimizer: str) -> Epoch:
    """An epoch of PyTorch in eager mode."""
    torch = import_module("torch")
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(0)
    parts = [part for layer in case.layers for part in (torch.nn.Linear(*layer), torch.nn.ReLU())]
    model = torch.nn.Sequential(*parts[:-1])
    rule = {"adam": torch.optim.Adam, "gradient_descent": torch.optim.SGD}[optimizer]
    moves = rule(model.parameters(), lr=_RATE, fused=True)
    x, y = (torch.from_numpy(part) for part in data_of(case))
    loss_of = torch.nn.CrossEntropyLoss()
    if case.outputs == 1:
        loss_of, y = torch.nn.BCEWithLogitsLoss(), y.float()[:, None]

    def epoch() -> float:
        order, total = torch.randperm(case.rows), 0.0
        for start in range(0, case.rows, case.batch):
            rows = order[start : start + case.batch]
            loss = loss_of(model(x.index_select(0, rows)), y.index_select(0, rows))
            moves.zero_grad()
            loss.backward()
            moves.step()
            total += loss.item()
        return total / (case.rows // case.batch)

    return epoch


def scikit_learn(case: Case, optimizer: str) -> Epoch:
    """An epoch of scikit-learn, ReLU as ever; what it does by default and the others do not is switched off."""
    from sklearn.neural_network import MLPClassifier

    solver = {"adam": "adam", "gradient_descent": "sgd"}[optimizer]
    settings = {"batch_size": case.batch, "learning_rate_init": _RATE, "random_state": 0}
    model = MLPClassifier(case.hidden, solver=solver, alpha=0.0, momentum=0.0, nesterovs_momentum=False, **settings)
    x, y = data_of(case)
    classes = np.unique(y)

    def epoch() -> float:
        model.partial_fit(x, y, classes=classes)
        return float(model.loss_)

    return epoch


def products(case: Case, optimizer: str) -> Epoch:
    """The matrix products of an epoch and nothing else: the floor under any implementation with NumPy."""
    rng, batch = np.random.default_rng(0), case.batch
    calls = []
    for i, (inputs, units) in enumerate(case.layers):
        shapes = (units, inputs), (inputs, batch), (units, batch)
        w, x, delta = (rng.random(shape, np.float32) for shape in shapes)
        d_w, d_x, z = (np.empty(shape, np.float32) for shape in shapes)
        calls += [(w, x, z), (delta, x.T, d_w), (w.T, delta, d_x)][: 3 if i else 2]

    def epoch() -> float:
        dot = np.dot
        for _ in range(case.rows // batch):
            for a, b, out in calls:
                dot(a, b, out)
        return 0.0

    return epoch


# key: (label, the package it needs, what makes an epoch)
CONTENDERS: dict[str, tuple[str, str, Callable[[Case, str], Epoch]]] = {
    "ours": ("Glassbox", "numpy", ours),
    "torch": ("PyTorch", "torch", pytorch),
    "sklearn": ("scikit-learn", "scikit-learn", scikit_learn),
    "products": ("products", "numpy", products),
}
_RIVALS = ("torch", "sklearn")


# -- what the workers do ------------------------------------------------------------------------------


def load(contender: str) -> None:
    """Trains a small network once, so that whatever a contender imports is there."""
    CONTENDERS[contender][2](NETWORKS["2-4-2-1"], "adam")()


@cache
def prepared(contender: str, case: Case, optimizer: str, warm_up: int) -> Epoch:
    """A contender's epoch, past its first ones; the worker keeps it, so all train the same number of epochs."""
    epoch = CONTENDERS[contender][2](case, optimizer)
    for _ in range(warm_up):
        epoch()
    return epoch


def timed(contender: str, case: Case, optimizer: str, effort: Effort) -> float:
    """Seconds per epoch in one round of a contender."""
    epoch = prepared(contender, case, optimizer, effort.warm_up)
    epoch()  # brings its arrays back into the caches
    epochs = min(case.epochs, effort.most_epochs)
    begun = perf_counter()
    for _ in range(epochs):
        loss = epoch()
    seconds = (perf_counter() - begun) / epochs
    if not np.isfinite(loss):
        raise ArithmeticError(f"{contender} diverged on {case}")
    sleep(_SETTLE_S if os.environ["OMP_NUM_THREADS"] != "1" else 0.0)
    return seconds


def held(scale: int) -> int:
    """Bytes a Trainer with Adam allocated and still holds after three steps; ``scale`` multiplies rows and batch."""
    case = replace(_LARGEST, batch=64 * scale, rows=128 * scale)
    gc.collect()
    tracemalloc.start()
    trainer = trainer_of(case, "adam")
    for _ in range(3):
        trainer.step()
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return size


def memory() -> dict[str, Any]:
    """Bytes held per parameter, without data and batches.

    Counted is all that making and stepping a Trainer allocated through Python and NumPy and has not freed: the
    parameters, their gradient, Adam's two moments, and whatever else there is. What belongs to the data (its
    own arrays, shuffled copies, outputs of the last evaluation) grows with the rows, and the working arrays
    of a step grow with the batch. So both are doubled, and the line is drawn back to no rows and no batch;
    nothing about the engine's insides is assumed. Objects and the history remain, a few hundredths of a byte.
    """
    held(1)  # what is imported or made once, at the first use, is not a Trainer's
    once, twice = held(1), held(2)
    count, goal = _LARGEST.parameters, 16.0  # four float32
    each = (2 * once - twice) / count
    return {"parameters": count, "bytes_per_parameter": each, "goal": goal, "met": each <= goal + _NOISE}


# -- the driver, and what it prints -------------------------------------------------------------------

Workers = dict[tuple[str, int], ProcessPoolExecutor]


@contextmanager
def workers(numbers_of_threads: tuple[int, ...]) -> Iterator[Workers]:
    """A process for each contender that is installed and each number of threads; they sleep until asked."""
    started = []
    pools: Workers = {}
    for key, (label, package, _) in CONTENDERS.items():
        if find_spec(package.replace("scikit-learn", "sklearn")) is None:
            print(f"{label} is not installed; its columns stay empty.", file=sys.stderr)
            continue
        for threads in numbers_of_threads:
            # The environment is taken over when the process starts, which is at the first thing it is asked.
            os.environ.update(dict.fromkeys(_THREAD_VARIABLES, str(threads)))
            pools[key, threads] = ProcessPoolExecutor(1, get_context("spawn"))
            started.append(pools[key, threads].submit(load, key))
    try:
        for loading in started:
            loading.result()
        yield pools
    finally:
        for pool in pools.values():
            pool.shutdown()


def best(seconds: dict[int, list[float]]) -> dict[str, Any] | None:
    """The number of threads with the smallest median of its rounds; None without any."""
    medians = {threads: median(taken) for threads, taken in seconds.items() if taken}
    if not medians:
        return None
    threads = min(medians, key=lambda each: medians[each])
    return {"seconds": medians[threads], "threads": threads, "by_threads": medians}


def compare(pools: Workers, case: Case, optimizer: str, effort: Effort) -> dict[str, Any]:
    """All contenders on one network, in turn."""
    taken: dict[str, dict[int, list[float]]] = {key: {threads: [] for threads in effort.threads} for key in CONTENDERS}
    for _ in range(effort.rounds):
        for (key, threads), pool in pools.items():
            taken[key][threads].append(pool.submit(timed, key, case, optimizer, effort).result())
    row: dict[str, Any] = {"batch": case.batch, "rows": case.rows, "parameters": case.parameters}
    row |= {key: best(taken[key]) for key in CONTENDERS}
    own = row["ours"]["seconds"]
    row["ours_over_products"] = own / row["products"]["seconds"]
    for key, goal in zip(_RIVALS, case.goals, strict=True):
        ratio = row[key] and row[key]["seconds"] / own
        row[f"{key}_over_ours"] = {"ratio": ratio, "goal": goal, "met": ratio and ratio >= goal}
    return row


def growth(pools: Workers, optimizer: str, effort: Effort) -> dict[str, list[dict[str, Any]]]:
    """Our seconds per epoch with one thread as one thing grows, against the growth of the work."""
    cases = dict.fromkeys(case for sizes in GROWTH.values() for case in sizes.values())
    taken: dict[Case, list[float]] = {case: [] for case in cases}
    for _ in range(effort.rounds):
        for case in cases:
            taken[case].append(pools["ours", 1].submit(timed, "ours", case, optimizer, effort).result())
    found: dict[str, list[dict[str, Any]]] = {}
    for what, sizes in GROWTH.items():
        found[what] = rows = []
        first = next(iter(sizes.values()))
        for size, case in sizes.items():
            seconds, work = median(taken[case]), case.work / first.work
            time = seconds / median(taken[first])
            rows.append({"size": size, "seconds": seconds, "time_growth": time, "work_growth": work,
                         "ratio": time / work, "met": time / work <= 1 + _NOISE})  # fmt: skip
    return found


def measure(networks: list[str], optimizer: str, effort: Effort) -> dict[str, Any]:
    """Everything there is to measure."""
    with workers(effort.threads) as pools:
        packages = dict.fromkeys(CONTENDERS[key][1] for key, _ in pools)
        return {
            "versions": {package: version(package) for package in packages},
            "optimizer": optimizer,
            "rounds": effort.rounds,
            "networks": {name: compare(pools, NETWORKS[name], optimizer, effort) for name in networks},
            "memory": pools["ours", 1].submit(memory).result(),
            "growth": growth(pools, optimizer, effort),
        }


_MET = {True: "met", False: "not met", None: "-"}


def show(results: dict[str, Any]) -> None:
    """Prints the tables."""
    print(", ".join(f"{name} {number}" for name, number in results["versions"].items()), end="; ")
    print(f"{results['optimizer']}, medians of {results['rounds']} rounds, ms per epoch (threads)\n")
    heads = "".join(f"{label:>15}" for label, *_ in CONTENDERS.values())
    print(f"{'network':17}{'batch':>5}{heads}{'PyTorch/ours':>21}{'scikit-learn/ours':>21}{'ours/products':>15}")
    for name, row in results["networks"].items():
        cells = f"{name:17}{row['batch']:5}"
        for found in (row[key] for key in CONTENDERS):
            cells += f"{found['seconds'] * 1000:11.2f} ({found['threads']})" if found else f"{'-':>15}"
        for against in (row[f"{key}_over_ours"] for key in _RIVALS):
            ratio = f"{against['ratio']:.2f}" if against["ratio"] else "-"
            cells += f"{ratio + ' ≥ ' + format(against['goal'], 'g'):>13} {_MET[against['met']]:7}"
        print(f"{cells}{row['ours_over_products']:15.2f}")
    kept = results["memory"]
    each = f"{kept['bytes_per_parameter']:.2f} bytes for each of {kept['parameters']:,} parameters with Adam"
    print(f"\nmemory: {each}, without data and batch; at most {kept['goal']:g}: {_MET[kept['met']]}\n")
    print(f"{'what grows':10}{'to':>8}{'ms per epoch':>15}{'time':>8}{'work':>8}{'time/work':>11}")
    for what, rows in results["growth"].items():
        for row in rows:
            growths = f"{row['time_growth']:7.2f}×{row['work_growth']:7.2f}×{row['ratio']:11.2f}"
            print(f"{what:10}{row['size']:8}{row['seconds'] * 1000:15.2f}{growths} {_MET[row['met']]}")


def main() -> None:
    """Reads the arguments, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS), metavar="NAME")
    parser.add_argument("--optimizer", choices=("adam", "gradient_descent"), default="adam")
    parser.add_argument("--quick", action="store_true", help="one short round: shows that it runs, not how fast")
    options = parser.parse_args()
    effort = Effort(1, warm_up=1, most_epochs=2, threads=(1,)) if options.quick else Effort(max(options.rounds, 1))
    results = measure(options.networks, options.optimizer, effort)
    report(results, options.json, show)


if __name__ == "__main__":
    main()
