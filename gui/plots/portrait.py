"""The portrait of a unit: its activation function with the present point on it, and what it does in a picture."""

from __future__ import annotations

from html import escape

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.activations import Activation, Array, sigmoid
from engine.snapshot import Snapshot
from gui import amounts
from gui.diagram import nodes
from gui.diagram.shown import Shown
from gui.selection import Unit
from gui.text import number, tr
from gui.theme import colours, pixels
from gui.thumbnails import unit_picture

SIDE = 84
# Longer formulas stand in the notes, where there is room for them.
SHORT = 20


class CurveView(QWidget):
    """An activation function with the present point on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(84)
        self.setAccessibleName(tr("Activation function"))
        self._activation: Activation | None = None
        self._z: float | None = None
        self._a: float | None = None
        self._others = 0.0

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Half of the panel."""
        return QSize(120, 84)

    def show_point(self, activation: Activation, z: float | None, a: float | None = None, others: float = 0.0) -> None:
        """Shows a function and where on it a unit stands: at the sum z, with the answer a.

        ``others``: for softmax, log Σ e^z over the other units of the layer, which shifts the curve.
        """
        self._activation, self._z, self._a, self._others = activation, z, a, others
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Axes, curve, point."""
        if self._activation is not None:
            with QPainter(self) as painter:
                self._paint_curve(painter, self._activation)

    def _curve(self, activation: Activation, z: Array) -> Array:
        if activation.backward is None:
            values: Array = activation.value(z[None, :].copy(), None)[0]
            return values
        # With the other units held, softmax over one of them is a sigmoid.
        return sigmoid(z - self._others)

    def _paint_curve(self, painter: QPainter, activation: Activation) -> None:
        c = colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        here = self._z is not None and self._a is not None and np.isfinite([self._z, self._a]).all()
        middle = float(np.clip(self._others, -1e6, 1e6)) if activation.backward is not None else 0.0
        reach = max(4.0, min(abs((self._z or 0.0) - middle) * 1.2, 1e6)) if here else 4.0
        z = np.linspace(middle - reach, middle + reach, 121)
        a = self._curve(activation, z)
        low, high = min(float(a.min()), 0.0), max(float(a.max()), 1e-9)
        area = QRectF(2, 6, self.width() - 4, self.height() - 12)

        def at(x: float, y: float) -> QPointF:
            across = area.left() + (x - middle + reach) / (2 * reach) * area.width()
            return QPointF(across, area.bottom() - (y - low) / (high - low) * area.height())

        painter.setPen(QPen(QColor(c.line), 1.0))
        painter.drawLine(at(middle - reach, 0.0), at(middle + reach, 0.0))
        if abs(middle) <= reach:
            painter.drawLine(at(0.0, low), at(0.0, high))
        path = QPainterPath(at(z[0], a[0]))
        for x, y in zip(z[1:], a[1:], strict=True):
            path.lineTo(at(float(x), float(y)))
        painter.setPen(QPen(QColor(c.accent), 1.8))
        painter.drawPath(path)
        if here and self._z is not None and self._a is not None:
            painter.setPen(QPen(QColor(c.surface), 2.0))
            painter.setBrush(QColor(c.accent))
            painter.drawEllipse(at(self._z, min(max(self._a, low), high)), 5.0, 5.0)


class UnitPicture(QWidget):
    """The picture of a unit that the drawing has in its box, larger."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(SIDE, SIDE)
        self.setAccessibleName(tr("Picture of the unit"))
        self._image: QImage | None = None

    def show_image(self, image: QImage | None, words: str) -> None:
        """Shows a picture with what it is in words, or nothing."""
        self._image = image
        self.setToolTip(words)
        self.setAccessibleDescription(words)
        self.setVisible(image is not None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The picture with a hairline around it, since its ground may be that of the panel."""
        if self._image is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            clip = QPainterPath()
            clip.addRoundedRect(frame, 8, 8)
            painter.setClipPath(clip)
            painter.drawImage(QRectF(self.rect()), self._image)
            painter.setClipping(False)
            painter.setPen(QPen(QColor(colours().line), 1.0))
            painter.drawPath(clip)


class Portrait(QWidget):
    """Curve and answer at the left, picture and caption at the right; the picture goes where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curve, self.picture = CurveView(), UnitPicture()
        self.answer, self.caption = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.answer.setTextFormat(Qt.TextFormat.RichText)
        self.caption.setProperty("role", "caption")
        self.caption.setFixedWidth(SIDE)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self.curve, 0, 0)
        grid.addWidget(self.picture, 0, 1)
        grid.addWidget(self.answer, 1, 0, top)
        grid.addWidget(self.caption, 1, 1, top)
        grid.setColumnStretch(0, 1)

    def show_unit(self, snapshot: Snapshot, unit: Unit) -> None:
        """Shows a unit of a layer; column 0 has none."""
        layer = unit.column - 1
        activation, trace = snapshot.plan.layers[layer].activation, snapshot.trace
        z, a, others = None, None, 0.0
        if trace is not None:
            z, a = float(trace.z[layer][unit.index]), float(trace.a[layer][unit.index])
            others = _others(trace.z[layer], unit.index)
        self.curve.show_point(activation, z, a, others)
        words = escape(activation.formula if len(activation.formula) < SHORT else "a")
        shown = (
            f' =&nbsp;<span style="font-size:{pixels(15)}px;font-weight:600">{number(a, 4)}</span>'
            if a is not None
            else ""
        )
        tint = colours().quiet
        self.answer.setText(f'<span style="color:{tint}">{words}</span>{shown}')
        kind = pictured(snapshot, layer)
        side = round(SIDE * self.devicePixelRatioF())
        image = unit_picture(snapshot, kind, layer, unit.index, side) if kind else None
        caption, more = caption_of(snapshot, kind, layer, unit.index)
        self.picture.show_image(image, more)
        self.caption.setText(caption)
        self.caption.setVisible(image is not None)


def shown_by(snapshot: Snapshot) -> Shown:
    """What the nodes of a drawing show that was asked for this snapshot."""
    units, maps = snapshot.units, snapshot.maps
    return Shown(nodes=units.quantity if units is not None else maps.quantity if maps is not None else "activation")


def pictured(snapshot: Snapshot, layer: int) -> str:
    """What the picture of a unit is: as in the drawing ("map", "weights", "histogram", "gauge"), or "" for none.

    Where the drawing has but a number, a map or a histogram is there all the same.
    """
    kind = nodes.kind_of(snapshot, shown_by(snapshot), layer)
    if kind not in ("", "row"):
        return kind
    if snapshot.maps is not None and layer < len(snapshot.maps.layers):
        return "map"
    if layer == 0 and nodes.image_side(snapshot.data.names) is not None:
        return "weights"
    return "histogram" if nodes.statistics(snapshot) is not None else ""


def caption_of(snapshot: Snapshot, kind: str, layer: int, unit: int) -> tuple[str, str]:
    """What the picture of a unit is, in a few words and in a sentence with its scale."""
    units, maps = nodes.statistics(snapshot), snapshot.maps
    if kind == "map" and maps is not None:
        return _of_map(snapshot, layer, unit)
    if kind == "weights":
        most = number(float(np.abs(snapshot.weights(layer)[:, unit]).max()))
        more = tr("The weights of the unit as a picture: blue above zero, orange below, full at {0}.")
        return tr("its weights"), more.format(f"±{most}")
    if units is None:
        return "", ""
    found = units.layers[layer]
    if kind == "gauge":
        if not np.isfinite(found.saturated[unit]):
            return tr("never flat alone"), tr("The activation mixes the units of its layer: no single one is flat.")
        share = number(100 * float(found.saturated[unit]), 2)
        more = tr("Filled by the share of {0} at which the activation is flat: {1} %.")
        return tr("flat at {0} %").format(share), more.format(amounts.training_rows(units.rows), share)
    letter = {"pre_activation": "z", "gradient": "delta"}.get(units.quantity, "a")
    low, high = number(float(found.bounds[0])), number(float(found.bounds[-1]))
    more = tr("How {0} spreads over {1}, from {2} to {3}.")
    more = more.format(letter, amounts.training_rows(units.rows), low, high)
    return tr("{0} over {1}").format(letter, amounts.rows(units.rows)), more


def _of_map(snapshot: Snapshot, layer: int, unit: int) -> tuple[str, str]:
    maps = snapshot.maps
    assert maps is not None
    letter = "z" if maps.quantity == "pre_activation" else "a"
    plane = " × ".join(snapshot.data.variables[i] for i in maps.plane)
    more = tr("{0} over {1}").format(letter, plane)
    if maps.held is not None:
        more = tr("{0}, others as in row {1}").format(more, maps.held + 1)
    caption = (tr("{0} over the plane") if len(maps.plane) == 2 else tr("{0} over the input")).format(letter)
    if layer == len(snapshot.plan.layers) - 1 and snapshot.data.classes and letter == "a":
        return caption, tr("{0}; full where the answer is a sure yes").format(more)
    top = f"±{number(float(np.abs(maps.layers[layer][unit]).max()))}"
    return f"{caption}\n{top}", tr("{0}; blue above zero, orange below, full at {1}").format(more, top)


def _others(z: Array, unit: int) -> float:
    """log Σ e^z over all units of a layer but one; a very low number where there is no other."""
    rest = np.delete(z.astype(float), unit)
    if len(rest) == 0:
        return -1e6
    top = float(rest.max())
    return top + float(np.log(np.exp(rest - top).sum())) if np.isfinite(top) else 0.0
