"""A part that is chosen by its kind, such as the optimizer: the choice, and below it the settings of that kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.fields import ChoiceField
from gui.forms import Form
from gui.text import tr


class KindForm(QWidget):
    """Shows a part. ``kind_chosen(kind)`` and ``edited(name, value, gesture)`` are the wishes.

    ``kinds``: key -> the spec's class, with ``label``, ``about`` and ``formula``. The form of a kind is made
    when that kind is first shown.
    """

    kind_chosen = Signal(str)
    edited = Signal(str, object, int)

    def __init__(
        self, kinds: Mapping[str, Any], name: str, label: str, explanation: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._kinds, self._kind = kinds, ""
        self.forms: dict[str, Form] = {}
        self.choice = ChoiceField([(kind, cls.label) for kind, cls in kinds.items()], label, explanation)
        self.choice.setObjectName(name)
        for kind, cls in kinds.items():
            self.choice.explain(kind, _explained(cls))
        self.choice.chosen.connect(self._choose)
        words = QLabel(label)
        words.setProperty("role", "field")
        words.setToolTip(explanation)
        words.setBuddy(self.choice)
        row = QHBoxLayout()
        row.addWidget(words)
        row.addStretch()
        row.addWidget(self.choice)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addLayout(row)

    def show_spec(self, spec: Any) -> None:
        """Shows a part with its settings."""
        self._kind = spec.kind
        self.choice.show_key(spec.kind)
        self.choice.setToolTip(_explained(spec))
        if spec.kind not in self.forms:
            form = self.forms[spec.kind] = Form(self._kinds[spec.kind])
            form.edited.connect(self.edited)
            self._column.addWidget(form)
        for kind, form in self.forms.items():
            form.setVisible(kind == spec.kind)
        self.form.show_spec(spec)

    @property
    def form(self) -> Form:
        """The settings of the kind that is shown."""
        return self.forms[self._kind]

    @Slot(str)
    def _choose(self, kind: str) -> None:
        if kind != self._kind:
            self.kind_chosen.emit(kind)


def _explained(part: Any) -> str:
    """What a kind does, and its formula."""
    return f"{tr(part.about)}\n{part.formula}"
