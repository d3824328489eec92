"""A preparation is fitted: what takes the place of missing values, which categories there are, how each is scaled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.converting import words_in
from engine.data.derived import Derived
from engine.data.preparation import NO_VALUE, Preparation, PreparedColumn, PreparedTarget, expand
from engine.data.raw import Column, RawTable
from engine.data.scaling import Scaling
from engine.data.table import DataError, task_of
from engine.data.table_plan import ColumnPlan, TablePlan

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Inputs:
    """What is asked of the inputs: which variables (None: all), which features made from them, how they are scaled."""

    features: tuple[str, ...] | None = None
    derived: tuple[Derived, ...] = ()
    scale: str = "standard"


def fit(
    raw: RawTable, plan: TablePlan, rows: Rows, asked: Inputs, target: PreparedTarget
) -> tuple[Preparation, tuple[str, ...]]:
    """The preparation for a table as planned, and the names of all variables that could be inputs.

    It is fitted on the training ``rows`` alone; a column none of whose variables is needed is left out of it. Raises
    ``DataError`` for a column without values in these rows and for names that are not there.
    """
    columns = named_apart([fit_column(raw.column(each.name), each, rows) for each in plan.inputs])
    every = tuple(name for column in columns for name in column.variables)
    needed = set(every if asked.features is None else asked.features)
    needed |= {name for feature in asked.derived for name in feature.columns}
    _, names = expand(np.zeros((1, len(every))), every, asked.features, asked.derived)
    if not names:
        raise DataError("no input column is switched on; switch on at least one")
    used = tuple(column for column in columns if needed & set(column.variables))
    scalings = _fit_scalings(raw, plan, rows, asked, used)
    shift, factor = zip(*(scalings[name] for name in names), strict=True)
    preparation = Preparation(
        columns=used,
        features=asked.features,
        derived=asked.derived,
        names=names,
        shift=shift,
        factor=factor,
        target=target,
        task=task_of(len(target.classes)),
    )
    return preparation, every


def fit_column(column: Column, plan: ColumnPlan, rows: Rows) -> PreparedColumn:
    """What is done with one column, fitted on some rows. Raises ``DataError`` when there is no value in them."""
    seen, spec = column.take(rows), plan.spec
    words = words_in(seen) if plan.kind in ("category", "yes_no") else ()
    own = (NO_VALUE,) if spec.missing == "category" and NO_VALUE not in words else ()
    start = PreparedColumn(
        name=column.name,
        kind=plan.kind,
        variables=(column.name,),
        labels=(*words, *own),
        indicator=spec.indicator,
        zeros_missing=spec.zeros_missing and plan.kind == "number",
        encoding=spec.encoding,
        date_parts=spec.date_parts if plan.kind == "date" else (),
    )
    read = start.read(seen)
    start.refuse(read, np.zeros(0, np.bool_), rows)
    values = read[~start.lacks(read)]
    if not len(values):
        raise DataError(f"the column '{column.name}' has no values in the training rows; switch it off")
    # The middle date is one that there is: between two of them it would be an hour that nobody has written.
    middle = np.quantile(values, 0.5, method="lower") if plan.kind == "date" else np.median(values)
    usual = float(_most_frequent(values) if start.labels else middle)
    fills = {
        "mean": lambda: float(values.mean()),
        "median": lambda: float(middle),
        "most_frequent": lambda: float(_most_frequent(values)),
        "category": lambda: float(start.labels.index(NO_VALUE)),
    }
    return start.edited(
        variables=_variables(start),
        fill=fills[spec.missing]() if spec.missing in fills else None,
        low=float(values.min()),
        high=float(values.max()),
        typical=usual,
    )


def _most_frequent(values: NDArray[Any]) -> Any:
    """The value that comes most often, the least of them where there are several."""
    distinct, counts = np.unique(values, return_counts=True)
    return distinct[counts.argmax()]


def _variables(column: PreparedColumn) -> tuple[str, ...]:
    name = column.name
    absent = f"{name} is missing"
    if column.kind == "category" and column.encoding == "one_hot":
        made = [absent if label == NO_VALUE else f"{name} = {label}" for label in column.labels]
    else:
        made = [f"{name}: {part}" for part in column.date_parts] or [name]
    return (*made, *([absent] if column.indicator else []))


def named_apart(columns: Sequence[PreparedColumn]) -> list[PreparedColumn]:
    """The same columns, with a number after the name of a variable that is called like one before it."""
    taken: Counter[str] = Counter()
    apart = []
    for column in columns:
        names = []
        for name in column.variables:
            taken[name] += 1
            names.append(name if taken[name] == 1 else f"{name} ({taken[name]})")
            taken[names[-1]] += taken[name] > 1
        apart.append(column if tuple(names) == column.variables else column.edited(variables=tuple(names)))
    return apart


def _fit_scalings(
    raw: RawTable, plan: TablePlan, rows: Rows, asked: Inputs, used: tuple[PreparedColumn, ...]
) -> dict[str, tuple[float, float]]:
    """Shift and factor of every variable of some columns, and of the features made from them, by name."""
    found: dict[str, tuple[float, float]] = {}
    for column in used:
        said = plan.column(column.name).spec.scale
        kinds = _scales(column, asked.scale if said == "auto" else said, said != "auto")
        if set(kinds) == {"none"}:
            found |= dict.fromkeys(column.variables, (0.0, 1.0))
            continue
        values = _in_turn(column, raw.column(column.name), rows)
        found |= {name: _scaling(kind, each) for name, kind, each in zip(column.variables, kinds, values, strict=True)}
    for feature in asked.derived:
        made_of = [column for column in used if set(column.variables) & set(feature.columns)]
        names = tuple(name for column in made_of for name in column.variables)
        values_of = [column.variables_of(column.read(raw.column(column.name))[rows], rows) for column in made_of]
        found[feature.name] = _scaling(asked.scale, feature.value(names, np.concatenate(values_of, axis=1)))
    return found


def _scales(column: PreparedColumn, scale: str, chosen: bool) -> list[str]:
    """How each variable of a column is scaled: what is 0 or 1 stays so unless that was chosen for the column."""
    switches = column.kind == "yes_no" or (column.kind == "category" and column.encoding == "one_hot")
    kind = "none" if switches and not chosen else scale
    count = len(column.variables) - column.indicator
    return [kind] * count + ["none"] * column.indicator


def _in_turn(column: PreparedColumn, raw: Column, rows: Rows) -> Iterator[NDArray[np.float64]]:
    """The variables of a column in some rows, (rows,), one after the other; many categories are not held at once."""
    read = column.read(raw)[rows]
    if column.kind == "category" and column.encoding == "one_hot":
        filled = np.where(column.lacks(read), -1 if column.fill is None else column.fill, read)
        yield from ((filled == place).astype(np.float64) for place in range(len(column.labels)))
        if column.indicator:
            yield column.lacks(read).astype(np.float64)
    else:
        yield from column.variables_of(read, rows).T


def _scaling(kind: str, values: NDArray[np.float64]) -> tuple[float, float]:
    fitted = Scaling.fitted(kind, values[:, None])
    return float(fitted.shift[0]), float(fitted.factor[0])
