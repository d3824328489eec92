"""The probe of activations: what is saturated, dead and zero, for every activation, against plain loops."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np
import pytest

from engine import Dataset, Dense, Experiment, Output, Trainer
from engine.activations import ACTIVATIONS, Activation
from engine.batches import Rows
from engine.probes import Wants
from engine.probing.activity import Activity, measure
from engine.probing.table import PROBES
from engine.unit_views import unit_statistics

SEPARABLE = [pytest.param(part, id=part.key) for part in ACTIVATIONS if not part.mixes]


def measured(trainer: Trainer) -> Activity:
    found = PROBES["activations"].measure(trainer, Wants(), None)
    assert isinstance(found, Activity)
    return found


def hidden(activation: str, w: Any, b: Any, x: Any) -> Trainer:
    """Hidden units of an activation with weights and biases over inputs x."""
    x = np.asarray(x, float)[:, None]
    data = Dataset.from_arrays(x, np.arange(len(x)) / len(x), test_fraction=0.0)
    trainer = Trainer(Experiment().with_layers((Dense(units=len(w), activation=activation),)), data, np.float64)
    trainer.rows["train"].x[:, 0] = x[:, 0]
    trainer.network.weights[0][:], trainer.network.biases[0][:] = np.array([w]), b
    return trainer


@pytest.mark.parametrize("activation", SEPARABLE)
def test_saturated_dead_and_zero_are_what_plain_loops_find(activation: Activation) -> None:
    x, w, b = np.linspace(-3.0, 3.0, 61) + 0.013, [1.0, 4.0, 0.3, 0.01], [0.1, 0.0, -20.0, -80.0]
    layer = measured(hidden(activation.key, w, b, x)).layers[0]
    steep = 0.0
    for z in np.linspace(-30.0, 30.0, 6001):
        at = np.array([z])
        steep = max(steep, abs(float(np.asarray(activation.slope(at, activation.value(at, None))).ravel()[0])))
    shares, dead, zeros = [], [], 0
    for weight, bias in zip(w, b, strict=True):
        flat = nothing = 0
        for value in x:
            at = np.array([weight * value + bias])
            a = activation.value(at.copy(), None)
            slope = abs(float(np.asarray(activation.slope(at, a)).ravel()[0]))
            flat += slope < steep / 20 or slope == 0.0
            nothing += slope == 0.0
            zeros += a[0] == 0.0
        shares.append(flat / len(x))
        dead.append(nothing == len(x))
    np.testing.assert_allclose(layer.units_saturated, shares, atol=1e-12)
    assert (layer.dead.tolist(), layer.can_die) == (dead, True)
    assert layer.saturated == pytest.approx(sum(shares) / len(shares))
    assert layer.zeros == pytest.approx(zeros / (len(x) * len(w)))


@pytest.mark.parametrize("activation", SEPARABLE)
def test_outputs_are_counted_as_numpy_counts_them(activation: Activation) -> None:
    x = np.linspace(-3.0, 3.0, 61)
    spread = measured(hidden(activation.key, [1.0, -2.0], [0.0, 0.5], x)).layers[0].spread
    values = activation.value(np.stack([x, 0.5 - 2.0 * x]), None)
    assert spread.counts.tolist() == np.histogram(values, spread.bins.edges)[0].tolist()
    assert spread.mean == pytest.approx(values.mean())


def test_softmax_has_no_share_and_no_dead() -> None:
    layer = measured(Trainer(Experiment())).layers[-1]
    assert (isnan(layer.saturated), layer.dead.any(), layer.can_die) == (True, False, False)


def test_an_output_whose_loss_is_computed_from_z_cannot_die() -> None:
    perceptron = Experiment.model_validate({"data": {"source": "moons"}, "network": {"layers": []}})
    trainer = Trainer(perceptron.with_value("network.output", Output(activation="step")))
    layer = measured(trainer).layers[-1]
    assert (layer.can_die, layer.dead.any(), layer.saturated) == (False, False, 1.0)


def test_shares_and_deaths_are_those_that_the_drawing_shows() -> None:
    trainer = Trainer(Experiment().with_layers((Dense(units=8, activation="relu"),) * 3))
    trainer.network.biases[1][:] = -9.0
    shown = unit_statistics(trainer.network, trainer.rows["train"], "saturation", 0)
    for mine, theirs in zip(measured(trainer).layers, shown.layers, strict=True):
        np.testing.assert_array_equal(mine.units_saturated, theirs.saturated)
        np.testing.assert_array_equal(mine.dead, theirs.dead)


def test_it_says_how_many_rows_were_counted_and_looked_at_for_the_dead() -> None:
    trainer = hidden("relu", [1.0], [0.0], np.linspace(-1, 1, 1000))
    found = measured(trainer)
    assert (found.rows, found.rows_of_dead, found.all_rows) == (256, 1000, 1000)


def test_one_row_among_those_not_counted_keeps_a_unit_alive() -> None:
    x = np.full(1000, -1.0)
    x[499] = 1.0
    layer = measured(hidden("relu", [1.0], [0.0], x)).layers[0]
    assert (layer.saturated, layer.dead.tolist()) == (1.0, [False])


def test_without_rows_there_are_no_shares() -> None:
    trainer = Trainer(Experiment())
    rows = trainer.rows["train"]
    trainer.rows["train"] = Rows(rows.x[:0], rows.y[:0], None)
    found = measured(trainer)
    assert (found.rows, found.all_rows) == (0, 0)
    assert all(isnan(layer.saturated) and isnan(layer.zeros) and layer.spread.total == 0 for layer in found.layers)
    assert not any(layer.dead.any() for layer in found.layers)


def test_a_single_row_is_enough() -> None:
    trainer = hidden("relu", [1.0, -1.0], [0.0, 0.0], [2.0, 3.0])
    trainer.rows["train"] = trainer.rows["train"].first(1)
    found = measured(trainer)
    assert (found.rows, found.layers[0].dead.tolist(), found.layers[0].zeros) == (1, [False, True], 0.5)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("activation", [part.key for part in ACTIVATIONS if not part.mixes])
def test_numbers_that_are_not_finite_are_counted_and_raise_nothing(activation: str, value: float) -> None:
    trainer = hidden(activation, [value, 1.0], [0.0, 0.0], [1.0, 2.0, 3.0])
    layer = measured(trainer).layers[0]
    assert layer.odd == layer.spread.odd
    assert layer.spread.finite + layer.spread.odd == 6


def test_before_has_no_part_in_the_answer() -> None:
    trainer = Trainer(Experiment())
    first = measure(trainer, Wants(), None)
    assert np.array_equal(first.layers[0].units_saturated, measure(trainer, Wants(), first).layers[0].units_saturated)
