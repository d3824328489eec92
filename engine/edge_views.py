"""What the edges of a drawing can show besides the weights: one number for every parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from engine.activations import Array
from engine.probes import Trace
from engine.registry import Registry
from engine.trainer import Trainer

_NO_STEP = "Nothing to show before the next step: train one."
_NOT_DONE = "The last step was not done, because the run diverged at it."


@dataclass(frozen=True)
class EdgeValues:
    """One number for each parameter, (parameters,), laid out as the parameters are.

    ``key`` is that of EDGE_VIEWS. ``values`` is None when there is nothing to show, and ``missing`` says why.
    Entries without a meaning are NaN.
    """

    key: str
    values: Array | None
    missing: str = ""


@dataclass(frozen=True)
class EdgeView:
    """One thing the edges can show.

    ``symbol`` is that of the field, ``about`` says for people what it is. ``signed``: values below zero occur.
    ``values``: (trainer, trace) -> a copy, (parameters,), or the sentence that says why there is none.
    """

    key: str
    label: str
    symbol: str
    about: str
    values: Callable[[Trainer, Trace | None], Array | str] = field(compare=False)
    signed: bool = True


def edge_values(trainer: Trainer, key: str, trace: Trace | None = None) -> EdgeValues:
    """What the edges show at this instant. ``key`` is one of EDGE_VIEWS, ``trace`` that of the traced row.

    The arrays are copies; further steps do not touch them. Raises ``KeyError`` for another key.
    """
    with np.errstate(all="ignore"):
        found = EDGE_VIEWS[key].values(trainer, trace)
    return EdgeValues(key, None, found) if isinstance(found, str) else EdgeValues(key, found)


def _weights(trainer: Trainer, trace: Trace | None) -> Array | str:
    return trainer.network.parameters.copy()


def _gradient(trainer: Trainer, trace: Trace | None) -> Array | str:
    return trainer.network.gradient.copy() if trainer.update.applied else _no_step(trainer)


def _no_step(trainer: Trainer) -> str:
    return _NOT_DONE if trainer.diverged else _NO_STEP


def _update(trainer: Trainer, trace: Trace | None) -> Array | str:
    change = trainer.update.change
    return _NO_STEP if change is None else change.copy()


def _first_moment(trainer: Trainer, trace: Trace | None) -> Array | str:
    optimizer = trainer.experiment.training.optimizer
    return _remembered(trainer, optimizer.first_moment, "mean of the gradients, as Momentum and Adam do")


def _second_moment(trainer: Trainer, trace: Trace | None) -> Array | str:
    optimizer = trainer.experiment.training.optimizer
    return _remembered(trainer, optimizer.second_moment, "size of the gradients, as RMSProp and Adam do")


def _remembered(trainer: Trainer, row: str, what: str) -> Array | str:
    optimizer = trainer.experiment.training.optimizer
    if not row:
        return f"{optimizer.label} remembers no {what}."
    found: Array = trainer.update.memory[optimizer.rows.index(row)].copy()
    return found


def _effective_step(trainer: Trainer, trace: Trace | None) -> Array | str:
    update, optimizer = trainer.update, trainer.experiment.training.optimizer
    if optimizer.full_batch:
        return f"{optimizer.label} moves all weights together; none has a rate of its own."
    if not update.applied or update.training is None:
        return _no_step(trainer)
    # As it was set then: it may have been changed since.
    optimizer = update.training.optimizer
    rates = optimizer.effective_rates(trainer.network.gradient, update.memory, update.count, update.rate)
    assert rates is not None, f"{optimizer.label} must say which rate each weight has"
    found = np.full(trainer.network.parameters.size, rates, trainer.dtype)
    found[update.held] = 0.0
    return found


def _contribution(trainer: Trainer, trace: Trace | None) -> Array | str:
    if trace is None:
        return "Choose a row of the data: then each edge shows what it adds to the sum for that row."
    network = trainer.network
    # What a stage trains multiplies no input of a unit.
    found = np.full(network.parameters.size, np.nan, network.dtype)
    for layer, x in zip(network.plan.layers, trace.inputs, strict=True):
        layer.weights(found)[...] = layer.weights(network.parameters) * x[:, None]
        if layer.bias:
            layer.biases(found)[...] = layer.biases(network.parameters)
    return found


EDGE_VIEWS: Registry[EdgeView] = Registry(
    "edge view",
    [
        EdgeView("weight", "Weight", "w", "The weights themselves.", _weights),
        EdgeView(
            "gradient",
            "Gradient",
            "dL/dw",
            "The slope of the loss that the last step used: of its mini-batch, with penalties and clipping.",
            _gradient,
        ),
        EdgeView("update", "Update", "Δw", "By how much the last step changed each weight.", _update),
        EdgeView(
            "first_moment",
            "First moment",
            "m",
            "The optimizer's memory of the gradient: where each weight has lately been pushed.",
            _first_moment,
        ),
        EdgeView(
            "second_moment",
            "Second moment",
            "v",
            "The optimizer's memory of how large the gradient is, whatever its sign.",
            _second_moment,
            signed=False,
        ),
        EdgeView(
            "effective_step",
            "Effective step",
            "η_w",
            "The learning rate each weight had in the last step: what the optimizer multiplied its direction by.",
            _effective_step,
            signed=False,
        ),
        EdgeView(
            "contribution",
            "Contribution",
            "w·a",
            "What each edge adds to the sum of its unit for the traced row: weight times input.",
            _contribution,
        ),
    ],
)
