"""The title line of a panel: its name, a legend where there are several series, and a note at the right."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from gui.theme import colours

# Series differ by colour and by pen.
PENS = (
    Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine,
)  # fmt: skip


def series_pen(index: int, width: float = 1.6) -> QPen:
    """The pen of a series: colour and dash by its number."""
    series = colours().series
    pen = QPen(QColor(series[index % len(series)]), width)
    pen.setStyle(PENS[index % len(PENS)])
    pen.setCosmetic(True)
    return pen


# More series than this are not all named: the line would be wider than the plot.
_MOST_ENTRIES = 7


class Swatch(QWidget):
    """A short line in the pen of a series."""

    def __init__(self, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index = index
        self.setFixedSize(QSize(18, 12))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The line."""
        with QPainter(self) as painter:
            painter.setPen(series_pen(self._index, 2.0))
            painter.drawLine(QPointF(1, 6.5), QPointF(17, 6.5))


class Note(QLabel):
    """A text at the right that asks for no room, and ends in an ellipsis where there is too little."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "note")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        # It takes the room there is, so that values under the pointer never move a panel.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The beginning of a text that is too long, rather than its end."""
        fitting = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        if fitting == self.text():
            super().paintEvent(event)
            return
        with QPainter(self) as painter:
            side = self.alignment().value
            self.style().drawItemText(
                painter, self.rect(), side, self.palette(), self.isEnabled(), fitting, self.foregroundRole()
            )


class PanelTitle(QWidget):
    """Title, legend, switches and note in one line. ``switched(key, on)`` when a switch is clicked."""

    switched = Signal(str, bool)

    def __init__(
        self, title: str, switches: tuple[tuple[str, str, str], ...] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 12, 4)
        row.setSpacing(6)
        self._name = QLabel(title)
        self._name.setProperty("role", "section")
        self._name.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        row.addWidget(self._name)
        self._legend = QHBoxLayout()
        self._legend.setSpacing(5)
        self._entries: tuple[str, ...] = ()
        row.addLayout(self._legend)
        self._note = Note()
        row.addWidget(self._note, 1)
        self._switches: dict[str, QToolButton] = {}
        for key, text, help_text in switches:
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setProperty("role", "mini")
            button.setProperty("key", key)
            button.setToolTip(help_text)
            button.setAccessibleName(f"{title}: {help_text}")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(self._switch)
            row.addWidget(button)
            self._switches[key] = button

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Never the reason why a panel cannot get narrower: what does not fit is cut at the right."""
        return QSize(60, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The same whatever the legend says, so that panels keep their widths."""
        return QSize(240, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leaves the legend out where there is no room for all of it."""
        super().resizeEvent(event)
        self._fit_legend()

    def _fit_legend(self) -> None:
        widgets = [item.widget() for i in range(self._legend.count()) if (item := self._legend.itemAt(i)) is not None]
        parts = [widget for widget in widgets if widget is not None]
        fixed = [self._name, *self._switches.values()]
        needed = sum(widget.sizeHint().width() + 12 for widget in (*parts, *fixed)) + 40
        for widget in parts:
            widget.setVisible(needed <= self.width())

    @Slot()
    def _switch(self) -> None:
        button = self.sender()
        assert isinstance(button, QToolButton)
        self.switched.emit(button.property("key"), button.isChecked())

    def show_switch(self, key: str, on: bool) -> None:
        """Shows a switch on or off."""
        self._switches[key].setChecked(on)

    def show_note(self, text: str) -> None:
        """Shows a note at the right: what is drawn, or the values under the pointer."""
        self._note.setText(text)

    def show_legend(self, entries: tuple[str, ...]) -> None:
        """A swatch and a word for each series; none where there is only one."""
        if entries == self._entries:
            return
        self._entries = entries
        while (item := self._legend.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        shown = entries if len(entries) <= _MOST_ENTRIES else entries[: _MOST_ENTRIES - 2]
        for index, text in enumerate(shown if len(entries) > 1 else ()):
            self._legend.addSpacing(6)
            self._legend.addWidget(Swatch(index))
            label = QLabel(text)
            label.setProperty("role", "key")
            self._legend.addWidget(label)
        if len(shown) < len(entries):
            rest = QLabel(f"… {entries[-1]}")
            rest.setProperty("role", "key")
            rest.setToolTip(", ".join(entries))
            self._legend.addWidget(rest)
        self._fit_legend()
