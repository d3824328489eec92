"""The drawing of the network as a file or on the clipboard: SVG, PDF and PNG."""

from __future__ import annotations

import atexit
import re
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Annotated

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QMimeData, QRectF, QSize, QSizeF
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from engine.files import replace_file
from engine.spec import Setting, Spec
from gui import theme
from gui.diagram.drawing import Drawing, draw_network
from gui.text import tr
from gui.version import VERSION

# Pixels to an inch, as browsers and Qt's screens count them: a unit of the drawing is one of these.
_DPI = 96
# Lines of text are set in a PDF on a grid of so many dots to an inch.
_FINE_DPI, _POINTS = 1200, 72
_UPRIGHT = QPageLayout.Orientation.Portrait
# Pictures in the nodes are so many pixels to a unit in vector drawings.
_FINE = 4.0
# One GiB of pixels.
_MOST_PIXELS = 2**28
# What stands in for the window's font where a reader has not got it.
_OTHER_FONTS = "Helvetica, Arial, sans-serif"
KINDS = (("svg", "SVG"), ("pdf", "PDF"), ("png", "PNG"))
SUFFIXES = tuple(f".{kind}" for kind, _ in KINDS)
_THEMES = (("light", "Light"), ("dark", "Dark"))
COPY_SCALE = 2.0


class Picture(Spec):
    """How the drawing is written."""

    kind: Annotated[
        str,
        Setting(
            "Format", "SVG and PDF stay sharp at any size and can be edited; PNG has pixels.", choices=lambda: KINDS
        ),
    ] = "svg"
    theme: Annotated[str, Setting("Theme", "The colours of the drawing.", choices=lambda: _THEMES)] = "light"
    scale: Annotated[
        float,
        Setting(
            "Scale", "Pixels of the picture for each pixel of the window.", low=0.25, high=8.0, step=2**0.5,
            scale="log", shown_if=("kind", ("png",)),
        ),
    ] = 1.0  # fmt: skip
    transparent: Annotated[
        bool, Setting("Transparent", "Nothing is painted behind the network, so that the page shows through.")
    ] = False


def export_diagram(
    drawing: Drawing,
    path: Path,
    *,
    scale: float = 1.0,
    transparent: bool = False,
    theme: str | None = None,
) -> None:
    """Writes the drawing of a network as SVG, PDF or PNG, by the suffix of the path.

    Its size is in the window's pixels, 96 to an inch; the picture is ``scale`` (0.25 to 8) times as large. ``theme`` is
    "light" or "dark", None the one in force. Raises ``ValueError`` with a sentence for another suffix, theme or scale,
    and ``OSError`` (see ``engine.files``); what the file held before is then untouched.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(tr("the drawing is written as {0}, not as '{1}'").format(", ".join(SUFFIXES), path.name))
    replace_file(path, encoded(drawing, picture(suffix[1:], scale, transparent, theme)))


def picture(kind: str, scale: float = 1.0, transparent: bool = False, name: str | None = None) -> Picture:
    """How a drawing is written; the theme in force where no name is given. Raises ``ValueError``."""
    return Picture(kind=kind, scale=scale, transparent=transparent, theme=name or theme.name())


def encoded(drawing: Drawing, how: Picture) -> bytes:
    """The drawing as the content of a file. Raises ``ValueError`` for a PNG of too many pixels."""
    makers: dict[str, Callable[[Drawing, Picture], bytes]] = {"svg": _svg, "pdf": _pdf, "png": _png}
    return makers[how.kind](drawing, how)


def copy_diagram(drawing: Drawing, how: Picture) -> None:
    """Puts the drawing on the clipboard."""
    put_on_clipboard(clipboard_data(drawing, how))


def put_on_clipboard(data: QMimeData) -> None:
    """Leaves something for other programs to paste."""
    QGuiApplication.clipboard().setMimeData(data)
    if QGuiApplication.platformName() == "offscreen":
        # Without a screen the clipboard outlives Python, and the process would crash over what Python has made.
        atexit.unregister(_empty_clipboard)
        atexit.register(_empty_clipboard)


def _empty_clipboard() -> None:
    if QGuiApplication.instance() is not None:
        QGuiApplication.clipboard().clear()


def copied_at(how: Picture) -> float:
    """The scale of the image on the clipboard: twice the size, unless a PNG of another scale is wished."""
    return how.scale if how.kind == "png" else COPY_SCALE


def clipboard_data(drawing: Drawing, how: Picture) -> QMimeData:
    """The drawing for another program: an image and SVG, whichever it understands."""
    data = QMimeData()
    data.setImageData(image(drawing, how.edited(kind="png", scale=copied_at(how))))
    data.setData("image/svg+xml", _svg(drawing, how.edited(kind="svg", scale=1.0)))
    return data


def pixels_of(how: Picture, size: tuple[float, float]) -> tuple[int, int]:
    """Width and height of a PNG of a drawing. Raises ``ValueError`` with a sentence when there are too many."""
    width, height = (max(round(side * how.scale), 1) for side in size)
    if how.kind == "png" and width * height > _MOST_PIXELS:
        raise ValueError(
            tr("a picture of {0} × {1} pixels needs more than 1 GiB of memory; choose a smaller scale").format(
                f"{width:,}", f"{height:,}"
            )
        )
    return width, height


# -- the three formats ---------------------------------------------------------------------------------


def image(drawing: Drawing, how: Picture) -> QImage:
    """The drawing in pixels, ``how.scale`` for each one of the window."""
    width, height = pixels_of(how, drawing.size)
    made = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    if made.isNull():
        raise ValueError(tr("there is not enough memory for a picture of {0} × {1} pixels").format(width, height))
    made.fill(0)
    dots = round(_DPI * how.scale / 0.0254)
    made.setDotsPerMeterX(dots)
    made.setDotsPerMeterY(dots)
    made.setText("Title", drawing.title)
    made.setText("Description", drawing.description)
    with QPainter(made) as painter:
        painter.scale(width / drawing.size[0], height / drawing.size[1])
        _draw(painter, drawing, how, how.scale)
    return made if how.transparent else made.convertToFormat(QImage.Format.Format_RGB32)


def _png(drawing: Drawing, how: Picture) -> bytes:
    return as_png(image(drawing, how))


def as_png(picture: QImage) -> bytes:
    """An image as the content of a PNG file. Raises ``ValueError``."""
    buffer = _buffer()
    writer = QImageWriter(buffer, QByteArray(b"png"))
    if not writer.write(picture):
        raise ValueError(tr("the picture could not be made: {0}").format(writer.errorString()))
    return bytes(buffer.data().data())


def _svg(drawing: Drawing, how: Picture) -> bytes:
    def draw(painter: QPainter) -> None:
        _draw(painter, drawing, how, _FINE)

    return as_svg(drawing.size, draw, drawing.title, drawing.description, how.scale)


def as_svg(
    size: tuple[float, float],
    draw: Callable[[QPainter], None],
    title: str,
    words: str,
    scale: float = 1.0,
    *,
    dpi: int = _DPI,
    clipped: bool = False,
) -> bytes:
    """What ``draw`` paints on an area of that size, as SVG that is ``scale`` times as large.

    ``dpi`` is what the painter is told of the dots to an inch. ``clipped``: what the painter clips is cut off in the
    file as well, for which that needs to be SVG 1.1 instead of SVG Tiny.
    """
    version = QSvgGenerator.SvgVersion.Svg11 if clipped else QSvgGenerator.SvgVersion.SvgTiny12
    buffer, generator = _buffer(), QSvgGenerator(version)
    generator.setOutputDevice(buffer)
    generator.setResolution(dpi)
    generator.setSize(QSize(*(round(side * scale * dpi / _DPI) for side in size)))
    generator.setViewBox(QRectF(0, 0, *size))
    generator.setTitle(title)
    generator.setDescription(words)
    with QPainter(generator) as painter:
        draw(painter)
    return _with_sharp_pixels(_with_other_fonts(bytes(buffer.data().data())))


def _with_sharp_pixels(svg: bytes) -> bytes:
    """Says of pictures that are not to be smoothed what browsers understand, too."""
    plain = b'image-rendering="optimizeSpeed"'
    return svg.replace(plain, plain + b' style="image-rendering: pixelated"')


def _with_other_fonts(svg: bytes) -> bytes:
    """Names more fonts than Qt does, so that a machine without the window's own does not fall back on a serif."""

    def more(found: re.Match[str]) -> str:
        return f'font-family="{escape(f"{found[1]}, {_OTHER_FONTS}")}"'

    return re.sub(r'font-family="([^"]*)"', more, svg.decode("utf-8")).encode("utf-8")


def _pdf(drawing: Drawing, how: Picture) -> bytes:
    def draw(painter: QPainter, size: tuple[float, float]) -> None:
        _draw(painter, replace(drawing, size=size), how, _FINE)

    return as_pdf(drawing.size, draw, drawing.title, how.scale)


def as_pdf(
    size: tuple[float, float],
    draw: Callable[[QPainter, tuple[float, float]], None],
    title: str,
    scale: float = 1.0,
    *,
    dpi: int = _FINE_DPI,
) -> bytes:
    """What ``draw`` paints on an area of that size, as a PDF of one page that is ``scale`` times as large.

    Qt's pages are a whole number of points wide and high: ``draw`` is given the size that fills them. ``dpi`` is what
    the painter is told of the dots to an inch, and the grid that letters are set on.
    """
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setResolution(dpi)
    points_per_unit = scale * _POINTS / _DPI
    points = [max(round(side * points_per_unit), 1) for side in size]
    paper = QPageSize(QSizeF(*points), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(paper, _UPRIGHT, QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Point))
    writer.setTitle(title)
    writer.setCreator(f"Glassbox {VERSION}")
    with QPainter(writer) as painter:
        fine = points_per_unit * dpi / _POINTS
        painter.scale(fine, fine)
        draw(painter, (points[0] / points_per_unit, points[1] / points_per_unit))
    return bytes(buffer.data().data())


def _draw(painter: QPainter, drawing: Drawing, how: Picture, density: float) -> None:
    with theme.painted_in(how.theme):
        draw_network(painter, drawing, transparent=how.transparent, density=density)


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
