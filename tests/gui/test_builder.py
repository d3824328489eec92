"""The builder: everything that can be set, set by hand, undone and redone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hands
import pytest
import tables
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget, QToolButton

from engine.data.sources import SOURCES
from engine.experiment import Dense, Experiment
from engine.optimizers import OPTIMIZERS
from gui import theme
from gui.builder.cards import LayerCard
from gui.selection import Unit
from gui.window import Window

UNPAINTED = True

FIRST = Experiment()


def open_card(window: Window, index: int) -> LayerCard:
    """Presses the card of a layer (-1: the output), so that its settings show."""
    cards = window.builder.cards
    card = cards.output if index == -1 else cards.cards[index]
    if hands.open_layer(window) != index:
        QTest.mouseClick(card, hands.LEFT, pos=QPointF(60, 12).toPoint())
    hands.events()
    return card


def tool(card: LayerCard, name: str, place: int = 0) -> QToolButton:
    """A small button of a card: "move" (0 up, 1 down) or "remove"."""
    return card.findChildren(QToolButton, name)[place]


def press_stepper(window: Window) -> None:
    stepper = window.builder.cards.cards[0].stepper
    assert stepper is not None
    QTest.mouseClick(stepper.plus, hands.LEFT)


def type_units(window: Window) -> None:
    stepper = window.builder.cards.cards[1].stepper
    assert stepper is not None
    hands.type_into(stepper.field, "5")


def pick_optimizer(window: Window) -> None:
    hands.choose(window.builder.training.optimizer.choice, "momentum")


def pick_table(window: Window) -> None:
    hands.choose(window.builder.source, "wine")


def drag_card(window: Window) -> None:
    window.document.change(FIRST.with_layers((Dense(units=3), Dense(units=4), Dense(units=5))), "")
    window.document.undo_stack.clear()
    hands.settle(window)
    cards = window.builder.cards.cards
    below = cards[2].mapTo(cards[2].parentWidget(), cards[2].rect().center()).y()
    hands.drag(cards[0], QPointF(8, 20), QPointF(0, below - cards[0].geometry().top() - 20))


def click_column(window: Window) -> None:
    QTest.mouseClick(hands.chips(window)["sepal length (cm)"], hands.LEFT)


def choose_in_card(index: int, name: str, key: str) -> Callable[[Window], None]:
    def act(window: Window) -> None:
        hands.choose(open_card(window, index).form.fields[name], key)

    return act


def type_in(name: str, text: str) -> Callable[[Window], None]:
    def act(window: Window) -> None:
        hands.type_into(hands.number_field(window, name), text)

    return act


def pick_loss(window: Window) -> None:
    hands.choose(window.builder.training.loss_form.fields["loss"], "categorical_cross_entropy")


def pick_scale(window: Window) -> None:
    hands.choose(window.builder.data_form.fields["scale"], "minmax")


def add_kind(window: Window, kind: str) -> None:
    """Opens the menu under "+ Add layer" and clicks a kind."""
    QTest.mouseClick(window.builder.add_button, hands.LEFT)
    menu = window.builder.kinds_menu
    action = next(action for action in menu.actions() if action.data() == kind)
    QTest.mouseClick(menu, hands.LEFT, pos=menu.actionGeometry(action).center())


def add(window: Window) -> None:
    add_kind(window, "dense")


def remove(window: Window) -> None:
    QTest.mouseClick(tool(open_card(window, 0), "remove"), hands.LEFT)


def move_down(window: Window) -> None:
    window.document.change(FIRST.with_layers((Dense(units=3), Dense(units=4))), "")
    window.document.undo_stack.clear()
    hands.settle(window)
    QTest.mouseClick(tool(open_card(window, 0), "move", 1), hands.LEFT)


def move_up(window: Window) -> None:
    window.document.change(FIRST.with_layers((Dense(units=3), Dense(units=4))), "")
    window.document.undo_stack.clear()
    hands.settle(window)
    QTest.mouseClick(tool(open_card(window, 1), "move", 0), hands.LEFT)


def value_at(experiment: Experiment, path: str) -> Any:
    """What stands at a path of an experiment."""
    part: Any = experiment
    for name in path.split("."):
        part = part[int(name)] if name.isdigit() else getattr(part, name)
    return part


# name: (what the hands do, where it shows, what stands there then)
EDITS: dict[str, tuple[Callable[[Window], None], str, Any]] = {
    "units by the stepper": (press_stepper, "network.layers.0.units", 9),
    "units by typing": (type_units, "network.layers.1.units", 5),
    "activation": (choose_in_card(0, "activation", "relu"), "network.layers.0.activation", "relu"),
    "initializer": (choose_in_card(1, "initializer", "zeros"), "network.layers.1.initializer", "zeros"),
    "output activation": (choose_in_card(-1, "activation", "sigmoid"), "network.output.activation", "sigmoid"),
    "output initializer": (choose_in_card(-1, "initializer", "zeros"), "network.output.initializer", "zeros"),
    "loss": (pick_loss, "training.loss", "categorical_cross_entropy"),
    "optimizer": (pick_optimizer, "training.optimizer.kind", "momentum"),
    "learning rate": (type_in("learning_rate", "0.05"), "training.optimizer.learning_rate", 0.05),
    "beta 1": (type_in("beta1", "0.8"), "training.optimizer.beta1", 0.8),
    "beta 2": (type_in("beta2", "0.99"), "training.optimizer.beta2", 0.99),
    "epsilon": (type_in("epsilon", "1e-6"), "training.optimizer.epsilon", 1e-6),
    "batch size": (type_in("batch_size", "16"), "training.batch_size", 16),
    "epochs": (type_in("epochs", "1.000"), "training.epochs", 1000),
    "test share": (type_in("test_fraction", "0,25"), "data.test_fraction", 0.25),
    "scaling": (pick_scale, "data.scale", "minmax"),
    "table": (pick_table, "data.source", "wine"),
    "column": (click_column, "data.features", ("sepal length (cm)", "petal length (cm)", "petal width (cm)")),
}
every_edit = pytest.mark.parametrize("edit", EDITS)


@dataclass(frozen=True)
class Played:
    """What came of an edit by hand: entries of the undo stack, and the experiments before, after, undone, redone."""

    entries: int
    before: Experiment
    after: Experiment
    trained: Experiment
    undone: Experiment
    redone: Experiment


_played: dict[str, Played] = {}


@pytest.fixture
def played(shared_window: Window, edit: str) -> Played:
    """Makes an edit by hand, takes it back and makes it again; once for all the tests that look at it."""
    if edit not in _played:
        window = shared_window
        hands.as_new(window)
        before = window.document.experiment
        EDITS[edit][0](window)
        entries, trained, after = len(window.document.undo_stack), hands.settle(window), window.document.experiment
        seen = []
        for name in ("edit.undo", "edit.redo"):
            hands.trigger(window, name)
            hands.settle(window)
            seen.append(window.document.experiment)
        _played[edit] = Played(entries, before, after, trained.experiment, *seen)
    return _played[edit]


@every_edit
def test_an_edit_by_hand_is_one_entry_of_the_undo_stack(played: Played) -> None:
    assert played.entries == 1


@every_edit
def test_an_edit_by_hand_changes_the_experiment_at_its_place(played: Played, edit: str) -> None:
    _, path, value = EDITS[edit]
    assert value_at(played.after, path) == value


@every_edit
def test_an_edit_reaches_the_training_thread(played: Played) -> None:
    assert played.trained == played.after


@every_edit
def test_an_edit_is_undone_and_redone_to_equality(played: Played) -> None:
    assert (played.undone, played.redone) == (played.before, played.after)


@pytest.mark.parametrize(
    ("act", "units"),
    [(add, [8, 8, 8]), (remove, [8]), (move_down, [4, 3]), (move_up, [4, 3]), (drag_card, [4, 5, 3])],
    ids=["add", "remove", "move down", "move up", "drag"],
)
def test_layers_are_added_removed_and_put_in_order_by_hand(
    window: Window, act: Callable[[Window], None], units: list[int]
) -> None:
    act(window)
    hands.settle(window)
    assert [layer.units for layer in window.document.experiment.network.layers] == units


@pytest.mark.parametrize("act", [add, remove, move_down, move_up, drag_card])
def test_a_change_of_the_layers_is_undone_and_redone(window: Window, act: Callable[[Window], None]) -> None:
    act(window)
    after = window.document.experiment
    hands.trigger(window, "edit.undo")
    undone = window.document.experiment
    hands.trigger(window, "edit.redo")
    hands.settle(window)
    assert (undone == after, window.document.experiment == after) == (False, True)


def test_the_topmost_layer_cannot_move_further_up(window: Window) -> None:
    QTest.mouseClick(tool(open_card(window, 0), "move", 0), hands.LEFT)
    assert len(window.document.undo_stack) == 0


def test_the_last_layer_can_be_removed(window: Window) -> None:
    for _ in range(2):
        remove(window)
        hands.settle(window)
    assert hands.snapshot_of(window).plan.widths == (2, 3)


def test_a_layer_can_be_added_to_none(window: Window) -> None:
    hands.show(window, FIRST.with_layers(()))
    add(window)
    assert hands.settle(window).plan.widths == (2, 8, 3)


def test_no_more_than_the_most_layers_are_added(window: Window) -> None:
    hands.show(window, FIRST.with_layers((Dense(units=1),) * 64))
    add(window)
    assert len(window.document.experiment.network.layers) == 64


def test_there_is_a_card_for_every_layer(window: Window) -> None:
    add(window)
    assert len(window.builder.cards.cards) == 3


def test_a_card_opens_and_closes_when_pressed(window: Window) -> None:
    seen = []
    for _ in range(2):
        QTest.mouseClick(window.builder.cards.cards[0], hands.LEFT, pos=QPointF(60, 12).toPoint())
        seen.append(window.builder.cards.cards[0].form.isVisible())
    assert seen == [True, False]


def test_a_moved_layer_stays_open(window: Window) -> None:
    move_down(window)
    assert hands.open_layer(window) == 1


def test_a_moved_layer_stays_selected_in_the_diagram(window: Window) -> None:
    move_down(window)
    hands.settle(window)
    assert "hidden 2" in " ".join(hands.words(window.inspector.title))


def test_a_removed_layer_is_selected_no_more(window: Window) -> None:
    remove(window)
    hands.settle(window)
    assert "Click a unit" in " ".join(hands.words(window.inspector))


def test_the_negative_slope_appears_with_the_leaky_relu(window: Window) -> None:
    card = open_card(window, 0)
    before = card.form.fields["negative_slope"].isVisible()
    hands.choose(card.form.fields["activation"], "leaky_relu")
    hands.settle(window)
    assert (before, card.form.fields["negative_slope"].isVisible()) == (False, True)


def test_the_negative_slope_can_be_set(window: Window) -> None:
    hands.choose(open_card(window, 0).form.fields["activation"], "leaky_relu")
    hands.type_into(window.builder.cards.cards[0].form.fields["negative_slope"], "0.2")
    assert window.document.experiment.network.layers[0].negative_slope == 0.2


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_an_optimizer_brings_its_own_settings(window: Window, kind: str) -> None:
    hands.choose(window.builder.training.optimizer.choice, kind)
    hands.settle(window)
    forms = window.builder.training.optimizer.forms
    assert [k for k, form in forms.items() if form.isVisible()] == [kind]


def test_choosing_the_same_optimizer_keeps_its_settings(window: Window) -> None:
    hands.type_into(hands.number_field(window, "learning_rate"), "0.5")
    hands.choose(window.builder.training.optimizer.choice, "adam")
    assert window.document.experiment.training.optimizer.learning_rate == 0.5


def test_choosing_the_same_table_keeps_its_columns(window: Window) -> None:
    click_column(window)
    hands.settle(window)
    hands.choose(window.builder.source, "iris")
    assert len(window.document.experiment.data.features or ()) == 3


@pytest.mark.parametrize("source", [source.key for source in SOURCES])
def test_every_table_can_be_chosen_and_trained_on(window: Window, source: str) -> None:
    hands.choose(window.builder.source, source)
    hands.settle(window)
    hands.trigger(window, "train.step")
    assert (hands.settle(window).step, window.banner.isHidden()) == (1, True)


def test_the_settings_of_a_generator_show_with_it(window: Window) -> None:
    hands.choose(window.builder.source, "spirals")
    assert all(window.builder.data_form.fields[name].isVisible() for name in ("samples", "noise", "classes"))


def test_the_settings_of_a_generator_are_hidden_for_real_data(window: Window) -> None:
    assert not any(window.builder.data_form.fields[name].isVisible() for name in ("samples", "noise", "classes"))


def test_both_seeds_can_be_set(window: Window) -> None:
    for form in (window.builder.data_form, window.builder.training.rest_form):
        hands.type_into(form.fields["seed"], "7")
    experiment = window.document.experiment
    assert (experiment.data.seed, experiment.training.seed) == (7, 7)


def test_a_chip_says_whether_its_column_is_an_input(window: Window) -> None:
    on = {name for name, chip in hands.chips(window).items() if chip.isChecked()}
    assert on == set(FIRST.data.features or ())


def test_columns_keep_the_order_of_the_table(window: Window) -> None:
    click_column(window)
    assert hands.settle(window).data.names == ("sepal length (cm)", "petal length (cm)", "petal width (cm)")


def test_two_chips_pressed_quickly_are_both_switched_on(window: Window) -> None:
    for name in ("sepal length (cm)", "sepal width (cm)"):
        QTest.mouseClick(hands.chips(window)[name], hands.LEFT)
    hands.settle(window)
    assert len(window.document.experiment.data.features or ()) == 4


def test_many_columns_are_chosen_in_a_list(window: Window) -> None:
    hands.choose(window.builder.source, "wine")
    hands.settle(window)
    columns = window.builder.columns.findChildren(QListWidget)
    columns[0].item(0).setCheckState(Qt.CheckState.Unchecked)
    assert len(hands.settle(window).data.names) == 12


def test_the_summary_says_how_many_rows_are_in_each_part(window: Window) -> None:
    assert "105 training · 45 test" in hands.words(window.builder)


def test_thousands_of_rows_are_written_as_everywhere_else(window: Window) -> None:
    hands.choose(window.builder.source, "digits")
    hands.settle(window)
    rows = [len(part) for part in (hands.snapshot_of(window).data.x_train, hands.snapshot_of(window).data.x_test)]
    assert f"{rows[0]:,} training · {rows[1]} test" in hands.words(window.builder)
    assert rows[0] > 1000


def test_the_card_of_the_output_says_its_width_and_activation(window: Window) -> None:
    shown = hands.words(window.builder.cards.output)
    assert ("3" in shown, any(text.startswith("softmax") for text in shown)) == (True, True)


def test_the_card_of_the_output_keeps_its_words_after_another_edit(window: Window) -> None:
    before = hands.words(window.builder.cards.output)
    hands.type_into(hands.number_field(window, "learning_rate"), "0.5")
    hands.settle(window)
    assert hands.words(window.builder.cards.output) == before


def test_an_automatic_output_says_the_activation_that_suits_the_new_data(window: Window) -> None:
    hands.choose(window.builder.source, "diabetes")
    hands.settle(window)
    assert "1" in hands.words(window.builder.cards.output)


def test_undo_is_greyed_out_when_there_is_nothing_to_undo(window: Window) -> None:
    assert not window.actions_by_id["edit.undo"].isEnabled()


def test_undo_says_what_it_would_take_back(window: Window) -> None:
    hands.type_into(hands.number_field(window, "batch_size"), "8")
    assert window.actions_by_id["edit.undo"].text() == "Undo Batch size"


def test_the_title_of_the_window_names_the_table(window: Window) -> None:
    hands.choose(window.builder.source, "wine")
    assert "Wine" in window.windowTitle()


@pytest.mark.parametrize("balance", ["none", "undersample", "oversample"])
def test_nothing_of_what_disturbs_pushes_the_builder_out_of_its_panel(window: Window, balance: str) -> None:
    experiment = window.document.experiment
    hands.show(window, experiment.edited(data=experiment.data.edited(balance=balance)))
    window.builder.data.disturbing_fold.header.setChecked(True)
    hands.events()
    assert window.builder.widget().width() == window.builder.viewport().width()
    window.builder.data.disturbing_fold.header.setChecked(False)


def test_the_long_name_of_a_file_does_not_push_the_builder_out_of_its_panel(window: Window, tmp_path: Path) -> None:
    name = "quarterly measurements of the northern plant, 2024, final, version 2.csv"
    tables.open_file(window, tables.write(tmp_path, name))
    tables.use(window)
    assert window.builder.widget().width() == window.builder.viewport().width()
    assert window.builder.source.currentText().endswith(".csv")
    assert name in window.builder.source.toolTip()


@pytest.mark.parametrize(("source", "classes"), [("moons", True), ("sine", False)])
def test_only_classes_can_be_balanced(window: Window, source: str, classes: bool) -> None:
    experiment = window.document.experiment
    hands.show(window, experiment.edited(data=experiment.data.edited(source=source)))
    assert window.builder.disturbing.fields["balance"].isHidden() is not classes


def test_the_list_of_many_inputs_has_ticks_of_the_window(window: Window) -> None:
    experiment = window.document.experiment
    hands.show(window, experiment.edited(data=experiment.data.edited(source="wine", features=("alcohol",))))
    inputs = window.builder.columns.findChild(QListWidget, "inputs")
    inputs.resize(inputs.minimumSize())
    picture = inputs.grab().toImage()
    rows = [inputs.visualItemRect(inputs.item(i)).translated(inputs.viewport().pos()) for i in range(2)]
    colours = [
        {picture.pixelColor(x, y).name() for x in range(4, 24) for y in range(r.top(), r.bottom())} for r in rows
    ]
    assert [theme.THEMES["light"].accent.lower() in found for found in colours] == [True, False]


def test_one_command_leaves_logistic_regression_and_one_brings_all_back(window: Window) -> None:
    entry = window.builder.kinds_menu.actions()[-1]
    window.select(Unit(1, 0))
    entry.trigger()
    plan = hands.settle(window).plan
    assert ([layer.name for layer in plan.layers], plan.layers[0].activation.key) == (["output"], "softmax")
    assert (entry.isEnabled(), entry.toolTip().splitlines()[-1]) == (False, "There is none")
    hands.trigger(window, "edit.undo")
    hands.settle(window)
    assert (window.document.experiment, entry.isEnabled()) == (Experiment(), True)
