"""The balance page of the data: how many rows of each class are learned from and tested on, or how numbers spread."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QCursor
from PySide6.QtWidgets import QLabel, QStackedWidget, QToolTip, QVBoxLayout, QWidget

from engine.data.balance import UNBALANCED
from gui import amounts
from gui.plots.axes import dress, new_plot
from gui.plots.data.bars import ClassBars
from gui.plots.data.counting import Counts, spread
from gui.plots.data.rows import Rows
from gui.plots.view import Table
from gui.scrolling import scrolling
from gui.text import number, tr
from gui.theme import colour, colours

_MOST_NAMED = 3


class BalancePage(QWidget):
    """Counts the rows. ``class_picked(index)`` when a class is chosen, -1 for none."""

    class_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Rows | None = None
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setProperty("role", "note")
        self.sentence.setContentsMargins(16, 0, 16, 4)
        self.bars, self.spread = ClassBars(), SpreadPlot()
        self.bars.picked.connect(self.class_picked)
        self._stack = QStackedWidget()
        self._stack.addWidget(scrolling(self.bars))
        self._stack.addWidget(self.spread)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.sentence)
        layout.addWidget(self._stack, 1)

    def show_rows(self, rows: Rows) -> None:
        """Counts other data."""
        if rows is self._rows:
            return
        self._rows = rows
        if rows.data.classes:
            counts = Counts.of(rows)
            self.bars.show_counts(rows.data.classes, counts)
            self.sentence.setText(judged(rows.data.classes, counts))
            self._stack.setCurrentIndex(0)
        else:
            self.spread.show_rows(rows)
            self.sentence.setText(described(rows))
            self._stack.setCurrentIndex(1)

    def show_class(self, which: int) -> None:
        """Lets a class stand out; -1: none."""
        self.bars.show_class(which)

    def table(self) -> Table | None:
        """The counts and shares by class, or the bins of the numbers."""
        rows = self._rows
        if rows is None:
            return None
        if not rows.data.classes:
            return self.spread.table()
        counts = Counts.of(rows)
        found: dict[str, object] = {rows.data.target: np.array(rows.data.classes, object)}
        for part, name in enumerate((tr("training rows"), tr("test rows"))):
            found[name] = counts.rows[part]
            found[tr("share of {0}").format(name)] = counts.shares[part]
        return Table(found)


def judged(classes: tuple[str, ...], counts: Counts) -> str:
    """What to know of the balance: whether classes are missing in a part, and how far apart the others are."""
    sentences = []
    for part, words in ((0, tr("No training row is of {0}.")), (1, tr("No test row is of {0}."))):
        missing = counts.missing(part)
        if len(missing):
            sentences.append(words.format(_listed([classes[k] for k in missing])))
    found = counts.imbalance()
    if not counts.rows[1].any():
        sentences.append(tr("No rows are held out for testing."))
    if found is None:
        return " ".join([tr("There is no training row."), *sentences])
    large, small, times = classes[found.most], classes[found.least], found.times
    if found.unbalanced:
        words = tr("Unbalanced: “{0}” has {1} times the training rows of “{2}”; from {3} times on it is called so.")
        sentences.append(words.format(large, number(times), small, number(UNBALANCED)))
    elif np.count_nonzero(counts.rows[0]) == 1:
        sentences.append(tr("All training rows are of “{0}”: there is nothing to tell apart.").format(large))
    elif times == 1.0:
        sentences.append(tr("Balanced: every class has the same number of training rows."))
    else:
        words = tr("Balanced: “{0}” has {1} times the training rows of “{2}”; from {3} times on it is unbalanced.")
        sentences.append(words.format(large, number(times), small, number(UNBALANCED)))
    return " ".join(sentences)


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    shown = ", ".join(f"“{name}”" for name in names[:_MOST_NAMED])
    return tr("{0} and {1} more").format(shown, more) if more > 0 else shown


def described(rows: Rows) -> str:
    """The range and the mean of the target in either part."""
    sentences = []
    for words, part in ((tr("Training"), False), (tr("Test"), True)):
        values = rows.targets[rows.tested == part, 0]
        values = values[np.isfinite(values)]
        if len(values):
            with np.errstate(all="ignore"):
                low, high, mean = (number(float(v), 4) for v in (values.min(), values.max(), values.mean()))
            sentence = tr("{0}: {1} from {2} to {3}, mean {4}.")
            sentences.append(sentence.format(words, amounts.rows(len(values)), low, high, mean))
        else:
            sentences.append(tr("{0}: no rows.").format(words))
    return " ".join(sentences)


class SpreadPlot(QWidget):
    """A histogram of the first target: training bars filled, test bars hollow and narrower in front of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self.edges, self.counts = np.zeros(1), np.zeros((2, 0), np.int64)
        self.plot = new_plot(tr("Histogram of the target"))
        self.bars = tuple(pg.BarGraphItem(x=[], height=[], width=1.0) for _ in range(2))
        for bar in self.bars:
            self.plot.addItem(bar)
        self.plot.scene().sigMouseMoved.connect(self._say)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 12, 0)
        layout.addWidget(self.plot)
        self.show_theme()

    def show_rows(self, rows: Rows) -> None:
        """Counts other rows."""
        self._name = rows.target_names[0]
        values = rows.targets[:, 0] if rows.targets.shape[1] else np.zeros(0)
        self.edges, self.counts = spread(values, rows.tested[: len(values)])
        self.show_theme()
        self.plot.enableAutoRange()

    def show_theme(self) -> None:
        """Draws the bars in the colours of the theme in force."""
        c = colours()
        dress(self.plot, tr("rows"), self._name)
        middles, widths = (self.edges[:-1] + self.edges[1:]) / 2, np.diff(self.edges)
        looks = (
            (0.92, colour(c.series[0], 0.55), pg.mkPen(None)),
            (0.55, QBrush(Qt.BrushStyle.NoBrush), pg.mkPen(QColor(c.series[1]), width=1.4)),
        )
        for part, (share, brush, pen) in enumerate(looks):
            there = self.counts[part] > 0
            height = self.counts[part][there]
            self.bars[part].setOpts(
                x=middles[there], height=height, width=share * widths[there], brush=brush, pen=pen, y0=0
            )

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.StyleChange:
            self.show_theme()
        super().changeEvent(event)

    def table(self) -> Table:
        """The bins and their rows."""
        return Table(
            {
                tr("from"): self.edges[:-1],
                tr("to"): self.edges[1:],
                tr("training rows"): self.counts[0],
                tr("test rows"): self.counts[1],
            }
        )

    def words_at(self, value: float) -> str:
        """The bin at a value of the target in words, "" beside them all."""
        place = int(np.searchsorted(self.edges, value, side="right")) - 1
        if not 0 <= place < self.counts.shape[1]:
            return ""
        low, high = number(float(self.edges[place]), 4), number(float(self.edges[place + 1]), 4)
        trained, tested = (int(count) for count in self.counts[:, place])
        words = tr("{0} from {1} to {2}: {3}, {4}")
        return words.format(self._name, low, high, amounts.training_rows(trained), amounts.tested_rows(tested))

    @Slot(object)
    def _say(self, at: QPointF) -> None:
        QToolTip.showText(QCursor.pos(), self.words_at(self.plot.getViewBox().mapSceneToView(at).x()), self)
