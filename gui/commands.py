"""What the commands do to a window. The table that names them is in ``actions``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from engine.checkpoint import Checkpoint
from engine.surgery import MoveLayer
from gui import edits, theme
from gui.folders import log_folder
from gui.painting import edits as edits_of_points
from gui.selection import selection_at
from gui.speeds import FULL_SPEED
from gui.text import tr

if TYPE_CHECKING:
    from gui.window import Window

# In a window as low as this three panels do not fit above each other, in pixels.
_LOW = 760


def new(window: Window) -> None:
    """Opens the ready example again."""
    window.files.new()


def open_file(window: Window) -> None:
    """Asks for a project or a table."""
    window.files.ask_to_open()


def save(window: Window) -> None:
    """Writes what is open into its file."""
    window.files.save()


def save_as(window: Window) -> None:
    """Asks for a file and writes what is open into it."""
    window.files.save_as()


def paste_table(window: Window) -> None:
    """Opens the table that was copied."""
    window.opening.paste()


def open_recent(window: Window) -> None:
    """Offers the files opened last under the button of the menu."""
    button = window.toolbar.menu_button
    window.recent.menu.popup(button.mapToGlobal(button.rect().bottomLeft()))


def has_recent(window: Window) -> str:
    """Why no file can be opened again."""
    return "" if window.recent.paths else tr("No file has been opened yet.")


def edit_table(window: Window) -> None:
    """Sets the open table up anew."""
    window.opening.edit()


def toggle(window: Window) -> None:
    """Trains, or pauses."""
    window.editing.train(window.training.toggle)


def step(window: Window) -> None:
    """One mini-batch."""
    window.editing.train(window.training.step_once)


def step_epoch(window: Window) -> None:
    """To the end of one epoch."""
    window.editing.train(window.training.step_epoch)


def reset(window: Window) -> None:
    """Back to the start of the same seed; can be undone like an edit, when there was something to lose."""
    window.training.set_running(False)
    window.editing.forget_waiting()
    window.banner.hide()
    snapshot = window.training.snapshot
    if snapshot is not None and not (snapshot.pristine and window.training.settled):
        window.document.change(window.document.experiment, tr("Reset"), fresh=True)


def restart(window: Window) -> None:
    """Begins anew with the next seed; an edit like any other."""
    window.training.set_running(False)
    window.editing.forget_waiting()
    window.banner.hide()
    experiment = window.document.experiment
    window.document.change(
        experiment.with_value("training.seed", (experiment.training.seed + 1) % 2**31), tr("New start")
    )


def divide_rate(window: Window) -> None:
    """What the banner proposes after a divergence: a tenth of the learning rate, from the start."""
    experiment = window.document.experiment
    rate = max(float(f"{experiment.training.optimizer.learning_rate / 10.0:.6g}"), 1e-8)
    changed = experiment.with_value("training.optimizer.learning_rate", rate)
    window.document.change(changed, tr("Learning rate"), fresh=True)


def slower(window: Window) -> None:
    """One notch less speed."""
    _change_speed(window, -1)


def faster(window: Window) -> None:
    """One notch more speed."""
    _change_speed(window, 1)


def _change_speed(window: Window, by: int) -> None:
    slider = window.toolbar.speed
    slider.setValue(min(max(slider.value() + by, 0), FULL_SPEED))


def undo(window: Window) -> None:
    """Takes back the last edit, or what was trained since; training that is under way is paused."""
    if window.editing.forget_last():
        return  # the last wish was still waiting to be begun
    entries = list(window.document.undo_stack)[: window.document.undo_stack.index]
    if entries and entries[-1].steps is not None:
        window.training.set_running(False)
    if entries:
        window.status.say(tr("Undone: {0}").format(entries[-1].text))
    window.document.undo()


def redo(window: Window) -> None:
    """Makes it again."""
    if window.document.undo_stack.redo_text:
        window.status.say(tr("Done again: {0}").format(window.document.undo_stack.redo_text))
    window.document.redo()


def add_layer(window: Window) -> None:
    """A hidden layer before the output."""
    window.builder.add_layer()


def add_stage(kind: str) -> Callable[[Window], None]:
    """A command that adds a stage of a kind after the selected layer, or before the output."""

    def add(window: Window) -> None:
        window.builder.add_layer(kind)

    return add


def remove_layer(window: Window) -> None:
    """Removes the hidden layer that is selected."""
    if window.selected_layer is not None:
        remove(window, window.selected_layer)


def remove(window: Window, index: int) -> None:
    """Removes a hidden layer; nothing stays selected when it was that one."""
    if index >= 0:
        if window.selected_layer == index:
            window.select(None)
        window.document.change(edits.remove_layer(window.document.experiment, index), tr("Remove layer"))


def remove_all_layers(window: Window) -> None:
    """Leaves the inputs and the output: logistic or linear regression, or the perceptron."""
    window.select(None)
    window.document.change(window.document.experiment.with_layers(()), tr("No hidden layers"))


def has_layers(window: Window) -> str:
    """Why there is nothing to remove, "" when there is."""
    return "" if window.document.experiment.network.layers else tr("There is none")


def move(window: Window, index: int, to: int) -> None:
    """Moves a hidden layer to another place; it stays selected when it was."""
    if index >= 0 and 0 <= to < len(window.document.experiment.network.layers):
        selected = window.selected_layer == index
        window.editing.operate(MoveLayer(index, to), tr("Move layer"))
        if selected:
            window.select(selection_at(to, window.document.experiment.network))


def layer_earlier(window: Window) -> None:
    """The open layer one place towards the inputs."""
    _move_layer(window, -1)


def layer_later(window: Window) -> None:
    """The open layer one place towards the output."""
    _move_layer(window, 1)


def _move_layer(window: Window, by: int) -> None:
    if window.selected_layer is not None:
        move(window, window.selected_layer, window.selected_layer + by)


def next_row(window: Window) -> None:
    """Traces the next row of the table."""
    _trace(window, 1)


def previous_row(window: Window) -> None:
    """Traces the row before."""
    _trace(window, -1)


def _trace(window: Window, by: int) -> None:
    if window.training.snapshot is not None:
        rows = window.training.snapshot.data.rows
        if len(rows):
            window.trace_row(int(rows[(np.searchsorted(rows, window.looking.row) + by) % len(rows)]))


def toggle_predict(window: Window) -> None:
    """Opens the panel in which a row is typed, or closes it."""
    if window.panels.docks["predict"].isHidden():
        window.panels.open("predict")
        _, inspector, predict = docks = [window.panels.docks[name] for name in ("output", "inspector", "predict")]
        if window.height() < _LOW:
            window.tabifyDockWidget(inspector, predict)
            predict.raise_()
        else:
            # What is typed needs more room than what is looked at beside it, as long as there are columns to type.
            typed = min(240 + 44 * len(window.predict.entries), 480)
            window.resizeDocks(docks, [220, 630 - typed, typed], Qt.Orientation.Vertical)
    else:
        window.panels.docks["predict"].hide()


def show_proof(window: Window) -> None:
    """Opens the proof of the gradients."""
    window.panels.open("proof")


def score(window: Window) -> None:
    """Asks for a file whose rows are to be answered, and for one to write."""
    from gui.predict import choosing  # noqa: PLC0415 - not needed for the first paint

    choosing.choose(window)


def open_menu(window: Window) -> None:
    """Opens the menu of all commands."""
    button = window.toolbar.menu_button
    button.menu().popup(button.mapToGlobal(button.rect().bottomLeft()))


def toggle_theme(window: Window) -> None:
    """From light to dark or back; kept for the next start."""
    window.preferences.change(theme="dark" if theme.name() == "light" else "light")


def toggle_logarithmic(window: Window) -> None:
    """Logarithmic or linear loss."""
    window.loss.set_logarithmic(not window.loss.logarithmic)


def search(window: Window) -> None:
    """Opens the command palette under the toolbar."""
    from gui.dialogs.commands import CommandPalette  # noqa: PLC0415 - not needed for the first paint

    palette = CommandPalette(list(window.actions_by_id.values()), window)
    palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    corner = window.rect().topRight() + window.toolbar.rect().bottomLeft()
    palette.move(window.mapToGlobal(corner) - palette.rect().topRight())
    palette.show()
    palette.line.setFocus()


def show_shortcuts(window: Window) -> None:
    """Opens the list of keys."""
    from gui.dialogs import help as help_dialogs  # noqa: PLC0415 - not needed for the first paint

    help_dialogs.shortcuts(window)


def copy_diagnostics(window: Window) -> None:
    """Puts all that helps to find out what went wrong on the clipboard."""
    from gui.diagnostics import diagnostics  # noqa: PLC0415 - not needed for the first paint

    QGuiApplication.clipboard().setText(diagnostics(window))
    window.status.say(tr("The diagnostics are copied: paste them where you ask for help."))


def open_log(window: Window) -> None:
    """Shows the folder with the log."""
    from gui.diagnostics import open_log_folder  # noqa: PLC0415 - not needed for the first paint

    if not open_log_folder():
        window.status.say(tr("The folder could not be opened: {0}").format(log_folder()))


def show_settings(window: Window) -> None:
    """Opens the settings of the program."""
    from gui.dialogs import settings  # noqa: PLC0415 - not needed for the first paint

    settings.show_settings(window.preferences, window)


def show_about(window: Window) -> None:
    """Opens a word about the program."""
    from gui.dialogs import help as help_dialogs  # noqa: PLC0415 - not needed for the first paint

    help_dialogs.about(window)


def leave(window: Window) -> None:
    """Ends the program."""
    window.close()


def show_preparation(window: Window) -> None:
    """Opens the list of what becomes of raw values."""
    from gui.dialogs import preparation  # noqa: PLC0415 - not needed for the first paint

    if window.training.snapshot is not None:
        data = window.training.snapshot.data
        preparation.show_preparation(data.preparation, len(data.x_train), window)


def save_report(window: Window) -> None:
    """Asks where to write a report of the run."""
    from gui.report import reporting  # noqa: PLC0415 - not needed for the first paint

    reporting.reporting_of(window).ask()


def save_history(window: Window) -> None:
    """Asks where to write the history of the run."""
    from gui.dialogs import export  # noqa: PLC0415 - not needed for the first paint

    export.save_history(window)


def verify(window: Window) -> None:
    """Does the run again up to now and says what differs."""

    def begin(point: Checkpoint | None) -> None:
        if point is not None and not window.verifying.running:
            window.banner.hide()
            window.verifying.start(point)

    if window.verifying.running:
        window.status.say(tr("The run is being verified."))
    else:
        window.training.fetch(begin)


def draw_points(window: Window) -> None:
    """Learns from points that are drawn by hand, and gives the keyboard to the canvas for them."""
    window.document.change(edits_of_points.draw(window.document.experiment), tr("Draw points"))
    window.panels.open("output")
    window.output.painting.take_up()


def edit_points(window: Window) -> None:
    """Makes generated points editable by hand."""
    if not why_not_points(window):
        window.document.change(edits_of_points.edit_points(window.document.experiment), tr("Edit points"))
        window.panels.open("output")
        window.output.painting.take_up()


def why_not_points(window: Window) -> str:
    """Why the data cannot be edited as points, "" when they can."""
    return edits_of_points.why_not_points(window.document.experiment)


def export_diagram(window: Window) -> None:
    """Opens the panel that writes the drawing into a file."""
    from gui.dialogs import export  # noqa: PLC0415 - not needed for the first paint

    export.open_panel(window)


def export_network(window: Window) -> None:
    """Opens the panel that writes the trained network for other programs."""
    from gui.exporting import opening  # noqa: PLC0415 - not needed for the first paint

    opening.open_panel(window)


def copy_diagram(window: Window) -> None:
    """Puts the drawing on the clipboard."""
    from gui.dialogs import export  # noqa: PLC0415 - not needed for the first paint

    export.copy_as_it_is(window)


def export_weights(window: Window) -> None:
    """Asks where to write the weights of the selected layer, or of the first."""
    from gui.dialogs import export  # noqa: PLC0415 - not needed for the first paint

    export.save_weights(window)
