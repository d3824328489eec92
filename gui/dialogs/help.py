"""The list of shortcuts, read from the table of commands, and a word about the program."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QLabel, QStyle, QVBoxLayout, QWidget

from gui.actions import COMMANDS
from gui.scrolling import scrolling
from gui.text import keys_in_words, tr
from gui.theme import colours
from gui.version import VERSION


def _dialog(title: str, html: str, parent: QWidget) -> QDialog:
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    label = QLabel(html)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setContentsMargins(24, 20, 24, 20)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(scrolling(label))
    # As large as what it says, but never larger than the window: the rest is scrolled to.
    size = label.sizeHint() + QSize(dialog.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent), 0)
    label.setWordWrap(True)
    dialog.resize(size.boundedTo(parent.size()))
    dialog.show()
    return dialog


def shortcuts(parent: QWidget) -> QDialog:
    """A window that lists every command with its keys; it does not block."""
    rows = []
    for command in COMMANDS:
        if command.keys:
            keys = ", ".join(map(keys_in_words, command.keys))
            rows.append(
                f"<tr><td style='padding-right:24px'><b>{escape(keys)}</b></td><td style='padding-right:24px'>"
                f"{escape(tr(command.text))}</td>"
                f"<td style='color:{colours().quiet}'>{escape(tr(command.help))}</td></tr>"
            )
    return _dialog(tr("Keyboard shortcuts"), f"<table cellpadding='3'>{''.join(rows)}</table>", parent)


def about(parent: QWidget) -> QDialog:
    """A window with name, version and licence; it does not block."""
    text = tr("Build a neural network, watch it learn, and check every number on the screen.")
    return _dialog(
        tr("About Glassbox"), f"<h2>Glassbox {VERSION}</h2><p>{escape(text)}</p><p>{tr('MIT licence')}</p>", parent
    )
