"""Values as they are written in Python: names from outside can say nothing but their own letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH = 120
_LONGEST = 40


def quoted(value: Any) -> str:
    """A value as a literal; texts in double quotes, unless they hold some themselves."""
    written = repr(value)
    if isinstance(value, str) and "'" not in value and '"' not in value:
        return f'"{written[1:-1]}"'
    return written


def literal(values: Sequence[Any], start: int, indent: int = 0) -> str:
    """A tuple, in the line that has ``start`` letters already where it fits, else a value a line."""
    written = [quoted(value) for value in values]
    line = f"({', '.join(written)}{',' if len(written) == 1 else ''})"
    if start + len(line) <= WIDTH:
        return line
    margin = " " * indent
    return "\n".join(["(", *(f"{margin}    {each}," for each in written), f"{margin})"])


def commented(value: Any) -> str:
    """A text as it fits into a comment, in one line of printable letters, not too long."""
    printable = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(value))
    return printable if len(printable) <= _LONGEST else f"{printable[: _LONGEST - 1]}…"


def in_docstring(value: Any) -> str:
    """A text as it fits into a docstring: like ``commented``, and it neither ends it nor escapes anything."""
    return commented(value).replace("\\", "\\\\").replace('"', '\\"')


FILTERS = {"quoted": quoted, "literal": literal, "commented": commented, "in_docstring": in_docstring}


def array_lines(name: str, values: NDArray[np.float32]) -> Iterator[str]:
    """A statement that makes an array of float32 with every bit of it: a line where it fits, a row a line else.

    A formatter would take the rows apart: what has several lines belongs between "# fmt: off" and "# fmt: on".
    """
    numbers = listed(values)
    line = f"{name} = np.array({numbers}, np.float32)"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"{name} = np.array(["
    for row in values if values.ndim > 1 else [values]:
        text = listed(row) if values.ndim > 1 else listed(row)[1:-1]
        yield from _wrapped(f"{text},")
    yield "], np.float32)"


def listed(values: NDArray[Any]) -> str:
    """Numbers as nested lists, each with the fewest digits that tell it from all others in its precision."""
    return f"[{', '.join(map(listed, values) if values.ndim > 1 else values.astype(str).tolist())}]"


def _wrapped(text: str) -> Iterator[str]:
    """A text in lines of the usual width, indented; further ones a little more."""
    words, line = text.split(" "), "   "
    for word in words:
        if len(line) + 1 + len(word) > WIDTH:
            yield line
            line = "    "
        line += f" {word}"
    yield line
