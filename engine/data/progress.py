"""How far reading has come, and the word that ends it."""

from __future__ import annotations

from collections.abc import Callable


class CancelledError(Exception):
    """Reading was given up because it was asked to."""


# How far it has come, from 0 to 1, and how many rows there are so far. It may raise CancelledError.
Progress = Callable[[float, int], None]


def unheard(_fraction: float, _rows: int) -> None:
    """The progress that nobody asks for."""
