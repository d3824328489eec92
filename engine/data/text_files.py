"""Tables of text, read by the parser of pandas in parts: typed, with progress, and never twice in memory as words."""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from engine.data.detection import LONGEST_LINE, Layout, codecs_of, layout_of
from engine.data.pieces import Piece, made_in_order, plain_pieces, shares, threads
from engine.data.progress import Progress
from engine.data.raw import Column, RawTable
from engine.data.table import DataError
from engine.data.table_spec import ReadingSpec
from engine.data.text import Text
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
from engine.wording import counted

_SAMPLE = 256_000
# Fields between two reports of progress.
_FIELDS_AT_ONCE = 1_000_000
# Bytes of a file whose lines are counted to name one that is wrong.
_COUNTED = 20_000_000
# A column is held twice while its parts are joined.
_BYTES_A_FIELD = 2 * 8
_MARKERS = sorted({each for marker in MISSING_MARKERS for each in (marker, marker.upper(), marker.title(), "NaN")})


def read_letters(file: IO[bytes], size: int, how: ReadingSpec, origin: str, progress: Progress) -> RawTable:
    """A table from a file of so many bytes. Raises ``DataError`` and whatever ``progress`` raises."""
    sample = file.read(_SAMPLE)
    tried = codecs_of(sample, how, origin)
    for codec in tried:
        try:
            layout = _layout(file, codec, how, origin)
            with threads() as pool:
                return _Parser(file, size, layout, origin, progress, pool).table()
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

    def __init__(
        self, file: IO[bytes], size: int, layout: Layout, origin: str, progress: Progress, pool: Executor
    ) -> None:
        self.file, self.size, self.layout, self.origin, self.progress = file, size, layout, origin, progress
        self.pool = pool
        self.rows = 0
        # The number of the row that the parser would call row 0.
        self.first_row = 1 - layout.header
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
        columns = self._columns(numbers, words)
        self._count_short_lines(columns[-1])
        given = layout.names if found.header else self.names
        kept = [c for c, name in zip(columns, given, strict=True) if name.strip() or not c.missing.all()]
        if len(kept) < len(columns):
            nameless = counted(len(columns) - len(kept), "column")
            self.notes.append(f"left out: {nameless} without a name and without a value")
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
        frames, rows = self._frames(as_text, only), 0
        while True:
            with self._explained():
                frame, share = next(frames, (None, 1.0))
            if frame is None:
                return
            rows += len(frame)
            self.progress(share, rows)
            yield frame

    def _frames(self, as_text: Sequence[int], only: Sequence[int] | None) -> Iterator[tuple[Any, float]]:
        """Frames, and the share of the file that has been read by the end of each.

        Those of plain pieces are made by several threads; those of what comes after them one after the other.
        """
        import pandas as pd  # noqa: PLC0415

        found, width = self.layout.found, self.layout.width
        text = Text(self.file, self.layout.codec, found.comment, self.origin, found.delimiter)
        options = self._options(as_text, only)
        # Stands before what is not the beginning, so that the parser knows how long a line may be; left out again.
        ruler = (found.delimiter.join(["0"] * width) + "\n").encode()

        def parsed(piece: tuple[int, list[bytes], float]) -> tuple[Any, float]:
            place, blocks, share = piece
            if place == 0:
                return pd.read_csv(Piece(blocks), **options), share
            return pd.read_csv(Piece([ruler, *blocks]), **options | {"header": None})[1:], share

        pieces = ((place, blocks, self._share()) for place, blocks in enumerate(plain_pieces(text)))
        begun = False
        for made in made_in_order(self.pool, parsed, pieces):
            begun = True
            yield made
        if begun and text.ended:
            return
        if begun:
            self.first_row = self.rows
            options["header"] = None
            text.put_back([ruler])
        for place, frame in enumerate(pd.read_csv(text, **options, chunksize=max(_FIELDS_AT_ONCE // width, 1000))):
            yield frame[1:] if begun and place == 0 else frame, self._share()

    def _options(self, as_text: Sequence[int], only: Sequence[int] | None) -> dict[str, Any]:
        """How the parser is to read: some columns as they are written, or only some at all."""
        found, width = self.layout.found, self.layout.width
        return {
            "sep": r"\s+" if found.delimiter == " " else found.delimiter,
            "decimal": found.decimal,
            "header": 0 if found.header else None,
            "names": list(range(width)),
            "usecols": only,
            "index_col": False,
            "dtype": dict.fromkeys(as_text, str) or None,
            "na_values": _MARKERS,
            "keep_default_na": False,
            "skipinitialspace": True,
            "low_memory": False,
        }

    def _share(self) -> float:
        """How much of the file has been read, from 0 to 1."""
        return min(self.file.tell() / max(self.size, 1), 1.0)

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
            where = f"row {int(place[1]) + self.first_row:,}" if place else "a row"
            if self.size < _COUNTED:
                where = f"line {[1, *(line + 1 for line, _ in self._lengths())][-2]:,}"
            return f'{where} of {self.origin} has a quote (") that is not closed; close it or take it out'
        if "Expected" in said:
            line, count = self._first_long_line()
            return self._too_long(line, count)
        return f"{self.origin} cannot be read as a table ({said.strip().rsplit('C error: ', 1)[-1]}); check its lines"

    def _too_long(self, line: int, count: int) -> str:
        fields, columns = counted(count, "field"), counted(self.layout.width, "column")
        return (
            f"line {line:,} of {self.origin} has {fields}, but the table has {columns}; "
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
        # A row has a letter for each field at least: what ends it. The names may take all that was looked at.
        rows = int(self.size / max(letters / max(len(layout.first), 1), layout.width))
        refuse_too_large(rows * layout.width * _BYTES_A_FIELD, rows, self.origin)

    def _columns(self, numbers: dict[int, list[NDArray[np.float64]]], words: dict[int, _Words]) -> list[Column]:
        """All columns; the parts of one are given up as soon as they are joined."""

        def joined(places: Sequence[int]) -> dict[int, NDArray[np.float64]]:
            return {place: np.concatenate([np.empty(0), *numbers.pop(place)]) for place in places}

        found: dict[int, Column] = {}
        for values in made_in_order(self.pool, joined, shares(sorted(numbers))):
            found |= {place: Column(self.names[place], "number", each) for place, each in values.items()}
        for place in sorted(words):
            found[place] = words.pop(place).column(self.layout.found.decimal)
        return [found[place] for place in range(self.layout.width)]

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
