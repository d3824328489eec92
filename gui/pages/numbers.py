"""What a network predicts of a number, in the user's units. No Qt but for translation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.history import Numbers
from engine.snapshot import Snapshot
from gui.text import tr


@dataclass(frozen=True)
class Predicted:
    """The rows of a part with the first target: each (rows,), ``rows`` being those of the original table."""

    rows: NDArray[np.int64]
    truth: Numbers
    answer: Numbers

    @property
    def residuals(self) -> Numbers:
        """Truth − prediction: how much the network has said too little."""
        return self.truth - self.answer


def predicted(snapshot: Snapshot, part: str) -> Predicted:
    """The rows of a part with what was predicted for them when the network was last evaluated."""
    data = snapshot.data
    with np.errstate(all="ignore"):
        answer = data.y_scaling.undo(getattr(snapshot.evaluation, f"outputs_{part}"))[:, 0]
    truth = data.y_scaling.undo(data.part(part)[1])[:, 0]
    return Predicted(getattr(data, f"rows_{part}"), truth, answer)


def columns(snapshot: Snapshot) -> dict[str, list[object] | Numbers]:
    """All rows of both parts as columns of a table: row (from 1), part, truth, prediction, residual."""
    found = {part: predicted(snapshot, part) for part in ("train", "test")}
    parts = [name for part, each in found.items() for name in [part] * len(each.rows)]
    joined = [
        np.concatenate([getattr(each, name) for each in found.values()])
        for name in ("rows", "truth", "answer", "residuals")
    ]
    return {
        "row": joined[0] + 1,
        "part": list(parts),
        "truth": joined[1],
        "prediction": joined[2],
        "residual": joined[3],
    }


def no_numbers(snapshot: Snapshot) -> str:
    """Why nothing can be drawn of the predictions: "rows", "finite", or "" where it can."""
    every = [predicted(snapshot, part).answer for part in ("train", "test")]
    if not sum(map(len, every)):
        return "rows"
    return "" if np.isfinite(np.concatenate(every)).any() else "finite"


def points_in_words(snapshot: Snapshot) -> str:
    """What the points of a number are, and which target they are of where there are several."""
    legend, targets = tr("● training  ○ test"), snapshot.data.target_width
    return legend if targets == 1 else f"{tr('first of {0} targets').format(targets)} · {legend}"
