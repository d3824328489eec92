"""What is read of a history for curves over steps."""

from __future__ import annotations

import numpy as np

from engine.history import Numbers
from engine.snapshot import Snapshot


def up_to(snapshot: Snapshot, step: int, columns: dict[str, float]) -> list[Numbers]:
    """Columns of the history, each with its value at ``step`` at the end when that step is not recorded yet.

    A column that the history does not have is NaN until then.
    """
    recorded = snapshot.history["step"]
    unknown = np.full(len(recorded), np.nan)
    found = [snapshot.history[name] if name in snapshot.history.names else unknown for name in columns]
    if len(recorded) and recorded[-1] >= step:
        return found
    return [np.append(values, now) for values, now in zip(found, columns.values(), strict=True)]
