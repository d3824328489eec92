"""The proof light: says in the status strip, at all times, whether the gradients are proven."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QToolButton, QWidget

from engine.snapshot import Snapshot
from gui.plots.verdicts import compared, headline, power, proof_of, sentence
from gui.text import tr
from gui.theme import colours

_SIDE = 12


class ProofLight(QToolButton):
    """A mark and a few words; ``clicked`` asks for the view. ``state`` is that of the proof, "" before there is one.

    Shape and words tell the states apart as well as the colour does: a disc, a ring, a triangle, a diamond.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prooflight")
        self.setProperty("role", "light")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(_SIDE, _SIDE))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.state = ""
        self._brief = False
        self._snapshot: Snapshot | None = None
        self.hide()

    def show_brief(self, on: bool) -> None:
        """Says no numbers, for which there is no room; the tooltip does."""
        if on != self._brief:
            self._brief = on
            if self._snapshot is not None:
                self.show_snapshot(self._snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows what is known at an instant."""
        self._snapshot, proof = snapshot, proof_of(snapshot)
        self.setVisible(proof is not None)
        if proof is None:
            return
        words, told = headline(proof), sentence(snapshot, proof)
        if proof.state == "green" and proof.worst is not None and not self._brief:
            words = tr("{0}, largest difference {1}").format(words, power(float(proof.worst["error"])))
        if words != self.text():
            self.setText(words)
            self.setAccessibleName(words)
        self.setToolTip(f"{told}\n{compared(proof)}\n{tr('Click to see the numbers.')}")
        self.setAccessibleDescription(told)
        if proof.state != self.state:
            self.state = proof.state
            self._paint()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Paints the mark in the colours of another theme."""
        if event.type() == QEvent.Type.StyleChange:
            self._paint()
        super().changeEvent(event)

    def _paint(self) -> None:
        if self.state:
            self.setIcon(mark_of(self.state, self.devicePixelRatioF()))


def tint_of(state: str) -> str:
    """The colour of a state in the theme in force."""
    c = colours()
    return {"green": c.series[2], "amber": c.series[4], "red": c.warning}.get(state, c.quiet)


def mark_of(state: str, ratio: float = 1.0) -> QIcon:
    """The mark of a state: a disc, a ring while checking, a triangle for amber, a diamond for red."""
    picture = QPixmap(round(_SIDE * ratio), round(_SIDE * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    colour = QColor(tint_of(state))
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 2.0) if state == "checking" else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if state == "checking" else colour)
        if state in _CORNERS:
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in _CORNERS[state]]))
        else:
            painter.drawEllipse(QRectF(2.0, 2.0, _SIDE - 4.0, _SIDE - 4.0))
    return QIcon(picture)


_CORNERS = {
    "amber": ((6.0, 0.5), (12.0, 11.5), (0.0, 11.5)),
    "red": ((6.0, 0.0), (12.0, 6.0), (6.0, 12.0), (0.0, 6.0)),
}
