"""Points drawn by hand: kept small, refused where they are wrong, and split so that each stays in its part."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pydantic import ValidationError

from engine import Experiment, Trainer, load_data
from engine.data.points import MOST_POINTS, PointsSpec, is_tested
from engine.data.sources import SOURCES
from engine.data.table import DataError
from engine.experiment import DataSpec
from engine.spec import explain


def scattered(count: int, classes: int = 2, seed: int = 0) -> PointsSpec:
    """Points all over the plane, in classes by turns."""
    places = np.random.default_rng(seed).uniform(-1.0, 1.0, (count, 2)).tolist()
    return PointsSpec(points=tuple((x, y, i % classes) for i, (x, y) in enumerate(places)), classes=classes)


def drawn(points: PointsSpec, **rest: object) -> DataSpec:
    """Data that are these points."""
    return DataSpec.model_validate({"source": "drawn", "points": points, "scale": "none", **rest})


def test_places_are_kept_to_four_decimals_and_survive_json_exactly() -> None:
    points = PointsSpec(points=((1 / 3, -2 / 3, 1), (-0.00001, 0.5, 0)))
    assert points.points == ((0.3333, -0.6667, 1.0), (0.0, 0.5, 0.0))
    assert "-0.0," not in points.model_dump_json()
    assert PointsSpec.model_validate(json.loads(points.model_dump_json())) == points


def test_a_file_of_a_thousand_points_stays_small() -> None:
    assert len(scattered(1000).model_dump_json()) < 25_000


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"points": ((0, 0, 2),)}, "point 1 must have a class from 0 to 1, not 2"),
        ({"points": ((0, 0, 0), (0, 0, 0.5))}, "point 2 must have a class from 0 to 1, not 0.5"),
        ({"plane": (1.0, -1.0)}, "plane must go from a lower to a higher number"),
        ({"classes": 6}, "classes must be between 2 and 5, not 6"),
    ],
)
def test_wrong_points_are_refused_in_one_sentence(given: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PointsSpec.model_validate(given)
    assert words in explain(refused.value)[0]


def test_more_points_than_there_may_be_are_refused() -> None:
    with pytest.raises(ValidationError):
        PointsSpec(points=((0.0, 0.0, 0.0),) * (MOST_POINTS + 1))


def test_with_fewer_classes_the_points_of_the_others_are_gone() -> None:
    fewer = scattered(30, 3).edited(classes=2)
    assert len(fewer.points) == 20
    assert {point[2] for point in fewer.points} == {0.0, 1.0}


@pytest.mark.parametrize("fraction", [0.0, 0.2, 0.5, 0.9])
def test_the_test_share_is_that_asked_for(fraction: float) -> None:
    train, test = scattered(5000).split(fraction, 3)
    assert abs(len(test) / 5000 - fraction) < 0.02
    assert sorted([*train, *test]) == list(range(5000))


def test_every_point_keeps_its_part_when_others_come_and_go() -> None:
    values = scattered(400).places
    before = is_tested(values, 0.3, 0)
    others = np.concatenate([scattered(300, seed=1).places, values[100:]])
    assert (is_tested(others, 0.3, 0)[300:] == before[100:]).all()
    assert (is_tested(values, 0.3, 1) != before).any()


def test_points_at_one_place_are_in_one_part() -> None:
    values = np.repeat(scattered(50).places, 2, axis=0)
    tested = is_tested(values, 0.5, 0)
    assert (tested[::2] == tested[1::2]).all()


def test_every_class_with_points_has_one_to_learn_from() -> None:
    for seed in range(50):
        values = scattered(5, 5, seed).places
        assert not is_tested(values, 0.9, 0).any()


def test_an_empty_plane_can_be_trained_and_has_nothing_to_learn() -> None:
    trainer = Trainer(Experiment(data=drawn(PointsSpec())))
    assert trainer.finished
    assert np.isnan(trainer.step())
    assert (len(trainer.data.x_train), len(trainer.data.x_test)) == (0, 0)


@pytest.mark.parametrize("scale", ["standard", "minmax", "robust", "none"])
@pytest.mark.parametrize("points", [(), ((0.5, 0.5, 0),), ((0.5, 0.5, 0), (0.5, 0.5, 0))])
def test_few_points_and_one_class_make_data(scale: str, points: tuple[tuple[float, float, float], ...]) -> None:
    data = load_data(drawn(PointsSpec(points=points), scale=scale, test_fraction=0.0))
    assert data.classes == ("A", "B")
    assert len(data.x_train) == len(points)
    assert np.isfinite(data.x_train).all()


def test_training_goes_on_with_other_points() -> None:
    points = scattered(60)
    trainer = Trainer(Experiment(data=drawn(points)))
    trainer.train(steps=5)
    weights = trainer.network.parameters.copy()
    more = points.edited(points=(*points.points, (0.1, 0.2, 1.0)))
    trainer.reconfigure(trainer.experiment.edited(data=drawn(more)))
    assert trainer.steps_done == 5
    assert (trainer.network.parameters == weights).all()
    assert len(trainer.data.x_train) + len(trainer.data.x_test) == 61


def test_a_curve_asks_for_the_height_over_one_input() -> None:
    data = load_data(drawn(PointsSpec(points=((0.1, 0.9, 0), (0.2, 0.8, 0)), task="number"), test_fraction=0.0))
    assert (data.names, data.target, data.task) == (("x",), "y", "regression")
    assert data.x_train[:, 0] == pytest.approx([0.1, 0.2])
    assert data.y_train[:, 0] == pytest.approx([0.9, 0.8])


@pytest.mark.parametrize("source", [source for source in SOURCES if source.generate], ids=lambda source: source.key)
def test_generated_points_become_points_of_the_plane_or_say_why_not(source: object) -> None:
    table = source.table(np.random.default_rng(0), 100, 0.1, 3)  # type: ignore[attr-defined]
    if source.key == "plane":  # type: ignore[attr-defined]
        with pytest.raises(DataError, match="Only classes on a plane"):
            PointsSpec.of(table)
        return
    points = PointsSpec.of(table)
    again = points.table()
    assert again.x == pytest.approx(table.x, abs=1e-4)
    assert again.y == pytest.approx(table.y, abs=1e-4)
    assert (again.columns, again.target, again.classes) == (table.columns, table.target, table.classes)
    assert points.plane[0] <= points.places[:, :2].min()
    assert points.plane[1] >= points.places[:, :2].max()
