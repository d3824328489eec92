"""The activations: for each layer how its outputs spread, and how many of its units are saturated or dead."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import isfinite

import numpy as np
from PySide6.QtCore import QEvent, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolTip, QVBoxLayout, QWidget

from engine.activations import Array
from engine.plan import LayerPlan
from engine.probing.activity import Activity, LayerActivity
from engine.snapshot import Snapshot
from gui.amounts import counted_of
from gui.diagram.nodes import MUCH_SATURATED
from gui.plots.ages import age_in_words, rows_of
from gui.plots.binning import Picture, pictured
from gui.plots.histograms import Scale, bin_in_words, paint_bars
from gui.plots.titles import PanelTitle
from gui.plots.view import About, Empty, Table, View
from gui.scrolling import scrolling
from gui.selection import Selection, Unit, layer_of, name_in_plan
from gui.text import number, percent, tr
from gui.theme import colours, pixels

# The widths of the columns beside the histogram, which takes the rest.
_NAME, _SHARE = 68, 58
_MARGINS, _GAP = (16, 6, 16, 6), 10
# More units than this are not all named in a sentence.
_MOST_NAMED = 12
_NONE = "–"


# The columns: head, width in pixels (0: the rest), and what it is.
_HEADS = (
    ("layer", _NAME, ""),
    ("outputs a", 0, "How the outputs of all units spread. The height of a bar is the logarithm of its count."),
    (
        "saturated",
        _SHARE,
        "The share of units × rows at which the slope is below a twentieth of the steepest, or zero.",
    ),
    ("dead", _SHARE, "The units whose slope is zero at every training row, so that they cannot learn."),
    ("zero", _SHARE, "The share of outputs that are exactly zero."),
)


class Spread(QWidget):
    """The histogram of a layer's outputs, with the exact counts in a tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(48, 40)
        self.setMouseTracking(True)
        self._found: LayerActivity | None = None
        self._picture: Picture | None = None

    def show_layer(self, found: LayerActivity) -> None:
        """Shows the outputs of a layer."""
        if found is not self._found:
            self._found, self._picture = found, pictured([found.spread])
            self.update()

    def _box(self) -> QRectF:
        return QRectF(self.rect()).adjusted(0, 5, 0, -2)

    def words_at(self, x: float) -> str:
        """The bin at a place and its count, "" beside them."""
        if self._found is None or self._picture is None:
            return ""
        box = self._box()
        place = Scale(self._picture.edges, box.left(), box.right()).bin_at(x)
        return "" if place is None else bin_in_words(self._found.spread, self._picture, place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says what a bin holds."""
        words = self.words_at(event.position().x())
        QToolTip.showText(event.globalPosition().toPoint(), words, self)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The bars, where there is something to count."""
        if self._found is not None and self._picture is not None:
            with QPainter(self) as painter:
                paint_bars(painter, self._box(), self._picture, self._found.spread.mean, logarithmic=True)


class Gauge(QWidget):
    """A number in words over a bar as long as its share; nothing but the words where there is no share."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel()
        self._share, self._alarming = float("nan"), False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 10)
        layout.addWidget(self.label)

    def show_share(self, words: str, share: float, alarming: bool, more: str) -> None:
        """Shows a share in [0, 1], in orange when it is ``alarming``; ``more`` stands in the tooltip."""
        self.label.setText(words)
        self.setToolTip(more)
        if (share, alarming) != (self._share, self._alarming):
            self._share, self._alarming = share, alarming
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The bar on its ground."""
        if not isfinite(self._share):
            return
        c = colours()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            ground = QRectF(0, self.height() - 10, self.width(), 4)
            for tint, share in ((c.chip, 1.0), (c.negative if self._alarming else c.accent, self._share)):
                painter.setBrush(QColor(tint))
                if share > 0.0:
                    painter.drawRoundedRect(_part(ground, share), 2, 2)


def _part(ground: QRectF, share: float) -> QRectF:
    """The left part of a bar, so long that it is seen."""
    return QRectF(ground.left(), ground.top(), max(share * ground.width(), 4.0), ground.height())


class LayerRow(QWidget):
    """One layer. ``chosen(unit)`` when the row (its first unit) or a unit named in its sentence is clicked."""

    chosen = Signal(object)

    def __init__(self, column: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column, self._selected = column, False
        self.name, self.activation, self.sentence = QLabel(), QLabel(), QLabel(wordWrap=True)
        self.name.setProperty("role", "strong")
        self.activation.setProperty("role", "caption")
        self.sentence.setProperty("role", "note")
        self.sentence.setTextFormat(Qt.TextFormat.RichText)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse
                                              | Qt.TextInteractionFlag.LinksAccessibleByKeyboard)  # fmt: skip
        self.sentence.linkActivated.connect(self._choose)
        self.spread, self.saturated, self.dead, self.zeros = Spread(), Gauge(), Gauge(), Gauge()
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.name)
        names.addWidget(self.activation)
        grid = QGridLayout(self)
        grid.setContentsMargins(*_MARGINS)
        grid.setHorizontalSpacing(_GAP)
        grid.setVerticalSpacing(2)
        grid.addLayout(names, 0, 0)
        for place, part in enumerate((self.spread, self.saturated, self.dead, self.zeros), 1):
            grid.addWidget(part, 0, place)
        grid.addWidget(self.sentence, 1, 0, 1, 5)
        grid.setColumnStretch(1, 1)

    def show_layer(self, layer: LayerPlan, found: LayerActivity) -> None:
        """Shows what was counted of a layer."""
        name = name_in_plan(layer)
        parts = {self.name: _NAME, self.activation: _NAME}
        for part, width in (parts | dict.fromkeys((self.saturated, self.dead, self.zeros), _SHARE)).items():
            part.setFixedWidth(pixels(width))
        self.name.setText(name)
        self.activation.setText(tr(layer.activation.label))
        self.spread.show_layer(found)
        self.spread.setAccessibleName(tr("Outputs of {0}").format(name))
        spread, units, dead = found.spread, len(found.dead), int(found.dead.sum())
        ends = (number(value, 4) for value in (spread.low, spread.high, spread.mean))
        self.spread.setAccessibleDescription(tr("from {0} to {1}, mean {2}").format(*ends) if spread.finite else _NONE)
        much, shares = found.saturated, found.units_saturated
        self.saturated.show_share(percent(much), much, bool(_mostly_flat(found)), _flattest(shares))
        words = tr("{0} of {1}").format(f"{dead:,}", f"{units:,}") if found.can_die else _NONE
        self.dead.show_share(words, dead / units if found.can_die else float("nan"), dead > 0, "")
        self.zeros.show_share(percent(found.zeros), found.zeros, False, "")
        sentence, alarming = said_of(layer, found)
        if sentence != self.sentence.text():
            # A link that is being pressed stays.
            self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        tone = "warning" if alarming else ""
        if self.sentence.property("tone") != tone:
            self.sentence.setProperty("tone", tone)
            self.sentence.style().polish(self.sentence)

    def show_selected(self, selected: bool) -> None:
        """Marks the row, or no longer."""
        if selected != self._selected:
            self._selected = selected
            self.update()

    @Slot(str)
    def _choose(self, unit: str) -> None:
        self.chosen.emit(Unit(self._column, int(unit)))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Chooses the layer, but where a sentence has units of its own to choose."""
        if self.childAt(event.position().toPoint()) is not self.sentence:
            self.chosen.emit(Unit(self._column, 0))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The mark of what is selected."""
        if self._selected:
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(QColor(colours().accent), 1.0))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(4.5, 1.5, -4.5, -1.5), 8, 8)


def _mostly_flat(found: LayerActivity) -> list[int]:
    """The units that are flat at almost every row, but not dead."""
    with np.errstate(invalid="ignore"):
        return [int(i) for i in np.flatnonzero((found.units_saturated >= MUCH_SATURATED) & ~found.dead)]


def _flattest(shares: Array) -> str:
    """Which unit is flat most often."""
    known = np.nan_to_num(shares, nan=-1.0)
    most = int(known.argmax())
    if not known[most] > 0.0:
        return ""
    return tr("Most of all unit {0}: flat at {1} of the rows.").format(most + 1, percent(float(known[most])))


def said_of(layer: LayerPlan, found: LayerActivity) -> tuple[str, bool]:
    """What there is to say of a layer, as rich text in which units are links, and whether numbers are not finite."""
    units, dead, flat = len(found.dead), np.flatnonzero(found.dead).tolist(), _mostly_flat(found)
    if not found.spread.total:
        return "", False
    wrong = []
    if found.odd:
        wrong.append(tr("Outputs that are not finite: {0} of {1}.").format(f"{found.odd:,}", f"{found.spread.total:,}"))
    for which, *words in (
        (
            dead,
            tr("The only unit is dead: its slope is zero at every training row."),
            tr("{0} of {1} units is dead: its slope is zero at every training row."),
            tr("{0} of {1} units are dead: their slope is zero at every training row."),
        ),
        (
            flat,
            tr("The only unit is flat at nine of ten rows or more, so that hardly any gradient passes."),
            tr("{0} of {1} units is flat at nine of ten rows or more, so that hardly any gradient passes."),
            tr("{0} of {1} units are flat at nine of ten rows or more, so that hardly any gradient passes."),
        ),
    ):
        if which:
            wrong.append(f"{counted_of(len(which), units, *words)} {_links(which)}")
    if wrong:
        return " ".join(wrong), bool(found.odd)
    name = escape(tr(layer.activation.label))
    if layer.activation.mixes:
        return tr("{0} mixes the units of its layer: none is flat by itself, so there is no share.").format(name), False
    if not found.can_die:
        return tr("The loss is computed from z at once, so that no unit can be dead here."), False
    return "", False


def _links(units: Sequence[int]) -> str:
    """Units, counted from 1, as links; of very many the first ones."""
    tint = colours().accent
    found = [f'<a href="{unit}" style="color:{tint}">{unit + 1}</a>' for unit in units[:_MOST_NAMED]]
    if len(units) > _MOST_NAMED:
        found.append(tr("and {0} more").format(f"{len(units) - _MOST_NAMED:,}"))
    words = tr("Units {0}.") if len(units) > 1 else tr("Unit {0}.")
    return words.format(", ".join(found))


class ActivationsView(View):
    """A row for each layer: its outputs, the shares of saturated and dead units and of zeros, and what is wrong."""

    about = About(
        "Are units saturated or dead?",
        "Over units × rows: saturated is the share at which the slope of the activation is below a twentieth of the "
        "steepest it has, or zero; a unit is dead when its slope is zero at every training row, so that it cannot "
        "learn. Up to 256 training rows are counted, for dead units up to 4,096.",
        ("a = f(z)", "|f′(z)| < max |f′| / 20", "f′(z) = 0", "a = 0"),
    )
    probes = ("activations",)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = PanelTitle(tr("Activations"))
        self.rows: list[LayerRow] = []
        self._heads = self._make_heads()
        content = QWidget()
        self._list = QVBoxLayout(content)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._list.addStretch(1)
        self.area = scrolling(content)
        self.area.viewport().installEventFilter(self)
        self._empty = Empty(tr("What the units of every layer do appears here as soon as it is counted."), self.area)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(0)
        layout.addWidget(self._heads)
        layout.addWidget(self.area, 1)
        self._snapshot: Snapshot | None = None
        self._layer: int | None = None

    def _make_heads(self) -> QWidget:
        heads = QWidget()
        row = QHBoxLayout(heads)
        row.setContentsMargins(_MARGINS[0], 0, _MARGINS[2], 0)
        row.setSpacing(_GAP)
        for words, width, more in _HEADS:
            label = QLabel(tr(words))
            label.setProperty("role", "caption")
            label.setToolTip(tr(more))
            row.addWidget(label, 0 if width else 1)
        return heads

    @property
    def answer(self) -> Activity | None:
        """The newest answer that belongs to the network there is."""
        found = self._snapshot.probes.get("activations") if self._snapshot is not None else None
        if not isinstance(found, Activity) or self._snapshot is None:
            return None
        widths = [len(layer.dead) for layer in found.layers]
        return found if widths == [layer.units for layer in self._snapshot.plan.layers] else None

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows the newest answer there is."""
        self._snapshot = snapshot
        answer = self.answer
        self._heads.setVisible(answer is not None)
        for label, (_, width, _) in zip(self._heads.findChildren(QLabel), _HEADS, strict=True):
            if width:
                label.setFixedWidth(pixels(width))
        self._empty.setVisible(answer is None)
        layers = answer.layers if answer is not None else ()
        while len(self.rows) < len(layers):
            row = LayerRow(len(self.rows) + 1)
            row.chosen.connect(self.selected)
            self._list.insertWidget(len(self.rows), row)
            self.rows.append(row)
        for index, row in enumerate(self.rows):
            row.setVisible(index < len(layers))
            row.show_selected(index == self._layer)
        for row, layer, found in zip(self.rows, snapshot.plan.layers, layers, strict=False):
            row.show_layer(layer, found)
        words = ""
        if answer is not None:
            age = age_in_words(snapshot.step, answer.step)
            words = " · ".join(filter(None, (rows_of(answer.rows, answer.all_rows), age)))
        self.title.show_note(words)

    def show_selection(self, selection: Selection) -> None:
        """Marks the layer in which something is selected, and brings it into sight."""
        self._layer = layer_of(selection)
        for index, row in enumerate(self.rows):
            row.show_selected(index == self._layer)
            if index == self._layer and row.isVisibleTo(self):
                self.area.ensureWidgetVisible(row, 0, 0)

    def table(self) -> Table | None:
        """Every unit: its layer, its number from 1, the share of rows at which it is flat, whether it is dead."""
        answer = self.answer
        if answer is None or self._snapshot is None:
            return None
        names = [name_in_plan(layer) for layer in self._snapshot.plan.layers]
        sizes = [len(layer.dead) for layer in answer.layers]
        return Table(
            {
                "layer": np.repeat(names, sizes),
                "unit": np.concatenate([np.arange(1, size + 1) for size in sizes]),
                "saturated": np.concatenate([layer.units_saturated for layer in answer.layers]),
                "dead": np.concatenate([layer.dead for layer in answer.layers]),
            }
        )

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme: links have their colour in the text."""
        if event.type() == QEvent.Type.StyleChange and self._snapshot is not None:
            self.show_snapshot(self._snapshot)
        super().changeEvent(event)

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The heads stand over their columns, whether there is a bar to scroll with or not."""
        if event.type() == QEvent.Type.Resize:
            beside = self.area.width() - self.area.viewport().width()
            self._heads.setContentsMargins(0, 0, beside, 0)
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keeps the words for an empty view in the middle."""
        super().resizeEvent(event)
        self._empty.setGeometry(self.area.rect().adjusted(16, 0, -16, 0))
