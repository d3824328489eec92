"""Curves over steps: what the loss and the weight magnitudes have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.history import Numbers
from gui.plots.axes import dress, new_plot
from gui.plots.ticks import held_range, round_up
from gui.plots.titles import PanelTitle, series_pen
from gui.text import number, tr
from gui.theme import colour, colours

_SMALLEST = 1e-12
# So many pixels wide, an empty plot has room around its words.
_ROOM_FOR_AIR = 260


class TimePlot(QWidget):
    """Several series over the step, with exact values under the pointer.

    ``draw(steps, series)`` is idempotent. ``switched(key, on)`` when a switch of the title is clicked.
    """

    switched = Signal(str, bool)
    # Whether a single point is something to show.
    says_single = False

    def __init__(
        self,
        title: str,
        unit: str,
        switches: tuple[tuple[str, str, str], ...],
        empty: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.title = PanelTitle(title, switches)
        self.title.switched.connect(self.switched)
        self._unit = unit
        self._steps: Numbers = np.empty(0)
        self._series: dict[str, Numbers] = {}
        self._logarithmic = False
        self.plot = new_plot(title)
        self.plot.setMinimumHeight(120)
        item = self.plot.getPlotItem()
        item.showGrid(y=True, alpha=0.25)
        item.disableAutoRange()
        self._following = True
        self._held: tuple[float, float] | None = None
        item.vb.sigRangeChangedManually.connect(self._stop_following)
        self._curves: list[Any] = []
        self._band = pg.PlotDataItem(connect="all")
        self.plot.addItem(self._band)
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.setVisible(False)
        self.plot.addItem(self._cursor, ignoreBounds=True)
        self.plot.scene().sigMouseMoved.connect(self._point_at)
        self.plot.scene().sigMouseClicked.connect(self._maybe_fit)
        self._empty = QLabel(empty, self.plot)
        self._empty.setProperty("role", "quiet")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 8, 4)
        layout.setSpacing(0)
        layout.addWidget(self.plot)
        self.show_theme()

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        c = colours()
        dress(self.plot, self._unit, tr("step"))
        self._cursor.setPen(pg.mkPen(QColor(c.faint)))
        self._band.setPen(pg.mkPen(colour(c.series[0], 0.16)))
        for index, curve in enumerate(self._curves):
            curve.setPen(series_pen(index))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.show_theme()
        super().changeEvent(event)

    @property
    def logarithmic(self) -> bool:
        """Whether the axis of values is logarithmic."""
        return self._logarithmic

    def set_logarithmic(self, on: bool) -> None:
        """A logarithmic axis of values, or a linear one."""
        self._logarithmic = on
        self.plot.getPlotItem().setLogMode(y=on)
        self.follow()

    def draw(
        self, steps: Numbers, series: dict[str, Numbers], band: tuple[Numbers, Numbers, Numbers] | None = None
    ) -> None:
        """Draws series over ``steps``; ``band`` is (steps, low, high) drawn faint behind them."""
        self._steps, self._series = steps, series
        self.title.show_legend(tuple(series))
        while len(self._curves) < len(series):
            curve = pg.PlotDataItem(antialias=True, pen=series_pen(len(self._curves)))
            self.plot.addItem(curve)
            self._curves.append(curve)
        for index, curve in enumerate(self._curves):
            curve.setVisible(index < len(series))
        for curve, values in zip(self._curves, series.values(), strict=False):
            curve.setData(steps, np.maximum(values, _SMALLEST) if self._logarithmic else values, connect="finite")
        if band is not None:
            self._draw_band(*band)
        self._empty.setVisible(not series or (len(steps) < 2 and not self.says_single))
        if self._following:
            self._fit()

    def show_empty(self, words: str) -> None:
        """What is said where there is nothing to draw."""
        self._empty.setText(words)

    def follow(self) -> None:
        """Shows everything, now and as more comes."""
        self._following, self._held = True, None
        self._fit()

    @Slot()
    def _stop_following(self) -> None:
        self._following = False

    def _fit(self) -> None:
        """Ranges that hold all series and change seldom, because a moving axis is drawn anew each time."""
        values = np.concatenate([v[np.isfinite(v)] for v in self._series.values()]) if self._series else np.empty(0)
        box = self.plot.getPlotItem().vb
        if len(values) == 0:
            box.setRange(xRange=(0.0, 10.0), yRange=(0.0, 1.0), padding=0.02)
            return
        if self._logarithmic:
            values = np.log10(np.maximum(values, _SMALLEST))
        low, high = float(values.min()), float(values.max())
        if self._logarithmic:
            self._held = (low - 0.05, high + 0.05) if self._held is None or low < self._held[0] else self._held
            self._held = (self._held[0], max(self._held[1], high + 0.05))
        else:
            self._held = held_range(self._held, low, high)
        right = round_up(max(float(self._steps[-1]), 10.0))
        box.setRange(xRange=(0.0, right), yRange=self._held, padding=0.02)

    def _draw_band(self, steps: Numbers, low: Numbers, high: Numbers) -> None:
        """A zigzag between minimum and maximum shows the spread of single batches, however many there are."""
        zigzag = np.stack([low, high], axis=1).ravel()
        twice = np.repeat(steps, 2)
        self._band.setData(twice, np.maximum(zigzag, _SMALLEST) if self._logarithmic else zigzag)

    def resizeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        """Keeps the words for an empty plot in the middle, with air around them where there is room for it."""
        super().resizeEvent(event)
        left, right = (72, 24) if self.plot.width() >= _ROOM_FOR_AIR else (50, 4)
        self._empty.setGeometry(self.plot.rect().adjusted(left, 0, -right, -30))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Takes the crosshair away with the pointer."""
        self._cursor.setVisible(False)
        self.title.show_note("")
        super().leaveEvent(event)

    @Slot(object)
    def _point_at(self, position: QPointF) -> None:
        """Shows the exact values of the recorded step nearest to the pointer."""
        if len(self._steps) == 0:
            return
        step = self.plot.getPlotItem().vb.mapSceneToView(position).x()
        nearest = int(np.abs(self._steps - step).argmin())
        self._cursor.setValue(self._steps[nearest])
        self._cursor.setVisible(True)
        values = "   ".join(
            f"{name} {number(float(values[nearest]), 4)}"
            for name, values in self._series.items()
            if np.isfinite(values[nearest])
        )
        self.title.show_note(f"{tr('step')} {int(self._steps[nearest]):,}   {values}")

    @Slot(object)
    def _maybe_fit(self, event: Any) -> None:
        """A double click shows everything again."""
        if event.double():
            self.follow()
