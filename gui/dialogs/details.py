"""The details of an error: what happened where, to be read and copied."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from gui import logs
from gui.text import as_sentence, tr
from gui.theme import colours
from gui.version import VERSION


class Details(QDialog):
    """Shows a sentence and the technical details below it; does not block."""

    def __init__(self, sentence: str, details: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Details"))
        self._said = f"{sentence}\n\nGlassbox {VERSION}\n\n{details.strip()}\n"
        words = QLabel(sentence, wordWrap=True)
        self.text = QPlainTextEdit(details.strip(), readOnly=True)
        self.text.setAccessibleName(tr("Details"))
        # Figures and code stand under each other; the size of the window's own text is kept.
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        family = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        self.text.setStyleSheet(
            f"QPlainTextEdit {{ background: {colours().chip}; border: none; border-radius: 8px; padding: 8px;"
            f" font-family: '{family}'; font-size: 12px; }}"
        )
        note = QLabel(as_sentence(tr("It is also written in {0}").format(logs.where())), wordWrap=True)
        note.setProperty("role", "note")
        note.setVisible(logs.is_kept())
        self.copy = QPushButton(tr("Copy"))
        self.copy.setProperty("role", "primary")
        self.copy.setToolTip(tr("Copies the sentence and the details"))
        self.copy.clicked.connect(self._copy)
        close = QPushButton(tr("Close"))
        close.setToolTip(tr("Closes these details"))
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        for widget in (words, self.text, note):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self.resize(720, 420)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._said)
        self.copy.setText(tr("Copied"))


def show_details(sentence: str, details: str, parent: QWidget) -> Details:
    """Opens the details of an error; does not block."""
    dialog = Details(sentence, details, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()
    return dialog
