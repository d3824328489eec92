"""What can be done to the selected part of the network: the commands behind menus, keys and the drawing's buttons.

Each comes with a question that says, in a sentence, why it cannot be done now ("" when it can).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import surgery
from engine.experiment import Experiment
from engine.layers import Weighted
from gui import commands, edits
from gui.document import next_moment
from gui.selection import (
    Parameter,
    StageAt,
    Unit,
    Weight,
    layer_name,
    layer_of,
    parameter_name,
    parameter_of,
    place_of,
)
from gui.text import tr

if TYPE_CHECKING:
    from gui.window import Window


# -- what is selected --------------------------------------------------------------------------------


def parameter(window: Window) -> Parameter | None:
    """The weight or bias that is selected."""
    snapshot = window.training.snapshot
    return None if snapshot is None else parameter_of(window.selection, snapshot)


def _hidden(window: Window) -> int | None:
    layer = layer_of(window.selection)
    return layer if layer is not None and layer < len(window.document.experiment.network.dense) else None


def _spec(window: Window, layer: int) -> Weighted:
    network = window.document.experiment.network
    place = (*network.dense, -1)[layer]
    found = network.output if place < 0 else network.layers[place]
    assert isinstance(found, Weighted)
    return found


def _called(window: Window, layer: int) -> str:
    network = window.document.experiment.network
    return layer_name(network, (*network.dense, -1)[layer])


# -- why not -----------------------------------------------------------------------------------------


def needs_parameter(window: Window) -> str:
    """Only a weight or a bias has a value."""
    return "" if parameter(window) is not None else tr("Select a weight, or a unit that has a bias, first")


def needs_weight(window: Window) -> str:
    """Only a weight can be held at zero."""
    return "" if isinstance(window.selection, Weight) else tr("Select a weight first")


def needs_unit_or_weight(window: Window) -> str:
    """What can be frozen by itself."""
    return "" if layer_of(window.selection) is not None else tr("Select a unit or a weight first")


def needs_hidden(window: Window) -> str:
    """Only hidden layers have a number of units that can be chosen."""
    return "" if _hidden(window) is not None else tr("Select a unit of a hidden layer first")


def needs_growing(window: Window) -> str:
    """Hidden layers get units, the inputs columns."""
    inputs = isinstance(window.selection, Unit) and window.selection.column == 0
    return "" if inputs else needs_hidden(window)


def needs_hidden_unit(window: Window) -> str:
    """A single unit of a hidden layer."""
    one = isinstance(window.selection, Unit) and _hidden(window) is not None
    return "" if one else tr("Select a unit of a hidden layer first")


def needs_removable(window: Window) -> str:
    """Units of hidden layers, weights, stages, and inputs as long as one is left."""
    selection, snapshot = window.selection, window.training.snapshot
    if isinstance(selection, Unit) and selection.column == 0:
        one_left = snapshot is not None and len(snapshot.data.names) == 1
        return tr("The network needs at least one input") if one_left else ""
    if isinstance(selection, Weight | StageAt) or not needs_hidden_unit(window):
        return ""
    return tr("Select a hidden unit, a weight, an input or a stage first")


# -- what is ticked ----------------------------------------------------------------------------------


def is_frozen(window: Window) -> bool:
    """Whether the selected unit or weight is frozen by itself."""
    selection, layer = window.selection, layer_of(window.selection)
    if layer is None or layer > len(window.document.experiment.network.dense):
        return False
    spec = _spec(window, layer)
    if isinstance(selection, Weight):
        return (selection.source, selection.unit) in spec.frozen_weights
    return isinstance(selection, Unit) and selection.index in spec.frozen_units


def is_layer_frozen(window: Window) -> bool:
    """Whether the selected layer is frozen as a whole."""
    layer = layer_of(window.selection)
    inside = layer is not None and layer <= len(window.document.experiment.network.dense)
    return inside and layer is not None and not _spec(window, layer).trainable


def is_pruned(window: Window) -> bool:
    """Whether the selected weight is held at zero."""
    selection = window.selection
    if not isinstance(selection, Weight) or selection.layer > len(window.document.experiment.network.dense):
        return False
    return (selection.source, selection.unit) in _spec(window, selection.layer).pruned_weights


def is_pinned(window: Window) -> bool:
    """Whether the selected weight or bias is traced."""
    return parameter(window) in window.pins.pins


def keeps(window: Window) -> bool:
    """Whether changes of the network keep what was learned."""
    return window.editing.keeps_learned


def shows_sample(window: Window) -> bool:
    """Whether the traced row is drawn on its way through the network."""
    return window.looking.shows_sample


# -- values ------------------------------------------------------------------------------------------


def edit_value(window: Window) -> None:
    """Opens the editor of the selected weight or bias."""
    if not needs_parameter(window):
        window.gestures.edit_value()


def set_value(window: Window, which: Parameter, value: float, gesture: int) -> None:
    """Sets a weight or a bias by hand; all of one gesture is one entry of the undo stack."""
    snapshot = window.training.snapshot
    if snapshot is None:
        return
    operation: surgery.Operation
    if isinstance(which, Weight):
        operation = surgery.SetWeight(which.layer, which.source, which.unit, value)
    else:
        operation = surgery.SetBias(which.column - 1, which.index, value)
    window.editing.operate(operation, parameter_name(snapshot, which), f"{which}#{gesture}")


def freeze(window: Window) -> None:
    """Freezes the selected unit or weight, or lets it learn again."""
    selection, experiment = window.selection, window.document.experiment
    if isinstance(selection, Weight):
        changed = edits.freeze_weight(experiment, selection.layer, selection.source, selection.unit)
        window.editing.change(changed, tr("Thaw weight") if is_frozen(window) else tr("Freeze weight"))
    elif isinstance(selection, Unit) and selection.column > 0:
        place = place_of(selection, experiment.network)
        if place is not None:
            changed = edits.freeze_unit(experiment, place, selection.index)
            window.editing.change(changed, tr("Thaw unit") if is_frozen(window) else tr("Freeze unit"))


def freeze_layer(window: Window) -> None:
    """Freezes the selected layer, or lets it learn again."""
    layer, network = layer_of(window.selection), window.document.experiment.network
    if layer is not None:
        place = (*network.dense, -1)[layer]
        path = "network.output.trainable" if place < 0 else f"network.layers.{place}.trainable"
        frozen = is_layer_frozen(window)
        words = tr("Thaw {0}") if frozen else tr("Freeze {0}")
        window.editing.change(window.document.experiment.with_value(path, frozen), words.format(_called(window, layer)))


def prune(window: Window) -> None:
    """Holds the selected weight at zero, or lets it learn again."""
    selection = window.selection
    if isinstance(selection, Weight):
        words = tr("Let weight learn again") if is_pruned(window) else tr("Hold weight at zero")
        changed = edits.prune_weight(window.document.experiment, selection.layer, selection.source, selection.unit)
        window.editing.change(changed, words)


def pin(window: Window) -> None:
    """Traces the selected weight or bias in a plot, or no longer."""
    which = parameter(window)
    if which is not None:
        window.pin(which)


# -- units -------------------------------------------------------------------------------------------


def add_unit(window: Window) -> None:
    """One unit more in the selected layer; in the inputs, offers the columns."""
    layer = _hidden(window)
    if layer is not None:
        add_unit_to(window, layer)
    elif isinstance(window.selection, Unit) and window.selection.column == 0:
        window.gestures.offer_columns()


def add_unit_to(window: Window, layer: int) -> None:
    """One unit more: a split of one there is, which leaves the function as it is, or a fresh random one."""
    network, snapshot = window.document.experiment.network, window.training.snapshot
    if layer >= len(network.dense) or snapshot is None:
        return
    words = tr("Add unit to {0}").format(_called(window, layer))
    if not window.editing.keeps:
        add_fresh_unit_to(window, layer, words)
        return
    selection = window.selection
    mine = isinstance(selection, Unit) and selection.column == layer + 1
    unit = selection.index if mine and isinstance(selection, Unit) else edits.busiest_unit(snapshot, layer)
    window.editing.operate(surgery.SplitUnit(layer, unit, seed=next_moment()), words)


def add_fresh_unit_to(window: Window, layer: int, words: str) -> None:
    """One unit more, with random weights."""
    window.editing.operate(surgery.AddUnit(layer), words)


def add_fresh_unit(window: Window) -> None:
    """One random unit more in the selected layer, the plain way."""
    layer = _hidden(window)
    if layer is not None:
        add_fresh_unit_to(window, layer, tr("Add random unit to {0}").format(_called(window, layer)))


def split_unit(window: Window) -> None:
    """Splits the selected unit in two, which leaves the function as it is."""
    selection, layer = window.selection, _hidden(window)
    if isinstance(selection, Unit) and layer is not None:
        window.editing.operate(surgery.SplitUnit(layer, selection.index, seed=next_moment()), tr("Split unit"))


def fewer_units(window: Window) -> None:
    """One unit less in the selected layer."""
    layer = _hidden(window)
    if layer is not None:
        remove_unit_from(window, layer)


def remove_unit_from(window: Window, layer: int) -> None:
    """One unit less: the least important one, which the engine has to find first, or simply the last."""
    network = window.document.experiment.network
    if layer >= len(network.dense):
        return
    units = edits.units_of(network, layer)
    if units == 1:
        window.banner.say(tr("A layer needs at least one unit; remove the layer instead."), fault=False)
    elif window.editing.keeps:
        window.editing.lose_unit(layer)
    else:
        words = tr("Remove unit of {0}").format(_called(window, layer))
        window.editing.operate(surgery.RemoveUnit(layer, units - 1, fold=False), words)


def remove_selected(window: Window) -> None:
    """Removes the selected unit, input or stage; a weight is held at zero."""
    selection = window.selection
    if isinstance(selection, Weight):
        prune(window)
    elif isinstance(selection, StageAt):
        commands.remove(window, selection.place)
    elif isinstance(selection, Unit) and selection.column == 0:
        remove_input(window, selection.index)
    elif isinstance(selection, Unit) and _hidden(window) is not None:
        layer = selection.column - 1
        words = tr("Remove unit {0} of {1}").format(selection.index + 1, _called(window, layer))
        window.editing.operate(surgery.RemoveUnit(layer, selection.index, fold=window.editing.keeps), words)


# -- inputs ------------------------------------------------------------------------------------------


def remove_input(window: Window, index: int) -> None:
    """The network no longer reads a column."""
    snapshot = window.training.snapshot
    if snapshot is not None and not needs_removable(window):
        choose_inputs(window, tuple(name for i, name in enumerate(snapshot.data.names) if i != index))


def choose_inputs(window: Window, names: tuple[str, ...]) -> None:
    """The network reads these columns, in the order of the table."""
    changed = edits.with_inputs(window.document.experiment, names, window.training.snapshot)
    window.editing.change(changed, tr("Inputs"))


# -- layers ------------------------------------------------------------------------------------------


def initialise(window: Window) -> None:
    """Draws the weights of the selected layer anew."""
    layer = layer_of(window.selection)
    if layer is not None:
        words = tr("Initialise {0} again").format(_called(window, layer))
        window.editing.operate(surgery.InitialiseLayer(layer, seed=next_moment()), words)


def duplicate(window: Window) -> None:
    """A copy of the selected hidden layer behind it."""
    layer = _hidden(window)
    if layer is not None:
        window.editing.operate(surgery.DuplicateLayer(layer), tr("Duplicate {0}").format(_called(window, layer)))


def insert_before(window: Window) -> None:
    """A layer in front of the selected one."""
    layer = layer_of(window.selection)
    if layer is not None:
        insert_into_gap(window, layer)


def insert_into_gap(window: Window, gap: int) -> None:
    """A layer between two columns: one that hands on what it is given, or a fresh random one."""
    experiment: Experiment = window.document.experiment
    if gap > len(experiment.network.dense):
        return
    if window.editing.keeps:
        snapshot = window.training.snapshot
        width = snapshot.plan.widths[0] if snapshot is not None else 0
        window.editing.operate(surgery.InsertIdentity(gap, width=width), tr("Add layer"))
    else:
        window.editing.change(edits.insert_layer(experiment, edits.place_in_gap(experiment, gap)), tr("Add layer"))


def move_column(window: Window, column: int, gap: int) -> None:
    """The hidden layer of a column to between the columns gap and gap + 1, stages in front of it staying behind."""
    network = window.document.experiment.network
    if 0 < column <= len(network.dense) and gap not in (column - 1, column):
        place = network.dense[column - 1]
        to = edits.place_in_gap(window.document.experiment, gap)
        commands.move(window, place, to - 1 if to > place else to)


def choose_activation(window: Window, layer: int, key: str) -> None:
    """Another activation for a layer."""
    network = window.document.experiment.network
    if layer <= len(network.dense):
        place = (*network.dense, -1)[layer]
        path = "network.output.activation" if place < 0 else f"network.layers.{place}.activation"
        words = tr("{0}: activation").format(_called(window, layer))
        window.editing.change(window.document.experiment.with_value(path, key), words)


# -- looking -----------------------------------------------------------------------------------------


def toggle_keeping(window: Window) -> None:
    """Changes of the network keep what was learned, or are made the plain way; kept for the next start."""
    window.preferences.change(keep_learned=not window.editing.keeps_learned)


def toggle_sample(window: Window) -> None:
    """The traced row on its way through the network, or what was shown before."""
    window.looking.toggle_sample()


def fit(window: Window) -> None:
    """The whole network in the window."""
    window.diagram.fit()


def zoom_in(window: Window) -> None:
    """A larger diagram."""
    window.diagram.zoom_steps(1)


def zoom_out(window: Window) -> None:
    """A smaller diagram."""
    window.diagram.zoom_steps(-1)
