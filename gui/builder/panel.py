"""The builder: data, network and training, each a section of forms made from the fields."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.data.sources import SOURCES
from engine.experiment import DataSpec, Experiment, TrainingSpec
from engine.optimizers import OPTIMIZERS
from engine.snapshot import Snapshot
from gui import edits
from gui.builder.cards import LayerCards
from gui.builder.columns import ColumnPicker
from gui.fields import ChoiceField
from gui.forms import Form
from gui.text import tr

# What only generators heed, and what every table has; a new setting finds its place here by itself.
_GENERATED = tuple(dict.fromkeys(name for source in SOURCES for name in source.settings))
_ALWAYS = tuple(name for name in DataSpec.settings() if name not in (*_GENERATED, "source"))
_AFTER_OPTIMIZER = tuple(name for name in TrainingSpec.settings() if name != "loss")


class Builder(QScrollArea):
    """Shows an experiment. ``edited(experiment, text, merge)`` is the wish for another one."""

    edited = Signal(object, str, str)
    layer_pressed = Signal(int)
    layer_moved = Signal(int, int)
    layer_removed = Signal(int)

    def __init__(self, experiment: Experiment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experiment = experiment
        self._snapshot: Snapshot | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        content.setObjectName("content")
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(16, 12, 16, 12)
        self._column.setSpacing(4)
        self._add_data_section()
        self._add_network_section()
        self._add_training_section()
        self._column.addStretch()
        self.setWidget(content)
        self.show_experiment(experiment)

    # -- the sections ----------------------------------------------------------------------------

    def _section(self, title: str, gap: int) -> QLabel:
        """Adds a heading and returns the note at its right."""
        self._column.addSpacing(gap)
        head, note = QLabel(title), QLabel()
        head.setProperty("role", "section")
        note.setProperty("role", "note")
        self._row(head, note)
        return note

    def _row(self, left: QWidget, right: QWidget) -> None:
        row = QHBoxLayout()
        row.addWidget(left)
        row.addStretch()
        row.addWidget(right)
        self._column.addLayout(row)

    def _labelled(self, text: str, field: QWidget) -> None:
        label = QLabel(text)
        label.setProperty("role", "field")
        label.setBuddy(field)
        self._row(label, field)

    def _add_data_section(self) -> None:
        self._data_note = self._section(tr("Data"), 0)
        setting = DataSpec.settings()["source"]
        self.source = ChoiceField(SOURCES.choices(), tr(setting.label), tr(setting.help))
        self.source.setObjectName("source")
        self.source.chosen.connect(self._choose_source)
        self._labelled(tr("Table"), self.source)
        self._target = QLabel()
        self._labelled(tr("Target"), self._target)
        self.columns = ColumnPicker()
        self.columns.picked.connect(self._pick_columns)
        self._column.addWidget(self.columns)
        self.data_form = Form(DataSpec, (*_GENERATED, *_ALWAYS))
        self.data_form.edited.connect(self._edit_data)
        self._column.addWidget(self.data_form)

    def _add_network_section(self) -> None:
        self._network_note = self._section(tr("Network"), 14)
        self.cards = LayerCards()
        self.cards.edited.connect(self._edit_layer)
        self.cards.moved.connect(self.layer_moved)
        self.cards.removed.connect(self.layer_removed)
        self.cards.pressed.connect(self.layer_pressed)
        self._column.addWidget(self.cards)
        self.add_button = QPushButton(tr("+ Add layer"))
        self.add_button.setProperty("role", "link")
        self.add_button.setToolTip(tr("Adds a hidden layer before the output (Ctrl+L)"))
        self.add_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.add_button.clicked.connect(self.add_layer)
        self._column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)

    def _add_training_section(self) -> None:
        self._section(tr("Training"), 14)
        self.loss_form = Form(TrainingSpec, ("loss",))
        self.rest_form = Form(TrainingSpec, _AFTER_OPTIMIZER)
        kinds = [(kind, cls.label) for kind, cls in OPTIMIZERS.items()]
        self.optimizer = ChoiceField(kinds, tr("Optimizer"), tr("How a gradient moves the weights."))
        self.optimizer.setObjectName("optimizer")
        self.optimizer.chosen.connect(self._choose_optimizer)
        self._column.addWidget(self.loss_form)
        self._labelled(tr("Optimizer"), self.optimizer)
        self.optimizer_forms = {kind: Form(cls) for kind, cls in OPTIMIZERS.items()}
        for form in self.optimizer_forms.values():
            form.edited.connect(self._edit_optimizer)
            self._column.addWidget(form)
        self._column.addWidget(self.rest_form)
        for form in (self.loss_form, self.rest_form):
            form.edited.connect(self._edit_training)

    # -- what is shown ---------------------------------------------------------------------------

    def show_experiment(self, experiment: Experiment) -> None:
        """Shows another experiment."""
        self._experiment = experiment
        data, training = experiment.data, experiment.training
        source = SOURCES[data.source]
        self.source.show_key(data.source)
        self.source.setToolTip(source.about)
        self.data_form.show_spec(data, only=(*source.settings, *_ALWAYS))
        self._show_columns()
        self._show_cards()
        self.optimizer.show_key(training.optimizer.kind)
        self.optimizer.setToolTip(f"{training.optimizer.about}\n{training.optimizer.formula}")
        for kind, form in self.optimizer_forms.items():
            form.setVisible(kind == training.optimizer.kind)
        self.optimizer_forms[training.optimizer.kind].show_spec(training.optimizer)
        self.loss_form.show_spec(training)
        self.rest_form.show_spec(training)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows what follows from the data: its size, its columns and the output's width."""
        self._snapshot = snapshot
        data = snapshot.data
        self._data_note.setText(tr("{0} training · {1} test").format(len(data.x_train), len(data.x_test)))
        classes = f" ({len(data.classes)})" if data.classes else ""
        self._target.setText(f"{data.target}{classes}")
        self._target.setToolTip(", ".join(data.classes) or tr("a number"))
        self._show_columns()
        self._network_note.setText(tr("{0} parameters").format(f"{snapshot.plan.parameters:,}"))
        self._show_cards()

    def _show_columns(self) -> None:
        """The columns are those of the data that are loaded; which are on is the experiment's."""
        snapshot, data = self._snapshot, self._experiment.data
        if snapshot is None:
            return
        loaded = snapshot.experiment.data.source == data.source
        self.columns.setEnabled(loaded)
        if loaded:
            names = data.features if data.features is not None else snapshot.data.columns
            known = set(names) <= set(snapshot.data.columns)
            self.columns.show_columns(snapshot.data.columns, names if known else snapshot.data.names)

    def _show_cards(self) -> None:
        network, snapshot = self._experiment.network, self._snapshot
        outputs = snapshot.plan.layers[-1].units if snapshot else None
        activation = snapshot.plan.layers[-1].activation.key if snapshot else network.output.activation
        self.cards.show_layers(network.layers, network.output, outputs, activation)

    def show_layer(self, index: int | None) -> None:
        """Opens the card of a layer: a hidden one, -1 for the output, None for no card."""
        self.cards.show_selected(index)

    # -- wishes ----------------------------------------------------------------------------------

    def _wish(self, path: str, value: object, text: str, gesture: int = 0) -> None:
        merge = f"{path}#{gesture}" if gesture else ""
        self.edited.emit(self._experiment.with_value(path, value), text, merge)

    @Slot(str)
    def _choose_source(self, key: str) -> None:
        self._wish("data.source", key, tr("Table"))

    @Slot(object)
    def _pick_columns(self, names: tuple[str, ...]) -> None:
        self._wish("data.features", names, tr("Inputs"))

    @Slot(str, object, int)
    def _edit_data(self, name: str, value: object, gesture: int) -> None:
        self._wish(f"data.{name}", value, tr(DataSpec.settings()[name].label), gesture)

    @Slot(str, object, int)
    def _edit_training(self, name: str, value: object, gesture: int) -> None:
        self._wish(f"training.{name}", value, tr(TrainingSpec.settings()[name].label), gesture)

    @Slot(str)
    def _choose_optimizer(self, kind: str) -> None:
        if kind != self._experiment.training.optimizer.kind:
            self._wish("training.optimizer", {"kind": kind}, tr("Optimizer"))

    @Slot(str, object, int)
    def _edit_optimizer(self, name: str, value: object, gesture: int) -> None:
        label = type(self._experiment.training.optimizer).settings()[name].label
        self._wish(f"training.optimizer.{name}", value, tr(label), gesture)

    @Slot(int, str, object, int)
    def _edit_layer(self, index: int, name: str, value: object, gesture: int) -> None:
        path = f"network.layers.{index}.{name}" if index >= 0 else f"network.output.{name}"
        where = tr("hidden {0}").format(index + 1) if index >= 0 else tr("output")
        self._wish(path, value, f"{where}: {name.replace('_', ' ')}", gesture)

    @Slot()
    def add_layer(self) -> None:
        """Asks for one more hidden layer before the output."""
        at = len(self._experiment.network.layers)
        self.edited.emit(edits.insert_layer(self._experiment, at), tr("Add layer"), "")
