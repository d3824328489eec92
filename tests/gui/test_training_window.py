"""Training, driven from the window by keys and buttons."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import hands
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.checkpoint import Checkpoint
from engine.experiment import Dense, Experiment
from engine.snapshot import Snapshot
from engine.trainer import Trainer
from gui.speeds import FULL_SPEED, SPEEDS
from gui.text import MINUS
from gui.window import Window

UNPAINTED = True

LONG = Experiment().with_value("training.epochs", 1_000_000)


@pytest.fixture
def endless(window: Window) -> Window:
    """A window whose training does not come to its end by itself."""
    hands.show(window, LONG)
    window.document.undo_stack.clear()
    return window


@pytest.fixture
def running(endless: Window, qtbot: QtBot) -> Iterator[Window]:
    """A window that is training."""
    hands.trigger(endless, "train.toggle")
    qtbot.waitUntil(lambda: hands.snapshot_of(endless).step > 20)
    yield endless
    endless.training.set_running(False)


def steps_in(qtbot: QtBot, window: Window, milliseconds: int) -> int:
    """How many steps are done in a while."""
    before = hands.snapshot_of(window).step
    qtbot.wait(milliseconds)
    return hands.snapshot_of(window).step - before


# -- train and pause ------------------------------------------------------------------------------


def test_space_starts_training(endless: Window, qtbot: QtBot) -> None:
    QTest.keyClick(endless, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: hands.snapshot_of(endless).step > 50)
    assert endless.training.running


def test_space_pauses_training(running: Window) -> None:
    QTest.keyClick(running, Qt.Key.Key_Space)
    hands.settle(running)
    assert not running.training.running


def test_a_paused_training_does_no_more_steps(running: Window, qtbot: QtBot) -> None:
    QTest.keyClick(running, Qt.Key.Key_Space)
    hands.settle(running)
    assert steps_in(qtbot, running, 100) == 0


def test_the_button_trains_and_pauses(endless: Window) -> None:
    seen = []
    for _ in range(2):
        QTest.mouseClick(endless.toolbar.train, hands.LEFT)
        seen.append((endless.training.running, endless.toolbar.train.text()))
    hands.settle(endless)
    assert seen == [(True, "Pause"), (False, "Train")]


def test_training_after_a_pause_goes_on_where_it_was(running: Window, qtbot: QtBot) -> None:
    hands.trigger(running, "train.toggle")
    paused = hands.settle(running).step
    seen: list[int] = []
    running.training.shown.connect(lambda snapshot: seen.append(snapshot.step))
    hands.trigger(running, "train.toggle")
    qtbot.waitUntil(lambda: len(seen) > 3)
    assert seen[0] >= paused


def test_pauses_and_frames_leave_no_trace_in_the_weights(running: Window, qtbot: QtBot) -> None:
    for _ in range(3):
        hands.trigger(running, "train.toggle")
        qtbot.wait(20)
    snapshot = hands.settle(running)
    alone = Trainer(LONG)
    for _ in range(snapshot.step):
        alone.step()
    assert np.array_equal(alone.network.parameters, snapshot.parameters)


def test_space_presses_the_button_that_has_the_focus(window: Window) -> None:
    chip = hands.chips(window)["sepal length (cm)"]
    chip.setFocus()
    QTest.keyClick(chip, Qt.Key.Key_Space)
    hands.settle(window)
    assert (len(window.document.experiment.data.features or ()), window.training.running) == (3, False)


def test_ctrl_z_takes_an_edit_back_while_the_focus_is_still_in_its_field(window: Window) -> None:
    field = hands.number_field(window, "batch_size")
    hands.type_into(field, "8")
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.document.experiment.training.batch_size == 32


# -- single steps ---------------------------------------------------------------------------------


def test_step_is_exactly_one_step(window: Window) -> None:
    QTest.keyClick(window, Qt.Key.Key_Period)
    assert hands.settle(window).step == 1


def test_five_steps_are_five_steps(window: Window) -> None:
    for _ in range(5):
        hands.trigger(window, "train.step")
    assert hands.settle(window).step == 5


def test_a_step_is_what_the_engine_does_in_a_step(window: Window) -> None:
    hands.trigger(window, "train.step")
    alone = Trainer(Experiment())
    alone.step()
    assert np.array_equal(hands.settle(window).parameters, alone.network.parameters)


def test_step_epoch_is_one_epoch(window: Window) -> None:
    hands.trigger(window, "train.epoch")
    snapshot = hands.settle(window)
    assert (snapshot.epoch, snapshot.step) == (1, snapshot.steps_per_epoch)


def test_step_epoch_goes_to_the_end_of_a_begun_epoch(window: Window) -> None:
    for name in ("train.step", "train.epoch"):
        hands.trigger(window, name)
    snapshot = hands.settle(window)
    assert (snapshot.epoch, snapshot.step) == (1, snapshot.steps_per_epoch)


def test_a_step_pauses_the_training(running: Window) -> None:
    hands.trigger(running, "train.step")
    hands.settle(running)
    assert not running.training.running


def test_the_counters_show_the_step_and_the_epoch(window: Window) -> None:
    hands.trigger(window, "train.epoch")
    snapshot = hands.settle(window)
    assert (window.toolbar.step.text, window.toolbar.epoch.text) == (f"{snapshot.step:,}", "1")


def test_the_figures_show_the_losses_of_the_snapshot(window: Window) -> None:
    hands.trigger(window, "train.epoch")
    evaluation = hands.settle(window).evaluation
    shown = (window.toolbar.train_loss.text, window.toolbar.test_loss.text)
    assert shown == (f"{evaluation.train['loss']:.4f}", f"{evaluation.test['loss']:.4f}")


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (0.25, "0.2500"),
        (9876.5, "9876.5000"),
        (246687.3786, "246,687"),
        (-12345.6, f"{MINUS}12,346"),
        (3.2e25, "3.2e+25"),
    ],
)
def test_a_huge_loss_is_shown_whole(window: Window, loss: float, words: str) -> None:
    snapshot = hands.settle(window)
    evaluation = replace(snapshot.evaluation, train={**snapshot.evaluation.train, "loss": loss})
    window.toolbar.show_snapshot(replace(snapshot, evaluation=evaluation), window.document.experiment)
    assert window.toolbar.train_loss.text == words


def test_the_accuracy_is_shown_in_per_cent(window: Window) -> None:
    evaluation = hands.settle(window).evaluation
    assert window.toolbar.quality.text == f"{100 * evaluation.test['accuracy']:.1f} %"


def test_an_accuracy_that_is_not_quite_all_never_looks_like_it(window: Window) -> None:
    snapshot = hands.settle(window)
    evaluation = replace(snapshot.evaluation, test={**snapshot.evaluation.test, "accuracy": 0.9998})
    window.toolbar.show_snapshot(replace(snapshot, evaluation=evaluation), window.document.experiment)
    assert window.toolbar.quality.text == "> 99.9 %"


def test_without_test_rows_the_test_loss_is_a_dash(window: Window) -> None:
    hands.show(window, Experiment().with_value("data.test_fraction", 0.0))
    assert window.toolbar.test_loss.text == "–"


# -- from the start -------------------------------------------------------------------------------


def test_reset_gives_the_same_start_bit_for_bit(window: Window) -> None:
    start = hands.settle(window)
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    hands.trigger(window, "train.reset")
    assert hands.same_start(hands.settle(window), start)


def test_after_a_reset_the_run_repeats_itself_bit_for_bit(window: Window) -> None:
    hands.trigger(window, "train.epoch")
    first = hands.settle(window)
    for name in ("train.reset", "train.epoch"):
        hands.trigger(window, name)
    assert hands.same_start(hands.settle(window), first)


def test_reset_while_training_stops_at_step_0(running: Window) -> None:
    hands.trigger(running, "train.reset")
    assert (hands.settle(running).step, running.training.running) == (0, False)


def test_no_snapshot_from_before_a_reset_is_shown_after_it(running: Window, qtbot: QtBot) -> None:
    seen: list[int] = []
    hands.trigger(running, "train.reset")
    running.training.shown.connect(lambda snapshot: seen.append(snapshot.step))
    qtbot.wait(80)
    assert set(seen) == {0}


def test_reset_of_what_was_not_trained_is_no_edit(window: Window) -> None:
    hands.trigger(window, "train.reset")
    assert len(window.document.undo_stack) == 0


def test_reset_of_what_was_trained_can_be_undone(window: Window) -> None:
    hands.trigger(window, "train.epoch")
    trained = hands.settle(window)
    for name in ("train.reset", "edit.undo"):
        hands.trigger(window, name)
        hands.settle(window)
    assert hands.same_start(hands.snapshot_of(window), trained)


def test_new_start_takes_the_next_seed(window: Window) -> None:
    hands.trigger(window, "train.restart")
    assert hands.settle(window).experiment.training.seed == 1


def test_new_start_has_other_weights(window: Window) -> None:
    start = hands.settle(window)
    hands.trigger(window, "train.restart")
    assert not hands.same_start(hands.settle(window), start)


def test_new_start_can_be_undone(window: Window) -> None:
    start = hands.settle(window)
    hands.trigger(window, "train.restart")
    hands.settle(window)
    hands.trigger(window, "edit.undo")
    assert hands.same_start(hands.settle(window), start)


# -- speed ----------------------------------------------------------------------------------------


def test_the_slowest_speed_is_about_one_step_a_second(endless: Window, qtbot: QtBot) -> None:
    endless.toolbar.speed.setValue(0)
    hands.trigger(endless, "train.toggle")
    assert steps_in(qtbot, endless, 1500) in (1, 2)


def test_a_slow_speed_limits_the_steps_per_second(endless: Window, qtbot: QtBot) -> None:
    endless.toolbar.speed.setValue(SPEEDS.index(25))
    hands.trigger(endless, "train.toggle")
    assert 12 <= steps_in(qtbot, endless, 1000) <= 28


def test_full_speed_is_faster(endless: Window, qtbot: QtBot) -> None:
    hands.trigger(endless, "train.toggle")
    assert steps_in(qtbot, endless, 600) > 300


def test_the_keys_change_the_speed(window: Window) -> None:
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    slower = window.training.speed
    QTest.keyClick(window, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert (slower, window.training.speed) == (FULL_SPEED - 1, FULL_SPEED)


def test_the_slider_says_its_speed(window: Window) -> None:
    window.toolbar.speed.setValue(SPEEDS.index(10))
    assert "10 steps per second" in window.toolbar.speed.toolTip()


def test_the_slider_moves_with_the_keyboard(window: Window) -> None:
    QTest.keyClick(window.toolbar.speed, Qt.Key.Key_Left)
    assert window.training.speed == FULL_SPEED - 1


# -- changes while training -----------------------------------------------------------------------


def test_a_new_learning_rate_does_not_stop_the_training(running: Window, qtbot: QtBot) -> None:
    step = hands.snapshot_of(running).step
    hands.type_into(hands.number_field(running, "learning_rate"), "0.001")
    qtbot.waitUntil(lambda: hands.snapshot_of(running).experiment.training.optimizer.learning_rate == 0.001)
    qtbot.waitUntil(lambda: hands.snapshot_of(running).step > step + 50)
    assert running.training.running


def test_a_new_learning_rate_never_goes_back_in_steps(running: Window, qtbot: QtBot) -> None:
    seen: list[int] = []
    running.training.shown.connect(lambda snapshot: seen.append(snapshot.step))
    hands.type_into(hands.number_field(running, "learning_rate"), "0.001")
    qtbot.wait(100)
    assert seen == sorted(seen)


def test_a_new_learning_rate_keeps_weights_and_optimizer(window: Window) -> None:
    alone = Trainer(Experiment())
    for _ in range(5):
        hands.trigger(window, "train.step")
        alone.step()
    hands.settle(window)
    hands.type_into(hands.number_field(window, "learning_rate"), "0.05")
    hands.trigger(window, "train.step")
    alone.reconfigure(window.document.experiment)
    alone.step()
    assert np.array_equal(hands.settle(window).parameters, alone.network.parameters)


def weights_kept(window: Window, experiment: Experiment, layer: int, old_layer: int) -> bool:
    """Whether a layer of a changed network has the weights of a layer from before, after some training."""
    hands.trigger(window, "train.epoch")
    before = hands.settle(window)
    window.document.change(experiment, "")
    after = hands.settle(window)
    return np.array_equal(after.weights(layer), before.weights(old_layer))


def test_another_layer_keeps_the_weights_of_the_layers_before_it(window: Window) -> None:
    hands.trigger(window, "train.epoch")
    before = hands.settle(window)
    hands.trigger(window, "layer.add")
    after = hands.settle(window)
    assert all(np.array_equal(after.weights(i), before.weights(i)) for i in (0, 1))


def test_another_layer_keeps_the_weights_of_the_output(window: Window) -> None:
    layers = (*Experiment().network.layers, Dense())
    assert weights_kept(window, Experiment().with_layers(layers), 3, 2)


def test_other_units_keep_the_weights_of_layers_of_the_same_shape(window: Window) -> None:
    assert weights_kept(window, Experiment().with_layer(1, units=5), 0, 0)


def test_another_layer_keeps_the_step(window: Window) -> None:
    hands.trigger(window, "train.epoch")
    step = hands.settle(window).step
    hands.trigger(window, "layer.add")
    assert hands.settle(window).step == step


def test_edits_in_quick_succession_all_arrive(running: Window) -> None:
    for units in range(1, 12):
        running.document.change(running.document.experiment.with_layer(0, units=units), "")
    assert hands.settle(running).plan.widths[1] == 11


# -- the end --------------------------------------------------------------------------------------


def test_training_stops_when_all_epochs_are_done(window: Window, qtbot: QtBot) -> None:
    hands.show(window, Experiment().with_value("training.epochs", 3))
    hands.trigger(window, "train.toggle")
    qtbot.waitUntil(lambda: not window.training.running)
    assert (hands.snapshot_of(window).epoch, window.toolbar.train.text()) == (3, "Train")


def test_the_status_says_how_to_go_on_when_all_epochs_are_done(window: Window) -> None:
    hands.show(window, Experiment().with_value("training.epochs", 1))
    hands.trigger(window, "train.epoch")
    hands.settle(window)
    assert "press Train for more" in " ".join(hands.words(window.statusBar()))


@pytest.mark.parametrize("command", ["train.toggle", "train.step", "train.epoch"])
def test_asking_for_more_than_all_epochs_offers_as_many_again(window: Window, command: str, qtbot: QtBot) -> None:
    hands.show(window, Experiment().with_value("training.epochs", 3))
    window.training.finish()
    hands.trigger(window, command)
    hands.settle(window)
    assert (window.banner.isHidden(), window.banner.remedy.text()) == (False, "Train to epoch 6")
    window.banner.remedy.click()
    qtbot.waitUntil(lambda: not window.training.running)
    assert (hands.snapshot_of(window).epoch, window.document.experiment.training.epochs) == (6, 6)
    assert window.banner.isHidden()


def test_as_many_epochs_are_offered_again_as_were_done_also_where_fewer_are_wanted_by_now(
    window: Window, qtbot: QtBot
) -> None:
    hands.show(window, Experiment().with_value("training.epochs", 4))
    window.training.finish()
    hands.type_into(hands.number_field(window, "epochs"), "2")
    hands.settle(window)
    hands.trigger(window, "train.toggle")
    assert window.banner.label.text().startswith("The run is over at epoch 4.")
    assert "over at epoch 4" in " ".join(hands.words(window.statusBar()))
    window.banner.remedy.click()
    qtbot.waitUntil(lambda: not window.training.running)
    assert hands.snapshot_of(window).epoch == 8


def test_no_more_epochs_are_offered_than_there_may_be(window: Window) -> None:
    hands.show(window, Experiment().with_value("training.epochs", 6_000_000))
    snapshot = replace(hands.settle(window), finished=True, epoch=6_000_000)
    window.training.snapshot = snapshot
    hands.trigger(window, "train.toggle")
    assert (window.banner.isHidden(), window.banner.remedy.isHidden()) == (False, True)


def test_more_epochs_let_a_finished_training_go_on(window: Window) -> None:
    hands.show(window, Experiment().with_value("training.epochs", 1))
    window.training.finish()
    hands.type_into(hands.number_field(window, "epochs"), "2")
    window.training.finish()
    assert hands.settle(window).epoch == 2


def test_the_last_frame_shows_the_last_snapshot_everywhere(window: Window, qtbot: QtBot) -> None:
    hands.show(window, Experiment().with_value("training.epochs", 30))
    hands.trigger(window, "train.toggle")
    qtbot.waitUntil(lambda: not window.training.running)
    x, _ = window.loss.plot.curves[0].getData()
    assert x[-1] == hands.snapshot_of(window).step


# -- divergence -----------------------------------------------------------------------------------

WILD = Experiment.model_validate({"training": {"optimizer": {"kind": "gradient_descent", "learning_rate": 1000.0}}})


@pytest.fixture
def diverged(window: Window, qtbot: QtBot) -> Window:
    """A window in which training ran away at a learning rate of 1000."""
    hands.show(window, WILD)
    hands.trigger(window, "train.toggle")
    qtbot.waitUntil(lambda: not window.training.running)
    return window


def test_a_diverged_training_stops(diverged: Window) -> None:
    assert hands.snapshot_of(diverged).diverged is not None


def test_the_banner_names_the_step_at_which_it_diverged(diverged: Window) -> None:
    divergence = hands.snapshot_of(diverged).diverged
    assert divergence is not None
    assert f"step {divergence.step}" in diverged.banner.label.text()


def test_the_banner_says_what_to_try(diverged: Window) -> None:
    assert (diverged.banner.isVisible(), "ten times smaller" in diverged.banner.label.text()) == (True, True)


def test_the_weights_stay_finite(diverged: Window) -> None:
    assert np.isfinite(hands.snapshot_of(diverged).parameters).all()


def test_the_remedy_divides_the_rate_by_ten(diverged: Window) -> None:
    QTest.mouseClick(diverged.banner.remedy, hands.LEFT)
    assert hands.settle(diverged).experiment.training.optimizer.learning_rate == 100.0


def test_the_remedy_resets(diverged: Window) -> None:
    QTest.mouseClick(diverged.banner.remedy, hands.LEFT)
    snapshot = hands.settle(diverged)
    assert (snapshot.step, snapshot.diverged, diverged.banner.isHidden()) == (0, None, True)


def test_the_remedy_can_be_undone(diverged: Window) -> None:
    QTest.mouseClick(diverged.banner.remedy, hands.LEFT)
    hands.settle(diverged)
    hands.trigger(diverged, "edit.undo")
    assert diverged.document.experiment == WILD


def test_after_a_divergence_the_window_still_trains_to_a_good_network(diverged: Window) -> None:
    QTest.mouseClick(diverged.banner.remedy, hands.LEFT)
    hands.type_into(hands.number_field(diverged, "learning_rate"), "0.1")
    diverged.training.finish()
    assert hands.snapshot_of(diverged).evaluation.train["accuracy"] > 0.9


def test_a_rate_of_1000_typed_while_training_is_survived(running: Window, qtbot: QtBot) -> None:
    running.document.change(LONG.with_value("training.optimizer", {"kind": "gradient_descent"}), "")
    hands.type_into(hands.number_field(running, "learning_rate"), "1000")
    qtbot.waitUntil(lambda: not running.training.running)
    assert np.isfinite(hands.settle(running).parameters).all()


def test_every_view_draws_a_diverged_network(diverged: Window) -> None:
    for row in ({"source": "diabetes"}, {"source": "wine"}, {"source": "sine"}):
        hands.show(diverged, Experiment.model_validate({**WILD.model_dump(), "data": {**row, "scale": "none"}}))
        diverged.training.finish()
        diverged.select(None)
        assert not diverged.grab().isNull()


# -- refusal --------------------------------------------------------------------------------------


def refuse_an_edit(window: Window) -> Snapshot:
    """Switches all columns off, one by one; the last one cannot be done without."""
    for name in ("petal length (cm)", "petal width (cm)"):
        QTest.mouseClick(hands.chips(window)[name], hands.LEFT)
        hands.settle(window)
    return hands.settle(window)


def test_a_refused_edit_shows_one_sentence(window: Window) -> None:
    refuse_an_edit(window)
    assert "switch on at least one" in window.banner.label.text()


def test_the_sentence_stays_until_it_has_been_read(window: Window) -> None:
    refuse_an_edit(window)
    assert window.banner.isVisible()


def test_a_refused_edit_leaves_the_document_as_it_was(window: Window) -> None:
    refuse_an_edit(window)
    assert window.document.experiment.data.features == ("petal width (cm)",)


def test_a_refused_edit_leaves_the_training_as_it_was(window: Window) -> None:
    snapshot = refuse_an_edit(window)
    assert (snapshot.data.names, snapshot.experiment == window.document.experiment) == (("petal width (cm)",), True)


def test_a_refused_edit_leaves_no_entry_to_undo(window: Window) -> None:
    refuse_an_edit(window)
    assert (len(window.document.undo_stack), bool(window.document.undo_stack.redo_text)) == (1, False)


def test_after_a_refused_edit_the_chips_show_what_is_on(window: Window) -> None:
    refuse_an_edit(window)
    assert [name for name, chip in hands.chips(window).items() if chip.isChecked()] == ["petal width (cm)"]


def test_after_a_refused_edit_training_works(window: Window) -> None:
    refuse_an_edit(window)
    hands.trigger(window, "train.step")
    assert hands.settle(window).step == 1


def test_a_network_too_large_for_the_memory_is_refused(window: Window) -> None:
    window.document.change(Experiment().with_layers((Dense(units=4096),) * 64), "")
    hands.settle(window)
    assert (window.document.experiment == Experiment(), window.banner.isVisible()) == (True, True)


# -- closing --------------------------------------------------------------------------------------

_CLOSE = """
import random, sys
from PySide6.QtCore import QTimer
from engine.experiment import Experiment
from gui.app import start
seed = int(sys.argv[1])
experiment = Experiment.model_validate({"data": {"source": ["spirals", "xor", "sine", "iris"][seed % 4]}})
experiment = experiment.with_value("training.epochs", 1_000_000)
application, window = start([], experiment, remember=False)
window.toolbar.speed.setValue(11)
window.training.toggle()
QTimer.singleShot(random.Random(seed).randrange(0, 600), window.close)
sys.exit(application.exec())
"""


def close_at_random(seed: int) -> tuple[int, str]:
    """Exit code and errors of a window that is closed at a random moment of its training."""
    command = [sys.executable, "-c", _CLOSE, str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    unexpected = [line for line in done.stderr.splitlines() if "propagateSizeHints" not in line]
    return done.returncode, "\n".join(unexpected)


def test_closing_at_a_random_moment_of_training_ends_cleanly() -> None:
    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(close_at_random, range(8))) == {(0, "")}


def test_closing_ends_the_training_thread(open_window: type[Window]) -> None:
    before = threading.active_count()
    window = open_window()
    window.training.toggle()
    window.close()
    assert threading.active_count() == before


def test_an_instant_can_be_fetched_while_training_goes_on(running: Window, qtbot: QtBot) -> None:
    window, fetched = running, list[Checkpoint | None]()
    qtbot.waitUntil(lambda: window.training.snapshot is not None and window.training.snapshot.step > 3)
    window.document.change(window.document.experiment.with_value("training.batch_size", 7), "Batch size")
    window.training.fetch(fetched.append)
    qtbot.waitUntil(lambda: bool(fetched))
    point = fetched[0]
    assert point is not None
    assert point.experiment.training.batch_size == 7
    assert point.state["step"] > 3
    assert window.training.running
