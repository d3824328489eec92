"""The import window: what a table is, what is made of it and what comes of that, before anything open changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.data.guessing import ColumnPlan
from engine.data.table_spec import TableSpec
from engine.experiment import DataSpec
from gui import amounts
from gui.banner import Banner
from gui.greying import grey
from gui.importing.draft import Opened, as_read, doubtful, switched, table_name, table_of, with_zeros_missing
from gui.importing.how import ReadingBar
from gui.importing.parts import Content, Foot
from gui.importing.preview import MOST_ROWS
from gui.importing.reader import Reader
from gui.importing.states import Invitation, ReadingProgress
from gui.text import as_sentence, said, tr

_SIZE, _SMALLEST = (1080, 720), (860, 560)
# What is read sooner than this is not said to be under way: it would only flicker.
_PATIENCE_S = 0.3


class ImportWindow(QDialog):
    """A draft of the data to learn from. ``used(DataSpec, TablePlan)`` when it is to be learned from.

    ``open_wished`` and ``paste_wished``: another table, where this one cannot be used.
    """

    used = Signal(object, object)
    open_wished = Signal()
    paste_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("importing")
        self.data: DataSpec | None = None
        self.opened: Opened | None = None
        self._used_when_ready = False
        self.reader = Reader(self)
        self._make_parts()
        self._connect()
        self.setMinimumSize(*_SMALLEST)
        self.resize(*_SIZE)
        self.show_nothing()

    # -- putting it together ---------------------------------------------------------------------

    def _make_parts(self) -> None:
        self.name, self.size_note, self.notes = QLabel(), QLabel(), QLabel(wordWrap=True)
        self.name.setProperty("role", "figure")
        for label in (self.size_note, self.notes):
            label.setProperty("role", "note")
        self.reading, self.banner, self._line = ReadingBar(), Banner(), _rule()
        self.invitation, self.progress, self.content, self.foot = Invitation(), ReadingProgress(), Content(), Foot()
        self.pages = QStackedWidget()
        for page in (self.invitation, self.progress, self.content):
            self.pages.addWidget(page)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.name)
        head.addWidget(self.size_note, 1, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(8)
        layout.addLayout(head)
        for widget in (self.reading, self.notes, self.banner, self._line):
            layout.addWidget(widget)
        layout.addWidget(self.pages, 1)
        layout.addWidget(_rule())
        layout.addWidget(self.foot)
        self.foot.use.setDefault(True)  # only now does the button know its window

    def _connect(self) -> None:
        content, foot = self.content, self.foot
        self.reader.progressed.connect(self._show_progress)
        self.reader.opened.connect(self._show_opened)
        self.reader.refused.connect(self._refuse)
        self.finished.connect(self._leave)
        self.reading.edited.connect(self._read_otherwise)
        self.invitation.open_wished.connect(self.open_wished)
        self.invitation.paste_wished.connect(self.paste_wished)
        self.progress.cancelled.connect(self._cancel_reading)
        content.columns.switched.connect(self._switch)
        content.column_settings.edited.connect(self._edit_column)
        content.task.edited.connect(self._edit_table)
        content.task.data_edited.connect(self._edit_data)
        content.task.file_wished.connect(self._ask_for_second_file)
        foot.zeros.clicked.connect(self._take_zeros)
        foot.reset.clicked.connect(self._reset)
        foot.cancel.clicked.connect(self.reject)
        foot.use.clicked.connect(self._use)

    # -- what is shown ---------------------------------------------------------------------------

    def show_nothing(self) -> None:
        """Asks for a table."""
        self.reader.give_up()
        self.data, self.opened = None, None
        self.banner.hide()
        self._show_draft()

    def show_table(self, data: DataSpec) -> None:
        """Begins with the table that a description names; what was shown before is forgotten."""
        self.data, self.opened = data, None
        self.banner.hide()
        self.progress.begin(table_name(table_of(data)))
        self._ask()
        self._show_draft()

    def _ask(self) -> None:
        """Reads the table where it has to be read, and plans it."""
        assert self.data is not None
        table = table_of(self.data)
        before = self.opened.table if self.opened else None
        same = before is not None and _place(before) == _place(table)
        self.reader.ask(self.data, self.opened.raw if same and self.opened else None)

    def _show_draft(self) -> None:
        """Everything, from the draft and from what came of it last."""
        data, opened = self.data, self.opened
        name = table_name(table_of(data)) if data else ""
        self.setWindowTitle(tr("Set up {0}").format(name) if name else tr("Open a table"))
        self.name.setText(name)
        for widget in (self.name, self._line, self.foot.use):
            widget.setVisible(bool(name))
        self.size_note.setText(_size(opened) if opened else "")
        self.reading.setVisible(data is not None and (opened is not None or not self.reader.busy))
        notes = opened.raw.found.notes if opened else ()
        self.notes.setText(" ".join(map(said, notes)))
        self.notes.setVisible(bool(notes))
        self.pages.setCurrentIndex(2 if opened else 1 if self.reader.busy else 0)
        if data is not None:
            self.reading.show_reading(table_of(data), opened.raw.found if opened else None)
            plain = data.edited(table=as_read(table_of(data)).edited(reading={}))
            grey(self.foot.reset, "" if plain != data else tr("Nothing was changed"))
        if opened is not None and data is not None:
            self.content.show_table(opened, data)
        self.foot.show_verdict(opened)

    # -- reading ---------------------------------------------------------------------------------

    @Slot(float, int, float)
    def _show_progress(self, share: float, rows: int, seconds_left: float) -> None:
        self.progress.show_progress(share, rows, seconds_left)
        if self.reader.seconds > _PATIENCE_S and self.pages.currentIndex() != 1:
            self.pages.setCurrentIndex(1)

    @Slot(object)
    def _show_opened(self, opened: Opened) -> None:
        first = self.opened is None
        self.opened, self.data = opened, opened.data
        self._show_draft()
        if first:
            self.foot.use.setFocus()
        if self._used_when_ready:
            self._use()

    @Slot(str, str)
    def _refuse(self, message: str, details: str) -> None:
        """Says why it cannot be read so; what was read before is there as it was."""
        self._used_when_ready = False
        if self.opened is not None:
            self.data = self.opened.data
        self._show_draft()
        self.show_problem(message, details)

    def show_problem(self, message: str, details: str = "") -> None:
        """Says what is wrong above the table."""
        end = "" if message.endswith(".") else "."
        # The name of a file is written as it is.
        named = message.startswith(self.name.text() or " ")
        self.banner.say(f"{message}{end}" if named else as_sentence(message), details=details)

    @Slot()
    def _cancel_reading(self) -> None:
        self.reader.give_up()
        self._used_when_ready = False
        if self.opened is None:
            self.reject()
            return
        self.data = self.opened.data
        self._show_draft()

    # -- edits of the draft ----------------------------------------------------------------------

    def _edit(self, table: TableSpec | None = None, **changes: Any) -> None:
        """Another draft; what comes of it is shown when it is known."""
        if self.data is None:
            return
        self.banner.hide()
        # What was on or off in the builder is as it was where the table is the same.
        if table is not None and table != self.data.table:
            changes["table"] = table
        self.data = self.data.edited(**changes)
        self._ask()
        self._show_draft()

    @Slot(str, str)
    def _read_otherwise(self, name: str, key: str) -> None:
        if self.data is not None:
            table = table_of(self.data)
            self.progress.begin(table_name(table))
            self._edit(table.edited(reading=table.reading.edited(**{name: key})))

    @Slot(str, str, object)
    def _edit_column(self, column: str, name: str, value: object) -> None:
        if self.data is not None:
            self._edit(table_of(self.data).with_column(column, **{name: value}))

    @Slot(object, bool)
    def _switch(self, columns: tuple[ColumnPlan, ...], on: bool) -> None:
        if self.data is not None and self.opened is not None:
            self._edit(switched(table_of(self.data), self.opened.raw, columns, on))

    @Slot(str, object)
    def _edit_table(self, name: str, value: object) -> None:
        if self.data is not None:
            self._edit(table_of(self.data).edited(**{name: value}))

    @Slot(str, object)
    def _edit_data(self, name: str, value: object) -> None:
        changes: dict[str, Any] = {name: value}
        self._edit(**changes)

    @Slot()
    def _take_zeros(self) -> None:
        if self.data is not None and self.opened is not None and self.opened.plan is not None:
            self._edit(with_zeros_missing(table_of(self.data), doubtful(self.opened.plan)))

    @Slot()
    def _reset(self) -> None:
        if self.data is not None:
            self._edit(as_read(table_of(self.data)).edited(reading={}))

    @Slot()
    def _ask_for_second_file(self) -> None:
        assert self.data is not None
        folder = str(Path(table_of(self.data).path).parent)
        dialog = QFileDialog(self, tr("Second file"), folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_second_file)
        dialog.open()

    @Slot(str)
    def take_second_file(self, path: str) -> None:
        """The rows of another file are for testing."""
        self._edit_table("test_path", path)

    # -- the end ---------------------------------------------------------------------------------

    @Slot()
    def _use(self) -> None:
        """Hands over what the window shows; where that is not known yet, as soon as it is."""
        if self.isHidden():
            return  # pressed once more while it closed
        self._used_when_ready = self.reader.busy
        if self.reader.busy or self.opened is None or self.opened.plan is None or self.opened.problem:
            return
        self.used.emit(self.opened.data, self.opened.plan)
        self.accept()

    @Slot(int)
    def _leave(self, _result: int) -> None:
        self.reader.give_up()
        self._used_when_ready = False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter uses the table, but not while something is being typed: there it ends the typing."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not (enter and isinstance(self.focusWidget(), QLineEdit)):
            super().keyPressEvent(event)


def _rule() -> QFrame:
    rule = QFrame()
    rule.setObjectName("rule")
    return rule


def _place(table: TableSpec) -> tuple[object, ...]:
    """What decides which cells are read."""
    return table.path, table.text, table.reading


def _size(opened: Opened) -> str:
    raw = opened.raw
    words = f"{amounts.rows(raw.rows)} · {amounts.columns(len(raw.names))}"
    return words if raw.rows <= MOST_ROWS else tr("{0} · the first {1} rows are shown").format(words, MOST_ROWS)
