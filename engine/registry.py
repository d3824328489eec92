"""Parts of one kind, by key, in the order in which a person should meet them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar


class Part(Protocol):
    """What every registered part has: a key for files and scripts, a label for people."""

    @property
    def key(self) -> str:
        """Lower snake case; never changes once released."""
        ...

    @property
    def label(self) -> str:
        """What people read."""
        ...


T = TypeVar("T", bound=Part)


class Registry(Generic[T]):
    """An ordered, closed set of parts. ``registry["tanh"]`` finds one; iterating goes simplest first."""

    def __init__(self, kind: str, parts: Iterable[T]) -> None:
        self.kind = kind
        self._parts = {part.key: part for part in parts}

    def __getitem__(self, key: str) -> T:
        """The part with that key; raises ``KeyError`` that lists the keys there are."""
        if key not in self._parts:
            raise KeyError(f"there is no {self.kind} '{key}'; there are {', '.join(self._parts)}")
        return self._parts[key]

    def __iter__(self) -> Iterator[T]:
        return iter(self._parts.values())

    def __len__(self) -> int:
        return len(self._parts)

    def __contains__(self, key: object) -> bool:
        return key in self._parts

    def choices(self, *extra: tuple[str, str]) -> list[tuple[str, str]]:
        """``(key, label)`` of every part, after any extra choices such as ``("auto", "Automatic")``."""
        return [*extra, *((part.key, part.label) for part in self)]
