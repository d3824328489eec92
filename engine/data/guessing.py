"""What the columns of a raw table mean, with the reason; what one has said about them goes before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.data.raw import Column, RawTable
from engine.data.table import DataError
from engine.data.table_spec import USABLE, ColumnSpec, TableSpec


@dataclass(frozen=True)
class ColumnPlan:
    """What is done with a column. ``spec`` has nothing automatic left; ``reason`` says why it was guessed so.

    ``role`` is "input", "target", "split" or "off". ``missing``: how many values there are not; ``zeros``: how many
    zeros may stand for missing values; ``distinct``: how many different values there are.
    """

    name: str
    kind: str
    guessed: str
    reason: str
    role: str
    spec: ColumnSpec
    missing: int = 0
    zeros: int = 0
    distinct: int = 0


@dataclass(frozen=True)
class TablePlan:
    """What is done with a table. ``target_kind`` is "class", "yes_no" or "number"; ``classes`` its labels, in order.

    ``words`` say what will happen, in one sentence; ``problem`` why it cannot be done, "" when it can.
    """

    columns: tuple[ColumnPlan, ...]
    target: str
    target_kind: str
    classes: tuple[str, ...]
    rows: int
    words: str
    problem: str = ""

    @property
    def inputs(self) -> tuple[ColumnPlan, ...]:
        """The columns that feed the network."""
        return tuple(column for column in self.columns if column.role == "input")

    def column(self, name: str) -> ColumnPlan:
        """What is done with the column of that name; raises ``KeyError``."""
        return {column.name: column for column in self.columns}[name]


def plan_table(raw: RawTable, spec: TableSpec) -> TablePlan:
    """What is done with a raw table under a description of it. Raises ``DataError`` for names that are not there."""
    target = spec.target or raw.names[-1]
    if target not in raw.names:
        raise DataError(f"there is no column '{target}'; the columns are {', '.join(raw.names)}")
    said = spec.settings_by_name
    columns = tuple(_planned(column, said.get(column.name), column.name == target) for column in raw.columns)
    plan = next(column for column in columns if column.name == target)
    number = plan.kind == "number" and spec.target_kind in ("auto", "number")
    kind = "number" if number else "yes_no" if plan.kind == "yes_no" else "class"
    classes = () if number else raw.column(target).as_labels()[1]
    inputs = sum(column.role == "input" for column in columns)
    words = f"{raw.rows:,} rows, {inputs:,} inputs, 1 {kind} target"
    return TablePlan(columns, target, kind, classes, raw.rows, words)


def _planned(column: Column, said: ColumnSpec | None, is_target: bool) -> ColumnPlan:
    said = said or ColumnSpec(name=column.name)
    distinct = len(np.unique(column.values[~column.missing]))
    guessed = "category" if column.stored == "text" else "yes_no" if distinct == 2 else "number"
    kind = guessed if said.kind == "auto" else said.kind
    role = "target" if is_target else ("input" if kind in USABLE else "off") if said.role == "auto" else said.role
    spec = said.edited(kind=kind, role="input" if role == "input" else "off", missing="drop")
    return ColumnPlan(column.name, kind, guessed, "", role, spec, int(column.missing.sum()), 0, distinct)
