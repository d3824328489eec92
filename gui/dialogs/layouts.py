"""One's own layouts in a small panel: saved under a name, renamed and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from gui.buttons import push_button
from gui.greying import grey
from gui.icons import icon
from gui.popover import Popover
from gui.text import tr
from gui.theme import colours, pixels

if TYPE_CHECKING:
    from gui.layouts import Layouts
    from gui.window import Window

_WIDTH = 320


class Row(QWidget):
    """One layout that was saved: ``field`` has its name, ``bin`` removes it."""

    def __init__(self, name: str, of: LayoutList) -> None:
        super().__init__(of)
        self.name, self._list = name, of
        self.field, self.bin = QLineEdit(name), QToolButton()
        self.field.setAccessibleName(tr("Name of the layout"))
        self.field.editingFinished.connect(self._rename)
        self.bin.setIcon(icon("trash", colours().quiet))
        self.bin.setIconSize(QSize(16, 16))
        self.bin.setToolTip(tr("Removes this layout"))
        self.bin.setAccessibleName(tr("Remove the layout {0}").format(name))
        self.bin.clicked.connect(self._remove)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.field, 1)
        line.addWidget(self.bin)

    @Slot()
    def _rename(self) -> None:
        wished = self.field.text().strip()
        reason = self._list.layouts.why_not(wished, self.name)
        if reason:
            self._list.say(reason)
        elif wished != self.name:
            self._list.layouts.rename(self.name, wished)
            self.name = wished
        self.field.setText(self.name)

    @Slot()
    def _remove(self) -> None:
        self._list.layouts.remove(self.name)
        self._list.entry.setFocus()
        self.hide()
        self.deleteLater()
        self._list.adjustSize()


class LayoutList(Popover):
    """A line for each layout, and one for the name of a new one. Enter in a name takes it over.

    ``entry`` is where the new name is typed, ``note`` what is said of it: also that a layout has this name already,
    which the button then replaces.
    """

    def __init__(self, layouts: Layouts, window: Window) -> None:
        super().__init__(window)
        self.layouts = layouts
        self.setAccessibleName(tr("Own layouts"))
        self.rows = [Row(name, self) for name in layouts.own]
        self.entry, self.note = QLineEdit(placeholderText=tr("Name of the layout")), QLabel(wordWrap=True)
        self.entry.setAccessibleName(tr("Name of the new layout"))
        self.note.setProperty("role", "note")
        self.save = push_button(tr("Save"), tr("Keeps the places of all panels under this name (Enter)"), "primary")
        self.entry.textChanged.connect(self._see_name)
        self.entry.returnPressed.connect(self._save)
        self.save.clicked.connect(self._save)
        line = QHBoxLayout()
        line.addWidget(self.entry, 1)
        line.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for row in self.rows:
            column.addWidget(row)
        column.addLayout(line)
        column.addWidget(self.note)
        self.setFixedWidth(pixels(_WIDTH))
        self._see_name()

    @Slot()
    def _see_name(self) -> None:
        name = self.entry.text().strip()
        taken = name in self.layouts.own
        self.save.setText(tr("Replace") if taken else tr("Save"))
        grey(self.save, "" if name else tr("Type a name first"))
        self.say(tr("There is a layout '{0}' already: Enter replaces it.").format(name) if taken else "")

    @Slot()
    def _save(self) -> None:
        name = self.entry.text().strip()
        # Where one of this name is there, that was said before Enter was pressed.
        reason = "" if name in self.layouts.own else self.layouts.why_not(name)
        if reason:
            self.say(reason)
        else:
            self.layouts.save_as(name)
            self.dismiss()

    def say(self, words: str) -> None:
        """Says something below the names."""
        self.note.setText(words)
        self.note.setVisible(bool(words))
        self.adjustSize()


def open_list(window: Window) -> LayoutList:
    """Opens the list of one's own layouts below the menu; what is typed is the name of a new one."""
    found = LayoutList(window.layouts, window)
    found.open_at(window.toolbar.menu_button)
    found.entry.setFocus()
    return found
