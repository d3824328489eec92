"""The proof while training: right about right and wrong slopes, sound where nothing can be compared, no trace left."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from engine import BatchNorm, DataSpec, Dense, Dropout, Experiment, GaussianNoise, LayerNorm, Trainer, load_data
from engine.activations import ACTIVATIONS, Activation
from engine.data.dataset import Dataset
from engine.data.table import DataError
from engine.gradient_check import AGREES, DIFFERS, KINK, TOLERANCE, Differences, in_words, place_of
from engine.layers import Layer
from engine.losses import LOSSES, Loss
from engine.probes import Wants
from engine.probing import proof as proving
from engine.probing.proof import KEPT, Proof, prove
from engine.runner import Job, Runner, Train
from engine.snapshot import Snapshot

BUDGET_S = proving._BUDGET_S
WANTED = Wants(probes=("proof",))
RNG = np.random.default_rng(3)
X = RNG.normal(size=(40, 3))
DATA = {
    "binary": Dataset.from_arrays(X, (X[:, 0] > 0).astype(int), classes=("no", "yes"), test_fraction=0.2),
    "multiclass": Dataset.from_arrays(X, np.digitize(X[:, 0], [-0.5, 0.5]), test_fraction=0.2),
    "regression": Dataset.from_arrays(X, np.exp(0.3 * X[:, 1]), test_fraction=0.2),
}
EVERYTHING = (BatchNorm(), Dense(units=4), Dropout(), LayerNorm(activation="silu"), Dense(units=3), GaussianNoise())


def trainer_of(layers: tuple[Layer, ...] = (Dense(units=4),), task: str = "multiclass", **training: Any) -> Trainer:
    return Trainer(Experiment.model_validate({"network": {"layers": layers}, "training": training}), DATA[task])


def proven(trainer: Trainer, rounds: int = 3, wants: Wants = WANTED, steps: int = 1) -> Proof:
    """What is known after some rounds of some steps."""
    found = None
    for _ in range(rounds):
        trainer.train(steps=steps)
        found = prove(trainer, wants, found)
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that can be compared at once is, however busy the machine."""
    monkeypatch.setattr(proving, "_BUDGET_S", 100.0)


@pytest.fixture
def planted() -> Iterator[Callable[[object, str, Any], None]]:
    """Puts another function into a part that is in use, until the test is over."""
    before: list[tuple[object, str, Any]] = []

    def plant(part: object, name: str, function: Any) -> None:
        before.append((part, name, getattr(part, name)))
        object.__setattr__(part, name, function)

    yield plant
    for part, name, function in reversed(before):
        object.__setattr__(part, name, function)


# -- right is right ----------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda part: part.key)
def test_no_activation_with_any_loss_is_ever_red(activation: Activation) -> None:
    states = {}
    for loss in LOSSES:
        task = loss.tasks[0]
        hidden = (Dense(units=3, activation=activation.key), Dense(units=2, activation=activation.key))
        found = proven(trainer_of(hidden, task, loss=loss.key))
        states[loss.key] = found.state, found.counts[DIFFERS]
    assert {state for state, _ in states.values()} <= {"green", "amber"}
    assert {count for _, count in states.values()} == {0}
    # A step lets no gradient pass, and the rule of the perceptron has its kink at zero; all others prove something.
    assert activation.key == "step" or states["mean_squared_error"][0] == "green"


@pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key)
def test_no_output_with_any_loss_is_ever_red(loss: Loss) -> None:
    states = {}
    for output in ACTIVATIONS:
        network = {"layers": [{"kind": "dense", "units": 3}], "output": {"activation": output.key}}
        experiment = Experiment.model_validate({"network": network, "training": {"loss": loss.key}})
        try:
            states[output.key] = proven(Trainer(experiment, DATA[loss.tasks[0]]), rounds=4).state
        except DataError:
            continue  # the two do not go together, and are refused
    assert states
    assert set(states.values()) <= {"green", "amber"}


@pytest.mark.parametrize("training", [{}, {"optimizer": {"kind": "lbfgs"}}, {"l1": 0.01, "l2": 0.01}], ids=str)
def test_stages_with_one_draw_of_noise_are_green(training: dict[str, Any]) -> None:
    found = proven(trainer_of(EVERYTHING, **training), rounds=6)
    assert (found.state, found.counts[DIFFERS]) == ("green", 0)


def test_the_numbers_are_those_of_another_way_to_the_gradient(torch: Any) -> None:
    trainer = trainer_of((Dense(units=5, activation="tanh"),), batch_size=1000)
    found = proven(trainer)
    rows = proving._some_rows(trainer.rows["train"], 0, trainer.network.parameters.size)
    trainer = trainer_of((Dense(units=5, activation="tanh"),), batch_size=1000)
    trainer.train(steps=1)
    first = prove(trainer, WANTED, None)
    weights = [torch.tensor(np.array(w, np.float64), requires_grad=True) for w in trainer.network.weights]
    biases = [torch.tensor(np.array(b, np.float64), requires_grad=True) for b in trainer.network.biases]
    x, y = torch.tensor(rows.x[:, :-1].astype(np.float64)), torch.tensor(rows.y.astype(np.float64))
    z = torch.tanh(x @ weights[0] + biases[0]) @ weights[1] + biases[1]
    (-(y * torch.log_softmax(z, 1)).sum(1).mean()).backward()
    expected = np.empty(trainer.network.parameters.size)
    for layer, w, b in zip(trainer.network.plan.layers, weights, biases, strict=True):
        layer.weights(expected)[:], layer.biases(expected)[:] = w.grad.numpy(), b.grad.numpy()
    np.testing.assert_allclose(first.compared["ours"], expected[first.compared["index"]], rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(first.compared["measured"], expected[first.compared["index"]], rtol=1e-5, atol=1e-9)
    assert found.checked == expected.size


def test_every_number_follows_from_the_two_losses_and_the_nudge(planted: Callable[..., None]) -> None:
    right = proven(trainer_of(EVERYTHING), rounds=6)
    # What differs is looked at more closely.
    doubtful = trainer_of((Dense(units=6, activation="gelu"),))
    planted(doubtful.network.plan.layers[0].activation, "slope", lambda z, a: np.cos(z))
    compared = np.concatenate([right.compared, proven(doubtful).compared])
    assert np.isfinite(compared["half_above"]).any()
    for each in compared:
        whole = (each["above"] - each["below"]) / (2 * each["h"])
        if np.isfinite(each["half_above"]):
            whole = (4 * (each["half_above"] - each["half_below"]) / each["h"] - whole) / 3
        assert each["measured"] == pytest.approx(whole, rel=1e-12)
        scale = max(abs(each["ours"]), abs(each["measured"]), each["floor"])
        assert each["error"] == pytest.approx(abs(each["ours"] - each["measured"]) / scale, rel=1e-12)
        assert (each["error"] <= TOLERANCE) == (each["verdict"] == AGREES) or each["verdict"] == KINK


# -- wrong is red ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["tanh", "sigmoid", "relu", "gelu", "softplus", "elu"])
@pytest.mark.parametrize("factor", [1.001, 0.5, -1.0])
def test_a_wrong_slope_of_an_activation_is_red(key: str, factor: float, planted: Callable[..., None]) -> None:
    trainer = trainer_of((Dense(units=5, activation=key),))
    assert proven(trainer).state == "green"
    activation = trainer.network.plan.layers[0].activation
    right = activation.slope
    planted(activation, "slope", lambda z, a: factor * right(z, a))
    found = prove(trainer, WANTED, None)
    assert found.state == "red"
    assert found.worst is not None
    # Only what lies before the wrong slope is wrong.
    assert place_of(trainer.network.plan, int(found.worst["index"])).layer == 0
    assert {place_of(trainer.network.plan, int(each["index"])).layer for each in differing(found)} == {0}
    assert found.worst["error"] == pytest.approx(abs(factor - 1) / max(abs(factor), 1), rel=1e-2)


def differing(found: Proof) -> list[Any]:
    return [each for each in found.compared if each["verdict"] == DIFFERS]


def test_a_wrong_slope_of_a_loss_is_red(planted: Callable[..., None]) -> None:
    trainer = trainer_of(task="regression", loss="log_cosh")
    loss = trainer.network.plan.loss
    planted(loss, "slope", lambda a, y: np.tanh(1.1 * (a - y)))
    assert proven(trainer).state == "red"


def test_a_wrong_way_back_through_layer_normalization_is_red(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = trainer_of((Dense(units=5), LayerNorm(), Dense(units=4)))
    assert proven(trainer).state == "green"

    def wrong(stage: LayerNorm, delta: Any, at: Any) -> None:
        # As if mean and deviation did not depend on x.
        delta[:] = stage._to_x_hat(delta, at) * at.kept["inverse"]

    monkeypatch.setattr(LayerNorm, "backward", wrong)
    assert proven(trainer).state == "red"


def test_a_slope_that_is_no_number_is_red(planted: Callable[..., None]) -> None:
    trainer = trainer_of()
    activation = trainer.network.plan.layers[0].activation
    planted(activation, "slope", lambda z, a: np.full_like(z, np.nan))
    assert prove(trainer, WANTED, None).state == "red"


def test_red_goes_when_all_is_right_again_but_not_before_it_was_told_for_a_while(
    planted: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    trainer = trainer_of()
    activation = trainer.network.plan.layers[0].activation
    right = activation.slope
    planted(activation, "slope", lambda z, a: 1.2 * right(z, a))
    monkeypatch.setattr(proving, "perf_counter", lambda: now[0])
    # By the true clock it is long past.
    monkeypatch.setattr(proving, "_BUDGET_S", 1e9)
    found = prove(trainer, WANTED, None)
    assert found.state == "red"
    object.__setattr__(activation, "slope", right)
    told = []
    for seconds in (1.0, 8.0, 2.0):
        now[0] += seconds
        trainer.train(steps=1)
        found = prove(trainer, WANTED, found)
        told.append((found.state, found.counts[DIFFERS]))
    assert told == [("red", 0), ("red", 0), ("green", 0)]


# -- nothing to compare ------------------------------------------------------------------------------


def test_before_the_first_step_the_first_weights_are_proven() -> None:
    found = prove(trainer_of(), WANTED, None)
    assert (found.state, found.step, found.checked) == ("green", 0, found.parameters)


def test_without_training_rows_nothing_is_proven() -> None:
    found = prove(Trainer(Experiment.model_validate({"data": {"source": "drawn", "points": {}}})), WANTED, None)
    assert (found.state, found.trouble, found.worst) == ("amber", "rows", None)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_weights_that_have_run_away_prove_nothing(value: float) -> None:
    trainer = trainer_of((Dense(units=4, activation="relu"),), "regression")
    trainer.network.parameters[:] = value
    found = prove(trainer, WANTED, None)
    assert found.state == "amber", found.counts


def test_after_divergence_there_is_a_sound_state() -> None:
    trainer = trainer_of((Dense(units=4, activation="linear"),), "regression", optimizer={
        "kind": "gradient_descent", "learning_rate": 1e4})  # fmt: skip
    found = proven(trainer, rounds=5, steps=50)
    assert trainer.diverged
    assert found.state in ("amber", "green")


def test_units_that_sit_at_a_kink_are_not_compared() -> None:
    trainer = trainer_of((Dense(units=4, activation="relu"),))
    # No sum is anything but zero, but what comes after it counts.
    trainer.network.weights[0][:] = trainer.network.biases[0][:] = 0.0
    found = prove(trainer, WANTED, None)
    assert (found.state, found.counts[DIFFERS]) == ("green", 0)
    at_kinks = {
        place_of(trainer.network.plan, int(i)).layer for i in found.compared["index"][found.compared["verdict"] == KINK]
    }
    assert (at_kinks, found.counts[KINK]) == ({0}, 16)


def test_all_at_kinks_is_amber() -> None:
    # Every row has a margin of exactly 1, where the hinge bends.
    data = Dataset.from_arrays(np.ones((10, 1)), np.ones(10, int), classes=("no", "yes"), scale="none")
    trainer = Trainer(Experiment.model_validate({"network": {"layers": []}, "training": {"loss": "hinge"}}), data)
    trainer.network.weights[0][:], trainer.network.biases[0][:] = 0.5, 0.5
    found = prove(trainer, WANTED, None)
    assert (found.state, found.counts[KINK]) == ("amber", found.checked)


def test_a_network_without_slopes_is_amber() -> None:
    trainer = trainer_of((Dense(units=3),), "regression")
    for layer in trainer.network.plan.layers:
        layer.matrix(trainer.network.parameters)[:] = 0.0
    trainer.network.biases[-1][:] = float(trainer.rows["train"].y.mean())
    assert prove(trainer, WANTED, None).telling == 0


def test_a_network_of_one_parameter_is_proven() -> None:
    bare = {"network": {"layers": [], "output": {"bias": False}}}
    data = Dataset.from_arrays(np.arange(10.0)[:, None], 2.0 * np.arange(10.0))
    found = proven(Trainer(Experiment.model_validate(bare), data))
    assert (found.state, found.parameters, found.checked) == ("green", 1, 1)


def test_a_network_too_large_to_be_copied_is_amber(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "_LARGEST", 10)
    found = prove(trainer_of(), WANTED, None)
    assert (found.state, found.trouble) == ("amber", "size")


# -- in turn -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 123, 1000])
def test_any_so_many_in_turn_are_all_parameters(size: int) -> None:
    for turn in (0, 1, 17):
        assert sorted(proving._in_turn(turn, size, size)) == list(range(size))


def one_at_a_time(monkeypatch: pytest.MonkeyPatch, seconds: float = 100.0) -> None:
    """Every measure compares a single parameter, and seems to take so long."""
    compare = Differences.compare

    def one(bench: Differences, some: Any, until: float = 0.0) -> Any:
        used_s, found = bench.used_s, compare(bench, some[:1])
        bench.used_s = used_s + seconds
        return found

    monkeypatch.setattr(Differences, "compare", one)


def test_a_round_goes_on_through_steps_and_then_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    one_at_a_time(monkeypatch)
    trainer = trainer_of((Dense(units=2),))
    size = trainer.network.parameters.size
    found, states = None, []
    for _ in range(2 * size):
        trainer.train(steps=1)
        found = prove(trainer, WANTED, found)
        states.append((found.state, found.checked))
    assert states == [("checking", n) for n in range(1, size)] + [("green", size)] * (size + 1)
    assert found is not None
    # Each parameter once, none compared earlier than one round ago.
    assert sorted(found.compared["index"]) == list(range(size))
    assert found.compared["step"].tolist() == list(range(size + 1, 2 * size + 1))


def test_of_a_large_network_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "KEPT", 40)
    trainer = trainer_of((Dense(units=30),))
    found = proven(trainer, rounds=4)
    assert (found.state, found.checked, found.complete) == ("green", 40, True)
    assert len(set(found.compared["index"].tolist())) == 40


def test_a_check_of_all_begins_afresh_and_keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "KEPT", 40)
    trainer = trainer_of((Dense(units=30),))
    sampled = proven(trainer, rounds=4)
    found = sampled
    while not (found.asked and found.complete):
        found = prove(trainer, replace(WANTED, check_all=1), found)
    assert (found.checked, found.parameters, found.asked) == (found.parameters, trainer.network.parameters.size, 1)
    monkeypatch.setattr(proving, "_BUDGET_S", 0.0)
    again = prove(trainer, replace(WANTED, check_all=2), found)
    assert (again.asked, again.state) == (2, "checking")
    assert prove(trainer, WANTED, again).asked == 0


def test_the_answer_stays_where_nothing_has_changed() -> None:
    trainer = trainer_of()
    found = proven(trainer)
    assert prove(trainer, WANTED, found) == found
    trainer.network.parameters[0] += 0.5
    assert prove(trainer, WANTED, found).turn > found.turn


def test_a_copy_is_compared_for_as_long_as_taking_it_has_lasted(monkeypatch: pytest.MonkeyPatch) -> None:
    one_at_a_time(monkeypatch, seconds=1.0)
    begin = Differences.begin

    def slow(bench: Differences, *given: Any) -> None:
        begin(bench, *given)
        bench.begun_s = 2.5

    monkeypatch.setattr(Differences, "begin", slow)
    found = proven(trainer_of(), rounds=7)
    # At the weights of the steps that are written down.
    assert found.compared["step"].tolist() == [1, 1, 1, 4, 4, 4, 7]
    assert (found.step, found.state) == (7, "checking")


def numbers_of(found: Proof) -> list[tuple[int, int]]:
    return [(int(each["index"]), int(each["step"])) for each in found.compared]


@pytest.mark.parametrize("units", [4, 70])
def test_at_rest_one_copy_serves_until_all_is_compared_at_the_weights_of_now(
    units: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "KEPT", 100)
    begun = []
    begin = Differences.begin
    monkeypatch.setattr(Differences, "begin", lambda self, *given: (begun.append(given[1]), begin(self, *given)))
    trainer = trainer_of((Dense(units=units),))
    one_at_a_time(monkeypatch, seconds=1.0)
    found = proven(trainer, rounds=5)
    monkeypatch.undo()
    monkeypatch.setattr(proving, "KEPT", 100)
    monkeypatch.setattr(proving, "_REST_S", 100.0)
    seen = []
    while not found.rested:
        found = prove(trainer, WANTED, found)
        seen.append(found)
        assert len({index for index, _ in numbers_of(found)}) == found.checked
    assert sorted(numbers_of(found)) == [(index, 5) for index in range(found.parameters)]
    assert prove(trainer, WANTED, found).compared is found.compared
    assert begun == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("asked", [0, 1])
def test_at_rest_it_ends_when_enough_is_worked_unless_all_are_asked_for(
    asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "KEPT", 40)
    one_at_a_time(monkeypatch, seconds=0.05)
    trainer, wants = trainer_of((Dense(units=30),)), replace(WANTED, check_all=asked)
    found, answers = prove(trainer, wants, None), 1
    while not found.rested:
        found, answers = prove(trainer, wants, found), answers + 1
    assert found.parameters == 213
    # 2 seconds of 0.05 each; a check that was asked for goes on to its end.
    assert (answers, found.checked) in ([(213, 213)] if asked else [(40, 40), (41, 41)])
    assert prove(trainer, wants, found).compared is found.compared
    trainer.train(steps=1)
    assert prove(trainer, wants, found).worked_s < 1.0


def test_numbers_edited_at_the_same_step_are_compared_anew_however_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "KEPT", 40)
    trainer = trainer_of((Dense(units=30), BatchNorm(), Dense(units=3)))
    found = prove(trainer, WANTED, None)
    one_at_a_time(monkeypatch)
    trainer.network.parameters[7] += 0.5
    found = prove(trainer, WANTED, found)
    assert found.checked == 1
    trainer.network.statistics[0] += 0.5
    assert prove(trainer, WANTED, found).checked == 1


def test_a_nudge_is_followed_to_the_same_losses_as_a_whole_pass() -> None:
    """L(w ± h) of every parameter, with stages and noise, by whole passes with that one number changed."""
    trainer = trainer_of(EVERYTHING)
    trainer.train(steps=3)
    bench = Differences(trainer.network)
    bench.begin(trainer.rows["train"].first(9))
    found, twin, work = bench.compare(np.arange(trainer.network.parameters.size)), bench._twin, bench._work
    work.repeat(True)
    for each in found:
        losses = []
        for h in (each["h"], -each["h"]):
            twin.parameters[each["index"]] += h
            losses.append(twin.loss(twin.forward(bench._x, work), bench._y, bench._weights))
            twin.parameters[each["index"]] = trainer.network.parameters[each["index"]]
        np.testing.assert_allclose([each["above"], each["below"]], losses, rtol=1e-14)


def test_the_slopes_are_those_of_plain_loops() -> None:
    trainer = trainer_of((Dense(units=5, activation="tanh"), Dense(units=4, activation="sigmoid")), "regression")
    trainer.train(steps=3)
    found, rows = prove(trainer, WANTED, None), proving._some_rows(trainer.rows["train"], 0, 1)
    layers = trainer.network.plan.layers

    def loss(flat: Any) -> float:
        total = 0.0
        for row, y in zip(rows.x, rows.y, strict=True):
            x = [float(value) for value in row[:-1]]
            for layer in layers:
                w, b = layer.weights(flat), layer.biases(flat)
                z = [sum(x[i] * w[i, j] for i in range(len(x))) + b[j] for j in range(layer.units)]
                x = [PLAIN[layer.activation.key](each) for each in z]
            total += (x[0] - float(y[0])) ** 2
        return total / len(rows)

    for each in found.compared[:25]:
        values, h = trainer.network.parameters.astype(float), 1e-5
        values[each["index"]] += h
        above = loss(values)
        values[each["index"]] -= 2 * h
        assert each["measured"] == pytest.approx((above - loss(values)) / (2 * h), rel=1e-6, abs=1e-9)


PLAIN = {"tanh": math.tanh, "sigmoid": lambda z: 1.0 / (1.0 + math.exp(-z)), "linear": lambda z: z}


def seed(trainer: Trainer) -> Experiment:
    return trainer.experiment.with_value("training.seed", 5)


def other_rows(trainer: Trainer) -> Experiment:
    return trainer.experiment.with_value("data.test_fraction", 0.5)


@pytest.mark.parametrize("other", [seed, other_rows])
def test_after_an_edit_only_slopes_of_now_are_told(
    other: Callable[[Trainer], Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(Experiment())
    before = prove(trainer, WANTED, None)
    assert before.complete
    trainer.reconfigure(other(trainer))
    assert trainer.steps_done == before.step
    one_at_a_time(monkeypatch)
    found = prove(trainer, WANTED, before)
    bench = Differences(trainer.network)
    bench.begin(proving._some_rows(trainer.rows["train"], before.turn, before.parameters))
    assert found.checked == 1
    assert found.compared["ours"][0] == bench.compare(found.compared["index"])["ours"][0]


@pytest.mark.parametrize("layers", [EVERYTHING, (Dense(units=5), LayerNorm())], ids=["everything", "one norm"])
def test_the_place_of_a_parameter_is_that_of_its_views(layers: tuple[Layer, ...]) -> None:
    planned = trainer_of(layers).network.plan
    for index in range(planned.parameters):
        marked = np.zeros(planned.parameters)
        marked[index] = 1.0
        at = place_of(planned, index)
        layer = planned.layers[at.layer]
        if at.stage is not None:
            stage = layer.stages[at.stage]
            assert stage.rows(marked)[list(stage.stage.rows).index(at.row), at.unit] == 1.0
        elif at.source is None:
            assert layer.biases(marked)[at.unit] == 1.0
        else:
            assert layer.weights(marked)[at.source, at.unit] == 1.0
        assert in_words(planned, index, ("a", "b", "c"))


# -- what it costs -----------------------------------------------------------------------------------


def run(wants: Wants, layers: tuple[Layer, ...] = EVERYTHING) -> tuple[Any, Any, Any]:
    """The weights, the statistics and the history after some slices of training in a runner."""
    trainer = trainer_of(layers, epochs=40, batch_size=8)
    runner = Runner(trainer)
    try:
        for _ in range(20):
            for job in (Train(steps=3, wants=wants), Job(wants=wants)):
                runner.post(job)
                report = runner.wait(60.0)
                assert isinstance(report, Snapshot), report
                assert ("proof" in report.probes) == bool(wants.probes)
    finally:
        runner.close()
    return trainer.network.parameters, trainer.network.statistics, trainer.history.view().values


def test_a_run_that_is_proven_is_bit_for_bit_the_same() -> None:
    alone, watched = run(Wants()), run(replace(WANTED, check_all=1))
    for one, other in zip(alone, watched, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("units", [8, 60, 300])
def test_a_measure_takes_a_few_milliseconds(units: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "_BUDGET_S", BUDGET_S)
    trainer = Trainer(Experiment().with_layers((Dense(units=units), Dense(units=units))), load_data(DataSpec()))
    found, taken = None, []
    for _ in range(6):
        trainer.train(steps=1)
        begun = perf_counter()
        found = prove(trainer, WANTED, found)
        taken.append(perf_counter() - begun)
    assert min(taken) < 0.05
    assert trainer.network.parameters.size < KEPT or found is not None
