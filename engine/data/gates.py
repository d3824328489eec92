"""Logic gates as tables: four rows of two inputs that are 0 or 1, with the answer that the gate gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from engine.data.table import Table

# What maps show of the plane: the four corners with room for a line that runs past them.
BOUNDS = (-0.5, 1.5)


def _gate(gives: Callable[[bool, bool], bool]) -> Table:
    rows = [(a, b) for a in (False, True) for b in (False, True)]
    x, y = np.array(rows, np.float64), np.array([gives(*row) for row in rows], np.int64)
    return Table(("x₁", "x₂"), x, y, "y", ("0", "1"))


and_gate = partial(_gate, lambda a, b: a and b)
or_gate = partial(_gate, lambda a, b: a or b)
xor_gate = partial(_gate, lambda a, b: a != b)
