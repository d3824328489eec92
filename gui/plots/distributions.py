"""The distributions: how weights, biases, sums, activations and gradients of each layer spread, now and over time."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.probing.distributions import QUANTITIES, Distributions
from engine.snapshot import Snapshot
from gui.fields import ChoiceField
from gui.plots.ages import age_in_words, rows_of
from gui.plots.histograms import ramp_image
from gui.plots.layertiles import LayerTiles
from gui.plots.tileplot import Tile
from gui.plots.titles import PanelTitle
from gui.plots.titlewords import Note
from gui.plots.view import About, Empty, Table, View
from gui.scrolling import scrolling
from gui.selection import Selection, Unit, layer_of, name_in_plan
from gui.text import tr
from gui.theme import colours, font

# What belongs to rows and not to the layer alone.
_OF_ROWS = ("sums", "activations", "gradients")


class Ramp(QWidget):
    """What the colours of the heat map mean: from a single number to the most."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Colours of the heat map"))
        self.setToolTip(tr("The colour of one value in a bin, to that of the fullest bin of the layer."))
        self.setFixedSize(QSize(112, 18))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The ramp between its two words."""
        with QPainter(self) as painter:
            painter.drawImage(QRectF(14, 5, 60, 8), ramp_image())
            painter.setFont(font(11))
            painter.setPen(QColor(colours().quiet))
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, 0, 12, 18), middle | Qt.AlignmentFlag.AlignLeft, "1")
            painter.drawText(QRectF(78, 0, 34, 18), middle | Qt.AlignmentFlag.AlignLeft, tr("most"))


class DistributionsView(View):
    """A small plot for each layer: a histogram of now, or a heat map of all that was counted since it is looked at."""

    about = About(
        "How do weights, biases, sums, activations and gradients spread, now and over time?",
        "Every number of a layer is counted in one of up to 48 equal bins, whose limits are multiples of a power of "
        "two; the mark is the mean. Sums and activations are those of up to 256 training rows as the network answers; "
        "a gradient is the slope of the mean loss of these rows, without penalties.",
        ("z = Σ w·x + b", "a = f(z)", "dL/dw,  L = Σ Lᵢ / n", "μ = Σ v / n", "σ = √(Σ (v − μ)² / n)"),
    )
    probes = ("distributions",)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = PanelTitle(
            tr("Distributions"),
            (
                ("time", tr("over time"), tr("A heat map over the steps instead of the histograms of now")),
                ("log", tr("log"), tr("Logarithmic counts, so that bins with few values are seen beside full ones")),
            ),
        )
        self.title.switched.connect(self._switch)
        choices = [(each.key, each.label) for each in QUANTITIES]
        self.quantity = ChoiceField(choices, tr("Quantity"), tr("What is counted of each layer."))
        for each in QUANTITIES:
            self.quantity.explain(each.key, tr(each.about))
        self.quantity.chosen.connect(self._choose)
        self.note, self.ramp = Note(), Ramp()
        self.note.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.ramp.hide()
        self.tiles = LayerTiles()
        self.tiles.setAccessibleName(tr("Distributions"))
        self.tiles.chosen.connect(self._select)
        self.tiles.said.connect(self._say)
        self.area = scrolling(self.tiles)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.viewport().installEventFilter(self)
        self._empty = Empty(tr("Histograms of every layer appear here as soon as they are counted."), self.area)
        self._lay_out()
        self._snapshot: Snapshot | None = None
        self._shown: tuple[object, ...] = ()
        self._over_time, self._logarithmic = False, False

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 16, 4)
        row.setSpacing(12)
        row.addWidget(self.quantity)
        row.addWidget(self.note, 1)
        row.addWidget(self.ramp)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self.area, 1)

    @property
    def answer(self) -> Distributions | None:
        """The newest answer that belongs to the network there is."""
        found = self._snapshot.probes.get("distributions") if self._snapshot is not None else None
        if not isinstance(found, Distributions) or self._snapshot is None:
            return None
        return found if len(found.now.histograms["weights"]) == len(self._snapshot.plan.layers) else None

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draws the newest answer there is."""
        self._snapshot = snapshot
        answer = self.answer
        self._empty.setVisible(answer is None)
        names = tuple(name_in_plan(layer) for layer in snapshot.plan.layers)
        shown = (answer, names, self.quantity.key, self._over_time, self._logarithmic)
        if shown != self._shown:
            self._shown = shown
            tiles = self._tiles(answer, names) if answer is not None else ()
            self.tiles.show_tiles(tiles, self._over_time, self._logarithmic)
        self._describe(snapshot, answer)

    def _tiles(self, answer: Distributions, names: tuple[str, ...]) -> tuple[Tile, ...]:
        key = self.quantity.key
        moments = answer.moments if self._over_time else answer.moments[-1:]
        steps = tuple(moment.step for moment in moments)
        tiles = []
        for layer, name in enumerate(names):
            found = tuple(moment.histograms[key][layer] for moment in moments)
            tiles.append(Tile(name, steps, found, self._missing(answer, any(each.finite for each in found), layer)))
        return tuple(tiles)

    def _missing(self, answer: Distributions, known: bool, layer: int) -> str:
        """Why there is nothing to draw of a layer, "" where there is."""
        key = self.quantity.key
        if known:
            return ""
        if answer.now.histograms[key][layer].odd:
            return tr("No number is finite.")
        if key == "biases":
            return tr("This layer has no biases.")
        return tr("There are no training rows.")

    def _describe(self, snapshot: Snapshot, answer: Distributions | None) -> None:
        """What was counted, and when."""
        if answer is None:
            self.note.setText("")
            return
        found = answer.now.histograms[self.quantity.key]
        counted, total = (sum(values) for values in zip(*((h.counted, h.total) for h in found), strict=True))
        parts = [tr("{0} of {1} values counted").format(f"{counted:,}", f"{total:,}")] if counted < total else []
        if self.quantity.key in _OF_ROWS:
            parts.append(rows_of(answer.rows, answer.all_rows))
        if self._over_time:
            parts.append(tr("since step {0}").format(f"{answer.moments[0].step:,}"))
        parts.append(age_in_words(snapshot.step, answer.step))
        words = " · ".join(filter(None, parts))
        self.note.setText(words)
        self.note.setToolTip("\n".join(filter(None, (words, tr(QUANTITIES[self.quantity.key].about)))))

    @Slot(str, bool)
    def _switch(self, key: str, on: bool) -> None:
        if key == "time":
            self._over_time = on
            self.ramp.setVisible(on)
        else:
            self._logarithmic = on
        self._choose()

    @Slot()
    def _choose(self) -> None:
        self.quantity.updateGeometry()
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)

    @Slot(int)
    def _select(self, layer: int) -> None:
        self.selected.emit(Unit(layer + 1, 0))

    @Slot(str, object)
    def _say(self, words: str, step: int | None) -> None:
        self.title.show_note(words)
        self.tiles.show_step(step)
        self.pointed.emit(step)

    def show_selection(self, selection: Selection) -> None:
        """Marks the layer in which something is selected, and brings it into sight."""
        layer = layer_of(selection)
        self.tiles.show_layer(layer)
        if layer is not None and layer < len(self.tiles.tiles):
            left, top, width, height = map(int, self.tiles.grid().box(layer))
            self.area.ensureVisible(left + width // 2, top + height // 2, 0, height // 2)

    def show_pointer(self, step: float | None) -> None:
        """Marks a step in the heat maps."""
        self.tiles.show_step(step)

    def table(self) -> Table | None:
        """Every bin of the quantity shown: layer, step, limits, count; over time those of all moments."""
        answer = self.answer
        if answer is None or self._snapshot is None:
            return None
        moments = answer.moments if self._over_time else answer.moments[-1:]
        names = [name_in_plan(layer) for layer in self._snapshot.plan.layers]
        found = [
            (name, moment.step, histogram)
            for layer, name in enumerate(names)
            for moment in moments
            for histogram in (moment.histograms[self.quantity.key][layer],)
        ]
        sizes = [len(histogram.counts) for _, _, histogram in found]
        limits = [histogram.bins.edges for _, _, histogram in found]
        return Table(
            {
                "layer": np.repeat([name for name, _, _ in found], sizes),
                "step": np.repeat([step for _, step, _ in found], sizes),
                "from": np.concatenate([each[:-1] for each in limits]),
                "to": np.concatenate([each[1:] for each in limits]),
                "count": np.concatenate([histogram.counts for _, _, histogram in found]),
            }
        )

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The tiles fill what is in sight of them."""
        if event.type() == QEvent.Type.Resize:
            self.tiles.fit_to(self.area.viewport().height())
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keeps the words for an empty plot in the middle."""
        super().resizeEvent(event)
        self._empty.setGeometry(self.area.rect().adjusted(16, 0, -16, 0))
