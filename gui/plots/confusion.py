"""The confusion matrix: which classes are taken for which, and which rows these are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from engine.snapshot import Snapshot
from gui.amounts import counted
from gui.pages.page import rows_in_words
from gui.pages.rowlist import RowList
from gui.pages.scored import Scored
from gui.pages.scoredpage import ScoredPage
from gui.plots.view import About, Table
from gui.text import number, probability, tr
from gui.theme import blend, colours, font, readable_on

# In cells smaller than this, in pixels, figures cannot be read.
_READABLE = 15.0
# So wide, matrix and list stand side by side.
_BESIDE = 560
# Left and right of all, between the names of the classes and the cells, and how long a name may be at most.
_EDGE, _BESIDE_NAMES, _LONGEST_NAME = 16.0, 6.0, 66.0
# So many times as broad as high are cells at most.
_BROADEST = 1.8
_ARROWS = {
    Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
}  # fmt: skip
Cell = tuple[int, int]


def confusion_counts(truth: NDArray[np.int64], guess: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """How often class i (row) was taken for class j (column), shape (classes, classes)."""
    counts = np.bincount(truth * classes + guess, minlength=classes * classes)
    return counts.reshape(classes, classes)


class ConfusionMatrix(ScoredPage):
    """Counts the test rows of a snapshot, or the training rows; a click on a cell lists its rows.

    ``class_picked(index)`` when the name of a class is clicked.
    """

    about = About(
        "Which classes are taken for which?",
        "Each cell counts the rows of one true class, from top to bottom, that were taken for one class, from left to "
        "right; the diagonal is right. A click on a cell lists its rows, the most confident answers first.",
        ("accuracy = Σ diagonal / Σ all",),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Confusion matrix"))
        self._counts: NDArray[np.int64] = np.empty((0, 0), np.int64)
        self._classes: tuple[str, ...] = ()
        self._part = ""
        self._scored: Scored | None = None
        self._cursor: Cell | None = None
        self.opened: Cell | None = None
        self.list = RowList(self)
        self.list.row_picked.connect(self.row_picked)
        self.list.left.connect(self.close_cell)
        self.list.hide()

    def draw(self, snapshot: Snapshot) -> None:
        """Counts and draws another instant."""
        found, classes = self.rows_of(snapshot), snapshot.data.classes
        self._scored, self._part = found, found.part
        if classes != self._classes:
            self._classes, self._cursor, self.opened = classes, None, None
        self._counts = confusion_counts(found.truth, found.answer, len(classes))
        right, rows = int(self._counts.trace()), len(found.rows)
        share = number(100.0 * right / rows, 4) if rows else ""
        self.words.say(tr("{0} of {1} right, {2} %").format(f"{right:,}", f"{rows:,}", share) if rows else "")
        self._show_list()
        self.update()

    def table(self) -> Table | None:
        """The counts, or the rows of the cell that is open."""
        if self._scored is None or not len(self._scored.rows):
            return None
        if self.opened is not None:
            return Table({tr("row"): self.list.model.rows + 1, **self._words_of(self._places())})
        by_answer = {tr("predicted {0}").format(name): self._counts[:, k] for k, name in enumerate(self._classes)}
        return Table({tr("true"): list(self._classes), **by_answer})

    # -- the rows of a cell ------------------------------------------------------------------------

    def open_cell(self, cell: Cell) -> None:
        """Lists the rows of a cell: (true class, predicted class)."""
        self.opened = self._cursor = cell
        self._show_list()
        self.list.table.setFocus()
        self.update()

    @Slot()
    def close_cell(self) -> None:
        """Back to the matrix alone."""
        self.opened = None
        self._show_list()
        self.setFocus()
        self.update()

    def _places(self) -> NDArray[np.int64]:
        assert self._scored is not None
        assert self.opened is not None
        return self._scored.cell(*self.opened)

    def _words_of(self, places: NDArray[np.int64]) -> dict[str, list[str]]:
        """True class, answer and how sure it was, for rows at places of the part."""
        found, names = self._scored, self._classes
        assert found is not None
        sure = found.scores[places, found.answer[places]]
        return {
            tr("true"): [names[k] for k in found.truth[places]],
            tr("answer"): [names[k] for k in found.answer[places]],
            tr("probability") if found.probable else tr("output"): [probability(float(value), 4) for value in sure],
        }

    def _show_list(self) -> None:
        self.list.setVisible(self.opened is not None)
        if self.opened is None or self._scored is None:
            return
        places = self._places()
        rows = self._scored.rows[places]
        truth, answer = (self._classes[k] for k in self.opened)
        words = tr("{0} taken for {1}: {2}").format(truth, answer, rows_in_words(len(rows), self._scored.part))
        columns = {tr("row"): [f"{row + 1:,}" for row in rows.tolist()], **self._words_of(places)}
        self.list.show_rows(words, rows, columns, self.marks.row)
        self._place_list()

    def _place_list(self) -> None:
        """Beside the matrix where there is room for both, and else over it."""
        beside = self.width() // 2 if self.width() >= _BESIDE else 0
        self.list.setGeometry(beside, 0, self.width() - beside, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fits the list, too."""
        super().resizeEvent(event)
        self._place_list()

    # -- drawing -----------------------------------------------------------------------------------

    def _grid(self) -> QRectF:
        """All cells: broader than high where there is more room across, and beside the names as long as they are."""
        wide = self.width() // 2 if self.opened is not None and self.width() >= _BESIDE else self.width()
        metrics = QFontMetricsF(font(11, QFont.Weight.DemiBold))
        longest = max(map(metrics.horizontalAdvance, (tr("true"), *self._classes)))
        left = _EDGE + min(longest, _LONGEST_NAME) + _BESIDE_NAMES
        width = max(wide - left - _EDGE, 1.0)
        height = max(min(self.height() - 74.0, width), 1.0)
        return QRectF(left, 22, min(width, _BROADEST * height), height)

    def _size_of_cells(self) -> tuple[float, float]:
        """How broad and how high a cell is."""
        grid, count = self._grid(), max(len(self._classes), 1)
        return grid.width() / count, grid.height() / count

    def _box(self, cell: Cell) -> QRectF:
        grid, (wide, high) = self._grid(), self._size_of_cells()
        gap = 1.0 if min(wide, high) > _READABLE else 0.0
        box = QRectF(grid.left() + cell[1] * wide, grid.top() + cell[0] * high, wide, high)
        return box.adjusted(gap, gap, -gap, -gap)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """One cell for every pair of classes: right answers in the accent, errors in orange."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(colours().surface))
            if self._classes:
                self._paint_cells(painter)
                self._paint_cursor(painter)

    def _paint_cells(self, painter: QPainter) -> None:
        c, count = colours(), len(self._classes)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cell = min(self._size_of_cells())
        rows = np.maximum(self._counts.sum(axis=1), 1)
        fonts = [font(12 if cell > 30 else 10, weight) for weight in (QFont.Weight.Normal, QFont.Weight.DemiBold)]
        for i, j in np.ndindex(count, count):
            value, share = int(self._counts[i, j]), float(self._counts[i, j] / rows[i])
            box = self._box((i, j))
            strength = 0.06 + 0.94 * share**0.7 if value else 0.0
            painter.setPen(Qt.PenStyle.NoPen)
            ground = blend(c.accent if i == j else c.negative, strength, c.surface) if value else QColor(c.ground)
            painter.setBrush(ground)
            painter.drawRoundedRect(box, 3, 3)
            if cell > _READABLE:
                painter.setFont(fonts[i == j])
                painter.setPen(readable_on(ground) if value else QColor(c.quiet))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{value}")
        self._paint_names(painter, self._grid())

    def _paint_cursor(self, painter: QPainter) -> None:
        """The cell that the keyboard is at, or that is open."""
        shown = self.opened or (self._cursor if self.hasFocus() else None)
        if shown is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours().text), 1.6))
            painter.drawRoundedRect(self._box(shown), 3, 3)

    def _paint_names(self, painter: QPainter, grid: QRectF) -> None:
        metrics, c, (wide, high) = painter.fontMetrics(), colours(), self._size_of_cells()
        every = max(int(np.ceil(_READABLE / min(wide, high))), 1)
        names = grid.left() - _EDGE - _BESIDE_NAMES
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        centre = Qt.AlignmentFlag.AlignCenter
        for k in range(0, len(self._classes), every):
            chosen = k == self.marks.class_index
            painter.setFont(font(11, QFont.Weight.DemiBold if chosen else QFont.Weight.Normal))
            painter.setPen(QColor(c.accent if chosen else c.quiet))
            metrics = painter.fontMetrics()
            side = metrics.elidedText(self._classes[k], Qt.TextElideMode.ElideRight, int(np.ceil(names)))
            below = metrics.elidedText(self._classes[k], Qt.TextElideMode.ElideRight, int(wide * every))
            y, x = grid.top() + k * high, grid.left() + k * wide
            painter.drawText(QRectF(_EDGE - 2, y, names + 2, high * every), right, side)
            painter.drawText(QRectF(x, grid.bottom() + 4, wide * every, 14), centre, below)
        painter.setFont(font(11))
        painter.setPen(QColor(c.quiet))
        painter.drawText(QRectF(grid.left(), grid.bottom() + 24, grid.width(), 16), centre, tr("predicted"))
        painter.drawText(QRectF(_EDGE - 2, 2, names + 2, 16), right, tr("true"))

    # -- pointer and keys --------------------------------------------------------------------------

    def cell_at(self, position: QPointF) -> Cell | None:
        """(true class, predicted class) of the cell at a point, or None."""
        grid = self._grid()
        if not self._classes or not grid.contains(position):
            return None
        (wide, high), last = self._size_of_cells(), len(self._classes) - 1
        row, column = int((position.y() - grid.top()) / high), int((position.x() - grid.left()) / wide)
        return min(row, last), min(column, last)

    def name_at(self, position: QPointF) -> int:
        """The class whose name is at a point, at the left or below; -1 for none."""
        grid = self._grid()
        if not self._classes:
            return -1
        wide, high = self._size_of_cells()
        at_left = position.x() < grid.left() and grid.top() <= position.y() < grid.bottom()
        below = grid.bottom() < position.y() < grid.bottom() + 20 and grid.left() <= position.x() < grid.right()
        along = (position.y() - grid.top()) / high if at_left else (position.x() - grid.left()) / wide
        return min(int(along), len(self._classes) - 1) if at_left or below else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says in words what a cell counts."""
        cell = self.cell_at(event.position())
        if cell is None:
            QToolTip.hideText()
            return
        words = f"{self._said(cell)}\n{tr('Click to list them.')}"
        QToolTip.showText(event.globalPosition().toPoint(), words, self)

    def _said(self, cell: Cell) -> str:
        row, column = cell
        one, many = tr("{0} of {1} of {2} was taken for {3}"), tr("{0} of {1} of {2} were taken for {3}")
        whole = rows_in_words(int(self._counts[row].sum()), self._part)
        return counted(int(self._counts[row, column]), one, many, whole, self._classes[row], self._classes[column])

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Lists the rows of a cell, or marks the class whose name is clicked."""
        cell, name = self.cell_at(event.position()), self.name_at(event.position())
        if cell is not None:
            self.open_cell(cell)
        elif name >= 0:
            self.class_picked.emit(-1 if name == self.marks.class_index else name)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The arrows lead from cell to cell, Enter lists the rows of one."""
        key, last = Qt.Key(event.key()), len(self._classes) - 1
        if key in _ARROWS and self._classes:
            i, j = self._cursor or (0, 0)
            di, dj = _ARROWS[key] if self._cursor is not None else (0, 0)
            self._cursor = min(max(i + di, 0), last), min(max(j + dj, 0), last)
            self.setAccessibleDescription(self._said(self._cursor))
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None:
            self.open_cell(self._cursor)
        else:
            super().keyPressEvent(event)

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        self.list.show_theme()
