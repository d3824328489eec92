"""Layouts: which panels are open and where, and how large the type is; those of the program and one's own."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from gui import theme
from gui.text import tr

if TYPE_CHECKING:
    from gui.window import Window

# Type of other sizes than these is in no layout of this program.
_SMALLEST_TYPE, _LARGEST_TYPE = 0.75, 3.0
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Layout:
    """An arrangement for a purpose: names of panels at the left, the right and the foot, in order.

    Panels that the program has not got are left out. ``type_size`` is how many times as large as usual the type is.
    """

    id: str
    name: str
    help: str
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    type_size: float = 1.0


LAYOUTS = (
    Layout(
        "learn", "Learn", "To understand what a network does: its parts, its answers, and every number.",
        ("builder",), ("output", "inspector"), ("explorer",),
    ),
    Layout(
        "train", "Train", "To watch it learn: loss, weights and gradients over the steps, and the answers.",
        (), ("output", "inspector"), ("loss", "magnitudes", "gradients"),
    ),
    Layout(
        "inspect", "Inspect", "To look inside: matrices, distributions, activations and the data.",
        (), ("inspector",), ("matrix", "distributions", "activations", "data"),
    ),
    Layout(
        "present", "Present", "For a projector: few panels in type that can be read from the back of a room.",
        (), ("output",), ("loss",), 1.4,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A layout of one's own: what Qt says of the panels, and the size of the type."""

    state: bytes
    type_size: float


class Layouts(QObject):
    """The layouts of a window. ``own`` are those that were saved, by name, in order; they are kept in the settings."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        settings = window.settings
        self.own: dict[str, Kept] = dict(_read(settings.value("layouts") if settings is not None else None))
        theme.set_type_size(_type_size(settings.value("type_size") if settings is not None else None))
        self.panels_menu, self.menu = QMenu(window), QMenu(window)
        self.panels_menu.addActions(window.panels.toggles)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill)
        window.actions_by_id["view.panels"].setMenu(self.panels_menu)
        window.actions_by_id["view.layouts"].setMenu(self.menu)
        self._fill()

    @Slot()
    def _fill(self) -> None:
        self.menu.clear()
        actions = self._window.actions_by_id
        self.menu.addActions([actions[f"layout.{layout.id}"] for layout in LAYOUTS])
        self.menu.addSeparator()
        for name in self.own:
            action = self.menu.addAction(name.replace("&", "&&"))
            action.setData(name)
            action.triggered.connect(self._choose)
        self.menu.addSeparator()
        self.menu.addActions([actions[name] for name in ("layout.save", "layout.edit", "view.reset_layout")])

    @Slot()
    def _choose(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.use(str(action.data()))

    # -- showing ---------------------------------------------------------------------------------

    def arrange(self, layout: Layout) -> None:
        """Opens the panels of a layout, in its type."""
        self._show_type(layout.type_size)
        self._window.panels.arrange(layout.left, layout.right, layout.foot)

    def reset(self) -> None:
        """The first layout, in type of the usual size."""
        self._show_type(1.0)
        self._window.panels.reset()

    def use(self, name: str) -> None:
        """Shows a layout that was saved; says so where it cannot be read."""
        kept = self.own[name]
        self._show_type(kept.type_size)
        if not self._window.panels.show_state(QByteArray(kept.state)):
            self._show_type(1.0)
            self._window.banner.say(
                tr("The layout '{0}' cannot be read, so the first one is shown; save it again or remove it.").format(
                    name
                )
            )

    def _show_type(self, size: float) -> None:
        if size != theme.type_size():
            theme.set_type_size(size)
            self._window.show_theme(theme.name())

    # -- one's own -------------------------------------------------------------------------------

    def save_as(self, name: str) -> None:
        """Keeps the panels as they are now under a name, in place of what had that name."""
        self.own[name] = Kept(bytes(self._window.panels.state.data()), theme.type_size())
        self._keep()

    def rename(self, name: str, other: str) -> None:
        """Another name for one that was saved, at the same place of the list."""
        self.own = {other if each == name else each: kept for each, kept in self.own.items()}
        self._keep()

    def remove(self, name: str) -> None:
        """Forgets one that was saved."""
        del self.own[name]
        self._keep()

    def why_not(self, name: str, but: str = "") -> str:
        """Why a layout cannot have a name, in a sentence; "" when it can. ``but``: the one that has it now."""
        if not name or len(name) > _LONGEST_NAME:
            return tr("A layout has a name of 1 to {0} letters.").format(_LONGEST_NAME)
        return tr("There is a layout '{0}' already.").format(name) if name in self.own and name != but else ""

    def _keep(self) -> None:
        self._window.remember("layouts", _written(self.own))
        self._window.refresh_commands()

    # -- from start to start ---------------------------------------------------------------------

    def save(self) -> None:
        """Keeps the places of all panels for the next start."""
        if self._window.settings is not None:
            self._window.panels.save(self._window.settings)
            self._window.remember("type_size", str(theme.type_size()))

    def restore(self) -> None:
        """Takes up what was kept at the last end."""
        if self._window.settings is not None:
            self._window.panels.restore(self._window.settings)


def _written(own: dict[str, Kept]) -> str:
    tree = {name: {"state": b64encode(kept.state).decode(), "type": kept.type_size} for name, kept in own.items()}
    return json.dumps(tree, ensure_ascii=False)


def _read(text: Any) -> Iterator[tuple[str, Kept]]:
    """The layouts that a text of the settings holds; nothing of what is none."""
    try:
        tree = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return
    for name, each in tree.items() if isinstance(tree, dict) else ():
        try:
            yield name, Kept(b64decode(each["state"], validate=True), _type_size(each["type"]))
        except (binascii.Error, KeyError, TypeError, ValueError):
            continue


def _type_size(given: Any) -> float:
    """A size of type as it was kept; the usual one where that is none."""
    try:
        size = float(given)
    except (TypeError, ValueError):
        return 1.0
    return min(max(size, _SMALLEST_TYPE), _LARGEST_TYPE) if isfinite(size) else 1.0


# -- commands ------------------------------------------------------------------------------------------


def arrange(layout: Layout) -> Callable[[Window], None]:
    """The command that shows a layout of the program."""

    def run(window: Window) -> None:
        window.layouts.arrange(layout)

    return run


def reset(window: Window) -> None:
    """All panels back in their places."""
    window.layouts.reset()


def open_panels(window: Window) -> None:
    """Offers all panels under the button of the menu."""
    _pop_up(window, window.layouts.panels_menu)


def open_layouts(window: Window) -> None:
    """Offers all layouts under the button of the menu."""
    _pop_up(window, window.layouts.menu)


def _pop_up(window: Window, menu: QMenu) -> None:
    button = window.toolbar.menu_button
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))


def has_own(window: Window) -> str:
    """Why there is no layout of one's own to change."""
    return "" if window.layouts.own else tr("No layout has been saved yet.")


def save_as(window: Window) -> None:
    """Asks for a name and keeps the layout under it."""
    from gui.dialogs.layouts import open_list  # noqa: PLC0415 - not needed for the first paint

    open_list(window)


def edit(window: Window) -> None:
    """Lists the layouts that were saved."""
    from gui.dialogs.layouts import open_list  # noqa: PLC0415 - not needed for the first paint

    open_list(window).rows[0].field.setFocus()
