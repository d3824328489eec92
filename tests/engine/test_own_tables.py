"""A table of one's own becomes a data set: which rows train, from files as they are, and how well it is learned."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import DataError, Dataset, DataSpec, Experiment, Trainer, load_data
from engine.answering import Predictor, appended
from engine.data.dataset import SCALES
from engine.data.derived import Derived
from engine.data.loading import prepare_table
from engine.data.opened import raw_table
from engine.data.raw import Column, RawTable
from engine.data.table_spec import ColumnSpec, TableSpec

RNG = np.random.default_rng(3)
ROWS = 90
AGES = RNG.integers(20, 80, ROWS)
KINDS = RNG.choice(["red", "green", "blue"], ROWS)
ILL = np.where(AGES + 20 * (KINDS == "red") + RNG.normal(0, 8, ROWS) > 55, "yes", "no")


def written(path: Path, **columns: Any) -> str:
    """A file with a header and a row for each value."""
    lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


@pytest.fixture
def patients(tmp_path: Path) -> str:
    """Ninety rows: an age, a colour, which part it belongs to, a year, and whether."""
    part = np.where(np.arange(ROWS) % 3 == 0, "test", "train")
    year = RNG.permutation(np.arange(1900, 1900 + ROWS))
    return as_text({"age": AGES, "colour": KINDS, "part": part, "year": year, "ill": ILL})


def as_text(columns: dict[str, Any]) -> str:
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))])


def spec_of(text: str, data: dict[str, Any] | None = None, **table: Any) -> DataSpec:
    return DataSpec.model_validate({"source": "table", "table": TableSpec(text=text, **table), **(data or {})})


def load(text: str, data: dict[str, Any] | None = None, **table: Any) -> Dataset:
    return load_data(spec_of(text, data, **table))


# -- the whole of it ---------------------------------------------------------------------------------


def test_a_table_becomes_named_inputs_and_classes(patients: str) -> None:
    data = load(patients)
    assert data.names == (
        "age",
        "colour = blue",
        "colour = green",
        "colour = red",
        "part = test",
        "part = train",
        "year",
    )
    assert (data.task, data.classes, data.target, data.columns) == ("binary", ("no", "yes"), "ill", data.names)
    assert (len(data.x_train), len(data.x_test)) == (63, 27)
    rows = np.concatenate([data.rows_train, data.rows_test])
    assert sorted(rows) == list(range(ROWS))
    assert [data.classes[k] for k in np.concatenate([data.y_train, data.y_test])] == list(ILL[rows])


@pytest.mark.parametrize("scale", [key for key, _ in SCALES])
def test_raw_rows_prepared_again_are_what_the_network_is_given(patients: str, scale: str) -> None:
    from engine.data.opened import raw_table

    spec = spec_of(patients, {"scale": scale})
    data, raw = load_data(spec), raw_table(spec.table or TableSpec(text="?"))
    np.testing.assert_array_equal(data.preparation.inputs(raw)[data.rows_train], data.x_train)
    np.testing.assert_array_equal(data.preparation.inputs(raw)[data.rows_test], data.x_test)
    np.testing.assert_allclose(
        data.x_scaling.undo(data.x_train), data.preparation.values(raw)[data.rows_train], rtol=1e-5, atol=1e-5
    )
    assert {data.x_train.dtype, data.x_test.dtype} == {np.dtype(np.float32)}


def test_a_network_learns_a_table_and_answers_in_its_words(patients: str) -> None:
    data = load(patients, target="ill", columns=(ColumnSpec(name="part", role="off"),))
    trainer = Trainer(Experiment().with_value("training.epochs", 60), data)
    trainer.run()
    answers = data.preparation.answers(trainer.predict(data.x_test))
    assert set(answers.labels) == {"yes", "no"}
    assert np.mean(np.array(answers.labels) == ILL[data.rows_test]) >= 0.75


def test_the_columns_switched_on_are_the_inputs(patients: str) -> None:
    data = load(patients, {"features": ("year", "colour = red")})
    assert (data.names, data.x_train.shape[1], len(data.columns)) == (("year", "colour = red"), 2, 7)
    with pytest.raises(DataError, match="there is no column 'height'"):
        load(patients, {"features": ("height",)})
    with pytest.raises(DataError, match="no input column is switched on"):
        load(patients, {"features": ()})


def test_a_problem_is_an_error_with_that_sentence() -> None:
    with pytest.raises(DataError, match="the target 'b' has only one class, 'x'"):
        load("a,b\n1,x\n2,x\n4,x", target="b")


# -- which rows train --------------------------------------------------------------------------------


def test_classes_keep_their_shares_unless_they_need_not(patients: str) -> None:
    shares = [
        [float((load(patients, {"seed": seed}, stratify=stratify).y_test == 1).mean()) for seed in range(8)]
        for stratify in (True, False)
    ]
    assert np.ptp(shares[0]) == 0
    assert np.ptp(shares[1]) > 0
    assert shares[0][0] == pytest.approx((ILL == "yes").mean(), abs=0.03)


def test_another_seed_holds_out_other_rows_and_the_same_one_the_same(patients: str) -> None:
    first, again, other = (load(patients, {"seed": seed}).rows_test for seed in (1, 1, 2))
    assert (first == again).all()
    assert set(first) != set(other)


@pytest.mark.parametrize(
    ("marked", "other"), [("test", "train"), ("1", "0"), ("yes", "no"), ("TRUE", "FALSE"), ("Test", "")]
)
def test_a_column_says_which_rows_are_held_out(marked: str, other: str) -> None:
    held_out = np.arange(ROWS) % 4 == 1
    text = as_text({"part": np.where(held_out, marked, other), "age": AGES, "ill": ILL})
    data = load(text, split="column", split_column="part")
    assert data.rows_test.tolist() == np.flatnonzero(held_out).tolist()
    assert data.names == ("age",)


@pytest.mark.parametrize(("values", "words"), [(["a", "b"], "marks no row"), (["test", "yes"], "marks all rows")])
def test_a_column_that_marks_no_row_or_all_is_refused(values: list[str], words: str) -> None:
    text = as_text({"part": np.resize(values, ROWS), "age": AGES, "ill": ILL})
    with pytest.raises(DataError, match=f"the column 'part' {words} for testing"):
        load(text, split="column", split_column="part")


def test_the_target_cannot_mark_the_rows(patients: str) -> None:
    with pytest.raises(DataError, match="the column 'ill' cannot be the target and say"):
        load(patients, split="column", split_column="ill", target="ill")


def test_the_first_rows_train_and_the_last_are_held_out(patients: str) -> None:
    data = load(patients, {"test_fraction": 0.2}, split="order")
    assert (data.rows_train.tolist(), data.rows_test.tolist()) == (list(range(72)), list(range(72, 90)))


def test_the_first_rows_of_an_order_train(patients: str) -> None:
    data = load(patients, {"test_fraction": 0.2, "scale": "none"}, split="order", order_column="year")
    years = data.names.index("year")
    assert np.concatenate([data.x_train, data.x_test])[:, years].tolist() == list(range(1900, 1990))


def test_rows_without_a_place_in_the_order_come_first_and_equal_ones_stay_as_they_are() -> None:
    text = "when,a,b\n3,1,1.5\n,2,2.5\n3,4,0.5\n1,5,8.5\n"
    data = load(text, {"test_fraction": 0.5}, split="order", order_column="when")
    assert (data.rows_train.tolist(), data.rows_test.tolist()) == ([1, 3], [0, 2])


# -- a second file -----------------------------------------------------------------------------------


def two_files(tmp_path: Path, **second: Any) -> DataSpec:
    first = written(tmp_path / "train.csv", age=AGES, colour=KINDS, ill=ILL)
    path = written(tmp_path / "test.csv", **second) if second else ""
    table = TableSpec.model_validate({"text": Path(first).read_text("utf-8"), "split": "file", "test_path": path})
    return DataSpec(source="table", table=table, features=None, scale="none")


def test_the_test_rows_may_be_in_a_second_file(tmp_path: Path) -> None:
    spec = two_files(tmp_path, ill=["no", "yes", ""], colour=["violet", "red", "red"], age=[33, 44, 55], more=[1, 2, 3])
    data = load_data(spec)
    assert (data.rows_train.tolist(), data.rows_test.tolist()) == (list(range(ROWS)), [ROWS, ROWS + 1])
    np.testing.assert_array_equal(data.x_test, [[33, 0, 0, 0], [44, 0, 0, 1]])
    assert data.y_test.tolist() == [0, 1]


def test_a_second_file_without_a_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no column 'colour'; it has age, ill"):
        load_data(two_files(tmp_path, age=[1, 2], ill=["no", "yes"]))


def test_a_second_file_with_another_class_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"row 2 of .*, target 'ill' is 'perhaps', which is none of the classes to learn: no, yes"
    ):
        load_data(two_files(tmp_path, age=[1, 2], colour=["red", "red"], ill=["no", "perhaps"]))


def test_a_second_file_whose_target_has_no_logarithm_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "test.csv", a=[1.5, 2.5], b=[3, -2])
    table = TableSpec(text="a,b\n1,2.5\n2,3.5\n4,9.25", target_log=True, split="file", test_path=path)
    with pytest.raises(DataError, match="row 2, target 'b' is -2, and log"):
        load_data(DataSpec(source="table", table=table, features=None))


def test_a_second_file_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="choose the second file"):
        load_data(two_files(tmp_path))


@pytest.mark.parametrize(
    ("ages", "words"),
    [([], "test.csv has no rows"), (["?", "old"], "no row of test.csv has all values")],
)
def test_a_second_file_without_a_row_to_test_with_is_refused(tmp_path: Path, ages: list[str], words: str) -> None:
    rows = len(ages)
    with pytest.raises(DataError, match=f"{words}, so there is nothing to test with; "):
        load_data(two_files(tmp_path, age=ages, colour=["red"] * rows, ill=["no"] * rows))


@pytest.mark.parametrize(
    ("values", "changes", "words"),
    [
        ([1, 2, 3e20], {"derived": (Derived(kind="square", columns=("a",)),), "scale": "none"}, "row 3, input 'a²'"),
        # The last row is held out, and scaled by what the others have.
        ([0.001, 0.002, 0.003, 0.004, 3e37], {"scale": "robust", "test_fraction": 0.2}, "row 5, input 'a'"),
    ],
)
def test_an_input_that_becomes_endless_is_refused(values: list[float], changes: dict[str, Any], words: str) -> None:
    text = as_text({"a": values, "t": [0.5 * i for i in range(len(values))]})
    with pytest.raises(DataError, match=f"{words} is beyond 3e38; scale it otherwise or switch it off"):
        load(text, {"test_fraction": 0.0, **changes}, split="order")


def test_more_inputs_than_fit_into_the_memory_are_refused_before_they_are_made(
    patients: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Seven inputs and two classes of 90 rows, in single precision, three times.
    monkeypatch.setattr("engine.data.typed.free_memory", lambda: 9 * 90 * 4 * 3)
    assert len(load(patients).x_train)
    monkeypatch.setattr("engine.data.typed.free_memory", lambda: 9 * 90 * 4 * 3 - 1)
    with pytest.raises(DataError, match="which is room for about 89 of its 90 rows; take fewer rows or columns"):
        load(patients)


def test_answers_to_no_rows_have_the_names_of_answers_to_rows(patients: str) -> None:
    trainer = Trainer(Experiment(data=spec_of(patients)))
    predictor, raw = Predictor(trainer.network, trainer.data.preparation), raw_table(spec_of(patients).table)
    named = [appended(rows, predictor.answers(rows)).names for rows in (raw, raw.take(np.array([], np.int64)))]
    assert named[1] == named[0] == (*raw.names, "prediction", "probability no", "probability yes")


# -- how well it is learned --------------------------------------------------------------------------


def test_preparing_needs_little_more_memory_than_the_inputs_take(monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc

    values = np.random.default_rng(0).normal(size=(20, 50_000))
    raw = RawTable(tuple(Column(f"c{i}", "number", row) for i, row in enumerate(values)))
    table = TableSpec(path="a.csv")
    monkeypatch.setattr("engine.data.preparation._BLOCK_VALUES", 1 << 15)
    tracemalloc.start()
    data = prepare_table(raw, table, DataSpec(source="table", table=table, features=None))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert data.x_train.shape == (35_000, 19)
    # The inputs themselves are half as large as the table; all of it in double precision would be as large again.
    assert peak <= 0.9 * values.nbytes


def test_the_time_to_prepare_a_table_grows_with_its_columns_and_not_with_their_square() -> None:
    def seconds(columns: int) -> float:
        values = np.random.default_rng(0).normal(size=(columns, 20))
        raw = RawTable(tuple(Column(f"c{i}", "number", row) for i, row in enumerate(values)))
        table = TableSpec(path="a.csv")
        started = time.process_time()
        prepare_table(raw, table, DataSpec(source="table", table=table, features=None))
        return time.process_time() - started

    # Eight times as many columns take about eight times as long; looked for one by one they took thirty times. On a
    # busy machine one measurement may say anything, so that one good one among some is enough.
    assert any(seconds(8_000) / seconds(1_000) < 14 for _ in range(5))
