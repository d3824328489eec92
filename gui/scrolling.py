"""Panels whose content may be higher than they are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget


def scrolling(content: QWidget) -> QScrollArea:
    """An area whose content is as wide as it, and scrolled up and down where it is higher."""
    content.setObjectName("content")
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    return area


def scrolled_column(panel: QWidget) -> QVBoxLayout:
    """The column of all there is in a panel, in an area that scrolls."""
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(16, 4, 16, 12)
    column.setSpacing(8)
    layout = QVBoxLayout(panel)
    layout.setContentsMargins(0, 0, 0, 0)
    area = scrolling(content)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what has the focus inside scrolls it
    layout.addWidget(area)
    return column
