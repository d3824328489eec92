"""What can be read in a window: on widgets, in tooltips, lists and menus, by screen readers; and what is painted."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QWidget
from shiboken6 import isValid

_SAYING = ("text", "title", "toolTip", "accessibleName", "accessibleDescription", "placeholderText", "windowTitle")
_ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
_MOST_ROWS, _MOST_COLUMNS = 40, 8


def seen(window: QWidget) -> Iterator[str]:
    """Every text, without its markup, of a window and what belongs to it, in sight or not."""
    for widget in (window, *window.findChildren(QWidget)):
        if isValid(widget):
            for text in (*_of(widget), *_in_lists(widget), *_of_actions(widget)):
                yield html.unescape(re.sub(r"<[^>]*>", "\n", text)) if "</" in text else text


def _of(widget: QWidget) -> Iterator[str]:
    for name in _SAYING:
        say = getattr(widget, name, None)
        if isinstance(say, str):
            yield say
        elif callable(say) and not isinstance(say, QWidget):
            try:
                text = say()
            except TypeError:  # the text of one of its items
                continue
            if isinstance(text, str):
                yield text


def _of_actions(widget: QWidget) -> Iterator[str]:
    for action in widget.actions():
        if isinstance(action, QAction):
            yield from (action.text(), action.toolTip())


def _in_lists(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(row) for row in range(widget.count()))
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        model = widget.model()
        for column in range(_MOST_COLUMNS):
            if model.index(0, column).isValid():
                head = model.headerData(column, Qt.Orientation.Horizontal)
                cells = [model.index(row, column) for row in range(min(model.rowCount(), _MOST_ROWS))]
                texts = (head, *(cell.data(role) for cell in cells for role in _ROLES))
                yield from (text for text in texts if isinstance(text, str))


def painted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The texts that are painted from now on, cut or not."""
    texts: set[str] = set()
    draw = QPainter.drawText

    def draw_and_note(painter: QPainter, *what: Any) -> Any:
        texts.update(part for part in what if isinstance(part, str))
        return draw(painter, *what)

    monkeypatch.setattr(QPainter, "drawText", draw_and_note)
    return texts
