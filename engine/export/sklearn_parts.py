"""Parts of exported scikit-learn estimators: how X is read. They are copied into an export; see ``parts.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def columns_of(X: Any, names: Sequence[str]) -> dict[str, list[Any]]:
    """The values of every column of a data frame, by its name, or of an array that has just these columns."""
    if hasattr(X, "columns"):
        there = [name for name in names if name in X.columns]
        return {name: X[name].astype(object).where(X[name].notna(), None).tolist() for name in there}
    table = X if isinstance(X, np.ndarray) else np.array(X, object)
    if table.ndim != 2 or table.shape[1] != len(names):
        raise ValueError(f"X has the shape {table.shape}, not (rows, {len(names)})")
    return {name: table[:, place].tolist() for place, name in enumerate(names)}
