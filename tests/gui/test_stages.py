"""Layers that are not dense: added, set, moved and removed by hand, and seen between the columns of the diagram."""

from __future__ import annotations

import hands
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QToolTip

from engine.experiment import Dense, Experiment
from engine.layers import LAYERS, BatchNorm, Dropout, LayerNorm, Stage
from gui import edits
from gui.builder.cards import LayerCard
from gui.fields import ToggleField
from gui.selection import Selection, StageAt, Unit, Weight, layer_name, place_of, selection_at, stage_name
from gui.window import Window

UNPAINTED = True

STAGES = [kind for kind, cls in LAYERS.items() if issubclass(cls, Stage)]
every_stage = pytest.mark.parametrize("kind", STAGES)
# Places: 0 hidden 1, 1 dropout, 2 batch norm, 3 hidden 2, 4 layer norm; the output is -1.
MIXED = Experiment().with_layers((Dense(units=3), Dropout(), BatchNorm(), Dense(units=4), LayerNorm()))


@pytest.fixture
def mixed(window: Window) -> Window:
    """A window with stages among its layers."""
    hands.show(window, MIXED)
    window.document.undo_stack.clear()
    return window


def kinds(window: Window) -> list[str]:
    """The kinds of the hidden layers, in order."""
    return [layer.kind for layer in window.document.experiment.network.layers]


def add(window: Window, kind: str) -> None:
    """Opens the menu under "+ Add layer" and clicks a kind."""
    QTest.mouseClick(window.builder.add_button, hands.LEFT)
    menu = window.builder.kinds_menu
    action = next(action for action in menu.actions() if action.data() == kind)
    QTest.mouseClick(menu, hands.LEFT, pos=menu.actionGeometry(action).center())
    hands.settle(window)


def press_card(window: Window, place: int) -> LayerCard:
    """Clicks the card of the layer at a place."""
    card = window.builder.cards.cards[place]
    QTest.mouseClick(card, hands.LEFT, pos=QPointF(60, 12).toPoint())
    hands.settle(window)
    return window.builder.cards.cards[place]


def tool(card: LayerCard, name: str, number: int = 0) -> QToolButton:
    """A small button of an open card: "move" (0 up, 1 down) or "remove"."""
    return card.findChildren(QToolButton, name)[number]


# -- adding ---------------------------------------------------------------------------------------


def test_the_menu_offers_every_kind_of_layer_the_dense_one_first(window: Window) -> None:
    offered = [action.data() for action in window.builder.kinds_menu.actions() if action.data()]
    assert (offered, offered[0]) == (list(LAYERS), "dense")


@pytest.mark.parametrize("kind", LAYERS)
def test_the_menu_says_of_every_kind_what_it_is(window: Window, kind: str) -> None:
    action = next(action for action in window.builder.kinds_menu.actions() if action.data() == kind)
    cls = LAYERS[kind]
    assert (action.text(), cls.about in action.toolTip(), cls.formula in action.toolTip()) == (cls.label, True, True)


def test_the_menu_is_opened_and_used_by_the_keyboard(window: Window) -> None:
    window.builder.add_button.setFocus()
    QTest.keyClick(window.builder.add_button, Qt.Key.Key_Space)
    menu = window.builder.kinds_menu
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert kinds(window) == ["dense", "dense", "dropout"]


@every_stage
def test_a_stage_is_added_before_the_output_when_no_layer_is_open(window: Window, kind: str) -> None:
    add(window, kind)
    assert kinds(window) == ["dense", "dense", kind]


@every_stage
def test_a_stage_is_added_after_the_layer_that_is_open(window: Window, kind: str) -> None:
    press_card(window, 0)
    add(window, kind)
    assert kinds(window) == ["dense", kind, "dense"]


def test_a_stage_is_added_before_the_output_when_the_output_is_open(window: Window) -> None:
    hands.select_layer(window, -1)
    add(window, "dropout")
    assert kinds(window) == ["dense", "dense", "dropout"]


@every_stage
def test_adding_a_stage_is_one_edit_that_is_undone_and_redone(window: Window, kind: str) -> None:
    add(window, kind)
    entries, seen = len(window.document.undo_stack), []
    for name in ("edit.undo", "edit.redo"):
        hands.trigger(window, name)
        hands.settle(window)
        seen.append(kinds(window))
    assert (entries, seen) == (1, [["dense"] * 2, ["dense", "dense", kind]])


@every_stage
def test_there_is_a_command_that_adds_a_stage(window: Window, kind: str) -> None:
    hands.trigger(window, f"layer.add_{kind}")
    hands.settle(window)
    assert kinds(window) == ["dense", "dense", kind]


@every_stage
def test_a_network_with_a_stage_trains(window: Window, kind: str) -> None:
    add(window, kind)
    hands.trigger(window, "train.step")
    assert (hands.settle(window).step, window.banner.isHidden()) == (1, True)


def test_no_stage_is_added_beyond_the_most_layers(window: Window) -> None:
    hands.show(window, Experiment().with_layers((Dense(units=1),) * 64))
    add(window, "dropout")
    assert len(kinds(window)) == 64


def test_a_dense_layer_is_added_like_the_last_dense_one_but_not_frozen(window: Window) -> None:
    hands.show(window, Experiment().with_layers((Dense(units=3, trainable=False, frozen_units=(1,)), Dropout())))
    add(window, "dense")
    assert window.document.experiment.network.layers[-1] == Dense(units=3)


# -- cards ----------------------------------------------------------------------------------------


@every_stage
def test_the_card_of_a_stage_is_a_single_line_with_its_name(window: Window, kind: str) -> None:
    add(window, kind)
    dense, stage = window.builder.cards.cards[0], window.builder.cards.cards[2]
    said = [text for text in hands.words(stage) if text != "⋮⋮"]
    # A proper name in it keeps its capital.
    assert (said[0].lower(), stage.sizeHint().height() < dense.sizeHint().height()) == (
        LAYERS[kind].label.lower(),
        True,
    )


@pytest.mark.parametrize(
    ("layer", "detail", "name"),
    [
        (Dropout(), "0.2", "dropout 0.2"),
        (LAYERS["gaussian_noise"].model_validate({"kind": "gaussian_noise", "deviation": 0.5}), "0.5",
         "gaussian noise 0.5"),
        (BatchNorm(), "", "batch norm"),
        (LayerNorm(activation="relu"), "ReLU", "layer norm ReLU"),
    ],
)  # fmt: skip
def test_a_stage_is_called_by_its_kind_and_its_first_setting(
    window: Window, layer: Stage, detail: str, name: str
) -> None:
    hands.show(window, Experiment().with_layers((layer,)))
    assert (window.builder.cards.cards[0].width_label.text(), stage_name(layer)) == (detail, name)


@every_stage
def test_the_card_of_a_stage_opens_into_the_form_of_its_settings(window: Window, kind: str) -> None:
    add(window, kind)
    card = press_card(window, 2)
    assert (card.form.isVisible(), list(card.form.fields)) == (True, list(LAYERS[kind].settings()))


def test_the_drop_probability_is_set_in_the_card(mixed: Window) -> None:
    card = press_card(mixed, 1)
    hands.type_into(card.form.fields["drop_probability"], "0,35")
    hands.settle(mixed)
    assert (mixed.document.experiment.network.layers[1], card.width_label.text()) == (
        Dropout(drop_probability=0.35),
        "0.35",
    )


def test_an_edit_of_a_stage_is_named_after_it(mixed: Window) -> None:
    hands.type_into(press_card(mixed, 1).form.fields["drop_probability"], "0.5")
    assert mixed.document.undo_stack.undo_text == "dropout: drop probability"


def test_dense_layers_are_numbered_without_the_stages(mixed: Window) -> None:
    assert [layer_name(MIXED.network, place) for place in (0, 3, -1)] == ["hidden 1", "hidden 2", "output"]
    assert "hidden 2" in hands.words(mixed.builder.cards.cards[3])


def test_the_stepper_of_a_card_after_stages_changes_its_own_layer(mixed: Window) -> None:
    stepper = mixed.builder.cards.cards[3].stepper
    assert stepper is not None
    QTest.mouseClick(stepper.plus, hands.LEFT)
    assert hands.settle(mixed).plan.widths == (2, 3, 5, 3)


@pytest.mark.parametrize(
    ("number", "order"),
    [
        (0, ["dropout", "dense", "batch_norm", "dense", "layer_norm"]),
        (1, ["dense", "batch_norm", "dropout", "dense", "layer_norm"]),
    ],
    ids=["up", "down"],
)
def test_a_stage_is_moved_by_its_arrows_and_stays_open(mixed: Window, number: int, order: list[str]) -> None:
    QTest.mouseClick(tool(press_card(mixed, 1), "move", number), hands.LEFT)
    hands.settle(mixed)
    assert (kinds(mixed), hands.open_layer(mixed)) == (order, order.index("dropout"))


def test_a_stage_is_moved_by_the_keys_for_layers(mixed: Window) -> None:
    press_card(mixed, 1)
    hands.trigger(mixed, "layer.later")
    assert kinds(mixed)[:3] == ["dense", "batch_norm", "dropout"]


def test_a_stage_is_dragged_to_another_place(mixed: Window) -> None:
    hands.events()
    cards = mixed.builder.cards
    below = cards.cards[3].geometry().center().y() - cards.cards[1].geometry().top() - 10
    hands.drag(cards.cards[1], QPointF(8, 10), QPointF(0, below))
    hands.settle(mixed)
    assert kinds(mixed) == ["dense", "batch_norm", "dense", "dropout", "layer_norm"]


def test_a_drag_opens_no_card(mixed: Window) -> None:
    hands.events()
    hands.drag(mixed.builder.cards.cards[0], QPointF(8, 20), QPointF(0, 60))
    assert hands.open_layer(mixed) is None


def test_a_stage_is_removed_by_its_button(mixed: Window) -> None:
    QTest.mouseClick(tool(press_card(mixed, 1), "remove"), hands.LEFT)
    hands.settle(mixed)
    assert (kinds(mixed), hands.open_layer(mixed)) == (["dense", "batch_norm", "dense", "layer_norm"], None)


@pytest.mark.parametrize("place", range(5))
def test_every_layer_of_a_mixed_network_is_removed_and_brought_back(mixed: Window, place: int) -> None:
    QTest.mouseClick(tool(press_card(mixed, place), "remove"), hands.LEFT)
    hands.settle(mixed)
    gone = kinds(mixed)
    hands.trigger(mixed, "edit.undo")
    hands.settle(mixed)
    left = [layer.kind for at, layer in enumerate(MIXED.network.layers) if at != place]
    assert (gone, mixed.document.experiment) == (left, MIXED)


@pytest.mark.parametrize("place", range(5))
def test_the_cards_know_their_places_after_a_removal(mixed: Window, place: int) -> None:
    QTest.mouseClick(tool(press_card(mixed, place), "remove"), hands.LEFT)
    hands.settle(mixed)
    assert [card.index for card in mixed.builder.cards.cards] == [0, 1, 2, 3]


# -- selection ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "selected"),
    [(0, Unit(1, 0)), (1, StageAt(1)), (2, StageAt(2)), (3, Unit(2, 0)), (4, StageAt(4)), (-1, Unit(3, 0))],
)
def test_every_place_is_a_selection_and_back(place: int, selected: Selection) -> None:
    found = selection_at(place, MIXED.network)
    assert (found, place_of(found, MIXED.network)) == (selected, place)


@pytest.mark.parametrize("selected", [None, Unit(0, 1), Weight(0, 0, 0), Unit(9, 0)])
def test_what_is_in_no_layer_has_no_place(selected: Selection) -> None:
    assert place_of(selected, MIXED.network) is None


@pytest.mark.parametrize("place", [0, 1, 2, 3, 4, -1])
def test_pressing_a_card_opens_that_card_and_no_other(mixed: Window, place: int) -> None:
    card = mixed.builder.cards.output if place < 0 else mixed.builder.cards.cards[place]
    QTest.mouseClick(card, hands.LEFT, pos=QPointF(60, 12).toPoint())
    assert (hands.open_layer(mixed), mixed.selected_layer) == (place, place)


@pytest.mark.parametrize(("column", "place"), [(1, 0), (2, 3), (3, -1)])
def test_selecting_a_unit_opens_the_card_of_its_layer(mixed: Window, column: int, place: int) -> None:
    mixed.select(Unit(column, 1))
    assert hands.open_layer(mixed) == place


def test_a_selected_unit_stays_selected_when_a_stage_comes_before_it(mixed: Window) -> None:
    mixed.select(Unit(2, 1))
    mixed.document.change(edits.insert_layer(MIXED, 1, "dropout"), "")
    hands.settle(mixed)
    assert (mixed.selection, hands.open_layer(mixed)) == (Unit(2, 1), 4)


def test_a_selected_stage_stays_selected_when_a_layer_comes_before_it(mixed: Window) -> None:
    mixed.select(StageAt(2))
    mixed.document.change(edits.insert_layer(MIXED, 0), "")
    hands.settle(mixed)
    assert (mixed.selection, hands.open_layer(mixed)) == (StageAt(3), 3)


# -- the diagram ----------------------------------------------------------------------------------


def button(window: Window, name: str) -> QToolButton:
    """A button on the diagram."""
    found = window.diagram.findChild(QToolButton, name)
    assert isinstance(found, QToolButton)
    return found


@pytest.mark.parametrize(("layer", "widths"), [(0, (2, 4, 4, 3)), (1, (2, 3, 5, 3))])
def test_plus_on_the_diagram_adds_a_unit_to_the_layer_under_it(
    mixed: Window, layer: int, widths: tuple[int, ...]
) -> None:
    QTest.mouseClick(button(mixed, f"units.{layer}.more"), hands.LEFT)
    assert hands.settle(mixed).plan.widths == widths


@pytest.mark.parametrize(("layer", "widths"), [(0, (2, 2, 4, 3)), (1, (2, 3, 3, 3))])
def test_minus_on_the_diagram_takes_a_unit_from_the_layer_under_it(
    mixed: Window, layer: int, widths: tuple[int, ...]
) -> None:
    QTest.mouseClick(button(mixed, f"units.{layer}.less"), hands.LEFT)
    assert hands.settle(mixed).plan.widths == widths


@pytest.mark.parametrize(("gap", "place"), [(0, 0), (1, 3), (2, 5)])
def test_a_layer_is_inserted_in_a_gap_behind_the_stages_there(mixed: Window, gap: int, place: int) -> None:
    QTest.mouseClick(button(mixed, f"insert.{gap}"), hands.LEFT)
    hands.settle(mixed)
    expected = [layer.kind for layer in MIXED.network.layers]
    expected.insert(place, "dense")
    assert kinds(mixed) == expected


def mark_of(window: Window, place: int) -> QPointF:
    """Where the diagram names a stage, sought with the pointer."""
    stage = window.document.experiment.network.layers[place]
    for y in range(44, 130, 6):
        for x in range(60, window.diagram.width() - 60, 10):
            hands.hover(window.diagram, QPointF(x, y))
            if QToolTip.text().startswith(f"{stage.label}\n"):
                return QPointF(x, y)
    raise AssertionError(f"{stage.label} is nowhere")


@pytest.mark.parametrize("place", [1, 2, 4])
def test_the_diagram_says_of_a_stage_what_it_does(mixed: Window, place: int) -> None:
    hands.hover(mixed.diagram, mark_of(mixed, place))
    stage = MIXED.network.layers[place]
    assert QToolTip.text() == f"{stage.label}\n{stage.formula}\n{stage.about}"


@pytest.mark.parametrize("place", [1, 2, 4])
def test_a_click_on_the_name_of_a_stage_opens_its_card(mixed: Window, place: int) -> None:
    QTest.mouseClick(mixed.diagram, hands.LEFT, pos=mark_of(mixed, place).toPoint())
    assert (mixed.selection, hands.open_layer(mixed)) == (StageAt(place), place)


def test_the_diagram_names_its_stages_in_words(mixed: Window) -> None:
    assert "hidden 1: 3 Tanh, dropout 0.2, batch norm, hidden 2: 4 Tanh, layer norm, output: 3 Softmax" in (
        mixed.diagram.accessibleDescription()
    )


def test_a_network_of_stages_and_frozen_units_is_painted_in_both_themes(window: Window) -> None:
    window.setUpdatesEnabled(True)
    layers = (Dense(units=3, trainable=False), *[Dropout()] * 6, Dense(units=4, bias=False, frozen_units=(1,)))
    hands.show(window, Experiment().with_layers(layers))
    pictures = []
    for name in ("light", "dark"):
        window.show_theme(name)
        window.select(StageAt(2))
        hands.events()
        pictures.append(window.diagram.grab().toImage())
    assert pictures[0] != pictures[1]


# -- the inspector --------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [1, 2, 4])
def test_the_inspector_shows_the_formula_of_a_selected_stage(mixed: Window, place: int) -> None:
    mixed.select(StageAt(place))
    said = " ".join(hands.words(mixed.inspector))
    stage = MIXED.network.layers[place]
    assert (stage.formula in said, stage.about in said) == (True, True)


def test_the_inspector_shows_what_a_normalization_has_learned_and_made(mixed: Window) -> None:
    mixed.select(StageAt(4))
    snapshot = hands.settle(mixed)
    assert snapshot.trace is not None
    out = f"{snapshot.trace.inputs[-1][0]:+.3f}".replace("-", "\u2212")
    said = " ".join(hands.words(mixed.inspector))
    assert (out in said, "γ +1.000 · β +0.000" in said) == (True, True)


def test_the_terms_of_a_unit_use_what_came_through_the_stages(mixed: Window) -> None:
    mixed.training.finish()
    mixed.select(Unit(2, 0))
    snapshot = hands.settle(mixed)
    assert snapshot.trace is not None
    x, w = snapshot.trace.inputs[1], snapshot.weights(1)[:, 0]
    assert abs(float(x @ w + snapshot.biases(1)[0] - snapshot.trace.z[1][0])) < 1e-5
    said = " ".join(hands.words(mixed.inspector))
    shown = f"× {float(x[0]):.3g}".replace("-", "\u2212")
    assert (shown in said, "after dropout 0.2, batch norm" in said) == (True, True)


def test_the_inspector_says_of_a_weight_what_its_input_has_passed(mixed: Window) -> None:
    mixed.select(Weight(1, 0, 0))
    hands.settle(mixed)
    assert "after dropout 0.2, batch norm" in " ".join(hands.words(mixed.inspector))


# -- without bias, and frozen ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bias", "trainable"])
def test_bias_and_training_of_a_layer_are_switched_in_its_card(window: Window, name: str) -> None:
    field = press_card(window, 0).form.fields[name]
    assert isinstance(field, ToggleField)
    QTest.mouseClick(field, hands.LEFT)
    hands.settle(window)
    first = window.document.experiment.network.layers[0]
    assert (getattr(first, name), len(window.document.undo_stack)) == (False, 1)


def test_a_unit_without_bias_has_no_bias_among_its_terms(window: Window) -> None:
    hands.show(window, Experiment().with_layers((Dense(units=3, bias=False),)))
    window.select(Unit(1, 0))
    hands.settle(window)
    assert ("bias" in window.inspector.terms.text(), " z " in f" {window.inspector.terms.text()} ") == (False, False)


def test_the_selected_unit_is_frozen_and_thawed_by_a_command(window: Window) -> None:
    window.select(Unit(1, 2))
    seen = []
    for _ in range(2):
        hands.trigger(window, "selection.freeze")
        seen.append(hands.settle(window).plan.layers[0].frozen_units)
    assert seen == [(2,), ()]


def test_a_unit_of_the_output_can_be_frozen_too(window: Window) -> None:
    window.select(Unit(3, 1))
    hands.trigger(window, "selection.freeze")
    assert hands.settle(window).plan.layers[-1].frozen_units == (1,)


def test_freezing_without_a_selected_unit_changes_nothing(mixed: Window) -> None:
    for selection in (None, StageAt(1), Unit(0, 0)):
        mixed.select(selection)
        hands.trigger(mixed, "selection.freeze")
    assert len(mixed.document.undo_stack) == 0


def test_a_frozen_unit_is_called_frozen_in_the_inspector(window: Window) -> None:
    hands.show(window, Experiment().with_layers((Dense(units=3, frozen_units=(1,)),)))
    said = []
    for unit in (0, 1):
        window.select(Unit(1, unit))
        hands.settle(window)
        said.append("Frozen" in " ".join(hands.words(window.inspector)))
    assert said == [False, True]
