"""The gradient of whole networks against central differences: every activation, every loss, one to three outputs."""

from typing import Any

import numpy as np
import pytest

from engine.activations import ACTIVATIONS, Activation
from engine.losses import LOSSES, Loss
from engine.network import LayerPlan, Network, Plan

H = 1e-6
ROWS, INPUTS, HIDDEN = 4, 2, 3
# Nothing may come closer than this to a kink of an activation or to the edge of a cross-entropy.
MARGIN = 1e-3


def small_network(hidden: Activation, output: Activation, loss: Loss, outputs: int, seed: int) -> Network:
    """A float64 network inputs-3-3-outputs with random weights and biases."""
    layers: list[LayerPlan] = []
    inputs, start = INPUTS, 0
    for name, units, activation in (("1", HIDDEN, hidden), ("2", HIDDEN, hidden), ("output", outputs, output)):
        layers.append(LayerPlan(name, inputs, units, activation, "glorot_uniform", start))
        inputs, start = units, layers[-1].stop
    rng = np.random.default_rng(seed)
    network = Network(Plan(tuple(layers), loss), rng, np.float64)
    network.parameters[:] = rng.normal(0.0, 1.0, network.parameters.size)
    return network


def batch(loss: Loss, outputs: int, seed: int) -> tuple[Any, Any]:
    """x (inputs + 1, rows) with its row of ones and suitable targets y (outputs, rows)."""
    rng = np.random.default_rng([seed, 1])
    x = np.ones((INPUTS + 1, ROWS))
    x[:-1] = rng.normal(size=(INPUTS, ROWS))
    if loss.key == "categorical_cross_entropy":
        return x, np.eye(outputs)[:, rng.integers(outputs, size=ROWS)]
    return x, rng.integers(2, size=(outputs, ROWS)).astype(float)


def away_from_kinks(network: Network, x: Any) -> bool:
    """Whether a small nudge of any parameter leaves every branch where it is."""
    work = network.buffers(ROWS)
    a = network.forward(x, work)
    for layer, z in zip(network.plan.layers, work.z, strict=True):
        if layer.activation.kink is not None and np.abs(z - layer.activation.kink).min() < MARGIN:
            return False
    if network.plan.loss.fused is None or network.plan.fused:
        return True
    flat = (a == 0.0) | (a == 1.0)
    return bool((flat | (np.minimum(np.abs(a), np.abs(a - 1.0)) > MARGIN)).all())


def relative_error(network: Network, x: Any, y: Any) -> float:
    """|ours - measured| / (|ours| + |measured|), 0 where there is no slope at all."""
    work = network.buffers(ROWS)

    def loss() -> float:
        a = network.forward(x, work)
        return network.loss(work.z[-1], a, y)

    loss()
    network.backward(x, y, work)
    ours, measured = network.gradient.copy(), np.empty_like(network.gradient)
    for i, value in enumerate(network.parameters.copy()):
        network.parameters[i] = value + H
        above = loss()
        network.parameters[i] = value - H
        measured[i] = (above - loss()) / (2 * H)
        network.parameters[i] = value
    size = np.linalg.norm(ours) + np.linalg.norm(measured)
    return float(np.linalg.norm(ours - measured) / size) if size > 0 else 0.0


@pytest.mark.parametrize("outputs", [1, 2, 3])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda part: part.key)
@pytest.mark.parametrize("place", ["hidden", "output"])
def test_backward_agrees_with_central_differences(place: str, activation: Activation, loss: Loss, outputs: int) -> None:
    partner = ACTIVATIONS[loss.fused or "linear"]
    pair = (activation, partner) if place == "hidden" else (ACTIVATIONS["tanh"], activation)
    for seed in range(1000):
        network = small_network(*pair, loss, outputs, seed)
        x, y = batch(loss, outputs, seed)
        if away_from_kinks(network, x):
            break
    assert relative_error(network, x, y) <= 1e-6
