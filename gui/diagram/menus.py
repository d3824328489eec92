"""The menus of the drawing: for a unit, a weight, an input, a stage, and the head of a column."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from engine.activations import ACTIVATIONS
from engine.snapshot import Snapshot
from gui.greying import grey
from gui.selection import Selection, StageAt, Unit, Weight
from gui.text import tr

# Ids of commands; "" is a line between them.
_LAYER = ("layer.insert", "layer.duplicate", "layer.freeze", "layer.initialise", "layer.remove")
_UNIT = ("value.edit", "selection.freeze", "value.pin", "", "unit.split", "unit.add_random", "selection.remove")
_WEIGHT = ("value.edit", "selection.freeze", "weight.prune", "value.pin")
_HEAD = ("unit.add", "unit.add_random", "unit.fewer", "", *_LAYER)


def ids_for(selection: Selection, layers: int) -> tuple[str, ...]:
    """The commands of the menu of what is selected; ``layers`` counts those of the plan."""
    if isinstance(selection, Weight):
        return _WEIGHT
    if isinstance(selection, StageAt):
        return ("layer.earlier", "layer.later", "selection.remove")
    if isinstance(selection, Unit) and selection.column == 0:
        return ("unit.add", "selection.remove")
    if isinstance(selection, Unit):
        only_hidden = ("unit.split", "unit.add_random", "selection.remove", "layer.duplicate", "layer.remove")
        ids = (*_UNIT, "", *_LAYER)
        return tuple(i for i in ids if i not in only_hidden) if selection.column == layers else ids
    return ("view.fit", "view.zoom_in", "view.zoom_out")


def head_ids(column: int, layers: int) -> tuple[str, ...]:
    """The commands of the menu at the head of a column behind the inputs."""
    only_hidden = ("unit.add", "unit.add_random", "unit.fewer", "layer.duplicate", "layer.remove")
    ids = tuple(i for i in _HEAD if i not in only_hidden) if column == layers else _HEAD
    return ids[1:] if ids[0] == "" else ids


def fill(menu: QMenu, ids: tuple[str, ...], actions: dict[str, QAction]) -> None:
    """Adds commands to a menu; no line at its beginning or end."""
    for name in ids:
        if name:
            menu.addAction(actions[name])
        elif not menu.isEmpty():
            menu.addSeparator()


def activation_menu(
    parent: QWidget, snapshot: Snapshot, column: int, chosen: str, choose: Callable[[str], None]
) -> QMenu:
    """The activations, the present one ticked; the output has an automatic one besides."""
    menu = QMenu(tr("Activation"), parent)
    menu.setToolTipsVisible(True)
    output = column == len(snapshot.plan.layers)
    group = QActionGroup(menu)
    for key, label in ACTIVATIONS.choices(("auto", tr("Automatic"))) if output else ACTIVATIONS.choices():
        action = menu.addAction(tr(label))
        action.setCheckable(True)
        action.setChecked(key == chosen)
        action.setData(key)
        if key in ACTIVATIONS:
            action.setToolTip(f"{ACTIVATIONS[key].formula}\n{tr(ACTIVATIONS[key].about)}")
        group.addAction(action)
    # Menus live in the window's own thread.
    group.triggered.connect(lambda action: choose(str(action.data())))
    return menu


def columns_menu(parent: QWidget, snapshot: Snapshot, choose: Callable[[tuple[str, ...]], None]) -> QMenu:
    """The columns of the table and the features made of them, ticked where the network reads them.

    The last one cannot be taken away.
    """
    menu = QMenu(tr("Inputs"), parent)
    menu.setToolTipsVisible(True)
    names = snapshot.data.names
    for name in dict.fromkeys((*snapshot.data.columns, *names)):
        action = menu.addAction(name.replace("&", "&&"))  # one alone would underline the letter behind it
        action.setData(name)
        action.setCheckable(True)
        action.setChecked(name in names)
        grey(action, tr("The network needs an input.") if [name] == list(names) else "")

    def changed() -> None:
        choose(tuple(str(action.data()) for action in menu.actions() if action.isChecked()))

    menu.triggered.connect(changed)
    return menu
