"""Parts of exported Python files: how rows are prepared.

Their source is copied into an export as it stands here, each with what it uses, so they may use nothing of the program
but what is in this file. They mean the same as ``engine.data.converting`` and ``engine.data.preparation``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def by_column(rows: Any, names: Sequence[str]) -> dict[str, list[Any]]:
    """The values of every column, from a list of rows by name, or from columns by name."""
    if not hasattr(rows, "keys"):
        rows = list(rows)
        if not all(hasattr(row, "keys") for row in rows):
            raise ValueError(f"a row is its values by column, as in {{{names[0]!r}: ...}}; rows are a list of them")
        return {name: [row.get(name) for row in rows] for name in names}
    missing = [name for name in names if name not in rows]
    if missing:
        raise ValueError(f"there is no column {missing[0]!r}")
    for name in names:
        if isinstance(rows[name], str) or not hasattr(rows[name], "__iter__"):
            raise ValueError(f"the column {name!r} is one value, not a list of them; a single row is given as [row]")
    return {name: list(rows[name]) for name in names}


def is_nothing(value: Any) -> bool:
    """Whether a value is missing."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def is_number(value: Any) -> bool:
    """Whether a value is a number, not a word that says one."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def number(value: Any) -> float:
    """A number, or what a word says, with a point or one comma before its decimals; NaN where it says no number."""
    if is_number(value):
        return float(value)
    word = str(value).strip()
    if word.count(",") == 1 and "." not in word:
        word = word.replace(",", ".")
    try:
        return float("nan" if "_" in word else word)
    except ValueError:
        return float("nan")


def numbers(values: Sequence[Any]) -> Array:
    """The numbers in a column, (rows,); NaN where there is none."""
    return np.array([number(value) for value in values], np.float64)


# The patterns of dates and of the time that may follow.
TIME = r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
DATES = (
    r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})",  # 2024-01-31
    r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}|\d{2})",  # 31.1.2024
    r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}|\d{2})",  # 1/31/2024
    r"(?P<d>\d{1,2})(?P<s>[-/])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})",  # 31/1/2024
)


def dates(values: Sequence[Any]) -> Array:
    """The dates in a column as seconds since 1970, (rows,); NaN where there is none.

    Whether 1/2/2024 is in January or February is told by all words together, where all of them are dates.
    """
    if all(is_number(value) or is_nothing(value) for value in values):
        return numbers(values)
    words = list({written(value): None for value in values if not is_nothing(value)})
    found = moments(words)
    if found is None:
        found = [(moments([word.strip()]) or [float("nan")])[0] for word in words]
    known = dict(zip(words, found, strict=True))
    return np.array([known.get(written(value), float("nan")) for value in values], np.float64)


def moments(words: Sequence[str]) -> list[float] | None:
    """Words that are all dates written in one way as seconds since 1970; None where they are not."""
    for pattern in DATES:
        matches = [re.fullmatch(pattern + TIME, word) for word in words]
        try:
            return [moment(match) for match in matches]
        except ValueError:  # another way, or a thirteenth month: the next pattern may have it the other way round
            continue
    return None


def moment(match: re.Match[str] | None) -> float:
    """What a pattern has found as seconds since 1970; raises ``ValueError`` where that is no date."""
    if match is None:
        raise ValueError("not written in this way")
    part = match.groupdict(default="0")
    year = int(part["y"])
    if len(part["y"]) == 2:
        year += 2000 if year < 69 else 1900
    hours, minutes, seconds = (int(part[name]) for name in "HMS")
    at = datetime(year, int(part["m"]), int(part["d"]), hours, minutes, seconds, tzinfo=UTC).timestamp()
    zone = part["zone"]
    if zone in ("0", "Z"):
        return at
    ahead = 3600 * int(zone[1:3]) + 60 * int(zone[-2:])
    return at - ahead if zone[0] == "+" else at + ahead


# The place of a category that was not there when the network was trained.
UNSEEN = -1.0


def places(values: Sequence[Any], labels: Sequence[str], meaning: Callable[[str], Any] = str) -> Array:
    """The place in ``labels`` of each value, or of what means the same, (rows,); NaN where it is missing, or UNSEEN."""
    exact = {label: float(place) for place, label in enumerate(labels)}
    alike = {meaning(label): exact[label] for label in reversed(labels)}

    def place(value: Any) -> float:
        word = written(value)
        return float("nan") if is_nothing(value) else exact.get(word, alike.get(meaning(word), UNSEEN))

    return np.array([place(value) for value in values], np.float64)


def written(value: Any) -> str:
    """A value as a word."""
    return f"{value + 0.0:.15g}" if isinstance(value, float) else str(value)


def as_number(word: str) -> str:
    """A number as short as it can be written, so that 1, 1.0 and 1,0 mean the same; another word as it is."""
    found = number(word)
    return word if math.isnan(found) else f"{found + 0.0:.15g}"


YES = {"yes", "y", "true", "t", "1", "on", "ja", "j", "wahr", "oui", "si", "sí", "positive", "pos"}
NO = {"no", "n", "false", "f", "0", "off", "nein", "falsch", "non", "negative", "neg"}


def as_truth(word: str) -> bool | None:
    """Whether a word says yes or no, as 1.0 and 0.0 do; None where it says neither."""
    plain = as_number(word).strip().casefold()
    return True if plain in YES else False if plain in NO else None


def required(read: Array, name: str) -> Array:
    """What was read of a column, where no value may be missing."""
    if np.isnan(read).any():
        raise ValueError(f"row {int(np.isnan(read).argmax()) + 1}: the column {name!r} has no value that can be used")
    return read


def without_zeros(read: Array) -> Array:
    """Numbers of which a zero stands for a missing one."""
    return np.where(read == 0.0, np.nan, read)


def filled(read: Array, value: float) -> Array:
    """What was read, with a value in place of missing ones."""
    return np.where(np.isnan(read), value, read)


def is_missing(read: Array) -> Array:
    """1 where a value is missing, else 0."""
    return np.isnan(read).astype(np.float64)


def one_hot(read: Array, count: int) -> list[Array]:
    """An array for each category: 1 where it is the one, else 0; all are 0 for an unseen one."""
    return [(read == place).astype(np.float64) for place in range(count)]


def seen(read: Array, usual: float) -> Array:
    """Places with the usual one in place of unseen ones."""
    return np.where(read == UNSEEN, usual, read)


def year(seconds: Array) -> Array:
    """The year of a date."""
    return in_units(seconds, "Y") + 1970.0


def month(seconds: Array) -> Array:
    """The month, from 1."""
    return in_units(seconds, "M") % 12.0 + 1.0


def day(seconds: Array) -> Array:
    """The day of the month, from 1."""
    first = in_units(seconds, "M").astype("datetime64[M]").astype("datetime64[D]").astype(np.float64)
    return in_units(seconds, "D") - first + 1.0


def weekday(seconds: Array) -> Array:
    """The day of the week: 0 is Monday."""
    return (in_units(seconds, "D") + 3.0) % 7.0


def hour(seconds: Array) -> Array:
    """The hour, from 0."""
    return seconds % 86400.0 // 3600.0


def days(seconds: Array) -> Array:
    """Days since 1970."""
    return seconds / 86400.0


def in_units(seconds: Array, unit: str) -> Array:
    """Whole days, months or years since 1970."""
    moments = np.floor(seconds / 86400.0).astype("datetime64[D]")
    return moments.astype(f"datetime64[{unit}]").astype(np.float64)


def finite(inputs: Array) -> Array:
    """The inputs of the network in single precision, (rows, inputs); refuses what is endless."""
    with np.errstate(over="ignore"):
        single = inputs.astype(np.float32)
    endless = ~np.isfinite(single).all(axis=1)
    if endless.any():
        raise ValueError(f"row {int(endless.argmax()) + 1}: a value is too large for the network")
    return single
