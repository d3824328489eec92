"""Every command of the program, in one table: menus, toolbar, palette and the list of shortcuts read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

from gui.icons import icon
from gui.text import tr
from gui.theme import colours

if TYPE_CHECKING:
    from gui.window import Window


@dataclass(frozen=True)
class Command:
    """One command. ``id`` is the objectName of its QAction, so that whatever can be clicked can be scripted."""

    id: str
    text: str
    help: str
    run: Callable[[Window], object]
    keys: tuple[str, ...] = ()
    icon: str = ""


COMMANDS: tuple[Command, ...] = (
    Command(
        "train.toggle", "Train", "Train until it is paused or done; again: pause.",
        lambda w: w.training.toggle(), ("Space",), "play",
    ),
    Command("train.step", "Step", "One step: a single mini-batch.", lambda w: w.training.step_once(), (".",), "step"),
    Command(
        "train.epoch", "Step epoch", "One pass over the training rows.",
        lambda w: w.training.step_epoch(), ("Shift+.", ">"), "epoch",
    ),
    Command(
        "train.reset", "Reset", "Back to the start: the same seed gives the same weights.",
        lambda w: w.reset(), ("Ctrl+R",), "reset",
    ),
    Command(
        "train.restart", "New start", "Begins anew with the next seed: other random weights.",
        lambda w: w.restart(), ("Ctrl+Shift+R",), "dice",
    ),
    Command(
        "train.slower", "Slower", "Fewer steps per second.", lambda w: w.change_speed(-1), ("Ctrl+Left",),
    ),
    Command("train.faster", "Faster", "More steps per second.", lambda w: w.change_speed(1), ("Ctrl+Right",)),
    Command(
        "edit.undo", "Undo", "Takes back the last edit.", lambda w: w.document.undo_stack.undo(), ("Ctrl+Z",), "undo",
    ),
    Command(
        "edit.redo", "Redo", "Makes the edit taken back again.",
        lambda w: w.document.undo_stack.redo(), ("Ctrl+Shift+Z", "Ctrl+Y"), "redo",
    ),
    Command(
        "layer.add", "Add layer", "Adds a hidden layer before the output.",
        lambda w: w.builder.add_layer(), ("Ctrl+L",),
    ),
    Command(
        "layer.remove", "Remove layer", "Removes the selected hidden layer.",
        lambda w: w.remove_layer(), ("Ctrl+Backspace",),
    ),
    Command(
        "layer.earlier", "Move layer towards the inputs", "Swaps the selected hidden layer with the one before.",
        lambda w: w.move_layer(-1), ("Alt+Up",),
    ),
    Command(
        "layer.later", "Move layer towards the output", "Swaps the selected hidden layer with the one after.",
        lambda w: w.move_layer(1), ("Alt+Down",),
    ),
    Command(
        "view.theme", "Light or dark", "Switches between the light and the dark theme.",
        lambda w: w.toggle_theme(), ("Ctrl+T",), "theme",
    ),
    Command(
        "view.log", "Logarithmic loss", "A logarithmic or a linear axis for the loss.",
        lambda w: w.toggle_logarithmic(), ("Ctrl+G",),
    ),
    Command(
        "view.reset_layout", "Reset layout", "Puts all panels back in their places.", lambda w: w.reset_layout(),
    ),
    Command(
        "view.commands", "Search commands", "Finds any command by its name.",
        lambda w: w.show_palette(), ("Ctrl+Shift+P",), "search",
    ),
    Command("help.shortcuts", "Keyboard shortcuts", "Lists all keys.", lambda w: w.show_shortcuts(), ("F1",)),
    Command("help.about", "About Glassbox", "Version and licence.", lambda w: w.show_about()),
    Command("file.quit", "Quit", "Ends the program.", lambda w: w.close(), ("Ctrl+Q",)),
)  # fmt: skip

MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Training",
        ("train.toggle", "train.step", "train.epoch", "", "train.reset", "train.restart", "", "train.slower",
         "train.faster"),
    ),
    ("Edit", ("edit.undo", "edit.redo", "", "layer.add", "layer.remove", "layer.earlier", "layer.later")),
    ("View", ("view.theme", "view.log", "view.reset_layout", "view.commands")),
    ("Help", ("help.shortcuts", "help.about")),
)  # fmt: skip


def make_actions(window: Window) -> dict[str, QAction]:
    """A QAction for every command, owned by the window, by id."""
    actions = {}
    for command in COMMANDS:
        action = QAction(tr(command.text), window)
        action.setObjectName(command.id)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        keys = f" ({command.keys[0]})" if command.keys else ""
        action.setToolTip(f"{tr(command.help)}{keys}")
        action.setStatusTip("")
        action.triggered.connect(_runner(command, window))
        window.addAction(action)
        actions[command.id] = action
    return actions


def _runner(command: Command, window: Window) -> Callable[[], None]:
    # Triggered only by the window's own thread, so a plain function is safe here.
    def run() -> None:
        command.run(window)

    return run


def paint_icons(actions: dict[str, QAction]) -> None:
    """Draws the icons again in the colours of the theme in force."""
    for command in COMMANDS:
        if command.icon:
            actions[command.id].setIcon(icon(command.icon, colours().text))
