"""Tables of text, read by the parser of pandas in parts: typed, with progress, and never twice in memory as words."""

from __future__ import annotations

import codecs
import csv
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from engine.data.detection import LONGEST_LINE, Layout, codecs_of, layout_of
from engine.data.progress import Progress
from engine.data.raw import Column, RawTable
from engine.data.table import DataError
from engine.data.table_spec import ReadingSpec
from engine.data.typed import (
    LONGEST_TEXT,
    MISSING_MARKERS,
    is_missing,
    named,
    number_pattern,
    refuse_too_large,
    short,
    typed_column,
)

_SAMPLE = 256_000
_BLOCK = 1_000_000
# Fields between two reports of progress.
_FIELDS_AT_ONCE = 1_000_000
# Bytes of a file whose lines are counted to name one that is wrong.
_COUNTED = 20_000_000
# A column is held twice while its parts are joined.
_BYTES_A_FIELD = 2 * 8
_MARKERS = sorted({each for marker in MISSING_MARKERS for each in (marker, marker.upper(), marker.title(), "NaN")})


class Text:
    """A file as the parser reads it: UTF-8 with ``\\n`` between lines, and comments emptied.

    ``read`` raises ``DataError`` for what cannot be a table, and ``UnicodeDecodeError`` for another encoding.
    """

    def __init__(self, file: IO[bytes], codec: str, comment: str, origin: str, delimiter: str = "") -> None:
        self._file = file
        # What may stand before a quote that opens a field; elsewhere a quote is a letter like others.
        self._outside = {b"", b"\n", delimiter.encode()} if delimiter else set()
        self._lines, self._quoted_from, self._quoted = 0, 0, -1
        file.seek(0)
        self._decoder = codecs.getincrementaldecoder(codec)()
        self._ascii_is_itself = not codec.startswith("utf-16") and codec != "utf-8-sig"
        self._comment = re.compile(rb"(?m)^" + re.escape(comment.encode()) + rb".*$") if comment else None
        self._rest, self._open, self._ended = b"", 0, False
        self.origin = origin

    def read(self, _size: int = -1) -> bytes:
        """The next letters in UTF-8, nothing at the end; whole lines where there are comments."""
        block = self._rest + self._next_block()
        cut = block.rfind(b"\n") + 1
        self._open = len(block) - cut if cut or self._comment else self._open + len(block)
        if self._open > LONGEST_LINE:
            raise DataError(
                f"a line of {self.origin} is longer than {LONGEST_LINE:,} letters; check where its lines end"
            )
        if self._outside:
            self._refuse_endless_quote(block)
        if self._comment is None:
            return block
        if not self._ended:
            block, self._rest = block[:cut], block[cut:]
            return self._comment.sub(b"", block) if block else self.read()
        self._rest = b""
        return self._comment.sub(b"", block)

    def _refuse_endless_quote(self, block: bytes) -> None:
        """A field in quotes may hold line ends, but where they go on for ever the closing quote was forgotten."""
        last = block.rfind(b'"')
        if last >= 0:
            opens = block[max(last - 100, 0) : last].rstrip(b" ")[-1:] in self._outside
            self._quoted_from = self._lines + block.count(b"\n", 0, last) + 1
            self._quoted = len(block) - last if opens else -1
        elif self._quoted >= 0:
            self._quoted += len(block)
        self._lines += block.count(b"\n")
        if self._quoted > LONGEST_LINE:
            raise DataError(
                f'line {self._quoted_from:,} of {self.origin} has a quote (") that is not closed within '
                f"{LONGEST_LINE:,} letters; close it or take it out"
            )

    def _next_block(self) -> bytes:
        """The next letters in UTF-8, checked; no line end is cut in two."""
        block = self._file.read(_BLOCK)
        if block.endswith(b"\r"):
            block += self._file.read(1)
        self._ended = not block
        plain = self._ascii_is_itself and block.isascii() and not self._decoder.getstate()[0]
        if not plain:
            block = self._decoder.decode(block, final=self._ended).encode("utf-8")
        if b"\0" in block:
            raise DataError(f"{self.origin} holds zero bytes, so it is not a table of text")
        return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in block else block

    def __iter__(self) -> Iterator[str]:
        """Line by line, which makes it a file to the parser."""
        rest = b""
        while block := self.read():
            *lines, rest = (rest + block).split(b"\n")
            yield from (line.decode("utf-8") + "\n" for line in lines)
        if rest:
            yield rest.decode("utf-8")


def read_letters(file: IO[bytes], size: int, how: ReadingSpec, origin: str, progress: Progress) -> RawTable:
    """A table from a file of so many bytes. Raises ``DataError`` and whatever ``progress`` raises."""
    sample = file.read(_SAMPLE)
    tried = codecs_of(sample, how, origin)
    for codec in tried:
        try:
            layout = _layout(file, codec, how, origin)
            return _Parser(file, size, layout, origin, progress).table()
        except UnicodeError as error:
            if codec == tried[-1]:
                raise DataError(
                    f"{origin} is not written in {codec.upper()} ({error.args[-1]}); choose another encoding"
                ) from None
    raise AssertionError("there is always an encoding to try")


def _layout(file: IO[bytes], codec: str, how: ReadingSpec, origin: str) -> Layout:
    """How a text is written, from as many of its first lines as that takes."""
    text = Text(file, codec, "", origin)
    head = text.read()
    # More, until a line ends after the first quarter of a million letters.
    while (end := head.find(b"\n", _SAMPLE) + 1) == 0 and (block := text.read()):
        head += block
    head = head[: end or None]
    return layout_of(head.decode("utf-8"), codec, how, origin)


class _Parser:
    """One reading of one file."""

    def __init__(self, file: IO[bytes], size: int, layout: Layout, origin: str, progress: Progress) -> None:
        self.file, self.size, self.layout, self.origin, self.progress = file, size, layout, origin, progress
        self.rows = 0
        self.notes = list(layout.found.notes)
        self.names = named(layout.names)

    def table(self) -> RawTable:
        """The whole table."""
        layout, found = self.layout, self.layout.found
        self._refuse_too_wide_or_large()
        seen = [self._kind(place) for place in range(layout.width)]
        parts = self._parts([place for place, kind in enumerate(seen) if kind == "text"])
        numbers: dict[int, list[NDArray[np.float64]]] = {p: [] for p, kind in enumerate(seen) if kind != "text"}
        words = {place: _Words(self.names[place]) for place, kind in enumerate(seen) if kind == "text"}
        mixed = set()
        for frame in parts:
            self.rows += len(frame)
            for place in list(numbers):
                values = frame[place]
                if values.dtype.kind in "iuf":
                    numbers[place].append(values.to_numpy(np.float64))
                elif len(values):
                    mixed.add(place)
                    del numbers[place]
            for place, each in words.items():
                each.add(frame[place])
        if mixed:
            # What looked like numbers and is not: read again, so that nothing of how it is written is lost.
            words |= {place: _Words(self.names[place]) for place in mixed}
            for frame in self._parts(sorted(mixed), sorted(mixed)):
                for place in mixed:
                    words[place].add(frame[place])
        columns = [self._column(place, numbers, words) for place in range(layout.width)]
        self._count_short_lines(columns[-1])
        given = layout.names if found.header else self.names
        kept = [c for c, name in zip(columns, given, strict=True) if name.strip() or not c.missing.all()]
        if len(kept) < len(columns):
            self.notes.append(f"{len(columns) - len(kept)} columns without a name and without a value are left out")
        if not kept:
            raise DataError(f"{self.origin} holds no values; there is no table in it")
        return RawTable(tuple(kept), self.origin, replace(found, notes=tuple(self.notes)))

    def _kind(self, place: int) -> str:
        """What a column looks like in the first rows."""
        decimal = number_pattern(self.layout.found.decimal)
        words = [row[place].strip() for row in self.layout.first if place < len(row)]
        return "number" if all(is_missing(word) or decimal.fullmatch(word) for word in words) else "text"

    def _parts(self, as_text: Sequence[int], only: Sequence[int] | None = None) -> Iterator[Any]:
        """The table in frames of some rows, the columns named by their places."""
        import pandas as pd  # noqa: PLC0415

        found, width = self.layout.found, self.layout.width
        text = Text(self.file, self.layout.codec, found.comment, self.origin, found.delimiter)
        with self._explained():
            frames = pd.read_csv(
                text,
                sep=r"\s+" if found.delimiter == " " else found.delimiter,
                decimal=found.decimal,
                header=0 if found.header else None,
                names=list(range(width)),
                usecols=only,
                index_col=False,
                dtype=dict.fromkeys(as_text, str),
                na_values=_MARKERS,
                keep_default_na=False,
                skipinitialspace=True,
                low_memory=False,
                chunksize=max(_FIELDS_AT_ONCE // width, 1000),
            )
        rows = 0
        while True:
            with self._explained():
                frame = next(frames, None)
            if frame is None:
                return
            rows += len(frame)
            self.progress(min(self.file.tell() / max(self.size, 1), 1.0), rows)
            yield frame

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """The parser's errors as sentences."""
        from pandas.errors import EmptyDataError, ParserError  # noqa: PLC0415

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except EmptyDataError:
            raise DataError(f"{self.origin} is empty; there is no table in it") from None
        except ParserError as error:
            raise DataError(self._why(str(error))) from None

    def _why(self, said: str) -> str:
        if "EOF inside string" in said:
            place = re.search(r"row (\d+)", said)
            where = f"row {int(place[1]) + 1 - self.layout.header:,}" if place else "a row"
            if self.size < _COUNTED:
                where = f"line {[1, *(line + 1 for line, _ in self._lengths())][-2]:,}"
            return f'{where} of {self.origin} has a quote (") that is not closed; close it or take it out'
        if "Expected" in said:
            line, count = self._first_long_line()
            return self._too_long(line, count)
        return f"{self.origin} cannot be read as a table ({said.strip().rsplit('C error: ', 1)[-1]}); check its lines"

    def _too_long(self, line: int, count: int) -> str:
        return (
            f"line {line:,} of {self.origin} has {count:,} fields, but there are {self.layout.width:,} columns; "
            "correct the line or choose another delimiter"
        )

    def _lengths(self) -> Iterator[tuple[int, int]]:
        """(last line, number of fields) of every row, 0 for an empty one; the names, where they are, come first."""
        found = self.layout.found
        lines = Text(self.file, self.layout.codec, found.comment, self.origin)
        if found.delimiter == " ":
            yield from ((number, len(line.split())) for number, line in enumerate(lines, 1))
            return
        reader = csv.reader(iter(lines), delimiter=found.delimiter, skipinitialspace=True)
        try:
            yield from ((reader.line_num, len(row)) for row in reader)
        except csv.Error:
            raise DataError(
                f"line {reader.line_num:,} of {self.origin} is in a field of more than {LONGEST_LINE:,} letters; "
                'look for a quote (") that is not closed'
            ) from None

    def _first_long_line(self) -> tuple[int, int]:
        return next((each for each in self._lengths() if each[1] > self.layout.width), (1, self.layout.width + 1))

    def _refuse_too_wide_or_large(self) -> None:
        layout = self.layout
        if any(len(row) > layout.width for row in layout.first[:1]):
            raise DataError(self._too_long(*self._first_long_line()))
        letters = sum(len(word) + 1 for row in layout.first for word in row)
        rows = int(self.size / max(letters / max(len(layout.first), 1), 1))
        refuse_too_large(rows * layout.width * _BYTES_A_FIELD, rows, self.origin)

    def _column(self, place: int, numbers: dict[int, list[NDArray[np.float64]]], words: dict[int, _Words]) -> Column:
        name = self.names[place]
        if place in numbers:
            parts = numbers.pop(place)
            return Column(name, "number", np.concatenate(parts) if parts else np.empty(0))
        return words.pop(place).column(self.layout.found.decimal)

    def _count_short_lines(self, last: Column) -> None:
        """Only where the last column lacks values can lines be too short."""
        if self.layout.width == 1 or not last.missing.any():
            return
        counts = (count for _, count in self._lengths() if count)
        if self.layout.header:
            next(counts)
        lacking = sum(count < self.layout.width for count in counts)
        if lacking and lacking < self.rows:
            lines = "1 line has" if lacking == 1 else f"{lacking:,} lines have"
            self.notes.append(f"{lines} too few fields; what is lacking is missing")


class _Words:
    """A column of words that grows part by part; each word is kept once."""

    def __init__(self, name: str) -> None:
        self._name, self._rows = name, 0
        self._index: dict[str, int] = {}
        self._parts: list[NDArray[np.int32]] = []

    def add(self, values: Any) -> None:
        """The next rows, as a column of pandas."""
        lengths = values.str.len()
        if len(lengths) and lengths.max() > LONGEST_TEXT:
            row = self._rows + int((lengths > LONGEST_TEXT).to_numpy().argmax()) + 1
            raise DataError(
                f"row {row:,}, column '{short(self._name)}' holds a text of {int(lengths.max()):,} letters, and "
                f"{LONGEST_TEXT:,} are the most; shorten it or take it out"
            )
        codes, words = values.factorize()
        self._rows += len(codes)
        places = [self._index.setdefault(str(word), len(self._index)) for word in words]
        self._parts.append(np.array([*places, -1], np.int32)[codes])

    def column(self, decimal: str) -> Column:
        """All rows, typed."""
        codes = np.concatenate(self._parts) if self._parts else np.empty(0, np.int32)
        return typed_column(self._name, codes, list(self._index), decimal)
