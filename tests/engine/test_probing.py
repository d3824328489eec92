"""When probes are asked: in turn, for a bounded share of the time, and with a memory that ends with the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from engine import Dense, Experiment, Trainer
from engine.probes import Wants
from engine.probing import rounds
from engine.probing.probe import Probe
from engine.probing.rounds import PROBING_SHARE, Rounds
from engine.registry import Registry


@dataclass(frozen=True)
class Answer:
    step: int
    times: int


class Clock:
    """Stands still but for what costs time."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock of its own, and probes that take 2, 5 and 20 ms of it."""
    made = Clock()

    def probe(key: str, cost_s: float) -> Probe:
        def measure(trainer: Trainer, wants: Wants, before: Any) -> Answer:
            made.now += cost_s
            return Answer(trainer.steps_done, 1 if before is None else before.times + 1)

        return Probe(key, key, "", measure)

    monkeypatch.setattr(rounds, "perf_counter", made)
    monkeypatch.setattr(rounds, "PROBES", Registry("probe", [probe("a", 0.002), probe("b", 0.005), probe("c", 0.020)]))
    return made


@pytest.fixture
def trainer() -> Trainer:
    return Trainer(Experiment())


def times(asked: Rounds) -> dict[str, int]:
    return {key: answer.times for key, answer in asked.answers.items()}


def test_probes_never_asked_are_asked_at_once(clock: Clock, trainer: Trainer) -> None:
    asked = Rounds()
    asked.update(trainer, Wants(probes=("a", "c")), now=False)
    assert times(asked) == {"a": 1, "c": 1}


def test_what_is_hidden_is_not_asked(clock: Clock, trainer: Trainer) -> None:
    asked = Rounds()
    begun = clock.now
    asked.update(trainer, Wants(), now=True)
    assert (times(asked), clock.now) == ({}, begun)


@pytest.mark.parametrize("keys", [("a",), ("c",), ("a", "b", "c")])
def test_all_together_take_no_more_than_their_share_and_none_is_forgotten(
    clock: Clock, trainer: Trainer, keys: tuple[str, ...]
) -> None:
    asked, spent, begun = Rounds(), 0.0, clock.now
    while clock.now - begun < 60.0:
        before = clock.now
        asked.update(trainer, Wants(probes=keys), now=False)
        spent += clock.now - before
        clock.now += 0.004  # a slice of training
    share = spent / (clock.now - begun)
    assert 0.7 * PROBING_SHARE < share <= PROBING_SHARE * 1.01
    assert min(times(asked).values()) > 0.7 * 60.0 * PROBING_SHARE / len(keys) / 0.020


def test_at_the_end_of_a_run_all_are_asked(clock: Clock, trainer: Trainer) -> None:
    asked = Rounds()
    for _ in range(3):
        asked.update(trainer, Wants(probes=("a", "b", "c")), now=True)
    assert times(asked) == {"a": 3, "b": 3, "c": 3}


def test_the_memory_of_a_probe_ends_with_a_new_start_and_with_another_network(clock: Clock, trainer: Trainer) -> None:
    asked, wants = Rounds(), Wants(probes=("a",))
    for _ in range(3):
        trainer.step()
        asked.update(trainer, wants, now=True)
    assert times(asked) == {"a": 3}
    trainer.reset()
    asked.update(trainer, wants, now=True)
    assert times(asked) == {"a": 1}
    trainer.adopt(trainer.experiment.with_layers((Dense(units=3),)))
    asked.update(trainer, wants, now=True)
    assert times(asked) == {"a": 1}
