"""Tables of one's own that every export must get right: what is missing, categories, dates, and awkward names.

``PREPARATIONS`` make a project each, by name. Weights are random, and so are the statistics that layers keep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import DataSpec, Dense, Experiment, Trainer, load_data
from engine.data.derived import TRANSFORMS, Derived
from engine.data.scaling import SCALES
from engine.data.table_spec import DATE_PARTS, ColumnSpec, ReadingSpec, TableSpec
from engine.project import Project

_ROWS = 120


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


# -- passengers

_PASSENGERS = [
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
TABLE = "\n".join([_PASSENGERS[0], *_PASSENGERS[1:] * 3])
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

# -- words and dates


def table(columns: dict[str, NDArray[Any]]) -> str:
    """A table as text, with fields that may hold commas and quotes."""
    rows = [[*columns], *zip(*columns.values(), strict=True)]
    return "\n".join(",".join(f'"{str(value).replace(chr(34), chr(34) * 2)}"' for value in row) for row in rows)


def _words(rng: np.random.Generator, *words: str) -> NDArray[Any]:
    return rng.choice([*words, words[0]], _ROWS)


def _gaps(rng: np.random.Generator, values: NDArray[Any]) -> NDArray[Any]:
    return np.where(rng.random(_ROWS) < 0.15, "", values.astype(str))


def _categories(missing: str, encoding: str) -> Project:
    """Categories that are words and such that are numbers, yes and no in several words."""
    rng = np.random.default_rng(0)
    columns = {
        "wood": _gaps(rng, _words(rng, "oak", "fir", "ash, white", 'so-called "elm"', "Größe")),
        "grade": _gaps(rng, _words(rng, "1", "2", "03", "4.50")),
        "smokes": _gaps(rng, _words(rng, "yes", "no")),
        "done": _gaps(rng, _words(rng, "True", "False")),
        "size": rng.normal(size=_ROWS).round(3),
        "kind": _words(rng, "first", "second", "third"),
    }
    common: dict[str, Any] = {"missing": missing, "encoding": encoding, "indicator": missing != "drop"}
    specs = (
        ColumnSpec(name="wood", kind="category", scale="standard", **common),
        ColumnSpec(name="grade", kind="category", **common),
        ColumnSpec(name="smokes", kind="yes_no", **common),
        ColumnSpec(name="done", kind="yes_no", scale="minmax", **common),
    )
    return owned(table(columns), specs)


def _dates(missing: str) -> Project:
    """Dates of seven centuries, with and without a time."""
    rng = np.random.default_rng(0)
    days = np.datetime64("1600-02-27") + rng.integers(0, 365 * 700, _ROWS)
    moments = days.astype("datetime64[s]") + rng.integers(0, 86_400, _ROWS)
    columns = {
        "born": _gaps(rng, days.astype(str)),
        "seen at": _gaps(rng, np.char.replace(moments.astype(str), "T", " ")),
        "ill": _words(rng, "yes", "no"),
    }
    parts = tuple(key for key, _ in DATE_PARTS)
    indicator = missing != "drop"
    specs = [
        ColumnSpec(name=name, kind="date", date_parts=parts, missing=missing, indicator=indicator) for name in columns
    ]
    return owned(table(columns), specs[:2])


def _chosen_features() -> Project:
    """Some variables only, in another order, and every derived feature; a column that only a feature is made from."""
    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {name: rng.uniform(-1.0, 1.0, _ROWS).round(3) for name in "abc"}
    columns |= {"wood": _words(rng, "oak", "fir", "ash"), "y": columns["a"] * columns["c"]}
    derived = tuple(Derived(kind=each.key, columns=("a", "c")[: each.takes]) for each in TRANSFORMS)
    return owned(table(columns), features=("wood = oak", "b", "wood = ash", "a"), derived=derived, scale="minmax")


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


# Names that files and graphs have a use for themselves, each with a word that is hard to write.
AWKWARD = {
    "value": 'wood "oak"',
    "label": "back\\slash",
    "probabilities": "größe {x}",
    "layers.0.weight": "класс",
    "numpy": "import os",
    "x": "a 'quoted' one",
    "network": "100 %",
    '"""': "'''",
    "Gemm": "{{ x }}",
    "Δ π (cm) #1": "{% x %}",
}


def _awkward_names() -> Project:
    rng = np.random.default_rng(0)
    columns: dict[str, NDArray[Any]] = {name: rng.normal(size=_ROWS).round(3) for name in AWKWARD}
    columns["label"] = _words(rng, *AWKWARD)
    columns['the "target"'] = _words(rng, *AWKWARD.values())
    return owned(table(columns), [ColumnSpec(name="label", kind="category")])


def _cruel_categories() -> Project:
    words = [name for name in CRUEL if name.isprintable()]
    head = 'column """ \'; import os #'
    lines = ["\t".join([f'"{head.replace(chr(34), chr(34) * 2)}"', "y"])]
    lines += ["\t".join([f'"{word.replace(chr(34), chr(34) * 2)}"', str(i)]) for i, word in enumerate(words * 3)]
    reading = ReadingSpec(header="yes", delimiter="\t")
    table = {"target": "y", "target_kind": "number", "reading": reading}
    return owned("\n".join(lines), [ColumnSpec(name=head, kind="category")], table)


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
    **{
        f"categories, {missing}, {encoding}": partial(_categories, missing, encoding)
        for missing in ("drop", "most_frequent", "category")
        for encoding in ("one_hot", "ordinal")
    },
    **{f"dates, {missing}": partial(_dates, missing) for missing in ("drop", "median", "most_frequent")},
    "chosen features": _chosen_features,
    "names that are in use": _awkward_names,
    "cruel categories": _cruel_categories,
}
