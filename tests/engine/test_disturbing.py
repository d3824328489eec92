"""Disturbed training rows: how many, which, with which labels and inputs; the test part stays as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.data.derived import Derived
from engine.data.loading import load_data
from engine.data.points import PointsSpec
from engine.data.table_spec import TableSpec
from engine.experiment import DataSpec, Experiment
from engine.trainer import Trainer

MOONS = DataSpec(source="moons", samples=1000)
DIABETES = DataSpec(source="diabetes")
SETTINGS: list[dict[str, Any]] = [
    {"input_noise": 0.5},
    {"label_noise": 0.3},
    {"subsample": 0.5},
    {"train_rows": 50},
    {"balance": "undersample", "label_noise": 0.2},
    {"balance": "oversample", "label_noise": 0.2},
]


def rows(data: Dataset) -> list[int]:
    return data.rows_train.tolist()


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("spec", [MOONS, DIABETES], ids=["classes", "numbers"])
def test_the_test_part_and_the_scaling_are_never_disturbed(spec: DataSpec, settings: dict[str, Any]) -> None:
    plain, disturbed = load_data(spec), load_data(spec.edited(**settings))
    for name in ("x_test", "y_test", "rows_test"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(disturbed, name))
    np.testing.assert_array_equal(plain.x_scaling.factor, disturbed.x_scaling.factor)
    assert plain.preparation == disturbed.preparation


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_same_seed_disturbs_in_the_same_way_and_another_in_another(settings: dict[str, Any]) -> None:
    one, same = (load_data(MOONS.edited(**settings)) for _ in range(2))
    other = load_data(MOONS.edited(**settings, seed=1))
    for name in ("x_train", "y_train", "rows_train"):
        np.testing.assert_array_equal(getattr(one, name), getattr(same, name))
    assert not np.array_equal(one.x_train, other.x_train)


def test_nothing_is_disturbed_at_first() -> None:
    data = load_data(MOONS)
    assert rows(load_data(MOONS.edited(subsample=1.0, train_rows=700, balance="oversample"))) == rows(data)


@pytest.mark.parametrize(("settings", "count"), [
    ({"subsample": 0.1}, 70), ({"subsample": 0.5}, 350), ({"train_rows": 7}, 7), ({"train_rows": 7000}, 700),
    ({"subsample": 0.5, "train_rows": 100}, 100), ({"subsample": 0.01, "train_rows": 100}, 7),
])  # fmt: skip
def test_so_many_rows_are_used(settings: dict[str, Any], count: int) -> None:
    assert len(rows(load_data(MOONS.edited(**settings)))) == count


@pytest.mark.parametrize("spec", [MOONS, DIABETES, DataSpec(source="wine")])
def test_more_rows_contain_the_fewer_and_classes_keep_their_shares(spec: DataSpec) -> None:
    before: set[int] = set()
    for count in (5, 20, 60, 100):
        data = load_data(spec.edited(train_rows=count))
        assert before < set(rows(data))
        before = set(rows(data))
        if data.classes:
            whole = np.bincount(load_data(spec).y_train) / len(load_data(spec).y_train)
            assert np.abs(np.bincount(data.y_train) - count * whole).max() <= 1.0


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_the_share_of_labels_asked_for_is_wrong(share: float) -> None:
    spec = DataSpec(source="blobs", classes=4, samples=1000)
    plain, noisy = load_data(spec), load_data(spec.edited(label_noise=share))
    wrong = plain.y_train != noisy.y_train
    assert wrong.sum() == round(share * len(wrong))
    assert set(np.unique(noisy.y_train)) == {0, 1, 2, 3}
    counts = np.bincount((noisy.y_train - plain.y_train)[wrong] % 4, minlength=4)
    assert counts[0] == 0
    assert counts[1:].min() > 0.2 * counts.sum()


def test_more_label_noise_keeps_the_labels_that_were_wrong_before() -> None:
    plain = load_data(MOONS).y_train
    little, much = (load_data(MOONS.edited(label_noise=share)).y_train != plain for share in (0.1, 0.4))
    assert (much | ~little).all()


def test_noise_of_numbers_is_in_standard_deviations_of_the_target() -> None:
    plain, noisy = load_data(DIABETES), load_data(DIABETES.edited(label_noise=0.5))
    moved = (noisy.y_train - plain.y_train)[:, 0]
    assert moved.std() / plain.y_train.std() == pytest.approx(0.5, rel=0.1)


@pytest.mark.parametrize("settings", [{"label_noise": 0.5}, {"input_noise": 0.5}])
def test_numbers_whose_squares_single_precision_cannot_hold_are_disturbed_too(settings: dict[str, Any]) -> None:
    rows = "".join(f"{i * i % 17}e20,{i * 7 % 41}e20\n" for i in range(40))
    spec = DataSpec(source="table", table=TableSpec(text=f"a,b\n{rows}"), scale="none", test_fraction=0.0)
    plain, noisy = load_data(spec), load_data(spec.edited(**settings))
    name = "y_train" if "label_noise" in settings else "x_train"
    moved = (getattr(noisy, name).astype(float) - getattr(plain, name)).std() / getattr(plain, name).astype(float).std()
    assert moved == pytest.approx(0.5, rel=0.3)


@pytest.mark.parametrize("scale", ["standard", "none", "minmax"])
def test_input_noise_is_in_standard_deviations_of_each_input(scale: str) -> None:
    spec = DataSpec(source="breast_cancer", scale=scale)
    plain, noisy = load_data(spec), load_data(spec.edited(input_noise=0.3))
    moved = (noisy.x_train.astype(float) - plain.x_train).std(axis=0) / plain.x_train.astype(float).std(axis=0)
    assert np.abs(moved / 0.3 - 1.0).max() < 0.2


def test_a_row_is_scattered_in_the_same_direction_whichever_rows_are_used() -> None:
    whole, part = load_data(MOONS.edited(input_noise=0.3)), load_data(MOONS.edited(input_noise=0.3, train_rows=30))
    at = [rows(whole).index(row) for row in rows(part)]
    np.testing.assert_array_equal(part.x_train, whole.x_train[at])


def test_derived_features_are_made_of_the_scattered_columns() -> None:
    square = Derived(kind="square", columns=("x₁",))
    data = load_data(MOONS.edited(input_noise=0.3, derived=(square,)))
    units = data.x_scaling.undo(data.x_train)
    np.testing.assert_allclose(units[:, 2], units[:, 0] ** 2, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(data.values("train")[:, 0], units[:, 0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("balance", "count"), [("undersample", 20), ("oversample", 80)])
def test_every_class_gets_as_many_rows(balance: str, count: int) -> None:
    rng = np.random.default_rng(0)
    points = tuple((*at, float(i < 20)) for i, at in enumerate(rng.uniform(-1.0, 1.0, (100, 2)).tolist()))
    spec = DataSpec(source="drawn", points=PointsSpec(points=points), test_fraction=0.0, balance=balance)
    data = load_data(spec)
    assert np.bincount(data.y_train).tolist() == [count, count]
    assert set(rows(data)) <= set(range(100))
    assert np.bincount(data.rows_train).max() == (1 if balance == "undersample" else 4)
    whole = load_data(spec.edited(balance="none"))
    np.testing.assert_array_equal(data.x_train, whole.x_train[[rows(whole).index(row) for row in rows(data)]])


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_run_goes_on_when_its_data_are_disturbed_and_back(settings: dict[str, Any]) -> None:
    trainer = Trainer(Experiment(data=MOONS))
    trainer.train(steps=30)
    point, before = trainer.checkpoint(), trainer.network.parameters.copy()
    trainer.reconfigure(trainer.experiment.edited(data=MOONS.edited(**settings)))
    np.testing.assert_array_equal(trainer.network.parameters, before)
    assert trainer.steps_done == 30
    trainer.train(steps=5)
    trainer.go_to(point)
    trainer.train(steps=20)
    other = Trainer(Experiment(data=MOONS))
    other.train(steps=50)
    np.testing.assert_array_equal(trainer.network.parameters, other.network.parameters)
