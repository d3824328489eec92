"""Forms made from the fields of a spec: a new setting never needs a change here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.choices import is_as_at_first, matters, owner_of, settings_of
from engine.spec import Setting, Spec
from gui.fields import ChoiceField, FolderField, NumberField, ToggleField
from gui.text import in_a_sentence, readable, tr

Field = NumberField | ChoiceField | ToggleField | FolderField


def changes_in_words(spec: Spec, names: tuple[str, ...]) -> list[str]:
    """What of the settings named matters and is not as it is at first, such as "L2 0.001"."""
    found = []
    for path, setting, _ in settings_of(type(spec), names):
        owner, name = owner_of(spec, path)
        if matters(spec, path, setting) and not is_as_at_first(owner, name):
            found.append(f"{in_a_sentence(tr(setting.label))} {_in_words(setting, getattr(owner, name))}")
    return found


def _in_words(setting: Setting, value: Any) -> str:
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    if setting.choices is not None:
        return in_a_sentence(tr(dict(setting.choices())[value]))
    return readable(value)


class Form(QWidget):
    """One row for each setting of a spec, or for those named, and for those of the specs inside it.

    ``show_spec`` shows a value of the spec's class. ``edited(path, value, gesture)`` is the wish to
    replace a field.
    """

    edited = Signal(str, object, int)

    def __init__(self, kind: type[Spec], names: tuple[str, ...] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self.fields: dict[str, Field] = {}
        self._labels: dict[str, QLabel] = {}
        self._settings: dict[str, Setting] = {}
        inside = ""
        for path, setting, of in settings_of(kind, names):
            within = path.rpartition(".")[0]
            if within and within != inside:
                self._add_caption(within)
            inside = within
            self._add(path, setting, of)

    def _add_caption(self, within: str) -> None:
        caption = QLabel(tr(within.rpartition(".")[2].replace("_", " ").capitalize()))
        caption.setProperty("role", "caption")
        caption.setContentsMargins(0, 6, 0, 0)
        self._grid.addWidget(caption, self._grid.rowCount(), 0, 1, 2)

    def _add(self, path: str, setting: Setting, of: Any) -> None:
        field = self._field(setting, of)
        field.setObjectName(path)
        label = QLabel(tr(setting.label))
        label.setProperty("role", "field")
        label.setToolTip(tr(setting.help))
        label.setBuddy(field)
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignRight)
        self.fields[path], self._labels[path], self._settings[path] = field, label, setting

    def _field(self, setting: Setting, of: Any) -> Field:
        if setting.choices is not None:
            choice = ChoiceField(setting.choices(), tr(setting.label), tr(setting.help))
            choice.chosen.connect(self._made)
            return choice
        if of is bool:
            toggle = ToggleField(setting)
            toggle.switched.connect(self._made)
            return toggle
        if of is Path:
            folder = FolderField(setting)
            folder.chosen.connect(self._made)
            return folder
        number = NumberField(setting, of is int)
        number.setFixedWidth(76)
        number.edited.connect(self._number_made)
        return number

    @Slot(str)
    @Slot(bool)
    @Slot(object)
    def _made(self, value: str | bool | Path) -> None:
        self.edited.emit(self.sender().objectName(), value, 0)

    @Slot(object, int)
    def _number_made(self, value: float, gesture: int) -> None:
        self.edited.emit(self.sender().objectName(), value, gesture)

    def label_of(self, path: str) -> str:
        """What a row is called."""
        return tr(self._settings[path].label)

    def show_spec(self, spec: Spec, only: tuple[str, ...] | None = None) -> None:
        """Shows the values of a spec; rows that do not matter for it, or are not in ``only``, are hidden."""
        for path, field in self.fields.items():
            owner, name = owner_of(spec, path)
            value: Any = getattr(owner, name)
            if isinstance(field, ChoiceField):
                field.show_key(value)
            else:
                field.show_value(value)
            shown = matters(spec, path, self._settings[path]) and (only is None or path in only)
            field.setVisible(shown)
            self._labels[path].setVisible(shown)
