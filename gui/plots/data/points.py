"""The scatter page of the data: any two columns against one another, coloured and shaped by what is to be learned."""

from __future__ import annotations

from functools import cache
from itertools import islice

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QCursor, QMouseEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QToolTip, QVBoxLayout, QWidget

from engine.probes import TYPED
from gui import amounts
from gui.fields import ChoiceField
from gui.plots.axes import axes, dress, prepare
from gui.plots.data.key import PointKey, scale_colours, symbol_of
from gui.plots.data.rows import Floats, Rows
from gui.plots.view import Table
from gui.text import number, tr
from gui.theme import colour, colours, pixels

MOST_POINTS = 5000
# Larger numbers than this cannot be drawn.
_LARGEST = 1e150
_SIZE, _RING = 8, 17
_FAINT = 0.12
_LOOKED_AT = 1000
_WIDE = 760


class ScatterPage(QWidget):
    """Shows rows as points. ``row_picked(row)`` when one is clicked.

    ``changed()``: others are drawn; ``count`` says how many.
    """

    row_picked = Signal(int)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Rows | None = None
        self._row, self._class = TYPED, -1
        self._names: tuple[str, ...] = ()
        self.count = ""
        self.across = ChoiceField((), tr("Across"), tr("The column along the horizontal axis."))
        self.up = ChoiceField((), tr("Up"), tr("The column along the vertical axis."))
        self.key = PointKey()
        self.plot = _Plot(enableMenu=False, axisItems=axes())
        prepare(self.plot, tr("Scatter plot of the data"))
        self.points = pg.ScatterPlotItem(hoverable=True, tip=None, hoverSize=_SIZE + 3)
        self.ring = pg.ScatterPlotItem(size=_RING)
        for item in (self.points, self.ring):
            self.plot.addItem(item)
        self.points.sigHovered.connect(self._say)
        self.points.sigClicked.connect(self._pick)
        for field in (self.across, self.up):
            field.chosen.connect(self._draw)
        self._arrange()
        self.show_theme()

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 0, 12, 4)
        bar.setSpacing(8)
        for words, field in ((tr("Across"), self.across), (tr("Up"), self.up)):
            label = QLabel(words)
            label.setProperty("role", "field")
            label.setBuddy(field)
            field.setMaximumWidth(pixels(220))
            bar.addWidget(label)
            bar.addWidget(field)
        bar.addStretch(1)
        self._bar = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._bar.setSpacing(0)
        self._bar.addLayout(bar)
        self._bar.addWidget(self.key, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar)
        layout.addWidget(self.plot, 1)

    # -- what is shown ---------------------------------------------------------------------------

    def show_rows(self, rows: Rows) -> None:
        """Shows other data; the same columns stay chosen where they are there."""
        if rows is self._rows:
            return
        chosen = self.across.currentText(), self.up.currentText()
        self._rows, names = rows, (*rows.data.names, *(rows.target_names if len(rows) else (rows.data.target,)))
        if names != self._names:
            self._names = names
            across, up = first_choice(rows)
            for field, name, first in ((self.across, chosen[0], across), (self.up, chosen[1], up)):
                field.clear()
                for place, text in enumerate(names):
                    field.addItem(text, str(place))
                field.show_key(str(names.index(name) if name in names else first))
        self._draw()
        self.plot.enableAutoRange()

    def show_row(self, row: int) -> None:
        """Rings the traced row."""
        self._row = row
        self._ring()

    def show_class(self, which: int) -> None:
        """Lets the points of all other classes step back; -1: of none."""
        if which != self._class:
            self._class = which
            self._draw()

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        self.ring.setBrush(None)
        self.ring.setPen(pg.mkPen(QColor(colours().text), width=1.8))
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """What the colours mean stands beside the choices where there is room for both."""
        super().resizeEvent(event)
        wide = self.width() > _WIDE
        self._bar.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.StyleChange:
            self.show_theme()
        super().changeEvent(event)

    def values(self, column: int, at: slice | NDArray[np.intp]) -> Floats:
        """A column that can be chosen, of some rows, (rows,): an input, a target, or the places of the classes."""
        assert self._rows is not None
        inputs = len(self._rows.data.names)
        if column < inputs:
            return self._rows.inputs(column, at)
        classed = bool(self._rows.data.classes)
        return self._rows.classes[at].astype(np.float64) if classed else self._rows.targets[at, column - inputs]

    def table(self) -> Table | None:
        """Both columns of all rows, with what they are coloured by."""
        rows = self._rows
        if rows is None:
            return None
        classes = np.array(rows.data.classes, object)
        found: dict[str, object] = {"row": rows.numbers + 1}
        found["part"] = np.where(rows.tested, tr("test"), tr("training"))
        for place in dict.fromkeys((*self._chosen(), *range(len(rows.data.names), len(self._names)))):
            classed = len(classes) > 0 and place == len(rows.data.names)
            name = self._names[place] if self._names[place] not in found else f"{self._names[place]} (2)"
            found[name] = classes[rows.classes] if classed else self.values(place, slice(None))
        return Table(found)

    def _chosen(self) -> tuple[int, int]:
        return max(self.across.currentIndex(), 0), max(self.up.currentIndex(), 0)

    # -- drawing ---------------------------------------------------------------------------------

    @Slot()
    def _draw(self) -> None:
        rows, (across, up) = self._rows, self._chosen()
        if rows is None or not self._names:
            return
        dress(self.plot, self._names[up], self._names[across])
        some = evenly(len(rows), MOST_POINTS)
        x, y = self.values(across, some), self.values(up, some)
        there = (np.abs(x) < _LARGEST) & (np.abs(y) < _LARGEST)
        some = some[there]
        self._shown = x[there], y[there], some
        pens, brushes, symbols = self._looks(rows, some)
        self.points.setData(x[there], y[there], data=some, size=_SIZE, pen=pens, brush=brushes, symbol=symbols)
        self._name_classes("bottom", across)
        self._name_classes("left", up)
        self._ring()
        every, drawn = amounts.rows(len(rows)), len(some)
        words = tr("{0} of {1}, evenly chosen") if len(rows) > MOST_POINTS else tr("{0} of {1}")
        self.count = words.format(f"{drawn:,}", every) if drawn < len(rows) else every
        self.changed.emit()

    def _looks(self, rows: Rows, some: NDArray[np.intp]) -> tuple[list[QPen], list[QBrush], list[str]]:
        """Pen, brush and symbol of each point: training rows are filled, test rows hollow."""
        surface, classes = colours().surface, rows.data.classes
        if classes:
            kinds, tints = rows.classes[some], list(colours().series)
            self.key.show_classes(classes, self._class)
        else:
            value = rows.targets[:, 0]
            tints = scale_colours()
            kinds, low, high = levels(value, len(tints))
            kinds = kinds[some]
            self.key.show_scale(rows.target_names[0], low, high)
        looks = {}
        for kind in np.unique(kinds).tolist():
            tint = tints[kind % len(tints)]
            alpha = 1.0 if self._class in (-1, kind) or not classes else _FAINT
            filled, hollow = _look(surface, 1.0, tint, alpha), _look(tint, 1.8, surface, alpha)
            looks[kind] = (filled, hollow, symbol_of(kind) if classes else "o")
        tested = rows.tested[some].tolist()
        each = [(*looks[kind][test], looks[kind][2]) for kind, test in zip(kinds.tolist(), tested, strict=True)]
        return [pen for pen, _, _ in each], [brush for _, brush, _ in each], [symbol for *_, symbol in each]

    def _name_classes(self, side: str, column: int) -> None:
        """Where the classes are an axis, their names stand at it."""
        assert self._rows is not None
        data = self._rows.data
        named = bool(data.classes) and column == len(data.names)
        ticks = [list(enumerate(data.classes))] if named else None
        self.plot.getPlotItem().getAxis(side).setTicks(ticks)

    def _ring(self) -> None:
        place = self._rows.position(self._row) if self._rows is not None else None
        if place is None:
            self.ring.setData([], [])
            return
        x, y = (self.values(column, slice(place, place + 1))[0] for column in self._chosen())
        there = abs(x) < _LARGEST and abs(y) < _LARGEST
        self.ring.setData([x] if there else [], [y] if there else [])

    # -- under the pointer -----------------------------------------------------------------------

    def words_of(self, position: int) -> str:
        """A row in words: its number and part, the chosen columns, and the truth."""
        rows = self._rows
        assert rows is not None
        across, up = self._chosen()
        lines = []
        for column in dict.fromkeys((across, up, len(rows.data.names))):
            value = float(self.values(column, slice(position, position + 1))[0])
            classed = bool(rows.data.classes) and column == len(rows.data.names)
            lines.append(f"{self._names[column]} {rows.data.classes[int(value)] if classed else number(value, 6)}")
        part = tr("test") if rows.tested[position] else tr("training")
        return "\n".join([*lines, f"{tr('row {0}, click to trace it').format(rows.numbers[position] + 1)} · {part}"])

    @Slot(object, object, object)
    def _say(self, item: object, points: list[pg.SpotItem], event: object) -> None:
        if len(points):
            QToolTip.showText(QCursor.pos(), self.words_of(int(points[0].data())), self)

    @Slot(object, object, object)
    def _pick(self, item: object, points: list[pg.SpotItem], event: object) -> None:
        if len(points) and self._rows is not None:
            self.row_picked.emit(int(self._rows.numbers[int(points[0].data())]))


class _Plot(pg.PlotWidget):  # type: ignore[misc]
    """A plot that shows all again after a double click."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Fits the view to the points."""
        self.enableAutoRange()
        event.accept()


@cache
def _look(outline: str, width: float, inside: str, alpha: float) -> tuple[QPen, QBrush]:
    """A pen and a brush, kept for good: pyqtgraph keeps a picture of a point for each that it is given."""
    pen = QPen(colour(outline, alpha), width)
    pen.setCosmetic(True)
    return pen, QBrush(colour(inside, alpha))


def first_choice(rows: Rows) -> tuple[int, int]:
    """The columns that are shown first: the first two inputs of more than two values; else simply the first two."""
    inputs = range(len(rows.data.names))
    told = (column for column in inputs if len(np.unique(rows.scaled(column)[:_LOOKED_AT])) > 2)
    found = [*islice(told, 2), *inputs[:2], 1]
    across = found[0]
    return across, next(column for column in found if column != across)


def evenly(count: int, most: int) -> NDArray[np.intp]:
    """At most so many of as many places, evenly over all of them."""
    if count <= most:
        return np.arange(count)
    return np.arange(most) * count // most


def levels(values: Floats, count: int) -> tuple[NDArray[np.intp], float, float]:
    """The step of each value, (rows,), on a scale of so many from the least to the largest finite one, and these."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    span = high - low if np.isfinite(high - low) and high > low else 1.0
    share = np.nan_to_num((values - low) / span, nan=0.0, posinf=1.0, neginf=0.0).clip(0.0, 1.0)
    return np.rint(share * (count - 1)).astype(np.intp), low, high
