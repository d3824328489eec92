"""What will be written: the names of the files, and the first lines of the main one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from gui.exporting.work import Contents
from gui.text import tr

_SIZE = 12


class Preview(QWidget):
    """Shows ``Contents``, or in a sentence why there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.name, self.note, self.more = QLabel(), QLabel(), QLabel()
        self.name.setProperty("role", "strong")
        self.note.setProperty("role", "note")
        self.note.setMinimumWidth(1)
        self.more.setProperty("role", "note")
        self.copy = QPushButton(tr("Copy"))
        self.copy.setAccessibleName(tr("Copy the code"))
        self.copy.setToolTip(tr("Puts the whole file on the clipboard, not only the lines shown"))
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        self.source = QPlainTextEdit(readOnly=True)
        self.source.setObjectName("source")
        self.source.setAccessibleName(tr("The first lines of the file"))
        self.source.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.source.setTabChangesFocus(True)
        # Read-only text takes the keyboard too, so that it can be scrolled, selected and copied with it.
        flags = Qt.TextInteractionFlag
        self.source.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPixelSize(_SIZE)
        self.source.setFont(fixed)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.name)
        head.addWidget(self.note, 1)
        head.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self.source, 1)
        layout.addWidget(self.more)
        self.show_words("")

    def show_words(self, words: str) -> None:
        """Shows a sentence where there is nothing to read."""
        self._show("", "", "", words, "")

    def show_contents(self, contents: Contents) -> None:
        """Shows what would be written."""
        (name, size), *others = contents.files
        beside = "".join(tr(", and {0} ({1})").format(other, in_bytes(bytes_)) for other, bytes_ in others)
        words = contents.shown
        if contents.text is None:
            words = tr("This file is not text; there is nothing to read in it.")
        more = tr("{0} more lines; Copy takes them all").format(f"{contents.more:,}") if contents.more else ""
        self._show(contents.text or "", name, f"{in_bytes(size)}{beside}", words, more)

    def _show(self, text: str, name: str, note: str, words: str, more: str) -> None:
        self._text = text
        self.name.setText(name)
        self.note.setText(note)
        self.note.setToolTip(note)
        self.more.setText(more)
        self.copy.setEnabled(bool(text))
        if self.source.toPlainText() != words:
            self.source.setPlainText(words)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)


def in_bytes(size: int) -> str:
    """The size of a file in words: 830 bytes, 12.4 kB, 3.1 MB."""
    if size < 1000:
        return tr("{0} bytes").format(size)
    return f"{size / 1e3:,.1f} kB" if size < 1e6 else f"{size / 1e6:,.1f} MB"
