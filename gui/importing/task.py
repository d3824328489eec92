"""What is to be learned from a table, and which rows are held out for testing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.data.table_spec import TableSpec
from engine.experiment import DataSpec
from gui.fields import ChoiceField
from gui.forms import Form
from gui.importing.choices import ColumnChoice, explain_automatic
from gui.importing.draft import Opened, table_of
from gui.text import tr

_BY_SHARE = ("share", "order")


class TaskSettings(QWidget):
    """Shows target and split. ``edited(setting, value)``: of the table; ``data_edited(setting, value)``: of the rest.

    ``file_wished``: a second file is to be chosen.
    """

    edited = Signal(str, object)
    data_edited = Signal(str, object)
    file_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._rows: dict[str, QWidget] = {}
        self._section(tr("Target"))
        self.target = self._choice(
            "target", tr("Column"), tr("Target column"), tr("What the network is to find out from the others")
        )
        self.target_form = self._form(TableSpec, ("target_kind", "target_log"), self.edited)
        self._section(tr("Test rows"))
        self.split_form = self._form(TableSpec, ("split", "stratify"), self.edited)
        self.split_column = self._choice(
            "split_column", tr("Column"), tr("Column that splits"), tr("Rows where it says test, yes or 1 are held out")
        )
        self.order_column = self._choice(
            "order_column", tr("Ordered by"), tr("Column that orders"), tr("The last rows in its order are held out")
        )
        self.file = QPushButton()
        self.file.setProperty("role", "link")
        self.file.setToolTip(tr("Chooses the file whose rows are for testing; it has the same columns"))
        self.file.clicked.connect(self.file_wished)
        self._layout.addWidget(self.file)
        self.data_form = self._form(DataSpec, ("test_fraction", "seed"), self.data_edited)
        self._section(tr("All columns"))
        self.scale_form = self._form(DataSpec, ("scale",), self.data_edited)

    def _section(self, title: str) -> None:
        label = QLabel(title)
        label.setProperty("role", "section")
        label.setContentsMargins(0, 12, 0, 0)
        self._layout.addWidget(label)

    def _choice(self, name: str, caption: str, label: str, words: str) -> ColumnChoice:
        field, row = ColumnChoice(label, words), QWidget()
        field.setObjectName(name)
        field.chosen.connect(self._choose)
        grid = QGridLayout(row)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(0, 1)
        text = QLabel(caption)
        text.setProperty("role", "field")
        text.setBuddy(field)
        grid.addWidget(text, 0, 0)
        grid.addWidget(field, 0, 1)
        self._layout.addWidget(row)
        self._rows[name] = row
        return field

    def _form(self, kind: type[TableSpec] | type[DataSpec], names: tuple[str, ...], wish: object) -> Form:
        form = Form(kind, names)
        form.edited.connect(self._edit if wish is self.edited else self._edit_data)
        self._layout.addWidget(form)
        return form

    @Slot(str)
    def _choose(self, key: str) -> None:
        self.edited.emit(self.sender().objectName(), key)

    @Slot(str, object, int)
    def _edit(self, name: str, value: object, _gesture: int) -> None:
        self.edited.emit(name, value)

    @Slot(str, object, int)
    def _edit_data(self, name: str, value: object, _gesture: int) -> None:
        self.data_edited.emit(name, value)

    def show_table(self, opened: Opened, data: DataSpec) -> None:
        """Shows what is asked of the table, and what came of what is automatic."""
        table, plan, names = table_of(data), opened.plan, opened.raw.names
        self.target.show_columns(names, table.target or (plan.target if plan else ""))
        kind = plan.target_kind if plan else "auto"
        asked = kind if table.target_kind == "auto" else table.target_kind
        self.target_form.show_spec(table, only=("target_kind", *(("target_log",) if asked == "number" else ())))
        field = self.target_form.fields["target_kind"]
        assert isinstance(field, ChoiceField)
        explain_automatic(field, kind, tr("guessed"))
        classes = asked != "number" and table.split == "share"
        self.split_form.show_spec(table, only=("split", *(("stratify",) if classes else ())))
        for choice, split in ((self.split_column, "column"), (self.order_column, "order")):
            self._rows[choice.objectName()].setVisible(table.split == split)
        others = tuple(name for name in names if name != self.target.key)
        self.split_column.show_columns(others, table.split_column, tr("Choose a column"))
        self.order_column.show_columns(others, table.order_column, tr("The file's order"))
        self.file.setVisible(table.split == "file")
        self.file.setText(Path(table.test_path).name or tr("Choose the second file…"))
        self.file.setAccessibleName(tr("Second file: {0}").format(Path(table.test_path).name or tr("none yet")))
        self.data_form.setVisible(table.split in _BY_SHARE)
        shown = ("test_fraction", "seed") if table.split == "share" else ("test_fraction",)
        self.data_form.show_spec(data, only=shown)
        self.scale_form.show_spec(data)
