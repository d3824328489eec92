"""A field for each column of a row: a number, a category, yes or no, a date."""

from __future__ import annotations

from math import floor, log10
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from engine.answering import date_in_words
from engine.data.preparation import PreparedColumn
from engine.spec import Setting
from gui.amounts import counted
from gui.fields import ChoiceField, NumberField, ToggleField
from gui.text import number, tr

_FIELD_WIDTH = 124
_NOTCHES = 50
# A number a hair outside the range is only rounded.
_SLACK = 1e-9


class RangedField(NumberField):
    """A number, in the colour of a warning outside the range seen in training. ``told(value)`` while it is typed."""

    told = Signal(object)

    def __init__(self, column: PreparedColumn, parent: QWidget | None = None) -> None:
        self._column = column
        spread = column.high - column.low
        step = 10.0 ** floor(log10(spread / _NOTCHES)) if spread > 0 else 1.0
        help_text = tr("Seen in training: {0}").format(seen(column))
        super().__init__(Setting(column.name, help_text, step=step), whole=False, parent=parent)
        self.setPlaceholderText(tr("no value"))
        self.edited.connect(self._tell)
        self.textEdited.connect(self._follow_typing)

    def show_raw(self, value: Any) -> None:
        """Shows a value, None for missing."""
        if value is None:
            self.setText("")
        else:
            self.show_value(float(value))
        self._mark_outside()

    @property
    def outside(self) -> bool:
        """Whether the value lies outside what training has seen."""
        slack = _SLACK * max(abs(self._column.low), abs(self._column.high))
        inside = self._column.low - slack <= self.value <= self._column.high + slack
        return bool(self.text().strip()) and not inside

    @property
    def _may_be_missing(self) -> bool:
        return self._column.fill is not None

    @Slot()
    def _follow_typing(self) -> None:
        if self._may_be_missing and not self.text().strip():
            self._set_invalid(False)
            self._mark_outside()
            self.told.emit(None)
        elif (value := self._parsed()) is not None:
            self._offer(value)

    @Slot()
    def _commit(self) -> None:
        if not (self._may_be_missing and not self.text().strip()):
            super()._commit()

    @Slot(object, int)
    def _tell(self, value: float, _gesture: int) -> None:
        self._mark_outside()
        self.told.emit(value)

    def _mark_outside(self) -> None:
        if bool(self.property("outside")) != self.outside:
            self.setProperty("outside", self.outside)
            self.style().polish(self)


class CategoryField(ChoiceField):
    """One of the categories seen in training. ``told(value)``."""

    told = Signal(object)

    def __init__(self, column: PreparedColumn, parent: QWidget | None = None) -> None:
        labels = [(label, label) for label in column.labels]
        if column.fill is not None:
            labels.append(("", tr("no value")))
        super().__init__(labels, column.name, seen(column), parent)
        self.setMaxVisibleItems(16)
        self.chosen.connect(self._tell)

    def show_raw(self, value: Any) -> None:
        """Shows a value, None for missing."""
        self.show_key("" if value is None else str(value))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as its column, however long the category is."""
        return QSize(_FIELD_WIDTH, super().sizeHint().height())

    @Slot(str)
    def _tell(self, key: str) -> None:
        self.told.emit(key or None)


class YesNoField(QWidget):
    """A switch between two words. ``told(value)``."""

    told = Signal(object)

    def __init__(self, column: PreparedColumn, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels = column.labels
        self.toggle = ToggleField(Setting(column.name, seen(column)))
        self.toggle.switched.connect(self._tell)
        self._word = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.toggle)
        row.addWidget(self._word, 1)

    def show_raw(self, value: Any) -> None:
        """Shows one of the two words."""
        self.toggle.show_value(str(value) == self._labels[1])
        self._word.setText(self._labels[self.toggle.isChecked()])

    @Slot(bool)
    def _tell(self, on: bool) -> None:
        self._word.setText(self._labels[on])
        self.told.emit(self._labels[on])


class DateField(QLineEdit):
    """A date as text. ``told(value)`` while it is typed."""

    told = Signal(object)

    def __init__(self, column: PreparedColumn, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setPlaceholderText(tr("year-month-day"))
        self.setAccessibleName(column.name)
        self.setToolTip(tr("Seen in training: {0}").format(seen(column)))
        self.textEdited.connect(self._tell)

    def show_raw(self, value: Any) -> None:
        """Shows a date, None for missing."""
        if not self.hasFocus():
            self.setText("" if value is None else str(value))

    @Slot(str)
    def _tell(self, text: str) -> None:
        self.told.emit(text.strip() or None)


Field = RangedField | CategoryField | YesNoField | DateField


def field_for(column: PreparedColumn) -> Field:
    """The field that suits a column."""
    if column.labels:
        return YesNoField(column) if len(column.labels) == 2 and column.fill is None else CategoryField(column)
    return DateField(column) if column.kind == "date" else RangedField(column)


def fits(column: PreparedColumn, value: Any) -> bool:
    """Whether a value that was typed once is one that the field of a column can show."""
    if value is None:
        return column.fill is not None
    if column.labels:
        return value in column.labels
    return isinstance(value, str) == (column.kind == "date")


def seen(column: PreparedColumn) -> str:
    """What training has seen of a column, in a few words."""
    if column.labels:
        count = len(column.labels)
        return " / ".join(column.labels) if count == 2 else counted(count, tr("{0} category"), tr("{0} categories"))
    if column.kind == "date":
        return tr("{0} to {1}").format(date_in_words(column.low), date_in_words(column.high))
    return tr("{0} to {1}").format(number(column.low, 4), number(column.high, 4))


class Entry(QWidget):
    """One column: its name over what training has seen, and its field. ``told(name, value)``."""

    told = Signal(str, object)

    def __init__(self, column: PreparedColumn, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = column
        self.name, self.range = QLabel(), QLabel(seen(column))
        self.range.setProperty("role", "key")
        for label in (self.name, self.range):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.name.setToolTip(column.name)
        self.field = field_for(column)
        self.field.setFixedWidth(_FIELD_WIDTH)
        self.field.told.connect(self._tell)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.name)
        words.addWidget(self.range)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 3, 0, 3)
        row.addLayout(words, 1)
        row.addWidget(self.field)

    def show_raw(self, value: Any) -> None:
        """Shows a value, None for missing."""
        self.field.show_raw(value)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Cuts a long name in its middle."""
        super().resizeEvent(event)
        self._cut()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Cuts it anew in another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._cut()

    def _cut(self) -> None:
        room = max(self.width() - _FIELD_WIDTH - 8, 40)
        for label, words in ((self.name, self.column.name), (self.range, seen(self.column))):
            label.setText(label.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, room))

    @Slot(object)
    def _tell(self, value: object) -> None:
        self.told.emit(self.column.name, value)
