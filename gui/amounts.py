"""How many of something there are, in words: "1 row", "3 rows"."""

from __future__ import annotations

from gui.text import tr


def counted(number: int, one: str, many: str, *more: object) -> str:
    """What is said of so many things: ``one`` of a single one, or else ``many``.

    {0} in them is the number, {1} and so on are ``more``.
    """
    return (one if number == 1 else many).format(f"{number:,}", *more)


def counted_of(number: int, whole: int, only: str, one: str, many: str, *more: object) -> str:
    """What is said of some of a whole, which is {1} in the words: ``only`` where it is a single thing."""
    return counted(number, only if whole == 1 else one, many, f"{whole:,}", *more)


def rows(number: int) -> str:
    """So many rows."""
    return counted(number, tr("1 row"), tr("{0} rows"))


def training_rows(number: int) -> str:
    """So many rows that are learned from."""
    return counted(number, tr("1 training row"), tr("{0} training rows"))


def tested_rows(number: int) -> str:
    """So many rows that are held out."""
    return counted(number, tr("1 test row"), tr("{0} test rows"))


def columns(number: int) -> str:
    """So many columns of a table."""
    return counted(number, tr("1 column"), tr("{0} columns"))


def inputs(number: int) -> str:
    """So many inputs of a network or a layer."""
    return counted(number, tr("1 input"), tr("{0} inputs"))


def units(number: int) -> str:
    """So many units."""
    return counted(number, tr("1 unit"), tr("{0} units"))


def parameters(number: int) -> str:
    """So many weights and biases."""
    return counted(number, tr("1 parameter"), tr("{0} parameters"))


def points(number: int) -> str:
    """So many points that are drawn."""
    return counted(number, tr("1 point"), tr("{0} points"))
