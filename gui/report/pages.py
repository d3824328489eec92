"""A report as pages for print: A4, text that can be found and copied, and pictures as curves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen, QTextOption

from engine.reporting.blocks import Figure, Report, Table, Text
from gui.report.page import PROGRAM, in_rows
from gui.report.pictures import Picture
from gui.theme import colours, font, painted_in

# Sizes in pixels of 96 to an inch, as on the screen; text is set on a grid of so many dots to an inch.
_DPI, _FINE_DPI = 96, 1200
PAPER = 794.0, 1123.0
_SIDE, _TOP, _FOOT = 62.0, 60.0, 64.0
_GAP, _CELL, _LINE = 24.0, 14.0, 4.0
_TEXT = PAPER[0] - 2 * _SIDE
_DEMI = QFont.Weight.DemiBold
NewPage = Callable[[], object]


def as_pages(report: Report, pictures: dict[str, Picture]) -> bytes:
    """The report as PDF, always in light colours; the description as JSON is left to the page for a browser."""
    with painted_in("light"):
        count = _written(report, pictures, 0)[1]
        return _written(report, pictures, count)[0]


def _written(report: Report, pictures: dict[str, Picture], count: int) -> tuple[bytes, int]:
    """The PDF and how many pages it has; they are numbered of ``count``."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_FINE_DPI)
    paper, none = QPageSize(QPageSize.PageSizeId.A4), QMarginsF(0, 0, 0, 0)
    writer.setPageLayout(QPageLayout(paper, QPageLayout.Orientation.Portrait, none))
    writer.setTitle(f"{report.title} – {report.summary}")
    writer.setCreator(PROGRAM)
    with QPainter(writer) as painter:
        painter.scale(_FINE_DPI / _DPI, _FINE_DPI / _DPI)
        pages = Pages(painter, f"{report.title} · {PROGRAM} · {report.made}", count, writer.newPage)
        lay_out(pages, report, pictures)
    return bytes(buffer.data().data()), pages.number


def lay_out(pages: Pages, report: Report, pictures: dict[str, Picture]) -> None:
    """Sets a whole report."""
    pages.text(report.title, font(24, _DEMI), colours().text, after=6)
    pages.text(report.summary, font(14), colours().text, after=8)
    if report.note:
        pages.text(report.note, font(12), colours().accent, after=8)
    pages.facts(report.facts)
    for section in report.sections:
        blocks = in_rows(section, pictures)
        if any(not isinstance(block, Text) or not block.code for block in blocks):
            pages.heading(section.title, _first_height(pages, blocks[0], pictures))
        for block in blocks:
            if isinstance(block, tuple):
                pages.figures(block, pictures)
            elif isinstance(block, Table):
                pages.table(block)
            elif not block.code:
                pages.text(block.words, font(11), colours().quiet, after=12)
    pages.end()


def _first_height(pages: Pages, block: tuple[Figure, ...] | Table | Text, pictures: dict[str, Picture]) -> float:
    """How much must stand below a heading: the first picture, or some lines."""
    return pages.height_of(block, pictures) if isinstance(block, tuple) else 90.0


class Pages:
    """Sets one thing below the other, and goes to the next page where there is no more room."""

    def __init__(self, painter: QPainter, foot: str, count: int, new_page: NewPage) -> None:
        self._painter, self._foot, self._count, self._new_page = painter, foot, count, new_page
        self._y = _TOP
        self.number = 1

    def _room_for(self, height: float) -> None:
        """Goes to the next page unless there is so much room, which a page has."""
        if self._y + height > PAPER[1] - _FOOT and self._y > _TOP:
            self.end()
            self._new_page()
            self.number += 1
            self._y = _TOP

    def end(self) -> None:
        """The foot of the page."""
        self._painter.setFont(font(10))
        self._painter.setPen(QColor(colours().quiet))
        box = QRectF(_SIDE, PAPER[1] - 46, _TEXT, 16)
        cut = QFontMetricsF(font(10)).elidedText(self._foot, Qt.TextElideMode.ElideRight, _TEXT - 80)
        self._painter.drawText(box, Qt.AlignmentFlag.AlignLeft, cut)
        self._painter.drawText(box, Qt.AlignmentFlag.AlignRight, f"{self.number} / {self._count}")

    def text(self, words: str, set_in: QFont, tint: str, after: float) -> None:
        """A paragraph."""
        height = self._height(words, set_in, _TEXT)
        self._room_for(height)
        self._draw(words, set_in, tint, QRectF(_SIDE, self._y, _TEXT, height))
        self._y += height + after

    def heading(self, words: str, below: float) -> None:
        """A heading, with so much of what follows on the same page."""
        self._y += 18 if self._y > _TOP else 0
        self._room_for(34 + below)
        self._draw(words, font(15, _DEMI), colours().text, QRectF(_SIDE, self._y, _TEXT, 22))
        self._y += 34

    def facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        """The figures that matter most, in a line."""
        self._y += 10
        width = _TEXT / len(facts)
        for i, (name, value) in enumerate(facts):
            left = _SIDE + i * width
            self._draw(value, font(16, _DEMI), colours().text, QRectF(left, self._y, width - 8, 22))
            self._draw(name, font(10), colours().quiet, QRectF(left, self._y + 24, width - 8, 28))
        self._y += 56

    # -- pictures --------------------------------------------------------------------------------

    def height_of(self, row: tuple[Figure, ...], pictures: dict[str, Picture]) -> float:
        """The height of pictures side by side, with what stands below them."""
        width = self._width(row, pictures)
        return max(pictures[each.key].size[1] * width / pictures[each.key].size[0] for each in row) + 40

    def figures(self, row: tuple[Figure, ...], pictures: dict[str, Picture]) -> None:
        """Pictures side by side, each with its caption."""
        width, height = self._width(row, pictures), self.height_of(row, pictures)
        self._room_for(height)
        for i, figure in enumerate(row):
            picture, left = pictures[figure.key], _SIDE + i * (width + _GAP)
            painter = self._painter
            painter.save()
            painter.translate(left, self._y)
            painter.scale(width / picture.size[0], width / picture.size[0])
            picture.paint(painter)
            painter.restore()
            below = self._y + picture.size[1] * width / picture.size[0] + 4
            self._draw(figure.caption, font(10), colours().quiet, QRectF(left, below, width, 30))
        self._y += height + 8

    def _width(self, row: tuple[Figure, ...], pictures: dict[str, Picture]) -> float:
        half = (_TEXT - _GAP) / 2
        return half if all(pictures[each.key].size[0] < _TEXT for each in row) else _TEXT

    # -- tables ----------------------------------------------------------------------------------

    def table(self, table: Table) -> None:
        """A table; the names of its columns stand on every page of it."""
        widths = self._columns(table)
        heads = any(table.heads)
        for i, row in enumerate(table.rows):
            height = self._row_height(row, widths)
            page = self.number
            self._room_for(height + (22 if heads and i == 0 else 0))
            if heads and (i == 0 or self.number != page):
                self._row(table.heads, widths, table.numbers, 20, [colours().quiet] * len(widths), font(10))
            first = colours().text if heads else colours().quiet
            self._row(row, widths, table.numbers, height, [first, *[colours().text] * (len(widths) - 1)], font(11))
        self._y += 16

    def _columns(self, table: Table) -> list[float]:
        """The widths of the columns: as wide as they want to be, or what there is shared out."""
        if not any(table.heads):
            return [110.0, _TEXT - 110.0]
        metrics, small = QFontMetricsF(font(11)), QFontMetricsF(font(10))
        wanted = [
            max([small.horizontalAdvance(head), *(metrics.horizontalAdvance(row[i]) for row in table.rows)]) + _CELL
            for i, head in enumerate(table.heads)
        ]
        total = sum(wanted)
        if total <= _TEXT:
            # Words take more of what is left than numbers do.
            shares = [1.0 if i in table.numbers else 3.0 for i in range(len(wanted))]
            rest = (_TEXT - total) / sum(shares)
            return [width + rest * share for width, share in zip(wanted, shares, strict=True)]
        # Narrow columns keep what they want; the others share the rest.
        fair = _TEXT / len(wanted)
        kept = sum(width for width in wanted if width <= fair)
        wide = sum(width for width in wanted if width > fair)
        return [width if width <= fair else width * (_TEXT - kept) / wide for width in wanted]

    def _row_height(self, row: tuple[str, ...], widths: list[float]) -> float:
        heights = (self._height(cell, font(11), width - _CELL) for cell, width in zip(row, widths, strict=True))
        return max(heights) + 2 * _LINE

    def _row(
        self,
        cells: tuple[str, ...],
        widths: list[float],
        numbers: frozenset[int],
        height: float,
        tints: list[str],
        set_in: QFont,
    ) -> None:
        left = _SIDE
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            # The last column of numbers ends where the text does.
            room = width if i in numbers and i == len(widths) - 1 else width - _CELL
            box = QRectF(left, self._y + _LINE, room, height - _LINE)
            self._draw(cell, set_in, tints[i], box, i in numbers)
            left += width
        self._y += height
        self._painter.setPen(QPen(QColor(colours().line), 0.75))
        self._painter.drawLine(round(_SIDE), round(self._y), round(_SIDE + _TEXT), round(self._y))

    # -- text ------------------------------------------------------------------------------------

    def _height(self, words: str, set_in: QFont, width: float) -> float:
        self._painter.setFont(set_in)
        return self._painter.boundingRect(QRectF(0, 0, width, 10_000), words, _wrapped(False)).height()

    def _draw(self, words: str, set_in: QFont, tint: str, box: QRectF, right: bool = False) -> None:
        self._painter.setFont(set_in)
        self._painter.setPen(QColor(tint))
        self._painter.drawText(box, words, _wrapped(right))


def _wrapped(right: bool) -> QTextOption:
    """Lines end between words, and within one that is longer than a line, such as a hash."""
    option = QTextOption(Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option
