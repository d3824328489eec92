"""The values under the crosshair, beside it, where the title has no room for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gui.plots.linechart import LineChart
from gui.plots.overlay import Overlay
from gui.plots.strokes import Stroke
from gui.theme import colour, colours, font

_LINE, _EDGE, _SWATCH, _AWAY = 13.5, 4.0, 16.0, 8.0


@dataclass(frozen=True)
class Value:
    """One value: of which series, how that is drawn, and the number in words."""

    name: str
    words: str
    stroke: Stroke | None = None


class Readout(Overlay):
    """A small table beside the crosshair of a chart, on the side where there is more room."""

    def __init__(self, chart: LineChart) -> None:
        super().__init__(chart, 90.0)
        self._head, self._place = "", 0.0
        self.values: Sequence[Value] = ()
        self.hide()

    def show_values(self, place: float, head: str, values: Sequence[Value]) -> None:
        """Shows a heading and values at a place of the run, as many as there is room for."""
        self._place, self._head, self.values = place, head, values
        self.setVisible(bool(values))
        self.update()

    def _shown(self) -> list[Value]:
        """The values for which there is room, those of stronger lines first; an ellipsis stands for the others."""
        room = max(int((self.boundingRect().height() - 2 * _EDGE) / _LINE) - 1, 1)
        if len(self.values) <= room:
            return list(self.values)
        strongest = sorted(self.values, key=lambda value: -value.stroke.width if value.stroke else 0.0)
        return [*strongest[: room - 1], Value("…", "")]

    def paint(self, painter: QPainter, *_: Any) -> None:
        """The table on a ground through which the lines can still be seen."""
        c, frame, shown = colours(), self.boundingRect(), self._shown()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(11))
        wide = QFontMetricsF(painter.font()).horizontalAdvance
        names, words = (max(map(wide, column)) for column in zip(*((v.name, v.words) for v in shown), strict=True))
        width = 2 * _EDGE + max(wide(self._head), _SWATCH + names + 8.0 + words)
        x = self.chart.in_box(self._place, None).x()
        left = x + _AWAY if x < frame.width() / 2 else x - _AWAY - width
        left = max(min(left, frame.width() - width - 1.0), 1.0)
        box = QRectF(left, 2.0, width, 2 * _EDGE + _LINE * (len(shown) + 1))
        painter.setPen(QPen(QColor(c.line), 1.0))
        painter.setBrush(colour(c.surface, 0.92))
        painter.drawRoundedRect(box, 6, 6)
        inside = box.adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        line = QRectF(inside.left(), inside.top(), inside.width(), _LINE)
        painter.setPen(QColor(c.quiet))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._head)
        for value in shown:
            line.translate(0.0, _LINE)
            self._paint_value(painter, line, value)

    def _paint_value(self, painter: QPainter, line: QRectF, value: Value) -> None:
        c, middle = colours(), Qt.AlignmentFlag.AlignVCenter
        if value.stroke is not None:
            value.stroke.paint_sample(painter, line.left(), line.left() + _SWATCH - 4.0, line.center().y())
        painter.setPen(QColor(c.quiet))
        painter.drawText(line.adjusted(_SWATCH, 0, 0, 0), Qt.AlignmentFlag.AlignLeft | middle, value.name)
        painter.setPen(QColor(c.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, value.words)
