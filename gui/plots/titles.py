"""The title line of a panel: its name, a legend where there are several series, and a note at the right."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QColor, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from gui.greying import grey
from gui.text import tr
from gui.theme import colours, is_for_a_file

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
# Between a note and what is right of it.
_GAP = 6
# The room for a name that is cut.
_SHORT_NAME = 40
# Panels that are narrower have their legends in a line of their own, all of them: beside each other they begin alike.
_NARROW = 520
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


class Note(QLabel):
    """A text at the right that asks for no room, and ends in an ellipsis where there is too little."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "note")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        # It takes the room there is, so that values under the pointer never move a panel.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @property
    def room(self) -> QRect:
        """Where the text stands: with a gap before what is beside it."""
        return self.rect().adjusted(0, 0, -_GAP, 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The beginning of a text that is too long, rather than its end."""
        room = self.room
        fitting = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        if fitting != self.text() and len(fitting) == 1:
            # An ellipsis alone says nothing.
            return
        with QPainter(self) as painter:
            side = self.alignment().value
            self.style().drawItemText(
                painter, room, side, self.palette(), self.isEnabled(), fitting, self.foregroundRole()
            )


class Name(QLabel):
    """The name of a panel, which ends in an ellipsis where there is too little room for all of it."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for its beginning."""
        hint = super().minimumSizeHint()
        return QSize(min(_SHORT_NAME, hint.width()), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """As much as there is room for, and the whole in a tooltip."""
        fitting = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip("" if fitting == self.text() else self.text())
        with QPainter(self) as painter:
            side = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value
            self.style().drawItemText(
                painter, self.rect(), side, self.palette(), self.isEnabled(), fitting, self.foregroundRole()
            )


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
    ``choices`` has a button that says what is chosen; all ``options`` are in one menu behind a button.
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
        self._legend = Legend()
        self._row.addWidget(self._legend)
        self._note = Note()
        self._row.addWidget(self._note, 1)
        self._switches: dict[str, QToolButton] = {}
        self._entries: dict[tuple[str, str], QAction] = {}
        self._choosers: dict[str, QToolButton] = {}
        for key, text, help_text in switches:
            button = self._button(text, help_text)
            button.setCheckable(True)
            button.setProperty("key", key)
            button.clicked.connect(self._switch)
            self._switches[key] = button
        for choice in choices:
            self._choosers[choice.key] = self._button(_opens(choice.entries[0][1]), choice.help)
            self._add_menu(self._choosers[choice.key], (choice,))
        if options:
            button = self._button(_opens(tr("view")), ", ".join(choice.name for choice in options))
            self._add_menu(button, options)

    def _button(self, text: str, words: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setProperty("role", "mini")
        button.setToolTip(words)
        button.setAccessibleName(f"{self._title}: {words}")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._row.addWidget(button)
        return button

    def _add_menu(self, button: QToolButton, choices: tuple[Choice, ...]) -> None:
        """A menu with the entries of each choice, of which one is marked."""
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        for choice in choices:
            if len(choices) > 1:
                grey(menu.addAction(choice.name), choice.help)  # a heading
            group = QActionGroup(menu)
            for place, (value, words) in enumerate(choice.entries):
                entry = menu.addAction(words)
                entry.setCheckable(True)
                entry.setChecked(place == 0)
                entry.setToolTip(choice.help)
                entry.setData((choice.key, value))
                group.addAction(entry)
                self._entries[choice.key, value] = entry
            group.triggered.connect(self._choose)
            if choice is not choices[-1]:
                menu.addSeparator()
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def show_tools(self, tools: QWidget, spare: QWidget | None = None) -> None:
        """Puts buttons at the end of the line, the same for all panels; ``spare`` is there where there is room."""
        self._row.addWidget(tools)
        self._spare = spare

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a short line the name comes first."""
        super().resizeEvent(event)
        if self._spare is not None:
            room = self.room_for_legend - (self._spare.width() if self._spare.isHidden() else 0)
            self._spare.setVisible(room >= 0)

    def hold(self, keys: QWidget) -> None:
        """Takes a legend that answers clicks into the line, in place of words."""
        self._keys = keys
        self._row.insertWidget(self._row.indexOf(self._legend), keys)

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
        entry = self._entries[key, value]
        entry.setChecked(True)
        if key in self._choosers:
            self._choosers[key].setText(_opens(entry.text()))

    @property
    def choosers(self) -> list[QToolButton]:
        """The buttons beside the name that say which of several things the panel shows."""
        buttons = self.findChildren(QToolButton)
        return [button for button in buttons if button.property(SAYS) and button.isVisibleTo(self)]

    def called(self, name: str) -> str:
        """The name of the panel with what is chosen in it: "Output · ROC"."""
        return " · ".join((name, *(button.property(SAYS) for button in self.choosers)))

    def show_note(self, text: str) -> None:
        """Shows a note at the right: what is drawn, or the values under the pointer."""
        self._note.setText(text)
        self._note.setToolTip(text)

    @property
    def has_room(self) -> bool:
        """Whether the whole note can be seen."""
        return self._note.fontMetrics().horizontalAdvance(self._note.text()) <= self._note.room.width()

    def show_legend(self, entries: tuple[str, ...]) -> None:
        """A swatch and a word for each series; none where there is only one."""
        self._legend.show_entries(entries if len(entries) > 1 else ())

    def has_room_for(self, legend: QWidget) -> bool:
        """Whether a legend belongs into the line: it is long enough, and all of it can be seen there."""
        return self.width() >= _NARROW and legend.sizeHint().width() <= self.room_for_legend

    @property
    def room_for_legend(self) -> int:
        """How wide a legend may be so that all of it can be seen."""
        inside = self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        inside = [part for part in inside if self._row.indexOf(part) >= 0 and not part.isHidden()]
        parts = [part for part in inside if part not in (self._legend, self._note, self._keys)]
        margins = self._row.contentsMargins()
        taken = sum(part.sizeHint().width() + self._row.spacing() for part in parts)
        # Legend and note have their gaps beside the others too.
        return self.width() - taken - margins.left() - margins.right() - 2 * self._row.spacing()


def _opens(words: str) -> str:
    """The text of a button that opens a menu."""
    return f"{words} ▾"
