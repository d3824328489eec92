"""The Snapshot: an immutable picture of one instant of training; all that a view ever sees of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.answering import Answered, Predictor
from engine.checkpoint import Checkpoint
from engine.data.dataset import Dataset
from engine.edge_views import EdgeValues
from engine.experiment import Experiment
from engine.history import LossBand, Series
from engine.lineage import Lineage
from engine.model import Evaluation
from engine.network import Network
from engine.plan import Plan
from engine.probes import Maps, Trace
from engine.trainer import Divergence
from engine.unit_views import UnitStatistics

# So many times the largest weight of an ordinary layer are drawn like all that are larger still.
_HUGE = 4.0


@dataclass(frozen=True)
class Snapshot:
    """One instant. ``generation`` counts the rebuilds asked for: a snapshot from before one is dropped.

    ``parameters`` is a copy of the flat vector; ``weights(i)`` and ``biases(i)`` are views of it.
    ``evaluation``, ``maps`` and ``units`` say at which step they were taken: under full speed they may be a few
    frames older than the weights; ``trace`` and ``edges`` never are. ``stopped`` says, for people, why a run has
    ended before its epochs were done, "" when it has not. ``steps_per_second`` is that of the last slice of work.
    ``units`` and ``edges`` are what the drawing was asked to show besides weights and maps, None when nothing else
    was; ``said`` is what an edit of the numbers has to tell, such as what removing a unit has cost;
    ``least_important`` the layer and the unit that were asked for. ``oldest_moment`` is the
    number of the oldest kept instant that one can still come back to. ``pristine``: no step was done and no number
    set by hand since the weights were drawn. ``statistics`` is a copy of what normalizing stages remember;
    ``answered`` what is said to the row typed by hand, None when there is none; ``checkpoint`` all of this instant,
    None when it was not asked for. ``probes`` are answers of the probes that were wanted, by key, each with a ``step``
    of its own; ``lineage`` has what was changed while it trained. ``looking`` is the share of the thread's time,
    while it ran in slices, that evaluations, maps and probes have taken so far.
    """

    generation: int
    experiment: Experiment
    data: Dataset
    plan: Plan
    step: int
    epoch: int
    steps_per_epoch: int
    finished: bool
    stopped: str
    diverged: Divergence | None
    parameters: NDArray[Any]
    evaluation: Evaluation
    history: Series
    batch_losses: LossBand
    maps: Maps | None
    trace: Trace | None
    steps_per_second: float
    units: UnitStatistics | None = None
    edges: EdgeValues | None = None
    said: str = ""
    least_important: tuple[int, int] | None = None
    oldest_moment: int = 0
    pristine: bool = False
    statistics: NDArray[Any] = field(default_factory=lambda: np.zeros(0))
    answered: Answered | None = None
    checkpoint: Checkpoint | None = None
    probes: Mapping[str, Any] = field(default_factory=dict)
    lineage: Lineage | None = None
    looking: float = 0.0

    @property
    def predictor(self) -> Predictor:
        """A network of its own as it was at this instant, which answers raw rows."""
        network = Network(self.plan, None, self.parameters.dtype)
        network.parameters[:], network.statistics[:] = self.parameters, self.statistics
        return Predictor(network, self.data.preparation)

    def weights(self, layer: int) -> NDArray[Any]:
        """The weights of a layer, (inputs, units)."""
        return self.plan.layers[layer].weights(self.parameters)

    def biases(self, layer: int) -> NDArray[Any]:
        """The biases of a layer, (units,); zeros for a layer without."""
        return self.plan.layers[layer].biases(self.parameters)

    def edge_values(self, layer: int) -> NDArray[Any] | None:
        """What the edges into a layer show, (inputs, units): the weights, or what was asked for; None: nothing yet."""
        if self.edges is None:
            return self.weights(layer)
        return None if self.edges.values is None else self.plan.layers[layer].weights(self.edges.values)

    def largest_edge(self) -> float:
        """The largest magnitude that the edges show (biases left out), 0 when none is finite."""
        return max(map(self._largest_of, range(len(self.plan.layers))), default=0.0)

    def widest_edge(self) -> float:
        """The magnitude that a drawing should draw widest: the largest there is, 0 when none is finite.

        Of weights no more than some times that of an ordinary layer, so that one layer with huge ones, such as that
        behind an inserted identity of small weights, does not make all others invisible.
        """
        sizes = [self._largest_of(layer) for layer in range(len(self.plan.layers))]
        largest = max(sizes, default=0.0)
        if self.edges is not None and self.edges.key != "weight":
            return largest
        ordinary = float(np.median(sizes)) if sizes else 0.0
        return min(largest, _HUGE * ordinary) if ordinary > 0.0 else largest

    def _largest_of(self, layer: int) -> float:
        values = self.edge_values(layer)
        if values is None or not values.size:
            return 0.0
        sizes = np.abs(values)
        top = float(sizes.max())
        # Mostly all are finite, and to look for the others takes longer.
        return top if np.isfinite(top) else float(np.where(np.isfinite(sizes), sizes, 0.0).max())

    def has_edges(self) -> bool:
        """Whether the edges show a number other than zero anywhere (biases left out)."""
        layers = map(self.edge_values, range(len(self.plan.layers)))
        # Row by row, since the first one mostly answers it.
        return any((row[np.isfinite(row)] != 0.0).any() for values in layers if values is not None for row in values)


@dataclass(frozen=True)
class Failure:
    """A job that could not be done: one sentence for people, and for errors of the program the traceback."""

    generation: int
    message: str
    details: str = ""
