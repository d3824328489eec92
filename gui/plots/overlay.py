"""What lies over or under the lines of a chart, in pixels of its inside."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtWidgets import QGraphicsObject

from gui.plots.linechart import LineChart


class Overlay(QGraphicsObject):
    """Covers the inside of a chart at some height and follows it; clicks pass through it."""

    def __init__(self, chart: LineChart, height: float) -> None:
        super().__init__(chart.getViewBox())
        self.chart = chart
        self.setZValue(height)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        chart.moved.connect(self._follow)

    @Slot()
    def _follow(self) -> None:
        self.prepareGeometryChange()
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """The inside of the chart."""
        return QRectF(self.chart.getViewBox().rect())
