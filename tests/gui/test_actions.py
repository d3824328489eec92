"""Commands: one table behind menus, keys, palette and the list of shortcuts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import hands
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from engine.experiment import Experiment
from gui import theme
from gui.actions import COMMANDS, MENUS
from gui.dialogs.commands import CommandPalette, matches
from gui.greying import grey
from gui.plots.catalogue import VIEWS
from gui.window import Window

UNPAINTED = True
# Greyed itself, and not by what it stands in.
FORCED = Qt.WidgetAttribute.WA_ForceDisabled

every_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)


def test_ids_are_unique() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)


def test_every_command_is_an_action_under_its_id(window: Window) -> None:
    assert [window.findChild(QAction, command.id) for command in COMMANDS] == list(window.actions_by_id.values())


def test_object_names_of_actions_are_unique(window: Window) -> None:
    names = Counter(action.objectName() for action in window.findChildren(QAction) if action.objectName())
    assert [name for name, count in names.items() if count > 1] == []


def keys_of(window: Window) -> Counter[str]:
    """Every key that the window answers to, and by how many commands or buttons."""
    found: Counter[str] = Counter()
    for action in window.actions_by_id.values():
        found.update({key.toString() for key in action.shortcuts()})
    for button in window.findChildren(QAbstractButton):
        if not button.shortcut().isEmpty():
            found[button.shortcut().toString()] += 1
    return found


def test_no_two_commands_share_a_key(window: Window) -> None:
    assert [key for key, count in keys_of(window).items() if count > 1] == []


def test_no_two_keys_of_the_table_mean_the_same() -> None:
    keys = [QKeySequence(key).toString() for command in COMMANDS for key in command.keys]
    assert len(set(keys)) == len(keys)


@every_command
def test_every_key_is_one_that_qt_knows(command: object) -> None:
    assert all(QKeySequence(key).toString() for key in command.keys)  # type: ignore[attr-defined]


@every_command
def test_every_command_has_a_help_text_that_is_a_sentence(command: object) -> None:
    assert command.help.endswith(".")  # type: ignore[attr-defined]


@every_command
def test_the_tooltip_of_an_action_has_its_help_and_its_first_key(window: Window, command: object) -> None:
    tip = window.actions_by_id[command.id].toolTip()  # type: ignore[attr-defined]
    assert command.help in tip  # type: ignore[attr-defined]
    assert not command.keys or f"({command.keys[0]})" in tip  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "name",
    [
        "train.toggle", "train.step", "train.epoch", "train.reset", "train.restart", "edit.undo", "edit.redo",
        "layer.add", "view.theme",
    ],
)  # fmt: skip
def test_the_commands_that_scripts_rely_on_exist(window: Window, name: str) -> None:
    assert window.actions_by_id[name].objectName() == name


@pytest.mark.parametrize("name", [command.id for command in COMMANDS if command.id != "file.quit"])
def test_every_command_can_be_run_in_a_fresh_window_and_while_it_trains(
    window: Window, qtbot: QtBot, name: str
) -> None:
    closer = QTimer(window, interval=20)
    closer.timeout.connect(lambda: (popup := QApplication.activePopupWidget()) and popup.close())
    closer.start()  # a menu waits until it is closed
    window.actions_by_id[name].trigger()
    hands.settle(window)
    hands.show(window, Experiment().with_value("training.epochs", 100_000))
    window.training.set_running(True)
    window.actions_by_id[name].trigger()
    qtbot.wait(30)
    window.training.set_running(False)
    closer.stop()
    for dialog in window.findChildren(QDialog):
        dialog.close()
    hands.settle(window)
    assert window.banner.isHidden(), window.banner.label.text()


def test_add_layer_adds_a_layer(window: Window) -> None:
    hands.trigger(window, "layer.add")
    assert hands.settle(window).plan.widths == (2, 8, 8, 8, 3)


def test_remove_layer_removes_the_open_layer(window: Window) -> None:
    window.document.change(Experiment().with_layer(0, units=3), "")
    hands.select_layer(window, 0)
    hands.trigger(window, "layer.remove")
    assert hands.settle(window).plan.widths == (2, 8, 3)


@pytest.mark.parametrize(("name", "start"), [("layer.later", 0), ("layer.earlier", 1)])
def test_the_open_layer_moves_by_command(window: Window, name: str, start: int) -> None:
    window.document.change(Experiment().with_layer(0, units=3), "")
    hands.select_layer(window, start)
    hands.trigger(window, name)
    assert hands.settle(window).plan.widths == (2, 8, 3, 3)


@pytest.mark.parametrize("name", ["layer.remove", "layer.earlier", "layer.later"])
@pytest.mark.parametrize("opened", [None, -1])
def test_commands_for_a_layer_do_nothing_when_none_is_open(window: Window, name: str, opened: int | None) -> None:
    hands.select_layer(window, opened)
    hands.trigger(window, name)
    assert window.document.experiment == Experiment()


def test_light_or_dark_switches_the_theme(window: Window) -> None:
    hands.trigger(window, "view.theme")
    assert theme.name() == "dark"


def test_reset_layout_opens_closed_panels(window: Window) -> None:
    for dock in window.panels.docks.values():
        dock.close()
    hands.trigger(window, "view.reset_layout")
    closed = ["predict", "pins", *(kind.id for kind in VIEWS)]
    assert [name for name, dock in window.panels.docks.items() if not dock.isVisible()] == closed


def test_reset_layout_docks_floating_panels(window: Window) -> None:
    window.panels.docks["loss"].setFloating(True)
    hands.trigger(window, "view.reset_layout")
    assert not window.panels.docks["loss"].isFloating()


def test_menus_mention_only_commands_that_exist() -> None:
    assert {name for _, names in MENUS for name in names if name} <= {command.id for command in COMMANDS}


def test_every_command_is_in_the_menu(window: Window) -> None:
    inside = set(all_below(window.toolbar.menu_button.menu()))
    assert [name for name, action in window.actions_by_id.items() if action not in inside] in ([], ["view.menu"])


def all_below(menu: QMenu) -> Iterator[QAction]:
    """What a menu offers, and the menus in it."""
    for action in menu.actions():
        yield action
        if action.menu() is not None:
            yield from all_below(action.menu())


def test_every_panel_can_be_closed_and_opened_from_the_menu(window: Window) -> None:
    inside = set(all_below(window.toolbar.menu_button.menu()))
    assert all(dock.toggleViewAction() in inside for dock in window.panels.docks.values())


# -- the palette ----------------------------------------------------------------------------------


def open_palette(window: Window) -> CommandPalette:
    """Opens the palette with its keys."""
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    hands.events()
    return window.findChildren(CommandPalette)[-1]


def listed(palette: CommandPalette) -> list[str]:
    """What the palette offers, without the keys."""
    return [palette.list.item(i).text().split("    ")[0] for i in range(palette.list.count())]


def test_the_palette_offers_every_command_and_greys_what_cannot_be_run(window: Window) -> None:
    palette = open_palette(window)
    there = [(action.text(), action.isEnabled()) for action in window.actions_by_id.values()]
    items = [palette.list.item(row) for row in range(palette.list.count())]
    enabled = [bool(item.flags() & Qt.ItemFlag.ItemIsEnabled) for item in items]
    shown = list(zip(listed(palette), enabled, strict=True))
    palette.close()
    assert shown == there


def test_the_palette_finds_a_command_by_typing(window: Window) -> None:
    palette = open_palette(window)
    QTest.keyClicks(palette.line, "new start")
    shown = listed(palette)
    palette.close()
    assert shown == ["New start"]


def test_enter_runs_the_command_that_was_found(window: Window) -> None:
    palette = open_palette(window)
    QTest.keyClicks(palette.line, "add lay")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert len(window.document.experiment.network.layers) == 3


def test_the_arrow_keys_choose_in_the_palette(window: Window) -> None:
    palette = open_palette(window)
    QTest.keyClick(palette.line, Qt.Key.Key_Down)
    QTest.keyClick(palette.line, Qt.Key.Key_Down)
    QTest.keyClick(palette.line, Qt.Key.Key_Up)
    row = palette.list.currentRow()
    palette.close()
    assert row == 1


def test_a_click_runs_a_command(window: Window) -> None:
    palette = open_palette(window)
    QTest.keyClicks(palette.line, "one step")
    item = palette.list.item(0)
    QTest.mouseClick(palette.list.viewport(), hands.LEFT, pos=palette.list.visualItemRect(item).center())
    assert hands.settle(window).step == 1


def test_escape_closes_the_palette(window: Window) -> None:
    palette = open_palette(window)
    QTest.keyClick(palette.line, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_typing_nonsense_finds_nothing_says_so_and_enter_does_nothing(window: Window) -> None:
    palette = open_palette(window)
    QTest.keyClicks(palette.line, "qqq")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    words = listed(palette)
    palette.close()
    assert (words, len(window.document.undo_stack)) == (["No command has these words."], 0)


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [("", "Reset", True), ("RES", "Reset", True), ("lay add", "Add layer", True), ("add x", "Add layer", False)],
)
def test_every_word_of_a_query_must_be_found(query: str, text: str, found: bool) -> None:
    assert matches(query, text) == found


def test_the_search_button_opens_the_palette(window: Window) -> None:
    button = next(b for b in window.toolbar.findChildren(QPushButton) if b.property("role") == "search")
    QTest.mouseClick(button, hands.LEFT)
    palette = window.findChildren(CommandPalette)[-1]
    visible = palette.isVisible()
    palette.close()
    assert visible


# -- help -----------------------------------------------------------------------------------------


def dialog_text(window: Window) -> str:
    """What the dialog that is open says."""
    dialog = window.findChildren(QDialog)[-1]
    text = " ".join(label.text() for label in dialog.findChildren(QLabel))
    dialog.close()
    hands.events()
    return text


def test_the_list_of_shortcuts_has_every_key_of_the_table(window: Window) -> None:
    QTest.keyClick(window, Qt.Key.Key_F1)
    text = dialog_text(window).replace("&gt;", ">")
    native = QKeySequence.SequenceFormat.NativeText
    keys = [QKeySequence(key).toString(native) for command in COMMANDS for key in command.keys]
    assert [key for key in keys if key not in text] == []


def test_the_list_of_shortcuts_has_every_key_that_the_window_answers_to(window: Window) -> None:
    hands.trigger(window, "help.shortcuts")
    text = dialog_text(window).replace("&gt;", ">")
    assert [key for key in keys_of(window) if key not in text] == []


def test_the_list_of_shortcuts_is_scrolled_where_the_window_is_lower(window: Window) -> None:
    hands.trigger(window, "help.shortcuts")
    dialog = window.findChildren(QDialog)[0]
    bar = dialog.findChildren(QScrollArea)[0].verticalScrollBar()
    hands.events()
    label = dialog.findChildren(QLabel)[0]
    found = dialog.height() - window.height(), bar.maximum() + dialog.height() - label.height()
    dialog_text(window)
    assert found == (0, 0)


def test_about_names_the_program_and_its_version(window: Window) -> None:
    from gui.version import VERSION

    hands.trigger(window, "help.about")
    assert f"Glassbox {VERSION}" in dialog_text(window)


def test_help_does_not_block_the_window(window: Window) -> None:
    hands.trigger(window, "help.shortcuts")
    blocking = [dialog.isModal() for dialog in window.findChildren(QDialog)]
    dialog_text(window)
    assert blocking == [False]


# -- what is grey --------------------------------------------------------------------------------------


def test_a_reason_comes_and_goes_below_what_a_control_does() -> None:
    action, menu = QAction("Copy", toolTip="Copies it."), QMenu("Up")
    grey(action, "There is nothing to copy")
    grey(menu, "Choose across first")
    assert (action.isEnabled(), action.toolTip()) == (False, "Copies it.\nThere is nothing to copy")
    assert not menu.menuAction().isEnabled()
    grey(action, "")
    grey(menu, "")
    assert (action.isEnabled(), action.toolTip()) == (True, "Copies it.")
    assert (menu.menuAction().isEnabled(), menu.menuAction().toolTip()) == (True, "Up")


def reasons_missing(window: Window) -> list[str]:
    """Controls that are grey by themselves and of which nothing is said but what they do."""
    widgets = [each for each in window.findChildren(QWidget) if not each.isEnabled()]
    by_themselves = [each for each in widgets if each.parentWidget().isEnabled() and each.testAttribute(FORCED)]
    actions = [each for each in window.findChildren(QAction) if not each.isEnabled() and not each.isSeparator()]
    return [
        each.toolTip() or str(each)
        for each in (*by_themselves, *actions)
        if each.toolTip().removeprefix(each.property("about") or "").strip() == ""
    ]


GREY = {
    "fresh": {},
    "no test rows, one input": {"data": {"source": "sine", "test_fraction": 0.0}},
    "no hidden layer, no plane": {"data": {"source": "diabetes"}, "network": {"layers": []}},
    "L-BFGS": {"training": {"optimizer": {"kind": "lbfgs"}}},
    "points to draw": {"data": {"source": "drawn", "points": {}}},
}


@pytest.mark.parametrize("state", GREY)
def test_every_grey_control_says_why(window: Window, state: str) -> None:
    hands.show(window, Experiment.model_validate(GREY[state]))
    for column in (-1, 0):
        hands.select_layer(window, column if window.document.experiment.network.layers else -1)
        assert reasons_missing(window) == []
