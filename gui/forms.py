"""Forms made from the fields of a spec: a new setting never needs a change here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.spec import Setting, Spec
from gui.fields import ChoiceField, FolderField, NumberField, ToggleField
from gui.text import editable, in_a_sentence, tr

Field = NumberField | ChoiceField | ToggleField | FolderField


def settings_of(kind: type[Spec], names: tuple[str, ...] | None = None) -> Iterator[tuple[str, Setting, Any]]:
    """(path, setting, type) of the settings of a spec, or of those named, and of the specs inside it.

    The path of a setting inside is written with a point: "early_stopping.patience". Parts that are chosen by
    their kind are left out; they have forms of their own.
    """
    own = kind.settings()
    for name, field in kind.model_fields.items():
        inner = field.annotation
        if names is not None and name not in names:
            continue
        if name in own:
            yield name, own[name], inner
        elif isinstance(inner, type) and issubclass(inner, Spec) and "kind" not in inner.model_fields:
            yield from ((f"{name}.{below}", setting, of) for below, setting, of in settings_of(inner))


def matters(spec: Spec, path: str, setting: Setting) -> bool:
    """Whether a setting has any effect on what else a spec says.

    The first setting of a spec inside another is its switch: as it is at first, it is off, and the rest of
    that spec does not matter.
    """
    owner, name = _owner(spec, path)
    condition = setting.shown_if
    if condition is not None and getattr(owner, condition[0]) not in condition[1]:
        return False
    switch = next(iter(type(owner).settings()))
    return owner is spec or name == switch or not _is_as_at_first(owner, switch)


def changes_in_words(spec: Spec, names: tuple[str, ...]) -> list[str]:
    """What of the settings named matters and is not as it is at first, such as "L2 0.001"."""
    found = []
    for path, setting, _ in settings_of(type(spec), names):
        owner, name = _owner(spec, path)
        if matters(spec, path, setting) and not _is_as_at_first(owner, name):
            found.append(f"{in_a_sentence(tr(setting.label))} {_in_words(setting, getattr(owner, name))}")
    return found


def _owner(spec: Spec, path: str) -> tuple[Spec, str]:
    """The spec that has the setting at a path, and the setting's name in it."""
    *way, name = path.split(".")
    for part in way:
        spec = getattr(spec, part)
    return spec, name


def _is_as_at_first(owner: Spec, name: str) -> bool:
    return bool(getattr(owner, name) == type(owner).model_fields[name].default)


def _in_words(setting: Setting, value: Any) -> str:
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    if setting.choices is not None:
        return in_a_sentence(tr(dict(setting.choices())[value]))
    return editable(value)


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
            owner, name = _owner(spec, path)
            value: Any = getattr(owner, name)
            if isinstance(field, ChoiceField):
                field.show_key(value)
            else:
                field.show_value(value)
            shown = matters(spec, path, self._settings[path]) and (only is None or path in only)
            field.setVisible(shown)
            self._labels[path].setVisible(shown)
