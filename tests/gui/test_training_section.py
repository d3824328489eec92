"""The training section: schedules with their curve, and what is folded away."""

from __future__ import annotations

import hands
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip

from engine.experiment import Experiment, TrainingSpec
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from gui.builder.fold import Fold
from gui.builder.training import FOLDS, TrainingSection
from gui.fields import ChoiceField, NumberField, ToggleField
from gui.forms import settings_of
from gui.window import Window

UNPAINTED = True

every_fold = pytest.mark.parametrize("title", FOLDS)
FOLDED = [(title, path) for title, names in FOLDS.items() for path, _, _ in settings_of(TrainingSpec, names)]


def section(window: Window) -> TrainingSection:
    """The training section of the builder."""
    return window.builder.training


def fold(window: Window, title: str) -> Fold:
    """A fold, closed."""
    found = section(window).folds[title]
    if found.header.isChecked():
        found.header.click()
    return found


def training(window: Window) -> TrainingSpec:
    """How the network of the document is trained."""
    return window.document.experiment.training


# -- kinds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SCHEDULES)
def test_a_schedule_is_chosen_with_settings_of_its_own(window: Window, kind: str) -> None:
    hands.choose(section(window).schedule.choice, kind)
    hands.settle(window)
    form = section(window).schedule.form
    assert (training(window).schedule.kind, list(form.fields)) == (kind, list(SCHEDULES[kind].settings()))


@pytest.mark.parametrize("kind", SCHEDULES)
def test_only_the_settings_of_the_chosen_schedule_are_in_sight(window: Window, kind: str) -> None:
    hands.choose(section(window).schedule.choice, kind)
    hands.settle(window)
    assert [k for k, form in section(window).schedule.forms.items() if form.isVisible()] == [kind]


@pytest.mark.parametrize("kind", SCHEDULES)
def test_a_schedule_explains_itself(window: Window, kind: str) -> None:
    hands.choose(section(window).schedule.choice, kind)
    cls = SCHEDULES[kind]
    assert section(window).schedule.choice.toolTip() == f"{cls.about}\n{cls.formula}"


@pytest.mark.parametrize(("which", "kinds"), [("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)])
def test_every_choice_in_the_open_list_has_a_tooltip(window: Window, which: str, kinds: dict[str, type]) -> None:
    choice = getattr(section(window), which).choice
    tips = [choice.itemData(i, Qt.ItemDataRole.ToolTipRole) for i in range(choice.count())]
    assert [tip.split("\n")[0] for tip in tips] == [cls.about for cls in kinds.values()]


def test_a_setting_of_a_schedule_is_one_edit_that_can_be_undone(window: Window) -> None:
    hands.choose(section(window).schedule.choice, "step")
    window.document.undo_stack.clear()
    hands.type_into(section(window).schedule.form.fields["every"], "10")
    name, value = window.document.undo_stack.undo_text, training(window).schedule
    hands.trigger(window, "edit.undo")
    assert (name, value, training(window).schedule) == ("Every", SCHEDULES["step"](every=10.0), SCHEDULES["step"]())


def test_the_line_search_of_lbfgs_is_a_switch(window: Window) -> None:
    hands.choose(section(window).optimizer.choice, "lbfgs")
    field = section(window).optimizer.form.fields["line_search"]
    assert isinstance(field, ToggleField)
    before = field.isChecked()
    QTest.mouseClick(field, hands.LEFT)
    assert training(window).optimizer.line_search is not before


# -- the curve ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SCHEDULES)
def test_the_curve_is_the_factor_of_the_schedule_over_the_run(window: Window, kind: str) -> None:
    hands.choose(section(window).schedule.choice, kind)
    schedule, epochs, curve = training(window).schedule, training(window).epochs, section(window).curve
    at = np.linspace(0.0, epochs, len(curve.factors))
    assert curve.factors == (() if schedule.watches else tuple(schedule.factor(float(t), epochs) for t in at))


@pytest.mark.parametrize("kind", SCHEDULES)
def test_there_is_a_curve_for_every_schedule_but_a_constant_one(window: Window, kind: str) -> None:
    hands.choose(section(window).schedule.choice, kind)
    assert section(window).curve.isVisibleTo(window) == (kind != "constant")


def test_a_constant_rate_with_a_warm_up_has_a_curve(window: Window) -> None:
    hands.type_into(section(window).schedule.form.fields["warmup"], "5")
    assert section(window).curve.isVisibleTo(window)


def test_a_schedule_that_watches_the_loss_says_so_instead_of_a_curve(window: Window) -> None:
    hands.choose(section(window).schedule.choice, "plateau")
    assert "follows the loss" in section(window).curve.words


def test_the_curve_says_the_rates_between_which_it_runs(window: Window) -> None:
    hands.choose(section(window).schedule.choice, "polynomial")
    assert section(window).curve.words == "rate 0.01 → 0"


def test_the_curve_says_the_rate_under_the_pointer(window: Window) -> None:
    hands.choose(section(window).schedule.choice, "polynomial")
    hands.settle(window)
    curve = section(window).curve
    hands.hover(curve, QPointF(curve.width() / 2, 12))
    assert QToolTip.text() == "epoch 50: rate 0.005"


def test_the_curve_follows_the_learning_rate(window: Window) -> None:
    hands.choose(section(window).schedule.choice, "polynomial")
    hands.type_into(hands.number_field(window, "learning_rate"), "0.5")
    assert section(window).curve.words == "rate 0.5 → 0"


@pytest.mark.parametrize("kind", SCHEDULES)
def test_the_curve_is_painted(window: Window, kind: str) -> None:
    hands.show(window, Experiment.model_validate({"training": {"schedule": {"kind": kind, "warmup": 3}}}))
    window.setUpdatesEnabled(True)
    hands.events()
    assert not section(window).curve.grab().isNull()


# -- the folds ------------------------------------------------------------------------------------


@every_fold
def test_a_fold_is_closed_at_first(window: Window, title: str) -> None:
    assert not fold(window, title).content.isVisible()


@every_fold
def test_a_fold_opens_and_closes_by_a_click(window: Window, title: str) -> None:
    found, seen = fold(window, title), []
    for _ in range(2):
        QTest.mouseClick(found.header, hands.LEFT)
        seen.append(found.content.isVisibleTo(window))
    assert seen == [True, False]


@every_fold
@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_fold_opens_by_the_keyboard(window: Window, title: str, key: Qt.Key) -> None:
    found = fold(window, title)
    found.header.setFocus()
    QTest.keyClick(found.header, key)
    assert (found.content.isVisibleTo(window), window.training.running) == (True, False)


@every_fold
def test_a_fold_says_whether_it_is_open(window: Window, title: str) -> None:
    found = fold(window, title)
    found.header.click()
    assert found.header.accessibleName().startswith(f"{title}, open")


@pytest.mark.parametrize(("title", "path"), FOLDED)
def test_every_setting_in_a_fold_can_be_set_by_hand_and_taken_back(window: Window, title: str, path: str) -> None:
    if "." in path:
        # The first setting of a part is its switch.
        switched_on = {"early_stopping": {"patience": 3}, "stop_at": {"metric": "accuracy"}}
        hands.show(window, Experiment.model_validate({"training": switched_on}))
    window.document.undo_stack.clear()
    fold(window, title).header.click()
    before, field = window.document.experiment, section(window).folded_forms[title].fields[path]
    if isinstance(field, ChoiceField):
        # The last goals of all make no sense for classes.
        hands.choose(field, field.itemData(1))
    elif isinstance(field, ToggleField):
        QTest.mouseClick(field, hands.LEFT)
    else:
        assert isinstance(field, NumberField)
        hands.type_into(field, "0.5" if not isinstance(field.value, int) else "7")
    hands.settle(window)
    changed, entries = window.document.experiment != before, len(window.document.undo_stack)
    hands.trigger(window, "edit.undo")
    hands.settle(window)
    assert (changed, entries, window.document.experiment) == (True, 1, before)


def test_the_header_of_a_fold_says_what_is_switched_on(window: Window) -> None:
    hands.show(window, Experiment.model_validate({"training": {"l2": 0.001, "clip_norm": 1}}))
    notes = {title: found.header.note for title, found in section(window).folds.items()}
    assert notes == {"Regularization": "L2 0.001 · clip norm 1", "Stopping": ""}


def test_the_settings_of_early_stopping_show_when_it_is_switched_on(window: Window) -> None:
    fold(window, "Stopping").header.click()
    fields, seen = section(window).folded_forms["Stopping"].fields, []
    for patience in ("0", "5"):
        hands.type_into(fields["early_stopping.patience"], patience)
        hands.settle(window)
        seen.append(fields["early_stopping.restore_best"].isVisibleTo(window))
    assert seen == [False, True]


def test_the_delta_of_huber_shows_with_it(window: Window) -> None:
    hands.show(window, Experiment.model_validate({"data": {"source": "diabetes"}}))
    field, seen = section(window).loss_form.fields["huber_delta"], []
    for loss in ("mean_squared_error", "huber"):
        hands.choose(section(window).loss_form.fields["loss"], loss)
        seen.append(field.isVisibleTo(window))
    assert seen == [False, True]


# -- a run that ends early ------------------------------------------------------------------------

ENDINGS = {
    "Stopped early": {"early_stopping": {"patience": 3}},
    "The goal is reached": {"stop_at": {"metric": "accuracy", "value": 0.8}},
    "The time limit": {"max_seconds": 0.001, "epochs": 100_000},
}


@pytest.fixture(params=ENDINGS)
def ended(window: Window, request: pytest.FixtureRequest) -> tuple[Window, str]:
    """A window whose run has ended early, and what it is to say."""
    hands.show(window, Experiment.model_validate({"training": ENDINGS[request.param]}))
    window.training.finish()
    return window, request.param


def test_the_status_bar_says_why_a_run_ended_early(ended: tuple[Window, str]) -> None:
    window, words = ended
    assert window.status.state.text().startswith(words)


def test_the_banner_says_why_a_run_ended_early_without_alarm(ended: tuple[Window, str]) -> None:
    window, words = ended
    said = (window.banner.label.text().startswith(words), window.banner.property("tone"))
    assert (window.banner.isHidden(), *said) == (False, True, "note")


def test_the_banner_closed_by_hand_stays_closed(ended: tuple[Window, str]) -> None:
    window, _ = ended
    window.banner.hide()
    window.trace_row(5)
    hands.settle(window)
    assert window.banner.isHidden()


def test_training_on_says_again_that_the_run_has_ended(ended: tuple[Window, str]) -> None:
    window, words = ended
    window.banner.hide()
    hands.trigger(window, "train.toggle")
    hands.settle(window)
    assert (window.banner.isHidden(), window.training.running) == (False, False)
    assert window.banner.label.text().startswith(words)


def test_a_reset_takes_the_banner_away(ended: tuple[Window, str]) -> None:
    window, _ = ended
    hands.trigger(window, "train.reset")
    assert (hands.settle(window).step, window.banner.isHidden()) == (0, True)


def test_after_a_divergence_the_banner_is_a_warning_again(ended: tuple[Window, str]) -> None:
    window, _ = ended
    window.banner.say("Something went wrong.")
    assert window.banner.property("tone") == "warning"


# -- the switch -----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_switch_is_worked_by_the_keyboard(window: Window, key: Qt.Key) -> None:
    hands.select_layer(window, 0)
    field = window.builder.cards.cards[0].form.fields["bias"]
    field.setFocus()
    QTest.keyClick(field, key)
    assert (window.document.experiment.network.layers[0].bias, window.training.running) == (False, False)


def test_a_switch_shows_its_value_and_is_painted_either_way(window: Window) -> None:
    hands.select_layer(window, 0)
    field = window.builder.cards.cards[0].form.fields["bias"]
    window.setUpdatesEnabled(True)
    pictures = []
    for value in (True, False):
        field.show_value(value)
        pictures.append(field.grab().toImage())
    assert pictures[0] != pictures[1]
