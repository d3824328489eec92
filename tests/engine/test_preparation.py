"""The preparation of tables, against the transformers of scikit-learn; what it does with rows it never saw."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

from engine import DataError, Dataset, DataSpec
from engine.data.converting import UNSEEN, as_dates, as_numbers, as_places, number_in, words_in
from engine.data.derived import Derived
from engine.data.loading import prepare_table
from engine.data.preparation import Preparation
from engine.data.raw import Column, RawTable
from engine.data.scaling import SCALES
from engine.data.table_spec import ColumnSpec, TableSpec

PEERS: dict[str, Any] = {
    "standard": StandardScaler,
    "minmax": MinMaxScaler,
    "robust": RobustScaler,
    "none": FunctionTransformer,
}
WORDS = ["red", "green", "blue", "sea green"]
numbers = st.one_of(st.none(), st.floats(-1e6, 1e6).map(lambda value: round(value, 3)))


def table(**columns: list[Any]) -> RawTable:
    names = list(columns)
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return RawTable.from_rows(names, rows, "a table")


def prepare(
    raw: RawTable, *columns: ColumnSpec, test: int = 0, data: dict[str, Any] | None = None, **spec: Any
) -> Dataset:
    """A data set whose last ``test`` rows are held out."""
    described = TableSpec(path="a.csv", columns=columns, split="order", target="y", target_kind="number", **spec)
    asked = {"features": None, "scale": "none", "test_fraction": test / raw.rows, **(data or {})}
    return prepare_table(raw, described, DataSpec(source="table", table=described, **asked))


def target(rows: int) -> list[float]:
    """A target for any number of rows, none of which is left out."""
    return [float(row) + 0.25 for row in range(rows)]


def as_frame(values: list[Any]) -> NDArray[Any]:
    return np.array([[np.nan if value is None else value] for value in values], object)


# -- numbers -----------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.lists(numbers, min_size=6, max_size=30),
    st.sampled_from([key for key, _ in SCALES]),
    st.sampled_from(["mean", "median", "most_frequent"]),
    st.integers(1, 3),
    st.booleans(),
)
def test_numbers_are_filled_and_scaled_as_scikit_learn_does(
    values: list[float | None], scale: str, missing: str, test: int, indicator: bool
) -> None:
    values[:2] = [1.0, 2.5]
    said = ColumnSpec(name="a", kind="number", role="input", missing=missing, indicator=indicator)
    data = prepare(table(a=values, y=target(len(values))), said, test=test, data={"scale": scale})
    train = np.array(values[: len(values) - test], float)[:, None]
    rest = np.array(values[len(values) - test :], float)[:, None]
    fill, peer = SimpleImputer(strategy=missing).fit(train), PEERS[scale]()
    expected = peer.fit_transform(fill.transform(train)), peer.transform(fill.transform(rest))
    for found, wanted, given_values in zip((data.x_train, data.x_test), expected, (train, rest), strict=True):
        np.testing.assert_allclose(found[:, :1], wanted, rtol=1e-5, atol=1e-5 * max(1.0, np.abs(wanted).max()))
        if indicator:
            np.testing.assert_array_equal(found[:, 1:], np.isnan(given_values))


def test_zeros_that_stand_for_missing_values_are_filled_and_count_nowhere() -> None:
    said = ColumnSpec(name="a", zeros_missing=True, missing="mean", indicator=True)
    data = prepare(table(a=[0, 2, 4, 0, 6], y=target(5)), said)
    np.testing.assert_array_equal(data.x_train, [[4, 1], [2, 0], [4, 0], [4, 1], [6, 0]])
    assert data.preparation.columns[0].low == 2


def test_rows_without_a_value_are_left_out_and_the_others_keep_their_numbers() -> None:
    raw = table(a=[1, None, 3, 4, 5, 6], b=[1, 2, 3, None, 5, 6], y=[1.5, 2, 3, 4, 5.5, None])
    data = prepare(raw, ColumnSpec(name="a", missing="drop"), ColumnSpec(name="b", missing="drop"), test=2)
    assert (data.rows_train.tolist(), data.rows_test.tolist()) == ([0, 2], [4])


def test_a_switched_off_column_leaves_no_row_out() -> None:
    raw = table(a=[1, None, 3], b=[1, 2, 4], y=target(3))
    data = prepare(raw, ColumnSpec(name="a", role="off"))
    assert (data.names, len(data.rows_train)) == (("b",), 3)


def test_each_column_may_be_scaled_in_its_own_way() -> None:
    raw = table(a=[1, 2, 6], b=[5, 7, 9], c=["x", "y", "x"], y=target(3))
    said = (ColumnSpec(name="a", scale="none"), ColumnSpec(name="c", scale="minmax"))
    data = prepare(raw, *said, data={"scale": "standard"})
    np.testing.assert_allclose(data.x_train[:, 0], [1, 2, 6])
    np.testing.assert_allclose(data.x_train[:, 1], np.array([-1, 0, 1]) * np.sqrt(1.5), rtol=1e-6)
    np.testing.assert_array_equal(data.x_train[:, 2:], [[1, 0], [0, 1], [1, 0]])


def test_what_is_zero_or_one_stays_so_unless_a_scaling_is_chosen_for_the_column() -> None:
    raw = table(a=["x", "y", "x"], b=["yes", "no", "no"], y=target(3))
    plain = prepare(raw, data={"scale": "standard"})
    np.testing.assert_array_equal(plain.x_train, [[1, 0, 1], [0, 1, 0], [1, 0, 0]])
    chosen = prepare(raw, ColumnSpec(name="a", scale="standard"), data={"scale": "standard"})
    expected = StandardScaler().fit_transform([[1, 0], [0, 1], [1, 0]])
    np.testing.assert_allclose(chosen.x_train[:, :2], expected, rtol=1e-6)


# -- categories --------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([None, *WORDS]), min_size=6, max_size=30),
    st.lists(st.sampled_from([None, "violet", *WORDS]), min_size=1, max_size=5),
)
def test_categories_are_one_hot_as_in_scikit_learn(train: list[Any], rest: list[Any]) -> None:
    train[:2] = ["red", "green"]
    said = ColumnSpec(name="a", kind="category", missing="most_frequent")
    data = prepare(table(a=train + rest, y=target(len(train + rest))), said, test=len(rest))
    fill = SimpleImputer(strategy="most_frequent").fit(as_frame(train))
    peer = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(fill.transform(as_frame(train)))
    np.testing.assert_array_equal(data.x_train, peer.transform(fill.transform(as_frame(train))))
    np.testing.assert_array_equal(data.x_test, peer.transform(fill.transform(as_frame(rest))))
    assert data.names == tuple(f"a = {label}" for label in peer.categories_[0])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([None, *WORDS]), min_size=6, max_size=30), st.sampled_from([key for key, _ in SCALES]))
def test_categories_are_places_as_in_scikit_learn(train: list[Any], scale: str) -> None:
    train[:2] = ["red", "green"]
    rest = ["violet", *WORDS, None]
    said = ColumnSpec(name="a", kind="category", missing="most_frequent", encoding="ordinal")
    raw = table(a=train + rest, y=target(len(train + rest)))
    data = prepare(raw, said, test=len(rest), data={"scale": scale})
    fill = SimpleImputer(strategy="most_frequent").fit(as_frame(train))
    usual = fill.statistics_[0]
    peer, scaling = OrdinalEncoder().fit(fill.transform(as_frame(train))), PEERS[scale]()
    wanted = scaling.fit_transform(peer.transform(fill.transform(as_frame(train))))
    known = [usual if word is None or word not in peer.categories_[0] else word for word in rest]
    np.testing.assert_allclose(data.x_train, wanted, atol=1e-6)
    np.testing.assert_allclose(data.x_test, scaling.transform(peer.transform(as_frame(known))), atol=1e-6)


def test_missing_values_may_be_a_category_of_their_own() -> None:
    said = ColumnSpec(name="a", missing="category")
    data = prepare(table(a=["x", None, "y", "x", None], y=target(5)), said, test=1)
    assert data.names == ("a = x", "a = y", "a is missing")
    np.testing.assert_array_equal(data.x_train, [[1, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]])
    np.testing.assert_array_equal(data.x_test, [[0, 0, 1]])


def test_missing_yes_or_no_with_a_category_of_its_own_is_told_beside_it() -> None:
    data = prepare(table(a=["yes", None, "no", "no"], y=target(4)), ColumnSpec(name="a", missing="category"))
    np.testing.assert_array_equal(data.x_train, [[1, 0], [0, 1], [0, 0], [0, 0]])
    assert data.names == ("a", "a is missing")


def test_a_number_column_may_be_a_category() -> None:
    data = prepare(table(a=[3, 10, 3.5, 10], y=target(4)), ColumnSpec(name="a", kind="category"))
    assert data.names == ("a = 3", "a = 3.5", "a = 10")
    np.testing.assert_array_equal(data.x_train.argmax(axis=1), [0, 2, 1, 2])


def test_a_text_column_may_be_a_number_and_what_is_none_is_missing() -> None:
    data = prepare(
        table(a=["1,5", "two", "2.5", " 4 "], y=target(4)), ColumnSpec(name="a", kind="number", missing="mean")
    )
    np.testing.assert_allclose(data.x_train[:, 0], [1.5, 8 / 3, 2.5, 4], rtol=1e-6)


def test_names_of_inputs_are_different() -> None:
    raw = table(a=["x", "y", "x"], y=target(3))
    other = Column("a = x", "number", np.array([1.0, 2.0, 4.0]))
    data = prepare(RawTable((raw.columns[0], other, raw.columns[1])))
    assert data.names == ("a = x", "a = y", "a = x (2)")


# -- dates -------------------------------------------------------------------------------------------

seconds = st.integers(-2_000_000_000, 4_000_000_000)
PARTS = ("year", "month", "day", "weekday", "hour", "days")


@settings(max_examples=60, deadline=None)
@given(st.lists(seconds, min_size=3, max_size=10, unique=True))
def test_dates_become_the_parts_that_a_calendar_gives(moments: list[int]) -> None:
    column = Column("a", "date", np.array(moments, float))
    raw = RawTable((column, *table(y=target(len(moments))).columns))
    data = prepare(raw, ColumnSpec(name="a", date_parts=PARTS))
    for row, moment in zip(data.x_train, moments, strict=True):
        day = datetime.fromtimestamp(moment, UTC)
        parts = [day.year, day.month, day.day, day.weekday(), day.hour, moment / 86400]
        np.testing.assert_allclose(row, parts, rtol=1e-6, atol=1e-3)
    assert data.names == tuple(f"a: {part}" for part in PARTS)


def test_a_missing_date_is_the_median_of_the_others() -> None:
    column = Column("a", "date", np.array([0.0, np.nan, 86400.0 * 31, 86400.0 * 62]))
    raw = RawTable((column, *table(y=target(4)).columns))
    data = prepare(raw, ColumnSpec(name="a", date_parts=("month", "days")))
    np.testing.assert_array_equal(data.x_train, [[1, 0], [2, 31], [2, 31], [3, 62]])


# -- only the training rows --------------------------------------------------------------------------

MIXED: dict[str, list[Any]] = {
    "a": [1.5, 2, None, 4, 5, 6.25, 7, 8],
    "b": ["x", "y", "x", None, "z", "x", "y", "z"],
    "c": ["no", "yes", "yes", "no", None, "yes", "no", "yes"],
    "d": [0, 20, 30, 40, 50, 60, 70, 81],
    "y": target(8),
}
SAID = (
    ColumnSpec(name="a", kind="number", missing="mean"),
    ColumnSpec(name="b", kind="category", missing="most_frequent"),
    ColumnSpec(name="c", kind="yes_no", missing="most_frequent"),
    ColumnSpec(name="d", kind="number", zeros_missing=True, missing="median", scale="robust"),
)


def changed(rest: dict[str, list[Any]]) -> RawTable:
    """The mixed table with other values in its last two rows."""
    return table(**{name: [*values[:6], *rest.get(name, values[6:])] for name, values in MIXED.items()})


def test_changing_the_test_rows_changes_nothing_that_was_fitted() -> None:
    wild = {"a": [1e6, None], "b": ["violet", None], "c": ["yes", "yes"], "d": [-1e6, 0], "y": [1e5, -1e5]}
    first, second = (prepare(changed(rest), *SAID, test=2, data={"scale": "standard"}) for rest in ({}, wild))
    assert first.preparation == second.preparation
    np.testing.assert_array_equal(first.x_train, second.x_train)
    np.testing.assert_array_equal(first.y_train, second.y_train)
    assert not np.array_equal(first.x_test, second.x_test)


def test_changing_the_training_rows_changes_what_was_fitted() -> None:
    values = {**MIXED, "a": [100.0, *MIXED["a"][1:]]}
    assert prepare(table(**values), *SAID, test=2).preparation != prepare(changed({}), *SAID, test=2).preparation


# -- new rows ----------------------------------------------------------------------------------------


@pytest.fixture
def mixed() -> Dataset:
    return prepare(changed({}), *SAID, test=2, data={"scale": "standard"})


def test_a_preparation_survives_json_exactly(mixed: Dataset) -> None:
    again = Preparation.model_validate_json(mixed.preparation.model_dump_json())
    assert again == mixed.preparation
    np.testing.assert_array_equal(again.inputs(changed({}))[mixed.rows_test], mixed.x_test)


def test_columns_of_new_rows_may_come_in_any_order_among_others(mixed: Dataset) -> None:
    names = ["more", "d", "b", "y", "c", "a"]
    raw = table(**{name: MIXED.get(name, ["?"] * 8) for name in names})
    np.testing.assert_array_equal(mixed.preparation.inputs(raw)[mixed.rows_train], mixed.x_train)


def test_new_rows_need_no_target(mixed: Dataset) -> None:
    row = {"a": 4, "b": "z", "c": "no", "d": 40}
    assert mixed.preparation.inputs(RawTable.from_rows(list(row), [row])).shape == (1, 6)


def test_numbers_may_come_as_text_and_text_as_numbers() -> None:
    raw = table(a=[1, 2, 4, 7], b=["10", "20", "20", "x"], c=[0, 1, 1, 0], y=target(4))
    prepared = prepare(raw, ColumnSpec(name="b", kind="category")).preparation
    for b in ([10, 20.0], ["10.0", "20"]):
        other = table(a=["4", "7,0"], b=b, c=["yes", "false"])
        np.testing.assert_array_equal(prepared.inputs(other), [[4, 1, 0, 0, 1], [7, 0, 1, 0, 0]])


def test_a_value_that_is_missing_without_a_replacement_names_row_and_column() -> None:
    prepared = prepare(table(a=[1, 2, 4], b=["x", "y", "x"], y=target(3))).preparation
    with pytest.raises(DataError, match="row 2, column 'a' has no value that can be used; give it a number"):
        prepared.inputs(table(a=[1, None], b=["x", "x"]))
    with pytest.raises(DataError, match="row 1, column 'b' has no value that can be used; give it a value such as 'x'"):
        prepared.inputs(table(a=[1, 2], b=[None, "x"]))


def test_an_endless_number_names_row_and_column() -> None:
    prepared = prepare(table(a=[1, 2, 4], y=target(3))).preparation
    with pytest.raises(DataError, match="row 2, column 'a' is not a finite number"):
        prepared.inputs(table(a=[1, float("inf")]))
    with pytest.raises(DataError, match="row 3, column 'a' is not a finite number"):
        prepare(table(a=[1, 2, float("inf"), 5], y=target(4)))


def test_a_column_that_new_rows_lack_is_named() -> None:
    prepared = prepare(table(a=[1, 2, 4], b=[1, 5, 2], y=target(3))).preparation
    with pytest.raises(DataError, match="has no column 'b'; it has a"):
        prepared.inputs(table(a=[1.0]))


def test_rows_are_prepared_in_blocks_as_they_are_one_by_one(mixed: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.data.preparation._BLOCK_VALUES", 12)
    np.testing.assert_array_equal(mixed.preparation.inputs(changed({}))[mixed.rows_train], mixed.x_train)


def test_columns_that_feed_no_chosen_input_are_not_needed_for_new_rows() -> None:
    raw = table(a=[1, 2, 4], b=["x", "z", "x"], y=target(3))
    data = prepare(raw, data={"features": ("b = z",)})
    assert (data.names, data.columns) == (("b = z",), ("a", "b = x", "b = z"))
    np.testing.assert_array_equal(data.preparation.inputs(table(b=["z", "x"])), [[1], [0]])


def test_features_made_from_columns_are_scaled_like_the_others() -> None:
    raw, square = table(a=[1, 2, 4, 7], b=[0, 1, 5, 2], y=target(4)), Derived(kind="square", columns=("a",))
    data = prepare(raw, data={"features": ("b",), "derived": (square,), "scale": "standard"})
    expected = StandardScaler().fit_transform([[0, 1], [1, 4], [5, 16], [2, 49]])
    np.testing.assert_allclose(data.x_train, expected, rtol=1e-5)
    assert data.names == ("b", square.name)


# -- the answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("log", [False, True])
def test_numbers_come_back_in_the_units_of_the_user(log: bool) -> None:
    raw = table(a=[1, 2, 4, 7, 8], y=[0.5, 10, 1000, 20000, 7])
    data = prepare(raw, target_log=log, data={"scale": "standard"})
    found = data.preparation.answers(data.y_train).numbers
    np.testing.assert_allclose(found[:, 0], [0.5, 10, 1000, 20000, 7], rtol=1e-4, atol=1e-3)
    values = np.array([0.5, 10, 1000, 20000, 7])
    wanted = StandardScaler().fit_transform((np.log1p(values) if log else values)[:, None])
    np.testing.assert_allclose(data.y_train, wanted, rtol=1e-5)


# -- reading values in another way -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "number"),
    [("1", 1.0), ("1,5", 1.5), ("-2e3", -2000.0), ("1_000", None), ("1,000.5", None), ("x", None), ("", None)],
)
def test_a_number_is_read_from_a_word(word: str, number: float | None) -> None:
    found = number_in(word)
    assert np.isnan(found) if number is None else found == number


def test_words_for_yes_and_no_are_two_however_they_are_spelled() -> None:
    column = Column("a", "text", np.array([0, 1, 2, 3, -1], np.int32), ("TRUE", "no", "yes", "False"))
    assert words_in(column) == ("False", "TRUE")
    assert as_places(column, ("False", "TRUE")).tolist() == [1, 0, 1, 0, -1]


def test_single_letters_are_yes_and_no_only_where_there_are_two() -> None:
    letters = Column("a", "text", np.array([0, 1, 2], np.int32), ("y", "f", "n"))
    assert words_in(letters) == ("f", "n", "y")


def test_dates_are_read_as_they_are_from_a_file() -> None:
    column = Column("a", "text", np.array([0, 1], np.int32), ("31.12.2024", "01.02.2025"))
    assert [datetime.fromtimestamp(moment, UTC).date().isoformat() for moment in as_dates(column)] == [
        "2024-12-31",
        "2025-02-01",
    ]


def test_words_that_are_dates_are_dates() -> None:
    column = Column("a", "text", np.array([0, 1, -1, 2], np.int32), ("1970-01-02", "never", "1970-01-01 01:00"))
    np.testing.assert_array_equal(as_dates(column), [86400, np.nan, np.nan, 3600])
    np.testing.assert_array_equal(as_numbers(column), [np.nan] * 4)


def test_a_zero_among_categories_is_zero_whatever_its_sign() -> None:
    column = RawTable.from_rows(["it"], [{"it": value} for value in (-0.0, 0.0, 1.0)]).columns[0]
    assert column.as_labels()[1] == ("0", "1")
    assert column.text(0) == "0"
    assert RawTable.from_rows(["it"], [{"it": -0.0}, {"it": "oak"}]).columns[0].labels == ("0.0", "oak")
    assert as_places(column, ("0", "1")).tolist() == [0, 0, 1]


def test_nan_among_words_is_a_missing_one() -> None:
    column = RawTable.from_rows(["it"], [{"it": value} for value in ("oak", np.nan, np.float64("nan"))]).columns[0]
    assert column.labels == ("oak",)
    assert column.missing.tolist() == [False, True, True]


@pytest.mark.parametrize("labels", [("no", "yes"), ("nein", "1"), ("0", "ja")])
def test_one_and_zero_with_decimals_say_yes_and_no(labels: tuple[str, ...]) -> None:
    column = RawTable.from_rows(["it"], [{"it": value} for value in ("1.0", "0.0", "0.5", 1.0)]).columns[0]
    assert as_places(column, labels).tolist() == [1, 0, UNSEEN, 1]
