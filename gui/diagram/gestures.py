"""What hands do on the drawing besides looking: walk, set values, reorder layers, open menus."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QToolTip

from engine.layers import Weighted
from engine.snapshot import Snapshot
from gui.diagram import menus
from gui.diagram.editor import ValueEditor
from gui.diagram.view import DiagramView
from gui.diagram.walking import Way, walk
from gui.plots.values import NOTCH
from gui.selection import Parameter, Selection, StageAt, Unit, parameter_of, parameter_value, stages_before
from gui.text import tr

_PIXELS_PER_NOTCH = 6.0
_gestures = count(1)
_WAYS = {
    Qt.Key.Key_Up: Way.UP,
    Qt.Key.Key_Down: Way.DOWN,
    Qt.Key.Key_Left: Way.LEFT,
    Qt.Key.Key_Right: Way.RIGHT,
    Qt.Key.Key_Home: Way.FIRST,
    Qt.Key.Key_End: Way.LAST,
}
_ALONG_WEIGHTS = {Qt.Key.Key_Left: Way.INTO, Qt.Key.Key_Right: Way.OUT_OF}


@dataclass
class Grip:
    """A press that may become a drag: of a value, or of the head of a column."""

    at: QPointF
    parameter: Parameter | None = None
    value: float = 0.0
    column: int | None = None
    dragging: bool = False
    gesture: int = 0


class Gestures(QObject):
    """Watches the events of a drawing before it sees them itself. All signals are wishes.

    ``valued(parameter, value, gesture)``, ``selected(selection)``, ``layer_moved(column, gap)``: the layer of a
    column is to stand between the columns gap and gap + 1; ``activation_chosen(layer, key)``,
    ``inputs_chosen(names)``.
    """

    valued = Signal(object, float, int)
    selected = Signal(object)
    layer_moved = Signal(int, int)
    activation_chosen = Signal(int, str)
    inputs_chosen = Signal(object)

    def __init__(self, view: DiagramView, actions: dict[str, QAction]) -> None:
        super().__init__(view)
        self._view, self._actions = view, actions
        self._snapshot: Snapshot | None = None
        self._selection: Selection = None
        self._grip: Grip | None = None
        self._wheel_gesture = next(_gestures)
        self.editor = ValueEditor(view)
        self.editor.valued.connect(self.valued)
        self.menu: QMenu | None = None
        view.installEventFilter(self)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """What values start from."""
        self._snapshot = snapshot
        self.editor.show_snapshot(snapshot)

    def show_selection(self, selection: Selection) -> None:
        """What the keys are about."""
        if selection != self._selection:
            self.editor.close_editor()
            self._wheel_gesture = next(_gestures)
        self._selection = selection

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Hands events to what they are for; True: the drawing does not see them."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._press_key(event)
        if isinstance(event, QWheelEvent):
            return self._turn(event)
        if event.type() == QEvent.Type.Leave:
            self._view.show_head(None)
        if isinstance(event, QContextMenuEvent):
            return self._open_menu(event)
        if isinstance(event, QMouseEvent):
            acts = {
                QEvent.Type.MouseButtonPress: self._press,
                QEvent.Type.MouseMove: self._move,
                QEvent.Type.MouseButtonRelease: self._release,
                QEvent.Type.MouseButtonDblClick: self._double_click,
            }
            act = acts.get(event.type())
            return act(event) if act is not None else False
        return False

    # -- keys ------------------------------------------------------------------------------------

    def _press_key(self, event: QKeyEvent) -> bool:
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self._snapshot is None:
            return False
        if key == Qt.Key.Key_Escape and self._selection is not None:
            self.selected.emit(None)
            return True
        if modifiers == Qt.KeyboardModifier.ShiftModifier and key in _ALONG_WEIGHTS:
            way = _ALONG_WEIGHTS[key]
        elif modifiers == Qt.KeyboardModifier.NoModifier and key in _WAYS:
            way = _WAYS[key]
        else:
            return False
        snapshot = self._snapshot
        layers = len(snapshot.experiment.network.layers)
        gaps = {
            place: gap
            for gap in range(len(snapshot.plan.layers))
            for place in stages_before(snapshot.plan, gap, layers)
        }
        after = walk(self._selection, way, snapshot.plan.widths, gaps)
        self.selected.emit(after)
        self._view.reveal(after)
        return True

    # -- values ----------------------------------------------------------------------------------

    def edit_value(self) -> None:
        """Opens the field in which the selected value is typed."""
        place = self._view.rect_of(self._selection)
        which = self._parameter(self._selection)
        if which is not None and place is not None and self._snapshot is not None:
            self.editor.open(which, self._snapshot, place)

    def _parameter(self, selection: Selection) -> Parameter | None:
        return None if self._snapshot is None else parameter_of(selection, self._snapshot)

    def _turn(self, event: QWheelEvent) -> bool:
        """The wheel over what is selected moves its value; elsewhere it scrolls."""
        which = self._parameter(self._selection)
        over = self._view.under(event.position()) == self._selection
        if which is None or not over or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        assert self._snapshot is not None
        self._set(which, parameter_value(self._snapshot, which) + NOTCH * event.angleDelta().y() / 120.0)
        event.accept()
        return True

    def _set(self, which: Parameter, value: float, gesture: int | None = None) -> None:
        self.valued.emit(which, float(f"{value:.9g}"), self._wheel_gesture if gesture is None else gesture)

    # -- the mouse -------------------------------------------------------------------------------

    def _press(self, event: QMouseEvent) -> bool:
        self._wheel_gesture = next(_gestures)
        if event.button() != Qt.MouseButton.LeftButton or self._snapshot is None:
            return False
        under = self._view.under(event.position())
        column = self._head(event.position())
        if column is not None:
            self._grip = Grip(event.position(), column=column)
            return True
        which = self._parameter(under)
        if which is not None and under == self._selection:
            value = parameter_value(self._snapshot, which)
            self._grip = Grip(event.position(), which, value, gesture=next(_gestures))
        return False

    def _head(self, position: QPointF) -> int | None:
        """The column whose title is at a place; the names of stages stand between the titles."""
        return None if isinstance(self._view.under(position), StageAt) else self._view.head_at(position)

    def _move(self, event: QMouseEvent) -> bool:
        grip = self._grip
        if grip is None:
            return self._hover(event)
        way = event.position() - grip.at
        if not grip.dragging and way.manhattanLength() < QApplication.startDragDistance():
            return True
        grip.dragging = True
        if grip.parameter is not None:
            # Up and to the right is more, as in every field.
            self._set(grip.parameter, grip.value + NOTCH * round((way.x() - way.y()) / _PIXELS_PER_NOTCH), grip.gesture)
        elif self._is_hidden(grip.column):
            self._view.show_drop(self._view.gap_at(event.position().x()))
        return True

    def _release(self, event: QMouseEvent) -> bool:
        grip, self._grip = self._grip, None
        if grip is None or grip.column is None:
            return False
        self._view.show_drop(None)
        if not grip.dragging:
            self._open_head(grip.column, event.globalPosition().toPoint())
        elif self._is_hidden(grip.column):
            self.layer_moved.emit(grip.column, self._view.gap_at(event.position().x()))
        return True

    def _hover(self, event: QMouseEvent) -> bool:
        """Says of a title that it can be clicked and dragged."""
        column = None if event.buttons() else self._head(event.position())
        self._view.show_head(column)
        if column is None:
            return False
        self._view.setCursor(Qt.CursorShape.PointingHandCursor)
        words = tr("Click to choose the columns that are read")
        if column:
            words = tr("Click for the layer's menu")
        if self._is_hidden(column):
            words = tr("Click for the layer's menu; drag to put the layer elsewhere")
        QToolTip.showText(event.globalPosition().toPoint(), words, self._view)
        return True

    def _is_hidden(self, column: int | None) -> bool:
        return column is not None and self._snapshot is not None and 0 < column < len(self._snapshot.plan.layers)

    def _double_click(self, event: QMouseEvent) -> bool:
        under = self._view.under(event.position())
        if self._parameter(under) is None or under != self._selection:
            return False
        self.edit_value()
        return True

    # -- menus -----------------------------------------------------------------------------------

    def _open_menu(self, event: QContextMenuEvent) -> bool:
        if self._snapshot is None:
            return False
        place, layers = QPointF(event.pos()), len(self._snapshot.plan.layers)
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            there = self._view.rect_of(self._selection)
            place = there.center() if there is not None else place
        column = self._head(place)
        where = self._view.mapToGlobal(place.toPoint())
        if column is not None:
            self._open_head(column, where)
            return True
        if event.reason() != QContextMenuEvent.Reason.Keyboard:
            self.selected.emit(self._view.under(place))
        self._popup(QMenu(self._view), menus.ids_for(self._selection, layers), where)
        return True

    def _open_head(self, column: int, where: QPoint) -> None:
        """The menu of a column: the inputs to choose from, or the activation and what can be done to the layer."""
        snapshot = self._snapshot
        if snapshot is None:
            return
        if column == 0:
            self.offer_columns(where)
            return
        if not (isinstance(self._selection, Unit) and self._selection.column == column):
            self.selected.emit(Unit(column, 0))
        menu = QMenu(self._view)
        network = snapshot.experiment.network
        layer = network.output if column == len(snapshot.plan.layers) else network.layers[network.dense[column - 1]]
        assert isinstance(layer, Weighted)

        def choose(key: str) -> None:
            self.activation_chosen.emit(column - 1, key)

        menu.addMenu(menus.activation_menu(menu, snapshot, column, layer.activation, choose))
        menu.addSeparator()
        self._popup(menu, menus.head_ids(column, len(snapshot.plan.layers)), where)

    @Slot()
    def offer_columns(self, where: QPoint | None = None) -> None:
        """The columns of the table to choose from."""
        if self._snapshot is not None:
            menu = menus.columns_menu(self._view, self._snapshot, self.inputs_chosen.emit)
            self._popup(menu, (), where or self._view.mapToGlobal(QPoint(24, 64)))

    def _popup(self, menu: QMenu, ids: tuple[str, ...], where: QPoint) -> None:
        menus.fill(menu, ids, self._actions)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menu = menu
        menu.popup(where)
