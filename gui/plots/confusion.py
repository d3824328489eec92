"""The confusion matrix: which classes are taken for which."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from engine.snapshot import Snapshot
from gui.text import tr
from gui.theme import blend, colours, font, readable_on


def confusion_counts(truth: NDArray[np.int64], guess: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """How often class i (row) was taken for class j (column), shape (classes, classes)."""
    counts = np.bincount(truth * classes + guess, minlength=classes * classes)
    return counts.reshape(classes, classes)


class ConfusionMatrix(QWidget):
    """Shows the test rows of a snapshot, or the training rows when none are held out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(180, 180)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Confusion matrix"))
        self._counts: NDArray[np.int64] = np.empty((0, 0), np.int64)
        self._classes: tuple[str, ...] = ()
        self._part = ""

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Counts and draws another instant."""
        data, evaluation = snapshot.data, snapshot.evaluation
        tested = len(data.y_test) > 0
        truth = data.y_test if tested else data.y_train
        output = evaluation.outputs_test if tested else evaluation.outputs_train
        self._part = tr("test rows") if tested else tr("training rows")
        self._classes = data.classes
        self._counts = confusion_counts(truth, data.labels(output, snapshot.plan.loss.threshold), len(data.classes))
        self.update()

    def _grid(self) -> QRectF:
        side = min(self.width() - 100.0, self.height() - 74.0)
        return QRectF(84, 22, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """One cell for every pair of classes: right answers in the accent, errors in orange."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(colours().surface))
            if self._classes:
                self._paint_cells(painter)

    def _paint_cells(self, painter: QPainter) -> None:
        c, count = colours(), len(self._classes)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        grid = self._grid()
        cell = grid.width() / count
        rows = np.maximum(self._counts.sum(axis=1), 1)
        for i in range(count):
            for j in range(count):
                value, share = int(self._counts[i, j]), float(self._counts[i, j] / rows[i])
                box = QRectF(grid.left() + j * cell, grid.top() + i * cell, cell, cell).adjusted(1, 1, -1, -1)
                strength = 0.06 + 0.94 * share**0.7 if value else 0.0
                painter.setPen(Qt.PenStyle.NoPen)
                ground = blend(c.accent if i == j else c.negative, strength, c.surface) if value else QColor(c.ground)
                painter.setBrush(ground)
                painter.drawRoundedRect(box, 3, 3)
                painter.setFont(font(12 if cell > 30 else 10, QFont.Weight.DemiBold if i == j else QFont.Weight.Normal))
                painter.setPen(readable_on(ground) if value else QColor(c.quiet))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{value}")
        self._paint_names(painter, grid, cell)

    def _paint_names(self, painter: QPainter, grid: QRectF, cell: float) -> None:
        painter.setFont(font(11))
        metrics = painter.fontMetrics()
        painter.setPen(QColor(colours().quiet))
        for k, name in enumerate(self._classes):
            side = metrics.elidedText(name, Qt.TextElideMode.ElideRight, 66)
            below = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(cell))
            y, x = grid.top() + k * cell, grid.left() + k * cell
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(10, y, 68, cell), right, side)
            painter.drawText(QRectF(x, grid.bottom() + 4, cell, 14), Qt.AlignmentFlag.AlignCenter, below)
        centre = Qt.AlignmentFlag.AlignCenter
        painter.drawText(QRectF(grid.left(), grid.bottom() + 24, grid.width(), 16), centre, tr("predicted"))
        painter.drawText(QRectF(10, 2, 68, 16), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tr("true"))

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """(true class, predicted class) of the cell at a point, or None."""
        grid = self._grid()
        if not self._classes or not grid.contains(position):
            return None
        cell = grid.width() / len(self._classes)
        last = len(self._classes) - 1
        row, column = int((position.y() - grid.top()) / cell), int((position.x() - grid.left()) / cell)
        return min(row, last), min(column, last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says in words what a cell counts."""
        cell = self.cell_at(event.position())
        if cell is None:
            QToolTip.hideText()
            return
        row, column = cell
        words = tr("{0} of {1} {2} that are {3} were taken for {4}").format(
            self._counts[row, column], self._counts[row].sum(), self._part, self._classes[row], self._classes[column]
        )
        QToolTip.showText(event.globalPosition().toPoint(), words, self)
