"""Operations: edits of a network that touch its numbers, and what they do to the description and to the weights.

``trainer.operate(operation)`` carries one out; ``operation.after(experiment)`` is the description that it leads to.
"""

from __future__ import annotations

from engine.data.derived import Derived
from engine.data.loading import load_data
from engine.experiment import DataSpec, Experiment
from engine.layer_surgery import DuplicateLayer, InsertIdentity, MoveLayer
from engine.operation import OnLayer, Operation, RefusedError, remapped, weighted, with_weighted
from engine.unit_surgery import (
    AddUnit,
    InitialiseLayer,
    RemoveUnit,
    SetBias,
    SetWeight,
    SplitUnit,
    least_important,
)


def with_features(
    experiment: Experiment,
    names: tuple[str, ...] | None,
    before: tuple[str, ...] | None = None,
    derived: tuple[Derived, ...] | None = None,
) -> Experiment:
    """The experiment with other input columns (None: all of the table); what is frozen or pruned follows by name.

    ``before`` are the inputs there are now, for an experiment that does not name them. Without either the table is
    loaded if anything is frozen or pruned. ``derived`` are the features made from columns, None for those there are.
    Raises ``DataError`` for a column that there is not.
    """
    made = experiment.data.derived if derived is None else derived
    data = experiment.data.edited(features=names, derived=made)
    first = weighted(experiment)[0]
    if first.frozen_weights or first.pruned_weights:
        old = _inputs(experiment.data) or before or load_data(experiment.data).names
        new = _inputs(data) or load_data(data).names
        origins = [old.index(name) if name in old else -1 for name in new]
        experiment = with_weighted(experiment, {0: remapped(first, inputs=origins)})
    return experiment.edited(data=data)


def _inputs(data: DataSpec) -> tuple[str, ...]:
    """The inputs that a description names, () where it does not."""
    return () if data.features is None else (*data.features, *(feature.name for feature in data.derived))


__all__ = [
    "AddUnit",
    "DuplicateLayer",
    "InitialiseLayer",
    "InsertIdentity",
    "MoveLayer",
    "OnLayer",
    "Operation",
    "RefusedError",
    "RemoveUnit",
    "SetBias",
    "SetWeight",
    "SplitUnit",
    "least_important",
    "with_features",
]
