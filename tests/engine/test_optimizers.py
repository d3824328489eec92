"""Every optimizer, and a whole trainer, against PyTorch."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.optimizers import OPTIMIZERS, Optimizer

TORCH: dict[str, Callable[[ModuleType, Any, Any], Any]] = {
    "gradient_descent": lambda torch, w, s: torch.optim.SGD(w, lr=s.learning_rate),
    "momentum": lambda torch, w, s: torch.optim.SGD(w, lr=s.learning_rate, momentum=s.momentum),
    "adam": lambda torch, w, s: torch.optim.Adam(w, lr=s.learning_rate, betas=(s.beta1, s.beta2), eps=s.epsilon),
}
TUNED: dict[str, dict[str, float]] = {
    "momentum": {"momentum": 0.5},
    "adam": {"learning_rate": 0.05, "beta1": 0.7, "beta2": 0.8, "epsilon": 0.01},
}
CASES = [pytest.param(cls(), id=kind) for kind, cls in OPTIMIZERS.items()]
CASES += [pytest.param(OPTIMIZERS[kind](**settings), id=f"{kind}, tuned") for kind, settings in TUNED.items()]
every_optimizer = pytest.mark.parametrize("optimizer", CASES)


def slope(w: Any) -> Any:
    """The gradient of a least-squares problem in 12 weights, the same for both sides."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(40, 12)).astype(w.dtype), rng.normal(size=40).astype(w.dtype)
    return x.T @ (x @ w - y) / w.dtype.type(40)


@every_optimizer
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-5)])
def test_200_steps_end_where_those_of_pytorch_end(
    optimizer: Optimizer, dtype: type, tolerance: float, torch: ModuleType
) -> None:
    ours = np.random.default_rng(4).normal(size=12).astype(dtype)
    theirs = torch.tensor(ours)
    peer = TORCH[optimizer.kind](torch, [theirs], optimizer)
    rows = np.zeros((len(optimizer.rows), 12), dtype)
    for t in range(1, 201):
        optimizer.move(ours, slope(ours), rows, t, optimizer.learning_rate)
        theirs.grad = torch.from_numpy(slope(theirs.numpy()))
        peer.step()
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=0, atol=tolerance)


@every_optimizer
def test_two_hundred_steps_come_closer_to_the_minimum(optimizer: Optimizer) -> None:
    w = np.random.default_rng(4).normal(size=12)
    before, rows = np.linalg.norm(slope(w)), np.zeros((len(optimizer.rows), 12))
    for t in range(1, 201):
        optimizer.move(w, slope(w), rows, t, optimizer.learning_rate)
    assert np.linalg.norm(slope(w)) < 0.2 * before


@every_optimizer
def test_the_gradient_is_left_alone(optimizer: Optimizer) -> None:
    g = np.random.default_rng(4).normal(size=12)
    before = g.copy()
    optimizer.move(np.ones(12), g, np.zeros((len(optimizer.rows), 12)), 1, 0.1)
    np.testing.assert_array_equal(g, before)


def twin(torch: ModuleType, trainer: Trainer) -> Any:
    """The trainer's network in PyTorch, with the same weights; its output activation is left to the loss."""
    modules: list[Any] = []
    for w, b in zip(trainer.network.weights, trainer.network.biases, strict=True):
        linear = torch.nn.Linear(*w.shape, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(w.T.copy()), torch.tensor(b.copy())
        modules += [linear, torch.nn.Tanh()]
    return torch.nn.Sequential(*modules[:-1])


@every_optimizer
def test_a_whole_network_learns_as_it_does_in_pytorch(optimizer: Optimizer, torch: ModuleType) -> None:
    # More than 10,000 parameters: the engine's optimizers work in blocks of 8,192.
    hidden = {"layers": [{"units": 100, "activation": "tanh"}, {"units": 100, "activation": "tanh"}]}
    experiment = Experiment.model_validate({"network": hidden, "training": {"optimizer": optimizer}})
    trainer = Trainer(experiment, dtype=np.float64)
    peer = twin(torch, trainer)
    peer_optimizer = TORCH[optimizer.kind](torch, peer.parameters(), optimizer)
    for _ in range(50):
        x, y = trainer.batches.current(experiment.training.batch_size)
        loss = torch.nn.functional.cross_entropy(peer(torch.tensor(x[:-1].T)), torch.tensor(y.T).argmax(1))
        peer_optimizer.zero_grad()
        loss.backward()
        trainer.step()
        peer_optimizer.step()
    ours = [array for w, b in zip(trainer.network.weights, trainer.network.biases, strict=True) for array in (w.T, b)]
    apart = [np.abs(a - p.detach().numpy()).max() for a, p in zip(ours, peer.parameters(), strict=True)]
    assert max(apart) <= 1e-10
