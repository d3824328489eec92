"""The strip of tools above the map: classes, tools, jitter and clear."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QToolButton, QWidget

from engine.data.points import PointsSpec
from gui.greying import grey
from gui.icons import icon
from gui.painting.tools import LOOK, TOOLS
from gui.text import tr
from gui.theme import colours

_LETTERS = "ABCDE"
# All of it fits into the panel as it is at first, with five classes too.
_SIDE, _NARROW = 25, 22

# (key, label, help, letter) of every tool in the strip.
STRIP = (
    (LOOK, "Look", "Reads the map, and traces the row of a point that is clicked.", "V"),
    *((tool.key, tool.label, tool.help, tool.letter) for tool in TOOLS),
)


class ToolStrip(QWidget):
    """``class_chosen(which)``, ``tool_chosen(key)``, ``jittered()``, ``cleared()`` are the wishes."""

    class_chosen = Signal(int)
    tool_chosen = Signal(str)
    jittered = Signal()
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 6)
        row.setSpacing(0)
        self._groups = QButtonGroup(self), QButtonGroup(self)
        self.classes = [self._class_chip(which) for which in range(len(_LETTERS))]
        self.tools = {key: self._tool(key, label, about, letter) for key, label, about, letter in STRIP}
        self.jitter = self._button("jitter", tr("Jitter"), tr("Jitter (J)\nMoves every point a little."))
        self.clear = self._button("trash", tr("Clear points"), tr("Clear\nTakes all points away."))
        self.jitter.clicked.connect(self.jittered)
        self.clear.clicked.connect(self.cleared)
        self._rule = QFrame()
        self._rule.setObjectName("upright")
        for chip in self.classes:
            row.addWidget(chip)
        for widget in (self._rule, *self.tools.values()):
            row.addWidget(widget)
        row.addStretch()
        row.addWidget(self.jitter)
        row.addWidget(self.clear)
        self.show_theme()

    def _button(self, picture: str, name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "tool")
        button.setProperty("picture", picture)
        button.setAccessibleName(name)
        button.setToolTip(tip)
        button.setFixedSize(_SIDE, _SIDE)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _class_chip(self, which: int) -> QToolButton:
        letter = _LETTERS[which]
        tip = tr("Class {0} (key {1})").format(letter, which + 1)
        chip = self._button("", tip, tip)
        chip.setCheckable(True)
        chip.setFixedWidth(_NARROW)
        self._groups[0].addButton(chip, which)
        chip.clicked.connect(self._choose_class)
        return chip

    def _tool(self, key: str, label: str, about: str, letter: str) -> QToolButton:
        button = self._button(key, tr(label), f"{tr(label)} ({letter})\n{tr(about)}")
        button.setCheckable(True)
        button.setProperty("tool", key)
        self._groups[1].addButton(button)
        button.clicked.connect(self._choose_tool)
        return button

    def show_points(self, points: PointsSpec) -> None:
        """As many classes as there are; a curve has none."""
        shown = points.classes if points.task == "classes" else 0
        for which, chip in enumerate(self.classes):
            chip.setVisible(which < shown)
        self._rule.setVisible(shown > 0)
        for button in (self.jitter, self.clear):
            grey(button, "" if len(points.points) else tr("There are no points yet"))

    def show_chosen(self, tool: str, which: int) -> None:
        """The tool and the class in the hand."""
        self.tools[tool].setChecked(True)
        self.classes[which].setChecked(True)

    def show_theme(self) -> None:
        """Takes over the colours of the theme in force."""
        c = colours()
        for button in (*self.tools.values(), self.jitter, self.clear):
            button.setIcon(icon(str(button.property("picture")), c.text))
        for which, chip in enumerate(self.classes):
            chip.setIcon(_dot(c.series[which]))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.StyleChange:
            self.show_theme()
        super().changeEvent(event)

    @Slot()
    def _choose_class(self) -> None:
        self.class_chosen.emit(self._groups[0].checkedId())

    @Slot()
    def _choose_tool(self) -> None:
        self.tool_chosen.emit(str(self.sender().property("tool")))


def _dot(ink: str) -> QIcon:
    """A dot in the colour of a class, sharp at double pixel density."""
    picture = QPixmap(32, 32)
    picture.setDevicePixelRatio(2.0)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(Qt.PenStyle.NoPen))
        painter.setBrush(QColor(ink))
        painter.drawEllipse(3, 3, 10, 10)
    return QIcon(picture)
