"""What will be done with a table, column by column; how it is said, and why it may be impossible."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.data.converting import as_dates, as_numbers
from engine.data.raw import Column, RawTable
from engine.data.table_spec import MOST_COLUMNS, ColumnSpec, TableSpec
from engine.wording import counted

MOST_CLASSES = 1_000


@dataclass(frozen=True)
class ColumnPlan:
    """What is done with a column. ``spec`` has nothing automatic left; ``reason`` says why it was guessed so.

    ``role`` is "input", "target", "split" or "off". ``missing``: how many values there are not; ``zeros``: how many
    zeros may stand for missing values; ``distinct``: how many different values there are; ``lost``: how many values
    are missing because they are not of the kind that was chosen; ``width``: how many inputs it makes.
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
    lost: int = 0
    width: int = 0


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

    @cached_property
    def inputs(self) -> tuple[ColumnPlan, ...]:
        """The columns that feed the network."""
        return tuple(column for column in self.columns if column.role == "input")

    def column(self, name: str) -> ColumnPlan:
        """What is done with the column of that name; raises ``KeyError``."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, ColumnPlan]:
        return {column.name: column for column in self.columns}


def lacking(column: Column, kind: str, zeros_missing: bool = False) -> NDArray[np.bool_]:
    """Which rows have no value of a kind, (rows,)."""
    if kind == "number":
        values = as_numbers(column)
        return np.isnan(values) | (values == 0) if zeros_missing else np.isnan(values)
    return np.isnan(as_dates(column)) if kind == "date" else column.missing


def dropped(raw: RawTable, plan: TablePlan) -> NDArray[np.bool_]:
    """Which rows of a table are left out, (rows,): without a target, or without a value that nothing replaces.

    The table may be another one with the same columns.
    """
    there = {column.name: column for column in raw.columns}
    out = lacking(there[plan.target], "number" if plan.target_kind == "number" else "category")
    for column in plan.inputs:
        if column.spec.missing == "drop":
            out = out | lacking(there[column.name], column.kind, column.spec.zeros_missing)
    return out


def words_for(plan: TablePlan, left: int) -> str:
    """What will happen, in one sentence; ``left`` rows are not left out."""
    inputs, width = len(plan.inputs), sum(column.width for column in plan.inputs)
    made = counted(inputs, "input") if inputs == width else f"{counted(inputs, 'column')} as {counted(width, 'input')}"
    target = {
        "yes_no": "1 yes/no target",
        "class": f"1 target of {counted(len(plan.classes), 'class')}",
        "number": "1 number as target",
    }[plan.target_kind]
    zeros = sum(column.zeros > 0 and not column.spec.zeros_missing for column in plan.inputs)
    filled = sum(column.missing > 0 and column.spec.missing != "drop" for column in plan.inputs)
    notes = (
        (zeros, f"{counted(zeros, 'column contains', 'columns contain')} zeros that may be missing values"),
        (filled, f"missing values of {counted(filled, 'column')} are filled in"),
        (plan.rows - left, f"{counted(plan.rows - left, 'row')} with missing values will be left out"),
        *(
            (column.lost, f"{counted(column.lost, 'value')} of '{column.name}' will be missing: not a {column.kind}")
            for column in plan.columns
            if column.role in ("input", "target")
        ),
    )
    said = [f"{counted(plan.rows, 'row')}, {made}, {target}", *(note for count, note in notes if count)]
    return "; ".join(said)


def problem_of(raw: RawTable, spec: TableSpec, plan: TablePlan, left: int) -> str:
    """Why nothing can be learned from a table as planned, in one sentence with what to do; "" when it can."""
    width = sum(column.width for column in plan.inputs)
    widest = max(plan.inputs, key=lambda column: column.width, default=None)
    empty = next((column.name for column in plan.inputs if column.missing == raw.rows), "")
    found = (
        (raw.rows < 2, f"there must be at least 2 rows to learn from, and the table has {raw.rows}; add some"),
        (True, _target_problem(raw.column(plan.target), spec, plan)),
        (
            len(raw.columns) < 2,
            "the table has only one column, which is for the target; add one for an input, or choose another delimiter",
        ),
        (not plan.inputs, "no column is an input; switch at least one on"),
        (
            spec.split == "column" and not spec.split_column,
            "choose the column that says which rows are for testing, or hold rows out by share",
        ),
        (
            spec.split == "file" and not spec.test_path,
            "choose the second file, whose rows are for testing, or hold rows out by share",
        ),
        (bool(empty), f"the column '{empty}' has no values; switch it off"),
        (
            width > MOST_COLUMNS,
            f"there would be {width:,} inputs and at most {MOST_COLUMNS:,} can be used; "
            f"switch '{widest.name if widest else ''}' off, or encode it as ordinal",
        ),
        (
            left < 2,
            f"only {counted(left, 'row')} of {raw.rows:,} {'has' if left == 1 else 'have'} all values; "
            "choose what takes the place of missing ones",
        ),
    )
    return next((problem for holds, problem in found if holds and problem), "")


def _target_problem(column: Column, spec: TableSpec, plan: TablePlan) -> str:
    name, classes = column.name, plan.classes
    there = column.facts.there
    if there == 0:
        return f"the target '{name}' has no values; choose another column"
    if plan.target_kind == "number":
        return _number_problem(column, spec)
    if len(classes) < 2:
        return f"the target '{name}' has only one class, '{classes[0]}'; there is nothing to tell apart: choose another"
    if spec.target_kind == "yes_no" and len(classes) > 2:
        return f"the target '{name}' has {len(classes):,} values and not two; ask for a class"
    if len(classes) > MOST_CLASSES:
        return f"the target '{name}' has {len(classes):,} classes, more than {MOST_CLASSES:,}; choose another"
    if len(classes) == there and there > 2:
        return f"the target '{name}' has another class in every row, so that none can be learned; choose another"
    return ""


def _number_problem(column: Column, spec: TableSpec) -> str:
    numbers = as_numbers(column)
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return f"the target '{column.name}' has no numbers; ask for a class, or choose another column"
    if known.min() == known.max():
        return f"the target '{column.name}' is {known[0]:g} in every row; there is nothing to learn: choose another"
    if spec.target_log and (low := numbers <= -1).any():
        row = int(np.flatnonzero(low)[0])
        return (
            f"row {row + 1}, target '{column.name}' is {numbers[row]:g}, and log(1 + y) needs numbers above −1; "
            "switch the logarithm off"
        )
    return ""
