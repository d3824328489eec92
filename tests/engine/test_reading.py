"""From files to typed tables: text in all its forms, workbooks, Parquet, arrays; and what is said of the others."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import DataError
from engine.data import sheets, text, typed
from engine.data.opened import forget, open_file, raw_table
from engine.data.raw import Column, RawTable
from engine.data.reading import CancelledError, read_file, read_text
from engine.data.table_spec import ReadingSpec, TableSpec
from tests.engine.awkward_tables import EXPECTED, REFUSED


def read(folder: Path, content: bytes, name: str = "table.csv", **how: str) -> RawTable:
    path = folder / name
    path.write_bytes(content)
    return read_file(path, ReadingSpec(**how))


def values_of(column: Column) -> list[Any]:
    """The values as Python has them, None for missing."""
    if column.stored == "text":
        words = [*column.labels, None]
        return [words[place] for place in column.values]
    found = [None if np.isnan(value) else float(value) for value in column.values]
    if column.stored == "number":
        return found
    return [None if value is None else np.datetime64(int(value), "s") for value in found]


def as_dict(table: RawTable) -> dict[str, list[Any]]:
    return {column.name: values_of(column) for column in table.columns}


def written(content: Any, save: Any) -> bytes:
    file = io.BytesIO()
    save(file, content)
    return file.getvalue()


# -- the corpus --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPECTED)
def test_an_awkward_table_is_read_as_what_it_means(name: str, tmp_path: Path) -> None:
    content, expected = EXPECTED[name]
    begun = process_time()
    table = read(tmp_path, content)
    assert process_time() - begun < 2
    assert as_dict(table) == expected


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_with_one_sentence(name: str, tmp_path: Path) -> None:
    content, sentence = REFUSED[name]
    begun = process_time()
    with pytest.raises(DataError, match=sentence) as refusal:
        read(tmp_path, content)
    assert process_time() - begun < 2
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 300


def test_columns_have_the_promised_types(tmp_path: Path) -> None:
    table = read(tmp_path, b"a,b,c\n1,x,2024-01-01\n")
    assert [(column.stored, column.values.dtype.name) for column in table.columns] == [
        ("number", "float64"),
        ("text", "int32"),
        ("date", "float64"),
    ]


def test_numbers_are_those_that_python_reads(tmp_path: Path) -> None:
    words = [
        repr(value)
        for value in (np.random.default_rng(0).normal(size=2000) * 10.0 ** np.arange(-100, 100, 0.1)).tolist()
    ]
    table = read(tmp_path, ("a\n" + "\n".join(words)).encode())
    np.testing.assert_allclose(table.columns[0].values, [float(word) for word in words], rtol=1e-15)


PIECES = [
    b",",
    b";",
    b"\t",
    b" ",
    b"\n",
    b"\r",
    b'"',
    b"#",
    b"1",
    b"1,5",
    b"NA",
    b"x",
    b"2024-01-01",
    b"\xe9",
    b"\0",
    b"\xff",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
def test_whatever_the_bytes_a_table_or_a_sentence_comes_of_them(tmp_path: Path, content: bytes) -> None:
    try:
        table = read(tmp_path, content)
    except DataError:
        return
    assert len(set(table.names)) == len(table.columns) > 0
    assert {len(column.values) for column in table.columns} == {table.rows}
    assert all(column.values.max(initial=-1) < len(column.labels) for column in table.columns if column.labels)


# -- what was found, and what is said ----------------------------------------------------------------


def test_what_was_found_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, "% x\na;b\n1,5;é\n".encode("cp1252")).found
    assert (found.encoding, found.delimiter, found.decimal, found.header, found.comment) == (
        "cp1252",
        ";",
        ",",
        True,
        "%",
    )


def test_lines_with_too_few_fields_are_counted(tmp_path: Path) -> None:
    (note,) = read(tmp_path, b"a,b,c\n1,2,3\n4\n5,6\n7,8,\n").found.notes
    assert note == "2 lines have too few fields; what is lacking is missing"


def test_each_finding_can_be_overruled(tmp_path: Path) -> None:
    assert as_dict(read(tmp_path, b"a,b\n1,2\n", header="no")) == {"column 1": ["a", "1"], "column 2": ["b", "2"]}
    assert as_dict(read(tmp_path, b"1,2\n3,4\n", header="yes")) == {"1": [3], "2": [4]}
    assert as_dict(read(tmp_path, b"a;b\n1,5;2\n", delimiter=",", header="no"))["column 1"][0] == "a;b"
    assert as_dict(read(tmp_path, "é,b\n1,2\n".encode(), encoding="latin-1")) == {"Ã©": [1], "b": [2]}
    assert as_dict(read(tmp_path, b"#a,b\n#1,2\n", comment="")) == {"#a": ["#1"], "b": [2]}
    assert as_dict(read(tmp_path, b"a;b\n1.5;2\n", decimal="."))["a"] == [1.5]


def test_a_wrong_encoding_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is not written in UTF-8 .* choose another encoding"):
        read(tmp_path, "a\né\n".encode("cp1252"), encoding="utf-8")


def test_a_pasted_table_is_read_like_a_file() -> None:
    table = read_text("name\tsize\nÅsa\t1,5\nBo\t2,5\n")
    assert as_dict(table) == {"name": ["Åsa", "Bo"], "size": [1.5, 2.5]}
    assert table.found.delimiter == "\t"


def test_a_table_that_does_not_fit_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed, "free_memory", lambda: 1000)
    with pytest.raises(DataError, match=r"GB are free, which is room for about \d+ of its [\d,]+ rows"):
        read(tmp_path, b"a,b\n" + b"1,2\n" * 1000)


# -- progress ----------------------------------------------------------------------------------------


def test_progress_rises_to_the_end_with_the_rows(tmp_path: Path) -> None:
    heard: list[tuple[float, int]] = []
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 1_200_000)
    read_file(path, progress=lambda fraction, rows: heard.append((fraction, rows)))
    assert len(heard) > 2
    assert heard == sorted(heard)
    assert heard[-1] == (1.0, 1_200_000)


def test_reading_ends_when_the_listener_says_so(tmp_path: Path) -> None:
    def stop(_fraction: float, _rows: int) -> None:
        raise CancelledError

    path = tmp_path / "table.csv"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(CancelledError):
        read_file(path, progress=stop)


# -- workbooks ---------------------------------------------------------------------------------------

CELLS = pd.DataFrame({
    "n": [1, 2.5, None],
    "w": ["x", None, "y"],
    "d": pd.to_datetime(["2024-01-31", "2024-02-01 12:00", None], format="mixed"),
    "b": [True, False, True],
})  # fmt: skip
AS_READ = {
    "n": [1, 2.5, None],
    "w": ["x", None, "y"],
    "d": [np.datetime64("2024-01-31"), np.datetime64("2024-02-01T12:00"), None],
    "b": ["True", "False", "True"],
}


def test_sheets_of_a_workbook_are_listed_and_the_chosen_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        CELLS.to_excel(book, sheet_name="first", index=False)
        pd.DataFrame([[1, 2], [3, 4]]).to_excel(book, sheet_name="second", index=False, header=False)
    first, second = read_file(path), read_file(path, ReadingSpec(sheet="second"))
    assert as_dict(first) == AS_READ
    assert (first.found.sheet, first.found.sheets) == ("first", ("first", "second"))
    assert as_dict(second) == {"column 1": [1, 3], "column 2": [2, 4]}
    with pytest.raises(DataError, match="has no sheet 'third'; it has first, second"):
        read_file(path, ReadingSpec(sheet="third"))


def test_an_open_document_sheet_is_read(tmp_path: Path) -> None:
    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    def word(text: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    def number(value: float) -> str:
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    space = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<office:document-content xmlns:office="{space}office:1.0" xmlns:table="{space}table:1.0" '
        f'xmlns:text="{space}text:1.0"><office:body><office:spreadsheet><table:table table:name="one">'
        f"{row(word('a'), word('b'))}{row(number(1.5), word('x'))}"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "book.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{manifest}"/>')
    assert as_dict(read_file(path)) == {"a": [1.5], "b": ["x"]}


def test_an_empty_sheet_and_a_broken_workbook_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    pd.DataFrame().to_excel(path, engine="openpyxl", index=False)
    with pytest.raises(DataError, match="is empty; choose another"):
        read_file(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<no")
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        read_file(path)


# -- Parquet -----------------------------------------------------------------------------------------


def test_parquet_is_read_by_its_types(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    CELLS.assign(c=pd.Categorical(["p", "q", None]), nested=[[1], [2], [3]]).to_parquet(path)
    table = read_file(path)
    assert as_dict(table) == {**AS_READ, "c": ["p", "q", None]}
    assert table.found.notes == ("left out, as they hold no single values: nested",)


def test_parquet_without_its_package_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "find_spec", lambda _name: None)
    with pytest.raises(DataError, match="package 'pyarrow' must be installed"):
        read(tmp_path, b"PAR1")


# -- arrays ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.arange(3), {"column 1": [0, 1, 2]}),
        (np.array([[1.5, np.nan], [3, 4]], order="F"), {"column 1": [1.5, 3], "column 2": [None, 4]}),
        (np.array([True, False]), {"column 1": ["True", "False"]}),
        (np.array(["x", ""]), {"column 1": ["x", None]}),
        (np.array(["2024-01-31", "NaT"], "datetime64[D]"), {"column 1": [np.datetime64("2024-01-31"), None]}),
        (np.array([(1, b"p"), (2, b"q")], [("n", "i4"), ("w", "S3")]), {"n": [1, 2], "w": ["p", "q"]}),
        (np.arange(8).reshape(1, 2, 4), {f"column {place + 1}": [place] for place in range(8)}),
    ],
    ids=["1-D", "2-D", "yes and no", "words", "dates", "structured", "3-D"],
)
def test_an_array_becomes_columns(array: Any, expected: dict[str, list[Any]], tmp_path: Path) -> None:
    assert as_dict(read(tmp_path, written(array, np.save), "a.npy")) == expected


def test_inputs_and_targets_of_a_file_of_arrays_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, other=np.zeros(5), y=np.array([7, 8]), x=np.array([[1, 2], [3, 4]]))
    table = read_file(path)
    assert as_dict(table) == {"column 1": [1, 3], "column 2": [2, 4], "y": [7, 8]}
    assert (table.found.sheet, table.found.sheets) == ("x, y", ("x, y", "other", "y", "x"))
    assert as_dict(read_file(path, ReadingSpec(sheet="other"))) == {"other": [0] * 5}


def test_arrays_that_hold_objects_or_lie_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Python objects, which are not read"):
        read(tmp_path, written(np.array([{}, 1], object), np.save), "a.npy")
    honest = written(np.arange(3.0), np.save)
    lying = honest.replace(b"(3,), }" + b" " * 6, b"(9999999,), }")
    with pytest.raises(DataError, match="shorter than it says"):
        read(tmp_path, lying, "a.npy")
    with pytest.raises(DataError, match="is damaged"):
        read(tmp_path, honest.replace(b"(3,)", b"(3, "), "a.npy")
    with pytest.raises(DataError, match="200,000 columns"):
        read(tmp_path, written(np.zeros((1, 200_000)), np.save), "a.npy")
    with pytest.raises(DataError, match="single value"):
        read(tmp_path, written(np.float64(1), np.save), "a.npy")
    np.savez(tmp_path / "a.npz", x=np.zeros(2), y=np.zeros(3))
    with pytest.raises(DataError, match="'x' has 2 rows but 'y' has 3"):
        read_file(tmp_path / "a.npz")


# -- what is open ------------------------------------------------------------------------------------


def test_a_file_is_read_again_only_when_it_has_changed(tmp_path: Path) -> None:
    forget()
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    first = open_file(str(path), ReadingSpec())
    assert open_file(str(path), ReadingSpec()) is first
    path.write_text("a,b\n1,2\n3,4\n")
    assert open_file(str(path), ReadingSpec()).rows == 2


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match=r"gone\.csv cannot be read: No such file"):
        open_file("gone.csv", ReadingSpec())


def test_a_pasted_table_is_read_once() -> None:
    spec = TableSpec(text="a,b\n1,2\n3,4\n")
    assert raw_table(spec) is raw_table(TableSpec(text="a,b\n1,2\n3,4\n"))
    assert raw_table(spec) is not raw_table(spec.edited(text="a,b\n1,2\n3,5\n"))


def test_a_table_whose_file_is_gone_is_still_there(tmp_path: Path) -> None:
    forget()
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    spec = TableSpec(path=str(path))
    table = raw_table(spec)
    path.unlink()
    assert raw_table(spec) is table
    with pytest.raises(DataError, match="cannot be read"):
        raw_table(spec.edited(reading=ReadingSpec(header="no")))


@pytest.mark.parametrize("end", [b'"\n5,6\n', b"\n5,6\n"], ids=["closed", "not closed"])
def test_a_quote_that_stays_open_for_ever_is_named_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: bytes
) -> None:
    monkeypatch.setattr(text, "LONGEST_LINE", 2_000_000)
    with pytest.raises(DataError, match=r"line 3 of table\.csv has a quote \(\"\) that is not closed within 2,000,000"):
        read(tmp_path, b'a,b\n1,2\n3, "' + b"many words\n" * 500_000 + end)


def test_a_quote_within_a_word_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "LONGEST_LINE", 2_000_000)
    table = read(tmp_path, b'a,b\n1,5"\n2,""\n' + b"1,2\n" * 1_000_000)
    assert table.rows == 1_000_002


def test_many_columns_with_long_names_are_not_taken_for_many_rows() -> None:
    names = ",".join(f"measurement number {place:05}" for place in range(10_000))
    row = ",".join(["1.5"] * 10_000)
    raw = read_text("\n".join([names, *[row] * 20]))
    assert (raw.rows, len(raw.columns)) == (20, 10_000)
