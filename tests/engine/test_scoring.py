"""Files are answered row by row, in blocks, and written whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine import scoring
from engine.answering import Predictor
from engine.data.progress import CancelledError
from engine.data.table import DataError
from engine.data.table_spec import TableSpec
from engine.experiment import DataSpec, Experiment
from engine.scoring import Scored, score, score_file
from engine.trainer import Trainer

NAMES = "petal width (cm),petal length (cm)"
# The header is said, because nothing else tells it from the rows where a number cannot be read.
HOW = DataSpec(source="table", table={"path": "x", "reading": {"header": "yes"}})  # type: ignore[arg-type]
Make = Callable[[str], Path]


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    """A network that has learned a little of iris."""
    trainer = Trainer(Experiment().with_value("training.epochs", 5))
    trainer.run()
    return Predictor(trainer.network, trainer.data.preparation)


@pytest.fixture
def table(tmp_path: Path) -> Make:
    """Writes a file of flowers, given its lines."""

    def write(lines: str) -> Path:
        path = tmp_path / "new.csv"
        path.write_text(f"{NAMES}\n{lines}")
        return path

    return write


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by name."""
    return list(csv.DictReader(path.read_text().splitlines()))


def test_a_file_is_scored_and_written(predictor: Predictor, table: Make, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert score_file(predictor, table("0.2,1.4\n2.3,6.1\n"), out, HOW) == Scored(2)
    lines = out.read_text().splitlines()
    assert lines[0] == f"{NAMES},prediction,probability setosa,probability versicolor,probability virginica"
    assert lines[1].startswith("0.2,1.4,setosa,")


def test_many_blocks_give_what_the_whole_gives(
    predictor: Predictor, table: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = np.random.default_rng(0).uniform(0.1, 6.0, (500, 2)).round(2)
    path = table("".join(f"{a},{b}\n" for a, b in x))
    whole: list[str] = []
    score(predictor, path, whole.append, HOW)
    monkeypatch.setattr(scoring, "_BLOCK_FIELDS", 2 * 64)
    parts: list[str] = []
    score(predictor, path, parts.append, HOW)
    assert (len(whole), len(parts)) == (1, 8)
    first, second = (list(csv.reader("".join(text).splitlines())) for text in (whole, parts))
    assert [row[:3] for row in first] == [row[:3] for row in second]
    # How a product of matrices is rounded may depend on how many rows there are.
    probabilities = [np.array([row[3:] for row in rows[1:]], np.float64) for rows in (first, second)]
    np.testing.assert_allclose(*probabilities, rtol=2e-6, atol=1e-9)
    wanted = predictor.answers_to_rows([{"petal width (cm)": a, "petal length (cm)": b} for a, b in x.tolist()])
    assert tuple(row["prediction"] for row in csv.DictReader("".join(parts).splitlines())) == wanted.labels


def test_a_row_without_a_value_has_no_answer_and_the_others_have(
    predictor: Predictor, table: Make, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    found = score_file(predictor, table("0.2,1.4\n2.3,\nwide,6.0\n2.3,6.1\n"), out, HOW)
    rows = rows_of(out)
    assert [row["prediction"] for row in rows] == ["setosa", "", "", "virginica"]
    assert [bool(row["probability setosa"]) for row in rows] == [True, False, False, True]
    assert [row["petal width (cm)"] for row in rows] == ["0.2", "2.3", "wide", "2.3"]
    assert (found.rows, found.answered, found.unanswered) == (4, 2, 2)
    assert found.shortfall.startswith("2 of 4 rows have no answer: row 2, column 'petal length (cm)' has no value")


def test_the_first_row_without_an_answer_is_named_wherever_its_block_is(
    predictor: Predictor, table: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "_BLOCK_FIELDS", 2 * 10)
    found = score(predictor, table("0.2,1.4\n" * 34 + "0.2,\n" + "0.2,1.4\n" * 5), lambda _: None, HOW)
    assert found.shortfall.startswith("1 of 40 rows has no answer: row 35, column 'petal length (cm)'")


def test_a_file_none_of_whose_rows_can_be_answered_is_written_all_the_same(
    predictor: Predictor, table: Make, tmp_path: Path
) -> None:
    found = score_file(predictor, table("0.2,1e300\n2.3,1e39\n"), tmp_path / "out.csv", HOW)
    assert [row["prediction"] for row in rows_of(tmp_path / "out.csv")] == ["", ""]
    assert found.shortfall.endswith("row 1, column 'petal length (cm)' is not a finite number below 3e38")


def test_what_is_not_understood_and_yet_answered_is_said_by_column(tmp_path: Path) -> None:
    learned = tmp_path / "learned.csv"
    lines = [
        f"{i % 7 or ''},{'ab'[i % 2]},2024-01-{1 + i % 28:02d},{i % 2},{'yes' if i % 3 else 'no'}" for i in range(60)
    ]
    learned.write_text("\n".join(["size,kind,day,count,good", *lines]))
    trainer = Trainer(Experiment(data=DataSpec(source="table", table=TableSpec(path=str(learned)))))
    new = tmp_path / "new.csv"
    new.write_text("size,kind,day,count\n3,a,2024-01-05,1\nbig,c,2024-01-06,1\n,a,2024-01-07,0\nhuge,d,2024-01-08,0\n")
    found = score(Predictor(trainer.network, trainer.data.preparation), new, lambda _: None, DataSpec())
    assert found.remarks.splitlines() == [
        "Column 'size': 2 values are no number and taken as missing, such as 'big' in row 2.",
        "Column 'kind': 2 values are not known from training, such as 'c' in row 2.",
    ]


def test_of_many_columns_not_understood_the_first_are_named() -> None:
    assert Scored(1, doubts=tuple("abcdef")).remarks.splitlines() == [
        "A.", "B.", "C.", "D.", "The same in 2 more.",
    ]  # fmt: skip


def test_what_is_no_number_is_no_answer(predictor: Predictor, table: Make) -> None:
    network = Predictor(predictor.network.copy(np.float32), predictor.preparation)
    network.network.parameters[:] = np.nan
    texts: list[str] = []
    found = score(network, table("0.2,1.4\n"), texts.append, HOW)
    assert "".join(texts).endswith("0.2,1.4,,,,\n")
    assert found.shortfall == "1 of 1 row has no answer: row 1: what the network answers is not a finite number"


def test_progress_goes_through_both_stages_to_the_end(
    predictor: Predictor, table: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "_BLOCK_FIELDS", 2 * 25)
    seen: list[tuple[str, float, int]] = []
    score(predictor, table("0.2,1.4\n" * 100), lambda _: None, HOW, lambda *each: seen.append(each))
    assert [stage for stage, _, _ in seen if stage == "reading"] == ["reading"]
    answering = [(share, rows) for stage, share, rows in seen if stage == "answering"]
    assert answering == [(0.0, 0), (0.25, 25), (0.5, 50), (0.75, 75), (1.0, 100)]


def stop(stage: str, _share: float, rows: int) -> None:
    """Gives up when some rows were written."""
    if stage == "answering" and rows > 0:
        raise CancelledError


def test_a_cancelled_file_leaves_nothing_behind_and_the_old_one_untouched(
    predictor: Predictor, table: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "_BLOCK_FIELDS", 2 * 25)
    path, out = table("0.2,1.4\n" * 100), tmp_path / "out.csv"
    for old in (None, "old"):
        if old is not None:
            out.write_text(old)
        with pytest.raises(CancelledError):
            score_file(predictor, path, out, HOW, stop)
        assert sorted(file.name for file in tmp_path.iterdir()) == ["new.csv", *(["out.csv"] if old else [])]
    assert out.read_text() == "old"


def test_a_file_that_does_not_fit_leaves_the_old_answers(predictor: Predictor, tmp_path: Path) -> None:
    path, out = tmp_path / "other.csv", tmp_path / "out.csv"
    path.write_text("a,b\n1,2\n")
    out.write_text("old")
    with pytest.raises(DataError, match=r"the table has no column 'petal length \(cm\)'"):
        score_file(predictor, path, out, HOW)
    with pytest.raises(DataError, match=r"gone\.csv cannot be read"):
        score_file(predictor, tmp_path / "gone.csv", out, HOW)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["other.csv", "out.csv"]
    assert out.read_text() == "old"


def test_a_place_that_cannot_be_written_is_said_before_anything_is_read(
    predictor: Predictor, table: Make, tmp_path: Path
) -> None:
    asked: list[str] = []
    with pytest.raises(OSError, match="there is no such folder"):
        score_file(predictor, table("0.2,1.4\n"), tmp_path / "none" / "out.csv", HOW, lambda *_: asked.append(""))
    assert asked == []


def test_a_file_may_be_replaced_by_its_own_answers(predictor: Predictor, table: Make) -> None:
    path = table("0.2,1.4\n")
    score_file(predictor, path, path, HOW)
    assert rows_of(path)[0]["prediction"] == "setosa"
