"""Features made from columns: their numbers, their names, and what maps and runs make of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from engine.data.derived import TRANSFORMS, Derived
from engine.data.loading import load_data
from engine.data.table import DataError
from engine.data.table_spec import ColumnSpec, TableSpec
from engine.experiment import DataSpec, Experiment
from engine.probes import Wants, chosen_plane, maps, trace
from engine.surgery import with_features
from engine.trainer import Trainer

X, Y = "x₁", "x₂"
SQUARE, PRODUCT = Derived(kind="square", columns=(X,)), Derived(kind="product", columns=(X, Y))
MADE = (SQUARE, PRODUCT, Derived(kind="sine", columns=(Y,)))
CIRCLES = DataSpec(source="circles", samples=200)


def test_derived_inputs_follow_the_columns_and_are_scaled_like_them() -> None:
    plain, data = load_data(CIRCLES), load_data(CIRCLES.edited(derived=MADE))
    assert data.names == (X, Y, "x₁²", "x₁ · x₂", "sin 2πx₂")
    assert (data.variables, data.columns) == ((X, Y), (X, Y))
    np.testing.assert_array_equal(data.x_train[:, :2], plain.x_train)
    np.testing.assert_array_equal(data.rows_test, plain.rows_test)
    x, y = plain.values("train").T
    expected = np.stack([x**2, x * y, np.sin(2.0 * np.pi * y)], axis=1)
    np.testing.assert_allclose(data.x_train[:, 2:], (expected - expected.mean(0)) / expected.std(0), atol=2e-5)


@pytest.mark.parametrize("kind", [transform.key for transform in TRANSFORMS])
def test_every_transform_makes_a_feature_of_columns_it_takes(kind: str) -> None:
    columns = (X, Y)[: TRANSFORMS[kind].takes]
    data = load_data(CIRCLES.edited(derived=(Derived(kind=kind, columns=columns),)))
    expected = TRANSFORMS[kind].value(*(data.values("test")[:, (X, Y).index(column)] for column in columns))
    np.testing.assert_allclose(data.x_scaling.undo(data.x_test)[:, 2], expected, atol=1e-5)


def test_the_preparation_makes_the_same_features_of_new_rows() -> None:
    data = load_data(CIRCLES.edited(derived=MADE))
    np.testing.assert_allclose(data.preparation.inputs_of(data.values("test")), data.x_test, atol=1e-6)
    assert data.preparation.names == data.names


def test_a_column_that_is_off_is_still_varied_when_a_feature_is_made_of_it() -> None:
    data = load_data(CIRCLES.edited(features=(Y,), derived=(SQUARE,)))
    assert (data.names, data.variables) == ((Y, "x₁²"), (X, Y))
    np.testing.assert_allclose(data.inputs_of(data.values("train")), data.x_train, atol=1e-6)
    alone = load_data(CIRCLES.edited(features=(), derived=(SQUARE,)))
    assert (alone.names, alone.variables) == (("x₁²",), (X,))


@pytest.mark.parametrize("features", [None, (Y,), ()])
def test_maps_vary_the_columns_and_make_the_features_anew(features: tuple[str, ...] | None) -> None:
    trainer = Trainer(Experiment(data=CIRCLES.edited(features=features, derived=(SQUARE, PRODUCT))))
    trainer.train(steps=20)
    plane = chosen_plane(trainer.data, Wants(maps=True))
    assert plane is not None
    found = maps(trainer.network, trainer.data, 0, plane)
    side = found.answers.shape[-1]
    left, right, bottom, top = found.extent
    values = trainer.data.values("train")
    assert (left < values[:, 0].min(), right > values[:, 0].max()) == (True, True)
    u, v = np.meshgrid(np.linspace(left, right, side), np.linspace(bottom, top, side))
    given = {X: u.ravel(), Y: v.ravel(), "x₁²": u.ravel() ** 2, "x₁ · x₂": (u * v).ravel()}
    inputs = trainer.data.x_scaling.apply(np.stack([given[name] for name in trainer.data.names], axis=1))
    expected = trainer.predict(inputs).T.reshape(-1, side, side)
    np.testing.assert_allclose(found.answers, expected, atol=1e-5)


def test_a_slice_of_a_table_holds_the_other_columns_and_varies_what_is_made_of_those_that_are_not() -> None:
    square = Derived(kind="product", columns=("alcohol", "ash"))
    spec = DataSpec(source="wine", features=("alcohol", "hue"), derived=(square,))
    trainer = Trainer(Experiment(data=spec))
    data = trainer.data
    assert (data.names, data.variables) == (("alcohol", "hue", "alcohol · ash"), ("alcohol", "ash", "hue"))
    plane = chosen_plane(data, Wants(maps=True, plane=(0, 1), row=3))
    assert plane is not None
    assert (plane.inputs, plane.held) == ((0, 1), 3)
    found = maps(trainer.network, data, 0, plane)
    traced = trace(trainer.network, data, 3)
    assert traced is not None
    side = found.answers.shape[-1]
    at = np.array([[found.extent[0], found.extent[2], traced.x_in_units[1]]])
    np.testing.assert_allclose(trainer.predict(data.inputs_of(at))[0], found.answers[:, 0, 0], atol=1e-5)
    assert side > 1


def test_without_derived_features_the_variables_are_the_inputs_themselves() -> None:
    data = load_data(CIRCLES)
    assert data.coordinates("train") is data.x_train
    assert data.inputs_at(data.x_train) is data.x_train
    assert (data.variables, data.scaling) == (data.names, data.x_scaling)


def test_a_new_feature_changes_nothing_at_first_and_one_taken_away_leaves_the_others() -> None:
    trainer = Trainer(Experiment(data=CIRCLES.edited(derived=(SQUARE,))))
    trainer.train(steps=20)
    before, memory = trainer.network.weights[0].copy(), trainer.update.memory.copy()
    answers = trainer.predict(trainer.data.x_train)
    trainer.reconfigure(with_features(trainer.experiment, None, trainer.data.names, (PRODUCT, SQUARE)))
    np.testing.assert_array_equal(trainer.network.weights[0][[0, 1, 3]], before)
    np.testing.assert_allclose(trainer.predict(trainer.data.x_train), answers, atol=1e-6)
    trainer.reconfigure(with_features(trainer.experiment, (Y,), trainer.data.names, (SQUARE,)))
    np.testing.assert_array_equal(trainer.network.weights[0], before[1:])
    assert (trainer.steps_done, len(trainer.update.memory)) == (20, len(memory))
    trainer.train(steps=5)
    assert trainer.diverged is None


@pytest.mark.parametrize("features", [None, (X, Y)])
def test_what_is_frozen_follows_the_names_of_derived_inputs(features: tuple[str, ...] | None) -> None:
    data = CIRCLES.edited(features=features, derived=(SQUARE, PRODUCT))
    experiment = Experiment(data=data).with_layer(0, frozen_weights=((1, 0), (3, 2)))
    changed = with_features(experiment, (Y,), (X, Y, "x₁²", "x₁ · x₂"), (PRODUCT,))
    assert changed.network.layers[0].model_dump()["frozen_weights"] == ((0, 0), (1, 2))


@pytest.mark.parametrize(("kind", "columns"), [("square", (X, Y)), ("product", (X,)), ("product", (X, X))])
def test_a_feature_of_the_wrong_columns_is_refused(kind: str, columns: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="column"):
        Derived(kind=kind, columns=columns)


def test_columns_of_the_same_name_make_features_that_can_be_told_apart() -> None:
    square = [Derived(kind="square", columns=(name,)).name for name in ("a", "a (2)", "a (cm)", "a (m) (2)")]
    assert square == ["a²", "a (2)²", "a²", "a²"]


def test_a_feature_made_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="the feature 'x₁²' is made twice"):
        CIRCLES.edited(derived=(SQUARE, SQUARE))


@pytest.mark.parametrize(("changes", "words"), [
    ({"derived": (Derived(columns=("nonsense",)),)}, "there is no column 'nonsense'"),
    ({"features": ()}, "no input column is switched on"),
])  # fmt: skip
def test_what_cannot_be_made_is_said(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        load_data(CIRCLES.edited(**changes))


# -- tables of one's own -----------------------------------------------------------------------------


def own(**settings: Any) -> DataSpec:
    """A pasted table with numbers, a category and a missing value."""
    rng = np.random.default_rng(5)
    lines = ["height,colour,weight,sick"]
    for i in range(60):
        height = "" if i == 7 else f"{rng.uniform(100, 200):.1f}"
        lines.append(f"{height},{('red', 'green', 'blue')[i % 3]},{rng.uniform(20, 90):.1f},{('no', 'yes')[i % 2]}")
    table = TableSpec(text="\n".join(lines) + "\n", columns=(ColumnSpec(name="height", missing="mean"),))
    return DataSpec(source="table", table=table, **settings)


POUNDS = Derived(kind="product", columns=("height", "weight"))


@pytest.mark.parametrize("features", [None, ("weight",), ()])
def test_a_table_of_ones_own_has_derived_features_in_its_own_units(features: tuple[str, ...] | None) -> None:
    data = load_data(own(features=features, derived=(POUNDS, Derived(kind="cube", columns=("weight",)))))
    assert data.names[-2:] == ("height · weight", "weight³")
    height, weight = (data.values("train")[:, data.variables.index(name)] for name in ("height", "weight"))
    units = data.x_scaling.undo(data.x_train)
    np.testing.assert_allclose(units[:, -2], height * weight, rtol=1e-5)
    np.testing.assert_allclose(units[:, -1], weight**3, rtol=1e-4)
    np.testing.assert_allclose(data.inputs_of(data.values("test")), data.x_test, atol=1e-5)


def test_a_run_on_a_table_of_ones_own_keeps_what_it_learned_when_a_feature_comes() -> None:
    trainer = Trainer(Experiment(data=own()))
    trainer.train(steps=10)
    before, width = trainer.network.weights[0].copy(), len(trainer.data.names)
    trainer.reconfigure(with_features(trainer.experiment, None, trainer.data.names, (POUNDS,)))
    assert (trainer.steps_done, trainer.data.names[width:]) == (10, ("height · weight",))
    np.testing.assert_array_equal(trainer.network.weights[0][:width], before)


@pytest.mark.parametrize("derived", [(), (POUNDS,)])
def test_the_rows_of_a_table_of_ones_own_can_be_disturbed_live(derived: tuple[Derived, ...]) -> None:
    trainer = Trainer(Experiment(data=own(derived=derived)))
    trainer.train(steps=10)
    plain = trainer.data
    changes = {"train_rows": 20, "input_noise": 0.2, "label_noise": 0.2}
    trainer.reconfigure(trainer.experiment.edited(data=trainer.experiment.data.edited(**changes)))
    assert (trainer.steps_done, len(trainer.data.x_train)) == (10, 20)
    np.testing.assert_array_equal(trainer.data.x_test, plain.x_test)
    np.testing.assert_allclose(trainer.data.inputs_of(trainer.data.values("train")), trainer.data.x_train, atol=1e-4)
    trainer.train(steps=10)
    assert trainer.diverged is None


def test_a_feature_of_a_column_that_is_no_number_is_refused_in_words() -> None:
    with pytest.raises(DataError, match="colour² needs the column 'colour'; the columns are height"):
        load_data(own(derived=(Derived(columns=("colour",)),)))
