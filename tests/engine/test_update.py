"""From a gradient to new weights: penalties, clipping, the length of weights, what is frozen, what rows count."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from engine import Dataset, DataSpec, Experiment, Trainer, load_data
from engine.losses import LOSSES
from engine.optimizers import OPTIMIZERS

IRIS = load_data(DataSpec())
NETWORK = {"layers": [{"units": 6}, {"units": 5, "activation": "sigmoid"}]}


def trainer_of(data: Dataset = IRIS, network: Any = NETWORK, **training: Any) -> Trainer:
    experiment = Experiment.model_validate({"network": network, "training": training})
    return Trainer(experiment, data, np.float64)


def twin(torch: ModuleType, trainer: Trainer) -> Any:
    """The trainer's network in PyTorch, with the same weights; its output activation is left to the loss."""
    modules: list[Any] = []
    functions = {"tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    network = trainer.network
    for layer, w, b in zip(network.plan.layers, network.weights, network.biases, strict=True):
        linear = torch.nn.Linear(*w.shape, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(w.T.copy()), torch.tensor(b.copy())
        modules += [linear, functions.get(layer.activation.key, torch.nn.Identity)()]
    return torch.nn.Sequential(*modules[:-1])


def apart(trainer: Trainer, peer: Any) -> float:
    """The largest difference between the parameters of both."""
    pairs = [(w.T, b) for w, b in zip(trainer.network.weights, trainer.network.biases, strict=True)]
    flat = [array for pair in pairs for array in pair]
    return max(float(np.abs(a - p.detach().numpy()).max()) for a, p in zip(flat, peer.parameters(), strict=True))


def weights_of(peer: Any) -> list[Any]:
    return [parameter for parameter in peer.parameters() if parameter.ndim == 2]


def biases_of(peer: Any) -> list[Any]:
    return [parameter for parameter in peer.parameters() if parameter.ndim == 1]


def side_by_side(
    torch: ModuleType,
    trainer: Trainer,
    optimizer: Callable[[Any], Any],
    penalty: Callable[[Any], Any] = lambda peer: 0.0,
    before: Callable[[Any], Any] = lambda peer: None,
    after: Callable[[Any], Any] = lambda peer: None,
) -> float:
    """How far the parameters come apart in 100 steps; ``before`` and ``after`` surround each step of the twin."""
    peer = twin(torch, trainer)
    moves = optimizer(peer)
    for _ in range(100):
        x, y, _ = trainer.batches.current(trainer.batch_size)
        answer = peer(torch.tensor(x[:-1].T))
        loss = torch.nn.functional.cross_entropy(answer, torch.tensor(y.T).argmax(1)) + penalty(peer)
        moves.zero_grad()
        loss.backward()
        before(peer)
        moves.step()
        after(peer)
        trainer.step()
    return apart(trainer, peer)


# -- penalties ---------------------------------------------------------------------------------------

DECAYING: dict[str, Callable[[ModuleType, Any], Any]] = {
    "gradient_descent": lambda torch, groups: torch.optim.SGD(groups, lr=0.1),
    "momentum": lambda torch, groups: torch.optim.SGD(groups, lr=0.03, momentum=0.9),
    "rmsprop": lambda torch, groups: torch.optim.RMSprop(groups, lr=0.01),
    "adam": lambda torch, groups: torch.optim.Adam(groups, lr=0.01),
}


@pytest.mark.parametrize("kind", DECAYING)
def test_l2_is_the_weight_decay_of_pytorch_on_the_weights_alone(kind: str, torch: ModuleType) -> None:
    trainer = trainer_of(l2=0.05, optimizer={"kind": kind})

    def optimizer(peer: Any) -> Any:
        groups = [{"params": weights_of(peer), "weight_decay": 0.05}, {"params": biases_of(peer)}]
        return DECAYING[kind](torch, groups)

    assert side_by_side(torch, trainer, optimizer) <= 1e-10


def test_l1_is_the_sum_of_all_weights_sizes_added_to_the_loss(torch: ModuleType) -> None:
    trainer = trainer_of(l1=0.02, optimizer={"kind": "gradient_descent"})
    found = side_by_side(
        torch,
        trainer,
        lambda peer: torch.optim.SGD(peer.parameters(), lr=0.1),
        penalty=lambda peer: 0.02 * sum(w.abs().sum() for w in weights_of(peer)),
    )
    assert found <= 1e-10


def test_the_penalty_is_told_apart_from_the_loss() -> None:
    plain, punished = trainer_of(), trainer_of(l1=0.3, l2=0.7)
    w = np.concatenate([each.ravel() for each in punished.network.weights])
    expected = 0.3 * np.abs(w).sum() + 0.7 * 0.5 * np.square(w).sum()
    assert (punished.penalty, punished.evaluate("train")) == (pytest.approx(expected), plain.evaluate("train"))


def test_biases_are_not_punished() -> None:
    trainer = trainer_of(l1=0.3, l2=0.7)
    before = trainer.penalty
    for b in trainer.network.biases:
        b[:] = 5.0
    assert trainer.penalty == before


def test_l1_drives_weights_to_zero_that_are_not_needed() -> None:
    # The last column is noise; a penalty on sizes leaves nothing of its weight.
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2))
    trainer = trainer_of(Dataset.from_arrays(x, 3.0 * x[:, 0]), {"layers": []}, l1=0.2, epochs=200)
    trainer.run()
    useful, useless = np.abs(trainer.network.weights[0][:, 0])
    assert (useful > 2.0, useless < 0.02) == (True, True)


# -- clipping ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0.05, 0.5, 1000.0])
def test_clipping_by_norm_is_that_of_pytorch(limit: float, torch: ModuleType) -> None:
    trainer = trainer_of(clip_norm=limit, optimizer={"kind": "gradient_descent"})
    found = side_by_side(
        torch,
        trainer,
        lambda peer: torch.optim.SGD(peer.parameters(), lr=0.1),
        before=lambda peer: torch.nn.utils.clip_grad_norm_(peer.parameters(), limit),
    )
    # PyTorch divides by the norm and a millionth.
    assert found <= 2e-5


@pytest.mark.parametrize("limit", [0.002, 0.05, 1000.0])
def test_clipping_by_value_is_that_of_pytorch(limit: float, torch: ModuleType) -> None:
    trainer = trainer_of(clip_value=limit, optimizer={"kind": "adam"})
    found = side_by_side(
        torch,
        trainer,
        lambda peer: torch.optim.Adam(peer.parameters(), lr=0.01),
        before=lambda peer: torch.nn.utils.clip_grad_value_(peer.parameters(), limit),
    )
    assert found <= 1e-10


def moved(**training: Any) -> Any:
    """How far one step of plain gradient descent with rate 1 moves the parameters: minus the gradient it took."""
    trainer = trainer_of(optimizer={"kind": "gradient_descent", "learning_rate": 1.0}, **training)
    start = trainer.network.parameters.copy()
    trainer.step()
    return trainer.network.parameters - start


def test_a_clipped_gradient_keeps_its_direction_and_has_the_length_allowed() -> None:
    free, clipped = moved(), moved(clip_norm=0.25)
    np.testing.assert_allclose(clipped, free * 0.25 / np.linalg.norm(free), rtol=1e-12)


def test_a_gradient_that_is_short_enough_is_left_alone() -> None:
    free = moved()
    np.testing.assert_array_equal(moved(clip_norm=1.01 * np.linalg.norm(free)), free)


def test_the_penalty_is_clipped_with_the_rest() -> None:
    assert np.linalg.norm(moved(l2=50.0, clip_norm=0.25)) == pytest.approx(0.25)


# -- the length of weights ---------------------------------------------------------------------------


def test_max_norm_shortens_the_weights_of_each_unit_as_pytorch_renormalizes(torch: ModuleType) -> None:
    trainer = trainer_of(max_norm=0.6, optimizer={"kind": "gradient_descent"})

    def shorten(peer: Any) -> None:
        for w in weights_of(peer):
            w.data = w.data.renorm(2, 0, 0.6)

    sgd = side_by_side(torch, trainer, lambda peer: torch.optim.SGD(peer.parameters(), lr=0.1), after=shorten)
    # PyTorch divides by the length and a ten-millionth.
    assert sgd <= 1e-5


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_no_units_weights_are_longer_than_max_norm_allows(kind: str) -> None:
    trainer = trainer_of(max_norm=0.5, optimizer={"kind": kind})
    trainer.train(steps=20)
    longest = max(np.linalg.norm(w, axis=0).max() for w in trainer.network.weights)
    assert longest == pytest.approx(0.5, rel=1e-12)


def test_max_norm_leaves_biases_and_short_weights_alone() -> None:
    trainer = trainer_of(max_norm=0.5, optimizer={"kind": "gradient_descent", "learning_rate": 1e-8})
    trainer.network.weights[1][:] = 0.01
    trainer.network.biases[1][:] = 7.0
    trainer.step()
    np.testing.assert_allclose(trainer.network.weights[1], 0.01, rtol=1e-5)
    np.testing.assert_allclose(trainer.network.biases[1], 7.0, rtol=1e-5)


@pytest.mark.parametrize("limit", [1e-12, 1e-40, 5e-324])
def test_weights_stay_numbers_however_short_they_must_be(limit: float) -> None:
    experiment = trainer_of(max_norm=limit).experiment.with_layer(0, frozen_units=(0,))
    trainer = Trainer(experiment, IRIS)
    frozen = trainer.network.weights[0][:, 0].copy()
    trainer.train(steps=3)
    assert np.isfinite(trainer.network.parameters).all()
    np.testing.assert_array_equal(trainer.network.weights[0][:, 0], frozen)


# -- what is frozen ----------------------------------------------------------------------------------

FROZEN = {"layers": [{"units": 6, "trainable": False}, {"units": 5, "frozen_units": [1, 4]}, {"units": 4}]}
# Everything that moves weights in another way than along the gradient.
PULLS: dict[str, dict[str, Any]] = {
    "alone": {},
    "with penalties": {"l1": 0.1, "l2": 0.1},
    "with max norm": {"max_norm": 0.1},
    "with clipping": {"clip_norm": 0.1, "clip_value": 0.01},
}


def optimizer_of(kind: str) -> dict[str, Any]:
    """An optimizer, with a decay that would be seen where it has one."""
    return {"kind": kind, **({"weight_decay": 0.5} if "weight_decay" in OPTIMIZERS[kind].model_fields else {})}


def frozen_and_free(kind: str, pull: dict[str, Any]) -> tuple[list[bool], list[bool]]:
    """After 50 steps: whether each frozen part is bit for bit what it was, and whether each free part has moved."""
    trainer = trainer_of(network=FROZEN, optimizer=optimizer_of(kind), **pull)
    network = trainer.network
    still = [(network.weights[0], ...), (network.biases[0], ...), (network.weights[1], (..., [1, 4]))]
    still += [(network.biases[1], [1, 4])]
    free = [(network.weights[1], (..., [0, 2, 3])), (network.weights[2], ...), (network.weights[3], ...)]
    network.parameters[:] = np.random.default_rng(3).normal(0.0, 0.5, network.parameters.size)
    before = [[array[part].copy() for array, part in parts] for parts in (still, free)]
    for _ in range(50):
        trainer.step()
    same = [array[part].tobytes() == was.tobytes() for (array, part), was in zip(still, before[0], strict=True)]
    changed = [bool((array[part] != was).all()) for (array, part), was in zip(free, before[1], strict=True)]
    assert trainer.steps_done == 50
    return same, changed


@pytest.mark.parametrize("pull", PULLS.values(), ids=PULLS.keys())
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_what_is_frozen_stays_bit_for_bit_while_the_rest_learns(kind: str, pull: dict[str, Any]) -> None:
    assert frozen_and_free(kind, pull) == ([True] * 4, [True] * 3)


WEIGHT_BY_WEIGHT: dict[str, Any] = {
    "layers": [
        {"units": 6, "frozen_weights": [[0, 0], [1, 5]], "pruned_weights": [[1, 0], [0, 5]]},
        {
            "units": 5,
            "bias": False,
            "frozen_units": [2],
            "frozen_weights": [[5, 4], [0, 2]],
            "pruned_weights": [[3, 1]],
        },
        {"units": 4, "trainable": False, "pruned_weights": [[0, 0]]},
    ],
    "output": {"frozen_weights": [[2, 1]], "pruned_weights": [[3, 0], [3, 2]]},
}


@pytest.mark.parametrize("pull", [{}, {name: value for pull in PULLS.values() for name, value in pull.items()}])
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_frozen_weights_stay_bit_for_bit_and_pruned_ones_zero_while_the_rest_learns(
    kind: str, pull: dict[str, Any]
) -> None:
    trainer = trainer_of(network=WEIGHT_BY_WEIGHT, optimizer=optimizer_of(kind), **pull)
    network = trainer.network
    network.parameters[:] = np.random.default_rng(3).normal(0.0, 0.5, network.parameters.size)
    network.prune(network.parameters)
    before = [w.copy() for w in network.weights]
    for _ in range(50):
        trainer.step()
    layers = [*WEIGHT_BY_WEIGHT["layers"], WEIGHT_BY_WEIGHT["output"]]
    for w, was, layer in zip(network.weights, before, layers, strict=True):
        still = np.full(w.shape, not layer.get("trainable", True))
        still[:, layer.get("frozen_units", [])] = True
        for source, unit in [*layer.get("frozen_weights", []), *layer["pruned_weights"]]:
            still[source, unit] = True
        np.testing.assert_array_equal(w == was, still)
        assert not any(w[source, unit] for source, unit in layer["pruned_weights"])


def test_max_norm_shortens_what_is_free_beside_a_frozen_weight() -> None:
    network = {"layers": [{"units": 3, "frozen_weights": [[0, 0]]}]}
    trainer = trainer_of(network=network, max_norm=0.5, optimizer={"kind": "gradient_descent", "learning_rate": 1e-8})
    trainer.network.weights[0][:] = 0.4
    trainer.train(steps=60)
    w = trainer.network.weights[0]
    assert w[0, 0] == 0.4
    assert np.linalg.norm(w[:, 0]) == pytest.approx(0.5, rel=1e-3)


def test_what_learns_without_anything_held_keeps_nothing_for_it() -> None:
    trainer = trainer_of(network={"layers": [{"units": 3}]})
    assert trainer.update._frozen == []


def test_a_frozen_output_stays_bit_for_bit() -> None:
    trainer = trainer_of(network={**NETWORK, "output": {"trainable": False}}, l2=0.1)
    before = trainer.network.weights[-1].copy(), trainer.network.biases[-1].copy()
    trainer.train(steps=50)
    after = trainer.network.weights[-1], trainer.network.biases[-1]
    assert [a.tobytes() for a in after] == [b.tobytes() for b in before]


def test_what_is_frozen_takes_no_share_of_a_clipped_gradient(torch: ModuleType) -> None:
    first, *rest = NETWORK["layers"]
    network = {"layers": [{**first, "trainable": False}, *rest]}
    trainer = trainer_of(network=network, clip_norm=0.05, optimizer={"kind": "gradient_descent"})

    def learned(peer: Any) -> list[Any]:
        return list(peer.parameters())[2:]

    found = side_by_side(
        torch,
        trainer,
        lambda peer: torch.optim.SGD(learned(peer), lr=0.1),
        before=lambda peer: torch.nn.utils.clip_grad_norm_(learned(peer), 0.05),
    )
    assert found <= 2e-5


# -- how much rows count -----------------------------------------------------------------------------

RARE = np.random.default_rng(5)
Y3, Y2 = np.repeat([0, 1, 2], [40, 15, 5]), np.repeat([0, 1], [50, 10])
UNEVEN = {
    "three classes": Dataset.from_arrays(RARE.normal(size=(60, 3)), Y3, test_fraction=0.3),
    "yes or no": Dataset.from_arrays(RARE.normal(size=(60, 3)), Y2, test_fraction=0.3),
}
every_uneven = pytest.mark.parametrize("data", UNEVEN.values(), ids=UNEVEN.keys())


def by_row(torch: ModuleType, trainer: Trainer, x: Any, y: Any) -> Any:
    """PyTorch's loss of each row for x (rows, inputs) and class indices y."""
    z, y = twin(torch, trainer)(torch.tensor(x, dtype=torch.float64)), torch.tensor(y)
    if z.shape[1] == 1:
        return torch.nn.functional.binary_cross_entropy_with_logits(z[:, 0], y.double(), reduction="none")
    return torch.nn.functional.cross_entropy(z, y, reduction="none")


@every_uneven
@pytest.mark.parametrize("part", ["train", "test"])
def test_balanced_rows_count_as_scikit_learn_balances_classes(data: Dataset, part: str, torch: ModuleType) -> None:
    trainer = trainer_of(data, class_weights="balanced")
    x, y = data.part(part)
    weights = compute_class_weight("balanced", classes=np.unique(data.y_train), y=data.y_train)[y]
    expected = float((by_row(torch, trainer, x, y).detach().numpy() * weights).mean())
    assert trainer.evaluate(part)["loss"] == pytest.approx(expected, rel=1e-12)


@every_uneven
def test_balanced_training_is_that_of_weighted_rows_in_pytorch(data: Dataset, torch: ModuleType) -> None:
    trainer = trainer_of(data, class_weights="balanced", batch_size=10, optimizer={"kind": "gradient_descent"})
    peer = twin(torch, trainer)
    moves = torch.optim.SGD(peer.parameters(), lr=0.1)
    weights = torch.tensor(compute_class_weight("balanced", classes=np.unique(data.y_train), y=data.y_train))
    for _ in range(100):
        x, y, _ = trainer.batches.current(10)
        truth = torch.tensor(y.T).argmax(1) if len(y) > 1 else torch.tensor(y[0])
        answers = peer(torch.tensor(x[:-1].T))
        if len(y) > 1:
            each = torch.nn.functional.cross_entropy(answers, truth, reduction="none")
        else:
            each = torch.nn.functional.binary_cross_entropy_with_logits(answers[:, 0], truth, reduction="none")
        moves.zero_grad()
        (each * weights[truth.long()]).mean().backward()
        moves.step()
        trainer.step()
    assert apart(trainer, peer) <= 1e-10


def test_balancing_finds_more_of_a_rare_class() -> None:
    rng = np.random.default_rng(6)
    x = np.concatenate([rng.normal(0.0, 1.0, (190, 2)), rng.normal(1.5, 1.0, (10, 2))])
    data = Dataset.from_arrays(x, np.repeat([0, 1], [190, 10]))
    found = []
    for choice in ("none", "balanced"):
        trainer = trainer_of(data, {"layers": []}, class_weights=choice)
        trainer.run()
        found.append(trainer.report("train")["recall"])
    assert found[1] > found[0] + 0.3


@pytest.mark.parametrize("share", [0.1, 0.5])
@every_uneven
def test_smoothed_labels_are_those_of_pytorch(data: Dataset, share: float, torch: ModuleType) -> None:
    trainer = trainer_of(data, loss="categorical_cross_entropy", label_smoothing=share)
    z = twin(torch, trainer)(torch.tensor(data.x_train, dtype=torch.float64))
    expected = torch.nn.functional.cross_entropy(z, torch.tensor(data.y_train), label_smoothing=share)
    # The targets are kept in single precision.
    assert trainer.evaluate("train")["loss"] == pytest.approx(expected.item(), rel=1e-7)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_smoothed_yes_or_no_is_that_of_two_classes_in_pytorch(share: float, torch: ModuleType) -> None:
    data = UNEVEN["yes or no"]
    trainer = trainer_of(data, label_smoothing=share)
    z = twin(torch, trainer)(torch.tensor(data.x_train, dtype=torch.float64))
    both = torch.cat([torch.zeros_like(z), z], dim=1)
    expected = torch.nn.functional.cross_entropy(both, torch.tensor(data.y_train), label_smoothing=share)
    assert trainer.evaluate("train")["loss"] == pytest.approx(expected.item(), rel=1e-7)


@pytest.mark.parametrize("loss", [part.key for part in LOSSES if "binary" in part.tasks and "entropy" not in part.key])
def test_only_a_cross_entropy_is_smoothed(loss: str) -> None:
    plain, smoothed = (trainer_of(UNEVEN["yes or no"], loss=loss, label_smoothing=share) for share in (0.0, 0.4))
    assert smoothed.evaluate("train") == plain.evaluate("train")


# -- a large network ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind, cls in OPTIMIZERS.items() if not cls.full_batch])
def test_blocks_of_any_size_move_the_weights_alike(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network = {"layers": [{"units": 50}, {"units": 60}]}
    data = Dataset.from_arrays(np.random.default_rng(0).normal(size=(4, 3)), np.arange(4) % 2)
    found = []
    for block in (1 << 20, 1000, 7):
        monkeypatch.setattr("engine.update._BLOCK", block)
        trainer = trainer_of(data, network, optimizer={"kind": kind})
        trainer.train(steps=2)
        found.append((trainer.network.parameters.tobytes(), trainer.update.memory.tobytes()))
    assert found[0] == found[1] == found[2]
