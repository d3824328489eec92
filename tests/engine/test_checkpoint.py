"""Checkpoints: back to an instant of a run, bit for bit, whatever has happened since."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.checkpoint import Moments
from engine.experiment import Experiment
from engine.optimizers import OPTIMIZERS
from engine.trainer import Trainer

FIRST = Experiment().with_layers(
    tuple(Experiment.model_validate({"network": {"layers": [
        {"kind": "dense", "units": 4, "activation": "relu"}, {"kind": "batch_norm"}, {"kind": "dropout"},
        {"kind": "dense", "units": 3},
    ]}}).network.layers)
)  # fmt: skip

Change = Callable[[Trainer], None]


def with_value(path: str, value: object) -> Change:
    """A change of one setting."""

    def change(trainer: Trainer) -> None:
        trainer.reconfigure(trainer.experiment.with_value(path, value))

    return change


CHANGES: dict[str, Change] = {
    "training": lambda trainer: trainer.run(epochs=2),
    "another number of units": with_value("network.layers.0.units", 6),
    "another optimizer": with_value("training.optimizer.kind", "rmsprop"),
    "another seed": with_value("training.seed", 5),
    "other data": with_value("data.source", "moons"),
    "other class weights": with_value("training.class_weights", "balanced"),
    "another learning rate": with_value("training.optimizer.learning_rate", 0.5),
    "a reset": lambda trainer: trainer.reset(),
}


def trained(kind: str = "adam") -> Trainer:
    """A trainer in the middle of an epoch."""
    trainer = Trainer(FIRST.with_value("training.optimizer.kind", kind))
    trainer.train(steps=6)
    return trainer


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_run_goes_on_from_a_checkpoint_as_if_nothing_had_happened(change: Change) -> None:
    one, other = trained(), trained()
    point = other.checkpoint()
    change(other)
    other.train(steps=2)
    other.go_to(point)
    for trainer in (one, other):
        trainer.train(steps=9)
    assert np.array_equal(one.network.parameters, other.network.parameters)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_the_memory_of_every_optimizer_comes_back(kind: str) -> None:
    trainer = trained(kind)
    point, memory = trainer.checkpoint(), trainer.update.memory.copy()
    trainer.reconfigure(trainer.experiment.with_value("training.optimizer.kind", "momentum"))
    trainer.train(steps=2)
    trainer.go_to(point)
    assert np.array_equal(trainer.update.memory, memory)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_experiment_and_data_come_back(change: Change) -> None:
    trainer = trained()
    point, before = trainer.checkpoint(), (trainer.experiment, trainer.data)
    change(trainer)
    trainer.go_to(point)
    assert (trainer.experiment, trainer.data) == before


def test_the_history_ends_where_it_did() -> None:
    trainer = trained()
    point, before = trainer.checkpoint(), trainer.history.view().values.copy()
    trainer.run(epochs=3)
    trainer.go_to(point)
    np.testing.assert_array_equal(trainer.history.view().values, before)


def test_the_losses_of_the_batches_come_back() -> None:
    trainer = trained()
    point, before = trainer.checkpoint(), trainer.batch_losses.view().mean.copy()
    trainer.run(epochs=3)
    trainer.go_to(point)
    np.testing.assert_array_equal(trainer.batch_losses.view().mean, before)


def test_a_checkpoint_can_be_used_again() -> None:
    trainer = trained()
    point, seen = trainer.checkpoint(), []
    for _ in range(2):
        trainer.go_to(point)
        trainer.train(steps=9)
        seen.append(trainer.network.parameters.copy())
    assert np.array_equal(*seen)


def test_the_history_goes_on_without_writing_into_what_the_checkpoint_holds() -> None:
    trainer = trained()
    point = trainer.checkpoint()
    before = point.history.values.copy()
    trainer.go_to(point)
    trainer.run(epochs=30)
    np.testing.assert_array_equal(point.history.values, before)


def test_a_divergence_comes_back() -> None:
    trainer = Trainer(Experiment().with_value("training.optimizer", {"kind": "gradient_descent", "learning_rate": 9e3}))
    trainer.run(epochs=5)
    point = trainer.checkpoint()
    trainer.reset()
    trainer.go_to(point)
    assert trainer.diverged == point.diverged != None  # noqa: E711 - one chain


def test_the_oldest_moments_go_when_they_take_too_much() -> None:
    point = trained().checkpoint()
    moments = Moments(most_bytes=3 * point.size)
    for number in range(1, 6):
        moments.keep(number, point)
    assert ([number for number in range(6) if number in moments], moments.oldest) == ([3, 4, 5], 3)


def test_a_single_moment_is_kept_whatever_it_takes() -> None:
    moments = Moments(most_bytes=1)
    moments.keep(7, trained().checkpoint())
    assert 7 in moments


def test_the_size_counts_weights_and_what_the_optimizer_remembers() -> None:
    trainer = trained()
    assert trainer.checkpoint().size >= trainer.network.parameters.nbytes + trainer.update.memory.nbytes


def test_a_network_is_adopted_before_the_first_step_too() -> None:
    trainer = Trainer(Experiment())
    before = trainer.network.weights[0].copy()
    trainer.adopt(trainer.experiment.with_layer(0, units=5))
    assert np.array_equal(trainer.network.weights[0], before[:, :5])
