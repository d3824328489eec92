"""Ways to a table of one's own: a file, the clipboard, and the open one; and files that are dropped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from engine.data.guessing import TablePlan
from engine.data.opened import hold, is_held
from engine.data.table_spec import MOST_TEXT, TableSpec
from engine.experiment import DISTURBING, DataSpec
from engine.snapshot import Failure
from gui.document import Change
from gui.importing.draft import adopted, as_read, table_of
from gui.text import tr
from gui.theme import colour, colours, font

if TYPE_CHECKING:
    from gui.importing.window import ImportWindow
    from gui.window import Window

_UNDISTURBED = {name: DataSpec.model_fields[name].default for name in DISTURBING}
FILES = (
    "*.csv *.tsv *.txt *.dat *.data *.tab *.xlsx *.xls *.xlsm *.xlsb *.ods *.parquet *.npy *.npz"  # what can be read
)


class DropHint(QWidget):
    """Covers a window while a file is dragged over it, and says what letting go does."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._covered = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("Drop the file to open it"))
        self.hide()

    def cover(self) -> None:
        """Appears over all of its window."""
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A dashed frame in the accent colour on a veil."""
        c, frame = colours(), QRectF(self.rect()).adjusted(16, 16, -16, -16)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.rect(), colour(c.surface, 0.86))
            painter.setPen(QPen(QColor(c.accent), 2.0, Qt.PenStyle.DashLine))
            painter.setBrush(colour(c.accent, 0.06))
            painter.drawRoundedRect(frame, 12, 12)
            painter.setFont(font(20))
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, tr("Drop the file to open it"))


class DropZone(QObject):
    """Lets a window take a file that is dragged onto it. ``dropped(path)``."""

    dropped = Signal(str)

    def __init__(self, target: QWidget) -> None:
        super().__init__(target)
        self.hint = DropHint(target)
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follows a drag over the window."""
        kind = event.type()
        if kind == QEvent.Type.DragLeave:
            self.hint.hide()
        if kind not in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop):
            return False
        assert isinstance(event, QDropEvent)
        path = file_in(event.mimeData())
        if not path:
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if kind == QEvent.Type.DragEnter:
            self.hint.cover()
        if kind == QEvent.Type.Drop:
            self.hint.hide()
            self.dropped.emit(path)
        return True


def file_in(mime: QMimeData) -> str:
    """The first file that is carried by a drag or the clipboard, "" where there is none."""
    return next((url.toLocalFile() for url in mime.urls() if url.isLocalFile()), "")


class Opening(QObject):
    """Opens tables for a window; only "Use this table" changes what is open there."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._panel: ImportWindow | None = None
        self._used: DataSpec | None = None
        self._refused = False
        self.zone = DropZone(window)
        window.training.refused.connect(self._see_refusal)
        window.training.failed.connect(self._see_failure)

    @property
    def panel(self) -> ImportWindow:
        """The import window, made when there is none; it goes when it is closed, and its table with it."""
        if self._panel is None:
            from gui.importing.window import ImportWindow  # noqa: PLC0415 - not needed for the first paint

            self._panel = ImportWindow(self._window)
            self._panel.used.connect(self._use)
            self._panel.finished.connect(self._forget)
            self._panel.open_wished.connect(self._window.files.ask_to_open)
            self._panel.paste_wished.connect(self.paste)
            zone = DropZone(self._panel)
            zone.dropped.connect(self._window.files.open_file)
        return self._panel

    @property
    def is_open(self) -> bool:
        """Whether the import window is there."""
        return self._panel is not None

    @Slot()
    def _forget(self) -> None:
        if self._panel is not None:
            self._panel.deleteLater()
        self._panel = None

    def close(self) -> None:
        """Closes the import window, if there is one, and gives up what it reads."""
        if self._panel is not None:
            self._panel.reject()

    # -- ways in ---------------------------------------------------------------------------------

    @Slot(str)
    def open_file(self, path: str) -> None:
        """Opens a file in the import window."""
        self._window.recent.note(Path(path))
        self._begin(TableSpec(path=str(Path(path).absolute())))

    @Slot()
    def paste(self) -> None:
        """Opens what was copied: a file, or the text of a table."""
        # A desktop that does not answer has nothing at all.
        mime = QGuiApplication.clipboard().mimeData() or QMimeData()
        path, text = file_in(mime), mime.text() if mime.hasText() else ""
        if path:
            self._window.files.open_file(path)
        elif not text.strip():
            words = tr("The clipboard holds no table: copy cells of a spreadsheet, or text, and paste again.")
            (self._window.status.say if self._panel is None else self._panel.banner.say)(words)
        elif len(text) > MOST_TEXT:
            words = tr("The clipboard holds {0} characters, and {1} can be pasted: save the table and open the file.")
            banner = self._window.banner if self._panel is None else self._panel.banner
            banner.say(words.format(f"{len(text):,}", f"{MOST_TEXT:,}"))
        else:
            self._begin(TableSpec(text=text))

    def edit(self) -> None:
        """Sets the open table up anew; asks for one where there is none."""
        data = self._window.document.experiment.data
        if data.table is None:
            self.panel.show_nothing()
        else:
            self.panel.show_table(data if data.source == "table" else data.edited(source="table"))
        self._show()

    def _begin(self, table: TableSpec) -> None:
        """A table as it is guessed; what else is chosen stays, such as the share for testing, but for disturbances."""
        before = self._window.document.experiment.data
        same = before.table is not None and as_read(before.table).edited(reading={}, edition=0) == table
        data = (
            before if same and before.source == "table" else before.edited(source="table", table=table, **_UNDISTURBED)
        )
        self.panel.show_table(data)
        self._show()

    def _show(self) -> None:
        self.panel.show()
        self.panel.raise_()
        self.panel.activateWindow()
        self._window.refresh_commands()

    # -- what comes of it ------------------------------------------------------------------------

    @Slot(object, object)
    def _use(self, data: DataSpec, plan: TablePlan) -> None:
        """The network learns from the table, as one edit that can be undone."""
        window, snapshot = self._window, self._window.training.snapshot
        task = snapshot.data.task if snapshot else None
        window.banner.hide()
        data = self._edited_again(data)
        self._used = data
        text = tr("Edit table") if _is_of(window.document.experiment.data, data) else tr("Open table")
        window.document.change(adopted(window.document.experiment, data, plan, task), text)

    def _edited_again(self, data: DataSpec) -> DataSpec:
        """The data as another edition where the file holds something else than when it was last used."""
        opened, table = self.panel.opened, table_of(data)
        assert opened is not None
        changed = not is_held(table, opened.raw)
        if table.path and table == self._window.document.experiment.data.table and changed:
            table = table.edited(edition=table.edition + 1)
            # The inputs are chosen anew: its columns may be others.
            data = data.edited(table=table)
        hold(table, opened.raw)
        return data

    @Slot(object)
    def _see_refusal(self, change: Change) -> None:
        """The table that was to be used cannot be; it is set up on."""
        self._refused = self._used is not None and change.experiment.data == self._used

    @Slot(object)
    def _see_failure(self, failure: Failure) -> None:
        if self._refused and self._used is not None:
            self.panel.show_table(self._used)
            self._show()
            self.panel.show_problem(failure.message, failure.details)
        self._refused, self._used = False, None


def _is_of(data: DataSpec, other: DataSpec) -> bool:
    """Whether both are learned from the same file, as it was, or pasted text."""
    tables = [d.table if d.source == "table" else None for d in (data, other)]
    places = [(table.path, table.text, table.edition) for table in tables if table is not None]
    return len(places) == 2 and places[0] == places[1]
