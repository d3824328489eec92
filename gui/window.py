"""The main window: puts the parts together, hands values to views and wishes to the document."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QVBoxLayout, QWidget

from engine.experiment import Experiment, NetworkSpec
from engine.snapshot import Snapshot
from engine.trainer import Trainer
from gui import edits, theme
from gui.actions import make_actions, paint_icons, refresh
from gui.banner import Banner
from gui.builder.panel import Builder
from gui.diagram.gestures import Gestures
from gui.diagram.reading import describe_selection
from gui.diagram.shown import Shown
from gui.diagram.view import DiagramView
from gui.document import Document
from gui.editing import Editing
from gui.errand import Errand
from gui.faults import Faults
from gui.following import Following
from gui.greying import grey
from gui.icons import icon_file
from gui.layouts import Layouts
from gui.linking import Linking
from gui.looking import Looking
from gui.opening import Opening
from gui.panels import BOTTOM, HOME, LEFT, RIGHT, Panel, Panels
from gui.plots.catalogue import VIEWS
from gui.plots.inspector import Inspector
from gui.plots.loss import LossPlot
from gui.plots.magnitudes import MagnitudePlot
from gui.plots.output import OutputView
from gui.plots.pins import PinPlot
from gui.plots.view import View
from gui.predict.panel import PredictPanel
from gui.predict.progress import ScoringProgress
from gui.predict.scoring import Scoring
from gui.preferences import Preferences
from gui.projects.autosave import Autosave
from gui.projects.files import Files
from gui.projects.reading import OpeningProgress
from gui.projects.recent import Recent
from gui.projects.recovery import Recovery, RecoveryOffer
from gui.proving import Proving
from gui.selection import (
    Parameter,
    Selection,
    StageAt,
    Unit,
    Weight,
    in_network,
    place_of,
    selection_at,
    still_there,
)
from gui.sideviews import SideViews
from gui.statusbar import StatusBar
from gui.text import tr
from gui.toolbar import ToolBar
from gui.training import Training
from gui.verifying import Verifying, VerifyingProgress
from gui.viewing.viewing import Viewing
from gui.wishes import Wishes

# Small enough for a projector.
SMALLEST = (960, 600)


class Window(QMainWindow):
    """The window. ``document`` holds the experiment, ``training`` the newest snapshot, ``selection`` what is selected.

    ``traced_row`` is the row of the table, from 0, that is sent through the network for the inspector. ``settings``
    are the places and files kept for the next start, None when nothing is; ``preferences`` is what the user has chosen.
    """

    def __init__(
        self,
        application: QApplication,
        experiment: Experiment,
        settings: QSettings | None = None,
        trainer: Trainer | None = None,
        preferences: Preferences | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("window")
        self._application, self.settings = application, settings
        self.preferences = preferences or Preferences(None)
        self.preferences.setParent(self)
        self.document: Document = Document(experiment, self)
        self.training: Training = Training(experiment, trainer, self)
        self.faults = Faults(self)
        self.selection: Selection = None
        self._snapshot: Snapshot | None = None
        self._shown_experiment = experiment
        self.looking = Looking(self)
        self._make_views(experiment)
        self.status = StatusBar()
        self.editing = Editing(self.document, self.training, self.banner, self.status.say, self)
        self.wishes = Wishes(self)
        self.opening, self.recent = Opening(self), Recent(settings, self)
        self.files, self.autosave = Files(self), Autosave(self)
        self.recovery = Recovery(self, self.recovery_offer)
        self.actions_by_id = make_actions(self)
        self.builder.offer(self.actions_by_id["layer.none"])
        self.gestures = Gestures(self.diagram, self.actions_by_id)
        self.inspector.values.show_actions(
            [self.actions_by_id[name] for name in ("selection.freeze", "weight.prune", "value.pin")]
        )
        self.setMinimumSize(*SMALLEST)
        self.resize(1440, 900)
        self.panels = Panels(self, self._table_of_panels())
        self.layouts = Layouts(self)
        self.toolbar = ToolBar(self.actions_by_id)
        self.addToolBar(self.toolbar)
        self.setStatusBar(self.status)
        views = {name: view.show_snapshot for name, view in self.views.items()}
        views |= {name: getattr(self, name).show_snapshot for name in ("inspector", "predict")}
        self.side_views = SideViews({**views, "figures": self._show_figures}, self.panels.docks, self)
        self.linking = Linking(self, self.views)
        self.viewing = Viewing(self)
        self._connect()
        self.proving, self.following = Proving(self), Following(self)
        self.layouts.restore()
        self._show_experiment(experiment)
        # Not what stands first, or the space bar would answer an offer of recovery.
        self.diagram.setFocus()

    # -- putting it together ---------------------------------------------------------------------

    def _make_views(self, experiment: Experiment) -> None:
        self.builder: Builder = Builder(experiment)
        self.diagram = DiagramView()
        self.banner, self.recovery_offer, self.opening_progress = Banner(), RecoveryOffer(), OpeningProgress()
        self.output, self.inspector = OutputView(), Inspector()
        self.predict, self.scoring, self.scoring_progress = PredictPanel(), Scoring(self), ScoringProgress()
        self.verifying, self.verifying_progress = Verifying(self), VerifyingProgress()
        self.loss, self.magnitudes, self.pins = LossPlot(), MagnitudePlot(), PinPlot()
        self.views: dict[str, View] = {"loss": self.loss, "magnitudes": self.magnitudes, "pins": self.pins}
        self.views |= {"output": self.output, **{kind.id: kind.make() for kind in VIEWS}}
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.opening_progress)
        layout.addWidget(self.scoring_progress)
        layout.addWidget(self.recovery_offer)
        layout.addWidget(self.verifying_progress)
        layout.addWidget(self.banner)
        layout.addWidget(self.diagram, 1)
        self.setCentralWidget(centre)
        # Whatever stands above it, the first key pressed is meant for the network.
        self.diagram.setFocus()

    def _table_of_panels(self) -> tuple[Panel, ...]:
        loss, magnitudes = self.loss, self.magnitudes
        return (
            Panel("builder", tr("Builder"), self.builder, LEFT, None, 272, 840),
            Panel("output", tr("Output"), self.output, RIGHT, self.output.title, 320, 350),
            Panel("inspector", tr("Inspector"), self.inspector, RIGHT, self.inspector.title, 320, 460),
            Panel("predict", tr("Predict"), self.predict, RIGHT, self.predict.title, 320, 420, opened=False),
            Panel("loss", tr("Loss"), loss, BOTTOM, loss.title, 420, 215),
            Panel("magnitudes", tr("Weight magnitudes"), magnitudes, BOTTOM, magnitudes.title, 420, 215),
            Panel("pins", tr("Pinned values"), self.pins, BOTTOM, self.pins.title, 420, 215, "magnitudes"),
            *(
                Panel(kind.id, tr(kind.name), view, kind.area, view.title, kind.width, kind.height, HOME[kind.area])
                for kind in VIEWS
                for view in (self.views[kind.id],)
            ),
        )

    def _connect(self) -> None:
        self.document.changed.connect(self._show_experiment)
        self.document.applied.connect(self.training.apply)
        self.document.applied.connect(self.editing.follow)
        self.training.refused.connect(self.document.refuse)
        self.training.refused.connect(self.files.see_refusal)
        self.training.ran.connect(self.document.show_run)
        self.training.shown.connect(self._show_snapshot)
        self.training.shown.connect(self.editing.show_snapshot)
        self.training.failed.connect(self.editing.show_failure)
        self.training.toggled.connect(self._show_running)
        self.looking.changed.connect(self._show_looking)
        self.looking.wanted.connect(self.training.want)
        self.faults.raised.connect(self.banner.say_fault)
        self.document.undo_stack.changed.connect(self._name_undo)
        self.opening.zone.dropped.connect(self.files.open_file)
        self.recent.chosen.connect(self.files.open_file)
        self.recent.noted.connect(self.refresh_commands)
        # What came of it would be read as said of what is open now.
        self.files.begun.connect(self.verifying.cancel)
        for over in (self.files.begun, self.files.saved):
            over.connect(self.autosave.drop)
        self.wishes.listen()
        self._name_undo()
        self.training.want(self.looking.wants)

    @Slot()
    def _name_undo(self) -> None:
        """The menu says what would be undone and redone."""
        stack = self.document.undo_stack
        for name, verb, text, count, nothing in (
            ("edit.undo", tr("Undo {0}") if stack.undo_text else tr("Undo"), stack.undo_text, stack.index,
             tr("Nothing was done yet")),
            ("edit.redo", tr("Redo {0}") if stack.redo_text else tr("Redo"), stack.redo_text, len(stack) - stack.index,
             tr("Nothing was taken back")),
        ):  # fmt: skip
            grey(self.actions_by_id[name], "" if count else nothing)
            self.actions_by_id[name].setText(verb.format(text))

    # -- values to views -------------------------------------------------------------------------

    @Slot(object)
    def _show_experiment(self, experiment: Experiment) -> None:
        self._follow_layers(self._shown_experiment, experiment)
        self._shown_experiment = experiment
        self.builder.show_experiment(experiment)
        self.output.show_experiment(experiment)
        self.predict.show_experiment(experiment)
        self.builder.show_layer(self.selected_layer)

    @Slot(object)
    def _show_snapshot(self, snapshot: Snapshot) -> None:
        """The diagram at once; the other views in turn, so that no frame takes long."""
        previous, self._snapshot = self._snapshot, snapshot
        if previous is None or previous.plan != snapshot.plan or previous.data is not snapshot.data:
            self.builder.show_snapshot(snapshot)
            self.status.forget_pace()
            self.refresh_commands()
        if self.selection is not None and still_there(self.selection, snapshot) is None:
            self.select(None)
        self.looking.show_snapshot(snapshot)
        pinned = bool(self.pins.pins)
        self.pins.collect(snapshot)
        if pinned and not self.pins.pins:
            self.panels.docks["pins"].hide()
        self.gestures.show_snapshot(snapshot)
        self.diagram.show_snapshot(snapshot, self.training.running)
        if previous is not None and previous.generation != snapshot.generation:
            # The answer of another network is not to stand there until it is its turn.
            self.side_views.show_now("predict", snapshot)
        self.side_views.show_snapshot(snapshot, self.training.running)
        self.banner.show_snapshot(snapshot)

    def _show_figures(self, snapshot: Snapshot) -> None:
        self._say_selection()
        self.toolbar.show_snapshot(snapshot, self.document.experiment)
        self.status.show_snapshot(snapshot, self.training.running, self.training.frames_per_second)

    @Slot(bool)
    def _show_running(self, running: bool) -> None:
        self.toolbar.show_running(running)
        self.status.forget_pace()
        if running:
            self.banner.begin()
        elif self.training.snapshot is not None:
            self.side_views.show_snapshot(self.training.snapshot, running)

    # -- wishes ----------------------------------------------------------------------------------

    @Slot(object)
    def _show_looking(self, shown: Shown) -> None:
        """The drawing shows something else."""
        self.diagram.show_view(shown)
        self.refresh_commands()

    @Slot()
    def refresh_commands(self) -> None:
        """Commands are there for what is selected and shown; what is selected is said in words."""
        refresh(self)
        self._say_selection()

    def _say_selection(self) -> None:
        words = describe_selection(self._snapshot, self.selection) if self._snapshot is not None else ""
        self.status.show_selection(words)
        self.diagram.say_selection(words)

    def _follow_layers(self, before: Experiment, after: Experiment) -> None:
        """What was selected stays selected when its layer gets another place."""
        old, new, selection = before.network, after.network, self.selection
        if isinstance(selection, Weight) and _shape(old) != _shape(new):
            self.select(None)
        place = place_of(selection, old)
        if old.layers == new.layers or place is None or not isinstance(selection, Unit | StageAt):
            return
        now = place if place < 0 else edits.where_now(old.layers, new.layers, place)
        self.select(selection_at(now, new, selection.index if isinstance(selection, Unit) else 0))

    @Slot(object)
    def select(self, selection: Selection) -> None:
        """Selects a unit or a weight everywhere, or nothing, as for what the experiment no longer has."""
        selection = in_network(selection, self.document.experiment.network)
        self.selection = selection
        self.diagram.show_selection(selection)
        self.gestures.show_selection(selection)
        self.inspector.show_selection(selection)
        self.linking.show_selection(selection)
        self.builder.show_layer(self.selected_layer)
        self.refresh_commands()

    @property
    def selected_layer(self) -> int | None:
        """The place of the layer in which the selection is: -1 for the output, None where there is none."""
        return place_of(self.selection, self._shown_experiment.network)

    @property
    def traced_row(self) -> int:
        """The row of the table, from 0, that is sent through the network."""
        return self.looking.row

    @Slot(int)
    def trace_row(self, row: int) -> None:
        """Sends another row of the table through the network for the inspector and the drawing."""
        self.looking.trace_row(row)

    def pin(self, which: Parameter) -> None:
        """Traces a weight or bias, or no longer; the plot opens with the first one."""
        if self.pins.toggle(which):
            self.panels.open("pins")
        elif not self.pins.pins:
            self.panels.docks["pins"].hide()
        self.refresh_commands()

    # -- the window itself -----------------------------------------------------------------------

    def show_theme(self, name: str) -> None:
        """Puts a theme in force, light where there is no such theme."""
        name = name if name in theme.THEMES else "light"
        theme.apply(self._application, name, icon_file("down", theme.THEMES[name].quiet))
        paint_icons(self.actions_by_id)
        self.toolbar.show_theme()

    def remember(self, key: str, value: str) -> None:
        """Keeps a choice for the next start."""
        if self.settings is not None:
            self.settings.setValue(key, value)

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
        """Asks about what is unsaved; then keeps the layout and ends all threads."""
        if self.isVisible() and not self.files.may_go(self.close):
            event.ignore()
            return
        self.layouts.save()
        # Gone from the screen at once; the thread ends after what it is at, a slice or the loading of data.
        self.hide()
        for panel in self.findChildren(QDialog):
            panel.close()
        self.opening.close()
        self.scoring.close()
        self.files.close()
        self.autosave.close()
        self.recovery.put_off()
        for errand in self.findChildren(Errand):
            errand.give_up(wait=True)
        self.proving.close()
        self.training.close()
        self.faults.release()
        super().closeEvent(event)


def _shape(network: NetworkSpec) -> list[tuple[str, int | None]]:
    """The kinds of the layers and their widths: as long as these stay, a weight is the same weight."""
    return [(layer.kind, getattr(layer, "units", None)) for layer in network.layers]
