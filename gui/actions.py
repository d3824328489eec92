"""Every command of the program, in one table: menus, toolbar, palette and the list of shortcuts read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from engine.layers import LAYERS, Stage
from gui import commands, layouts
from gui import network_commands as net
from gui.greying import grey
from gui.icons import icon
from gui.text import in_small_letters, keys_in_words, tr
from gui.theme import colours
from gui.viewing import commands as viewing

if TYPE_CHECKING:
    from gui.window import Window


@dataclass(frozen=True)
class Command:
    """One command. ``id`` is the objectName of its QAction, so that whatever can be clicked can be scripted.

    ``why_not`` says, in a sentence, why it cannot be run now, "" when it can; ``ticked`` whether what it switches is
    on. ``on_diagram``: its keys count only where the drawing has the keyboard.
    """

    id: str
    text: str
    help: str
    run: Callable[[Window], object]
    keys: tuple[str, ...] = ()
    icon: str = ""
    why_not: Callable[[Window], str] | None = None
    ticked: Callable[[Window], bool] | None = None
    on_diagram: bool = False


_STAGES = tuple(
    Command(f"layer.add_{kind}", f"Add {in_small_letters(cls.label)}", cls.about, commands.add_stage(kind))
    for kind, cls in LAYERS.items()
    if issubclass(cls, Stage)
)
COMMANDS: tuple[Command, ...] = (
    Command(
        "train.toggle", "Train", "Train until it is paused or done; again: pause.",
        commands.toggle, ("Space",), "play",
    ),
    Command("train.step", "Step", "One step: a single mini-batch.", commands.step, (".",), "step"),
    Command(
        "train.epoch", "Step epoch", "One pass over the training rows.",
        commands.step_epoch, (">",), "epoch",
    ),
    Command(
        "train.reset", "Reset", "Back to the start: the same seed gives the same weights.",
        commands.reset, ("Ctrl+R",), "reset",
    ),
    Command(
        "train.restart", "New start", "Begins anew with the next seed: other random weights.",
        commands.restart, ("Ctrl+Shift+R",), "dice",
    ),
    Command(
        "train.verify", "Verify run",
        "Does the run again from its seed, beside the window, and compares everything that was recorded.",
        commands.verify,
    ),
    Command(
        "train.slower", "Slower", "Fewer steps per second.", commands.slower, ("Ctrl+Left",),
    ),
    Command("train.faster", "Faster", "More steps per second.", commands.faster, ("Ctrl+Right",)),
    Command(
        "edit.undo", "Undo", "Takes back the last edit.", commands.undo, ("Ctrl+Z",), "undo",
    ),
    Command(
        "edit.redo", "Redo", "Makes the edit taken back again.",
        commands.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), "redo",
    ),
    Command(
        "layer.add", "Add layer", "Adds a hidden layer before the output.",
        commands.add_layer, ("Ctrl+L",),
    ),
    *_STAGES,
    Command(
        "layer.remove", "Remove layer", "Removes the selected layer.",
        commands.remove_layer, ("Ctrl+Backspace",),
    ),
    Command(
        "layer.none", "No hidden layers", "Removes all: logistic or linear regression is left, or the perceptron.",
        commands.remove_all_layers, why_not=commands.has_layers,
    ),
    Command(
        "layer.earlier", "Move layer towards the inputs", "Swaps the selected hidden layer with the one before.",
        commands.layer_earlier, ("Alt+Up",),
    ),
    Command(
        "layer.later", "Move layer towards the output", "Swaps the selected hidden layer with the one after.",
        commands.layer_later, ("Alt+Down",),
    ),
    Command(
        "layer.insert", "Insert layer before", "A layer in front of the selected one; the function stays as it is.",
        net.insert_before, ("Ctrl+I",), why_not=net.needs_unit_or_weight,
    ),
    Command(
        "layer.duplicate", "Duplicate layer", "A copy of the selected hidden layer behind it.",
        net.duplicate, ("Ctrl+D",), why_not=net.needs_hidden,
    ),
    Command(
        "layer.freeze", "Freeze layer", "Training leaves a frozen layer's weights and biases as they are.",
        net.freeze_layer, ("Ctrl+Shift+K",), why_not=net.needs_unit_or_weight, ticked=net.is_layer_frozen,
    ),
    Command(
        "layer.initialise", "Initialise again", "Draws the weights of the selected layer anew.",
        net.initialise, ("Ctrl+Shift+I",), why_not=net.needs_unit_or_weight,
    ),
    Command(
        "unit.add", "Add unit", "One unit more in the selected layer: a split, so that nothing is lost.",
        net.add_unit, ("+", "="), why_not=net.needs_growing, on_diagram=True,
    ),
    Command(
        "unit.add_random", "Add random unit", "One unit more in the selected layer, with random weights.",
        net.add_fresh_unit, why_not=net.needs_hidden,
    ),
    Command(
        "unit.split", "Split unit", "Two units that together do what the selected one does.",
        net.split_unit, ("Ctrl+U",), why_not=net.needs_hidden_unit,
    ),
    Command(
        "unit.fewer", "Remove the least important unit", "The unit of the selected layer whose loss costs least.",
        net.fewer_units, ("-",), why_not=net.needs_hidden, on_diagram=True,
    ),
    Command(
        "selection.remove", "Remove", "Removes the selected unit, input or stage; a weight is held at zero.",
        net.remove_selected, ("Del", "Backspace"), why_not=net.needs_removable, on_diagram=True,
    ),
    Command(
        "selection.freeze", "Freeze", "Training leaves a frozen unit or weight as it is.",
        net.freeze, ("Ctrl+K",), "freeze", net.needs_unit_or_weight, net.is_frozen,
    ),
    Command(
        "weight.prune", "Hold at zero", "A pruned weight is zero and stays so.",
        net.prune, ("Ctrl+Shift+0",), "prune", net.needs_weight, net.is_pruned,
    ),
    Command(
        "value.edit", "Edit value", "Types the selected weight or bias.",
        net.edit_value, ("Return", "Enter"), why_not=net.needs_parameter, on_diagram=True,
    ),
    Command(
        "value.pin", "Pin", "Traces the selected weight or bias in a plot of its own.",
        net.pin, ("P",), "pin", net.needs_parameter, net.is_pinned, on_diagram=True,
    ),
    Command(
        "edit.keep", "Keep what was learned",
        "New and removed units and inserted layers leave the network's function as it is.",
        net.toggle_keeping, ticked=net.keeps,
    ),
    Command(
        "trace.next", "Trace the next row", "Sends the next row of the table through the network.",
        commands.next_row, ("Ctrl+PgDown",),
    ),
    Command(
        "trace.previous", "Trace the previous row", "Sends the row before through the network.",
        commands.previous_row, ("Ctrl+PgUp",),
    ),
    Command(
        "data.predict", "Predict", "Type a row and see what the network says to it.",
        commands.toggle_predict, ("Ctrl+P",),
    ),
    Command(
        "data.score", "Score a file…", "Answers every row of a file and writes it with the answers.", commands.score,
    ),
    Command("view.fit", "Fit the diagram", "The whole network in the window.", net.fit, ("Ctrl+0",)),
    Command("view.zoom_in", "Zoom in", "A larger diagram (Ctrl+wheel: about the pointer).", net.zoom_in,
            ("Ctrl++", "Ctrl+=")),
    Command("view.zoom_out", "Zoom out", "A smaller diagram.", net.zoom_out, ("Ctrl+-",)),
    Command(
        "view.sample", "One sample", "The traced row in the drawing: a in every node, w · a on the edges.",
        net.toggle_sample, ("Ctrl+J",), ticked=net.shows_sample,
    ),
    Command(
        "view.theme", "Light or dark", "Switches between the light and the dark theme.",
        commands.toggle_theme, ("Ctrl+T",), "theme",
    ),
    Command(
        "view.log", "Logarithmic loss", "A logarithmic or a linear axis for the loss.",
        commands.toggle_logarithmic, ("Ctrl+G",),
    ),
    Command("view.panels", "Panels", "Opens and closes the panels around the diagram.", layouts.open_panels),
    Command("view.layouts", "Layout", "Arranges the panels for a purpose.", layouts.open_layouts),
    *(
        Command(f"layout.{kind.id}", kind.name, kind.help, layouts.arrange(kind), (f"Ctrl+{number}",))
        for number, kind in enumerate(layouts.LAYOUTS, 1)
    ),
    Command("layout.save", "Save layout as…", "Keeps the places of all panels under a name.", layouts.save_as),
    Command(
        "layout.edit", "Own layouts…", "Renames and removes the layouts that you have saved.", layouts.edit,
        why_not=layouts.has_own,
    ),
    Command(
        "view.reset_layout", "Reset layout", "Puts all panels back in their places, in type of the usual size.",
        layouts.reset,
    ),
    Command(
        "view.proof", "Proof of the gradients", "Backpropagation beside central differences, parameter by parameter.",
        commands.show_proof, ("Ctrl+Shift+G",),
    ),
    Command(
        "view.explain", "What is this view?", "The question that the view answers, what is drawn, and the formulas.",
        viewing.explain, ("Shift+F1",),
    ),
    Command(
        "view.copy", "Copy picture", "Puts a picture of the view used last on the clipboard, as an image and as SVG.",
        viewing.copy, ("Ctrl+Alt+C",),
    ),
    Command(
        "view.copy_data", "Copy data", "Puts the numbers of the view used last on the clipboard, for a spreadsheet.",
        viewing.copy_data, ("Ctrl+Shift+T",),
    ),
    Command(
        "view.export", "Save picture…", "Writes a picture of the view used last: PNG, SVG or PDF.",
        viewing.save_picture, ("Ctrl+Shift+X",),
    ),
    Command(
        "view.export_data", "Save data as CSV…", "Writes all numbers of the view used last, with all digits.",
        viewing.save_data,
    ),
    Command(
        "view.commands", "Search commands", "Finds any command by its name.",
        commands.search, ("Ctrl+Shift+P",), "search",
    ),
    Command("view.menu", "Menu", "All commands.", commands.open_menu, ("F10",)),
    Command("help.shortcuts", "Keyboard shortcuts", "Lists all keys.", commands.show_shortcuts, ("F1",)),
    Command(
        "edit.settings", "Settings…", "Theme, language, threads, autosave and folders.",
        commands.show_settings, ("Ctrl+,",),
    ),
    Command(
        "help.diagnostics", "Copy diagnostics", "Versions, machine, settings, experiment and log, as text.",
        commands.copy_diagnostics,
    ),
    Command(
        "help.log", "Open log folder", "Where the program writes down what went wrong.", commands.open_log,
    ),
    Command("help.about", "About Glassbox", "Version and licence.", commands.show_about),
    Command(
        "file.export", "Export network…",
        "Writes the trained network for other programs: PyTorch, Keras, ONNX, scikit-learn, NumPy and more.",
        commands.export_network, ("Ctrl+Shift+E",),
    ),
    Command(
        "diagram.export", "Export diagram…", "Writes the drawing of the network as SVG, PDF or PNG.",
        commands.export_diagram, ("Ctrl+E",),
    ),
    Command(
        "diagram.copy", "Copy diagram", "Puts the drawing on the clipboard, as an image and as SVG.",
        commands.copy_diagram, ("Ctrl+Shift+C",),
    ),
    Command("file.new", "New", "Begins again with the ready example.", commands.new, ("Ctrl+N",)),
    Command(
        "file.open", "Open…", "A project, or a table: CSV, Excel, Parquet, NumPy. Or drop it on the window.",
        commands.open_file, ("Ctrl+O",),
    ),
    Command("file.save", "Save", "Writes all of this run into its project file.", commands.save, ("Ctrl+S",)),
    Command(
        "file.save_as", "Save as…", "Writes all of this run into another project file.",
        commands.save_as, ("Ctrl+Shift+S",),
    ),
    Command(
        "file.report", "Report…",
        "Writes settings, drawing, curves, measures and data of this run on one page: HTML or PDF.",
        commands.save_report,
    ),
    Command(
        "file.history", "Save history…",
        "Writes losses, metrics and magnitudes of the run as a table: CSV with all digits.",
        commands.save_history,
    ),
    Command(
        "file.paste", "Paste table", "The table that was copied in a spreadsheet or a text.",
        commands.paste_table, ("Ctrl+V",),
    ),
    Command(
        "file.recent", "Open recent", "The files opened or saved last.",
        commands.open_recent, why_not=commands.has_recent,
    ),
    Command(
        "data.edit", "Edit table…", "What the columns of your table mean, what is asked, what is held out.",
        commands.edit_table,
    ),
    Command(
        "data.preparation", "Preparation…", "How raw values become inputs, as fitted on the training rows.",
        commands.show_preparation,
    ),
    Command(
        "weights.export", "Export weights…",
        "Writes the weights of the selected layer, or of the first, as CSV or NumPy array.",
        commands.export_weights,
    ),
    Command(
        "data.draw", "Draw points", "Learns from points that you paint on the plane of the output.",
        commands.draw_points, ("Ctrl+Shift+D",),
    ),
    Command(
        "data.edit_points", "Edit points", "Paint, erase and move the generated points by hand.",
        commands.edit_points, why_not=commands.why_not_points,
    ),
    Command("file.quit", "Quit", "Ends the program.", commands.leave, ("Ctrl+Q",)),
)  # fmt: skip

MENUS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("File", ("file.new", "file.open", "file.recent", "file.paste", "", "file.save", "file.save_as", "",
              "data.edit", "data.preparation", "data.draw", "data.edit_points", "",
              "data.predict", "data.score", "",
              "file.export", "diagram.export", "diagram.copy", "weights.export", "file.report", "file.history", "",
              "file.quit")),
    (
        "Training",
        ("train.toggle", "train.step", "train.epoch", "", "train.reset", "train.restart", "", "train.verify", "",
         "train.slower",
         "train.faster"),
    ),
    (
        "Edit",
        ("edit.undo", "edit.redo", "", "layer.add", *(stage.id for stage in _STAGES), "", "layer.remove",
         "layer.none", "layer.earlier", "layer.later", "layer.insert", "layer.duplicate", "layer.freeze",
         "layer.initialise", "", "edit.keep", "edit.settings"),
    ),
    (
        "Selection",
        ("value.edit", "selection.freeze", "weight.prune", "value.pin", "", "unit.add", "unit.add_random", "unit.split",
         "unit.fewer", "", "selection.remove"),
    ),
    ("View", ("view.sample", "trace.next", "trace.previous", "", "view.fit", "view.zoom_in", "view.zoom_out", "",
              "view.panels", "view.layouts", "",
              "view.copy", "view.copy_data", "view.export", "view.export_data", "view.explain", "",
              "view.theme", "view.log", "view.proof", "view.commands")),
    ("Help", ("help.shortcuts", "help.diagnostics", "help.log", "help.about")),
)  # fmt: skip


def make_actions(window: Window) -> dict[str, QAction]:
    """A QAction for every command, owned by the window, by id."""
    actions = {}
    for command in COMMANDS:
        action = QAction(tr(command.text), window)
        action.setObjectName(command.id)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.setToolTip(_tooltip(command))
        if command.id == "train.toggle":
            # The space bar presses whatever has the focus; the window takes it when nothing else wants it.
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        if command.on_diagram:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setCheckable(command.ticked is not None)
        action.triggered.connect(_runner(command, window))
        (window.diagram if command.on_diagram else window).addAction(action)
        actions[command.id] = action
    actions["file.recent"].setMenu(window.recent.menu)
    return actions


def _runner(command: Command, window: Window) -> Callable[[], None]:
    # Triggered only by the window's own thread, so a plain function is safe here.
    def run() -> None:
        command.run(window)

    return run


def refresh(window: Window) -> None:
    """Greys what cannot be run now, its tooltip saying why, and ticks what is on."""
    for command in COMMANDS:
        action = window.actions_by_id[command.id]
        if command.why_not is not None:
            reason = command.why_not(window)
            grey(action, reason)
        if command.ticked is not None:
            action.setChecked(command.ticked(window))


def _tooltip(command: Command) -> str:
    keys = f" ({keys_in_words(command.keys[0])})" if command.keys else ""
    return f"{tr(command.help)}{keys}"


def paint_icons(actions: dict[str, QAction]) -> None:
    """Draws the icons again in the colours of the theme in force."""
    for command in COMMANDS:
        if command.icon:
            actions[command.id].setIcon(icon(command.icon, colours().text))
