"""How a text file is written: its encoding, what stands between fields, its decimal sign, names and comments."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from engine.data.raw import Found
from engine.data.table import DataError
from engine.data.table_spec import ReadingSpec
from engine.data.typed import first_row_is_names, is_missing, number_pattern, refuse_too_wide

LONGEST_LINE = 8_000_000
_SAMPLE_ROWS = 200
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A spreadsheet writes "sep=;" above a table to say what its delimiter is, which is found anyway.
_COMMENTS = ("#", "%", "//", "sep=")
# Where two fit as well as each other, the first is taken: a comma may be a decimal sign, a space is in many texts.
_DELIMITERS = ("\t", ";", "|", ",")
_CONTROL = frozenset(range(32)) - set(b"\t\n\r\f\v\x1a\x1b")


@dataclass(frozen=True)
class Layout:
    """How a text is read. ``names`` are those of the first row, or of none; ``first`` the rows it was seen by.

    ``codec`` is Python's name of the encoding. ``width`` is how many fields a row has.
    """

    codec: str
    found: Found
    names: tuple[str, ...]
    width: int
    first: tuple[tuple[str, ...], ...] = ()

    @property
    def header(self) -> bool:
        """Whether the first row that is no comment holds the names."""
        return self.found.header


def codecs_of(sample: bytes, how: ReadingSpec, origin: str) -> list[str]:
    """Python's names of the encodings to try, in order. Raises ``DataError`` for what is no text."""
    marked = next((codec for mark, codec in _BOMS if sample.startswith(mark)), None)
    if marked and how.encoding in ("auto", marked.removesuffix("-sig")):
        return [marked]
    wide = _without_mark(sample)
    if wide and how.encoding in ("auto", "utf-16"):
        return [wide]
    if how.encoding == "auto" and (b"\0" in sample or sum(byte in _CONTROL for byte in sample[:4096]) > 40):
        raise DataError(f"{origin} is not a table of text; open a text file, a workbook, Parquet or a NumPy file")
    return ["utf-8", "cp1252", "latin-1"] if how.encoding == "auto" else [how.encoding]


def _without_mark(sample: bytes) -> str:
    """UTF-16 that does not say so: of western letters, every other byte is zero."""
    head = sample[:4096]
    even, odd = head[::2].count(0) / max(len(head) / 2, 1), head[1::2].count(0) / max(len(head) / 2, 1)
    if max(even, odd) < 0.6 or min(even, odd) > 0.05:
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def layout_of(text: str, codec: str, how: ReadingSpec, origin: str) -> Layout:
    """How a text is written, from its first lines. Raises ``DataError``."""
    lines = text.split("\n")
    comment = _comment(lines) if how.comment == "auto" else how.comment
    heads = [line for line in lines if comment and line.startswith(comment)]
    lines = [line for line in lines if not (comment and line.startswith(comment))]
    if not any(line.strip() for line in lines):
        raise DataError(f"{origin} is empty; there is no table in it")
    delimiter = _delimiter(lines) if how.delimiter == "auto" else how.delimiter
    refuse_too_wide(max(line.count(delimiter) + 1 for line in lines[:1]), origin)
    rows = fields(lines, delimiter)
    if not rows:
        raise DataError(f"{origin} holds no values; there is no table in it")
    decimal = _decimal(rows, delimiter) if how.decimal == "auto" else how.decimal
    header = first_row_is_names(rows, decimal) if how.header == "auto" else how.header == "yes"
    encoding = {"utf-8-sig": "utf-8"}.get(codec, codec if codec[:6] != "utf-16" else "utf-16")
    layout = Layout(codec, Found(encoding, delimiter, decimal, header, comment), (), 0)
    return _with_names(layout, rows, _names_in(heads, comment, delimiter), origin)


def fields(lines: Iterable[str], delimiter: str) -> list[list[str]]:
    """The fields of the first rows that are not empty."""
    csv.field_size_limit(max(csv.field_size_limit(), 2 * LONGEST_LINE))  # 131,072 letters otherwise
    space = delimiter == " "
    lines = (line.replace("\t", " ").strip() for line in lines) if space else lines
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, skipinitialspace=True)
    rows = ([field for field in row if field] if space else row for row in reader)
    return list(islice((row for row in rows if any(map(str.strip, row)) or len(row) > 1), _SAMPLE_ROWS))


def _comment(lines: Sequence[str]) -> str:
    first = next((line.lstrip() for line in lines if line.strip()), "")
    return next((mark for mark in _COMMENTS if first.startswith(mark)), "")


def _delimiter(lines: Sequence[str]) -> str:
    best, share = "", 0.0
    for delimiter in (*_DELIMITERS, " "):
        if delimiter == " " and share > 0.5:
            break
        agreeing = _agreement(lines, delimiter)
        if agreeing > share:
            best, share = delimiter, agreeing
    return best or ","


def _agreement(lines: Sequence[str], delimiter: str) -> float:
    """Which share of the rows has the usual number of fields, 0 when that is one."""
    widths = Counter(len(row) for row in fields(lines[:_SAMPLE_ROWS], delimiter))
    width, count = widths.most_common(1)[0] if widths else (1, 0)
    if width == 1 and widths and next(iter(widths)) > 1:
        return 0.1  # a first row of names whose rows have one field each
    return count / widths.total() if width > 1 else 0.0


def _decimal(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    if delimiter == ",":
        return "."
    words = [word.strip() for row in rows for word in row]
    point, comma = (number_pattern(sign) for sign in ".,")
    commas = sum("," in word and comma.fullmatch(word) is not None for word in words)
    points = sum("." in word and point.fullmatch(word) is not None for word in words)
    return "," if commas > points else "."


def _names_in(heads: Sequence[str], comment: str, delimiter: str) -> list[str]:
    """The fields of the last comment before the table, which often holds the names."""
    return (fields([heads[-1].removeprefix(comment)], delimiter) or [[]])[0] if heads else []


def _with_names(layout: Layout, rows: list[list[str]], spoken: list[str], origin: str) -> Layout:
    """The layout with the names and the number of columns."""
    found, data = layout.found, rows[1:] if layout.header else rows
    widths = Counter(map(len, data))
    names = rows[0] if layout.header else []
    width = len(names) if names else max(widths, key=lambda each: (widths[each], each))
    notes: tuple[str, ...] = ()
    if names and data and set(widths) == {len(names) + 1}:
        width += 1
        if all(is_missing(row[-1]) for row in data):
            names = [*names, ""]
        else:
            names = ["", *names]
            notes = ("the first row has one name fewer than there are columns; the first column has no name",)
    elif not names and len(spoken) == width > 1 and all(spoken) and not any(map(number_pattern(".").fullmatch, spoken)):
        names, notes = spoken, ("the names are from the comment above the table",)
    refuse_too_wide(width, origin)
    sample = tuple(tuple(row) for row in data)
    return replace(
        layout, found=replace(found, notes=notes), names=tuple(names) or ("",) * width, width=width, first=sample
    )
