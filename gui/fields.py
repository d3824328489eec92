"""Small editors for one value each: a number that is typed, wheeled or dragged, a choice, a toggle, a stepper."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from engine.spec import Setting
from gui.text import editable, parse_number, readable, tr
from gui.theme import colours

# Every gesture (a drag, a visit to a field) has a number of its own, so that it becomes one undo entry.
_gestures = count(1)
_PIXELS_PER_NOTCH = 6.0


class NumberField(QLineEdit):
    """A number within the bounds of its Setting, whole or not.

    Typed with comma, point or exponent; moved by the wheel, the up and down keys, or by dragging across
    it. ``edited(value, gesture)``: all edits of one gesture share its number.
    """

    edited = Signal(object, int)

    def __init__(self, setting: Setting, whole: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting, self._whole = setting, whole
        self._value: float = 0
        self._gesture = next(_gestures)
        self._grip: QPointF | None = None
        self._dragged = 0.0
        self._turned = 0.0
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setToolTip(f"{tr(setting.help)}\n{self._range()}\n{tr('Drag, turn the wheel or type.')}")
        self.setAccessibleName(tr(setting.label))
        self.setAccessibleDescription(tr(setting.help))
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.editingFinished.connect(self._commit)
        self.textEdited.connect(self._mark)

    @property
    def value(self) -> float:
        """The value last shown or accepted."""
        return self._value

    def show_value(self, value: float) -> None:
        """Shows a value, unless the user is typing one just now."""
        changed, self._value = value != self._value, value
        if changed or not self.hasFocus():
            self._write()

    def _write(self) -> None:
        """The value: while it may be typed over or copied as a program writes it, otherwise with a true minus sign."""
        self.setText(editable(self._value) if self.hasFocus() else readable(self._value))
        self._set_invalid(False)

    @property
    def _is_as_shown(self) -> bool:
        return self.text() in (editable(self._value), readable(self._value))

    def _range(self) -> str:
        low, high = self._setting.low, self._setting.high
        return "" if low is None or high is None else tr("{0} to {1}").format(readable(low), readable(high))

    def _parsed(self) -> float | None:
        try:
            value = parse_number(self.text(), self._whole)
        except ValueError:
            return None
        if self._whole:
            if value != int(value):
                return None
            value = int(value)
        return value if self._setting.accepts(value) else None

    @Slot()
    def _mark(self) -> None:
        self._set_invalid(self._parsed() is None)

    def _set_invalid(self, invalid: bool) -> None:
        if bool(self.property("invalid")) != invalid:
            self.setProperty("invalid", invalid)
            self.style().polish(self)

    @Slot()
    def _commit(self) -> None:
        """Takes over what was typed; a field only visited keeps every digit of its value."""
        if self._is_as_shown:
            return
        value = self._parsed()
        if value is not None:
            self._offer(value)
        self._write()
        self.begin_gesture()

    @Slot()
    def begin_gesture(self) -> None:
        """What follows is an undo entry of its own."""
        self._gesture = next(_gestures)

    def _offer(self, value: float) -> None:
        if value != self._value:
            self._value = value
            self.edited.emit(value, self._gesture)

    def step_by(self, notches: float) -> None:
        """Moves the value by notches of the setting's step, along its scale, within its bounds.

        Parts of a notch, as touchpads send them, add up before they move a whole number.
        """
        setting = self._setting
        if self._whole:
            self._turned += notches
            notches = float(int(self._turned))
            self._turned -= notches
        if notches == 0:
            return
        if setting.scale == "log":
            value = self._value * setting.step**notches
            if self._whole and round(value) == self._value:
                value = self._value + (1 if notches > 0 else -1)
        else:
            value = self._value + notches * setting.step
        low = setting.low if setting.low is not None else value
        high = setting.high if setting.high is not None else value
        value = min(max(value, low), high)
        self._offer(
            round(value) if self._whole else float(f"{value:.3g}" if setting.scale == "log" else f"{value:.9g}")
        )
        self._write()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Up and down move the value by a notch, page up and down by ten; Escape takes back the typing."""
        notches = {
            Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10,
        }.get(Qt.Key(event.key()))  # fmt: skip
        if notches:
            self.step_by(notches)
        elif event.key() == Qt.Key.Key_Escape:
            self._write()
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Turns the value, but only with the focus, so that scrolling the panel changes nothing."""
        if self.hasFocus():
            self.step_by(event.angleDelta().y() / 120)
            event.accept()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """A visit to the field is a gesture of its own."""
        self.begin_gesture()
        if self.text() == readable(self._value):
            self._write()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """The number is read again, and not typed."""
        super().focusOutEvent(event)
        passing = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
        if event.reason() not in passing and self._is_as_shown:
            self._write()

    def event(self, event: QEvent) -> bool:
        """Leaves undo and redo to the window, unless there is typing to take back in the field itself."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undoing = event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
            if undoing and self._is_as_shown:
                event.ignore()
                return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begins what may become a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip, self._dragged = event.position(), 0.0
            self.begin_gesture()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Dragging sideways or upwards moves the value."""
        if self._grip is None:
            return
        way = event.position() - self._grip
        total = (way.x() - way.y()) / _PIXELS_PER_NOTCH
        notches = int(total - self._dragged)
        if notches:
            self._dragged += notches
            self.deselect()
            self.step_by(notches)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Ends a drag; a click without one selects the number for typing."""
        if self._grip is not None and not self._dragged:
            self.selectAll()
        self._grip = None
        self.begin_gesture()


class ChoiceField(QComboBox):
    """One of several choices, by key. ``chosen(key)`` only when the user chose."""

    chosen = Signal(str)

    def __init__(
        self, choices: Iterable[tuple[str, str]], label: str, explanation: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        for key, text in choices:
            self.addItem(tr(text), key)
        self.setAccessibleName(label)
        self.setToolTip(explanation)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.activated.connect(self._choose)

    @Slot(int)
    def _choose(self, index: int) -> None:
        self.chosen.emit(self.itemData(index))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as what is shown, so that short choices stay small."""
        words = self.fontMetrics().horizontalAdvance(self.currentText())
        return QSize(words + 42, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Never so narrow that the choice is cut off."""
        return self.sizeHint()

    @property
    def key(self) -> str:
        """The key that is shown."""
        return str(self.currentData())

    def show_key(self, key: str) -> None:
        """Shows a choice without saying that it was chosen."""
        self.setCurrentIndex(self.findData(key))
        self.updateGeometry()

    def explain(self, key: str, text: str) -> None:
        """Gives one of the choices a tooltip of its own in the open list."""
        self.setItemData(self.findData(key), text, Qt.ItemDataRole.ToolTipRole)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leaves the wheel to the panel: a choice is never changed by scrolling past it."""
        event.ignore()


class FolderField(QPushButton):
    """A folder, by its name; pressed, it asks for another. ``chosen(path)`` when one was chosen."""

    chosen = Signal(object)

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting, self._folder = setting, Path()
        self.setProperty("role", "folder")
        self.setAutoDefault(False)
        self.setAccessibleDescription(tr(setting.help))
        self.clicked.connect(self._ask)

    def show_value(self, folder: Path) -> None:
        """Shows a folder without saying that it was chosen."""
        self._folder = folder
        name = tr("Home") if folder == Path.home() else folder.name or str(folder)
        self.setText(f"{name} …".replace("&", "&&"))
        self.setAccessibleName(f"{tr(self._setting.label)}: {folder}")
        self.setToolTip(f"{tr(self._setting.help)}\n{folder}")

    @Slot()
    def _ask(self) -> None:
        dialog = QFileDialog(self.window(), tr(self._setting.label), str(self._folder))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._choose)
        dialog.open()

    @Slot(str)
    def _choose(self, path: str) -> None:
        self.chosen.emit(Path(path))


class ToggleField(QCheckBox):
    """Yes or no. ``switched(value)`` only when the user did it, by click, space bar or Enter."""

    switched = Signal(bool)

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr(setting.label))
        self.setAccessibleDescription(tr(setting.help))
        self.setToolTip(tr(setting.help))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self.switched)

    def show_value(self, value: bool) -> None:
        """Shows a value without saying that it was switched."""
        self.setChecked(value)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A small switch with room for the mark of the keyboard focus, as high as the other fields."""
        return QSize(36, 24)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Never smaller than that."""
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:  # noqa: N802 - Qt's name
        """All of it can be clicked."""
        return self.rect().contains(position)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter switches like the space bar."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A track with a knob: at the right and in the accent colour when it is on."""
        c, on = colours(), self.isChecked()
        track = QRectF(2.5, (self.height() - 17) / 2, 30, 17)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.hasFocus():
                painter.setPen(QPen(QColor(c.accent), 1.0))
                painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), 10.5, 10.5)
            painter.setPen(Qt.PenStyle.NoPen if on else QPen(QColor(c.faint), 1.0))
            painter.setBrush(QColor(c.accent if on else c.chip))
            painter.drawRoundedRect(track, 8.5, 8.5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.on_accent if on else c.quiet))
            knob = track.right() - 8.5 if on else track.left() + 8.5
            painter.drawEllipse(QPointF(knob, track.center().y()), 5.5, 5.5)


class StepButton(QToolButton):
    """Minus or plus; held down it repeats."""

    def __init__(self, text: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setProperty("role", "step")
        self.setAutoRepeat(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(words)


class Stepper(QFrame):
    """A whole number between a minus and a plus. ``stepped(by)`` when one of the two is pressed."""

    edited = Signal(object, int)
    stepped = Signal(int)

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stepper")
        self.field = NumberField(setting, whole=True)
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.setFixedWidth(40)
        self.field.edited.connect(self.edited)
        self.minus, self.plus = StepButton("−", tr("One less")), StepButton("+", tr("One more"))
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(0)
        for button, notch in ((self.minus, -1), (self.plus, 1)):
            button.setProperty("notch", notch)
            button.setAccessibleName(f"{tr(setting.label)}: {button.toolTip()}")
            button.clicked.connect(self._step)
        for widget in (self.minus, self.field, self.plus):
            row.addWidget(widget)

    @Slot()
    def _step(self) -> None:
        self.stepped.emit(self.sender().property("notch"))

    def show_value(self, value: int) -> None:
        """Shows a value."""
        self.field.show_value(value)
