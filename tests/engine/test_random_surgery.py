"""Whatever is done to a network in whatever order: it holds together, or says why it cannot be done."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import BatchNorm, DataError, Dataset, Dense, Dropout, Experiment, Trainer
from engine.activations import ACTIVATIONS
from engine.layers import Layer
from engine.optimizers import OPTIMIZERS
from engine.surgery import (
    AddUnit,
    DuplicateLayer,
    InitialiseLayer,
    InsertIdentity,
    MoveLayer,
    Operation,
    RemoveUnit,
    SetBias,
    SetWeight,
    SplitUnit,
    least_important,
)

RNG = np.random.default_rng(0)
DATA = Dataset.from_arrays(RNG.normal(size=(40, 2)), RNG.normal(size=(40, 2)), test_fraction=0.25)
# Settings that make it hard: stages around, a layer without biases, single weights frozen and pruned.
PLAIN = (Dense(units=3), Dense(units=3, activation="relu"))
STAGED: tuple[Layer, ...] = (
    BatchNorm(),
    Dense(units=3, bias=False, pruned_weights=((0, 1), (1, 2)), frozen_units=(0,)),
    Dropout(),
    BatchNorm(activation="relu"),
    Dense(units=3, activation="relu", frozen_weights=((2, 2),), pruned_weights=((0, 0),)),
)
FUNCTIONS = ["auto", *(each.key for each in ACTIVATIONS)]


def any_operation(rng: np.random.Generator) -> Operation:
    """One of all kinds, on layers and units that there are or are not."""
    layer, a, b = (int(number) for number in rng.integers(6, size=3))
    value = float(rng.choice([*rng.uniform(-3.0, 3.0, 6), np.nan, 1e200]))
    kinds: list[Operation] = [
        SetWeight(layer, a, b, value),
        SetBias(layer, a, value),
        AddUnit(layer),
        SplitUnit(layer, a, seed=b),
        RemoveUnit(layer, a, fold=b > 2),
        InsertIdentity(layer, str(rng.choice(FUNCTIONS))),
        DuplicateLayer(layer),
        InitialiseLayer(layer, seed=b),
        MoveLayer(a, b),
    ]
    return kinds[rng.integers(len(kinds))]


def check(trainer: Trainer) -> None:
    """Shapes that fit each other, pruned weights of zero, and numbers that are finite unless that was said."""
    network, plan = trainer.network, trainer.network.plan
    assert plan == Trainer(trainer.experiment, DATA).network.plan
    assert (plan.widths[0], plan.widths[-1]) == (2, 2)
    assert trainer.update.memory.shape == (len(trainer.experiment.training.optimizer.rows), plan.parameters)
    assert network.statistics.size == plan.statistics
    assert not any(network.parameters[layer.pruned].any() for layer in plan.layers)
    if trainer.diverged is None:
        assert np.isfinite(network.parameters).all()


@settings(deadline=None, max_examples=45, derandomize=True)
@given(st.integers(0, 2**31), st.sampled_from(list(OPTIMIZERS)), st.sampled_from([PLAIN, STAGED]))
def test_any_operations_in_any_order_leave_a_network_that_learns(seed: int, kind: str, layers: Any) -> None:
    experiment = Experiment().with_layers(layers).with_value("training.optimizer.kind", kind)
    trainer, rng = Trainer(experiment, DATA), np.random.default_rng(seed)
    for _ in range(60):
        before, refused = (trainer.experiment, trainer.network.parameters.tobytes()), ""
        try:
            trainer.operate(any_operation(rng))
        except (ValueError, DataError) as refusal:
            refused = str(refusal)
        if refused:
            assert "\n" not in refused
            assert (trainer.experiment, trainer.network.parameters.tobytes()) == before
        trainer.train(steps=int(rng.integers(4)))
        check(trainer)
    for layer, units in enumerate(trainer.network.plan.widths[1:-1]):
        if units > 1:
            assert 0 <= least_important(trainer, layer) < units
