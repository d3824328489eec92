"""The hint: one line in the status strip about what looks wrong, with its evidence and a way to the view that shows it.

It can be silenced, one kind at a time for this window, or altogether in the settings.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from engine.findings import RULES, Finding, findings
from engine.snapshot import Snapshot
from gui.icons import icon
from gui.selection import Unit
from gui.text import said, tr
from gui.theme import colours, pixels

if TYPE_CHECKING:
    from gui.window import Window

# While it trains, it says something else at most this often.
_INTERVAL_S = 1.0


class Sentence(QPushButton):
    """A sentence to press, with an ellipsis where there is no room for all of it; it asks for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFlat(True)
        self.setProperty("role", "hint")
        # A click leaves the space bar to training.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.words = ""

    def say(self, words: str, why: str) -> None:
        """Shows a sentence; ``why`` is the rule behind it, and what helps."""
        self.words = words
        self.setAccessibleName(words)
        self.setToolTip(f"{words}\n{why}")
        self._fit()

    def _fit(self) -> None:
        room = self.width() - self.iconSize().width() - 20
        self.setText(self.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, max(room, 0)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Cuts the sentence to another width."""
        super().resizeEvent(event)
        self._fit()


class HintLine(QWidget):
    """Shows the gravest finding that is not silenced. ``followed(finding)`` when it is pressed, to be shown why."""

    followed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence, self.close_button = Sentence(), QToolButton()
        self.close_button.setProperty("role", "mini")
        self.close_button.setToolTip(tr("Do not say this kind of thing again until the program is started anew"))
        self.close_button.setAccessibleName(tr("Silence this hint"))
        self.finding: Finding | None = None
        self._silenced: set[str] = set()
        self._enabled, self._due = True, 0.0
        self._snapshot: Snapshot | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.close_button)
        self.sentence.clicked.connect(self._follow)
        self.close_button.clicked.connect(self._silence)
        self._paint()
        self._show(None)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follows a change of theme."""
        if event.type() == QEvent.Type.StyleChange:
            self._paint()
        super().changeEvent(event)

    def _paint(self) -> None:
        self.sentence.setIcon(icon("warning", colours().negative_text))
        self.sentence.setIconSize(QSize(pixels(14), pixels(14)))
        self.close_button.setIcon(icon("close", colours().quiet))
        self.close_button.setIconSize(QSize(pixels(12), pixels(12)))

    def enable(self, on: bool) -> None:
        """Hints are wanted at all, or not."""
        if on != self._enabled:
            self._enabled, self._due = on, 0.0
            self._silenced.clear()
            if self._snapshot is not None:
                self.show_snapshot(self._snapshot, False)

    def show_snapshot(self, snapshot: Snapshot, running: bool) -> None:
        """Looks for what is wrong at an instant; while it trains, not more often than one can read."""
        self._snapshot, now = snapshot, perf_counter()
        if running and now < self._due:
            return
        self._due = now + _INTERVAL_S
        found = findings(snapshot) if self._enabled else []
        self._show(next((each for each in found if each.key not in self._silenced), None))

    def _show(self, finding: Finding | None) -> None:
        self.finding = finding
        self.setVisible(finding is not None)
        if finding is not None:
            rule = RULES[finding.key]
            self.sentence.say(said(finding.sentence), f"{tr(rule.label)}: {tr(rule.about)}\n{what_helps(finding)}")

    @Slot()
    def _follow(self) -> None:
        self.followed.emit(self.finding)

    @Slot()
    def _silence(self) -> None:
        if self.finding is not None and self._snapshot is not None:
            self._silenced.add(self.finding.key)
            self.show_snapshot(self._snapshot, False)


def what_helps(finding: Finding) -> str:
    """What can be done about something that was found."""
    return tr("What helps: {0}").format(tr(RULES[finding.key].helps))


def show_evidence(window: Window, finding: Finding) -> None:
    """Opens the view that shows why something was found, says what helps, and selects the layer that is meant."""
    snapshot = window.training.snapshot
    if snapshot is not None and snapshot.diverged is None:
        # Of a divergence the line above the drawing says it already, with a button that does it.
        label = tr(RULES[finding.key].label)
        window.banner.say(f"{label}. {what_helps(finding)}", generation=window.training.generation, fault=False)
    if finding.view in window.panels.docks:
        window.panels.open(finding.view)
        window.panels.docks[finding.view].raise_()
    if finding.layer is not None:
        window.select(Unit(finding.layer + 1, 0))
