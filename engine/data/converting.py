"""The same values read in another way: words as numbers, numbers as words, words as yes and no."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from engine.data.raw import Column
from engine.data.typed import as_moments

MISSING, UNSEEN = -1, -2
_YES = {"yes", "y", "true", "t", "1", "on", "ja", "j", "wahr", "oui", "si", "sí", "positive", "pos"}
_NO = {"no", "n", "false", "f", "0", "off", "nein", "falsch", "non", "negative", "neg"}


def truth(word: str) -> bool | None:
    """What a word says: yes, no, or neither."""
    plain = word.strip().casefold()
    return True if plain in _YES else False if plain in _NO else None


def words_that_say(answer: bool | None) -> list[str]:
    """All words that say yes, or no, as they are usually written: in small letters, in large ones, or like a name."""
    plain = sorted(_YES if answer else _NO)
    return [*plain, *map(str.upper, plain), *map(str.capitalize, plain), str(float(bool(answer)))]


def say_yes_or_no(words: Iterable[str]) -> bool:
    """Whether words say yes and no and nothing else. Letters do only where there are two of them, as y and n."""
    plain = {word.strip().casefold() for word in words}
    letters = any(len(word) == 1 and word.isalpha() for word in plain)
    return {truth(word) for word in plain} == {True, False} and (len(plain) == 2 or not letters)


def number_in(word: str) -> float:
    """The number that a word says, with a point or one comma before its decimals; NaN where it says none."""
    plain = word.strip()
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        return float("nan" if "_" in plain else plain)
    except ValueError:
        return float("nan")


def as_numbers(column: Column) -> NDArray[np.float64]:
    """The values as numbers, (rows,); what says no number is NaN. Dates are seconds since 1970."""
    return _through(column, number_in) if column.stored == "text" else column.values


def as_dates(column: Column) -> NDArray[np.float64]:
    """The values as seconds since 1970, (rows,); words that are no dates are NaN."""
    if column.stored != "text":
        return column.values
    # Days and months are told apart by all words together, where all are dates.
    together = as_moments(column.labels)
    return _through(
        column, _moment if together is None else dict(zip(column.labels, together, strict=True)).__getitem__
    )


def as_places(column: Column, labels: tuple[str, ...]) -> NDArray[np.int32]:
    """The values as places in labels, (rows,) int32: ``MISSING`` where there is none, ``UNSEEN`` for other ones.

    Numbers are the same however they are written, and for two labels that say yes and no all such words do, and 1.0.
    """
    codes, words = column.as_labels()
    exact = {label: place for place, label in enumerate(labels)}
    plain = {_plain(label): place for place, label in reversed(list(enumerate(labels)))}
    truths = {truth(label): place for place, label in enumerate(labels)} if len(labels) == 2 else {}
    told = truths if say_yes_or_no(labels) else {}
    places = [exact.get(word, plain.get(_plain(word), told.get(truth(_plain(word)), UNSEEN))) for word in words]
    return np.array([*places, MISSING], np.int32)[codes]


def words_in(column: Column) -> tuple[str, ...]:
    """The different words of a column that do occur, in order: by value, or by the alphabet, or no before yes.

    Words that all say yes or no are two.
    """
    codes, words = column.as_labels()
    if column.stored != "text":
        return words
    counts = np.bincount(codes[codes >= 0], minlength=len(words))
    there = sorted(word for word, count in zip(words, counts, strict=True) if count)
    if say_yes_or_no(there):
        return tuple(next(word for word in there if truth(word) is answer) for answer in (False, True))
    return tuple(there)


def _through(column: Column, meaning: Callable[[str], float]) -> NDArray[np.float64]:
    """Each word's meaning in place of it, NaN for missing."""
    meanings = np.array([*map(meaning, column.labels), np.nan], np.float64)
    found: NDArray[np.float64] = meanings[column.values]
    return found


def _plain(word: str) -> str:
    number = number_in(word)
    return word if np.isnan(number) else f"{number + 0.0:.15g}"


def _moment(word: str) -> float:
    found = as_moments([word.strip()])
    return float("nan") if found is None else found[0]
