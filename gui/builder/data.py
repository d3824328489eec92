"""The data section of the builder: which table, what is asked of it, its columns, its split and scaling."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.data.sources import OWN, SOURCES, built_in, is_planar
from engine.experiment import DISTURBING, DataSpec
from engine.snapshot import Snapshot
from gui.builder.columns import ColumnPicker
from gui.builder.features import FeatureSwitches
from gui.builder.fold import Fold
from gui.fields import ChoiceField
from gui.forms import Form, changes_in_words
from gui.greying import grey
from gui.importing.draft import table_name
from gui.painting.setup import PointsSetup
from gui.text import tr

# What only generators heed, and what every table has; a new setting finds its place here by itself.
_GENERATED = tuple(dict.fromkeys(name for source in SOURCES for name in source.settings))
_ALWAYS = tuple(name for name in DataSpec.settings() if name not in (*_GENERATED, *DISTURBING, "source"))
# What stands at the end of the tables and is none: a command each, by its id.
COMMANDS = (("file.open", "Open a file…"), ("data.draw", "Draw points"))
# Pixels for the name of a table; more would not fit beside its caption.
_MOST_NAME = 144


def name_of(data: DataSpec) -> str:
    """What the data are called."""
    if data.source == "table" and data.table is not None:
        return table_name(data.table)
    source = built_in(data.source)
    return tr(source.label) if source else tr(dict(OWN)[data.source])


class TableChoice(ChoiceField):
    """The data sets, one's own where there are any, and commands. ``wished(id)``: a command was chosen."""

    wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        setting = DataSpec.settings()["source"]
        super().__init__(SOURCES.choices(), tr(setting.label), tr(setting.help), parent)
        self._built_in = self.count()
        self._own: tuple[tuple[str, str], ...] | None = None

    def show_data(self, data: DataSpec) -> None:
        """Shows what is learned from; data of one's own can be chosen as long as they are described."""
        there = {"table": data.table, "drawn": data.points}
        name = table_name(data.table) if data.table else ""
        name = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, _MOST_NAME)
        words = {"table": name, **{key: tr(label) for key, label in OWN[1:]}}
        own = tuple((key, words[key]) for key, described in there.items() if described is not None)
        if own != self._own:
            self._own = own
            while self.count() > self._built_in:
                self.removeItem(self.count() - 1)
            for key, text in (*own, *COMMANDS):
                self.addItem(tr(text), key)
            self.insertSeparator(self._built_in)
        self.show_key(data.source)

    @Slot(int)
    def _choose(self, index: int) -> None:
        key = self.itemData(index)
        (self.wished if key in dict(COMMANDS) else self.chosen).emit(key)


class DataSection(QWidget):
    """Shows the data. ``wished(field, value, text, gesture)``: another value; ``command_wished(id)``: a command.

    ``derived_wished(features)``: other features made from columns.
    """

    wished = Signal(str, object, str, int)
    derived_wished = Signal(object)
    command_wished = Signal(str)

    def __init__(self, note: QLabel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = DataSpec()
        self._snapshot: Snapshot | None = None
        self._note = note
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.source = TableChoice()
        self.source.setObjectName("source")
        self.source.chosen.connect(self._choose_source)
        self.source.wished.connect(self._wish_command)
        self._labelled(tr("Table"), self.source)
        self.target = QLabel()
        self._labelled(tr("Target"), self.target)
        self.edit = QPushButton(tr("Edit table…"))
        self.edit.setProperty("role", "link")
        self.edit.setToolTip(tr("What its columns mean, what is asked, what is held out"))
        self.edit.setAccessibleName(tr("Edit table"))
        self.edit.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.edit.clicked.connect(self._wish_edit)
        self._column.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignLeft)
        self.points = PointsSetup()
        self._column.addWidget(self.points)
        self._column.addSpacing(4)
        self.columns = ColumnPicker()
        self.columns.picked.connect(self._pick_columns)
        self._column.addWidget(self.columns)
        self.features = FeatureSwitches()
        self.features.wished.connect(self.derived_wished)
        self._column.addWidget(self.features)
        self.form = Form(DataSpec, (*_GENERATED, *_ALWAYS))
        self.form.edited.connect(self._edit)
        self._column.addWidget(self.form)
        self.disturbing = Form(DataSpec, DISTURBING)
        self.disturbing.edited.connect(self._edit)
        self.disturbing_fold = Fold(tr("Disturb"), self.disturbing)
        self._column.addWidget(self.disturbing_fold)

    def _labelled(self, text: str, field: QWidget) -> None:
        label, row = QLabel(text), QHBoxLayout()
        label.setProperty("role", "field")
        label.setBuddy(field)
        row.addWidget(label)
        row.addStretch()
        row.addWidget(field)
        self._column.addLayout(row)

    def show_data(self, data: DataSpec) -> None:
        """Shows other data."""
        self._data = data
        source = built_in(data.source)
        self.source.show_data(data)
        table = data.table if data.source == "table" else None
        self.source.setToolTip(tr(source.about) if source else table.path if table and table.path else name_of(data))
        self.edit.setVisible(table is not None)
        # A column or a second file says itself which rows are for testing.
        split = table.split if table else "share"
        shown = tuple(name for name in _ALWAYS if name != "test_fraction" or split in ("share", "order"))
        self.form.show_spec(data, only=(*(source.settings if source else ()), *shown))
        self._show_disturbing()
        self.disturbing_fold.show_changes(changes_in_words(data, DISTURBING))
        self._show_columns()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows what follows from the data: their size, their columns and what is asked."""
        self._snapshot = snapshot
        data = snapshot.data
        parts = (f"{len(part):,}" for part in (data.x_train, data.x_test))
        self._note.setText(tr("{0} training · {1} test").format(*parts))
        classes = f" ({len(data.classes)})" if data.classes else ""
        name = self.fontMetrics().elidedText(data.target, Qt.TextElideMode.ElideMiddle, 160)
        self.target.setText(f"{name}{classes}")
        self.target.setToolTip(", ".join(data.classes[:50]) or tr("a number"))
        self._show_disturbing()
        self._show_columns()

    def _show_disturbing(self) -> None:
        """Only classes can be balanced."""
        classes = self._snapshot is None or self._snapshot.data.classes or self._data.balance != "none"
        self.disturbing.show_spec(self._data, only=tuple(name for name in DISTURBING if name != "balance" or classes))

    def _show_columns(self) -> None:
        """The columns are those of the data that are loaded; which are on is the experiment's."""
        snapshot, data = self._snapshot, self._data
        if snapshot is None:
            return
        shown = snapshot.experiment.data
        loaded = shown.source == data.source and (data.source != "table" or shown.table == data.table)
        for part in (self.columns, self.features):
            grey(part, "" if loaded else tr("The data are being loaded"))
        if loaded:
            names = data.features if data.features is not None else snapshot.data.columns
            known = set(names) <= set(snapshot.data.columns)
            self.columns.show_columns(snapshot.data.columns, names if known else snapshot.data.names)
            self.features.show_features(snapshot.data.columns, data.derived, is_planar(data.source))

    # -- wishes ----------------------------------------------------------------------------------

    @Slot(str)
    def _choose_source(self, key: str) -> None:
        self.wished.emit("source", key, tr("Table"), 0)

    @Slot(str)
    def _wish_command(self, name: str) -> None:
        self.source.show_key(self._data.source)
        self.command_wished.emit(name)

    @Slot()
    def _wish_edit(self) -> None:
        self.command_wished.emit("data.edit")

    @Slot(object)
    def _pick_columns(self, names: tuple[str, ...]) -> None:
        self.wished.emit("features", names, tr("Inputs"), 0)

    @Slot(str, object, int)
    def _edit(self, name: str, value: object, gesture: int) -> None:
        self.wished.emit(name, value, tr(DataSpec.settings()[name].label), gesture)
