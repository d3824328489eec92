"""One weight or bias, to be typed, wheeled or dragged, with what else can be done to it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from engine.snapshot import Snapshot
from engine.spec import Setting
from gui.builder.flow import FlowLayout
from gui.fields import NumberField
from gui.greying import grey
from gui.selection import Parameter, Weight, is_pruned, parameter_name, parameter_value
from gui.text import tr

# One notch of the wheel, or six pixels of a drag.
NOTCH = 0.05
PARAMETER = Setting("Value", "A number of the network, set by hand.", low=-1e6, high=1e6, step=NOTCH)


class ValueRow(QWidget):
    """The number and its switches. ``edited(parameter, value, gesture)``: all of one gesture share its number."""

    edited = Signal(object, float, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameter: Parameter | None = None
        self.name = QLabel()
        self.name.setProperty("role", "field")
        self.field = NumberField(PARAMETER, whole=False)
        self.field.setFixedWidth(118)
        self.field.edited.connect(self._edit)
        self.buttons: list[QToolButton] = []
        value, switches = QWidget(), QWidget()
        row, self._switches = QHBoxLayout(value), QHBoxLayout(switches)
        for part in (row, self._switches):
            part.setContentsMargins(2, 2, 0, 2)
            part.setSpacing(6)
        row.addWidget(self.name)
        row.addWidget(self.field)
        # Where the panel is narrow, the switches stand below the number.
        lines = FlowLayout(self)
        lines.addWidget(value)
        lines.addWidget(switches)
        self.hide()

    def show_actions(self, actions: list[QAction]) -> None:
        """Buttons for what else can be done: they switch and grey with their commands."""
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setProperty("role", "mini")
            button.setAccessibleName(action.text())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.buttons.append(button)
            self._switches.addWidget(button)

    def show_value(self, snapshot: Snapshot | None, parameter: Parameter | None) -> None:
        """Shows a weight or a bias; nothing at all for None."""
        same = parameter == self._parameter
        if not same:
            self.field.begin_gesture()
        self._parameter = parameter
        self.setVisible(parameter is not None)
        if snapshot is None or parameter is None:
            return
        kind = "w" if isinstance(parameter, Weight) else tr("bias")
        self.name.setText(kind)
        held = tr("It is held at zero; Hold at zero lets it go")
        grey(self.field, held if is_pruned(snapshot, parameter) else "")
        self.field.setAccessibleName(parameter_name(snapshot, parameter))
        # While training the value never stands still; what is being typed does.
        if not (same and self.field.hasFocus() and self.field.isModified()):
            self.field.show_value(parameter_value(snapshot, parameter))

    @Slot(object, int)
    def _edit(self, value: float, gesture: int) -> None:
        if self._parameter is not None:
            self.edited.emit(self._parameter, float(value), gesture)
