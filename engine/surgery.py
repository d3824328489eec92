"""Operations: edits of a network that touch its numbers, and what they do to the description and to the weights.

``trainer.operate(operation)`` carries one out; ``operation.after(experiment)`` is the description that it leads to.
"""

from __future__ import annotations

from engine.data.loading import load_data
from engine.experiment import Experiment
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
    experiment: Experiment, names: tuple[str, ...] | None, before: tuple[str, ...] | None = None
) -> Experiment:
    """The experiment with other input columns (None: all of the table); what is frozen or pruned follows by name.

    ``before`` are the columns there are now, for an experiment that does not name them. Without either the table is
    loaded if anything is frozen or pruned. Raises ``DataError`` for a column that there is not.
    """
    data = experiment.data.edited(features=names)
    first = weighted(experiment)[0]
    if first.frozen_weights or first.pruned_weights:
        old = experiment.data.features or before or load_data(experiment.data).names
        new = names or load_data(data).names
        origins = [old.index(name) if name in old else -1 for name in new]
        experiment = with_weighted(experiment, {0: remapped(first, inputs=origins)})
    return experiment.edited(data=data)


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
