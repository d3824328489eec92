"""How weights, biases, sums, outputs and gradients of every layer spread, now and over the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.activations import Array
from engine.probes import Wants
from engine.probing.histogram import Histogram, histogram
from engine.probing.probe import Probe
from engine.registry import Registry
from engine.trainer import Trainer
from engine.unit_views import answered, sample

# Of each quantity no more values than this are counted, the same number of every layer.
_NUMBERS = 262_144
_FEWEST = 1024
# So many instants are kept; of very deep networks fewer, so that no more than about 10 MB are taken.
MOMENTS = 160
_LAYERS_OF_MOMENTS, _FEWEST_MOMENTS = 3200, 16


@dataclass(frozen=True)
class Quantity:
    """What can be counted of a layer. ``label`` and ``about`` say, for people, what it is; ``symbol`` is its letter."""

    key: str
    label: str
    symbol: str
    about: str


QUANTITIES: Registry[Quantity] = Registry(
    "quantity",
    [
        Quantity("weights", "Weights", "w", "Every weight of the layer, as it is now."),
        Quantity("biases", "Biases", "b", "Every bias of the layer, as it is now."),
        Quantity("sums", "Sums", "z", "The sums z = Σ w·x + b of every unit at every row counted."),
        Quantity("activations", "Activations", "a", "The outputs a = f(z) of every unit at every row counted."),
        Quantity(
            "gradients",
            "Gradients",
            "dL/dw",
            "For every weight the slope dL/dw of the mean loss of the rows counted, without penalties.",
        ),
    ],
)


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """The histograms of one step: for each key of QUANTITIES one of every layer. Without rows those of rows are empty.

    A layer without biases has an empty histogram of them.
    """

    step: int
    histograms: Mapping[str, tuple[Histogram, ...]]


@dataclass(frozen=True, eq=False)
class Distributions:
    """The moments since the question was first asked, in order, the last one now.

    They are at least ``spacing`` steps apart, but for the last one, and no more than MOMENTS. ``rows`` of ``all_rows``
    training rows were counted for sums, outputs and gradients, evenly spread, as the network answers.
    """

    step: int
    rows: int
    all_rows: int
    moments: tuple[Moment, ...]
    spacing: int

    @property
    def now(self) -> Moment:
        """The newest moment."""
        return self.moments[-1]


def measure(trainer: Trainer, wants: Wants, before: Any) -> Distributions:
    """Counts this instant, and puts it after those of ``before``."""
    some, rows = sample(trainer.network, trainer.rows["train"]), len(trainer.rows["train"])
    values = _values(trainer)
    most = max(_FEWEST, _NUMBERS // len(trainer.network.plan.layers))
    with np.errstate(all="ignore"):
        found = {key: tuple(histogram(each, most) for each in layers) for key, layers in values.items()}
    earlier, spacing = (before.moments, before.spacing) if before is not None else ((), 1)
    moments, spacing = _thinned(earlier, Moment(trainer.steps_done, found), spacing, len(trainer.network.plan.layers))
    return Distributions(trainer.steps_done, len(some), rows, moments, spacing)


def _values(trainer: Trainer) -> dict[str, list[Array]]:
    """The arrays that are counted, one for each layer."""
    network, layers = trainer.network, trainer.network.plan.layers
    some, nothing = sample(network, trainer.rows["train"]), [np.zeros(0)] * len(layers)
    found = {
        "weights": network.weights,
        "biases": [layer.biases(network.parameters) if layer.bias else np.zeros(0) for layer in layers],
    }
    if not len(some):
        return {**found, "sums": nothing, "activations": nothing, "gradients": nothing}
    with np.errstate(all="ignore"):
        work = answered(network, some, back=True)
    gradients = [at.d_wb[:, : at.plan.inputs].T for at in work.layers]
    return {**found, "sums": work.z, "activations": work.a, "gradients": gradients}


def _thinned(earlier: tuple[Moment, ...], now: Moment, spacing: int, layers: int) -> tuple[tuple[Moment, ...], int]:
    """The moments with the newest one, and how far apart they are: twice as far whenever they become too many."""
    settled = earlier
    # The last one is there because it was now; it stays if it is far enough from the one before.
    if settled and (settled[-1].step == now.step or _is_close(settled, spacing)):
        settled = settled[:-1]
    moments = (*settled, now)
    most = max(_FEWEST_MOMENTS, min(MOMENTS, _LAYERS_OF_MOMENTS // layers))
    while len(moments) > most:
        spacing *= 2
        kept = [moments[0]]
        for each in moments[1:-1]:
            if each.step - kept[-1].step >= spacing:
                kept.append(each)
        moments = (*kept, now)
    return moments, spacing


def _is_close(moments: tuple[Moment, ...], spacing: int) -> bool:
    return len(moments) > 1 and moments[-1].step - moments[-2].step < spacing


DISTRIBUTIONS = Probe(
    "distributions",
    "Distributions",
    "How weights, biases, sums, outputs and gradients of every layer spread. Gradients are dL/dw of the mean loss of "
    "the training rows counted, as the network answers and without penalties.",
    measure,
)
