"""The one experiment that is open, and its undo stack."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication

from engine.experiment import Experiment
from engine.trainer import Trainer
from gui.document import Change, Document, Place, next_moment

FIRST = Experiment()


def rate(value: float) -> Experiment:
    """The example with another learning rate."""
    return FIRST.with_value("training.optimizer.learning_rate", value)


def refuse(document: Document, experiment: Experiment) -> None:
    """The training could not take over an experiment."""
    entries = [entry for entry in document.undo_stack if entry.after == experiment]
    document.refuse(Change(experiment, edit=entries[-1].back if entries else 0))


@pytest.fixture
def document(qapp: QCoreApplication) -> Document:
    """A document with the ready example."""
    return Document(FIRST)


def test_a_change_replaces_the_experiment(document: Document) -> None:
    document.change(rate(0.5), "Rate")
    assert document.experiment == rate(0.5)


def test_a_change_is_said(document: Document) -> None:
    said: list[Experiment] = []
    document.changed.connect(said.append)
    document.change(rate(0.5), "Rate")
    assert said == [rate(0.5)]


def test_an_equal_experiment_is_no_change(document: Document) -> None:
    document.change(Experiment(), "Nothing")
    assert len(document.undo_stack) == 0


def test_undo_brings_the_former_experiment_back(document: Document) -> None:
    document.change(rate(0.5), "Rate")
    document.undo()
    assert document.experiment == FIRST


def test_redo_makes_the_change_again(document: Document) -> None:
    document.change(rate(0.5), "Rate")
    document.undo()
    document.redo()
    assert document.experiment == rate(0.5)


def test_an_entry_has_the_name_of_its_change(document: Document) -> None:
    document.change(rate(0.5), "Rate")
    assert document.undo_stack.undo_text == "Rate"


def test_changes_with_the_same_key_become_one_entry(document: Document) -> None:
    for value in (0.1, 0.2, 0.3):
        document.change(rate(value), "Rate", "rate#1")
    assert len(document.undo_stack) == 1


def test_undoing_merged_changes_goes_back_to_before_the_first(document: Document) -> None:
    for value in (0.1, 0.2, 0.3):
        document.change(rate(value), "Rate", "rate#1")
    document.undo()
    assert document.experiment == FIRST


def test_changes_with_other_keys_stay_apart(document: Document) -> None:
    document.change(rate(0.1), "Rate", "rate#1")
    document.change(rate(0.2), "Rate", "rate#2")
    assert len(document.undo_stack) == 2


def test_changes_without_a_key_stay_apart(document: Document) -> None:
    document.change(rate(0.1), "Rate")
    document.change(rate(0.2), "Rate")
    assert len(document.undo_stack) == 2


def test_merged_changes_that_end_where_they_began_leave_no_entry(document: Document) -> None:
    document.change(rate(0.1), "Rate", "rate#1")
    document.change(FIRST, "Rate", "rate#1")
    assert (len(document.undo_stack), document.experiment) == (0, FIRST)


def test_a_refused_change_is_taken_back(document: Document) -> None:
    document.change(rate(0.5), "Rate")
    refuse(document, rate(0.5))
    assert document.experiment == FIRST


def test_a_refused_change_cannot_be_redone(document: Document) -> None:
    document.change(rate(0.5), "Rate")
    refuse(document, rate(0.5))
    assert (len(document.undo_stack), bool(document.undo_stack.redo_text)) == (0, False)


def test_a_refused_change_leaves_the_entries_before_it(document: Document) -> None:
    document.change(rate(0.5), "Rate")
    document.change(rate(0.7), "Rate")
    refuse(document, rate(0.7))
    document.undo()
    assert document.experiment == FIRST


def test_refusing_is_said_like_a_change(document: Document) -> None:
    document.change(rate(0.5), "Rate")
    said: list[Experiment] = []
    document.changed.connect(said.append)
    refuse(document, rate(0.5))
    assert said == [FIRST]


def test_refusing_another_experiment_than_the_present_one_does_nothing(document: Document) -> None:
    document.change(rate(0.5), "Rate")
    refuse(document, rate(0.7))
    assert document.experiment == rate(0.5)


def test_refusing_what_was_opened_does_nothing(document: Document) -> None:
    refuse(document, FIRST)
    assert document.experiment == FIRST


edit = st.one_of(
    st.tuples(st.just("training.batch_size"), st.integers(1, 64), st.sampled_from(["", "a#1", "a#2"])),
    st.tuples(
        st.just("training.optimizer.learning_rate"), st.sampled_from([0.1, 0.2, 0.01]), st.sampled_from(["", "b"])
    ),
    st.tuples(st.just("network.layers.0.units"), st.integers(1, 9), st.sampled_from(["", "c"])),
    st.tuples(st.just("undo"), st.none(), st.just("")),
    st.tuples(st.just("redo"), st.none(), st.just("")),
)


def play(document: Document, edits: list[tuple[str, object, str]]) -> None:
    """Makes edits, undoes and redoes as told."""
    for path, value, key in edits:
        if path == "undo":
            document.undo()
        elif path == "redo":
            document.redo()
        else:
            document.change(document.experiment.with_value(path, value), path, key)


@settings(max_examples=60, deadline=None)
@given(st.lists(edit, max_size=25))
def test_undoing_everything_gives_the_first_experiment(edits: list[tuple[str, object, str]]) -> None:
    document = Document(FIRST)
    play(document, edits)
    while bool(document.undo_stack.undo_text):
        document.undo()
    assert document.experiment == FIRST


@settings(max_examples=60, deadline=None)
@given(st.lists(edit, max_size=25))
def test_redoing_everything_gives_the_last_experiment(edits: list[tuple[str, object, str]]) -> None:
    document = Document(FIRST)
    play(document, edits)
    while bool(document.undo_stack.redo_text):
        document.redo()
    last = document.experiment
    while bool(document.undo_stack.undo_text):
        document.undo()
    while bool(document.undo_stack.redo_text):
        document.redo()
    assert document.experiment == last


def test_a_document_is_unsaved_unless_it_is_at_the_saved_instant(document: Document) -> None:
    seen = [document.unsaved]
    document.change(rate(0.5), "Rate")
    seen.append(document.unsaved)
    document.put(Place(Path("a.glassbox"), document.undo_stack.mark))
    seen.append(document.unsaved)
    document.undo()
    seen.append(document.unsaved)
    document.redo()
    seen.append(document.unsaved)
    assert seen == [False, True, False, True, False]


def test_a_stretch_of_training_is_another_instant_with_each_step(document: Document) -> None:
    moment = next_moment()
    document.show_run(moment, 3, False)
    document.put(Place(None, document.undo_stack.mark))
    document.show_run(moment, 4, False)
    assert document.unsaved
    document.show_run(moment, 3, True)
    assert not document.unsaved


def test_the_saved_instant_is_known_when_what_led_to_it_can_be_undone_no_more(document: Document) -> None:
    document.change(rate(0.5), "Rate")
    document.put(Place(None, document.undo_stack.mark))
    document.change(rate(0.7), "Rate")
    document.undo_stack.forget_before(list(document.undo_stack)[1].back)
    assert (len(document.undo_stack), document.unsaved) == (1, True)
    document.undo()
    assert (document.experiment, document.unsaved) == (rate(0.5), False)
    document.undo_stack.clear()
    assert not document.unsaved


def test_a_drag_that_ends_where_it_began_leaves_nothing_unsaved(document: Document) -> None:
    document.change(rate(0.3), "Rate", "rate#1")
    assert document.unsaved
    document.change(FIRST, "Rate", "rate#1")
    assert not document.unsaved
    document.change(rate(0.3), "Rate", "rate#2")
    document.put(Place(None, document.undo_stack.mark))
    document.change(rate(0.4), "Rate", "rate#2")
    assert document.unsaved


def test_another_document_begins_clean_and_without_a_past_or_unsaved_when_it_was_recovered(document: Document) -> None:
    document.change(rate(0.5), "Rate")
    point = Trainer(rate(0.7)).checkpoint()
    document.begin(point, Place(Path("b.glassbox")))
    assert (document.experiment, len(document.undo_stack), document.unsaved) == (rate(0.7), 0, False)
    document.begin(point, Place(Path("b.glassbox")), saved=False)
    assert document.unsaved


def test_a_document_that_cannot_be_begun_gives_the_former_one_back(document: Document) -> None:
    document.change(rate(0.5), "Rate")
    applied: list[Change] = []
    document.applied.connect(applied.append)
    document.begin(Trainer(rate(0.7)).checkpoint(), Place(Path("b.glassbox")))
    document.refuse(applied[-1])
    assert (document.experiment, document.place.path, document.unsaved) == (rate(0.5), None, True)
    document.undo()
    assert (document.experiment, document.unsaved) == (FIRST, False)
