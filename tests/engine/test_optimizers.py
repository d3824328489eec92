"""Every optimizer, and a whole trainer, against PyTorch."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.optimizer import Optimizer
from engine.optimizers import LBFGS, OPTIMIZERS


class LionOfThePaper:
    """Algorithm 2 of Chen et al. (2023), line by line; PyTorch has no Lion."""

    def __init__(self, parameters: Any, s: Any) -> None:
        self.parameters, self.s = list(parameters), s
        self.means = [np.zeros(tuple(p.shape), p.detach().numpy().dtype) for p in self.parameters]

    def zero_grad(self) -> None:
        for p in self.parameters:
            p.grad = None

    def step(self, closure: Callable[[], Any]) -> None:
        closure()
        for i, p in enumerate(self.parameters):
            theta, m, g = p.detach().numpy(), self.means[i], p.grad.numpy()
            c = self.s.beta1 * m + (1 - self.s.beta1) * g
            theta[...] = theta - self.s.learning_rate * (np.sign(c) + self.s.weight_decay * theta)
            self.means[i] = self.s.beta2 * m + (1 - self.s.beta2) * g


def adam_like(name: str, **more: Any) -> Callable[[Any, Any, Any], Any]:
    def peer(optim: Any, w: Any, s: Any) -> Any:
        own = {key: getattr(s, key) for key in ("weight_decay", "momentum_decay") if hasattr(s, key)}
        return getattr(optim, name)(w, lr=s.learning_rate, betas=(s.beta1, s.beta2), eps=s.epsilon, **own, **more)

    return peer


# (torch.optim, parameters, settings) -> the peer
TORCH: dict[str, Callable[[Any, Any, Any], Any]] = {
    "gradient_descent": lambda optim, w, s: optim.SGD(w, s.learning_rate),
    "momentum": lambda optim, w, s: optim.SGD(w, s.learning_rate, s.momentum),
    "nesterov": lambda optim, w, s: optim.SGD(w, s.learning_rate, s.momentum, nesterov=True),
    "adagrad": lambda optim, w, s: optim.Adagrad(w, s.learning_rate, eps=s.epsilon),
    "adadelta": lambda optim, w, s: optim.Adadelta(w, s.learning_rate, s.rho, s.epsilon),
    "rmsprop": lambda optim, w, s: optim.RMSprop(w, s.learning_rate, s.rho, s.epsilon),
    "centred_rmsprop": lambda optim, w, s: optim.RMSprop(w, s.learning_rate, s.rho, s.epsilon, centered=True),
    "adam": adam_like("Adam"),
    "amsgrad": adam_like("Adam", amsgrad=True),
    "adamw": adam_like("AdamW"),
    "nadam": adam_like("NAdam"),
    "adamax": adam_like("Adamax"),
    "lion": lambda optim, w, s: LionOfThePaper(w, s),
    "rprop": lambda optim, w, s: optim.Rprop(w, s.learning_rate, (s.shrink, s.grow), (s.smallest, s.largest)),
    "lbfgs": lambda optim, w, s: optim.LBFGS(
        w, s.learning_rate, max_iter=1, history_size=s.memory, tolerance_grad=0.0, tolerance_change=0.0
    ),
}
# A larger epsilon than usual, so that both sides settle: steps that swing for ever would multiply the rounding.
_ADAM = {"learning_rate": 0.02, "beta1": 0.5, "beta2": 0.8, "epsilon": 0.1}
TUNED: dict[str, dict[str, Any]] = {
    "gradient_descent": {"learning_rate": 0.02},
    "momentum": {"learning_rate": 0.02, "momentum": 0.5},
    "nesterov": {"learning_rate": 0.02, "momentum": 0.5},
    "adagrad": {"learning_rate": 0.5, "epsilon": 0.1},
    "adadelta": {"learning_rate": 0.5, "rho": 0.7, "epsilon": 1e-3},
    "rmsprop": {"learning_rate": 0.003, "rho": 0.7, "epsilon": 0.01},
    "centred_rmsprop": {"learning_rate": 0.003, "rho": 0.7, "epsilon": 0.01},
    "adam": _ADAM,
    "amsgrad": _ADAM,
    "adamw": {**_ADAM, "weight_decay": 0.3},
    "nadam": {**_ADAM, "momentum_decay": 0.1},
    "adamax": _ADAM,
    "lion": {"learning_rate": 0.01, "beta1": 0.5, "beta2": 0.8, "weight_decay": 0.3},
    "rprop": {"learning_rate": 0.1, "grow": 1.5, "shrink": 0.3, "smallest": 1e-4, "largest": 0.2},
    "lbfgs": {"learning_rate": 0.3, "memory": 3, "line_search": False},
}


def without_search(kind: str, **given: Any) -> Optimizer:
    """PyTorch's only line search is another one, so that L-BFGS is compared without."""
    return OPTIMIZERS[kind](**({"line_search": False} if kind == "lbfgs" else {}), **given)


DEFAULTS = [pytest.param(without_search(kind), id=kind) for kind in OPTIMIZERS]
CASES = DEFAULTS + [pytest.param(OPTIMIZERS[kind](**TUNED[kind]), id=f"{kind}, tuned") for kind in TUNED]
every_case = pytest.mark.parametrize("optimizer", CASES)
every_default = pytest.mark.parametrize("optimizer", DEFAULTS)
every_kind = pytest.mark.parametrize("optimizer", [cls() for cls in OPTIMIZERS.values()], ids=OPTIMIZERS.keys())
both_precisions = pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-5)])
SIZE = 12


def problem(dtype: Any = np.float64) -> tuple[Any, Any]:
    """A least-squares problem in 12 weights, the same for both sides."""
    rng = np.random.default_rng(3)
    return rng.normal(size=(40, SIZE)).astype(dtype), rng.normal(size=40).astype(dtype)


def slope(w: Any) -> Any:
    x, y = problem(w.dtype)
    return x.T @ (x @ w - y) / w.dtype.type(40)


def height(w: Any) -> float:
    x, y = problem(w.dtype)
    return float(np.square(x @ w - y).sum()) / 80


def beginning(dtype: Any = np.float64) -> Any:
    return np.random.default_rng(4).normal(size=SIZE).astype(dtype)


def memory(optimizer: Optimizer, w: Any) -> Any:
    return np.zeros((len(optimizer.rows), w.size), w.dtype)


def path(steps: int, optimizer: Optimizer, w: Any) -> Any:
    """The weights after each of so many steps, (steps, weights)."""
    w, rows, passed = w.copy(), memory(optimizer, w), []
    for t in range(1, steps + 1):
        optimizer.move(w, slope(w), rows, t, optimizer.learning_rate)
        passed.append(w.copy())
    return np.array(passed)


@pytest.fixture
def double(torch: Any) -> Iterator[Any]:
    """PyTorch with float64 throughout: its NAdam counts in the precision of the default."""
    torch.set_default_dtype(torch.float64)
    yield torch
    torch.set_default_dtype(torch.float32)


# -- against PyTorch -----------------------------------------------------------------------------------


def test_every_optimizer_and_every_setting_has_a_second_opinion() -> None:
    assert list(TORCH) == list(OPTIMIZERS)
    assert {kind: set(given) for kind, given in TUNED.items()} == {k: set(c.settings()) for k, c in OPTIMIZERS.items()}


def test_the_tuned_settings_are_others_than_the_defaults() -> None:
    same = [kind for kind, given in TUNED.items() for name, value in given.items() if value == _default(kind, name)]
    assert same == []


def _default(kind: str, name: str) -> Any:
    return getattr(OPTIMIZERS[kind](), name)


@every_case
@both_precisions
def test_200_steps_pass_where_those_of_pytorch_pass(
    optimizer: Optimizer, dtype: type, tolerance: float, double: Any
) -> None:
    theirs = double.tensor(beginning(dtype))
    peer = TORCH[optimizer.kind](double.optim, [theirs], optimizer)

    def closure() -> Any:
        theirs.grad = double.from_numpy(slope(theirs.numpy()))
        return double.zeros(())

    passed = []
    for _ in range(200):
        peer.step(closure)
        passed.append(theirs.numpy().copy())
    np.testing.assert_allclose(path(200, optimizer, beginning(dtype)), passed, rtol=0, atol=tolerance)


def twin(torch: Any, trainer: Trainer) -> Any:
    """The trainer's network in PyTorch, with the same weights; its output activation is left to the loss."""
    modules: list[Any] = []
    for w, b in zip(trainer.network.weights, trainer.network.biases, strict=True):
        linear = torch.nn.Linear(*w.shape, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(w.T.copy()), torch.tensor(b.copy())
        modules += [linear, torch.nn.Tanh()]
    return torch.nn.Sequential(*modules[:-1])


@every_default
def test_a_whole_network_learns_as_it_does_in_pytorch(optimizer: Optimizer, double: Any) -> None:
    # More than 10,000 parameters: the engine's optimizers work in blocks of 8,192.
    hidden = {"layers": [{"units": 100, "activation": "tanh"}, {"units": 100, "activation": "tanh"}]}
    experiment = Experiment.model_validate({"network": hidden, "training": {"optimizer": optimizer}})
    trainer = Trainer(experiment, dtype=np.float64)
    network = twin(double, trainer)
    peer = TORCH[optimizer.kind](double.optim, network.parameters(), optimizer)
    # L-BFGS divides by small differences, so that every step multiplies the rounding.
    for _ in range(20 if optimizer.full_batch else 50):
        x, y, _ = trainer.batches.current(trainer.batch_size)
        x, y = double.tensor(x[:-1].T), double.tensor(y.T).argmax(1)

        def closure(x: Any = x, y: Any = y) -> Any:
            peer.zero_grad()
            loss = double.nn.functional.cross_entropy(network(x), y)
            loss.backward()
            return loss

        peer.step(closure)
        trainer.step()
    ours = [array for w, b in zip(trainer.network.weights, trainer.network.biases, strict=True) for array in (w.T, b)]
    apart = [np.abs(a - p.detach().numpy()).max() for a, p in zip(ours, network.parameters(), strict=True)]
    assert max(apart) <= 1e-10


# -- what holds for every optimizer --------------------------------------------------------------------


@every_kind
def test_two_hundred_steps_come_closer_to_the_minimum(optimizer: Optimizer) -> None:
    lowest = height(np.linalg.lstsq(*problem(), rcond=None)[0])
    before, later = (height(w) - lowest for w in (beginning(), path(200, optimizer, beginning())[-1]))
    assert later < 0.95 * before


@pytest.mark.parametrize("optimizer", [case for case in CASES if not case.values[0].full_batch])
def test_a_block_moves_as_it_does_within_the_whole(optimizer: Optimizer) -> None:
    whole, parts = beginning(), beginning()
    rows, rows_of_parts = memory(optimizer, whole), memory(optimizer, parts)
    for t in range(1, 21):
        optimizer.move(whole, slope(whole), rows, t, optimizer.learning_rate)
        g = slope(parts)
        for block in (slice(0, 5), slice(5, 6), slice(6, SIZE)):
            optimizer.move(parts[block], g[block], rows_of_parts[:, block], t, optimizer.learning_rate)
    np.testing.assert_array_equal((whole, *rows), (parts, *rows_of_parts))


@every_kind
def test_the_gradient_is_left_alone(optimizer: Optimizer) -> None:
    g, rows = slope(beginning()), memory(optimizer, beginning())
    before = g.copy()
    for t in range(1, 4):
        optimizer.move(beginning(), g, rows, t, 0.1)
        optimizer.search(beginning(), g, rows, t, 0.1, lambda: 0.0)
    np.testing.assert_array_equal(g, before)


@every_kind
def test_the_rate_of_the_moment_counts_and_not_the_setting(optimizer: Optimizer) -> None:
    one, other = beginning(), beginning()
    for w, tuned in ((one, optimizer), (other, optimizer.edited(learning_rate=7.0))):
        tuned.move(w, slope(w), memory(tuned, w), 1, 0.01)
    np.testing.assert_array_equal(one, other)


@every_kind
def test_without_a_slope_nothing_moves_but_what_decays(optimizer: Optimizer) -> None:
    w, rows = beginning(), memory(optimizer, beginning())
    for t in range(1, 4):
        optimizer.move(w, np.zeros(SIZE), rows, t, 0.1)
    np.testing.assert_allclose(w, (1.0 - 0.1 * getattr(optimizer, "weight_decay", 0.0)) ** 3 * beginning(), rtol=1e-15)


@every_kind
def test_a_run_of_ten_million_steps_goes_on(optimizer: Optimizer) -> None:
    w, rows = beginning(), memory(optimizer, beginning())
    for t in (1, 10_000_000, 10_000_001):
        optimizer.move(w, slope(w), rows, t, 0.01)
    assert np.isfinite(w).all()


BOUNDS = [
    pytest.param(cls, name, bound, id=f"{kind}.{name} {bound:g}")
    for kind, cls in OPTIMIZERS.items()
    for name, setting in cls.settings().items()
    for bound in (setting.low, setting.high)
    if bound is not None and name != "learning_rate"
]


@pytest.mark.parametrize(("cls", "name", "bound"), BOUNDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_bounds_of_a_setting_give_finite_steps(cls: Any, name: str, bound: Any, dtype: type) -> None:
    optimizer, w = cls(**{name: bound}), beginning(dtype)
    rows = memory(optimizer, w)
    for t in range(1, 6):
        optimizer.move(w, slope(w), rows, t, 0.01)
    assert np.isfinite(w).all()


@every_kind
def test_what_is_remembered_has_names_of_its_own(optimizer: Optimizer) -> None:
    assert len(set(optimizer.rows)) == len(optimizer.rows)


@every_default
def test_without_a_line_search_nobody_asks_for_the_loss(optimizer: Optimizer) -> None:
    moved, searched = beginning(), beginning()
    optimizer.move(moved, slope(moved), memory(optimizer, moved), 1, 0.1)
    optimizer.search(searched, slope(searched), memory(optimizer, searched), 1, 0.1, lambda: pytest.fail("asked"))
    np.testing.assert_array_equal(searched, moved)


# -- L-BFGS with its line search -----------------------------------------------------------------------


def rosenbrock(w: Any) -> float:
    return float((1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2)


def rosenbrock_slope(w: Any) -> Any:
    across = w[1] - w[0] ** 2
    return np.array([-2 * (1 - w[0]) - 400 * w[0] * across, 200 * across], w.dtype)


LANDSCAPES = {
    "least squares": (height, slope, beginning(), np.linalg.lstsq(*problem(), rcond=None)[0]),
    "Rosenbrock": (rosenbrock, rosenbrock_slope, np.array([-1.2, 1.0]), np.ones(2)),
}
every_landscape = pytest.mark.parametrize(
    ("loss", "gradient", "start", "minimum"), LANDSCAPES.values(), ids=LANDSCAPES.keys()
)


def descent(optimizer: Optimizer, loss: Any, gradient: Any, start: Any, steps: int) -> tuple[Any, list[float]]:
    """Where so many steps with the line search lead, and the loss after each."""
    w = start.copy()
    rows, losses = memory(optimizer, w), [loss(w)]
    for t in range(1, steps + 1):
        optimizer.search(w, gradient(w), rows, t, optimizer.learning_rate, lambda: loss(w))
        losses.append(loss(w))
    return w, losses


@pytest.mark.parametrize(("steepness", "length"), [(0.01, 0.01), (1.0, 1 / SIZE), (50.0, 1 / SIZE)])
def test_the_first_step_of_lbfgs_is_careful_where_it_is_steep(steepness: float, length: float) -> None:
    # As in PyTorch: rate · min(1, 1 / |g|₁), with all entries of g alike.
    w, g = np.zeros(SIZE), np.full(SIZE, steepness)
    LBFGS().move(w, g, memory(LBFGS(), w), 1, 0.5)
    np.testing.assert_allclose(w, -0.5 * length, rtol=1e-14)


@every_landscape
def test_lbfgs_reaches_the_minimum(loss: Any, gradient: Any, start: Any, minimum: Any) -> None:
    w, _ = descent(LBFGS(), loss, gradient, start, steps=60)
    np.testing.assert_allclose(w, minimum, rtol=0, atol=1e-8)


@every_landscape
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("memory_of", [1, 3, 10])
@pytest.mark.parametrize("rate", [0.1, 1.0, 100.0])
def test_lbfgs_never_raises_the_loss(
    loss: Any, gradient: Any, start: Any, minimum: Any, dtype: type, memory_of: int, rate: float
) -> None:
    optimizer = LBFGS(memory=memory_of, learning_rate=rate)
    for seed in range(5):
        scattered = (start + np.random.default_rng(seed).normal(size=start.size)).astype(dtype)
        _, losses = descent(optimizer, loss, gradient, scattered, steps=100)
        assert np.diff(losses).max() <= 0.0


def test_lbfgs_stays_and_begins_anew_when_no_length_lowers_the_loss() -> None:
    optimizer, w = LBFGS(), beginning()
    rows = memory(optimizer, w)
    for t in (1, 2):
        optimizer.search(w, slope(w), rows, t, 1.0, lambda: height(w))
    assert rows[2:].any()
    stays, ever_higher = w.copy(), iter(range(1000))
    optimizer.search(w, slope(w), rows, 3, 1.0, lambda: float(next(ever_higher)))
    np.testing.assert_array_equal(w, stays)
    assert not rows[2:].any()


def test_lbfgs_needs_far_fewer_steps_than_gradient_descent() -> None:
    _, losses = descent(LBFGS(), height, slope, beginning(), steps=20)
    assert losses[-1] < height(path(200, OPTIMIZERS["gradient_descent"](), beginning())[-1])


CHANGES: dict[str, Callable[[Experiment], Experiment]] = {
    "nothing": lambda e: e,
    "fewer units": lambda e: e.with_layer(0, units=3),
    "more units": lambda e: e.with_layer(0, units=20),
    "another activation": lambda e: e.with_layer(0, activation="relu"),
    "a frozen layer": lambda e: e.with_layer(1, trainable=False),
    "frozen units": lambda e: e.with_layer(0, frozen_units=(0, 1, 2, 3)),
    "a frozen output": lambda e: e.with_value("network.output.trainable", False),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_lbfgs_never_raises_the_loss_of_a_network_even_when_it_changed(
    change: Callable[[Experiment], Experiment],
) -> None:
    for seed in range(10):
        begun = Experiment.model_validate({"training": {"optimizer": {"kind": "lbfgs"}, "seed": seed}})
        trainer = Trainer(begun, dtype=np.float64)
        before = [trainer.step() for _ in range(10)]
        trainer.reconfigure(change(begun))
        later = [trainer.step() for _ in range(6)]
        # The rows come in another order in every step, so that the last digits of their mean vary.
        assert max(np.diff(before).max(), np.diff(later).max()) <= 1e-12
