"""What was changed while it trained, in words: every edit of the numbers, and settings by their labels."""

from __future__ import annotations

import pytest

from engine.experiment import Dense, Experiment
from engine.lineage import OPERATIONS, Lineage
from engine.optimizers import OPTIMIZERS
from engine.unit_surgery import AddUnit, SetWeight
from gui.plots.changes import OPERATIONS as WORDS
from gui.plots.changes import Changes


def said(*changes: tuple[int, Experiment]) -> list[tuple[int, str]]:
    """Step and words of every change of a run that went from the ready example to these experiments."""
    before, lineage = Experiment(), Lineage.begun(Experiment())
    for step, after in changes:
        lineage = lineage.reconfigured(step, before, after)
        before = after
    return [(change.step, change.words) for change in Changes().of(lineage)]


def test_every_edit_of_the_numbers_has_words() -> None:
    assert WORDS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("training.optimizer.learning_rate", 0.003, "learning rate 0.01 → 0.003"),
        ("training.batch_size", 5, "batch size 32 → 5"),
        ("training.optimizer.kind", "rmsprop", f"optimizer Adam → {OPTIMIZERS['rmsprop'].label}"),
        ("network.layers.0.activation", "relu", "hidden 1: activation Tanh → ReLU"),
        ("network.layers.1.units", 5, "hidden 2: units 8 → 5"),
        ("network.output.bias", False, "output: bias on → off"),
        ("network.layers.0.frozen_units", (0, 3), "hidden 1: frozen units 0 → 2"),
        ("data.label_noise", 0.2, "label noise 0 → 0.2"),
    ],
)
def test_a_change_is_said_with_the_label_of_its_setting(path: str, value: object, words: str) -> None:
    assert said((1200, Experiment().with_value(path, value))) == [(1200, words)]


def test_another_number_of_layers_is_counted() -> None:
    after = Experiment().with_layers((Dense(), Dense(), Dense()))
    assert said((7, after)) == [(7, "hidden layers 2 → 3")]


def test_what_was_chosen_before_the_first_step_is_no_change() -> None:
    assert said((0, Experiment().with_value("training.l2", 0.1))) == []


def test_a_drag_at_one_step_is_one_change_from_its_first_value_to_its_last() -> None:
    rates = [0.02, 0.03, 0.05]
    changes = [(40, Experiment().with_value("training.optimizer.learning_rate", rate)) for rate in rates]
    assert said(*changes) == [(40, "learning rate 0.01 → 0.05")]


def test_what_is_taken_back_at_the_same_step_has_not_happened() -> None:
    assert said((40, Experiment().with_value("training.l2", 0.1)), (40, Experiment())) == []


def test_edits_of_the_numbers_name_their_layer() -> None:
    lineage = Lineage.begun(Experiment()).operated(5, AddUnit(0)).operated(9, SetWeight(2, 0, 1, 0.5))
    found = [(change.step, change.words) for change in Changes().of(lineage)]
    assert found == [(5, "added a unit to hidden 1"), (9, "set a weight of output")]


def test_a_lineage_that_grows_says_the_same_as_one_read_at_once() -> None:
    experiments = [Experiment().with_value("training.batch_size", size) for size in (5, 6, 7, 8)]
    lineage, before, growing = Lineage.begun(Experiment()), Experiment(), Changes()
    for step, after in enumerate(experiments, 1):
        lineage = lineage.reconfigured(step, before, after)
        before = after
        assert growing.of(lineage) == Changes().of(lineage)
    assert len(growing.of(lineage)) == 4


def test_another_run_is_read_from_its_beginning() -> None:
    growing = Changes()
    growing.of(Lineage.begun(Experiment()).operated(5, AddUnit(0)))
    other = Lineage.begun(Experiment()).operated(6, AddUnit(1))
    assert [change.words for change in growing.of(other)] == ["added a unit to hidden 2"]


def test_a_run_of_which_nothing_is_known_has_no_changes() -> None:
    assert Changes().of(None) == ()
    assert Changes().of(Lineage.begun(Experiment(), "it was not recorded")) == ()


@pytest.mark.parametrize(
    "event",
    [
        {"step": 9, "kind": "nonsense"},
        {"step": 9, "kind": "reconfigure", "edits": [[["training", "nonsense", "x"], 1]]},
        {"step": 9, "kind": "operate", "operation": "nonsense"},
        {"step": 9, "kind": "operate", "operation": "add_unit", "settings": {"layer": 70}},
        {"kind": []},
    ],
)
def test_what_cannot_be_followed_is_said_once_and_ends_the_list(event: dict[str, object]) -> None:
    lineage = Lineage.begun(Experiment()).operated(5, AddUnit(0))
    broken = Lineage(lineage.first, (*lineage.events, event, *lineage.operated(12, AddUnit(1)).events[1:]))
    words = [change.words for change in Changes().of(broken)]
    assert words == ["added a unit to hidden 1", "what was changed cannot be read"]


def test_a_run_whose_beginning_cannot_be_read_has_no_changes() -> None:
    lineage = Lineage.begun(Experiment()).operated(5, AddUnit(0))
    assert Changes().of(Lineage({"data": 3}, lineage.events)) == ()
