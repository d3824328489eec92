"""What a shell proposes when Tab is pressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from engine.experiment import Experiment


def among(keys: Iterable[str]) -> Callable[[str], list[str]]:
    """Proposes those of the keys that begin with what is typed; the shell proposes files where none does."""
    known = tuple(keys)

    def propose(incomplete: str) -> list[str]:
        return [key for key in known if key.startswith(incomplete)]

    return propose


def settings(incomplete: str) -> list[str]:
    """Proposes paths for ``--set``, those of the ready example, with the sign that comes next."""
    return [f"{path}=" for path in _paths(Experiment().model_dump()) if path.startswith(incomplete)]


def _paths(tree: dict[str, object], above: str = "") -> Iterator[str]:
    for name, value in tree.items():
        path = f"{above}{name}"
        if isinstance(value, dict):
            yield from _paths(value, f"{path}.")
        else:
            yield path
