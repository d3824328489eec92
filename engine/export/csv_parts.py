"""Parts of exported Python files: how a CSV file is read. They are copied into an export; see ``parts.py``.

They mean the same as ``engine.data.typed`` and ``engine.data.detection``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

# What stands for no value in a file.
NOTHING = {"", "na", "n/a", "n.a.", "nan", "-nan", "null", "none", "nil", "<na>", "?", "-", "--", ".", "missing"}
NOTHING |= {"#n/a", "#na", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!"}


def read_csv(path: Path, delimiter: str = "") -> dict[str, list[Any]]:
    """The columns of a CSV file by the names in its first line; None where there is no value.

    Without a delimiter it is the one that is most often in the first line.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not written in UTF-8; save it again as CSV in UTF-8") from None
    if len(delimiter) > 1:
        raise ValueError(f"the delimiter {delimiter!r} has more than one letter")
    delimiter = delimiter or max(",;\t|", key=text.partition("\n")[0].count)
    rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    names, *lines = [line for line in rows if line] or [[]]
    if not names:
        raise ValueError(f"{path.name} is empty")
    fields = [[from_field(line[place]) if place < len(line) else None for line in lines] for place in range(len(names))]
    decimal = "." if delimiter == "," else decimal_sign(fields)
    return {name: typed(words, decimal) for name, words in zip(named(names), fields, strict=True)}


def named(names: Sequence[str]) -> list[str]:
    """Names that are all different: empty ones are "column 2", repeated ones "age (2)"."""
    plain = [" ".join(name.split()) or f"column {place}" for place, name in enumerate(names, 1)]
    given, found = set(plain), dict[str, None]()
    for name in plain:
        unique, number = name, 1
        while unique in found or (number > 1 and unique in given):
            number += 1
            unique = f"{name} ({number})"
        found[unique] = None
    return list(found)


def from_field(word: str) -> str | None:
    """The value of a field, without the blanks around it; None for a word that stands for no value."""
    return None if word.strip().casefold() in NOTHING else word.strip()


# How numbers are written with a decimal sign {d}, and how with a sign {g} between thousands; and which signs these are.
PLAIN = r"[+-]?(?:\d+{d}?\d*|{d}\d+)(?:E[+-]?\d+)?|[+-]?(?:inf|infinity)"
GROUPED = r"[+-]?\d{{1,3}}(?:{g}\d{{3}})+(?:{d}\d*)?|[+-]?\d{{1,3}}(?:{d}\d*)?"
BETWEEN = {".": ("", *",'’\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE} "), ",": ("", *".'’ ")}


def are_numbers(words: Sequence[str], decimal: str, between: str = "") -> bool:
    """Whether all words are numbers that are written in this way."""
    pattern = (GROUPED if between else PLAIN).format(d=re.escape(decimal), g=re.escape(between))
    return all(re.fullmatch(pattern, word, re.IGNORECASE) for word in words)


def decimal_sign(fields: Sequence[Sequence[str | None]]) -> str:
    """A comma where more numbers are written with one than with a point."""
    words = [word for column in fields for word in column if word]
    commas, points = (sum(sign in word and are_numbers([word], sign) for word in words) for sign in ",.")
    return "," if commas > points else "."


def typed(words: Sequence[str | None], decimal: str) -> list[Any]:
    """The words of a column as numbers, where all of them are, written in one way; else as they are."""
    there = [word for word in words if word is not None]
    for sign in (decimal, "," if decimal == "." else "."):
        for between in BETWEEN[sign]:
            if are_numbers(there, sign, between):
                plain = [word and word.replace(between, "").replace(sign, ".") for word in words]
                return [None if word is None else float(word) for word in plain]
    return list(words)
