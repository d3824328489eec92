"""What the import window shows while there is no table: an invitation, or how far the reading has come."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from gui import amounts
from gui.text import tr


class Invitation(QWidget):
    """What one can do where no table is open. ``open_wished``, ``paste_wished``."""

    open_wished = Signal()
    paste_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = QLabel(tr("Open a table, drop it here, or paste it"))
        self.words.setProperty("role", "figure")
        kinds = QLabel(tr("CSV, TSV and text, Excel, Parquet, NumPy arrays"))
        kinds.setProperty("role", "quiet")
        self.open, self.paste = QPushButton(tr("Open…")), QPushButton(tr("Paste"))
        self.open.setProperty("role", "primary")
        self.open.setToolTip(tr("Chooses a file with a table"))
        self.paste.setToolTip(tr("Takes the table that was copied in a spreadsheet or a text"))
        self.open.clicked.connect(self.open_wished)
        self.paste.clicked.connect(self.paste_wished)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.open, self.paste):
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addStretch(1)
        for label in (self.words, kinds):
            layout.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(buttons)
        layout.addStretch(1)


class ReadingProgress(QWidget):
    """How much of a file was read. ``cancelled`` when it is to be given up."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.words = QLabel(), QLabel()
        self.title.setProperty("role", "figure")
        self.words.setProperty("role", "quiet")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(360, 6)
        self.bar.setAccessibleName(tr("How much has been read"))
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setToolTip(tr("Gives up reading; nothing that is open changes"))
        self.cancel.setAccessibleName(tr("Cancel reading"))
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.cancelled)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addStretch(1)
        for widget in (self.title, self.bar, self.words, self.cancel):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)

    def begin(self, name: str) -> None:
        """Nothing has been read yet."""
        self.title.setText(tr("Reading {0}").format(name))
        self.bar.setValue(0)
        self.words.setText(" ")

    @Slot(float, int, float)
    def show_progress(self, share: float, rows: int, seconds_left: float) -> None:
        """Shows how far it has come; ``seconds_left`` below 0: not known yet."""
        self.bar.setValue(round(1000 * share))
        words = [amounts.rows(rows)] if rows else []
        if seconds_left >= 0:
            words.append(tr("{0} s left").format(f"{seconds_left:.0f}"))
        self.words.setText(" · ".join(words) or " ")
