"""What all views of a window have around them, made from what each says of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QApplication, QDockWidget, QMenu, QWidget

from gui.plots.titles import PanelTitle
from gui.plots.view import View
from gui.text import tr
from gui.viewing.tools import Tools

if TYPE_CHECKING:
    from gui.viewing.explaining import Explanation
    from gui.window import Window

# The commands for one view, in the order of its menu.
COMMANDS = ("view.copy", "view.copy_data", "view.export", "view.export_data", "", "view.explain")


class Viewing(QObject):
    """Gives every panel its buttons, and knows which view a command is for: the one that was used last.

    ``explanation`` is the panel that says what a view is, while it is open.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._last = ""
        self.tools: dict[str, Tools] = {}
        self.explanation: Explanation | None = None
        for name, dock in window.panels.docks.items():
            title, view = dock.titleBarWidget(), window.views.get(name)
            if isinstance(title, PanelTitle):
                self._furnish(name, dock, title)
            if view is not None:
                self._dress(name, dock, view)
        QApplication.instance().focusChanged.connect(self._follow_keyboard)  # type: ignore[union-attr]

    def _furnish(self, name: str, dock: QDockWidget, title: PanelTitle) -> None:
        tools = Tools(dock.windowTitle(), self._window.views.get(name))
        doings: dict[str, Callable[[str], None]]
        doings = {"help": self.explain, "more": self.open_menu, "close": lambda _: dock.hide()}
        tools.wished.connect(lambda which: doings[which](name))
        title.show_tools(tools, tools.buttons.get("help"))
        self.tools[name] = tools

    def _dress(self, name: str, dock: QDockWidget, view: View) -> None:
        view.setAccessibleName(view.accessibleName() or dock.windowTitle())
        view.setAccessibleDescription(tr(view.about.question))
        # A click anywhere in it makes it the one that commands are for.
        if view.focusPolicy() == Qt.FocusPolicy.NoFocus:
            view.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(lambda at: self._pop_up(name, view.mapToGlobal(at)))

    # -- which one -------------------------------------------------------------------------------

    @property
    def used(self) -> str:
        """The view that has the keyboard or was used last; the first of those that are open; "" where there is none."""
        docks = self._window.panels.docks
        shown = [name for name in self._window.side_views.shown if name in self._window.views]
        open_ones = [name for name in self._window.views if name in docks and name in shown]
        return self._last if self._last in open_ones else next(iter(open_ones), "")

    @Slot(QWidget, QWidget)
    def _follow_keyboard(self, _before: QWidget | None, now: QWidget | None) -> None:
        for name in self._window.views:
            if now is not None and self._window.panels.docks[name].isAncestorOf(now):
                self._last = name

    # -- what can be done ------------------------------------------------------------------------

    def explain(self, name: str) -> None:
        """Says what a view is, or no longer when that is what is open."""
        from gui.viewing.explaining import Explanation  # noqa: PLC0415 - not needed for the first paint

        self._last = name
        buttons, dock, open_now = self.tools[name].buttons, self._window.panels.docks[name], self.explanation
        button = buttons["more" if buttons["help"].isHidden() else "help"]
        if open_now is not None:
            open_now.dismiss()
            if open_now.property("view") == name:
                return
        about = self._window.views[name].about
        self.explanation = Explanation(dock.windowTitle(), about, button.window())
        self.explanation.setProperty("view", name)
        self.explanation.destroyed.connect(self._forget)
        self.explanation.open_at(button)

    @Slot()
    def _forget(self) -> None:
        self.explanation = None

    def open_menu(self, name: str) -> None:
        """Offers what can be taken from a view, under its button."""
        button = self.tools[name].buttons["more"]
        self._pop_up(name, button.mapToGlobal(button.rect().bottomLeft()))

    def _pop_up(self, name: str, at: QPoint) -> None:
        self._last = name
        self.menu(name).popup(at)

    def menu(self, name: str) -> QMenu:
        """What can be done with a view."""
        dock = self._window.panels.docks[name]
        menu = QMenu(dock)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        self._window.views[name].title.fill(menu)
        for command in COMMANDS:
            if command:
                menu.addAction(self._window.actions_by_id[command])
            else:
                menu.addSeparator()
        menu.addAction(tr("Close")).triggered.connect(dock.hide)
        return menu
