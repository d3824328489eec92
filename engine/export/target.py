"""What an export target is, and what it means that an export is proven."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.project import Project

# A row as the user's own table has it: the value of each column by its name, None for missing.
RawRow = Mapping[str, Any]
# The largest difference that counts as the same, of probabilities and of scaled numbers, where rounding is small.
TOLERANCE = 1e-5


class ExportError(ValueError):
    """A network that a target cannot take; the message says why and what to do."""


@dataclass(frozen=True)
class Target:
    """One way to take a trained network away.

    ``write``: (project, stem) -> what to write, by the file's name; the first is the main file, and ``stem`` is its
    name without the suffix. ``requires`` is what must be installed to run the main file, as it is imported, "" for
    nothing beyond NumPy; people call it ``package``. ``run``: (main file, rows) -> outputs (rows, outputs) in float64,
    as ``Answers.numbers`` has them; it is called in a process of its own, where the target's packages may be imported.
    None: nothing to run. ``suffix`` is that of the main file, such as ".py".
    """

    key: str
    label: str
    suffix: str
    about: str
    write: Callable[[Project, str], dict[str, bytes]]
    run: Callable[[Path, list[RawRow]], NDArray[Any]] | None = None
    requires: str = ""
    package: str = ""


@dataclass(frozen=True)
class Proof:
    """What came of running an export on some rows beside the network itself.

    ``difference`` is the largest there was, None where it was not run, and ``tolerance`` what counts as rounding.
    ``said`` tells the outcome in a sentence, or the reason why there is none. ``failed``: it was to be run here, and
    did not compute the same; ``details`` is then what it said itself.
    """

    target: str
    rows: int
    difference: float | None
    said: str
    failed: bool = False
    details: str = ""
    tolerance: float = TOLERANCE

    @property
    def proven(self) -> bool:
        """Whether it was run and computes the same."""
        return self.difference is not None and self.difference <= self.tolerance
