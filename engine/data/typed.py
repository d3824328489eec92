"""From words to typed columns: which are missing, which are numbers, which are dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.raw import Column
from engine.data.table import DataError
from engine.data.table_spec import MOST_COLUMNS

# What people and programs write where there is no value, in small letters.
MISSING_MARKERS = frozenset(
    ["", "na", "n/a", "n.a.", "nan", "-nan", "null", "none", "nil", "<na>", "?", "-", "--", ".", "missing", "#n/a"]
    + [f"#{error}" for error in ("na", "div/0!", "value!", "ref!", "name?", "num!", "null!")]
)
LONGEST_TEXT = 1_000_000
_FREE_SHARE = 0.9

_PLAIN = r"[+-]?(?:\d+{d}?\d*|{d}\d+)(?:[eE][+-]?\d+)?|[+-]?(?:inf|infinity)"
_GROUPED = r"[+-]?\d{{1,3}}(?:{g}\d{{3}})+(?:{d}\d*)?|[+-]?\d{{1,3}}(?:{d}\d*)?"
_GROUPS = {".": (",", "'", "’", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", " "), ",": (".", "'", "’", " ")}
_TIME = r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
_DATES = tuple(
    re.compile(day + _TIME)
    for day in (
        r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})",
        r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}|\d{2})",
        r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}|\d{2})",
        r"(?P<d>\d{1,2})(?P<s>[-/])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})",
    )
)


def is_missing(word: str) -> bool:
    """Whether a word stands for no value."""
    return word.strip().casefold() in MISSING_MARKERS


def number_pattern(decimal: str, group: str = "") -> re.Pattern[str]:
    """What numbers look like that are written with a decimal sign, and with a sign between thousands."""
    written = (_GROUPED if group else _PLAIN).format(d=re.escape(decimal), g=re.escape(group))
    return re.compile(written, re.IGNORECASE)


def as_numbers(words: Sequence[str], decimal: str = ".") -> list[float] | None:
    """Words as numbers, all written in one way: with that decimal sign, else with thousands apart, else the other."""
    other = "," if decimal == "." else "."
    ways = [(sign, group) for sign in (decimal, other) for group in ("", *_GROUPS[sign])]
    for sign, group in ways:
        pattern = number_pattern(sign, group)
        if all(map(pattern.fullmatch, words)):
            return [float(word.replace(group, "").replace(sign, ".")) for word in words]
    return None


def as_moments(words: Sequence[str]) -> list[float] | None:
    """Words as seconds since 1970, all written in one way, with or without a time; None when they are no dates."""
    for pattern in _DATES:
        matches = []
        for word in words:
            match = pattern.fullmatch(word)
            if match is None:
                break
            matches.append(match)
        if len(matches) < len(words):
            continue
        try:
            return [_moment(match) for match in matches]
        except ValueError:
            # A thirteenth month: the next pattern may have day and month the other way round.
            continue
    return None


def _moment(match: re.Match[str]) -> float:
    part = match.groupdict(default="0")
    year = int(part["y"])
    if len(part["y"]) == 2:
        year += 2000 if year < 69 else 1900
    hour, minute, second = (int(part[name]) for name in "HMS")
    zone = part["zone"]
    moment = datetime(year, int(part["m"]), int(part["d"]), hour, minute, second, tzinfo=UTC).timestamp()
    if zone in ("0", "Z"):
        return moment
    ahead = 3600 * int(zone[1:3]) + 60 * int(zone[-2:])
    return moment - ahead if zone[0] == "+" else moment + ahead


def typed_column(name: str, codes: NDArray[Any], words: Sequence[str], decimal: str = ".") -> Column:
    """A column of places (rows,) in ``words``, below 0 for missing: numbers or dates where all are, else a text.

    Words that stand for no value become missing; labels are stripped, sorted, and different.
    """
    stripped = [word.strip() for word in words]
    labels = sorted({word for word in stripped if word.casefold() not in MISSING_MARKERS})
    for stored, found in (("number", as_numbers(labels, decimal)), ("date", as_moments(labels) if labels else None)):
        if found is not None:
            value_of = dict(zip(labels, found, strict=True))
            table = np.array([*(value_of.get(word, np.nan) for word in stripped), np.nan], np.float64)
            return Column(name, "number" if stored == "number" else "date", table[codes])
    place_of = {word: place for place, word in enumerate(labels)}
    places = np.array([*(place_of.get(word, -1) for word in stripped), -1], np.int32)
    return Column(name, "text", places[codes], tuple(labels))


def column_of_values(name: str, values: Iterable[Any], decimal: str = ".") -> Column:
    """A column of what a cell of a workbook may hold: numbers, texts, dates, yes and no, nothing."""
    cells = [None if isinstance(value, str) and is_missing(value) else value for value in values]
    there = [value for value in cells if value is not None]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in there):
        return Column(name, "number", np.array([np.nan if value is None else value for value in cells], np.float64))
    if all(isinstance(value, date) for value in there):
        return Column(name, "date", np.array([np.nan if value is None else _seconds(value) for value in cells]))
    if all(isinstance(value, timedelta) for value in there):
        spans = [np.nan if value is None else value.total_seconds() for value in cells]
        return Column(name, "number", np.array(spans, np.float64))
    index: dict[str, int] = {}
    codes = [-1 if value is None else index.setdefault(written(value), len(index)) for value in cells]
    return typed_column(name, np.array(codes, np.int32), list(index), decimal)


def _seconds(value: date) -> float:
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()


def written(value: Any) -> str:
    """A cell of a workbook as a word."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def short(word: str) -> str:
    """A word as it fits into a sentence."""
    return word if len(word) <= 40 else f"{word[:39]}…"


def named(names: Iterable[str]) -> list[str]:
    """Names that are all there and all different: empty ones become "column N", repeated ones get " (2)"."""
    given = [" ".join(name.split()) or f"column {place}" for place, name in enumerate(names, 1)]
    found: dict[str, None] = {}
    counts: dict[str, int] = {}
    taken = set(given)
    for name in given:
        unique = name
        while unique in found or (unique != name and unique in taken):
            counts[name] = counts.get(name, 1) + 1
            unique = f"{name} ({counts[name]})"
        found[unique] = None
    return list(found)


def first_row_is_names(rows: Sequence[Sequence[str]], decimal: str = ".") -> bool:
    """Whether the first of some rows of words names the others.

    It does when it holds no number and something below it is a number or a date; where all is text, when none of
    its words comes again below itself.
    """
    first, others = rows[0], rows[1:]
    if any(as_numbers([word.strip()], decimal) is not None for word in first if not is_missing(word)):
        return False
    if all(is_missing(word) for word in first):
        return False
    columns = [[row[place].strip() for row in others if place < len(row)] for place in range(len(first))]
    there = [[word for word in column if not is_missing(word)] for column in columns]
    valued = [bool(column) and (as_numbers(column, decimal) or as_moments(column)) is not None for column in there]
    if any(valued):
        dated = [as_moments([word.strip()]) is not None for word in first]
        return not any(valued[place] and dated[place] for place in range(len(first)))
    return not any(word.strip() in column for word, column in zip(first, there, strict=True))


def refuse_too_wide(columns: int, origin: str) -> None:
    """Raises ``DataError`` for more columns than the program takes."""
    if columns > MOST_COLUMNS:
        raise DataError(
            f"{origin} has {columns:,} columns, and {MOST_COLUMNS:,} are the most; choose another delimiter or "
            "leave columns out"
        )


def free_memory() -> int:
    """Bytes of memory that a table may take."""
    import psutil  # noqa: PLC0415

    return int(_FREE_SHARE * psutil.virtual_memory().available)


def refuse_too_large(needed: float, rows: int, origin: str) -> None:
    """Raises ``DataError`` when so many bytes for so many rows do not fit into the free memory."""
    free = free_memory()
    if needed > free:
        fitting = int(rows * free / needed)
        raise DataError(
            f"{origin} needs about {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free, which is room for "
            f"about {fitting:,} of its {rows:,} rows; take fewer rows or columns"
        )
