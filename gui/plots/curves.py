"""What is read of a history for curves over steps."""

from __future__ import annotations

import numpy as np

from engine.history import Numbers
from engine.snapshot import Snapshot


def up_to(snapshot: Snapshot, step: int, columns: dict[str, float]) -> list[Numbers]:
    """Columns of the history up to ``step``, each with its value now at the end.

    The value now stands in place of the one recorded at that step, for an edit may have come since; where it is NaN the
    recorded one stays. A column that the history does not have is NaN until then.
    """
    recorded, names = snapshot.history["step"], snapshot.history.names
    if len(recorded) and recorded[-1] > step:
        columns = {name: np.nan if name in names else now for name, now in columns.items()}
    is_recorded = len(recorded) > 0 and recorded[-1] >= step
    found = []
    for name, now in columns.items():
        values = snapshot.history[name] if name in names else np.full(len(recorded), np.nan)
        last = values[-1] if is_recorded and np.isnan(now) else now
        found.append(np.append(values[:-1] if is_recorded else values, last))
    return found


def epochs_at(snapshot: Snapshot, steps: Numbers) -> Numbers:
    """How many epochs were done, in parts too, at these steps: between recorded steps in proportion."""
    history = snapshot.history
    if len(history) == 0 or "epoch" not in history.names:
        return steps / max(snapshot.steps_per_epoch, 1)
    recorded, epochs = history["step"], history["epoch"]
    later = np.maximum(steps - recorded[-1], 0.0) / max(snapshot.steps_per_epoch, 1)
    return np.asarray(np.interp(steps, recorded, epochs) + later)
