"""Forms made from the fields of a spec: a new setting never needs a change here."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.spec import Setting, Spec
from gui.fields import ChoiceField, NumberField
from gui.text import tr


class Form(QWidget):
    """One row for each setting of a spec, or for those named.

    ``show_spec`` shows a value of the spec's class. ``edited(name, value, gesture)`` is the wish to
    replace a field.
    """

    edited = Signal(str, object, int)

    def __init__(self, kind: type[Spec], names: tuple[str, ...] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self.fields: dict[str, NumberField | ChoiceField] = {}
        self._labels: dict[str, QLabel] = {}
        self._settings = {n: s for n, s in kind.settings().items() if names is None or n in names}
        for row, (name, setting) in enumerate(self._settings.items()):
            self._add(row, name, setting, kind.model_fields[name].annotation is int)

    def _add(self, row: int, name: str, setting: Setting, whole: bool) -> None:
        field: NumberField | ChoiceField
        if setting.choices is not None:
            field = ChoiceField(setting.choices(), tr(setting.label), tr(setting.help))
            field.chosen.connect(self._choice_made)
        else:
            field = NumberField(setting, whole)
            field.setFixedWidth(76)
            field.edited.connect(self._number_made)
        field.setObjectName(name)
        label = QLabel(tr(setting.label))
        label.setProperty("role", "field")
        label.setToolTip(tr(setting.help))
        label.setBuddy(field)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignRight)
        self.fields[name], self._labels[name] = field, label

    @Slot(str)
    def _choice_made(self, key: str) -> None:
        self.edited.emit(self.sender().objectName(), key, 0)

    @Slot(object, int)
    def _number_made(self, value: float, gesture: int) -> None:
        self.edited.emit(self.sender().objectName(), value, gesture)

    def show_spec(self, spec: Spec, only: tuple[str, ...] | None = None) -> None:
        """Shows the values of a spec; rows that do not matter for it, or are not in ``only``, are hidden."""
        for name, field in self.fields.items():
            value: Any = getattr(spec, name)
            if isinstance(field, ChoiceField):
                field.show_key(value)
            else:
                field.show_value(value)
            condition = self._settings[name].shown_if
            matters = condition is None or getattr(spec, condition[0]) in condition[1]
            shown = matters and (only is None or name in only)
            field.setVisible(shown)
            self._labels[name].setVisible(shown)
