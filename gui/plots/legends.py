"""A legend of layers in a line of its own: words for a few, a strip of colours by depth for many."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QWidget

from gui.plots.strokes import Stroke
from gui.text import tr
from gui.theme import colours, font

# More layers than this are told apart by their depth.
FEW = 6
_HEIGHT, _SWATCH = 20, 18
# How wide a strip of blocks is at least where there is room.
_STRIP = 150


class LayerKey(QAbstractButton):
    """One layer: on when its curve is shown. ``alone`` when it is clicked twice."""

    alone = Signal()

    def __init__(self, name: str, stroke: Stroke, short: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stroke, self._short = stroke, short
        self.strong = False
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        self.setToolTip(tr("{0}: a click hides or shows it, a double click shows it alone").format(name))
        wide = QSizePolicy.Policy.Preferred if short else QSizePolicy.Policy.Expanding
        self.setSizePolicy(wide, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Swatch and word, or a small block."""
        width = _SWATCH + 6 + self.fontMetrics().horizontalAdvance(self._short) if self._short else 8
        return QSize(width, _HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A block may become as narrow as there is room for."""
        return self.sizeHint() if self._short else QSize(3, _HEIGHT)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Wishes to be alone."""
        self.alone.emit()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The line as in the plot and the word, or a block of its colour; faint where the curve is hidden."""
        c = colours()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setOpacity(1.0 if self.isChecked() else 0.3)
            if self._short:
                self._paint_words(painter)
            else:
                box = self.rect().adjusted(0, 6, -1, -6) if not self.strong else self.rect().adjusted(0, 2, -1, -2)
                painter.fillRect(box, self._stroke.colour())
            if self.hasFocus():
                painter.setOpacity(1.0)
                painter.setPen(QColor(c.accent))
                painter.drawRoundedRect(self.rect().adjusted(0, 1, -1, -2), 4, 4)

    def _paint_words(self, painter: QPainter) -> None:
        self._stroke.paint_sample(painter, 1.0, _SWATCH - 1.0, _HEIGHT / 2)
        painter.setFont(font(11, QFont.Weight.DemiBold if self.strong else QFont.Weight.Normal))
        painter.setPen(QColor(colours().text if self.strong else colours().quiet))
        box = self.rect().adjusted(_SWATCH + 4, 0, 0, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._short)


class LayerLegend(QWidget):
    """All layers. ``toggled(hidden)``: the numbers of those that are hidden now."""

    toggled = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 0, 0, 0)
        self.keys: list[LayerKey] = []
        self._shown: tuple[tuple[str, ...], tuple[Stroke, ...]] = ((), ())
        self.setFixedHeight(_HEIGHT)

    def show_layers(self, names: tuple[str, ...], short: tuple[str, ...], lines: tuple[Stroke, ...]) -> None:
        """Keys for these layers, all of them shown; nothing for a single one."""
        if (names, lines) == self._shown:
            return
        self._shown = names, lines
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        few = len(names) <= FEW
        self._row.setSpacing(12 if few else 1)
        self.keys = [LayerKey(*key) for key in zip(names, lines, short if few else [""] * len(names), strict=True)]
        for key in self.keys:
            key.clicked.connect(self._toggle)
            key.alone.connect(self._show_alone)
            self._row.addWidget(key)
        if few:
            self._row.addStretch(1)
        else:
            for place, words in ((0, short[0]), (-1, short[-1])):
                end = QLabel(words)
                end.setProperty("role", "key")
                end.setContentsMargins(4, 0, 4, 0)
                self._row.insertWidget(place, end)
        self.setVisible(len(names) > 1)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all words, or for a strip whose blocks can be told apart."""
        hint = super().sizeHint()
        return hint if len(self.keys) <= FEW else hint.expandedTo(QSize(_STRIP, 0))

    def show_strong(self, layer: int | None) -> None:
        """Marks the layer that is selected."""
        for index, key in enumerate(self.keys):
            if key.strong != (index == layer):
                key.strong = index == layer
                key.update()

    @property
    def hidden_layers(self) -> set[int]:
        """The numbers of the layers that are hidden."""
        return {index for index, key in enumerate(self.keys) if not key.isChecked()}

    @Slot()
    def _toggle(self) -> None:
        self.toggled.emit(self.hidden_layers)

    @Slot()
    def _show_alone(self) -> None:
        """One alone, or all again when it already is."""
        chosen = self.sender()
        others = [key for key in self.keys if key is not chosen]
        everything = not any(key.isChecked() for key in others)
        for key in self.keys:
            key.setChecked(everything or key is chosen)
        self.toggled.emit(self.hidden_layers)
