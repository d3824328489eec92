"""What the edges of a drawing show besides the weights."""

from typing import Any

import numpy as np
import pytest

from engine import BatchNorm, Dense, Dropout, Experiment, Trainer
from engine.edge_views import EDGE_VIEWS, EdgeValues, edge_values
from engine.optimizer import Optimizer
from engine.optimizers import OPTIMIZERS
from engine.probes import Trace, trace

VIEWS = [view.key for view in EDGE_VIEWS]
every_kind = pytest.mark.parametrize("kind", OPTIMIZERS)


def made(steps: int, dtype: Any = np.float64, watched: bool = True, **training: Any) -> Trainer:
    """The ready example after so many steps."""
    trainer = Trainer(Experiment.model_validate({"training": training}), dtype=dtype)
    trainer.update.watched = watched
    trainer.train(steps=steps)
    return trainer


def with_optimizer(kind: str, steps: int = 5, **settings: Any) -> Trainer:
    return made(steps, optimizer={"kind": kind, **settings})


def row(trainer: Trainer) -> Trace:
    found = trace(trainer.network, trainer.data, 77)
    assert found is not None
    return found


def shown(trainer: Trainer, key: str) -> Any:
    found = edge_values(trainer, key, row(trainer))
    assert found.values is not None, found.missing
    return found.values


# -- what there is to see ----------------------------------------------------------------------------


def test_the_views_are_those_the_drawing_knows() -> None:
    expected = ["weight", "gradient", "update", "first_moment", "second_moment", "effective_step", "contribution"]
    assert expected == VIEWS


@every_kind
@pytest.mark.parametrize("key", VIEWS)
def test_every_view_of_every_optimizer_answers_or_says_why_not(kind: str, key: str) -> None:
    trainer = with_optimizer(kind)
    found = edge_values(trainer, key, row(trainer))
    shape = None if found.values is None else found.values.shape
    assert (shape, found.missing == "") in {((trainer.network.parameters.size,), True), (None, False)}


@every_kind
@pytest.mark.parametrize("key", VIEWS)
def test_what_is_shown_has_the_precision_of_the_network(kind: str, key: str) -> None:
    trainer = made(3, np.float32, optimizer={"kind": kind})
    values = edge_values(trainer, key, row(trainer)).values
    assert values is None or values.dtype == np.float32


@pytest.mark.parametrize("key", [view.key for view in EDGE_VIEWS if not view.signed])
@every_kind
def test_views_without_a_sign_are_never_negative(kind: str, key: str) -> None:
    values = edge_values(with_optimizer(kind), key).values
    assert values is None or not (values < 0.0).any()


@pytest.mark.parametrize("key", VIEWS)
def test_what_is_shown_is_not_touched_by_further_steps(key: str) -> None:
    trainer = with_optimizer("adam")
    values = shown(trainer, key)
    before = values.copy()
    trainer.train(steps=3)
    assert np.array_equal(before, values, equal_nan=True)


@pytest.mark.parametrize("key", ["gradient", "update", "effective_step"])
def test_before_the_first_step_there_is_a_sentence_instead(key: str) -> None:
    assert edge_values(made(0), key) == EdgeValues(key, None, "Nothing to show before the next step: train one.")


@pytest.mark.parametrize("key", ["gradient", "update", "effective_step"])
def test_after_a_step_of_another_network_there_is_a_sentence_instead(key: str) -> None:
    trainer = made(4)
    trainer.reconfigure(trainer.experiment.with_layers((Dense(units=5),)))
    assert edge_values(trainer, key).values is None


@pytest.mark.parametrize("key", ["gradient", "update", "effective_step"])
def test_back_at_an_earlier_instant_the_last_step_is_not_told_of(key: str) -> None:
    trainer = made(3)
    earlier = trainer.state()
    trainer.train(steps=2)
    trainer.restore(earlier)
    assert edge_values(trainer, key).values is None


@pytest.mark.parametrize("key", ["gradient", "effective_step"])
def test_the_gradient_of_a_step_that_was_not_done_is_not_that_of_the_last_one(key: str) -> None:
    trainer = Trainer(Experiment().with_value("training.optimizer.kind", "adadelta"))
    trainer.train(steps=3)
    trainer.network.parameters[:] *= 1e20
    trainer.step()
    assert trainer.diverged
    found = edge_values(trainer, key)
    assert found == EdgeValues(key, None, "The last step was not done, because the run diverged at it.")


@pytest.mark.parametrize(("key", "word"), [("first_moment", "mean"), ("second_moment", "size")])
def test_an_optimizer_that_remembers_nothing_is_named(key: str, word: str) -> None:
    missing = edge_values(with_optimizer("gradient_descent"), key).missing
    assert missing.startswith(f"Gradient descent remembers no {word} of the gradients")


def test_an_unknown_view_is_refused_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="contribution"):
        edge_values(made(1), "nonsense")


# -- gradient and update -----------------------------------------------------------------------------


def slope_of_pytorch(torch: Any, trainer: Trainer) -> Any:
    """dL/dw of the coming mini-batch, laid out as the parameters are."""
    x, y, _ = trainer.batches.current(trainer.batch_size)
    a, matrices = torch.tensor(x[:-1].T.copy()), []
    for i, layer in enumerate(trainer.network.plan.layers):
        wb = torch.tensor(layer.matrix(trainer.network.parameters).copy(), requires_grad=True)
        matrices.append(wb)
        a = a @ wb[:, :-1].T + wb[:, -1]
        a = torch.tanh(a) if i < 2 else a
    torch.nn.functional.cross_entropy(a, torch.tensor(y.T.copy()).argmax(1)).backward()
    return np.concatenate([wb.grad.numpy().ravel() for wb in matrices])


def test_the_gradient_is_that_of_pytorch_on_the_batch_of_the_last_step(torch: Any) -> None:
    trainer = made(6)
    expected = slope_of_pytorch(torch, trainer)
    trainer.step()
    np.testing.assert_allclose(shown(trainer, "gradient"), expected, rtol=1e-9, atol=1e-12)


def test_the_gradient_is_the_one_the_step_used_with_penalties_and_clipping(torch: Any) -> None:
    trainer = made(6, l2=0.1, clip_value=0.02)
    expected = slope_of_pytorch(torch, trainer)
    for layer in trainer.network.plan.layers:
        layer.weights(expected)[...] += 0.1 * layer.weights(trainer.network.parameters)
    trainer.step()
    np.testing.assert_allclose(shown(trainer, "gradient"), expected.clip(-0.02, 0.02), rtol=1e-9, atol=1e-12)


@every_kind
def test_the_update_is_the_difference_of_the_weights(kind: str) -> None:
    trainer = made(4, np.float32, optimizer={"kind": kind}, max_norm=1.0)
    before = trainer.network.parameters.copy()
    trainer.step()
    assert np.array_equal(shown(trainer, "update"), trainer.network.parameters - before)


def test_an_update_that_was_not_watched_is_missing() -> None:
    trainer = made(4, watched=False)
    assert edge_values(trainer, "update").values is None


def test_an_update_no_longer_watched_is_not_shown_after_further_steps() -> None:
    trainer = made(4)
    trainer.update.watched = False
    trainer.step()
    assert edge_values(trainer, "update").values is None


@every_kind
def test_watching_changes_nothing_of_the_run(kind: str) -> None:
    runs = [made(9, np.float32, watched, optimizer={"kind": kind}) for watched in (False, True)]
    assert runs[0].network.parameters.tobytes() == runs[1].network.parameters.tobytes()


# -- moments -----------------------------------------------------------------------------------------

BETAS = {"betas": (0.9, 0.999)}
# kind -> the peer in torch.optim, its settings beside the rate, and its names of the first and the second moment
PEERS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "momentum": ("SGD", {"momentum": 0.9}, "momentum_buffer", ""),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}, "momentum_buffer", ""),
    "adagrad": ("Adagrad", {"eps": 1e-10}, "", "sum"),
    "adadelta": ("Adadelta", {"rho": 0.9}, "", "square_avg"),
    "rmsprop": ("RMSprop", {"alpha": 0.99}, "", "square_avg"),
    "centred_rmsprop": ("RMSprop", {"alpha": 0.99, "eps": 1e-6, "centered": True}, "grad_avg", "square_avg"),
    "adam": ("Adam", BETAS, "exp_avg", "exp_avg_sq"),
    "amsgrad": ("Adam", {**BETAS, "amsgrad": True}, "exp_avg", "exp_avg_sq"),
    "adamw": ("AdamW", {**BETAS, "weight_decay": 0.01}, "exp_avg", "exp_avg_sq"),
    "nadam": ("NAdam", BETAS, "exp_avg", "exp_avg_sq"),
    "adamax": ("Adamax", BETAS, "exp_avg", "exp_inf"),
}


@pytest.mark.parametrize("kind", PEERS)
def test_moments_are_those_of_pytorch(kind: str, torch: Any) -> None:
    name, settings, *rows = PEERS[kind]
    trainer = with_optimizer(kind, steps=0)
    w = torch.tensor(trainer.network.parameters.copy())
    peer = getattr(torch.optim, name)([w], trainer.experiment.training.optimizer.learning_rate, **settings)
    for _ in range(12):
        trainer.step()
        w.grad = torch.tensor(trainer.network.gradient.copy())
        peer.step()
    for key, theirs in zip(("first_moment", "second_moment"), rows, strict=True):
        found = edge_values(trainer, key).values
        assert (found is not None) == bool(theirs)
        if found is not None:
            np.testing.assert_allclose(found, peer.state[w][theirs].numpy(), rtol=1e-9, atol=1e-15)


def test_the_first_moment_of_lion_is_its_mean_gradient() -> None:
    trainer, m = with_optimizer("lion", steps=0), 0.0
    for _ in range(7):
        trainer.step()
        m = 0.99 * m + 0.01 * trainer.network.gradient
    np.testing.assert_allclose(shown(trainer, "first_moment"), m, rtol=1e-9)


def test_every_optimizer_has_a_second_opinion_on_its_moments() -> None:
    remembering = {kind for kind, cls in OPTIMIZERS.items() if cls.first_moment or cls.second_moment}
    assert remembering == {*PEERS, "lion"}


# -- effective rates ---------------------------------------------------------------------------------


def direction(s: Any, m: Any, g: Any, t: int) -> Any:
    """What the formula of an optimizer with a rate for every weight multiplies, at update t."""
    mean = None if m is None else m / (1.0 - getattr(s, "beta1", 0.0) ** t)
    if s.kind == "nadam":
        mu = [s.beta1 * (1.0 - 0.5 * 0.96 ** (i * s.momentum_decay)) for i in range(1, t + 2)]
        return (1.0 - mu[-2]) * g / (1.0 - np.prod(mu[:-1])) + mu[-1] * m / (1.0 - np.prod(mu))
    of = {"momentum": m, "nesterov": g + s.momentum * m if s.kind == "nesterov" else None}
    of |= dict.fromkeys(("adam", "amsgrad", "adamw", "adamax"), mean)
    return of.get(s.kind, g)


BY_A_FACTOR = [kind for kind in OPTIMIZERS if kind not in ("adadelta", "lion", "rprop", "lbfgs")]


@pytest.mark.parametrize("kind", BY_A_FACTOR)
def test_a_step_is_the_effective_rate_times_the_direction(kind: str) -> None:
    trainer = with_optimizer(kind, steps=14)
    s, before = trainer.experiment.training.optimizer, trainer.network.parameters.copy()
    trainer.step()
    m = edge_values(trainer, "first_moment").values
    lost = s.learning_rate * getattr(s, "weight_decay", 0.0) * before
    step = -shown(trainer, "effective_step") * direction(s, m, trainer.network.gradient, 15) - lost
    np.testing.assert_allclose(trainer.network.parameters - before, step, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("kind", ["lion", "rprop"])
def test_where_only_signs_count_the_effective_rate_is_the_length_of_the_step(kind: str) -> None:
    trainer = with_optimizer(kind, steps=9)
    moved = np.abs(shown(trainer, "update"))
    rates = shown(trainer, "effective_step")
    assert (moved > 0.0).sum() > 20
    np.testing.assert_allclose(moved[moved > 0.0], rates[moved > 0.0], rtol=1e-9)


@pytest.mark.parametrize("steps", [1, 2, 9])
def test_the_effective_rate_of_adadelta_is_that_of_its_last_step(steps: int) -> None:
    trainer = with_optimizer("adadelta", steps=steps)
    expected = -shown(trainer, "effective_step") * trainer.network.gradient
    np.testing.assert_allclose(shown(trainer, "update"), expected, rtol=1e-7, atol=1e-15)


def test_every_optimizer_but_l_bfgs_has_an_effective_rate() -> None:
    silent = [kind for kind in OPTIMIZERS if edge_values(with_optimizer(kind), "effective_step").values is None]
    assert silent == ["lbfgs"]


def test_without_a_rate_of_its_own_for_each_weight_l_bfgs_says_so() -> None:
    missing = edge_values(with_optimizer("lbfgs"), "effective_step").missing
    assert missing == "L-BFGS moves all weights together; none has a rate of its own."


def test_the_effective_rate_is_that_of_the_last_step_not_of_the_next() -> None:
    trainer = made(5, optimizer={"kind": "gradient_descent"}, schedule={"kind": "exponential"}, epochs=10)
    rate = trainer.learning_rate
    trainer.step()
    assert trainer.learning_rate < rate
    assert set(shown(trainer, "effective_step")) == {rate}


@pytest.mark.parametrize(("kind", "setting"), [("adam", "beta2"), ("rmsprop", "epsilon"), ("adadelta", "rho")])
def test_the_effective_rate_stays_until_the_next_step_when_the_optimizer_is_set_otherwise(
    kind: str, setting: str
) -> None:
    trainer = with_optimizer(kind)
    before = shown(trainer, "effective_step")
    trainer.reconfigure(trainer.experiment.with_value(f"training.optimizer.{setting}", 0.1))
    np.testing.assert_array_equal(shown(trainer, "effective_step"), before)
    trainer.step()
    assert not np.allclose(shown(trainer, "effective_step"), before, rtol=0.1)


@pytest.mark.parametrize("optimizer", [cls() for cls in OPTIMIZERS.values() if cls.second_moment], ids=lambda s: s.kind)
def test_where_no_gradient_ever_came_there_is_no_rate(optimizer: Optimizer) -> None:
    w, g, rows = np.ones(2), np.array([0.0, 0.5]), np.zeros((len(optimizer.rows), 2))
    for t in (1, 2, 3):
        optimizer.move(w, g, rows, t, 0.1)
    rates = np.broadcast_to(np.asarray(optimizer.effective_rates(g, rows, 3, 0.1)), 2)
    # AdaDelta starts from a step of its own.
    assert np.isnan(rates).tolist() == [optimizer.kind != "adadelta", False]


@pytest.mark.parametrize("key", ["gradient", "update", "effective_step"])
def test_frozen_weights_have_no_gradient_no_update_and_no_rate(key: str) -> None:
    experiment = Experiment().with_layers((Dense(units=4, frozen_units=(2,)), Dense(units=3, trainable=False)))
    trainer = Trainer(experiment)
    trainer.update.watched = True
    trainer.train(steps=5)
    values = shown(trainer, key)
    first, second = (trainer.network.plan.layers[i].matrix(values) for i in (0, 1))
    assert [*(np.abs(first).sum(axis=1) > 0.0), second.any()] == [True, True, False, True, False]


# -- contributions -----------------------------------------------------------------------------------

STAGED = (BatchNorm(), Dense(units=4), Dropout(), Dense(units=3, bias=False))


@pytest.mark.parametrize("layers", [(Dense(units=4),), STAGED], ids=["plain", "staged"])
def test_the_contributions_of_a_unit_add_up_to_its_sum(layers: Any) -> None:
    trainer = Trainer(Experiment().with_layers(layers), dtype=np.float64)
    trainer.train(steps=9)
    values, traced = shown(trainer, "contribution"), row(trainer)
    for layer, z in zip(trainer.network.plan.layers, traced.z, strict=True):
        np.testing.assert_allclose(layer.weights(values).sum(axis=0) + layer.biases(values), z, rtol=1e-10)


def test_what_a_stage_trains_contributes_nothing_of_its_own() -> None:
    trainer = Trainer(Experiment().with_layers(STAGED))
    assert np.isnan(trainer.network.plan.stages[0].rows(shown(trainer, "contribution"))).all()


def test_without_a_row_there_are_no_contributions() -> None:
    assert "row" in edge_values(made(3), "contribution", None).missing
