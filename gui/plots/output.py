"""The output view: what the network predicts, on one of the pages that suit the data."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from engine.experiment import Experiment
from engine.snapshot import Snapshot
from gui.diagram.viewbar import Picker
from gui.pages.page import Marks, Page
from gui.pages.table import PAGES, first_page
from gui.painting.painting import Painting
from gui.plots.confusion import ConfusionMatrix
from gui.plots.decision import DecisionMap
from gui.plots.fit import FitPlot
from gui.plots.planemap import PlaneMap
from gui.plots.prediction import PredictionPlot
from gui.plots.slices import telling_plane
from gui.plots.titles import PanelTitle
from gui.plots.view import Empty, Table, View
from gui.text import tr

_KINDS = {kind.key: kind for kind in PAGES}


class OutputView(View):
    """Shows one page, chosen in its title from those that suit the data; only that one is drawn.

    What is chosen stays while the question of the data does. ``about`` and ``probes`` are those of the page.
    ``plane_chosen(plane)`` and ``row_held(row)`` are wishes for what maps run over, and the row they are held at.
    """

    plane_chosen = Signal(object)
    row_held = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = PanelTitle(tr("Output"))
        self.pages: dict[str, Page] = {}
        self.marks = Marks()
        self._snapshot: Snapshot | None = None
        self._question: tuple[object, ...] = ()
        self._chosen, self._shown = "", ""
        self.choice = Picker("output.page", tr("Page"), tr("What is shown of the network's answers."))
        self.choice.show_form(1)
        self.choice.picked.connect(self.choose)
        line = self.title.layout()
        assert isinstance(line, QBoxLayout)
        line.insertWidget(1, self.choice)
        self._stack, self._empty = QStackedWidget(), Empty(tr("What the network answers appears here."))
        self._empty.setMargin(24)
        self._stack.addWidget(self._empty)
        self.painting = Painting(self)
        self.painting.taken_up.connect(self._turn_to_paper)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.painting.strip)
        self._column.addWidget(self._stack, 1)
        self.about = self.map.about

    # -- pages -----------------------------------------------------------------------------------

    def page(self, key: str) -> Page:
        """The page with a key, made when it is first asked for."""
        if key not in self.pages:
            made = self.pages[key] = _KINDS[key].make()
            made.row_picked.connect(self.row_picked)
            made.class_picked.connect(self._pick_class)
            made.part_chosen.connect(self._choose_part)
            made.plane_chosen.connect(self.plane_chosen)
            made.row_held.connect(self.row_held)
            made.needs_changed.connect(self._follow_needs)
            if isinstance(made, DecisionMap | FitPlot):
                made.framed.connect(self.painting.fit)
            self._stack.addWidget(made)
            if made.bar is not None:
                self._column.insertWidget(self._column.count() - 1, made.bar)
                made.bar.hide()
        return self.pages[key]

    @property
    def map(self) -> DecisionMap:
        """The decision map."""
        found = self.page("map")
        assert isinstance(found, DecisionMap)
        return found

    @property
    def confusion(self) -> ConfusionMatrix:
        """The confusion matrix."""
        found = self.page("confusion")
        assert isinstance(found, ConfusionMatrix)
        return found

    @property
    def prediction(self) -> PredictionPlot:
        """Prediction against truth."""
        found = self.page("prediction")
        assert isinstance(found, PredictionPlot)
        return found

    @property
    def fit(self) -> FitPlot:
        """The curve along one input."""
        found = self.page("fit")
        assert isinstance(found, FitPlot)
        return found

    @property
    def view(self) -> Page | None:
        """The page that is shown."""
        return self.pages.get(self._shown)

    @Slot(object)
    def choose(self, key: str) -> None:
        """Shows another page, and a slice through two columns where a map has no plane yet."""
        self._chosen = key
        snapshot = self._snapshot
        if snapshot is not None:
            self.show_snapshot(snapshot)
            if isinstance(self.view, PlaneMap) and snapshot.maps is None:
                self.plane_chosen.emit(telling_plane(snapshot.data))

    # -- what is shown ---------------------------------------------------------------------------

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows an instant on the page that is chosen, or on the one that suits the data."""
        data, self._snapshot = snapshot.data, snapshot
        question = (data.source, data.task, data.target, data.classes)
        if question != self._question:
            self._question, self._chosen, self.marks = question, "", replace(self.marks, class_index=-1)
        kinds = [kind for kind in PAGES if kind.suits(snapshot)]
        key = self._chosen if self._chosen in [kind.key for kind in kinds] else first_page(snapshot)
        self.choice.show_choices(((kind.key, tr(kind.name), "", "") for kind in kinds), key)
        page = self._turn_to(key)
        page.marks = self.marks
        page.show_snapshot(snapshot)
        problem = page.problem(snapshot)
        self._empty.setText(problem)
        paper = page if isinstance(page, DecisionMap | FitPlot) else None
        drawn = data.source == "drawn" and paper is not None
        self._stack.setCurrentWidget(self._empty if problem and not drawn else page)
        if page.bar is not None:
            page.bar.setVisible(page.has_bar(snapshot))
        note = page.note(snapshot)
        self.title.show_note(f"{self.painting.note} · {tr('● training  ○ test')}" if drawn else note, legend=True)
        self.painting.show_snapshot(snapshot, page, paper)

    @Slot()
    def _turn_to_paper(self) -> None:
        """The page that can be painted on is the first one."""
        self._chosen = ""
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)

    def _turn_to(self, key: str) -> Page:
        """Another page, with what it is about and what it needs."""
        page = self.page(key)
        if key != self._shown:
            before, self._shown = self.view, key
            if before is not None and before.bar is not None:
                before.bar.hide()
            self.about = page.about
            self._follow_needs()
        return page

    @Slot()
    def _follow_needs(self) -> None:
        page = self.view
        if page is not None and page.probes != self.probes:
            self.probes = page.probes
            self.needs_changed.emit()

    def show_experiment(self, experiment: Experiment) -> None:
        """Shows points that are drawn by hand at once, before anything is trained on them."""
        self.painting.show_experiment(experiment)
        if self.painting.is_drawn and isinstance(self.view, DecisionMap | FitPlot):
            self.title.show_note(f"{self.painting.note} · {tr('● training  ○ test')}", legend=True)

    def table(self) -> Table | None:
        """The data of the page that is shown."""
        return self.view.table() if self.view is not None else None

    # -- what is marked --------------------------------------------------------------------------

    def _mark(self, marks: Marks) -> None:
        self.marks = marks
        if self._snapshot is not None and self.view is not None and marks != self.view.marks:
            self.show_snapshot(self._snapshot)

    def show_row(self, row: int) -> None:
        """Marks the traced row."""
        self._mark(replace(self.marks, row=row))

    def show_class(self, index: int) -> None:
        """Marks a class."""
        self._mark(replace(self.marks, class_index=index))

    @Slot(int)
    def _pick_class(self, index: int) -> None:
        self.class_picked.emit(index)
        self.show_class(index)

    @Slot(str)
    def _choose_part(self, part: str) -> None:
        self._mark(replace(self.marks, part=part))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The keys of painting, wherever in the panel the keyboard is."""
        paper = isinstance(self.view, DecisionMap | FitPlot)
        if not paper or not self.painting.press(event):
            super().keyPressEvent(event)
