"""How a file was read: what was found out, and what it is to be instead."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.data.raw import Found
from engine.data.table_spec import ReadingSpec, TableSpec
from gui.builder.flow import FlowLayout
from gui.fields import ChoiceField
from gui.importing.choices import ColumnChoice, explain_automatic
from gui.text import tr

# What only text has; a workbook and an array have none of it.
_OF_TEXT = ("encoding", "delimiter", "decimal", "comment")


class Captioned(QWidget):
    """A field with a small caption above it."""

    def __init__(self, caption: str, field: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        label = QLabel(caption)
        label.setProperty("role", "caption")
        label.setBuddy(field)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 8, 4)
        layout.setSpacing(2)
        layout.addWidget(label)
        layout.addWidget(field)


class ReadingBar(QWidget):
    """A field for each setting of the reading. ``edited(name, value)`` is the wish to read it otherwise."""

    edited = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        flow = FlowLayout(self)
        self.fields: dict[str, ChoiceField] = {}
        self._boxes: dict[str, Captioned] = {}
        for name, setting in ReadingSpec.settings().items():
            assert setting.choices is not None
            self._add(
                flow, name, tr(setting.label), ChoiceField(setting.choices(), tr(setting.label), tr(setting.help))
            )
        self.sheet = ColumnChoice(tr("Sheet"), tr("Which sheet of the workbook, or array of the file, is read"))
        self._add(flow, "sheet", tr("Sheet"), self.sheet)

    def _add(self, flow: FlowLayout, name: str, label: str, field: ChoiceField) -> None:
        field.setObjectName(name)
        field.chosen.connect(self._edit)
        self.fields[name], self._boxes[name] = field, Captioned(label, field)
        flow.addWidget(self._boxes[name])

    @Slot(str)
    def _edit(self, key: str) -> None:
        self.edited.emit(self.sender().objectName(), key)

    def show_reading(self, table: TableSpec, found: Found | None) -> None:
        """Shows how the table is read; ``found``: what came of what is automatic, None where it was not read yet."""
        how = table.reading
        self.sheet.show_columns(found.sheets if found else (), how.sheet or (found.sheet if found else ""))
        is_text = found is None or bool(found.delimiter)
        for name, field in self.fields.items():
            if name != "sheet":
                field.show_key(getattr(how, name))
                explain_automatic(field, _came_to(name, found), tr("found"))
            many = found is not None and len(found.sheets) > 1
            shown = many if name == "sheet" else is_text or name not in _OF_TEXT
            self._boxes[name].setVisible(shown and not (name == "encoding" and bool(table.text)))


def _came_to(name: str, found: Found | None) -> str:
    if found is None:
        return "auto"
    if name == "header":
        return "yes" if found.header else "no"
    value = str(getattr(found, name))
    return "utf-8" if value == "utf-8-sig" else value
