"""Wishes: what builder, drawing and inspector ask for, handed to the commands that carry it out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from engine.findings import Finding
from gui import commands
from gui import network_commands as net
from gui.hints import show_evidence
from gui.selection import Parameter, selection_at
from gui.speeds import key_of

if TYPE_CHECKING:
    from gui.window import Window


class Wishes(QObject):
    """The slots that signals of the views are connected to."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window

    def listen(self) -> None:
        """Listens to every view of the window."""
        window = self._window
        window.builder.edited.connect(window.editing.change)
        window.builder.command_wished.connect(self.run)
        window.builder.layer_pressed.connect(self.press_layer)
        window.builder.layer_moved.connect(self.move_layer)
        window.builder.layer_removed.connect(self.remove_layer)
        window.builder.units_wished.connect(self.change_units_at)
        window.diagram.units_wished.connect(self.change_units)
        window.diagram.layer_wished.connect(self.insert_layer)
        window.diagram.selected.connect(window.select)
        window.diagram.view_chosen.connect(window.looking.choose)
        window.gestures.selected.connect(window.select)
        window.gestures.layer_moved.connect(self.move_column)
        window.gestures.activation_chosen.connect(self.choose_activation)
        window.gestures.inputs_chosen.connect(self.choose_inputs)
        window.inspector.selected.connect(window.select)
        for values in (window.gestures.valued, window.inspector.values.edited):
            values.connect(self.set_value)
        window.output.painting.edited.connect(window.editing.change)
        window.output.plane_chosen.connect(self.choose_plane)
        window.output.row_held.connect(window.looking.trace_row)
        window.predict.asked.connect(window.looking.ask)
        window.predict.trace_wished.connect(window.looking.trace_typed)
        window.predict.score_wished.connect(window.actions_by_id["data.score"].trigger)
        window.scoring.said.connect(window.banner.say_outcome)
        window.scoring.said.connect(window.scoring_progress.hide)
        window.scoring.progressed.connect(window.scoring_progress.show_progress)
        window.scoring_progress.cancelled.connect(window.scoring.cancel)
        window.verifying.said.connect(window.banner.say_outcome)
        window.verifying.said.connect(window.verifying_progress.hide)
        window.verifying.progressed.connect(window.verifying_progress.tell)
        window.verifying_progress.cancelled.connect(window.verifying.cancel)
        window.toolbar.speed_chosen.connect(self.choose_speed)
        window.banner.remedied.connect(self.remedy)
        window.status.hint.followed.connect(self.show_evidence)
        window.status.light.clicked.connect(window.actions_by_id["view.proof"].trigger)

    @Slot(str)
    def run(self, name: str) -> None:
        """A command, by its id."""
        self._window.actions_by_id[name].trigger()

    @Slot(int)
    def press_layer(self, index: int) -> None:
        """Selects a layer by its card, or nothing when it was selected."""
        window = self._window
        network = window.document.experiment.network
        window.select(None if index == window.selected_layer else selection_at(index, network))

    @Slot(int, int)
    def move_layer(self, index: int, to: int) -> None:
        """One layer at another place among the hidden ones."""
        commands.move(self._window, index, to)

    @Slot(int)
    def remove_layer(self, index: int) -> None:
        """Without one hidden layer."""
        commands.remove(self._window, index)

    @Slot(int, int)
    def move_column(self, column: int, gap: int) -> None:
        """The layer of a column between the columns gap and gap + 1."""
        net.move_column(self._window, column, gap)

    @Slot(int, int)
    def change_units(self, layer: int, by: int) -> None:
        """One unit more or less in a layer of the plan."""
        if by > 0:
            net.add_unit_to(self._window, layer)
        else:
            net.remove_unit_from(self._window, layer)

    @Slot(int, int)
    def change_units_at(self, place: int, by: int) -> None:
        """The same for a layer at a place of the experiment."""
        dense = self._window.document.experiment.network.dense
        if place in dense:
            self.change_units(dense.index(place), by)

    @Slot(int)
    def insert_layer(self, gap: int) -> None:
        """A layer between two columns."""
        net.insert_into_gap(self._window, gap)

    @Slot(int, str)
    def choose_activation(self, layer: int, key: str) -> None:
        """Another activation for a layer of the plan."""
        net.choose_activation(self._window, layer, key)

    @Slot(object)
    def choose_inputs(self, names: tuple[str, ...]) -> None:
        """The columns that the network reads."""
        net.choose_inputs(self._window, names)

    @Slot(object, float, int)
    def set_value(self, which: Parameter, value: float, gesture: int) -> None:
        """A weight or bias set by hand."""
        net.set_value(self._window, which, value, gesture)

    @Slot(object)
    def choose_plane(self, plane: tuple[int, ...]) -> None:
        """Maps over other columns."""
        looking = self._window.looking
        looking.choose(replace(looking.shown, plane=plane))

    @Slot(int)
    def choose_speed(self, index: int) -> None:
        """Another speed; kept for the next start."""
        self._window.training.speed = index
        if key_of(index) != self._window.preferences.settings.speed:
            self._window.preferences.change(speed=key_of(index))

    @Slot(object)
    def show_evidence(self, finding: Finding) -> None:
        """The view that shows why a hint is given."""
        show_evidence(self._window, finding)

    @Slot()
    def remedy(self) -> None:
        """What the banner proposes."""
        commands.divide_rate(self._window)
