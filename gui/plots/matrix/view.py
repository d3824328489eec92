"""The Matrix view: a layer's weights as a heat map and as a table of exact numbers."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from engine.data.derived import without_unit
from engine.snapshot import Snapshot
from gui.diagram.viewbar import Picker
from gui.plots.cells import EXACT, CellTable
from gui.plots.matrix.heat import HeatMap
from gui.plots.matrix.values import Grid
from gui.plots.titles import PanelTitle
from gui.plots.view import About, Empty, Table, View
from gui.selection import Selection, Unit, Weight, layer_of, name_in_plan, still_there
from gui.text import MINUS, tr
from gui.theme import colours, font

_Hint = QAbstractItemView.ScrollHint
_Index = QModelIndex | QPersistentModelIndex
# As long as most weights are in all their digits.
_LONGEST = f"{MINUS}0.0012345678"
# A layer of more weights than this is drawn at most so often, and for a small share of the time.
_MANY, _PAUSE_S, _PATIENCE = 1_000_000, 1.0, 20.0


class WeightsModel(QAbstractTableModel):
    """The numbers of a grid: a line for each input, one for the biases, a column for each unit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid: Grid | None = None

    def show_grid(self, grid: Grid | None) -> None:
        """Shows other numbers; where the lines and columns are the same ones, what is selected stays."""
        before, now = self.grid, grid
        if before is not None and now is not None and _same_heads(before, now):
            self.grid = grid
            if all(now.shape):
                self.dataChanged.emit(self.index(0, 0), self.index(now.shape[0] - 1, now.shape[1] - 1))
            return
        self.beginResetModel()
        self.grid = grid
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many inputs there are, and one for the biases."""
        return 0 if parent.isValid() or self.grid is None else self.grid.shape[0]

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """How many units there are."""
        return 0 if parent.isValid() or self.grid is None else self.grid.shape[1]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802 - Qt's name
        """The names of the units and of the inputs."""
        grid = self.grid
        across = orientation == Qt.Orientation.Horizontal
        if grid is None or section >= grid.shape[across]:
            return None
        if role == Qt.ItemDataRole.DisplayRole and not across:
            return without_unit(grid.line_name(section))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, EXACT):
            return grid.unit_name(section) if across else grid.line_name(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A number with all its digits; what training does not move is written otherwise, and says why."""
        grid = self.grid
        if grid is None or not index.isValid():
            return None
        line, unit = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return grid.text(line, unit).replace("-", MINUS)
        if role == EXACT:
            return grid.text(line, unit)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return grid.words(line, unit)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        bias = line >= len(grid.weights)
        if role == Qt.ItemDataRole.BackgroundRole and bias:
            return QColor(colours().chip)
        kind = grid.held.kind(-1 if bias else line, unit) if grid.held.any else ""
        if role == Qt.ItemDataRole.FontRole and kind:
            made = QFont(font(13))
            made.setItalic(kind == "frozen")
            made.setStrikeOut(kind == "pruned")
            return made
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(_ink(grid, line, unit, kind))
        return None


def _same_heads(one: Grid, other: Grid) -> bool:
    """Whether two grids have the same lines and columns, by name."""
    same_data = one.snapshot.data.names == other.snapshot.data.names
    same_data = same_data and one.snapshot.data.classes == other.snapshot.data.classes
    return same_data and (one.layer, one.shape) == (other.layer, other.shape) and one.plan.name == other.plan.name


def _ink(grid: Grid, line: int, unit: int, kind: str) -> str:
    """Numbers below zero are orange as in the drawing, besides their minus sign; what is held steps back."""
    value = grid.value(line, unit)
    if not np.isfinite(value):
        return colours().warning
    if kind:
        return colours().quiet
    return colours().negative_text if value < 0 else colours().text


class WeightsTable(CellTable):
    """The table of a grid. ``headed(line, unit)``: the head of a line or of a unit was clicked, the other being -1."""

    headed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Exact weights"), named_rows=True, longest=_LONGEST, parent=parent)
        # A click on a head chooses the unit or the input, not the first weight of it.
        self.horizontalHeader().sectionPressed.disconnect()
        self.verticalHeader().sectionPressed.disconnect()
        self.horizontalHeader().sectionClicked.connect(self._choose_unit)
        self.verticalHeader().sectionClicked.connect(self._choose_line)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionsClickable(True)
        self._followed = True
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.actionTriggered.connect(self._scroll_away)

    @Slot(int)
    def _choose_unit(self, unit: int) -> None:
        self.headed.emit(-1, unit)

    @Slot(int)
    def _choose_line(self, line: int) -> None:
        self.headed.emit(line, -1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The names of the inputs leave room for numbers; what is selected stays in sight until one scrolls away."""
        self.verticalHeader().setMaximumWidth(max(2 * self.width() // 5, 72))
        super().resizeEvent(event)
        if self._followed and self.selectionModel().isSelected(self.currentIndex()):
            self.scrollTo(self.currentIndex())

    def scrollTo(self, index: _Index, hint: _Hint = _Hint.EnsureVisible) -> None:  # noqa: N802 - Qt's name
        """Brings a cell into sight, where it then stays."""
        self._followed = True
        super().scrollTo(index, hint)

    @Slot()
    def _scroll_away(self) -> None:
        self._followed = False

    def mark(self, line: int, unit: int) -> None:
        """Selects a whole unit (line -1) or a whole line (unit -1); the current cell stays in it where it can."""
        at = self.currentIndex()
        cell = max(line if line >= 0 else at.row(), 0), max(unit if unit >= 0 else at.column(), 0)
        index = self.model().index(*cell)
        flag = QItemSelectionModel.SelectionFlag
        before = self.blockSignals(True)
        self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect | (flag.Columns if line < 0 else flag.Rows))
        self.blockSignals(before)
        self.scrollTo(index)


class MatrixView(View):
    """Shows one layer. ``layer`` is its place in the plan."""

    about = About(
        "Which weights exactly?",
        "Every weight of a layer, inputs down and units across, with the biases below them.",
        ("z = Σ x · w + b", "blue above zero, orange below, as strong as |w| / max |w|"),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = PanelTitle(tr("Matrix"))
        self.layer = 0
        self.choice = Picker("matrix.layer", tr("Layer"), tr("The layer whose weights are shown."))
        self.choice.show_form(1)
        self.choice.picked.connect(self._choose_layer)
        line = self.title.layout()
        assert isinstance(line, QBoxLayout)
        line.insertWidget(1, self.choice)
        line.insertSpacing(1, 6)
        self.heat, self.cells, self.model = HeatMap(), WeightsTable(), WeightsModel(self)
        self.cells.setModel(self.model)
        self.cells.chosen.connect(self._choose)
        self.cells.headed.connect(self._choose_head)
        self.cells.said.connect(self.title.show_note)
        self.heat.chosen.connect(self._choose)
        self._snapshot: Snapshot | None = None
        self._selection: Selection = None
        self._drawn_at = 0.0
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._draw)
        self._arrange()

    def _arrange(self) -> None:
        self._split = QSplitter()
        self._split.setChildrenCollapsible(False)
        for part, stretch in ((self.heat, 2), (self.cells, 3)):
            self._split.addWidget(part)
            self._split.setStretchFactor(self._split.count() - 1, stretch)
        self._empty = Empty(tr("The weights of a layer appear here."))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._split)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._stack, 1)

    # -- what is shown ---------------------------------------------------------------------------

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows the numbers of an instant; those of a huge layer only now and then."""
        first, self._snapshot = self._snapshot is None, snapshot
        if first:
            self.layer = self._layer_of_selection(snapshot)
        self._offer(snapshot)
        plan = snapshot.plan.layers[self.layer]
        pause_s = max(_PAUSE_S, _PATIENCE * self.heat.cost_s)
        soon = perf_counter() - self._drawn_at < pause_s
        if plan.inputs * plan.units > _MANY and soon and self.model.grid is not None and self.model.grid.plan == plan:
            if not self._later.isActive():
                self._later.start(round(1000 * pause_s))
            return
        self._draw()

    def _offer(self, snapshot: Snapshot) -> None:
        """Offers the layers there are."""
        layers = snapshot.plan.layers
        self.layer = min(self.layer, len(layers) - 1)
        names = [f"{name_in_plan(layer)} · {layer.inputs:,} × {layer.units:,}" for layer in layers]
        entries = [(str(place), name, "", "") for place, name in enumerate(names)]
        self.choice.show_choices(entries, str(self.layer))

    @Slot()
    def _draw(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            return
        self._drawn_at = perf_counter()
        grid = Grid.of(snapshot, self.layer)
        before = self.model.grid
        self._empty.setText(grid.missing)
        self._stack.setCurrentIndex(0 if grid.missing else 1)
        self.model.show_grid(grid)
        self.heat.show_grid(grid)
        self.title.show_note(tr("{0} · step {1}").format(grid.quantity, f"{snapshot.step:,}"))
        if before is None or not _same_heads(before, grid):
            self.cells.measure()
            self._mark()

    def show_selection(self, selection: Selection) -> None:
        """Marks a weight, a unit or an input, in the layer that it belongs to."""
        self._selection = selection
        snapshot = self._snapshot
        if snapshot is None:
            return
        layer = self._layer_of_selection(snapshot)
        if layer != self.layer:
            self.layer = layer
            self._offer(snapshot)
            self._draw()
        self._mark()

    def _layer_of_selection(self, snapshot: Snapshot) -> int:
        """The layer that what is selected belongs to; the one that is shown where nothing is."""
        there = still_there(self._selection, snapshot)
        return layer_of(there) or 0 if isinstance(there, Unit | Weight) else self.layer

    def _mark(self) -> None:
        snapshot, grid = self._snapshot, self.model.grid
        there = still_there(self._selection, snapshot) if snapshot is not None else None
        if grid is None or not all(grid.shape):
            return
        if isinstance(there, Weight) and there.layer == grid.layer:
            self.heat.show_cell(there.source, there.unit)
            self._go_to(there.source, there.unit)
        elif isinstance(there, Unit) and there.column in (grid.layer, grid.layer + 1):
            line, unit = (there.index, -1) if there.column == grid.layer else (-1, there.index)
            self.heat.show_cell(line, unit)
            at = self.cells.currentIndex()
            # Where the bias was chosen here, it stays the one cell that is selected.
            if not (line < 0 and at.isValid() and grid.parameter(at.row(), at.column()) == there):
                self.cells.mark(line, unit)
        else:
            self.heat.show_cell(-1, -1)
            self.cells.clearSelection()

    def _go_to(self, line: int, unit: int) -> None:
        at = self.cells.currentIndex()
        if (at.row(), at.column()) != (line, unit) or not self.cells.selectionModel().isSelected(at):
            self.cells.go_to(line, unit)

    def table(self) -> Table | None:
        """The numbers of the layer: a line for each input and one for the biases, a column for each unit."""
        grid = self.model.grid
        if grid is None or grid.missing:
            return None
        lines, units = grid.shape
        found: dict[str, object] = {tr("input"): np.array([grid.line_name(line) for line in range(lines)], object)}
        for unit in range(units):
            column = grid.weights[:, unit]
            found[grid.unit_name(unit)] = column if grid.biases is None else np.append(column, grid.biases[unit])
        return Table(found)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Map and table stand side by side where there is room, else below one another."""
        super().resizeEvent(event)
        wide = self.width() > 1.3 * self.height()
        self._split.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    # -- wishes ----------------------------------------------------------------------------------

    @Slot(object)
    def _choose_layer(self, key: str) -> None:
        self.layer = int(key)
        if self._snapshot is not None:
            self._offer(self._snapshot)
        self._draw()
        self.selected.emit(Unit(self.layer + 1, 0))

    @Slot(int, int)
    def _choose(self, line: int, unit: int) -> None:
        grid = self.model.grid
        if grid is None:
            return
        self._go_to(line, unit)
        wanted = grid.parameter(line, unit)
        if wanted != self._selection:
            self.selected.emit(wanted)

    @Slot(int, int)
    def _choose_head(self, line: int, unit: int) -> None:
        grid = self.model.grid
        if grid is None:
            return
        if line < 0:
            self.selected.emit(Unit(grid.layer + 1, unit))
        elif line < len(grid.weights):
            self.selected.emit(Unit(grid.layer, line))
