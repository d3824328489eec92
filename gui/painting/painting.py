"""Painting: the strip and the canvas of the output view, and the keys that lead them."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from engine.data.points import PointsSpec
from engine.experiment import Experiment
from engine.snapshot import Snapshot
from gui import amounts
from gui.painting.canvas import Canvas
from gui.painting.edits import with_points
from gui.painting.strip import STRIP, ToolStrip
from gui.painting.tools import LOOK, TOOLS

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
# With Shift the cursor takes steps so many times as long.
_FAR = 4


class Paper(Protocol):
    """What can be painted on: a view that says where its plane is, and can leave the points to the canvas."""

    def frame(self) -> tuple[QRectF, tuple[float, float, float, float]] | None:
        """Where in the widget the plane of both inputs (or of input and target) is, and what it shows of it."""
        ...

    def leave_points(self, left: bool) -> None:
        """Whether the canvas draws the points."""
        ...


class Painting(QObject):
    """Shows the strip and the canvas where the data are drawn by hand.

    ``edited(experiment, text, merge)`` is the wish for other points; ``taken_up()`` says that the canvas is wanted.
    """

    edited = Signal(object, str, str)
    taken_up = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.strip, self.canvas = ToolStrip(parent), Canvas(parent)
        self.strip.hide()
        self.canvas.hide()
        self._experiment: Experiment | None = None
        self._paper: Paper | None = None
        self._tool, self._on_paper = "paint", True
        self.strip.class_chosen.connect(self.choose_class)
        self.strip.tool_chosen.connect(self.choose_tool)
        self.strip.jittered.connect(self.canvas.jitter)
        self.strip.cleared.connect(self.canvas.clear)
        self.canvas.edited.connect(self._edit)
        self._show_chosen()

    @property
    def is_drawn(self) -> bool:
        """Whether the data are drawn by hand."""
        return self._experiment is not None and self._experiment.data.source == "drawn"

    def show_experiment(self, experiment: Experiment) -> None:
        """The points of another experiment, at once, before anything is trained on them."""
        self._experiment = experiment
        points = experiment.data.points
        self._show_strip()
        if self.is_drawn and points is not None:
            self.canvas.show_points(experiment.data)
            self.strip.show_points(points)
            self._show_chosen()
        self.fit()

    def show_snapshot(self, snapshot: Snapshot, view: QWidget, paper: Paper | None) -> None:
        """The view that shows an instant; the canvas lies over it when it is one of the points' plane."""
        if self._paper is not None and paper is not self._paper:
            self._paper.leave_points(False)
        fits = paper is not None and snapshot.data.source == "drawn"
        self._paper, self._on_paper = paper if fits else None, paper is not None
        self._show_strip()
        if fits and self.canvas.parentWidget() is not view:
            self.canvas.setParent(view)
        self.fit()

    def _show_strip(self) -> None:
        """Where the view that is shown cannot be painted on, there are no tools."""
        self.strip.setVisible(self.is_drawn and self._on_paper)

    @Slot()
    def fit(self) -> None:
        """The canvas covers the plane, or is not there."""
        framed = self._paper.frame() if self._paper is not None and self.is_drawn else None
        shown = framed is not None and self._tool != LOOK
        if self._paper is not None:
            self._paper.leave_points(shown)
        if framed is not None:
            self.canvas.place(*framed)
        self.canvas.setVisible(shown)
        if shown:
            self.canvas.raise_()

    @Slot(object, str, str)
    def _edit(self, points: PointsSpec, text: str, merge: str) -> None:
        if self._experiment is not None:
            self.edited.emit(with_points(self._experiment, points), text, merge)

    # -- tools -----------------------------------------------------------------------------------

    @Slot(int)
    def choose_class(self, which: int) -> None:
        """Another class for the points to come; the tool is one that makes points."""
        self.canvas.which = which
        self.choose_tool(self._tool if self._tool in ("paint", "spray") else "paint")

    @Slot(str)
    def choose_tool(self, key: str) -> None:
        """Another tool, or none: LOOK."""
        self._tool = key
        if key in TOOLS:
            self.canvas.tool = key
        self._show_chosen()
        self.fit()

    def take_up(self) -> None:
        """The keyboard goes to the canvas, with a tool that makes points."""
        self.taken_up.emit()
        self.choose_class(self.canvas.which)
        self.canvas.setFocus()

    def _show_chosen(self) -> None:
        self.strip.show_chosen(self._tool, self.canvas.which)
        self.canvas.update()

    def press(self, event: QKeyEvent) -> bool:
        """What a key does: digits choose classes, letters tools, arrows move the cursor, Enter uses the tool there."""
        points = self._experiment.data.points if self._experiment is not None else None
        held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if not self.is_drawn or points is None or held:
            return False
        key, text = Qt.Key(event.key()), event.text().upper()
        letters = {letter: tool for tool, _, _, letter in STRIP}
        if text.isdigit() and 1 <= int(text) <= points.classes and points.task == "classes":
            self.choose_class(int(text) - 1)
        elif text in letters:
            self.choose_tool(letters[text])
        elif text == "J":
            self.canvas.jitter()
        elif text and text in "[]":
            self.canvas.widen(1.0 if text == "]" else -1.0)
        elif key in _ARROWS:
            far = _FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self.canvas.step_cursor(*(far * by for by in _ARROWS[key]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.canvas.touch()
        else:
            return False
        return True

    @property
    def note(self) -> str:
        """How many points there are."""
        points = self._experiment.data.points if self._experiment is not None else None
        return amounts.points(len(points.points) if points is not None else 0)
