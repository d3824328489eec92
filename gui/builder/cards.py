"""The list of layers as cards: one each, the selected one opened up for editing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from engine.activations import ACTIVATIONS
from engine.experiment import Dense, NetworkSpec, Output
from engine.initializers import INITIALIZERS
from engine.layers import Layer, Weighted
from engine.spec import Spec
from gui.fields import Stepper
from gui.forms import Form
from gui.icons import icon
from gui.selection import layer_name, stage_detail
from gui.text import in_a_sentence, tr
from gui.theme import colours

_TOOLS = (
    ("up_arrow", "move", -1, "Move this layer towards the inputs"),
    ("down_arrow", "move", 1, "Move this layer towards the output"),
    ("trash", "remove", 0, "Remove this layer"),
)


class ShortLabel(QLabel):
    """A line that is cut to the room there is, and then says all of itself as a tooltip."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for a few letters."""
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The words, with an ellipsis where they do not fit."""
        short = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, short)
        self.setToolTip("" if short == self.text() else self.text())


class LayerCard(QFrame):
    """One layer of a kind. ``index`` is its place among the hidden ones, -1 for the output.

    A stage, which has neither units nor an activation to speak of, takes a single line.
    ``edited(index, field, value, gesture)``, ``moved(from, to)``, ``removed(index)``, ``pressed(index)``,
    ``stepped(index, by)`` for its − and +.
    """

    edited = Signal(int, str, object, int)
    moved = Signal(int, int)
    removed = Signal(int)
    pressed = Signal(int)
    stepped = Signal(int, int)

    def __init__(self, index: int, kind: type[Spec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.index, self.kind = index, kind
        self._icon_colour = ""
        self._grip: QPointF | None = None
        hidden, weighted = index >= 0, issubclass(kind, Weighted)
        self._name, self._summary, self.width_label = QLabel(), ShortLabel(), QLabel()
        self._name.setProperty("role", "strong")
        self._summary.setProperty("role", "note")
        if not weighted:
            self._summary.hide()
        self.width_label.setProperty("role", "strong")
        # The number of units stands on the card itself.
        self.form = Form(kind, tuple(name for name in kind.settings() if name != "units"))
        self.form.edited.connect(self._field_edited)
        self._tools = self._make_tools() if hidden else QWidget()
        self._handle = QLabel("⋮⋮" if hidden else "")
        self._handle.setProperty("role", "quiet")
        self._handle.setMinimumWidth(24)
        if hidden:
            self._handle.setToolTip(tr("Drag to change the order"))
            self._handle.setCursor(Qt.CursorShape.OpenHandCursor)
        self.stepper = self._make_stepper() if "units" in kind.settings() else None
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 8, 10, 8)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._handle, 0, 0, 2, 1)
        grid.addWidget(self._name, 0, 1)
        grid.addWidget(self._summary, 1, 1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.stepper or self.width_label, 0, 2, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.form, 2, 0, 1, 3)
        grid.addWidget(self._tools, 3, 0, 1, 3)
        self.form.setContentsMargins(0, 8, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._paint_icons()
        self.show_selected(False)

    def _make_stepper(self) -> Stepper:
        stepper = Stepper(self.kind.settings()["units"])
        stepper.field.setObjectName("units")
        stepper.edited.connect(self._units_edited)
        stepper.stepped.connect(self._step)
        return stepper

    def _make_tools(self) -> QWidget:
        host = QWidget()
        row = QHBoxLayout(host)
        row.setContentsMargins(0, 6, 0, 0)
        row.setSpacing(2)
        row.addStretch()
        for name, what, by, words in _TOOLS:
            button = QToolButton()
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("role", "mini")
            button.setProperty("icon_name", name)
            button.setProperty("by", by)
            button.setObjectName(what)
            button.setToolTip(tr(words))
            button.setAccessibleName(tr(words))
            button.clicked.connect(self._move if what == "move" else self._remove)
            row.addWidget(button)
        return host

    def show_layer(self, spec: Weighted | Layer, name: str, units: int | None, activation: str) -> None:
        """Shows a layer's settings under its name; ``activation`` is what an automatic one amounts to."""
        self.form.show_spec(spec)
        self._name.setText(name[:1].upper() + name[1:] if not isinstance(spec, Weighted) else name)
        self.setAccessibleName(tr("Output layer") if self.index < 0 else tr("Layer {0}").format(name))
        opens = tr("Click, or press Enter, for its settings")
        if isinstance(spec, Weighted):
            label = tr(ACTIVATIONS[activation].label) if activation in ACTIVATIONS else tr("automatic")
            start = tr("from the data") if isinstance(spec, Output) else tr(INITIALIZERS[spec.started_by].short)
            self._summary.setText(f"{in_a_sentence(label)} · {start}")
            self.setToolTip(opens)
        else:
            self.width_label.setText(stage_detail(spec))
            self.setToolTip(f"{tr(spec.about)}\n{spec.formula}\n{opens}")
        if self.stepper is not None and isinstance(spec, Dense):
            self.stepper.show_value(spec.units)
        elif isinstance(spec, Output):
            self.width_label.setText("" if units is None else f"{units}")

    def show_selected(self, selected: bool) -> None:
        """Opens or closes the card."""
        self.setProperty("selected", selected)
        self.form.setVisible(selected)
        self._tools.setVisible(selected and self.index >= 0)
        self.style().polish(self)
        # Else it would keep the margins of the other border.
        QApplication.sendEvent(self, QEvent(QEvent.Type.StyleChange))

    @Slot(str, object, int)
    def _field_edited(self, name: str, value: object, gesture: int) -> None:
        self.edited.emit(self.index, name, value, gesture)

    @Slot(object, int)
    def _units_edited(self, value: object, gesture: int) -> None:
        self.edited.emit(self.index, "units", value, gesture)

    @Slot(int)
    def _step(self, by: int) -> None:
        self.stepped.emit(self.index, by)

    @Slot()
    def _move(self) -> None:
        self.moved.emit(self.index, self.index + self.sender().property("by"))

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self.index)

    def _paint_icons(self) -> None:
        if self._icon_colour == colours().quiet:
            return
        self._icon_colour = colours().quiet
        for button in self._tools.findChildren(QToolButton):
            button.setIcon(icon(button.property("icon_name"), colours().quiet))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the icons again in the colours of another theme."""
        if event.type() == QEvent.Type.StyleChange:
            self._paint_icons()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter and the space bar open and close the card."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit(self.index)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begins a click or a drag; nothing moves under the pointer until it is over."""
        self._grip = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A click selects the layer; after a drag, asks for the place under the pointer."""
        grip, self._grip = self._grip, None
        if grip is None:
            return
        if (event.position() - grip).manhattanLength() < QApplication.startDragDistance():
            self.pressed.emit(self.index)
            return
        cards = self.parentWidget()
        if self.index >= 0 and isinstance(cards, LayerCards):
            to = cards.place_at(self.mapTo(cards, event.position()))
            if to != self.index:
                self.moved.emit(self.index, to)


class LayerCards(QWidget):
    """The cards of all layers, the output last. The signals are those of the cards."""

    edited = Signal(int, str, object, int)
    moved = Signal(int, int)
    removed = Signal(int)
    pressed = Signal(int)
    stepped = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self.output = self._wired(LayerCard(-1, Output))
        self._layout.addWidget(self.output)
        self.cards: list[LayerCard] = []

    def _wired(self, card: LayerCard) -> LayerCard:
        card.edited.connect(self.edited)
        card.moved.connect(self.moved)
        card.removed.connect(self.removed)
        card.pressed.connect(self.pressed)
        card.stepped.connect(self.stepped)
        return card

    def show_layers(self, network: NetworkSpec, outputs: int | None, activation: str) -> None:
        """Shows the hidden layers and the output; cards of the right kind that are already there are kept."""
        layers = network.layers
        for place, layer in enumerate(layers):
            if place < len(self.cards) and self.cards[place].kind is not type(layer):
                self._drop(place)
            if place >= len(self.cards) or self.cards[place].kind is not type(layer):
                card = self._wired(LayerCard(place, type(layer)))
                self._layout.insertWidget(place, card)
                self.cards.insert(place, card)
            self.cards[place].index = place
            of = layer.activation if isinstance(layer, Dense) else ""
            self.cards[place].show_layer(layer, layer_name(network, place), None, of)
        while len(self.cards) > len(layers):
            self._drop(len(layers))
        self.output.show_layer(network.output, layer_name(network, -1), outputs, activation)

    def _drop(self, place: int) -> None:
        card = self.cards.pop(place)
        self._layout.removeWidget(card)
        card.hide()
        card.deleteLater()

    def show_selected(self, index: int | None) -> None:
        """Opens the card of a hidden layer, of the output (-1), or of none."""
        for card in (*self.cards, self.output):
            card.show_selected(card.index == index)

    def place_at(self, position: QPointF) -> int:
        """The index of the hidden layer whose card lies at a height of this widget."""
        for card in self.cards:
            if position.y() < card.geometry().bottom():
                return card.index
        return len(self.cards) - 1
