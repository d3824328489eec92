"""The main window: puts the parts together, hands values to views and wishes to the document."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSettings, Qt, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget

from engine.data.sources import SOURCES
from engine.experiment import Experiment
from engine.snapshot import Failure, Snapshot
from engine.trainer import Trainer
from gui import commands, edits, theme
from gui.actions import make_actions, paint_icons
from gui.banner import Banner
from gui.builder.panel import Builder
from gui.diagram.view import DiagramView
from gui.document import Document
from gui.faults import Faults
from gui.icons import icon_file
from gui.panels import BOTTOM, LEFT, RIGHT, Panel, Panels
from gui.plots.curves import LossPlot, MagnitudePlot
from gui.plots.inspector import Inspector
from gui.plots.output import OutputView
from gui.selection import Selection, StageAt, Unit, place_of, selection_at, still_there
from gui.sideviews import SideViews
from gui.statusbar import StatusBar
from gui.text import tr
from gui.toolbar import ToolBar
from gui.training import FIRST_SPEED, FULL_SPEED, Training
from gui.viewing import Viewing

# Small enough for a projector.
SMALLEST = (960, 600)


class Window(QMainWindow):
    """The window. ``document`` holds the experiment, ``training`` the newest snapshot, ``selection`` what is selected.

    ``viewing`` knows which row of the table is sent through the network, and what the drawing shows of it.
    """

    def __init__(
        self,
        application: QApplication,
        experiment: Experiment,
        settings: QSettings | None = None,
        trainer: Trainer | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("window")
        self._application, self._settings = application, settings
        self.document: Document = Document(experiment, self)
        self.training: Training = Training(experiment, trainer, self)
        self.faults = Faults(self)
        self.selection: Selection = None
        self._snapshot: Snapshot | None = None
        self._shown_experiment = experiment
        self.viewing = Viewing(self)
        self._make_views(experiment)
        self.actions_by_id = make_actions(self)
        self.setMinimumSize(*SMALLEST)
        self.resize(1440, 900)
        self.panels = Panels(self, self._table_of_panels())
        self.toolbar = ToolBar(self.actions_by_id, self.panels.toggles)
        self.addToolBar(self.toolbar)
        self.status = StatusBar()
        self.setStatusBar(self.status)
        views = {name: getattr(self, name).show_snapshot for name in ("loss", "magnitudes", "output", "inspector")}
        self.side_views = SideViews({**views, "figures": self._show_figures}, self.panels.docks, self)
        self._connect()
        stored = {key: str(settings.value(key, "")) if settings else "" for key in ("theme", "speed")}
        self.show_theme(stored["theme"] or theme.system_theme())
        speed = stored["speed"]
        self.toolbar.speed.setValue(int(speed) if speed.isdigit() else FIRST_SPEED)
        self._choose_speed(self.toolbar.speed.value())
        if settings is not None:
            self.panels.restore(settings)
        self._show_experiment(experiment)
        self.builder.setFocus()  # and not the first small button that there happens to be

    # -- putting it together ---------------------------------------------------------------------

    def _make_views(self, experiment: Experiment) -> None:
        self.builder: Builder = Builder(experiment)
        self.diagram = DiagramView()
        self.banner = Banner()
        self.output, self.inspector = OutputView(), Inspector()
        self.loss, self.magnitudes = LossPlot(), MagnitudePlot()
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self.diagram, 1)
        self.setCentralWidget(centre)

    def _table_of_panels(self) -> tuple[Panel, ...]:
        loss, magnitudes = self.loss, self.magnitudes
        return (
            Panel("builder", tr("Builder"), self.builder, LEFT, None, 272, 840),
            Panel("output", tr("Output"), self.output, RIGHT, self.output.title, 320, 350),
            Panel("inspector", tr("Inspector"), self.inspector, RIGHT, self.inspector.title, 320, 460),
            Panel("loss", tr("Loss"), loss, BOTTOM, loss.title, 420, 215),
            Panel("magnitudes", tr("Weight magnitudes"), magnitudes, BOTTOM, magnitudes.title, 420, 215),
        )

    def _connect(self) -> None:
        self.document.changed.connect(self._show_experiment)
        self.document.changed.connect(self.training.apply)
        for view in (self.builder, self.diagram):
            view.edited.connect(self.document.change)
        self.builder.layer_pressed.connect(self._press_layer)
        self.builder.layer_moved.connect(self._move_layer)
        self.builder.layer_removed.connect(self._remove_layer)
        self.diagram.selected.connect(self.select)
        self.diagram.view_chosen.connect(self.viewing.choose)
        self.viewing.changed.connect(self.diagram.show_view)
        self.viewing.wanted.connect(self.training.want)
        self.output.row_picked.connect(self.trace_row)
        self.training.shown.connect(self._show_snapshot)
        self.training.failed.connect(self._show_failure)
        self.training.toggled.connect(self._show_running)
        self.toolbar.speed_chosen.connect(self._choose_speed)
        self.banner.remedied.connect(self._remedy)
        self.faults.raised.connect(self.banner.say_fault)
        self.document.undo_stack.changed.connect(self._name_undo)
        self._name_undo()
        self.viewing.trace(0)

    @Slot()
    def _name_undo(self) -> None:
        """The menu says what would be undone and redone."""
        stack = self.document.undo_stack
        for name, verb, text in (
            ("edit.undo", tr("Undo"), stack.undo_text),
            ("edit.redo", tr("Redo"), stack.redo_text),
        ):
            self.actions_by_id[name].setEnabled(bool(text))
            self.actions_by_id[name].setText(f"{verb} {text}".strip())

    # -- values to views -------------------------------------------------------------------------

    @Slot(object)
    def _show_experiment(self, experiment: Experiment) -> None:
        self._follow_layers(self._shown_experiment, experiment)
        self._shown_experiment = experiment
        self.builder.show_experiment(experiment)
        self.diagram.show_experiment(experiment)
        self.builder.show_layer(self.selected_layer)
        self.setWindowTitle(f"Glassbox – {SOURCES[experiment.data.source].label}")

    @Slot(object)
    def _show_snapshot(self, snapshot: Snapshot) -> None:
        """The diagram at once; the other views in turn, so that no frame takes long."""
        previous, self._snapshot = self._snapshot, snapshot
        if previous is None or previous.plan != snapshot.plan or previous.data is not snapshot.data:
            self.builder.show_snapshot(snapshot)
            if previous is not None and previous.data.names != snapshot.data.names:
                self.viewing.choose(replace(self.viewing.shown, plane=()))  # it was one of other columns
            self.status.forget_pace()
        self._keep_selection(snapshot)
        self.diagram.show_snapshot(snapshot, self.training.running)
        self.side_views.show_snapshot(snapshot, self.training.running)
        self.banner.show_snapshot(snapshot)

    def _show_figures(self, snapshot: Snapshot) -> None:
        self.toolbar.show_snapshot(snapshot, self.document.experiment)
        self.status.show_snapshot(snapshot, self.training.running, self.training.frames_per_second)

    @Slot(object)
    def _show_failure(self, failure: Failure) -> None:
        if failure.refused is not None:
            self.document.refuse(failure.refused)
        end = "" if failure.message.endswith(".") else "."
        words = f"{failure.message[:1].upper()}{failure.message[1:]}{end}"
        # Said until the next edit; taking the refused one back was none.
        self.banner.say(words, details=failure.details, generation=self.training.generation)

    @Slot(bool)
    def _show_running(self, running: bool) -> None:
        self.toolbar.show_running(running)
        self.status.forget_pace()
        if running:
            self.banner.begin()
        elif self.training.snapshot is not None:
            self.side_views.show_snapshot(self.training.snapshot, running)

    # -- wishes ----------------------------------------------------------------------------------

    def _keep_selection(self, snapshot: Snapshot) -> None:
        if self.selection is not None and still_there(self.selection, snapshot) is None:
            self.select(None)
        if snapshot.data.rows_train.size + snapshot.data.rows_test.size <= self.viewing.row:
            self.trace_row(0)

    def _follow_layers(self, before: Experiment, after: Experiment) -> None:
        """What was selected stays selected when its layer gets another place."""
        old, new, selection = before.network, after.network, self.selection
        place = place_of(selection, old)
        if old.layers == new.layers or place is None or not isinstance(selection, Unit | StageAt):
            return
        now = place if place < 0 else edits.where_now(old.layers, new.layers, place)
        self.select(selection_at(now, new, selection.index if isinstance(selection, Unit) else 0))

    @Slot(object)
    def select(self, selection: Selection) -> None:
        """Selects a unit or a weight everywhere, or nothing."""
        self.selection = selection
        self.diagram.show_selection(selection)
        self.inspector.show_selection(selection)
        self.builder.show_layer(self.selected_layer)

    @property
    def selected_layer(self) -> int | None:
        """The place of the layer in which the selection is: -1 for the output, None where there is none."""
        return place_of(self.selection, self._shown_experiment.network)

    @Slot(int)
    def _press_layer(self, index: int) -> None:
        """Selects a layer by its card, or nothing when it was selected."""
        network = self._shown_experiment.network
        self.select(None if index == self.selected_layer else selection_at(index, network))

    @Slot(int, int)
    def _move_layer(self, index: int, to: int) -> None:
        commands.move(self, index, to)

    @Slot(int)
    def _remove_layer(self, index: int) -> None:
        commands.remove(self, index)

    @Slot(int)
    def trace_row(self, row: int) -> None:
        """Sends another row of the table through the network for the inspector."""
        self.viewing.trace(row)

    @Slot()
    def _remedy(self) -> None:
        commands.divide_rate(self)

    @Slot(int)
    def _choose_speed(self, index: int) -> None:
        self.training.speed = min(max(index, 0), FULL_SPEED)
        self.remember("speed", str(index))

    # -- the window itself -----------------------------------------------------------------------

    def show_theme(self, name: str) -> None:
        """Puts a theme in force, light where there is no such theme."""
        name = name if name in theme.THEMES else "light"
        theme.apply(self._application, name, icon_file("down", theme.THEMES[name].quiet))
        paint_icons(self.actions_by_id)
        self.toolbar.show_theme()

    def remember(self, key: str, value: str) -> None:
        """Keeps a choice for the next start."""
        if self._settings is not None:
            self._settings.setValue(key, value)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The space bar trains or pauses when nothing that has the focus wants it."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.actions_by_id["train.toggle"].trigger()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fits the toolbar."""
        self.toolbar.show_width(self.width())
        super().resizeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Keeps the layout and ends the training thread."""
        if self._settings is not None:
            self.panels.save(self._settings)
        # Gone from the screen at once; the thread ends after what it is at, a slice or the loading of data.
        self.hide()
        self.training.close()
        self.faults.release()
        super().closeEvent(event)
