"""Effects: what the network answers while one input runs over its range and all others are held at the traced row."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from engine.history import Numbers
from engine.probing.effects import Effects
from engine.snapshot import Snapshot
from gui.diagram.viewbar import Picker
from gui.pages.bars import Bar, RowSlider, mini_button
from gui.pages.classlist import ClassList
from gui.pages.effectshapes import Drawn, drawn, heights
from gui.pages.numberscale import in_words
from gui.pages.page import Page
from gui.pages.scored import gives_probabilities
from gui.plots.ages import age_in_words
from gui.plots.ticks import round_ticks
from gui.plots.tiles import Grid
from gui.plots.titles import series_pen
from gui.plots.view import About, Table
from gui.scrolling import scrolling
from gui.selection import output_names
from gui.text import number, shortened, tr
from gui.theme import colour, colours, font

_ALL = ""
# So many letters of a name stand on the button.
_LETTERS = 14
# Room around a curve for its name, its numbers, and what is beside it.
_LEFT, _TOP, _RIGHT, _BOTTOM = 34.0, 22.0, 10.0, 18.0
_LARGE = 46.0
# An input beside others is at least so large, in pixels.
_LEAST = 138, 96


class EffectCurves(QWidget):
    """Paints the inputs side by side, or one of them large. ``chosen(name)`` when one is clicked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Effects of the inputs"))
        self.inputs: list[Drawn] = []
        self._range = (0.0, 1.0)
        self._names: tuple[str, ...] = ()
        self._class = -1
        self.large = False
        self._cursor = 0

    def show_inputs(
        self, inputs: list[Drawn], between: tuple[float, float], names: tuple[str, ...], chosen: int, large: bool
    ) -> None:
        """Shows inputs over one range of answers; ``names`` are those of the answers by index."""
        self.inputs, self._range, self._names, self._class, self.large = inputs, between, names, chosen, large
        self.arrange()
        self.update()

    def arrange(self) -> None:
        """Becomes at least as high as all of them need."""
        self.setMinimumHeight(0 if self.large else self._grid(0).full_height)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Arranges the inputs anew."""
        super().resizeEvent(event)
        self.arrange()

    def _grid(self, height: int) -> Grid:
        return Grid.filling(len(self.inputs), self.width(), height, _LEAST)

    def area(self, place: int) -> QRectF:
        """Where the curve of an input is, in pixels."""
        x, y, width, height = self._grid(self.height()).box(place)
        left, bottom = (_LARGE, _LARGE - 8) if self.large else (_LEFT, _BOTTOM)
        return QRectF(x + left, y + _TOP, width - left - _RIGHT, height - _TOP - bottom)

    # -- painting ----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Every input that is in sight."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(colours().surface))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for place, each in enumerate(self.inputs):
                area = self.area(place)
                if area.adjusted(-_LEFT, -_TOP, 0, _LARGE).intersects(QRectF(event.rect())):
                    marked = self.hasFocus() and place == self._cursor and not self.large
                    self._paint_axes(painter, each, area, marked)
                    painter.save()
                    painter.setClipRect(area.adjusted(-1, -1, 1, 1))
                    (self._paint_bars if each.labels else self._paint_curves)(painter, each, area)
                    painter.restore()

    def _paint_axes(self, painter: QPainter, each: Drawn, area: QRectF, marked: bool) -> None:
        c = colours()
        painter.setFont(font(12, QFont.Weight.DemiBold))
        painter.setPen(QColor(c.accent if marked else c.text))
        head = QRectF(area.left() - 4, area.top() - _TOP + 2, area.width() + 4, _TOP - 4)
        words = QFontMetricsF(painter.font()).elidedText(each.name, Qt.TextElideMode.ElideMiddle, head.width())
        painter.drawText(head, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.setFont(font(11))
        low, high = self._range
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value, words in in_words(round_ticks(low, high, 5 if self.large else 3)):
            y = area.bottom() - (value - low) / (high - low) * area.height()
            painter.setPen(QPen(QColor(c.line), 1.0))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(c.quiet))
            painter.drawText(QRectF(area.left() - 44, y - 8, 40, 16), side, words)
        self._paint_values(painter, each, area)

    def _paint_values(self, painter: QPainter, each: Drawn, area: QRectF) -> None:
        """The ends of the range, or the categories, below; the row's own value as an upright line."""
        c, below = colours(), QRectF(area.left() - 8, area.bottom() + 2, area.width() + 16, 15)
        painter.setPen(QColor(c.quiet))
        if each.labels:
            room = area.width() / len(each.labels)
            for k, label in enumerate(each.labels):
                here = k == each.here
                painter.setFont(font(11, QFont.Weight.DemiBold if here else QFont.Weight.Normal))
                painter.setPen(QColor(c.text if here else c.quiet))
                words = QFontMetricsF(painter.font()).elidedText(label, Qt.TextElideMode.ElideRight, room - 2)
                box = QRectF(area.left() + k * room, below.top(), room, 15)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
            return
        low, high = float(each.values[0]), float(each.values[-1])
        sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)
        for (_, words), side in zip(in_words([low, high]), sides, strict=True):
            painter.drawText(below, side | Qt.AlignmentFlag.AlignVCenter, words)
        if self.large:
            for value, words in in_words(round_ticks(low, high, 4))[1:-1]:
                x = area.left() + each.share(value) * area.width()
                painter.drawText(QRectF(x - 30, below.top(), 60, 15), Qt.AlignmentFlag.AlignCenter, words)
        x = area.left() + each.share(each.here) * area.width()
        painter.setPen(QPen(QColor(c.faint), 1.0))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _pen(self, index: int, width: float) -> QPen:
        pen = series_pen(index, width)
        if self._class >= 0 and index != self._class:
            pen.setColor(colour(pen.color().name(), 0.3))
        return pen

    def _heights(self, curve: Numbers, area: QRectF) -> Numbers:
        """Where the values of a curve are, in pixels from the top; what is no number is at the foot."""
        low, high = self._range
        values = np.nan_to_num(curve, nan=low).clip(2 * low - high, 2 * high - low)
        found: Numbers = area.bottom() - (values - low) / (high - low) * area.height()
        return found

    def _paint_curves(self, painter: QPainter, each: Drawn, area: QRectF) -> None:
        shares = np.linspace(0.0, 1.0, len(each.values))
        x = area.left() + shares * area.width()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for curves, width in ((each.means, 4.5), (each.curves, 1.8)):
            for index, curve in curves.items():
                pen = self._pen(index, width)
                if curves is each.means:
                    pen.setColor(colour(pen.color().name(), 0.35))
                    pen.setStyle(Qt.PenStyle.SolidLine)
                painter.setPen(pen)
                y = self._heights(curve, area)
                painter.drawPolyline(QPolygonF([QPointF(*at) for at in zip(x.tolist(), y.tolist(), strict=True)]))
        at = area.left() + each.share(each.here) * area.width()
        for index, curve in each.curves.items():
            painter.setPen(QPen(QColor(colours().surface), 1.5))
            painter.setBrush(self._pen(index, 1.0).color())
            painter.drawEllipse(QPointF(at, float(np.interp(at, x, self._heights(curve, area)))), 3.6, 3.6)

    def _paint_bars(self, painter: QPainter, each: Drawn, area: QRectF) -> None:
        """A group of bars for each category, a bar for each class; a line across it is the mean."""
        room, count = area.width() / len(each.labels), len(each.curves)
        wide = min(room * 0.8 / count, 28.0)
        for at, (index, curve) in enumerate(each.curves.items()):
            for k, y in enumerate(self._heights(curve, area).tolist()):
                left = area.left() + (k + 0.5) * room + (at - count / 2) * wide
                painter.setPen(Qt.PenStyle.NoPen)
                tint = self._pen(index, 1.0).color()
                painter.setBrush(colour(tint.name(), tint.alphaF() * (1.0 if k == each.here else 0.55)))
                painter.drawRect(QRectF(left + 0.5, y, max(wide - 1.0, 1.0), area.bottom() - y))
                if index in each.means:
                    mean = float(self._heights(each.means[index], area)[k])
                    painter.setPen(QPen(QColor(colours().text), 1.6))
                    painter.drawLine(QPointF(left, mean), QPointF(left + wide, mean))

    # -- pointer and keys --------------------------------------------------------------------------

    def place_at(self, position: QPointF) -> int | None:
        """Which input is at a point."""
        return self._grid(self.height()).at(position.x(), position.y())

    def said_at(self, place: int, share: float) -> list[str]:
        """The value of an input at a share of its range, and all answers there, line by line."""
        each = self.inputs[place]
        point = each.nearest(share)
        value = each.labels[point] if each.labels else number(float(each.values[point]), 4)
        lines = [f"{each.name} {value}"]
        lines += [f"{self._names[k]}: {number(float(curve[point]), 4)}" for k, curve in each.curves.items()]
        lines += [
            tr("mean of {0}: {1}").format(self._names[k], number(float(curve[point]), 4))
            for k, curve in each.means.items()
        ]
        return lines

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Says the exact answers at the nearest point that was asked."""
        place = self.place_at(event.position())
        if place is None:
            QToolTip.hideText()
            return
        area = self.area(place)
        lines = self.said_at(place, (event.position().x() - area.left()) / area.width())
        QToolTip.showText(event.globalPosition().toPoint(), "\n".join(lines), self)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Shows an input large, or all again."""
        place = self.place_at(event.position())
        if place is not None:
            self._cursor = self._cursor if self.large else place
            self.chosen.emit(_ALL if self.large else self.inputs[place].name)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The arrows lead from one input to the next, Enter shows one large, Esc all of them."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}.get(
            Qt.Key(event.key()), 0
        )
        if step and self.inputs and not self.large:
            self._cursor = (self._cursor + step) % len(self.inputs)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor < len(self.inputs):
            self.chosen.emit(_ALL if self.large else self.inputs[self._cursor].name)
        elif event.key() == Qt.Key.Key_Escape and self.large:
            self.chosen.emit(_ALL)
        else:
            super().keyPressEvent(event)


class EffectsPage(Page):
    """The effect of each input, small side by side or one of them large, and if wished the mean over many rows."""

    about = About(
        "How does the answer change with one input?",
        "Each curve is what the network answers while one input runs over its range in the training rows and all "
        "others stay as in the traced row, whose own value is the dot. The wide pale line is the mean of such curves "
        "over up to 50 training rows. Of many inputs those are shown that change the answer most.",
        ("individual: f(x₁ … xⱼ = v … xₙ) at the traced row", "mean (partial dependence): Σᵢ f(xᵢ with xⱼ = v) / N"),
    )
    probes = ("effects",)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.input = Picker("output.input", tr("Input"), tr("All inputs side by side, or one of them large."))
        self.input.show_form(1)
        self.input.picked.connect(self._choose)
        self.mean = mini_button(tr("Mean"), tr("The mean over many rows behind the curves of this one"))
        self.mean.clicked.connect(self._want_mean)
        self.row = RowSlider()
        self.row.held.connect(self.row_held)
        self.bar = Bar(self.input, self.mean, self.row)
        self.curves, self._chosen = EffectCurves(), _ALL
        self.curves.chosen.connect(self._choose)
        self.around = scrolling(self.curves)
        self.around.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.legend, self.caption = ClassList(), QLabel()
        self.legend.class_picked.connect(self.class_picked)
        self.caption.setProperty("role", "note")
        self.caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 4, 6)
        layout.setSpacing(4)
        for part in (self.around, self.caption, self.legend):
            layout.addWidget(part, int(part is self.around))

    def _answer(self, snapshot: Snapshot) -> Effects | None:
        """What the probe said last, of the data that are shown."""
        found = snapshot.probes.get(self.probes[0]) or snapshot.probes.get("effects")
        if not isinstance(found, Effects):
            return None
        known = all(max(each.column.places) < len(snapshot.data.variables) for each in found.effects)
        outputs = all(each.outputs.shape[1] == snapshot.plan.layers[-1].units for each in found.effects)
        return found if known and outputs else None

    def draw(self, snapshot: Snapshot) -> None:
        """Draws the effects of an instant."""
        found = self._answer(snapshot)
        if found is None:
            return
        self.row.show_row(snapshot.data.rows, found.row)
        inputs = drawn(snapshot, found, self.marks.class_index)
        names = [each.name for each in inputs]
        chosen = self._chosen if self._chosen in names else _ALL
        entries = [(_ALL, tr("All inputs"), "", ""), *((name, name, "", "") for name in names)]
        self.input.show_choices(entries, chosen)
        label = tr("All inputs") if chosen == _ALL else shortened(chosen, _LETTERS)
        self.input.show_label(label)
        shown = [each for each in inputs if chosen in (_ALL, each.name)]
        answers = snapshot.data.classes or output_names(snapshot)
        marked = self.marks.class_index if len(snapshot.data.classes) > 2 else -1
        self.curves.show_inputs(shown, heights(snapshot, inputs), answers, marked, large=len(shown) == 1)

        self._show_legend(snapshot, inputs, answers)

    def _show_legend(self, snapshot: Snapshot, inputs: list[Drawn], answers: tuple[str, ...]) -> None:
        """Which curve is of which class; of one curve alone what it is."""
        classes = snapshot.data.classes
        self.legend.setVisible(len(classes) > 2)
        self.caption.setVisible(len(classes) <= 2)
        if len(classes) > 2:
            self.legend.show_entries([(k, name, "") for k, name in enumerate(classes)], self.marks.class_index)
        elif inputs:
            what = tr("probability of {0}") if gives_probabilities(snapshot) else tr("output of {0}")
            words = what if classes else tr("predicted {0}")
            self.caption.setText(words.format(answers[next(iter(inputs[0].curves))]))

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        self.legend.show_theme()

    def note(self, snapshot: Snapshot) -> str:
        """How many of the inputs are shown, and how old the answer is."""
        found = self._answer(snapshot)
        if found is None:
            return ""
        few = tr("top {0} of {1}").format(len(found.effects), found.columns)
        age = age_in_words(snapshot.step, found.step)
        return " · ".join(filter(None, (few if len(found.effects) < found.columns else "", age)))

    def problem(self, snapshot: Snapshot) -> str:
        """Without an answer of the probe there is nothing yet."""
        found = self._answer(snapshot)
        if found is None:
            return tr("The effects are being computed.")
        if not found.effects:
            return tr("There is nothing to learn from yet.")
        finite = any(np.isfinite(each.outputs).any() for each in found.effects)
        return "" if finite else tr("The answers are no finite numbers, so they have no effects.")

    def table(self) -> Table | None:
        """Every point of every input: its value, the answers at the row, and the means."""
        found = self._answer(self.snapshot) if self.snapshot is not None else None
        if found is None or self.snapshot is None or not found.effects:
            return None
        names = self.snapshot.data.classes or output_names(self.snapshot)
        inputs = drawn(self.snapshot, found, self.marks.class_index)
        columns: dict[str, Any] = {
            tr("input"): [each.name for each in inputs for _ in each.values],
            tr("value"): [value for each in inputs for value in (each.labels or each.values.tolist())],
        }
        columns |= {names[k]: np.concatenate([each.curves[k] for each in inputs]) for k in inputs[0].curves}
        mean = tr("mean of {0}")
        return Table(
            columns
            | {mean.format(names[k]): np.concatenate([each.means[k] for each in inputs]) for k in inputs[0].means}
        )

    @Slot(object)
    @Slot(str)
    def _choose(self, name: str) -> None:
        self._chosen = name
        self.redraw()
        self.curves.setFocus()

    @Slot(bool)
    def _want_mean(self, on: bool) -> None:
        self.probes = ("mean_effects",) if on else ("effects",)
        self.needs_changed.emit()
