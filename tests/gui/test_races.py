"""What is asked for while the training thread is still at something else: undo, edits, refusals, waiting wishes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import hands
import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from engine.checkpoint import Moments
from engine.experiment import Experiment
from engine.layers import Dense
from engine.runner import Job
from engine.snapshot import Failure, Snapshot
from engine.surgery import AddUnit, SetWeight
from gui.diagram.shown import Shown
from gui.selection import Unit, Weight
from gui.window import Window

UNPAINTED = True
RATE = "training.optimizer.learning_rate"


@contextmanager
def busy(window: Window) -> Iterator[None]:
    """The training thread begins what it is asked for only at the end."""
    runner, go = window.training.runner, threading.Event()
    report = runner._report

    def wait(job: Job) -> Snapshot | Failure:
        assert go.wait(30)
        return report(job)

    runner._report = wait
    try:
        yield
    finally:
        go.set()
        runner._report = report


def begun(window: Window) -> None:
    """The training thread has been given what was asked for last."""
    while window.training.runner.idle:
        QApplication.processEvents()


def change(window: Window, path: str, value: object, merge: str = "") -> None:
    """One setting, as the builder asks for it."""
    window.builder.edited.emit(window.document.experiment.with_value(path, value), path, merge)


def trained(window: Window, epochs: int = 1) -> Snapshot:
    """After some epochs, with nothing to undo."""
    for _ in range(epochs):
        hands.trigger(window, "train.epoch")
        hands.settle(window)
    window.document.undo_stack.clear()
    return hands.settle(window)


def same(one: Snapshot, other: Snapshot) -> bool:
    """Whether two instants have the same experiment, step and weights."""
    settings = (one.experiment, one.step) == (other.experiment, other.step)
    return settings and np.array_equal(one.parameters, other.parameters)


def texts(window: Window) -> list[str]:
    """What is in force."""
    stack = window.document.undo_stack
    return [entry.text for entry in stack][: stack.index]


def units(window: Window) -> list[int]:
    """The widths of the hidden layers, once all is done; the drawing and the document agree on them."""
    snapshot = hands.settle(window)
    assert snapshot.experiment == window.document.experiment
    return list(snapshot.plan.widths[1:-1])


# -- undo, while something is under way --------------------------------------------------------------


def test_undo_takes_back_an_epoch_under_way(window: Window) -> None:
    start = hands.settle(window)
    with busy(window):
        hands.trigger(window, "train.epoch")
        begun(window)
        hands.trigger(window, "edit.undo")
    assert same(hands.settle(window), start)


def test_an_epoch_undone_under_way_comes_again_by_redo(window: Window) -> None:
    with busy(window):
        hands.trigger(window, "train.epoch")
        begun(window)
        hands.trigger(window, "edit.undo")
    hands.settle(window)
    hands.trigger(window, "edit.redo")
    assert hands.settle(window).step > 0


def test_undo_takes_back_a_step_that_waits_and_nothing_else(window: Window) -> None:
    with busy(window):
        change(window, "training.batch_size", 8)
        begun(window)
        hands.trigger(window, "train.step")
        hands.trigger(window, "edit.undo")
    assert (hands.settle(window).step, texts(window)) == (0, ["training.batch_size"])


def test_undo_takes_back_the_last_of_two_epochs_that_wait(window: Window) -> None:
    with busy(window):
        change(window, "training.batch_size", 8)
        begun(window)
        for name in ("train.epoch", "train.epoch", "edit.undo"):
            hands.trigger(window, name)
    assert hands.settle(window).epoch == 1


@pytest.mark.parametrize("name", ["train.reset", "train.restart"])
def test_a_step_that_waits_is_not_done_after_beginning_anew(window: Window, name: str) -> None:
    trained(window)
    with busy(window):
        change(window, "training.batch_size", 8)
        begun(window)
        hands.trigger(window, "train.step")
        hands.trigger(window, name)
    assert hands.settle(window).step == 0


def test_undo_while_other_data_are_loaded_brings_back_what_was_learned(window: Window) -> None:
    before = trained(window)
    with busy(window):
        change(window, "data.source", "moons")
        begun(window)
        hands.trigger(window, "edit.undo")
    assert same(hands.settle(window), before)


def test_data_whose_loading_was_undone_come_by_redo(window: Window) -> None:
    with busy(window):
        change(window, "data.source", "moons")
        begun(window)
        hands.trigger(window, "edit.undo")
        hands.trigger(window, "edit.redo")
    assert hands.settle(window).data.source == "moons"


def test_an_epoch_asked_for_before_a_new_seed_is_one_epoch(window: Window) -> None:
    trained(window, 3)
    with busy(window):
        hands.trigger(window, "train.epoch")
        begun(window)
        change(window, "training.seed", 5)
    assert hands.settle(window).epoch == 1


# -- refusals in the middle of a queue ---------------------------------------------------------------


def test_loading_that_fails_after_it_was_undone_leaves_nothing(window: Window) -> None:
    before = trained(window)
    with busy(window):
        change(window, "data.features", ())
        begun(window)
        hands.trigger(window, "edit.undo")
    assert (same(hands.settle(window), before), len(window.document.undo_stack)) == (True, 0)


def test_loading_that_fails_after_undo_and_redo_leaves_nothing(window: Window) -> None:
    before = trained(window)
    with busy(window):
        change(window, "data.features", ())
        begun(window)
        hands.trigger(window, "edit.undo")
        hands.trigger(window, "edit.redo")
    assert (same(hands.settle(window), before), window.document.experiment) == (True, before.experiment)


def test_undo_goes_on_over_a_refused_edit(window: Window) -> None:
    before = trained(window)
    change(window, "network.layers.0.units", 5)
    hands.settle(window)
    with busy(window):
        change(window, "data.features", ())
        begun(window)
        hands.trigger(window, "edit.undo")
        hands.trigger(window, "edit.undo")
    assert (same(hands.settle(window), before), window.document.undo_stack.redo_text) == (
        True,
        "network.layers.0.units",
    )


def test_what_was_asked_for_after_a_refused_edit_goes_with_it(window: Window) -> None:
    trained(window)
    with busy(window):
        change(window, "network.layers.0.units", 5)
        begun(window)
        change(window, "data.features", ())
        window.editing.operate(AddUnit(0), "Add")
    assert (units(window), texts(window)) == ([5, 8], ["network.layers.0.units"])


def test_a_refused_operation_is_a_sentence_and_no_error_of_the_program(window: Window) -> None:
    window.editing.operate(SetWeight(0, 0, 99, 1.0), "Set")
    hands.settle(window)
    banner = window.banner
    assert (banner.label.text(), banner.details.isHidden()) == (
        "Hidden 1 has 8 units, no unit 100.",
        True,
    )


def test_a_gesture_that_ends_in_a_refusal_is_taken_back_as_a_whole(window: Window) -> None:
    before = trained(window)
    change(window, "network.layers.0.units", 3, "drag")
    hands.settle(window)
    huge = window.document.experiment.with_layers((Dense(units=4096),) * 64)
    window.builder.edited.emit(huge, "units", "drag")
    assert (same(hands.settle(window), before), len(window.document.undo_stack)) == (True, 0)


def test_an_undo_that_cannot_be_carried_out_leaves_the_edit_in_force(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(window)
    change(window, "network.layers.0.units", 3)
    edited = hands.settle(window)
    monkeypatch.setattr(window.training.runner, "_moments", Moments())
    hands.trigger(window, "edit.undo")
    assert (same(hands.settle(window), edited), texts(window)) == (True, ["network.layers.0.units"])


# -- gestures ----------------------------------------------------------------------------------------


def test_a_gesture_there_and_back_loses_nothing(window: Window) -> None:
    before = trained(window)
    for count in (7, 3, 8):
        change(window, "network.layers.0.units", count, "drag")
        hands.settle(window)
    assert (same(hands.settle(window), before), len(window.document.undo_stack)) == (True, 0)


def test_a_gesture_ends_like_one_edit_whatever_was_on_its_way(window: Window) -> None:
    ends = []
    for way in ([9], [3, 12, 9]):
        hands.as_new(window)
        trained(window)
        for count in way:
            change(window, "network.layers.0.units", count, "drag")
            hands.settle(window)
        ends.append(hands.settle(window))
    assert same(*ends)


def test_a_gesture_there_and_back_over_training_can_be_undone(window: Window) -> None:
    before = trained(window)
    for rate in (0.02, before.experiment.training.optimizer.learning_rate):
        change(window, RATE, rate, "drag")
        hands.settle(window)
        hands.trigger(window, "train.step")
        hands.settle(window)
    for _ in texts(window):
        hands.trigger(window, "edit.undo")
    assert same(hands.settle(window), before)


# -- the least important unit ------------------------------------------------------------------------


def test_every_press_of_the_minus_removes_a_unit(window: Window) -> None:
    trained(window)
    for _ in range(3):
        window.diagram.units_wished.emit(1, -1)
    assert (units(window), len(texts(window))) == ([8, 5], 3)


def test_the_unit_is_removed_from_the_layer_that_was_meant(window: Window) -> None:
    trained(window)
    with busy(window):
        window.diagram.units_wished.emit(0, -1)
        begun(window)
        window.diagram.layer_wished.emit(0)
    assert units(window) == [2, 7, 8]


def test_a_unit_of_a_layer_removed_meanwhile_is_not_looked_for(window: Window) -> None:
    trained(window)
    hands.select_layer(window, 1)
    with busy(window):
        window.diagram.units_wished.emit(1, -1)
        begun(window)
        hands.trigger(window, "layer.remove")
    assert (units(window), window.banner.isHidden()) == ([8], True)


def test_undo_takes_back_the_wish_for_a_unit_less(window: Window) -> None:
    hands.trigger(window, "train.step")
    hands.settle(window)
    with busy(window):
        window.diagram.units_wished.emit(0, -1)
        begun(window)
        hands.trigger(window, "edit.undo")
    assert (units(window), texts(window)) == ([8, 8], ["trained 1 step"])


def test_more_presses_than_units_leave_one_and_say_so(window: Window) -> None:
    hands.show(window, Experiment().with_layer(0, units=2))
    trained(window)
    for _ in range(4):
        window.diagram.units_wished.emit(0, -1)
    left = units(window)
    assert (left, "at least one unit" in window.banner.label.text()) == ([1, 8], True)


# -- the memory for instants -------------------------------------------------------------------------


@pytest.fixture
def forgetful(window: Window, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Window:
    """A window whose training thread keeps only so many instants."""
    hands.trigger(window, "train.step")
    hands.settle(window)
    sizes: list[int] = [point.size for point in window.training.runner._moments._kept.values()]
    monkeypatch.setattr(window.training.runner, "_moments", Moments(most_bytes=request.param * sizes[-1]))
    window.document.undo_stack.clear()
    return window


@pytest.mark.parametrize("forgetful", [1, 2, 4], indirect=True)
def test_what_can_be_undone_with_little_memory_is_undone_exactly(forgetful: Window) -> None:
    window, instants = forgetful, [hands.settle(forgetful)]
    for _ in range(6):
        hands.trigger(window, "train.step")
        instants.append(hands.settle(window))
    wrong = 0
    while texts(window):
        hands.trigger(window, "edit.undo")
        snapshot = hands.settle(window)
        wrong += not same(snapshot, instants[snapshot.step - instants[0].step])
    assert (wrong, hands.settle(window).step < instants[-1].step) == (0, True)


@pytest.mark.parametrize("forgetful", [1, 2, 4], indirect=True)
def test_redo_with_little_memory_leads_to_the_last_instant(forgetful: Window) -> None:
    window = forgetful
    for _ in range(6):
        hands.trigger(window, "train.step")
        last = hands.settle(window)
    for name in ("edit.undo", "edit.redo"):
        for _ in range(6):
            hands.trigger(window, name)
        hands.settle(window)
    assert same(hands.settle(window), last)


def test_undo_and_redo_of_all_keep_one_instant_more(window: Window) -> None:
    for _ in range(4):
        hands.trigger(window, "train.step")
        hands.settle(window)
    kept = window.training.runner._moments._kept
    before = len(kept)
    for name in ("edit.undo", "edit.redo", "edit.undo"):
        for _ in range(4):
            hands.trigger(window, name)
            hands.settle(window)
    assert len(kept) == before + 1


# -- what is selected --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "selection", "after"),
    [
        (2, Unit(1, 7), False),
        (1, Unit(1, 7), True),
        (1, Unit(3, 2), True),
        (1, Weight(0, 1, 7), True),
        (1, Weight(2, 7, 2), True),
    ],
)
def test_what_an_edit_takes_away_cannot_be_worked_on_while_it_is_still_drawn(
    window: Window, layers: int, selection: Unit | Weight, after: bool
) -> None:
    with busy(window):
        window.select(selection)
        window.document.change(window.document.experiment.with_layers((Dense(units=2),) * layers), "Layers")
        if after:
            window.select(selection)
        for name in ("selection.freeze", "weight.prune", "layer.freeze", "layer.initialise", "selection.remove"):
            if window.actions_by_id[name].isEnabled():
                hands.trigger(window, name)
    hands.settle(window)
    assert window.banner.isHidden()


# -- what the edges show -----------------------------------------------------------------------------


def test_updates_are_drawn_again_after_the_network_was_changed(window: Window) -> None:
    window.looking.choose(Shown(edges="update"))
    trained(window)
    for edit in ("layer.add", "layer.add"):
        hands.trigger(window, edit)
        hands.settle(window)
    hands.trigger(window, "train.step")
    snapshot = hands.settle(window)
    assert snapshot.edges is not None
    assert snapshot.edges.values is not None
    assert (snapshot.edges.values.size, bool(snapshot.edges.values.any())) == (snapshot.plan.parameters, True)
