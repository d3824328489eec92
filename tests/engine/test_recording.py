"""What is recorded at each point of a run: sizes of weights, the step that led there; against PyTorch and by hand."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine import Experiment, Trainer
from engine.history import BatchLosses, Series
from engine.optimizers import OPTIMIZERS
from engine.recording import is_newer
from engine.surgery import SplitUnit
from engine.verifying import verify

KEPT = Path(__file__).parent / "projects"
LAYERS = [{"units": 6}, {"units": 5, "activation": "sigmoid"}]
OF_STEP = ("gradient", "clipped", "update")


def trainer_of(layers: Any = LAYERS, data: Any = None, dtype: Any = np.float64, **training: Any) -> Trainer:
    described = {"data": data or {}, "network": {"layers": layers}, "training": training}
    return Trainer(Experiment.model_validate(described), dtype=dtype)


def twin(torch: ModuleType, trainer: Trainer) -> Any:
    """The trainer's network in PyTorch, with the same weights; its output activation is left to the loss."""
    functions = {"tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    modules: list[Any] = []
    network = trainer.network
    for layer, w, b in zip(network.plan.layers, network.weights, network.biases, strict=True):
        linear = torch.nn.Linear(*w.shape, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(w.T.copy()), torch.tensor(b.copy())
        modules += [linear, functions.get(layer.activation.key, torch.nn.Identity)()]
    return torch.nn.Sequential(*modules[:-1])


def weights_of(peer: Any) -> list[Any]:
    return [parameter for parameter in peer.parameters() if parameter.ndim == 2]


def lengths(arrays: list[Any]) -> list[float]:
    return [float(np.sqrt((np.asarray(array, np.float64) ** 2).sum())) for array in arrays]


def steps_of_torch(torch: ModuleType, trainer: Trainer, steps: int, optimizer: Any, **training: float) -> Any:
    """Norms of gradient, clipped gradient and update by layer for each step, and the penalty behind it."""
    peer, found = twin(torch, trainer), []
    moves = optimizer(peer.parameters())
    l1, l2 = training.get("l1", 0.0), training.get("l2", 0.0)

    def penalty() -> Any:
        return sum(l1 * w.abs().sum() + l2 * 0.5 * (w**2).sum() for w in weights_of(peer))

    for _ in range(steps):
        x, y, _ = trainer.batches.current(trainer.batch_size)
        answer = peer(torch.tensor(x[:-1].T))
        loss = torch.nn.functional.cross_entropy(answer, torch.tensor(y.T).argmax(1)) + penalty()
        moves.zero_grad()
        loss.backward()
        raw = lengths([w.grad for w in weights_of(peer)])
        if "clip_norm" in training:
            whole = float(torch.nn.utils.clip_grad_norm_(peer.parameters(), training["clip_norm"]))
            for parameter in peer.parameters() if whole > training["clip_norm"] else ():
                parameter.grad *= (whole + 1e-6) / whole  # PyTorch divides by a little more than the norm
        clipped = lengths([w.grad for w in weights_of(peer)])
        before = [w.detach().clone() for w in weights_of(peer)]
        moves.step()
        change = lengths([w.detach() - old for w, old in zip(weights_of(peer), before, strict=True)])
        found.append((raw, clipped, change, float(torch.as_tensor(penalty()).detach())))
        trainer.step()
    return found


PEERS: dict[str, tuple[dict[str, Any], Callable[[ModuleType, Any], Any]]] = {
    "gradient descent": (
        {"optimizer": {"kind": "gradient_descent", "learning_rate": 0.1}},
        lambda torch, parameters: torch.optim.SGD(parameters, lr=0.1),
    ),
    "adam, clipped": (
        {"optimizer": {"kind": "adam", "learning_rate": 0.01}, "clip_norm": 0.05},
        lambda torch, parameters: torch.optim.Adam(parameters, lr=0.01),
    ),
    "penalties, clipped": (
        {"optimizer": {"kind": "gradient_descent", "learning_rate": 0.1}, "l1": 1e-3, "l2": 0.02, "clip_norm": 0.2},
        lambda torch, parameters: torch.optim.SGD(parameters, lr=0.1),
    ),
    "rprop": (
        {"optimizer": {"kind": "rprop", "learning_rate": 0.01}},
        lambda torch, parameters: torch.optim.Rprop(parameters, lr=0.01, step_sizes=(1e-6, 50)),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("training", "optimizer"), PEERS.values(), ids=PEERS)
def test_norms_before_and_after_clipping_updates_and_penalties_are_those_of_pytorch(
    torch: ModuleType, training: dict[str, Any], optimizer: Callable[[ModuleType, Any], Any]
) -> None:
    trainer = trainer_of(**training)
    settings = {key: value for key, value in training.items() if key != "optimizer"}
    peer = steps_of_torch(torch, trainer, 40, lambda parameters: optimizer(torch, parameters), **settings)
    history = trainer.history.view()
    assert len(history) > 10
    for at, step in enumerate(history["step"].astype(int).tolist()[1:], start=1):
        *norms, penalty = peer[step - 1]
        for kind, expected in zip(OF_STEP, norms, strict=True):
            found = [history[f"{layer.name}.{kind}"][at] for layer in trainer.network.plan.layers]
            assert found == pytest.approx(expected, rel=1e-8), (step, kind)
        assert history["train.penalty"][at] == pytest.approx(penalty, rel=1e-9)


def test_clipping_shows_between_the_two_norms() -> None:
    trainer = trainer_of(clip_norm=0.01)
    trainer.train(steps=1)
    history = trainer.history.view()
    raw, clipped = (np.array([history[f"{n}.{kind}"][1] for n in ("hidden 1", "output")]) for kind in OF_STEP[:2])
    assert (clipped < raw).all()
    assert clipped / raw == pytest.approx((clipped / raw)[0])


@pytest.mark.parametrize("kind", ["exponential", "step", "cosine", "polynomial", "one_cycle"])
def test_the_rate_is_that_of_the_schedule_at_the_step(kind: str) -> None:
    trainer = trainer_of(schedule={"kind": kind, "warmup": 2.0}, epochs=15)
    schedule, rate = trainer.experiment.training.schedule, trainer.experiment.training.optimizer.learning_rate
    trainer.run()
    history = trainer.history.view()
    for at, step in enumerate(history["step"].tolist()[1:], start=1):
        epochs, batch = divmod(int(step) - 1, trainer.steps_per_epoch)
        place = epochs + batch * trainer.batch_size / trainer.batches.rows
        assert history["rate"][at] == pytest.approx(rate * schedule.factor(place, 15), rel=1e-9), step


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_the_update_is_how_far_the_weights_have_come_in_the_step(kind: str) -> None:
    """By hand, for every optimizer, with what holds and shortens weights."""
    layers = [{"units": 6, "frozen_units": [0], "pruned_weights": [[1, 2]]}, {"units": 5}]
    training = {"optimizer": {"kind": kind}, "max_norm": 1.5, "l2": 0.01}
    trainer = trainer_of(layers, **training)
    for _ in range(30):
        before = [w.copy() for w in trainer.network.weights]
        points = len(trainer.history)
        trainer.step()
        if len(trainer.history) == points:
            continue
        history = trainer.history.view()
        moved = lengths([w - old for w, old in zip(trainer.network.weights, before, strict=True)])
        assert [history[f"{layer.name}.update"][-1] for layer in trainer.network.plan.layers] == pytest.approx(moved)


def test_a_frozen_layer_has_a_gradient_of_which_the_optimizer_is_given_nothing() -> None:
    trainer = trainer_of([{"units": 6, "trainable": False}, {"units": 5}])
    trainer.train(steps=1)
    history = trainer.history.view()
    raw, clipped, change = (history[f"hidden 1.{kind}"][1] for kind in OF_STEP)
    assert raw > 0.0
    assert (clipped, change) == (0.0, 0.0)


def test_a_pruned_weight_has_no_gradient() -> None:
    trainer = trainer_of([{"units": 1, "pruned_weights": [[0, 0], [1, 0]]}])
    trainer.train(steps=1)
    assert trainer.history.view()["hidden 1.gradient"][1] == 0.0


def test_the_norm_of_very_small_gradients_is_not_zero() -> None:
    """In single precision the square of 1e-25 is zero."""
    layers = [{"units": 4, "activation": "sigmoid", "initializer": "normal", "spread": 0.01}] * 18
    trainer = trainer_of(layers, dtype=np.float32)
    trainer.train(steps=1)
    raw = trainer.history.view()["hidden 1.gradient"][1]
    parts = [trainer.network.plan.layers[0].weights(trainer.network.gradient)]
    assert 0.0 < raw < 1e-23
    assert raw == pytest.approx(lengths(parts)[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_sizes_of_the_weights_are_those_of_plain_loops(dtype: Any) -> None:
    trainer = trainer_of(dtype=dtype)
    trainer.train(steps=200)
    while trainer.history.last_step < trainer.steps_done:
        trainer.step()
    history = trainer.history.view()
    for layer, w in zip(trainer.network.plan.layers, trainer.network.weights, strict=True):
        sizes = [abs(float(v)) for v in w.ravel()]
        near = sum(size < 0.01 * max(sizes) for size in sizes) / len(sizes)
        assert history[f"{layer.name}.max"][-1] == max(sizes)
        assert history[f"{layer.name}.zero"][-1] == pytest.approx(near)


def test_weights_that_are_all_zero_are_near_zero() -> None:
    trainer = trainer_of([{"units": 3, "initializer": "zeros"}])
    assert (trainer.history.view()["hidden 1.max"][0], trainer.history.view()["hidden 1.zero"][0]) == (0.0, 1.0)


# -- where no step was -------------------------------------------------------------------------------


def of_step(names: tuple[str, ...]) -> list[int]:
    return [i for i, name in enumerate(names) if name == "rate" or name.rpartition(".")[2] in OF_STEP]


def unmeasured(history: Series, at: int) -> bool:
    """Whether nothing of a step is there at a point; False where all of it is."""
    missing = np.isnan(history.values[at, of_step(history.names)])
    assert missing.all() or not missing.any()
    return bool(missing.all())


def test_only_the_first_point_lacks_a_step() -> None:
    trainer = trainer_of()
    trainer.train(steps=100)
    history = trainer.history.view()
    assert [unmeasured(history, at) for at in range(len(history))] == [True] + [False] * (len(history) - 1)


def test_where_the_best_weights_came_back_no_step_has_led() -> None:
    trainer = trainer_of(optimizer={"kind": "adam", "learning_rate": 0.3}, early_stopping={"patience": 2}, epochs=400)
    trainer.run()
    assert trainer.stopped
    assert unmeasured(trainer.history.view(), -1)
    assert not unmeasured(trainer.history.view(), -2)


def test_a_point_taken_again_after_an_edit_has_no_step() -> None:
    trainer = trainer_of()
    trainer.train(steps=1)
    assert not unmeasured(trainer.history.view(), -1)
    trainer.operate(SplitUnit(layer=0, unit=1))
    assert unmeasured(trainer.history.view(), -1)


def test_a_structural_edit_carries_every_column_over() -> None:
    trainer = trainer_of()
    trainer.train(steps=60)
    before = trainer.history.view()
    trainer.reconfigure(trainer.experiment.with_layers((trainer.experiment.network.layers[1],)))
    after = trainer.history.view()
    for kind in ("mean", "norm", "max", "zero", *OF_STEP):
        np.testing.assert_array_equal(after[f"output.{kind}"], before[f"output.{kind}"])
    np.testing.assert_array_equal(after["rate"], before["rate"])


# -- determinism and old files -----------------------------------------------------------------------


def test_whoever_looks_and_goes_on_from_checkpoints_records_the_same() -> None:
    alone, other = trainer_of(dtype=np.float32), trainer_of(dtype=np.float32)
    alone.train(steps=120)
    other.update.watched = True
    for steps in (1, 2, 7, 30, 40, 40):
        other.train(steps=steps)
        other.evaluation()
        other = Trainer.at(other.checkpoint())
    np.testing.assert_array_equal(alone.history.view().values, other.history.view().values)
    assert alone.network.parameters.tobytes() == other.network.parameters.tobytes()


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("rate", "learning rate"),
        ("train.penalty", "what the penalties add"),
        ("hidden 1.max", "largest |w| of hidden 1"),
        ("output.zero", "share of weights near zero of output"),
        ("output.clipped", "norm of the clipped gradient of output"),
    ],
)
def test_a_changed_number_of_the_step_is_found_when_the_run_is_repeated(column: str, words: str) -> None:
    trainer = trainer_of(l2=0.01)
    trainer.train(steps=60)
    point = trainer.checkpoint()
    assert verify(point).identical
    values = point.history.values.copy()
    values[5, point.history.names.index(column)] *= 1.5
    values[5, point.history.names.index(column)] += 0.125
    found = verify(replace(point, history=Series(point.history.names, values))).difference
    assert found is not None
    assert found.step == point.history["step"][5]
    assert found.what == words


def older(path: str = "format-2.glassbox") -> Trainer:
    return Trainer.load(KEPT / path)


def test_an_older_file_has_nothing_where_nothing_was_measured_and_goes_on() -> None:
    trainer = older()
    before = trainer.history.view()
    newer = [i for i, name in enumerate(before.names) if is_newer(name)]
    assert np.isnan(before.values[:, newer]).all()
    assert not np.isnan(before["hidden 1.norm"]).any()
    points = len(trainer.history)
    trainer.run(epochs=60)
    assert len(trainer.history) > points
    assert not unmeasured(trainer.history.view(), points)


def test_an_older_file_that_went_on_is_verified_as_one_without_those_columns_is() -> None:
    """Its first points lack them, those that came later are compared in full."""
    trainer = trainer_of(dtype=np.float32)
    trainer.train(steps=200)
    point = trainer.checkpoint()
    values = point.history.values.copy()
    newer = [i for i, name in enumerate(point.history.names) if is_newer(name)]
    values[:8, newer] = np.nan
    old = replace(point, history=Series(point.history.names, values))
    assert verify(old).identical
    values[9, point.history.names.index("hidden 1.update")] += 1.0
    assert not verify(replace(old, history=Series(point.history.names, values))).identical


def narrower(values: list[float], width: int) -> BatchLosses:
    """As an older program has kept them: in wider buckets, with the mean of pairs of means, some losses in none."""
    whole = len(values) // width * width
    parts = np.array(values[:whole]).reshape(-1, width)
    means = parts
    while means.shape[1] > 1:
        means = (means[:, ::2] + means[:, 1::2]) / 2.0
    buckets = np.stack([parts.min(1), parts.max(1), means[:, 0]], axis=1)
    return BatchLosses.of(0, width, buckets, np.array(values[whole:]))


@pytest.mark.parametrize("width", [1, 2, 8])
def test_the_losses_of_an_older_record_are_compared_in_its_buckets(width: int) -> None:
    trainer = trainer_of(dtype=np.float32, epochs=1000)
    losses = [trainer.step() for _ in range(301)]
    point = trainer.checkpoint()
    assert verify(replace(point, losses=narrower(losses, width))).identical
    losses[100] = 77.0
    found = verify(replace(point, losses=narrower(losses, width))).difference
    assert found is not None
    assert found.step == 100 // width * width + 1


@pytest.mark.parametrize("size", [1e-30, 1e-23, 1.0, 1e20, 1e30])
def test_the_norm_of_weights_of_any_size_is_recorded(size: float) -> None:
    """Their squares are more than single precision can hold, or too little."""
    trainer = trainer_of(dtype=np.float32)
    network = trainer.network.copy(np.float32)
    network.parameters[:] *= size
    trainer.take_numbers(network)
    for layer, w in zip(network.plan.layers, network.weights, strict=True):
        assert trainer.history.view()[f"{layer.name}.norm"][-1] == pytest.approx(lengths([w])[0], rel=1e-6, abs=0.0)
