"""What a person's hands do to the window: press, type, drag, choose. And what their eyes see in it."""

from __future__ import annotations

import html
import re

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QToolButton, QWidget
from shiboken6 import isValid

from engine.experiment import Experiment
from engine.snapshot import Snapshot
from gui import theme
from gui.diagram.shown import Shown
from gui.errand import Errand
from gui.fields import ChoiceField, NumberField
from gui.selection import selection_at
from gui.speeds import FULL_SPEED
from gui.window import Window

LEFT = Qt.MouseButton.LeftButton


def events(rounds: int = 2) -> None:
    """Lets everything posted happen: layouts, paints, deletions."""
    for _ in range(rounds):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()


def settle(window: Window) -> Snapshot:
    """Does all that was asked of the training thread, and of Qt but for the painting."""
    window.training.wait_idle()
    for child in window.findChildren(QWidget):
        if isValid(child):
            QCoreApplication.sendPostedEvents(child, QEvent.Type.MetaCall)  # shows what was added to a layout
    for kind in (QEvent.Type.LayoutRequest, QEvent.Type.DeferredDelete):
        QCoreApplication.sendPostedEvents(None, kind)
    assert window.training.snapshot is not None
    return window.training.snapshot


_first_widths: dict[int, dict[str, int]] = {}


def panel_widths(window: Window) -> dict[str, int]:
    """How wide each panel is; 0 for a closed one."""
    return {name: 0 if dock.isHidden() else dock.width() for name, dock in window.panels.docks.items()}


def as_new(window: Window) -> None:
    """Brings a window back to the ready example at step 0, with an empty undo stack."""
    window.training.set_running(False)
    window.training.wait_idle()
    for errand in window.findChildren(Errand):
        errand.give_up()
    window.verifying_progress.hide()
    window.banner.hide()
    if theme.name() != "light":
        window.show_theme("light")
    window.resize(1440, 900)
    widths = panel_widths(window)
    if widths != _first_widths.setdefault(id(window), widths):
        window.actions_by_id["view.reset_layout"].trigger()
    window.loss.set_logarithmic(False)
    window.toolbar.speed.setValue(FULL_SPEED)
    window.document.change(Experiment(), "", fresh=True)
    window.document.undo_stack.clear()
    window.select(None)
    window.trace_row(0)
    window.looking.choose(Shown())
    window.pins.pins.clear()
    window.status.clearMessage()
    window.editing.keeps_learned = True
    window.diagram.fit()
    if not window.isActiveWindow():
        window.activateWindow()
        events()
    window.setFocus()
    settle(window)


def snapshot_of(window: Window) -> Snapshot:
    """The newest snapshot."""
    assert window.training.snapshot is not None
    return window.training.snapshot


def show(window: Window, experiment: Experiment) -> Snapshot:
    """Opens an experiment in a window."""
    window.document.change(experiment, "")
    return settle(window)


def open_layer(window: Window) -> int | None:
    """The layer whose card is open: a hidden one, -1 for the output, None when all are closed."""
    cards = window.builder.cards
    return next((card.index for card in (*cards.cards, cards.output) if not card.form.isHidden()), None)


def select_layer(window: Window, index: int | None) -> None:
    """Selects the layer at a place, -1 for the output, or none."""
    window.select(selection_at(index, window.document.experiment.network))


def trigger(window: Window, name: str) -> QAction:
    """Runs a command by its id."""
    action = window.actions_by_id[name]
    action.trigger()
    return action


def press(widget: QWidget, letter: str) -> None:
    """One letter, as the keyboard sends it: the key of a letter that Qt has no name for is its code point."""
    if letter == "\b":
        QTest.keyClick(widget, Qt.Key.Key_Backspace)
    elif letter.isascii():
        QTest.keyClicks(widget, letter)
    else:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, ord(letter.upper()), Qt.KeyboardModifier.NoModifier, letter)
            QApplication.sendEvent(widget, event)


def type_into(field: QWidget, text: str, end: Qt.Key | None = Qt.Key.Key_Return) -> None:
    """Clicks a field, types over what is in it, and presses Enter."""
    field.setFocus()
    QTest.mouseClick(field, LEFT)
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    for letter in text:
        press(field, letter)
    if end is not None:
        QTest.keyClick(field, end)


def choose(field: ChoiceField, key: str) -> None:
    """Opens a combo box and takes the entry with a key."""
    field.showPopup()
    view = field.view()
    QTest.keyClick(view, Qt.Key.Key_Home)
    # A line between two entries is passed by.
    while view.currentIndex().row() < field.findData(key):
        QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Return)
    field.hidePopup()


def mouse(widget: QWidget, kind: QEvent.Type, at: QPointF, held: bool = True) -> None:
    """One event of the mouse with the left button; a person's pointer moves by way of many of these."""
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
    buttons = LEFT if held else Qt.MouseButton.NoButton
    where = QPointF(widget.mapToGlobal(at.toPoint()))
    QApplication.sendEvent(widget, QMouseEvent(kind, at, where, button, buttons, Qt.KeyboardModifier.NoModifier))


def drag(widget: QWidget, start: QPointF, by: QPointF, moves: int = 10) -> None:
    """Presses, moves in small steps, lets go."""
    mouse(widget, QEvent.Type.MouseButtonPress, start)
    for i in range(1, moves + 1):
        mouse(widget, QEvent.Type.MouseMove, start + by * (i / moves))
    mouse(widget, QEvent.Type.MouseButtonRelease, start + by, held=False)


def hover(widget: QWidget, at: QPointF) -> None:
    """Moves the pointer to a place, no button down."""
    mouse(widget, QEvent.Type.MouseMove, at, held=False)


def turn_wheel(widget: QWidget, notches: float) -> None:
    """Turns the wheel over a widget."""
    at = QPointF(widget.rect().center())
    event = QWheelEvent(
        at,
        QPointF(widget.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def choose_entry(widget: QWidget, words: str) -> None:
    """Takes an entry of one of the menus of a title line."""
    entries = [entry for menu in widget.findChildren(QMenu) for entry in menu.actions() if entry.text() == words]
    assert len(entries) == 1, f"{len(entries)} entries called {words}"
    entries[0].trigger()


def number_field(window: Window, name: str) -> NumberField:
    """A number field of the builder that is shown, by the name of its setting."""
    found = [field for field in window.builder.findChildren(NumberField, name) if field.isVisibleTo(window.builder)]
    assert len(found) == 1, f"{len(found)} fields called {name}"
    return found[0]


def chips(window: Window) -> dict[str, QToolButton]:
    """The chips of the columns, by the column's name."""
    return {
        str(chip.property("column")): chip
        for chip in window.builder.columns.findChildren(QToolButton)
        if chip.property("column")
    }


def words(widget: QWidget) -> list[str]:
    """All that the labels inside a widget say, without the markup."""
    labels = [label for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    return [html.unescape(re.sub(r"<[^>]+>", " ", label.text())) for label in labels]


def read(text: str) -> float:
    """A number as it is written for people."""
    return float(text.replace("\u2212", "-").replace(",", ""))


def same_start(one: Snapshot, other: Snapshot) -> bool:
    """Whether two instants have the very same parameters, bit for bit."""
    return one.step == other.step and np.array_equal(one.parameters, other.parameters)
