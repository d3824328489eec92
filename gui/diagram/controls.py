"""The small buttons on the diagram: fewer and more units of a layer, and a layer in between."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from engine.experiment import Experiment
from gui import edits
from gui.diagram.layout import NEAREST, Column, beside_title
from gui.text import tr

_SIDE, _TOP = 22, 22


class Controls(QObject):
    """Keeps a row of buttons in step with the columns. ``edited(experiment, text, merge)`` is a wish."""

    edited = Signal(object, str, str)

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._buttons: list[QToolButton] = []
        self._layers = -1
        self._experiment: Experiment | None = None

    def show_experiment(self, experiment: Experiment) -> None:
        """Takes over what the next edit starts from."""
        self._experiment = experiment

    def arrange(self, columns: tuple[Column, ...]) -> None:
        """Puts the buttons where the columns are now; they stay at the top, however far the drawing is shifted."""
        hidden = len(columns) - 2
        if hidden != self._layers:
            self._rebuild(hidden)
        step = columns[1].x - columns[0].x
        beside, inserting = beside_title(step)
        buttons = iter(self._buttons)
        for layer in range(hidden):
            x = columns[layer + 1].x
            for offset in (-beside, beside):
                self._put(next(buttons), x + offset, beside >= NEAREST)
        for position in range(hidden + 1):
            left, right = columns[position], columns[position + 1]
            self._put(next(buttons), (left.x + right.x) / 2, inserting)

    def _put(self, button: QToolButton, x: float, visible: bool) -> None:
        button.move(round(x - button.width() / 2), _TOP)
        button.setVisible(visible and _SIDE <= x <= self._canvas.width() - _SIDE)

    def _rebuild(self, hidden: int) -> None:
        for button in self._buttons:
            button.deleteLater()
        self._buttons, self._layers = [], hidden
        for layer in range(hidden):
            for by, text in ((-1, "−"), (1, "+")):
                words = (tr("One unit less in hidden {0}") if by < 0 else tr("One unit more in hidden {0}")).format(
                    layer + 1
                )
                button = self._button(text, "round", words)
                button.setProperty("wish", (layer, by))
                button.setObjectName(f"units.{layer}.{'less' if by < 0 else 'more'}")
                button.clicked.connect(self._wish_units)
        for position in range(hidden + 1):
            button = self._button("+", "insert", tr("Insert a layer here"))
            button.setProperty("wish", position)
            button.setObjectName(f"insert.{position}")
            button.clicked.connect(self._wish_layer)

    def _button(self, text: str, role: str, words: str) -> QToolButton:
        button = QToolButton(self._canvas)
        button.setText(text)
        button.setProperty("role", role)
        button.setFixedSize(_SIDE, _SIDE)
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._buttons.append(button)
        return button

    @Slot()
    def _wish_units(self) -> None:
        """A wish about a layer of the drawing, which may be an edit behind the experiment."""
        layer, by = self.sender().property("wish")
        if self._experiment is not None and layer < len(self._experiment.network.dense):
            changed = edits.change_units(self._experiment, self._experiment.network.dense[layer], by)
            self.edited.emit(changed, tr("Units of hidden {0}").format(layer + 1), "")

    @Slot()
    def _wish_layer(self) -> None:
        if self._experiment is not None:
            place = edits.place_in_gap(self._experiment, self.sender().property("wish"))
            self.edited.emit(edits.insert_layer(self._experiment, place), tr("Add layer"), "")
