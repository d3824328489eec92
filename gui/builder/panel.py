"""The builder: data, network and training, each a section of forms made from the fields."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.data.derived import Derived
from engine.experiment import Experiment
from engine.layers import LAYERS, Dense
from engine.snapshot import Snapshot
from gui import amounts, edits
from gui.builder.cards import LayerCards
from gui.builder.data import DataSection
from gui.builder.training import TrainingSection
from gui.selection import layer_name
from gui.text import in_a_sentence, tr

# Room for every row; what is narrower would be cut off, for the panel scrolls up and down only.
_NARROWEST = 264
_DENSE = str(Dense.model_fields["kind"].default)


class Builder(QScrollArea):
    """Shows an experiment. ``edited(experiment, text, merge)`` is the wish for another one.

    ``command_wished(id)``: a command is to be run.
    """

    edited = Signal(object, str, str)
    command_wished = Signal(str)
    layer_pressed = Signal(int)
    layer_moved = Signal(int, int)
    layer_removed = Signal(int)
    units_wished = Signal(int, int)

    def __init__(self, experiment: Experiment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experiment = experiment
        self._snapshot: Snapshot | None = None
        self._open: int | None = None
        self.setWidgetResizable(True)
        self.setMinimumWidth(_NARROWEST)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what has the focus inside scrolls it
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

    def _add_data_section(self) -> None:
        self.data = DataSection(self._section(tr("Data"), 0))
        self.data.wished.connect(self._edit_data)
        self.data.command_wished.connect(self.command_wished)
        self.data.derived_wished.connect(self._make_features)
        self.source, self.columns, self.data_form = self.data.source, self.data.columns, self.data.form
        self.features, self.disturbing = self.data.features, self.data.disturbing
        self._column.addWidget(self.data)
        self.points = self.data.points
        self.points.edited.connect(self.edited)

    def _add_network_section(self) -> None:
        self._network_note = self._section(tr("Network"), 14)
        self.cards = LayerCards()
        self.cards.edited.connect(self._edit_layer)
        self.cards.moved.connect(self.layer_moved)
        self.cards.removed.connect(self.layer_removed)
        self.cards.pressed.connect(self.layer_pressed)
        self.cards.stepped.connect(self.units_wished)
        self._column.addWidget(self.cards)
        self.add_button = QPushButton(tr("+ Add layer"))
        self.add_button.setProperty("role", "link")
        self.add_button.setToolTip(tr("Adds a layer: choose which kind (Ctrl+L: a dense one before the output)"))
        self.add_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.add_button.clicked.connect(self._offer_layers)
        self.kinds_menu = self._make_kinds_menu()
        self._column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)

    def _make_kinds_menu(self) -> QMenu:
        """The kinds of layers, dense first, each with what it does."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for kind, cls in LAYERS.items():
            action = menu.addAction(tr(cls.label))
            action.setData(kind)
            action.setToolTip(f"{tr(cls.about)}\n{cls.formula}")
            action.triggered.connect(self._add_chosen)
            if kind == _DENSE:
                menu.addSeparator()
        return menu

    def offer(self, action: QAction) -> None:
        """Has a command stand at the end of the menu of kinds."""
        self.kinds_menu.addSeparator()
        self.kinds_menu.addAction(action)

    def _add_training_section(self) -> None:
        self._section(tr("Training"), 14)
        self.training = TrainingSection()
        self.training.wished.connect(self._edit_training)
        self._column.addWidget(self.training)

    # -- what is shown ---------------------------------------------------------------------------

    def show_experiment(self, experiment: Experiment) -> None:
        """Shows another experiment."""
        self._experiment = experiment
        self.data.show_data(experiment.data)
        self.points.show_experiment(experiment)
        self._show_cards()
        self.training.show_training(experiment.training)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows what follows from the data: its size, its columns and the output's width."""
        self._snapshot = snapshot
        self.data.show_snapshot(snapshot)
        self._network_note.setText(amounts.parameters(snapshot.plan.parameters))
        self._show_cards()

    def _show_cards(self) -> None:
        network, snapshot = self._experiment.network, self._snapshot
        outputs = snapshot.plan.layers[-1].units if snapshot else None
        activation = snapshot.plan.layers[-1].activation.key if snapshot else network.output.activation
        self.cards.show_layers(network, outputs, activation)

    def show_layer(self, index: int | None) -> None:
        """Opens the card of a layer: that at a place, -1 for the output, None for no card."""
        self._open = index
        self.cards.show_selected(index)

    # -- wishes ----------------------------------------------------------------------------------

    def _wish(self, path: str, value: object, text: str, gesture: int = 0) -> None:
        merge = f"{path}#{gesture}" if gesture else ""
        self.edited.emit(self._experiment.with_value(path, value), text, merge)

    @Slot(str, object, str, int)
    def _edit_data(self, path: str, value: object, text: str, gesture: int) -> None:
        self._wish(f"data.{path}", value, text, gesture)

    @Slot(object)
    def _make_features(self, derived: tuple[Derived, ...]) -> None:
        self.edited.emit(edits.with_derived(self._experiment, derived, self._snapshot), tr("Features"), "")

    @Slot(str, object, str, int)
    def _edit_training(self, path: str, value: object, text: str, gesture: int) -> None:
        self._wish(f"training.{path}", value, text, gesture)

    @Slot(int, str, object, int)
    def _edit_layer(self, index: int, name: str, value: object, gesture: int) -> None:
        network = self._experiment.network
        path = f"network.layers.{index}.{name}" if index >= 0 else f"network.output.{name}"
        what = (network.layers[index] if index >= 0 else network.output).settings()[name].label
        self._wish(path, value, f"{layer_name(network, index)}: {in_a_sentence(tr(what))}", gesture)

    @Slot()
    def _offer_layers(self) -> None:
        """Opens the menu of kinds under its button, with the first one ready for Enter."""
        self.kinds_menu.popup(self.add_button.mapToGlobal(self.add_button.rect().bottomLeft()))
        self.kinds_menu.setActiveAction(self.kinds_menu.actions()[0])

    @Slot()
    def _add_chosen(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.add_layer(str(action.data()))

    def add_layer(self, kind: str = _DENSE) -> None:
        """Asks for a layer: a dense one before the output, a stage after the open layer or before the output."""
        place = len(self._experiment.network.layers)
        if kind != _DENSE and self._open is not None and self._open >= 0:
            place = self._open + 1
        text = tr("Add layer") if kind == _DENSE else tr("Add {0}").format(in_a_sentence(tr(LAYERS[kind].label)))
        self.edited.emit(edits.insert_layer(self._experiment, place, kind), text, "")
