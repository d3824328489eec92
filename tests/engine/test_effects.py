"""Effects: what the probe says is what the network answers when one column is set to other values, row by row."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence

from engine import Dense, Experiment, Trainer
from engine.data.derived import Derived
from engine.probes import TYPED, Wants
from engine.probing.effects import MOST, POINTS, SAMPLE, Effects, effects, varied
from engine.probing.table import PROBES


def trained(source: str = "wine", epochs: int = 5, **data: object) -> Trainer:
    """A small network after some epochs."""
    settings = {"data": {"source": source, **data}, "training": {"epochs": epochs}}
    trainer = Trainer(Experiment.model_validate(settings).with_layers((Dense(units=5, activation="tanh"),)))
    trainer.run(epochs=epochs)
    return trainer


def table_row(trainer: Trainer, row: int) -> np.ndarray:
    """The variables of a row of the table, in the user's units."""
    part, place = trainer.data.place(row) or ("", 0)
    return trainer.data.values(part)[place].copy()


@pytest.mark.parametrize("row", [0, 11, 150])
def test_an_effect_is_what_the_network_predicts_there(row: int) -> None:
    trainer = trained()
    found = effects(trainer, Wants(row=row), mean=False)
    for effect in found.effects:
        for point in (0, 7, POINTS - 1):
            values = table_row(trainer, row)
            values[effect.column.places[0]] = effect.column.values[point]
            wanted = trainer.predict(trainer.data.x_scaling.apply(values[None]))[0]
            assert effect.outputs[point] == pytest.approx(wanted, abs=1e-5)
    assert (found.row, found.step) == (row, trainer.steps_done)


def test_the_value_of_the_row_itself_is_known() -> None:
    trainer = trained()
    found = effects(trainer, Wants(row=11), mean=False)
    here = table_row(trainer, 11)
    assert [each.here for each in found.effects] == pytest.approx(
        [here[each.column.places[0]] for each in found.effects]
    )


class Asked(RegressorMixin, BaseEstimator):
    """A network as scikit-learn asks one: raw rows in, one output out."""

    def __init__(self, trainer: Trainer | None = None, output: int = 0) -> None:
        self.trainer, self.output = trainer, output

    def fit(self, x: np.ndarray, y: np.ndarray | None = None) -> Asked:
        """Nothing to fit."""
        self.fitted_ = True
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        """The answers to raw rows."""
        assert self.trainer is not None
        return self.trainer.predict(self.trainer.data.x_scaling.apply(x))[:, self.output]


@pytest.mark.parametrize("output", [0, 2])
def test_the_mean_is_the_partial_dependence_of_scikit_learn(output: int) -> None:
    trainer = trained("iris", test_fraction=0.7, features=None)
    rows = trainer.data.values("train")
    assert len(rows) <= SAMPLE
    found = effects(trainer, Wants(row=int(trainer.data.rows_train[0])), mean=True)
    for place, effect in enumerate(found.effects):
        wanted = partial_dependence(
            Asked(trainer, output).fit(rows), rows, [place], percentiles=(0, 1), grid_resolution=POINTS, method="brute",
            custom_values={place: effect.column.values},
        )  # fmt: skip
        assert effect.mean is not None
        assert effect.mean[:, output] == pytest.approx(wanted["average"][0], abs=1e-5)


def test_numbers_run_over_the_range_of_the_training_rows() -> None:
    trainer = trained()
    values = trainer.data.values("train")
    for each in varied(trainer.data):
        column = values[:, each.places[0]]
        assert (each.values[0], each.values[-1]) == pytest.approx((column.min(), column.max()), rel=1e-5)


def test_of_many_columns_the_most_influential_are_taken_with_those_of_the_plane() -> None:
    trainer = trained("digits")
    found = effects(trainer, Wants(row=4, plane=(0, 63)), mean=False)
    names = [each.column.name for each in found.effects]
    held, changes = table_row(trainer, 4), {}
    for each in varied(trainer.data, held):
        rows = np.repeat(held[None], 5, axis=0)
        rows[:, each.places[0]] = each.values[np.linspace(0, POINTS - 1, 5).astype(int)]
        answers = trainer.predict(trainer.data.x_scaling.apply(rows))
        changes[each.name] = float((answers.max(axis=0) - answers.min(axis=0)).max())
    best = sorted(changes, key=changes.__getitem__, reverse=True)
    assert (len(names), found.columns) == (MOST, 64)
    assert {trainer.data.names[0], trainer.data.names[63], *best[: MOST - 4]} <= set(names)


def patients() -> Trainer:
    """A network for a table with a colour, a number and a yes or no."""
    lines = [
        f"{['red', 'green', 'blue'][i % 3]},{i * 7 % 23},{['no', 'yes'][i % 2]},{'ab'[i % 5 < 2]}" for i in range(60)
    ]
    spec = {"source": "table", "table": {"text": "\n".join(["colour,size,smoker,kind", *lines])}}
    trainer = Trainer(Experiment.model_validate({"data": spec}))
    trainer.run(epochs=10)
    return trainer


def test_a_category_is_set_as_a_whole() -> None:
    trainer = patients()
    found = {each.column.name: each for each in effects(trainer, Wants(row=6), mean=False).effects}
    colour = found["colour"]
    assert list(found) == ["colour", "size", "smoker"]
    assert colour.column.labels == ("blue", "green", "red")
    for place, name in enumerate(colour.column.labels):
        answer = trainer.answer([{"colour": name, "size": 19.0, "smoker": "no"}])
        assert colour.outputs[place, 0] == pytest.approx(answer.numbers[0, 1], abs=1e-5)
    assert colour.column.labels[int(colour.here)] == "red"


def test_a_yes_or_no_has_its_two_words() -> None:
    trainer = patients()
    smoker = effects(trainer, Wants(row=6), mean=False).effects[2]
    assert smoker.column.labels == ("no", "yes")
    answer = trainer.answer([{"colour": "red", "size": 19.0, "smoker": "yes"}])
    assert smoker.outputs[1, 0] == pytest.approx(answer.numbers[0, 1], abs=1e-5)


def test_a_category_without_all_of_its_columns_offers_those_there_are() -> None:
    trainer = patients()
    features = ("colour = blue", "colour = red", "size")
    some = Trainer(trainer.experiment.with_value("data.features", features))
    assert [each.labels for each in varied(some.data)] == [("blue", "red"), ()]


def test_with_features_made_of_others_the_columns_are_varied() -> None:
    square = Derived(kind="square", columns=("x₁",))
    experiment = Experiment.model_validate({"data": {"source": "moons"}}).with_value("data.derived", (square,))
    trainer = Trainer(experiment)
    trainer.run(epochs=2)
    row = int(trainer.data.rows_test[0])
    found = effects(trainer, Wants(row=row), mean=False)
    assert [each.column.name for each in found.effects] == ["x₁", "x₂"]
    x = found.effects[0].column.values[3]
    values = table_row(trainer, row)
    inputs = np.array([[x, values[1], x * x]])
    assert found.effects[0].outputs[3] == pytest.approx(
        trainer.predict(trainer.data.x_scaling.apply(inputs))[0], abs=1e-5
    )


def test_a_typed_row_is_not_of_the_table_so_the_first_row_is_held() -> None:
    trainer = trained()
    assert effects(trainer, Wants(row=TYPED), mean=False).row == 0


def test_without_rows_there_are_no_effects() -> None:
    trainer = Trainer(Experiment.model_validate({"data": {"source": "drawn", "points": {"points": []}}}))
    found = effects(trainer, Wants(row=0), mean=True)
    assert (found.row, found.effects) == (-1, ())


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_network_that_has_diverged_answers_without_a_warning(value: float) -> None:
    trainer = trained("digits", epochs=1)
    trainer.network.parameters[:] = value
    assert len(effects(trainer, Wants(row=0), mean=True).effects) == MOST


@pytest.mark.parametrize("key", ["effects", "mean_effects"])
def test_the_probe_changes_nothing(key: str) -> None:
    trainer = trained()
    before = trainer.network.parameters.copy(), trainer.network.gradient.copy()
    answer = PROBES[key].measure(trainer, Wants(row=3), None)
    assert isinstance(answer, Effects)
    after = trainer.network.parameters, trainer.network.gradient
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
