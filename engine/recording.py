"""The Record: which points of a run are kept for the history, and what is measured at them."""

from __future__ import annotations

import numpy as np

from engine.activations import Array
from engine.adoption import Graft
from engine.history import History
from engine.metrics import metrics_for
from engine.model import Evaluation
from engine.network import Network
from engine.plan import Plan
from engine.update import Figures

# The share of the time of training that evaluations for the history may take in the long run.
_SHARE = 0.05
# Evaluations of so many multiplications may be as frequent as the beginning of a run is steep: they take milliseconds.
_CHEAP = 5e8
# Weights below this share of the largest of their layer count as near zero.
_NEAR_ZERO = 0.01
# The largest weights of a layer whose squares single precision can add up.
_SQUARED = (1e-12, 1e15)
# What is measured of each layer: its weights, without the biases, as they are, and the step that led there.
_SIZES, _STEP = ("mean", "norm", "max", "zero"), ("gradient", "clipped", "update")
KINDS = _SIZES + _STEP


def columns(planned: Plan, task: str) -> tuple[str, ...]:
    """The names of what is measured: losses and metrics of both parts, and weights, gradients and updates by layer.

    ``train.penalty`` is what L1 and L2 add to the loss, ``rate`` the learning rate of the step that led to the point.
    By layer, over its weights w without the biases: ``mean`` and ``max`` of |w|, ``norm`` √Σ w², ``zero`` the share
    of |w| below a hundredth of the largest, and the norms ``gradient``, ``clipped`` and ``update`` of that step
    (see ``Figures``). Where no step has led to a point, what is of the step is NaN.
    """
    keys = ("loss", *(metric.key for metric in metrics_for(task)))
    parts = [f"{part}.{key}" for part in ("train", "test") for key in keys]
    layers = [f"{layer.name}.{kind}" for layer in planned.layers for kind in KINDS]
    return ("step", "epoch", *parts, "train.penalty", "rate", *layers)


def is_newer(column: str) -> bool:
    """Whether there are recorded points, in older files, that lack this column."""
    whole, _, kind = column.rpartition(".")
    return column in ("train.penalty", "rate") or (whole not in ("train", "test") and kind in KINDS[2:])


class Record:
    """The history of a run. A point is due when ``next_point`` steps are done, whoever looks in between."""

    def __init__(self, planned: Plan, task: str) -> None:
        self.history = History(columns(planned, task))
        self.next_point = 0

    def take(
        self,
        evaluation: Evaluation,
        epoch: float,
        network: Network,
        cost: float,
        penalty: float = 0.0,
        figures: Figures | None = None,
    ) -> None:
        """Takes a point now and says when the next is due; an evaluation costs as much as ``cost`` steps.

        ``penalty`` is what L1 and L2 add to the loss, ``figures`` those of the step that led here, None without one.

        The gaps grow with the step, to about one per cent of it. The steep beginning has more points, fewer
        where an evaluation is a matter of seconds.
        """
        step = evaluation.step
        if len(self.history) and self.history.last_step >= step:
            # The weights of the same step have changed: the best ones came back.
            self.history = self.history.until(step - 1)
        row = {"step": float(step), "epoch": epoch}
        for part, found in (("train", evaluation.train), ("test", evaluation.test)):
            row.update({f"{part}.{key}": value for key, value in found.items()})
        row["train.penalty"] = penalty
        for layer in network.plan.layers:
            sizes = _sizes(layer.matrix(network.parameters)[:, : layer.inputs])
            row.update({f"{layer.name}.{kind}": size for kind, size in zip(_SIZES, sizes, strict=True)})
        if figures is not None:
            row["rate"] = figures.rate
            for kind, lengths in zip(_STEP, (figures.gradient, figures.clipped, figures.change), strict=True):
                names = (f"{layer.name}.{kind}" for layer in network.plan.layers)
                row.update(zip(names, lengths, strict=True))
        self.history.append(row)
        rows = len(evaluation.outputs_train) + len(evaluation.outputs_test)
        dear = min(rows * network.parameters.size / _CHEAP, 1.0)
        gap = min(max(1 + int((1.0 + dear) / 4.0 * step), int(3 * cost * dear)), int(cost / _SHARE))
        self.next_point = step + max(gap, step // 100, 1)

    def rewind(self, step: int, next_point: int) -> None:
        """Forgets what came after a step."""
        self.history, self.next_point = self.history.until(step), next_point

    def rename(self, old: Plan, new: Plan, task: str, graft: Graft) -> None:
        """Goes on with columns for the layers there are now, each with the past of the layer it was."""
        names = columns(new, task)
        origin = {name: name for name in names if not name.startswith(("hidden", "output"))}
        for layer, part in zip(new.layers, graft.layers, strict=True):
            if part is not None:
                was = old.layers[part.was].name
                origin.update({f"{layer.name}.{kind}": f"{was}.{kind}" for kind in KINDS})
        self.history = self.history.renamed(names, origin)


def _sizes(w: Array) -> tuple[float, ...]:
    """Mean and norm of the weights, the largest |w|, and the share near zero."""
    sizes = np.abs(w)
    largest = float(sizes.max())
    # Where all are zero, all are near zero.
    near_zero = float(np.count_nonzero(sizes < _NEAR_ZERO * largest) / sizes.size) if largest else 1.0
    # Squares are lost in single precision where weights are tiny or huge; everywhere else its sum is exact enough.
    exact = np.float64 if largest and not _SQUARED[0] < largest < _SQUARED[1] else w.dtype
    return float(sizes.mean()), float(np.sqrt(np.square(w, dtype=exact).sum())), largest, near_zero
