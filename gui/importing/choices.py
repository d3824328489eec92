"""Choices among columns, and what "automatic" came to."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from gui.fields import ChoiceField
from gui.text import tr

_WIDEST = 190


class ColumnChoice(ChoiceField):
    """One of the columns of a table, however many there are and however long their names."""

    def __init__(self, label: str, explanation: str, parent: QWidget | None = None) -> None:
        super().__init__((), label, explanation, parent)
        self._shown: tuple[tuple[str, str], ...] = ()
        self.setMaxVisibleItems(16)

    def show_columns(self, names: Iterable[str], chosen: str, nothing: str = "") -> None:
        """Shows the columns and the one that is chosen; ``nothing`` is what the choice of none is called."""
        entries = (*((("", nothing),) if nothing else ()), *((name, name) for name in names))
        if entries != self._shown:
            self._shown = entries
            self.clear()
            for key, text in entries:
                self.addItem(text, key)
        self.show_key(chosen)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the name, within limits."""
        hint = super().sizeHint()
        return QSize(min(hint.width(), _WIDEST), hint.height())


def explain_automatic(field: ChoiceField, key: str, words: str) -> None:
    """The entry "auto" says what it came to: "Comma (found)"."""
    place, known = field.findData("auto"), field.findData(key)
    label = field.itemText(known) if known >= 0 and known != place else key
    text = f"{label} ({words})" if label and label != "auto" else tr("Automatic")
    if place >= 0 and field.itemText(place) != text:
        field.setItemText(place, text)
        field.updateGeometry()
