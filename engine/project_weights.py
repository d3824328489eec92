"""The weights in a project file: everything a network has learned, under the names that PyTorch uses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.activations import Array
from engine.data.dataset import Dataset
from engine.data.preparation import Preparation
from engine.network import Network
from engine.plan import Plan

# What stages train and remember, under the names of PyTorch's normalizing layers.
_NAMES = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var"}


def views(network: Network) -> Iterator[tuple[str, Array]]:
    """Everything a network has learned, under PyTorch's names, as views that can be written to."""
    return named(network.plan, network.parameters, network.statistics)


def shapes(planned: Plan) -> dict[str, tuple[int, ...]]:
    """The shapes of all that a network learns, by PyTorch's names; takes no memory whatever they are."""
    parameters, statistics = (
        np.broadcast_to(np.float32(), count) for count in (planned.parameters, planned.statistics)
    )
    return {name: view.shape for name, view in named(planned, parameters, statistics)}


def named(planned: Plan, parameters: Array, statistics: Array) -> Iterator[tuple[str, Array]]:
    """The parts of the flat vectors under PyTorch's names, as views."""
    part = 0
    for layer in planned.layers:
        for stage in layer.stages:
            learned, remembered = stage.rows(parameters), stage.statistics(statistics)
            for names, values in ((stage.stage.rows, learned), (stage.stage.statistics, remembered)):
                for name, view in zip(names, values, strict=True):
                    yield f"layers.{part}.{_NAMES[name]}", view
            part += 1
        yield f"layers.{part}.weight", layer.matrix(parameters)[:, : layer.inputs]
        if layer.bias:
            yield f"layers.{part}.bias", layer.biases(parameters)
        part += 1


def without_rows(preparation: Preparation) -> Dataset:
    """Data of which only the shape is known: what a network that is not trained further needs."""
    target, width = preparation.target, len(preparation.names)
    x, y = np.zeros((0, width), np.float32), np.zeros((0, len(target.shift)), np.float32)
    answers = np.zeros(0, np.int64) if target.classes else y
    no_rows: NDArray[np.int64] = np.zeros(0, np.int64)
    return Dataset.described_by(
        preparation,
        x_train=x,
        y_train=answers,
        x_test=x,
        y_test=answers,
        rows_train=no_rows,
        rows_test=no_rows,
        columns=preparation.names,
    )
