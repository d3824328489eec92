"""A small curve of the learning rate over the run, as the schedule will have it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from engine.schedules import Schedule
from gui.text import number, tr
from gui.theme import colour, colours, font

_POINTS = 241
_CURVE, _CAPTION = 34, 18


class ScheduleCurve(QWidget):
    """Shows schedule, learning rate and length of a run; nothing where the rate never changes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Learning rate over the run"))
        self.setMouseTracking(True)
        self.factors: tuple[float, ...] = ()
        self.words = ""
        self._rate, self._epochs = 0.0, 0

    def show_schedule(self, schedule: Schedule, rate: float, epochs: int) -> None:
        """Draws the factor from the first epoch to the last; one that watches the loss says so instead."""
        self._rate, self._epochs = rate, epochs
        at = np.linspace(0.0, epochs, _POINTS)
        self.factors = () if schedule.watches else tuple(schedule.factor(float(t), epochs) for t in at)
        if schedule.watches:
            self.words = tr("follows the loss: no curve beforehand")
        else:
            self.words = f"{tr('rate')} {' → '.join(number(rate * factor) for factor in self._landmarks())}"
        flat = len(set(self.factors)) == 1
        self.setVisible(not flat)
        self.setFixedHeight(_CAPTION + (_CURVE if self.factors else 0))
        self.setAccessibleDescription(self.words)
        self.setToolTip(self.words)
        self.update()

    def _landmarks(self) -> list[float]:
        """The first factor, the highest where it lies in between, and the last."""
        first, last, top = self.factors[0], self.factors[-1], max(self.factors)
        return [first, *([top] if top > max(first, last) else []), last]

    def _area(self) -> QRectF:
        return QRectF(1, 4, self.width() - 2, _CURVE - 6)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The curve over its ground, and the words under it."""
        c, area = colours(), self._area()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.factors:
                top = max(max(self.factors), 1e-12)
                xs = np.linspace(area.left(), area.right(), len(self.factors))
                points = [
                    QPointF(float(x), area.bottom() - f / top * area.height())
                    for x, f in zip(xs, self.factors, strict=True)
                ]
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour(c.accent, 0.10))
                painter.drawPolygon(QPolygonF([area.bottomLeft(), *points, area.bottomRight()]))
                painter.setPen(QPen(QColor(c.line), 1.0))
                painter.drawLine(area.bottomLeft(), area.bottomRight())
                painter.setPen(QPen(QColor(c.accent), 1.6))
                painter.drawPolyline(QPolygonF(points))
            painter.setFont(font(11))
            painter.setPen(QColor(c.quiet))
            below = QRectF(0, self.height() - _CAPTION, self.width(), _CAPTION)
            short = painter.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, short)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says the rate at the epoch under the pointer."""
        if self.factors:
            area = self._area()
            share = min(max((event.position().x() - area.left()) / area.width(), 0.0), 1.0)
            factor = self.factors[round(share * (len(self.factors) - 1))]
            words = tr("epoch {0}: rate {1}").format(number(share * self._epochs), number(self._rate * factor, 4))
            QToolTip.showText(event.globalPosition().toPoint(), words, self)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws again in the colours of another theme."""
        if event.type() == QEvent.Type.StyleChange:
            self.update()
        super().changeEvent(event)
