"""The title line of a panel: its name, a legend where there are several series, and a note at the right."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QColor, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from gui.plots.titlewords import GAP, Name, Note
from gui.theme import colours, is_for_a_file, pixels

# Series differ by colour and by pen.
PENS = (
    Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine,
)  # fmt: skip


def series_pen(index: int, width: float = 1.6) -> QPen:
    """The pen of a series: colour and dash by its number."""
    series = colours().series
    pen = QPen(QColor(series[index % len(series)]), width)
    pen.setStyle(PENS[index % len(PENS)])
    # In a file with more pixels than the window it is thicker.
    pen.setCosmetic(not is_for_a_file())
    return pen


# More series than this are not all named: the line would be wider than the plot.
_MOST_ENTRIES = 7
# The room for what stands for entries that are left out.
_ELLIPSIS = 16
# Between the name and the legend.
_BEFORE = 4
# Panels that are narrower have their legends in a line of their own, all of them: beside each other they begin alike.
_NARROW = 370
# The property of a button that says which of several is shown: a picture, which has no buttons, says it too.
SAYS = "says"


class Swatch(QWidget):
    """A short line in the pen of a series."""

    def __init__(self, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index = index
        self.setFixedSize(QSize(18, 12))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The line."""
        with QPainter(self) as painter:
            painter.setPen(series_pen(self._index, 2.0))
            painter.drawLine(QPointF(1, 6.5), QPointF(17, 6.5))


class Legend(QWidget):
    """A swatch and a word for each series, as many as there is room for; it never makes a panel wider."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(1)
        self._entries: tuple[str, ...] = ()
        self._line, self._shown = QWidget(self), 0

    def show_entries(self, entries: tuple[str, ...]) -> None:
        """Names these series, and of very many the first ones and the last."""
        if entries == self._entries:
            return
        self._entries = entries
        self._line.deleteLater()
        self._line = QWidget(self)
        row = QHBoxLayout(self._line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        shown = entries if len(entries) <= _MOST_ENTRIES else entries[: _MOST_ENTRIES - 2]
        rest = () if len(shown) == len(entries) else (f"… {entries[-1]}",)
        for index, text in enumerate((*shown, *rest)):
            if index < len(shown):
                row.addSpacing(6)
                row.addWidget(Swatch(index))
            label = QLabel(text)
            label.setProperty("role", "key")
            row.addWidget(label)
        self.setToolTip(", ".join(entries))
        self._cut()
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all entries."""
        return self._line.sizeHint().expandedTo(QSize(0, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Shows the entries that fit."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        """Leaves out the entries of which a part would be cut off; an ellipsis stands for them."""
        hint = self._line.sizeHint()
        self._line.setGeometry(0, (self.height() - hint.height()) // 2, hint.width(), hint.height())
        if (row := self._line.layout()) is not None:
            # At once, also while nothing is visible yet.
            row.setGeometry(self._line.rect())
        ends = [label.geometry().right() + 1 for label in self._line.findChildren(QLabel)]
        room = self.width() if hint.width() <= self.width() else self.width() - _ELLIPSIS
        self._shown = max((end for end in ends if end <= room), default=0)
        self._line.setMask(QRegion(0, 0, self._shown, hint.height()))
        # Qt takes an empty mask for none.
        self._line.setVisible(self._shown > 0)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The ellipsis, where there is room for it."""
        if self._shown < self._line.width() and self.width() - self._shown >= _ELLIPSIS:
            with QPainter(self) as painter:
                painter.setPen(QColor(colours().quiet))
                box = self.rect().adjusted(self._shown, 0, 0, 0)
                painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, " …")


@dataclass(frozen=True)
class Choice:
    """One of several: ``entries`` are (value, words), the first one as it is at the beginning."""

    key: str
    name: str
    help: str
    entries: tuple[tuple[str, str], ...]


class PanelTitle(QWidget):
    """Title, legend, note, switches and menus in one line.

    ``switched(key, on)`` when a switch is clicked, ``chosen(key, value)`` when an entry of a menu is. Each of
    ``choices`` has a button that says what is chosen; ``options`` are only in the menu of the panel, and so are
    the buttons for which the legend leaves no room.
    """

    switched = Signal(str, bool)
    chosen = Signal(str, str)

    def __init__(
        self,
        title: str,
        switches: tuple[tuple[str, str, str], ...] = (),
        parent: QWidget | None = None,
        *,
        choices: tuple[Choice, ...] = (),
        options: tuple[Choice, ...] = (),
    ) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 10, 12, 4)
        self._row.setSpacing(2)
        self._title = title
        name = Name(title)
        name.setProperty("role", "section")
        self._row.addWidget(name)
        self._keys: QWidget | None = None
        self._spare: QWidget | None = None
        self._shared_out = self._noted = 0
        self._legend = Legend()
        self._row.addSpacing(_BEFORE)
        self._row.addWidget(self._legend)
        self._note = Note()
        self._row.addWidget(self._note, 1)
        self._switches: dict[str, QToolButton] = {}
        self._choosers: dict[str, QToolButton] = {}
        self._names = {choice.key: choice.name for choice in (*choices, *options)}
        self._menus = {choice.key: self._menu_of(choice) for choice in (*choices, *options)}
        for key, text, help_text in switches:
            button = self._button(text, help_text)
            button.setCheckable(True)
            button.setProperty("key", key)
            button.clicked.connect(self._switch)
            self._switches[key] = button
        for choice in choices:
            button = self._button(_opens(choice.entries[0][1]), choice.help)
            button.setMenu(self._menus[choice.key])
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            self._choosers[choice.key] = button

    def _button(self, text: str, words: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setProperty("role", "mini")
        button.setToolTip(words)
        button.setAccessibleName(f"{self._title}: {words}")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._row.addWidget(button)
        return button

    def _menu_of(self, choice: Choice) -> QMenu:
        """A menu with the entries of a choice, of which one is marked."""
        menu = QMenu(_says(choice.name, choice.entries[0][1]), self)
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        for place, (value, words) in enumerate(choice.entries):
            entry = group.addAction(words)
            entry.setCheckable(True)
            entry.setChecked(place == 0)
            entry.setToolTip(choice.help)
            entry.setData((choice.key, value))
        menu.addActions(group.actions())
        group.triggered.connect(self._choose)
        return menu

    @property
    def has_options(self) -> bool:
        """Whether something can be chosen that has no button of its own."""
        return len(self._menus) > len(self._choosers)

    def fill(self, menu: QMenu) -> None:
        """Puts into the menu of the panel what has no button in the line."""
        for key, button in self._switches.items():
            if button.isHidden():
                entry = menu.addAction(button.text())
                entry.setToolTip(button.toolTip())
                entry.setCheckable(True)
                entry.setChecked(button.isChecked())
                entry.triggered.connect(self._switches[key].click)
        for key, options in self._menus.items():
            if key not in self._choosers or self._choosers[key].isHidden():
                menu.addMenu(options)
        if menu.actions():
            menu.addSeparator()

    def show_tools(self, tools: QWidget, spare: QWidget | None = None) -> None:
        """Puts buttons at the end of the line, the same for all panels; ``spare`` is there where there is room."""
        self._row.addWidget(tools)
        self._spare = spare
        self._share_out()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a short line the name comes first, then the legend."""
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        """Shows as many buttons as name and legend leave room for; without a legend only the spare one gives way."""
        legend = (self._keys or self._legend).sizeHint().width() + self._noted
        room = self.room_for_legend - legend
        parts = [] if self._spare is None else [(self._spare, self._spare.width())]
        buttons = [(button, button.sizeHint().width() + self._row.spacing()) for button in self._buttons]
        if legend == 0:
            room -= sum(width for _, width in buttons)
        self._shared_out += 1
        this = self._shared_out
        for part, width in (*parts, *buttons):
            part.setVisible(width <= room or (legend == 0 and part is not self._spare))
            room -= width
            if self._shared_out != this:
                # Qt has laid out what is around, and so this line anew.
                return

    @property
    def _buttons(self) -> list[QToolButton]:
        return [*self._switches.values(), *self._choosers.values()]

    def hold(self, keys: QWidget | None) -> None:
        """Takes a legend that answers clicks into the line, in place of words; None: it stands elsewhere."""
        if self._keys is not None:
            self._keys.setMinimumWidth(0)
        self._keys = keys
        if keys is not None and keys.parent() is not self:
            self._row.insertWidget(self._row.indexOf(self._legend) - 1, keys)
        if keys is not None:
            # A panel that is made narrower has it below instead.
            keys.setMinimumWidth(1)
        self._share_out()

    @Slot()
    def _switch(self) -> None:
        button = self.sender()
        assert isinstance(button, QToolButton)
        self.switched.emit(button.property("key"), button.isChecked())

    @Slot(QAction)
    def _choose(self, entry: QAction) -> None:
        key, value = entry.data()
        self.show_choice(key, value)
        self.chosen.emit(key, value)

    def show_switch(self, key: str, on: bool) -> None:
        """Shows a switch on or off."""
        self._switches[key].setChecked(on)

    def show_choice(self, key: str, value: str) -> None:
        """Shows what is chosen."""
        entry = next(entry for entry in self._menus[key].actions() if entry.data() == (key, value))
        entry.setChecked(True)
        self._menus[key].setTitle(_says(self._names[key], entry.text()))
        if key in self._choosers:
            self._choosers[key].setText(_opens(entry.text()))
            self._share_out()

    @property
    def choosers(self) -> list[QToolButton]:
        """The buttons beside the name that say which of several things the panel shows."""
        buttons = self.findChildren(QToolButton)
        return [button for button in buttons if button.property(SAYS) and button.isVisibleTo(self)]

    def called(self, name: str) -> str:
        """The name of the panel with what is chosen in it: "Output · ROC"."""
        return " · ".join((name, *(button.property(SAYS) for button in self.choosers)))

    def show_note(self, text: str, *, legend: bool = False) -> None:
        """Shows a note at the right: what is drawn, or the values under the pointer.

        A note that is a ``legend`` goes before what the menu has too.
        """
        self._note.setText(text)
        self._note.setToolTip(text)
        wanted = self._note.sizeHint().width() + GAP if legend else 0
        if wanted != self._noted:
            self._noted = wanted
            self._share_out()

    @property
    def has_room(self) -> bool:
        """Whether the whole note can be seen."""
        return self._note.fontMetrics().horizontalAdvance(self._note.text()) <= self._note.room.width()

    def show_legend(self, entries: tuple[str, ...]) -> None:
        """A swatch and a word for each series; none where there is only one."""
        self._legend.show_entries(entries if len(entries) > 1 else ())
        self._share_out()

    def has_room_for(self, legend: QWidget) -> bool:
        """Whether a legend belongs into the line: all of it can be seen there, for which buttons give way."""
        return self.width() >= pixels(_NARROW) and legend.sizeHint().width() <= self.room_for_legend

    @property
    def room_for_legend(self) -> int:
        """How wide a legend may be so that all of it can be seen, beside the name and what stands in every line."""
        inside = self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        inside = [part for part in inside if self._row.indexOf(part) >= 0 and not part.isHidden()]
        parts = [part for part in inside if part not in (self._legend, self._note, self._keys, *self._buttons)]
        margins = self._row.contentsMargins()
        taken = sum(part.sizeHint().width() + self._row.spacing() for part in parts)
        if self._spare is not None and not self._spare.isHidden():
            taken -= self._spare.width()
        # Legend and note have their gaps beside the others too.
        return self.width() - taken - margins.left() - margins.right() - 2 * self._row.spacing() - _BEFORE


def _opens(words: str) -> str:
    """The text of a button that opens a menu."""
    return f"{words} ▾"


def _says(name: str, words: str) -> str:
    """The title of a menu from which one thing is chosen: what it is, and what it is now."""
    return f"{name}: {words}"
