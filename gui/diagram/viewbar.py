"""The view bar: what the nodes and edges show, over which plane, and how near the drawing is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QIcon
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from engine.edge_views import EDGE_VIEWS
from engine.snapshot import Snapshot
from engine.unit_views import NODE_VIEWS
from gui.diagram.legend import LEFT, LOWER_LINE, has_large_pair
from gui.diagram.shown import Shown, available_plane
from gui.diagram.words import row_name, why_not
from gui.greying import grey
from gui.icons import icon
from gui.plots.titles import SAYS
from gui.text import shortened, tr
from gui.theme import colours, pixels

HEIGHT = 24
# How a picker is written: with a caption, alone, as its caption alone, or as an icon.
_CAPTIONED, _ALONE, _SHORT, _ICON = range(4)
_LONGEST_NAME = 16
# The room for all samples of the legend beside the bar, and the least.
_FOR_ALL_SAMPLES, _FOR_LEGEND, _MARGIN = 440, 262, 12
# The words of the bar, from all to few: the form of the pickers, that of the plane, and that of the row.
_FORMS = (
    (_CAPTIONED, _CAPTIONED, 0), (_ALONE, _CAPTIONED, 0), (_ALONE, _SHORT, 0), (_ALONE, _SHORT, 1), (_SHORT, _SHORT, 1),
    (_ICON, _ICON, 1),
)  # fmt: skip

# Those that tell what is shown without a look into the menus.
_TELLING = _FORMS[:4]

# The room of the percentage in the usual type.
_PERCENT = 52


class Picker(QToolButton):
    """A small button with a menu of choices. ``picked(key)``. Written longer or shorter as there is room."""

    picked = Signal(object)

    def __init__(self, name: str, caption: str, about: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("role", "mini")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(HEIGHT)
        self._caption, self._about, self._icon = caption, about, name.removeprefix("view.")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._label, self._form = "", _CAPTIONED
        self._entries: tuple[tuple[str, str, str, str], ...] = ()
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.setMenu(menu)

    def show_choices(self, entries: Iterable[tuple[str, str, str, str]], chosen: str) -> None:
        """Offers entries of (key, label, about, why not): one with a reason why not cannot be picked."""
        entries = tuple(entries)
        if entries != self._entries:
            self._entries = entries
            add_choices(self.menu(), entries, self._pick)
        for action in self.menu().actions():
            action.setChecked(action.data() == chosen)
        label = next((label for key, label, *_ in entries if key == chosen), "")
        self.show_label(label, next((about for key, _, about, _ in entries if key == chosen), ""))

    def show_label(self, label: str, about: str = "") -> None:
        """Says what is chosen."""
        self._label = label
        self.setProperty(SAYS, label)
        self.setAccessibleName(f"{self._caption}: {label}")
        self.setToolTip("\n".join(filter(None, (f"{self._caption}: {label}", about, self._about))))
        self.show_form(self._form)

    def show_form(self, form: int) -> None:
        """Writes caption and choice, the choice, the caption alone, or nothing beside an icon."""
        self._form = form
        words = (f"{self._caption}: {self._label}", self._label, self._caption, "")[form]
        self.setText(f"{words} ▾".strip().replace("&", "&&"))
        self.setIcon(icon(self._icon, colours().quiet, 14) if form == _ICON else QIcon())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the icon again in the colours of another theme."""
        if event.type() == QEvent.Type.StyleChange and self._form == _ICON:
            self.show_form(self._form)
        super().changeEvent(event)

    @Slot(QAction)
    def _pick(self, action: QAction) -> None:
        self.picked.emit(action.data())


def add_choices(menu: QMenu, entries: Iterable[tuple[str, str, str, str]], pick: Callable[[QAction], None]) -> None:
    """Fills a menu with choices of which one is on: (key, label, about, why not)."""
    menu.clear()
    for old in menu.findChildren(QActionGroup, options=Qt.FindChildOption.FindDirectChildrenOnly):
        old.deleteLater()
    group = QActionGroup(menu)
    group.triggered.connect(pick)
    for key, label, about, reason in entries:
        action = QAction(label.replace("&", "&&"), menu, checkable=True)
        action.setData(key)
        action.setToolTip(about)
        action.setStatusTip(reason or about)
        grey(action, reason)
        group.addAction(action)
        menu.addAction(action)


class PlanePicker(Picker):
    """Chooses up to two inputs for the maps: one across, one up. ``picked(plane)``: their indices."""

    def __init__(self, parent: QWidget | None = None) -> None:
        about = tr("The inputs that the pictures in the nodes run over; the others stay as in the traced row.")
        super().__init__("view.plane", tr("Plane"), about, parent)
        self._names: tuple[str, ...] = ()
        self._plane: tuple[int, ...] = ()
        self._listed: tuple[str, ...] = ()
        self._none = QAction(tr("None"), self.menu(), checkable=True)
        self._none.setData("none")
        self._none.triggered.connect(self._leave)
        self.across, self.up = QMenu(tr("Across"), self.menu()), QMenu(tr("Up"), self.menu())
        for menu in (self.across, self.up):
            # Hundreds of columns take longer to list than a network takes to draw.
            menu.aboutToShow.connect(self._list)
            menu.setStyleSheet("QMenu { menu-scrollable: 1; }")
        self.menu().addAction(self._none)
        self.menu().addMenu(self.across)
        self.menu().addMenu(self.up)

    def show_plane(self, names: tuple[str, ...], plane: tuple[int, ...]) -> None:
        """Offers the columns; ``plane`` are the indices of those the maps run over, () for none."""
        self._names, self._plane = names, plane
        self._none.setChecked(not plane)
        grey(self.up, "" if plane else tr("Choose the input across first"))
        self.show_label(" × ".join(shortened(names[i].split(" (")[0], _LONGEST_NAME) for i in plane) or tr("None"))

    @Slot()
    def _list(self) -> None:
        """Fills both menus with the columns there are, and ticks what is chosen."""
        if self._names != self._listed:
            self._listed = self._names
            columns = [(str(i), name, name, "") for i, name in enumerate(self._names)]
            add_choices(self.across, columns, self._pick_across)
            alone = ("none", tr("None"), tr("The pictures run along one input only."), "")
            add_choices(self.up, [alone, *columns], self._pick_up)
        for menu, place in ((self.across, 0), (self.up, 1)):
            here = str(self._plane[place]) if len(self._plane) > place else "none"
            for action in menu.actions():
                action.setChecked(action.data() == here)

    @Slot()
    def _leave(self) -> None:
        self._wish(())

    @Slot(QAction)
    def _pick_across(self, action: QAction) -> None:
        across, up = int(action.data()), self._plane[1:]
        # The same column twice: the two change places.
        if up == (across,):
            up = self._plane[:1]
        if not self._plane:
            up = (0 if across else 1,)
        self._wish((across, *up))

    @Slot(QAction)
    def _pick_up(self, action: QAction) -> None:
        chosen, across = action.data(), self._plane[0]
        if chosen == "none":
            self._wish((across,))
        elif int(chosen) == across:
            self._wish((self._plane[1], across) if len(self._plane) > 1 else (across,))
        else:
            self._wish((across, int(chosen)))

    def _wish(self, plane: tuple[int, ...]) -> None:
        self.picked.emit(plane)
        # What was wished is shown when it has become true.
        self.show_plane(self._names, self._plane)
        self._list()


class ViewBar(QWidget):
    """One slim row. ``chosen(Shown)``, ``zoomed(steps)`` with −1 or +1, and ``fitted()`` are wishes."""

    chosen = Signal(object)
    zoomed = Signal(int)
    fitted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("viewbar")
        self.setAccessibleName(tr("What the drawing shows"))
        self.setFixedHeight(HEIGHT)
        self._shown = Shown()
        self._key: tuple[object, ...] = ()
        self._size = (0, 0)
        self._row_words = ("", "")
        self.row = self._button("view.row", "chip", "", tr("Leave the row: show all rows again"))
        self.nodes = Picker("view.nodes", tr("Nodes"), tr("What the boxes of the units show."), self)
        self.edges = Picker("view.edges", tr("Edges"), tr("What the lines between the units show."), self)
        self.plane = PlanePicker(self)
        about = tr("Show the weights of large layers as heat maps, all of them instead of the strongest")
        self.ribbons = self._button("view.ribbons", "mini", tr("Heat map"), about)
        self.ribbons.setCheckable(True)
        self.out = self._button("view.zoom_out", "mini", "−", tr("Smaller"))
        self.percent = self._button("view.fit", "mini", "100 %", tr("Fit the whole network into the window"))
        self.into = self._button("view.zoom_in", "mini", "+", tr("Larger"))
        self.percent.setFixedWidth(pixels(_PERCENT))
        for button in (self.out, self.into):
            button.setFixedWidth(HEIGHT)
            button.setAutoRepeat(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in self._parts():
            layout.addWidget(part)
        self._connect()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Keeps room for the percentage where the type is of another size."""
        if event.type() == QEvent.Type.StyleChange:
            self.percent.setFixedWidth(pixels(_PERCENT))
        super().changeEvent(event)

    def _parts(self) -> tuple[QToolButton, ...]:
        return (self.row, self.nodes, self.edges, self.plane, self.ribbons, self.out, self.percent, self.into)

    def _button(self, name: str, role: str, text: str, words: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setProperty("role", role)
        button.setText(text)
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setFixedHeight(HEIGHT)
        return button

    def _connect(self) -> None:
        self.nodes.picked.connect(self._pick_nodes)
        self.edges.picked.connect(self._pick_edges)
        self.plane.picked.connect(self._pick_plane)
        self.ribbons.clicked.connect(self._pick_ribbons)
        self.row.clicked.connect(self._leave_row)
        self.out.clicked.connect(self._zoom_out)
        self.into.clicked.connect(self._zoom_in)
        self.percent.clicked.connect(self.fitted)

    # -- what is shown ---------------------------------------------------------------------------

    def show_view(self, shown: Shown, snapshot: Snapshot, zoom: float = 1.0) -> None:
        """Shows what is chosen for a network and at which zoom, 1 where everything fits."""
        trace, data = snapshot.trace, snapshot.data
        row = row_name(trace) if trace else ""
        key = (
            shown,
            data.names,
            data.variables,
            snapshot.plan.widths,
            snapshot.experiment.training.optimizer,
            row,
            zoom,
        )
        if key == self._key:
            return
        self._key, self._shown = key, shown
        self._show_choices(shown, snapshot)
        # A network of one or two inputs has a plane of its own.
        self.plane.setVisible(len(data.variables) > 2)
        self.plane.show_plane(data.variables, available_plane(shown.plane, len(data.variables)))
        # Columns that are folded are drawn as heat maps, too: what is on can be switched off.
        self.ribbons.setVisible(has_large_pair(snapshot) or shown.ribbons)
        self.ribbons.setChecked(shown.ribbons)
        self.row.setVisible(trace is not None and shown != shown.without_row())
        self._row_words = (f"{row} · {trace.truth} ✕" if trace and trace.truth else f"{row} ✕", f"{row} ✕")
        self.percent.setText(f"{round(100 * zoom)} %")
        self._size = (0, 0)

    def _show_choices(self, shown: Shown, snapshot: Snapshot) -> None:
        nodes = [(view.key, tr(view.label), tr(view.about), "") for view in NODE_VIEWS]
        edges = [
            (view.key, f"{tr(view.label)} {view.symbol}", tr(view.about), why_not(view.key, snapshot))
            for view in EDGE_VIEWS
        ]
        self.nodes.show_choices(nodes, shown.nodes)
        self.edges.show_choices(edges, shown.edges)

    def settle(self, width: int, height: int) -> float:
        """Takes its place at the foot of an area; answers the room that is left for the legend."""
        if (width, height) != self._size:
            self._size = (width, height)
            self._arrange(width, height)
        return max(self.x() - LEFT - _MARGIN, 0.0)

    def _arrange(self, width: int, height: int) -> None:
        if not self.fit_into(width - _FOR_ALL_SAMPLES, _TELLING):
            self.fit_into(width - _FOR_LEGEND)
        self.move(width - self.width() - _MARGIN, round(height - LOWER_LINE - HEIGHT / 2))

    def fit_into(self, room: float, forms: tuple[tuple[int, int, int], ...] = _FORMS) -> bool:
        """Takes as many words as fit in a width and becomes as wide as they are; says whether there was a form for it.

        ``forms``: those to choose from, the longest first; where none fits it is the last.
        """
        fitting = False
        for form in forms:
            self._write(*form)
            fitting = self.sizeHint().width() <= room
            if fitting:
                break
        self.resize(self.sizeHint().width(), HEIGHT)
        return fitting

    def _write(self, pickers: int, plane: int, row: int) -> None:
        for picker in (self.nodes, self.edges):
            picker.show_form(pickers)
        self.plane.show_form(plane)
        self.row.setText(self._row_words[row])

    # -- wishes ----------------------------------------------------------------------------------

    def _wish(self, shown: Shown) -> None:
        if shown != self._shown:
            self.chosen.emit(shown)

    @Slot(object)
    def _pick_nodes(self, key: str) -> None:
        self._wish(replace(self._shown, nodes=key))

    @Slot(object)
    def _pick_edges(self, key: str) -> None:
        self._wish(replace(self._shown, edges=key))

    @Slot(object)
    def _pick_plane(self, plane: tuple[int, ...]) -> None:
        self._wish(replace(self._shown, plane=plane))

    @Slot(bool)
    def _pick_ribbons(self, on: bool) -> None:
        self._wish(replace(self._shown, ribbons=on))

    @Slot()
    def _leave_row(self) -> None:
        self._wish(self._shown.without_row())

    @Slot()
    def _zoom_out(self) -> None:
        self.zoomed.emit(-1)

    @Slot()
    def _zoom_in(self) -> None:
        self.zoomed.emit(1)
