"""Findings: a run that has a fault is told so, with numbers that are true; a sound one is left in peace."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog

from engine import Experiment, Trainer
from engine.data.dataset import Dataset
from engine.findings import RULES, Finding, _column, findings
from engine.history import Series
from engine.probes import Wants
from engine.runner import Runner, Train
from engine.separating import is_parted
from engine.snapshot import Snapshot


def layers(count: int, units: int, activation: str) -> dict[str, Any]:
    return {"layers": [{"kind": "dense", "units": units, "activation": activation}] * count}


def descent(rate: float) -> dict[str, Any]:
    return {"optimizer": {"kind": "gradient_descent", "learning_rate": rate}}


# What brings each fault about.
FAULTY: dict[str, dict[str, Any]] = {
    "diverged": {"data": {"source": "diabetes"}, "network": layers(2, 8, "relu"), "training": descent(50.0)},
    "rate_too_large": {"training": {"optimizer": {"kind": "adam", "learning_rate": 3.0}}},
    "dead_units": {"network": layers(2, 8, "relu"), "training": descent(2.0)},
    "over_fitting": {
        "data": {"source": "moons", "test_fraction": 0.6, "label_noise": 0.25},
        "network": layers(2, 32, "relu"),
        "training": {"epochs": 300},
    },
    "plateau": {"network": layers(8, 8, "sigmoid"), "training": descent(0.01)},
    "saturation": {"training": {"optimizer": {"kind": "adam", "learning_rate": 3.0}}},
    "no_rest": {"data": {"source": "xor_gate"}, "network": {"layers": []}, "training": {"loss": "perceptron"}},
    "only_linear": {"network": layers(2, 4, "linear"), "training": {"epochs": 1}},
    "twin_units": {
        "network": {"layers": [{"units": 4, "initializer": "zeros"}] * 2},
        "training": {"epochs": 5},
    },
    "unscaled_inputs": {"data": {"source": "wine", "scale": "none"}, "training": {"epochs": 1}},
}


@cache
def run(name: str) -> Snapshot:
    experiment = Experiment.model_validate(FAULTY[name] if name else {})
    return shown(Trainer(experiment))


def shown(trainer: Trainer) -> Snapshot:
    runner = Runner(trainer)
    runner.post(Train(wants=Wants(maps=True)))
    report = runner.wait(60.0)
    runner.close()
    assert isinstance(report, Snapshot), report
    return report


def found(snapshot: Snapshot, key: str) -> Finding | None:
    return next((finding for finding in findings(snapshot) if finding.key == key), None)


def numbers(finding: Finding | None) -> list[float]:
    assert finding is not None
    return [
        float(text.replace(",", "")) for text in re.findall(r"(?<![\w-])\d[\d,]*\.?\d*(?:e[+-]?\d+)?", finding.sentence)
    ]


@pytest.mark.parametrize("name", FAULTY)
def test_what_is_wrong_is_said(name: str) -> None:
    assert found(run(name), name) is not None


@pytest.mark.parametrize("source", ["iris", "wine", "moons", "blobs", "sine"])
def test_a_sound_run_is_left_in_peace(source: str) -> None:
    assert findings(shown(Trainer(Experiment.model_validate({"data": {"source": source}})))) == []


def test_before_the_first_step_nothing_is_said_of_the_run() -> None:
    for changes in FAULTY.values():
        runner = Runner(Trainer(Experiment.model_validate(changes)))
        runner.post(Train(steps=0, wants=Wants(maps=True)))
        report = runner.wait(60.0)
        runner.close()
        assert isinstance(report, Snapshot)
        assert {each.key for each in findings(report)} <= {
            "unscaled_inputs", "dead_units", "saturation", "only_linear", "twin_units",
        }  # fmt: skip


def test_the_gravest_comes_first() -> None:
    order = [rule.key for rule in RULES]
    keys = [each.key for each in findings(run("rate_too_large"))]
    assert keys == sorted(keys, key=order.index)
    assert len(keys) > 1


# -- the numbers in the sentences ------------------------------------------------------------------------


def test_the_losses_of_too_large_a_rate_are_those_of_the_history() -> None:
    losses = run("rate_too_large").history["train.loss"]
    first, last, rate = numbers(found(run("rate_too_large"), "rate_too_large"))
    assert (first, last, rate) == (
        pytest.approx(losses[0], rel=5e-3),
        pytest.approx(np.median(losses[-3:]), rel=5e-3),
        3.0,
    )


def test_dead_units_are_those_that_no_row_reaches() -> None:
    snapshot = run("dead_units")
    finding = found(snapshot, "dead_units")
    assert finding is not None
    assert finding.layer is not None
    a = np.asarray(snapshot.data.x_train, np.float64)
    for i in range(finding.layer + 1):
        z = a @ snapshot.weights(i) + snapshot.biases(i)
        a = np.maximum(z, 0.0)
    dead, units, _ = numbers(finding)
    assert (dead, units) == ((z <= 0.0).all(axis=0).sum(), 8)
    assert f"hidden {finding.layer + 1}" in finding.sentence


def after_a_step(**changes: Any) -> Snapshot:
    return shown(Trainer(Experiment.model_validate({"training": {"epochs": 1}, **changes})))


def test_a_step_unit_that_no_rule_but_the_gradient_moves_is_told_why_it_cannot_learn() -> None:
    data, network = {"source": "moons"}, {"layers": [], "output": {"activation": "step"}}
    finding = found(
        after_a_step(data=data, network=network, training={"epochs": 1, "loss": "binary_cross_entropy"}), "dead_units"
    )
    assert finding is not None
    assert finding.sentence == "output cannot learn: binary step has no slope, so that no gradient passes it"
    assert findings(after_a_step(data=data, network=network, training={"epochs": 1, "loss": "perceptron"})) == []


@pytest.mark.parametrize("units", [1, 3])
def test_a_single_dead_unit_is_spoken_of_in_the_singular(units: int) -> None:
    trainer = Trainer(Experiment.model_validate({"network": layers(1, units, "relu"), "training": {"epochs": 1}}))
    trainer.network.biases[0][0] = -1e3
    finding = found(shown(trainer), "dead_units")
    which = "The only unit" if units == 1 else "1 of the 3 units"
    assert finding is not None
    assert finding.sentence == f"{which} of hidden 1 is dead: no row can change it any more"


def test_twins_stay_twins_and_their_layer_is_named() -> None:
    snapshot = run("twin_units")
    finding = found(snapshot, "twin_units")
    assert finding is not None
    assert finding.layer == 0
    assert (np.ptp(snapshot.weights(0), axis=1) == 0).all()


def test_twins_are_twins_still_when_rounding_has_parted_them() -> None:
    layer, output = {"units": 6, "initializer": "constant"}, {"initializer": "constant"}
    network = {"layers": [layer], "output": output}
    snapshot = shown(Trainer(Experiment.model_validate({"data": {"source": "moons"}, "network": network})))
    assert np.ptp(snapshot.weights(0), axis=1).max() < 1e-3
    assert found(snapshot, "twin_units") is not None


@pytest.mark.parametrize(
    "layer",
    [
        {"units": 4, "initializer": "zeros"},  # the output's random weights tell them apart
        {"units": 1, "initializer": "zeros"},
        {"units": 4, "initializer": "zeros", "trainable": False},
        {"units": 4},
    ],
)
def test_units_that_differ_in_one_place_are_no_twins(layer: dict[str, Any]) -> None:
    assert found(after_a_step(network={"layers": [layer]}), "twin_units") is None


@pytest.mark.parametrize(
    "network",
    [
        {"layers": []},
        {"layers": [{"units": 3, "activation": "linear"}, {"units": 3, "activation": "relu"}]},
        {"layers": [{"units": 3, "activation": "linear"}, {"kind": "layer_norm"}]},
        {"layers": [{"units": 3, "activation": "linear"}, {"kind": "batch_norm", "activation": "relu"}]},
    ],
)
def test_a_network_that_bends_or_has_no_layers_is_not_called_linear(network: dict[str, Any]) -> None:
    assert found(after_a_step(network=network), "only_linear") is None


def test_linear_layers_are_one_matrix_as_the_hint_says() -> None:
    snapshot = run("only_linear")
    matrix, shift = np.eye(2), np.zeros(2)
    for i in range(3):
        matrix, shift = matrix @ snapshot.weights(i), shift @ snapshot.weights(i) + snapshot.biases(i)
    assert snapshot.maps is not None
    assert snapshot.maps.sums is not None
    corners = snapshot.maps.sums[:, [0, 0, -1], [0, -1, -1]].astype(float)
    left, right, bottom, top = snapshot.maps.extent
    points = snapshot.data.scaling.apply(np.array([[left, bottom], [right, bottom], [right, top]]))
    np.testing.assert_allclose(corners.T, points @ matrix + shift, atol=1e-4)


def test_over_fitting_names_the_best_step() -> None:
    history = run("over_fitting").history
    best = int(np.argmin(history["test.loss"]))
    step, least, now = numbers(found(run("over_fitting"), "over_fitting"))
    assert step == history["step"][best]
    assert (least, now) == (
        pytest.approx(history["test.loss"][best], rel=5e-3),
        pytest.approx(np.median(history["test.loss"][-3:]), rel=5e-3),
    )


def test_saturation_is_the_share_of_rows_at_which_tanh_is_flat() -> None:
    snapshot = run("saturation")
    finding = found(snapshot, "saturation")
    assert finding is not None
    z = np.asarray(snapshot.data.x_train, np.float64) @ snapshot.weights(0) + snapshot.biases(0)
    assert numbers(finding)[1] == pytest.approx(100 * (1 - np.tanh(z) ** 2 < 0.05).mean(), abs=1.0)


def test_relu_rests_at_half_of_the_rows_and_is_not_called_saturated() -> None:
    assert found(run("dead_units"), "saturation") is None


def test_the_spreads_are_those_of_the_inputs() -> None:
    spreads = run("unscaled_inputs").data.x_train.astype(float).std(axis=0)
    assert numbers(found(run("unscaled_inputs"), "unscaled_inputs")) == [
        pytest.approx(spreads.max(), rel=5e-3), pytest.approx(spreads.min(), rel=5e-3),
    ]  # fmt: skip


def of_classes(*counts: int) -> Snapshot:
    y = np.repeat([f"class {i}" for i in range(len(counts))], counts)
    x = np.random.default_rng(0).normal(size=(len(y), 2))
    data = Dataset.from_arrays(x, y, test_fraction=0.0)
    return shown(Trainer(Experiment.model_validate({"training": {"epochs": 1}}), data))


@pytest.mark.parametrize(("counts", "said"), [((40, 10), True), ((39, 10), False), ((50, 50, 4), True)])
def test_classes_are_unbalanced_from_four_to_one(counts: tuple[int, ...], said: bool) -> None:
    finding = found(of_classes(*counts), "unbalanced_classes")
    assert (finding is not None) == said
    if finding is not None:
        assert (
            f"{max(counts)} training rows of 'class 0', {min(counts)} of 'class {len(counts) - 1}'" in finding.sentence
        )


def test_weighed_classes_are_not_complained_of() -> None:
    snapshot = of_classes(100, 5)
    training = snapshot.experiment.training.edited(class_weights="balanced")
    assert (
        found(replace(snapshot, experiment=snapshot.experiment.edited(training=training)), "unbalanced_classes") is None
    )


def test_a_gradient_that_vanishes_is_compared_with_that_of_the_output() -> None:
    snapshot = run("plateau")
    names = (
        *(name for name in snapshot.history.names if not name.endswith(".gradient")),
        "hidden 1.gradient",
        "output.gradient",
    )

    def with_norms(first: float, last: float) -> Snapshot:
        rows = np.column_stack(
            [
                *(snapshot.history[name] for name in names[:-2]),
                *np.broadcast_to([[first], [last]], (2, len(snapshot.history))),
            ]
        )
        return replace(snapshot, history=Series(names, rows))

    finding = found(with_norms(2e-5, 0.1), "vanishing_gradients")
    assert finding is not None
    assert (finding.sentence, finding.layer) == (
        "The gradient of hidden 1 is 0.0002 of that of the output: it hardly learns", 0,
    )  # fmt: skip
    assert found(with_norms(2e-4, 0.1), "vanishing_gradients") is None
    assert found(with_norms(np.nan, 0.1), "vanishing_gradients") is None


NASTY: dict[str, Callable[[], Dataset]] = {
    "two rows": lambda: Dataset.from_arrays([[1.0, 2.0], [2.0, 2.0]], [1.0, 2.0], test_fraction=0.0),
    "one class": lambda: Dataset.from_arrays(
        np.ones((20, 2)), np.zeros(20, int), classes=("a", "b"), test_fraction=0.0
    ),
    "all equal": lambda: Dataset.from_arrays(np.ones((20, 2)), np.ones(20)),
    "one input": lambda: Dataset.from_arrays(np.arange(20.0)[:, None], np.arange(20.0)),
}


@pytest.mark.parametrize("name", NASTY)
def test_awkward_data_bring_no_error(name: str) -> None:
    assert isinstance(
        findings(shown(Trainer(Experiment.model_validate({"training": {"epochs": 15}}), NASTY[name]()))), list
    )


# -- lines that part ---------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["and_gate", "or_gate"])
def test_a_perceptron_that_is_only_slow_is_not_told_that_there_is_no_line(source: str) -> None:
    changes = {"data": {"source": source}, "network": {"layers": []}, "training": {"loss": "perceptron", "epochs": 30}}
    snapshot = shown(Trainer(Experiment.model_validate(changes)))
    assert _column(snapshot, "train.accuracy").max() < 1.0
    assert found(snapshot, "no_rest") is None


@pytest.mark.parametrize("seed", range(5))
def test_rows_are_parted_as_a_linear_program_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(30, 3)) * [1.0, 1e-4, 1e5] + [0.0, 3.0, -1e6]
    side = ((x - x.mean(axis=0)) / x.std(axis=0)) @ [1.0, -2.0, 0.5]
    second = side > 0.2
    assert is_parted(x, second) == parted_by_a_program(x, second) is True
    second[side.argmax()] = False
    second[side.argmin()] = True
    assert is_parted(x, second) == parted_by_a_program(x, second) is False


def parted_by_a_program(x: NDArray[np.float64], second: NDArray[np.bool_]) -> bool:
    scaled = np.column_stack([(x - x.mean(axis=0)) / x.std(axis=0), np.ones(len(x))])
    signed = scaled * np.where(second, 1.0, -1.0)[:, None]
    return bool(linprog(np.zeros(4), A_ub=-signed, b_ub=-np.ones(len(x)), bounds=(None, None)).success)


def test_a_search_among_very_many_numbers_is_short() -> None:
    rng = np.random.default_rng(0)
    begun = perf_counter()
    assert not is_parted(rng.normal(size=(20_000, 50)), rng.random(20_000) < 0.5)
    assert perf_counter() - begun < 1.0


def test_the_first_epochs_are_too_early_to_speak_of_over_fitting() -> None:
    trainer = Trainer(Experiment.model_validate({"data": {"source": "sine"}, "training": {"epochs": 12}}))
    for epoch in range(1, 10):
        trainer.run(epochs=1)
        runner = Runner(trainer)
        runner.post(Train(steps=0, wants=Wants(maps=True)))
        report = runner.wait(60.0)
        runner.close()
        assert isinstance(report, Snapshot)
        assert found(report, "over_fitting") is None, epoch
