"""Text for people: translation, and numbers written and read in any locale. Imports no window classes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from math import isfinite
from types import MappingProxyType

from PySide6.QtGui import QKeySequence

MINUS = "\u2212"
_ENOUGH_LETTERS = 10
_words: Mapping[str, str] = MappingProxyType({})
_sentences: Mapping[str, str] = MappingProxyType({})


def speak(words: Mapping[str, str], sentences: Mapping[str, str]) -> None:
    """Makes texts from now on in the language of a catalogue, from English text to text; in English when it is empty.

    ``sentences`` are those that the engine makes, with {0}, {1} … where it inserts something.
    """
    global _words, _sentences
    _words, _sentences = words, sentences
    _patterns.cache_clear()


def tr(text: str) -> str:
    """The text in the language of the window; in English where its catalogue has none."""
    return _words.get(text, text)


def said(sentence: str) -> str:
    """What the engine says, in the language of the window: known by the words around what it has inserted.

    English where nothing fits.
    """
    for pattern, translated in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            return translated.format(*map(said, found.groups()))
    return tr(sentence)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """What the sentences look like, those with the most words of their own first.

    Where these are few, what is inserted is a number of things: "3 columns", "on 150 rows"; after a colon anything.
    """
    found = []
    for sentence, translated in sorted(_sentences.items(), key=lambda entry: -len(re.sub(r"\{\d\}", "", entry[0]))):
        telling = ":" in sentence or _own_letters(sentence) >= _ENOUGH_LETTERS
        hole = "(.*?)" if telling else r"(\d(?:[^,]|,(?=\d))*?)"
        shape = hole.join(map(re.escape, re.split(r"\{\d\}", sentence)))
        found.append((re.compile(shape, re.DOTALL), translated))
    return found


def _own_letters(sentence: str) -> int:
    return len(re.findall(r"[a-z]", sentence, re.IGNORECASE))


def parse_number(text: str, whole: bool = False) -> float:
    """What a person means by a number typed with a comma, a point or an exponent, in any locale.

    The last of several kinds of separator is the decimal one. In a whole number a separator before three
    digits groups thousands. Raises ValueError.
    """
    plain = re.sub(r"[\s'_\u00a0\u202f]", "", text.strip()).replace(MINUS, "-")
    if whole and re.fullmatch(r"[+-]?\d{1,3}([.,]\d{3})+", plain):
        return float(re.sub(r"[.,]", "", plain))
    decimal = max(plain.rfind(","), plain.rfind("."))
    if decimal >= 0:
        before = re.sub(r"[.,]", "", plain[:decimal])
        if plain.count(plain[decimal]) > 1:
            raise ValueError(text)
        plain = f"{before}.{plain[decimal + 1 :]}"
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", plain):
        raise ValueError(text)
    value = float(plain)
    if not isfinite(value):
        raise ValueError(text)
    return value


def in_a_sentence(label: str) -> str:
    """A translated label inside a sentence: an English one in small letters; German nouns keep their capital."""
    return label if _words else in_small_letters(label)


def in_small_letters(label: str) -> str:
    """An English label in small letters, but for abbreviations such as ReLU."""
    return label if label[1:] != label[1:].lower() or len(label) == 2 else label.lower()


def keys_in_words(keys: str | QKeySequence) -> str:
    """A shortcut as it stands on the keys of this machine: "Ctrl+Z", "Strg+Z"."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def number(value: float, digits: int = 3) -> str:
    """A number with so many significant digits and a true minus sign; thousands as 1,500 and not as 1.5e+03."""
    words = f"{value:.{digits}g}"
    if "e+" in words and abs(value) < 1e6:
        words = f"{float(words):,.0f}"
    return words.replace("-", MINUS)


def percent(share: float, below_each_other: bool = False) -> str:
    """A share or a probability in per cent; a dash for none. What is not quite all or nothing never looks like it.

    ``below_each_other``: with its one decimal in any case.
    """
    if not isfinite(share):
        return "–"
    told = probability(share)
    if told[0] in "<>":
        return "> 99.9 %" if told[0] == ">" else "< 0.1 %"
    return f"{100.0 * share:.1f} %" if below_each_other else f"{round(100.0 * share, 1):g} %"


def probability(value: float, decimals: int = 3) -> str:
    """A probability, or another output, with so many decimals. What is not quite certain never looks like it."""
    rounded, least = round(value, decimals), 10.0**-decimals
    if rounded in (0.0, 1.0) and 0.0 < value < 1.0:
        return f"> {1.0 - least:.{decimals}f}" if rounded else f"< {least:.{decimals}f}"
    return f"{value:.{decimals}f}".replace("-", MINUS)


def signed(value: float, digits: int = 3) -> str:
    """A number that always shows its sign, with so many decimals; where these do not say it, with as many digits.

    A small number never looks like zero, and a huge one has no digits that it does not have.
    """
    plain = value == 0.0 or not isfinite(value) or 10.0 ** (1 - digits) <= abs(value) < 1e6
    return f"{value:+.{digits}{'f' if plain else 'g'}}".replace("-", MINUS)


def editable(value: float) -> str:
    """A number as a field shows it: in C notation, short, and exact enough to be read back."""
    return f"{value}" if isinstance(value, int) else f"{value:.10g}"


def readable(value: float) -> str:
    """The same with a true minus sign, to be read and not to be typed over."""
    return editable(value).replace("-", MINUS)


def as_sentence(words: str) -> str:
    """The words with a capital letter and a full stop; the name of a file at the beginning stays as it is."""
    words = said(words)
    first = words.split(" ", 1)[0]
    begun = words if "." in first.rstrip(".") else f"{words[:1].upper()}{words[1:]}"
    return begun if begun.endswith(".") else f"{begun}."


def shortened(words: str, most: int) -> str:
    """Words with no more than so many letters: an ellipsis stands for the others."""
    return words if len(words) <= most else f"{words[: most - 1]}…"
