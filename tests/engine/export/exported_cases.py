"""Networks that every export must get right: all activations, layers, losses, preparations, and awkward names.

``CASES`` make a project each, by name, and ``made`` makes it once. Weights are random, and so are the statistics
that layers keep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from engine import BatchNorm, DataError, Dataset, DataSpec, Dense, Experiment, Output, Trainer, load_data
from engine.activations import ACTIVATIONS
from engine.data.derived import TRANSFORMS, Derived
from engine.data.scaling import SCALES
from engine.data.table_spec import DATE_PARTS, ColumnSpec, ReadingSpec, TableSpec
from engine.layers import LAYERS, Layer, Norm
from engine.losses import LOSSES
from engine.project import Project

TASKS = {"regression": 0, "binary": 2, "multiclass": 4}


def numbers(task: str, rows: int = 60, inputs: int = 3, **names: Any) -> Dataset:
    """A table of random numbers with a target for a task."""
    rng = np.random.default_rng(7)
    x = rng.normal(5.0, 20.0, (rows, inputs))
    y = np.arange(rows) % TASKS[task] if TASKS[task] else rng.poisson(3.0, rows) * 1e6
    return Dataset.from_arrays(x, y, scale="standard", test_fraction=0.3, **names)


def project(data: Dataset, layers: Sequence[Layer] = (), output: Output | None = None, **training: Any) -> Project:
    """A network for some data, with random numbers for everything it could have learned."""
    experiment = Experiment()
    experiment = experiment.edited(
        network=experiment.network.edited(layers=tuple(layers), output=output or Output()),
        training=experiment.training.edited(**training),
    )
    return randomized(Trainer(experiment, data))


def randomized(trainer: Trainer) -> Project:
    made = Project.of(trainer.checkpoint())
    rng = np.random.default_rng(11)
    network = made.network
    network.parameters += rng.normal(0.0, 0.4, network.parameters.shape).astype(np.float32)
    network.statistics[:] = rng.uniform(0.3, 2.0, network.statistics.shape)
    network.prune(network.parameters)
    return made


def owned(text: str, columns: Sequence[ColumnSpec] = (), table: dict[str, Any] | None = None, **data: Any) -> Project:
    """A network for a table of one's own."""
    spec = DataSpec.model_validate(
        {"source": "table", "table": TableSpec(text=text, columns=tuple(columns), **(table or {})), **data}
    )
    hidden = Experiment().network.edited(layers=(Dense(units=6),))
    return randomized(Trainer(Experiment(data=spec, network=hidden), load_data(spec)))


# -- networks


def _tuned(cls: type[Dense | Output], activation: str) -> Any:
    return cls(activation=activation, negative_slope=0.2, alpha=0.7)


def _hidden(activation: str) -> Project:
    return project(numbers("multiclass"), [_tuned(Dense, activation), _tuned(Dense, activation)])


def _output(activation: str, task: str) -> Project:
    return project(numbers(task), [Dense(units=5)], _tuned(Output, activation))


def _layer(cls: type[Layer]) -> Project:
    return project(numbers("multiclass"), [cls(), Dense(units=5), cls(), cls()])


def _normalized(cls: type[Norm], activation: str) -> Project:
    layers = [Dense(units=5), cls(activation=activation, epsilon=0.01), Dense(units=4)]
    return project(numbers("binary"), layers)


def _several_targets() -> Project:
    rng = np.random.default_rng(3)
    y = np.stack([rng.normal(1e6, 2e5, 50), rng.normal(0, 0.01, 50)], axis=1)
    return project(Dataset.from_arrays(rng.normal(size=(50, 2)), y, scale="standard"), [Dense()])


def possible(make: Callable[[], Project]) -> bool:
    """Whether the engine takes such a network."""
    try:
        make()
    except DataError:
        return False
    return True


NETWORKS: dict[str, Callable[[], Project]] = {
    "no hidden layer": lambda: project(numbers("multiclass")),
    "no biases": lambda: project(numbers("regression"), [Dense(bias=False)], Output(bias=False)),
    "pruned": lambda: project(numbers("binary"), [Dense(pruned_weights=((0, 0), (2, 5)))]),
    "deep": lambda: project(numbers("multiclass"), [Dense(activation="tanh")] * 12),
    "large": lambda: project(numbers("multiclass"), [Dense(units=70), BatchNorm(), Dense(units=40)]),
    "several targets": _several_targets,
    "a target that is not scaled": lambda: project(
        Dataset.from_arrays(np.arange(12.0).reshape(6, 2), np.arange(6) * 1e5, scale="none"), [Dense()]
    ),
    "one input": lambda: project(numbers("regression", inputs=1), [Dense(units=1)]),
    "two outputs for two classes": lambda: project(numbers("binary"), [Dense()], Output(activation="softmax")),
    **{f"hidden {part.key}": partial(_hidden, part.key) for part in ACTIVATIONS},
    **{f"layer {kind}": partial(_layer, cls) for kind, cls in LAYERS.items()},
    **{
        f"{kind} with {part.key}": partial(_normalized, cls, part.key)
        for kind, cls in LAYERS.items()
        for part in ACTIVATIONS
        if issubclass(cls, Norm)
    },
    **{
        f"output {part.key} for {task}": make
        for part in ACTIVATIONS
        for task in TASKS
        if possible(make := partial(_output, part.key, task))
    },
    **{
        f"{loss.key} for {task}": partial(project, numbers(task), [Dense()], loss=loss.key, **more)
        for loss in LOSSES
        for task in loss.tasks
        for more in [{}]
        if possible(partial(project, numbers(task), [Dense()], loss=loss.key))
    },
}

# -- preparations

_ROWS = [
    "age,fare,port,class,member,joined,seen,flag,survived",
    "22,7.25,S,3,yes,2021-03-05,1.2.2020 13:30,true,no",
    "38,71.28,C,1,no,2020-02-29,29.2.2020 00:15,false,yes",
    ",8.05,S,3,,1969-12-31,3.12.1968 23:59,true,yes",
    "35,0,,1,yes,,4.5.2021 06:00,false,no",
    "54,51.86,Q,2,no,2022-11-30,31.12.1999 12:00,true,no",
    "2,0,S,3,yes,2019-07-01,1.1.2000 01:01,false,yes",
    "27,11.13,,2,,2021-03-06,2.2.2002 02:02,true,yes",
    "14,30.07,C,2,no,2000-01-01,3.3.2003 03:03,false,no",
]
TABLE = "\n".join([_ROWS[0], *_ROWS[1:] * 3])
_ALL_PARTS = tuple(key for key, _ in DATE_PARTS)
SETTINGS: dict[str, list[ColumnSpec]] = {
    "as guessed": [],
    "means and indicators": [
        ColumnSpec(name="age", missing="mean", indicator=True),
        ColumnSpec(name="port", missing="most_frequent", indicator=True),
        ColumnSpec(name="joined", missing="median", indicator=True, date_parts=_ALL_PARTS),
        ColumnSpec(name="member", missing="most_frequent", indicator=True),
    ],
    "categories of their own": [
        ColumnSpec(name="port", missing="category"),
        ColumnSpec(name="class", kind="category", missing="category"),
        ColumnSpec(name="member", kind="category", missing="category", indicator=True),
    ],
    "ordinal": [
        ColumnSpec(name="port", encoding="ordinal", missing="most_frequent"),
        ColumnSpec(name="class", kind="category", encoding="ordinal"),
        ColumnSpec(name="member", kind="category", encoding="ordinal", missing="category"),
    ],
    "zeros are missing": [ColumnSpec(name="fare", zeros_missing=True, missing="median", indicator=True)],
    "rows are dropped": [
        ColumnSpec(name=name, missing="drop", scale="none") for name in ("age", "port", "member", "joined")
    ],
    "every part of a date": [ColumnSpec(name="seen", date_parts=_ALL_PARTS), ColumnSpec(name="age", role="off")],
    "dates as numbers": [ColumnSpec(name="fare", kind="date", date_parts=("year", "days"))],
}
_CURVES = "\n".join(["a (m),b,y", *(f"{i / 7},{-i / 5},{i * i}" for i in range(30))])
_DERIVED = tuple(Derived(kind=part.key, columns=("a (m)", "b")[: part.takes]) for part in TRANSFORMS)
PREPARATIONS: dict[str, Callable[[], Project]] = {
    **{name: partial(owned, TABLE, columns) for name, columns in SETTINGS.items()},
    **{f"scaled {key}": partial(owned, TABLE, SETTINGS["means and indicators"], scale=key) for key, _ in SCALES},
    **{f"a curve scaled {key}": partial(owned, _CURVES, derived=_DERIVED, scale=key) for key, _ in SCALES},
    "only derived": partial(owned, _CURVES, features=(), derived=_DERIVED),
    "some features": partial(owned, TABLE, features=("age", "port = S", "fare"), derived=_DERIVED[:0]),
    "features of one-hot": partial(
        owned, TABLE, features=("port = S", "age"), derived=(Derived(kind="product", columns=("age", "port = C")),)
    ),
    "a logarithm": partial(owned, _CURVES, table={"target_log": True}),
    "a logarithm that is not scaled": partial(owned, _CURVES, table={"target_log": True}, scale="none"),
    "iris": lambda: randomized(Trainer(Experiment())),
    "digits": lambda: randomized(Trainer(Experiment(data=DataSpec(source="digits")))),
}

# -- names

CRUEL = (
    'quote " and """ three',
    "apostrophe ' and \\ backslash \\",
    "line\nbreak\r\n\tand tab",
    "{{ config }} {% raw %} {# no #}",
    '"); raise SystemExit("taken over")  # ',
    "class",
    "größe in m² · 数 🙂",
    "\u2028\u202e\x00\x7f\x0c",
    "%(prog)s %s %",
    "x" * 300,
    "\\N{BULLET} \\x41 \\",
    "import os",
)


def _cruel() -> Project:
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(60, len(CRUEL))), np.arange(60) % len(CRUEL)
    return project(Dataset.from_arrays(x, y, names=CRUEL, classes=CRUEL, scale="standard"), [Dense(units=5)])


def _cruel_categories() -> Project:
    words = [name for name in CRUEL if name.isprintable()]
    head = 'column """ \'; import os #'
    lines = ["\t".join([f'"{head.replace(chr(34), chr(34) * 2)}"', "y"])]
    lines += ["\t".join([f'"{word.replace(chr(34), chr(34) * 2)}"', str(i)]) for i, word in enumerate(words * 3)]
    reading = ReadingSpec(header="yes", delimiter="\t")
    table = {"target": "y", "target_kind": "number", "reading": reading}
    return owned("\n".join(lines), [ColumnSpec(name=head, kind="category")], table)


def _two(*classes: str) -> Project:
    return project(numbers("binary", classes=classes), [Dense()])


NAMES: dict[str, Callable[[], Project]] = {
    "cruel names": _cruel,
    "cruel categories": _cruel_categories,
    "classes in another order": lambda: _two("nein", "ja"),
    "scores in another order": lambda: project(numbers("binary", classes=("nein", "ja")), loss="hinge"),
    "classes that are numbers": lambda: _two("0", "1"),
    "classes that are true": lambda: _two("False", "True"),
}
CASES = {**NETWORKS, **PREPARATIONS, **NAMES}


@cache
def made(name: str) -> Project:
    """The project of a case, made once: not to be changed."""
    return CASES[name]()
