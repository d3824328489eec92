"""A report as a value: sections of text, tables, and places for figures, which are drawn elsewhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A paragraph. ``code``: to be shown as it is, letter for letter."""

    words: str
    code: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under heads. ``numbers`` are the places of the columns that hold numbers."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Figure:
    """A place for a picture: "diagram", "loss", "magnitudes", "answers" or "map"."""

    key: str
    caption: str


@dataclass(frozen=True)
class Section:
    """Blocks under a title."""

    title: str
    blocks: tuple[Text | Table | Figure, ...]


@dataclass(frozen=True)
class Report:
    """A report. ``facts`` are the few figures that matter most, (name, value); ``note`` says how the run ended."""

    title: str
    summary: str
    note: str
    made: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
