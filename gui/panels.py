"""The panels around the diagram: docks that can be moved, floated, hidden and put back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

from PySide6.QtCore import QByteArray, QChildEvent, QEvent, QObject, QPoint, QSettings, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

from gui.plots.titles import PanelTitle
from gui.theme import pixels

_LAYOUT_VERSION = 1
# The bytes of the checksum in front of what is kept, and how a state begins that has none.
_CHECKSUM, _MARK_OF_QT = 4, b"\0\0\0\xff"
LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
# Which panel a view of an area shares its place with when it is first opened.
HOME = {LEFT: "builder", RIGHT: "inspector", BOTTOM: "magnitudes"}
_ALONG = {BOTTOM: Qt.Orientation.Horizontal}
# As wide as this a panel at the foot is to be; where there is no room for one more beside the others, it is a tab.
_LEAST_WIDTH = 340
# No arrangement makes the panels at the foot higher than this: the network stays the largest thing.
_HIGHEST_FOOT = 300
# So much of a floating panel is to be seen on a screen, in pixels.
_GRIP = 48


@dataclass(frozen=True)
class Panel:
    """One panel: its id, its name, what is in it, where it stands, its title line, its size there, if it is open.

    ``shares`` is the panel whose place it shares, as a tab, where there is no room beside; it is then closed at first.
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

    @property
    def size(self) -> QSize:
        """How large it asks to be: larger in large type."""
        return QSize(pixels(self.width), pixels(self.height))


class Panels(QObject):
    """Builds the docks of a window from a table of panels."""

    def __init__(self, window: QMainWindow, panels: tuple[Panel, ...]) -> None:
        super().__init__(window)
        window.installEventFilter(self)
        self._tidying = QTimer(self, singleShot=True, interval=0)
        self._tidying.timeout.connect(self._tidy)
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
        # Those of which nobody has said yet where they are to stand.
        self._unplaced = set(self._sharing)
        self._closed = tuple(panel.id for panel in panels if panel.shares or not panel.opened)
        for name in self._closed:
            self.docks[name].hide()
        self._resize_first()
        self._first = window.saveState(_LAYOUT_VERSION)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Qt has made a bar of tabs: it shows their whole names, and can be scrolled where they are too many."""
        if event.type() == QEvent.Type.ChildPolished and isinstance(event, QChildEvent):
            bar = event.child()
            if isinstance(bar, QTabBar):
                bar.setElideMode(Qt.TextElideMode.ElideNone)
                # Its line is of no colour of the theme.
                bar.setDrawBase(False)
        return super().eventFilter(watched, event)

    def _resize_first(self) -> None:
        for panel in self._panels.values():
            if not panel.shares:
                self._window.resizeDocks([self.docks[panel.id]], [panel.width], Qt.Orientation.Horizontal)
                self._window.resizeDocks([self.docks[panel.id]], [panel.height], Qt.Orientation.Vertical)

    def _dock(self, panel: Panel) -> QDockWidget:
        dock = QDockWidget(panel.name, self._window)
        dock.setObjectName(f"dock.{panel.id}")
        dock.setTitleBarWidget(panel.title or QWidget())
        dock.setWidget(panel.widget)
        self._window.addDockWidget(panel.area, dock)
        dock.toggleViewAction().triggered.connect(self._settle_toggled)
        dock.visibilityChanged.connect(self._tidy_soon)
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
        if name not in self._unplaced or dock.isFloating():
            return
        self._unplaced.discard(name)
        area = self._window.dockWidgetArea(dock)
        others = self._groups(area, dock)
        if others and (area != BOTTOM or len(others) >= self.room):
            shared = self.docks[self._panels[name].shares]
            self._window.tabifyDockWidget(shared if shared in others else others[-1], dock)
        for each in (LEFT, RIGHT, BOTTOM):
            self._even_out(each)
        self._tidying.start()

    def _even_out(self, area: Qt.DockWidgetArea) -> None:
        """Panels at the foot share its width, those at a side are as wide as the widest asks for."""
        opened = [name for name, dock in self.docks.items() if self._is_docked(dock, area)]
        width = 1000 if area == BOTTOM else max((self._panels[name].size.width() for name in opened), default=0)
        groups = self._groups(area)
        self._window.resizeDocks(groups, [width] * len(groups), Qt.Orientation.Horizontal)

    def _is_docked(self, dock: QDockWidget, area: Qt.DockWidgetArea) -> bool:
        return not dock.isHidden() and not dock.isFloating() and self._window.dockWidgetArea(dock) == area

    @property
    def room(self) -> int:
        """How many panels there is room for beside each other at the foot of the window."""
        sides = (
            max((dock.width() for dock in self.docks.values() if self._is_docked(dock, area)), default=0)
            for area in (LEFT, RIGHT)
        )
        return max((self._window.width() - sum(sides)) // _LEAST_WIDTH, 1)

    def _groups(self, area: Qt.DockWidgetArea, but: QDockWidget | None = None) -> list[QDockWidget]:
        """The open panels beside each other in an area, one for each group of tabs."""
        found: list[QDockWidget] = []
        for dock in self.docks.values():
            if dock is not but and self._is_docked(dock, area):
                shared = self._window.tabifiedDockWidgets(dock)
                if not any(other in found for other in shared):
                    found.append(dock)
        return found

    # -- arranging -------------------------------------------------------------------------------

    def reset(self) -> None:
        """All panels back in their places."""
        self._take_away()
        self._window.restoreState(self._first, _LAYOUT_VERSION)
        self._unplaced = set(self._sharing)
        for name, dock in self.docks.items():
            dock.setVisible(name not in self._closed)
        self._resize_first()

    def arrange(self, left: Iterable[str], right: Iterable[str], foot: Iterable[str]) -> None:
        """Opens these panels and no others: above each other at the sides, beside each other at the foot.

        Names of panels that are not there are left out; those at the foot that there is no room for become tabs of the
        last one.
        """
        known = [[name for name in names if name in self.docks] for names in (left, right, foot)]
        sides, below = {LEFT: known[0], RIGHT: known[1]}, known[2]
        self._take_away()
        for area, names in sides.items():
            for name in names:
                self._place(area, name, Qt.Orientation.Vertical)
        widths = sum(max((self._panels[name].size.width() for name in names), default=0) for names in sides.values())
        columns = below[: max((self._window.width() - widths) // _LEAST_WIDTH, 1)]
        for name in columns:
            self._place(BOTTOM, name, Qt.Orientation.Horizontal)
        for name in below[len(columns) :]:
            self._window.tabifyDockWidget(self.docks[columns[-1]], self.docks[name])
            self.docks[name].show()
        self._put_by({name for names in sides.values() for name in names}.union(below))
        self._share_out(sides, columns)
        if columns:
            self.docks[columns[-1]].raise_()

    def _take_away(self) -> None:
        """No panel has a place any more; the tabs of places that are left stay on the screen otherwise."""
        for dock in self.docks.values():
            self._window.removeDockWidget(dock)
        self._tidying.start()

    @Slot()
    def _tidy_soon(self) -> None:
        self._tidying.start()

    @Slot()
    def _tidy(self) -> None:
        """Qt forgets to hide bars of tabs whose panels have gone: only those of panels that share a place are shown."""
        groups = []
        for dock in self.docks.values():
            if not dock.isHidden() and not dock.isFloating():
                sharing = [other for other in self._window.tabifiedDockWidgets(dock) if not other.isHidden()]
                groups.append({dock.windowTitle(), *(other.windowTitle() for other in sharing)})
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            tabs = {bar.tabText(i) for i in range(bar.count())}
            bar.setVisible(len(tabs) > 1 and tabs in groups)

    def _place(self, area: Qt.DockWidgetArea, name: str, along: Qt.Orientation) -> None:
        self._window.addDockWidget(area, self.docks[name], along)
        self.docks[name].show()

    def _put_by(self, opened: set[str]) -> None:
        """Gives the panels that are not opened a place to be opened at."""
        self._unplaced = set(self._sharing) - opened
        for name in (name for name in self.docks if name not in opened):
            panel = self._panels[name]
            self._window.addDockWidget(panel.area, self.docks[name], _ALONG.get(panel.area, Qt.Orientation.Vertical))
            self.docks[name].hide()

    def _share_out(self, sides: dict[Qt.DockWidgetArea, list[str]], below: list[str]) -> None:
        """Gives every panel the size it asks for; those at the foot share its width."""
        for area, names in sides.items():
            heights = [self._panels[name].height for name in names]
            self._window.resizeDocks([self.docks[name] for name in names], heights, Qt.Orientation.Vertical)
            self._even_out(area)
        self._even_out(BOTTOM)
        foot = [self.docks[name] for name in below]
        height = min(max((self._panels[name].size.height() for name in below), default=0), _HIGHEST_FOOT)
        height = min(height, self._window.height() // 3)
        self._window.resizeDocks(foot, [height] * len(foot), Qt.Orientation.Vertical)

    # -- keeping ---------------------------------------------------------------------------------

    @property
    def state(self) -> QByteArray:
        """Where all panels are, with a checksum: what was damaged since would bring Qt down."""
        state = bytes(self._window.saveState(_LAYOUT_VERSION).data())
        return QByteArray(crc32(state).to_bytes(_CHECKSUM, "big") + state)

    def show_state(self, state: QByteArray) -> bool:
        """Puts all panels where they were; in the first layout, and False, where that cannot be read."""
        self.reset()
        whole = _unsealed(bytes(state.data()))
        if whole is None or not self._window.restoreState(QByteArray(whole), _LAYOUT_VERSION):
            self.reset()
            return False
        self._unplaced.clear()
        self._bring_back()
        self._tidying.start()
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


def _unsealed(state: bytes) -> bytes | None:
    """What Qt has said of the panels; None where it is damaged. Earlier releases kept it without a checksum."""
    if state.startswith(_MARK_OF_QT):
        return state
    sealed, rest = state[:_CHECKSUM], state[_CHECKSUM:]
    return rest if crc32(rest).to_bytes(_CHECKSUM, "big") == sealed else None
