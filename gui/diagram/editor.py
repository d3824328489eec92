"""A field over the drawing in which the selected weight or bias is typed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from engine.snapshot import Snapshot
from gui.fields import NumberField
from gui.plots.values import PARAMETER
from gui.selection import Parameter, parameter_name, parameter_value


class ValueEditor(NumberField):
    """Opens where a value is drawn and closes with Enter, Escape or when the focus goes elsewhere.

    ``valued(parameter, value, gesture)`` for each value taken.
    """

    valued = Signal(object, float, int)

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(PARAMETER, whole=False, parent=canvas)
        self._canvas = canvas
        self._parameter: Parameter | None = None
        self.setObjectName("value_editor")
        self.setFixedWidth(96)
        self.edited.connect(self._offer_value)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether something is being typed."""
        return not self.isHidden()

    def open(self, parameter: Parameter, snapshot: Snapshot, place: QRectF) -> None:
        """Opens beside what is drawn at a place, inside the drawing."""
        self._parameter = parameter
        self.setAccessibleName(parameter_name(snapshot, parameter))
        self.show_value(parameter_value(snapshot, parameter))
        canvas = self._canvas
        x = min(max(place.center().x() - self.width() / 2, 4.0), canvas.width() - self.width() - 4.0)
        y = place.bottom() + 6.0
        if y + self.sizeHint().height() > canvas.height() - 4.0:
            y = place.top() - self.sizeHint().height() - 6.0
        self.move(round(x), round(max(y, 4.0)))
        self.show()
        self.raise_()
        self.setFocus()
        self.selectAll()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Follows the value while nothing is typed."""
        if self._parameter is not None and self.is_open and not self.isModified():
            self.show_value(parameter_value(snapshot, self._parameter))

    def close_editor(self) -> None:
        """Nothing is edited any more; the drawing has the keyboard again."""
        if self.is_open:
            self._parameter = None
            had_focus = self.hasFocus()
            self.hide()
            if had_focus:
                self._canvas.setFocus()

    @Slot(object, int)
    def _offer_value(self, value: float, gesture: int) -> None:
        if self._parameter is not None:
            self.valued.emit(self._parameter, float(value), gesture)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter takes what was typed, Escape does not; both close."""
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.close_editor()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Going elsewhere takes what was typed."""
        super().focusOutEvent(event)
        self.close_editor()
