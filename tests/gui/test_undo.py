"""Undo and redo through the real window: the numbers come back with the settings."""

from __future__ import annotations

from collections.abc import Iterator

import hands
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.snapshot import Snapshot
from gui.window import Window


@pytest.fixture
def running(window: Window, qtbot: QtBot) -> Iterator[Window]:
    """A window that trains, and whose training does not come to its end by itself."""
    hands.show(window, window.document.experiment.with_value("training.epochs", 1_000_000))
    window.document.undo_stack.clear()
    hands.trigger(window, "train.toggle")
    qtbot.waitUntil(lambda: hands.snapshot_of(window).step > 20)
    yield window
    window.training.set_running(False)


def same(one: Snapshot, other: Snapshot) -> bool:
    """Whether two instants have the same experiment, step and weights."""
    settings = (one.experiment, one.step) == (other.experiment, other.step)
    return settings and np.array_equal(one.parameters, other.parameters)


def undo(window: Window) -> Snapshot:
    """Takes back one entry and waits until that is done."""
    hands.trigger(window, "edit.undo")
    return hands.settle(window)


def redo(window: Window) -> Snapshot:
    """Makes one entry again and waits until that is done."""
    hands.trigger(window, "edit.redo")
    return hands.settle(window)


def test_a_step_can_be_taken_back(window: Window) -> None:
    start = hands.settle(window)
    hands.trigger(window, "train.step")
    hands.settle(window)
    assert same(undo(window), start)


def test_steps_are_taken_back_one_by_one(window: Window) -> None:
    for _ in range(3):
        hands.trigger(window, "train.step")
        hands.settle(window)
    assert [undo(window).step for _ in range(3)] == [2, 1, 0]


def test_the_menu_says_how_much_training_would_be_taken_back(window: Window) -> None:
    for _ in range(2):
        hands.trigger(window, "train.epoch")
        hands.settle(window)
    steps = hands.snapshot_of(window).steps_per_epoch
    assert window.actions_by_id["edit.undo"].text() == f"Undo trained {steps} steps"


def test_a_single_step_is_named_as_one(window: Window) -> None:
    hands.trigger(window, "train.step")
    hands.settle(window)
    assert window.document.undo_stack.undo_text == "trained 1 step"


def test_training_that_has_only_begun_is_named_without_its_steps(window: Window) -> None:
    document, stack = window.document, window.document.undo_stack
    document.show_run(10**9, 0, over=False)
    assert stack.undo_text == "training"
    document.show_run(10**9, 0, over=True)
    assert not stack.undo_text


def test_training_comes_again_by_redo(window: Window) -> None:
    hands.trigger(window, "train.epoch")
    trained = hands.settle(window)
    undo(window)
    assert same(redo(window), trained)


def test_what_is_trained_after_an_undo_is_the_same_run_again(window: Window) -> None:
    hands.trigger(window, "train.epoch")
    trained = hands.settle(window)
    undo(window)
    hands.trigger(window, "train.epoch")
    assert same(hands.settle(window), trained)


def test_an_edit_of_the_network_is_undone_with_its_weights(window: Window) -> None:
    hands.trigger(window, "train.epoch")
    trained = hands.settle(window)
    hands.show(window, window.document.experiment.with_layer(0, units=3))
    assert same(undo(window), trained)


def test_other_data_are_undone_with_what_was_learned_of_the_former(window: Window) -> None:
    hands.trigger(window, "train.epoch")
    trained = hands.settle(window)
    hands.show(window, window.document.experiment.with_value("data.source", "moons"))
    assert same(undo(window), trained)


def test_the_loss_curve_ends_at_the_step_gone_back_to(window: Window) -> None:
    for _ in range(3):
        hands.trigger(window, "train.epoch")
        hands.settle(window)
    assert undo(window).history["step"].max() <= hands.snapshot_of(window).step


def test_undoing_all_and_redoing_all_ends_at_both_ends(window: Window) -> None:
    first = hands.settle(window)
    for change in ("train.epoch", "layer.add", "train.step", "train.restart", "train.epoch", "train.reset"):
        hands.trigger(window, change)
        hands.settle(window)
    last, entries = hands.snapshot_of(window), len(window.document.undo_stack)
    ends = []
    for walk in (undo, redo):
        for _ in range(entries):
            ends.append(walk(window))
    assert (same(ends[entries - 1], first), same(ends[-1], last)) == (True, True)


def test_undo_while_training_pauses_and_takes_back_the_stretch(running: Window) -> None:
    window = running
    assert (undo(window).step, window.training.running) == (0, False)


def test_an_edit_while_training_begins_another_stretch(running: Window, qtbot: QtBot) -> None:
    window = running
    window.document.change(window.document.experiment.with_value("training.optimizer.learning_rate", 0.02), "Rate")
    qtbot.waitUntil(lambda: len(window.document.undo_stack) == 3)
    window.training.set_running(False)
    hands.settle(window)
    texts = [entry.text.split()[0] for entry in window.document.undo_stack]
    assert texts == ["trained", "Rate", "trained"]


def test_a_gesture_while_training_is_one_entry(running: Window, qtbot: QtBot) -> None:
    window = running
    for rate in (0.02, 0.03, 0.04):
        step = hands.snapshot_of(window).step
        experiment = window.document.experiment.with_value("training.optimizer.learning_rate", rate)
        window.document.change(experiment, "Rate", "drag#1")
        qtbot.waitUntil(lambda step=step: hands.snapshot_of(window).step > step + 20)
    assert [entry.text for entry in window.document.undo_stack if entry.steps is None] == ["Rate"]


@pytest.mark.parametrize("rounds", [1, 3])
def test_undo_and_redo_again_and_again_change_nothing(window: Window, rounds: int) -> None:
    hands.trigger(window, "train.epoch")
    trained = hands.settle(window)
    for _ in range(rounds):
        undo(window)
        redo(window)
    assert same(hands.snapshot_of(window), trained)


def test_a_run_without_a_step_leaves_no_entry(window: Window) -> None:
    hands.show(window, window.document.experiment.with_value("training.epochs", 1))
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    entries = len(window.document.undo_stack)
    hands.trigger(window, "train.toggle")
    window.training.set_running(False)
    hands.settle(window)
    assert len(window.document.undo_stack) == entries
