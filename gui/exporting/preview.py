"""What will be written: the names of the files, and the first lines of the main one."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QColor, QFontDatabase, QGuiApplication, QSyntaxHighlighter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from gui.amounts import counted
from gui.exporting.work import Contents
from gui.greying import grey
from gui.text import tr
from gui.theme import colours

_SIZE = 12
_QUOTES = '"""'
# Three quotes, or a string in which a # is none, or a comment to the end of the line.
_REMARK = re.compile(r'"""|"(?:[^"\\]|\\.)*"|#.*')


class _Remarks(QSyntaxHighlighter):
    """Paints what is said to people, comments and texts in three quotes, quieter than what is done."""

    def highlightBlock(self, text: str) -> None:  # noqa: N802 - Qt's name
        """One line; the state of its block is 1 where it ends within three quotes."""
        quiet = QColor(colours().quiet)
        inside, at = self.previousBlockState() == 1, 0
        while at < len(text):
            start, closing = at, text.find(_QUOTES, at) if inside else -1
            if inside:
                at = closing + len(_QUOTES) if closing >= 0 else len(text)
                inside = closing < 0
            elif found := _REMARK.search(text, at):
                start, at = found.span()
                inside = found[0] == _QUOTES
                if not inside and not found[0].startswith("#"):
                    continue
            else:
                break
            self.setFormat(start, at - start, quiet)
        self.setCurrentBlockState(int(inside))


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
        self._remarks = _Remarks(self.source.document())
        self.words = QLabel(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.words.setProperty("role", "quiet")
        self.pages = QStackedWidget()
        self.pages.addWidget(self.source)
        self.pages.addWidget(self.words)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.name)
        head.addWidget(self.note, 1)
        head.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.more)
        self.show_words("")

    def show_words(self, words: str) -> None:
        """Shows a sentence where there is nothing to read."""
        self._show("", "", "", words=words)

    def show_contents(self, contents: Contents) -> None:
        """Shows what would be written."""
        (name, size), *others = contents.files
        beside = "".join(tr(", and {0} ({1})").format(other, in_bytes(bytes_)) for other, bytes_ in others)
        note = f"{in_bytes(size)}{beside}"
        if contents.text is None:
            self._show(name, note, "", words=tr("This file is made of numbers; there is nothing to read in it."))
            return
        one, many = tr("{0} more line; Copy takes it too"), tr("{0} more lines; Copy takes them all")
        more = counted(contents.more, one, many) if contents.more else ""
        self._text = contents.text
        self._show(name, note, more, contents.shown)

    def _show(self, name: str, note: str, more: str, source: str = "", words: str = "") -> None:
        if not source:
            self._text = ""
        self.pages.setCurrentWidget(self.source if source else self.words)
        self.source.setPlainText(source)
        self.words.setText(words)
        grey(self.copy, "" if source else tr("There is no text to copy"))
        for label, text in ((self.name, name), (self.note, note), (self.more, more)):
            label.setText(text)
        self.note.setToolTip(note)
        self.more.setVisible(bool(more))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Paints remarks in the colours of another theme."""
        if event.type() == QEvent.Type.StyleChange:
            self._remarks.rehighlight()
        super().changeEvent(event)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)


def in_bytes(size: int) -> str:
    """The size of a file in words: 830 bytes, 12.4 kB, 3.1 MB."""
    if size < 1000:
        return counted(size, tr("{0} byte"), tr("{0} bytes"))
    return f"{size / 1e3:,.1f} kB" if size < 1e6 else f"{size / 1e6:,.1f} MB"
