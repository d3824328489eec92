"""The panels around the diagram: docks that can be moved, floated, hidden and put back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from gui.plots.titles import PanelTitle

_LAYOUT_VERSION = 1
LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


@dataclass(frozen=True)
class Panel:
    """One panel: its id, its name, what is in it, where it stands, its title line, its size there, if it is open."""

    id: str
    name: str
    widget: QWidget
    area: Qt.DockWidgetArea
    title: PanelTitle | None
    width: int
    height: int
    opened: bool = True


class Panels:
    """Builds the docks of a window from a table of panels."""

    def __init__(self, window: QMainWindow, panels: tuple[Panel, ...]) -> None:
        self._window = window
        window.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, LEFT),
            (Qt.Corner.TopLeftCorner, LEFT),
            (Qt.Corner.BottomRightCorner, RIGHT),
            (Qt.Corner.TopRightCorner, RIGHT),
        ):
            window.setCorner(corner, area)
        self.docks = {panel.id: self._dock(panel) for panel in panels}
        below = [self.docks[panel.id] for panel in panels if panel.area == BOTTOM]
        for left, right in pairwise(below):
            window.splitDockWidget(left, right, Qt.Orientation.Horizontal)
        self._closed = tuple(panel.id for panel in panels if not panel.opened)
        for name in self._closed:
            self.docks[name].hide()
        for panel in panels:
            window.resizeDocks([self.docks[panel.id]], [panel.width], Qt.Orientation.Horizontal)
            window.resizeDocks([self.docks[panel.id]], [panel.height], Qt.Orientation.Vertical)
        self._first = window.saveState(_LAYOUT_VERSION)

    def _dock(self, panel: Panel) -> QDockWidget:
        dock = QDockWidget(panel.name, self._window)
        dock.setObjectName(f"dock.{panel.id}")
        dock.setTitleBarWidget(panel.title or QWidget())
        dock.setWidget(panel.widget)
        self._window.addDockWidget(panel.area, dock)
        return dock

    @property
    def toggles(self) -> list[QAction]:
        """An action for each panel that shows or hides it."""
        return [dock.toggleViewAction() for dock in self.docks.values()]

    def reset(self) -> None:
        """All panels back in their places."""
        self._window.restoreState(self._first, _LAYOUT_VERSION)
        for name, dock in self.docks.items():
            dock.setVisible(name not in self._closed)

    def open(self, name: str) -> None:
        """Shows a panel; one at the foot of the window gets as much room as those beside it."""
        dock, area = self.docks[name], self._window.dockWidgetArea(self.docks[name])
        if dock.isHidden():
            dock.show()
            beside = [d for d in self.docks.values() if not d.isHidden() and self._window.dockWidgetArea(d) == area]
            if area == BOTTOM:
                self._window.resizeDocks(beside, [1000] * len(beside), Qt.Orientation.Horizontal)

    def save(self, settings: QSettings) -> None:
        """Keeps the places of window and panels."""
        settings.setValue("geometry", self._window.saveGeometry())
        settings.setValue("layout", self._window.saveState(_LAYOUT_VERSION))

    def restore(self, settings: QSettings) -> None:
        """Takes up the places kept; anything else than what was saved leaves the first layout."""
        geometry, layout = settings.value("geometry"), settings.value("layout")
        if isinstance(geometry, QByteArray) and isinstance(layout, QByteArray):
            self._window.restoreGeometry(geometry)
            self._window.restoreState(layout, _LAYOUT_VERSION)
