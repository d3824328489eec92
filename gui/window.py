"""The main window: puts the parts together, hands values to views and wishes to the document."""

from __future__ import annotations

from collections import deque
from time import perf_counter

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel, QMainWindow, QVBoxLayout, QWidget

from engine.data.sources import SOURCES
from engine.experiment import Experiment
from engine.probes import Wants
from engine.snapshot import Failure, Snapshot
from engine.trainer import Trainer
from gui import edits, theme
from gui.actions import make_actions, paint_icons
from gui.banner import Banner
from gui.builder.panel import Builder
from gui.diagram.view import DiagramView
from gui.dialogs import help as help_dialogs
from gui.dialogs.commands import CommandPalette
from gui.document import Document
from gui.icons import icon_file
from gui.plots.curves import LossPlot, MagnitudePlot
from gui.plots.inspector import Inspector
from gui.plots.output import OutputView
from gui.plots.titles import PanelTitle
from gui.selection import Selection, Unit, still_there
from gui.text import tr
from gui.toolbar import ToolBar
from gui.training import FULL_SPEED, Training
from gui.version import VERSION

_LAYOUT_VERSION = 1
# While training, a view beside the diagram is drawn again at most this often.
_VIEW_INTERVAL_S = 0.12
_LEFT, _RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
_BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


class Window(QMainWindow):
    """The window. ``document`` holds the experiment, ``training`` the newest snapshot."""

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
        self._selection: Selection = None
        self._snapshot: Snapshot | None = None
        self._row = 0
        self._progress: deque[tuple[float, int]] = deque(maxlen=90)
        self._drawn: dict[str, float] = {}
        self._make_views(experiment)
        self.actions_by_id = make_actions(self)
        self._make_docks()
        self.toolbar = ToolBar(self.actions_by_id, [dock.toggleViewAction() for dock in self.docks.values()])
        self.addToolBar(self.toolbar)
        self._make_status()
        self._connect()
        self.resize(1440, 900)
        self._first_layout = self.saveState(_LAYOUT_VERSION)
        self.show_theme(self._stored("theme") or theme.system_theme())
        self._restore_layout()
        self._show_experiment(experiment)

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

    def _make_docks(self) -> None:
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, _LEFT),
            (Qt.Corner.TopLeftCorner, _LEFT),
            (Qt.Corner.BottomRightCorner, _RIGHT),
            (Qt.Corner.TopRightCorner, _RIGHT),
        ):
            self.setCorner(corner, area)
        table: tuple[tuple[str, str, QWidget, Qt.DockWidgetArea, PanelTitle | None], ...] = (
            ("builder", tr("Builder"), self.builder, _LEFT, None),
            ("output", tr("Output"), self.output, _RIGHT, self.output.title),
            ("inspector", tr("Inspector"), self.inspector, _RIGHT, self.inspector.title),
            ("loss", tr("Loss"), self.loss, _BOTTOM, self.loss.title),
            ("magnitudes", tr("Weight magnitudes"), self.magnitudes, _BOTTOM, self.magnitudes.title),
        )
        self.docks: dict[str, QDockWidget] = {}
        for name, title, widget, area, head in table:
            dock = QDockWidget(title, self)
            dock.setObjectName(f"dock.{name}")
            dock.setTitleBarWidget(head or QWidget())
            dock.setWidget(widget)
            self.addDockWidget(area, dock)
            self.docks[name] = dock
        self.splitDockWidget(self.docks["loss"], self.docks["magnitudes"], Qt.Orientation.Horizontal)
        docks = self.docks
        self.resizeDocks([docks["builder"], docks["output"]], [272, 320], Qt.Orientation.Horizontal)
        self.resizeDocks([docks["output"], docks["inspector"]], [330, 420], Qt.Orientation.Vertical)
        self.resizeDocks([docks["loss"], docks["magnitudes"]], [420, 420], Qt.Orientation.Horizontal)
        self.resizeDocks([docks["loss"]], [215], Qt.Orientation.Vertical)

    def _make_status(self) -> None:
        self.status = {name: QLabel() for name in ("widths", "parameters", "steps", "frames")}
        self.state = QLabel(tr("Loading the data…"))
        for label in self.status.values():
            label.setContentsMargins(12, 4, 8, 4)
            self.statusBar().addWidget(label)
        self.state.setContentsMargins(8, 4, 16, 4)
        self.statusBar().addPermanentWidget(self.state)
        self.statusBar().setSizeGripEnabled(False)

    def _connect(self) -> None:
        self.document.changed.connect(self._show_experiment)
        self.document.changed.connect(self.training.apply)
        for view in (self.builder, self.diagram):
            view.edited.connect(self.document.change)
        self.builder.layer_selected.connect(self._select_layer)
        self.diagram.selected.connect(self.select)
        self.output.row_picked.connect(self.trace_row)
        self.training.shown.connect(self._show_snapshot)
        self.training.failed.connect(self._show_failure)
        self.training.toggled.connect(self._show_running)
        self.toolbar.speed_chosen.connect(self._choose_speed)
        self.banner.remedied.connect(self._remedy)
        stack = self.document.undo_stack
        for name, can, text in (
            ("edit.undo", stack.canUndoChanged, stack.undoTextChanged),
            ("edit.redo", stack.canRedoChanged, stack.redoTextChanged),
        ):
            action = self.actions_by_id[name]
            action.setEnabled(False)
            can.connect(action.setEnabled)
            action.setProperty("verb", action.text())
            text.connect(self._name_undo)
        self.training.want(Wants(maps=True, row=self._row))

    @Slot(str)
    def _name_undo(self, _text: str) -> None:
        stack = self.document.undo_stack
        for name, text in (("edit.undo", stack.undoText()), ("edit.redo", stack.redoText())):
            action = self.actions_by_id[name]
            action.setText(f"{action.property('verb')} {text}".strip())

    # -- values to views -------------------------------------------------------------------------

    @Slot(object)
    def _show_experiment(self, experiment: Experiment) -> None:
        self.builder.show_experiment(experiment)
        self.diagram.show_experiment(experiment)
        self.setWindowTitle(f"Glassbox – {SOURCES[experiment.data.source].label}")

    @Slot(object)
    def _show_snapshot(self, snapshot: Snapshot) -> None:
        """The diagram and the figures at once; the other views in turn, so that no frame takes long."""
        previous, self._snapshot = self._snapshot, snapshot
        if previous is None or previous.plan != snapshot.plan or previous.data is not snapshot.data:
            self.builder.show_snapshot(snapshot)
            self._progress.clear()
        self._keep_selection(snapshot)
        self.diagram.show_snapshot(snapshot)
        self.toolbar.show_snapshot(snapshot, self.document.experiment)
        self._show_status(snapshot)
        self._show_views(snapshot)
        if snapshot.diverged is not None:
            self.banner.say(snapshot.diverged.message, tr("Learning rate ÷ 10 and reset"))
        elif not self.training.running and snapshot.step == 0:
            self.banner.hide()

    def _show_views(self, snapshot: Snapshot) -> None:
        views: dict[str, LossPlot | MagnitudePlot | OutputView | Inspector] = {
            "loss": self.loss,
            "magnitudes": self.magnitudes,
            "output": self.output,
            "inspector": self.inspector,
        }
        shown = [name for name in views if not self.docks[name].isHidden()]
        now = perf_counter()
        if not self.training.running:
            due = shown
        else:
            oldest = min(shown, key=lambda name: self._drawn.get(name, 0.0), default=None)
            due = [oldest] if oldest and now - self._drawn.get(oldest, 0.0) > _VIEW_INTERVAL_S else []
        for name in due:
            views[name].show_snapshot(snapshot)
            self._drawn[name] = now

    def _show_status(self, snapshot: Snapshot) -> None:
        now = perf_counter()
        self._progress.append((now, snapshot.step))
        self.status["widths"].setText(" → ".join(f"{width:,}" for width in snapshot.plan.widths))
        self.status["parameters"].setText(tr("{0} parameters").format(f"{snapshot.plan.parameters:,}"))
        then, step = self._progress[0]
        rate = (snapshot.step - step) / (now - then) if now > then else 0.0
        running = self.training.running
        self.status["steps"].setText(tr("{0} steps/s").format(f"{rate:,.0f}") if running else "")
        frames = self.training.frames_per_second
        self.status["frames"].setText(tr("{0} frames/s").format(f"{frames:.0f}") if running else "")
        self.state.setText(self._state_in_words(snapshot, running))

    @staticmethod
    def _state_in_words(snapshot: Snapshot, running: bool) -> str:
        if running:
            return tr("Training")
        if snapshot.diverged is not None:
            return tr("Diverged at step {0}").format(f"{snapshot.diverged.step:,}")
        if snapshot.finished:
            return tr("All {0} epochs are done: raise Epochs to go on, or reset").format(f"{snapshot.epoch:,}")
        return tr("Paused") if snapshot.step else tr("Ready: press Train (Space)")

    @Slot(object)
    def _show_failure(self, failure: Failure) -> None:
        self.document.refuse(self.document.experiment)
        self.banner.say(failure.message[:1].upper() + failure.message[1:], details=failure.details)

    @Slot(bool)
    def _show_running(self, running: bool) -> None:
        self.toolbar.show_running(running)
        self._progress.clear()
        if running:
            self.banner.hide()
        elif self.training.snapshot is not None:
            self._show_views(self.training.snapshot)
            self._show_status(self.training.snapshot)

    # -- selection -------------------------------------------------------------------------------

    def _keep_selection(self, snapshot: Snapshot) -> None:
        if self._selection is not None and still_there(self._selection, snapshot) is None:
            self.select(None)
        if snapshot.data.rows_train.size + snapshot.data.rows_test.size <= self._row:
            self.trace_row(0)

    @Slot(object)
    def select(self, selection: Selection) -> None:
        """Selects a unit or a weight everywhere, or nothing."""
        self._selection = selection
        self.diagram.show_selection(selection)
        self.inspector.show_selection(selection)
        if isinstance(selection, Unit) and selection.column > 0:
            last = len(self.document.experiment.network.layers) + 1
            self.builder.show_layer(-1 if selection.column == last else selection.column - 1)

    @Slot(int)
    def _select_layer(self, index: int) -> None:
        column = len(self.document.experiment.network.layers) + 1 if index == -1 else index + 1
        self.select(Unit(column, 0) if index >= -1 else None)

    @Slot(int)
    def trace_row(self, row: int) -> None:
        """Sends another row of the table through the network for the inspector."""
        self._row = row
        self.training.want(Wants(maps=True, row=row))

    # -- commands --------------------------------------------------------------------------------

    def reset(self) -> None:
        """Back to the start of the same seed."""
        self.training.set_running(False)
        self.banner.hide()
        self.training.apply(self.document.experiment, fresh=True)

    def restart(self) -> None:
        """Begins anew with the next seed; an edit like any other."""
        self.training.set_running(False)
        self.banner.hide()
        seed = self.document.experiment.training.seed
        self.document.change(
            self.document.experiment.with_value("training.seed", (seed + 1) % (2**31)), tr("New start"), ""
        )

    @Slot()
    def _remedy(self) -> None:
        """What the banner proposes after a divergence."""
        experiment = self.document.experiment
        rate = max(experiment.training.optimizer.learning_rate / 10.0, 1e-8)
        changed = experiment.with_value("training.optimizer.learning_rate", rate)
        self.document.change(changed, tr("Learning rate"))
        self.reset()

    @Slot(int)
    def _choose_speed(self, index: int) -> None:
        self.training.speed = index

    def change_speed(self, by: int) -> None:
        """Moves the speed control by notches."""
        self.toolbar.speed.setValue(min(max(self.toolbar.speed.value() + by, 0), FULL_SPEED))

    def remove_layer(self) -> None:
        """Removes the hidden layer whose card is open."""
        index = self.builder.selected_layer
        if index is not None and index >= 0:
            self.builder.show_layer(None)
            self.document.change(edits.remove_layer(self.document.experiment, index), tr("Remove layer"))

    def move_layer(self, by: int) -> None:
        """Moves the hidden layer whose card is open."""
        index, count = self.builder.selected_layer, len(self.document.experiment.network.layers)
        if index is not None and index >= 0 and 0 <= index + by < count:
            self.builder.show_layer(index + by)
            self.document.change(edits.move_layer(self.document.experiment, index, index + by), tr("Move layer"))

    def toggle_logarithmic(self) -> None:
        """Logarithmic or linear loss."""
        self.loss.set_logarithmic(not self.loss.logarithmic)

    def toggle_theme(self) -> None:
        """From light to dark or back; kept for the next start."""
        self.show_theme("dark" if theme.name() == "light" else "light")
        if self._settings is not None:
            self._settings.setValue("theme", theme.name())

    def show_theme(self, name: str) -> None:
        """Puts a theme in force."""
        name = name if name in theme.THEMES else "light"
        theme.apply(self._application, name, icon_file("down", theme.THEMES[name].quiet))
        paint_icons(self.actions_by_id)
        self.toolbar.show_theme()

    def show_palette(self) -> None:
        """Opens the command palette under the toolbar."""
        palette = CommandPalette(list(self.actions_by_id.values()), self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = self.rect().topRight() + self.toolbar.rect().bottomLeft()
        palette.move(self.mapToGlobal(corner) - palette.rect().topRight())
        palette.show()
        palette.line.setFocus()

    def show_shortcuts(self) -> None:
        """Opens the list of keys."""
        help_dialogs.shortcuts(self)

    def show_about(self) -> None:
        """Opens a word about the program."""
        help_dialogs.about(self, VERSION)

    # -- the window itself -----------------------------------------------------------------------

    def _stored(self, key: str) -> str:
        return str(self._settings.value(key, "")) if self._settings is not None else ""

    def _restore_layout(self) -> None:
        if self._settings is not None:
            # A settings file that was tampered with gives something else than bytes: the first layout stays.
            geometry, layout = self._settings.value("geometry"), self._settings.value("layout")
            if isinstance(geometry, QByteArray) and isinstance(layout, QByteArray):
                self.restoreGeometry(geometry)
                self.restoreState(layout, _LAYOUT_VERSION)

    def reset_layout(self) -> None:
        """All panels back in their places."""
        self.restoreState(self._first_layout, _LAYOUT_VERSION)
        for dock in self.docks.values():
            dock.show()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Small enough for a projector."""
        return QSize(960, 600)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fits the toolbar."""
        self.toolbar.show_width(self.width())
        super().resizeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Keeps the layout and ends the training thread."""
        if self._settings is not None:
            self._settings.setValue("geometry", self.saveGeometry())
            self._settings.setValue("layout", self.saveState(_LAYOUT_VERSION))
        self.training.close()
        super().closeEvent(event)
