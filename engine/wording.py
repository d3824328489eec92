"""How many of something there are, in the words of a sentence."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """So many of something: "1 class", "3 classes"; ``plural`` where it is made otherwise."""
    several = plural or (f"{noun}es" if noun.endswith("s") else f"{noun}s")
    return f"{number:,} {noun if number == 1 else several}"
