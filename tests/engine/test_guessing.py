"""What the columns of a table mean: guessed with a reason, and changed by what one says."""

import time
from typing import Any

import numpy as np
import pytest

from engine import DataError
from engine.data.guessing import ColumnPlan, TablePlan, plan_table
from engine.data.raw import Column, RawTable
from engine.data.table_spec import MOST_COLUMNS, ColumnSpec, TableSpec

RNG = np.random.default_rng(0)
MANY = 200


def text(values: list[Any]) -> Column:
    return RawTable.from_rows(["a"], [{"a": value} for value in values]).columns[0]


def number(values: Any) -> Column:
    return Column("a", "number", np.array(values, float))


def with_target(column: Column, target: Column | None = None) -> RawTable:
    rows = len(column.values)
    y = Column("y", "number", np.arange(rows) % 2.0) if target is None else target
    return RawTable((column, Column("y", y.stored, y.values, y.labels)), "a table")


def beside_numbers(column: Column) -> RawTable:
    """The column, another of numbers, and a target."""
    first, last = with_target(column).columns
    return RawTable((first, Column("b", "number", np.sin(np.arange(len(column.values)))), last))


def planned(raw: RawTable, *columns: ColumnSpec, **spec: Any) -> TablePlan:
    return plan_table(raw, TableSpec(path="a.csv", columns=columns, **spec))


def plan_of(column: Column, *said: ColumnSpec) -> ColumnPlan:
    return planned(beside_numbers(column), *said, target="y").columns[0]


KINDS = {
    "decimals": (number(RNG.normal(size=MANY)), "number", "every value is a number"),
    "whole numbers": (number(RNG.integers(0, 50, MANY)), "number", "every value is a number"),
    "zero and one": (number(RNG.integers(0, 2, MANY)), "yes_no", "is always 0 or 1"),
    "one and two": (number(RNG.integers(1, 3, MANY)), "yes_no", "is always 1 or 2"),
    "two decimals": (number(np.where(RNG.random(MANY) < 0.5, 0.5, 1.5)), "number", "every value is a number"),
    "all the same": (number(np.full(MANY, 3)), "constant", "has the same value in every row"),
    "nothing": (number(np.full(MANY, np.nan)), "constant", "has no values at all"),
    "row numbers": (number(np.arange(1, MANY + 1)), "identifier", "counts the rows from 1"),
    "words": (text(["red", "green", "blue"] * 20), "category", "3 different texts"),
    "yes and no": (text(["yes", "no", "No", None] * 20), "yes_no", "is always “No” or “yes”"),
    "true and false": (text(["True", "False"] * 20), "yes_no", "is always “False” or “True”"),
    "ja and nein": (text(["ja", "nein"] * 20), "yes_no", "is always “nein” or “ja”"),
    "two words": (text(["male", "female"] * 20), "category", "2 different texts"),
    "one word": (text(["red"] * 20), "constant", "has the same value in every row"),
    "codes": (text([f"A{i}" for i in range(MANY)]), "identifier", "no text comes twice"),
    "sentences": (
        text([f"this is the letter number {i}" for i in range(MANY)]),
        "text",
        "has sentences that all differ",
    ),
    "many words": (
        text([f"w{i % 150}" for i in range(MANY)]),
        "text",
        "150 different texts are too many for categories",
    ),
    "dates": (Column("a", "date", np.arange(MANY) * 86400.0), "date", "every value is a date"),
}


@pytest.mark.parametrize("case", KINDS)
def test_the_kind_of_a_column_is_guessed_with_the_reason(case: str) -> None:
    column, kind, reason = KINDS[case]
    found = plan_of(column)
    assert (found.guessed, found.kind, found.reason) == (kind, kind, reason)
    assert (found.role == "input") == (kind in ("number", "category", "yes_no", "date"))


@pytest.mark.parametrize("name", ["id", "PassengerId", "customer_id", "ID", "Row no."])
def test_whole_numbers_that_all_differ_are_an_identifier_when_the_name_says_so(name: str) -> None:
    ids = Column(name, "number", RNG.permutation(np.arange(1000, 1000 + MANY)).astype(float))
    assert planned(beside_numbers(ids)).columns[0].guessed == "identifier"


@pytest.mark.parametrize("name", ["paid", "humid", "piano", "monkey"])
def test_a_name_that_only_ends_like_one_is_no_identifier(name: str) -> None:
    column = Column(name, "number", RNG.permutation(np.arange(1000, 1000 + MANY)).astype(float))
    assert planned(with_target(column)).columns[0].guessed == "number"


def test_what_one_says_goes_before_the_guess_and_the_reason_stays() -> None:
    found = plan_of(KINDS["whole numbers"][0], ColumnSpec(name="a", kind="category"))
    assert (found.guessed, found.kind, found.role) == ("number", "category", "input")
    assert found.width == found.distinct == 49


@pytest.mark.parametrize(("case", "kind"), [("row numbers", "number"), ("codes", "category"), ("nothing", "number")])
def test_a_column_switched_on_is_used_though_it_would_not_be(case: str, kind: str) -> None:
    found = plan_of(KINDS[case][0], ColumnSpec(name="a", role="input"))
    assert (found.role, found.kind) == ("input", kind)


def test_text_and_identifiers_are_no_inputs() -> None:
    assert plan_of(KINDS["words"][0], ColumnSpec(name="a", kind="text", role="input")).role == "off"


def test_a_table_of_row_numbers_and_a_target_is_a_curve() -> None:
    found = planned(with_target(KINDS["row numbers"][0], number(RNG.normal(size=MANY))))
    assert ([column.name for column in found.inputs], found.problem) == (["a"], "")


def test_values_that_are_none_of_the_kind_chosen_are_counted() -> None:
    found = planned(with_target(text(["1", "2", "x", None])), ColumnSpec(name="a", kind="number"), target="y")
    assert (found.columns[0].missing, found.columns[0].lost) == (2, 1)
    assert "1 value of 'a' will be missing: not a number" in found.words


# -- missing values and zeros ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "said", "expected"),
    [
        (number([1, 2, 4]), "auto", ("drop", False)),
        (number([1, None, 4]), "auto", ("median", False)),
        (number([1, None, 4]), "category", ("median", True)),
        (number([1, None, 4]), "drop", ("drop", False)),
        (text(["x", None, "y"]), "auto", ("category", False)),
        (text(["x", None, "y"]), "mean", ("most_frequent", False)),
        (text(["yes", None, "no"]), "auto", ("most_frequent", False)),
        (text(["yes", None, "no"]), "category", ("most_frequent", True)),
    ],
)
def test_what_becomes_of_missing_values_fits_the_kind(column: Column, said: str, expected: tuple[str, bool]) -> None:
    spec = plan_of(column, ColumnSpec(name="a", missing=said)).spec
    assert (spec.missing, spec.indicator) == expected


def pima() -> RawTable:
    """A table with the columns of the Pima table and zeros in the same places: eight columns, and whether."""
    rng = np.random.default_rng(1)
    limits = {
        "pregnancies": (1, 17, 1, 110),
        "glucose": (44, 199, 1, 5),
        "pressure": (24, 122, 1, 35),
        "skin": (7, 99, 1, 227),
        "insulin": (14, 846, 1, 374),
        "bmi": (18.2, 67.1, 0.1, 11),
        "pedigree": (0.08, 2.4, 0.001, 0),
        "age": (21, 81, 1, 0),
    }
    columns = []
    for name, (low, high, step, zeros) in limits.items():
        values = np.round(rng.integers(0, round((high - low) / step) + 1, 768) * step + low, 3)
        values[rng.permutation(768)[:zeros]] = 0
        columns.append(Column(name, "number", values))
    return RawTable((*columns, Column("y", "number", rng.integers(0, 2, 768).astype(float))), "pima")


def test_a_plan_says_in_words_what_will_happen() -> None:
    found = planned(pima())
    assert found.words == ("768 rows, 8 inputs, 1 yes/no target; 5 columns contain zeros that may be missing values")
    assert [column.name for column in found.columns if column.zeros] == [
        "glucose",
        "pressure",
        "skin",
        "insulin",
        "bmi",
    ]
    assert (found.column("insulin").zeros, found.problem) == (374, "")


def test_zeros_that_are_missing_are_counted_and_no_longer_suspected() -> None:
    found = planned(pima(), ColumnSpec(name="insulin", zeros_missing=True))
    assert (found.column("insulin").missing, found.column("insulin").spec.missing) == (374, "median")
    assert found.words.endswith(
        "4 columns contain zeros that may be missing values; missing values of 1 column are filled in"
    )


@pytest.mark.parametrize(
    "values",
    [
        RNG.poisson(2.0, MANY),
        RNG.integers(-30, 30, MANY),
        np.where(RNG.random(MANY) < 0.3, 0, RNG.exponential(1.0, MANY).round(1) + 0.1),
        np.where(RNG.random(MANY) < 0.9, 0, RNG.integers(1000, 2000, MANY)),
        RNG.integers(0, 256, MANY),
        np.where(RNG.random(MANY) < 0.5, 0, 100),
    ],
    ids=["counts", "negative", "rain", "rare", "grey", "two values"],
)
def test_zeros_among_their_likes_are_not_suspected(values: Any) -> None:
    assert plan_of(number(values)).zeros == 0


def test_rows_that_will_be_left_out_and_inputs_that_columns_become_are_told() -> None:
    raw = with_target(text(["x", "y", "z", None, "x"]), number([1.5, 2, 3, 4, None]))
    found = planned(raw, ColumnSpec(name="a", missing="drop"))
    assert found.words == (
        "5 rows, 1 column as 3 inputs, 1 number as target; 2 rows with missing values will be left out"
    )


# -- the target --------------------------------------------------------------------------------------

TARGETS = {
    "decimals": (number(RNG.normal(size=MANY)), "number", ()),
    "many whole numbers": (number(RNG.integers(0, 100, MANY)), "number", ()),
    "few whole numbers": (number(RNG.permutation(np.arange(MANY) % 3)), "class", ("0", "1", "2")),
    "zero and one": (number(np.arange(MANY) % 2), "yes_no", ("0", "1")),
    "words": (text(["red", "green", "blue"] * 20), "class", ("blue", "green", "red")),
    "two words": (text(["well", "ill"] * 20), "yes_no", ("ill", "well")),
    "yes and no": (text(["Yes", "no"] * 20), "yes_no", ("no", "Yes")),
}


@pytest.mark.parametrize("case", TARGETS)
def test_what_is_asked_for_follows_from_the_target(case: str) -> None:
    target, kind, classes = TARGETS[case]
    found = planned(with_target(number(np.sin(np.arange(len(target.values)))), target))
    assert (found.target, found.target_kind, found.classes, found.problem) == ("y", kind, classes, "")


@pytest.mark.parametrize(
    ("case", "wanted", "classes"),
    [("few whole numbers", "number", 0), ("zero and one", "number", 0), ("many whole numbers", "class", 88)],
)
def test_something_else_can_be_asked_for(case: str, wanted: str, classes: int) -> None:
    target = TARGETS[case][0]
    found = planned(with_target(number(RNG.normal(size=MANY)), target), target_kind=wanted)
    assert found.target_kind == wanted
    assert len(found.classes) == (len(np.unique(target.values)) if classes else 0)


def test_the_target_is_the_last_column_that_can_be_asked_for() -> None:
    raw = RawTable(
        tuple(
            Column(name, "number", values)
            for name, values in {
                "a": RNG.normal(size=MANY),
                "b": RNG.normal(size=MANY),
                "c": np.full(MANY, 2.0),
                "row": np.arange(MANY, dtype=float),
            }.items()
        )
    )
    assert planned(raw).target == "b"
    assert planned(raw, ColumnSpec(name="b", role="off")).target == "a"
    assert planned(raw, target="a").target == "a"


# -- what cannot be done -----------------------------------------------------------------------------

PROBLEMS = {
    "one row": (with_target(number([1])), {}, "at least 2 rows to learn from, and the table has 1"),
    "no rows": (with_target(number([])), {}, "the table has 0"),
    "no target values": (
        with_target(number([1, 2, 4]), number([None] * 3)),
        {"target": "y"},
        "the target 'y' has no values; choose another column",
    ),
    "one class": (
        with_target(number([1, 2, 4]), text(["x"] * 3)),
        {"target": "y"},
        "the target 'y' has only one class, 'x'",
    ),
    "the same number": (
        with_target(number([1, 2, 4]), number([5.5] * 3)),
        {"target": "y", "target_kind": "number"},
        "the target 'y' is 5.5 in every row",
    ),
    "no numbers": (
        with_target(number([1, 2, 4]), text(["x", "y", "x"])),
        {"target_kind": "number"},
        "the target 'y' has no numbers",
    ),
    "three for yes or no": (
        with_target(number([1, 2, 4]), text(["x", "y", "z"])),
        {"target_kind": "yes_no"},
        "the target 'y' has 3 values and not two; ask for a class",
    ),
    "too many classes": (
        with_target(number(RNG.normal(size=4000)), number(np.arange(4000) // 2)),
        {"target_kind": "class"},
        "the target 'y' has 2,000 classes, more than 1,000",
    ),
    "another class in every row": (
        with_target(number([1, 2, 4]), text(["x", "y", "z"])),
        {"target_kind": "class"},
        "the target 'y' has another class in every row",
    ),
    "no input": (with_target(text(["x"] * 4)), {"target": "y"}, "no column is an input; switch at least one on"),
    "a single column": (
        RawTable((number([1, 2, 4]),)),
        {},
        "the table has only one column, which is for the target; add one for an input",
    ),
    "no column that says which rows are for testing": (
        with_target(number([1, 2, 4])),
        {"split": "column"},
        "choose the column that says which rows are for testing",
    ),
    "no second file": (with_target(number([1, 2, 4])), {"split": "file"}, "choose the second file"),
    "an empty input": (
        with_target(number([None] * 4)),
        {"target": "y", "columns": (ColumnSpec(name="a", role="input"),)},
        "the column 'a' has no values; switch it off",
    ),
    "no complete rows": (
        with_target(number([1, None, None, None]), number([1, 0, 1, 0])),
        {"target": "y", "columns": (ColumnSpec(name="a", kind="number", missing="drop"),)},
        "only 1 row of 4 has all values; choose what takes the place of missing ones",
    ),
    "too many inputs": (
        with_target(text([f"w{i}" for i in range(MOST_COLUMNS + 5)])),
        {"columns": (ColumnSpec(name="a", kind="category"),), "target": "y"},
        "there would be 10,005 inputs and at most 10,000 can be used; switch 'a' off, or encode it as ordinal",
    ),
    "a negative logarithm": (
        with_target(number([1, 2, 4]), number([1, -3, 4.5])),
        {"target_log": True},
        "row 2, target 'y' is -3, and log",
    ),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_why_it_cannot_be_done_is_one_sentence(case: str) -> None:
    raw, spec, sentence = PROBLEMS[case]
    found = plan_table(raw, TableSpec(path="a.csv", **spec))
    assert sentence in found.problem
    assert "\n" not in found.problem


@pytest.mark.parametrize(
    "spec",
    [{"target": "z"}, {"columns": (ColumnSpec(name="z"),)}, {"split": "column", "split_column": "z"}],
)
def test_a_column_that_is_not_there_is_named(spec: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="there is no column 'z'; the columns are a, y"):
        planned(with_target(number([1, 2, 4])), *spec.pop("columns", ()), **spec)


# -- large tables ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "columns"), [(200_000, 20), (300, 2_000)])
def test_large_tables_are_planned_at_once(rows: int, columns: int) -> None:
    values = np.random.default_rng(0).normal(size=(columns, rows))
    raw = RawTable(tuple(Column(f"c{i}", "number", row) for i, row in enumerate(values)))
    started = time.process_time()
    plan = planned(raw)
    assert time.process_time() - started < 2.0
    assert (len(plan.inputs), plan.problem) == (columns - 1, "")
