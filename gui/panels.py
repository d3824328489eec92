"""The panels around the diagram: docks that can be moved, floated, hidden and put back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QByteArray, QObject, QPoint, QSettings, QSize, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from gui.plots.titles import PanelTitle

_LAYOUT_VERSION = 1
LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
# Which panel a view of an area shares its place with when it is first opened.
HOME = {LEFT: "builder", RIGHT: "inspector", BOTTOM: "magnitudes"}
# As wide as this a panel at the foot is to be; where there is no room for one more beside the others, it is a tab.
_LEAST_WIDTH = 340
# So much of a floating panel is to be seen on a screen, in pixels.
_GRIP = 48


@dataclass(frozen=True)
class Panel:
    """One panel: its id, its name, what is in it, where it stands, its title line, its size there, if it is open.

    ``shares`` is the panel whose place it shares, as a tab; it is then closed at first.
    """

    id: str
    name: str
    widget: QWidget
    area: Qt.DockWidgetArea
    title: PanelTitle | None
    width: int
    height: int
    shares: str = ""
    opened: bool = True


class Panels(QObject):
    """Builds the docks of a window from a table of panels."""

    def __init__(self, window: QMainWindow, panels: tuple[Panel, ...]) -> None:
        super().__init__(window)
        self._window, self._panels = window, {panel.id: panel for panel in panels}
        window.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, LEFT),
            (Qt.Corner.TopLeftCorner, LEFT),
            (Qt.Corner.BottomRightCorner, RIGHT),
            (Qt.Corner.TopRightCorner, RIGHT),
        ):
            window.setCorner(corner, area)
        self.docks = {panel.id: self._dock(panel) for panel in panels}
        below = [self.docks[panel.id] for panel in panels if panel.area == BOTTOM and not panel.shares]
        for left, right in pairwise(below):
            window.splitDockWidget(left, right, Qt.Orientation.Horizontal)
        self._sharing = tuple(panel.id for panel in panels if panel.shares)
        for name in self._sharing:
            window.tabifyDockWidget(self.docks[self._panels[name].shares], self.docks[name])
        # Those of which nobody has said yet where they are to stand.
        self._unplaced = set(self._sharing)
        self._closed = tuple(panel.id for panel in panels if panel.shares or not panel.opened)
        for name in self._closed:
            self.docks[name].hide()
        for panel in panels:
            if not panel.shares:
                window.resizeDocks([self.docks[panel.id]], [panel.width], Qt.Orientation.Horizontal)
                window.resizeDocks([self.docks[panel.id]], [panel.height], Qt.Orientation.Vertical)
        self._first = window.saveState(_LAYOUT_VERSION)

    def _dock(self, panel: Panel) -> QDockWidget:
        dock = QDockWidget(panel.name, self._window)
        dock.setObjectName(f"dock.{panel.id}")
        dock.setTitleBarWidget(panel.title or QWidget())
        dock.setWidget(panel.widget)
        self._window.addDockWidget(panel.area, dock)
        dock.toggleViewAction().triggered.connect(self._settle_toggled)
        return dock

    @property
    def toggles(self) -> list[QAction]:
        """An action for each panel that shows or hides it."""
        return [dock.toggleViewAction() for dock in self.docks.values()]

    # -- opening ---------------------------------------------------------------------------------

    def open(self, name: str) -> None:
        """Shows a panel where it was, in front of those that share its place."""
        dock = self.docks[name]
        if dock.isHidden():
            dock.show()
            self._settle(name)
        dock.raise_()

    @Slot(bool)
    def _settle_toggled(self, shown: bool) -> None:
        name = next(name for name, dock in self.docks.items() if dock.toggleViewAction() is self.sender())
        if shown:
            self._settle(name)
            self.docks[name].raise_()

    def _settle(self, name: str) -> None:
        """A panel opened for the first time stands beside those at the foot where there is room, or else is a tab."""
        dock = self.docks[name]
        if name in self._unplaced and self._window.dockWidgetArea(dock) == BOTTOM:
            self._unplaced.discard(name)
            beside = self._columns(dock)
            alone = [other for other in beside if not self._window.tabifiedDockWidgets(other)]
            if alone and len(beside) < self.room:
                self._window.splitDockWidget(alone[-1], dock, Qt.Orientation.Horizontal)
                columns = [*beside, dock]
                self._window.resizeDocks(columns, [1000] * len(columns), Qt.Orientation.Horizontal)

    @property
    def room(self) -> int:
        """How many panels there is room for beside each other at the foot of the window."""
        docked = [dock for dock in self.docks.values() if not dock.isHidden() and not dock.isFloating()]
        sides = (
            max((dock.width() for dock in docked if self._window.dockWidgetArea(dock) == area), default=0)
            for area in (LEFT, RIGHT)
        )
        return max((self._window.width() - sum(sides)) // _LEAST_WIDTH, 1)

    def _columns(self, but: QDockWidget) -> list[QDockWidget]:
        """The open panels beside each other at the foot, one for each group of tabs."""
        found: list[QDockWidget] = []
        for dock in self.docks.values():
            there = dock is not but and not dock.isHidden() and not dock.isFloating()
            if there and self._window.dockWidgetArea(dock) == BOTTOM:
                shared = self._window.tabifiedDockWidgets(dock)
                if not any(other in found for other in shared):
                    found.append(dock)
        return found

    # -- arranging -------------------------------------------------------------------------------

    def reset(self) -> None:
        """All panels back in their places."""
        self._window.restoreState(self._first, _LAYOUT_VERSION)
        self._unplaced = set(self._sharing)
        for name, dock in self.docks.items():
            dock.setVisible(name not in self._closed)

    def arrange(self, left: Iterable[str], right: Iterable[str], foot: Iterable[str]) -> None:
        """Opens these panels and no others: above each other at the sides, beside each other at the foot.

        Names of panels that are not there are left out; those at the foot that there is no room for become tabs of the
        last one.
        """
        self.reset()
        sides = {LEFT: self._known(left), RIGHT: self._known(right)}
        below = self._known(foot)
        for dock in self.docks.values():
            dock.hide()
        for area, names in sides.items():
            for name in names:
                self._place(area, name, Qt.Orientation.Vertical)
        widths = sum(max((self._panels[name].width for name in names), default=0) for names in sides.values())
        room = max((self._window.width() - widths) // _LEAST_WIDTH, 1)
        for name in below[:room]:
            self._place(BOTTOM, name, Qt.Orientation.Horizontal)
        for name in below[room:]:
            self._place(BOTTOM, name, Qt.Orientation.Horizontal)
            self._window.tabifyDockWidget(self.docks[below[room - 1]], self.docks[name])
        self._share_out(sides, below[:room])
        if below[room:]:
            self.docks[below[room - 1]].raise_()

    def _known(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if name in self.docks]

    def _place(self, area: Qt.DockWidgetArea, name: str, along: Qt.Orientation) -> None:
        self._unplaced.discard(name)
        self._window.addDockWidget(area, self.docks[name], along)
        self.docks[name].show()

    def _share_out(self, sides: dict[Qt.DockWidgetArea, list[str]], below: list[str]) -> None:
        """Gives every panel the size it asks for; those at the foot share its width."""
        for names in sides.values():
            docks = [self.docks[name] for name in names]
            for size, along in (("width", Qt.Orientation.Horizontal), ("height", Qt.Orientation.Vertical)):
                self._window.resizeDocks(docks, [getattr(self._panels[name], size) for name in names], along)
        foot = [self.docks[name] for name in below]
        height = max((self._panels[name].height for name in below), default=0)
        self._window.resizeDocks(foot, [1000] * len(foot), Qt.Orientation.Horizontal)
        self._window.resizeDocks(foot, [height] * len(foot), Qt.Orientation.Vertical)

    # -- keeping ---------------------------------------------------------------------------------

    @property
    def state(self) -> QByteArray:
        """Where all panels are."""
        return self._window.saveState(_LAYOUT_VERSION)

    def show_state(self, state: QByteArray) -> bool:
        """Puts all panels where they were; in the first layout, and False, where that cannot be read."""
        self.reset()
        if not self._window.restoreState(state, _LAYOUT_VERSION):
            self.reset()
            return False
        self._unplaced.clear()
        self._bring_back()
        return True

    def _bring_back(self) -> None:
        """No floating panel is where no screen is."""
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        for dock in self.docks.values():
            seen = [screen.intersected(dock.frameGeometry()).size() for screen in screens]
            if dock.isFloating() and not any(size.width() >= _GRIP and size.height() >= _GRIP for size in seen):
                dock.resize(dock.size().boundedTo(screens[0].size() - QSize(_GRIP, _GRIP)))
                dock.move(screens[0].topLeft() + QPoint(_GRIP, _GRIP))

    def save(self, settings: QSettings) -> None:
        """Keeps the places of window and panels."""
        settings.setValue("geometry", self._window.saveGeometry())
        settings.setValue("layout", self.state)

    def restore(self, settings: QSettings) -> None:
        """Takes up the places kept; anything else than what was saved leaves the first layout."""
        geometry, layout = settings.value("geometry"), settings.value("layout")
        if isinstance(geometry, QByteArray) and isinstance(layout, QByteArray):
            self._window.restoreGeometry(geometry)
            self.show_state(layout)
