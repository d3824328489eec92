"""Push buttons as all panels and dialogs have them."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton


def push_button(text: str, words: str, role: str = "") -> QPushButton:
    """A button that says in its tooltip what it does; ``role`` is its look, such as "primary" or "link".

    Enter presses it only where it has the keyboard.
    """
    button = QPushButton(text)
    button.setToolTip(words)
    button.setAccessibleName(text)
    button.setAutoDefault(False)
    button.setProperty("role", role)
    return button
