"""Verifying a run from the window: beside the training, with a bar, and a sentence at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import hands
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.checkpoint import Checkpoint
from engine.experiment import Experiment
from engine.trainer import Trainer
from gui import verifying
from gui.verifying import Verifying, time_left
from gui.window import Window

PATIENCE_MS = 40_000


def verified(window: Window, qtbot: QtBot) -> str:
    """What is said of the run of the window."""
    with qtbot.waitSignal(window.verifying.said, timeout=PATIENCE_MS):
        hands.trigger(window, "train.verify")
    return window.banner.label.text()


def instant(window: Window) -> Checkpoint:
    """The present instant of the window's run."""
    found: list[Checkpoint | None] = []
    window.training.fetch(found.append)
    window.training.wait_idle()
    assert found[0] is not None
    return found[0]


def test_a_run_that_was_changed_while_it_trained_is_identical(window: Window, qtbot: QtBot) -> None:
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    changed = window.document.experiment.with_value("training.optimizer.learning_rate", 0.05)
    window.document.change(changed, "Learning rate")
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    words = verified(window, qtbot)
    assert words.startswith("Identical for all 8 steps, 1 change included. ")
    assert window.banner.property("tone") == "note"
    assert window.banner.isVisible()


def test_what_was_undone_does_not_count(window: Window, qtbot: QtBot) -> None:
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    window.document.change(window.document.experiment.with_layer(0, units=12), "Units")
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    for _ in range(2):
        hands.trigger(window, "edit.undo")
    hands.settle(window)
    assert verified(window, qtbot).startswith("Identical for all 4 steps. ")


def test_what_differs_is_a_warning(window: Window, qtbot: QtBot) -> None:
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    point = instant(window)
    parameters = point.state["parameters"] + 0.25
    with qtbot.waitSignal(window.verifying.said, timeout=PATIENCE_MS):
        window.verifying.start(replace(point, state={**point.state, "parameters": parameters}))
    assert "differs first at step 4" in window.banner.label.text()
    assert window.banner.property("tone") == "warning"


@pytest.fixture(scope="module")
def long_run() -> Checkpoint:
    """A run that takes some seconds to do again."""
    trainer = Trainer(Experiment().edited(training={"epochs": 20_000}))
    trainer.run()
    return trainer.checkpoint()


def test_it_shows_how_far_it_has_come_while_the_window_is_alive_and_can_be_given_up(
    window: Window, long_run: Checkpoint, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "_SHOWN_AFTER_S", 0.0)
    window.verifying.start(long_run)
    line = window.verifying_progress
    qtbot.waitUntil(lambda: line.isVisible() and line.bar.value() > 0, timeout=PATIENCE_MS)
    assert "Verifying: step " in line.words.accessibleName()
    assert " left" in line.words.accessibleName()
    begun = perf_counter()
    qtbot.mouseClick(line.cancel, Qt.MouseButton.LeftButton)
    assert perf_counter() - begun < 0.5
    assert (window.verifying.running, line.isHidden()) == (False, True)
    assert window.banner.label.text().startswith("Verifying was cancelled")


def test_a_second_wish_is_told_that_it_goes_on(window: Window, long_run: Checkpoint) -> None:
    window.verifying.start(long_run)
    hands.trigger(window, "train.verify")
    assert window.status.currentMessage() == "The run is being verified."
    window.verifying.cancel()


def test_a_window_that_closes_gives_it_up(open_window: Callable[..., Window], long_run: Checkpoint) -> None:
    window = open_window()
    window.verifying.start(long_run)
    begun = perf_counter()
    window.close()
    assert not window.verifying.running
    assert perf_counter() - begun < 2.0


def test_an_error_of_the_program_is_said_with_its_details(window: Window, qtbot: QtBot) -> None:
    work = Verifying()
    said: list[tuple[str, bool, str]] = []
    work.said.connect(lambda *words: said.append(words))
    point = instant(window)
    with qtbot.waitSignal(work.said, timeout=PATIENCE_MS):
        work.start(replace(point, state={name: part for name, part in point.state.items() if name != "optimizer"}))
    assert said[0][:2] == ("The run could not be done again: something went wrong in Glassbox.", True)
    assert "KeyError: 'optimizer'" in said[0][2]


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "0 s left"), (59.6, "60 s left"), (150.0, "2 min left")])
def test_the_time_that_is_left_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert time_left(seconds) == words
