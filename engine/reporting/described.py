"""What a report says of the data: where they come from, their columns, what was missing, how they were split."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from engine.data.dataset import Dataset
from engine.data.guessing import plan_table
from engine.data.preparation import PreparedColumn
from engine.data.sources import SOURCES, built_in
from engine.data.table_spec import KINDS
from engine.experiment import DISTURBING, DataSpec
from engine.reporting.blocks import Table, Text
from engine.reporting.wording import MOST_CLASSES, name_of, short
from engine.wording import counted

_MOST_COLUMNS, _MOST_NAMES = 24, 12
_MOST_LABELS = 8


def about_data(spec: DataSpec, data: Dataset) -> tuple[Table | Text, ...]:
    """Where the data come from, how many rows there are and what was held out, and the classes."""
    train, test = len(data.y_train), len(data.y_test)
    share = f"{test / max(train + test, 1):.0%} held out" if test else "none held out"
    rows = [
        ("Data", _origin(spec, data)),
        ("Rows", f"{train:,} to learn from, {test:,} to test with ({share})"),
        ("Asked", f"{data.target}, {counted(len(data.classes), 'class') if data.classes else 'a number'}"),
        ("Inputs", _names(data.names)),
    ]
    if (what := _what_was_done(spec, data)) != "":
        rows.append(("Prepared", what))
    tables = [Table(("", ""), tuple(rows))]
    if data.classes:
        tables.append(_classes(data))
    return tuple(tables)


def _names(names: tuple[str, ...]) -> str:
    few = ", ".join(names[:_MOST_NAMES])
    return f"{few} … ({len(names):,})" if len(names) > _MOST_NAMES else few


def _origin(spec: DataSpec, data: Dataset) -> str:
    source = built_in(spec.source) if data.source else None
    return f"{source.label}: {source.about}" if source else name_of(spec, data)


def _what_was_done(spec: DataSpec, data: Dataset) -> str:
    """For a table of one's own, what became of its rows and missing values."""
    return plan_table(data.tables[0], spec.table).words if data.tables and spec.table is not None else ""


def _classes(data: Dataset) -> Table:
    counts = [np.bincount(y, minlength=len(data.classes)) for y in (data.y_train, data.y_test)]
    rows = [
        (name, f"{int(counts[0][k]):,}", f"{int(counts[1][k]):,}") for k, name in enumerate(data.classes[:MOST_CLASSES])
    ]
    if len(data.classes) > MOST_CLASSES:
        rows.append((f"and {counted(len(data.classes) - MOST_CLASSES, 'more class')}", "", ""))
    return Table(("Class", "Training rows", "Test rows"), tuple(rows), frozenset({1, 2}))


def columns_of(data: Dataset) -> tuple[Table, ...]:
    """The columns that feed the network, each with its kind, range and what becomes of a missing value."""
    kinds = dict(KINDS)
    used = set(data.variables)
    columns = [each for each in data.preparation.columns if used.intersection(each.variables)]
    rows = [
        (each.name, kinds[each.kind], _range(each), _missing(each), f"{len(used.intersection(each.variables)):,}")
        for each in columns[:_MOST_COLUMNS]
    ]
    if len(columns) > _MOST_COLUMNS:
        rows.append((f"and {counted(len(columns) - _MOST_COLUMNS, 'more column')}", "", "", "", ""))
    heads = ("Column", "Kind", "In the training rows", "A missing value", "Inputs")
    return (Table(heads, tuple(rows), frozenset({4})),) if rows else ()


def _range(column: PreparedColumn) -> str:
    if column.labels:
        shown = ", ".join(column.labels[:_MOST_LABELS])
        return f"{shown} … ({len(column.labels):,})" if len(column.labels) > _MOST_LABELS else shown
    low, high = column.low, column.high
    if column.kind == "date":
        return f"{_day(low)} to {_day(high)}"
    return f"{low:.6g} to {high:.6g}".replace("-", "\u2212")  # a year has no comma


def _day(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return short(seconds)


def _missing(column: PreparedColumn) -> str:
    """What takes the place of a value that is not there."""
    if column.own_category:
        return "a category of its own"
    if column.fill is None:
        return "row left out"
    if column.labels:
        words = column.labels[int(column.fill)]
    else:
        words = _day(column.fill) if column.kind == "date" else f"{column.fill:.6g}".replace("-", "\u2212")
    notes = [words, *(["zero counts as missing"] if column.zeros_missing else [])]
    return "; ".join([*notes, *(["one more input says so"] if column.indicator else [])])


def data_settings(spec: DataSpec, data: Dataset) -> tuple[str, ...]:
    """The settings that matter for the source of the data; none for arrays of one's own."""
    if not data.source:
        return ()
    generated = {name for source in SOURCES for name in source.settings}
    source = built_in(spec.source)
    heeded = set(source.settings) if source else set()
    ordered = [name for name in type(spec).settings() if name not in DISTURBING]
    ordered += DISTURBING
    return tuple(name for name in ordered if name != "source" and (name not in generated or name in heeded))
