"""A table as it was read from a file, the clipboard or an array: typed columns, nothing filled, nothing left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.facts import Facts, facts_of_numbers, facts_of_text

Stored = Literal["number", "text", "date"]


@dataclass(frozen=True)
class Column:
    """One column.

    ``values`` (rows,): float64 with NaN for missing where ``stored`` is "number"; int32 places in ``labels``, -1 for
    missing, where it is "text"; float64 seconds since 1970, NaN for missing, where it is "date".
    """

    name: str
    stored: Stored
    values: NDArray[Any]
    labels: tuple[str, ...] = ()

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which rows have no value, (rows,)."""
        return self.values < 0 if self.stored == "text" else np.isnan(self.values)

    @cached_property
    def facts(self) -> Facts:
        """What is seen of the values at a glance, looked at once."""
        return facts_of_text(self.values, self.labels) if self.stored == "text" else facts_of_numbers(self.values)

    def take(self, rows: NDArray[np.int64]) -> Column:
        """The column with only some rows, in that order."""
        return Column(self.name, self.stored, self.values[rows], self.labels)

    def as_labels(self) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """The values as places in a tuple of distinct words, -1 for missing; numbers are written as short as can be.

        The words of numbers are in rising order, those of a text as the column has them.
        """
        if self.stored == "text":
            return self.values, self.labels
        there = ~self.missing
        distinct, places = np.unique(self.values[there], return_inverse=True)
        codes = np.full(len(self.values), -1, np.int32)
        codes[there] = places
        return codes, tuple(_written(value, self.stored) for value in distinct)

    def text(self, row: int) -> str:
        """One value as people read it, "" where it is missing."""
        if self.missing[row]:
            return ""
        value = self.values[row]
        return self.labels[value] if self.stored == "text" else _written(value, self.stored)


def _written(value: float, stored: Stored) -> str:
    if stored == "date":
        moment = str(np.datetime64(int(value), "s")).replace("T", " ")
        return moment.removesuffix(" 00:00:00")
    return f"{value + 0.0:.15g}"  # there is no negative zero


@dataclass(frozen=True)
class Found:
    """How a table was read: what was found where nothing was said.

    ``delimiter`` is the character between fields, "" for what has none (a workbook, an array). ``header``: the first
    row held the names. ``sheets``: the sheets of a workbook or the arrays of a file, ``sheet`` the one that was read.
    ``notes``: sentences about what one should know, such as lines that had too few fields.
    """

    encoding: str = ""
    delimiter: str = ""
    decimal: str = "."
    header: bool = True
    comment: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RawTable:
    """Columns of the same length, with different names. ``origin`` is what the table is called, such as a file name."""

    columns: tuple[Column, ...]
    origin: str = ""
    found: Found = Found()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.columns[0].values) if self.columns else 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; raises ``KeyError``."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def size(self) -> int:
        """The memory its values take, in bytes."""
        return sum(column.values.nbytes for column in self.columns)

    @cached_property
    def digest(self) -> str:
        """A hash of names and values, 64 letters, whatever the table is called and however it was written."""
        content = blake2b(digest_size=32)
        for column in self.columns:
            content.update(repr((column.name, column.stored, column.labels, len(column.values))).encode())
            content.update(np.ascontiguousarray(column.values).data)
        return content.hexdigest()

    def take(self, rows: NDArray[np.int64]) -> RawTable:
        """The table with only some rows, in that order."""
        return RawTable(tuple(column.take(rows) for column in self.columns), self.origin, self.found)

    @classmethod
    def from_rows(cls, names: Sequence[str], rows: Sequence[Mapping[str, Any]], origin: str = "") -> RawTable:
        """A small table from rows of values by name: numbers, texts, None or NaN for missing, as is what a row lacks.

        Where texts are among the numbers of a column, its numbers are texts too.
        """
        return cls(tuple(_column(name, [row.get(name) for row in rows]) for name in names), origin)


def _column(name: str, values: list[Any]) -> Column:
    cells = [None if value == "" or value != value else value for value in values]  # NaN is not itself
    there = [value for value in cells if value is not None]
    if all(isinstance(value, int | float | np.number) and not isinstance(value, bool) for value in there):
        return Column(name, "number", np.array([np.nan if value is None else value for value in cells], np.float64))
    words = [None if value is None else _word(value) for value in cells]
    labels = tuple(dict.fromkeys(word for word in words if word is not None))
    places = {label: place for place, label in enumerate(labels)}
    codes = [-1 if word is None else places[word] for word in words]
    return Column(name, "text", np.array(codes, np.int32), labels)


def _word(value: Any) -> str:
    return str(value + 0.0 if isinstance(value, float) else value)  # there is no negative zero
