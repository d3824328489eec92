"""Raw rows go in, answers in the user's words and units come out; the network's own outputs are the measure."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.answering import Predictor, appended, as_csv, row_in_words, typical_row
from engine.data.dataset import Dataset
from engine.data.preparation import Answers, Preparation, PreparedColumn, PreparedTarget, dates_in_parts
from engine.data.raw import Column, RawTable
from engine.data.table import DataError
from engine.data.table_spec import TableSpec
from engine.experiment import DataSpec, Experiment
from engine.layers import BatchNorm, Dense, Dropout
from engine.probes import TYPED, Question, Wants, trace, trace_typed
from engine.runner import Apply, Runner, Train
from engine.snapshot import Snapshot
from engine.trainer import Trainer


def trained(source: str, **training: object) -> Trainer:
    """A network that has learned a little."""
    experiment = Experiment(data=DataSpec(source=source)).with_value("training.epochs", 5)
    trainer = Trainer(experiment.edited(training=experiment.training.edited(**training)))
    trainer.run()
    return trainer


def raw_rows(trainer: Trainer) -> RawTable:
    """The training rows in the user's units."""
    data = trainer.data
    values = data.x_scaling.undo(data.x_train)
    return RawTable(tuple(Column(name, "number", values[:, i]) for i, name in enumerate(data.names)), "rows")


@pytest.mark.parametrize("source", ["iris", "wine"])
def test_classes_are_answered_in_words_with_the_share_of_each(source: str) -> None:
    trainer = trained(source)
    found = Predictor(trainer.network, trainer.data.preparation).answers(raw_rows(trainer))
    outputs = trainer.predict(trainer.data.x_train)
    assert found.numbers == pytest.approx(outputs, abs=1e-5)
    assert found.labels == tuple(trainer.data.classes[k] for k in outputs.argmax(axis=1))


def test_a_single_output_answers_for_both_classes() -> None:
    trainer = trained("moons")
    found = Predictor(trainer.network, trainer.data.preparation).answers(raw_rows(trainer))
    yes = trainer.predict(trainer.data.x_train)[:, 0]
    assert found.numbers == pytest.approx(np.stack([1 - yes, yes], axis=1), abs=1e-5)
    assert found.labels == tuple(trainer.data.classes[int(share >= 0.5)] for share in yes)


def test_a_loss_that_decides_at_zero_says_yes_from_zero_on() -> None:
    trainer = trained("moons", loss="hinge")
    predictor = Predictor(trainer.network, trainer.data.preparation)
    found = predictor.answers(raw_rows(trainer)).labels
    assert found == tuple(trainer.data.classes[int(z >= 0)] for z in trainer.predict(trainer.data.x_train)[:, 0])
    assert not predictor.gives_probabilities


def test_a_number_is_answered_in_the_units_of_the_table() -> None:
    trainer = trained("diabetes")
    found = Predictor(trainer.network, trainer.data.preparation).answers(raw_rows(trainer))
    assert found.labels == ()
    wanted = trainer.data.y_scaling.undo(trainer.predict(trainer.data.x_train))
    assert found.numbers == pytest.approx(wanted, rel=1e-3)
    assert found.numbers.std() > 10.0


def test_a_large_table_is_answered_like_its_parts() -> None:
    trainer = trained("moons")
    x = np.random.default_rng(0).normal(size=(40_000, 2)).astype(np.float32)
    predictor = Predictor(trainer.network, trainer.data.preparation)
    assert np.array_equal(predictor.answers_to(x).numbers[:, 1], trainer.predict(x)[:, 0].astype(np.float64))


def test_a_trainer_answers_rows_of_values_by_name() -> None:
    trainer = trained("iris")
    found = trainer.answer([{"petal width (cm)": 0.2, "petal length (cm)": 1.4, "comment": "extra"}])
    assert found.labels == ("setosa",)


def test_a_row_that_lacks_a_value_is_refused_by_name() -> None:
    with pytest.raises(DataError, match=r"row 2, column 'petal width \(cm\)' has no value"):
        trained("iris").answer(
            [{"petal length (cm)": 1.0, "petal width (cm)": 1.0}, {"petal length (cm)": 1.0}],
        )


CLASSES = Answers(("b", "a"), np.array([[0.25, 0.75], [0.9, 0.1]]), ("a", "b"))


def test_answers_are_appended_as_columns() -> None:
    raw = RawTable((Column("x", "number", np.array([1.0, 2.0])),), "t")
    found = appended(raw, CLASSES)
    assert found.names == ("x", "prediction", "probability a", "probability b")
    assert [found.column("prediction").text(row) for row in range(2)] == ["b", "a"]
    assert found.column("probability b").values.tolist() == [0.75, 0.1]


def test_outputs_that_are_no_probabilities_are_not_called_so() -> None:
    raw = RawTable((Column("x", "number", np.array([1.0, 2.0])),), "t")
    assert appended(raw, CLASSES, probabilities=False).names[2:] == ("output a", "output b")


def test_a_column_of_the_table_is_never_replaced() -> None:
    raw = RawTable(tuple(Column(name, "number", np.zeros(1)) for name in ("prediction", "prediction 2")), "t")
    assert appended(raw, Answers((), np.array([[7.0]]), ("y",))).names[2:] == ("prediction 3",)


def test_several_numbers_have_a_column_each() -> None:
    raw = RawTable((Column("x", "number", np.zeros(1)),), "t")
    assert appended(raw, Answers((), np.array([[7.0, 8.0]]), ("y",))).names[1:] == ("prediction 1", "prediction 2")


def test_csv_is_read_back_as_it_was() -> None:
    words = ("plain", 'says "no", twice', "two\nlines")
    codes = np.array([2, -1, 0, 1] * 9000, np.int32)
    numbers = np.where(np.arange(36_000) % 5 == 0, np.nan, np.arange(36_000) / 7)
    raw = RawTable((Column("a, b", "text", codes, words), Column("n", "number", numbers)), "t")
    rows = list(csv.reader(StringIO(as_csv(raw), newline="")))
    assert rows[0] == ["a, b", "n"]
    assert [row[0] for row in rows[1:]] == ["" if code < 0 else words[code] for code in codes]
    assert np.array([float(row[1] or "nan") for row in rows[1:]]) == pytest.approx(numbers, nan_ok=True)


def test_a_table_without_rows_is_written_with_its_names() -> None:
    raw = RawTable((Column("n", "number", np.zeros(0)),), "t")
    assert as_csv(raw) == "n\n"
    assert as_csv(raw, names=False) == ""


MIXED = Preparation(
    columns=(
        PreparedColumn(name="size", variables=("size",), low=1.0, high=9.0, typical=4.0),
        PreparedColumn(name="colour", kind="category", variables=("red", "blue"), labels=("red", "blue"), typical=1.0),
        PreparedColumn(name="day", kind="date", variables=("year",), date_parts=("year",), typical=86_400.0),
        PreparedColumn(name="owner", kind="yes_no", variables=("owner",), labels=("no", "yes"), typical=0.0),
    ),
    names=("size", "red", "blue", "year", "owner"),
    shift=(0.0,) * 5,
    factor=(1.0,) * 5,
    target=PreparedTarget(name="y"),
    task="regression",
)


def test_the_typical_row_is_in_the_users_words() -> None:
    assert typical_row(MIXED) == {"size": 4.0, "colour": "blue", "day": "1970-01-02", "owner": "no"}


def test_inputs_are_turned_back_into_the_row_they_came_from() -> None:
    found = row_in_words(MIXED, MIXED.names, np.array([5.2500001, 1.0, 0.0, 1999.0, 1.0]))
    assert found == {"size": 5.25, "colour": "red", "day": "1999-01-01", "owner": "yes"}


def test_what_the_inputs_do_not_tell_is_typical() -> None:
    found = row_in_words(MIXED, ("size",), np.array([5.25]))
    assert found == {"size": 5.25, "colour": "blue", "day": "1970-01-02", "owner": "no"}


@pytest.mark.parametrize(("red", "wanted"), [(1.0, "red"), (0.0, "blue")])
def test_some_categories_switched_on_tell_the_others(red: float, wanted: str) -> None:
    assert row_in_words(MIXED.edited(columns=(MIXED.columns[1].edited(typical=0.0),)), ("red",), np.array([red])) == {
        "colour": wanted
    }


def day_behind(parts: dict[str, float], typical: str = "2020-06-15") -> str:
    """The date that is filled in for some parts of it."""
    names = tuple(f"day: {part}" for part in parts)
    seconds = float(np.datetime64(typical, "s").astype(int))
    column = PreparedColumn(name="day", kind="date", variables=names, date_parts=tuple(parts), typical=seconds)
    count = (0.0,) * len(names)
    target = PreparedTarget(name="y")
    preparation = Preparation(columns=(column,), names=names, shift=count, factor=count, target=target)
    return str(row_in_words(preparation, names, np.array(list(parts.values())))["day"])


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        ({"year": 2024, "month": 2, "day": 29}, "2024-02-29"),
        ({"year": 2024, "month": 6, "weekday": 3}, "2024-06-06"),
        ({"year": 2024, "month": 6}, "2024-06-01"),
        ({"year": 2023, "weekday": 0}, "2023-01-02"),
        ({"year": 1931, "month": 12, "day": 31, "hour": 17}, "1931-12-31 17:00:00"),
        ({"month": 2, "day": 29, "weekday": 0}, "2044-02-29"),
        ({"year": 2023, "month": 2, "day": 29}, "2020-06-15"),
        ({"days": 19000.0004, "year": 2022}, "2022-01-08"),
        ({"days": 19000.52}, "2022-01-08 12:29:00"),
    ],
)
def test_a_date_is_filled_in_that_has_the_same_parts(parts: dict[str, float], wanted: str) -> None:
    assert day_behind(parts) == wanted


PARTS = ("year", "month", "day", "weekday", "hour", "days")


@given(
    seconds=st.integers(-3_000_000_000, 4_000_000_000),
    parts=st.lists(st.sampled_from(PARTS), min_size=1, unique=True),
    typical=st.dates(date(1900, 1, 1), date(2100, 1, 1)),
)
def test_the_date_that_is_filled_in_gives_the_inputs_of_the_row(seconds: int, parts: list[str], typical: date) -> None:
    moment = np.array([seconds // 3600 * 3600.0])
    wanted = dates_in_parts(moment, parts)[0]
    found = day_behind(dict(zip(parts, wanted.tolist(), strict=True)), str(typical))
    again = float(np.datetime64(found.replace(" ", "T"), "s").astype(int))
    assert dates_in_parts(np.array([again]), parts)[0] == pytest.approx(wanted)


def test_the_answer_to_a_row_that_is_filled_in_is_that_of_the_row(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    lines = ["n,colour,owner,day,rank,y"]
    for place in range(90):
        number = "" if place % 7 == 0 else f"{rng.normal():.3f}"
        day = np.datetime64("2021-03-01") + int(rng.integers(900))
        words = (
            rng.choice(["red", "green", "blue"]),
            rng.choice(["yes", "no"]),
            day,
            rng.choice(["low", "mid", "top"]),
        )
        lines.append(",".join(map(str, (number, *words, rng.normal()))))
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines))
    table = TableSpec(path=str(path)).with_column("n", missing="mean", indicator=True)
    table = table.with_column("rank", encoding="ordinal", missing="most_frequent", indicator=True)
    for features in (None, ("n", "n is missing", "colour = red", "owner", "day: month", "rank")):
        data = Trainer(Experiment(data=DataSpec(source="table", features=features, table=table))).data
        filled = [row_in_words(data.preparation, data.names, values) for values in data.x_scaling.undo(data.x_train)]
        raw = RawTable.from_rows(tuple(column.name for column in data.preparation.columns), filled)
        assert data.preparation.inputs(raw) == pytest.approx(data.x_train, abs=1e-4)
        assert {row["n"] is None for row in filled} == {True, False}


# -- a typed row, beside the training --------------------------------------------------------------


def typed_row(data: Dataset, place: int) -> tuple[tuple[str, float], ...]:
    """A training row as it could be typed."""
    values = data.x_scaling.undo(data.x_train[[place]])[0]
    return tuple(zip(data.names, values.tolist(), strict=True))


def test_a_typed_row_takes_the_way_of_the_same_row_of_the_table() -> None:
    trainer = trained("iris")
    row = int(trainer.data.rows_train[3])
    typed = typed_row(trainer.data, 3)
    found = trace_typed(trainer.network, trainer.data, Question().answer(trainer.network, trainer.data, typed))
    wanted = trace(trainer.network, trainer.data, row)
    assert found is not None
    assert wanted is not None
    assert (found.row, found.part, found.truth) == (TYPED, "", "")
    for ours, theirs in zip(found.a, wanted.a, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-5)


def test_a_typed_row_that_cannot_be_answered_says_why_without_a_row_number() -> None:
    trainer = trained("iris")
    typed = (("petal length (cm)", "long"), ("petal width (cm)", 1.0))
    found = Question().answer(trainer.network, trainer.data, typed)
    assert found.answers is None
    assert found.problem.startswith("column 'petal length (cm)'")
    assert trace_typed(trainer.network, trainer.data, found) is None


def test_a_typed_row_is_answered_anew_as_the_network_learns() -> None:
    trainer = Trainer(Experiment())
    question, typed = Question(), typed_row(trainer.data, 0)
    before = question.answer(trainer.network, trainer.data, typed)
    trainer.run(epochs=5)
    after = question.answer(trainer.network, trainer.data, typed)
    assert before.answers is not None
    assert after.answers is not None
    assert after.x is before.x
    assert abs(after.answers.numbers - before.answers.numbers).max() > 0.01


def reported(experiment: Experiment, wants: Wants) -> tuple[Snapshot, Trainer]:
    """What the training thread says after an epoch, and a trainer that has gone the same way."""
    runner = Runner()
    runner.post(Apply(experiment=experiment, wants=wants))
    runner.wait(60)
    runner.post(Train(until_epoch=1, wants=wants))
    report = runner.wait(60)
    runner.close()
    assert isinstance(report, Snapshot)
    trainer = Trainer(experiment)
    trainer.epoch()
    return report, trainer


def test_a_snapshot_answers_the_typed_row_and_traces_it_when_asked() -> None:
    data = Trainer(Experiment()).data
    wants = Wants(row=TYPED, typed=typed_row(data, 0))
    snapshot, trainer = reported(Experiment(), wants)
    assert snapshot.trace is not None
    assert snapshot.answered is not None
    assert snapshot.answered.answers is not None
    assert snapshot.trace.row == TYPED
    assert snapshot.answered.answers.numbers[0] == pytest.approx(trainer.predict(data.x_train[:1])[0], abs=1e-5)
    plain, _ = reported(Experiment(), replace(wants, row=2, typed=None))
    assert plain.answered is None
    assert plain.trace is not None
    assert plain.trace.row == 2


def test_a_snapshot_answers_with_the_statistics_of_its_stages() -> None:
    layers = (BatchNorm(), Dense(units=6), Dropout(), Dense(units=5))
    snapshot, trainer = reported(Experiment().with_layers(layers), Wants())
    answers = snapshot.predictor.answers_to(trainer.data.x_train)
    assert np.array_equal(answers.numbers, trainer.predict(trainer.data.x_train).astype(np.float64))
    assert trainer.network.statistics.size
