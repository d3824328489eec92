"""What the template of a Python file is told about a project: its words, its data, and how rows are prepared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from textwrap import fill
from typing import Any

from engine.answering import date_in_words
from engine.data.converting import number_in, say_yes_or_no
from engine.data.derived import Derived
from engine.data.preparation import NO_VALUE, Preparation, PreparedColumn, PreparedTarget
from engine.data.sources import source_choices
from engine.experiment import DataSpec
from engine.export.layout import Part, parts_of
from engine.export.literals import WIDTH, commented, in_docstring, quoted
from engine.metrics import METRICS
from engine.model import Model
from engine.project import Project
from engine.wording import counted

# How a derived feature is written, by its key: {0}, {1} are columns of ``values``.
TRANSFORMS = {
    "square": "{0} * {0}",
    "cube": "{0} * {0} * {0}",
    "product": "{0} * {1}",
    "sine": "np.sin(2.0 * np.pi * {0})",
    "cosine": "np.cos(2.0 * np.pi * {0})",
}
# How the parts of a date are written: the names of their functions.
DATE_PARTS = {"year": "year", "month": "month", "day": "day", "weekday": "weekday", "hour": "hour", "days": "days"}
# What shift and factor are where everything is scaled in one way.
SCALE_WORDS = {
    "standard": "the mean and the standard deviation",
    "minmax": "the least value and the range",
    "robust": "the median and the range between the quartiles",
    "none": "",
}
_MOST_SHOWN = 10
# What data without a name of their own are called.
_OWN = {"table": "a pasted table", "drawn": "points drawn by hand"}


def describe(project: Project) -> dict[str, Any]:
    """What ``script.py.jinja`` needs, by name."""
    preparation, target = project.preparation, project.preparation.target
    predictor, plan = project.predictor, project.network.plan
    scaled = any(preparation.shift) or set(preparation.factor) != {1.0}
    probable = predictor.gives_probabilities
    return {
        "title": _title(target),
        "about": _about(project),
        "columns": [column.name for column in preparation.columns],
        "categories": {column.name: column.labels for column in preparation.columns if column.labels},
        "scaled": scaled,
        "scale_words": _scale_words(project.experiment.data),
        "inputs": list(zip(preparation.names, preparation.shift, preparation.factor, strict=True)),
        "preparing": list(_preparing(preparation, scaled)),
        "classes": target.classes,
        "measure": "probability" if probable else "score",
        "numbers": "probabilities" if probable else "scores",
        "single": plan.widths[-1] == 1,
        "threshold": plan.loss.threshold,
        "targets": list(zip(target.shift, target.factor, strict=True)),
        "targets_scaled": _is_scaled(target) and len(target.shift) > 1,
        "undone": _undone(target),
        "width": plan.widths[-1],
    }


def _scale_words(data: DataSpec) -> str:
    own = data.table is not None and any(column.scale != "auto" for column in data.table.columns)
    return "" if own else SCALE_WORDS[data.scale]


def _undone(target: PreparedTarget) -> str:
    """What makes numbers in the user's units of ``found``."""
    if not _is_scaled(target):
        written = "found"
    elif len(target.shift) > 1:
        written = "found * TARGET_FACTOR + TARGET_SHIFT"
    else:
        written = f"found * {target.factor[0]!r} + {target.shift[0]!r}".replace("+ -", "- ")
    return f"np.expm1({written})" if target.logarithmic else written


def _is_scaled(target: PreparedTarget) -> bool:
    return any(target.shift) or set(target.factor) != {1.0}


# -- how rows are prepared


def _preparing(preparation: Preparation, scaled: bool) -> Iterator[str]:
    """The lines of ``prepare``, from ``columns`` to what it returns."""
    runs = groupby(preparation.columns, _is_plain)
    start, known = 0, [(plain, list(columns)) for plain, columns in runs]
    if len(known) == 1 and known[0][0]:
        yield "values = np.column_stack([required(numbers(columns[name]), name) for name in COLUMNS])"
    else:
        yield "made = []"
        for plain, columns in known:
            yield from _plain_columns(columns, start) if plain else _columns(columns)
            start += len(columns)
        yield "values = np.column_stack(made)"
    yield from _chosen(preparation)
    yield "return finite((values - SHIFT) / FACTOR)" if scaled else "return finite(values)"


def _is_plain(column: PreparedColumn) -> bool:
    """Whether it is a number and nothing more."""
    number = column.kind == "number" and not column.labels
    return number and column.fill is None and not column.zeros_missing and not column.indicator


def _plain_columns(columns: list[PreparedColumn], start: int) -> Iterator[str]:
    """The lines for some columns from a place in COLUMNS on that are numbers without gaps."""
    if len(columns) == 1:
        yield from _columns(columns)
        return
    yield f"# From {commented(columns[0].name)} to {commented(columns[-1].name)}: numbers."
    chosen = f"COLUMNS[{start}:{start + len(columns)}]"
    yield f"made += [required(numbers(columns[name]), name) for name in {chosen}]"


def _columns(columns: list[PreparedColumn]) -> Iterator[str]:
    """The lines for each of some columns: what is read of it, a step at a time, and the variables it becomes."""
    for column in columns:
        name = quoted(column.name)
        yield f"# {commented(column.name)}: {_words(column)}."
        if column.labels:
            yield f"read = places(columns[{name}], CATEGORIES[{name}], {meaning(column.labels)})"
        else:
            yield f"read = {'dates' if column.kind == 'date' else 'numbers'}(columns[{name}])"
        if column.zeros_missing:
            yield "read = without_zeros(read)"
        if column.own_category:
            yield f"read = filled(read, {float(column.labels.index(NO_VALUE))!r})"
        if column.indicator:
            yield "missing = is_missing(read)"
        if not column.own_category:
            yield f"read = required(read, {name})" if column.fill is None else f"read = filled(read, {column.fill!r})"
        yield f"made += {_made(column)}"


def _words(column: PreparedColumn) -> str:
    kinds = {"yes_no": "yes or no", "date": "a date"}
    kind = kinds.get(column.kind, "a category" if column.labels else "a number")
    if column.own_category:
        return f"{kind}; a missing one is a category of its own"
    if column.fill is None:
        return kind
    if column.kind == "date":
        usual = date_in_words(column.fill)
    else:
        usual = f"'{commented(column.labels[int(column.fill)])}'" if column.labels else f"{column.fill:.6g}"
    return f"{kind}; {usual} where it is missing"


def _made(column: PreparedColumn) -> str:
    """The expression for the list of variables that ``read`` becomes."""
    if column.kind == "yes_no" or (column.labels and column.encoding == "ordinal"):
        made = [f"seen(read, {column.typical if column.fill is None else column.fill!r})"]
    elif column.labels:
        hot = f"one_hot(read, {len(column.labels)})"
        return f"[*{hot}, missing]" if column.indicator else hot
    elif column.kind == "date":
        made = [f"{DATE_PARTS[part]}(read)" for part in column.date_parts]
    else:
        made = ["read"]
    return f"[{', '.join([*made, *(['missing'] if column.indicator else [])])}]"


def meaning(labels: tuple[str, ...]) -> str:
    """The function of ``parts`` by which words are compared with labels: by letters, as numbers, as yes and no."""
    if len(labels) == 2 and say_yes_or_no(labels):
        return "as_truth"
    return "as_number" if any(number_in(label) == number_in(label) for label in labels) else "str"


def _chosen(preparation: Preparation) -> Iterator[str]:
    """The lines that leave the inputs in ``values``: some of the variables, and features made from them."""
    variables = preparation.variables
    names = variables if preparation.features is None else preparation.features
    places = [variables.index(name) for name in names]
    if preparation.derived:
        yield "values = np.column_stack("
        yield "    ["
        if places:
            yield f"        {'values' if names == variables else f'values[:, {places}]'},"
        for feature in preparation.derived:
            yield f"        {_derived(feature, variables)},  # {commented(feature.name)}"
        yield "    ]"
        yield ")"
    elif names != variables:
        yield "# Not all of them are inputs."
        yield f"values = values[:, {places}]"


def _derived(feature: Derived, variables: tuple[str, ...]) -> str:
    return TRANSFORMS[feature.kind].format(*(f"values[:, {variables.index(name)}]" for name in feature.columns))


# -- words


def _title(target: PreparedTarget) -> str:
    """What is answered, in a sentence."""
    choices = [in_docstring(label) for label in target.classes[:_MOST_SHOWN]]
    more = " …" if len(target.classes) > _MOST_SHOWN else ""
    asked = f"Predicts {in_docstring(target.name)}{': ' if choices else ''}{', '.join(choices)}{more}."
    return fill(asked, WIDTH - 3, break_long_words=False, break_on_hyphens=False)


def _about(project: Project) -> str:
    """What the network is, what it has learned from, and how good it was."""
    *hidden, output = (part for part in parts_of(project) if part.kind == "dense")
    widths = ", ".join(f"{part.units} {_named(part)}" for part in hidden)
    units = "unit" if [part.units for part in hidden] == [1] else "units"
    layers = f"hidden {'layer' if len(hidden) == 1 else 'layers'} of {widths} {units}, " if hidden else ""
    training, point = project.experiment.training, project.checkpoint
    learned = f"with {training.optimizer.label} and the loss {project.network.plan.loss.label.lower()}"
    steps = f" in {counted(point.state['step'], 'step')}" if point else ""
    text = (
        f"A neural network: {counted(len(project.preparation.names), 'input')}, "
        f"{layers}{counted(output.units, f'{_named(output)} output')}. "
        f"Glassbox trained it on {_source(project.experiment.data)} {learned}{steps}, seed {training.seed}."
        f"{_measured(project)}"
    )
    return fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _named(part: Part) -> str:
    return part.activation.replace("_", " ")


def _source(data: DataSpec) -> str:
    if data.table is not None and data.table.path:
        return in_docstring(Path(data.table.path).name)
    return _OWN.get(data.source) or dict(source_choices())[data.source]


def _measured(project: Project) -> str:
    """What the network scores on its test rows, or on those it has learned from, in a sentence after a blank."""
    if project.checkpoint is None:
        return ""
    data = project.checkpoint.data
    part, where = ("test", "the test rows") if len(data.x_test) else ("train", "the training rows")
    scores = Model(project.experiment, data, project.network).evaluate(part)
    words = [f"{METRICS[key].label if key in METRICS else key} {value:.4g}" for key, value in scores.items()]
    return f" On {where}: {', '.join(words).lower()}."
