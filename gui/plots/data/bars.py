"""Bars that say how many rows of each class there are: training filled, test hollow, with numbers and shares."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from gui.plots.data.counting import Counts
from gui.text import tr
from gui.theme import colour, colours, font, pixels

# In pixels at the usual size of the type.
_ROW, _ABOVE, _BAR, _GAP = 40, 6, 12, 3
_LEFT, _NAME, _FIGURES = 16, 132, 104


def in_figures(count: int, share: float) -> str:
    """Rows and share as they stand at a bar: "105 · 33.3 %"."""
    return f"{count:,} · {100.0 * share:.1f} %"


class ClassBars(QWidget):
    """Two bars for each class. ``picked(class)`` when one is clicked, or chosen with the keys; -1 for it again."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Rows by class"))
        self._classes: tuple[str, ...] = ()
        self._counts = Counts(np.zeros((2, 0), np.int64))
        self._class, self._at = -1, 0

    def show_counts(self, classes: tuple[str, ...], counts: Counts) -> None:
        """Draws other counts."""
        self._classes, self._counts = classes, counts
        self._at = min(self._at, max(len(classes) - 1, 0))
        self.setMinimumHeight(len(classes) * pixels(_ROW) + 8)
        self.setAccessibleDescription("; ".join(map(self.words_of, range(len(classes)))))
        self.update()

    def show_class(self, which: int) -> None:
        """Lets a class stand out; -1: none."""
        self._class = which
        if which >= 0:
            self._at = which
        self.update()

    def words_of(self, which: int) -> str:
        """A class in words: its rows in both parts, and their shares."""
        rows, shares = self._counts.rows[:, which], self._counts.shares[:, which]
        training, test = (in_figures(int(rows[part]), float(shares[part])) for part in (0, 1))
        return tr("{0}: training {1}, test {2}").format(self._classes[which], training, test)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """All bars."""
        return QSize(320, len(self._classes) * pixels(_ROW) + 8)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows another size of the type."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.setMinimumHeight(len(self._classes) * pixels(_ROW) + 8)

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The bars of the classes that can be seen."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(event.rect(), QColor(colours().surface))
            first, last = event.rect().top() // pixels(_ROW), event.rect().bottom() // pixels(_ROW)
            for which in range(max(first, 0), min(last + 1, len(self._classes))):
                self._paint_class(painter, which)

    def _paint_class(self, painter: QPainter, which: int) -> None:
        c, top, chosen = colours(), which * pixels(_ROW) + 4, which == self._class
        tint = QColor(c.series[which % len(c.series)])
        faint = colour(tint.name(), 1.0 if self._class in (-1, which) else 0.3)
        line = QRectF(8, top + 1, self.width() - 16, pixels(_ROW) - 3)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.accent_soft))
            painter.drawRoundedRect(line, 6, 6)
        if self.hasFocus() and which == self._at:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(c.accent), 1))
            painter.drawRoundedRect(line, 6, 6)
        painter.setFont(font(12, QFont.Weight.DemiBold if chosen else QFont.Weight.Normal))
        painter.setPen(QColor(c.text))
        name = painter.fontMetrics().elidedText(self._classes[which], Qt.TextElideMode.ElideMiddle, pixels(_NAME) - 12)
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(_LEFT, top, pixels(_NAME) - 12, pixels(_ROW)), side, name)
        for part in (0, 1):
            self._paint_bar(painter, which, part, faint)

    def _paint_bar(self, painter: QPainter, which: int, part: int, tint: QColor) -> None:
        c, shares = colours(), self._counts.shares
        room = max(self.width() - _LEFT - pixels(_NAME) - pixels(_FIGURES), 20)
        length = room * float(shares[part, which]) / max(float(shares.max()), 1e-9)
        top = which * pixels(_ROW) + 4 + pixels(_ABOVE) + part * pixels(_BAR + _GAP)
        box = QRectF(_LEFT + pixels(_NAME), top, max(length, 1.0), pixels(_BAR))
        painter.setPen(Qt.PenStyle.NoPen if part == 0 else QPen(tint, 1.4))
        painter.setBrush(tint if part == 0 else QColor(c.surface))
        if part:
            box.adjust(0.7, 0.7, -0.7, -0.7)
        painter.drawRoundedRect(box, 2, 2)
        painter.setFont(font(11))
        painter.setPen(QColor(c.quiet))
        words = in_figures(int(self._counts.rows[part, which]), float(shares[part, which]))
        painter.drawText(QPointF(_LEFT + pixels(_NAME) + max(length, 1.0) + 8, top + pixels(_BAR) - 2), words)

    # -- wishes ----------------------------------------------------------------------------------

    def class_at(self, position: QPointF) -> int:
        """The class at a place, -1 for none."""
        which = int((position.y() - 4) // pixels(_ROW))
        return which if 0 <= which < len(self._classes) else -1

    def _pick(self, which: int) -> None:
        if which >= 0:
            self._at = which
            self.picked.emit(-1 if which == self._class else which)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Chooses the class under the pointer, or no longer."""
        self._pick(self.class_at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says in words what the bars are."""
        which = self.class_at(event.position())
        if which < 0:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPosition().toPoint(), self.words_of(which), self)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Up and down move through the classes, Enter chooses one."""
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if by and self._classes:
            self._at = min(max(self._at + by, 0), len(self._classes) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._classes:
            self._pick(self._at)
        else:
            super().keyPressEvent(event)
