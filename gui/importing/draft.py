"""What the import window works on: a raw table with a description of it. Values only, no widgets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.data.derived import Derived
from engine.data.guessing import ColumnPlan, TablePlan, plan_table
from engine.data.opened import raw_table
from engine.data.raw import RawTable
from engine.data.reading import Progress
from engine.data.table import DataError, task_of
from engine.data.table_spec import USABLE, ColumnSpec, TableSpec
from engine.experiment import DataSpec, Experiment
from engine.layers import Dense
from engine.losses import LOSSES
from engine.metrics import METRICS

# A rule that is only for one output activation goes with it.
_PERCEPTRON = "perceptron"


@dataclass(frozen=True)
class Opened:
    """A table that was read, the description of it, and what comes of the two.

    ``problem`` says why nothing comes of them; ``plan`` is then the one for the description without its target and
    columns, or None where there is none either.
    """

    data: DataSpec
    raw: RawTable
    plan: TablePlan | None
    problem: str = ""

    @property
    def table(self) -> TableSpec:
        """The description of the table."""
        return table_of(self.data)


def table_of(data: DataSpec) -> TableSpec:
    """The description of the table of one's own, which must be there."""
    assert data.table is not None
    return data.table


def table_name(table: TableSpec) -> str:
    """What a table is called: its file's name."""
    return Path(table.path).name if table.path else "Pasted table"


def as_read(table: TableSpec) -> TableSpec:
    """The same table with nothing said about it but how it is read."""
    return TableSpec(path=table.path, text=table.text, reading=table.reading, edition=table.edition)


def open_table(data: DataSpec, raw: RawTable | None, progress: Progress | None = None) -> Opened:
    """Reads the table unless it was read already, and plans it. Raises like ``raw_table``.

    What was said about columns that are not there, because it is now read otherwise, is forgotten.
    """
    raw = raw_table(table_of(data), progress) if raw is None else raw
    table = fitting(table_of(data), raw)
    data = data if table == data.table else data.edited(table=table)
    try:
        plan = plan_table(raw, table)
    except DataError as error:
        return Opened(data, raw, None, str(error))
    return Opened(data, raw, plan, plan.problem)


def fitting(table: TableSpec, raw: RawTable) -> TableSpec:
    """The description without what it says about columns that the table does not have."""
    names = set(raw.names)
    kept = tuple(column for column in table.columns if column.name in names)
    chosen = {name: getattr(table, name) for name in ("target", "split_column", "order_column")}
    return table.edited(columns=kept, **{name: value if value in names else "" for name, value in chosen.items()})


def switched(table: TableSpec, raw: RawTable, columns: Iterable[ColumnPlan], on: bool) -> TableSpec:
    """Switches columns on or off; one that could not be used as it is becomes a number, a category or a date."""
    said = table.settings_by_name
    for column in columns:
        before = said.get(column.name, ColumnSpec(name=column.name))
        said[column.name] = _switched_on(before, column, raw) if on else before.edited(role="off")
    kept = tuple(column for column in said.values() if column != ColumnSpec(name=column.name))
    return table.edited(columns=kept)


def _switched_on(said: ColumnSpec, column: ColumnPlan, raw: RawTable) -> ColumnSpec:
    if column.kind in USABLE:
        return said.edited(role="auto" if said.role == "off" else "input")
    stored = raw.column(column.name).stored
    return said.edited(role="input", kind="category" if stored == "text" else stored)


def with_zeros_missing(table: TableSpec, columns: Iterable[ColumnPlan]) -> TableSpec:
    """The zeros of these columns stand for values that were not taken."""
    said = table.settings_by_name
    for column in columns:
        said[column.name] = said.get(column.name, ColumnSpec(name=column.name)).edited(zeros_missing=True)
    return table.edited(columns=tuple(said.values()))


def doubtful(plan: TablePlan) -> tuple[ColumnPlan, ...]:
    """The columns whose zeros may be missing values and are not taken for such yet."""
    return tuple(column for column in plan.inputs if column.zeros and not column.spec.zeros_missing)


def adopted(experiment: Experiment, data: DataSpec, plan: TablePlan, task_before: str | None) -> Experiment:
    """The experiment with other data; what cannot go with the new task is automatic again.

    Frozen and pruned weights belong to inputs and outputs that another table does not have.
    """
    task = task_of(len(plan.classes))
    network, training = experiment.network, experiment.training
    output, loss = network.output, training.loss
    if task != task_before:
        output = output.edited(activation="auto")
    if loss != "auto" and (task not in LOSSES[loss].tasks or (loss == _PERCEPTRON and task != task_before)):
        training = training.edited(loss="auto")
    goal = training.stop_at.metric
    if goal not in ("none", "loss") and task not in METRICS[goal].tasks:
        training = training.edited(stop_at=training.stop_at.edited(metric="none"))
    layers = list(network.layers)
    if data.table != experiment.data.table or experiment.data.source != "table":
        output = output.edited(frozen_units=(), frozen_weights=(), pruned_weights=())
        first = next((i for i, layer in enumerate(layers) if isinstance(layer, Dense)), None)
        if first is not None:
            layers[first] = layers[first].edited(frozen_weights=(), pruned_weights=())
    network = network.edited(layers=tuple(layers), output=output)
    derived = data.derived or _features_kept(experiment.data, data, plan)
    return experiment.edited(data=data.edited(derived=derived), network=network, training=training)


def _features_kept(before: DataSpec, data: DataSpec, plan: TablePlan) -> tuple[Derived, ...]:
    """The features made from columns that are still the same numbers, where it is the same table, set up otherwise."""
    if before.source != "table" or as_read(table_of(before)) != as_read(table_of(data)):
        return ()
    there = {column.name for column in plan.inputs if column.width == 1 and column.kind != "date"}
    return tuple(feature for feature in before.derived if there.issuperset(feature.columns))
