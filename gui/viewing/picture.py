"""A live view as a picture: its title line without the buttons, and what it shows, in the theme in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyqtgraph as pg
from PySide6.QtCore import QMimeData, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPen, QPicture, QRegion
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QToolButton, QWidget

from gui import theme
from gui.export import as_pdf, as_png, as_svg
from gui.plots.titles import SAYS, PanelTitle
from gui.plots.view import View
from gui.text import tr
from gui.viewing.lettering import plainly_lettered

# Pixels of a PNG for each one of the window.
SCALE = 2.0


def encoded(view: View, kind: str, name: str, scale: float = SCALE) -> bytes:
    """A view as the content of a file of a kind: "png", "svg" or "pdf".

    ``name`` is its name for people; ``scale`` are the pixels of a PNG for each one of the window.
    """
    makers: dict[str, Callable[[], bytes]] = {
        "png": lambda: as_png(image(view, scale)),
        "svg": lambda: _svg(view, name),
        "pdf": lambda: as_pdf(_size(view), lambda painter, _: _play(view, painter), name, dpi=_dpi()),
    }
    return makers[kind]()


def clipboard_data(view: View, name: str) -> QMimeData:
    """A view for another program: an image and SVG, whichever it understands."""
    data = QMimeData()
    data.setImageData(image(view, SCALE))
    data.setData("image/svg+xml", _svg(view, name))
    return data


def image(view: View, scale: float) -> QImage:
    """A view in pixels. Raises ``ValueError`` when there is not enough memory."""
    width, height = (max(round(side * scale), 1) for side in _size(view))
    made = QImage(width, height, QImage.Format.Format_RGB32)
    if made.isNull():
        raise ValueError(tr("there is not enough memory for a picture of {0} × {1} pixels").format(width, height))
    with QPainter(made) as painter:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.scale(scale, scale)
        _strokes(view, scale).play(painter)
    return made


def _svg(view: View, name: str) -> bytes:
    words = tr(view.about.question)
    return as_svg(_size(view), lambda painter: _play(view, painter), name, words, dpi=_dpi(), clipped=True)


def _size(view: View) -> tuple[int, int]:
    return view.width(), view.title.height() + view.height()


def _dpi() -> int:
    """What Qt takes for the dots to an inch where it was not told; what is kept as a QPicture is drawn to that."""
    return round(QGuiApplication.primaryScreen().logicalDotsPerInchX())


def _play(view: View, painter: QPainter) -> None:
    """Draws a view into a file in which text stays text."""
    plainly_lettered(_strokes(view)).play(painter)


def _strokes(view: View, density: float = 1.0) -> QPicture:
    """A view stroke by stroke: if widgets drew themselves, what they clip would be cut off in the wrong place.

    ``density``: the pixels for each one of the window.
    """
    strokes = QPicture()
    with QPainter(strokes) as recorder, _without_caches(view, density):
        _draw(recorder, view)
    return strokes


def _draw(painter: QPainter, view: View) -> None:
    title, (width, height) = view.title, _size(view)
    words = QRegion(0, 0, title.width(), title.height())
    for button in title.findChildren(QToolButton):
        words -= QRegion(_place(button, title))
    painter.fillRect(0, 0, width, height, QColor(theme.colours().surface))
    children = QWidget.RenderFlag.DrawChildren
    with theme.painted_in(theme.name(), theme.type_size()):
        title.render(painter, QPoint(0, 0), words, children)
        view.render(painter, QPoint(0, title.height()), QRegion(), children)
        painter.setPen(QColor(theme.colours().text))
        for button in title.choosers:
            painter.setFont(button.font())
            painter.drawText(_place(button, title), Qt.AlignmentFlag.AlignCenter, button.property(SAYS))


def _place(button: QToolButton, title: PanelTitle) -> QRect:
    return button.rect().translated(button.mapTo(title, QPoint(0, 0)))


@contextmanager
def _without_caches(view: View, density: float) -> Iterator[None]:
    """Within it nothing is copied from pixels that are kept for the screen, and curves are as thick as there."""
    plots: list[QGraphicsView] = view.findChildren(QGraphicsView)
    grounds = [(plot, plot.cacheMode()) for plot in plots]
    kept = [(item, item.cacheMode()) for plot in plots for item in plot.items()]
    drawn = [item for item, _ in kept if isinstance(item, pg.GraphicsItem)]
    for plot in plots:
        plot.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
    for item, _ in kept:
        item.setCacheMode(QGraphicsItem.CacheMode.NoCache)
    pens = [(item, item.opts["pen"]) for item in drawn if isinstance(item, pg.PlotCurveItem)]
    for item in drawn:
        item.setExportMode(True)
    for item, pen in pens:
        item.opts["pen"] = _thicker(pg.mkPen(pen), density)
    try:
        yield
    finally:
        for item, pen in pens:
            item.opts["pen"] = pen
        for item in drawn:
            item.setExportMode(False)
        for plot, ground in grounds:
            plot.setCacheMode(ground)
        for item, mode in kept:
            item.setCacheMode(mode)


def _thicker(pen: QPen, times: float) -> QPen:
    """A pen whose thickness is in pixels, for a picture that has more of them."""
    made = QPen(pen)
    made.setWidthF(max(pen.widthF(), 1.0) * times)
    return made
