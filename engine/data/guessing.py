"""What the columns of a raw table mean, with the reason; what one has said about them goes before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from engine.data.converting import as_numbers, say_yes_or_no, words_in
from engine.data.facts import facts_of_numbers
from engine.data.raw import Column, RawTable
from engine.data.table import DataError
from engine.data.table_plan import ColumnPlan, TablePlan, dropped, lacking, problem_of, words_for
from engine.data.table_spec import USABLE, ColumnSpec, TableSpec

# A number that is asked for is a class when it is whole and takes few values, each of them often.
_MOST_CLASS_NUMBERS, _ROWS_A_CLASS = 20, 5
# So many texts that differ are no categories.
_MOST_CATEGORIES = 1_000
_MANY_CATEGORIES, _LEAST_ROWS = 50, 10
# So many rows that count up from 0 or 1 are row numbers.
_LEAST_COUNT = 20
_LONG_WORDS = 3.0
_MOST_SPELLINGS = 20
_MOST_SHOWN = 20
# What can be asked for without being told.
_ASKED = ("number", "category", "yes_no")
_NAMED_ID = re.compile(r"(^|[^A-Za-z])(id|ID|Id|uuid|index|key|nr|no)\.?$|[a-z](Id|ID)$")


def guess(column: Column) -> tuple[str, str]:
    """The kind of a column, and the reason in words."""
    facts = column.facts
    if facts.there == 0:
        return "constant", "has no values at all"
    if facts.distinct == 1:
        return "constant", "has the same value in every row"
    if column.stored == "date":
        return "date", "every value is a date"
    return _guessed_text(column) if column.stored == "text" else _guessed_number(column)


def _guessed_number(column: Column) -> tuple[str, str]:
    facts = column.facts
    two = facts.distinct == 2
    every_one_differs = facts.whole and facts.distinct == facts.there
    if two and (facts.low, facts.high) in ((0, 1), (1, 2), (-1, 1)):
        return "yes_no", f"is always {facts.low:g} or {facts.high:g}"
    if every_one_differs and _NAMED_ID.search(column.name):
        return "identifier", "no number comes twice, and the name says so"
    if facts.counting and facts.low in (0, 1) and facts.there >= _LEAST_COUNT:
        return "identifier", f"counts the rows from {facts.low:g}"
    return "number", "every value is a number"


def _guessed_text(column: Column) -> tuple[str, str]:
    facts = column.facts
    if facts.distinct <= _MOST_SPELLINGS and len(words := words_in(column)) == 2 and say_yes_or_no(words):
        return "yes_no", f"is always “{words[0]}” or “{words[1]}”"
    if facts.distinct == facts.there and facts.there >= _LEAST_ROWS:
        long = facts.words > _LONG_WORDS
        return ("text", "has sentences that all differ") if long else ("identifier", "no text comes twice")
    many = facts.distinct > _MANY_CATEGORIES and facts.distinct > facts.there / 2
    if many or facts.distinct > _MOST_CATEGORIES:
        return "text", f"{facts.distinct:,} different texts are too many for categories"
    return "category", f"{facts.distinct:,} different texts"


def plan_table(raw: RawTable, spec: TableSpec) -> TablePlan:
    """What is done with a raw table under a description of it. Raises ``DataError`` for names that are not there."""
    said = spec.settings_by_name
    marks = spec.split_column if spec.split == "column" else ""
    _refuse_unknown(raw, (spec.target, spec.order_column, marks, *said))
    guesses = {column.name: guess(column) for column in raw.columns}
    target = spec.target or _guessed_target(said, guesses, marks)
    if target == marks:
        raise DataError(
            f"the column '{target}' cannot be the target and say which rows are for testing; choose another"
        )
    fixed = {marks: "split", target: "target"}
    columns = _all_planned(raw, said, guesses, fixed)
    if not any(column.role == "input" for column in columns):
        # Better the numbers of the rows than nothing at all: a curve over 1, 2, 3 … is a table like any other.
        counts = {each.name: ColumnSpec(name=each.name, role="input") for each in columns if _counts(raw, each)}
        columns = _all_planned(raw, counts | said, guesses, fixed)
    kind, classes = _target_kind(raw.column(target), spec, {each.name: each for each in columns}[target])
    plan = TablePlan(columns, target, kind, classes, raw.rows, "")
    left = raw.rows - int(np.count_nonzero(dropped(raw, plan)))
    return replace(plan, words=words_for(plan, left), problem=problem_of(raw, spec, plan, left))


def _refuse_unknown(raw: RawTable, names: Iterable[str]) -> None:
    there = {"", *raw.names}
    unknown = next((name for name in names if name not in there), None)
    if unknown is not None:
        shown = ", ".join(raw.names[:_MOST_SHOWN]) + (" …" if len(raw.names) > _MOST_SHOWN else "")
        raise DataError(f"there is no column '{unknown}'; the columns are {shown}")


def _guessed_target(said: Mapping[str, ColumnSpec], guesses: Mapping[str, tuple[str, str]], marks: str) -> str:
    """The last column that can be asked for; the last of all where none can."""
    for name in reversed(list(guesses)):
        spec = said.get(name, ColumnSpec(name=name))
        kind = guesses[name][0] if spec.kind == "auto" else spec.kind
        if name != marks and spec.role != "off" and kind in _ASKED:
            return name
    return list(guesses)[-1]


def _counts(raw: RawTable, plan: ColumnPlan) -> bool:
    return plan.guessed == plan.kind == "identifier" and raw.column(plan.name).facts.counting


def _all_planned(
    raw: RawTable,
    said: Mapping[str, ColumnSpec],
    guesses: Mapping[str, tuple[str, str]],
    fixed: Mapping[str, str],
) -> tuple[ColumnPlan, ...]:
    return tuple(
        _planned(column, said.get(column.name, ColumnSpec(name=column.name)), guesses[column.name], fixed)
        for column in raw.columns
    )


def _planned(column: Column, said: ColumnSpec, guessed: tuple[str, str], fixed: Mapping[str, str]) -> ColumnPlan:
    kind = guessed[0] if said.kind == "auto" else said.kind
    if said.kind == "auto" and said.role == "input" and kind not in USABLE:
        kind = {"number": "number", "date": "date"}.get(column.stored, "category")
    role = fixed.get(column.name, "off" if said.role == "off" or kind not in USABLE else "input")
    facts = column.facts
    if kind == "number" and column.stored == "text":
        facts = facts_of_numbers(as_numbers(column))
    lost = int(np.count_nonzero(lacking(column, kind))) - (len(column.values) - column.facts.there)
    missing = int(np.count_nonzero(lacking(column, kind, said.zeros_missing)))
    treatment, indicator = _treatment(said, kind, missing)
    spec = said.edited(kind=kind, role="input" if role == "input" else "off", missing=treatment, indicator=indicator)
    return ColumnPlan(
        name=column.name,
        kind=kind,
        guessed=guessed[0],
        reason=guessed[1],
        role=role,
        spec=spec,
        missing=missing,
        zeros=facts.zeros if kind == "number" else 0,
        distinct=facts.distinct,
        lost=lost,
        width=_width(column, spec) if role == "input" else 0,
    )


def _treatment(said: ColumnSpec, kind: str, missing: int) -> tuple[str, bool]:
    """What becomes of missing values of a kind, and whether an indicator says where they were."""
    usual = {"number": "median", "date": "median", "category": "category"}.get(kind, "most_frequent")
    if said.missing == "auto":
        return usual if missing else "drop", said.indicator
    if said.missing == "category":
        # Numbers, and a single yes or no, have no room for one value more: it is told beside them.
        return usual, kind != "category"
    if said.missing in ("mean", "median") and kind not in ("number", "date"):
        return "most_frequent", said.indicator
    return said.missing, said.indicator


def _width(column: Column, spec: ColumnSpec) -> int:
    """How many inputs a column makes."""
    one_hot = spec.kind == "category" and spec.encoding == "one_hot"
    own = len(words_in(column)) + (spec.missing == "category") if one_hot else 1
    return (len(spec.date_parts) if spec.kind == "date" else own) + spec.indicator


def _target_kind(column: Column, spec: TableSpec, plan: ColumnPlan) -> tuple[str, tuple[str, ...]]:
    """What is asked for, and the classes, in order, where it is one of them."""
    facts = column.facts
    few = facts.whole and facts.distinct <= _MOST_CLASS_NUMBERS and facts.there >= _ROWS_A_CLASS * facts.distinct
    wanted = spec.target_kind
    if wanted == "auto":
        number = plan.kind == "number" or (column.stored == "number" and plan.kind in ("identifier", "constant"))
        chosen = plan.kind == "number" and plan.guessed != "number"
        wanted = "number" if number and (chosen or not few) else "class"
    if wanted == "number":
        return "number", ()
    classes = words_in(column)
    return ("yes_no" if wanted == "yes_no" or len(classes) == 2 else "class"), classes


__all__ = ["ColumnPlan", "TablePlan", "guess", "plan_table"]
